"""`course site`: the web edition, made from the stored notebooks without running them.

What becomes a page is gathered in a folder of the build, in the places it has in the
project, so that the links between notebooks and guides hold on the site as they are.
"""

import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import helpers
from course.instructor.web.chapter_table import chapter_table
from course.instructor.web.claims_page import claims_page
from course.notebooks import project_folder

BUILD = Path("build") / "site"
# Neither the solutions nor what would give them away.
PAGES = (
    "site/*.md",
    "notebooks/*.ipynb",
    "exercises/*.ipynb",
    "guides/*.md",
    "README.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "site/pictures/*.png",
)


def build_site(root: Path | None = None, target: Path | None = None) -> Path:
    """Build the site; return the folder of its pages.

    Parameters
    ----------
    root : pathlib.Path, optional
        The project's folder; by default the one that this file is in.
    target : pathlib.Path, optional
        Where to build; by default in the project's folder ``build/site``.

    Raises
    ------
    RuntimeError
        If Sphinx finds an error, or anything to warn of.
    """
    root = root or project_folder()
    target = target or root / BUILD
    source, pages = target / "source", target / "html"
    gather(root, source)
    shutil.rmtree(pages, ignore_errors=True)  # Sphinx leaves pages that are no more
    command = [sys.executable, "-m", "sphinx", "--builder=html"]
    command += ["--fail-on-warning", "--keep-going", "--quiet"]
    command += [f"--conf-dir={root / 'site'}", f"--doctree-dir={target / 'doctrees'}"]
    if subprocess.call([*command, str(source), str(pages)], cwd=root):
        raise RuntimeError("The site has errors or warnings; they are listed above.")
    return pages


def gather(root: Path, source: Path) -> None:
    """Put what becomes a page into the folder `source`, in place of what was there.

    Files keep their time of change: Sphinx reads again only what has changed.
    """
    shutil.rmtree(source, ignore_errors=True)
    for file in _files(root):
        inside = file.relative_to(root)
        if inside.match("site/*.md"):
            inside = inside.relative_to("site")
        (source / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, source / inside)
    chapters = sorted((root / "notebooks").glob("*.ipynb"))
    (source / "chapters.md").write_text(chapter_table(chapters), encoding="utf-8")
    (source / "claims.md").write_text(claims_page(chapters), encoding="utf-8")
    for name, page in reference_pages().items():
        (source / "reference").mkdir(exist_ok=True)
        (source / "reference" / f"{name}.md").write_text(page, encoding="utf-8")


def _files(root: Path) -> Iterable[Path]:
    for pattern in PAGES:
        yield from sorted(root.glob(pattern))


def reference_pages() -> dict[str, str]:
    """Return the page of each part of `helpers` that notebooks import, by its name."""
    return {
        name: _reference_page(name, is_package)
        for _, name, is_package in pkgutil.iter_modules(helpers.__path__)
        if name in helpers.__all__
    }


def _reference_page(name: str, is_package: bool) -> str:
    lines = [f".. automodule:: helpers.{name}", "   :members:"]
    if is_package:  # what its __all__ lists comes from the files in it
        lines.append("   :imported-members:")
    return "\n".join([f"# helpers.{name}", "", "```{eval-rst}", *lines, "```", ""])

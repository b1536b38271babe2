"""Make the exercises, and the bundle that students get, from the solutions.

nbgrader's own steps clear the solutions, lock the checks and note their checksums. The
gradebook is not needed for that.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from nbgrader.utils import is_locked

from course.exercises import EARLIER, marks
from course.instructor.rubrics import ClearRubrics
from course.notebooks import project_folder, read_notebook, write_whole
from course.submitting import BEFORE, MANIFEST

BUNDLE = Path("dist") / "keras-course.zip"

# What students get. Neither solutions nor grading, nor the tests that hold answers.
IN_BUNDLE = (
    "LICENSE",
    "Makefile",
    "course",
    "data",
    "environment.yml",
    "exercises",
    "helpers",
    "notebooks",
    "pyproject.toml",
    "requirements.lock",
)
# The page that students read first, in place of the project's own.
README_OF_BUNDLE = "guides/students.md"
NOT_IN_BUNDLE = re.compile(
    r"(^|/)(course/instructor|notebooks/runs|__pycache__|\.[^/]*|[^/]*\.egg-info)(/|$)"
)
# The same files always make the same bytes; zip knows no earlier date.
DATE_IN_BUNDLE = (1980, 1, 1, 0, 0, 0)


class ClearSolutionsOrRaise(ClearSolutions):
    """Clear solutions such that a fresh exercise runs from top to bottom.

    In a function, the stub raises NotImplementedError, which `check` understands; at
    the top of a cell, where `answer = ...` stands above the solution, it is a comment.
    """

    def _replace_solution_region(self, cell: Any, language: str) -> bool:
        inside = re.search(r"^[ \t]+#+ BEGIN SOLUTION", cell.source, re.MULTILINE)
        stub = "raise NotImplementedError  # your code" if inside else "# your code"
        self.code_stub = {"python": stub}
        return super()._replace_solution_region(cell, language)


def solutions(root: Path) -> list[Path]:
    """Return the notebooks that exercises are made from, in order."""
    return sorted((root / "solutions").glob("*.ipynb"))


def exercise_text(solution: Path) -> str:
    """Return the exercise that a solution makes, as the text of its file.

    Raises
    ------
    ValueError
        If the notebook cannot be read, or nbgrader finds its cells wrongly marked.
    """
    notebook = read_notebook(solution)
    resources: dict[str, Any] = {}
    clearing = [LockCells, ClearSolutionsOrRaise, ClearRubrics, ClearOutput]
    for step in [*clearing, CheckCellMetadata, ComputeChecksums]:
        try:
            notebook, resources = step().preprocess(notebook, resources)
        except Exception as error:  # nbgrader and jsonschema raise several kinds
            raise ValueError(f"{solution.name}: {error}") from error
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def release(root: Path | None = None) -> tuple[list[Path], Path]:
    """Write the exercises that differ from their solutions, and the bundle.

    Parameters
    ----------
    root : pathlib.Path, optional
        The project's folder; by default the one that this file is in.

    Returns
    -------
    tuple
        The files of `exercises` that were written anew, and the bundle.
    """
    root = root or project_folder()
    written = []
    files = released_files(root)
    if _keep_earlier(root, files):
        files = released_files(root)  # their manifest names the earlier ones
    for name, text in files.items():
        target = root / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(exist_ok=True)
            write_whole(target, text)
            written.append(target)
    return written, make_bundle(root)


def _keep_earlier(root: Path, files: Mapping[Path, str]) -> bool:
    """Keep the exercises that are replaced: submissions are made from them already."""
    kept = False
    for name, text in files.items():
        target = root / name
        before = target.read_text(encoding="utf-8") if target.exists() else text
        if name.suffix == ".ipynb" and before != text:
            (root / EARLIER).mkdir(exist_ok=True)
            checksum = hashlib.sha256(before.encode()).hexdigest()[:12]
            write_whole(root / EARLIER / f"{name.stem}-{checksum}.json", before)
            kept = True
    return kept


def needs_answers_anew(released: str, earlier: Sequence[str]) -> list[str]:
    """Say what a correction asks for that earlier releases did not.

    Submissions that were made from those cannot have it.

    Parameters
    ----------
    released : str
        The text of the exercise as it is released now.
    earlier : sequence of str
        The texts of earlier releases.
    """
    asked = _asked(released)
    before = [_asked(text) for text in earlier]
    said = []
    for check, names in asked.items():
        new = {name for one in before for name in names - one.get(check, set())}
        if new and any(check in one for one in before):
            said.append(f"{check} now asks for {', '.join(sorted(new))}")
        if any(check not in one for one in before):
            said.append(f"{check} is a new question")
    return said


def _asked(released: str) -> dict[str, set[str]]:
    """Return what each check of an exercise is given, by the names of its arguments."""
    cells = nbformat.reads(released, as_version=4).cells
    checks = [
        one for one in cells if marks(one).get("grade") and one.cell_type == "code"
    ]
    return {
        marks(cell)["grade_id"]: set(re.findall(r"(\w+)=", cell.source))
        for cell in checks
        if not marks(cell).get("solution")
    }


def released_files(root: Path) -> dict[Path, str]:
    """Return the exercises and their manifest: the path of each file, and its text."""
    texts = {file.name: exercise_text(file) for file in solutions(root)}
    manifest: dict[str, Any] = {
        Path(name).stem: _marked_cells(nbformat.reads(text, as_version=4))
        for name, text in texts.items()
    }
    before = {
        name: [
            _marked_cells(nbformat.read(file, as_version=4))
            for file in sorted((root / EARLIER).glob(f"{name}-*.json"))
        ]
        for name in list(manifest)
    }
    if any(before.values()):
        manifest |= {BEFORE: {name: each for name, each in before.items() if each}}
    files = {MANIFEST.parent / name: text for name, text in texts.items()}
    return {**files, MANIFEST: json.dumps(manifest, indent=1) + "\n"}


def _marked_cells(notebook: Any) -> dict[str, str | None]:
    return {
        marks(cell)["grade_id"]: marks(cell)["checksum"] if is_locked(cell) else None
        for cell in notebook.cells
        if marks(cell)
    }


def make_bundle(root: Path) -> Path:
    """Write the archive for students; return its path."""
    target = root / BUNDLE
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in bundled_files(root):
            _add(bundle, file.relative_to(root).as_posix(), file)
        _add(bundle, "README.md", root / README_OF_BUNDLE)
    unfinished.replace(target)
    return target


def _add(bundle: zipfile.ZipFile, name: str, file: Path) -> None:
    entry = zipfile.ZipInfo(f"keras-course/{name}", DATE_IN_BUNDLE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    bundle.writestr(entry, file.read_bytes())


def bundled_files(root: Path) -> list[Path]:
    """Return the files that go to students, in order."""
    chosen = [root / name for name in IN_BUNDLE]
    files = [
        file
        for path in chosen
        for file in ([path] if path.is_file() else path.rglob("*"))
        if file.is_file()
    ]
    return sorted(
        file
        for file in files
        if not NOT_IN_BUNDLE.search(file.relative_to(root).as_posix())
    )

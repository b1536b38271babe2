"""Make the exercises, and the bundle that students get, from the solutions.

nbgrader's own steps clear the solutions, lock the checks and note their checksums. The
gradebook is not needed for that.
"""

import json
import re
import zipfile
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

from course.exercises import marks
from course.notebooks import project_folder, read_notebook, write_whole
from course.submitting import MANIFEST

BUNDLE = Path("dist") / "keras-course.zip"

# What students get. Neither solutions nor grading, nor the tests that hold answers.
IN_BUNDLE = (
    "LICENSE",
    "Makefile",
    "README.md",
    "course",
    "data",
    "environment.yml",
    "exercises",
    "guides",
    "helpers",
    "notebooks",
    "pyproject.toml",
    "requirements.lock",
)
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
    steps = [LockCells, ClearSolutionsOrRaise, ClearOutput, CheckCellMetadata]
    for step in [*steps, ComputeChecksums]:
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
    for name, text in released_files(root).items():
        target = root / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(exist_ok=True)
            write_whole(target, text)
            written.append(target)
    return written, make_bundle(root)


def released_files(root: Path) -> dict[Path, str]:
    """Return the exercises and their manifest: the path of each file, and its text."""
    texts = {file.name: exercise_text(file) for file in solutions(root)}
    manifest = {
        Path(name).stem: _marked_cells(nbformat.reads(text, as_version=4))
        for name, text in texts.items()
    }
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
            inside = f"keras-course/{file.relative_to(root).as_posix()}"
            entry = zipfile.ZipInfo(inside, DATE_IN_BUNDLE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, file.read_bytes())
    unfinished.replace(target)
    return target


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

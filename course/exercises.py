"""The exercises: finding one, and running it to see what the checks say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.notebooks import (
    find_notebook,
    project_folder,
    read_notebook,
    run_notebook,
)

EARLIER = "solutions/released"  # exercises as they were released before
ANSWERED_BY = "-check"  # the cell "q3-check" judges the answer in the cell "q3"


def find_exercise(name: str, folder: Path | None = None) -> Path:
    """Return the notebook of an exercise.

    Parameters
    ----------
    name : str
        Its number or whole name ("02", "02_breast_cancer"), or a path to a notebook.
    folder : pathlib.Path, optional
        Where to look; by default the project's ``exercises``.

    Raises
    ------
    LookupError
        If there is no such exercise, or more than one.
    """
    return find_notebook(name, folder or project_folder() / "exercises")


def solution_file(exercise: str) -> Path:
    """Return the notebook that an exercise is made from, by its whole name."""
    return project_folder() / "solutions" / f"{exercise}.ipynb"


def check_exercise(file: Path, on_cell: Callable[[int], None] | None = None) -> list:
    """Run an exercise in a fresh kernel; return what its checks say.

    The notebook itself is left as it is. A cell that fails does not stop the others.

    Parameters
    ----------
    file : pathlib.Path
        The notebook.
    on_cell : callable, optional
        Called with a cell's index when that cell starts.

    Returns
    -------
    list of str
        One text for each check, in the order of the notebook.
    """
    notebook = read_notebook(file)
    done = run_notebook(
        notebook, file.resolve().parent, {}, on_cell=on_cell, stop_at_errors=False
    )
    said, failed = [], ""
    for cell in done.cells:
        kind = marks(cell)
        if kind.get("solution"):
            failed = _error_of(cell)
        elif kind.get("grade"):
            said.append(_says(cell, failed))
            failed = ""
    if not said:
        raise ValueError(f"{file} has no cells with checks; is it an exercise?")
    return said


def marks(cell: Any) -> dict[str, Any]:
    """Return what nbgrader noted about a cell; nothing for any other cell."""
    noted = cell.metadata.get("nbgrader", {})
    return noted if isinstance(noted, dict) else {}


def _says(cell: Any, failed: str) -> str:
    if failed:
        question = str(marks(cell)["grade_id"]).removesuffix(ANSWERED_BY)
        return f"✗ {question} incorrect: its cell stops with {failed}"
    if error := _error_of(cell):
        return f"✗ {marks(cell)['grade_id']} stops with {error}"
    texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(filter(None, texts))


def _error_of(cell: Any) -> str:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}".rstrip(": ")
    return ""

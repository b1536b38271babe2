"""Mark an executed notebook: judge its answers, and make it fit to be looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nbformat
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum

from course.exercises import ANSWERED_BY, marks
from course.instructor.classes.harmless import make_harmless
from course.instructor.judging.answers import (
    QuestionVerdict,
    check_cells,
    judged,
    released_text,
)


class NotWhole(ValueError):
    """The notebook that was executed is not what was released."""


@dataclass(frozen=True)
class Marked:
    """What an executed notebook is worth.

    Attributes
    ----------
    verdicts : dict of str to QuestionVerdict
        For each question that is judged here.
    scores : dict of str to float or None
        The points of each graded cell, by its name; None if a person gives them.
    blank : tuple of str
        The answer cells that are as they were released.
    changed : tuple of str
        The answer cells that differ from those that were marked before.
    notebook : str
        The notebook with the verdicts in it, harmless to look at.
    """

    verdicts: dict[str, QuestionVerdict]
    scores: dict[str, float | None]
    blank: tuple[str, ...]
    changed: tuple[str, ...]
    notebook: str


def mark(exercise: str, student: str, secret: bytes, text: str, before: str) -> Marked:
    """Mark an executed notebook.

    Parameters
    ----------
    exercise, student : str
    secret : bytes
        Of the class, as when the locked cells were made.
    text : str
        The executed notebook.
    before : str
        The notebook that an earlier run marked; empty if there is none.

    Raises
    ------
    NotWhole
        Unless each question of the release is there once.
    """
    notebook = nbformat.reads(text, as_version=4)
    checks = {
        marks(cell)["grade_id"].removesuffix(ANSWERED_BY): cell
        for cell in _checks(exercise, notebook)
    }
    verdicts = {
        name: judged(exercise, name, cell.outputs, student, secret)
        for name, cell in checks.items()
    }
    blank = tuple(
        name
        for name, cell in _answers(notebook)
        if marks(cell).get("checksum") == compute_checksum(cell)
    )
    scores: dict[str, float | None] = {
        marks(cell)["grade_id"]: round(
            float(marks(cell)["points"]) * verdicts[name].share, 2
        )
        for name, cell in checks.items()
    }
    for name, cell in _answers(notebook):
        if marks(cell).get("grade"):
            scores[name] = 0.0 if name in blank else None
    for name, cell in checks.items():
        cell.outputs = [
            _shown(verdicts[name], scores[marks(cell)["grade_id"]], cell),
            *(one for one in cell.outputs if one.output_type in ("stream", "error")),
        ]
    notebook, _ = LimitOutput().preprocess(notebook, {})
    make_harmless(notebook, _own_text(exercise))
    return Marked(
        verdicts, scores, blank, _changed(notebook, before), nbformat.writes(notebook)
    )


def _checks(exercise: str, notebook: Any) -> list[Any]:
    released = list(check_cells(exercise))
    found = [cell for cell in notebook.cells if marks(cell).get("grade_id") in released]
    if [marks(cell)["grade_id"] for cell in found] != released:
        raise NotWhole("the executed notebook lacks some of the checks")
    return found


def _answers(notebook: Any) -> Iterator[tuple[str, Any]]:
    for cell in notebook.cells:
        if marks(cell).get("solution"):
            yield marks(cell)["grade_id"], cell


def _changed(notebook: Any, before: str) -> tuple[str, ...]:
    if not before:
        return ()
    marked = nbformat.reads(before, as_version=4)
    sources = {name: cell.source for name, cell in _answers(marked)}
    return tuple(
        name
        for name, cell in _answers(notebook)
        if sources.get(name, cell.source) != cell.source
    )


def _shown(verdict: QuestionVerdict, reached: float | None, cell: Any) -> Any:
    """Return the verdict as an output for the feedback; markup in it is harmless."""
    shown = verdict.shown()
    heading = f"Graded: {reached:g} of {float(marks(cell)['points']):g} points"
    data = {
        "text/plain": f"{heading}\n{shown!r}",
        "text/html": f"<p>{heading}</p>{shown._repr_html_()}",
    }
    return nbformat.v4.new_output("display_data", data)


def _own_text(exercise: str) -> set[str]:
    """Return our own Markdown, which stays as it is."""
    cells = nbformat.reads(released_text(exercise), as_version=4).cells
    return {cell.source for cell in cells if cell.cell_type == "markdown"}

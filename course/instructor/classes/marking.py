"""Mark an executed notebook: judge its answers, and make it fit to be looked at."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from typing import Any

import nbformat
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum

from course.exercises import ANSWERED_BY, marks, solution_file
from course.instructor.classes.harmless import make_harmless
from course.instructor.classes.limited import OverLimit, limited
from course.instructor.judging.answers import (
    QuestionVerdict,
    check_cells,
    judged,
    released_text,
    unusable,
)
from course.instructor.rubrics import rubrics, show_rubrics
from helpers.exercises import PartVerdict

SHOWING = "showing"  # the step after all questions; none has this name


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
    blank : list of str
        The answer cells that are as they were released.
    changed : list of str
        The answer cells that differ from those that were marked before.
    notebook : str
        The notebook with the verdicts in it, harmless to look at.
    """

    verdicts: dict[str, QuestionVerdict]
    scores: dict[str, float | None]
    blank: list[str]
    changed: list[str]
    notebook: str


def mark(exercise: str, student: str, secret: bytes, text: str, before: str) -> Marked:
    """Mark an executed notebook, in a process of its own.

    What takes too much time or memory there costs the question that it is an answer to,
    or the pictures and tables of the page, and nothing else.

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
        Unless each question of the release is there once, and can be read.
    Failed
        If it could not be marked for a reason that is not in the notebook.
    """
    spoilt: dict[str, str] = {}
    plain = False
    while True:
        step = ""
        verdicts = {}
        try:
            for said in limited(
                steps, exercise, student, secret, text, before, spoilt, plain
            ):
                if "step" in said:
                    step = said["step"]
                elif "question" in said:
                    verdicts[said["question"]] = _verdict(exercise, said)
                elif "not whole" in said:
                    raise NotWhole(said["not whole"])
                else:
                    return Marked(verdicts, **said)
        except OverLimit as problem:
            if step == SHOWING and not plain:
                plain = True
            elif step in ("", SHOWING):
                raise NotWhole(f"what it shows cannot be read: {problem}") from problem
            else:
                spoilt[step] = str(problem)


def _verdict(exercise: str, said: dict[str, Any]) -> QuestionVerdict:
    parts = tuple(PartVerdict(*part) for part in said["parts"])
    return QuestionVerdict(exercise, said["question"], said["title"], parts)


def steps(
    exercise: str,
    student: str,
    secret: bytes,
    text: str,
    before: str,
    spoilt: Mapping[str, str],
    plain: bool,
) -> Iterator[dict[str, Any]]:
    """Mark an executed notebook here; yield each step before it, and what it gave.

    Parameters
    ----------
    exercise, student, secret, text, before
        As for `mark`.
    spoilt : mapping of str to str
        Questions that are not to be judged, and why.
    plain : bool
        Whether to show outputs as plain text only.
    """
    notebook = nbformat.reads(text, as_version=4)
    try:
        found = _checks(exercise, notebook)
    except NotWhole as problem:
        yield {"not whole": str(problem)}
        return
    checks = {marks(cell)["grade_id"].removesuffix(ANSWERED_BY): cell for cell in found}
    verdicts = {}
    for name, cell in checks.items():
        yield {"step": name}
        if name in spoilt:
            verdicts[name] = unusable(exercise, name, spoilt[name])
        else:
            verdicts[name] = judged(exercise, name, cell.outputs, student, secret)
        parts = [astuple(part) for part in verdicts[name].parts]
        yield {"question": name, "title": verdicts[name].title, "parts": parts}
    yield {"step": SHOWING}
    yield _scored(exercise, notebook, checks, verdicts, before, plain)


def _scored(
    exercise: str,
    notebook: Any,
    checks: Mapping[str, Any],
    verdicts: Mapping[str, QuestionVerdict],
    before: str,
    plain: bool,
) -> dict[str, Any]:
    """Return the fields of `Marked` besides the verdicts."""
    blank = [
        name
        for name, cell in _answers(notebook)
        if marks(cell).get("checksum") == compute_checksum(cell)
    ]
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
        said = [one for one in cell.outputs if one.output_type in ("stream", "error")]
        reached = scores[marks(cell)["grade_id"]]
        cell.outputs = [_shown(verdicts[name], reached, cell), *said]
    notebook, _ = LimitOutput().preprocess(notebook, {})
    make_harmless(notebook, _own_text(exercise), plain)
    show_rubrics(notebook, rubrics(solution_file(exercise)))
    return {
        "scores": scores,
        "blank": blank,
        "changed": _changed(notebook, before),
        "notebook": nbformat.writes(notebook),
    }


def _checks(exercise: str, notebook: Any) -> list[Any]:
    released = list(check_cells(exercise))
    found = [cell for cell in notebook.cells if marks(cell).get("grade_id") in released]
    # A submission made from an earlier release has new questions at its end.
    if sorted(marks(cell)["grade_id"] for cell in found) != sorted(released):
        raise NotWhole("the executed notebook lacks some of the checks")
    return found


def _answers(notebook: Any) -> Iterator[tuple[str, Any]]:
    for cell in notebook.cells:
        if marks(cell).get("solution"):
            yield marks(cell)["grade_id"], cell


def _changed(notebook: Any, before: str) -> list[str]:
    if not before:
        return []
    marked = nbformat.reads(before, as_version=4)
    sources = {name: cell.source for name, cell in _answers(marked)}
    return [
        name
        for name, cell in _answers(notebook)
        if sources.get(name, cell.source) != cell.source
    ]


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

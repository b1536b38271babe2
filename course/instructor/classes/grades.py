"""The grades of an exercise: from nbgrader's gradebook, and what grading noted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry

from course.exercises import ANSWERED_BY, marks
from course.instructor.classes.class_folder import (
    refused_of,
    students_of,
    time_submitted,
    write_private,
)
from course.instructor.classes.gradebook import open_gradebook, points_entered
from course.instructor.classes.term import Term, read_term

FAILED = "not graded"  # by our own fault, or this machine's
STATUSES = (
    "graded",
    "altered",
    "timed out",
    "cell crashed",
    "crashed",
    "unreadable",
    "refused",
    "missing",
    FAILED,
)
NOT_COLLECTED = "nothing was handed in"
NOT_GRADED = "collected, and not graded yet"


@dataclass(frozen=True)
class Noted:
    """What grading found out about one submission, besides the scores.

    Attributes
    ----------
    status : str
        One of `STATUSES`.
    note : str
        One line for the instructor.
    has_score : bool
        Whether the scores in the gradebook count.
    mistakes : mapping of str to list of str
        For each question, the names of the mistakes.
    """

    status: str
    note: str = ""
    has_score: bool = True
    mistakes: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Grade:
    """What one student reached in one exercise.

    Attributes
    ----------
    student, exercise : str
    status : str
        One of `STATUSES`.
    score : float or None
        The one that counts, without the penalty. None is no score, which is not the
        same as 0.
    points : float
        The most that can be reached.
    scores : mapping of str to float or None
        For each question; None also for an answer that nobody has read yet.
    mistakes : mapping of str to list of str
        For each question, the names of the mistakes.
    note : str
        One line for the instructor.
    submitted : str
        When it was handed in, by the student's clock; empty if it was not.
    penalty : float
        The points that being late has cost.
    late : float
        How many seconds after the deadline that came which has the score.
    deadline : str
        Until when this student could hand in, as ISO 8601; empty if that is open.
    """

    student: str
    exercise: str
    status: str
    score: float | None
    points: float
    scores: Mapping[str, float | None]
    mistakes: Mapping[str, Sequence[str]]
    note: str
    submitted: str
    penalty: float = 0.0
    late: float = 0.0
    deadline: str = ""


def note_down(folder: Path, exercise: str, student: str, found: Noted) -> None:
    """Write down what grading found out about a submission."""
    text = json.dumps(asdict(found), indent=1)
    write_private(_file(folder, exercise, student), text.encode())


def noted(folder: Path, exercise: str, student: str) -> Noted | None:
    """Return what grading found out about a submission, or None."""
    file = _file(folder, exercise, student)
    return Noted(**json.loads(file.read_bytes())) if file.exists() else None


def graded_exercises(folder: Path) -> list[str]:
    """Return the exercises of which something was graded, in order."""
    return sorted(path.name for path in (folder / "graded").glob("*"))


def points_of(released: str) -> dict[str, float]:
    """Return the points of each question, in order, open ones too.

    Parameters
    ----------
    released : str
        The text of the released exercise.
    """
    cells = nbformat.reads(released, as_version=4).cells
    return {
        marks(cell)["grade_id"].removesuffix(ANSWERED_BY): float(marks(cell)["points"])
        for cell in cells
        if marks(cell).get("grade")
    }


def grades_of(folder: Path, exercise: str, released: str) -> list[Grade]:
    """Return the grades of all of the class, in the order of their names.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    released : str
        The text of the released exercise.
    """
    points = points_of(released)
    students = students_of(folder)
    term = read_term(folder, students)
    with open_gradebook(folder) as gradebook:
        return [
            _grade(folder, exercise, student, points, gradebook, term)
            for student in students
        ]


def _grade(
    folder: Path,
    exercise: str,
    student: str,
    points: Mapping[str, float],
    gradebook: Any,
    term: Term,
) -> Grade:
    submitted = time_submitted(folder, exercise, student)
    found = noted(folder, exercise, student)
    why = refused_of(folder, exercise).get(student)
    if found is None and why is not None:
        found = Noted("refused", why, has_score=False)
    elif found is None:
        found = Noted(
            "missing", NOT_GRADED if submitted else NOT_COLLECTED, has_score=False
        )
    scores: dict[str, float | None] = dict.fromkeys(points)
    again: list[str] = []
    penalty = late = 0.0
    notebook = _notebook(gradebook, exercise, student) if found.has_score else None
    if notebook is not None:
        entered = points_entered(notebook)
        penalty = notebook.late_submission_penalty or 0.0
        late = notebook.assignment.total_seconds_late
        scores |= {name: entered[name][0] for name in points if name in entered}
        again = [name for name in points if name in entered and entered[name][1]]
    given = [score for score in scores.values() if score is not None]
    until = term.deadline(exercise, student)
    return Grade(
        student=student,
        exercise=exercise,
        status=found.status,
        score=round(sum(given) - penalty, 2) if found.has_score else None,
        points=sum(points.values()),
        scores=scores,
        mistakes=found.mistakes,
        note=_note(found, scores, again),
        submitted=submitted,
        penalty=penalty,
        late=late,
        deadline=until.isoformat(timespec="minutes") if until else "",
    )


def _notebook(gradebook: Any, exercise: str, student: str) -> Any:
    """Return what the gradebook has of a submission; None if there is nothing."""
    try:
        return gradebook.find_submission_notebook(exercise, exercise, student)
    except MissingEntry:
        return None


def _note(
    found: Noted, scores: Mapping[str, float | None], again: Sequence[str]
) -> str:
    if not found.has_score:
        return found.note
    unread = ", ".join(name for name, score in scores.items() if score is None)
    said = [found.note, unread and f"to be read: {unread}"]
    if again:
        said.append(f"answer changed, to be read again: {', '.join(again)}")
    return "; ".join(filter(None, said))


def _file(folder: Path, exercise: str, student: str) -> Path:
    return folder / "graded" / exercise / f"{student}.json"

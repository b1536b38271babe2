"""Score what was executed: one submission after another, into nbgrader's gradebook.

The score of each question comes from the answers that its cell handed out, judged by
`marking`; points that a person gave stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import MissingEntry

from course.exercises import ANSWERED_BY, solution_file
from course.instructor.classes.class_folder import time_submitted, write_private
from course.instructor.classes.feedback import autograded_file
from course.instructor.classes.gradebook import (
    enter_exercise,
    enter_scores,
    open_gradebook,
)
from course.instructor.classes.marking import NotWhole, mark
from course.instructor.judging.answers import QuestionVerdict
from course.instructor.release import exercise_text
from course.instructor.running.execution import Execution

GRADED, ALTERED = "graded", "altered"
# How an execution may end that can be scored.
SCORED = ("executed", "timed out", "cell crashed")
CRASHED = "crashed"


@dataclass(frozen=True)
class Scored:
    """What became of one submission.

    Attributes
    ----------
    student, exercise : str
    status : str
        "graded", "altered", "timed out", "cell crashed", "crashed" or "unreadable".
    score : float or None
        Points that the gradebook has, those of open questions that were read already
        among them. None is no score, which is not the same as 0.
    points : float
        The most that can be reached.
    verdicts : mapping of str to QuestionVerdict
        For each question what is thought of its answers; empty if nothing was scored.
    to_read : tuple of str
        The open questions that nobody has read yet.
    note : str
        One line for the instructor; empty if there is nothing to say.
    """

    student: str
    exercise: str
    status: str
    score: float | None
    points: float
    verdicts: Mapping[str, QuestionVerdict] = field(default_factory=dict)
    to_read: tuple[str, ...] = ()
    note: str = ""


# ------------------------------------------------------------------ the assignment


def prepare(folder: Path, exercise: str) -> None:
    """Enter an exercise into the gradebook, as it is released now.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    """
    solution = solution_file(exercise)
    released = exercise_text(solution)
    write_private(folder / "source" / exercise / solution.name, solution.read_bytes())
    write_private(folder / "release" / exercise / solution.name, released.encode())
    enter_exercise(folder, exercise, released)


# ------------------------------------------------------------------ one submission


def score(
    folder: Path, exercise: str, student: str, execution: Execution, secret: bytes
) -> Scored:
    """Score what was executed, and enter it into the gradebook.

    A submission that cannot be scored changes nothing there: a score that it has from
    an earlier run is kept, and the note says so. `prepare` comes first.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    student : str
        Whose submission it is.
    execution : Execution
        What became of it when it ran.
    secret : bytes
        Of the class, as when the locked cells were made.

    Returns
    -------
    Scored

    Raises
    ------
    Failed
        If scoring failed for a reason that is not in the submission.
    """
    if execution.status not in SCORED:
        return _unscored(folder, exercise, student, execution.status, execution.note)
    graded = autograded_file(folder, exercise, student)
    before = graded.read_text(encoding="utf-8") if graded.exists() else ""
    try:
        marked = mark(exercise, student, secret, execution.notebook, before)
    except NotWhole as problem:
        return _unscored(folder, exercise, student, CRASHED, f"not scored: {problem}")
    time = time_submitted(folder, exercise, student)
    # The notebook comes last: if this is interrupted, answers still count as changed.
    enter_scores(
        folder, exercise, student, time, marked.scores, marked.blank, marked.changed
    )
    write_private(graded, marked.notebook.encode())
    if time:
        write_private(graded.with_name("timestamp.txt"), time.encode())
    status = ALTERED if execution.altered else GRADED
    return _from_gradebook(
        folder,
        exercise,
        student,
        status if execution.status == "executed" else execution.status,
        "; ".join(filter(None, [execution.note, *execution.altered])),
        marked.verdicts,
    )


# ------------------------------------------------------------------ from the gradebook


def _from_gradebook(
    folder: Path,
    exercise: str,
    student: str,
    status: str,
    note: str,
    verdicts: Mapping[str, QuestionVerdict],
) -> Scored:
    with open_gradebook(folder) as gradebook:
        found = gradebook.find_submission_notebook(exercise, exercise, student)
        unread = [grade.name for grade in found.grades if grade.needs_manual_grade]
        reached, points = round(float(found.score), 2), float(found.max_score)
    to_read = tuple(name.removesuffix(ANSWERED_BY) for name in unread)
    return Scored(student, exercise, status, reached, points, verdicts, to_read, note)


def _unscored(
    folder: Path, exercise: str, student: str, status: str, note: str
) -> Scored:
    """Return what the gradebook has from an earlier run, or no score."""
    if _was_scored(folder, exercise, student):
        kept = "; ".join(filter(None, [note, "the score of an earlier run is kept"]))
        return _from_gradebook(folder, exercise, student, status, kept, {})
    with open_gradebook(folder) as gradebook:
        points = float(gradebook.find_notebook(exercise, exercise).max_score)
    return Scored(student, exercise, status, None, points, note=note)


def _was_scored(folder: Path, exercise: str, student: str) -> bool:
    with open_gradebook(folder) as gradebook:
        try:
            found = gradebook.find_submission_notebook(exercise, exercise, student)
        except MissingEntry:
            return False
        # nbgrader enters a submission before it scores it, and then it may fail.
        return any(grade.auto_score is not None for grade in found.grades)

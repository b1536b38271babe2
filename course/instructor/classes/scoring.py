"""Score what was executed: one submission after another, into nbgrader's gradebook.

nbgrader's own Autograde does the work, with two changes. It does not execute: it is
given the notebook that ran in the sandbox, outputs and all. And the score of each
question is set from the answers that were handed out, by `SetScores`.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
    SaveCells,
)
from traitlets.config import Config

from course.exercises import ANSWERED_BY, marks
from course.instructor.classes.class_folder import time_submitted, write_private
from course.instructor.classes.gradebook import (
    course_directory,
    open_gradebook,
    quietly,
)
from course.instructor.judging.answers import (
    ANSWERS,
    QuestionVerdict,
    check_cells,
    judged,
)
from course.instructor.release import exercise_text
from course.instructor.running.execution import Execution
from course.notebooks import project_folder

GRADED, ALTERED = "graded", "altered"
SCORED = ("executed", "timed out")  # how an execution may end that can be scored
CRASHED = "crashed"


@dataclass(frozen=True)
class Scored:
    """What became of one submission.

    Attributes
    ----------
    student, exercise : str
    status : str
        "graded", "altered", "timed out", "crashed" or "unreadable".
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


class ScoringFailed(Exception):
    """The notebook that was executed is not what was released."""


# ------------------------------------------------------------------ the assignment


def prepare(folder: Path, exercise: str) -> None:
    """Enter an exercise into the gradebook, as it is released now.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.

    Raises
    ------
    ValueError
        If it has other cells than when the first submission was scored.
    """
    solution = project_folder() / "solutions" / f"{exercise}.ipynb"
    released = exercise_text(solution)
    write_private(folder / "source" / exercise / solution.name, solution.read_bytes())
    write_private(folder / "release" / exercise / solution.name, released.encode())
    with open_gradebook(folder) as gradebook:
        gradebook.update_or_create_assignment(exercise)
    resources = {
        "nbgrader": {
            "notebook": exercise,
            "assignment": exercise,
            "db_url": course_directory(folder).db_url,
        }
    }
    try:
        with quietly():
            SaveCells().preprocess(nbformat.reads(released, as_version=4), resources)
    except RuntimeError as error:
        raise ValueError(
            f"{exercise} has other questions than those that were graded already. "
            f"Grade with the project as it was, or use a new folder than {folder}."
        ) from error


# ------------------------------------------------------------------ the scores


class SetScores(NbGraderPreprocessor):
    """Set the score of each question from the answers that its cell handed out.

    It goes through the questions that the release has, not the cells that it finds,
    and leaves one number as the result of each check cell, in front: nbgrader takes
    the first result, and gives all points for none, for text and for NaN. What else
    the cell said stays for the feedback.
    """

    def __init__(self, exercise: str, student: str, secret: bytes) -> None:
        super().__init__()
        self.exercise, self.student, self._secret = exercise, student, secret
        self.verdicts: dict[str, QuestionVerdict] = {}

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Set all scores; raise `ScoringFailed` unless each question is there once."""
        released = list(check_cells(self.exercise))
        found = [cell for cell in nb.cells if marks(cell).get("grade_id") in released]
        if [marks(cell)["grade_id"] for cell in found] != released:
            raise ScoringFailed("the executed notebook lacks some of the checks")
        for cell in found:
            self._set_score(cell)
        for cell in nb.cells:
            _drop_answers(cell)
        return nb, resources

    def _set_score(self, cell: Any) -> None:
        question = marks(cell)["grade_id"].removesuffix(ANSWERED_BY)
        verdict = judged(
            self.exercise, question, cell.outputs, self.student, self._secret
        )
        self.verdicts[question] = verdict
        points = float(marks(cell)["points"])
        reached = round(points * verdict.share, 2)
        result = nbformat.v4.new_output(
            "execute_result",
            {"text/plain": str(reached)},
            execution_count=cell.execution_count,
        )
        shown = _shown(verdict, f"Graded: {reached:g} of {points:g} points")
        cell.outputs = [result, shown, *map(_as_display, cell.outputs)]


def _shown(verdict: QuestionVerdict, heading: str) -> Any:
    """Return the verdict as an output for the feedback; markup in it is harmless."""
    shown = verdict.shown()
    data = {
        "text/plain": f"{heading}\n{shown!r}",
        "text/html": f"<p>{heading}</p>{shown._repr_html_()}",
    }
    return nbformat.v4.new_output("display_data", data)


def _as_display(output: Any) -> Any:
    """Return an output that nbgrader cannot take for a score."""
    if output.output_type != "execute_result":
        return output
    return nbformat.v4.new_output("display_data", output.data)


def _drop_answers(cell: Any) -> None:
    for output in cell.get("outputs", []):
        output.get("data", {}).pop(ANSWERS, None)


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
    """
    if execution.status not in SCORED:
        return _unscored(folder, exercise, student, execution.status, execution.note)
    setting = SetScores(exercise, student, secret)
    try:
        _autograde(folder, exercise, student, execution.notebook, setting)
    except Exception as problem:
        # One submission must not stop the others, whatever is in it.
        return _unscored(folder, exercise, student, CRASHED, f"not scored: {problem}")
    status = ALTERED if execution.altered else GRADED
    return _from_gradebook(
        folder,
        exercise,
        student,
        status if execution.status == "executed" else execution.status,
        "; ".join(filter(None, [execution.note, *execution.altered])),
        setting.verdicts,
    )


def _autograde(
    folder: Path, exercise: str, student: str, notebook: str, setting: SetScores
) -> None:
    """Let nbgrader score an executed notebook, and put the result in its place."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="scoring-") as temporary:
        step = Path(temporary).name
        submitted = Path(temporary) / "submitted" / student / exercise
        write_private(submitted / f"{exercise}.ipynb", notebook.encode())
        if time := time_submitted(folder, exercise, student):
            write_private(submitted / "timestamp.txt", time.encode())
        directory = course_directory(
            folder,
            assignment_id=exercise,
            student_id=student,
            submitted_directory=f"{step}/submitted",
            autograded_directory=f"{step}/autograded",
        )
        autograde = Autograde(coursedir=directory, config=Config())
        without = Autograde.sanitize_preprocessors.default()
        autograde.sanitize_preprocessors = [
            one for one in without if one is not ClearOutput
        ]
        autograde.autograde_preprocessors = [
            LimitOutput,
            setting,
            SaveAutoGrades,
            AssignLatePenalties,
            CheckCellMetadata,
        ]
        with _errors_of(autograde.log) as errors, quietly():
            try:
                autograde.start()
            except NbGraderException as error:
                raise ScoringFailed(_last_line(errors)) from error
        _put_in_place(
            Path(temporary) / "autograded" / student / exercise,
            folder / "autograded" / student / exercise,
        )


def _put_in_place(made: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    shutil.move(made, place)


@contextmanager
def _errors_of(log: logging.Logger) -> Iterator[list[str]]:
    """Collect the errors that nbgrader logs in place of raising them."""
    errors: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(record.getMessage())

    collecting = Collecting(logging.ERROR)
    propagates, log.propagate = log.propagate, False
    log.addHandler(collecting)
    try:
        yield errors
    finally:
        log.removeHandler(collecting)
        log.propagate = propagates


def _last_line(errors: list[str]) -> str:
    """Return the last line of the traceback that nbgrader logged."""
    traces = [text for text in errors if "Traceback" in text] or errors or ["unknown"]
    return traces[0].strip().splitlines()[-1]


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

"""nbgrader's view of the folder of a class, and its gradebook.

All that is written there goes through nbgrader's `Gradebook`. What a person gave, be it
points, extra credit or comments, is never touched.
"""

import os
import shutil
import sys
import threading
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Comment, Grade, Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from course.exercises import ANSWERED_BY, marks
from course.instructor.classes.class_folder import COURSE

_one_at_a_time = threading.RLock()
NO_ANSWER = "No response."  # as nbgrader says it


def course_directory(folder: Path, **settings: str) -> CourseDirectory:
    """Return nbgrader's view of the folder of a class.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    **settings
        Such as ``assignment_id`` and ``student_id``.
    """
    return CourseDirectory(root=str(folder.resolve()), course_id=COURSE, **settings)


@contextmanager
def open_gradebook(folder: Path) -> Iterator[Gradebook]:
    """Give nbgrader's gradebook of the class, to one thread at a time."""
    directory = course_directory(folder)
    # To make its file, it calls the program alembic, which lies beside Python.
    if shutil.which("alembic") is None:
        os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    with _one_at_a_time, quietly(), Gradebook(directory.db_url, COURSE) as gradebook:
        yield gradebook


@contextmanager
def quietly() -> Iterator[None]:
    """Drop what SQLAlchemy warns of: how nbgrader uses it is nbgrader's affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield


def enter_exercise(folder: Path, exercise: str, released: str) -> None:
    """Enter an exercise as it is released now, whatever was graded before.

    A question that was withdrawn stays, with what was given for it, and counts nothing;
    a new one is there for those who were graded already, too.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    released : str
        The text of the released exercise.
    """
    place = (exercise, exercise)
    cells = nbformat.reads(released, as_version=4).cells
    marked = {marks(cell)["grade_id"]: cell for cell in cells if marks(cell)}
    with open_gradebook(folder) as gradebook:
        gradebook.update_or_create_assignment(exercise)
        notebook = gradebook.update_or_create_notebook(*place)
        for name, cell in marked.items():
            _enter_cell(gradebook, place, name, cell)
        for old in notebook.grade_cells:
            if not marks(marked.get(old.name, cells[0])).get("grade"):
                old.max_score = 0
        for submitted in notebook.submissions:
            _add_new_cells(gradebook, notebook, submitted)
        gradebook.db.commit()


def _enter_cell(
    gradebook: Gradebook, place: tuple[str, str], name: str, cell: Any
) -> None:
    mark = marks(cell)
    gradebook.update_or_create_source_cell(
        name,
        *place,
        cell_type=cell.cell_type,
        locked=bool(mark.get("locked")),
        source=cell.source,
        checksum=mark.get("checksum"),
    )
    if mark.get("solution"):
        gradebook.update_or_create_solution_cell(name, *place)
    if mark.get("grade"):
        gradebook.update_or_create_grade_cell(
            name, *place, max_score=float(mark["points"]), cell_type=cell.cell_type
        )


def _add_new_cells(gradebook: Gradebook, notebook: Any, submitted: Any) -> None:
    """Add to a submission what was graded before a cell was there."""
    known = {one.cell_id for one in [*submitted.grades, *submitted.comments]}
    for kind, cells in (
        (Grade, notebook.grade_cells),
        (Comment, notebook.solution_cells),
    ):
        for cell in cells:
            if cell.id not in known:
                gradebook.db.add(kind(cell_id=cell.id, notebook=submitted))


def enter_scores(
    folder: Path,
    exercise: str,
    student: str,
    time: str,
    scores: Mapping[str, float | None],
    blank: Collection[str],
    changed: Collection[str],
) -> None:
    """Enter what grading gives for a submission.

    Points that a person gave stay. They are asked for again only if the answer that
    they were given for has changed since.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise, student : str
    time : str
        When it was handed in, as ISO 8601; empty if nothing says.
    scores : mapping of str to float or None
        For each graded cell, by its name; None where a person is to give them.
    blank : collection of str
        The answer cells that are as they were released.
    changed : collection of str
        The answer cells that differ from those that were graded before.
    """
    with open_gradebook(folder) as gradebook:
        gradebook.update_or_create_student(student)
        when = {"timestamp": time} if time else {}
        gradebook.update_or_create_submission(exercise, student, **when)
        found = gradebook.find_submission_notebook(exercise, exercise, student)
        for grade in found.grades:
            grade.auto_score = scores.get(grade.name)
            answer = grade.name.removesuffix(ANSWERED_BY)
            if grade.manual_score is not None:
                again = answer in changed or grade.name in changed
                grade.needs_manual_grade = bool(grade.needs_manual_grade or again)
            else:
                waits = grade.name in scores and grade.auto_score is None
                grade.needs_manual_grade = waits
        for comment in found.comments:
            comment.auto_comment = NO_ANSWER if comment.name in blank else None
        gradebook.db.commit()


def points_entered(notebook: Any) -> dict[str, tuple[float | None, bool]]:
    """Return each question's points, and whether they were given for another answer.

    Points that a person gave count until that person gives others; they are None where
    nobody has read the answer.

    Parameters
    ----------
    notebook : nbgrader.api.SubmittedNotebook
    """
    found = {}
    for grade in notebook.grades:
        given = grade.manual_score is not None
        waits = grade.needs_manual_grade and not given
        points = None if waits else float(grade.score)
        again = bool(grade.needs_manual_grade and given)
        found[grade.name.removesuffix(ANSWERED_BY)] = points, again
    return found

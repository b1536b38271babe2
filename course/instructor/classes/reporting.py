"""Report an exercise: a page for each student, the table of grades, an overview."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from course.instructor.classes import overview
from course.instructor.classes.class_folder import students_of, write_private
from course.instructor.classes.feedback import write_feedback
from course.instructor.classes.grades import (
    Grade,
    graded_exercises,
    grades_of,
    points_of,
)
from course.instructor.classes.late_policy import enter_penalties
from course.instructor.classes.limited import Failed
from course.instructor.judging.answers import released_text
from helpers.exercises.reading import clean

# Spreadsheets take a cell that begins so for a formula, full-width signs included.
FORMULA = "=+-@＝＋－＠\t\r\n"
FIRST = ("student", "exercise", "status", "score", "points", "penalty")
LAST = ("note", "submitted", "deadline", "hours_late")


def report(folder: Path, exercise: str) -> str:
    """Write the pages, ``grades.csv`` and the picture; return the overview as text.

    The table has all exercises that were graded so far.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.

    Raises
    ------
    LookupError
        If nothing of this exercise was graded yet.
    """
    known = graded_exercises(folder)
    if exercise not in known:
        raise LookupError(
            f"Nothing of {exercise} was graded yet: course grade {exercise[:2]}"
        )
    for name in known:
        enter_penalties(
            folder, name, points_of(released_text(name)), students_of(folder)
        )
    grades = {name: grades_of(folder, name, released_text(name)) for name in known}
    without = [
        grade.student
        for grade in grades[exercise]
        if grade.status not in ("missing", "refused") and not _has_page(folder, grade)
    ]
    everything = [grade for name in known for grade in grades[name]]
    write_private(folder / "grades.csv", as_table(everything).encode())
    points = points_of(released_text(exercise))
    overview.draw(grades[exercise], points, picture_file(folder, exercise))
    shown = overview.as_text(grades[exercise], points)
    if without:
        shown += f"\n\nno page could be made, run this again: {', '.join(without)}"
    return shown


def _has_page(folder: Path, grade: Grade) -> bool:
    """Write the page of one student; try twice, and return whether it worked."""
    for _ in range(2):
        try:
            write_feedback(folder, grade)
        except Failed:
            continue
        return True
    return False


def picture_file(folder: Path, exercise: str) -> Path:
    """Return where the overview of an exercise lies."""
    return folder / f"overview-{exercise[:2]}.png"


def as_table(grades: Sequence[Grade]) -> str:
    """Return grades as CSV that a spreadsheet opens without running anything."""
    questions = list(dict.fromkeys(name for grade in grades for name in grade.scores))
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([*FIRST, *questions, *LAST])
    for grade in grades:
        first = [grade.student, grade.exercise, grade.status, grade.score, grade.points]
        scores = [grade.scores.get(name) for name in questions]
        last = [
            grade.note,
            grade.submitted,
            grade.deadline,
            round(grade.late / 3600, 1),
        ]
        cells = [*first, grade.penalty, *scores, *last]
        writer.writerow([_cell(value) for value in cells])
    return stream.getvalue()


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float | int):
        return f"{value:g}"
    # A semicolon ends a cell where the comma is the decimal sign.
    text = clean(value).strip().translate({ord(";"): ",", ord('"'): "'"})
    return f"'{text}" if text.startswith(tuple(FORMULA)) else text

"""What learning platforms take in: tables of scores, and a zip of feedback.

Moodle's import asks which column means the student and which the exercise, so its table
has the columns of the list of the class. Canvas wants columns and a second row of its
own. Both put feedback where the names of files say, as they gave them out.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from course.instructor.classes.class_folder import origins_of, students_of
from course.instructor.classes.feedback import feedback_file
from course.instructor.classes.grades import Grade
from course.instructor.classes.tables import (
    POINTS_POSSIBLE,
    Cell,
    is_no_student,
    read_table,
)
from course.instructor.classes.whose import CANVAS, MOODLE

LIST = "class.csv"  # as it was given to `course collect`
STUDENT = "student"  # its column that all of the course goes by
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")

Grades = Mapping[str, Sequence[Grade]]


def moodle_table(folder: Path, grades: Grades) -> list[list[Cell]]:
    """Return the table for Moodle: a row for each student, a column an exercise.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    grades : mapping of str to sequence of Grade
        Of each exercise, by its whole name.
    """
    columns, listed = _listed(folder)
    shown = [name for name in columns if not _means(name, grades)] or [STUDENT]
    table: list[list[Cell]] = [[*shown, *grades]]
    for student, row in listed.items():
        about = {**row, STUDENT: student}
        table.append([*(about.get(name, "") for name in shown), *_of(student, grades)])
    return table


def canvas_table(folder: Path, grades: Grades) -> list[list[Cell]]:
    """Return the table for Canvas: as `moodle_table`, in Canvas's own columns.

    Where the list of the class is an export from Canvas, its numbers of students and
    assignments are used; else students are meant by their login.
    """
    columns, listed = _listed(folder)
    own = set(CANVAS_COLUMNS) & set(columns)
    heads = {name: [one for one in columns if _means(one, {name})] for name in grades}
    table: list[list[Cell]] = [
        [*CANVAS_COLUMNS, *(heads[name][0] if heads[name] else name for name in grades)]
    ]
    points = [all_of[0].points if all_of else None for all_of in grades.values()]
    table.append([f"    {POINTS_POSSIBLE}", *[None] * 4, *points])
    for student, row in listed.items():
        about = row if own else {"Student": student, "SIS Login ID": student}
        ids = [about.get(name, "") for name in CANVAS_COLUMNS]
        ids[0] = ids[0] or student
        table.append([*ids, *_of(student, grades)])
    return table


def _listed(folder: Path) -> tuple[list[str], dict[str, dict[str, str]]]:
    """Return the columns of the list of the class, and the row of each student."""
    file = folder / LIST
    columns, rows = read_table(file.read_bytes()) if file.exists() else ([], [])
    known = {row[STUDENT]: row for row in rows if not is_no_student(row)}
    return columns, {student: known.get(student, {}) for student in students_of(folder)}


def _means(column: str, exercises: Mapping[str, object] | set[str]) -> bool:
    """Return whether a column has the scores of an exercise: Canvas adds a number."""
    return re.sub(r" \(\d+\)$", "", column) in exercises


def _of(student: str, grades: Grades) -> list[Cell]:
    """Return the scores of a student; None is no score, which is not the same as 0."""
    return [
        next((grade.score for grade in all_of if grade.student == student), None)
        for all_of in grades.values()
    ]


# ------------------------------------------------------------------ feedback


def feedback_zip(folder: Path, exercise: str, grades: Sequence[Grade]) -> bytes:
    """Return the pages of an exercise in the layout in which its notebooks came.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    grades : sequence of Grade
        Of all of the class.
    """
    origins = origins_of(folder, exercise)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for grade in grades:
            page = feedback_file(folder, exercise, grade.student)
            if page.exists():
                name = place_of(origins.get(grade.student, ""), exercise, grade.student)
                entry = zipfile.ZipInfo(name)  # the same pages always make the same zip
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, page.read_bytes())
    return stream.getvalue()


def place_of(origin: str, exercise: str, student: str) -> str:
    """Return where in the zip a student's page belongs.

    Parameters
    ----------
    origin : str
        The path in the inbox that the notebook came from; empty if nothing says.
    exercise, student : str
    """
    page = f"{exercise}.html"
    *folders, file = PurePath(origin).parts or ("",)
    for name in folders:
        if MOODLE.fullmatch(name):
            return f"{_writable(name)}/{page}"
    if found := MOODLE.fullmatch(file):
        return _writable(file[: found.start("file")]) + page
    if CANVAS.fullmatch(file):
        return _writable(f"{PurePath(file).stem}.html")
    return f"{student}/{page}"


def _writable(name: str) -> str:
    """Return a name that can be written: file systems know bytes that are no text."""
    return name.encode("utf-8", "replace").decode("utf-8")

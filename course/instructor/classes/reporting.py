"""Report an exercise: a page for each student, tables of grades, an overview."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course.instructor.classes import overview
from course.instructor.classes.alike import alike
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
from course.instructor.classes.platforms import (
    canvas_table,
    feedback_zip,
    moodle_table,
)
from course.instructor.classes.tables import Cell, as_csv
from course.instructor.judging.answers import released_text

AT_A_TIME = max(2, os.cpu_count() or 1)  # pages
FIRST = ("student", "exercise", "status", "score", "points", "penalty")
LAST = ("note", "submitted", "deadline", "hours_late")


def report(folder: Path, exercise: str) -> str:
    """Write the pages, the tables and the picture; return the overview as text.

    The tables have all exercises that were graded so far.

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
    released = {name: released_text(name) for name in known}
    everybody = students_of(folder)
    for name, text in released.items():
        enter_penalties(folder, name, points_of(text), everybody)
    grades = {name: grades_of(folder, name, text) for name, text in released.items()}
    shown_to = [
        grade
        for grade in grades[exercise]
        if grade.status not in ("missing", "refused")
    ]
    with ThreadPoolExecutor(AT_A_TIME) as pool:  # each waits for a process
        made = pool.map(lambda grade: _has_page(folder, grade), shown_to)
        without = [
            grade.student
            for grade, has_page in zip(shown_to, made, strict=True)
            if not has_page
        ]
    _write_tables(folder, grades)
    archive = feedback_zip(folder, exercise, grades[exercise])
    write_private(archive_file(folder, exercise), archive)
    points = points_of(released[exercise])
    overview.draw(grades[exercise], points, picture_file(folder, exercise))
    shown = f"{overview.as_text(grades[exercise], points)}\n\n"
    shown += _say_alike(folder, exercise, grades[exercise])
    if without:
        shown += f"\n\nno page could be made, run this again: {', '.join(without)}"
    return shown


def _write_tables(folder: Path, grades: Mapping[str, Sequence[Grade]]) -> None:
    everything = [grade for of_one in grades.values() for grade in of_one]
    write_private(folder / "grades.csv", as_csv(grade_table(everything)))
    for name, table in (("moodle.csv", moodle_table), ("canvas.csv", canvas_table)):
        write_private(folder / name, as_csv(table(folder, grades), mark=True))


def _say_alike(folder: Path, exercise: str, grades: Sequence[Grade]) -> str:
    """Say which answers are alike, for the instructor's eyes; keep it as a table."""
    scored = [grade.student for grade in grades if grade.score is not None]
    found = alike(folder, exercise, scored) if scored else []
    rows: list[list[Cell]] = [["question", "tokens", "students"]]
    rows += [[one.question, one.tokens, " ".join(one.students)] for one in found]
    write_private(folder / f"alike-{exercise}.csv", as_csv(rows))
    lines = ["answers alike, to be looked at (that proves nothing)"]
    lines += [f"  {one.question:<6} {', '.join(one.students)}" for one in found]
    return "\n".join(lines if found else [*lines, "  none"])


def _has_page(folder: Path, grade: Grade) -> bool:
    """Write the page of one student; try twice, and return whether it worked."""
    for _ in range(2):
        try:
            write_feedback(folder, grade)
        except Failed:
            continue
        return True
    return False


def archive_file(folder: Path, exercise: str) -> Path:
    """Return where the pages lie together, as platforms take them."""
    return folder / f"feedback-{exercise}.zip"


def picture_file(folder: Path, exercise: str) -> Path:
    """Return where the overview of an exercise lies."""
    return folder / f"overview-{exercise[:2]}.png"


def grade_table(grades: Sequence[Grade]) -> list[list[Cell]]:
    """Return our own table: a row for each student and exercise."""
    questions = list(dict.fromkeys(name for grade in grades for name in grade.scores))
    table: list[list[Cell]] = [[*FIRST, *questions, *LAST]]
    for grade in grades:
        first: list[Cell] = [
            grade.student,
            grade.exercise,
            grade.status,
            grade.score,
            grade.points,
        ]
        scores = [grade.scores.get(name) for name in questions]
        hours = round(grade.late / 3600, 1)
        last: list[Cell] = [grade.note, grade.submitted, grade.deadline, hours]
        table.append([*first, grade.penalty, *scores, *last])
    return table

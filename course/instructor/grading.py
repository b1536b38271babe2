"""Grade an exercise: execute all submissions in parallel, then score one by one."""

from pathlib import Path

from course.instructor.class_folder import students_who_submitted
from course.instructor.execution import Limits
from course.instructor.grades import Noted, note_down
from course.instructor.parallel import execute_all


def grade(
    folder: Path,
    exercise: str,
    jobs: int = 2,
    dask: str | None = None,
    limits: Limits | None = None,
    unsafe: bool = False,
    again: bool = False,
) -> dict[str, Noted]:
    """Execute and score all submissions of an exercise.

    Parameters are those of `execute_all`.

    Returns
    -------
    dict of str to Noted
        What was found out about each student's submission.
    """
    execute_all(folder, exercise, jobs, dask, limits, unsafe, again)
    found = {}
    for student in students_who_submitted(folder, exercise):
        found[student] = _score(folder, exercise, student)
        note_down(folder, exercise, student, found[student])
    return found


def _score(folder: Path, exercise: str, student: str) -> Noted:
    raise NotImplementedError

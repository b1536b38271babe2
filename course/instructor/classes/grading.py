"""Grade an exercise: execute all submissions, then score them, in parallel."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from course.instructor.classes.class_folder import (
    secret_of,
    students_of,
    students_who_submitted,
)
from course.instructor.classes.grades import (
    FAILED,
    NOT_GRADED,
    Noted,
    note_down,
    noted,
    points_of,
)
from course.instructor.classes.kept_executions import kept
from course.instructor.classes.late_policy import enter_penalties
from course.instructor.classes.parallel import execute_all
from course.instructor.classes.scoring import prepare, score
from course.instructor.classes.term import read_term
from course.instructor.judging.answers import released_text
from course.instructor.running.execution import Limits
from course.instructor.running.sandbox import require_sandbox
from helpers.exercises.reading import clean


def grade(
    folder: Path,
    exercise: str,
    jobs: int = 2,
    dask: str | None = None,
    limits: Limits | None = None,
    unsafe: bool = False,
    again: bool = False,
    students: Sequence[str] = (),
) -> dict[str, Noted]:
    """Execute and score submissions of an exercise.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    jobs, dask, limits, unsafe, again, students
        As for `course.instructor.classes.parallel.execute_all`.

    Returns
    -------
    dict of str to Noted
        What was found out about each student's submission.

    Raises
    ------
    LookupError
        If nothing was collected for this exercise, or not from one of the students.
    RuntimeError
        If there can be no sandbox here, or Dask cannot be reached.
    """
    there = students_who_submitted(folder, exercise)
    if strangers := sorted(set(students) - set(there)):
        raise LookupError(
            f"{', '.join(strangers)}: nothing was collected for {exercise}; there is "
            f"something from {', '.join(there) or 'nobody'}"
        )
    chosen = list(students) or there
    everybody = students_of(folder)
    read_term(folder, everybody)  # a mistake in it is said before hours of work
    if not unsafe and dask is None:
        require_sandbox()
    _, failed = execute_all(
        folder, exercise, jobs, dask, limits or Limits(), unsafe, again, students=chosen
    )
    prepare(folder, exercise)
    found = {
        student: _not_graded(folder, exercise, student, why)
        for student, why in failed.items()
    }
    todo = [student for student in chosen if student not in failed]
    with _pool(jobs) as pool:  # threads do: each waits for a process that marks
        scored = pool.map(lambda student: _score(folder, exercise, student), todo)
        pairs = zip(todo, scored, strict=True)
        for student, one in tqdm(pairs, "scored", len(todo), disable=None):
            found[student] = one
            note_down(folder, exercise, student, one)
    enter_penalties(folder, exercise, points_of(released_text(exercise)), everybody)
    return {student: found[student] for student in chosen}


@contextmanager
def _pool(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads; when this is interrupted, what they began is the last."""
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _not_graded(folder: Path, exercise: str, student: str, why: str) -> Noted:
    """Note that grading failed, which says nothing of the submission."""
    before = noted(folder, exercise, student) or Noted("missing", has_score=False)
    found = replace(before, status=FAILED, note=f"{why}. Grade again")
    note_down(folder, exercise, student, found)
    return found


def _score(folder: Path, exercise: str, student: str) -> Noted:
    """Score one submission; try again if that fails for reasons of our own."""
    execution = kept(folder, exercise, student)
    if execution is None:  # it came while the others were executed
        return Noted("missing", NOT_GRADED, has_score=False)
    why = ""
    for _ in range(2):
        try:
            scored = score(folder, exercise, student, execution, secret_of(folder))
            break
        except Exception as error:  # one submission must not stop the others
            why = f"scoring failed with {type(error).__name__}: {clean(error)}"
    else:
        return _not_graded(folder, exercise, student, why)
    mistakes = {name: list(one.mistakes) for name, one in scored.verdicts.items()}
    before = noted(folder, exercise, student)
    if scored.score is not None and not mistakes and before is not None:
        mistakes = dict(before.mistakes)  # those of the score that is kept
    return Noted(scored.status, scored.note, scored.score is not None, mistakes)

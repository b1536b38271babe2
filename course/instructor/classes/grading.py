"""Grade an exercise: execute all submissions in parallel, then score one by one."""

from pathlib import Path

from tqdm import tqdm

from course.instructor.classes.class_folder import secret_of, students_who_submitted
from course.instructor.classes.grades import NOT_GRADED, Noted, note_down, noted
from course.instructor.classes.kept_executions import kept
from course.instructor.classes.parallel import execute_all
from course.instructor.classes.scoring import prepare, score
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
) -> dict[str, Noted]:
    """Execute and score all submissions of an exercise.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    jobs, dask, limits, unsafe, again
        As for `course.instructor.classes.parallel.execute_all`.

    Returns
    -------
    dict of str to Noted
        What was found out about each student's submission.

    Raises
    ------
    LookupError
        If nothing was collected for this exercise.
    RuntimeError
        If there can be no sandbox here, or Dask cannot be reached.
    """
    if not unsafe and dask is None:
        require_sandbox()
    execute_all(folder, exercise, jobs, dask, limits or Limits(), unsafe, again)
    prepare(folder, exercise)
    found = {}
    students = students_who_submitted(folder, exercise)
    for student in tqdm(students, desc="scored", disable=None):
        found[student] = _score(folder, exercise, student)
        note_down(folder, exercise, student, found[student])
    return found


def _score(folder: Path, exercise: str, student: str) -> Noted:
    """Score one submission."""
    execution = kept(folder, exercise, student)
    if execution is None:  # it came while the others were executed
        return Noted("missing", NOT_GRADED, has_score=False)
    try:
        scored = score(folder, exercise, student, execution, secret_of(folder))
    except Exception as error:  # one submission must not stop the others
        note = f"scoring failed with {type(error).__name__}: {clean(error)}"
        return Noted("crashed", note, has_score=False)
    mistakes = {name: list(one.mistakes) for name, one in scored.verdicts.items()}
    before = noted(folder, exercise, student)
    if scored.score is not None and not mistakes and before is not None:
        mistakes = dict(before.mistakes)  # those of the score that is kept
    return Noted(scored.status, scored.note, scored.score is not None, mistakes)

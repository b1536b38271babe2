"""Execute all submissions of an exercise, in parallel, here or on a Dask cluster.

What runs in other processes is imported there, too, so this file needs little.
"""

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from tqdm import tqdm

from course.instructor.classes.class_folder import (
    earlier_releases,
    secret_of,
    students_who_submitted,
    submitted_file,
)
from course.instructor.classes.kept_executions import Task, keep, kept
from course.instructor.judging.answers import locked_cells, released_text
from course.instructor.running.execution import (
    Execution,
    Limits,
    execute,
    stop_all,
)
from helpers.exercises.reading import clean

Run = Callable[..., Execution]
Results = Generator[tuple[Task, Execution | str], None, None]


def execute_all(
    folder: Path,
    exercise: str,
    jobs: int = 2,
    dask: str | None = None,
    limits: Limits | None = None,
    unsafe: bool = False,
    again: bool = False,
    run: Run = execute,
    students: Sequence[str] = (),
) -> tuple[int, dict[str, str]]:
    """Execute the submissions that were not executed yet; keep what each gave.

    Each result is written down as soon as it is there. A run that was stopped goes on
    where it was when it is started again.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    jobs : int, default 2
        How many at a time, on this machine.
    dask : str, optional
        Address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``; its workers
        are used in place of this machine, as many at a time as they have threads.
    limits : Limits, optional
    unsafe : bool, default False
        Whether to go without the sandbox.
    again : bool, default False
        Whether to execute those, too, whose result is there.
    run : callable
        What executes one submission: `course.instructor.running.execution.execute`.
    students : sequence of str, optional
        Whose; by default all who handed in.

    Returns
    -------
    int
        How many were executed.
    dict of str to str
        Whom grading itself failed for, also when tried again alone, and why. Nothing is
        kept for them.

    Raises
    ------
    LookupError
        If nothing was collected for this exercise.
    RuntimeError
        If the scheduler cannot be reached.
    """
    limits = limits or Limits()
    students = students or students_who_submitted(folder, exercise)
    if not students:
        raise LookupError(
            f"Nothing was collected for {exercise} yet: course collect "
            f"{exercise[:2]} INBOX"
        )

    bar = tqdm(total=len(students), desc="executed", disable=None)

    def tasks() -> Iterator[Task]:
        for student in students:
            task = _task(folder, exercise, student, limits, unsafe)
            if again or kept(folder, exercise, student, task.key) is None:
                yield task
            else:
                bar.update()

    executed, failed = 0, []
    results = _here(tasks(), run, jobs) if dask is None else _far(tasks(), run, dask)
    with contextlib.closing(results), bar:
        for task, done in results:
            if isinstance(done, Execution):
                keep(folder, exercise, task.student, task.key, done)
                executed += 1
            else:
                failed.append(task)
            bar.set_postfix(to_try_again=len(failed))
            bar.update()
    why = {}
    for task in failed:  # alone, with all that this machine has
        done = carry_out(task, run)
        if isinstance(done, Execution):
            keep(folder, exercise, task.student, task.key, done)
            executed += 1
        else:
            why[task.student] = done
    return executed, why


def _task(
    folder: Path, exercise: str, student: str, limits: Limits, unsafe: bool
) -> Task:
    released = released_text(exercise)
    return Task(
        student=student,
        content=submitted_file(folder, exercise, student).read_bytes(),
        released=released,
        locked=locked_cells(exercise, student, secret_of(folder)),
        limits=limits,
        unsafe=unsafe,
        earlier=earlier_releases(folder, exercise, released),
    )


def carry_out(task: Task, run: Run = execute) -> Execution | str:
    """Execute one submission, wherever this is; never raise an error.

    Returns
    -------
    Execution or str
        What it gave; or, if grading itself failed, why.
    """
    try:
        more = {"earlier": task.earlier} if task.earlier else {}
        return run(
            task.content, task.released, task.locked, task.limits, task.unsafe, **more
        )
    except Exception as error:
        return f"{type(error).__name__}: {clean(error)}"


def _here(tasks: Iterator[Task], run: Run, jobs: int) -> Results:
    """Yield results as they come; threads are enough, they wait for other processes."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting: dict[Future, Task] = {}
        try:
            for task in tasks:
                waiting[pool.submit(carry_out, task, run)] = task
                while len(waiting) >= 2 * jobs:  # no more are held in memory
                    yield from _done(waiting)
            while waiting:
                yield from _done(waiting)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            # If this was interrupted, some still run; `wait` knows none as cancelled.
            while left := [future for future in waiting if not future.done()]:
                stop_all()
                wait(left, timeout=0.5)


def _done(waiting: dict[Future, Task]) -> Results:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        yield waiting.pop(future), future.result()


def _far(tasks: Iterator[Task], run: Run, address: str) -> Results:
    """Yield results as they come from the workers of a Dask cluster."""
    with _client(address) as client:
        from distributed import as_completed

        waiting = {
            client.submit(carry_out, task, run, pure=False): task for task in tasks
        }
        try:
            for future in as_completed(waiting):
                # A worker that is killed has its work given to others, some times.
                lost = future.exception()
                task = waiting.pop(future)
                yield task, future.result() if lost is None else clean(lost)
        finally:
            client.cancel(list(waiting))


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise RuntimeError(
            'Dask is not installed: pip install "keras-course[dask]"'
        ) from error
    try:
        return Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise RuntimeError(
            f"No Dask scheduler answers at {address}; start one with `dask scheduler`, "
            "and give the address that it prints."
        ) from error

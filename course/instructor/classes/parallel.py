"""Execute all submissions of an exercise, in parallel, here or on a Dask cluster.

What runs in other processes is imported there, too, so this file needs little.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import BrokenProcessPool
from tqdm import tqdm

from course.instructor.classes.class_folder import (
    secret_of,
    students_who_submitted,
    submitted_file,
)
from course.instructor.classes.kept_executions import Task, keep, kept
from course.instructor.judging.answers import locked_cells, released_text
from course.instructor.running.execution import Execution, Limits, execute
from helpers.exercises.reading import clean

Run = Callable[..., Execution]


def execute_all(
    folder: Path,
    exercise: str,
    jobs: int = 2,
    dask: str | None = None,
    limits: Limits | None = None,
    unsafe: bool = False,
    again: bool = False,
    run: Run = execute,
) -> int:
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

    Returns
    -------
    int
        How many were executed.

    Raises
    ------
    LookupError
        If nothing was collected for this exercise.
    RuntimeError
        If the scheduler cannot be reached, or a worker is killed.
    """
    limits = limits or Limits()
    students = students_who_submitted(folder, exercise)
    if not students:
        raise LookupError(
            f"Nothing was collected for {exercise} yet: course collect "
            f"{exercise[:2]} INBOX"
        )

    bar = tqdm(total=len(students), desc="executed", disable=None)

    def calls() -> Iterator[Any]:
        for student in students:
            task = _task(folder, exercise, student, limits, unsafe)
            if again or kept(folder, exercise, student, task.key) is None:
                yield delayed(carry_out)(task, run)
            else:
                bar.update()

    executed = failed = 0
    with _workers(jobs, dask), bar:
        bar.set_postfix(failed=failed)
        for student, key, done in Parallel(
            return_as="generator_unordered", batch_size=1
        )(calls()):
            keep(folder, exercise, student, key, done)
            executed += 1
            failed += done.status != "executed"
            bar.set_postfix(failed=failed)
            bar.update()
    return executed


def _task(
    folder: Path, exercise: str, student: str, limits: Limits, unsafe: bool
) -> Task:
    return Task(
        student=student,
        content=submitted_file(folder, exercise, student).read_bytes(),
        released=released_text(exercise),
        locked=locked_cells(exercise, student, secret_of(folder)),
        limits=limits,
        unsafe=unsafe,
    )


def carry_out(task: Task, run: Run = execute) -> tuple[str, str, Execution]:
    """Execute one submission, in whatever process this is; never raise an error.

    Returns
    -------
    tuple
        The student, the key to keep the result under, and the result. When grading
        itself failed, the key is empty: next time, it is tried again.
    """
    try:
        done = run(task.content, task.released, task.locked, task.limits, task.unsafe)
    except Exception as error:
        note = f"grading failed with {type(error).__name__}: {clean(error)}"
        return task.student, "", Execution("crashed", (), note, "")
    return task.student, task.key, done


@contextlib.contextmanager
def _workers(jobs: int, dask: str | None) -> Iterator[None]:
    """Let joblib work here, or on a Dask cluster, while the context lasts."""
    if dask is None:
        here = {"initializer": _end_with, "initargs": (os.getpid(),)}
        with parallel_config(backend="loky", n_jobs=jobs, **here):
            try:
                yield
            except BrokenProcessPool as error:
                raise RuntimeError(
                    "A process that executed submissions was killed, perhaps for want "
                    "of memory. What is done is kept: run the command again, with "
                    "--jobs 1."
                ) from error
        return
    with _client(dask), parallel_config(backend="dask", n_jobs=-1):
        yield


def _end_with(parent: int) -> None:
    """Let this process end when its parent does; killed outright, that cannot say so.

    What was started from here ends with it: the sandbox sees to that.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _client(address: str) -> contextlib.AbstractContextManager:
    try:
        from distributed import Client
    except ImportError as error:
        raise RuntimeError(
            'Dask is not installed: pip install "keras-course[dask]"'
        ) from error
    try:
        client: contextlib.AbstractContextManager = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise RuntimeError(
            f"No Dask scheduler answers at {address}; start one with `dask scheduler`, "
            "and give the address that it prints."
        ) from error
    return client

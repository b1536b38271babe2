"""Handle a student's bytes in a process of its own, with limits on time and memory.

Whatever is decoded, judged or cleaned may be made to take all there is. The processes
are forked from one that has everything loaded, so each starts in milliseconds.
"""

import ctypes
import json
import multiprocessing
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from helpers.exercises.reading import clean

SECONDS = 60  # of processor time; an honest notebook takes one or two
MEMORY = 1_500_000_000  # bytes, besides what is loaded
LARGEST = 200_000_000  # bytes of one result
# Of time on the clock, for each second of processor time: then it is this machine that
# is too busy, or something waits that should not.
PATIENCE = 20

# What each of the processes finds loaded.
LOADED = [
    "course.instructor.classes.marking",
    "course.instructor.classes.feedback",
    "course.instructor.classes.alike",
]
PR_SET_PDEATHSIG = 1

# To start a process looks after those that ended, of other threads, too; and how one
# ended can be read only once.
_reaping = threading.Lock()


class OverLimit(Exception):
    """The work took more than it may; the message says of what."""


class Failed(RuntimeError):
    """The work could not be done for a reason that is not in what it was given."""


def limited(
    work: Callable[..., Iterator[Any]],
    *arguments: Any,
    seconds: int = SECONDS,
    memory: int = MEMORY,
) -> Iterator[Any]:
    """Yield what some work yields, done in another process.

    Parameters
    ----------
    work : callable
        A function of a module. It yields what JSON can hold.
    *arguments
        Of that function.
    seconds : int
        Of processor time.
    memory : int
        Bytes that it may take besides what is loaded.

    Raises
    ------
    OverLimit
        If a limit was reached, or the result is too large.
    Failed
        If the process ended in another way, or `work` raised an error.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(sending, work, arguments, seconds, memory), daemon=True
    )
    with _reaping:
        process.start()
    sending.close()
    try:
        deadline = time.monotonic() + PATIENCE * seconds
        while (said := _receive(receiving, process, deadline, seconds)) is not None:
            yield said
    finally:
        process.kill()
        with _reaping:
            process.join()
        receiving.close()


def _receive(
    receiving: Connection, process: Any, deadline: float, seconds: int
) -> Any | None:
    """Return what comes next; None at the end."""
    if not receiving.poll(max(0.0, deadline - time.monotonic())):
        raise Failed(f"no answer after {PATIENCE * seconds} seconds")
    try:
        said = json.loads(receiving.recv_bytes(LARGEST))
    except EOFError:
        with _reaping:
            process.join()
        if process.exitcode == -signal.SIGXCPU:
            raise OverLimit(f"it takes more than {seconds} seconds") from None
        raise Failed(f"the process ended with {process.exitcode}") from None
    except OSError as error:
        raise OverLimit("what it gives is too large") from error
    if "over" in said:
        raise OverLimit(said["over"])
    if "failed" in said:
        raise Failed(said["failed"])
    return said.get("item")


def _work(
    sending: Connection, work: Callable, arguments: tuple, seconds: int, memory: int
) -> None:
    """Do the work, in the other process."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    loaded = int(Path("/proc/self/statm").read_text().split()[0])
    most = loaded * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def send(**what: Any) -> None:
        sending.send_bytes(json.dumps(what).encode())

    try:
        for item in work(*arguments):
            send(item=item)
        send(end=True)
    except MemoryError:
        send(over=f"it takes more than {memory / 1e9:g} GB of memory")
    except RecursionError:
        send(over="it is nested too deeply")
    except Exception as error:
        send(failed=f"{type(error).__name__}: {clean(error)}")

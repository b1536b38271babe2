"""Measuring a pair: in turns, and in a fresh process where that matters."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import psutil

from course.notebooks import project_folder

Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs")

# Added to the code of a fresh process. Linux counts the peak of a program afresh when
# it starts; what `resource` says includes the process that started it.
REPORT = """
import json as _json
with open("/proc/self/status") as _status:
    _peak = next(int(_.split()[1]) for _ in _status if _.startswith("VmHWM:"))
print(_json.dumps([_peak * 1024 / 1e6, globals().get("answer")]))
"""


@dataclass(frozen=True)
class Watched:
    """What a command took, the peak memory of one of its children, and what it said.

    A child's memory is that of all that came of it; what processes share is shared out
    among them (PSS).
    """

    seconds: float
    peak: float  # MB
    said: str


@dataclass(frozen=True)
class Fresh:
    """What a fresh process took, start-up included, and the `answer` it found."""

    seconds: float
    peak: float  # MB
    answer: Any


def in_turns(
    ours: Callable[[], Ours], theirs: Callable[[], Theirs], times: int
) -> tuple[list[Ours], list[Theirs]]:
    """Call both in turn, A B A B, and return what each call returned."""
    pairs = [(ours(), theirs()) for _ in range(times)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def seeds_in_turns(
    module: str, ours: str, theirs: str, times: int
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """Call two functions in turn under the seeds 0, 1, ..., each in its own Python.

    `ours` and `theirs` are calls of what `module` holds, with a gap for the seed, such
    as "train({}, plain=True)".
    """

    def under_seeds(call: str) -> Callable[[], dict[str, float]]:
        seeds = count()

        def run_once() -> dict[str, float]:
            code = f"from {module} import *; answer = {call.format(next(seeds))}"
            return dict(fresh(code).answer)

        return run_once

    return in_turns(under_seeds(ours), under_seeds(theirs), times)


def seconds(function: Callable[[], object]) -> Callable[[], float]:
    """Return a function that tells how long a call takes."""

    def timed() -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    return timed


def fresh(code: str, **variables: str) -> Fresh:
    """Run code in a Python of its own, in the project's folder.

    Code that puts something into the variable `answer` (what JSON can say) gives that
    back. `variables` are set in its environment.
    """
    start = time.perf_counter()
    done = run([sys.executable, "-c", code + REPORT], project_folder(), **variables)
    took = time.perf_counter() - start
    peak, answer = json.loads(done.splitlines()[-1])
    return Fresh(took, peak, answer)


def run(command: Sequence[str], folder: Path, **variables: str) -> str:
    """Run a command to its end, and return what it printed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(variables),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command)} failed: {(done.stdout + done.stderr)[-2000:]}"
        )
    return done.stdout


def watched(command: Sequence[str], folder: Path, **variables: str) -> Watched:
    """Run a command to its end, and watch the memory of its children."""
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(variables), stdout=log, stderr=log
        )
        peaks: dict[int, int] = {}
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks))
        watcher.start()
        status = process.wait()
        took = time.perf_counter() - start
        watcher.join()
        log.seek(0)
        said = log.read()
    if status:
        raise RuntimeError(f"{' '.join(command)} failed: {said[-2000:]}")
    return Watched(took, max(peaks.values(), default=0) / 1e6, said)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return a command's environment: this checkout, and what is in this one's bin."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(project_folder()),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **variables,
    }


def _watch(pid: int, peaks: dict[int, int]) -> None:
    """Note the peak memory of each child of a process, until the process ends."""
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            for child in process.children():
                peaks[child.pid] = max(peaks.get(child.pid, 0), _memory(child))
            time.sleep(0.5)
    except psutil.NoSuchProcess:
        return


def _memory(process: psutil.Process) -> int:
    total = 0
    for one in [process, *_descendants(process)]:
        try:
            total += one.memory_full_info().pss
        except psutil.NoSuchProcess:  # it has just ended
            continue
        except psutil.AccessDenied:  # inside a sandbox: what it shares counts whole
            total += one.memory_info().rss
    return total


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []

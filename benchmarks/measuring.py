"""Measuring a pair: in turns, and in a fresh process where that matters."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

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


def seconds(function: Callable[[], object]) -> Callable[[], float]:
    """Return a function that tells how long a call takes."""

    def timed() -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    return timed


def fresh(code: str) -> Fresh:
    """Run code in a Python of its own, in the project's folder.

    Code that puts something into the variable `answer` (what JSON can say) gives that
    back.
    """
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code + REPORT],
        cwd=project_folder(),
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{code!r} failed: {done.stderr[-2000:]}")
    peak, answer = json.loads(done.stdout.splitlines()[-1])
    return Fresh(took, peak, answer)

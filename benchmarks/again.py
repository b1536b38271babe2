"""The second time: what is kept is used again."""

import subprocess
import tempfile

from benchmarks.lines import Goal, Line
from benchmarks.measuring import fresh, run, seconds
from benchmarks.rows import NotMeasured, Row
from course.notebooks import project_folder

MAP = """
import numpy
from helpers.neighbour_maps import neighbour_map
neighbour_map(numpy.random.default_rng(0).normal(size=(500, 20)))
"""


def environment(quick: bool) -> list[Line]:
    """Run `make env`, as each `make test` does first, where the environment is made."""
    folder = project_folder()
    if subprocess.call(["make", "--question", "--silent", "env"], cwd=folder):
        raise NotMeasured("there is no finished .venv here; run make env first")
    again = seconds(lambda: run(["make", "env"], folder))
    return [
        Line(
            what="make env, when the environment is there",
            against="",
            ours=[again() for _ in range(5)],
            theirs=[],
            goal=Goal("ours", at_most=1),
        )
    ]


def compiled(quick: bool) -> list[Line]:
    """Draw a small map in a new Python, before and after Numba has kept its work."""
    ours, theirs = [], []
    for _ in range(1 if quick else 3):
        with tempfile.TemporaryDirectory(prefix="numba-") as kept:
            theirs.append(fresh(MAP, NUMBA_CACHE_DIR=kept).seconds)
            ours.append(fresh(MAP, NUMBA_CACHE_DIR=kept).seconds)
    return [
        Line(
            what="map of 500 points in a new Python, what Numba compiled is kept",
            against="the first time, nothing is kept",
            ours=ours,
            theirs=theirs,
            goal=Goal("ratio", at_most=1 / 2),
        )
    ]


ROWS = [
    Row("make-env-again", environment),
    Row("numba-again", compiled, in_quick=False),
]

"""The notebooks: under test, their memory, their size."""

import sys
import tempfile
from pathlib import Path

from benchmarks.again import MAP
from benchmarks.lines import Goal, Line
from benchmarks.measuring import Watched, fresh, watched
from benchmarks.rows import NotMeasured, Row
from course.notebooks import (
    SOURCE_VARIABLE,
    choose_source,
    project_folder,
    tested_notebooks,
)


def under_test(quick: bool) -> list[Line]:
    """Run the notebooks on the sample: as `course test` does, and by nbconvert."""
    files = _introduction() if quick else tested_notebooks()
    fresh(MAP)  # what Numba compiles is kept now, for both
    one = _course_test(files, jobs=1).seconds
    plain = sum(_nbconvert(file, "sample").seconds for file in files)
    against = "nbconvert --execute on each in turn"
    which = files[0].stem if quick else f"{len(files)} notebooks"
    note = f"{which} on the sample; ours compares the outputs, too"
    lines = [
        Line(
            what="notebooks under test, one at a time",
            against=against,
            ours=[one],
            theirs=[plain],
            goal=Goal("ratio", at_most=1),
            note=note,
        )
    ]
    if len(files) > 1:
        lines.append(
            Line(
                what="notebooks under test, two at a time",
                against=against,
                ours=[_course_test(files, jobs=2).seconds],
                theirs=[plain],
                goal=Goal("ratio", at_most=0.7),
                note=note,
            )
        )
    return lines


def memory(quick: bool) -> list[Line]:
    """Run each notebook on the full data, and watch its memory."""
    if choose_source({}) != "full":
        raise NotMeasured("needs the full data of all chapters in the cache")
    files = _introduction() if quick else tested_notebooks()
    peaks = {file: _nbconvert(file, "full").peak for file in files}
    largest = max(peaks, key=lambda file: peaks[file])
    return [
        Line(
            what="peak memory of a notebook on the full data",
            against="",
            ours=[peaks[largest]],
            theirs=[],
            goal=Goal("ours", at_most=4 * 2**30 / 1e6),
            unit="MB",
            note=f"{largest.stem}, the largest of {len(files)}",
        )
    ]


def size(quick: bool) -> list[Line]:
    """Look how large the stored notebooks are."""
    largest = max(tested_notebooks(), key=lambda file: file.stat().st_size)
    return [
        Line(
            what="largest stored notebook",
            against="",
            ours=[largest.stat().st_size / 1e6],
            theirs=[],
            goal=Goal("ours", at_most=2),
            unit="MB",
            note=largest.stem,
        )
    ]


def _introduction() -> list[Path]:
    return [project_folder() / "notebooks" / "01_introduction.ipynb"]


def _nbconvert(file: Path, source: str) -> Watched:
    command = [sys.executable, "-m", "nbconvert", "--to=notebook", "--execute"]
    options = ["--ExecutePreprocessor.timeout=1800", "--output=executed.ipynb"]
    with tempfile.TemporaryDirectory(prefix="nbconvert-") as folder:
        return watched(
            [*command, *options, f"--output-dir={folder}", str(file)],
            project_folder(),
            **{SOURCE_VARIABLE: source},
        )


def _course_test(files: list[Path], jobs: int) -> Watched:
    command = [sys.executable, "-m", "course", "test", f"--jobs={jobs}"]
    return watched([*command, "--source=sample", *map(str, files)], project_folder())


ROWS = [
    Row("notebooks-size", size),
    Row("notebooks-test", under_test, in_quick=False),
    Row("notebooks-memory", memory, in_quick=False),
]

"""A pytest plugin: nbval, with stored outputs compared as a careful reader would.

Use it on any notebook::

    pytest -p course.nbval_tolerance --nbval FILE.ipynb

nbval runs each cell (`course.nbval_insides`); this plugin judges what came
(`course.comparison`). Words and integers must match, floats lie within a tolerance
(`course.tolerances`), pictures be there with their size and alternative text. A cell
that was never run and a stored stderr fail. On the sample, outputs are compared with
the sample's own record.
"""

import json
import os
from collections.abc import Generator
from typing import Any

import pytest

from course.comparison import Reduced, differences, reduce_outputs
from course.nbval_insides import RunCell, RunNotebook, in_place_of_nbvals
from course.notebooks import SOURCE_VARIABLE, choose_source, record_file
from course.tolerances import read_widths, tolerance_of

source_key = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Settle once, for this process and its kernels, which data the tests run on."""
    source = choose_source()
    os.environ[SOURCE_VARIABLE] = source
    config.stash[source_key] = source


def pytest_report_header(config: pytest.Config) -> str:
    return f"course data: {config.stash[source_key]}"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    terminalreporter.write_line(
        f"Notebooks were compared on the data source: {config.stash[source_key]}"
    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, Any, Any]:
    """Take the place of the files that nbval collects."""
    collected = yield
    return [in_place_of_nbvals(file, ComparedNotebook) for file in collected]


class ComparedCell(RunCell):
    """A cell whose outputs are compared by `course.comparison`."""

    parent: "ComparedNotebook"

    def faults(self, outputs: list[Any], compared: bool) -> list[str]:
        """Say why what is stored is no reference, or how what came differs from it."""
        if unfit := self._why_unfit():
            return [unfit]
        if not compared:
            return []
        stored = self._stored()
        if stored is None:
            return ["The sample's record lacks this cell: course record"]
        tolerance = tolerance_of(self.parent.nb, self.cell, self.parent.widths)
        return differences(stored, reduce_outputs(outputs), tolerance)

    def _why_unfit(self) -> str | None:
        """Say why what is stored cannot be a reference, if so."""
        if self.cell.source.strip() and self.cell.execution_count is None:
            return "This cell was never run: use course record"
        if any(output.get("name") == "stderr" for output in self.stored):
            return "The stored outputs hold stderr: mend what writes it"
        return None

    def _stored(self) -> Reduced | None:
        if self.parent.record is None:
            return reduce_outputs(self.stored)
        return self.parent.record.get(self.cell.id)


class ComparedNotebook(RunNotebook):
    """A notebook with what its cells are compared with."""

    cell_class = ComparedCell

    def setup(self) -> None:
        super().setup()
        self.widths = read_widths(self.file, self.config.stash[source_key])
        self.record = self._read_record()

    def _read_record(self) -> dict[str, Reduced] | None:
        """Return the sample's record; None where the notebook's own outputs apply."""
        file = record_file(self.file, self.config.rootpath)
        if self.config.stash[source_key] == "full" or not file.exists():
            return None
        return json.loads(file.read_text(encoding="utf-8"))["cells"]

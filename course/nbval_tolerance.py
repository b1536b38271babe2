"""A pytest plugin: nbval, with stored outputs compared as a careful reader would.

Use it on any notebook::

    pytest -p course.nbval_tolerance --nbval FILE.ipynb

nbval runs each cell (`course.nbval_insides`); this plugin judges what came
(`course.comparison`). Words and integers must match, floats lie within a tolerance
(`course.tolerances`), pictures be there with their size and alternative text. A cell
that was never run and a stored stderr fail. On the sample, outputs are compared with
the sample's own record; exercises, which store no outputs, with a record on either.

What the text claims (`course.claims`) is asked after the cells that it names. A claim
that does not hold fails its cell; one that holds in most seeds only is reported.
"""

import json
import os
from collections.abc import Generator
from itertools import chain
from typing import Any

import pytest

from course.claims.asking import is_asked, questions
from course.claims.claim import Claim, claims_file, read_claims
from course.claims.limits import judge
from course.claims.placing import require_placed
from course.comparison import Reduced, differences, reduce_outputs
from course.nbval_insides import RunCell, RunNotebook, in_place_of_nbvals
from course.notebooks import (
    SOURCE_VARIABLE,
    choose_source,
    record_file,
    stores_no_outputs,
)
from course.tolerances import bands_of, tolerance_of

MISSED = "a claim that does not hold"  # among the properties of a report

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
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if getattr(report, "when", "") == "call":
            for name, text in report.user_properties:
                if name == MISSED:
                    terminalreporter.write_line(f"{report.nodeid}: {text}")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, Any, Any]:
    """Take the place of the files that nbval collects."""
    collected = yield
    return [in_place_of_nbvals(file, ComparedNotebook) for file in collected]


class ComparedCell(RunCell):
    """A cell whose outputs are compared by `course.comparison`."""

    parent: "ComparedNotebook"

    def questions(self) -> dict[str, str]:
        return questions(self.parent.claimed_after(self.cell.id))

    def faults(self, outputs: list[Any], compared: bool) -> list[str]:
        """Say why what is stored is no reference, or how what came differs from it."""
        if unfit := self._why_unfit():
            return [unfit]
        return self._claims_that_fail() + (self._changes(outputs) if compared else [])

    def _claims_that_fail(self) -> list[str]:
        claims = self.parent.claims
        if claims is None:
            return []
        asked = self.parent.claimed_after(self.cell.id)
        found = judge(claims, asked, self.answers, self.parent.bands.values)
        self.user_properties += [(MISSED, f.text) for f in found if not f.fails]
        return [finding.text for finding in found if finding.fails]

    def _changes(self, outputs: list[Any]) -> list[str]:
        stored = self._stored()
        if stored is None:
            return ["Beside the tests, nothing is kept of this cell: use course record"]
        tolerance = tolerance_of(self.parent.nb, self.cell, self.parent.bands)
        return differences(stored, reduce_outputs(outputs), tolerance)

    def _why_unfit(self) -> str | None:
        """Say why what is stored cannot be a reference, if so."""
        unrun = self.cell.source.strip() and self.cell.execution_count is None
        if unrun and not stores_no_outputs(self.parent.file):
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
        self.source = self.config.stash[source_key]
        self.bands = bands_of(self.file, self.source)
        self.claims = None
        if claims_file(self.file).exists():
            self.claims = read_claims(self.file)
            require_placed(self.claims, self.nb)
        self.record = self._read_record()

    def claimed_after(self, cell_id: str) -> list[Claim]:
        """Return what is asked of a cell on this run's data."""
        return [
            claim
            for claim in (self.claims.claims if self.claims else ())
            if claim.after == cell_id and is_asked(claim, self.source)
        ]

    def _read_record(self) -> dict[str, Reduced] | None:
        """Return what is kept beside the tests; None where the notebook's own apply."""
        file = record_file(self.file, self.config.rootpath, self.source)
        if file.exists():
            return json.loads(file.read_text(encoding="utf-8"))["cells"]
        return {} if stores_no_outputs(self.file) else None

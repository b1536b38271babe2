"""A pytest plugin: nbval, with stored outputs compared as a careful reader would.

Use it on any notebook::

    pytest -p course.nbval_tolerance --nbval FILE.ipynb

nbval runs each cell; this plugin takes over the comparison (`course.comparison`).
Words and integers must match, floats lie within a tolerance (`course.tolerances`),
pictures be there with their size and alternative text. A cell that was never run and a
stored stderr fail. On the sample, outputs are compared with the sample's own record.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError, coalesce_streams

from course.comparison import Reduced, differences, reduce_outputs
from course.notebooks import SOURCE_VARIABLE, choose_source, record_file
from course.tolerances import read_widths, tolerance_of

OUTPUT_MESSAGES = ("stream", "display_data", "execute_result", "error")

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


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let nbval's cells and files act as ours; nbval has no setting for its classes."""
    if type(item) is IPyNbCell:
        item.__class__ = ComparedCell
        if type(item.parent) is IPyNbFile:
            item.parent.__class__ = ComparedNotebook


class ComparedNotebook(IPyNbFile):
    """A notebook whose kernel behaves as it does under JupyterLab."""

    running: "ComparedCell"
    displays: dict[str, int]  # where the running cell's updatable displays stand
    clear_first: bool  # whether the next output takes the place of all before it

    def setup(self) -> None:
        super().setup()
        self.widths = read_widths(Path(self.path), self.config.stash[source_key])
        self.record = self._read_record()
        # Without history, IPython does not see that a line ends with a semicolon.
        client = self.kernel.kc
        execute = client.execute
        client.execute = lambda code, **options: execute(
            code, **{**options, "store_history": True}
        )

    def _read_record(self) -> dict[str, Reduced] | None:
        """Return the sample's record; None where the notebook's own outputs apply."""
        file = record_file(Path(self.path), self.config.rootpath)
        if self.config.stash[source_key] == "full" or not file.exists():
            return None
        return json.loads(file.read_text(encoding="utf-8"))["cells"]

    def get_kernel_message(
        self, timeout: float | None = None, stream: str = "iopub"
    ) -> dict[str, Any]:
        """Return the next message; carry out those that nbval does not know.

        These are updates of a display that the running cell made, and the clearing of
        its outputs. Like JupyterLab, wait with the latter for the next output if asked.
        """
        while True:
            message = super().get_kernel_message(timeout=timeout, stream=stream)
            kind, content = message["msg_type"], message["content"]
            outputs = self.running.test_outputs
            identifier = content.get("transient", {}).get("display_id")
            if kind in OUTPUT_MESSAGES and self.clear_first:
                outputs.clear()
                self.clear_first = False
            if kind == "update_display_data":
                if identifier in self.displays:
                    outputs[self.displays[identifier]]["data"] = content["data"]
            elif kind == "clear_output":
                self.clear_first = content["wait"]
                if not content["wait"]:
                    outputs.clear()
            else:
                if identifier:
                    self.displays[identifier] = len(outputs)
                return message


class ComparedCell(IPyNbCell):
    """A cell whose outputs are compared by `course.comparison`."""

    def runtest(self) -> None:
        self.parent.running = self
        self.parent.displays = {}
        self.parent.clear_first = False
        unfit = self._why_unfit()
        try:
            super().runtest()
        except NbCellError:
            if not unfit:
                raise
        if unfit:
            self.raise_cell_error(unfit)

    def _why_unfit(self) -> str | None:
        """Say why what is stored cannot be a reference, if so."""
        if self.cell.source.strip() and self.cell.execution_count is None:
            return "This cell was never run: use course record"
        if any(output.get("name") == "stderr" for output in self.cell.outputs):
            return "The stored outputs hold stderr: mend what writes it"
        return None

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        """Compare as nbval asks: `test` came now, `ref` is stored in the notebook."""
        stored = self._stored(ref)
        new = reduce_outputs(coalesce_streams(test))
        tolerance = tolerance_of(self.parent.nb, self.cell, self.parent.widths)
        self.comparison_traceback = differences(stored, new, tolerance)
        return not self.comparison_traceback

    def _stored(self, ref: Any) -> Reduced:
        if self.parent.record is None:
            return reduce_outputs(ref)
        if self.cell.id not in self.parent.record:
            self.raise_cell_error("The sample's record lacks this cell: course record")
        return self.parent.record[self.cell.id]

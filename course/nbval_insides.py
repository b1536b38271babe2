"""All of the course that rests on nbval's insides: its classes, and how they run cells.

nbval has no setting for the classes of its files and cells, keeps a kernel's replies to
itself, and knows neither displays that change nor outputs that are cleared. What we put
in its place is here, and nowhere else; ``tests/test_nbval_insides.py`` fails when nbval
changes any of what this file needs.
"""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

from nbformat.v4 import output_from_msg
from nbval.plugin import IPyNbCell, IPyNbFile

OUTPUT_MESSAGES = ("stream", "display_data", "execute_result", "error")


class RunCell(IPyNbCell):
    """A cell that nbval runs, and that a subclass judges.

    Attributes
    ----------
    parent : RunNotebook
    cell : nbformat.NotebookNode
        The cell as it is stored.
    answers : dict of str to dict
        What the kernel gave for the `questions`, by the protocol of Jupyter: a dict
        with the status "ok" and data, or "error", ename and evalue.
    outputs, stored : list of nbformat.NotebookNode
        What the cell gave this time, and what is stored. nbval changes its own lists of
        them: it joins the pieces of a stream and takes out what a line held before.
    """

    parent: "RunNotebook"
    answers: dict[str, dict[str, Any]]
    outputs: list[Any]
    stored: list[Any]

    def questions(self) -> Mapping[str, str]:
        """Return Python expressions by name; the kernel is asked after the cell."""
        return {}

    def faults(self, outputs: list[Any], compared: bool) -> list[str]:
        """Say what is wrong, now that the cell has run.

        Parameters
        ----------
        outputs : list of nbformat.NotebookNode
            What came, in order; what JupyterLab would show in the end.
        compared : bool
            False where a tag says that the outputs are not compared.

        Returns
        -------
        list of str
            For a person to read; empty if all is well.
        """
        raise NotImplementedError

    def runtest(self) -> None:
        """Run the cell and ask; fail if it fails, or if there are faults."""
        self.stored = deepcopy(self.cell.outputs)
        self.parent.begin(self)
        super().runtest()
        self.answers = self.parent.ask(self.questions())
        if found := self.faults(self.outputs, bool(self.options["check"])):
            self.raise_cell_error("What came is not what is expected", "\n".join(found))

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        """Leave to `faults` what nbval compares half-way."""
        return True


class RunNotebook(IPyNbFile):
    """A notebook whose kernel behaves as it does under JupyterLab."""

    cell_class: ClassVar[type[RunCell]]

    running: RunCell
    request: str  # the identifier of the message that runs the cell
    displays: dict[str, int]  # where the running cell's updatable displays stand
    clear_first: bool  # whether the next output takes the place of all before it

    @property
    def file(self) -> Path:
        return Path(self.path)

    def collect(self) -> Any:
        """Collect cells of our class in place of nbval's."""
        for cell in super().collect():
            yield self.cell_class.from_parent(
                self,
                name=cell.name,
                cell_num=cell.cell_num,
                cell=cell.cell,
                options=cell.options,
            )

    def setup(self) -> None:
        """Start the kernel, and have its client keep a history."""
        super().setup()
        client = self.kernel.kc
        self.execute = client.execute

        def execute_as_jupyterlab(code: str, **options: Any) -> str:
            # Without history, IPython does not see that a line ends with a semicolon.
            self.request = self.execute(code, **{**options, "store_history": True})
            return self.request

        client.execute = execute_as_jupyterlab

    def ask(self, questions: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """Have the kernel evaluate expressions; return what it says of each.

        After a cell and not along with it, so what an expression prints is no output.
        """
        if not questions:
            return {}
        timeout = self.config.option.nbval_cell_timeout
        reply = self.execute(
            "", silent=True, user_expressions=questions, reply=True, timeout=timeout
        )
        return reply["content"]["user_expressions"]

    def begin(self, cell: RunCell) -> None:
        """Note which cell runs next."""
        self.running = cell
        self.displays = {}
        self.clear_first = False
        cell.outputs = []

    def get_kernel_message(
        self, timeout: float | None = None, stream: str = "iopub"
    ) -> dict[str, Any]:
        """Return the next message that nbval knows; keep what the cell gives."""
        while True:
            message = super().get_kernel_message(timeout=timeout, stream=stream)
            if message["parent_header"].get("msg_id") == self.request:
                self._keep(message)
            if message["msg_type"] not in ("update_display_data", "clear_output"):
                return message

    def _keep(self, message: dict[str, Any]) -> None:
        """Change the running cell's outputs as JupyterLab does.

        An output of a cell may be updated or cleared later on; the latter may wait for
        the next output.
        """
        kind, content = message["msg_type"], message["content"]
        outputs = self.running.outputs
        identifier = content.get("transient", {}).get("display_id")
        if kind in OUTPUT_MESSAGES and self.clear_first:
            self._clear()
        if kind in OUTPUT_MESSAGES:
            if identifier:
                self.displays[identifier] = len(outputs)
            outputs.append(output_from_msg(message))
        elif kind == "update_display_data":
            if identifier in self.displays:
                outputs[self.displays[identifier]]["data"] = content["data"]
        elif kind == "clear_output":
            self.clear_first = content["wait"]
            if not content["wait"]:
                self._clear()

    def _clear(self) -> None:
        self.running.outputs.clear()
        self.displays.clear()
        self.clear_first = False


def in_place_of_nbvals(collected: Any, ours: type[RunNotebook]) -> Any:
    """Return a collected file of nbval's as one of `ours`; any other as it is."""
    if type(collected) is not IPyNbFile:
        return collected
    return ours.from_parent(collected.parent, path=collected.path)

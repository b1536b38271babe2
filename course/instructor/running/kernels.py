"""Run a notebook in a kernel that may be hostile: bounded in time and in output.

nbclient runs the cells. What is added: bytes are counted as they arrive, a message that
is not in order is dropped, a cell that ignores interrupts, floods or ends its kernel
costs its own answers and not the rest of the notebook, and after each cell the notebook
is handed on, so that nothing is lost when this process is killed.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import nbformat
import psutil
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError

from course.exercises import marks
from course.instructor.running import sandbox
from course.instructor.running.limits import MEGABYTE, STOPPED, Limits
from course.instructor.running.waiting import over, waited

KERNEL = ("-m", "ipykernel_launcher", "-f", "{connection_file}")
QUIET = "--IPKernelApp.log_level=CRITICAL"
# Python looks for garbage after each 700 new objects; importing TensorFlow and setting
# up networks makes millions. Looking less often saves a tenth of a notebook's time.
LESS_GARBAGE = "--IPKernelApp.exec_lines=__import__('gc').set_threshold(50_000, 10, 10)"

SECONDS_TO_START = 180  # of a kernel, on a machine that has other work, too
SECONDS_TO_DIE = 0.5  # after its connection went
PATIENCE = 5  # seconds until an interrupted cell has to be quiet
LONG_PATIENCE = 60  # seconds until the outputs of a cell that is done have to be here
MOST_LOST = 12  # cells that may cost their kernel
SECONDS_BETWEEN_LOOKS = 0.25
MOST_WAITING = 100  # messages that wait to be read, each at most as large as all output


class TooMuch(DeadKernelError):
    """The notebook was stopped; the message says what it had too much of."""


class GivenCommand(KernelSpecManager):
    """Starts a Python kernel by the given words, and interrupts it by message.

    A signal would not get through: the sandbox has its own processes.
    """

    def __init__(self, command: list[str]) -> None:
        super().__init__()
        self.command = command

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return how to start the kernel, whatever its name."""
        return KernelSpec(
            argv=[*self.command, *KERNEL, QUIET, LESS_GARBAGE],
            display_name=kernel_name,
            language="python",
            interrupt_mode="message",
        )


class WatchedSession(Session):
    """Reports the bytes of what the kernel sends, and replaces what is no message."""

    on_bytes: Callable[[int], None] = staticmethod(lambda count: None)

    def feed_identities(self, msg_list: list, copy: bool = True) -> tuple[list, list]:
        """Return the address and the message, if there is an address."""
        try:
            return super().feed_identities(msg_list, copy)
        except ValueError:
            return [], msg_list

    def deserialize(self, msg_list: list, *args: Any, **options: Any) -> dict[str, Any]:
        """Return the message, after its bytes were reported."""
        self.on_bytes(sum(len(part) for part in msg_list))
        try:
            message = super().deserialize(msg_list, *args, **options)
        except Exception:  # the kernel may send anything
            return self.msg("nothing")
        parts = (message[name] for name in ("header", "parent_header", "content"))
        whole = all(isinstance(part, dict) for part in parts)
        return message if whole else self.msg("nothing")


def kernel_manager(command: list[str], folder: Path, limits: Limits) -> Any:
    """Return the manager of a kernel that is not started yet.

    Parameters
    ----------
    command : list of str
        What starts Python, in a sandbox or not.
    folder : pathlib.Path
        Gets ``connection.json``; the sockets are made in its ``sockets``. There are no
        ports on the network.
    limits : Limits
        Its `output` is the largest message that is received.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, limits.output)
    context.setsockopt(zmq.RCVHWM, MOST_WAITING)
    manager = AsyncKernelManager(
        kernel_spec_manager=GivenCommand(command),
        transport="ipc",
        connection_file=str(folder / "connection.json"),
        ip=str(folder / "sockets" / "k"),
        context=context,
    )
    manager.session = WatchedSession(parent=manager)
    manager.write_connection_file()
    return manager


class SubmissionClient(NotebookClient):
    """Runs the cells of a submission.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its cells get their outputs.
    manager : AsyncKernelManager
        From `kernel_manager`.
    limits : Limits
        Time for each cell, and bytes of output.
    save : callable
        Called without arguments after each cell.
    folder : pathlib.Path
        As for `kernel_manager`.
    user : int or None
        Whom the kernel runs as, from `sandbox.sandbox_user`.
    """

    def __init__(
        self,
        notebook: Any,
        manager: Any,
        limits: Limits,
        save: Callable[[], None],
        folder: Path,
        user: int | None,
    ) -> None:
        super().__init__(
            notebook,
            km=manager,
            allow_errors=True,
            interrupt_on_timeout=True,
            # nbclient then waits no longer for the reply, but for the outputs' end.
            error_on_timeout={"ename": "", "evalue": "", "traceback": []},
            startup_timeout=SECONDS_TO_START,
            shutdown_kernel="immediate",
            skip_cells_with_tag="",
            store_widget_state=False,
            record_timing=False,
            timeout_func=lambda cell: limits.cell_seconds,
        )
        self.owns_km = True  # so that nbclient ends the kernel that it was given
        self.limits = limits
        self.save = save
        self.folder, self.user = folder, user
        self.timed_out: list[int] = []
        self.lost: dict[int, str] = {}  # cells that cost their kernel, and why
        self.started = False
        self.running = ""
        self.stopped_for = ""
        self._quiet = True  # all outputs of the cell have come
        self._index = 0
        # asyncio itself forgets what it is doing beside the cells.
        self._noticing: Any = None
        self._killing: Any = None
        self._received = 0
        self._began = self._waited_before = 0.0
        self._received_before = 0

    async def run(self, environment: dict[str, str]) -> None:
        """Run all cells.

        Parameters
        ----------
        environment : dict of str to str
            All that the kernel's command gets.

        Raises
        ------
        DeadKernelError
            If the kernel died; TooMuch, which is one, if it was stopped for a reason.
        """
        sandbox.hand_over(self.folder, self.user)
        await self.async_execute(
            env=environment,
            cwd=str(self.folder / "scratch"),
            stdout=DEVNULL,
            stderr=DEVNULL,
        )

    async def async_execute_cell(
        self, cell: Any, cell_index: int, *args: Any, **options: Any
    ) -> Any:
        """Run one cell; start the kernel anew if the cell cannot be stopped."""
        self.started = True
        self._index, self.running = cell_index, self.name(cell_index)
        self.iopub_timeout = LONG_PATIENCE
        self._waited_before = 0.0
        self._waited_before, self._began = self._waited(), time.monotonic()
        self._received_before = self._received
        self._quiet = cell.cell_type != "code" or not cell.source.strip()
        late = False
        try:
            await super().async_execute_cell(cell, cell_index, *args, **options)
            late = cell_index in self.timed_out
            if not self._quiet and not late:
                self._stop("its outputs did not all arrive")
        except DeadKernelError:
            self._stop(self._why_it_died())
        if late:
            cell.outputs.append(self._too_late())
        if self.stopped_for:
            self._lose(cell, cell_index)
            await self._start_anew(cell_index)
        elif not self._quiet:
            await self._start_anew(cell_index)
        self.save()
        return cell

    def _lose(self, cell: Any, index: int) -> None:
        """Give up what a cell said; what it cost does not count against the others."""
        if len(self.lost) >= MOST_LOST:
            raise TooMuch(self.stopped_for)
        self.lost[index] = self.stopped_for
        cell.outputs = [_error("Stopped", self.stopped_for)]
        self._received = self._received_before

    def _why_it_died(self) -> str:
        """Return why the kernel was ended from outside, or that it died."""
        file = self.folder / STOPPED
        if not file.exists():
            return "the kernel died"
        why = file.read_text(encoding="utf-8")
        file.unlink()
        return why

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take in one message; drop it if it is not as messages should be."""
        if self.stopped_for:
            return None
        try:
            self._count_all_places(msg["content"])
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            self._quiet = True
            raise
        except Exception:  # the kernel may send anything
            return None

    def handle_comm_msg(self, outs: list, msg: dict[str, Any], cell_index: int) -> None:
        """Do nothing: widgets need somebody who moves them."""

    async def async_start_new_kernel_client(self) -> Any:
        """Connect to the kernel; count what comes, notice when it is cut off."""
        client = await super().async_start_new_kernel_client()
        sandbox.take_back(self.folder, self.user)
        client.session.on_bytes = self._count
        self._noticing = asyncio.ensure_future(
            self._notice(client.iopub_channel.socket)
        )
        return client

    async def _notice(self, socket: Any) -> None:
        """Stop the notebook if zmq hangs up, which it does on a message too large."""
        monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        await monitor.recv_multipart()
        await asyncio.sleep(SECONDS_TO_DIE)
        if await self.km.is_alive():  # a dead kernel hangs up, too
            self._stop(self._too_much_output())

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> Any:
        if cell is not None:
            if await self._ends_in_its_own_time():
                return None
            self.timed_out.append(self._index)
            self.iopub_timeout = PATIENCE
        return await super()._async_handle_timeout(timeout, cell)

    async def _ends_in_its_own_time(self) -> bool:
        """Give a cell the time that it only waited for a processor; does it end then?

        Raises
        ------
        DeadKernelError
            If the kernel dies meanwhile.
        """
        limit = self.limits.cell_seconds
        while not over(limit, time.monotonic() - self._began, self._waited()):
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            if self._quiet:
                return True
            if not await self.km.is_alive():
                raise DeadKernelError("Kernel died")
        return False

    def _waited(self) -> float:
        """Return how long the kernel waited for a processor since the cell began."""
        return waited(psutil.Process().children(recursive=True)) - self._waited_before

    async def _start_anew(self, index: int) -> None:
        """Start another kernel, and bring it to where the other one was.

        Cells that were stopped are left out, and so are checks: what answers there were
        is handed out already.
        """
        while True:
            await self._start_kernel_again()
            for number, cell in enumerate(self.nb.cells[:index]):
                skipped = number in self.lost or number in self.timed_out
                skipped |= cell.cell_type != "code" or bool(marks(cell).get("grade"))
                if not skipped and not await self._run_quietly(cell.source):
                    self._stop(self._why_it_died())
                    # It went well the first time, so what it said is kept.
                    self._lose(nbformat.from_dict(cell), number)
                    break
            else:
                return

    async def _start_kernel_again(self) -> None:
        self._noticing.cancel()  # it is we who hang up
        if self._killing is not None:
            await self._killing
        self._killing, self.stopped_for = None, ""
        (self.folder / STOPPED).unlink(missing_ok=True)  # said of the one before
        sandbox.hand_over(self.folder, self.user)
        await self.km.restart_kernel(now=True)
        self.kc.stop_channels()
        await self.async_start_new_kernel_client()

    async def _run_quietly(self, source: str) -> bool:
        """Run code and drop what it says; return whether it came to its end."""
        self._received_before = self._received
        running = asyncio.ensure_future(
            self.kc.execute_interactive(
                source,
                store_history=False,
                allow_stdin=False,
                timeout=self.limits.cell_seconds,
                output_hook=lambda message: None,
            )
        )
        while not running.done():
            await asyncio.wait({running}, timeout=SECONDS_BETWEEN_LOOKS)
            if self.stopped_for or not await self.km.is_alive():
                running.cancel()
        await asyncio.wait({running})
        self._received = self._received_before
        return not running.cancelled() and running.exception() is None

    def _count(self, count: int) -> None:
        self._received += count
        if self._received > self.limits.output:
            self._stop(self._too_much_output())

    def _count_all_places(self, content: dict[str, Any]) -> None:
        """Count an output for each place in the notebook where it is shown."""
        name = content.get("transient", {}).get("display_id")
        if name in self._display_id_map:
            places = sum(map(len, self._display_id_map[name].values()))
            self._count(places * len(str(content["data"])))

    def _stop(self, why: str) -> None:
        if not self.stopped_for:
            self.stopped_for = why
            self._killing = asyncio.ensure_future(self.km.provisioner.kill())

    def _too_much_output(self) -> str:
        return f"it wrote more than {self.limits.output / MEGABYTE:g} MB of output"

    def _too_late(self) -> Any:
        seconds = f"{self.limits.cell_seconds:g} seconds"
        return _error("TimeLimit", f"this cell was stopped after {seconds}")

    def name(self, index: int) -> str:
        """Return the name of a cell, or after which cell it stands."""
        for number in range(index, -1, -1):
            if name := marks(self.nb.cells[number]).get("grade_id"):
                return name if number == index else f"a cell after {name}"
        return "a cell at the beginning"


def _error(name: str, text: str) -> Any:
    return nbformat.v4.new_output("error", ename=name, evalue=text, traceback=[])

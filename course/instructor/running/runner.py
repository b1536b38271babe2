"""Runs one submission, as a process of its own, which `execution.py` starts.

Its one argument is a folder with what `execution.py` put there; the result is written
there, too, after each cell. A flood of output, or a notebook that is a bomb when it is
read, hits this process and its limits, never the one that grades.
"""

import asyncio
import ctypes
import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbclient.exceptions import DeadKernelError

from course.exercises import marks
from course.instructor.running import sandbox
from course.instructor.running.execution import JOB, RESULT, SUBMISSION
from course.instructor.running.kernels import SubmissionClient, kernel_manager
from course.instructor.running.limits import Limits
from course.instructor.running.repair import Unreadable, repair
from course.notebooks import write_whole

OWN_MEMORY = 2 * 10**9  # bytes of addresses; a job needs a tenth
# What the result may have for each byte that came in: signs are written as escapes, and
# an output that is shown in many places is written as often.
BYTES_PER_BYTE = 6
SHARE_OF_SAVING = 0.05  # of all the time
PR_SET_CHILD_SUBREAPER = 36


def main(folder: Path) -> None:
    """Run the submission in a folder, and write the result there."""
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    content, limits = (folder / SUBMISSION).read_bytes(), Limits(**job["limits"])
    known = len(content) + len(job["released"]) + limits.output
    _limit_itself(BYTES_PER_BYTE * known)
    result = Result(folder / RESULT)
    try:
        notebook, altered = repair(content, job["released"], job["earlier"])
    except Unreadable as error:
        result.finish("unreadable", note=str(error))
        return
    except MemoryError:
        result.finish("unreadable", note="reading the file takes too much memory")
        return
    result.hold(notebook, altered, _put_in(notebook, job["locked"]))
    _run(notebook, limits, folder, job, result)


class Result:
    """What is known of a submission, in a file that is always whole.

    Parameters
    ----------
    file : pathlib.Path
        Where it is written.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.altered: tuple[str, ...] = ()
        self.notebook: Any = None
        self.released: Mapping[int, str] = {}
        self.save_again_at = 0.0

    def hold(
        self, notebook: Any, altered: tuple[str, ...], released: Mapping[int, str]
    ) -> None:
        """Note what is going to run, and the released sources of its locked cells."""
        self.notebook, self.altered, self.released = notebook, altered, released
        self.metadata = nbformat.from_dict(notebook.metadata)

    def save(self) -> None:
        """Write what there is so far, unless that was done only now."""
        if time.monotonic() > self.save_again_at:
            self.finish("running")

    def finish(self, status: str, note: str = "") -> None:
        """Write the result."""
        began = time.monotonic()
        result = {"status": status, "altered": self.altered, "note": note}
        result["notebook"] = self._text()
        # Escapes for all but ASCII: a kernel can send halves of characters.
        write_whole(self.file, json.dumps(result))
        now = time.monotonic()
        self.save_again_at = now + (now - began) / SHARE_OF_SAVING

    def _text(self) -> str:
        if self.notebook is None:
            return ""
        notebook = nbformat.from_dict(self.notebook)
        notebook.metadata = self.metadata
        for index, source in self.released.items():
            notebook.cells[index].source = source
        for cell in notebook.cells:
            if cell.cell_type == "code" and type(cell.execution_count) is not int:
                cell.execution_count = None
        text = nbformat.writes(notebook)
        return text.encode("utf-8", "replace").decode("utf-8")


def _limit_itself(largest_file: int) -> None:
    """Bound what a hostile kernel can make of this process; the soft limits only.

    What this process starts is given limits of its own. If one of those is left over
    when its parent ends, it becomes a child of this process.
    """
    for what, most in (
        (resource.RLIMIT_AS, OWN_MEMORY),
        (resource.RLIMIT_FSIZE, largest_file),
    ):
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _put_in(notebook: Any, locked: Mapping[str, str]) -> dict[int, str]:
    """Put the sources that run into the locked cells; return the released ones."""
    released = {}
    for index, cell in enumerate(notebook.cells):
        name = marks(cell).get("grade_id", "")
        if name in locked:
            released[index] = cell.source
            cell.source = locked[name]
    return released


def _run(
    notebook: Any, limits: Limits, folder: Path, job: Mapping[str, Any], result: Result
) -> None:
    user = None if job["unsafe"] else sandbox.sandbox_user()
    command, environment = _command(folder, limits, user, job)
    manager = kernel_manager([*command, sys.executable], folder, limits)
    client = SubmissionClient(notebook, manager, limits, result.save, folder, user)
    result.finish("running")
    try:
        asyncio.run(client.run(environment))
    except Exception as error:  # besides a dead kernel, whatever it made nbclient raise
        if not client.started:
            result.finish("failed", note=f"the kernel did not start: {error}")
            return
        result.finish("crashed", note=_why(client, error))
        return
    finally:
        _end_children()
    lost = [f"{why} in {client.name(index)}" for index, why in client.lost.items()]
    late = list(dict.fromkeys(client.name(index) for index in client.timed_out))
    seconds = f"{limits.cell_seconds:g} seconds"
    said = [*lost, f"stopped after {seconds}: {', '.join(late)}" if late else ""]
    status = "cell crashed" if lost else "timed out" if late else "executed"
    result.finish(status, note="; ".join(filter(None, said)))


def _command(
    folder: Path, limits: Limits, user: int | None, job: Mapping[str, Any]
) -> tuple[list[str], dict[str, str]]:
    """Return what goes before Python, and the variables of it."""
    scratch = folder / "scratch"
    if not job["unsafe"]:
        command = sandbox.sandbox_command(folder, limits, user, job["groups"])
        return command, {"PATH": os.environ["PATH"]}
    (scratch / "home").mkdir()
    return sandbox.limiting_command(limits), sandbox.kernel_environment(str(scratch))


def _why(client: SubmissionClient, error: Exception) -> str:
    if client.stopped_for:
        return f"stopped in {client.running}: {client.stopped_for}"
    if isinstance(error, DeadKernelError):
        return f"the kernel died in {client.running}"
    return f"the kernel's answers made no sense in {client.running}"


def _end_children() -> None:
    """Kill what is left: without a sandbox, a process can outlive its kernel."""
    for _ in range(20):
        left = psutil.Process().children(recursive=True)
        if not left:
            return
        for process in left:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        psutil.wait_procs(left, timeout=0.5)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

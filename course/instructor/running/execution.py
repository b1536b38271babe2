"""Run a submission: its bytes go in, the executed notebook comes out.

Nothing is shared, so that many can run at the same time, on any machine. The work is
done by a process of its own, `runner.py`, and the student's code runs in a further one,
in the sandbox. This process reads nothing but the result, and watches what the others
use.
"""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course.instructor.running.control_groups import Group, control_group
from course.instructor.running.limits import Limits
from course.instructor.running.sandbox import require_sandbox
from course.instructor.running.watching import (
    MachineShort,
    kills_for_memory,
    too_much_memory,
    watch,
)
from course.notebooks import project_folder
from course.submitting import LARGEST

__all__ = ["Execution", "Limits", "execute"]

JOB, SUBMISSION, RESULT = "job.json", "submission", "result.json"
FOLDERS = ("sockets", "scratch")
# What a runner says last when it was this machine that had too little.
OURS = re.compile(
    r"No space left|Cannot allocate memory|Too many open files|Errno 11\b"
)

_running: set[subprocess.Popen] = set()  # also of other threads


@dataclass(frozen=True)
class Execution:
    """What became of a submission when it ran.

    Attributes
    ----------
    status : str
        "executed"; "timed out" if a cell was stopped for its time, the others keep
        their outputs; "cell crashed" if a cell ended its kernel, or was stopped for its
        output or memory, and likewise; "crashed" if a limit for the whole notebook was
        reached; "unreadable" if nothing could be run.
    altered : tuple of str
        In words: what of the submission was rebuilt from the release. Empty if it was
        whole.
    note : str
        One line for the instructor; empty if there is nothing to say.
    notebook : str
        The executed notebook as text, as far as it came; "" if there is none.
    """

    status: str
    altered: tuple[str, ...]
    note: str
    notebook: str


def execute(
    content: bytes,
    released: str,
    locked: Mapping[str, str],
    limits: Limits,
    unsafe: bool = False,
    earlier: Sequence[str] = (),
) -> Execution:
    """Run a submission in the sandbox.

    Parameters
    ----------
    content : bytes
        What the student handed in; it may be anything.
    released : str
        The text of the released exercise.
    locked : mapping of str to str
        What runs in the locked cells, by their ``grade_id``. In the result, these cells
        have their released source again.
    limits : Limits
        How much time, memory and output it may use.
    unsafe : bool, default False
        If True, the kernel runs without the sandbox, with all that you may do.
    earlier : sequence of str
        The texts of earlier releases; the submission may have been made from one.

    Returns
    -------
    Execution

    Raises
    ------
    RuntimeError
        If there can be no sandbox here, a kernel does not start, or this machine runs
        short of memory or disk: no fault of the student's.
    """
    if not unsafe:
        require_sandbox()
    if len(content) > LARGEST:
        size, most = len(content) / 1e6, LARGEST / 1e6
        note = f"the file has {size:.0f} MB; at most {most:.0f} MB are read"
        return Execution("unreadable", (), note, "")
    folder = Path(tempfile.mkdtemp(prefix="course-"))
    try:
        with control_group(folder.name, limits) as group:
            job = {
                "released": released,
                "earlier": list(earlier),
                "locked": dict(locked),
                "limits": dataclasses.asdict(limits),
                "unsafe": unsafe,
                "groups": [str(one) for one in group.folders] if group else [],
            }
            _write_job(folder, content, job)
            return _executed(folder, limits, group)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _executed(folder: Path, limits: Limits, group: Group | None) -> Execution:
    """Start the runner, watch it to its end, and return what it wrote."""
    killed_before = kills_for_memory()
    process = _start(folder)
    _running.add(process)
    try:
        stopped_for = watch(process, folder / "sockets", limits, group)
    finally:
        _running.discard(process)
    done = _result(folder, stopped_for, process.returncode)
    if done.status not in ("crashed", "cell crashed"):
        return done
    full = group is not None and group.was_full()
    if full and "of memory" not in done.note:
        return replace(done, note=f"{too_much_memory(limits)}: {done.note}")
    # Without groups, whoever is killed is killed because the machine is short.
    killed = group.kills() > 0 if group else kills_for_memory() > killed_before
    if killed and not full and "of memory" not in done.note:
        raise MachineShort(
            "this machine killed a process for want of memory while it ran: "
            f"{done.note}"
        )
    return done


def stop_all() -> None:
    """End all that is running in this process, such that each `execute` returns."""
    for process in list(_running):
        process.kill()


def _write_job(folder: Path, content: bytes, job: Mapping[str, Any]) -> None:
    for name in FOLDERS:
        (folder / name).mkdir()
    (folder / SUBMISSION).write_bytes(content)
    (folder / JOB).write_text(json.dumps(job), encoding="utf-8")


def _start(folder: Path) -> subprocess.Popen:
    """Start the process that runs the submission; it dies with this one."""
    command = [sys.executable, "-m", "course.instructor.running.runner", str(folder)]
    if program := shutil.which("setpriv"):
        command = [program, "--pdeathsig", "KILL", "--", *command]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=project_folder(),
            env={**os.environ, "PYTHONPATH": str(project_folder())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )


def _result(folder: Path, stopped_for: str, returned: int) -> Execution:
    """Return what the runner wrote last; it may not have come to an end."""
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        result = {"status": "failed" if not stopped_for else "running", "altered": ()}
        result |= {"note": _last_line(folder / "log"), "notebook": ""}
    if not stopped_for and result["status"] == "running":
        said = _last_line(folder / "log")
        if returned < 0 or OURS.search(said):
            raise RuntimeError(f"The process that runs it ended ({returned}): {said}")
    if result["status"] == "failed" and not stopped_for:
        raise RuntimeError(
            f"No kernel could be started: {result['note']}. The submission was not "
            "run; grade it again."
        )
    if stopped_for:
        result |= {"status": "crashed", "note": stopped_for}
    elif result["status"] == "running":
        result |= {"status": "crashed", "note": "its output could not be taken in"}
    return Execution(
        result["status"], tuple(result["altered"]), result["note"], result["notebook"]
    )


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "the process that runs it ended without a word"

"""Watch from outside what a submission uses while it runs; stop it for too much."""

import itertools
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Collection, Iterable
from pathlib import Path

import psutil

from course.instructor.running.control_groups import Group
from course.instructor.running.limits import GIGABYTE, STOPPED, Limits
from course.instructor.running.waiting import over, waited

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TO_FINISH = 15  # for the runner to write down what there is

# What a submission cannot be asked about, such as memory without a process, still shows
# in what is left of the machine.
LEAST_FREE_MEMORY = 0.5 * GIGABYTE
LEAST_FREE_DISK = 0.5 * GIGABYTE
SOCKETS = 5
IN_MEMORY = ("/tmp", "/dev/shm")  # file systems of the sandbox


class MachineShort(RuntimeError):
    """This machine had too little of something; that is no fault of the student's."""


def watch(
    process: subprocess.Popen,
    sockets: Path,
    limits: Limits,
    group: Group | None,
) -> str:
    """Wait until a submission has run; end it when it reaches a limit.

    Parameters
    ----------
    process : subprocess.Popen
        Runs the submission. What it started itself is what is watched.
    sockets : pathlib.Path
        The folder that the kernel can write into.
    limits : Limits
        Total time, memory and processes.
    group : Group or None
        The control group that bounds it; None where none could be made.

    Returns
    -------
    str
        Why the submission was ended; empty if it came to its end.

    Raises
    ------
    MachineShort
        If it was ended because this machine has too little memory or disk left.
    """
    began = time.monotonic()
    runner = psutil.Process(process.pid)
    seen: set[psutil.Process] = set()
    stopped_for = ""
    kills, before = 0, set[psutil.Process]()
    try:
        while not stopped_for:
            try:
                process.wait(SECONDS_BETWEEN_LOOKS)
                return ""
            except subprocess.TimeoutExpired:
                started = _started_by(runner)
                seen |= set(started)
                spent = time.monotonic() - began
                late = spent > limits.total_seconds and over(
                    limits.total_seconds, spent, waited(started)
                )
                stopped_for = _too_much(sockets, limits, late)
                if not stopped_for:
                    _require_room(sockets)
                    _end_kernel_with_too_much(started, sockets, limits)
                    killed = group.kills() if group else 0
                    if group and killed > kills and group.was_full():
                        # Linux may have chosen another process than the kernel, which
                        # would wait for it. One begun since then is not to blame.
                        kills = killed
                        _end_kernel(
                            before & set(started), sockets, too_much_memory(limits)
                        )
                before = set(started)
        _kill([*started, *_started_by(runner)])
        process.wait(SECONDS_TO_FINISH)
    except subprocess.TimeoutExpired:
        pass
    finally:
        # Also when this process is interrupted: nothing is left running.
        seen |= set(_started_by(runner))
        process.kill()
        process.wait()
        _kill(seen)
    return stopped_for


def _too_much(sockets: Path, limits: Limits, late: bool) -> str:
    """Say why the whole submission must end; nothing if all is well."""
    if late:
        return f"it ran longer than {limits.total_seconds:g} seconds in all"
    if _other_files_in(sockets):
        return "it wrote files where only its connection belongs"
    return ""


def _end_kernel_with_too_much(
    started: list[psutil.Process], sockets: Path, limits: Limits
) -> None:
    """End the kernel if it holds too much; the runner goes on after that cell."""
    if memory_of(started, limits.memory) > limits.memory:
        _end_kernel(started, sockets, too_much_memory(limits))
    elif len(started) > limits.processes:
        _end_kernel(started, sockets, f"it had more than {limits.processes} processes")


def too_much_memory(limits: Limits) -> str:
    """Return the words for a submission that reached its limit of memory."""
    return f"it held more than {limits.memory / GIGABYTE:g} GB of memory"


def _end_kernel(processes: Collection[psutil.Process], sockets: Path, why: str) -> None:
    if processes:
        (sockets.parent / STOPPED).write_text(why, encoding="utf-8")
        _kill(processes)


def _require_room(folder: Path) -> None:
    """Raise MachineShort if this machine itself runs out of something."""
    if shutil.disk_usage(folder).free < LEAST_FREE_DISK:
        raise MachineShort("the disk of this machine is nearly full")
    if psutil.virtual_memory().available < LEAST_FREE_MEMORY:
        raise MachineShort("the memory of this machine is nearly used up")


def kills_for_memory() -> int:
    """Return how often this machine has killed a process for want of memory."""
    for line in Path("/proc/vmstat").read_text().splitlines():
        if line.startswith("oom_kill "):
            return int(line.split()[1])
    return 0


def memory_of(processes: Iterable[psutil.Process], enough: int) -> int:
    """Return the bytes of memory that processes hold together.

    The files that they have in memory count, too. What several of them share is counted
    for each, unless that makes more than `enough`: only then is it worth the time to
    share it out.
    """
    processes = list(processes)
    held = [_resident(process) for process in processes]
    files = _files_in_memory(processes)
    if sum(held) + files <= enough:
        return sum(held) + files
    return files + sum(
        _share(process, most) for process, most in zip(processes, held, strict=True)
    )


def _files_in_memory(processes: Iterable[psutil.Process]) -> int:
    """Return the bytes of the files in the sandbox, which all lie in memory."""
    for process in processes:
        root = f"/proc/{process.pid}/root"
        try:
            # Outside a sandbox, these are the folders of this machine.
            if os.path.samestat(os.stat(root), os.stat("/")):
                continue
            places = [os.statvfs(f"{root}{place}") for place in IN_MEMORY]
        except OSError:  # it has just ended, or may not be looked into
            continue
        return sum((one.f_blocks - one.f_bfree) * one.f_frsize for one in places)
    return 0


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _share(process: psutil.Process, most: int) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.NoSuchProcess:
        return 0
    except psutil.AccessDenied:
        return most


def _started_by(runner: psutil.Process) -> list[psutil.Process]:
    try:
        return runner.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _other_files_in(folder: Path) -> bool:
    """Return whether the folder holds more than the sockets of a kernel."""
    try:
        with os.scandir(folder) as entries:
            modes = [
                entry.stat(follow_symlinks=False).st_mode
                for entry in itertools.islice(entries, SOCKETS + 1)
            ]
    except OSError:  # a file went while we looked
        return False
    return len(modes) > SOCKETS or not all(map(stat.S_ISSOCK, modes))


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass

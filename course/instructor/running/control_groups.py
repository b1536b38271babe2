"""Control groups: the Linux kernel itself bounds all that a submission holds and uses.

One can be made by root, and where a group is delegated. Where none can be made, memory
and processes are counted from outside, a few times a second.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course.instructor.running.limits import Limits

MOUNT = Path("/sys/fs/cgroup")
PERIOD = 100_000  # microseconds, of which a submission has one processor's
OURS = 16  # processes of the sandbox itself
SECONDS_TO_EMPTY = 5


@dataclass(frozen=True)
class Group:
    """The groups of one submission.

    Attributes
    ----------
    folders : tuple of pathlib.Path
        One for each controller, or one for all.
    limit : int
        Bytes of memory that it may hold.
    """

    folders: tuple[Path, ...]

    limit: int

    def kills(self) -> int:
        """Return how many processes of it Linux killed for want of memory."""
        for text in self._read("memory.events", "memory.oom_control"):
            counts = dict(line.split() for line in text.splitlines())
            return int(counts.get("oom_kill", 0))
        return 0

    def was_full(self) -> bool:
        """Return whether it once held as much memory as it may, or nearly."""
        peaks = self._read("memory.peak", "memory.max_usage_in_bytes")
        return any(int(text) > 0.95 * self.limit for text in peaks)

    def _read(self, *names: str) -> list[str]:
        files = [folder / name for folder in self.folders for name in names]
        return [file.read_text() for file in files if file.exists()]


@contextlib.contextmanager
def control_group(name: str, limits: Limits) -> Iterator[Group | None]:
    """Make a group for a submission, while the context lasts; None if it cannot be.

    Parameters
    ----------
    name : str
        No other submission has it.
    limits : Limits
        Memory and processes hold; and no submission gets more than one processor.
    """
    made: list[Path] = []
    try:
        for parent, settings in _places(limits).items():
            folder = parent / name
            folder.mkdir()
            made.append(folder)
            for file, value in settings.items():
                (folder / file).write_text(f"{value}\n")
    except OSError:
        _remove(made)
        made = []
    try:
        yield Group(tuple(made), limits.memory) if made else None
    finally:
        _remove(made)


def _places(limits: Limits) -> Mapping[Path, dict[str, object]]:
    """Return the folders that groups can be made in, and what is set in each.

    They lie in the groups that this process is in, so whatever bounds those holds, too.
    """
    own: dict[str, str] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, kinds, place = line.split(":", 2)
        own |= dict.fromkeys(kinds.split(","), place.lstrip("/"))
    processes = limits.processes + OURS
    if (MOUNT / "cgroup.controllers").exists():  # version 2: one folder for all
        settings = {"memory.max": limits.memory, "pids.max": processes}
        return {MOUNT / own[""]: {**settings, "cpu.max": f"{PERIOD} {PERIOD}"}}
    places: dict[str, dict[str, object]] = {
        "memory": {"memory.limit_in_bytes": limits.memory},
        "pids": {"pids.max": processes},
        "cpu": {"cpu.cfs_period_us": PERIOD, "cpu.cfs_quota_us": PERIOD},
    }
    if not own.keys() >= places.keys():
        return {MOUNT / "none": {}}
    return {MOUNT / kind / own[kind]: each for kind, each in places.items()}


def _remove(folders: list[Path]) -> None:
    """Remove groups; the last process of one may take a moment to go."""
    deadline = time.monotonic() + SECONDS_TO_EMPTY
    for folder in folders:
        while folder.exists():
            try:
                folder.rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)

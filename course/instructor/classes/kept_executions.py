"""Keep what the execution of each submission gave, so that a stopped run goes on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from course.instructor.classes.class_folder import write_private
from course.instructor.running.execution import Execution, Limits
from course.notebooks import project_folder


@dataclass(frozen=True)
class Task:
    """All that the execution of one submission needs; may travel to another machine.

    Attributes
    ----------
    student : str
    content : bytes
        The submission, untouched.
    released : str
        The text of the released exercise.
    locked : mapping of str to str
        What runs in place of the locked cells.
    limits : Limits
    unsafe : bool
        Whether to go without the sandbox.
    earlier : tuple of str
        The texts of earlier releases.
    """

    student: str
    content: bytes
    released: str
    locked: Mapping[str, str]
    limits: Limits
    unsafe: bool
    earlier: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the result depends on; another key, and it is executed anew."""
        parts = (
            hashlib.sha256(self.content).hexdigest(),
            self.released,
            *self.earlier,
            json.dumps(dict(self.locked), sort_keys=True),
            repr(self.limits),
            repr(self.unsafe),
            _version_of_helpers(),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _version_of_helpers() -> str:
    """Return a checksum of the library that submissions import."""
    found = hashlib.sha256()
    for file in sorted((project_folder() / "helpers").rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


def keep(folder: Path, exercise: str, student: str, key: str, done: Execution) -> None:
    """Write down what an execution gave; whole, or not at all.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise, student : str
    key : str
        `Task.key`.
    done : Execution
    """
    text = json.dumps({"key": key, **asdict(done)})
    write_private(_file(folder, exercise, student), text.encode())


def kept(
    folder: Path, exercise: str, student: str, key: str | None = None
) -> Execution | None:
    """Return what was written down, or None if there is nothing, or nothing for `key`.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise, student : str
    key : str, optional
        By default, whatever is there counts.
    """
    try:
        found = json.loads(_file(folder, exercise, student).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if found.pop("key") != key and key is not None:
        return None
    return Execution(**{**found, "altered": tuple(found["altered"])})


def _file(folder: Path, exercise: str, student: str) -> Path:
    return folder / "executed" / exercise / f"{student}.json"

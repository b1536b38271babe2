"""The folder of a class: where each thing lies, and setting the folder up.

It is an nbgrader course directory, so nbgrader's Formgrader works from within it.
Nothing of it belongs in the project's history, or in students' hands.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from course.exercises import EARLIER
from course.instructor.classes import term
from course.instructor.classes.whose import folded
from course.notebooks import project_folder
from course.submitting import RECEIPT

COURSE = "keras-course"
CONFIGURATION = f'''"""nbgrader's configuration of this class; yours to change."""

from pathlib import Path

c = get_config()  # noqa: F821 (nbgrader provides it)
c.CourseDirectory.course_id = "{COURSE}"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
# What being late costs stands in term.toml.
c.AssignLatePenalties.plugin_class = (
    "course.instructor.classes.late_policy.LatePolicy"
)
c.LatePolicy.folder = str(Path(__file__).resolve().parent)
# Rubrics stand in the texts of open questions.
c.ClearMarkScheme.enforce_metadata = False
'''


def open_class(folder: Path | None = None) -> Path:
    """Return the folder of the class; set it up when it is not there yet.

    Parameters
    ----------
    folder : pathlib.Path, optional
        By default ``class`` in the project's folder.

    Raises
    ------
    PermissionError
        If it cannot be written to.
    """
    folder = (folder or project_folder() / "class").resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(folder / "nbgrader_config.py", CONFIGURATION.encode())
        _write_once(folder / "secret", secrets.token_bytes(32))
        _write_once(folder / term.FILE, term.TEMPLATE.encode())
        (folder / "submitted").mkdir(exist_ok=True)
    except PermissionError as error:
        raise PermissionError(
            f"{folder} cannot be written to; name another folder: --class FOLDER"
        ) from error
    return folder


def secret_of(folder: Path) -> bytes:
    """Return the secret of the class, from which fresh inputs are drawn."""
    return (folder / "secret").read_bytes()


def submitted_file(folder: Path, exercise: str, student: str) -> Path:
    """Return where a student's newest notebook lies, as it was handed in."""
    return folder / "submitted" / student / exercise / f"{exercise}.ipynb"


def time_submitted(folder: Path, exercise: str, student: str) -> str:
    """Return when it was handed in, by the receipt; "" if there is none that says."""
    receipt = submitted_file(folder, exercise, student).with_name(RECEIPT)
    try:
        time = datetime.fromisoformat(json.loads(receipt.read_bytes())["time"])
    except Exception:  # no receipt, or not one of ours
        return ""
    return time.isoformat()


def students_who_submitted(folder: Path, exercise: str) -> list[str]:
    """Return who handed in an exercise, in order."""
    found = (folder / "submitted").glob(f"*/{exercise}/{exercise}.ipynb")
    return sorted(file.parts[-3] for file in found)


def students_of(folder: Path) -> list[str]:
    """Return all of the class: who is on its list, and who handed in anything."""
    handed_in = {path.name for path in (folder / "submitted").glob("*")}
    files = (folder / "refused").glob("*.json")
    refused = {name for file in files for name in refused_of(folder, file.stem)}
    listed = set(roster_of(folder))
    # A folder of refused files may have any name; where there is a list, it says who
    # is a student.
    return sorted(handed_in | listed | (refused if not listed else set()))


def names_of(folder: Path) -> dict[str, str]:
    """Return whom each name on the list of the class means, however it is spelt."""
    file = folder / "names.json"
    listed = json.loads(file.read_bytes()) if file.exists() else {}
    found: dict[str, set[str]] = {}
    for student, names in listed.items():
        for name in [student, *names]:
            found.setdefault(folded(name), set()).add(student)
    # A name that several have tells nothing.
    return {
        name: min(students) for name, students in found.items() if len(students) == 1
    }


def keep_roster(folder: Path, listed: Mapping[str, Sequence[str]]) -> None:
    """Keep the list of the class, from `course.instructor.classes.collecting`."""
    write_private(folder / "students.txt", "\n".join(listed).encode())
    write_private(folder / "names.json", json.dumps(listed, indent=1).encode())


def note_refused(folder: Path, exercise: str, refused: Mapping[str, str]) -> None:
    """Note of whom something was refused, and why; until something is collected."""
    _note(folder, "refused", exercise, {**refused_of(folder, exercise), **refused})


def note_origins(folder: Path, exercise: str, origins: Mapping[str, str]) -> None:
    """Note from which path in the inbox each student's newest notebook came."""
    _note(folder, "origins", exercise, {**origins_of(folder, exercise), **origins})


def origins_of(folder: Path, exercise: str) -> dict[str, str]:
    """Return from which path in an inbox each student's newest notebook came."""
    return _noted(folder, "origins", exercise)


def refused_of(folder: Path, exercise: str) -> dict[str, str]:
    """Return of whom nothing but what was refused is there, and why it was."""
    return {
        student: why
        for student, why in _noted(folder, "refused", exercise).items()
        if not submitted_file(folder, exercise, student).exists()
    }


def _note(folder: Path, what: str, exercise: str, found: Mapping[str, str]) -> None:
    """Note a line on each student; nothing is written where nothing is new."""
    if found != _noted(folder, what, exercise):
        file = folder / what / f"{exercise}.json"
        write_private(file, json.dumps(found, indent=1).encode())


def _noted(folder: Path, what: str, exercise: str) -> dict[str, str]:
    file = folder / what / f"{exercise}.json"
    found: dict[str, str] = json.loads(file.read_bytes()) if file.exists() else {}
    return found


def roster_of(folder: Path) -> list[str]:
    """Return the list of students that was given to `course collect`, or nothing."""
    file = folder / "students.txt"
    return file.read_text(encoding="utf-8").split() if file.exists() else []


def keep_release(folder: Path, exercise: str, released: str) -> None:
    """Keep an exercise as it is released now, for submissions that are made from it."""
    name = hashlib.sha256(released.encode()).hexdigest()[:12]
    _write_once(folder / "releases" / exercise / f"{name}.ipynb", released.encode())


def earlier_releases(folder: Path, exercise: str, released: str) -> tuple[str, ...]:
    """Return the texts of an exercise as it was released before, newest first.

    They are those that `course release` kept, and those that this class has seen.
    """
    files = [
        *(folder / "releases" / exercise).glob("[!.]*.ipynb"),
        *(project_folder() / EARLIER).glob(f"{exercise}-*.json"),
        *(folder / "release" / exercise).glob("[!.]*.ipynb"),  # of older versions
    ]
    files.sort(key=lambda file: (-file.stat().st_mtime_ns, file.name))
    texts = dict.fromkeys(file.read_text(encoding="utf-8") for file in files)
    return tuple(text for text in texts if text != released)


def write_private(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable for nobody else."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as stream:
        stream.write(content)
    os.replace(unfinished, file)


def _write_once(file: Path, content: bytes) -> None:
    if not file.exists():
        write_private(file, content)

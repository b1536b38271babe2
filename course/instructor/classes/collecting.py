"""Collect what students handed in: the newest of each into the folder of the class."""

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.instructor.classes.class_folder import submitted_file, write_private
from course.instructor.classes.hand_ins import HandIn, read_hand_in
from course.submitting import RECEIPT, STUDENT
from helpers.exercises.reading import clean

# What file managers leave behind, and no student meant to hand in.
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Collected:
    """What became of one file.

    Attributes
    ----------
    file : str
        Its path in the inbox, fit for showing.
    student : str
        Whose it is; empty if it was refused.
    outcome : str
        "collected", "unchanged", "older" (kept, and a newer one counts) or "refused".
    reason : str
        Why it was refused.
    """

    file: str
    student: str
    outcome: str
    reason: str = ""


def collect(folder: Path, exercise: str, inbox: Path) -> list[Collected]:
    """Put each student's newest valid submission into the folder of the class.

    Every valid one is kept in ``inbox`` of that folder, too. Collecting the same
    files again changes nothing.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    inbox : pathlib.Path
        Archives and notebooks; those of one student may lie in a folder of their own.

    Returns
    -------
    list of Collected
        One for each file, in the order of their names.

    Raises
    ------
    NotADirectoryError
        If there is no such inbox.
    """
    if not inbox.is_dir():
        raise NotADirectoryError(f"There is no folder {inbox}; check the name.")
    # Each file is read twice, so that no more than one is held in memory at a time.
    claims: dict[str, set[str]] = {}
    for file in _files(inbox):
        if isinstance(found := _attempt(file, exercise, inbox), HandIn):
            claims.setdefault(found.student, set()).add(_folder_of(file, inbox))
    return [_settle(folder, exercise, inbox, file, claims) for file in _files(inbox)]


def _settle(
    folder: Path, exercise: str, inbox: Path, file: Path, claims: dict[str, set[str]]
) -> Collected:
    shown = clean(file.relative_to(inbox))
    found = _attempt(file, exercise, inbox)
    if isinstance(found, str):
        return Collected(shown, "", "refused", found)
    if len(places := claims[found.student]) > 1:
        several = ", ".join(sorted(clean(name) or "no folder" for name in places))
        reason = f"{found.student} hands in from several places: {several}"
        return Collected(shown, "", "refused", reason)
    return Collected(shown, found.student, _keep(folder, exercise, found))


def _attempt(file: Path, exercise: str, inbox: Path) -> HandIn | str:
    try:
        return read_hand_in(file, exercise, _folder_of(file, inbox))
    except ValueError as problem:
        return str(problem)
    except OSError as problem:
        return f"it cannot be read: {problem.strerror}"


def _files(inbox: Path) -> Iterator[Path]:
    """Yield everything that is not a folder; links to folders are not followed."""
    for place, folders, files in os.walk(inbox):
        folders.sort()
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*files, *links]):
            if name not in LITTER:
                yield Path(place, name)


def _folder_of(file: Path, inbox: Path) -> str:
    parts = file.relative_to(inbox).parts
    return parts[0] if len(parts) > 1 else ""


def _keep(folder: Path, exercise: str, found: HandIn) -> str:
    """Keep a submission; put it in force if it is the newest. Say what happened."""
    kept = folder / "inbox" / exercise / found.student
    name = f"{found.time:%Y%m%dT%H%M%S}-{found.sha256[:12]}"
    known = (kept / name / RECEIPT).exists()
    if not known:
        _write(kept / name / f"{exercise}.ipynb", exercise, found)
    if name != max(path.parent.name for path in kept.glob(f"*/{RECEIPT}")):
        return "older"
    target = submitted_file(folder, exercise, found.student)
    if known and target.exists() and target.read_bytes() == found.content:
        return "unchanged"
    _write(target, exercise, found)
    return "collected"


def _write(target: Path, exercise: str, found: HandIn) -> None:
    """Write the notebook, the time for nbgrader, and last the receipt."""
    receipt = {
        "exercise": exercise,
        "student": found.student,
        "time": found.time.isoformat(timespec="seconds"),
        "sha256": found.sha256,
    }
    time = f"{found.time:%Y-%m-%d %H:%M:%S} UTC\n"
    write_private(target, found.content)
    write_private(target.with_name("timestamp.txt"), time.encode())
    write_private(target.with_name(RECEIPT), json.dumps(receipt, indent=1).encode())


def read_roster(file: Path) -> list[str]:
    """Return the students on a list.

    Parameters
    ----------
    file : pathlib.Path
        A table (CSV, separated by commas or semicolons) with a column ``student``.

    Raises
    ------
    ValueError
        If there is no such column, or a name in it cannot be used.
    """
    text = file.read_text(encoding="utf-8-sig")
    separator = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(text.splitlines(), delimiter=separator)
    if "student" not in (rows.fieldnames or ()):
        raise ValueError(
            f"{file} has no column 'student'; its first line names the columns: "
            f"{', '.join(rows.fieldnames or ())}"
        )
    students = [(row["student"] or "").strip() for row in rows]
    for number, student in enumerate(students, start=2):
        if not STUDENT.fullmatch(student):
            raise ValueError(
                f"{file}, line {number}: the student is {clean(ascii(student))}; use "
                "the name that students give to course submit"
            )
    return sorted(set(students))

"""Collect what students handed in: the newest of each into the folder of the class."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from course.instructor.classes.class_folder import (
    names_of,
    note_origins,
    note_refused,
    submitted_file,
    write_private,
)
from course.instructor.classes.hand_ins import HandIn, read_hand_in
from course.instructor.classes.tables import is_no_student, read_table
from course.instructor.classes.whose import Owner, folders_above, owner_of
from course.submitting import RECEIPT, STUDENT
from helpers.exercises.reading import clean

# What file managers leave behind, and no student meant to hand in.
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
LITTER_FOLDERS = ("__MACOSX", ".ipynb_checkpoints")


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
        Why it was refused, or what is to be looked at all the same.
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
    known = names_of(folder)
    files = list(_files(inbox))
    level = folders_above([file.relative_to(inbox) for file in files])
    owners = {file: owner_of(file.relative_to(inbox), level, known) for file in files}
    # Each file is read twice, so that no more than one is held in memory at a time.
    claims: dict[str, set[str]] = {}
    sources: dict[str, dict[str, str]] = {}
    for file, owner in owners.items():
        if isinstance(found := _attempt(file, exercise, owner), HandIn):
            claims.setdefault(found.student, set()).add(owner.claim)
            if f"-{found.student}-" not in file.name:
                sources.setdefault(found.student, {})[found.sha256] = file.name
    settled = [
        _settle(folder, exercise, inbox, file, owner, claims)
        for file, owner in owners.items()
    ]
    note_refused(folder, exercise, _refused(settled, owners))
    taken = [
        (one.student, str(file.relative_to(inbox)))
        for file, one in zip(owners, settled, strict=True)
        if one.outcome in ("collected", "unchanged")
    ]
    note_origins(folder, exercise, dict(taken))
    return [_warned(one, sources, claims) for one in settled]


def _settle(
    folder: Path,
    exercise: str,
    inbox: Path,
    file: Path,
    owner: Owner,
    claims: dict[str, set[str]],
) -> Collected:
    shown = clean(file.relative_to(inbox))
    found = _attempt(file, exercise, owner)
    if isinstance(found, str):
        return Collected(shown, "", "refused", found)
    if len(places := claims[found.student]) > 1:
        several = ", ".join(sorted(clean(name) or "no folder" for name in places))
        reason = (
            f"{found.student} hands in from several places: {several}; take out what "
            "is not theirs, or name each folder's student in the list of the class"
        )
        return Collected(shown, "", "refused", reason)
    outcome = _keep(folder, exercise, found)
    return Collected(shown, found.student, outcome, found.note)


def _refused(settled: list[Collected], owners: Mapping[Path, Owner]) -> dict[str, str]:
    """Return of whom something was refused, and why, as far as one can tell whose."""
    return {
        owner.student: one.reason
        for one, owner in zip(settled, owners.values(), strict=True)
        if one.outcome == "refused" and owner.student
    }


def _warned(
    one: Collected,
    sources: Mapping[str, dict[str, str]],
    claims: Mapping[str, set[str]],
) -> Collected:
    """Say so if files of several names give one student different notebooks."""
    files = sources.get(one.student, {})
    if one.outcome == "refused" or len(files) < 2 or claims[one.student] != {""}:
        return one
    names = ", ".join(sorted(map(clean, files.values())))
    reason = (
        f"{one.student} is named in {names}; the newest counts. If one is not theirs, "
        "take it out of the inbox and of the folder of the class, and collect again"
    )
    return replace(one, reason="; ".join(filter(None, [one.reason, reason])))


def _attempt(file: Path, exercise: str, owner: Owner) -> HandIn | str:
    try:
        return read_hand_in(file, exercise, owner)
    except ValueError as problem:
        return str(problem)
    except OSError as problem:
        return f"it cannot be read: {problem.strerror}"


def _files(inbox: Path) -> Iterator[Path]:
    """Yield everything that is not a folder; links to folders are not followed."""
    for place, folders, files in os.walk(inbox):
        folders[:] = sorted(name for name in folders if name not in LITTER_FOLDERS)
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*files, *links]):
            if name not in LITTER and not name.startswith("._"):
                yield Path(place, name)


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


def read_roster(file: Path) -> dict[str, list[str]]:
    """Return the students on a list, and the other names that it has for each.

    Parameters
    ----------
    file : pathlib.Path
        A table with a column ``student``, as spreadsheets save it: separated by commas,
        semicolons or tabs, in UTF-8, UTF-16 or Windows' encoding. All other columns
        are names, numbers or addresses that a learning platform may know them by.

    Raises
    ------
    ValueError
        If there is no such column, or a name in it cannot be used.
    """
    columns, rows = read_table(file.read_bytes())
    if "student" not in columns:
        raise ValueError(
            f"{file} has no column 'student'; its first line names the columns: "
            f"{', '.join(columns)}"
        )
    students: dict[str, list[str]] = {}
    for number, row in enumerate(rows, start=2):
        cells = list(row.values())
        if is_no_student(row):
            continue
        student = row["student"]
        if not STUDENT.fullmatch(student):
            raise ValueError(
                f"{file}, line {number}: the student is {clean(ascii(student))}; use "
                "the name that students give to course submit"
            )
        students[student] = [cell for cell in cells if cell and cell != student]
    return dict(sorted(students.items()))

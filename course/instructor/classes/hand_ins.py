"""Read what a student handed in, whatever it is, without unpacking it to disk."""

import hashlib
import json
import stat
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from course.instructor.classes.whose import Owner, folded, is_notebook_of
from course.submitting import LARGEST, RECEIPT, STUDENT
from helpers.exercises.reading import clean

LARGEST_RECEIPT = 10_000  # bytes; ours have two hundred
RECEIPT_FIELDS = ("exercise", "student", "time", "sha256")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
NESTED = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")

# Clocks differ; a time further ahead would beat every later submission.
AHEAD = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True)
class HandIn:
    """One valid submission.

    Attributes
    ----------
    student : str
        Safe in a path, a table and a web page.
    time : datetime.datetime
        When it was packed, in UTC, by the student's clock, which orders the submissions
        of one student and proves nothing; when it came in, if that was earlier.
    content : bytes
        The notebook, untouched; it may still be no notebook at all.
    note : str
        What is to be said about it.
    """

    student: str
    time: datetime
    content: bytes
    note: str = ""

    @property
    def sha256(self) -> str:
        """The checksum of the notebook."""
        return hashlib.sha256(self.content).hexdigest()


def read_hand_in(file: Path, exercise: str, owner: Owner) -> HandIn:
    """Return the submission that a file holds.

    Parameters
    ----------
    file : pathlib.Path
        An archive as `course submit` writes it, or a notebook.
    exercise : str
        Whole name of the exercise that is collected.
    owner : Owner
        Whose it is by its place and name. That says who handed in a notebook without a
        receipt.

    Raises
    ------
    ValueError
        Says what is wrong with the file.
    """
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is a link or a device, not a file")
    if status.st_size > LARGEST:
        raise ValueError(
            f"it is too large: {status.st_size / 1e6:.0f} MB, at most "
            f"{LARGEST / 1e6:.0f} are taken"
        )
    if file.suffix.lower() == ".zip":
        return _from_archive(file, exercise, owner)
    if file.suffix.lower() == ".ipynb":
        return _from_notebook(file, exercise, owner)
    raise ValueError("it is neither an archive (.zip) nor a notebook (.ipynb)")


def _from_notebook(file: Path, exercise: str, owner: Owner) -> HandIn:
    if not is_notebook_of(exercise, owner.file):
        raise ValueError(f"it is renamed; {exercise}.ipynb is expected")
    if not owner.claim:
        raise ValueError(
            "nothing says whose it is; put it into a folder with the student's name"
        )
    if not owner.student:
        raise ValueError(
            f"it is of {clean(owner.claim)!r}; add a column with that name to the list "
            "of the class: --students CSV"
        )
    return HandIn(owner.student, _came(file), file.read_bytes())


def _came(file: Path) -> datetime:
    """Return when a file came in, as far as this machine knows."""
    return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)


def _from_archive(file: Path, exercise: str, owner: Owner) -> HandIn:
    try:
        with zipfile.ZipFile(file) as archive:
            content, written = _members(archive, exercise)
    except ValueError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ValueError(f"it is a broken archive: {clean(error)}") from error
    except Exception as error:  # zipfile raises many kinds, by what is damaged
        raise ValueError(f"it cannot be unpacked: {clean(error)}") from error
    receipt = _receipt(written)
    student = _safe(receipt["student"], "the receipt")
    if owner.certain and folded(owner.student) != folded(student):
        raise ValueError(
            f"it lies in the folder of {owner.student}, the receipt says {student}; if "
            f"both are one person, give that folder's name to {student} in a column of "
            "the list of the class: --students CSV"
        )
    if receipt["exercise"] != exercise:
        raise ValueError(f"its receipt is for exercise {clean(receipt['exercise'])!r}")
    if receipt["sha256"] != hashlib.sha256(content).hexdigest():
        raise ValueError("its notebook has another checksum than its receipt says")
    time, came = _time(receipt["time"]), _came(file)
    if time > came + CLOCKS_DIFFER:  # nothing is handed in after it came
        clocks = f"{time:%Y-%m-%d %H:%M}, but it came {came:%Y-%m-%d %H:%M} UTC"
        note = f"by the student's clock {clocks}"
        return HandIn(student, came, content, note)
    return HandIn(student, time, content)


def _members(archive: zipfile.ZipFile, exercise: str) -> tuple[bytes, bytes]:
    """Return the notebook and the receipt; nothing else may be there."""
    wanted = {f"{exercise}.ipynb": LARGEST, RECEIPT: LARGEST_RECEIPT}
    found: dict[str, zipfile.ZipInfo] = {}
    members = [one for one in archive.infolist() if not _is_litter(one)]
    _leave_common_folder(members)
    for member in members:
        if fault := _fault(member, wanted):
            raise ValueError(f"its member {clean(member.orig_filename)!r} {fault}")
        if member.orig_filename in found:
            raise ValueError(f"its member {member.orig_filename} is there twice")
        found[member.orig_filename] = member
    for name in wanted:
        if name not in found:
            raise ValueError(f"it has no {name}")
    notebook, receipt = (
        _read(archive, found[name], most) for name, most in wanted.items()
    )
    return notebook, receipt


def _is_litter(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is what a Mac puts into an archive, or a folder."""
    parts = PurePosixPath(member.orig_filename).parts
    hidden = parts[:1] == ("__MACOSX",) or parts[-1:] == (".DS_Store",)
    return hidden or (member.is_dir() and len(parts) == 1 and parts != ("..",))


def _leave_common_folder(members: list[zipfile.ZipInfo]) -> None:
    """Take away the folder that all members lie in, if there is one."""
    parts = [PurePosixPath(member.orig_filename).parts for member in members]
    tops = {each[0] for each in parts if len(each) == 2}
    if (
        len(tops) == 1
        and all(len(each) == 2 for each in parts)
        and not tops & {"..", "/"}
    ):
        for member, each in zip(members, parts, strict=True):
            member.orig_filename = each[1]


def _fault(member: zipfile.ZipInfo, wanted: dict[str, int]) -> str:
    name = member.orig_filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        return "climbs out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if name.lower().endswith(NESTED):
        return "is an archive in the archive"
    if member.orig_filename not in wanted:
        if name.endswith(".ipynb"):
            return f"is not expected; {next(iter(wanted))} is"
        return "does not belong there"
    if member.flag_bits & 1:
        return "is encrypted"
    if member.compress_type not in METHODS:
        return "is compressed in an unusual way"
    if member.file_size > wanted[name]:
        return f"is too large: {member.file_size / 1e6:.1f} MB when unpacked"
    return ""


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    # zipfile compares the name that stands before the content with this one.
    member.orig_filename = member.filename
    with archive.open(member) as stream:
        content = stream.read(most + 1)  # whatever size the archive claims
    if len(content) > most:
        raise ValueError(f"its member {member.filename} is too large when unpacked")
    return content


def _receipt(written: bytes) -> dict[str, str]:
    try:
        receipt = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise ValueError("its receipt cannot be read") from error
    if not isinstance(receipt, dict):
        raise ValueError("its receipt cannot be read")
    for field in RECEIPT_FIELDS:
        if not isinstance(receipt.get(field), str):
            raise ValueError(f"its receipt says nothing about: {field}")
    return {field: receipt[field] for field in RECEIPT_FIELDS}


def _safe(student: str, source: str) -> str:
    if not STUDENT.fullmatch(student):
        raise ValueError(
            f"{source} names the student {clean(ascii(student))}; letters, digits, "
            "dots, hyphens and underscores are allowed"
        )
    return student


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"its receipt has no proper time: {clean(text)!r}") from error
    if time > datetime.now(UTC) + AHEAD:
        raise ValueError(f"its receipt is from the future: {time:%Y-%m-%d %H:%M}")
    return time.replace(microsecond=0)

"""Hand in an exercise: is the notebook whole? Then one archive, with a receipt."""

import getpass
import hashlib
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course.exercises import marks
from course.notebooks import project_folder, read_notebook

# Safe in a file's name, in a table and in a web page.
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LARGEST = 20_000_000  # bytes of a notebook; ours have a few thousand
RECEIPT = "receipt.json"

# For each exercise, the marked cells in order, and the checksum of each locked one.
MANIFEST = Path("exercises") / "released.json"
BEFORE = "earlier releases"  # in it, for each exercise the same of each of these


def submit(
    file: Path, student: str | None = None, folder: Path | None = None
) -> tuple[Path, dict[str, str]]:
    """Pack an exercise for handing in.

    Parameters
    ----------
    file : pathlib.Path
        The notebook.
    student : str, optional
        Who hands in: up to 64 letters, digits, dots, hyphens and underscores.
        By default the name that you are logged in with.
    folder : pathlib.Path, optional
        Where the archive goes; by default ``submissions`` in the project's folder.

    Returns
    -------
    tuple
        The archive, and the receipt that lies in it, too: exercise, student, time and
        the SHA-256 of the notebook.

    Raises
    ------
    ValueError
        If the notebook is not whole, or the name of the student cannot be used.
        Nothing is written then.
    """
    student = student or getpass.getuser()
    if not STUDENT.fullmatch(student):
        raise ValueError(
            f"The student is {student!r}; use up to 64 letters, digits, dots, hyphens "
            "and underscores, beginning with a letter or digit: --student NAME"
        )
    content = _read_bytes(file)
    require_whole(file)
    now = datetime.now(UTC)
    receipt = {
        "exercise": file.stem,
        "student": student,
        "time": now.isoformat(timespec="seconds"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    folder = folder or project_folder() / "submissions"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{file.stem}-{student}-{now:%Y%m%dT%H%M%S}.zip"
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(file.name, content)
        archive.writestr(RECEIPT, json.dumps(receipt, indent=1))
    return target, receipt


def require_whole(file: Path, manifest: Path | None = None) -> None:
    """Raise ValueError, with the cells at fault, if an exercise is not whole.

    Whole is a notebook that still has each cell that it was released with, once and in
    order, and in which the locked ones read as they did.

    Parameters
    ----------
    file : pathlib.Path
        The notebook.
    manifest : pathlib.Path, optional
        What was released; by default `MANIFEST` in the project's folder.
    """
    from nbgrader.utils import compute_checksum  # here, because it takes seconds

    manifest = manifest or project_folder() / MANIFEST
    released = json.loads(manifest.read_text(encoding="utf-8"))
    known = [name for name in released if name != BEFORE]
    if file.stem not in known:
        raise ValueError(
            f"{file.name} is none of the exercises {', '.join(known)}; hand in the "
            "notebook under the name that it had."
        )
    cells = [cell for cell in read_notebook(file).cells if marks(cell)]
    checksums = [compute_checksum(cell) for cell in cells]
    faults = _faults(cells, checksums, released[file.stem])
    for before in released.get(BEFORE, {}).get(file.stem, []):
        if not _faults(cells, checksums, before):
            return  # begun before a correction, and as whole as it was then
    if faults:
        raise ValueError(
            f"{file.name} is not whole: {'; '.join(faults)}. Keep a copy of your "
            "answers, take the exercise anew from the bundle, and put them in there."
        )


def _faults(
    cells: list[Any], checksums: list[str], expected: dict[str, str | None]
) -> list[str]:
    """Say how the marked cells of a notebook differ from those of a release."""
    found = [str(marks(cell).get("grade_id")) for cell in cells]
    faults = [f"{name} is missing" for name in expected if name not in found]
    faults += [f"{name} was added" for name in found if name not in expected]
    faults += [f"{name} is there twice" for name in expected if found.count(name) > 1]
    if not faults and found != list(expected):
        faults = ["the cells are in another order"]
    faults += [
        f"{name} was changed"
        for name, checksum in zip(found, checksums, strict=True)
        if expected.get(name) and expected[name] != checksum
    ]
    return faults


def _read_bytes(file: Path) -> bytes:
    if not file.is_file():
        raise FileNotFoundError(f"There is no notebook {file}; check the name.")
    if file.stat().st_size > LARGEST:
        raise ValueError(
            f"{file.name} has {file.stat().st_size / 1e6:.0f} MB; at most "
            f"{LARGEST / 1e6:.0f} can be handed in. Clear its outputs: Edit, Clear "
            "Outputs of All Cells."
        )
    return file.read_bytes()

"""Whose a file in the inbox is, by how learning platforms name files and folders.

Moodle makes a folder for each student, or puts the same words before each file; Canvas
puts its words before each file. A plain folder has a student's name. The list of the
class may say under which other names the platform knows a student.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from course.submitting import STUDENT

MOODLE = re.compile(
    r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)"
)
CANVAS = re.compile(r"(?P<name>[^\W_]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)")
# What file managers, browsers, JupyterLab and Canvas add to a name that is taken.
COPY = r"(?: ?\(\d+\)|-Copy\d+|-\d+)*"


@dataclass(frozen=True)
class Owner:
    """Whose a file is, as far as its place and name tell.

    Attributes
    ----------
    claim : str
        The folder, or the platform's word for the student; empty if there is none.
    student : str
        Who that is; empty if it cannot be said.
    certain : bool
        Whether a receipt that names somebody else is wrong.
    file : str
        The name of the file, without what the platform put before it.
    """

    claim: str
    student: str
    certain: bool
    file: str


def folders_above(files: Iterable[PurePath]) -> int:
    """Return how many folders the files of all students lie in together.

    Parameters
    ----------
    files : iterable of pathlib.PurePath
        Their paths in the inbox.
    """
    places = [file.parts[:-1] for file in files]
    level = 0
    while places and all(len(place) > level + 1 for place in places):
        if len({place[: level + 1] for place in places}) > 1:
            return level
        level += 1
    # A single student may have folders in folders, too.
    return level if len(set(places)) > 1 else 0


def owner_of(file: PurePath, level: int, known: Mapping[str, str]) -> Owner:
    """Return whose a file is.

    Parameters
    ----------
    file : pathlib.PurePath
        Its path in the inbox.
    level : int
        From `folders_above`.
    known : mapping of str to str
        Other names of students, from `names_of`, and who that is.
    """
    folders = file.parts[level:-1]
    for folder in reversed(folders):
        if student := known.get(folded(folder), ""):
            return Owner(folder, student, True, file.name)
    for text, name in [(file.name, None), *((each, file.name) for each in folders)]:
        for platform in (MOODLE, CANVAS):
            found = platform.fullmatch(text)
            if found and (name or found["file"]):
                words = [found["id"], found["name"]]
                student = next((known[w] for w in map(folded, words) if w in known), "")
                own = student or as_id(found["name"])
                return Owner(text, own, bool(student), name or found["file"])
    if not folders:
        return Owner("", "", False, file.name)
    plain = folders[0]
    is_id = bool(STUDENT.fullmatch(plain))
    # A number is how an office knows students; it is no name for `course submit`.
    certain = is_id and not plain.isdigit()
    return Owner(plain, plain if is_id else as_id(plain), certain, file.name)


def is_notebook_of(exercise: str, name: str) -> bool:
    """Return whether a file is an exercise by its name, perhaps a copy of it."""
    return bool(re.fullmatch(rf"{re.escape(exercise)}{COPY}\.ipynb", name))


def folded(name: str) -> str:
    """Return a name such that spelling does not matter."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def as_id(name: str) -> str:
    """Return a name as `course submit` takes it; empty if that cannot be."""
    plain = unicodedata.normalize("NFKD", name)
    text = "".join(sign for sign in plain if not unicodedata.combining(sign))
    text = "_".join(text.split())
    return text if STUDENT.fullmatch(text) else ""

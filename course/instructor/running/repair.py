"""Make a notebook whole that a student handed in: only answers come from the student.

The released exercise says which cells there are, in which order, what the locked ones
read and what nbgrader noted about them. From the submission come the sources of the
answer cells, and cells of the student's own, which stay where they stood. Nothing else:
neither outputs nor attachments nor metadata.
"""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat

from course.exercises import marks
from course.submitting import LARGEST

KINDS = ("code", "markdown", "raw")
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_NAME = 40  # what a message repeats of a student's names
MOST_NAMED = 5  # cells that one message names

# nbgrader's marks that say how a cell is graded; its checksum is another matter.
FLAGS = ("grade", "solution", "locked", "task", "points")


class Unreadable(ValueError):
    """A submission has nothing that could be run; the message says why."""


@dataclass(frozen=True)
class Cell:
    """What is read of one cell of a submission.

    Attributes
    ----------
    kind : str
        "code", "markdown" or "raw".
    source : str
        Its text.
    name : str
        The cell's own id, or empty.
    marks : dict
        What nbgrader noted; empty for a cell of the student's own.
    """

    kind: str
    source: str
    name: str
    marks: dict[str, Any]

    @property
    def grade_id(self) -> str:
        """The name that nbgrader knows the cell by; empty if it knows none."""
        found = self.marks.get("grade_id")
        return found if isinstance(found, str) else ""


def repair(
    content: bytes, released: str, earlier: Sequence[str] = ()
) -> tuple[Any, tuple[str, ...]]:
    """Return the notebook of a submission, made whole from the release it began as.

    Parameters
    ----------
    content : bytes
        What the student handed in; it may be anything.
    released : str
        The text of the exercise as it is released now. Its checks are in the notebook,
        whatever release that is made from.
    earlier : sequence of str
        The texts of earlier releases.

    Returns
    -------
    tuple
        The notebook, without outputs, and in words what had to be put right; nothing
        if the submission is whole.

    Raises
    ------
    Unreadable
        If it is no notebook, or one of another exercise.
    """
    document = _document(content)
    cells, dropped = _cells(document)
    theirs: dict[str, Cell] = {}
    for cell in cells:
        theirs.setdefault(cell.grade_id, cell)  # of two with one name, the first counts
    theirs.pop("", None)
    now, release, changes = _made_from(cells, theirs, [released, *earlier])
    altered = [f"unreadable cells, left out: {dropped}"] * bool(dropped)
    altered += _other_language(document)
    altered += changes
    then = {name: cell.source for name, cell in _marked(release)}
    notebook = _rebuilt(cells, theirs, release)
    if release is not now:
        _bring_up_to(notebook, then, now)
    return notebook, tuple(altered)


def _made_from(
    cells: list[Cell], theirs: dict[str, Cell], texts: Sequence[str]
) -> tuple[Any, Any, list[str]]:
    """Return today's release, the one that differs least, and how it differs."""
    releases = [nbformat.reads(text, as_version=4) for text in texts]
    possible = []
    for release in releases:
        try:
            _require_same_exercise(theirs, release)
        except Unreadable:
            continue
        found = _changes(cells, theirs, release)
        possible.append((_distance(theirs, release), release, found))
    if not possible:
        _require_same_exercise(theirs, releases[0])
    _, release, found = min(possible, key=lambda one: one[0])
    return releases[0], release, found


def _distance(theirs: dict[str, Cell], release: Any) -> int:
    """Return how many cells are not as in a release: missing, changed or others."""
    ours = dict(_marked(release))
    others = set(theirs) ^ set(ours)
    changed = [
        name
        for name in set(theirs) & set(ours)
        if _flags(theirs[name].marks) != _flags(marks(ours[name]))
        or (
            not marks(ours[name]).get("solution")
            and theirs[name].source.rstrip() != ours[name].source.rstrip()
        )
    ]
    return len(others) + len(changed)


def _bring_up_to(notebook: Any, then: dict[str, str], now: Any) -> None:
    """Put today's checks and marks into a notebook that an earlier release made.

    What was given then stays, since the answers were made with it. `then` has the
    source of each cell in that release.
    """
    today = dict(_marked(now))
    for cell in notebook.cells:
        name = marks(cell).get("grade_id")
        if name is None:
            continue
        if name not in today:
            del cell.metadata["nbgrader"]
            continue
        mark, source = marks(today[name]), today[name].source
        blank = mark.get("solution") and cell.source == then[name]
        if blank or (mark.get("grade") and not mark.get("solution")):
            cell.source = source
        cell.metadata["nbgrader"] = mark
    notebook.cells += [cell for name, cell in today.items() if name not in then]


def _document(content: bytes) -> dict[str, Any]:
    """Return what the file says, with the cells of nbformat 4."""
    if not content.strip():
        raise Unreadable("the file is empty")
    if len(content) > LARGEST:
        raise Unreadable(
            f"the file has {len(content) / 1e6:.0f} MB; at most "
            f"{LARGEST / 1e6:.0f} MB are read"
        )
    try:
        document = json.loads(content)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(
            f"the file is not a notebook, which is JSON: {_short(error)}"
        ) from error
    if not isinstance(document, dict):
        raise Unreadable("the file is JSON, but not a notebook")
    if "cells" not in document:
        document = _upgraded(document)
    if not isinstance(document.get("cells"), list) or not document["cells"]:
        raise Unreadable("the notebook has no cells")
    return document


def _upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook of nbformat 1, 2 or 3 in nbformat 4."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = nbformat.reader.reads(json.dumps(document))
            return nbformat.convert(old, 4)
    except Exception as error:  # whatever a damaged notebook makes nbformat raise
        raise Unreadable(
            f"the notebook has no cells, and is not an old one either: {_short(error)}"
        ) from error


def _cells(document: dict[str, Any]) -> tuple[list[Cell], int]:
    """Return the cells that can be read, and how many cannot."""
    found = [_cell(raw) for raw in document["cells"]]
    return [cell for cell in found if cell], found.count(None)


def _cell(raw: Any) -> Cell | None:
    if not isinstance(raw, dict) or raw.get("cell_type") not in KINDS:
        return None
    source = raw.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    metadata = raw.get("metadata")
    noted = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = raw.get("id")
    return Cell(
        kind=raw["cell_type"],
        source=_encodable(source),
        name=name if isinstance(name, str) and CELL_ID.fullmatch(name) else "",
        marks=noted if isinstance(noted, dict) else {},
    )


def _encodable(text: str) -> str:
    """Return the text with half characters, which no file can hold, as "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _require_same_exercise(theirs: dict[str, Cell], release: Any) -> None:
    """Raise Unreadable if no answer cell, or none of the locked cells, is ours."""
    answers = [name for name, cell in _marked(release) if marks(cell).get("solution")]
    locked = [
        theirs[name].source.rstrip() == cell.source.rstrip()
        for name, cell in _marked(release)
        if not marks(cell).get("solution") and name in theirs
    ]
    if set(answers) & set(theirs) and (any(locked) or not locked):
        return
    started = re.search(r'start\("([a-z0-9_]{1,40})"\)', _text_of(theirs, "start"))
    if started and started[0] not in "".join(cell.source for cell in release.cells):
        raise Unreadable(f"the notebook is exercise {started[1]}")
    raise Unreadable(
        "the notebook is another one: it has no answer cell or no unchanged check of "
        "this exercise"
    )


def _text_of(cells: dict[str, Cell], name: str) -> str:
    return cells[name].source if name in cells else ""


def _marked(release: Any) -> Iterator[tuple[str, Any]]:
    for cell in release.cells:
        if marks(cell):
            yield marks(cell)["grade_id"], cell


def _other_language(document: dict[str, Any]) -> list[str]:
    metadata = document.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    if not isinstance(kernel, dict):
        return []
    # An environment may give Python's kernel any name.
    language = str(kernel.get("language") or kernel.get("name") or "python")
    if language.lower().startswith("python"):
        return []
    return [f"another language: {_short(language)}"]


def _changes(cells: list[Cell], theirs: dict[str, Cell], release: Any) -> list[str]:
    """Say what differs from the release, most telling first."""
    ours = dict(_marked(release))
    names = [cell.grade_id for cell in cells if cell.marks]
    known = [name for name in dict.fromkeys(names) if name in ours]
    both = [(name, theirs[name], ours[name]) for name in known]
    locked = [pair for pair in both if not marks(pair[2]).get("solution")]
    found = {
        "missing": [name for name in ours if name not in theirs],
        "changed": [
            name
            for name, their, our in locked
            if their.source.rstrip() != our.source.rstrip()
        ],
        "more than once": [n for n in known if names.count(n) > 1],
        "not of this exercise": [
            name for name in dict.fromkeys(names) if name not in ours
        ],
        "of another kind": [
            name for name, their, our in both if their.kind != our.cell_type
        ],
        "marked in another way": [
            name
            for name, their, our in both
            if _flags(their.marks) != _flags(marks(our))
        ],
    }
    said = [f"{what}: {_listed(which)}" for what, which in found.items() if which]
    if known != [name for name in ours if name in theirs]:
        said.append("the cells were in another order")
    return said


def _flags(noted: dict[str, Any]) -> list[Any]:
    return [noted.get(flag) for flag in FLAGS]


def _listed(names: list[str]) -> str:
    shown = [_short(name) if name else "a cell without a name" for name in names]
    more = len(shown) - MOST_NAMED
    return ", ".join(shown[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _rebuilt(cells: list[Cell], theirs: dict[str, Cell], release: Any) -> Any:
    ours = dict(_marked(release))
    own = _own_cells(cells, set(ours))
    used = {cell.id for cell in ours.values()}
    notebook = nbformat.v4.new_notebook(metadata=release.metadata)
    notebook.cells += [_made(cell, used) for cell in own.get("", [])]
    for name, cell in ours.items():
        if name in theirs and marks(cell).get("solution"):
            cell.source = theirs[name].source
        notebook.cells += [cell, *(_made(extra, used) for extra in own.get(name, []))]
    return notebook


def _own_cells(cells: list[Cell], known: set[str]) -> dict[str, list[Cell]]:
    """Return the cells without marks, by the last cell of the exercise before them."""
    own: dict[str, list[Cell]] = {}
    last = ""
    for cell in cells:
        if cell.grade_id in known:
            last = cell.grade_id
        elif not cell.marks:
            own.setdefault(last, []).append(cell)
    return own


def _made(cell: Cell, used: set[str]) -> Any:
    make = getattr(nbformat.v4, f"new_{cell.kind}_cell")
    made = make(cell.source)
    if cell.name and cell.name not in used:
        made.id = cell.name
    used.add(made.id)
    return made


def _short(what: Any) -> str:
    """Return a student's word for a message: on one line, and not long."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(what))
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}..."

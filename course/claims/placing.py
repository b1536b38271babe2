"""Hold a claims file against its notebook: the cells that it names, and the words."""

from typing import Any

from course.claims import words
from course.claims.claim import Claim, ClaimsFile

SKIP_TAG = "skip-bands"  # cells that `course bands` leaves out
TURN_TAG = "your-turn"


def misplaced(claims: ClaimsFile, notebook: Any, read_text: bool = True) -> list[str]:
    """Say which claims and turns do not fit the notebook.

    Parameters
    ----------
    claims : ClaimsFile
    notebook : nbformat.NotebookNode
    read_text : bool, default True
        If False, only the cells are looked for: before the first bands are measured,
        the text cannot say yet what they give.

    Returns
    -------
    list of str
        One line each: a cell that does not exist, or words that do not stand in the
        text after it. Empty if all fit.
    """
    places = {cell.id: place for place, cell in enumerate(notebook.cells)}
    texts = [
        (place, cell.source)
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
    ]
    found = []
    for claim in claims.claims:
        wrong = _cell_fault(claim.after, places, notebook)
        wrong = wrong or _skip_fault(notebook.cells[places[claim.after]])
        after = [text for place, text in texts if place > places.get(claim.after, -1)]
        unsaid = _unsaid(claim, after) if read_text else []
        faults = [wrong] if wrong else unsaid
        found += [f"{claims.path}: claim {claim.name!r}: {fault}" for fault in faults]
    for turn in claims.turns:
        wrong = _cell_fault(turn.cell, places, notebook)
        if not wrong and TURN_TAG not in _tags(notebook.cells[places[turn.cell]]):
            wrong = f"the cell is not tagged {TURN_TAG}; tag it"
        found += [f"{claims.path}: turn {turn.cell!r}: {wrong}"] if wrong else []
    return found


def require_placed(claims: ClaimsFile, notebook: Any, read_text: bool = True) -> None:
    """Raise a ValueError that says what `misplaced` finds, if anything."""
    if found := misplaced(claims, notebook, read_text):
        raise ValueError("\n".join(found))


def _cell_fault(cell_id: str, places: dict[str, int], notebook: Any) -> str | None:
    if cell_id not in places:
        return f"there is no cell {cell_id!r}; give the id of a code cell"
    if notebook.cells[places[cell_id]].cell_type != "code":
        return f"the cell {cell_id!r} holds no code; give the id of a code cell"
    return None


def _skip_fault(cell: Any) -> str | None:
    for tag in (SKIP_TAG, "nbval-skip"):
        if tag in _tags(cell):
            return (
                f"the cell {cell.id!r} is tagged {tag}, so it is not always run; claim "
                "something of another cell, or remove the tag"
            )
    return None


def _unsaid(claim: Claim, texts: list[str]) -> list[str]:
    return [
        f"the text after the cell {claim.after!r} does not say {said!r}; quote it "
        "word for word, or correct the text"
        for said in claim.says
        if not any(words.places(said, text) for text in texts)
    ]


def _tags(cell: Any) -> list[str]:
    return cell.metadata.get("tags", [])

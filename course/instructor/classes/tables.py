"""Tables as spreadsheets and learning platforms read and write them."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

Cell = str | float | None

# Spreadsheets take a cell that begins so for a formula.
FORMULA = "=+-@"
# They join or part letters in the scripts of Iran and India, and belong to names.
JOINERS = "\u200c\u200d"
POINTS_POSSIBLE = "Points Possible"  # Canvas's second row, which is no student


def as_csv(rows: Iterable[Sequence[Cell]], mark: bool = False) -> bytes:
    """Return a table that a spreadsheet opens without running anything.

    Parameters
    ----------
    rows : iterable of sequence of str or float or None
        The first has the names of the columns. None is an empty cell.
    mark : bool, default False
        Whether it begins with a byte order mark, without which Excel spoils what is not
        ASCII. Moodle and Canvas take it; programs often do not.
    """
    stream = io.StringIO()
    csv.writer(stream).writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig" if mark else "utf-8", "replace")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float | int):
        return f"{value:g}"
    text = "".join(
        sign if sign.isprintable() or sign in JOINERS else " " for sign in value
    ).strip()
    # A semicolon ends a cell where the comma is the decimal sign.
    text = text.translate({ord(";"): ",", ord('"'): "'"})
    return f"'{text}" if _begins_formula(text) else text


def _begins_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a cell for a formula, full-width too."""
    seen = text.lstrip(JOINERS + " ")
    return unicodedata.normalize("NFKC", seen[:1]).startswith(tuple(FORMULA))


def read_table(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Return the columns of a table and its rows, whose cells have no outer spaces.

    Parameters
    ----------
    content : bytes
        As spreadsheets save it: separated by commas, semicolons or tabs, in UTF-8,
        UTF-16 or Windows' encoding.
    """
    lines = _text_of(content).splitlines()
    heads = lines[0] if lines else ""
    found = csv.DictReader(lines, delimiter=max(",;\t", key=heads.count))
    columns = [name.strip() for name in found.fieldnames or ()]
    rows = [
        {
            name.strip(): (value or "").strip()
            for name, value in row.items()
            if isinstance(name, str)
        }
        for row in found
    ]
    return columns, rows


def is_no_student(row: Mapping[str, str]) -> bool:
    """Return whether a row is empty, as spreadsheets leave some, or Canvas's second."""
    return not any(row.values()) or POINTS_POSSIBLE in row.values()


def _text_of(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")

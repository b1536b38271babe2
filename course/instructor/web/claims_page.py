"""The page of all claims: what the chapters say, and what ten seeds gave.

It is made from the claims files and the bands that the tests use.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from course.claims.claim import Claim, claims_file, read_claims
from course.claims.table import NOTHING, Row, rows_of
from course.claims.words import places
from course.instructor.web.web_pages import jupyterlab_anchor
from course.notebooks import read_notebook
from course.tolerances import measured_bands

HEAD = """\
# What the course claims, and what ten seeds gave

Each figure and each comparison that a chapter states as its own result is listed here,
with the words of the text. *One run* is the one that the chapter shows. *Ten runs* says
between which values ten runs with different seeds lay, on the full data and on the
sample. A comparison is given by its two sides where it has them; the last column says
in how many of the ten runs it held.

Tests hold the words against these values, and run every chapter anew.
"""

TABLE_HEAD = """\
| the text says | one run | ten runs | ten runs, sample | held in |
| --- | --- | --- | --- | --- |
"""

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*$", re.MULTILINE)

Place = tuple[int, int]  # the index of a cell, and a place in its text


@dataclass(frozen=True)
class Heading:
    """A heading of a chapter: its place, its title, its anchor with the "#"."""

    place: Place
    title: str
    anchor: str


def claims_page(chapters: Iterable[Path]) -> str:
    """Return the page in Markdown, for the chapters that have a claims file."""
    parts = [_chapter(file) for file in chapters if claims_file(file).exists()]
    return "\n".join([HEAD, *parts])


def _chapter(file: Path) -> str:
    notebook, claims = read_notebook(file), read_claims(file)
    bands = measured_bands(file)
    full, sample = (
        bands.get(source, {}).get("values", {}) for source in ("full", "sample")
    )
    rows = zip(claims.claims, rows_of(claims, full, sample), strict=True)
    placed = sorted(
        ((_place(notebook, claim), claim, row) for claim, row in rows),
        key=lambda each: each[0],
    )
    headings = [Heading((-1, 0), file.stem, ""), *_headings(notebook)]
    compared = sum(claim.is_comparison for claim in claims.claims)
    title = headings[1].title if len(headings) > 1 else file.stem
    parts = [
        f"## {title}\n\n[The chapter]({_address(file)}) states "
        f"{len(placed) - compared} results and {compared} comparisons.\n"
    ]
    for heading, in_section in groupby(placed, lambda each: _last(headings, each[0])):
        link = f"[{heading.title}](<{_address(file)}{heading.anchor}>)"
        table = "".join(_row(claim, row) for _, claim, row in in_section)
        parts.append(f"### {link}\n\n{TABLE_HEAD}{table}")
    return "\n".join(parts)


def _last(headings: list[Heading], place: Place) -> Heading:
    return [heading for heading in headings if heading.place <= place][-1]


def _row(claim: Claim, row: Row) -> str:
    held = row.seeds if claim.is_comparison else NOTHING
    cells = [row.says, row.run, row.full, row.sample, held]
    shown = ["–" if text == NOTHING else _plain(text) for text in cells]
    return f"| {' | '.join(shown)} |\n"


def _address(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _place(notebook: Any, claim: Claim) -> Place:
    """Return where the words of a claim stand first: in which cell, and where in it."""
    codes = {cell.id: index for index, cell in enumerate(notebook.cells)}
    return min(
        (
            (index, found[0])
            for index, cell in enumerate(notebook.cells)
            if cell.cell_type == "markdown" and index > codes[claim.after]
            for words in claim.says
            for found in places(words, cell.source)
        ),
        default=(codes[claim.after], 0),
    )


def _headings(notebook: Any) -> list[Heading]:
    found = []
    known: Counter[str] = Counter()
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        for match in _HEADING.finditer(_without_code(cell.source)):
            title = match[1]
            slug = jupyterlab_anchor(re.sub(r"[*`]", "", title))
            # Of two headings with one title, Sphinx numbers the second.
            anchor = f"#{slug}-{known[slug]}" if known[slug] else f"#{slug}"
            known[slug] += 1
            if "%" in anchor:
                anchor = ""  # Sphinx would not find it: it reads "%" as "%25"
            found.append(Heading((index, match.start()), title, anchor))
    return found


def _without_code(text: str) -> str:
    """Blank out fenced code, in which "#" begins a comment."""
    return re.sub(
        r"^(```+|~~~+).*?^\1", lambda m: " " * len(m[0]), text, flags=re.M | re.S
    )


def _plain(text: str) -> str:
    """Return words of Markdown as plain text that Markdown leaves as it is."""
    words = re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text)
    words = re.sub(r"\s*\|\s*", " · ", words).strip(" ·")
    return re.sub(r"([\\\[\]<>$&~^{}#])", r"\\\1", words)

"""Break a chapter in many small ways, and see whether its checks notice.

Nothing is run: the stored notebook, its claims and the bands of its seeds are enough.
Each mutation is a chapter with one thing changed; it is caught when the checks find a
fault. `tests/test_claims_mutations.py` says what each chapter's mutations came to.
"""

import copy
import html
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from course.claims.asking import value_names
from course.claims.checking import against_seeds, each_fault, faults
from course.claims.claim import Claim, ClaimsFile, read_claims
from course.claims.figures import Figure, figures_in
from course.claims.limits import judge, limits, units_of
from course.claims.markdown import prose_of, tables_of
from course.claims.pairing import own_figures, values_of
from course.claims.prose import quoted
from course.claims.words import pattern, places, shortened
from course.comparison import differences, reduce_outputs
from course.notebooks import read_notebook
from course.tolerances import Bands, bands_of, tolerance_of


@dataclass(frozen=True)
class Chapter:
    """A chapter as it is stored."""

    notebook: Any
    claims: ClaimsFile
    bands: Bands

    @property
    def values(self) -> dict[str, Any]:
        return self.bands.values

    def faults(self) -> list[str]:
        return faults(self.notebook, self.claims, self.values)


@dataclass(frozen=True)
class Mutation:
    """One thing that was changed, and whether the checks notice it."""

    what: str
    is_caught: Callable[[], bool]


@dataclass
class Tally:
    """What the mutations of one kind came to."""

    kind: str
    tried: int = 0
    passed: list[str] = field(default_factory=list)

    @property
    def caught(self) -> int:
        return self.tried - len(self.passed)

    def __str__(self) -> str:
        share = f"{self.caught / self.tried:.1%}" if self.tried else "none there"
        return f"{self.kind}: {self.caught} of {self.tried} fail ({share})"


def read_chapter(file: Path) -> Chapter:
    return Chapter(read_notebook(file), read_claims(file), bands_of(file, "full"))


def tallies(chapter: Chapter) -> list[Tally]:
    """Try all mutations of a chapter."""
    found = []
    for kind, mutations in KINDS.items():
        tally = Tally(kind)
        for mutation in mutations(chapter):
            tally.tried += 1
            if not mutation.is_caught():
                tally.passed.append(mutation.what)
        found.append(tally)
    return found


# --- numbers ----------------------------------------------------------------------


def changed_by_three(figure: Figure) -> list[str]:
    """Return a figure by three points more and less, written as it is."""
    if figure.word:
        return _other_words(figure)
    if figure.percent or not figure.is_integer:
        points = 3 if figure.percent else 0.03
        value = 100 * figure.value if figure.percent else figure.value
        unit = 100 * figure.unit if figure.percent else figure.unit
        step = points if unit <= points <= abs(value) else 3 * unit
    else:
        value, unit, step = figure.value, 1, 3
    return _written(figure, value, unit, step)


def changed_by_one(figure: Figure) -> list[str]:
    """Return a count by one more and less; nothing for what is no count."""
    if not figure.is_integer or figure.about:
        return []
    return _written(figure, figure.value, 1, 1)


def _written(figure: Figure, value: float, unit: float, step: float) -> list[str]:
    """Write the figure with another value: "97.6%" as "94.6%"."""
    digits = re.search(r"\d[\d,]*(?:\.\d+)?|\.\d+|[a-z]+", figure.text, re.I)
    assert digits is not None, figure
    decimals = len(digits[0].partition(".")[2])
    found = []
    for new in (value - step, value + step):
        if new < 0 <= value:
            continue
        comma = "," if "," in digits[0] or new >= 10_000 else ""
        number = f"{abs(new):{comma}.{decimals}f}"
        start = digits.start()
        if value < 0 and new > 0:
            start -= 1  # the sign
        found.append(figure.text[:start] + number + figure.text[digits.end() :])
    return found


# Counts come first: of "one digit in a hundred", the one is changed.
_SWAPS = {
    **{"one": "four", "two": "five", "three": "six", "four": "seven", "five": "two"},
    **{"six": "three", "seven": "four", "eight": "five", "nine": "six", "ten": "seven"},
    **{"twenty": "ten", "half": "a quarter", "third": "sixth", "quarter": "half"},
    **{"fifth": "half", "tenth": "fifth", "twice": "four times", "halves": "doubles"},
    **{"double": "four times", "halved": "doubled", "halving": "doubling"},
    **{"doubles": "halves", "doubled": "halved", "doubling": "halving"},
    **{"triples": "doubles", "tripled": "doubled"},
}


def _other_words(figure: Figure) -> list[str]:
    """Say a number in words otherwise: "half" as "quarter", "nine of" as "six of"."""
    for word, other in _SWAPS.items():
        new, count = re.subn(rf"\b{word}(?=s?\b)", other, figure.text, flags=re.I)
        if count == 1:
            return [new]
    number = re.search(r"\d+", figure.text)  # 99 times in 100
    if number is None:
        return []
    return [figure.text.replace(number[0], str(int(number[0]) - 3), 1)]


def numbers_of_the_text(
    chapter: Chapter, change: Callable[[Figure], list[str]]
) -> Iterator[Mutation]:
    """Change each number of the prose, and nothing else."""
    for index, cell in enumerate(chapter.notebook.cells):
        if cell.cell_type != "markdown":
            continue
        for figure in figures_in(prose_of(cell.source)):
            for point in figure.points:
                for new in change(point):
                    source = _replaced(cell.source, point.start, point.end, new)
                    changed = replace(
                        chapter, notebook=_with_source(chapter, {index: source})
                    )
                    what = f"{cell.id}: {point.text} as {new}: {_near(cell, point)}"
                    yield Mutation(what, _has_faults(changed))


def numbers_of_text_and_claims(
    chapter: Chapter, change: Callable[[Figure], list[str]]
) -> Iterator[Mutation]:
    """Change each number that a claim holds, in the text and in the claim's words."""
    codes = {cell.id: n for n, cell in enumerate(chapter.notebook.cells)}
    for claim in chapter.claims.claims:
        for says in claim.says:
            for figure in own_figures(says, chapter.claims.constants):
                for point in figure.points:
                    for new in change(point):
                        words = _replaced(says, point.start, point.end, new)
                        sources = {
                            n: pattern(says).sub(lambda _, words=words: words, c.source)
                            for n, c in enumerate(chapter.notebook.cells)
                            if n > codes[claim.after] and places(says, c.source)
                        }
                        changed = replace(
                            chapter,
                            notebook=_with_source(chapter, sources),
                            claims=_with_words(chapter.claims, claim, says, words),
                        )
                        what = f"{claim.name}: {shortened(says)} as {shortened(words)}"
                        yield Mutation(what, _has_faults(changed))


def _has_faults(chapter: Chapter) -> Callable[[], bool]:
    parts = chapter.notebook, chapter.claims, chapter.values
    return lambda: next(each_fault(*parts), None) is not None


def _replaced(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _near(cell: Any, figure: Figure) -> str:
    around = cell.source[max(0, figure.start - 40) : figure.end + 40]
    return shortened(around, 100)


def _with_source(chapter: Chapter, sources: dict[int, str]) -> Any:
    """Return the notebook with other texts in some cells."""
    cells = list(chapter.notebook.cells)
    for index, source in sources.items():
        cells[index] = copy.copy(cells[index])
        cells[index].source = source
    return SimpleNamespace(cells=cells)


def _with_words(claims: ClaimsFile, claim: Claim, old: str, new: str) -> ClaimsFile:
    """Return the claims with other words in one of them."""
    says = tuple(new if words == old else words for words in claim.says)
    changed = replace(claim, says=says)
    return replace(
        claims, claims=tuple(changed if c is claim else c for c in claims.claims)
    )


# --- measured values and comparisons ---------------------------------------------


def measured_values(chapter: Chapter) -> Iterator[Mutation]:
    """Let a run give a value just outside of its limits, one at a time."""
    for claim in chapter.claims.claims:
        if claim.is_comparison:
            continue
        bands = values_of(claim, chapter.values)
        units = units_of(claim, chapter.claims.constants, bands)
        middle = [sorted(band)[len(band) // 2] for band in bands]
        for place, (band, unit) in enumerate(zip(bands, units, strict=True)):
            low, high = limits(band, unit)
            nudge = 1 if low == high else 1e-6 * max(abs(low), abs(high), 1e-3)
            for value in (low - nudge, high + nudge):
                given = [*middle[:place], value, *middle[place + 1 :]]
                name = value_names(claim.name, len(bands))[place]
                yield Mutation(
                    f"{name}: {value:.6g}",
                    lambda c=claim, g=given: fails(chapter, c, g),
                )


def fails(chapter: Chapter, claim: Claim, given: Sequence[float]) -> bool:
    """Return whether a run that gives these values for a claim fails."""
    shown = json.dumps(given[0] if len(given) == 1 else given)
    reply = {"status": "ok", "data": {"text/plain": repr(shown)}}
    found = judge(chapter.claims, [claim], {claim.name: reply}, chapter.values)
    return any(finding.fails for finding in found)


def swapped_sides(chapter: Chapter) -> Iterator[Mutation]:
    """Swap what the seeds gave for the two sides of each comparison."""
    for claim in chapter.claims.claims:
        if claim.relation in (None, "==", "!="):
            continue
        left, right = (f"{claim.name}, {side}" for side in ("left", "right"))
        values = {
            **chapter.values,
            left: chapter.values[right],
            right: chapter.values[left],
        }
        yield Mutation(
            f"{claim.name}: {claim.left} {claim.relation} {claim.right}",
            lambda c=claim, v=values: bool(against_seeds(c, v)),
        )


# --- tables -----------------------------------------------------------------------


TABLE_CELL = re.compile(r"<td\b[^>]*>(.*?)</td>", re.S)
# A number of a printed table: two blanks set it apart.
PRINTED = re.compile(r"(?<= {2})-?\d[\d,]*(?:\.\d+)?%?(?!\S)", re.M)
Span = tuple[int, int]


def cells_of_text_tables(chapter: Chapter) -> Iterator[Mutation]:
    """Swap two cells of each table of the text that holds a result."""
    held = quoted(chapter.notebook, chapter.claims, ())
    for index, places_held in held.items():
        cell = chapter.notebook.cells[index]
        for table in tables_of(cell.source):
            if not any(h.overlaps(table.start, table.end) for h in places_held):
                continue
            for one, other in _pairs(table.rows):
                first, second = cell.source[slice(*one)], cell.source[slice(*other)]
                if _shows_numbers(first, second):
                    source = _swapped(cell.source, one, other)
                    changed = replace(
                        chapter, notebook=_with_source(chapter, {index: source})
                    )
                    what = f"{cell.id}: {first.strip()} and {second.strip()}"
                    yield Mutation(what, _has_faults(changed))


def cells_of_stored_tables(chapter: Chapter) -> Iterator[Mutation]:
    """Swap two cells of each stored table of a code cell, as a run might give them."""
    for cell in chapter.notebook.cells:
        for place, output in enumerate(cell.get("outputs", [])):
            for kind, text, grid in _tables_of_output(output):
                for one, other in _pairs(grid):
                    first, second = (text[slice(*span)] for span in (one, other))
                    if _shows_numbers(first, second):
                        changed = _with_text(output, kind, _swapped(text, one, other))
                        yield Mutation(
                            f"{cell.id}: {html.unescape(first)} and "
                            f"{html.unescape(second)}",
                            _differs(chapter, cell, place, changed),
                        )


def _tables_of_output(output: Any) -> Iterator[tuple[str, str, list[list[Span]]]]:
    """Yield each table: where its text stands, the text, and the rows of its cells."""
    data = output.get("data", {})
    if page := data.get("text/html"):
        for table in re.finditer(r"<table\b.*?</table>", page, re.S):
            rows = re.finditer(r"<tr\b.*?</tr>", table[0], re.S)
            grid = [
                [
                    (start + content.start(1), start + content.end(1))
                    for content in TABLE_CELL.finditer(row[0])
                    for start in [table.start() + row.start()]
                ]
                for row in rows
            ]
            yield "text/html", page, [row for row in grid if row]
    elif text := output.get("text"):
        rows_of_text = [
            [found.span() for found in PRINTED.finditer(text, *line.span())]
            for line in re.finditer(r".*", text)
        ]
        yield "text", text, [row for row in rows_of_text if len(row) > 1]


def _with_text(output: Any, kind: str, text: str) -> dict[str, Any]:
    if kind == "text":
        return {**output, "text": text}
    return {**output, "data": {**output["data"], kind: text}}


def _differs(
    chapter: Chapter, cell: Any, place: int, output: dict[str, Any]
) -> Callable[[], bool]:
    """Return whether the comparison tells this output from the one that is stored."""

    def is_caught() -> bool:
        outputs = [*cell.outputs[:place], output, *cell.outputs[place + 1 :]]
        tolerance = tolerance_of(chapter.notebook, cell, chapter.bands)
        stored, new = reduce_outputs(cell.outputs), reduce_outputs(outputs)
        return bool(differences(stored, new, tolerance))

    return is_caught


def _pairs(grid: Sequence[Sequence[Span]]) -> Iterator[tuple[Span, Span]]:
    """Yield each pair of neighbours: in a row, and of two rows in one column."""
    for row in grid:
        yield from itertools.pairwise(row)
    for upper, lower in itertools.pairwise(grid):
        yield from zip(upper, lower, strict=False)


def _shows_numbers(first: str, second: str) -> bool:
    one, other = first.strip(), second.strip()
    return one != other and all(re.search(r"\d", text) for text in (one, other))


def _swapped(text: str, one: Span, other: Span) -> str:
    (a, b), (c, d) = sorted((one, other))
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


KINDS: dict[str, Callable[[Chapter], Iterator[Mutation]]] = {
    "numbers of the text, three points": lambda chapter: numbers_of_the_text(
        chapter, changed_by_three
    ),
    "counts of the text, one unit": lambda chapter: numbers_of_the_text(
        chapter, changed_by_one
    ),
    "numbers of text and claims, three points": lambda chapter: (
        numbers_of_text_and_claims(chapter, changed_by_three)
    ),
    "counts of text and claims, one unit": lambda chapter: numbers_of_text_and_claims(
        chapter, changed_by_one
    ),
    "measured values beyond their limits": measured_values,
    "sides of comparisons": swapped_sides,
    "cells of tables in the text": cells_of_text_tables,
    "cells of stored tables": cells_of_stored_tables,
}

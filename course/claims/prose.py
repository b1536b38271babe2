"""Find what the text of a chapter says, and nothing holds.

Each number is held by the words of a claim that stand there, by [constants], as a whole
number by the code or a stored output of its section, or by what it numbers (a step, a
question). Each sentence that compares results is quoted by a claim, or listed under
[[not-a-comparison]] with a reason.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from course.claims.claim import SEEDS, Claim, ClaimsFile
from course.claims.comparisons import comparing_words
from course.claims.figures import Figure, figures_in
from course.claims.markdown import Sentence, prose_of, sentences_of, tables_of
from course.claims.sections import Section, Sections
from course.claims.structure import structural_numbers
from course.claims.words import places, shortened

Places = tuple[tuple[int, int], ...]
NUMBER = "is held by nothing: quote it in a claim, or put it into [constants]"
ROW = (
    "stands in a table of results, and no claim holds it there: quote the row from its "
    "first cell on, and put what is published into [constants]"
)
NEAR = 3
READING = "Further reading"  # the section whose titles and years are others'


@dataclass(frozen=True)
class Unheld:
    """Words of a chapter that nothing holds.

    Attributes
    ----------
    cell : str
        The id of the Markdown cell.
    start, end : int
        The place of the words in it.
    words : str
    sentence : Sentence
        In which they stand.
    remedy : str
    """

    cell: str
    start: int
    end: int
    words: str
    sentence: Sentence
    remedy: str

    def __str__(self) -> str:
        return (
            f"cell {self.cell!r}: {shortened(self.words)} in "
            f"{shortened(self.sentence.text, 100)} {self.remedy}"
        )


@dataclass(frozen=True)
class Held:
    """Words that a claim (or, without one, an entry of a list) quotes at one place."""

    start: int
    end: int
    claim: Claim | None = None

    def holds(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end

    def overlaps(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end


def unheld_numbers(notebook: Any, claims: ClaimsFile) -> list[Unheld]:
    """Return the numbers in the text of a notebook that nothing holds, in order."""
    held = quoted(notebook, claims, claims.constants)
    sections = Sections(notebook)
    numbered = structural_numbers(notebook, claims.path.stem)
    found = []
    for index, cell in _texts(notebook):
        results = [
            row
            for table in tables_of(cell.source)
            if any(h.claim and h.overlaps(table.start, table.end) for h in held[index])
            for row in table.rows
        ]
        points = [p for f in figures_in(prose_of(cell.source)) for p in f.points]
        for point in points:
            if row := _row_at(point.start, results):
                if not any(_quotes_from(row[0][0], point, h) for h in held[index]):
                    found.append(_unheld_number(cell, point, ROW))
            elif not any(h.holds(point.start, point.end) for h in held[index]):
                is_right = numbered.get((index, point.start))
                if is_right is None:
                    is_right = _is_shown(point, sections.at(index, point.start))
                if not is_right:
                    found.append(_unheld_number(cell, point, NUMBER))
    return found


Row = tuple[tuple[int, int], ...]


def _row_at(place: int, rows: Iterable[Row]) -> Row | None:
    """Return the row of a table of results in which a place is, if it is in one."""
    return next((row for row in rows if row[0][0] <= place < row[-1][1]), None)


def _quotes_from(start: int, point: Figure, held: "Held") -> bool:
    """Return whether a claim quotes the row from its first cell on to the figure.

    So the words tie the figure to what the row is about, and to its column.
    """
    if held.claim is None or not held.holds(point.start, point.end):
        return False
    return held.start <= start + 1


def _is_shown(figure: Figure, section: Section) -> bool:
    """Return whether the section itself shows the figure: its code, or an output.

    A whole number must stand alone there: of a 7 and a 10, neither tells that the text
    must say 7.
    """
    if figure.of_seeds and figure.whole is None:
        return figure.value == SEEDS
    if figure.is_integer:
        shown = section.code | section.outputs
        near = {n for n in shown if abs(n - figure.value) <= NEAR and n == round(n)}
        return near == {figure.value}
    # "Half of the units" is the 0.5 of the code; "about half" is something measured.
    is_part = figure.word and figure.value < 1 and not figure.about
    return is_part and figure.value in section.code


def _unheld_number(cell: Any, figure: Figure, remedy: str) -> Unheld:
    if figure.is_integer and remedy == NUMBER:
        remedy += (
            ", or let the code or an output of its section show it, and no other whole "
            f"number within {NEAR} of it"
        )
    return Unheld(
        cell.id,
        figure.start,
        figure.end,
        cell.source[figure.start : figure.end],
        _sentence_at(cell.source, figure.start),
        remedy,
    )


def unheld_comparisons(notebook: Any, claims: ClaimsFile) -> list[Unheld]:
    """Return the comparing words of sentences that no claim quotes, one a sentence.

    A comparison quotes the whole sentence with any words of it; a value only the
    comparing words that it says itself ("two points better").
    """
    listed = [words for words, _ in claims.not_comparisons]
    held = quoted(notebook, claims, listed)
    sections = Sections(notebook)
    found = []
    for index, cell in _texts(notebook):
        for sentence in sentences_of(cell.source):
            words = comparing_words(sentence)
            title = sections.at(index, sentence.start).title
            if not words or title == READING:
                continue
            if not any(_quotes(each, sentence, words) for each in held[index]):
                found.append(_unheld_comparison(cell, sentence, words[0]))
    return found


def _quotes(held: Held, sentence: Sentence, words: Places) -> bool:
    if held.claim is None or held.claim.is_comparison:
        return held.overlaps(sentence.start, sentence.end)
    return any(held.overlaps(start, end) for start, end in words)


def _unheld_comparison(cell: Any, sentence: Sentence, place: tuple[int, int]) -> Unheld:
    return Unheld(
        cell.id,
        *place,
        cell.source[slice(*place)],
        sentence,
        "compares, and no claim quotes it: claim it, or give the reason why it "
        "compares no results under [[not-a-comparison]]",
    )


def quoted(
    notebook: Any, claims: ClaimsFile, listed: Iterable[str]
) -> dict[int, list[Held]]:
    """Return, by the index of each Markdown cell, what claims and a list quote there.

    The words of a claim are quoted only after its code cell.
    """
    codes = {cell.id: index for index, cell in enumerate(notebook.cells)}
    held: dict[int, list[Held]] = {}
    for index, cell in _texts(notebook):
        text = cell.source  # once: nbformat looks attributes up slowly
        held[index] = [
            Held(*place) for words in listed for place in places(words, text)
        ]
        held[index] += [
            Held(*place, claim)
            for claim in claims.claims
            if codes.get(claim.after, index) < index
            for words in claim.says
            for place in places(words, text)
        ]
    return held


def not_in_the_text(notebook: Any, claims: ClaimsFile) -> list[str]:
    """Say which entries of the two lists stand nowhere in the text (any more)."""
    texts = [cell.source for _, cell in _texts(notebook)]
    lists = {
        "[constants]": list(claims.constants),
        "[[not-a-comparison]]": [words for words, _ in claims.not_comparisons],
    }
    return [
        f"{claims.path}: {name} {shortened(words)} does not stand in the text; "
        "correct it or take it out"
        for name, entries in lists.items()
        for words in entries
        if not any(places(words, text) for text in texts)
    ]


def _texts(notebook: Any) -> Iterator[tuple[int, Any]]:
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            yield index, cell


def _sentence_at(text: str, place: int) -> Sentence:
    return next(s for s in sentences_of(text) if s.start <= place < s.end)

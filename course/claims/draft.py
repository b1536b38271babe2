"""Propose entries of a claims file for what the text says and nothing holds yet.

Each proposal is meant to be read and corrected: an expression is guessed where the code
cell before prints the number, and is ``...`` elsewhere.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course.claims.claim import ClaimsFile
from course.claims.figures import Figure, figures_in
from course.claims.markdown import Sentence, prose_of
from course.claims.pairing import allowance
from course.claims.placing import SKIP_TAG, TURN_TAG
from course.claims.prose import READING, Unheld, unheld_comparisons, unheld_numbers
from course.claims.sections import Sections
from course.claims.words import places

UNKNOWN = "..."
LONGEST_NAME = 50


@dataclass(frozen=True)
class Words:
    """Words of a text that are to be quoted: in which cell, and where in it."""

    index: int
    start: int
    end: int


def draft(notebook: Any, claims: ClaimsFile) -> str:
    """Return entries in TOML for the numbers and comparisons that nothing holds.

    They can be put at the end of the claims file as they are.
    """
    names = {claim.name for claim in claims.claims}
    sections = Sections(notebook)
    entries = []
    for quoted, sentence, is_comparison in _unheld(notebook, claims):
        cell = notebook.cells[quoted.index]
        says = " ".join(cell.source[quoted.start : quoted.end].split())
        code = _code_before(notebook, quoted.index)
        title = sections.at(quoted.index, quoted.start).title
        if code is None or title == READING:
            # No claim can hold it: nothing has been computed, or others published it.
            line = f"# for [constants]: {_toml(says)} = {_toml(UNKNOWN)}"
            entries.append(f"{_comment(sentence)}\n{line}\n")
            continue
        name = _free_name(says, names)
        names.add(name)
        kind, guess = "holds", UNKNOWN
        if not is_comparison:
            kind, guess = "value", _guess(code, says)
        lines = [_comment(sentence), "[[claim]]"]
        fields = {"name": name, "after": code.id, kind: guess, "says": says}
        lines += [f"{key} = {_toml(text)}" for key, text in fields.items()]
        if _count(notebook, says, code) > 1:
            lines.insert(0, "# stands more than once: quote longer words")
        entries.append("\n".join(lines) + "\n")
    return "\n".join(entries)


def _unheld(
    notebook: Any, claims: ClaimsFile
) -> Iterator[tuple[Words, Sentence, bool]]:
    """Yield what is to be quoted, in the order of the text."""
    indices = {cell.id: index for index, cell in enumerate(notebook.cells)}
    found: list[tuple[Words, Sentence, bool]] = []
    covered: set[tuple[int, int]] = set()
    for one in unheld_numbers(notebook, claims):
        index = indices[one.cell]
        if (index, one.start) not in covered:
            figure = _figure_at(notebook.cells[index].source, one.start)
            covered |= {(index, point.start) for point in figure.points}
            words = _around(notebook, index, one.sentence, _span(figure))
            found.append((words, one.sentence, False))
    for one in unheld_comparisons(notebook, claims):
        found.append((_clause(indices[one.cell], one), one.sentence, True))
    yield from sorted(found, key=lambda each: (each[0].index, each[0].start))


def _figure_at(text: str, place: int) -> Figure:
    return next(
        figure
        for figure in figures_in(prose_of(text))
        if any(point.start == place for point in figure.points)
    )


def _span(figure: Figure) -> tuple[int, int]:
    return figure.start, figure.points[-1].end


def _around(
    notebook: Any, index: int, sentence: Sentence, place: tuple[int, int]
) -> Words:
    """Return the shortest words around a figure that stand only once after its code."""
    source = notebook.cells[index].source
    code = _code_before(notebook, index)
    tokens = [
        (sentence.start + match.start(), sentence.start + match.end())
        for match in re.finditer(r"\S+", source[sentence.start : sentence.end])
    ]
    inside = [n for n, (a, b) in enumerate(tokens) if a < place[1] and place[0] < b]
    first, last = inside[0], inside[-1]
    while True:
        start, end = _trimmed(source, tokens[first][0], tokens[last][1], place)
        has_words = re.search(r"[A-Za-z]{4}", source[start:end])
        if has_words and _count(notebook, source[start:end], code) == 1:
            break
        if last + 1 < len(tokens) and _is_plain(source, tokens[last + 1]):
            last += 1
        elif first and _is_plain(source, tokens[first - 1]):
            first -= 1
        else:
            break
    return Words(index, start, end)


def _is_plain(source: str, token: tuple[int, int]) -> bool:
    """Return whether words can be added without another figure, or code."""
    return not re.search(r"[\d`<>|$]", source[token[0] : token[1]])


def _trimmed(
    source: str, start: int, end: int, keep: tuple[int, int]
) -> tuple[int, int]:
    """Leave out the marks around the words, but nothing of the figure."""
    while start < keep[0] and source[start] in "(*_[\"'":
        start += 1
    while end > keep[1] and source[end - 1] in ").,;:*_]\"'!":
        end -= 1
    return start, end


def _clause(index: int, one: Unheld) -> Words:
    """Return the clause of the sentence in which the comparing words stand."""
    text, offset = one.sentence.text, one.sentence.start
    edges = [0, *(m.end() for m in re.finditer(r"[,;:(]\s|\s–\s", text)), len(text)]
    start = max(edge for edge in edges if edge <= one.start - offset)
    end = min(edge for edge in edges if edge >= one.end - offset)
    clause = text[start:end]
    lead = len(clause) - len(clause.lstrip(" -*>|([\"'"))
    clause = clause.rstrip(" \n.,;:!)(*|\"'–")
    return Words(index, offset + start + lead, offset + start + len(clause))


def _comment(sentence: Sentence) -> str:
    return f"# {' '.join(sentence.text.split())}"


def _code_before(notebook: Any, index: int) -> Any:
    """Return the nearest code cell before that claims may name, if there is one."""
    for cell in notebook.cells[index::-1]:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and not {SKIP_TAG, TURN_TAG} & set(tags):
            return cell
    return None


def _count(notebook: Any, words: str, code: Any) -> int:
    """Return how often words stand in the text after a code cell."""
    cells = notebook.cells
    first = cells.index(code) if code else 0
    return sum(
        len(places(words, cell.source))
        for cell in cells[first:]
        if cell.cell_type == "markdown"
    )


def _guess(code: Any, says: str) -> str:
    """Return the expression whose printed value the words give."""
    figures = figures_in(says)
    if code is None or not figures:
        return UNKNOWN
    printed = [
        point
        for output in code.outputs
        for text in (output.get("text"), output.get("data", {}).get("text/plain"))
        if isinstance(text, str)
        for figure in figures_in(text)
        for point in figure.points
    ]
    expressions = _printed_expressions(code.source)
    if len(printed) != len(expressions):
        return UNKNOWN
    figure = figures[0]
    for number, expression in zip(printed, expressions, strict=True):
        if abs(number.value - figure.value) <= allowance(figure) * (1 + 1e-9):
            return expression
    return UNKNOWN


def _printed_expressions(code: str) -> list[str]:
    """Return what a cell prints, in order: arguments of print, and its last line."""
    try:
        lines = ast.parse(code).body
    except SyntaxError:
        return []
    found = []
    for line in lines:
        if not isinstance(line, ast.Expr):
            continue
        call = line.value
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "print":
            found += [text for arg in call.args for text in _inserted(arg)]
        elif line is lines[-1] and not code.rstrip().endswith(";"):
            found.append(ast.unparse(call))
    return found


def _inserted(argument: ast.expr) -> Iterator[str]:
    """Yield the expressions that an argument of print inserts, unrounded."""
    if isinstance(argument, ast.JoinedStr):
        for part in argument.values:
            if isinstance(part, ast.FormattedValue):
                yield from _inserted(part.value)
    elif isinstance(argument, ast.Call) and ast.unparse(argument.func) == "round":
        yield ast.unparse(argument.args[0])
    elif not isinstance(argument, ast.Constant):
        yield ast.unparse(argument)


def _free_name(says: str, taken: set[str]) -> str:
    words = re.sub(r"[*_`|]+", "", says)
    short = (
        words[:LONGEST_NAME].rsplit(" ", 1)[0] if len(words) > LONGEST_NAME else words
    )
    name, count = short.strip(), 1
    while name in taken:
        count += 1
        name = f"{short.strip()} ({count})"
    return name


def _toml(text: str) -> str:
    """Write a text as a TOML string; JSON's are of the same form."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

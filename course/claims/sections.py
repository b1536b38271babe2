"""The sections of a notebook, from one heading to the next, and what each one shows."""

import ast
import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from course.claims.figures import figures_in
from course.claims.markdown import fenced_code, sentences_of

# An output of more numbers than this, and of more numbers than words, shows data, such
# as the pixels of an image: it states none of them.
LARGEST_OUTPUT = 20


@dataclass
class Section:
    """What stands between one heading and the next.

    Attributes
    ----------
    title : str
    code : set of float
        The numbers of its code, of that in the answers as well.
    outputs : set of float
        The numbers that its stored outputs show.
    """

    title: str
    code: set[float] = field(default_factory=set)
    outputs: set[float] = field(default_factory=set)


class Sections:
    """All sections of a notebook.

    Parameters
    ----------
    notebook : mapping
        As nbformat reads it.
    """

    def __init__(self, notebook: Any) -> None:
        self._starts = [(-1, 0)]
        self._sections = [Section("")]
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "markdown":
                for sentence in sentences_of(cell.source):
                    if sentence.kind == "heading":
                        title = sentence.text.strip().lstrip("#").strip()
                        self._starts.append((index, sentence.start))
                        self._sections.append(Section(title))
                for place, code in fenced_code(cell.source):
                    self.at(index, place).code.update(numbers_of_code(code))
            elif cell.cell_type == "code":
                section = self._sections[-1]
                section.code.update(numbers_of_code(cell.source))
                for output in cell.outputs:
                    section.outputs.update(numbers_of_output(output))

    def at(self, index: int, place: int) -> Section:
        """Return the section of a place in a cell."""
        return self._sections[bisect_right(self._starts, (index, place)) - 1]


@lru_cache(maxsize=1024)
def numbers_of_code(code: str) -> frozenset[float]:
    """Return the numbers that stand in Python code; not those of texts and comments."""
    try:
        tree = ast.parse(_without_magics(code))
    except SyntaxError:
        return frozenset()
    return frozenset(
        float(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def _without_magics(code: str) -> str:
    lines = code.splitlines()
    return "\n".join("" if re.match(r"\s*[%!?]", line) else line for line in lines)


def numbers_of_output(output: Mapping[str, Any]) -> set[float]:
    """Return the numbers that a stored output shows, in its alternative texts, too."""
    numbers: set[float] = set()
    for text in _texts_of(output):
        found = _numbers_of_text(text)
        words = len(re.findall(r"[^\W\d_]{2,}", text))
        if len(found) <= max(LARGEST_OUTPUT, words):
            numbers.update(found)
    return numbers


@lru_cache(maxsize=1024)
def _numbers_of_text(text: str) -> tuple[float, ...]:
    return tuple(point.value for f in figures_in(text) for point in f.points)


def _texts_of(output: Mapping[str, Any]) -> Iterable[str]:
    if "text" in output:
        yield _joined(output["text"])
    for mime, data in output.get("data", {}).items():
        if mime == "text/plain":
            yield _joined(data)
        elif mime == "text/html":
            page = re.sub(r"<(style|script)\b.*?</\1>", " ", _joined(data), flags=re.S)
            yield from map(html.unescape, re.findall(r'\balt="([^"]*)"', page))
            yield html.unescape(re.sub(r"<[^>]+>", " ", page))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)

"""Numbers of a text that number something: its chapter, a step, a question, a list.

They are held by the order in which they stand, or by the file that a link leads to.
"""

import re
from collections.abc import Iterator
from typing import Any

from course.claims.markdown import prose_of

STEPS = ("prepare", "define", "compile", "fit", "tun", "evaluat", "predict", "sav")

_TITLE = re.compile(r"\A\s*#\s+(\d+)\.")
_STEP = re.compile(
    r"\bsteps?\s+(\d)(?:\s+(?:and|to)\s+(\d))?\b"
    r"(?=(?P<after>(?:(?!step)[^.\n]){0,40}))",
    re.IGNORECASE,
)
_MISCONCEPTION = re.compile(r"\bmisconception\s+(\d+)\b(?P<colon>:)?", re.IGNORECASE)
_QUESTION = re.compile(r"^\*\*(?:Question\s+)?(\d+)[.:]", re.MULTILINE)
_ITEM = re.compile(r"^(?P<indent>[ \t>]*)(\d+)[.)]\s", re.MULTILINE)
_LINK = re.compile(
    r"\[[^\]]*?\b(?:chapters?|exercises?)\s+(\d+)\b[^\]]*\]"
    r"\((?:[\w.-]*/)*0*(?P<file>\d+)_[^)]*\)",
    re.IGNORECASE,
)


def structural_numbers(notebook: Any, name: str) -> set[tuple[int, int]]:
    """Return the places of the numbers that number something, rightly.

    Parameters
    ----------
    notebook : mapping
        As nbformat reads it.
    name : str
        The notebook's name: that of chapter 4 begins with "04_".

    Returns
    -------
    set of (int, int)
        The index of a Markdown cell, and the place in its text.
    """
    texts = [
        (index, cell.source)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
    ]
    found = set(_titles(texts, name))
    for search in (_steps, _misconceptions, _questions, _items, _links):
        found.update(search(texts))
    return found


Texts = list[tuple[int, str]]
Places = Iterator[tuple[int, int]]


def _titles(texts: Texts, name: str) -> Places:
    for index, text in texts[:1]:
        title, own = _TITLE.match(text), re.match(r"\d+", name)
        if title and own and int(title[1]) == int(own[0]):
            yield index, title.start(1)


def _steps(texts: Texts) -> Places:
    for index, text in texts:
        for match in _STEP.finditer(prose_of(text)):
            groups = [group for group in (1, 2) if match[group]]
            steps = [int(match[group]) for group in groups]
            named = [step for step in STEPS if step in match["after"].lower()]
            if not all(1 <= step <= len(STEPS) for step in steps):
                continue
            # "Step 5, tuning": where the step is named, the name must be its own.
            if not named or all(STEPS[step - 1] in named for step in steps):
                yield from ((index, match.start(group)) for group in groups)


def _misconceptions(texts: Texts) -> Places:
    last = 0
    mentions = []
    for index, text in texts:
        for match in _MISCONCEPTION.finditer(prose_of(text)):
            number = int(match[1])
            if not match["colon"]:
                mentions.append((index, match.start(1), number))
            elif number == last + 1:
                last = number
                yield index, match.start(1)
    yield from (
        (index, place) for index, place, number in mentions if 1 <= number <= last
    )


def _questions(texts: Texts) -> Places:
    last = 0
    for index, text in texts:
        for match in _QUESTION.finditer(prose_of(text)):
            if int(match[1]) in (1, last + 1):
                last = int(match[1])
                yield index, match.start(1)


def _items(texts: Texts) -> Places:
    for index, text in texts:
        last: dict[str, int] = {}
        for match in _ITEM.finditer(prose_of(text)):
            number, indent = int(match[2]), match["indent"]
            if number in (1, last.get(indent, 0) + 1):
                last[indent] = number
                yield index, match.start(2)


def _links(texts: Texts) -> Places:
    for index, text in texts:
        for match in _LINK.finditer(text):
            if int(match[1]) == int(match["file"]):
                yield index, match.start(1)

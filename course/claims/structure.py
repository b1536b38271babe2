"""Numbers of a text that number something: its chapter, a step, a question, a list.

They are held by the order in which they stand, or by the file that a link leads to.
"""

import re
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


def structural_numbers(notebook: Any, name: str) -> dict[tuple[int, int], bool]:
    """Return the numbers that number something, and whether each does so rightly.

    Parameters
    ----------
    notebook : mapping
        As nbformat reads it.
    name : str
        The notebook's name: that of chapter 4 begins with "04_".

    Returns
    -------
    dict of (int, int) to bool
        By the index of a Markdown cell, and the place in its text.
    """
    texts = [
        (index, cell.source)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
    ]
    found = _titles(texts, name)
    for search in (_steps, _misconceptions, _questions, _items, _links):
        found |= search(texts)
    return found


Texts = list[tuple[int, str]]
Places = dict[tuple[int, int], bool]


def _titles(texts: Texts, name: str) -> Places:
    own = re.match(r"\d+", name)
    return {
        (index, title.start(1)): int(title[1]) == int(own[0])
        for index, text in texts[:1]
        if own and (title := _TITLE.match(text))
    }


def _steps(texts: Texts) -> Places:
    found = {}
    for index, text in texts:
        for match in _STEP.finditer(prose_of(text)):
            named = [step for step in STEPS if step in match["after"].lower()]
            for group in (1, 2):
                if match[group]:
                    found[index, match.start(group)] = _is_step(match[group], named)
    return found


def _is_step(number: str, named: list[str]) -> bool:
    """Return whether a step has its number: "Step 5, tuning", or no name after it."""
    if not 1 <= int(number) <= len(STEPS):
        return False
    return not named or STEPS[int(number) - 1] in named


def _misconceptions(texts: Texts) -> Places:
    found, last = {}, 0
    mentions = []
    for index, text in texts:
        for match in _MISCONCEPTION.finditer(prose_of(text)):
            if match["colon"]:
                found[index, match.start(1)] = int(match[1]) == last + 1
                last += 1
            else:
                mentions.append((index, match))
    for index, match in mentions:
        found[index, match.start(1)] = 1 <= int(match[1]) <= last
    return found


def _questions(texts: Texts) -> Places:
    found, last = {}, 0
    for index, text in texts:
        for match in _QUESTION.finditer(prose_of(text)):
            right = int(match[1]) in (1, last + 1)
            found[index, match.start(1)] = right
            last = int(match[1]) if right else last + 1
    return found


def _items(texts: Texts) -> Places:
    """Number the items of lists; what is out of order may be a number of the text."""
    found = {}
    for index, text in texts:
        last: dict[str, int] = {}
        for match in _ITEM.finditer(prose_of(text)):
            number, indent = int(match[2]), match["indent"]
            if number in (1, last.get(indent, 0) + 1):
                last[indent] = number
                found[index, match.start(2)] = True
    return found


def _links(texts: Texts) -> Places:
    return {
        (index, match.start(1)): int(match[1]) == int(match["file"])
        for index, text in texts
        for match in _LINK.finditer(text)
    }

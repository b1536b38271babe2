"""What of a Markdown text is prose, and its sentences, each at its own place."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_FENCE = re.compile(
    r"^[ >]*(?P<fence>```+|~~~+).*?(?:^[ >]*(?P=fence)[ \t]*$|\Z)", re.M | re.S
)
_NOT_PROSE = re.compile(
    r"(?P<ticks>`+)[^`].*?(?P=ticks)(?!`)"  # inline code
    r"|<code>.*?</code>|<!--.*?-->|</?[A-Za-z][^>]*>"
    r"|(?<=\])\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)"  # of links
    r"|<?https?://[^\s)>]+>?",
    re.S,
)
_BREAKS = re.compile(
    r"\n[ \t>]*\n"  # an empty line
    r"|\n(?=[ \t>]*(?:[-*+]|\d+[.)])\s)"  # the next item of a list
    r"|\n(?=[ \t>]*(?:\||\#{1,6}\s))"  # a row of a table, a heading
    r"|(?<=\|)[ \t]*\n"
)
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)[*_\")\]]*\s+(?=[\"*_(\[]*[A-Z0-9`])"
)
_TABLE = re.compile(
    r"^\|.*\|[ \t]*\n\|[ \t:|-]+\|[ \t]*\n(?P<body>(?:\|.*\|[ \t]*(?:\n|\Z))+)", re.M
)
_CHOICE = re.compile(
    r"<summary>.*?</summary>(?=\s*\**(?P<right>(?:Yes|Right|Correct|True)\b)?)", re.S
)
# The "4." of a heading or a question ends no sentence, nor the "A." of a choice.
_NUMBERED = re.compile(r"[\s>#*\[|+-]*(?:\d+|[A-Z])\.")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text, or a heading or the row of a table.

    Attributes
    ----------
    start, end : int
        Its place in the text.
    text : str
        With blanks where code, links' targets and HTML stand.
    kind : str
        "prose", "heading", "row", "choice" (the words that open a <details>) or "wrong
        choice" (whose <details> does not begin with "Yes").
    """

    start: int
    end: int
    text: str
    kind: str


@dataclass(frozen=True)
class Table:
    """A table of a text: its place, and the cells of each row below its head."""

    start: int
    end: int
    rows: tuple[tuple[tuple[int, int], ...], ...]


@lru_cache(maxsize=1024)
def tables_of(text: str) -> tuple[Table, ...]:
    """Return the tables of a Markdown text, each cell by its start and its end."""
    return tuple(
        Table(
            *match.span(),
            tuple(
                tuple(
                    (
                        match.start("body") + cell.start(),
                        match.start("body") + cell.end(),
                    )
                    for cell in re.finditer(r"(?<=\|)[^|\n]+(?=\|)", match["body"])
                    if row.start() <= cell.start() < row.end()
                )
                for row in re.finditer(r".+", match["body"])
            ),
        )
        for match in _TABLE.finditer(prose_of(text))
    )


def fenced_code(text: str) -> Iterator[tuple[int, str]]:
    """Yield the place and the code of each fenced block of a Markdown text."""
    for match in _FENCE.finditer(text):
        lines = match[0].splitlines()[1:]
        code = [line for line in lines if match["fence"] not in line]
        yield match.start(), textwrap.dedent("\n".join(code))


@lru_cache(maxsize=1024)
def prose_of(text: str) -> str:
    """Return a text of the same length with blanks where it is not prose.

    Code (fenced or in backticks), HTML tags and the targets of links are not.
    """
    return _NOT_PROSE.sub(_blank, _FENCE.sub(_blank, text))


@lru_cache(maxsize=1024)
def sentences_of(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a Markdown text, in order."""
    choices = [(*match.span(), match["right"]) for match in _CHOICE.finditer(text)]
    prose = prose_of(text)
    edges = {0, len(text), *(edge for choice in choices for edge in choice[:2])}
    edges |= {match.end() for match in _BREAKS.finditer(prose)}
    for match in _SENTENCE.finditer(prose):
        line = prose[prose.rfind("\n", 0, match.start()) + 1 : match.start()]
        if not _NUMBERED.fullmatch(line):
            edges.add(match.end())
    ordered = sorted(edges)
    found = []
    for start, end in pairwise(ordered):
        words = prose[start:end]
        if not words.strip():
            continue
        start += len(words) - len(words.lstrip())
        end -= len(words) - len(words.rstrip())
        kind = _kind(prose[start:end])
        for low, high, right in choices:
            if low <= start < high:
                kind = "choice" if right else "wrong choice"
        found.append(Sentence(start, end, prose[start:end], kind))
    return tuple(found)


def _kind(words: str) -> str:
    bare = words.lstrip(" \t>")
    if re.match(r"#{1,6}\s", bare):
        return "heading"
    return "row" if bare.startswith("|") else "prose"


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])

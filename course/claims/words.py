"""Find words in a text, whatever white space is between them."""

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def pattern(words: str) -> re.Pattern[str]:
    """Return a pattern for whole words and whole numbers, white space folded.

    "3 epochs" is not found in "13 epochs", nor "0.97" in "0.974". A paragraph that is
    quoted with ">" at each line counts as one text.
    """
    inner = r"\s+(?:>\s*)?".join(re.escape(word) for word in words.split())
    before, after = r"(?<!\w)(?<!\d[.,])", r"(?!\w)(?![.,]\d)"
    start = before if words.strip()[0].isalnum() else ""
    end = after if words.strip()[-1].isalnum() else ""
    return re.compile(start + inner + end)


@lru_cache(maxsize=65536)
def places(words: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where words stand in a text: the start and the end of each place."""
    return tuple(match.span() for match in pattern(words).finditer(text))


def shortened(words: str, length: int = 60) -> str:
    """Return words on one line, in quotation marks, for an error message."""
    line = " ".join(words.split())
    return repr(line if len(line) <= length else line[: length - 3] + "...")

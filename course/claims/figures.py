"""Find the figures in an English text: numbers, percentages, ranges, number words.

"about 95% (94.3% to 95.3% over ten runs)" holds a point, 0.95, and a range. Number
words count only where they state a result (`course.claims.number_words`). "10 runs" and
"10 seeds" say how often something was measured; "ten runs" is no figure at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from course.claims.number_words import number_words_in


@dataclass(frozen=True)
class Figure:
    """A figure of a text.

    Attributes
    ----------
    start, end : int
        Where it stands: ``text[start:end]``, with its "%", without its "about".
    text : str
    value : float
        What it says, a percentage as a share; of a range, the first end.
    unit : float
        What one unit of its last written digit is worth; of a number word, the value.
    upper : Figure or None
        The second end of a range.
    about, exact : bool
        Whether "about" (or "nearly", ...) or "exactly" stands before it.
    bound : str
        What bounds it, if anything: "more than", "at least", "under", ...
    percent, word : bool
        Whether it is a percentage, and whether it is written in words.
    whole : int or None
        The ten of "nine of ten".
    two_points : bool
        Of a range: whether it may be two values as well: "rises from 0.3 to 0.5".
    of_seeds : bool
        Whether it counts runs or seeds: "10 seeds", "nine of ten runs".
    """

    start: int
    end: int
    text: str
    value: float
    unit: float
    upper: "Figure | None" = None
    about: bool = False
    exact: bool = False
    bound: str = ""
    percent: bool = False
    word: bool = False
    whole: int | None = None
    two_points: bool = False
    of_seeds: bool = False

    @property
    def is_integer(self) -> bool:
        """Whether it is written as a whole number: 375 or 60,000, but not 98%."""
        return not self.percent and not self.word and self.unit >= 1

    @property
    def points(self) -> tuple["Figure", ...]:
        """The figure itself; of a range, its two ends."""
        if self.upper is None:
            return (self,)
        upper = replace(
            self.upper, about=self.about, exact=self.exact, bound=self.bound
        )
        return (replace(self, upper=None), upper)


# 12, 60,000, -3.5, .5, 1e-05, 1.2 × 10⁻³; not the parts of 2.21.0. Letters right
# after it decide whether it is a figure: 10th, 5k, 20ms and the 4s are, 2D is not.
_NUMBER = re.compile(
    r"(?:(?<![\w.])|(?<=\dx))(?<![^\W\d_]-)"
    r"(?P<sign>(?<![\w%)\]])[-−])?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)"
    r"(?P<power>[eE][-+]?\d+|\s?[×·]\s?10(?:\^[-−]?\d+|⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?"
    r"(?!\d)(?!\.\d)(?!,\d{3}(?!\d))(?P<letters>[A-Za-zµ]+)?"
)
_THOUSANDS = {"k": 1e3, "K": 1e3, "M": 1e6}
_LETTERS = {
    *_THOUSANDS,
    *("x", "s", "st", "nd", "rd", "th", "ns", "µs", "us", "ms", "min", "h", "kB", "KB"),
    *("MB", "GB", "px", "mm", "cm", "m", "g", "Hz", "kHz"),
}
_PERCENT = re.compile(
    r"\s?\\?%|[\s-]+(?:per[\s-]cent\b|percent\b|percentage[\s-]points?\b)"
)
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")

_ABOUT = r"about|nearly|almost|roughly|around|approximately|some|close to|[~≈]"
_BOUND = (
    r"more than|over|above|at least|less than|fewer than|under|below|at most|up to|"
    r"(?:larger|higher|smaller|lower|greater) than|not even|no more than"
)
_QUALIFIED = re.compile(
    rf"(?:^|[\s(*|])(?:(?P<about>{_ABOUT})|(?P<exact>exactly|precisely)|"
    rf"(?P<bound>{_BOUND}))\s*(?:the\s+|only\s+)?[*(]*$",
    re.IGNORECASE,
)
_TO = re.compile(rf"\s+to\s+(?:(?:{_ABOUT})\s+)?|\s?[–—]\s?|-", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+(?:about\s+)?$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+(?:about\s+)?$", re.IGNORECASE)
_SEEDS = re.compile(r"\s+(?:[a-z]+\s+)?(?:seeds|runs)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def figures_in(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text, in the order in which they stand."""
    words = list(_words(text))
    numbers = [
        number
        for number in _numbers(text)
        if all(number.end <= w.start or w.end <= number.start for w in words)
    ]
    found = _joined(text, sorted([*words, *numbers], key=lambda figure: figure.start))
    return tuple(_qualified(text, figure) for figure in found)


def _words(text: str) -> Iterator[Figure]:
    for found in number_words_in(text):
        words = text[found.start : found.end]
        high = Figure(
            found.start,
            found.end,
            words,
            value=found.value,
            unit=found.unit or found.value,
            percent=found.unit is not None,
            word=found.unit is None,
            whole=found.whole,
        )
        if found.low is None:
            yield high
        else:
            yield replace(high, value=found.low, upper=high)


def _numbers(text: str) -> Iterator[Figure]:
    dates = [match.span() for match in _DATE.finditer(text)]
    for match in _NUMBER.finditer(text):
        letters = match["letters"] or ""
        # The x of 28x28 stands between two numbers, and is none of either.
        between = letters == "x" and text[match.end() : match.end() + 1].isdigit()
        if letters not in _LETTERS | {""} and not between:
            continue
        if any(start <= match.start() < end for start, end in dates):
            continue
        yield _number(text, match, letters)


def _number(text: str, match: re.Match[str], letters: str) -> Figure:
    digits = match["digits"].replace(",", "")
    power = _power(match["power"] or "")
    unit = 10.0 ** (power - len(digits.partition(".")[2]))
    value = float(f"{digits}e{power}") * (-1 if match["sign"] else 1)
    scale = _THOUSANDS.get(letters, 1)
    end = match.end() if letters else match.end("power" if match["power"] else "digits")
    percent = None if letters else _PERCENT.match(text, end)
    if percent:
        end, scale = percent.end(), 0.01
    # Dividing keeps 97.6% what Python reads as 0.976.
    value, unit = (
        (value / 100, unit / 100) if percent else (value * scale, unit * scale)
    )
    start = match.start()
    return Figure(start, end, text[start:end], value, unit, percent=percent is not None)


def _power(written: str) -> int:
    """Read the e-05 of 1e-05 or the × 10⁻⁵ of 1 × 10⁻⁵."""
    if not written:
        return 0
    if written[0] in "eE":
        return int(written[1:])
    return int(written.partition("10")[2].lstrip("^").translate(_SUPERSCRIPTS))


def _joined(text: str, figures: list[Figure]) -> list[Figure]:
    """Make ranges of the figures that "to" or a dash joins."""
    joined: list[Figure] = []
    for figure in figures:
        last = joined[-1] if joined else None
        if last is None or last.upper or figure.upper or last.word != figure.word:
            joined.append(figure)
            continue
        between = text[last.end : figure.start]
        before = text[: last.start]
        after_between = _BETWEEN.search(before) and _AND.fullmatch(between)
        if after_between or _TO.fullmatch(between):
            joined[-1] = _range(text, last, figure, bool(_FROM.search(before)))
        else:
            joined.append(figure)
    return joined


def _range(text: str, low: Figure, high: Figure, is_from: bool) -> Figure:
    if high.percent and not low.percent:  # 94.3 to 95.3%
        low = replace(low, value=low.value / 100, unit=low.unit / 100, percent=True)
    two_points = is_from or low.value > high.value
    return replace(low, upper=high, two_points=two_points)


def _qualified(text: str, figure: Figure) -> Figure:
    """Add what the words around the figure say of it."""
    before = text[max(0, figure.start - 30) : figure.start]
    found = _QUALIFIED.search(before)
    end = figure.upper.end if figure.upper else figure.end
    return replace(
        figure,
        about=bool(found and found["about"]),
        exact=bool(found and found["exact"]),
        bound=" ".join(found["bound"].lower().split())
        if found and found["bound"]
        else "",
        of_seeds=bool(_SEEDS.match(text, end))
        and (figure.is_integer or figure.whole is not None),
    )

"""Find the numbers that a text states in words, where they state a result.

"half of", "a third as many", "twice as long", "three times as many", "nine of ten",
"one digit in a hundred", "two per cent". Other number words ("two networks", "the
second half") are plain language.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty"
).split()
_TENS = "thirty forty fifty sixty seventy eighty ninety".split()
WORDS = {
    **{word: number for number, word in enumerate(_UNITS, start=1)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=3)},
}
ROUND_WORDS = {
    **{"ten": 10, "twenty": 20, "a hundred": 100, "one hundred": 100},
    **{"a thousand": 1000, "one thousand": 1000, "ten thousand": 10_000},
    **{"10": 10, "20": 20, "50": 50, "100": 100, "1,000": 1000, "10,000": 10_000},
}
PARTS = {
    **{"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12},
    **{"thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16},
    **{"twentieth": 20, "hundredth": 100, "thousandth": 1000},
}
FACTORS = {"twice": 2.0, "double": 2.0, "twofold": 2.0, "threefold": 3.0, "tenfold": 10}
VERBS = {
    **{"halve": 0.5, "halves": 0.5, "halved": 0.5, "halving": 0.5, "doubles": 2.0},
    **{"doubled": 2.0, "doubling": 2.0, "triples": 3.0, "tripled": 3.0},
}


@dataclass(frozen=True)
class NumberWords:
    """A number in words: its place, what it says, and what kind of number it is.

    Attributes
    ----------
    start, end : int
    value : float
    low : float or None
        The two of "two or three times".
    whole : int or None
        The ten of "nine of ten".
    unit : float or None
        What "per cent" gives one of; None for all other number words.
    """

    start: int
    end: int
    value: float
    low: float | None = None
    whole: int | None = None
    unit: float | None = None


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_WORD = _one_of(WORDS)
_LOW = rf"(?:(?P<low>{_WORD})\s+(?:to|or)\s+)?"
_SHARE = re.compile(
    rf"\b{_LOW}(?P<count>{_WORD}|\d+)(?:"
    rf"\s+(?:out\s+)?of\s+(?:the\s+)?(?P<of>{_one_of([*WORDS, *ROUND_WORDS])})"
    rf"|(?:\s+(?!in\b)[a-z]+){{0,4}}?\s+(?:in|out\s+of)\s+(?:every\s+)?"
    rf"(?P<in>{_one_of(ROUND_WORDS)}))(?![\w,.-]*\w)",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    rf"\b(?:(?P<count>an?|{_WORD})[\s-]+)?(?P<part>{_one_of(PARTS)})(?P<many>s)?"
    r"(?![\w-])",
    re.IGNORECASE,
)
_TIMES = re.compile(
    rf"\b{_LOW}(?P<count>{_WORD})(?P<half>\s+and\s+a\s+half)?\s+times\b", re.IGNORECASE
)
_FACTOR = re.compile(rf"\b(?:{_one_of(FACTORS)})\b", re.IGNORECASE)
_VERB = re.compile(rf"\b(?:{_one_of(VERBS)})\b", re.IGNORECASE)
_PERCENT = re.compile(
    rf"\b{_LOW}(?P<count>(?:half|(?:an?|one)\s+(?P<part>{_one_of(PARTS)})\s+of)\s+an?|"
    rf"an?|{_WORD})[\s-]+"
    r"(?:per[\s-]cent|percent|percentage[\s-]points?)\b",
    re.IGNORECASE,
)

# A part or a factor states a result where it is compared with something, or hedged.
_COMPARED = re.compile(
    r"\s+(?:as|the|that|those|its|their|what|of|more|less|fewer|longer|shorter|larger|"
    r"smaller|higher|lower|faster|slower|better|worse|likelier)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:about|nearly|almost|roughly|around|approximately|exactly|only|than|by|over|"
    r"under|to)\s+$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:the|this|that|each|first|second|other|upper|lower|left|right|last)\s+$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\s+(?!(?:is|was|has|does|gets)\b)[a-z]+s\b", re.IGNORECASE)
_SEEDS = re.compile(r"\s+(?:[a-z]+\s+)?(?:seeds|runs)\b", re.IGNORECASE)


def number_words_in(text: str) -> list[NumberWords]:
    """Return the numbers in words that state a result, in order."""
    found: list[NumberWords] = []
    for search in (_percents, _shares, _times, _fractions, _factors):
        for new in search(text):
            if all(new.end <= old.start or old.end <= new.start for old in found):
                found.append(new)
    return sorted(found, key=lambda words: words.start)


def _percents(text: str) -> Iterator[NumberWords]:
    for match in _PERCENT.finditer(text):
        count = " ".join(match["count"].lower().split())
        if count.startswith("half") or match["part"]:
            part = PARTS[(match["part"] or "half").lower()]
            yield NumberWords(*match.span(), 1 / part / 100)
        else:
            value = WORDS.get(count, 1)
            low = _low(match)
            low = None if low is None else low / 100
            yield NumberWords(*match.span(), value / 100, low, unit=0.01)


def _shares(text: str) -> Iterator[NumberWords]:
    for match in _SHARE.finditer(text):
        count = _number(match["count"])
        counts_seeds = bool(_SEEDS.match(text, match.end()))
        if match["of"]:
            # "One of ten classes" is no share, and "3 of the 30" are two counts; but
            # "98 of 100" is one.
            digits = match["count"].isdigit() and not match["of"].isdigit()
            if count == 1 or (digits and not counts_seeds):
                continue
        elif _COUNTED.match(text, match.end()) and not counts_seeds:
            continue  # "three networks in ten minutes"
        whole = _number(match["of"] or match["in"])
        if count >= whole:
            continue
        low = _low(match)
        low = None if low is None else low / whole
        yield NumberWords(*match.span(), count / whole, low, whole=int(whole))


def _fractions(text: str) -> Iterator[NumberWords]:
    for match in _FRACTION.finditer(text):
        count = WORDS.get((match["count"] or "a").lower(), 1)
        if match["many"]:
            states = count > 1
        else:
            # Without "a", only a half is a fraction: "the third network".
            has_article = bool(match["count"]) or match["part"].lower() == "half"
            states = count == 1 and has_article and _states_result(text, match)
        if states:
            yield NumberWords(*match.span(), count / PARTS[match["part"].lower()])


def _times(text: str) -> Iterator[NumberWords]:
    for match in _TIMES.finditer(text):
        if _states_result(text, match):
            count = WORDS[match["count"].lower()] + (0.5 if match["half"] else 0)
            yield NumberWords(*match.span(), count, _low(match))


def _factors(text: str) -> Iterator[NumberWords]:
    for match in _VERB.finditer(text):
        yield NumberWords(*match.span(), VERBS[match[0].lower()])
    for match in _FACTOR.finditer(text):
        if _states_result(text, match):
            yield NumberWords(*match.span(), FACTORS[match[0].lower()])


def _states_result(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 20) : match.start()]
    if _NAMED.search(before) or re.match(r"\s+an?\b", text[match.end() :]):
        return False  # "the first half of", "half a minute"
    return bool(_COMPARED.match(text, match.end()) or _HEDGED.search(before))


def _low(match: re.Match[str]) -> float | None:
    return WORDS[match["low"].lower()] if match["low"] else None


def _number(words: str) -> float:
    words = " ".join(words.lower().split())
    known = {**WORDS, **ROUND_WORDS}
    return known[words] if words in known else float(words.replace(",", ""))

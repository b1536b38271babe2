"""Numbers as they are printed: finding them in a text, and telling whether two agree.

What is compared is what a reader sees: "0.978" is a float of three decimals, "60000"
an integer, "97.8%" a percentage. No number is too long or too large for it.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

# 12, -3.5, 1e-05, 97.8%, but not the 32 of float32 nor the parts of 2.21.0. A point
# that no digit follows ends a sentence: in "there are 16." the 16 is an integer.
NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w]|\.\d)"
)
PERCENT = re.compile(r"\s?(?:%|per\s?cent\b|percentage points?\b)")

# Of a float's size, where nobody has said otherwise. A percentage has no such share: a
# point more or less is what a lesson is about.
RELATIVE = 0.01
# Rounding can turn a difference in the tenth digit into one unit in the last digit that
# is printed. That is allowed, but never more than this share of the number.
LARGEST_ROUNDING = 0.025
# Python reads no integers of more than 4,300 digits, and no float has as many. What is
# longer must be the same as it stands.
LONGEST = 1000


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may lie apart and still count as equal.

    Attributes
    ----------
    relative : float, optional
        For floats, as a share of the stored number. If None, 0.01, and nothing for a
        percentage, of which only the last digit may move by one.
    absolute : float
        For floats, in the number's own unit; 100 times as much for a percentage.
    integers : float
        For integers, as a share of the stored number; 0 means exactly equal.
    named : tuple of (str, float)
        For a line that names one of these figures, `absolute` is the number beside it.
    bands : tuple of (float, float)
        Lowest and highest of what is claimed of this cell. A stored number that lies in
        one of these may differ by one and a half times as much as they do, as two
        runs may that both pass, and by no share of itself.
    """

    relative: float | None = None
    absolute: float = 0.0
    integers: float = 0.0
    named: tuple[tuple[str, float], ...] = ()
    bands: tuple[tuple[float, float], ...] = ()

    def width_around(self, number: float, digit: float) -> float | None:
        """Return how wide the widest band is in which a stored number lies, if any.

        The number may lie beside the band by half of the band's width, as in a run
        that passes, and by one unit in its last printed `digit`.
        """
        widths = [
            high - low
            for low, high in self.bands
            if abs(number - (low + high) / 2) <= (high - low) + digit
        ]
        return max(widths, default=None)

    def for_line(self, line: str) -> "Tolerance":
        """Return the tolerance for one line of an output."""
        widths = [width for name, width in self.named if name in line]
        return replace(self, absolute=max(widths)) if widths else self

    def expects_change(self, stored: str) -> bool:
        """Return whether a number is known to vary from run to run, so it may cross."""
        widened = self.absolute > 0 or (self.relative or 0) > RELATIVE
        return widened or (_width_of_band(stored, self) or 0) > 0


def split_numbers(text: str) -> tuple[str, list[str]]:
    """Return a text with a mark in place of each number, and the numbers in order."""
    numbers: list[str] = []

    def keep(match: re.Match[str]) -> str:
        percent = "%" if PERCENT.match(text, match.end()) else ""
        numbers.append(match.group() + percent)
        return " # "

    return NUMBER.sub(keep, text), numbers


def numbers_agree(stored: str, new: str, tolerance: Tolerance) -> bool:
    """Compare two numbers as they are printed, such as "12", "0.978" or "97.8%"."""
    if stored == new:
        return True
    if _is_integer(stored) != _is_integer(new) or max(len(stored), len(new)) > LONGEST:
        return False
    if _is_integer(stored):
        old, now = int(stored.rstrip("%")), int(new.rstrip("%"))
        width = Fraction(_width_of_band(stored, tolerance) or 0)
        return abs(now - old) <= max(Fraction(tolerance.integers) * abs(old), width)
    return _floats_agree(stored, new, tolerance)


def exchanged(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return numbers that have changed places among each other; empty if none have.

    Two accuracies that lie close together agree with one another, so each of them alone
    passes where it should not stand. A number that stands more than once says nothing,
    unless those that changed are all the same as before, and of three digits or more.

    Parameters
    ----------
    pairs : sequence of (str, str)
        What is stored and what came, number by number.
    """
    changed = [(old, now) for old, now in pairs if old != now]
    before, after = sorted(old for old, _ in changed), sorted(now for _, now in changed)
    if before == after and all(_digits(old) >= 3 for old in before):
        return sorted(set(before))
    stored = Counter(old for old, _ in pairs)
    new = Counter(now for _, now in pairs)
    comes_from = {
        now: [old]
        for old, now in pairs
        if old != now and stored[old] == stored[now] == new[old] == new[now] == 1
    }
    try:
        TopologicalSorter(comes_from).prepare()
    except CycleError as error:
        return sorted(set(error.args[1]))
    return []


def _digits(number: str) -> int:
    """Return how many significant digits a printed number has."""
    return len(re.sub(r"\D", "", number).lstrip("0"))


def _floats_agree(stored: str, new: str, tolerance: Tolerance) -> bool:
    old, now = _as_float(stored), _as_float(new)
    if old is None or now is None:
        return False
    percentage = stored.endswith("%")
    share = tolerance.relative
    if share is None:
        share = 0.0 if percentage else RELATIVE
    width = _width_of_band(stored, tolerance)
    spread = share * abs(old) if width is None else 1.5 * width
    absolute = tolerance.absolute * (100 if percentage else 1)
    rounding = min(_last_digit(stored), LARGEST_ROUNDING * abs(old))
    allowed = max(spread, absolute, rounding, 1e-12)
    return abs(now - old) <= allowed * (1 + 1e-9)


def _width_of_band(stored: str, tolerance: Tolerance) -> float | None:
    """Return how wide the band of a printed number is, in its own unit, if any."""
    value = _as_float(stored) if tolerance.bands else None
    if value is None:
        return None
    unit = 100 if stored.endswith("%") else 1
    width = tolerance.width_around(value / unit, _last_digit(stored) / unit)
    return None if width is None else width * unit


def _as_float(number: str) -> float | None:
    """Return a number as a float; None if floats reach neither so far nor so near 0."""
    value = float(number.rstrip("%"))
    digits = re.split("[eE]", number)[0]
    vanished = value == 0 and re.search("[1-9]", digits) is not None
    return None if math.isinf(value) or vanished else value


def _is_integer(number: str) -> bool:
    return re.fullmatch(r"[-+]?\d+%?", number) is not None


def _last_digit(number: str) -> float:
    """Return what one unit in the last printed digit is worth."""
    digits, _, exponent = number.rstrip("%").lower().partition("e")
    decimals = len(digits.partition(".")[2])
    return float(f"1e{int(exponent or 0) - decimals}")

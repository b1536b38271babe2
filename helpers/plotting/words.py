"""The picture in words: kept with the axes, read aloud by a screen reader."""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from matplotlib.axes import Axes

_WORDS: WeakKeyDictionary[Axes, str] = WeakKeyDictionary()


def describe(ax: Axes, words: str) -> None:
    """Store what a picture shows, in words.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes that hold the picture. Words stored before are replaced.
    words : str
        One or more sentences; white space at the ends is dropped.

    Raises
    ------
    TypeError
        If `words` is not text.
    ValueError
        If `words` is empty.
    """
    if not isinstance(words, str):
        raise TypeError(f"words is {type(words).__name__}; a sentence is needed.")
    if not words.strip():
        raise ValueError("words is empty; say in a sentence what the picture shows.")
    _WORDS[ax] = words.strip()


def description(ax: Axes) -> str | None:
    """Return the words stored for `ax`, or None if there are none."""
    return _WORDS.get(ax)


def listing(items: list[str]) -> str:
    """Return ["a", "b", "c"] as "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 class", "10,000 samples"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def percent(share: float) -> str:
    """Return 0.9784 as "97.8%", and never round 0.9999 up to "100.0%"."""
    if 0.9995 <= share < 1:
        return "over 99.9%"
    if 0 < share < 0.0005:
        return "under 0.1%"
    return f"{100 * share:.1f}%"


def highest_and_lowest(values: Mapping[str, float], close: float) -> str:
    """Say which of several named numbers stand out.

    Parameters
    ----------
    values : mapping of str to float
        Two or more.
    close : float
        Numbers so near each other count as equal: what is said then holds on every
        machine.
    """
    top = [name for name in values if values[name] >= max(values.values()) - close]
    low = [name for name in values if values[name] <= min(values.values()) + close]
    if len(top) == len(values) or len(low) == len(values):
        return "all are close together"
    verb = "is" if len(top) == 1 else "are"
    return f"{listing(top)} {verb} highest, {listing(low)} lowest"


def number(value: float) -> str:
    """Return three significant digits, in full: "0.0461", "1,780", never "1.78e+03"."""
    rounded = float(f"{value:.3g}") + 0.0  # -0.0, written "-0", becomes 0
    if 0 < abs(rounded) < 0.0001:
        return "nearly 0"
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"


def opening(title: str) -> str:
    """Return how a description begins: with the title, if there is one."""
    return f"{title}: " if title else ""

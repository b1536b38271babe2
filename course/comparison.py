"""Compare the outputs of a notebook cell with those that are stored.

A cell's outputs are first reduced to what a reader sees of them: texts, and pictures as
kind, size and alternative text. Two such reductions are then compared: words exactly,
integers exactly, floats within a tolerance. The reduction is plain JSON, so that it can
be kept in a file (the sample's record) as well as in a notebook.
"""

import base64
import html
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

Reduced = dict[str, list[Any]]


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may lie apart and still count as equal.

    Attributes
    ----------
    relative : float
        For floats, as a share of the stored number.
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

    relative: float = 0.01
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


# Rounding can turn a difference in the tenth digit into one unit in the last digit that
# is printed. That is allowed, but never more than this share of the number.
LARGEST_ROUNDING = 0.025

# What varies from run to run and says nothing about the lesson.
NOISE = [
    (re.compile(r"\x1b\[[0-9;]*m"), ""),  # colours of a terminal
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x"),  # memory addresses
    (re.compile(r"\d+(?:\.\d+)?\s?(?:ns|us|µs|ms|s)/(?:step|epoch)"), "time"),
    (re.compile(r"━[━╸╺ ]*(?:\d+(?:m?s|:\d\d))?"), "━ "),  # bars of Keras and rich
    (re.compile(r"^(?:CPU times|Wall time):.*$", re.MULTILINE), "time"),
]

# 12, -3.5, 1e-05, 97.8%, but not the 32 of float32 nor the parts of 2.21.0. A point
# that no digit follows ends a sentence: in "there are 16." the 16 is an integer.
NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w]|\.\d)"
)


def reduce_outputs(outputs: Iterable[Mapping[str, Any]]) -> Reduced:
    """Reduce a cell's outputs to what is compared.

    Parameters
    ----------
    outputs : iterable of mapping
        Outputs as in a notebook (nbformat 4): streams, results, displays, errors.

    Returns
    -------
    dict of str to list
        For each kind ("stdout", "stderr", "error", "picture" or a MIME type) its
        outputs in order: str, and for "picture" a dict with kind, width and height
        (pixels), bytes and alt.
    """
    reduced: Reduced = {}
    for output in outputs:
        if output["output_type"] == "stream":
            stream = reduced.setdefault(output["name"], [""])
            stream[0] += _text(output["text"])
        elif output["output_type"] == "error":
            reduced.setdefault("error", []).append(output["ename"])
        else:
            for mime, data in output["data"].items():
                _reduce_data(mime, data, reduced)
    for name in ("stdout", "stderr"):
        if name in reduced:
            reduced[name] = [_as_on_a_terminal(reduced[name][0])]
    return reduced


def differences(stored: Reduced, new: Reduced, tolerance: Tolerance) -> list[str]:
    """Say how `new` differs from `stored`.

    Returns
    -------
    list of str
        One entry a difference, for a person to read; empty if there is none.
    """
    found = []
    for kind in sorted(stored.keys() | new.keys()):
        old_items, new_items = stored.get(kind, []), new.get(kind, [])
        if len(old_items) != len(new_items):
            found.append(
                f"{kind}: {len(old_items)} stored, {len(new_items)} now"
                + _excerpt(old_items, new_items)
            )
            continue
        compare = _compare_pictures if kind == "picture" else compare_texts
        for old, now in zip(old_items, new_items, strict=True):
            found += [f"{kind}: {text}" for text in compare(old, now, tolerance)]
    return found


def compare_texts(stored: str, new: str, tolerance: Tolerance) -> list[str]:
    """Compare two texts: words exactly, numbers within `tolerance`.

    White space counts only as a separator, since a number of another width moves
    what stands beside it.
    """
    old_lines, new_lines = stored.splitlines(), new.splitlines()
    if tolerance.named and len(old_lines) == len(new_lines) > 1:
        return [
            found
            for old, now in zip(old_lines, new_lines, strict=True)
            for found in compare_texts(old, now, tolerance)
        ]
    tolerance = tolerance.for_line(stored)
    old_words, old_numbers = _split(stored)
    new_words, new_numbers = _split(new)
    if old_words != new_words:
        return [f"the text differs\n  stored: {stored!r}\n  now:    {new!r}"]
    return [
        f"{old} is stored, {now} came (tolerance: {tolerance})\n  now: {new!r}"
        for old, now in zip(old_numbers, new_numbers, strict=True)
        if not numbers_agree(old, now, tolerance)
    ]


def numbers_agree(stored: str, new: str, tolerance: Tolerance) -> bool:
    """Compare two numbers as they are printed, such as "12", "0.978" or "97.8%"."""
    if _is_integer(stored) != _is_integer(new):
        return False
    old, now = float(stored.rstrip("%")), float(new.rstrip("%"))
    unit = 100 if stored.endswith("%") else 1
    width = tolerance.width_around(old / unit, _last_digit(stored) / unit)
    if _is_integer(stored):
        return abs(now - old) <= max(tolerance.integers * abs(old), (width or 0) * unit)
    rounding = min(_last_digit(stored), LARGEST_ROUNDING * abs(old))
    spread = tolerance.relative * abs(old) if width is None else 1.5 * width * unit
    allowed = max(spread, tolerance.absolute * unit, rounding, 1e-12)
    return abs(now - old) <= allowed * (1 + 1e-9)


def _reduce_data(mime: str, data: Any, reduced: Reduced) -> None:
    if mime.startswith("application/vnd.jupyter.widget"):
        # The identifier in it is new each time; that a widget is there is compared.
        reduced.setdefault("widget", []).append(mime)
    elif mime == "text/html":
        text, pictures = _take_out_pictures(_text(data))
        reduced.setdefault(mime, []).append(text)
        if pictures:
            reduced.setdefault("picture", []).extend(pictures)
    elif mime.startswith("image/"):
        reduced.setdefault("picture", []).append(_describe_picture(mime, _text(data)))
    else:
        reduced.setdefault(mime, []).append(_text(data))


def _text(data: Any) -> str:
    """Join what nbformat may store as a list of lines; write JSON data as text."""
    if isinstance(data, list) and all(isinstance(line, str) for line in data):
        return "".join(data)
    return data if isinstance(data, str) else repr(data)


def _as_on_a_terminal(text: str) -> str:
    """Keep of each line what is left after its carriage returns."""
    lines = [line.rstrip("\r").split("\r")[-1] for line in text.split("\n")]
    return "\n".join(lines)


def _without_noise(text: str) -> str:
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    return text


class _Pictures(HTMLParser):
    """Collects the embedded pictures of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = given.get("src") or ""
        if tag == "img" and source.startswith("data:"):
            mime, _, data = source[len("data:") :].partition(";base64,")
            self.found.append(_describe_picture(mime, data, given.get("alt")))


def _take_out_pictures(text: str) -> tuple[str, list[dict[str, Any]]]:
    parser = _Pictures()
    parser.feed(text)
    without = re.sub(r"<img\b[^>]*\bsrc=[\"']data:[^>]*>", "[picture]", text)
    return without, parser.found


def _describe_picture(mime: str, data: str, alt: str | None = None) -> dict[str, Any]:
    """Say what kind of picture it is and how large, without its pixels."""
    if mime == "image/svg+xml":
        return {"kind": mime, "width": 0, "height": 0, "bytes": len(data), "alt": alt}
    content = base64.b64decode(data)
    width = height = 0
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
    return {
        "kind": mime,
        "width": width,
        "height": height,
        "bytes": len(content),
        "alt": alt,
    }


def _compare_pictures(
    stored: dict[str, Any], new: dict[str, Any], tolerance: Tolerance
) -> list[str]:
    found = []
    if stored["kind"] != new["kind"]:
        found.append(f"{stored['kind']} is stored, {new['kind']} came")
    # Fonts differ a little between machines; an empty or a cut picture differs a lot.
    # A PNG of more than 256 colours is up to three times larger than one of fewer.
    for side, ratio in (("width", 1.25), ("height", 1.25), ("bytes", 3.5)):
        small, large = sorted((stored[side], new[side]))
        if large > small * ratio:
            found.append(f"{side} was {stored[side]}, now {new[side]}")
    if (stored["alt"] is None) != (new["alt"] is None):
        found.append(f"alt text was {stored['alt']!r}, now {new['alt']!r}")
    elif stored["alt"] is not None:
        found += [
            f"alt text: {text}"
            for text in compare_texts(stored["alt"], new["alt"], tolerance)
        ]
    return found


def _split(text: str) -> tuple[list[str], list[str]]:
    """Split a text into its words, numbers replaced by a mark, and its numbers."""
    text = _without_noise(html.unescape(text))
    numbers: list[str] = []

    def keep(match: re.Match[str]) -> str:
        percent = "%" if text[match.end() : match.end() + 1] == "%" else ""
        numbers.append(match.group() + percent)
        return " # "

    words = NUMBER.sub(keep, text).split()
    return [_ruler.sub("-", word) for word in words], numbers


# The rules of a printed table grow with the numbers in it.
_ruler = re.compile(r"[-=─━]{3,}")


def _is_integer(number: str) -> bool:
    return re.fullmatch(r"[-+]?\d+%?", number) is not None


def _last_digit(number: str) -> float:
    """Return what one unit in the last printed digit is worth."""
    digits, _, exponent = number.rstrip("%").lower().partition("e")
    decimals = len(digits.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


def _excerpt(stored: list[Any], new: list[Any]) -> str:
    return f"\n  stored: {str(stored)[:500]}\n  now:    {str(new)[:500]}"

"""Compare the outputs of a notebook cell with those that are stored.

A cell's outputs are first reduced to what a reader sees of them: texts, data, errors
by kind and message, and pictures as kind, size and alternative text. Two such
reductions are then compared: words exactly, integers exactly, floats within a
tolerance, data by content. The reduction is plain JSON, so that it can be kept in a
file (the sample's record) as well as in a notebook.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from course.portable_errors import what_it_says
from course.printed_numbers import (
    Tolerance,
    exchanged,
    numbers_agree,
    split_numbers,
)
from course.stored_pictures import Page, content_of, describe_picture
from course.uncompared import (
    without_logged_values,
    without_noise,
    without_random_identifiers,
)

Reduced = dict[str, list[Any]]

LONGEST_EXCERPT = 500

# The rules of a printed table grow with the numbers in it.
RULER = re.compile(r"[-=─━]{3,}")


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
        outputs in order: str, the content of JSON as it is, and for "picture" a dict
        with kind, width and height (pixels), bytes and alt.
    """
    reduced: Reduced = {}
    for output in outputs:
        if output["output_type"] == "stream":
            stream = reduced.setdefault(output["name"], [""])
            stream[0] += _text(output["text"])
        elif output["output_type"] == "error":
            message = f"{output['ename']}: {what_it_says(output['evalue'])}"
            reduced.setdefault("error", []).append(message)
        else:
            for mime, data in output["data"].items():
                _reduce_data(mime, data, reduced)
    for name in ("stdout", "stderr"):
        if name in reduced:
            reduced[name] = [_as_shown(reduced[name][0])]
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
        comparison = _Comparison(tolerance)
        for old, now in zip(old_items, new_items, strict=True):
            if kind == "picture":
                comparison.pictures(old, now)
            elif kind == "stdout":
                old, now = without_logged_values(old), without_logged_values(now)
                comparison.texts(old, now)
            else:
                comparison.data(old, now)
        found += [f"{kind}: {text}" for text in comparison.result()]
    return found


def compare_texts(stored: str, new: str, tolerance: Tolerance) -> list[str]:
    """Compare two texts: words exactly, numbers within `tolerance`.

    White space counts only as a separator, since a number of another width moves
    what stands beside it. Numbers that agree must not have changed places, unless they
    are known to vary.
    """
    comparison = _Comparison(tolerance)
    comparison.texts(stored, new)
    return comparison.result()


def compare_data(stored: Any, new: Any, tolerance: Tolerance) -> list[str]:
    """Compare two pieces of JSON: names in any order, all else as in a text."""
    comparison = _Comparison(tolerance)
    comparison.data(stored, new)
    return comparison.result()


class _Comparison:
    """Collects differences, and the pairs of numbers that are not expected to vary."""

    def __init__(self, tolerance: Tolerance) -> None:
        self.tolerance = tolerance
        self.found: list[str] = []
        self.pairs: list[tuple[str, str]] = []

    def result(self) -> list[str]:
        if not self.found and (moved := exchanged(self.pairs)):
            return [f"{' and '.join(moved)} have changed places"]
        return self.found

    def texts(self, stored: str, new: str, place: str = "") -> None:
        old_lines, new_lines = stored.splitlines(), new.splitlines()
        if self.tolerance.named and len(old_lines) == len(new_lines) > 1:
            for old, now in zip(old_lines, new_lines, strict=True):
                self.texts(old, now, place)
            return
        old_words, old_numbers = _split(stored)
        new_words, new_numbers = _split(new)
        if old_words != new_words:
            self.found.append(f"{place}the text differs{_excerpt(stored, new)}")
            return
        tolerance = self.tolerance.for_line(stored)
        for old, now in zip(old_numbers, new_numbers, strict=True):
            self._numbers(old, now, tolerance, place, f"\n  now: {_cut(new)}")

    def data(self, stored: Any, new: Any, place: str = "") -> None:
        if isinstance(stored, dict) and isinstance(new, dict):
            if stored.keys() != new.keys():
                self.found.append(
                    f"{place}the names differ{_excerpt([*stored], [*new])}"
                )
                return
            for name in sorted(stored):
                self.data(stored[name], new[name], f"{place}{name}: ")
        elif isinstance(stored, list) and isinstance(new, list):
            if len(stored) != len(new):
                self.found.append(f"{place}{len(stored)} stored, {len(new)} now")
                return
            for index, (old, now) in enumerate(zip(stored, new, strict=True)):
                self.data(old, now, f"{place}[{index}]: ")
        elif isinstance(stored, str) and isinstance(new, str):
            self.texts(stored, new, place)
        elif _is_number(stored) and _is_number(new):
            self._numbers(json.dumps(stored), json.dumps(new), self.tolerance, place)
        elif type(stored) is not type(new) or stored != new:
            self.found.append(f"{place}{stored!r} is stored, {new!r} came")

    def pictures(self, stored: dict[str, Any], new: dict[str, Any]) -> None:
        if stored["kind"] != new["kind"]:
            self.found.append(f"{stored['kind']} is stored, {new['kind']} came")
        # Fonts differ a little between machines; an empty or a cut picture differs a
        # lot. A PNG of more than 256 colours is up to three times larger than one of
        # fewer.
        for side, ratio in (("width", 1.25), ("height", 1.25), ("bytes", 3.5)):
            small, large = sorted((stored[side], new[side]))
            if large > small * ratio:
                self.found.append(f"{side} was {stored[side]}, now {new[side]}")
        self.data(stored["alt"], new["alt"], "alt text: ")

    def _numbers(
        self, old: str, now: str, tolerance: Tolerance, place: str, where: str = ""
    ) -> None:
        if not numbers_agree(old, now, tolerance):
            self.found.append(
                f"{place}{_cut(old)} is stored, {_cut(now)} came "
                f"(tolerance: {tolerance}){where}"
            )
        elif not tolerance.expects_change(old):
            self.pairs.append((old, now))


def _reduce_data(mime: str, data: Any, reduced: Reduced) -> None:
    if mime.startswith("application/vnd.jupyter.widget"):
        # The identifier in it is new each time; that a widget is there is compared.
        reduced.setdefault("widget", []).append(mime)
    elif mime.endswith("json") or not _is_text(data):
        reduced.setdefault(mime, []).append(data)
    elif mime == "text/html":
        page = Page(_text(data))
        text = without_random_identifiers(page.text(), page.identifiers)
        reduced.setdefault(mime, []).append(text)
        if page.pictures:
            reduced.setdefault("picture", []).extend(page.pictures)
    elif mime.startswith("image/"):
        picture = describe_picture(mime, content_of(mime, _text(data)), alt=None)
        reduced.setdefault("picture", []).append(picture)
    else:
        reduced.setdefault(mime, []).append(_text(data))


def _is_text(data: Any) -> bool:
    """Return whether this is text, which nbformat may store as a list of lines."""
    lines = data if isinstance(data, list) else [data]
    return all(isinstance(line, str) for line in lines)


def _text(data: str | list[str]) -> str:
    return data if isinstance(data, str) else "".join(data)


def _as_shown(text: str) -> str:
    """Keep of each line what is left after its carriage returns and backspaces."""
    lines = [line.rstrip("\r").split("\r")[-1] for line in text.split("\n")]
    return "\n".join(map(_without_backspaces, lines))


def _without_backspaces(line: str) -> str:
    if "\b" not in line:
        return line
    left: list[str] = []
    for character in line:
        if character != "\b":
            left.append(character)
        elif left:
            left.pop()
    return "".join(left)


def _split(text: str) -> tuple[list[str], list[str]]:
    """Split a text into its words, numbers replaced by a mark, and its numbers."""
    marked, numbers = split_numbers(without_noise(html.unescape(text)))
    return [RULER.sub("-", word) for word in marked.split()], numbers


def _is_number(data: Any) -> bool:
    return isinstance(data, int | float) and not isinstance(data, bool)


def _cut(content: Any) -> str:
    """Return what there is, cut where it gets too long for a message."""
    text = content if isinstance(content, str) else repr(content)
    more = f" ... ({len(text)} characters)" if len(text) > LONGEST_EXCERPT else ""
    return text[:LONGEST_EXCERPT] + more


def _excerpt(stored: Any, new: Any) -> str:
    return f"\n  stored: {_cut(stored)}\n  now:    {_cut(new)}"

"""Describe pictures without their pixels: kind, size, alternative text."""

import base64
import binascii
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import imagesize

SVG = "image/svg+xml"
# What a length of an SVG is worth in pixels, by its unit (CSS: 96 pixels an inch).
PIXELS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54}
PIXELS |= {"mm": 9.6 / 2.54, "em": 16, "rem": 16, "ex": 8}
LENGTH = re.compile(
    r"\s*\+?((?:\d{1,9}(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,2})?)\s*([a-z]*)\s*"
)


def describe_picture(mime: str, content: bytes, alt: str | None) -> dict[str, Any]:
    """Say what kind of picture it is and how large.

    Returns
    -------
    dict
        The kind (`mime`), width and height in pixels, bytes and alt. What cannot be
        read as a picture has no width and no height.
    """
    width, height = _size_of_svg(content) if mime == SVG else _size(content)
    size = {"width": width, "height": height, "bytes": len(content)}
    return {"kind": mime, **size, "alt": alt}


def content_of(mime: str, data: str) -> bytes:
    """Return a picture's bytes from what a notebook stores of it."""
    return data.encode("utf-8") if mime == SVG else _from_base64(data)


class Page(HTMLParser):
    """A piece of HTML: its embedded pictures, its ids, and the text without pictures.

    Attributes
    ----------
    pictures : list of dict
        As `describe_picture` gives them.
    identifiers : list of str
        The ids of all elements, in order.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pictures: list[dict[str, Any]] = []
        self.identifiers: list[str] = []
        self._text = text
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._spans: list[tuple[int, int]] = []  # of the pictures' tags
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.identifiers.append(str(given["id"]))
        source = (given.get("src") or "").strip()
        if tag == "img" and source.startswith("data:"):
            header, _, data = source[len("data:") :].partition(",")
            mime, *rest = header.split(";")
            is_base64 = "base64" in [part.strip() for part in rest]
            content = _from_base64(data) if is_base64 else unquote_to_bytes(data)
            self.pictures.append(describe_picture(mime, content, given.get("alt")))
            line, column = self.getpos()
            start = self._lines[line - 1] + column
            length = len(self.get_starttag_text() or "")
            self._spans.append((start, start + length))

    def text(self) -> str:
        """Return the HTML with a mark in place of each picture."""
        pieces, end = [], 0
        for start, stop in self._spans:
            pieces += [self._text[end:start], "[picture]"]
            end = stop
        return "".join([*pieces, self._text[end:]])


def _from_base64(data: str) -> bytes:
    try:
        return base64.b64decode(data)
    except binascii.Error:  # cut off; it is no picture then
        return b""


def _size(content: bytes) -> tuple[int, int]:
    """Return the width and height that a PNG, JPEG, GIF or WebP says it has."""
    width, height = imagesize.get(BytesIO(content), exif_rotation=False)
    return max(width, 0), max(height, 0)


def _size_of_svg(content: bytes) -> tuple[int, int]:
    """Return the width and height that the root of an SVG asks for, else its view."""
    root = _root_of(content)
    view = [*re.split(r"[\s,]+", root.get("viewBox", "").strip()), "", "", "", ""][2:4]
    sizes = [
        _pixels(root.get(side, "")) or _pixels(length)
        for side, length in zip(("width", "height"), view, strict=True)
    ]
    return sizes[0], sizes[1]


def _root_of(content: bytes) -> Mapping[str, str]:
    """Return the attributes of the first element; none if this is no XML."""
    try:
        for _, element in ElementTree.iterparse(BytesIO(content), ["start"]):
            return element.attrib
    except ElementTree.ParseError:
        pass  # it cannot be drawn either
    return {}


def _pixels(length: str) -> int:
    """Return a length of CSS in pixels; 0 for a share of the page and for none."""
    found = LENGTH.fullmatch(length.lower())
    if found is None or found[2] not in PIXELS:
        return 0
    return round(float(found[1]) * PIXELS[found[2]])

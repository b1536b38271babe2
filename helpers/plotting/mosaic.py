"""Many small images in one picture: where each lies, and what is written around it."""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from helpers.plotting.style import INK, NEGATIVE, SMALL, WIDTH, drawn_width
from helpers.plotting.words import count, listing

_ABOVE = 0.3  # inches for the title


def columns_for(columns: int | None, n_images: int, captions: Sequence[str]) -> int:
    """Return how many images stand in a row: ten, or fewer under long captions."""
    if columns is None and n_images > 100 and not captions:
        return math.ceil(math.sqrt(n_images))
    if columns is None:
        fitting = int(WIDTH * 72 / (0.62 * SMALL * max(_longest(captions), 1)))
        return min(n_images, max(3, min(10, fitting)))
    if int(columns) != columns or columns < 1:
        raise ValueError(f"columns is {columns}; a whole number from 1 is needed.")
    return min(int(columns), n_images)


def _longest(captions: Sequence[str]) -> int:
    return max((len(line) for text in captions for line in text.split("\n")), default=0)


def lines_of(captions: Sequence[str]) -> int:
    return max((text.count("\n") + 1 for text in captions), default=0)


def lay_out(
    images: np.ndarray, columns: int, lines: int, background: float
) -> tuple[np.ndarray, np.ndarray]:
    """Lay images out in one array, with a gap, and room for `lines` of text below.

    Returns the array, and the row and column of each image's first pixel.
    """
    n_images, height, width = images.shape
    gap = max(1, round(width / 12))
    band = math.ceil(lines * _line_height(width))
    step = np.array([height + band + gap, width + gap])
    rows = math.ceil(n_images / columns)
    places = np.stack(np.divmod(np.arange(n_images), columns), axis=1) * step + gap
    canvas = np.full(np.array([rows, columns]) * step + gap, background, images.dtype)
    for image, (top, left) in zip(images, places, strict=True):
        canvas[top : top + height, left : left + width] = image
    return canvas, places


def _line_height(width: int) -> float:
    """The height of a line of text, in pixels of the image."""
    return 0.3 * width


def figure_size(
    mosaic: np.ndarray, shape: tuple[int, ...], title: str
) -> tuple[float, float]:
    """Inches: the full width, but no image higher than 1.1, or 2 if there are few."""
    highest = 2.0 if shape[0] <= 3 else 1.1
    pixel = min(WIDTH / mosaic.shape[1], highest / shape[1])
    height, width = pixel * np.array(mosaic.shape)
    return float(width), float(height) + (_ABOVE if title else 0.0)


def full_figure(mosaic: np.ndarray, shape: tuple[int, ...], title: str) -> Axes:
    """Return axes that fill a new figure, but for the title; nothing to lay out."""
    width, height = figure_size(mosaic, shape, title)
    figure = plt.figure(figsize=(width, height))
    return figure.add_axes((0, 0, 1, 1 - (_ABOVE / height if title else 0.0)))


def draw_frames(
    ax: Axes, places: np.ndarray, size: tuple[int, ...], wrong: np.ndarray
) -> None:
    """Draw a thin frame around each image, and a thick one around wrong ones."""
    height, width = size
    corners = np.array([[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]) * [height, width] - 0.5
    boxes = (places[:, np.newaxis] + corners)[..., ::-1]
    ax.add_collection(
        LineCollection(list(boxes[~wrong]), colors="#BBBBBB", linewidths=0.5)
    )
    ax.add_collection(
        LineCollection(list(boxes[wrong]), colors=NEGATIVE, linewidths=2.0)
    )


def write_names(
    ax: Axes,
    places: np.ndarray,
    size: tuple[int, ...],
    columns: int,
    row_names: Iterable[Any] | None,
    column_names: Iterable[Any] | None,
) -> str:
    """Write a name at the left of each row, and one above each column.

    Returns a sentence with the names, to be added to the description.
    """
    height, width = size
    rows = as_names(row_names, "row_names", -(-len(places) // columns), "row")
    heads = as_names(column_names, "column_names", columns, "column")
    for name, (top, left) in zip(rows, places[::columns], strict=False):
        ax.annotate(
            name,
            (left, top + height / 2 - 0.5),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
        )
    for name, (top, left) in zip(heads, places[:columns], strict=False):
        ax.annotate(
            name,
            (left + width / 2 - 0.5, top),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
        )
    said = [
        f" The {noun + 's are' if len(names) > 1 else noun + ' is'} {listing(names)}."
        for noun, names in (("row", rows), ("column", heads))
        if names
    ]
    return "".join(said)


def as_names(
    given: Iterable[Any] | None, argument: str, needed: int, noun: str
) -> list[str]:
    """Return one name for each row or column; none if none were given."""
    if given is None:
        return []
    names = [str(name) for name in given]
    if len(names) != needed:
        raise ValueError(
            f"{argument} has {count(len(names), 'name')}, but the picture has "
            f"{count(needed, noun)}. Choose how many with columns=..."
        )
    return names


def write_captions(
    ax: Axes,
    places: np.ndarray,
    size: tuple[int, ...],
    captions: list[str],
    wrong: np.ndarray,
) -> None:
    """Write all captions as one collection of outlines.

    A hundred texts take five times as long to draw.
    """
    if not captions:
        return
    height, width = size
    pixel = drawn_width(ax) / abs(np.subtract(*ax.get_xlim()))  # in points
    room = width * pixel / (0.62 * _longest(captions))
    points = float(np.clip(min(room, 0.8 * _line_height(width) * pixel), 4, 10))
    kinds = list(zip(captions, wrong.tolist(), strict=True))
    outlines = {kind: _outline(*kind, points) for kind in set(kinds)}
    below = places[:, ::-1] + [(width - 1) / 2, height + 0.03 * width]
    figure = ax.get_figure(root=True)
    collection = PathCollection(
        [outlines[kind] for kind in kinds],
        offsets=below,
        offset_transform=ax.transData,
        facecolors=INK,
        linewidths=0,
        gid="captions",
        in_layout=False,  # there is room for them: the layout need not look
    )
    collection.set_transform(Affine2D().scale(1 / 72) + figure.dpi_scale_trans)  # type: ignore[union-attr]
    ax.add_collection(collection, autolim=False)


@functools.cache
def _outline(caption: str, bold: bool, points: float) -> Path:
    """Return the outline of a text, in points, centred below the origin."""
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    lines = []
    for number, line in enumerate(caption.split("\n")):
        path = TextPath((0, 0), line, size=points, prop=font)
        shift = -path.get_extents().width / 2, -points * (1 + 1.25 * number)
        lines.append(path.transformed(Affine2D().translate(*shift)))
    return Path.make_compound_path(*lines)

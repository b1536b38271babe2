"""Points in a plane, coloured by class, without hiding classes behind others."""

from collections.abc import Iterable
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plotting.names import classes_and_names
from helpers.plotting.style import (
    INK,
    WIDTH,
    class_colours,
    drawn_width,
    framed,
    in_course_style,
    new_axes,
)
from helpers.plotting.words import count, describe, opening
from helpers.validation import as_labels, as_numbers, require_same_length

_CELLS = 560  # along the longer side of the picture
_FEW = 3_000  # points: up to here they are drawn as round markers
_BINS = 190  # the same for the density, which needs larger cells
_MOST_CLASSES = 30  # as many colours there are
_ORDERS = {
    "shuffled": "drawn in shuffled order, so that no class lies on top",
    "label": "drawn in the order of the labels, so that later classes hide others",
    "density": (
        "drawn as density: each cell has the colour of its most frequent class, "
        "stronger where there are more points"
    ),
}


@in_course_style
def plot_embedding(
    points: ArrayLike,
    labels: ArrayLike,
    class_names: Iterable[Any] | None = None,
    order: Literal["shuffled", "label", "density"] = "shuffled",
    seed: int = 0,
    axis_names: tuple[str, str] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw points of two dimensions in the colours of their classes.

    The points become one image, so that 60,000 of them are drawn quickly. The name of
    a class stands at the median of its points, in a box of its colour. One unit is
    equally long in both directions.

    Parameters
    ----------
    points : array_like of float, shape (samples, 2)
        For example the output of PCA or UMAP with two components.
    labels : array_like of int, shape (samples,)
        The classes, from 0.
    class_names : iterable of str, optional
        One name a class. Default: the labels.
    order : {"shuffled", "label", "density"}
        "shuffled": a random order, so that where classes overlap each shows as often
        as it occurs. "label": by class, so that the last class covers the others; only
        to show what goes wrong then. "density": no points but a grid, each cell in the
        colour of its most frequent class, stronger (by the logarithm of the count)
        where there are more points.
    seed : int, optional
        Of the random order.
    axis_names : pair of str, optional
        Names of the two dimensions.
    title : str, optional
        Written above.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If `points` is not of shape (samples, 2), holds NaN, has another length than
        `labels`, a label has no class name, there are more than 30 classes, or `order`
        is unknown.
    """
    if order not in _ORDERS:
        raise ValueError(f"order is {order!r}; {', '.join(map(repr, _ORDERS))} exist.")
    places = as_numbers(points, "points", ndim=2).astype(float)
    if places.shape[1] != 2:
        raise ValueError(
            f"points has shape {places.shape}; (samples, 2) is needed. Choose two "
            "columns, such as points[:, :2]."
        )
    classes = as_labels(labels, "labels")
    require_same_length(points=places, labels=classes)
    classes, names = classes_and_names(classes, class_names, _MOST_CLASSES)
    classes = as_labels(classes, "labels", n_classes=len(names))
    turn = _turn(classes, order, seed)
    _, _, extent = _to_cells(places, _CELLS)
    ax = _new_figure(extent, title, axis_names) if ax is None else new_axes(ax)
    if len(places) <= _FEW and order != "density":
        colours = class_colours(len(names))[classes[turn]]
        across, up = places[turn].T
        ax.scatter(across, up, c=colours, s=16, linewidths=0)
    else:
        picture, extent = _raster(places[turn], classes[turn], len(names), order)
        ax.imshow(picture, extent=extent, origin="lower")
    ax.set(xlim=extent[:2], ylim=extent[2:], aspect="equal")
    framed(ax)
    ax.set_title(title)
    if axis_names is not None:
        ax.set(xlabel=axis_names[0], ylabel=axis_names[1])
    _name_classes(ax, places, classes, names)
    describe(ax, _words(places, classes, names, order, title, axis_names))
    return ax


Extent = tuple[float, float, float, float]


def _turn(classes: np.ndarray, order: str, seed: int) -> np.ndarray:
    """Return the order in which points are drawn; the last lie on top."""
    if order == "label":
        return np.argsort(classes, kind="stable")
    return np.random.default_rng(seed).permutation(len(classes))


def _raster(
    places: np.ndarray, classes: np.ndarray, n_classes: int, order: str
) -> tuple[np.ndarray, Extent]:
    """Return the picture, shape (rows, columns, 3), uint8, and the area it covers."""
    cells, shape, extent = _to_cells(places, _BINS if order == "density" else _CELLS)
    palette = np.round(255 * class_colours(n_classes)).astype(np.uint8)
    if order == "density":
        return _density(cells, shape, classes, palette), extent
    return _dots(cells, shape, classes, palette), extent


def _to_cells(
    places: np.ndarray, longer_side: int
) -> tuple[np.ndarray, tuple[int, int], Extent]:
    """Lay a grid of square cells over the points, with a margin of a fortieth."""
    low, high = places.min(axis=0), places.max(axis=0)
    span = float((high - low).max()) or 1.0
    margin = span / 40
    side = (span + 2 * margin) / longer_side
    size = np.ceil((high - low + 2 * margin) / side - 1e-9).astype(int)
    cells = np.floor((places - low + margin) / side).astype(int)
    right, top = low - margin + size * side
    extent = (float(low[0] - margin), float(right), float(low[1] - margin), float(top))
    return np.minimum(cells, size - 1)[:, ::-1], (int(size[1]), int(size[0])), extent


def _dots(
    cells: np.ndarray, shape: tuple[int, int], classes: np.ndarray, palette: np.ndarray
) -> np.ndarray:
    """Draw each point as a small disc; later points cover earlier ones."""
    radius = _radius(len(cells))
    reach = np.arange(-int(radius), int(radius) + 1)
    disc = np.array(
        [(y, x) for y in reach for x in reach if x * x + y * y <= radius**2]
    )
    spread = cells[:, np.newaxis] + disc
    rows = np.clip(spread[..., 0], 0, shape[0] - 1).ravel()
    columns = np.clip(spread[..., 1], 0, shape[1] - 1).ravel()
    shown = np.full(shape, len(palette), dtype=np.int64)
    # Of several values for one cell, NumPy keeps the last.
    shown[rows, columns] = np.repeat(classes, len(disc))
    with_paper = np.vstack([palette, np.full((1, 3), 255, np.uint8)])
    return np.asarray(with_paper[shown])


def _radius(n_points: int) -> float:
    """The radius of a point, in cells: smaller for more points."""
    if n_points <= 10_000:
        return 2.3
    return 1.5 if n_points <= 30_000 else 1.0


def _density(
    cells: np.ndarray, shape: tuple[int, int], classes: np.ndarray, palette: np.ndarray
) -> np.ndarray:
    n_cells = shape[0] * shape[1]
    flat = cells[:, 0] * shape[1] + cells[:, 1]
    counts = np.bincount(classes * n_cells + flat, minlength=len(palette) * n_cells)
    counts = counts.reshape(len(palette), *shape)
    total = counts.sum(axis=0)
    strength = np.log1p(total) / np.log1p(total.max())
    # Even a single point is seen: the weakest colour is a quarter of the full one.
    strength = np.where(total > 0, 0.25 + 0.75 * strength, 0.0)[..., np.newaxis]
    colour = palette[counts.argmax(axis=0)]
    blended = 255 + strength * (colour - 255.0)
    return np.asarray(np.round(blended), dtype=np.uint8)


def _new_figure(extent: Extent, title: str, axis_names: tuple[str, str] | None) -> Axes:
    """Return axes that fill a new figure, but for the title and the names of the axes.

    The room is reckoned here: a layout engine would draw the picture three times.
    """
    left = below = 0.3 if axis_names else 0.05
    above = 0.3 if title else 0.05
    wide = (extent[1] - extent[0]) / max(extent[3] - extent[2], 1e-12)
    across = WIDTH - 0.7
    up = float(np.clip(across / wide, 2.0, 6.2))
    width, height = left + across + 0.05, below + up + above
    figure = plt.figure(figsize=(width, height))
    return figure.add_axes((left / width, below / height, across / width, up / height))


def _name_classes(
    ax: Axes, places: np.ndarray, classes: np.ndarray, names: list[str]
) -> None:
    colours = class_colours(len(names))
    present = np.unique(classes)
    medians = np.array([np.median(places[classes == k], axis=0) for k in present])
    size = 10.0 if len(names) <= 12 else 8.0
    for label, (x, y) in zip(
        present, _apart(ax, medians, names, present, size), strict=True
    ):
        box = {
            "boxstyle": "round,pad=0.22",
            "fc": "white",
            "ec": colours[label],
            "lw": 2.2,
        }
        ax.text(
            x,
            y,
            names[label],
            ha="center",
            va="center",
            color=INK,
            fontsize=size,
            fontweight="bold",
            bbox=box,
        )


def _apart(
    ax: Axes, centres: np.ndarray, names: list[str], present: np.ndarray, size: float
) -> np.ndarray:
    """Push boxes of text apart that would lie on each other, a little at a time."""
    points_a_unit = drawn_width(ax) / abs(np.subtract(*ax.get_xlim()))
    widths = np.array([0.68 * size * len(names[k]) + 0.7 * size for k in present])
    half = np.stack([widths / 2, np.full(len(present), 0.95 * size)], axis=1)
    moved = centres * points_a_unit
    for _ in range(200):
        gap = moved[:, np.newaxis] - moved
        overlap = half[:, np.newaxis] + half - np.abs(gap)
        touching = (overlap > 0).all(axis=2) & ~np.eye(len(moved), dtype=bool)
        if not touching.any():
            break
        # Apart along the shorter way; equal centres part by their order.
        order = np.sign(np.subtract.outer(np.arange(len(moved)), np.arange(len(moved))))
        way = np.where(gap == 0, order[..., np.newaxis], np.sign(gap))
        short = overlap == overlap.min(axis=2, keepdims=True)
        step = np.where(touching[..., np.newaxis] & short, way * (overlap / 2 + 0.1), 0)
        moved = moved + 0.5 * step.sum(axis=1)
    return np.asarray(moved / points_a_unit)


def _words(
    places: np.ndarray,
    classes: np.ndarray,
    names: list[str],
    order: str,
    title: str,
    axis_names: tuple[str, str] | None,
) -> str:
    counts = np.bincount(classes, minlength=len(names))
    start = opening(title)
    axes = f" ({axis_names[0]} across, {axis_names[1]} up)" if axis_names else ""
    listed = f" ({', '.join(names)})" if len(names) <= 12 else ""
    return (
        f"{start}{count(len(classes), 'point')} in the plane{axes}, "
        f"{count(len(names), 'class', 'classes')}{listed} of {counts.min():,} to "
        f"{counts.max():,} points, {_ORDERS[order]}; the name of each class stands at "
        f"the median of its points.{_neighbours(places, classes, names)}"
    )


def _neighbours(places: np.ndarray, classes: np.ndarray, names: list[str]) -> str:
    """Say which two classes lie closest together, and which farthest apart."""
    present = np.unique(classes)
    if len(present) < 3:
        return ""
    centres = np.array([np.median(places[classes == k], axis=0) for k in present])
    left, right = np.triu_indices(len(present), 1)
    apart = np.linalg.norm(centres[left] - centres[right], axis=1)

    def pair(index: np.intp) -> str:
        return f"{names[present[left[index]]]} and {names[present[right[index]]]}"

    return (
        f" {pair(apart.argmin())} lie closest together, {pair(apart.argmax())} "
        "farthest apart."
    )

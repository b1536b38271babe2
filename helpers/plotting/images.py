"""Images: one, many in one mosaic, and images of signed weights."""

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
from numpy.typing import ArrayLike

from helpers.plotting.names import as_class_names, name_of
from helpers.plotting.style import (
    INK,
    NEGATIVE,
    SIGNED,
    WIDTH,
    bare,
    drawn_width,
    framed,
    in_course_style,
    new_axes,
)
from helpers.plotting.words import count, describe, listing, opening, percent
from helpers.validation import as_labels, as_numbers, require_same_length

_ABOVE = 0.3  # inches for the title
_CROSS = "\u2717"


@in_course_style
def plot_grayscale(
    image: ArrayLike,
    label: Any = None,
    class_names: Iterable[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one greyscale image, like ink on paper: 0 is white, 1 is black.

    Parameters
    ----------
    image : array_like, shape (height, width) or (height, width, 1)
        uint8 from 0 to 255, or floats from 0 to 1.
    label : int or str, optional
        The class of the image; its name becomes the title.
    class_names : iterable of str, optional
        One name a class, in the order of the labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If the pixels are not numbers, or integers of another type than uint8.
    ValueError
        If the shape is wrong, a pixel is NaN or out of range, or there is no such
        class.
    """
    ink = _as_ink(image, "image", "(height, width) or (height, width, 1)", ndim=2)
    names = as_class_names(class_names)
    title = "" if label is None else name_of(label, names)
    ax = new_axes(ax, width=2.4, height=2.4 if not title else 2.65)
    ax.imshow(ink, cmap="gray_r", vmin=0, vmax=1, aspect="equal")
    framed(ax)
    ax.set_title(title)
    describe(ax, _words_of_image(ink, title))
    return ax


@in_course_style
def plot_digits(
    images: ArrayLike,
    labels: ArrayLike | None = None,
    predictions: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
    class_names: Iterable[Any] | None = None,
    columns: int | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw many greyscale images as one picture, row by row.

    Parameters
    ----------
    images : array_like, shape (samples, height, width) or (samples, height, width, 1)
        uint8 from 0 to 255, or floats from 0 to 1; 0 is white.
    labels : array_like of int, shape (samples,), optional
        True classes, written below the images.
    predictions : array_like of int, shape (samples,), optional
        Predicted classes. Written in place of the label where they agree; where they
        do not, the image has a frame, a cross and both classes.
    probabilities : array_like of float, shape (samples,), optional
        The probability that was given to the predicted class, from 0 to 1.
    class_names : iterable of str, optional
        One name a class, in the order of the labels.
    columns : int, optional
        Images in a row. Default: 10 for up to 100 images, then a square.
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
        If shapes, lengths, ranges or labels do not fit; the message says which.
    """
    ink = _as_ink(images, "images", "(samples, height, width)", ndim=3)
    captions, wrong = _captions(ink, labels, predictions, probabilities, class_names)
    columns = _columns(columns, len(ink), captions)
    rows = math.ceil(len(ink) / columns)
    mosaic, places = _mosaic(ink, columns, _lines(captions), background=0.0)
    height, width = mosaic.shape
    ax = _full_figure(mosaic, ink.shape, title) if ax is None else new_axes(ax)
    ax.imshow(mosaic, cmap="gray_r", vmin=0, vmax=1, aspect="equal")
    bare(ax)
    ax.set_title(title)
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    _frame(ax, places, ink.shape[1:], wrong)
    _write_captions(ax, places, ink.shape[1:], captions, wrong)
    describe(ax, _words_of_digits(len(ink), rows, columns, title, captions, wrong))
    return ax


@in_course_style
def plot_weights(
    weights: ArrayLike,
    titles: Iterable[Any] | None = None,
    columns: int | None = None,
    limit: float | None = None,
    title: str = "",
    what: str = "weight",
    ax: Axes | None = None,
) -> Axes:
    """Draw signed numbers as images: blue above zero, white at zero, orange below.

    For principal components, the weights of a unit, filters, or importances of pixels.
    All images share one scale, which reaches equally far on both sides of zero.

    Parameters
    ----------
    weights : array_like, shape (height, width) or (images, height, width)
        Any finite numbers.
    titles : iterable of str, optional
        One a image, written below it.
    columns : int, optional
        Images in a row. Default: 10 for up to 100 images, then a square.
    limit : float, optional
        The magnitude that gets the strongest colour. Default: the largest there is.
    title : str, optional
        Written above.
    what : str, optional
        What the numbers are, for the colour bar.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If the shape is wrong, a number is NaN, `limit` is not above 0, or there is not
        one title an image.
    """
    images = as_numbers(weights, "weights", ndim=(2, 3)).astype(float)
    images = images[np.newaxis] if images.ndim == 2 else images
    captions = [] if titles is None else [str(text) for text in titles]
    if titles is not None:
        require_same_length(weights=images, titles=captions)
    limit = _colour_limit(images, limit)
    columns = _columns(columns, len(images), captions)
    mosaic, places = _mosaic(images, columns, _lines(captions), background=0.0)
    width, height = _figure_size(mosaic, images.shape, title)
    ax = new_axes(ax, width + 0.9, height)
    picture = ax.imshow(mosaic, cmap=SIGNED, vmin=-limit, vmax=limit, aspect="equal")
    bare(ax)
    ax.set_title(title)
    nothing_wrong = np.zeros(len(images), dtype=bool)
    _frame(ax, places, images.shape[1:], nothing_wrong)
    _write_captions(ax, places, images.shape[1:], captions, nothing_wrong)
    bar = ax.figure.colorbar(picture, ax=ax, label=what, shrink=0.9, aspect=25)
    bar.ax.tick_params(labelfontfamily="DejaVu Sans")
    describe(ax, _words_of_weights(images, captions, title, what))
    return ax


def _as_ink(value: ArrayLike, name: str, shape: str, ndim: int) -> np.ndarray:
    """Return pixels as floats: 0 is paper, 1 is ink. A last axis of 1 is dropped."""
    array = as_numbers(value, name)
    if array.ndim == ndim + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != ndim:
        raise ValueError(
            f"{name} has shape {array.shape}; {shape} is needed. {_hint(array)}"
        )
    if array.dtype == np.uint8:
        return array / np.float32(255)
    if array.dtype.kind in "iu":
        raise TypeError(
            f"{name} holds {array.dtype} values, which may mean 0 to 1 or 0 to 255. "
            'Use .astype("uint8") for 0 to 255, or floats from 0 to 1.'
        )
    ink = array.astype(np.float32)
    if ink.min() < 0 or ink.max() > 1:
        raise ValueError(
            f"{name} holds floats from {ink.min():g} to {ink.max():g}; 0 to 1 is "
            "needed. Divide pixels of 0 to 255 by 255; signed numbers go to "
            "plot_weights."
        )
    return ink


def _hint(array: np.ndarray) -> str:
    if array.shape[-1] in (3, 4) and array.ndim >= 3:
        return "It looks like colour images; only greyscale is drawn here."
    side = math.isqrt(array.shape[-1])
    if array.ndim <= 2 and side > 1 and side * side == array.shape[-1]:
        front = "" if array.ndim == 1 else "-1, "
        return f"A flat image? Use .reshape({front}{side}, {side})."
    return "One image is images[0]; several are images[:20]."


def _words_of_image(ink: np.ndarray, title: str) -> str:
    height, width = ink.shape
    of_class = f" of class {title}" if title else ""
    start = f"Greyscale image{of_class}, {width} pixels wide and {height} high"
    rows, columns = np.nonzero(ink > 0.5)
    if not len(rows):
        return f"{start}, without a dark pixel."
    return (
        f"{start}; {percent((ink > 0.5).mean())} of them are dark, between rows "
        f"{rows.min()} and {rows.max()} and columns {columns.min()} and "
        f"{columns.max()}, on white."
    )


def _columns(columns: int | None, n_images: int, captions: Sequence[str]) -> int:
    """Return how many images stand in a row: ten, or fewer under long captions."""
    if columns is None and n_images > 100 and not captions:
        return math.ceil(math.sqrt(n_images))
    if columns is None:
        fitting = int(WIDTH * 72 / (0.62 * 7.5 * max(_longest(captions), 1)))
        return min(n_images, max(3, min(10, fitting)))
    if int(columns) != columns or columns < 1:
        raise ValueError(f"columns is {columns}; a whole number from 1 is needed.")
    return min(int(columns), n_images)


def _captions(
    ink: np.ndarray,
    labels: ArrayLike | None,
    predictions: ArrayLike | None,
    probabilities: ArrayLike | None,
    class_names: Iterable[Any] | None,
) -> tuple[list[str], np.ndarray]:
    """Return one caption an image (or none at all), and which predictions are wrong."""
    names = as_class_names(class_names)
    given = {"labels": labels, "predictions": predictions}
    known = {
        key: as_labels(value, key, n_classes=len(names) if names else None)
        for key, value in given.items()
        if value is not None
    }
    require_same_length(images=ink, **known)
    wrong = np.zeros(len(ink), dtype=bool)
    if len(known) == 2:
        wrong = known["labels"] != known["predictions"]
    first = known.get("predictions", known.get("labels"))
    if first is None:
        if probabilities is not None:
            raise ValueError("probabilities need predictions; give both.")
        return [], wrong
    captions = [name_of(label, names) for label in first]
    for index in np.flatnonzero(wrong):
        truth = name_of(known["labels"][index], names)
        long = len(captions[index]) + len(truth) > 4
        between = "\n" if long else ", "
        captions[index] = f"{_CROSS} {captions[index]}{between}is {truth}"
    if probabilities is not None:
        shares = _probabilities(probabilities, ink, "predictions" in known)
        captions = [
            f"{text}\n{percent(share)}"
            for text, share in zip(captions, shares, strict=True)
        ]
    return captions, wrong


def _probabilities(value: ArrayLike, ink: np.ndarray, predicted: bool) -> np.ndarray:
    if not predicted:
        raise ValueError("probabilities need predictions; give both.")
    shares = as_numbers(value, "probabilities")
    if shares.ndim != 1:
        raise ValueError(
            f"probabilities has shape {shares.shape}; one a image, that of the "
            "predicted class, is needed: probabilities.max(axis=1)."
        )
    require_same_length(images=ink, probabilities=shares)
    if shares.min() < 0 or shares.max() > 1:
        raise ValueError(
            f"probabilities holds {shares.min():g} to {shares.max():g}; "
            "0 to 1 is needed."
        )
    return shares


def _longest(captions: Sequence[str]) -> int:
    return max((len(line) for text in captions for line in text.split("\n")), default=0)


def _lines(captions: Sequence[str]) -> int:
    return max((text.count("\n") + 1 for text in captions), default=0)


def _mosaic(
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
    return 0.23 * width


def _figure_size(
    mosaic: np.ndarray, shape: tuple[int, ...], title: str
) -> tuple[float, float]:
    """Inches: the full width, but no image wider than 1.1, or 2 if there are few."""
    widest = 2.0 if shape[0] <= 3 else 1.1
    width = min(WIDTH, widest * mosaic.shape[1] / shape[2])
    above = _ABOVE if title else 0.0
    return width, width * mosaic.shape[0] / mosaic.shape[1] + above


def _full_figure(mosaic: np.ndarray, shape: tuple[int, ...], title: str) -> Axes:
    """Return axes that fill a new figure, but for the title; nothing to lay out."""
    width, height = _figure_size(mosaic, shape, title)
    figure = plt.figure(figsize=(width, height))
    return figure.add_axes((0, 0, 1, 1 - (_ABOVE / height if title else 0.0)))


def _frame(
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


def _write_captions(
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
    room = 1.05 * width * pixel / (0.62 * _longest(captions))
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


def _words_of_digits(
    n_images: int,
    rows: int,
    columns: int,
    title: str,
    captions: list[str],
    wrong: np.ndarray,
) -> str:
    start = opening(title)
    place = f"in {count(rows, 'row')} of up to {columns}"
    words = [f"{start}{count(n_images, 'greyscale image')}, dark on white, {place}"]
    if captions and wrong.all():
        words.append("all of them predicted wrongly; below each both classes")
    elif captions and wrong.any():
        words.append(
            "below each the predicted class; a frame and a cross mark those that are "
            f"wrong, {percent(wrong.mean())} of them"
        )
    elif captions and n_images <= 20 and not any("\n" in text for text in captions):
        words.append(f"row by row: {', '.join(captions)}")
    elif captions:
        words.append("below each its class")
    return "; ".join(words) + "."


def _colour_limit(images: np.ndarray, limit: float | None) -> float:
    if limit is None:
        return float(np.abs(images).max()) or 1.0
    if not limit > 0:
        raise ValueError(f"limit is {limit}; a number above 0 is needed.")
    return float(limit)


def _words_of_weights(
    images: np.ndarray, captions: list[str], title: str, what: str
) -> str:
    start = opening(title)
    n_images, height, width = images.shape
    named = f" ({listing(captions)})" if 0 < len(captions) <= 12 else ""
    return (
        f"{start}{count(n_images, 'image')} of {width} by {height} pixels{named}; "
        f"blue where the {what} is positive, orange where it is negative, white "
        "at zero."
    )

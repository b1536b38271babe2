"""Greyscale images: one, or many in one picture."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plotting.mosaic import (
    columns_for,
    draw_frames,
    figure_size,
    full_figure,
    lay_out,
    lines_of,
    write_captions,
    write_names,
)
from helpers.plotting.names import as_class_names, name_of
from helpers.plotting.style import bare, framed, in_course_style, new_axes
from helpers.plotting.words import count, describe, opening, percent
from helpers.validation import (
    ROUNDING,
    as_labels,
    as_numbers,
    as_shares,
    require_same_length,
)

_CROSS = "\u2717"
_LONGEST_STRIP = 16  # pixels: what is longer and one pixel high is no image


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
    ink = as_ink(image, "image", "(height, width) or (height, width, 1)", ndim=2)
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
    row_names: Iterable[Any] | None = None,
    column_names: Iterable[Any] | None = None,
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
    row_names, column_names : iterable of str, optional
        One name for each row, written at its left, and for each column, above it.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If shapes, lengths, ranges or labels do not fit; the message says which.
    """
    ink = as_ink(images, "images", "(samples, height, width)", ndim=3)
    captions, wrong = _captions(ink, labels, predictions, probabilities, class_names)
    columns = columns_for(columns, len(ink), captions)
    rows = math.ceil(len(ink) / columns)
    mosaic, places = lay_out(ink, columns, lines_of(captions), background=0.0)
    height, width = mosaic.shape
    if ax is None and row_names is None and column_names is None:
        ax = full_figure(mosaic, ink.shape, title)
    else:
        ax = new_axes(ax, *figure_size(mosaic, ink.shape, title))
    ax.imshow(mosaic, cmap="gray_r", vmin=0, vmax=1, aspect="equal")
    bare(ax)
    ax.set_title(title, pad=6 if column_names is None else 22)
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    draw_frames(ax, places, ink.shape[1:], wrong)
    named = write_names(ax, places, ink.shape[1:], columns, row_names, column_names)
    write_captions(ax, places, ink.shape[1:], captions, wrong)
    words = _words_of_digits(len(ink), rows, columns, title, captions, wrong)
    describe(ax, words + named)
    return ax


def as_ink(value: ArrayLike, name: str, shape: str, ndim: int) -> np.ndarray:
    """Return pixels as floats: 0 is paper, 1 is ink. A last axis of 1 is dropped."""
    array = as_numbers(value, name)
    if array.ndim == ndim + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != ndim:
        raise ValueError(
            f"{name} has shape {array.shape}; {shape} is needed. {_hint(array)}"
        )
    if min(array.shape[-2:]) == 1 and max(array.shape[-2:]) > _LONGEST_STRIP:
        raise ValueError(
            f"{name} has shape {array.shape}; {shape} is needed, and a strip of one "
            f"pixel is no image. {_hint(array)}"
        )
    if array.dtype == np.uint8:
        return array / np.float32(255)
    if array.dtype.kind in "iu":
        raise TypeError(
            f"{name} holds {array.dtype} values, which may mean 0 to 1 or 0 to 255. "
            'Use .astype("uint8") for 0 to 255, or floats from 0 to 1.'
        )
    if array.min() < -ROUNDING or array.max() > 1 + ROUNDING:
        raise ValueError(
            f"{name} holds floats from {array.min():g} to {array.max():g}; 0 to 1 is "
            "needed. Divide pixels of 0 to 255 by 255; signed numbers go to "
            "plot_weights."
        )
    return array.astype(np.float32).clip(0, 1)


def _hint(array: np.ndarray) -> str:
    if array.shape[-1] in (3, 4) and array.ndim >= 3:
        return "It looks like colour images; only greyscale is drawn here."
    strip = array.ndim > 1 and min(array.shape[-2:]) == 1
    length = max(array.shape[-2:]) if strip else array.shape[-1]
    side = math.isqrt(length)
    if (strip or array.ndim <= 2) and side > 1 and side * side == length:
        several = array.size > length or (array.ndim > 1 and not strip)
        return f"A flat image? Use .reshape({'-1, ' if several else ''}{side}, {side})."
    if strip:
        return "Give each image its height and width with .reshape(...)."
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
    shares = as_shares(value, "probabilities")
    if shares.ndim != 1:
        raise ValueError(
            f"probabilities has shape {shares.shape}; one a image, that of the "
            "predicted class, is needed: probabilities.max(axis=1)."
        )
    require_same_length(images=ink, probabilities=shares)
    return shares


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

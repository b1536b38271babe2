"""Numbers as images: weights, components, importances, saliency."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.plotting.mosaic import (
    columns_for,
    draw_frames,
    figure_size,
    lay_out,
    lines_of,
    write_captions,
    write_names,
)
from helpers.plotting.style import (
    ABOVE_ZERO,
    SIGNED,
    WIDTH,
    bare,
    in_course_style,
    new_axes,
)
from helpers.plotting.words import count, describe, listing, opening
from helpers.validation import ROUNDING, as_numbers, require_same_length

_SHORTEST_FLAT = 64  # numbers: a square number of so many in a row is a flat image
_FEW = 4  # images: of so many the place of the largest numbers is said for each


@in_course_style
def plot_weights(
    weights: ArrayLike,
    titles: Iterable[Any] | None = None,
    columns: int | None = None,
    limit: float | None = None,
    title: str = "",
    what: str = "weight",
    ax: Axes | None = None,
    row_names: Iterable[Any] | None = None,
    column_names: Iterable[Any] | None = None,
) -> Axes:
    """Draw numbers as images: blue above zero, white at zero, orange below.

    For principal components, the weights of a unit, filters, or importances of pixels.
    All images share one scale. Where numbers are negative it reaches equally far on
    both sides of zero; else it begins at zero.

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
    row_names, column_names : iterable of str, optional
        One name for each row, written at its left, and for each column, above it.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If the shape is wrong, a number is NaN, `limit` is not above 0, or there is not
        one title an image, one name a row or one a column.
    """
    images = as_numbers(weights, "weights", ndim=(2, 3)).astype(float)
    images = images[np.newaxis] if images.ndim == 2 else images
    _require_no_flat_image(images)
    captions = [] if titles is None else [str(text) for text in titles]
    if titles is not None:
        require_same_length(weights=images, titles=captions)
    limit = _colour_limit(images, limit)
    columns = columns_for(columns, len(images), captions)
    mosaic, places = lay_out(images, columns, lines_of(captions), background=0.0)
    width, height = figure_size(mosaic, images.shape, title)
    ax = new_axes(ax, min(width + 0.9, WIDTH), height)
    signed = bool(images.min() < -ROUNDING * limit)
    picture = ax.imshow(
        mosaic,
        cmap=SIGNED if signed else ABOVE_ZERO,
        vmin=-limit if signed else 0,
        vmax=limit,
        aspect="equal",
    )
    bare(ax)
    ax.set_title(title, pad=6 if column_names is None else 22)
    bar = ax.figure.colorbar(picture, ax=ax, label=what, shrink=0.9, aspect=25)
    bar.locator = MaxNLocator(4)
    bar.ax.tick_params(labelfontfamily="DejaVu Sans")
    nothing_wrong = np.zeros(len(images), dtype=bool)
    draw_frames(ax, places, images.shape[1:], nothing_wrong)
    named = write_names(ax, places, images.shape[1:], columns, row_names, column_names)
    write_captions(ax, places, images.shape[1:], captions, nothing_wrong)
    describe(ax, _words(images, captions, title, what, signed) + named)
    return ax


def _require_no_flat_image(images: np.ndarray) -> None:
    height, width = images.shape[1:]
    side = math.isqrt(max(height, width))
    if (
        min(height, width) == 1
        and max(height, width) >= _SHORTEST_FLAT
        and side**2 == max(height, width)
    ):
        raise ValueError(
            f"weights holds images of shape {(height, width)}, strips of one pixel. "
            f"Flat images? Use .reshape(-1, {side}, {side})."
        )


def _colour_limit(images: np.ndarray, limit: float | None) -> float:
    if limit is None:
        return float(np.abs(images).max()) or 1.0
    if not limit > 0:
        raise ValueError(f"limit is {limit}; a number above 0 is needed.")
    return float(limit)


def _words(
    images: np.ndarray, captions: list[str], title: str, what: str, signed: bool
) -> str:
    n_images, height, width = images.shape
    named = f" ({listing(captions)})" if 0 < len(captions) <= 12 else ""
    scale = f"the darker the blue, the larger the {what}"
    if signed:
        scale = f"blue where the {what} is positive, orange where it is negative"
    return (
        f"{opening(title)}{count(n_images, 'image')} of {width} by {height} pixels"
        f"{named}; {scale}, white at zero. {_places(images, captions, what)}"
    )


def _places(images: np.ndarray, captions: list[str], what: str) -> str:
    """Say where the numbers are largest, in each image if there are few."""
    if min(images.shape[1:]) < 6 or not images.any():  # too small for a "where"
        return ""
    if len(images) > _FEW:
        place = _where(np.abs(images).mean(axis=0))
        return f"Taken over all images, the {what} is {place}."
    places = [_where(np.abs(image)) for image in images]
    if len(set(places)) == 1:
        return f"The {what} is {places[0]}{' in each' if len(images) > 1 else ''}."
    names = captions or [f"image {k + 1}" for k in range(len(images))]
    each = [f"{place} in {name}" for name, place in zip(names, places, strict=True)]
    return f"The {what} is {listing(each)}."


def _where(image: np.ndarray) -> str:
    """Say which ninth of an image holds the largest numbers."""
    bands = [np.array_split(row, 3, axis=1) for row in np.array_split(image, 3)]
    means = np.array([[float(part.mean()) for part in band] for band in bands])
    if means.max() <= 1.2 * means.mean():
        return "spread over the whole image"
    row, column = np.unravel_index(means.argmax(), means.shape)
    if row == column == 1:
        return "largest in the middle"
    up = ("at the top", "halfway up", "at the bottom")[row]
    across = ("on the left", "", "on the right")[column]
    return f"largest {up} {across}".strip()

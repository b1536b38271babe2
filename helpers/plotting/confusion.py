"""The confusion matrix: what was taken for what."""

from collections.abc import Iterable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import ArrayLike

from helpers.plotting.names import classes_and_names
from helpers.plotting.style import (
    FAINT,
    SMALL,
    in_course_style,
    new_axes,
    text_colour_on,
    tidy,
)
from helpers.plotting.words import count, describe, listing, percent
from helpers.validation import as_labels, as_numbers, require_same_length

_RIGHT = (0.90, 0.92, 0.93)  # neutral: the diagonal does not draw the eye
_ERRORS = LinearSegmentedColormap.from_list(
    "errors", ["#FFF7EF", "#FDCF9F", "#F39A4A", "#D55E00", "#8A3A00"]
).with_extremes(bad=_RIGHT, under="white")
_GRID = "#C9C9C9"
_MOST_CLASSES = 50
_RATES_UP_TO = 12  # classes; with more, cells have no room for a second line
_WORTH_WRITING = 0.005  # smaller shares are left to the colour


@in_course_style
def plot_confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    class_names: Iterable[Any] | None = None,
    title: str = "",
    ax: Axes | None = None,
    darkest: float | None = None,
) -> Axes:
    """Draw how often each class was taken for each other: rows true, columns predicted.

    A cell holds the number of samples; cells without any are left blank. Errors are
    coloured by their share of the row, on a scale of their own, and for up to 12
    classes a share of 0.5% or more is written too. The diagonal is grey; its share of
    the row, the recall of the class, stands at the right.

    Parameters
    ----------
    y_true : array_like of int, shape (samples,)
        True classes, from 0.
    y_pred : array_like of int, shape (samples,)
        Predicted classes.
    class_names : iterable of str, optional
        One name a class; classes without samples are drawn too. Default: the labels
        that occur, true or predicted.
    title : str, optional
        Written above.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure, larger for more classes.
    darkest : float, optional
        The share of a row that gets the darkest colour: the same for matrices that are
        to be compared. Default: that of the largest error.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If labels are not numbers.
    ValueError
        If labels are one-hot encoded or probabilities, lengths differ, a label has no
        class name, there are more than 50 classes, or `darkest` is not above 0.
    """
    if darkest is not None and not 0 < darkest <= 1:
        raise ValueError(f"darkest is {darkest}; a share above 0, up to 1, is needed.")
    truth, guess = _as_classes(y_true, "y_true"), _as_classes(y_pred, "y_pred")
    require_same_length(y_true=truth, y_pred=guess)
    both, names = classes_and_names(
        np.concatenate([truth, guess]), class_names, _MOST_CLASSES, occurring=True
    )
    truth = as_labels(both[: len(truth)], "y_true", n_classes=len(names))
    guess = as_labels(both[len(truth) :], "y_pred", n_classes=len(names))
    counts = _count(truth, guess, len(names))
    rates = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = _new_figure(names, title) if ax is None else new_axes(ax)
    picture = _draw_cells(ax, counts, rates, darkest)
    _write_cells(ax, picture, counts, rates)
    _label_axes(ax, names, counts, rates)
    ax.set_title(title, loc="left", pad=22 if len(names) <= _RATES_UP_TO else 56)
    if len(names) > _RATES_UP_TO:
        _explain_colours(ax, picture)
    describe(ax, _words(names, counts, title))
    return ax


def _as_classes(value: ArrayLike, name: str) -> np.ndarray:
    """Like as_labels, with a hint for the outputs of a network."""
    array = as_numbers(value, name)
    if array.ndim == 2 and array.shape[1] == 1:
        raise ValueError(
            f"{name} has shape {array.shape}; shape (samples,) is needed. Outputs of "
            f"one sigmoid unit become classes by ({name}[:, 0] > 0.5).astype(int)."
        )
    if array.ndim == 1 and array.dtype.kind == "f" and (array % 1 != 0).any():
        raise ValueError(
            f"{name} holds {array[array % 1 != 0][0]:g}, so probabilities and not "
            f"classes. Turn them into classes: ({name} > 0.5).astype(int) for one "
            "output, from_one_hot(...) for one output a class."
        )
    return as_labels(array, name)


def _count(truth: np.ndarray, guess: np.ndarray, n_classes: int) -> np.ndarray:
    flat = np.bincount(truth * n_classes + guess, minlength=n_classes**2)
    return flat.reshape(n_classes, n_classes)


def _new_figure(names: list[str], title: str) -> Axes:
    """Return axes with room for names, cells and recalls.

    The room is reckoned here: a layout engine would set every text three times.
    """
    cells = _side(names)
    left, below = 0.6 + _length(names), 0.55
    if _is_crowded(names):
        below = 0.45 + 0.8 * _length(names)
    above = 0.3 if len(names) <= _RATES_UP_TO else 0.8
    above += 0.3 if title else 0.0
    width, height = left + cells + 0.75, below + cells + above
    figure = plt.figure(figsize=(width, height))
    place = (left / width, below / height, cells / width, cells / height)
    return figure.add_axes(place)


def _length(names: list[str]) -> float:
    """Inches of the longest name."""
    return 0.0085 * _name_size(len(names)) * max(len(name) for name in names)


def _name_size(n_classes: int) -> float:
    return SMALL if n_classes <= 30 else 8.0


def _side(names: list[str]) -> float:
    """Inches of the whole matrix: wide cells for few names, small ones for many."""
    level = min(1.1 * _length(names) * len(names), 3.4)
    return max(2.0, level, min(0.48 * len(names), 2.6 + 0.2 * len(names)))


def _is_crowded(names: list[str]) -> bool:
    """Whether names below the columns would touch each other."""
    return 1.07 * _length(names) > _side(names) / len(names)


def _draw_cells(
    ax: Axes, counts: np.ndarray, rates: np.ndarray, darkest: float | None
) -> AxesImage:
    """Colour errors by their share; none is white ("under"), the diagonal masked."""
    errors = np.where(counts > 0, rates, -1.0)
    shown = np.ma.masked_array(errors, mask=np.eye(len(counts), dtype=bool))
    most = max(float(shown.max()), 0.0) if len(counts) > 1 else 0.0
    picture = ax.imshow(shown, cmap=_ERRORS, vmin=0, vmax=darkest or most or 1.0)
    edges = np.arange(len(counts) + 1) - 0.5
    ax.hlines(edges, -0.5, edges[-1], color=_GRID, linewidth=0.5)
    ax.vlines(edges, -0.5, edges[-1], color=_GRID, linewidth=0.5)
    return picture


def _write_cells(
    ax: Axes, picture: AxesImage, counts: np.ndarray, rates: np.ndarray
) -> None:
    n_classes = len(counts)
    with_rates = n_classes <= _RATES_UP_TO
    size = 9.0 if with_rates else max(6.0, 9.0 - 0.1 * n_classes)
    colours = picture.to_rgba(np.ma.asarray(picture.get_array()))
    for row, column in np.argwhere(counts):
        right = row == column
        number = f"{counts[row, column]:{',' if with_rates else ''}}"
        with_share = with_rates and not right and rates[row, column] >= _WORTH_WRITING
        share = f"\n{_short_percent(rates[row, column])}" if with_share else ""
        ax.text(
            column,
            row,
            number + share,
            ha="center",
            va="center",
            fontsize=size * (0.9 if len(number) > 5 else 1),
            fontweight="bold" if right else "normal",
            linespacing=1.15,
            color=text_colour_on(colours[row, column]),
            in_layout=False,  # they lie inside the axes: the layout need not look
        )


def _short_percent(rate: float) -> str:
    if 0 < rate < 0.0005:
        return "<0.1%"
    return f"{100 * rate:.1f}%" if rate < 0.9995 or rate == 1 else ">99.9%"


def _label_axes(
    ax: Axes, names: list[str], counts: np.ndarray, rates: np.ndarray
) -> None:
    places = np.arange(len(names))
    tidy(ax)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    size = _name_size(len(names))
    crowded = _is_crowded(names)
    ax.set_xticks(
        places,
        names,
        rotation=50 if crowded else 0,
        ha="right" if crowded else "center",
        rotation_mode="anchor" if crowded else "default",
        fontsize=size,
    )
    ax.set_yticks(places, names, fontsize=size)
    ax.set(xlabel="predicted class", ylabel="true class")
    _write_recalls(ax, counts, rates, size)


def _write_recalls(
    ax: Axes, counts: np.ndarray, rates: np.ndarray, size: float
) -> None:
    """Write at the right how much of each true class was found."""
    right = len(counts) - 0.5 + 0.012 * len(counts)
    ax.text(right, -0.58, "recall", va="bottom", color=FAINT, fontsize=size)
    for row in range(len(counts)):
        found = _short_percent(rates[row, row]) if counts[row].any() else "no samples"
        ax.text(right, row, found, va="center", fontsize=size)


def _explain_colours(ax: Axes, picture: AxesImage) -> None:
    place = ax.inset_axes((0.25, 1.03, 0.5, 0.015))
    bar = ax.figure.colorbar(
        picture,
        cax=place,
        orientation="horizontal",
        ticklocation="top",
        format=PercentFormatter(1.0, decimals=None),
    )
    bar.set_label("errors: share of the true class", fontsize=SMALL)
    bar.locator = MaxNLocator(4)
    bar.ax.tick_params(labelsize=SMALL, labelfontfamily="DejaVu Sans")


def _words(names: list[str], counts: np.ndarray, title: str) -> str:
    """Say how many are right and which error is the most frequent.

    No counts of single errors: these differ a little between machines.
    """
    start = f"{title}: confusion" if title else "Confusion"
    total = int(counts.sum())
    share = percent(np.trace(counts) / total)
    words = (
        f"{start} matrix of {count(len(names), 'class', 'classes')}, "
        f"{count(total, 'sample')}, {share} right; rows are the true class, columns "
        "the predicted class, errors are coloured by their share of the true class. "
        f"{_largest_errors(names, counts)}"
    )
    absent = [name for name, row in zip(names, counts, strict=True) if not row.any()]
    return f"{words} No samples of {listing(absent)}." if absent else words


def _largest_errors(names: list[str], counts: np.ndarray) -> str:
    errors = counts * (1 - np.eye(len(counts), dtype=int))
    if not errors.any():
        return "There are no errors."
    largest = np.argwhere(errors >= 0.9 * errors.max())
    if len(largest) > 3:
        return "No error is much more frequent than the others."
    pairs = [f"{names[row]} taken for {names[guess]}" for row, guess in largest]
    verb = "error is" if len(largest) == 1 else "errors are"
    return f"The most frequent {verb} {listing(pairs)}."

"""How many samples each class has."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.plotting.names import classes_and_names
from helpers.plotting.style import (
    POSITIVE,
    SMALL,
    in_course_style,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, opening
from helpers.validation import as_labels

_MOST_CLASSES = 60


@in_course_style
def plot_class_counts(
    labels: ArrayLike,
    class_names: Iterable[Any] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the number of samples of each class as bars, the first class on top.

    Parameters
    ----------
    labels : array_like of int, shape (samples,)
        The classes, from 0.
    class_names : iterable of str, optional
        One name a class; classes without samples are drawn too. Default: the labels
        from 0 to the highest, or, if these are too many, those that occur.
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
        If labels are no whole numbers from 0, a label has no class name, or there are
        more than 60 classes.
    """
    classes = as_labels(labels, "labels")
    classes, names = classes_and_names(classes, class_names, _MOST_CLASSES)
    classes = as_labels(classes, "labels", n_classes=len(names))
    counts = np.bincount(classes, minlength=len(names))
    ax = new_axes(ax, 5.5, 0.7 + 0.25 * len(names))
    bars = ax.barh(np.arange(len(names)), counts, color=POSITIVE, height=0.72)
    texts = [f"{number:,}" for number in counts]
    ax.bar_label(bars, texts, padding=3, fontsize=SMALL)
    ax.set_yticks(np.arange(len(names)), names)
    ax.set(xlabel="samples", title=title, xlim=(0, 1.12 * counts.max()))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    ax.xaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    tidy(ax, grid="x")
    ax.tick_params(axis="y", length=0)
    describe(ax, _words(names, counts, title))
    return ax


def _words(names: list[str], counts: np.ndarray, title: str) -> str:
    each = [f"{name} {number:,}" for name, number in zip(names, counts, strict=True)]
    classes = count(len(names), "class", "classes")
    return (
        f"{opening(title)}{count(int(counts.sum()), 'sample')} in {classes}"
        f"{_range(names, counts)}: {'; '.join(each)}."
    )


def _range(names: list[str], counts: np.ndarray) -> str:
    if len(names) < 3:
        return ""
    if counts.min() == counts.max():
        return ", equally many in each"
    most, fewest = names[counts.argmax()], names[counts.argmin()]
    return f", most in {most} and fewest in {fewest}"

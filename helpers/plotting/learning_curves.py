"""Learning curves: how good models are with more training data."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator, PercentFormatter
from numpy.typing import ArrayLike

from helpers.plotting.style import (
    LINE_COLOURS,
    LINE_STYLES,
    MARKERS,
    WIDTH,
    in_course_style,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, highest_and_lowest, opening, percent
from helpers.validation import as_numbers, as_shares


@in_course_style
def plot_learning_curves(
    sizes: ArrayLike,
    scores: Mapping[str, ArrayLike],
    score_name: str = "test accuracy",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the accuracy of several models against the number of training samples.

    The horizontal axis is logarithmic. Models differ in colour, line style and marker.

    Parameters
    ----------
    sizes : array_like of int, shape (sizes,)
        Numbers of training samples, rising.
    scores : mapping of str to array_like, shape (sizes,) or (sizes, repeats)
        For each model its accuracies, from 0 to 1. Of several repeats the mean is
        drawn, and a band from the lowest to the highest.
    score_name : str, optional
        For the vertical axis.
    title : str, optional
        Written above.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `scores` is not a mapping.
    ValueError
        If sizes do not rise from 1, or scores do not fit them or leave 0 to 1.
    """
    numbers = as_numbers(sizes, "sizes", ndim=1)
    if numbers.min() < 1 or (np.diff(numbers) <= 0).any():
        raise ValueError(
            f"sizes is {numbers.tolist()}; rising numbers from 1 are needed."
        )
    curves = _read(scores, len(numbers))
    ax = new_axes(ax, WIDTH, 3.9)
    for index, (name, values) in enumerate(curves.items()):
        _draw_curve(ax, index, name, numbers, values)
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(FixedLocator(numbers.tolist()))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(numbers, [f"{number:,}" for number in numbers])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    ax.set(
        xlabel="training samples (logarithmic scale)", ylabel=score_name, title=title
    )
    tidy(ax, grid="y")
    ax.legend(loc="lower right", handlelength=3.2)
    describe(ax, _words(numbers, curves, score_name, title))
    return ax


def _read(scores: Any, n_sizes: int) -> dict[str, np.ndarray]:
    if not isinstance(scores, Mapping):
        raise TypeError(
            f"scores is {type(scores).__name__}; a dict from the name of each model to "
            "its scores is needed."
        )
    if not 1 <= len(scores) <= len(MARKERS):
        raise ValueError(
            f"scores has {len(scores)} models; 1 to {len(MARKERS)} can be told apart."
        )
    curves = {}
    for name, values in scores.items():
        table = as_shares(values, f"scores[{name!r}]", ndim=(1, 2))
        if len(table) != n_sizes:
            raise ValueError(
                f"scores[{name!r}] has {len(table)} rows, but there are "
                f"{n_sizes} sizes."
            )
        curves[str(name)] = table.reshape(n_sizes, -1)
    return curves


def _draw_curve(
    ax: Axes, index: int, name: str, sizes: np.ndarray, values: np.ndarray
) -> None:
    colour = LINE_COLOURS[index]
    ax.plot(
        sizes,
        values.mean(axis=1),
        color=colour,
        linestyle=LINE_STYLES[index % len(LINE_STYLES)],
        marker=MARKERS[index],
        label=name,
    )
    if values.shape[1] > 1:
        low, high = values.min(axis=1), values.max(axis=1)
        ax.fill_between(sizes, low, high, color=colour, alpha=0.15, linewidth=0)


def _words(
    sizes: np.ndarray, curves: dict[str, np.ndarray], score_name: str, title: str
) -> str:
    start = opening(title)
    ends = [
        f"{name} goes from {percent(values[0].mean())} to {percent(values[-1].mean())}"
        for name, values in curves.items()
    ]
    words = (
        f"{score_name} of {count(len(curves), 'model')} with {sizes[0]:,} to "
        f"{sizes[-1]:,} training samples: {'; '.join(ends)}."
        f"{_leaders(sizes, curves)}"
    )
    return start + words[0].upper() + words[1:]


def _leaders(sizes: np.ndarray, curves: dict[str, np.ndarray]) -> str:
    if len(curves) < 2:
        return ""
    every = np.concatenate([values.mean(axis=1) for values in curves.values()])
    close = 0.05 * float(np.ptp(every))
    said = []
    for place in (0, -1) if len(sizes) > 1 else (0,):
        scores = {name: float(values[place].mean()) for name, values in curves.items()}
        said.append(f"with {sizes[place]:,} {highest_and_lowest(scores, close)}")
    words = "; ".join(said)
    return f" {words[0].upper()}{words[1:]}."

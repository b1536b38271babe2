"""How much of the variance principal components explain."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import ArrayLike

from helpers.plotting.style import (
    INK,
    NEGATIVE,
    POSITIVE,
    SMALL,
    WIDTH,
    in_course_style,
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, percent
from helpers.validation import as_numbers


@in_course_style
def plot_explained_variance(
    ratios: ArrayLike, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a scree plot: the share of the variance that each component explains.

    Bars are single components, the line adds them up.

    Parameters
    ----------
    ratios : array_like of float, shape (components,)
        Shares from 0 to 1, the largest first; ``pca.explained_variance_ratio_``.
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
        If `ratios` are not numbers.
    ValueError
        If they are not shares that fall and add up to 1 at most.
    """
    shares = as_numbers(ratios, "ratios", ndim=1).astype(float)
    if shares.min() < 0 or shares.sum() > 1 + 1e-6:
        raise ValueError(
            f"ratios go from {shares.min():g} to {shares.max():g} and add up to "
            f"{shares.sum():g}; shares of the whole variance are needed: "
            "pca.explained_variance_ratio_."
        )
    if (np.diff(shares) > 1e-6).any():
        raise ValueError("ratios must fall: the first component explains the most.")
    total = np.cumsum(shares)
    numbers = np.arange(1, len(shares) + 1)
    ax = new_axes(ax, WIDTH, 3.4)
    ax.bar(numbers, shares, color=POSITIVE, label="this component", width=0.75)
    marker = "o" if len(shares) <= 60 else ""
    ax.plot(
        numbers,
        total,
        color=NEGATIVE,
        marker=marker,
        markersize=3.5,
        label="up to here",
    )
    _label_end(ax, total)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.set(xlabel="component", ylabel="variance explained")
    ax.set(ylim=(0, 1.12 * total[-1]), xlim=(0.3, len(shares) + 0.7))
    tidy(ax, grid="y")
    legend_above(ax, title)
    describe(ax, _words(shares, total, title))
    return ax


def _label_end(ax: Axes, total: np.ndarray) -> None:
    ax.annotate(
        percent(total[-1]),
        (len(total), total[-1]),
        xytext=(0, 6),
        textcoords="offset points",
        ha="right",
        fontsize=SMALL,
        color=INK,
    )


def _words(shares: np.ndarray, total: np.ndarray, title: str) -> str:
    start = f"{title}: of" if title else "Of"
    words = f"{start} {count(len(shares), 'component')} the first explains "
    words += f"{percent(shares[0])} of the variance"
    if len(shares) > 10:
        words += f", the first ten together {percent(total[9])}"
    return f"{words}, all together {percent(total[-1])}."

"""Repeated measurements of several things, one row each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from helpers.plotting.style import (
    FAINT,
    LINE_COLOURS,
    WIDTH,
    in_course_style,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, opening, percent
from helpers.validation import as_numbers, as_shares


@in_course_style
def plot_repeats(
    measured: Mapping[str, ArrayLike],
    what: str,
    shares: bool = False,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw each measurement as a small ring, and the mean of each row as a diamond.

    A dashed upright line marks the mean of the first row, with which the others are
    compared.

    Parameters
    ----------
    measured : mapping of str to array_like, shape (repeats,)
        For each name what its repeats gave. Drawn from top to bottom.
    what : str
        What was measured, with its unit: for the horizontal axis.
    shares : bool, default False
        Whether the numbers are shares from 0 to 1, to be written as percentages.
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
        If `measured` is no mapping or empty, holds something else than numbers, or,
        with `shares`, numbers outside 0 to 1.
    """
    rows = _read(measured, shares)
    means = np.array([values.mean() for values in rows.values()])
    ax = new_axes(ax, WIDTH, 1.0 + 0.3 * len(rows))
    ax.axvline(means[0], color=FAINT, linestyle="--", linewidth=1.0)
    for height, values in enumerate(rows.values()):
        ax.plot(
            values,
            np.full(len(values), height),
            linestyle="none",
            marker="o",
            markerfacecolor="none",
            markeredgecolor=FAINT,
        )
    ax.plot(means, range(len(rows)), "D", color=LINE_COLOURS[0], markersize=6)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    if shares:
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    ax.set(xlabel=what, title=title)
    tidy(ax, grid="x")
    describe(ax, _words(rows, what, shares, title))
    return ax


def _read(measured: Any, shares: bool) -> dict[str, np.ndarray]:
    if not isinstance(measured, Mapping):
        raise TypeError(
            f"measured is {type(measured).__name__}; a dict from each name to its "
            "measurements is needed."
        )
    if not measured:
        raise ValueError("measured is empty; give at least one row.")
    rows = {}
    for name, values in measured.items():
        read = as_shares if shares else as_numbers
        row = read(values, f"measured[{name!r}]", ndim=1).astype(float)
        rows[str(name)] = row
    return rows


def _words(rows: dict[str, np.ndarray], what: str, shares: bool, title: str) -> str:
    listed = "; ".join(
        f"{name} {percent(values.mean()) if shares else f'{values.mean():.3g}'}"
        for name, values in rows.items()
    )
    words = f"{what}, mean of each of {count(len(rows), 'row')}: {listed}."
    return opening(title) + words[0].upper() + words[1:]

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
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import (
    count,
    describe,
    highest_and_lowest,
    number,
    opening,
    percent,
)
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
    ax = new_axes(ax, WIDTH, 1.2 + 0.3 * len(rows))
    if len(rows) > 1:
        ax.axvline(
            means[0],
            color=FAINT,
            linestyle="--",
            linewidth=1.0,
            label="mean of the first row",
        )
    for height, values in enumerate(rows.values()):
        ax.plot(
            values,
            np.full(len(values), height),
            linestyle="none",
            marker="o",
            markerfacecolor="none",
            markeredgecolor=FAINT,
            label="" if height else "one run",
        )
    ax.plot(
        means, range(len(rows)), "D", color=LINE_COLOURS[0], markersize=6, label="mean"
    )
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    if shares:
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    ax.set(xlabel=what)
    tidy(ax, grid="x")
    legend_above(ax, title)
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
    shown = percent if shares else number
    each = [f"{name} {shown(values.mean())}" for name, values in rows.items()]
    words = f"{what}, mean of each of {count(len(rows), 'row')}: {'; '.join(each)}."
    return opening(title) + words[0].upper() + words[1:] + _extremes(rows)


def _extremes(rows: dict[str, np.ndarray]) -> str:
    """Say which row is highest and lowest, beyond what repeats differ by."""
    if len(rows) < 2:
        return ""
    means = {name: float(values.mean()) for name, values in rows.items()}
    spread = float(np.mean([values.std() for values in rows.values()]))
    return f" Beyond the spread of the runs, {highest_and_lowest(means, spread)}."

"""Windows of a series: many of them side by side, and how a split divides them."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.plotting.names import names_of_each
from helpers.plotting.style import (
    FAINT,
    INK,
    LINE_COLOURS,
    LINE_STYLES,
    PALETTE,
    RULE,
    SMALL,
    WIDTH,
    bare,
    in_course_style,
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, listing, number, opening
from helpers.validation import (
    as_count,
    as_labels,
    as_numbers,
    as_sampling_rate,
    require_same_length,
)

_GAP = 0.06  # between two cells, as a share of a cell
_MOST_WINDOWS = 60


@in_course_style
def plot_windows(
    windows: ArrayLike,
    sampling_rate: float,
    titles: Iterable[Any] | None = None,
    columns: int = 4,
    axis_names: Iterable[Any] | None = None,
    title: str = "",
    ax: Axes | None = None,
    unit: str = "",
) -> Axes:
    """Draw many windows as small pictures, all on one scale.

    Parameters
    ----------
    windows : array_like, shape (windows, length, channels)
        At most 60 windows; at most 4 channels.
    sampling_rate : float
        Samples a second (Hz).
    titles : iterable of str, optional
        One a window, written in its picture.
    columns : int, optional
        Pictures in a row.
    axis_names : iterable of str, optional
        One name a channel, for the legend.
    title : str, optional
        Written above.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    unit : str, optional
        What is measured, for the vertical axis.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If the shape is wrong, a value is NaN, there are too many windows or channels,
        or names do not fit.
    """
    values = as_numbers(windows, "windows", ndim=3).astype(float)
    n_windows, length, n_channels = values.shape
    if n_windows > _MOST_WINDOWS or n_channels > 4:
        raise ValueError(
            f"windows has shape {values.shape}, (windows, length, channels); at most "
            f"{_MOST_WINDOWS} windows and 4 channels can be told apart. Choose some."
        )
    rate = as_sampling_rate(sampling_rate)
    columns = min(as_count(columns, "columns"), n_windows)
    names = names_of_each(titles, "titles", n_windows, "windows", "window")
    channels = names_of_each(axis_names, "axis_names", n_channels, "windows", "channel")
    rows = -(-n_windows // columns)
    ax = new_axes(ax, WIDTH, min(9.0, 0.9 + 1.3 * rows))
    bare(ax)
    ax.set(xlim=(-_GAP, columns), ylim=(-rows, _GAP), ylabel=unit)
    _draw_cells(ax, values, columns, names)
    ax.set_xlabel(f"each picture: {length / rate:.1f} seconds, all on one scale")
    if channels and n_channels > 1:
        _name_channels(ax, channels, title)
    else:
        ax.set_title(title, loc="left")
    describe(ax, _windows_in_words(values, length / rate, names, channels, title))
    return ax


@in_course_style
def plot_window_split(
    start: ArrayLike,
    length: int,
    part: ArrayLike,
    part_names: Iterable[Any] = ("training", "test", "left out"),
    sampling_rate: float | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw each window as a bar over the rows it takes, in the colour of its part.

    Bars that stand above each other share rows.

    Parameters
    ----------
    start : array_like of int, shape (windows,)
        First row of each window; at most 60 windows.
    length : int
        Rows in a window.
    part : array_like of int, shape (windows,)
        Which part each window belongs to: an index into `part_names`.
    part_names : iterable of str, optional
        At most four.
    sampling_rate : float, optional
        Samples a second; with it, time is shown in seconds from the first row drawn.
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
        If lengths differ, there are too many windows or parts, or a part has no name.
    """
    first = as_labels(start, "start")
    length = as_count(length, "length")
    names = [str(name) for name in part_names]
    parts = as_labels(part, "part", len(names))
    require_same_length(start=first, part=parts)
    if len(first) > _MOST_WINDOWS or len(names) > len(_PARTS):
        raise ValueError(
            f"There are {len(first)} windows and {len(names)} parts; at most "
            f"{_MOST_WINDOWS} windows and {len(_PARTS)} parts can be told apart. "
            "Choose some."
        )
    order = np.argsort(first, kind="stable")
    first, parts = first[order], parts[order]
    rate = 1.0 if sampling_rate is None else as_sampling_rate(sampling_rate)
    ax = new_axes(ax, WIDTH, 1.2 + 0.075 * len(first))
    for k, name in enumerate(names):
        colour, hatch = _PARTS[k]
        mine = np.flatnonzero(parts == k)
        ax.barh(
            mine,
            np.full(len(mine), length / rate),
            left=(first[mine] - first[0]) / rate,
            height=0.8,
            color=colour,
            edgecolor="white" if hatch else colour,
            hatch=hatch,
            linewidth=0,
            label=name,
        )
    ax.set(
        ylim=(len(first) - 0.4, -0.6),
        xlabel="row" if sampling_rate is None else "time in seconds",
        ylabel="window",
    )
    ax.margins(x=0.01)
    tidy(ax, grid="x")
    handles = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=name)
        for name, (colour, hatch) in zip(names, _PARTS, strict=False)
    ]
    legend_above(ax, title, handles=handles)
    describe(ax, _split_in_words(first, parts, length, names, title))
    return ax


# Colour and hatching of each part of a split.
_PARTS = ((PALETTE[0], None), (PALETTE[1], "////"), (RULE, None), (PALETTE[2], "...."))


def _draw_cells(
    ax: Axes, values: np.ndarray, columns: int, names: list[str] | None
) -> None:
    n_windows, length, n_channels = values.shape
    lowest, highest = values.min(), values.max()
    value_range = highest - lowest or 1.0
    column = np.arange(n_windows) % columns
    row = np.arange(n_windows) // columns
    across = np.linspace(0, 1 - _GAP, length) + column[:, np.newaxis]
    room = 0.74 if names else 0.94  # of a cell's height

    def height(value: np.ndarray) -> np.ndarray:
        return np.asarray((value - lowest) / value_range * room - 0.94)

    _draw_scale(ax, height, lowest, highest, int(row.max()) + 1)
    for k in range(n_channels):
        up = height(values[:, :, k]) - row[:, np.newaxis]
        ax.add_collection(
            LineCollection(
                np.stack([across, up], axis=2).tolist(),
                colors=LINE_COLOURS[k],
                linestyles=LINE_STYLES[k],
                linewidths=0.9,
            )
        )
    for k in range(n_windows):
        left, bottom = column[k] - _GAP / 2, -row[k] - 0.97
        ax.plot([left, left + 1 - _GAP / 2], [bottom, bottom], color=FAINT, lw=0.6)
        if names:
            ax.text(column[k], -row[k] - 0.02, names[k], va="top", fontsize=SMALL)


def _draw_scale(
    ax: Axes,
    height: Callable[[np.ndarray], np.ndarray],
    lowest: float,
    highest: float,
    rows: int,
) -> None:
    """Write the scale at the left of each row, with faint lines through the row."""
    locator = MaxNLocator(2, steps=[1, 2, 5, 10])
    ticks = np.array(locator.tick_values(lowest, highest))
    ticks = ticks[(ticks >= lowest) & (ticks <= highest)]
    places = np.concatenate([height(ticks) - row for row in range(rows)])
    ax.grid(axis="y", color=RULE, linewidth=0.7)
    ax.set_yticks(places, [number(tick) for tick in ticks] * rows)
    ax.tick_params(axis="y", length=0, pad=1, labelsize=SMALL, labelcolor=INK)


def _name_channels(ax: Axes, channels: list[str], title: str) -> None:
    handles = [
        Line2D([], [], color=LINE_COLOURS[k], ls=LINE_STYLES[k], label=name)
        for k, name in enumerate(channels)
    ]
    legend_above(ax, title, handles=handles, handlelength=2.6)


def _windows_in_words(
    values: np.ndarray,
    seconds: float,
    names: list[str] | None,
    channels: list[str] | None,
    title: str,
) -> str:
    lines = count(values.shape[2], "line")
    if channels:
        lines += f" ({', '.join(channels)})"
    return (
        f"{opening(title)}{count(len(values), 'window')} of {seconds:.1f} seconds, "
        f"each with {lines}, on one scale from {number(values.min())} to "
        f"{number(values.max())}.{_names_in_words(names)}{_widest(values, names)}"
    )


def _names_in_words(names: list[str] | None) -> str:
    if not names:
        return ""
    if len(set(names)) == 1:
        return f" {'All are' if len(names) > 1 else 'It is'} named {names[0]}."
    return f" They are named {listing(names)}."


def _widest(values: np.ndarray, names: list[str] | None) -> str:
    """Say which window moves most and which least, if they differ much."""
    if len(values) < 2 or (names and len(set(names)) < len(names)):
        return ""
    strength = np.sqrt(values.var(axis=1).sum(axis=1))
    most, least = int(strength.argmax()), int(strength.argmin())
    if strength[most] <= 1.5 * strength[least]:
        return " The lines move about equally far in all of them."
    named = names or [f"the window in place {k + 1}" for k in range(len(values))]
    return f" The lines move farthest in {named[most]} and least in {named[least]}."


def _split_in_words(
    first: np.ndarray, parts: np.ndarray, length: int, names: list[str], title: str
) -> str:
    head = opening(title)
    counts = [f"{int((parts == k).sum())} {name}" for k, name in enumerate(names)]
    return (
        f"{head}{count(len(first), 'window')} of {length} rows as bars over time, in "
        f"the order of their starts: {listing(counts)}. "
        f"{_runs_in_words(parts, names)}"
    )


def _runs_in_words(parts: np.ndarray, names: list[str]) -> str:
    changes = np.flatnonzero(np.diff(parts)) + 1
    runs = np.split(parts, changes)
    if len(runs) > 6:
        return "The parts are mixed: neighbouring bars have different colours."
    listed = [f"{len(run)} {names[run[0]]}" for run in runs]
    return f"From the first to the last: {', then '.join(listed)}."

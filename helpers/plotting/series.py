"""Time series: one or several channels against time."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plotting.names import names_of_each
from helpers.plotting.style import (
    LINE_COLOURS,
    LINE_STYLES,
    WIDTH,
    in_course_style,
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, number, opening
from helpers.validation import as_numbers, as_sampling_rate


@in_course_style
def plot_series(
    values: ArrayLike,
    sampling_rate: float,
    axis_names: Iterable[Any] | None = None,
    start: float = 0.0,
    unit: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a signal against time in seconds, one line for each channel.

    Parameters
    ----------
    values : array_like of float, shape (time,) or (time, channels)
        The samples, in order. At most ten channels.
    sampling_rate : float
        Samples a second (Hz).
    axis_names : iterable of str, optional
        One name a channel, such as the axes ("x", "y", "z") of an accelerometer.
        Written above, in a legend.
    start : float, optional
        The time of the first sample, in seconds.
    unit : str, optional
        What is measured, for the vertical axis.
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
        If the shape is wrong, a value is NaN, there are more channels than samples,
        names do not fit the channels, or `sampling_rate` is not above 0.
    """
    samples = as_numbers(values, "values", ndim=(1, 2))
    channels = samples.reshape(len(samples), -1).astype(float)
    _require_channels_last(channels)
    rate = as_sampling_rate(sampling_rate)
    names = names_of_each(
        axis_names, "axis_names", channels.shape[1], "values", "channel"
    )
    seconds = start + np.arange(len(channels)) / rate
    ax = new_axes(ax, WIDTH, 2.9)
    for index, channel in enumerate(channels.T):
        ax.plot(
            seconds,
            channel,
            color=LINE_COLOURS[index % len(LINE_COLOURS)],
            linestyle=LINE_STYLES[index % len(LINE_STYLES)],
            linewidth=1.3,
            label=names[index] if names else f"channel {index + 1}",
        )
    ends = (start, start + len(channels) / rate)
    ax.set(xlim=ends, xlabel="time in seconds", ylabel=unit)
    tidy(ax, grid="y")
    if channels.shape[1] > 1 or names:
        legend_above(ax, title, handlelength=2.6)
    else:
        ax.set_title(title, loc="left")
    describe(ax, _words(channels, rate, start, names, unit, title))
    return ax


def _require_channels_last(channels: np.ndarray) -> None:
    length, n_channels = channels.shape
    if n_channels > 10 or n_channels > length > 1:
        raise ValueError(
            f"values has shape {channels.shape}, so {n_channels} channels of {length} "
            "samples. The shape is (time, channels), with at most ten channels: "
            "choose one window, or transpose it."
        )


def _words(
    channels: np.ndarray,
    rate: float,
    start: float,
    names: list[str] | None,
    unit: str,
    title: str,
) -> str:
    length, n_channels = channels.shape
    head = opening(title)
    later = f", from second {start:.1f} on" if start else ""
    of = f" of {unit}" if unit else ""
    ranges = [
        f"{names[k] if names else f'channel {k + 1}'} from {number(low)} to "
        f"{number(high)}"
        for k, (low, high) in enumerate(
            zip(channels.min(axis=0), channels.max(axis=0), strict=True)
        )
    ]
    return (
        f"{head}{count(n_channels, 'line')}{of} over {length / rate:.1f} seconds "
        f"({count(length, 'sample')} at {rate:g} Hz){later}: {'; '.join(ranges)}."
        f"{_likeness(channels)}"
    )


def _likeness(channels: np.ndarray) -> str:
    """Say whether the lines lie on each other, or at least go the same way."""
    if channels.shape[1] < 2:
        return ""
    spread = np.ptp(channels, axis=1).max()
    which = "both" if channels.shape[1] == 2 else f"all {channels.shape[1]}"
    if spread <= 0.02 * np.ptp(channels):
        return f" The lines coincide, {which} of them."
    if (channels.std(axis=0) == 0).any():
        return ""
    alike = np.corrcoef(channels.T)[np.triu_indices(channels.shape[1], 1)]
    if alike.min() > 0.8:
        return f" The lines rise and fall together, {which} of them."
    if alike.max() < 0.5:
        return " The lines go different ways."
    return ""

"""Several training runs in one panel: one metric, epoch by epoch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from helpers.plotting.runs import (
    as_curve,
    course,
    long_name,
    recorded,
)
from helpers.plotting.style import (
    LINE_COLOURS,
    LINE_STYLES,
    MARKERS,
    WIDTH,
    in_course_style,
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, highest_and_lowest, opening

_FEW_EPOCHS = 15  # up to here each epoch has a marker


@in_course_style
def plot_histories(
    histories: Mapping[str, Any],
    metric: str = "val_accuracy",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one metric of several training runs against the epoch, to compare them.

    Runs differ in colour, line style and marker, and may differ in length. Where a
    number is NaN or infinite the line has a gap.

    Parameters
    ----------
    histories : mapping of str to keras.callbacks.History, mapping, or a saved run
        For each name what its ``fit`` returned, or the dict of lists in it. At most
        eight.
    metric : str, optional
        Which list of the history to draw, such as "val_loss" or "accuracy".
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
        If `histories` is no mapping, or one of its values no history.
    ValueError
        If there are none or too many, or one has no such metric.

    Examples
    --------
    >>> plot_histories({"plain": plain, "dropout": dropout}, "val_loss")
    ... # doctest: +SKIP
    """
    curves = _read(histories, metric)
    ax = new_axes(ax, WIDTH, 3.6)
    for index, (name, values) in enumerate(curves.items()):
        short = len(values) <= _FEW_EPOCHS
        ax.plot(
            np.arange(1, len(values) + 1),
            values,
            color=LINE_COLOURS[index],
            linestyle=LINE_STYLES[index % len(LINE_STYLES)],
            marker=MARKERS[index] if short else "",
            label=name,
        )
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
    ax.set(xlabel="epoch", ylabel=long_name(metric))
    tidy(ax, grid="y")
    legend_above(ax, title, handlelength=3.2)
    describe(ax, _words(curves, metric, title))
    return ax


def _read(histories: Any, metric: str) -> dict[str, np.ndarray]:
    if not isinstance(histories, Mapping):
        raise TypeError(
            f"histories is {type(histories).__name__}; a dict from the name of each "
            "run to its history is needed."
        )
    if not 1 <= len(histories) <= len(MARKERS):
        raise ValueError(
            f"histories has {len(histories)} runs; 1 to {len(MARKERS)} can be told "
            "apart."
        )
    curves = {}
    for name, history in histories.items():
        argument = f"histories[{name!r}]"
        found = recorded(history, argument)
        if metric not in found:
            raise ValueError(
                f"{argument} has no {metric!r}; it has {', '.join(map(str, found))}."
            )
        curves[str(name)] = as_curve(found[metric], f"{argument}[{metric!r}]")
    return curves


def _words(curves: dict[str, np.ndarray], metric: str, title: str) -> str:
    epochs = max(len(values) for values in curves.values())
    each = "; ".join(
        f"{name} {course(values, metric)}" for name, values in curves.items()
    )
    name = long_name(metric)
    return (
        f"{opening(title)}{name[0].upper() + name[1:]} of "
        f"{count(len(curves), 'run')} over {count(epochs, 'epoch')}: {each}."
        f"{_leader(curves)}"
    )


def _leader(curves: dict[str, np.ndarray]) -> str:
    """Say which run ends highest and which lowest, where that is seen."""
    last = {name: values[-1] for name, values in curves.items()}
    last = {name: value for name, value in last.items() if np.isfinite(value)}
    if len(last) < 2:
        return ""
    values = np.concatenate(list(curves.values()))
    close = 0.05 * float(np.nanmax(values) - np.nanmin(values))
    return f" At the end {highest_and_lowest(last, close)}."

"""Where a classifier changes its mind: regions of a plane, and the points on it."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from helpers.plotting.names import as_class_names
from helpers.plotting.style import (
    INK,
    MARKERS,
    class_colours,
    in_course_style,
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, opening, percent
from helpers.validation import as_labels, as_numbers, as_shares, require_same_length

_CELLS = 160  # along each side
_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "||||", "++++")


@in_course_style
def plot_decision_boundary(
    classify: Callable[[np.ndarray], Any],
    points: ArrayLike,
    labels: ArrayLike,
    class_names: Iterable[Any] | None = None,
    axis_names: tuple[str, str] = ("first number", "second number"),
    threshold: float = 0.5,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw which class a classifier gives to each place of the plane, and some points.

    Regions differ in colour and in hatching, points in colour and in shape; a dark line
    divides the regions. One unit is equally long in both directions.

    Parameters
    ----------
    classify : callable
        A Keras model, or any function that takes an array of float32, shape (n, 2),
        and returns for each row the probability of class 1, shape (n,) or (n, 1); the
        probabilities of all classes, shape (n, classes); or the class as an integer.
    points : array_like of float, shape (samples, 2)
    labels : array_like of int, shape (samples,)
        The true classes of the points, from 0.
    class_names : iterable of str, optional
        One name a class. Default: the labels.
    axis_names : pair of str, optional
        Names of the two numbers.
    threshold : float, default 0.5
        From which probability on class 1 is given, if there is only that one.
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
        If `classify` cannot be called.
    ValueError
        If points and labels do not fit, there are more than eight classes, or
        `classify` returns something else than one answer a row.
    """
    if not callable(classify):
        raise TypeError(
            f"classify is {type(classify).__name__}; a model, or a function of an "
            "array of points, is needed, such as forest.predict."
        )
    places = as_numbers(points, "points", ndim=2).astype(np.float32)
    if places.shape[1] != 2:
        raise ValueError(
            f"points has shape {places.shape}; (samples, 2) is needed. Choose two "
            "columns, such as points[:, :2]."
        )
    truth = as_labels(labels, "labels")
    require_same_length(points=places, labels=truth)
    given = _classes(classify, places, threshold)
    names = as_class_names(class_names)
    n_classes = len(names) if names else max(int(truth.max()), int(given.max()), 1) + 1
    if n_classes > len(_HATCHES):
        raise ValueError(
            f"There are {n_classes:,} classes; up to {len(_HATCHES)} can be drawn."
        )
    names = names or [str(label) for label in range(n_classes)]
    truth = as_labels(truth, "labels", n_classes=len(names))
    low, high = _limits(places)
    across, up = np.meshgrid(*(np.linspace(low[k], high[k], _CELLS) for k in (0, 1)))
    grid = np.stack([across.ravel(), up.ravel()], axis=1).astype(np.float32)
    regions = as_labels(
        _classes(classify, grid, threshold), "what classify returns", len(names)
    )
    ax = new_axes(ax, 4.6, 4.6)
    _draw_regions(ax, across, up, regions.reshape(across.shape), len(names))
    _draw_points(ax, places, truth, names)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    ax.set(xlabel=axis_names[0], ylabel=axis_names[1])
    tidy(ax)
    handles = [_legend_entry(k, name) for k, name in enumerate(names)]
    legend_above(ax, title, handles=handles)
    describe(ax, _words(truth, given, regions, names, axis_names, title))
    return ax


def _limits(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = places.min(axis=0), places.max(axis=0)
    margin = 0.08 * (float((high - low).max()) or 1.0)
    return low - margin, high + margin


def _classes(
    classify: Callable[[np.ndarray], Any], rows: np.ndarray, threshold: float
) -> np.ndarray:
    """Return the class of each row, from whatever `classify` returns."""
    answer = np.asarray(classify(rows))
    if answer.ndim == 2 and answer.shape[1] == 1:
        answer = answer[:, 0]
    if answer.ndim not in (1, 2) or len(answer) != len(rows):
        raise ValueError(
            f"classify returned shape {answer.shape} for {len(rows)} points; one "
            "probability, one row of probabilities, or one class a point is needed."
        )
    answer = as_numbers(answer, "what classify returns")
    if answer.ndim == 2:
        return np.asarray(answer.argmax(axis=1))
    if answer.dtype.kind == "f":
        answer = as_shares(answer, "what classify returns")
        return (answer >= threshold).astype(np.int64)
    return as_labels(answer, "what classify returns")


def _draw_regions(
    ax: Axes, across: np.ndarray, up: np.ndarray, regions: np.ndarray, n_classes: int
) -> None:
    colours = class_colours(n_classes)
    pale = ListedColormap(list(0.22 * colours + 0.78))
    levels = np.arange(n_classes + 1) - 0.5
    ax.pcolormesh(
        across, up, regions, cmap=pale, vmin=-0.5, vmax=n_classes - 0.5, rasterized=True
    )
    if len(np.unique(regions)) > 1:
        hatched = ax.contourf(
            across, up, regions, levels, colors="none", hatches=_HATCHES[:n_classes]
        )
        hatched.set(edgecolor="#00000038", linewidth=0.0)
        ax.contour(across, up, regions, levels[1:-1], colors=INK, linewidths=1.1)


def _draw_points(
    ax: Axes, places: np.ndarray, truth: np.ndarray, names: list[str]
) -> None:
    for label, colour in enumerate(class_colours(len(names))):
        across, up = places[truth == label].T
        ax.scatter(
            across,
            up,
            s=24 if len(places) <= 400 else 9,
            marker=MARKERS[label],
            color=[colour],
            edgecolors="white",
            linewidths=0.5,
            zorder=3,
        )


def _legend_entry(label: int, name: str) -> Line2D:
    colour = class_colours(label + 1)[label]
    return Line2D(
        [], [], linestyle="none", marker=MARKERS[label], color=colour, label=name
    )


def _words(
    truth: np.ndarray,
    given: np.ndarray,
    regions: np.ndarray,
    names: list[str],
    axis_names: tuple[str, str],
    title: str,
) -> str:
    start = opening(title)
    shares = np.bincount(regions, minlength=len(names)) / len(regions)
    parts = ", ".join(
        f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True)
    )
    words = (
        f"{start}the plane of {axis_names[0]} (across) and {axis_names[1]} (up) is "
        f"divided by the classifier's answer; shares of the area: {parts}. Of "
        f"{count(len(truth), 'point')} drawn on it, {percent((truth == given).mean())} "
        "lie in the region of their own class."
    )
    return words[0].upper() + words[1:]

"""Gradient descent on one weight: the loss as a curve, the steps as dots on it."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.plotting.style import (
    FAINT,
    INK,
    NEGATIVE,
    POSITIVE,
    in_course_style,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, number
from helpers.validation import as_numbers


@in_course_style
def plot_descent(
    loss: Callable[[float], float],
    weights: ArrayLike,
    limits: tuple[float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the loss against one weight, and where gradient descent went on it.

    The first weight is an open circle, the last a filled square; lines join the steps.

    Parameters
    ----------
    loss : callable
        Takes one weight and returns the loss there, a finite number.
    weights : array_like of float, shape (steps + 1,)
        The weight before the first step, after it, and so on.
    limits : pair of float, optional
        The lowest and highest weight on the axis; steps outside are not drawn.
        Default: all of them, and a margin.
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
        If `loss` cannot be called.
    ValueError
        If a weight or a loss is NaN or infinite, or `limits` do not rise.
    """
    if not callable(loss):
        raise TypeError(
            f"loss is {type(loss).__name__}; a function that takes one weight and "
            "returns the loss is needed."
        )
    path = as_numbers(weights, "weights", ndim=1).astype(float)
    low, high = _limits(path, limits)
    losses = _losses(loss, path)
    curve = np.linspace(low, high, 201)
    ax = new_axes(ax, height=3.4)
    ax.plot(curve, _losses(loss, curve), color=FAINT, linewidth=1.6)
    ax.plot(path, losses, color=POSITIVE, linewidth=1.0, marker="o", markersize=4.5)
    for place, marker, colour, name in (
        (0, "o", "white", "start"),
        (-1, "s", NEGATIVE, "end"),
    ):
        ax.scatter(
            path[place],
            losses[place],
            s=80,
            c=colour,
            marker=marker,
            edgecolors=INK,
            label=name,
            zorder=3,
        )
    ax.set(xlim=(low, high), xlabel="weight", ylabel="loss", title=title)
    inside = losses[(path >= low) & (path <= high)]
    top = max([_losses(loss, curve).max(), *inside])
    ax.set_ylim(-0.04 * top, 1.06 * top)
    tidy(ax)
    ax.legend(loc="upper center")
    describe(ax, _words(path, losses, title))
    return ax


def _limits(
    path: np.ndarray, limits: tuple[float, float] | None
) -> tuple[float, float]:
    if limits is None:
        margin = 0.25 * (np.ptp(path) or 1.0)
        return float(path.min() - margin), float(path.max() + margin)
    low, high = (float(limit) for limit in limits)
    if not low < high:
        raise ValueError(f"limits is {limits}; the lowest comes first.")
    return low, high


def _losses(loss: Callable[[float], float], weights: np.ndarray) -> np.ndarray:
    values = np.array([float(loss(float(weight))) for weight in weights])
    if not np.isfinite(values).all():
        raise ValueError("loss returned NaN or infinity; take fewer or smaller steps.")
    return values


def _words(path: np.ndarray, losses: np.ndarray, title: str) -> str:
    steps = len(path) - 1
    start = f"{title}: the" if title else "The"
    if not steps:
        at = f"at the weight {number(path[0])} it is {number(losses[0])}"
        return f"{start} loss against one weight is a curve; {at}."
    rising = int((np.diff(losses) > 0).sum())
    way = "rises" if rising == steps else "falls" if not rising else "changes"
    return (
        f"{start} loss against one weight is a curve, with {count(steps, 'step')} of "
        f"gradient descent on it: the weight goes from {path[0]:.2f} to "
        f"{path[-1]:.2f}, the loss {way} from {number(losses[0])} to "
        f"{number(losses[-1])}. {_way(path)}"
    )


def _way(path: np.ndarray) -> str:
    """Say whether the steps walk down one side or jump across the lowest point."""
    steps = np.diff(path)
    steps = steps[np.abs(steps) > 1e-9 * (np.abs(path).max() or 1.0)]
    if len(steps) < 2:
        return "It is a single step." if len(steps) else "The weight does not move."
    turns = steps[1:] * steps[:-1] < 0
    if not turns.any():
        return "All steps go the same way, down one side of the curve."
    if not turns.all():
        return "Some of the steps turn back."
    wider = (np.abs(steps[1:]) > np.abs(steps[:-1])).all()
    size = "each farther than the one before" if wider else "each back over the bottom"
    return f"The steps jump from side to side, {size}."

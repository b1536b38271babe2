"""Activation functions as curves."""

from collections.abc import Callable, Iterable

import numpy as np
from matplotlib.axes import Axes

from helpers.plotting.style import (
    FAINT,
    LINE_COLOURS,
    LINE_STYLES,
    in_course_style,
    new_axes,
    tidy,
)
from helpers.plotting.words import describe, listing, opening

Activation = Callable[[np.ndarray], np.ndarray]


_FUNCTIONS: dict[str, Activation] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),  # 0.2 is the slope in Keras
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softmax": lambda z: np.exp(z) / (np.exp(z) + np.exp(0)),
}
_LEGENDS = {"softmax": "softmax (two units,\nthe other at 0)"}


@in_course_style
def plot_activations(
    activations: Iterable[str | Activation] = ("linear", "relu", "sigmoid", "tanh"),
    limits: tuple[float, float] = (-4.0, 4.0),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw activation functions: the output of a unit against its weighted sum.

    Parameters
    ----------
    activations : iterable of str or callable
        Names among "linear", "relu", "leaky_relu", "sigmoid", "tanh" and "softmax", or
        functions that take and return an array of floats. Softmax needs several units:
        the curve is the first of two, while the weighted sum of the other is 0.
    limits : pair of float, optional
        The lowest and highest weighted sum.
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
        If an activation is neither text nor callable.
    ValueError
        If a name is unknown, `limits` do not rise, or a function returns another shape
        or NaN.
    """
    low, high = (float(limit) for limit in limits)
    if not low < high:
        raise ValueError(f"limits is {limits}; the lowest comes first.")
    sums = np.linspace(low, high, 401)
    curves = _curves(activations, sums)
    ax = new_axes(ax, height=3.8)
    ax.axhline(0, color=FAINT, linewidth=0.8)
    ax.axvline(0, color=FAINT, linewidth=0.8)
    for index, (name, values) in enumerate(curves.items()):
        ax.plot(
            sums,
            values,
            color=LINE_COLOURS[index % len(LINE_COLOURS)],
            linestyle=LINE_STYLES[index % len(LINE_STYLES)],
            linewidth=max(1.4, 4.2 - 0.7 * index),  # a curve below another still shows
            label=_LEGENDS.get(name, name),
        )
    every = np.concatenate(list(curves.values())).clip(-1.5, 2.5)
    ax.set(xlim=(low, high), ylim=(every.min() - 0.15, every.max() + 0.15))
    ax.set(
        xlabel="weighted sum of the inputs", ylabel="output of the unit", title=title
    )
    tidy(ax, grid="both")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=3.5)
    describe(ax, _words(curves, low, high, title))
    return ax


def _curves(
    activations: Iterable[str | Activation], sums: np.ndarray
) -> dict[str, np.ndarray]:
    chosen = [activations] if isinstance(activations, str) else list(activations)
    if not chosen:
        raise ValueError("activations is empty; name at least one.")
    curves = {}
    for activation in chosen:
        name, function = _find(activation)
        values = np.asarray(function(sums), dtype=float)
        if values.shape != sums.shape or not np.isfinite(values).all():
            raise ValueError(
                f"{name} returned shape {values.shape} for input of shape "
                f"{sums.shape}, or NaN; one finite number for each is needed."
            )
        curves[name] = values
    return curves


def _find(activation: str | Activation) -> tuple[str, Activation]:
    if callable(activation):
        return getattr(activation, "__name__", "function"), activation
    if not isinstance(activation, str):
        raise TypeError(f"{activation!r} is neither a name nor a function.")
    if activation not in _FUNCTIONS:
        raise ValueError(
            f"There is no activation {activation!r} here; there are "
            f"{listing(list(_FUNCTIONS))}, and any function of an array."
        )
    return activation, _FUNCTIONS[activation]


def _in_a_line(name: str) -> str:
    return _LEGENDS.get(name, name).replace("\n", " ")


def _words(curves: dict[str, np.ndarray], low: float, high: float, title: str) -> str:
    start = opening(title)
    ranges = [
        f"{_in_a_line(name)} goes from {values[0]:.2f} to {values[-1]:.2f}"
        for name, values in curves.items()
    ]
    return (
        f"{start}Activation functions for weighted sums from {low:g} to {high:g}: "
        f"{'; '.join(ranges)}."
    )

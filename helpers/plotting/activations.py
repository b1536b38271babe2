"""Activation functions as curves."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers.plotting.style import (
    FAINT,
    LINE_COLOURS,
    LINE_STYLES,
    MARKERS,
    in_course_style,
    legend_above,
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
_LEGENDS = {"softmax": "softmax of two"}
_SOFTMAX = "softmax (of two units, the other at 0)"
_WIDTHS = (4.0, 3.2, 2.6, 2.6, 2.0)  # points: a curve below another still shows


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
    ax = new_axes(ax, height=4.2)
    ax.axhline(0, color=FAINT, linewidth=0.8)
    ax.axvline(0, color=FAINT, linewidth=0.8)
    for index, (name, values) in enumerate(curves.items()):
        ax.plot(
            sums,
            values,
            color=LINE_COLOURS[index % len(LINE_COLOURS)],
            label=_LEGENDS.get(name, name),
            **_look(index, hidden=_same(name, curves) is not None),
        )
    every = np.concatenate(list(curves.values())).clip(-1.5, 2.5)
    ax.set(xlim=(low, high), ylim=(every.min() - 0.15, every.max() + 0.15))
    ax.set(xlabel="weighted sum of the inputs", ylabel="output of the unit")
    tidy(ax, grid="both")
    legend_above(ax, title, handlelength=3.5)
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


def _look(index: int, hidden: bool) -> dict[str, Any]:
    """Return a line; rings where it would lie on a line that is drawn already."""
    if hidden:
        return {
            "linestyle": "none",
            "marker": MARKERS[index % len(MARKERS)],
            "markersize": 8,
            "markerfacecolor": "none",
            "markeredgewidth": 1.6,
            "markevery": (12, 25),
        }
    return {
        "linestyle": LINE_STYLES[index % len(LINE_STYLES)],
        "linewidth": _WIDTHS[min(index, len(_WIDTHS) - 1)],
    }


def _same(name: str, curves: dict[str, np.ndarray]) -> str | None:
    """Return the first of the curves before `name` that it coincides with."""
    for other, values in curves.items():
        if other == name:
            return None
        if np.allclose(values, curves[name], rtol=0, atol=1e-3):
            return other
    return None


def _words(curves: dict[str, np.ndarray], low: float, high: float, title: str) -> str:
    names = {name: name for name in curves} | {"softmax": _SOFTMAX}
    each = []
    for name, values in curves.items():
        same = _same(name, curves)
        if same is not None:
            each.append(f"{names[name]} coincides with {names[same]}")
        else:
            each.append(f"{names[name]} {_shape(values)}")
    return (
        f"{opening(title)}Activation functions for weighted sums from {low:g} to "
        f"{high:g}: {'; '.join(each)}."
    )


def _shape(values: np.ndarray) -> str:
    """Say how a curve goes: straight, level, or bent into an S or a corner."""
    first, last = f"{values[0]:.3g}", f"{values[-1]:.3g}"
    steps = np.diff(values)
    tiny = 1e-9 + 1e-6 * float(np.abs(steps).max())
    if steps.max() - steps.min() <= tiny:
        level = abs(steps).max() <= tiny
        return f"stays at {first}" if level else f"is a straight line to {last}"
    if (steps < -tiny).any() and (steps > tiny).any():
        return f"changes its direction, from {first} to {last}"
    way = "rises" if values[-1] > values[0] else "falls"
    if abs(steps[0]) <= tiny:
        return f"is level at {first}, then {way} to {last}"
    ends = max(abs(steps[0]), abs(steps[-1]))
    if ends < 0.5 * np.abs(steps).max():
        return f"{way} in the shape of an S from {first} to {last}"
    return f"{way} from {first} to {last}"

"""One image on its way through a network: what each layer makes of it."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from numpy.typing import ArrayLike

from helpers.plotting.images import as_ink
from helpers.plotting.names import as_class_names
from helpers.plotting.style import (
    FAINT,
    POSITIVE,
    RULE,
    SIGNED,
    SMALL,
    WIDTH,
    bare,
    framed,
    in_course_style,
    new_axes,
)
from helpers.plotting.words import count, describe, listing
from helpers.validation import ROUNDING, as_numbers

_MOST_CLASSES = 20  # bars whose names can still be read


@in_course_style
def plot_layer_outputs(
    image: ArrayLike,
    outputs: Sequence[ArrayLike],
    class_names: Iterable[Any] | None = None,
    layer_names: Iterable[Any] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw an image, the outputs of each layer for it, and the final probabilities.

    Each hidden layer is a grid with one square a unit, read row by row: white is 0,
    blue above, orange below, darkest at the largest magnitude of that layer.

    Parameters
    ----------
    image : array_like, shape (height, width) or (height, width, 1)
        uint8 from 0 to 255, or floats from 0 to 1.
    outputs : sequence of array_like, each of shape (units,)
        What each layer gives for this one image, from the first hidden layer to the
        probabilities, which come last and add up to 1.
    class_names : iterable of str, optional
        One name for each probability.
    layer_names : iterable of str, optional
        One name for each of `outputs`. Default: "hidden 1", ..., "output".
    title : str, optional
        Written above.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The panels are inset in it: image, hidden layers, bars (``ax.child_axes``).

    Raises
    ------
    TypeError, ValueError
        If shapes, ranges or names do not fit, a number is NaN, or the last outputs are
        not probabilities.
    """
    ink = as_ink(image, "image", "(height, width) or (height, width, 1)", ndim=2)
    layers = [_as_units(values, f"outputs[{k}]") for k, values in enumerate(outputs)]
    probabilities = _as_probabilities(layers)
    names = as_class_names(class_names, len(probabilities))
    names = names or [str(label) for label in range(len(probabilities))]
    layer_names = _layer_names(layer_names, len(layers))
    ax = new_axes(ax, WIDTH, 2.6)
    bare(ax)
    ax.set_title(title)
    panels = _panels(ax, len(layers) + 1)
    panels[0].imshow(ink, cmap="gray_r", vmin=0, vmax=1, aspect="equal")
    framed(panels[0])
    heads = [f"image\n{ink.shape[0]} × {ink.shape[1]} pixels"]
    heads += [
        f"{name}\n{count(len(values), 'unit')}"
        for name, values in zip(layer_names, layers, strict=True)
    ]
    for panel, values in zip(panels[1:-1], layers[:-1], strict=True):
        _draw_units(panel, values)
    _draw_bars(panels[-1], probabilities, names)
    for panel, head in zip(panels, heads, strict=True):
        panel.set_title(head, fontsize=SMALL, fontweight="normal")
    describe(ax, _words(ink, layers, layer_names, names, title))
    return ax


def _as_units(values: ArrayLike, name: str) -> np.ndarray:
    array = as_numbers(values, name).astype(float)
    if array.ndim == 2 and len(array) == 1:
        array = array[0]
    if array.ndim != 1:
        raise ValueError(
            f"{name} has shape {array.shape}; (units,) is needed: the outputs for one "
            "image, such as outputs[0]."
        )
    return array


def _as_probabilities(layers: list[np.ndarray]) -> np.ndarray:
    if not layers:
        raise ValueError("outputs is empty; give one array a layer.")
    last = layers[-1]
    if last.min() < -ROUNDING or abs(last.sum() - 1) > 1e-3:
        raise ValueError(
            f"The last outputs lie from {last.min():g} to {last.max():g} and add up to "
            f"{last.sum():g}; probabilities are needed, as softmax gives them."
        )
    if len(last) > _MOST_CLASSES:
        raise ValueError(
            f"There are {len(last)} probabilities; at most {_MOST_CLASSES} can be read."
        )
    return last


def _layer_names(given: Iterable[Any] | None, n_layers: int) -> list[str]:
    if given is None:
        return [*(f"hidden {k}" for k in range(1, n_layers)), "output"]
    names = [str(name) for name in given]
    if len(names) != n_layers:
        raise ValueError(
            f"layer_names has {len(names)} names, but outputs has {n_layers} layers."
        )
    return names


def _panels(ax: Axes, n_panels: int) -> list[Axes]:
    """Return one inset for each panel, with an arrow between neighbours."""
    step = 1 / n_panels
    gap = 0.28 * step
    for k in range(1, n_panels):
        arrow = FancyArrowPatch(
            (k * step - 0.9 * gap, 0.42),
            (k * step - 0.1 * gap, 0.42),
            arrowstyle="-|>",
            mutation_scale=10,
            color=FAINT,
            transform=ax.transAxes,
        )
        ax.add_patch(arrow)
    last = 0.08 * step  # room for the names of the classes
    return [
        ax.inset_axes((k * step + shift, 0.02, step - gap - shift, 0.8))
        for k, shift in enumerate([0.0] * (n_panels - 1) + [last])
    ]


def _draw_units(panel: Axes, values: np.ndarray) -> None:
    columns = math.ceil(math.sqrt(len(values)))
    rows = math.ceil(len(values) / columns)
    grid = np.full(rows * columns, np.nan)
    grid[: len(values)] = values
    limit = float(np.abs(values).max()) or 1.0
    panel.pcolormesh(
        np.ma.masked_invalid(grid.reshape(rows, columns)),
        cmap=SIGNED,
        vmin=-limit,
        vmax=limit,
        edgecolors=RULE,
        linewidth=0.8,
    )
    panel.set_aspect("equal")
    panel.invert_yaxis()
    framed(panel)


def _draw_bars(panel: Axes, probabilities: np.ndarray, names: list[str]) -> None:
    places = np.arange(len(names))
    panel.barh(places, probabilities, color=POSITIVE, height=0.7)
    panel.set(xlim=(0, 1), ylim=(len(names) - 0.5, -0.5))
    panel.set_yticks(places, names)
    panel.set_xticks([0, 1])
    panel.tick_params(
        labelsize=SMALL, labelfontfamily="DejaVu Sans", color=FAINT, length=2
    )
    panel.spines[["top", "right"]].set_visible(False)


def _words(
    ink: np.ndarray,
    layers: list[np.ndarray],
    layer_names: list[str],
    names: list[str],
    title: str,
) -> str:
    hidden = [
        f"{name} with {count(len(values), 'unit')}, {np.count_nonzero(values)} not 0"
        for name, values in zip(layer_names[:-1], layers[:-1], strict=True)
    ]
    through = f" passes through {listing(hidden)}, and" if hidden else ""
    best = int(layers[-1].argmax())
    return (
        f"{title + ': an' if title else 'An'} image of {ink.shape[0]} by "
        f"{ink.shape[1]} pixels{through} becomes "
        f"{count(len(names), 'probability', 'probabilities')}; "
        f"the largest, {layers[-1][best]:.2f}, is that of {names[best]}."
    )

"""A dense network: units as circles, weights as lines."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.lines import Line2D

from helpers.plotting.names import as_class_names
from helpers.plotting.style import (
    FAINT,
    INK,
    NEGATIVE,
    POSITIVE,
    SMALL,
    WIDTH,
    bare,
    in_course_style,
    new_axes,
)
from helpers.plotting.words import count, describe, listing, number
from helpers.validation import as_numbers

_WIDEST = 3.5  # points: the line of the largest weight
_FAINTEST = 0.05  # of the largest weight: a line below this could not be seen
_OFF = "#E3E3E3"  # a unit that dropout has switched off
_DASHED = (0, (4.0, 1.6))
_WITHOUT_WEIGHTS = ("InputLayer", "Flatten", "Activation", "ReLU", "Softmax")


@in_course_style
def plot_network(
    network: Any,
    class_names: Iterable[Any] | None = None,
    input_names: Iterable[Any] | None = None,
    layer_names: Iterable[Any] | None = None,
    max_units: int = 10,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a dense network from its inputs on the left to its outputs on the right.

    A line's width is the magnitude of the weight (below a twentieth of the largest, no
    line is drawn); positive weights are solid and blue, negative ones dashed and
    orange. Of a large layer only the first and last units are drawn, with dots between
    them. Beside each named output stands its one-hot code. Where a Dropout layer
    follows, its share of the units drawn is grey and without lines, as in one step of
    training.

    Parameters
    ----------
    network : keras.Model or sequence of array_like, shape (inputs, units)
        A model of Dense layers (others without weights may stand between them), or the
        weights of each layer, without the biases.
    class_names : iterable of str, optional
        Names of the outputs.
    input_names : iterable of str, optional
        Names of the inputs.
    layer_names : iterable of str, optional
        One name a layer, the input layer first. Default: those of the model, or
        "input", "hidden 1", ..., "output".
    max_units : int, optional
        How many units of a layer are drawn at most; from 2.
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
        If `network` is neither a model nor a sequence of arrays.
    ValueError
        If the model has no weights yet or other layers than Dense, shapes do not
        follow each other, a weight is NaN, or names do not fit the layers.
    """
    weights, known, rates = _read(network)
    sizes = [len(weights[0])] + [matrix.shape[1] for matrix in weights]
    if int(max_units) != max_units or max_units < 2:
        raise ValueError(f"max_units is {max_units}; a whole number from 2 is needed.")
    layers = _layer_names(layer_names, known, len(sizes))
    outputs = _unit_names(class_names, "class_names", sizes[-1], "outputs")
    inputs = _unit_names(input_names, "input_names", sizes[0], "inputs")
    shown = [_shown_units(size, int(max_units)) for size in sizes]
    rows = max(
        len(units) + (len(units) < size)
        for units, size in zip(shown, sizes, strict=True)
    )
    ax = new_axes(ax, WIDTH, float(np.clip(0.9 + 0.36 * rows, 2.4, 6.5)))
    heights = [_heights(units, size) for units, size in zip(shown, sizes, strict=True)]
    largest = max(float(np.abs(matrix).max()) for matrix in weights)
    off = [
        _switched_off(len(units), rates.get(place, 0.0))
        for place, units in enumerate(shown)
    ]
    for left, matrix in enumerate(weights):
        part = matrix[np.ix_(shown[left], shown[left + 1])] / (largest or 1.0)
        part = np.where(off[left][:, np.newaxis] | off[left + 1], 0.0, part)
        _draw_weights(ax, left, heights[left : left + 2], part)
    for place, (units, size) in enumerate(zip(shown, sizes, strict=True)):
        _draw_units(ax, place, heights[place], off[place], len(units) < size)
    _name_units(
        ax, 0, heights[0], [inputs[k] for k in shown[0]] if inputs else [], "right"
    )
    codes = _with_codes(outputs)
    _name_units(
        ax,
        len(weights),
        heights[-1],
        [codes[k] for k in shown[-1]] if codes else [],
        "left",
    )
    heads = _heads(layers, sizes, rates)
    _finish(ax, heads, rows, any(part.any() for part in off), title)
    words = _words(heads, outputs, largest, title)
    describe(ax, words + _left_out(layers, sizes, shown) + _widest(weights, inputs))
    return ax


def _read(
    network: Any,
) -> tuple[list[np.ndarray], list[str] | None, dict[int, float]]:
    """Return the weight matrices, and of a model the names of its layers and the rate
    of dropout after each: 0 stands for the inputs."""
    if hasattr(network, "layers"):
        return _read_model(network)
    if isinstance(network, (str, bytes, dict)) or not hasattr(network, "__len__"):
        raise TypeError(
            f"network is {type(network).__name__}; a Keras model, or a list with one "
            "array of weights a layer, is needed."
        )
    if isinstance(network, np.ndarray) and network.ndim == 2:
        network = [network]
    matrices = [
        as_numbers(matrix, f"network[{k}]", ndim=2).astype(float)
        for k, matrix in enumerate(network)
    ]
    if not matrices:
        raise ValueError("network is empty; give one array of weights a layer.")
    for k in range(1, len(matrices)):
        if matrices[k - 1].shape[1] != matrices[k].shape[0]:
            raise ValueError(
                f"network[{k - 1}] has shape {matrices[k - 1].shape} and network[{k}] "
                f"{matrices[k].shape}: the units of one layer are the inputs of the "
                "next. Leave out the biases."
            )
    return matrices, None, {}


def _read_model(
    model: Any,
) -> tuple[list[np.ndarray], list[str], dict[int, float]]:
    matrices, names, rates = [], ["input"], {}
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "Dense":
            if not layer.get_weights():
                raise ValueError(
                    f"The layer {layer.name!r} has no weights yet: give the model an "
                    "Input, or call it once."
                )
            matrices.append(np.asarray(layer.get_weights()[0], dtype=float))
            names.append(layer.name)
        elif kind == "Dropout":
            rates[len(matrices)] = float(layer.rate)
        elif kind not in _WITHOUT_WEIGHTS:
            raise ValueError(
                f"The layer {layer.name!r} is {kind}; only networks of Dense layers "
                "are drawn."
            )
    if not matrices:
        raise ValueError("The model has no Dense layer to draw.")
    return _read(matrices)[0], names, rates


def _switched_off(n_units: int, rate: float) -> np.ndarray:
    """Return which of the units drawn are off: one random choice, always the same."""
    off = np.zeros(n_units, dtype=bool)
    chosen = np.random.default_rng(4).permutation(n_units)[: round(rate * n_units)]
    off[chosen] = True
    return off


def _layer_names(
    given: Iterable[Any] | None, known: list[str] | None, n_layers: int
) -> list[str]:
    if given is None:
        hidden = [f"hidden {k}" for k in range(1, n_layers - 1)]
        if n_layers == 3:
            hidden = ["hidden"]
        return known or ["input", *hidden, "output"]
    names = [str(name) for name in given]
    if len(names) != n_layers:
        raise ValueError(
            f"layer_names has {len(names)} names, but there are {n_layers} layers, the "
            "input layer included."
        )
    return names


def _unit_names(
    given: Iterable[Any] | None, argument: str, size: int, units: str
) -> list[str] | None:
    names = as_class_names(given)
    if names is not None and len(names) != size:
        raise ValueError(
            f"{argument} has {len(names)} names, but the network has {size} {units}."
        )
    return names


def _shown_units(size: int, most: int) -> np.ndarray:
    """All units, or of a large layer the first and the last ones."""
    if size <= most:
        return np.arange(size)
    first = (most + 1) // 2
    return np.concatenate([np.arange(first), np.arange(size - (most - first), size)])


def _heights(units: np.ndarray, size: int) -> np.ndarray:
    """Where the units stand, from top to bottom, centred on 0; a gap for the dots."""
    rows = np.arange(len(units), dtype=float)
    if len(units) < size:
        rows[(len(units) + 1) // 2 :] += 1
    return np.asarray(rows[-1] / 2 - rows)


def _draw_weights(
    ax: Axes, left: int, heights: Sequence[np.ndarray], weights: np.ndarray
) -> None:
    """Draw the lines between two layers; `weights` are from -1 to 1."""
    rows, columns = np.indices(weights.shape)
    rising = np.argsort(np.abs(weights), axis=None)  # the widest are drawn last
    rising = rising[np.abs(weights).ravel()[rising] > _FAINTEST]
    flat = weights.ravel()[rising]
    starts = heights[0][rows.ravel()[rising]]
    ends = heights[1][columns.ravel()[rising]]
    lines = [
        [(left, start), (left + 1, end)]
        for start, end in zip(starts, ends, strict=True)
    ]
    ax.add_collection(
        LineCollection(
            lines,
            linewidths=_WIDEST * np.abs(flat),
            colors=[POSITIVE if weight > 0 else NEGATIVE for weight in flat],
            linestyles=["solid" if weight > 0 else _DASHED for weight in flat],
            zorder=1,
        )
    )


def _draw_units(
    ax: Axes, place: int, heights: np.ndarray, off: np.ndarray, shortened: bool
) -> None:
    size = np.full(len(heights), 13.0)
    ax.add_collection(
        EllipseCollection(
            size,
            size,
            np.zeros(len(heights)),
            units="points",
            offsets=np.stack([np.full(len(heights), place), heights], axis=1),
            offset_transform=ax.transData,
            facecolors=[_OFF if one else "white" for one in off],
            edgecolors=[FAINT if one else INK for one in off],
            linestyles=["dotted" if one else "solid" for one in off],
            linewidths=1.2,
            zorder=2,
        )
    )
    if shortened:
        half = (len(heights) + 1) // 2
        middle = (heights[half - 1] + heights[half]) / 2
        ax.text(
            place, middle, "\u22ee", ha="center", va="center", fontsize=15, zorder=3
        )


def _with_codes(outputs: list[str] | None) -> list[str] | None:
    """Add to each class its one-hot code, where the code is short enough to read."""
    if outputs is None or not 2 <= len(outputs) <= 6:
        return outputs
    codes = np.eye(len(outputs), dtype=int)
    return [
        f"{name}  ({', '.join(map(str, code))})"
        for name, code in zip(outputs, codes, strict=True)
    ]


def _name_units(
    ax: Axes, place: int, heights: np.ndarray, names: list[str], align: str
) -> None:
    shift = -11 if align == "right" else 11
    for name, height in zip(names, heights, strict=False):
        ax.annotate(
            name,
            (place, height),
            xytext=(shift, 0),
            textcoords="offset points",
            ha=align,
            va="center",
            fontsize=SMALL,
        )


def _heads(layers: list[str], sizes: list[int], rates: dict[int, float]) -> list[str]:
    """Return name and size of each layer, in lines: inputs are no units."""
    heads = []
    for place, (name, size) in enumerate(zip(layers, sizes, strict=True)):
        what = count(size, "unit" if place else "input")
        lines = [what] if not place and name == "input" else [name, what]
        if rates.get(place):
            lines.append(f"dropout {rates[place]:g}")
        heads.append("\n".join(lines))
    return heads


def _finish(ax: Axes, heads: list[str], rows: int, dropout: bool, title: str) -> None:
    top = rows / 2 + 0.25
    for place, head in enumerate(heads):
        ax.text(place, top, head, ha="center", va="bottom", fontsize=SMALL)
    handles = [
        Line2D([], [], color=POSITIVE, linewidth=2, label="weight above 0"),
        Line2D(
            [],
            [],
            color=NEGATIVE,
            linewidth=2,
            linestyle=_DASHED,
            label="below 0",
        ),
        Line2D([], [], color=FAINT, linewidth=_WIDEST, label="wider: larger"),
    ]
    if dropout:
        handles.append(
            Line2D(
                [],
                [],
                linestyle="none",
                marker="o",
                markersize=10,
                markerfacecolor=_OFF,
                markeredgecolor=FAINT,
                label="dropped",
            )
        )
    ax.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.02),
        ncols=len(handles),
        fontsize=SMALL,
        columnspacing=1.2,
    )
    bare(ax)
    lines = max(head.count("\n") + 1 for head in heads)
    ax.set(
        xlim=(-0.15, len(heads) - 0.85),
        ylim=(-rows / 2 - 0.25, top + 0.1 + 0.45 * lines),
    )
    ax.set_title(title)


def _words(
    heads: list[str], outputs: list[str] | None, largest: float, title: str
) -> str:
    start = f"{title}: network" if title else "Network"
    parts = []
    for head in heads:
        name, *more = head.split("\n")
        parts.append(f"{name} ({', '.join(more)})" if more else name)
    named = f", the outputs stand for {listing(outputs)}" if outputs else ""
    return (
        f"{start} from left to right: {', '.join(parts)}{named}. Lines are weights, "
        "wider for a larger magnitude, blue and solid above zero, orange and dashed "
        f"below; the widest has the magnitude {number(largest)}."
    )


def _left_out(layers: list[str], sizes: list[int], shown: list[np.ndarray]) -> str:
    cut = [name for name, n, s in zip(layers, sizes, shown, strict=True) if len(s) < n]
    return f" Of {listing(cut)} only the first and last units are drawn." if cut else ""


def _widest(weights: list[np.ndarray], inputs: list[str] | None) -> str:
    """Say which named input has the widest line."""
    if not inputs or not weights[0].any():
        return ""
    row = int(np.abs(weights[0]).max(axis=1).argmax())
    return f" Of the inputs, {inputs[row]} has the widest line."

"""One step of a convolution over a short signal, with its arithmetic."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers.plotting.style import (
    FAINT,
    FONT_SIZE,
    INK,
    SMALL,
    WIDTH,
    bare,
    drawn_width,
    in_course_style,
    new_axes,
)
from helpers.plotting.words import count, describe
from helpers.validation import as_numbers

_LONGEST = 20  # values of a signal whose numbers can still be read
_BLUE, _ORANGE, _GREEN = "#CFE5F3", "#FBE3C2", "#CDEBDD"
_MINUS = "\u2212"
# Each row, and the height at which its boxes stand.
_ROWS = {0.0: "signal", -1.35: "kernel", -2.7: "products", -3.92: "sum", -5.0: "output"}


@in_course_style
def plot_convolution(
    signal: ArrayLike,
    kernel: ArrayLike,
    stride: int = 1,
    position: int = 0,
    bias: float = 0.0,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how one output of a convolution is computed: products, sum, output so far.

    As in Keras, the kernel is not flipped, and there is no padding ("valid"): the
    output has (len(signal) - len(kernel)) // stride + 1 values.

    Parameters
    ----------
    signal : array_like of float, shape (time,)
        At most 20 values, so that they can be read.
    kernel : array_like of float, shape (kernel_size,)
        No longer than the signal.
    stride : int, optional
        How far the kernel moves between two outputs; from 1.
    position : int, optional
        Which output is computed, counted from 0. Those before it are filled in.
    bias : float, optional
        Added to each sum; written only if it is not 0.
    title : str, optional
        Written above. Default: which output this is.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If values are not numbers.
    ValueError
        If the kernel is longer than the signal, the signal too long to be read, or
        `stride` or `position` impossible.
    """
    values = as_numbers(signal, "signal", ndim=1).astype(float)
    weights = as_numbers(kernel, "kernel", ndim=1).astype(float)
    bias = float(as_numbers(bias, "bias", ndim=0))
    outputs = _outputs(values, weights, stride, bias)
    if int(position) != position or not 0 <= position < len(outputs):
        raise ValueError(
            f"position is {position}; there are {len(outputs)} outputs, 0 to "
            f"{len(outputs) - 1}."
        )
    position = int(position)
    first = position * int(stride)
    covered = values[first : first + len(weights)]
    products = covered * weights
    ax = new_axes(ax, min(WIDTH, 2.0 + 0.55 * len(values)), 2.8)
    bare(ax)
    ax.set(xlim=(-0.1, len(values) + 0.1), ylim=(-5.2, 1.0))
    _name_rows(ax)
    size = _text_size(ax, len(values), [*values, *weights, *products, *outputs])
    _draw_rows(ax, values, weights, products, first, size)
    _draw_sum(ax, products, bias, outputs[position])
    _draw_outputs(ax, outputs, position, int(stride), size)
    ax.set_title(title or f"output {position + 1} of {len(outputs)}, stride {stride}")
    describe(
        ax, _words(values, weights, stride, position, covered, products, bias, outputs)
    )
    return ax


def _outputs(
    values: np.ndarray, weights: np.ndarray, stride: int, bias: float
) -> np.ndarray:
    if len(values) > _LONGEST:
        raise ValueError(
            f"signal has {len(values)} values; at most {_LONGEST} can be read. Take a "
            f"part of it, such as signal[:{_LONGEST}]."
        )
    if len(weights) > len(values):
        raise ValueError(
            f"kernel has {len(weights)} values and signal only {len(values)}; the "
            "kernel must fit into the signal."
        )
    if int(stride) != stride or stride < 1:
        raise ValueError(f"stride is {stride}; a whole number from 1 is needed.")
    starts = range(0, len(values) - len(weights) + 1, int(stride))
    return np.array([values[s : s + len(weights)] @ weights + bias for s in starts])


def _number(value: float) -> str:
    """Return at most two decimals, fewer for large numbers, and a true minus sign."""
    decimals = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    rounded = round(float(value), decimals)
    return f"{rounded + 0.0:.10g}".replace("-", _MINUS)


def _is_rounded(values: np.ndarray) -> bool:
    """Whether the numbers as written differ from the numbers themselves."""
    written = [float(_number(value).replace(_MINUS, "-")) for value in values]
    return not np.allclose(written, values, rtol=0, atol=1e-9)


def _bracketed(value: float) -> str:
    return f"({_number(value)})" if value < 0 else _number(value)


def _text_size(ax: Axes, length: int, numbers: list[float]) -> float:
    """Points: so that the longest of the numbers fits into one of `length` boxes."""
    longest = max(len(_number(number)) for number in numbers)
    return min(drawn_width(ax) / length / (0.72 * longest), FONT_SIZE)


def _box(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    colour: str,
    size: float,
    empty: bool = False,
) -> None:
    ax.add_patch(
        Rectangle(
            (x + 0.04, y),
            0.92,
            0.8,
            facecolor=colour,
            edgecolor=FAINT if empty else INK,
            linestyle=":" if empty else "-",
            linewidth=0.9,
        )
    )
    ax.text(x + 0.5, y + 0.39, text, ha="center", va="center", fontsize=size)


def _name_rows(ax: Axes) -> None:
    for y, name in _ROWS.items():
        ax.annotate(
            name,
            (0, y + 0.39),
            xytext=(-8, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontweight="bold",
        )


def _draw_rows(
    ax: Axes,
    values: np.ndarray,
    weights: np.ndarray,
    products: np.ndarray,
    first: int,
    size: float,
) -> None:
    for x, value in enumerate(values):
        inside = first <= x < first + len(weights)
        _box(ax, x, 0, _number(value), _BLUE if inside else "white", size)
    for k, (weight, product) in enumerate(zip(weights, products, strict=True)):
        _box(ax, first + k, -1.35, _number(weight), _ORANGE, size)
        ax.text(first + k + 0.5, -0.29, "×", ha="center", va="center")
        ax.text(first + k + 0.5, -1.64, "=", ha="center", va="center")
        _box(ax, first + k, -2.7, _number(product), "white", size)


def _draw_sum(ax: Axes, products: np.ndarray, bias: float, total: float) -> None:
    terms = " + ".join(_bracketed(product) for product in products)
    added = f" + bias {_bracketed(bias)}" if bias else ""
    equals = "≈" if _is_rounded(np.append(products, [bias, total])) else "="
    ax.text(
        0.04,
        -3.53,
        f"{terms}{added} {equals} {_number(total)}",
        ha="left",
        va="center",
        fontsize=FONT_SIZE if len(products) <= 6 else SMALL,
        in_layout=False,
    )


def _draw_outputs(
    ax: Axes, outputs: np.ndarray, position: int, stride: int, size: float
) -> None:
    """Each output stands below the first value that its kernel covered."""
    for k, output in enumerate(outputs):
        known = k <= position
        colour = _GREEN if k == position else "white"
        text = _number(output) if known else ""
        _box(ax, k * stride, -5.0, text, colour, size, empty=not known)


def _words(
    values: np.ndarray,
    weights: np.ndarray,
    stride: int,
    position: int,
    covered: np.ndarray,
    products: np.ndarray,
    bias: float,
    outputs: np.ndarray,
) -> str:
    def row(numbers: np.ndarray) -> str:
        return ", ".join(_number(number) for number in numbers)

    added = f", with the bias {_number(bias)}" if bias else ""
    return (
        f"A kernel ({row(weights)}) slides over a signal of "
        f"{count(len(values), 'value')} ({row(values)}) with stride {stride}. "
        f"At output {position + 1} of {len(outputs)} it covers {row(covered)}: "
        f"the products are {row(products)}, their sum{added} is "
        f"{_number(outputs[position])}. "
        f"The output so far: {row(outputs[: position + 1])}."
    )

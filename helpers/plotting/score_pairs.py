"""Two scores of each model, side by side."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import ArrayLike

from helpers.plotting.style import (
    FAINT,
    LINE_COLOURS,
    MARKERS,
    SMALL,
    WIDTH,
    in_course_style,
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, opening, percent
from helpers.validation import as_shares


@in_course_style
def plot_score_pairs(
    scores: Mapping[str, ArrayLike],
    pair_names: Iterable[Any],
    score_name: str = "test accuracy",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw two scores of each model as two marks joined by a line, with their numbers.

    Parameters
    ----------
    scores : mapping of str to array_like, shape (2,)
        For each model its two scores, from 0 to 1. Drawn from top to bottom.
    pair_names : iterable of str
        What the first and the second score are.
    score_name : str, optional
        For the horizontal axis.
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
        If `scores` is no mapping or empty, a score is outside 0 to 1, or there are not
        two of them and two names.
    """
    pairs = _read(scores)
    names = [str(name) for name in pair_names]
    if len(names) != 2:
        raise ValueError(f"pair_names is {names}; two names are needed.")
    table = np.array(list(pairs.values()))
    height = np.arange(len(table))
    ax = new_axes(ax, WIDTH, 1.3 + 0.36 * len(table))
    ax.hlines(height, table.min(axis=1), table.max(axis=1), color=FAINT, linewidth=1.5)
    for k, name in enumerate(names):
        ax.plot(
            table[:, k],
            height,
            linestyle="none",
            marker=MARKERS[k],
            markersize=8,
            color=LINE_COLOURS[k],
            markerfacecolor=LINE_COLOURS[k] if k == 0 else "white",
            markeredgewidth=1.8,
            label=name,
        )
    _write_scores(ax, table)
    ax.set_yticks(height, list(pairs))
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    ax.set(xlabel=score_name)
    tidy(ax, grid="x")
    legend_above(ax, title)
    describe(ax, _words(pairs, names, score_name, title))
    return ax


def _write_scores(ax: Axes, table: np.ndarray) -> None:
    """Write the lower score at the left of its mark, the higher one at the right."""
    for row, scores in enumerate(table):
        for score, shift, align in (
            (scores.min(), -8, "right"),
            (scores.max(), 8, "left"),
        ):
            ax.annotate(
                percent(score),
                (score, row),
                xytext=(shift, 0),
                textcoords="offset points",
                ha=align,
                va="center",
                fontsize=SMALL,
            )
    low, high = table.min(), table.max()
    room = 0.16 * (high - low or 1.0)  # for the numbers
    ax.set_xlim(low - room, high + room)
    ticks = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low - room, high + room)
    ax.set_xticks([tick for tick in ticks if low - room <= tick <= min(1, high + room)])


def _read(scores: Any) -> dict[str, np.ndarray]:
    if not isinstance(scores, Mapping):
        raise TypeError(
            f"scores is {type(scores).__name__}; a dict from the name of each model to "
            "its two scores is needed."
        )
    if not scores:
        raise ValueError("scores is empty; give at least one model.")
    pairs = {}
    for name, values in scores.items():
        pair = as_shares(values, f"scores[{name!r}]", ndim=1)
        if len(pair) != 2:
            raise ValueError(
                f"scores[{name!r}] has {count(len(pair), 'number')}; two are needed."
            )
        pairs[str(name)] = pair
    return pairs


def _words(
    pairs: dict[str, np.ndarray], names: list[str], score_name: str, title: str
) -> str:
    head = opening(title)
    listed = "; ".join(
        f"{name} {percent(first)} and {percent(second)}"
        for name, (first, second) in pairs.items()
    )
    words = (
        f"{score_name} of {count(len(pairs), 'model')}, {names[0]} and {names[1]}: "
        f"{listed}.{_difference(pairs, names)}"
    )
    return head + words[0].upper() + words[1:]


def _difference(pairs: dict[str, np.ndarray], names: list[str]) -> str:
    """Say which model's two scores differ most, and which way all of them go."""
    gaps = {name: second - first for name, (first, second) in pairs.items()}
    most = max(gaps, key=lambda name: abs(gaps[name]))
    if not gaps[most]:
        return ""
    signs = {np.sign(gap) for gap in gaps.values()}
    all_go = ""
    if len(pairs) > 1 and len(signs) == 1:
        way = "lower" if gaps[most] < 0 else "higher"
        all_go = f" {names[1]} is {way} for all of them."
    return f"{all_go} The two differ most for {most}."

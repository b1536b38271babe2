"""Reliability: does a probability of 0.9 mean 90% right?"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from helpers.plotting.style import (
    FAINT,
    INK,
    POSITIVE,
    SMALL,
    in_course_style,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, percent
from helpers.validation import as_labels, as_shares, require_same_length

_Z = 1.96  # standard deviations that hold 95% of a normal distribution


@in_course_style
def plot_calibration(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    bins: int = 10,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a reliability diagram: how often predictions of each certainty are right.

    Predictions are sorted into bins of equal width by their probability. A point stands
    at the mean probability of its bin and the share that is right, with a 95% interval
    (Wilson) and the number of predictions. On the diagonal, probabilities mean what
    they say; below it, the network is too sure.

    Parameters
    ----------
    y_true : array_like of int, shape (samples,)
        True classes, from 0.
    probabilities : array_like of float, shape (samples, classes) or (samples,)
        For several classes, rows that add up to 1: the highest is compared with whether
        that class is right. For two classes given as one column, the probability of
        class 1 is compared with how often it is class 1.
    bins : int, optional
        How many.
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
        If shapes, lengths or ranges do not fit.
    """
    if int(bins) != bins or bins < 1:
        raise ValueError(f"bins is {bins}; a whole number from 1 is needed.")
    certainty, hit, several = _certainty_and_hits(y_true, probabilities)
    table = _table(certainty, hit, int(bins))
    ax = new_axes(ax, 5.2, 4.8)
    ax.plot(
        [0, 1], [0, 1], "--", color=FAINT, linewidth=1.2, label="perfectly calibrated"
    )
    _draw_bins(ax, table)
    ax.set(xlim=(0, 1.02), ylim=(-0.04, 1.02), aspect="equal", title=title)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    target = "predictions that are right" if several else "samples of class 1"
    certain = "highest probability" if several else "probability of class 1"
    ax.set(xlabel=f"{certain} (mean of the bin)", ylabel=target)
    tidy(ax, grid="both")
    ax.legend(loc="upper left")
    describe(ax, _words(table, len(hit), several, title))
    return ax


def _certainty_and_hits(
    y_true: ArrayLike, probabilities: ArrayLike
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return each prediction's probability, whether it came true, and the case."""
    shares = as_shares(probabilities, "probabilities", ndim=(1, 2))
    if shares.ndim == 2 and shares.shape[1] == 1:
        shares = shares[:, 0]
    several = shares.ndim == 2
    labels = as_labels(y_true, "y_true", shares.shape[1] if several else 2)
    require_same_length(y_true=labels, probabilities=shares)
    if several and np.abs(shares.sum(axis=1) - 1).max() > 1e-3:
        raise ValueError(
            "probabilities has rows that do not add up to 1; the outputs of a softmax "
            "are needed."
        )
    if several:
        return shares.max(axis=1), shares.argmax(axis=1) == labels, True
    return shares, labels == 1, False


def _table(certainty: np.ndarray, hit: np.ndarray, bins: int) -> np.ndarray:
    """Return one row a bin that is not empty: mean probability, share right, count."""
    place = np.minimum((certainty * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    filled = counts > 0
    means = np.bincount(place, certainty, minlength=bins)[filled] / counts[filled]
    rights = np.bincount(place, hit, minlength=bins)[filled] / counts[filled]
    return np.stack([means, rights, counts[filled]], axis=1)


def _wilson(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95% interval of a share of n trials (Wilson, 1927)."""
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return centre - half, centre + half


def _draw_bins(ax: Axes, table: np.ndarray) -> None:
    means, rights, counts = table.T
    low, high = _wilson(rights, counts)
    label = "predictions, their number,\n95% interval"
    ax.vlines(means, low, high, color=POSITIVE, linewidth=1.4)
    ax.plot(means, rights, "-o", color=POSITIVE, linewidth=1.4, label=label)
    for mean, right, bottom, number in zip(means, rights, low, counts, strict=True):
        ax.annotate(
            f"{int(number):,}",
            (mean, min(bottom, right)),
            xytext=(4, -1),
            textcoords="offset points",
            ha="left",
            va="top",
            fontsize=SMALL,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )


def _words(table: np.ndarray, total: int, several: bool, title: str) -> str:
    start = f"{title}: reliability" if title else "Reliability"
    means, rights, counts = table.T
    error = float(np.abs(means - rights) @ counts) / total
    certain, hits = float(means @ counts) / total, float(rights @ counts) / total
    right = "are right" if several else "are of class 1"
    return (
        f"{start} diagram of {count(total, 'prediction')}: on average the probability "
        f"is {percent(certain)}, and {percent(hits)} {right}; the mean distance from "
        f"the diagonal is {percent(error)}. {_verdict(certain - hits, several)}"
    )


def _verdict(excess: float, several: bool) -> str:
    """Say whether probabilities are too high on the whole, by a point or more."""
    if abs(excess) < 0.01:
        return "On the whole the probabilities mean what they say."
    if not several:
        return f"On the whole they are too {'high' if excess > 0 else 'low'}."
    sure = "surer than it is right" if excess > 0 else "less sure than it is right"
    return f"On the whole the network is {sure}."

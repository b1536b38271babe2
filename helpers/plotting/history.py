"""The course of a training run: loss above accuracy, epoch by epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from helpers.plotting.style import (
    FAINT,
    INK,
    NEGATIVE,
    POSITIVE,
    SMALL,
    WIDTH,
    in_course_style,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, opening, percent
from helpers.validation import as_numbers

_NOT_METRICS = ("lr", "learning_rate")  # callbacks write these beside the metrics
_LONG_NAMES = {
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "acc": "accuracy",
}


@in_course_style
def plot_history(
    history: Any,
    metrics: Sequence[str] | None = None,
    title: str = "",
    ax: Axes | Sequence[Axes] | np.ndarray | None = None,
) -> np.ndarray:
    """Draw loss and metrics against the epoch, one panel each, the loss on top.

    Training is a dashed blue line, validation a solid orange one. A dotted line marks
    the best epoch: that of the lowest validation loss, or, without validation, of the
    lowest training loss. Each panel has a vertical scale of its own.

    Parameters
    ----------
    history : keras.callbacks.History, mapping, or a saved run
        What ``fit`` returns, its ``history`` (lists of one number an epoch, by name),
        or anything that keeps such a dict as ``.history``.
    metrics : sequence of str, optional
        Which panels to draw, without the prefix ``val_``. Default: the loss, then all
        metrics.
    title : str, optional
        Written above.
    ax : matplotlib.axes.Axes or sequence of them, optional
        One for each panel, from the top. Default: a new figure.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes, shape (panels,)

    Raises
    ------
    TypeError
        If `history` holds no dict of numbers.
    ValueError
        If it is empty, its lists have different lengths, a number is NaN, a metric is
        unknown, or there is not one of `ax` for each panel.
    """
    curves = _read(history)
    names = _panels(curves, metrics)
    best = _best_epoch(curves)
    axes = _axes_for(names, ax)
    for name, panel in zip(names, axes, strict=True):
        _draw_panel(panel, name, curves)
        _mark_best(panel, name, curves, best)
    _label_best(axes[0], names[0], curves, best)
    _finish(axes, len(curves[names[0]]), title)
    for name, panel in zip(names, axes, strict=True):
        describe(panel, _words(name, curves, title if name == names[0] else ""))
    return axes


def _read(history: Any) -> dict[str, np.ndarray]:
    """Return arrays of one length, by name, from any of the accepted kinds."""
    found = history
    while not isinstance(found, Mapping) and hasattr(found, "history"):
        found = found.history
    if not isinstance(found, Mapping):
        raise TypeError(
            f"history is {type(history).__name__}; what model.fit(...) returns is "
            "needed, or its .history (a dict of lists)."
        )
    if not found:
        raise ValueError("history is empty; call model.fit(...) first.")
    curves = {}
    for name, values in found.items():
        if np.size(values) == 0:
            raise ValueError(f"history[{name!r}] is empty: no epoch was trained.")
        _require_finite(name, values)
        curves[str(name)] = as_numbers(values, f"history[{name!r}]", ndim=1)
    lengths = {name: len(values) for name, values in curves.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(
            f"history has lists of different lengths ({listed}); one number an epoch "
            "is needed in each. Validate in every epoch (validation_freq=1)."
        )
    return curves


def _require_finite(name: str, values: Any) -> None:
    numbers = np.asarray(values)
    if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
        first = int(np.argmin(np.isfinite(numbers))) + 1
        raise ValueError(
            f"history[{name!r}] is NaN or infinite from epoch {first} on: the training "
            "diverged. Try a lower learning rate, and look for NaN in the data."
        )


def _panels(curves: dict[str, np.ndarray], metrics: Sequence[str] | None) -> list[str]:
    known = [name for name in curves if not name.startswith("val_")]
    if not known:
        raise ValueError(f"history has only {', '.join(curves)}; no training values.")
    if metrics is None:
        found = [name for name in known if name not in _NOT_METRICS]
        return sorted(found, key=lambda name: name != "loss")
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in wanted:
        if name not in known:
            raise ValueError(f"history has no {name!r}; it has {', '.join(known)}.")
    if not wanted:
        raise ValueError("metrics is empty; name at least one, or leave it out.")
    return wanted


def _best_epoch(curves: dict[str, np.ndarray]) -> int | None:
    """Return the index of the best epoch; None if no loss was recorded."""
    for name in ("val_loss", "loss"):
        if name in curves:
            return int(np.argmin(curves[name]))
    return None


def _axes_for(names: list[str], ax: Any) -> np.ndarray:
    if ax is None:
        height = 0.9 + 1.75 * len(names)
        return plt.subplots(
            len(names),
            figsize=(WIDTH, height),
            sharex=True,
            squeeze=False,
            layout="constrained",
        )[1][:, 0]
    given = [ax] if isinstance(ax, Axes) else list(np.ravel(np.array(ax, dtype=object)))
    if len(given) != len(names):
        raise ValueError(
            f"history has {count(len(names), 'panel')} ({', '.join(names)}), but ax "
            f"holds {len(given)}. Give one axes a panel, or choose with metrics=[...]."
        )
    return np.array([new_axes(one) for one in given], dtype=object)


def _draw_panel(panel: Axes, name: str, curves: dict[str, np.ndarray]) -> None:
    epochs = np.arange(1, len(curves[name]) + 1)
    marker = "o" if len(epochs) <= 15 else ""
    panel.plot(
        epochs, curves[name], "--", color=POSITIVE, marker=marker, label="training"
    )
    if f"val_{name}" in curves:
        panel.plot(
            epochs,
            curves[f"val_{name}"],
            "-",
            color=NEGATIVE,
            marker="s" if marker else "",
            label="validation",
        )
    panel.set_ylabel(_LONG_NAMES.get(name, name.replace("_", " ")))
    tidy(panel, grid="y")


def _leading(name: str, curves: dict[str, np.ndarray]) -> np.ndarray:
    """The validation values of a metric, or those of training if there are none."""
    return curves.get(f"val_{name}", curves[name])


def _mark_best(
    panel: Axes, name: str, curves: dict[str, np.ndarray], best: int | None
) -> None:
    if best is None:
        return
    panel.axvline(best + 1, color=FAINT, linestyle=":", linewidth=1.2, zorder=1)
    panel.plot(
        [best + 1],
        [_leading(name, curves)[best]],
        marker="o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor=INK,
        markeredgewidth=1.2,
        linestyle="none",
        label="_best",
    )


def _label_best(
    panel: Axes, name: str, curves: dict[str, np.ndarray], best: int | None
) -> None:
    """Write the best epoch at the top of its dotted line, on the roomier side."""
    if best is None:
        return
    n_epochs = len(curves[name])
    on_the_left = best + 1 > 0.6 * n_epochs and n_epochs > 1
    which = "validation loss" if "val_loss" in curves else "training loss"
    lowest = _leading("loss", curves)[best]
    panel.annotate(
        f"best epoch: {best + 1}\n{which} {lowest:.3g}",
        xy=(best + 1, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if on_the_left else 5, -2),
        textcoords="offset points",
        ha="right" if on_the_left else "left",
        va="top",
        fontsize=SMALL,
    )


def _epoch_ticks(n_epochs: int) -> list[float]:
    """All epochs, or the first and some round numbers."""
    if n_epochs <= 12:
        return list(range(1, n_epochs + 1))
    round_numbers = MaxNLocator(8, integer=True, steps=[1, 2, 5, 10])
    ticks = round_numbers.tick_values(1, n_epochs)
    return [1, *(tick for tick in ticks if 1 < tick <= n_epochs)]


def _finish(axes: np.ndarray, n_epochs: int, title: str) -> None:
    for panel in axes:
        panel.xaxis.set_major_locator(FixedLocator(_epoch_ticks(n_epochs)))
        margin = 0.5 if n_epochs < 4 else 0.03 * (n_epochs - 1)
        panel.set_xlim(1 - margin, n_epochs + margin)
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(
        low - 0.05 * (high - low), high + 0.28 * (high - low)
    )  # room for the label
    axes[0].set_title(title, loc="left")
    axes[0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.1)
    axes[-1].set_xlabel("epoch")


def _words(name: str, curves: dict[str, np.ndarray], title: str) -> str:
    start = opening(title)
    plain = _LONG_NAMES.get(name, name.replace("_", " "))
    epochs = count(len(curves[name]), "epoch")
    words = f"{start}{plain} over {epochs}: training {_from_to(name, curves[name])}"
    if f"val_{name}" in curves:
        words += f", validation {_from_to(name, curves[f'val_{name}'])}"
    if name == "loss":
        which = "validation" if "val_loss" in curves else "training"
        words += f"; the epoch of the lowest {which} loss is marked"
    return words[0].upper() + words[1:] + "."


def _from_to(name: str, values: np.ndarray) -> str:
    shown = percent if "acc" in name else "{:.3g}".format
    if len(values) == 1:
        return f"is {shown(values[0])}"
    return f"goes from {shown(values[0])} to {shown(values[-1])}"

"""The course of a training run: loss above accuracy, epoch by epoch."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    MaxNLocator,
    NullFormatter,
)

from helpers.plotting.runs import (
    as_curve,
    course,
    long_name,
    missing,
    recorded,
    require_one_length,
)
from helpers.plotting.style import (
    FAINT,
    INK,
    NEGATIVE,
    POSITIVE,
    SMALL,
    WIDTH,
    in_course_style,
    legend_above,
    new_axes,
    tidy,
)
from helpers.plotting.words import count, describe, number, opening

_NOT_METRICS = ("lr", "learning_rate")  # callbacks write these beside the metrics
_STEEP = 15  # a loss that starts so many times above its median is drawn on a log scale


@in_course_style
def plot_history(
    history: Any,
    metrics: Sequence[str] | None = None,
    title: str = "",
    ax: Axes | Sequence[Axes] | np.ndarray | None = None,
) -> np.ndarray:
    """Draw loss and metrics against the epoch, one panel each, the loss on top.

    Training is a dashed blue line, validation a solid orange one. Where the validation
    loss is drawn, a dotted line marks the epoch at which it is lowest. Each panel has
    a vertical scale of its own; that of a loss which falls steeply is logarithmic, and
    says so. Where a number is NaN or infinite the line has a gap, and a note.

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
        If it is empty, the lists to draw have different lengths, a metric is unknown,
        or there is not one of `ax` for each panel.
    """
    found = recorded(history)
    names = _panels(list(found), metrics)
    drawn = [key for name in names for key in (name, f"val_{name}") if key in found]
    curves = {key: as_curve(found[key], f"history[{key!r}]") for key in drawn}
    require_one_length(curves)
    axes = _axes_for(names, ax)
    for name, panel in zip(names, axes, strict=True):
        _draw_panel(panel, name, curves)
    best = _best_epoch(curves)
    for name, panel in zip(names, axes, strict=True):
        _mark_best(panel, name, curves, best)
        note = _notes(name, curves, best)
        if note:
            _write_note(panel, note, best, len(curves[name]))
    _finish(axes, len(curves[names[0]]), title)
    for name, panel in zip(names, axes, strict=True):
        describe(panel, _words(name, curves, title if name == names[0] else ""))
    return axes


def _panels(recorded: list[str], metrics: Sequence[str] | None) -> list[str]:
    known = [name for name in recorded if not name.startswith("val_")]
    if not known:
        raise ValueError(f"history has only {', '.join(recorded)}; no training values.")
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
    """Return the index of the lowest validation loss; None if none is drawn."""
    losses = curves.get("val_loss")
    if losses is None or np.isnan(losses).all():
        return None
    return int(np.nanargmin(losses))


def _axes_for(names: list[str], ax: Any) -> np.ndarray:
    if ax is None:
        height = 1.1 + 1.75 * len(names)
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
    looks = {
        name: ("training", "--", POSITIVE, "o"),
        f"val_{name}": ("validation", "-", NEGATIVE, "s"),
    }
    for key, (label, style, colour, marker) in looks.items():
        if key in curves:
            alone = _alone(curves[key])  # between two gaps there is no line
            panel.plot(
                epochs,
                curves[key],
                style,
                color=colour,
                marker=marker if len(epochs) <= 15 or alone.any() else "",
                markevery=None if len(epochs) <= 15 else np.flatnonzero(alone).tolist(),
                label=label,
            )
    steep = "loss" in name and _is_steep(
        [curves[key] for key in looks if key in curves]
    )
    panel.set_ylabel(long_name(name) + (" (log scale)" if steep else ""))
    if steep:
        panel.set_yscale("log")
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        panel.yaxis.set_minor_formatter(NullFormatter())
    tidy(panel, grid="y")


def _alone(values: np.ndarray) -> np.ndarray:
    known = np.concatenate([[False], ~np.isnan(values), [False]])
    return known[1:-1] & ~known[:-2] & ~known[2:]


def _is_steep(curves: list[np.ndarray]) -> bool:
    """Whether most of the losses would lie on the bottom of the panel."""
    values = np.concatenate(curves)
    values = values[~np.isnan(values)]
    return bool(
        len(values) and values.min() > 0 and values.max() > _STEEP * np.median(values)
    )


def _mark_best(
    panel: Axes, name: str, curves: dict[str, np.ndarray], best: int | None
) -> None:
    if best is None:
        return
    panel.axvline(best + 1, color=FAINT, linestyle=":", linewidth=1.2, zorder=1)
    panel.plot(
        [best + 1],
        [curves.get(f"val_{name}", curves[name])[best]],
        marker="o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor=INK,
        markeredgewidth=1.2,
        linestyle="none",
        label="_best",
    )


def _notes(name: str, curves: dict[str, np.ndarray], best: int | None) -> str:
    """Return what is written into a panel: the best epoch, and where there is NaN."""
    notes = []
    if name == "loss" and best is not None:
        notes.append(f"best epoch: {best + 1}")
        notes.append(f"validation loss {curves['val_loss'][best]:.3g}")
    for key, label in ((name, "training"), (f"val_{name}", "validation")):
        if key in curves and missing(curves[key]):
            notes.append(f"{label}: {missing(curves[key])}")
    return "\n".join(notes)


def _write_note(panel: Axes, note: str, best: int | None, n_epochs: int) -> None:
    """Write at the top of the dotted line, on the roomier side, above the curves."""
    place = n_epochs if best is None else best + 1
    on_the_left = place > 0.6 * n_epochs and n_epochs > 1
    panel.annotate(
        note,
        xy=(place, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if on_the_left else 5, -2),
        textcoords="offset points",
        ha="right" if on_the_left else "left",
        va="top",
        fontsize=SMALL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )
    filled = min(0.13 * (note.count("\n") + 1), 0.7)  # of the panel's height
    _make_room_above(panel, filled / (1 - filled))


def _make_room_above(panel: Axes, share: float) -> None:
    """Widen what the scale has to show; a panel that shares its scale takes part."""
    low, high = panel.dataLim.intervaly
    if not np.isfinite([low, high]).all():
        return
    if panel.get_yscale() == "log":
        top = high * (high / low) ** share
    else:
        top = high + share * (high - low)
    panel.update_datalim([(1, top)], updatex=False)
    panel.autoscale_view(scalex=False)


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
    legend_above(axes[0], title)
    axes[-1].set_xlabel("epoch")


def _words(name: str, curves: dict[str, np.ndarray], title: str) -> str:
    start = opening(title)
    words = f"{start}{long_name(name)} over {count(len(curves[name]), 'epoch')}: "
    words += f"training {course(curves[name], name)}"
    if f"val_{name}" in curves:
        words += f"; validation {course(curves[f'val_{name}'], name)}"
        words += _gap(name, curves[name], curves[f"val_{name}"])
    if name == "loss" and _best_epoch(curves) is not None:
        words += ". A line marks the epoch of the lowest validation loss"
    return words[0].upper() + words[1:] + "."


def _gap(name: str, training: np.ndarray, validation: np.ndarray) -> str:
    """Say which of the two ends higher, if it is seen in the picture."""
    values = np.concatenate([training, validation])
    if np.isnan(values).all() or np.isnan([training[-1], validation[-1]]).any():
        return ""
    gap = validation[-1] - training[-1]
    if abs(gap) < 0.1 * (np.nanmax(values) - np.nanmin(values)):
        return ", and the two end close together"
    return f", and validation ends {'above' if gap > 0 else 'below'} training"

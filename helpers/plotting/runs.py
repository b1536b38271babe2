"""What training runs recorded: read from whatever holds it, and put into words."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.plotting.words import count, number, percent
from helpers.validation import as_numbers

_LONG_NAMES = {
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "acc": "accuracy",
}


def recorded(history: Any, argument: str = "history") -> Mapping[str, Any]:
    """Return the lists of a run by name, from any of the kinds that hold them.

    Parameters
    ----------
    history : keras.callbacks.History, mapping, or a saved run
        What ``fit`` returns, its ``history`` (lists of one number an epoch, by name),
        or anything that keeps such a dict as ``.history``.
    argument : str, optional
        The caller's name for it, for the message.

    Raises
    ------
    TypeError
        If there is no such dict.
    ValueError
        If it is empty.
    """
    found = history
    while not isinstance(found, Mapping) and hasattr(found, "history"):
        found = found.history
    if not isinstance(found, Mapping):
        raise TypeError(
            f"{argument} is {type(history).__name__}; what model.fit(...) returns is "
            "needed, or its .history (a dict of lists)."
        )
    if not found:
        raise ValueError(f"{argument} is empty; call model.fit(...) first.")
    return found


def as_curve(values: Any, name: str) -> np.ndarray:
    """Return one number an epoch as floats, with NaN where there was no finite one.

    A training that diverges is worth looking at: so NaN and infinity are no error.

    Raises
    ------
    TypeError
        If `values` are not numbers.
    ValueError
        If there are none, or not one an epoch.
    """
    if np.size(values) == 0:
        raise ValueError(f"{name} is empty: no epoch was trained.")
    numbers = np.asarray(values)
    if numbers.dtype.kind == "f":
        finite = np.isfinite(numbers)
        numbers = as_numbers(np.where(finite, numbers, 0), name, ndim=1)
        return np.where(finite, numbers, np.nan).astype(float)
    return as_numbers(values, name, ndim=1).astype(float)


def require_one_length(curves: Mapping[str, np.ndarray]) -> None:
    """Raise ValueError unless all curves of one run have the same number of epochs."""
    lengths = {name: len(values) for name, values in curves.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(
            f"history has lists of different lengths ({listed}); one number an epoch "
            "is needed in each. Validate in every epoch (validation_freq=1)."
        )


def long_name(name: str) -> str:
    """Return "val_acc" as "validation accuracy"."""
    part = "validation " if name.startswith("val_") else ""
    plain = name.removeprefix("val_")
    return part + _LONG_NAMES.get(plain, plain.replace("_", " "))


def writer(name: str) -> Callable[[float], str]:
    """Return how values of a metric are written: accuracies as percentages."""
    return percent if "acc" in name else number


def missing(values: np.ndarray) -> str:
    """Say in which epochs there is no finite number; "" if there is one in each."""
    gone = np.flatnonzero(np.isnan(values)) + 1
    if not len(gone):
        return ""
    if len(gone) == len(values):
        return "NaN in every epoch"
    if len(gone) > 1 and gone[0] == len(values) - len(gone) + 1:
        return f"NaN from epoch {gone[0]} on"
    if len(gone) == 1:
        return f"NaN in epoch {gone[0]}"
    return f"NaN in {count(len(gone), 'epoch')}, the first is {gone[0]}"


def course(values: np.ndarray, name: str) -> str:
    """Say how a curve goes: "falls from 0.9 to 0.45, then rises to 0.55"."""
    shown = writer(name)
    known = values[~np.isnan(values)]
    gaps = missing(values)
    if not len(known):
        return f"is {gaps}"
    more = f" ({gaps})" if gaps else ""
    first, last, low, high = known[0], known[-1], known.min(), known.max()
    if len(known) == 1:
        return f"is {shown(first)}{more}"
    if high - low <= 0.02 * abs(first):
        return f"stays near {shown(first)}{more}"
    much = 0.15 * (high - low)
    dips, peaks = min(first, last) - low > much, high - max(first, last) > much
    if dips and peaks:
        return f"goes up and down between {shown(low)} and {shown(high)}{more}"
    if dips or peaks:
        one, other = ("falls", "rises") if dips else ("rises", "falls")
        turn = shown(low if dips else high)
        return (
            f"{one} from {shown(first)} to {turn}, then {other} to {shown(last)}{more}"
        )
    way = "falls" if last < first else "rises"
    return f"{way} from {shown(first)} to {shown(last)}{more}"

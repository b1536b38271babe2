"""Checks of what a function was given.

Every error names the argument, what came, what was expected and what to do. Used by
all parts of `helpers`, so that a wrong input never gives a quiet wrong picture.
"""

import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

ROUNDING = 1e-4  # so far a share may leave 0 to 1: a softmax in float32 does


def as_numbers(
    value: ArrayLike, name: str, ndim: int | Sequence[int] | None = None
) -> np.ndarray:
    """Return `value` as an array of finite numbers.

    Parameters
    ----------
    value : array_like
        Booleans, integers or floats, of any shape with at least one element.
    name : str
        The caller's name for it, for the message.
    ndim : int or sequence of int, optional
        How many axes it may have.

    Returns
    -------
    numpy.ndarray
        The same numbers; the dtype is kept.

    Raises
    ------
    TypeError
        If the elements are not real numbers (text, objects, complex numbers).
    ValueError
        If it is empty, ragged, has another number of axes, holds NaN or infinity, or
        is a masked array with masked elements.
    """
    array = _as_array(value, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} holds {array.dtype} values; numbers are needed. "
            "Convert text or objects to numbers first."
        )
    if ndim is not None:
        allowed = [ndim] if isinstance(ndim, int) else list(ndim)
        if array.ndim not in allowed:
            axes = " or ".join(str(number) for number in allowed)
            raise ValueError(
                f"{name} has shape {array.shape}, so {array.ndim} axes; "
                f"{axes} are needed. Reshape or index it first."
            )
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); give at least one.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = int(np.size(array) - np.isfinite(array).sum())
        raise ValueError(
            f"{name} holds {bad} values that are NaN or infinite. "
            "Remove or fill them first."
        )
    return array


def as_labels(value: ArrayLike, name: str, n_classes: int | None = None) -> np.ndarray:
    """Return class labels as a one-dimensional array of integers from 0.

    Parameters
    ----------
    value : array_like, shape (samples,)
        Whole numbers; floats such as 2.0 are accepted, booleans count as 0 and 1.
    name : str
        The caller's name for it, for the message.
    n_classes : int, optional
        If given, every label must be below it.

    Returns
    -------
    numpy.ndarray of int64, shape (samples,)

    Raises
    ------
    TypeError
        If the labels are not numbers.
    ValueError
        If a label is negative, not whole, or not below `n_classes`; if `value` is
        empty or has several columns.
    """
    labels = as_numbers(value, name)
    if labels.ndim == 2:
        one_column = labels.shape[1] == 1
        remedy = (
            f"Take the column: {name}[:, 0]."
            if one_column
            else "Undo the one-hot encoding first: from_one_hot(...)."
        )
        raise ValueError(
            f"{name} has shape {labels.shape}; one label a sample is needed, shape "
            f"(samples,). {remedy}"
        )
    if labels.ndim != 1:
        raise ValueError(
            f"{name} has shape {labels.shape}; shape (samples,) is needed."
        )
    with np.errstate(invalid="ignore"):  # 1e300 fits no integer: reported below
        whole = labels.astype(np.int64)
    if not np.array_equal(whole, labels):
        first = labels[whole != labels][0]
        raise ValueError(
            f"{name} holds {first}; whole numbers, counted from 0, are needed."
        )
    if whole.min() < 0:
        raise ValueError(
            f"{name} holds {whole.min()}; whole numbers, counted from 0, are needed."
        )
    if n_classes is not None and whole.max() >= n_classes:
        raise ValueError(
            f"{name} holds {whole.max()}, but there are {n_classes} classes, "
            f"0 to {n_classes - 1}. Are the labels counted from 1?"
        )
    return whole


def as_shares(
    value: ArrayLike, name: str, ndim: int | Sequence[int] | None = None
) -> np.ndarray:
    """Return shares, probabilities or accuracies as floats from 0 to 1.

    What leaves the range by rounding alone is taken as 0 or 1.

    Parameters
    ----------
    value : array_like
        Numbers from 0 to 1, of any shape with at least one element.
    name : str
        The caller's name for it, for the message.
    ndim : int or sequence of int, optional
        How many axes it may have.

    Returns
    -------
    numpy.ndarray of float64

    Raises
    ------
    TypeError, ValueError
        As `as_numbers`, and if a number lies outside 0 to 1.
    """
    shares = as_numbers(value, name, ndim).astype(float)
    if shares.min() < -ROUNDING or shares.max() > 1 + ROUNDING:
        raise ValueError(
            f"{name} goes from {shares.min():g} to {shares.max():g}; shares from 0 to "
            "1 are needed. Divide percentages by 100; logits need a softmax or "
            "sigmoid first."
        )
    return shares.clip(0, 1)


def as_count(value: SupportsIndex, name: str, least: int = 1) -> int:
    """Return `value` as a Python integer of at least `least`.

    Parameters
    ----------
    value : int
        A number of something; NumPy's integers are accepted, booleans are not.
    name : str
        The caller's name for it, for the message.
    least : int, default 1
        The smallest number that makes sense.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If `value` is not a whole number of an integer type.
    ValueError
        If it is below `least`.
    """
    try:
        count = operator.index(value)
    except TypeError:
        count = None
    if count is None or isinstance(value, bool | np.bool_):
        raise TypeError(
            f"{name} is {value!r}; a whole number such as {least} is needed."
        )
    if count < least:
        raise ValueError(f"{name} is {count}; it must be at least {least}.")
    return count


def as_sampling_rate(value: ArrayLike) -> float:
    """Return a number of samples a second (Hz).

    Raises
    ------
    TypeError, ValueError
        If it is not one number above 0.
    """
    rate = float(as_numbers(value, "sampling_rate", ndim=0))
    if rate <= 0:
        raise ValueError(f"sampling_rate is {rate:g} Hz; a number above 0 is needed.")
    return rate


def require_same_length(**arrays: Any) -> None:
    """Raise ValueError unless all `arrays` have the same number of samples."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {count}" for name, count in lengths.items())
        raise ValueError(f"These belong together, sample by sample, but {counts}.")


def _as_array(value: ArrayLike, name: str) -> np.ndarray:
    if np.ma.is_masked(value):
        raise ValueError(
            f"{name} has masked elements, which would be read as numbers. "
            "Fill them first: .filled(...)."
        )
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} has rows of different lengths; they do not make one array."
        ) from error

"""From raw data to arrays that a network can learn from.

Only what Keras and scikit-learn lack: images, one-hot targets, windows of a long
series, a split by time, word sequences. Tables go through scikit-learn's pipelines.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from helpers.validation import (
    ROUNDING,
    as_count,
    as_labels,
    as_numbers,
    require_same_length,
)

__all__ = [
    "from_one_hot",
    "multi_hot",
    "one_hot",
    "prepare_images",
    "scale_windows",
    "sliding_windows",
    "split_by_time",
]


def prepare_images(images: ArrayLike, layout: str = "image") -> np.ndarray:
    """Scale pixels to [0, 1] and lay images out as a network expects them.

    Parameters
    ----------
    images : array_like, shape (samples, height, width) or (..., channels)
        Either uint8 pixels, 0 to 255, which are divided by 255, or floats that are
        in [0, 1] already, which keep their values (what leaves the range by rounding
        alone becomes 0 or 1). At most 4 channels, last.
    layout : {"image", "flat"}, default "image"
        "image" for convolutional layers, "flat" for dense layers.

    Returns
    -------
    numpy.ndarray of float32
        A new array of shape (samples, height, width, channels) or, flat,
        (samples, height * width * channels). Images without channels get one.

    Raises
    ------
    TypeError
        If the pixels are neither uint8 nor floats.
    ValueError
        If floats lie outside [0, 1], the axes are wrong, or there is no image.
    """
    if layout not in ("image", "flat"):
        raise ValueError(f'layout is {layout!r}; it must be "image" or "flat".')
    pixels = as_numbers(images, "images")
    _require_image_axes(pixels.shape)
    if pixels.dtype == np.uint8:
        # Converts and divides in small pieces: no second array of floats is made.
        scaled = np.divide(pixels, np.float32(255), dtype=np.float32, order="C")
    else:
        _require_scaled(pixels)
        scaled = np.array(pixels, dtype=np.float32, order="C")
        np.clip(scaled, 0, 1, out=scaled)  # what rounding added
    if layout == "flat":
        return scaled.reshape(len(scaled), -1)
    return scaled[..., np.newaxis] if scaled.ndim == 3 else scaled


def one_hot(labels: ArrayLike, n_classes: int | None = None) -> np.ndarray:
    """Encode class labels as rows with a single 1.

    Parameters
    ----------
    labels : array_like of int, shape (samples,)
        Counted from 0.
    n_classes : int, optional
        The number of classes; by default the largest label plus 1. Give it whenever
        the last class may be absent from `labels`.

    Returns
    -------
    numpy.ndarray of float32, shape (samples, n_classes)

    Raises
    ------
    TypeError, ValueError
        If a label is not a whole number in 0 to n_classes - 1, if there are none, or
        if there would be one class only.
    """
    if n_classes is not None:
        n_classes = as_count(n_classes, "n_classes", least=2)
    classes = as_labels(labels, "labels", n_classes)
    if n_classes is None:
        n_classes = int(classes.max()) + 1
        if n_classes == 1:
            raise ValueError(
                "labels are all 0, so the number of classes is not known. "
                "Give it: one_hot(labels, n_classes=...)."
            )
    matrix = np.zeros((len(classes), n_classes), dtype=np.float32)
    matrix[np.arange(len(classes)), classes] = 1
    return matrix


def from_one_hot(matrix: ArrayLike) -> np.ndarray:
    """Return the class of each row: undo `one_hot`, or pick the most probable class.

    Parameters
    ----------
    matrix : array_like, shape (samples, classes)
        One-hot rows, or class probabilities as a softmax gives them: values in
        [0, 1], each row with the sum 1 (within 0.01, for half precision).

    Returns
    -------
    numpy.ndarray of int64, shape (samples,)
        Labels, counted from 0.

    Raises
    ------
    TypeError
        If the elements are not numbers.
    ValueError
        If there is one column only, a row is neither one-hot nor probabilities (all
        zero, logits, several labels), or two classes of a row are equally probable.
    """
    rows = as_numbers(matrix, "matrix", ndim=2)
    if rows.shape[1] < 2:
        raise ValueError(
            f"matrix has shape {rows.shape}: one column has no largest class. "
            "For one sigmoid unit use (probability > 0.5) instead."
        )
    sums = rows.sum(axis=1, dtype=np.float64)
    valid = (rows.min(axis=1) >= 0) & (np.abs(sums - 1) <= 0.01)
    _require_each_row(
        valid, rows, "are values in [0, 1] with the sum 1. Logits need a softmax first"
    )
    winners = rows == rows.max(axis=1, keepdims=True)
    _require_each_row(winners.sum(axis=1) == 1, rows, "have one largest value, no tie")
    return rows.argmax(axis=1)


def sliding_windows(
    series: ArrayLike, length: int, step: int = 1, groups: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a long series into windows of equal length.

    Windows start at rows 0, step, 2 * step, ... as long as they fit.

    Parameters
    ----------
    series : array_like, shape (rows, channels)
    length : int
        Rows in a window.
    step : int, default 1
        Rows from one start to the next. Windows overlap if it is below `length`.
    groups : array_like, shape (rows,), optional
        What each row belongs to, such as a recording. Only windows whose rows all
        belong to one group are kept; it is ``groups[start]``.

    Returns
    -------
    windows : numpy.ndarray, shape (windows, length, channels)
        A copy, with the dtype of `series`.
    start : numpy.ndarray of int64, shape (windows,)
        The row of `series` at which each window starts, ascending.

    Raises
    ------
    TypeError, ValueError
        If `series` is not a table of finite numbers, is shorter than a window, has
        another length than `groups`, or if no window lies within one group.
    """
    table = as_numbers(series, "series", ndim=2)
    length, step = as_count(length, "length"), as_count(step, "step")
    if len(table) < length:
        raise ValueError(
            f"series has {len(table)} rows, fewer than one window of {length}."
        )
    start = np.arange(0, len(table) - length + 1, step, dtype=np.int64)
    if groups is not None:
        start = start[_within_one_group(groups, len(table), start, length)]
    view = np.lib.stride_tricks.sliding_window_view(table, length, axis=0)
    return np.ascontiguousarray(view[start].transpose(0, 2, 1)), start


def scale_windows(windows: ArrayLike) -> np.ndarray:
    """Centre and scale each channel of each window by itself.

    From every window and channel its own mean is taken off, and the rest is divided by
    its own sample standard deviation (``ddof=1``, as R's ``scale`` does). A channel
    that does not change within a window becomes 0.

    Parameters
    ----------
    windows : array_like, shape (windows, length, channels)
        At least 2 rows long.

    Returns
    -------
    numpy.ndarray of float32, same shape

    Raises
    ------
    TypeError, ValueError
        If `windows` has other axes, one row only, or values that are not finite.
    """
    values = as_numbers(windows, "windows", ndim=3).astype(np.float64)
    if values.shape[1] < 2:
        raise ValueError(
            f"windows has shape {values.shape}: a standard deviation needs at least 2 "
            "rows. The axes are (windows, length, channels)."
        )
    # Rounding can give a constant channel a tiny standard deviation, which would blow
    # it up to noise; its range is 0 exactly. In units of the range, squares of very
    # large or very small values stay within what a float can hold, too.
    lowest = values.min(axis=1, keepdims=True)
    value_range = values.max(axis=1, keepdims=True) - lowest
    constant = value_range == 0
    values = (values - lowest) / np.where(constant, 1, value_range)
    values -= values.mean(axis=1, keepdims=True)
    deviation = values.std(axis=1, ddof=1, keepdims=True)
    return (values / np.where(constant, 1, deviation)).astype(np.float32)


def split_by_time(
    recording: ArrayLike,
    start: ArrayLike,
    length: int,
    block: int = -1,
    n_blocks: int = 5,
) -> tuple[np.ndarray, np.ndarray]:
    """Split overlapping windows so that training and test share no row.

    The n windows of each recording are sorted by their start and cut into `n_blocks`
    blocks: block b is [floor(b * n / n_blocks), floor((b + 1) * n / n_blocks)). One
    block of each recording is for testing. Training windows that share a row with a
    test window of their recording are left out of both.

    For validation data, split the training part again in the same way:

    >>> train, test = split_by_time(recording, start, 260)      # doctest: +SKIP
    >>> fit, val = split_by_time(recording[train], start[train], 260)  # doctest: +SKIP
    >>> x_fit, x_val = x[train[fit]], x[train[val]]             # doctest: +SKIP

    Parameters
    ----------
    recording : array_like, shape (windows,)
        Which recording each window was cut from: numbers or text.
    start : array_like of int, shape (windows,)
        First row of each window, as `sliding_windows` returns it.
    length : int
        Rows in a window.
    block : int, default -1
        Which block to test, from 0; negative numbers count from the last.
    n_blocks : int, default 5

    Returns
    -------
    train, test : numpy.ndarray of int64
        Positions of the windows, ascending, for indexing.

    Raises
    ------
    TypeError, ValueError
        If lengths differ, an argument is out of range, a recording has fewer windows
        than blocks, or none of its windows is left for training.
    """
    owner = _as_groups(recording, "recording")
    first_row = as_labels(start, "start")
    require_same_length(recording=owner, start=first_row)
    length = as_count(length, "length")
    n_blocks = as_count(n_blocks, "n_blocks", least=2)
    block = as_count(block, "block", least=-n_blocks)
    if block >= n_blocks:
        raise ValueError(
            f"block is {block}, but {n_blocks} blocks are 0 to {n_blocks - 1}."
        )
    parts = []
    for name in np.unique(owner):
        windows = np.flatnonzero(owner == name)
        windows = windows[np.argsort(first_row[windows], kind="stable")]
        _require_enough_windows(len(windows), n_blocks, name)
        train, test = _split_recording(first_row[windows], length, block, n_blocks)
        if not train.any():
            raise ValueError(
                f"Recording {name} has no window left for training: all share rows "
                "with the test block. Give more windows, or fewer blocks."
            )
        parts.append((windows[train], windows[test]))
    return (
        np.sort(np.concatenate([train for train, _ in parts])),
        np.sort(np.concatenate([test for _, test in parts])),
    )


def multi_hot(
    sequences: Iterable[Sequence[int] | np.ndarray],
    n_words: int,
    dtype: DTypeLike = np.uint8,
) -> np.ndarray:
    """Encode sequences of word numbers as rows of 0 and 1: which words occur.

    Order and repeats are lost. With uint8, 25,000 reviews of 10,000 words take 250 MB;
    float32 would take four times as much.

    Parameters
    ----------
    sequences : iterable of sequences of int
        Word numbers in 0 to n_words - 1. A sequence without words gives a row of 0.
    n_words : int
        How many words there are.
    dtype : data-type, default uint8
        Of the result: a type of numbers.

    Returns
    -------
    numpy.ndarray, shape (sequences, n_words)

    Raises
    ------
    TypeError, ValueError
        If there is no sequence, or a sequence holds anything but whole numbers in 0 to
        n_words - 1.
    """
    n_words = as_count(n_words, "n_words")
    if np.dtype(dtype).kind not in "biuf":
        raise TypeError(f"dtype is {np.dtype(dtype)}; give a type of numbers.")
    rows = list(sequences)
    if not rows:
        raise ValueError("sequences is empty; give at least one sequence.")
    matrix = np.zeros((len(rows), n_words), dtype=dtype)
    # One row at a time takes no memory beside the matrix, and is faster than laying
    # the sequences end to end first (0.7 s against 1.0 s for 25,000 reviews).
    for number, row in enumerate(rows):
        words = np.asarray(row)
        if words.size > 0 or words.ndim != 1:
            _require_words(words, n_words, number)
            matrix[number, words] = 1
    return matrix


def _require_image_axes(shape: tuple[int, ...]) -> None:
    expected = "(samples, height, width) or (samples, height, width, channels)"
    problem = None
    if len(shape) == 2:
        problem = "One image? Give images[np.newaxis]. Flat already? Nothing is to do"
    elif len(shape) == 4 and shape[-1] > 4:
        problem = f"The last axis would be {shape[-1]} channels; put channels last"
    elif len(shape) == 3 and min(shape[:2]) > 4 and shape[2] in (1, 3, 4):
        problem = (
            "This looks like one image with channels: give images[np.newaxis]. Several "
            f"images that are {shape[2]} wide need an axis for their channel: give "
            "images[..., np.newaxis]"
        )
    elif len(shape) not in (3, 4):
        problem = "Reshape it first"
    if problem is not None:
        raise ValueError(f"images has shape {shape}; {expected} is needed. {problem}.")


def _require_scaled(pixels: np.ndarray) -> None:
    if pixels.dtype.kind != "f":
        raise TypeError(
            f"images holds {pixels.dtype} values; uint8 pixels or floats in [0, 1] are "
            "needed. For whole numbers 0 to 255: images.astype(np.uint8)."
        )
    lowest, highest = pixels.min(), pixels.max()
    if lowest < -ROUNDING or highest > 1 + ROUNDING:
        raise ValueError(
            f"images holds floats from {lowest:g} to {highest:g}; floats must be in "
            "[0, 1], uint8 in 0 to 255. For pixels 0 to 255 stored as floats: "
            "images.astype(np.uint8)."
        )


def _require_each_row(valid: np.ndarray, rows: np.ndarray, rule: str) -> None:
    if not valid.all():
        bad = int(np.argmin(valid))
        values = np.array2string(rows[bad], precision=3, threshold=10)
        raise ValueError(
            f"matrix row {bad} is {values}; one-hot rows or class probabilities {rule}."
        )


def _as_groups(value: ArrayLike, name: str) -> np.ndarray:
    groups = np.asarray(value)
    if groups.dtype.kind not in "US":
        groups = as_numbers(groups, name)
    if groups.ndim != 1:
        raise ValueError(f"{name} has shape {groups.shape}; shape (rows,) is needed.")
    return groups


def _within_one_group(
    groups: ArrayLike, n_rows: int, start: np.ndarray, length: int
) -> np.ndarray:
    owner = _as_groups(groups, "groups")
    if len(owner) != n_rows:
        raise ValueError(f"series has {n_rows} rows, but groups has {len(owner)}.")
    # Number the runs of equal groups: first and last row are then in the same run.
    run = np.concatenate([[0], np.cumsum(owner[1:] != owner[:-1])])
    kept = run[start] == run[start + length - 1]
    if not kept.any():
        raise ValueError(
            f"No window of {length} rows lies within one group. Give a smaller length."
        )
    return kept


def _require_enough_windows(n_windows: int, n_blocks: int, name: object) -> None:
    if n_windows < n_blocks:
        raise ValueError(
            f"Recording {name} has {n_windows} windows, fewer than {n_blocks} blocks."
        )


def _split_recording(
    start: np.ndarray, length: int, block: int, n_blocks: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return two masks over the windows of one recording, sorted by start."""
    block %= n_blocks  # -1 is the last
    first = block * len(start) // n_blocks
    end = (block + 1) * len(start) // n_blocks
    test = np.zeros(len(start), dtype=bool)
    test[first:end] = True
    before = start + length <= start[first]
    after = start >= start[end - 1] + length
    return before | after, test


def _require_words(words: np.ndarray, n_words: int, number: int) -> None:
    name = f"sequences[{number}]"
    if words.ndim != 1:
        raise ValueError(
            f"{name} is {np.array2string(words, threshold=10)}, no sequence. "
            "multi_hot takes several sequences; for one, give [sequence]."
        )
    if words.dtype.kind not in "iu":
        raise TypeError(
            f"{name} holds {words.dtype} values; word numbers are integers."
        )
    lowest, highest = int(words.min()), int(words.max())
    if lowest < 0 or highest >= n_words:
        raise ValueError(
            f"{name} holds word number {lowest if lowest < 0 else highest}; with "
            f"n_words={n_words}, numbers are 0 to {n_words - 1}. Load the data with "
            f"num_words={n_words}, or leave rarer words out."
        )

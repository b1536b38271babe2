"""Which source a loader takes its data from, and what was taken."""

import os
from collections.abc import Callable
from typing import TypeVar

from helpers.datasets.cache import DataUnavailable, warn_caller
from helpers.datasets.records import DataSet

Record = TypeVar("Record", bound=DataSet)

_last_source: dict[str, str] = {}

SOURCE_VARIABLE = "KERAS_COURSE_SOURCE"


class SampleWarning(UserWarning):
    """The full data are not to be had, so a sample stands in for them."""


def choose_source(source: str | None, allowed: tuple[str, ...]) -> str | None:
    """Return the source that is asked for, or None for "the best to be had".

    Parameters
    ----------
    source : str or None
        The loader's argument; None leaves it to the variable KERAS_COURSE_SOURCE.
    allowed : tuple of str
        What the loader knows.

    Raises
    ------
    ValueError
        If `source` is not in `allowed`, or the variable is neither full nor sample.
    """
    if source is not None:
        if source not in allowed:
            raise ValueError(
                f"source={source!r} is not known here; "
                f"it can be {_one_of(allowed)}, or None."
            )
        return source
    named = os.environ.get(SOURCE_VARIABLE, "").strip()
    if named not in ("", "full", "sample"):
        raise ValueError(
            f"The variable {SOURCE_VARIABLE} is {named!r}; it can be 'full' or "
            "'sample', or not set."
        )
    return named or None


def _one_of(allowed: tuple[str, ...]) -> str:
    *first, last = [repr(name) for name in allowed]
    return f"{', '.join(first)} or {last}"


def full_or_sample(
    chosen: str | None,
    load_full: Callable[[], Record],
    load_sample: Callable[[], Record],
) -> Record:
    """Return the full data or, if they are not to be had, the sample with a warning.

    Raises
    ------
    DataUnavailable
        If the full data were asked for and are not to be had.
    """
    if chosen == "sample":
        return load_sample()
    try:
        return load_full()
    except DataUnavailable as error:
        if chosen == "full":
            raise
        reason = str(error)
    record = load_sample()
    kind = "SIMULATED data" if record.simulated else "a sample of the real data"
    warn_caller(
        f"{record.name}: {kind}, not the full set, so figures will differ from the "
        f"text. {reason}",
        SampleWarning,
    )
    return record


def remember(record: Record) -> Record:
    """Note for `sample_in_use` which source a set with a sample came from."""
    _last_source[record.name] = record.source
    return record


def sample_in_use() -> bool:
    """Tell whether a stand-in is in use in this process.

    Returns
    -------
    bool
        True if MNIST, walking or IMDB, when last loaded, came as the sample.
    """
    return "sample" in _last_source.values()

"""Read how far results spread over seeds, as `course bands` measured it."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["mean", "low", "high", "sd", "n", "seconds"]


def read_bands(
    path: str | os.PathLike[str],
    names: list[str] | None = None,
    source: str | None = None,
) -> "pd.DataFrame":
    """Read measured bands: what ten seeds or more gave for each number.

    Parameters
    ----------
    path : path-like
        A JSON file that the command ``course bands`` has written.
    names : list of str, optional
        Which entries, in this order; by default all.
    source : {"full", "sample"}, optional
        The data that were used; by default those that this notebook uses.

    Returns
    -------
    pandas.DataFrame
        One row for each name, with the columns mean, low (smallest), high (largest),
        sd (sample standard deviation, NaN for one seed), n (how many seeds) and
        seconds (of one run). What was not measured under a name is NaN.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    KeyError
        If it has nothing about `source` or one of `names`.
    ValueError
        If it is not such a file, or `source` is unknown.
    """
    import pandas as pd  # here, so that importing helpers.training stays cheap

    measured = _read_source(Path(path), source)
    values, seconds = measured["values"], measured["seconds"]
    everything = list(dict.fromkeys([*values, *seconds]))
    wanted = everything if names is None else list(names)
    unknown = [name for name in wanted if name not in everything]
    if unknown:
        raise KeyError(
            f"{path} has no entry {', '.join(map(repr, unknown))}; it has "
            f"{', '.join(map(repr, everything))}. Measure anew: course bands."
        )
    rows = [[*_summary(values.get(name)), seconds.get(name, np.nan)] for name in wanted]
    table = pd.DataFrame(rows, index=pd.Index(wanted, name="name"), columns=COLUMNS)
    return table.astype({"n": int})


def _read_source(path: Path, source: str | None) -> dict[str, Any]:
    if source is None:
        from helpers.datasets import sample_in_use

        source = "sample" if sample_in_use() else "full"
    if source not in ("full", "sample"):
        raise ValueError(f'source is {source!r}; it must be "full" or "sample".')
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"There is no file {path}. Measure the bands: course bands."
        ) from None
    except ValueError as error:
        raise ValueError(
            f"{path} is not JSON ({error}). Measure the bands anew: course bands."
        ) from error
    if not isinstance(content, dict) or source not in content:
        raise KeyError(
            f'{path} has no bands of the data "{source}". Measure them: course bands.'
        )
    measured = content[source]
    if not isinstance(measured, dict) or not {"values", "seconds"} <= measured.keys():
        raise ValueError(
            f'{path} lacks "values" or "seconds" under "{source}". '
            "Measure the bands anew: course bands."
        )
    return measured


def _summary(values: list[float] | None) -> list[float]:
    if not values:
        return [np.nan, np.nan, np.nan, np.nan, 0]
    numbers = np.asarray(values, dtype=np.float64)
    deviation = numbers.std(ddof=1) if len(numbers) > 1 else np.nan
    summary = [numbers.mean(), numbers.min(), numbers.max(), deviation, len(numbers)]
    return [float(number) for number in summary]

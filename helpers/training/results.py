"""The table that closes a chapter: reference, this run, and the spread over seeds."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.training.bands import read_bands

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[str, float, float | None, int | None]


def results_table(
    path: str | os.PathLike[str],
    rows: Sequence[Row],
    figure: str = "test accuracy",
    decimals: int = 4,
) -> "pd.DataFrame":
    """Set the results of this run beside those published and those of other seeds.

    Parameters
    ----------
    path : path-like
        The chapter's bands, written by the command ``course bands``.
    rows : sequence of (str, float, float or None, int or None)
        For each model its name, what this run gave, what the reference gave, and its
        number of parameters; None where there is none. The bands are those that
        `expect` measured as "<name>, <figure>", the seconds those that `stopwatch`
        measured as "<name>".
    figure : str, default "test accuracy"
        What is compared.
    decimals : int, default 4
        How many decimals of `figure` are shown.

    Returns
    -------
    pandas.DataFrame
        One row a model, all entries as text: reference, this run, lowest, mean and
        highest over the seeds, seconds (of one run), parameters.

    Raises
    ------
    FileNotFoundError, KeyError, ValueError
        As `read_bands`: no file, or nothing in it about a model.
    ValueError
        If there are no rows.
    """
    import pandas as pd  # here, so that importing helpers.training stays cheap

    if not rows:
        raise ValueError("rows is empty; give at least one model.")
    names = [name for name, *_ in rows]
    bands = read_bands(path, [f"{name}, {figure}" for name in names])
    seconds = read_bands(path, names)["seconds"]
    lines = []
    for name, value, reference, parameters in rows:
        band = bands.loc[f"{name}, {figure}"]
        numbers = [reference, value, band["low"], band["mean"], band["high"]]
        lines.append(
            ["–" if number is None else f"{number:.{decimals}f}" for number in numbers]
            + [f"{seconds[name]:.1f}", "–" if parameters is None else f"{parameters:,}"]
        )
    seeds = int(bands["n"].min())
    columns = ["reference", "this run"]
    columns += [f"{which} of {seeds} seeds" for which in ("lowest", "mean", "highest")]
    columns += ["seconds", "parameters"]
    return pd.DataFrame(lines, index=pd.Index(names, name=figure), columns=columns)

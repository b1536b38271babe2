"""The table that closes a chapter: published, this run, and the spread over seeds."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.training.bands import read_bands

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[str, float, float | None, int | None]


def results_table(
    chapter: str | os.PathLike[str],
    rows: Sequence[Row],
    figure: str = "test accuracy",
    decimals: int = 4,
) -> "pd.DataFrame":
    """Set the results of this run beside those published and those of other seeds.

    Parameters
    ----------
    chapter : str or path-like
        The chapter, such as "04_mnist", whose bands lie in the folder ``bands`` beside
        it, or the path of a file with bands. The command ``course bands`` writes them.
    rows : sequence of (str, float, float or None, int or None)
        For each model its name, what this run gave, what was published, and its
        number of parameters; None where there is none. The bands are those of the
        claim "<name>, <figure>", the seconds those measured as
        "<name>".
    figure : str, default "test accuracy"
        What is compared.
    decimals : int, default 4
        How many decimals of `figure` are shown.

    Returns
    -------
    pandas.DataFrame
        One row a model, all entries as text: published, this run, lowest, mean and
        highest over the seeds on the data in use, seconds (of one run, where they were
        measured), parameters.

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
    path = Path(chapter)
    if not path.suffix:  # the name of a chapter; notebooks run in their own folder
        path = Path("bands") / f"{path}.json"
    everything = read_bands(path)
    names = [name for name, *_ in rows]
    bands = read_bands(path, [f"{name}, {figure}" for name in names])
    seconds = everything["seconds"].reindex(names)
    lines = []
    for name, value, published, parameters in rows:
        band = bands.loc[f"{name}, {figure}"]
        numbers = [published, value, band["low"], band["mean"], band["high"]]
        lines.append(
            ["–" if number is None else f"{number:.{decimals}f}" for number in numbers]
            + [f"{seconds[name]:.1f}", "–" if parameters is None else f"{parameters:,}"]
        )
    seeds = int(bands["n"].min())
    columns = ["published", "this run"]
    columns += [f"{which} of {seeds} seeds" for which in ("lowest", "mean", "highest")]
    columns += ["seconds", "parameters"]
    table = pd.DataFrame(lines, index=pd.Index(names, name=figure), columns=columns)
    return table if seconds.notna().any() else table.drop(columns="seconds")

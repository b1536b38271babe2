"""Which rows there are."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.lines import Line

# Each holds a list `ROWS`; a new module is added here.
MODULES = [
    "importing",
    "loading",
    "figures",
    "trees",
    "maps",
    "convnets",
    "dense",
    "walking",
    "again",
    "notebooks",
    "grading",
]


@dataclass(frozen=True)
class Row:
    """A row of the table: its name on the command line, and what measures it.

    `measure(quick)` returns its lines, one for each figure that has a goal. With
    `quick`, it repeats less, or takes less data; `in_quick=False` leaves it out then.
    """

    name: str
    measure: Callable[[bool], list[Line]]
    in_quick: bool = True


class NotMeasured(Exception):
    """A row cannot be measured here; the reason is shown in the table."""


def all_rows() -> dict[str, Row]:
    """Return all rows by name, in the order in which they run."""
    rows: dict[str, Row] = {}
    for name in MODULES:
        for row in importlib.import_module(f"benchmarks.{name}").ROWS:
            if row.name in rows:
                raise ValueError(f"two rows are called {row.name!r}.")
            rows[row.name] = row
    return rows

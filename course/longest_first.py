"""A pytest plugin: files that take long come first, so that all workers end together.

How long each file took is remembered in pytest's cache. Where nothing is remembered,
notebooks come first, those with many cells before those with few.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import pytest

REMEMBERED = "course/seconds"


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    cache = config.cache
    known = cache.get(REMEMBERED, {}) if cache else {}
    weights = weights_of([_file(item.nodeid) for item in items], known)
    items.sort(key=lambda item: -weights[_file(item.nodeid)])


def weights_of(files: Iterable[str], known: Mapping[str, float]) -> dict[str, float]:
    """Return for each file about how many seconds it will take.

    Parameters
    ----------
    files : iterable of str
        The file of each test or cell, as often as it has some.
    known : mapping of str to float
        How many seconds files took in an earlier run.
    """
    cells = Counter(files)
    return {
        file: known.get(file, count if file.endswith(".ipynb") else 0)
        for file, count in cells.items()
    }


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    seconds = seconds_of_files(terminalreporter.stats)
    for file, taken in sorted(seconds.items(), key=lambda item: -item[1]):
        if file.endswith(".ipynb"):
            terminalreporter.write_line(f"{taken:7.1f} s  {file}")
    if config.cache and not runs_parts_of_files(config):
        known = config.cache.get(REMEMBERED, {})
        config.cache.set(REMEMBERED, {**known, **seconds})


def runs_parts_of_files(config: pytest.Config) -> bool:
    """Return whether tests are chosen one by one, or the run may stop half-way."""
    chosen = config.option.keyword or config.option.markexpr or config.option.maxfail
    return bool(chosen) or any("::" in argument for argument in config.args)


def seconds_of_files(stats: Mapping[str, list[Any]]) -> dict[str, float]:
    """Return how long each file took: for a notebook, with its kernel's start."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for report in chain.from_iterable(stats.values()):
        if hasattr(report, "duration"):
            seconds[_file(report.nodeid)] += report.duration
    return {file: round(taken, 1) for file, taken in seconds.items()}


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]

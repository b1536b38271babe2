"""Measure how far a chapter's figures range when only the seed changes.

The notebook is run once for each seed, in an empty folder, and its claims are asked
(`course.claims`). In a chapter that has no claims file yet, `expect` and `stopwatch` of
`helpers.training` write each figure and each time to a file (see there). Cells tagged
``skip-bands``, which no figure depends on, are left out.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import Any

from course.claims.claim import claims_file, read_claims
from course.claims.measuring import ask_once
from course.claims.placing import SKIP_TAG, require_placed
from course.notebooks import (
    SOURCE_VARIABLE,
    read_notebook,
    run_notebook,
    write_whole,
)
from course.tolerances import bands_file, measured_bands
from helpers.training.measuring import MEASURE_VARIABLE
from helpers.training.seeds import OFFSET_VARIABLE

Run = list[dict[str, Any]]  # what one run measured: {"name": ..., "value": ...}, ...
Measured = Callable[[int], Run]  # runs one copy of a notebook, from 0


def measure(
    file: Path,
    source: str,
    seeds: int,
    on_seed: Callable[[int], None],
    jobs: int = 1,
) -> dict[str, Any]:
    """Run a notebook under several seeds; write and return the bands.

    Parameters
    ----------
    file : pathlib.Path
        The notebook.
    source : str
        "full" or "sample".
    seeds : int
        How many copies of the notebook are run, each with other seeds. The seeds of
        the first are the notebook's own.
    on_seed : callable
        Called with the number of runs that have ended, before the next one.
    jobs : int, default 1
        How many runs at a time. The first run has the machine to itself: the seconds
        are taken from it.

    Returns
    -------
    dict
        ``{"seeds": n, "values": {name: [n numbers]}, "seconds": {name: number}}``
    """
    measure_one = _measurement(file, source)
    on_seed(0)
    runs = {0: measure_one(0)}
    bands = _store(file, source, runs)
    for seed, run in _run_rest(measure_one, range(1, seeds), jobs):
        on_seed(len(runs))
        runs[seed] = run
        # After each seed, so that a run that is stopped has not been for nothing.
        bands = _store(file, source, runs)
    return bands


def _measurement(file: Path, source: str) -> Measured:
    notebook = read_notebook(file)
    if not claims_file(file).exists():
        return partial(_run_once, notebook, source)
    claims = read_claims(file)
    require_placed(claims, notebook, read_text=False)
    return partial(ask_once, claims, notebook, source)


def _run_rest(
    measure_one: Measured, seeds: range, jobs: int
) -> Iterator[tuple[int, Run]]:
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        started = {pool.submit(measure_one, seed): seed for seed in seeds}
        try:
            for ended in as_completed(started):
                yield started[ended], ended.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _store(file: Path, source: str, runs: dict[int, Run]) -> dict[str, Any]:
    values: dict[str, list[float]] = defaultdict(list)
    for seed in sorted(runs):
        for entry in runs[seed]:
            if "value" in entry:
                values[entry["name"]].append(entry["value"])
    _require_one_of_each(values, len(runs))
    bands = {
        "seeds": len(runs),
        "values": {name: _rounded(numbers) for name, numbers in values.items()},
        "seconds": {
            entry["name"]: round(entry["seconds"], 2)
            for entry in runs[0]
            if "seconds" in entry
        },
    }
    _write(file, source, bands)
    return bands


def _run_once(notebook: Any, source: str, seed: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        measured = Path(folder) / "measured.jsonl"
        environment = {
            SOURCE_VARIABLE: source,
            OFFSET_VARIABLE: str(seed),
            MEASURE_VARIABLE: str(measured),
        }
        run_notebook(notebook, Path(folder), environment, skip_tags=[SKIP_TAG])
        if not measured.exists():
            raise RuntimeError(
                "The notebook has no figure to measure: it has no claims file, and "
                "calls neither expect nor stopwatch of helpers.training."
            )
        lines = measured.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _require_one_of_each(values: dict[str, list[float]], seeds: int) -> None:
    for name, numbers in values.items():
        if len(numbers) != seeds:
            raise RuntimeError(
                f"{name!r} was measured {len(numbers)} times in {seeds} runs; each "
                "figure needs a name of its own, and must be there under every seed."
            )


def _rounded(numbers: list[float]) -> list[float]:
    """Round to six digits; integers stay as they are."""
    return [n if isinstance(n, int) else float(f"{n:.6g}") for n in numbers]


def _write(file: Path, source: str, bands: dict[str, Any]) -> None:
    target = bands_file(file)
    known = measured_bands(file)
    known[source] = bands
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, json.dumps(known, indent=1) + "\n")

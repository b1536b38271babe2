"""Store outputs: run notebooks, and keep what came where it differs from the stored.

The full data's outputs go into the notebook itself, the sample's into a small file
beside the tests; both go there where a notebook stores none, as an exercise does. Cells
whose outputs agree within their tolerance stay as they are, so that a second recording
changes nothing.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from course.comparison import differences, reduce_outputs
from course.notebooks import (
    SOURCE_VARIABLE,
    project_folder,
    read_notebook,
    record_file,
    run_notebook,
    stores_no_outputs,
    write_whole,
)
from course.portable_errors import make_portable
from course.tolerances import bands_of, tolerance_of
from helpers.datasets import cached_full_sets


def record(
    file: Path, sources: tuple[str, ...], on_cell: Callable[[str, int], None]
) -> dict[str, int]:
    """Run a notebook on each source and store the outputs that moved.

    Parameters
    ----------
    file : pathlib.Path
    sources : tuple of str
        "full", "sample" or both.
    on_cell : callable
        Called with the source and the cell's index when a cell starts.

    Returns
    -------
    dict of str to int
        For each source, how many cells were stored anew.

    Raises
    ------
    RuntimeError
        If full data are wanted and not there, if a cell fails, or if one writes to
        stderr. Nothing is stored for that source then.
    """
    if "full" in sources:
        _require_full_data()
    moved = {}
    for source in sources:
        notebook = read_notebook(file)
        environment = {SOURCE_VARIABLE: source}
        new = run_notebook(
            notebook,
            file.resolve().parent,
            environment,
            on_cell=partial(on_cell, source),
        )
        _refuse_stderr(new, file)
        make_portable(new)
        if source == "full" and not stores_no_outputs(file):
            moved[source] = _store_in_notebook(file, notebook, new)
        else:
            moved[source] = _store_beside_the_tests(file, notebook, new, source)
    return moved


def _require_full_data() -> None:
    missing = [name for name, there in cached_full_sets().items() if not there]
    if missing:
        raise RuntimeError(
            f"Chapters store what the full data give, but {', '.join(missing)} is not "
            "in the cache. Set KERAS_COURSE_DATA to a folder that holds the full sets, "
            "or record the sample alone: course record --source sample"
        )


def _refuse_stderr(notebook: Any, file: Path) -> None:
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RuntimeError(
                    f"{file}, cell {index} writes to stderr; mend it, then record:\n"
                    f"{output['text']}"
                )


def _store_in_notebook(file: Path, notebook: Any, new: Any) -> int:
    bands = bands_of(file, "full")
    moved = 0
    for old_cell, new_cell in zip(notebook.cells, new.cells, strict=True):
        if old_cell.cell_type != "code":
            continue
        tolerance = tolerance_of(notebook, old_cell, bands)
        stored, came = map(reduce_outputs, (old_cell.outputs, new_cell.outputs))
        ran = old_cell.execution_count is not None
        if not ran or differences(stored, came, tolerance):
            old_cell.outputs = new_cell.outputs
            moved += 1
        old_cell.execution_count = new_cell.execution_count
        for output in old_cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = old_cell.execution_count
    notebook.metadata.language_info = {"name": "python"}
    nbformat.validate(notebook)
    write_whole(file, nbformat.writes(notebook) + "\n")
    return moved


def _store_beside_the_tests(file: Path, notebook: Any, new: Any, source: str) -> int:
    target = record_file(file, project_folder(), source)
    known = {}
    if target.exists():
        known = json.loads(target.read_text(encoding="utf-8"))["cells"]
    bands = bands_of(file, source)
    cells, moved = {}, 0
    for cell in new.cells:
        if cell.cell_type != "code":
            continue
        came = reduce_outputs(cell.outputs)
        stored = known.get(cell.id)
        tolerance = tolerance_of(notebook, cell, bands)
        if stored is None or differences(stored, came, tolerance):
            cells[cell.id] = came
            moved += 1
        else:
            cells[cell.id] = stored
    target.parent.mkdir(parents=True, exist_ok=True)
    content = {"source": source, "cells": cells}
    write_whole(target, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return moved

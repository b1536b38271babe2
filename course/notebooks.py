"""The course's notebooks: which there are, which data they run on, and running them."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.datasets import cached_full_sets
from helpers.datasets.sources import SOURCE_VARIABLE as SOURCE_VARIABLE

SOURCES = ("full", "sample")
EXERCISES = "exercises"
NOTEBOOK_FOLDERS = ("notebooks", "solutions", EXERCISES)

# The longest that one cell may take, in seconds.
CELL_TIMEOUT = 1800
# The longest that a kernel may take to start, in seconds: other runs may be at work.
START_TIMEOUT = 300


def project_folder() -> Path:
    """Return the folder that holds the notebooks: the checkout that this file is in."""
    return Path(__file__).resolve().parent.parent


def tested_notebooks() -> list[Path]:
    """Return the notebooks whose outputs are compared, in order."""
    folders = [project_folder() / name for name in NOTEBOOK_FOLDERS]
    return [file for folder in folders for file in sorted(folder.glob("*.ipynb"))]


def stores_no_outputs(notebook: Path) -> bool:
    """Return whether this is an exercise as students get it, which was never run.

    What it gives before anything is answered stands beside the tests, for each source.
    """
    return notebook.resolve().parent.name == EXERCISES


def choose_source(environment: Mapping[str, str] = os.environ) -> str:
    """Return the source of data that the tests run on.

    The one that KERAS_COURSE_SOURCE names; without it "full" when every full data set
    is cached and verified, else "sample". Nothing is downloaded.
    """
    forced = environment.get(SOURCE_VARIABLE)
    if forced:
        if forced not in SOURCES:
            raise ValueError(
                f"{SOURCE_VARIABLE} is {forced!r}; set it to one of {SOURCES}"
            )
        return forced
    return "full" if all(cached_full_sets().values()) else "sample"


def record_file(notebook: Path, root: Path, source: str = "sample") -> Path:
    """Return where the outputs of `notebook` on a source are kept beside the tests.

    In ``tests/records`` below `root`; for a notebook from elsewhere, below its own
    folder. Those of the full data stand in the notebook itself, unless it
    `stores_no_outputs`.
    """
    notebook, root = notebook.resolve(), root.resolve()
    if not notebook.is_relative_to(root):
        root = notebook.parent
    inside = notebook.relative_to(root).with_suffix(".json")
    records = root / "tests" / "records"
    return (records / "full" if source == "full" else records) / inside


def find_notebook(name: str, folder: Path | None = None) -> Path:
    """Return the notebook of that name.

    Parameters
    ----------
    name : str
        Its number or whole name ("04", "04_mnist"), or a path to a notebook.
    folder : pathlib.Path, optional
        Where to look; by default the project's ``notebooks``.

    Raises
    ------
    LookupError
        If there is no such notebook, or more than one.
    """
    if name.endswith(".ipynb"):
        return Path(name)
    folder = folder or project_folder() / "notebooks"
    known = sorted(file.stem for file in folder.glob("*.ipynb"))
    found = [stem for stem in known if stem == name or stem.startswith(f"{name}_")]
    if len(found) != 1:
        raise LookupError(
            f"There is no notebook {name!r} in {folder.name}; choose one of: "
            f"{', '.join(known)}."
        )
    return folder / f"{found[0]}.ipynb"


def read_notebook(file: Path) -> Any:
    """Read a notebook; say in one sentence what is wrong when it cannot be read."""
    if not file.is_file():
        raise FileNotFoundError(f"There is no notebook {file}; check the name.")
    try:
        return nbformat.read(file, as_version=4)
    except Exception as error:  # nbformat raises many kinds, by what is damaged
        raise ValueError(f"{file} is not a readable notebook: {error}") from error


def run_notebook(
    notebook: Any,
    folder: Path,
    environment: Mapping[str, str],
    on_cell: Callable[[int], None] | None = None,
    skip_tags: Iterable[str] = (),
    stop_at_errors: bool = True,
    ask: Callable[[Any], Mapping[str, str]] | None = None,
    on_replies: Callable[[Any, dict[str, Any]], None] | None = None,
) -> Any:
    """Run all cells of a copy of `notebook` in a fresh kernel; return the copy.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Is left as it is.
    folder : pathlib.Path
        The folder that the kernel works in.
    environment : mapping of str to str
        Set on top of this process's environment, for the kernel alone.
    on_cell : callable, optional
        Called with a cell's index when that cell starts.
    skip_tags : iterable of str
        Cells with one of these tags are not run.
    stop_at_errors : bool, default True
        If False, an error is kept as the cell's output, and the next cell is run.
    ask, on_replies : callable, optional
        `ask` is called with a cell and returns Python expressions by name; the kernel
        evaluates them after that cell, unless it failed. `on_replies` is called with
        the cell and what Jupyter's protocol says under ``user_expressions``.

    Raises
    ------
    RuntimeError
        If a cell fails and `stop_at_errors` is True; says which and why.
    """
    skipped = set(skip_tags)
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if skipped & set(cell.metadata.get("tags", [])):
                cell.source = ""

    async def ask_kernel(cell: Any, cell_index: int, execute_reply: Any) -> None:
        expressions = ask(cell) if ask else {}
        if not (on_replies and expressions):
            return
        may_fail = "raises-exception" in cell.metadata.get("tags", [])
        if may_fail or execute_reply["content"]["status"] == "ok":
            # After the cell, not along with it: what an expression prints is no output.
            request = client.kc.execute("", silent=True, user_expressions=expressions)
            reply = await client.async_wait_for_reply(request, cell)
            on_replies(cell, reply["content"]["user_expressions"])

    client = NotebookClient(
        copy,
        timeout=CELL_TIMEOUT,
        startup_timeout=START_TIMEOUT,
        kernel_name="python3",
        allow_errors=not stop_at_errors,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        on_cell_start=lambda cell, cell_index: on_cell(cell_index) if on_cell else None,
        on_cell_executed=ask_kernel,
    )
    try:
        client.execute(env={**os.environ, **environment})
    except CellExecutionError as error:
        raise RuntimeError(f"A cell failed:\n{error}") from error
    return copy


@contextmanager
def in_place_of(folder: Path) -> Iterator[Path]:
    """Give an empty folder for a run, and remove it with all that was written there.

    Beside it is a copy of what stands in ``data`` beside `folder`, the notebooks' own:
    a cell may read ``../data``.
    """
    with tempfile.TemporaryDirectory() as parent:
        data = folder.resolve().parent / "data"
        if data.is_dir():
            shutil.copytree(data, Path(parent) / "data")
        empty = Path(parent) / folder.resolve().name
        empty.mkdir()
        yield empty


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all, also when the writing is interrupted."""
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)

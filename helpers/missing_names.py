"""Say which cell to run first when a cell uses a name that does not exist yet.

`course lab` loads this as an extension of IPython into each kernel, so it works before
the first cell has run. Python's own message stays; a sentence is added below it.
"""

import json
import os
import symtable
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

LONGEST_LINE = 76  # of a cell's first line, as far as it is quoted


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Explain each `NameError` in this kernel's notebook from now on.

    Parameters
    ----------
    shell : InteractiveShell
        The kernel's; IPython hands it over.
    """
    # Jupyter names the notebook in this variable and starts the kernel in its folder.
    notebook = Path.cwd() / Path(os.environ.get("JPY_SESSION_NAME", "")).name

    def explain(
        shell: Any,
        kind: type[NameError],
        error: NameError,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        if _is_raised_in_a_cell(trace, shell.user_ns):
            request = shell.get_parent() if hasattr(shell, "get_parent") else {}
            running = request.get("metadata", {}).get("cellId")
            advice = advise(error.name or "", _read_cells(notebook), running)
            if advice:
                error.add_note(advice)
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    shell.set_custom_exc((NameError,), explain)


def advise(name: str, cells: Iterable[dict[str, Any]], running: str = "") -> str:
    """Say which cell of a notebook makes `name`.

    Parameters
    ----------
    name : str
    cells : iterable of dict
        The notebook's cells, as its file holds them.
    running : str, optional
        The id of the cell that needs the name. The nearest cell above it that makes the
        name is meant, or else the first below it. Without it, all cells are above.

    Returns
    -------
    str
        Its heading and its first line; empty if no other cell makes the name.

    Examples
    --------
    >>> title = {"cell_type": "markdown", "source": "## Prepare"}
    >>> code = {"cell_type": "code", "id": "a", "source": "x_train = load()"}
    >>> print(advise("x_train", [title, code]))
    `x_train` is made in the cell under "Prepare" that begins with
        x_train = load()
    Run that cell first, or choose Run > Run All Above Selected Cell.
    """
    above: list[str] = []
    below: list[str] = []
    heading, side = "", above
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = _last_heading(source) or heading
        elif running and cell.get("id") == running:
            side = below
        elif cell["cell_type"] == "code" and name in names_made_by(source):
            side.append(_describe(source, heading))
    if above:
        return (
            f"`{name}` is made in {above[-1]}\n"
            "Run that cell first, or choose Run > Run All Above Selected Cell."
        )
    return f"`{name}` is made only further down, in {below[0]}" if below else ""


def names_made_by(source: str) -> set[str]:
    """Return the names that exist once the code of a cell has run.

    Parameters
    ----------
    source : str
        Python, also with the magics of IPython.

    Returns
    -------
    set of str
        What is assigned, imported or defined outside of functions; empty if the code
        cannot be read.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        code = TransformerManager().transform_cell(source)
        table = symtable.symtable(code, "cell", "exec")
    except SyntaxError:
        return set()
    return {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }


def _is_raised_in_a_cell(trace: TracebackType, names: dict[str, Any]) -> bool:
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_globals is names


def _read_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells as they were last saved; none if this is no notebook."""
    try:
        return list(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _last_heading(source: str) -> str:
    titles = [line for line in source.splitlines() if line.startswith("#")]
    return titles[-1].lstrip("#").strip() if titles else ""


def _describe(source: str, heading: str) -> str:
    first = next(line for line in source.splitlines() if line.strip()).strip()
    if len(first) > LONGEST_LINE:
        first = first[:LONGEST_LINE] + "…"
    place = f'under "{heading}" ' if heading else ""
    return f"the cell {place}that begins with\n    {first}"

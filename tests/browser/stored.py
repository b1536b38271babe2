"""Compare a notebook that JupyterLab has saved with the sample's record.

As strict as `course.nbval_tolerance`, and with the same comparison.
"""

import json

from course.comparison import differences, reduce_outputs
from course.notebooks import read_notebook, record_file
from course.tolerances import bands_of, tolerance_of

WIDGET = "application/vnd.jupyter.widget-view+json"


def faults_of(saved, original):
    """Say what is wrong with the outputs that were saved, one entry a cell.

    Parameters
    ----------
    saved : Path
        The notebook as JupyterLab has saved it, with the state of its widgets.
    original : Path
        The notebook in the project, beside which bands and record are kept.
    """
    notebook, known = read_notebook(saved), read_notebook(original)
    root = original.parent.parent
    record = json.loads(record_file(original, root).read_text("utf-8"))["cells"]
    bands = bands_of(original, "sample")
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert {cell.id for cell in cells} == record.keys()
    found = []
    for cell in cells:
        new = reduce_outputs(_seen(cell.outputs, notebook))
        told = [f"{kind}: {new[kind]}" for kind in ("error", "stderr") if kind in new]
        if cell.execution_count is None and cell.source.strip():
            told.append("it was not run")
        elif "nbval-ignore-output" not in cell.metadata.get("tags", []):
            tolerance = tolerance_of(known, cell, bands)
            told += differences(record[cell.id], new, tolerance)
        if told:
            found.append("\n".join([f"cell {cell.id}", *told]))
    return found


def _seen(outputs, notebook):
    """Yield the outputs that a reader sees: of a widget, those that it shows.

    A program that runs the notebook gets the picture alone that stands in the widget.
    """
    for output in outputs:
        if WIDGET in output.get("data", {}):
            yield from _seen_in_widget(output["data"][WIDGET]["model_id"], notebook)
        else:
            yield output


def _seen_in_widget(identifier, notebook):
    models = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]
    state = models["state"][identifier]["state"]
    for child in state.get("children", []):
        yield from _seen_in_widget(child.removeprefix("IPY_MODEL_"), notebook)
    yield from _seen(state.get("outputs", []), notebook)

"""What JupyterLab has saved is compared as strictly as nbval compares."""

import copy
import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output, writes

from tests.browser.stored import WIDGET, faults_of

PICTURE = {"text/plain": "<HTML>", "text/html": "<b>of 5</b>"}
RECORD = {
    "text": {"stdout": ["accuracy 0.950\n"]},
    "slider": {"text/plain": ["<HTML>"], "text/html": ["<b>of 5</b>"]},
    "machine": {"stdout": ["this machine"]},
}


def saved_notebook():
    """Return a notebook that is as recorded; one cell shows its picture in a widget."""
    slider = new_output("display_data", {WIDGET: {"model_id": "box"}})
    cells = [
        new_code_cell("fit()", id="text", outputs=[_printed("accuracy 0.950\n")]),
        new_code_cell("explore()", id="slider", outputs=[slider]),
        new_code_cell("look()", id="machine", outputs=[_printed("another")]),
    ]
    cells[2].metadata.tags = ["nbval-ignore-output"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
    shown = new_output("display_data", PICTURE)
    state = {
        "box": {"state": {"children": ["IPY_MODEL_handle", "IPY_MODEL_picture"]}},
        "handle": {"state": {"value": 5}},
        "picture": {"state": {"outputs": [shown]}},
    }
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    return new_notebook(cells=cells, metadata={"widgets": widgets})


def _printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


@pytest.fixture
def faults(tmp_path):
    """Return what is told of a notebook that was saved."""
    record = tmp_path / "tests" / "records" / "notebooks" / "chapter.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"cells": RECORD}))
    original = tmp_path / "notebooks" / "chapter.ipynb"
    original.parent.mkdir()
    original.write_text(writes(saved_notebook()))

    def told(notebook):
        saved = tmp_path / "saved.ipynb"
        saved.write_text(writes(notebook))
        return faults_of(saved, original)

    return told


def test_as_recorded(faults):
    assert faults(saved_notebook()) == []


def test_each_fault_is_told(faults):
    def in_widget(notebook):
        state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]
        return state["state"]["picture"]["state"]["outputs"]

    error = new_output("error", ename="NameError", evalue="x", traceback=[])
    changes = {
        "0.950 is stored, 0.800 came": lambda n: (
            n.cells[0].outputs[0].update(text="accuracy 0.800\n")
        ),
        "1 stored, 0 now": lambda n: n.cells[0].outputs.clear(),
        "it was not run": lambda n: n.cells[2].update(execution_count=None),
        "stderr: ['warning']": lambda n: n.cells[2].outputs.append(
            _printed("warning", "stderr")
        ),
        "error: ['NameError: x']": lambda n: in_widget(n).append(error),
        "5 is stored, 6 came": lambda n: in_widget(n)[0].data.update(
            {"text/html": "<b>of 6</b>"}
        ),
        "text/html: 1 stored, 0 now": lambda n: in_widget(n).clear(),
    }
    for words, change in changes.items():
        notebook = copy.deepcopy(saved_notebook())
        change(notebook)
        (told,) = faults(notebook)
        assert words in told

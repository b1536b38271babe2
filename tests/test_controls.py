"""helpers.controls in a live notebook, in one that a program runs, and misused."""

from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

import helpers
from helpers.controls import explore

SETUP = """import matplotlib.pyplot as plt
from helpers.controls import explore
from helpers.plotting import describe
def draw(kernel, name):
    ax = plt.figure(figsize=(2, 2)).add_subplot()
    describe(ax, f"A picture of {name} with a kernel of {kernel}.")
    return ax"""
EXPLORE = 'explore(draw, kernel=[5, 9, 1], name=["walk", "rest"])'
# What a click does: the value of a slider changes, and Jupyter tells the kernel.
MOVE = """from ipywidgets import SelectionSlider, Widget
from ipywidgets.widgets.widget import _instances
kernel, name = [w for w in _instances.values() if isinstance(w, SelectionSlider)]
print(kernel.description, kernel.options, kernel.value)
print(name.description, name.options, name.value)
kernel.value = 9"""


@pytest.fixture(scope="module", params=[True, False], ids=["live", "by a program"])
def run(request):
    """Return whether someone looked on, the cells, and the widgets."""
    cells = [new_code_cell(source) for source in (SETUP, EXPLORE, MOVE)]
    if not request.param:
        cells.pop()  # nothing to move
    notebook = new_notebook(cells=cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(helpers.__file__).parents[1]))
        client = NotebookClient(notebook, kernel_name="python3")
        with client.setup_kernel():
            for index, cell in enumerate(notebook.cells):
                client.kc.allow_stdin = request.param
                client.execute_cell(cell, index)
    pictures = [
        widget["outputs"][0]["data"]["text/html"]
        for widget in client.widget_state.values()
        if widget.get("outputs")
    ]
    return request.param, notebook.cells, pictures


def test_picture_alone_or_with_sliders(run):
    live, cells, pictures = run
    (output,) = cells[1].outputs
    if live:
        assert "application/vnd.jupyter.widget-view+json" in output["data"]
        kernel, name = cells[2].outputs[0].text.splitlines()
        assert kernel == "kernel (1, 5, 9) 5"
        assert name == "name ('walk', 'rest') walk"
        (picture,) = pictures
        assert "of walk with a kernel of 9." in picture
    else:
        assert "of walk with a kernel of 5." in output["data"]["text/html"]
        assert not pictures


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({}, "nothing to choose"),
        ({"kernel": [3]}, r"kernel has the values \[3\]; two or more"),
        ({"kernel": [3, 5, 3]}, "all different"),
    ],
)
def test_nothing_to_choose_is_an_error(choices, message):
    with pytest.raises(ValueError, match=message):
        explore(lambda kernel: None, **choices)


def test_draw_must_be_a_function():
    with pytest.raises(TypeError, match="draw is 3"):
        explore(3, kernel=[1, 2])


def test_an_error_in_the_first_picture_is_the_cells():
    """With sliders, too: in their own output it would stop nothing."""
    code = "explore(lambda kernel: print_it, kernel=[1, 2])"
    cell = new_code_cell(f"from helpers.controls import explore\n{code}")
    notebook = new_notebook(cells=[cell])
    client = NotebookClient(notebook, kernel_name="python3")
    with client.setup_kernel():
        client.kc.allow_stdin = True
        with pytest.raises(CellExecutionError, match="'print_it' is not defined"):
            client.execute_cell(notebook.cells[0], 0)

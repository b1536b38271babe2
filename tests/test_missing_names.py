"""A NameError is followed by the cell that makes the name."""

import json
import os

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from course.processes import write_our_kernel
from helpers.missing_names import advise, names_made_by


def cells(*sources):
    """Return cells as a file holds them; what begins with # is a heading."""
    return [
        {
            "id": f"c{number}",
            "cell_type": "markdown" if source.startswith("#") else "code",
            "source": source.splitlines(keepends=True),
        }
        for number, source in enumerate(sources)
    ]


CHAPTER = cells(
    "# Title",
    "import keras\nimport numpy as np",
    "## Prepare\n\nText with a # in it.\n### Load",
    "x, (y, z) = load()",
    "model = keras.Sequential()",
    "## Tune",
    "model = make(x)",
    "model.fit(x, y)",
    "last = 1",
)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x, (y, *z) = load()", {"x", "y", "z"}),
        ("import a.b, c as d\nfrom e import f as g", {"a", "d", "g"}),
        ("def f(a):\n    b = a", {"f"}),
        ("class A:\n    b = 1", {"A"}),
        ("for i in range(3):\n    if (n := i):\n        pass", {"i", "n"}),
        ("with open(f) as file: pass", {"file"}),
        ("w = [k for k in range(3)]", {"w"}),
        ("%matplotlib inline\nx = 1", {"x"}),
        ("print(x)", set()),
        ("x.shape = (2, 3)\nx[0] = 1", set()),
        ("x = (", set()),
        ("", set()),
    ],
)
def test_names_made_by_a_cell(code, names):
    assert names_made_by(code) >= names
    assert names_made_by(code) - names <= {"get_ipython"}


def test_cell_is_named_by_its_heading_and_first_line():
    assert advise("y", CHAPTER, "c7") == (
        '`y` is made in the cell under "Load" that begins with\n'
        "    x, (y, z) = load()\n"
        "Run that cell first, or choose Run > Run All Above Selected Cell."
    )


def test_nearest_cell_above_is_meant():
    for running, heading, line in [("c7", "Tune", "make"), ("c6", "Load", "keras")]:
        assert f'under "{heading}" that begins with\n    model = {line}' in advise(
            "model", CHAPTER, running
        )


def test_what_is_made_further_down():
    assert advise("last", CHAPTER, "c7").startswith("`last` is made only further down")


def test_cell_that_needs_the_name_is_not_recommended():
    assert advise("last", CHAPTER, "c8") == ""


def test_a_name_that_nobody_makes():
    assert advise("modle", CHAPTER, "c7") == ""


def test_without_a_heading_and_with_a_long_line():
    (long,) = cells(f"x = {list(range(40))}")
    said = advise("x", [long])
    assert said.startswith("`x` is made in the cell that begins with\n    x = [0, 1, ")
    assert "…\n" in said and max(map(len, said.splitlines())) <= 88


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return how to run one cell of a notebook in the kernel that `course lab` has."""
    file = tmp_path / "chapter.ipynb"
    notebook = new_notebook(
        cells=[
            new_markdown_cell("## Prepare"),
            new_code_cell("import json\nx_train = 1", id="make"),
            new_code_cell("x_train + 1", id="use"),
        ]
    )
    file.write_text(writes(notebook), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", write_our_kernel(tmp_path))
    monkeypatch.setenv("JPY_SESSION_NAME", str(file))
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(tmp_path)}},
    )

    def run_cell(code):
        notebook.cells.append(new_code_cell(code))
        with client.setup_kernel():
            (output,) = client.execute_cell(notebook.cells[-1], 3).outputs
        return output

    return run_cell


def test_kernel_explains_a_missing_name_before_anything_ran(run):
    output = run("x_train + 1")
    assert output.ename == "NameError"
    assert output.evalue == "name 'x_train' is not defined"
    *_, made, line, remedy = "\n".join(output.traceback).splitlines()
    assert made == '`x_train` is made in the cell under "Prepare" that begins with'
    assert line == "    import json"
    assert remedy.startswith("Run that cell first")


def test_kernel_explains_it_inside_a_function_of_the_notebook(run):
    output = run("def f():\n    return x_train\nf()")
    assert '`x_train` is made in the cell under "Prepare"' in output.traceback[-1]


@pytest.mark.parametrize(
    "code",
    [
        "x_trian",
        "def f():\n    x_train += 1\nf()",
        "import textwrap; exec('x_train', vars(textwrap))",
        "1 / 0",
    ],
    ids=["nobody makes it", "local", "not of the notebook", "another error"],
)
def test_other_errors_stay_as_they_are(run, code):
    output = run(code)
    assert "is made" not in "\n".join(output.traceback)


def test_kernel_without_a_notebook_shows_the_error_alone(run, tmp_path):
    (tmp_path / "chapter.ipynb").write_text(json.dumps([1, 2]))
    output = run("x_train + 1")
    assert output.ename == "NameError"
    assert "is made" not in "\n".join(output.traceback)


def test_path_of_the_user_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    assert write_our_kernel(tmp_path) == f"{tmp_path}{os.pathsep}/elsewhere"

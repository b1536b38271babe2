"""The pytest plugin in a real run of nbval: right cells pass, each fault is seen."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course.notebooks import run_notebook

FIGURE = """\
import matplotlib.pyplot as plt
from IPython.display import HTML
import base64, io
def figure(width=4, alt="a line"):
    fig, ax = plt.subplots(figsize=(width, 2)); ax.plot([1, 2]); f = io.BytesIO()
    fig.savefig(f, format="png"); plt.close(fig); d = base64.b64encode(f.getvalue())
    return HTML(f'<img alt="{alt}" src="data:image/png;base64,{d.decode()}">')
figure()"""


def replace(old, new):
    """Change a word of the stored text, wherever it stands."""

    def change(cell):
        for output in cell.outputs:
            if "text" in output:
                output.text = output.text.replace(old, new)
            for mime, text in output.get("data", {}).items():
                output.data[mime] = text.replace(old, new)

    return change


def drop_outputs(cell):
    cell.outputs = []


def add_output(cell):
    cell.outputs.append(new_output("display_data", {"text/plain": "one more"}))


def never_run(cell):
    cell.execution_count, cell.outputs = None, []


def store_stderr(cell):
    cell.outputs.append(new_output("stream", name="stderr", text="a warning"))


def nothing(cell):
    pass


# name: code, what is done to its stored outputs, whether the cell must pass
CASES = {
    "unchanged text": ("print('accuracy', 0.978)", nothing, True),
    "float within tolerance": ("print(0.978)", replace("0.978", "0.979"), True),
    "float off by 5%": ("print(0.978)", replace("0.978", "0.929"), False),
    "integer off by one": ("print(60000)", replace("60000", "60001"), False),
    "word": ("print('agrees')", replace("agrees", "differs"), False),
    "shape": ("(60000, 28)", replace("(60000, 28)", "(60000, 28, 1)"), False),
    "unchanged figure": (FIGURE, nothing, True),
    "missing picture": ("figure()", drop_outputs, False),
    "text before and after a figure": (
        "print('before')\ndisplay(figure())\nprint('after')",
        nothing,
        True,
    ),
    "picture of another size": (
        "figure(width=9 if 'nbclient' in dir() else 4)",
        nothing,
        False,
    ),
    "picture of another kind": ("figure()", replace("image/png", "image/gif"), False),
    "alt text": ("figure(alt='a peak')", replace("a peak", "a dip"), False),
    "missing output": ("print('silent?')", drop_outputs, False),
    "extra output": ("print('once')", add_output, False),
    "error": ("print('fine')\nif 'nbclient' not in dir(): 1 / 0", nothing, False),
    "never run": ("x = 1", never_run, False),
    "never run, prints": ("print(1)", never_run, False),
    "stored stderr": ("print('loud')", store_stderr, False),
    "live stderr": (
        "import sys\nif 'nbclient' not in dir(): print('new', file=sys.stderr)",
        nothing,
        False,
    ),
    "semicolon": ("'hidden';", nothing, True),
    "empty cell": ("", nothing, True),
    "updated display": (
        "h = display('begun', display_id=True)\nh.update('done')",
        nothing,
        True,
    ),
    "updated display, other end": (
        "h = display('begun', display_id=True)\nh.update('done')",
        replace("done", "begun"),
        False,
    ),
    "cleared output": (
        "from IPython.display import clear_output\nprint(1)\n"
        "clear_output(wait=True)\nprint(2)\nclear_output()\nprint(3)",
        nothing,
        True,
    ),
    "update of a display that is gone": (
        "print(0)\nh = display('begun', display_id=True)\nclear_output()\n"
        "h.update('done')\nprint(1)",
        nothing,
        True,
    ),
    "data": ("from IPython.display import JSON\nJSON({'b': 2, 'a': 1})", nothing, True),
    "a styled table": ("import pandas\npandas.DataFrame([1]).style", nothing, True),
    "large integer": ("print(2**60)", replace(str(2**60), str(2**60 + 1)), False),
    "states of a line": ("print('one\\r\\r\\ntwo\\b\\b\\b\\rthree')", nothing, True),
    "expected error": ("1 / 0", nothing, True),
    "expected error, other message": (
        "raise ValueError('b' if 'nbclient' in dir() else 'a')",
        nothing,
        False,
    ),
    "cell's own tolerance": ("print(2.0)", replace("2.0", "2.5"), True),
    "cell's own tolerance, too far": ("print(2.0)", replace("2.0", "4.5"), False),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Run all cases as the cells of one notebook; return what became of each."""
    folder = tmp_path_factory.mktemp("path with spaces")
    cells = [new_code_cell(code) for code, _, _ in CASES.values()]
    for name, cell in zip(CASES, cells, strict=True):
        if name.startswith("expected error"):
            cell.metadata["tags"] = ["raises-exception"]
    notebook = new_notebook(cells=cells)
    # The first run stores; in it, cells that misbehave under test behave.
    stored = run_notebook(_with_marker(notebook), folder, {})
    stored.cells = stored.cells[1:]
    for (name, (_, change, _)), cell in zip(CASES.items(), stored.cells, strict=True):
        change(cell)
        if name.startswith("cell's own"):
            cell.metadata["course"] = {"tolerance": {"relative": 0.5}}
        if cell.execution_count is None and not name.startswith("never"):
            cell.execution_count = 1
    nbformat.write(stored, folder / "cases.ipynb")
    return dict(zip(CASES, run_nbval(folder / "cases.ipynb"), strict=True))


def _with_marker(notebook):
    copy = nbformat.from_dict(notebook)
    copy.cells.insert(0, new_code_cell("nbclient = True"))
    return copy


def run_nbval(file: Path, **environment) -> list[str]:
    """Run a notebook under the plugin; return "passed" or the failure of each cell."""
    report = file.with_suffix(".xml")
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "course.nbval_tolerance"),
            *("--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q"),
            *(f"--junitxml={report}", f"--rootdir={file.parent}", str(file)),
        ],
        cwd=file.parent,
        env={**os.environ, "KERAS_COURSE_SOURCE": "sample", **environment},
        capture_output=True,
        check=False,
        timeout=300,
    )
    cases = ElementTree.parse(report).getroot().iter("testcase")
    results = []
    for case in cases:
        faults = [child for child in case if child.tag in ("failure", "error")]
        results.append(faults[0].text if faults else "passed")
    return results


@pytest.mark.parametrize("name", CASES)
def test_case(outcomes, name):
    must_pass = CASES[name][2]
    if must_pass:
        assert outcomes[name] == "passed"
    else:
        assert outcomes[name] != "passed", "this fault was not seen"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("float off by 5%", "0.929 is stored, 0.978 came"),
        ("never run", "never run"),
        ("stored stderr", "hold stderr"),
        ("alt text", "alt text"),
        ("error", "ZeroDivisionError"),
        ("expected error, other message", "ValueError: b"),
    ],
)
def test_the_failure_says_what_is_wrong(outcomes, name, words):
    assert words in outcomes[name]

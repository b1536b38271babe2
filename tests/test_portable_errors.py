"""Errors in stored notebooks: paths of no machine, and messages that are compared."""

import sys
import sysconfig
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course import record
from course.comparison import differences, reduce_outputs
from course.notebooks import project_folder
from course.portable_errors import make_portable, with_short_paths
from course.tolerances import Tolerance
from tests.test_nbval_tolerance import run_nbval

PATHS = [
    ("/home/ada/.venv/lib/python3.11/site-packages/keras/a.py", "site-packages/keras/"),
    ("~/.venv/lib/python3.11/site-packages/keras/a.py", "site-packages/keras/"),
    ("/Users/A B/lib/python3.12/site-packages/keras/a.py", "site-packages/keras/"),
    ("/a/site-packages/b/site-packages/keras/a.py", "site-packages/keras/"),
    ("C:\\A B\\Lib\\site-packages\\keras\\a.py", "site-packages/keras/"),
    ("~\\AppData\\Lib\\site-packages\\keras\\a.py", "site-packages/keras/"),
    ("/usr/lib/python3/dist-packages/keras/a.py", "site-packages/keras/"),
    ("/usr/lib/python3.11/asyncio/a.py", "python3.11/asyncio/"),
    ("C:\\Python311\\Lib\\asyncio\\a.py", "Lib/asyncio/"),
    (f"{project_folder()}/helpers/a.py", "helpers/"),
    ("/home/ada/my notebooks/a.py", ""),
    ("/var/folders/x/ipykernel_123/a.py", ""),
    ("D:\\course\\a.py", ""),
]


@pytest.mark.parametrize(("path", "folder"), PATHS)
def test_a_path_in_a_traceback_is_that_of_no_machine(path, folder):
    forms = [
        "File {}:3, in call(x)",
        "\x1b[36mFile \x1b[39m\x1b[32m{}:3\x1b[39m, in \x1b[36mcall",
        '  File "{}", line 3, in call',
    ]
    for form in forms:
        shown = with_short_paths(form.format(path))
        assert shown == form.format(f"{folder}a.py")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"No such file: '{project_folder()}/a.keras'", "No such file: './a.keras'"),
        (f"{sysconfig.get_path('purelib')}/keras: no", "site-packages/keras: no"),
        (f"in {tempfile.gettempdir()}/x", "in tmp/x"),
        (f"in {Path.home()}/x", "in ~/x"),
        ("1 / 0, File a.py, x[:, :3] / y", "1 / 0, File a.py, x[:, :3] / y"),
        (
            'File "/tmp/__autograph_generated_file5os.py", line 3',
            'File "__autograph_generated_file.py", line 3',
        ),
    ],
)
def test_messages_name_no_folder_and_keep_all_else(text, shown):
    assert with_short_paths(text) == shown


def failed(message, kind="ValueError"):
    return new_output("error", ename=kind, evalue=message, traceback=[message])


def test_paths_are_shortened_in_message_and_traceback():
    error = failed('  File "/home/ada/site-packages/keras/a.py", line 3, in call')
    make_portable(new_notebook(cells=[new_code_cell("", outputs=[error])]))
    [line] = error.traceback
    assert line == error.evalue == '  File "site-packages/keras/a.py", line 3, in call'


GRAPH = 'Graph execution error:\n  File "{}", line {}, in call\n\nReceived a label {}'


@pytest.mark.parametrize(
    ("now", "alike"),
    [
        (failed(GRAPH.format("C:\\Lib\\site-packages\\a.py", 7, 3)), True),
        (failed(GRAPH.format("/home/ada/a.py", 99, 3)), True),
        (failed(GRAPH.format("a.py", 99, 4)), False),
        (failed(GRAPH.replace("label", "target").format("a.py", 7, 3)), False),
        (failed(GRAPH.format("a.py", 7, 3), "InvalidArgumentError"), False),
        (failed("Received a label 3"), False),
    ],
)
def test_an_error_is_compared_by_kind_and_by_what_it_says(now, alike):
    stored = reduce_outputs([failed(GRAPH.format("site-packages/a.py", 3, 3))])
    found = differences(stored, reduce_outputs([now]), Tolerance())
    assert (found == []) is alike


def test_what_is_recorded_on_one_machine_passes_on_another(tmp_path, monkeypatch):
    """The traceback is stored whole: the reader's cell, each frame, the message."""
    monkeypatch.setattr(record, "cached_full_sets", lambda: {"mnist": True})
    code = "import json\njson.loads('{1: 2}')"
    cell = new_code_cell(code, metadata={"tags": ["raises-exception"]})
    file = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[cell]), file)
    record.record(file, ("full", "sample"), lambda *_: None)
    [error] = nbformat.read(file, as_version=4).cells[0].outputs
    text = "\n".join(error.traceback)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert f"{version}/json/decoder.py" in text and "line 2" in text
    assert "JSONDecodeError" in error.traceback[-1]
    for source in ("full", "sample"):
        assert run_nbval(file, KERAS_COURSE_SOURCE=source) == ["passed"]

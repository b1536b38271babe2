"""nbval has what `course.nbval_insides` rests on, and nothing else touches it."""

import ast
import inspect
import os
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbval import kernel, plugin

from course.notebooks import project_folder
from tests.test_arrows import imported_modules

INSIDES = project_folder() / "course" / "nbval_insides.py"

# What we call or put something in the place of, with the parameters that we count on.
METHODS = {
    "IPyNbFile.setup": ["self"],
    "IPyNbFile.collect": ["self"],
    "IPyNbFile.get_kernel_message": ["self", "timeout", "stream"],
    "IPyNbCell.runtest": ["self"],
    "IPyNbCell.compare_outputs": ["self", "test", "ref", "skip_compare"],
    "IPyNbCell.raise_cell_error": ["self", "message", "args", "kwargs"],
    "IPyNbCell.__init__": ["self", "name", "parent", "cell_num", "cell", "options"],
    "NbCellError.__init__": [
        *("self", "cell_num", "msg", "source", "traceback", "args", "kwargs")
    ],
}
# What a method of nbval's must still use: else ours would never be called, or with
# something else.
USES = {
    "pytest_collect_file": {"IPyNbFile", "from_parent"},
    "IPyNbFile.setup": {"RunningKernel", "kernel"},
    "IPyNbFile.collect": {"IPyNbCell", "from_parent", "nb"},
    "IPyNbFile.get_kernel_message": {"kernel", "get_message"},
    "IPyNbCell.__init__": {"cell_num", "cell", "options"},
    "IPyNbCell.runtest": {
        *("get_kernel_message", "execute_cell_input", "await_reply"),
        *("compare_outputs", "raise_cell_error", "options", "parent"),
    },
    "RunningKernel.__init__": {"kc", "start_new_kernel"},
    "RunningKernel.execute_cell_input": {"kc", "execute"},
    "RunningKernel.await_reply": {"get_message"},
    "RunningKernel.get_message": {"kc", "get_iopub_msg", "get_shell_msg"},
}
MESSAGES = {"iopub", "shell"}


def found(dotted):
    """Return a class or function of nbval's by its name; None if it is gone."""
    module = kernel if dotted.startswith("RunningKernel") else plugin
    for name in dotted.split("."):
        module = getattr(module, name, None)
    return module


def changes():
    """Say what of nbval's insides is no longer as we need it."""
    wrong = []
    for name, wanted in METHODS.items():
        method = found(name)
        if method is None or list(inspect.signature(method).parameters) != wanted:
            wrong.append(f"{name} no longer takes {wanted}")
    for name, wanted in USES.items():
        code = getattr(found(name), "__code__", None)
        used = set(code.co_names) if code else set()
        wrong += [f"{name} no longer uses {one}" for one in sorted(wanted - used)]
    known = {
        constant
        for name in ("IPyNbCell.runtest", "RunningKernel.get_message")
        for constant in constants(found(name))
    }
    wrong += [f"nbval knows no {one}" for one in sorted(MESSAGES - known)]
    return wrong


def constants(function):
    """Return all text that stands in a function, also within tuples."""
    code = getattr(function, "__code__", None)
    for constant in code.co_consts if code else ():
        yield from constant if isinstance(constant, tuple) else [constant]


def test_nbval_is_as_we_need_it():
    assert changes() == [], "read nbval's changes, then course/nbval_insides.py"


@pytest.mark.parametrize("name", sorted({*METHODS, *USES}))
def test_a_change_of_nbval_is_noticed(name, monkeypatch):
    owner, _, attribute = name.rpartition(".")

    def other(self, something_else):
        pass

    monkeypatch.setattr(found(owner) if owner else plugin, attribute, other)
    assert any(line.startswith(name) for line in changes())


def test_a_message_that_nbval_no_longer_knows_is_noticed(monkeypatch):
    monkeypatch.setitem(globals(), "MESSAGES", MESSAGES | {"a message of tomorrow"})
    assert changes() == ["nbval knows no a message of tomorrow"]


def test_the_lists_are_of_all_that_we_touch():
    """Each name that our file takes from nbval's classes stands in one of the lists."""
    touched = set()
    for node in ast.walk(ast.parse(INSIDES.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            touched.add(node.attr)
        elif isinstance(node, ast.FunctionDef):
            touched.add(node.name)
    listed = {name.rpartition(".")[2] for name in METHODS}.union(*USES.values())
    insides = {
        name
        for owner in (plugin.IPyNbFile, plugin.IPyNbCell, kernel.RunningKernel)
        for name in vars(owner)
        if not name.startswith("__")
    }
    assert touched & insides <= listed


def test_nothing_else_of_ours_imports_nbval():
    for path in (project_folder() / "course").rglob("*.py"):
        modules = imported_modules(path.read_text("utf-8"))
        named = {name for name in modules if name.split(".")[0] == "nbval"}
        assert not named or path == INSIDES, path


QUESTIONS = '''\
"""A plugin as ours: asks each cell for x, and gives the answers as faults."""
import pytest
from course.nbval_insides import RunCell, RunNotebook, in_place_of_nbvals

class Asking(RunCell):
    def questions(self):
        return {"the x": "x", "wrong": "1 / 0"}
    def faults(self, outputs, compared):
        given = self.answers.get("the x", {"status": "nothing"})
        text = given.get("data", {}).get("text/plain", given.get("ename"))
        wrong = self.answers.get("wrong", {}).get("ename")
        return [f"asked: {given['status']}, {text}, {wrong}, {compared}"]

class AskingNotebook(RunNotebook):
    cell_class = Asking

@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    files = yield
    return [in_place_of_nbvals(file, AskingNotebook) for file in files]
'''


def test_the_kernel_is_asked_after_each_cell(tmp_path):
    """The answers of one cell are not those of another, whatever it prints."""
    cells = [
        new_code_cell("pass"),
        new_code_cell("x = 3"),
        new_code_cell("x = 4", metadata={"tags": ["nbval-ignore-output"]}),
        new_code_cell("x = 5; 1 / 0", metadata={"tags": ["raises-exception"]}),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "asked.ipynb")
    (tmp_path / "asking.py").write_text(QUESTIONS)
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "asking", "--nbval", "-q", "-rN"),
            *("--nbval-current-env", "-p", "no:cacheprovider", "asked.ipynb"),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{project_folder()}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in answer.stdout.splitlines() if line.startswith("asked:")]
    assert said == [
        "asked: error, NameError, ZeroDivisionError, True",
        "asked: ok, 3, ZeroDivisionError, True",
        "asked: ok, 4, ZeroDivisionError, False",
        "asked: ok, 5, ZeroDivisionError, True",
    ]

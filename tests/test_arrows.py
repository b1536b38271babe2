"""Arrows point one way: which folder may import which, and nothing goes in a circle."""

import ast
from graphlib import TopologicalSorter

import pytest

from course.notebooks import project_folder

ROOT = project_folder()
# What each folder may import besides itself. Tests may import everything. The grading
# checks of an exercise are found by name, so a course can have others in their place.
GROUND = {"helpers", "course"}
ARROWS = {
    "helpers": set(),
    "course": {"helpers"},
    "course/instructor": GROUND,
    "course/instructor/running": GROUND,
    "course/instructor/judging": GROUND | {"solutions"},
    "course/instructor/classes": {
        *GROUND,
        "course/instructor",
        "course/instructor/judging",
        "course/instructor/running",
    },
    "course/instructor/web": GROUND,
    "site": GROUND | {"course/instructor/web"},
    "solutions": GROUND | {"course/instructor/judging"},
    "benchmarks": GROUND,
}
# A command loads what it needs when it is called, so a student's bundle, which has no
# `course/instructor`, can do without.
COMMANDS = {"course/command.py", "course/instructor/command.py"}
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in {name.split("/")[0] for name in ARROWS}
    for path in (ROOT / folder).rglob("*.py")
)
ROOMS = [*ARROWS, "tests"]


def imported_modules(code):
    """Return the dotted names of all that a source imports, by whatever means."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written from the top of the project"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and called(node) in (
            "import_module",
            "__import__",
        ):
            names |= {
                argument.value
                for argument in node.args
                if isinstance(argument, ast.Constant)
            }
    return names


def called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def room_of(path):
    """Return the folder of the house that a path lies in, the innermost; else None."""
    inside = [room for room in ROOMS if f"{path}/".startswith(f"{room}/")]
    return max(inside, key=len, default=None)


def file_of(name):
    """Return the file of ours that an imported name stands for; else None."""
    parts = name.split(".")
    while parts:
        for end in (".py", "/__init__.py"):
            if (path := "/".join(parts) + end) in SOURCES:
                return path
        parts.pop()
    return None


def wrong_imports(path, code):
    """Return the folders that a file imports and may not."""
    room = room_of(path)
    rooms = {room_of(name.replace(".", "/")) for name in imported_modules(code)}
    return rooms - {None, room} - ARROWS[room]


def test_every_folder_imports_only_what_it_may():
    wrong = {
        path: found
        for path in SOURCES
        if path not in COMMANDS
        and (found := wrong_imports(path, (ROOT / path).read_text(encoding="utf-8")))
    }
    assert wrong == {}


def test_an_import_against_the_arrows_is_found():
    assert wrong_imports("helpers/x.py", "import numpy, course.bands") == {"course"}
    assert wrong_imports("course/x.py", "from helpers import training") == set()


def test_no_module_goes_in_a_circle():
    graph = {}
    for path in SOURCES:
        names = imported_modules((ROOT / path).read_text(encoding="utf-8"))
        graph[path] = {file_of(name) for name in names} - {None, path}
    assert len(list(TopologicalSorter(graph).static_order())) == len(SOURCES)


@pytest.mark.parametrize(
    "code",
    [
        "import course",
        "def f():\n    import numpy, course.bands as b",
        "from course.bands import measure",
        "from course import bands",
        "import importlib\nimportlib.import_module('course.bands')",
        "__import__('course')",
    ],
)
def test_the_search_for_imports_finds(code):
    rooms = {room_of(name.replace(".", "/")) for name in imported_modules(code)}
    assert "course" in rooms

"""What several files state is the same everywhere, and one of them is its source."""

import ast
import re
import tomllib

import pytest
from packaging.specifiers import SpecifierSet

from course.notebooks import project_folder
from helpers import environment

ROOT = project_folder()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ALLOWED = SpecifierSet(PYPROJECT["project"]["requires-python"])
PYTHONS = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in ALLOWED]
# Where the versions of Python are stated for a reader, and the disk that is needed.
GUIDES = ["README.md", "guides/students.md", "guides/self-learners.md"]
CODE = ("helpers", "course", "benchmarks")
OTHERS = ("notebooks", "solutions", "exercises", "tests", "guides", "site", ".ci")
VARIABLE = re.compile(r"KERAS_COURSE_[A-Z_]*[A-Z]")


def text_of(name):
    return (ROOT / name).read_text("utf-8")


def files(*ends):
    """Return the names of the project's own files that end so."""
    folders = [ROOT / name for name in (*CODE, *OTHERS) if (ROOT / name).is_dir()]
    below = [path for folder in folders for path in folder.rglob("*")]
    paths = [path for path in [*ROOT.iterdir(), *below] if path.is_file()]
    return [
        path.relative_to(ROOT).as_posix() for path in paths if path.name.endswith(ends)
    ]


def test_helpers_know_the_pythons_that_pyproject_allows():
    assert environment.PYTHONS == PYTHONS
    assert PYPROJECT["tool"]["mypy"]["python_version"] == PYTHONS[0]


@pytest.mark.parametrize("name", [*GUIDES, "Makefile"])
def test_the_pythons_are_stated_as_pyproject_allows_them(name):
    *first, last = PYTHONS
    stated = re.findall(r"3\.\d+(?:, 3\.\d+)+ or 3\.\d+", text_of(name))
    assert set(stated) == {f"{', '.join(first)} or {last}"}


def test_make_checks_for_the_pythons_that_pyproject_allows():
    stated = re.findall(r"\((3, \d+)\) <= v <= \((3, \d+)\)", text_of("Makefile"))
    oldest, newest = (python.replace(".", ", ") for python in (PYTHONS[0], PYTHONS[-1]))
    assert stated == [(oldest, newest)]


def test_every_python_that_a_command_names_is_allowed():
    for name in ["Makefile", "developers.mk", *files(".md", ".yml")]:
        for python in re.findall(r"(?:[Pp]ython ?=?|py -)(3\.\d+)\b", text_of(name)):
            assert python in PYTHONS, name


def test_the_guides_ask_for_the_same_disk():
    stated = {
        amount
        for name in GUIDES
        for amount in re.findall(r"about (\d+ GB) of\s+disk", text_of(name))
    }
    assert len(stated) == 1


def test_each_variable_has_its_name_in_one_place():
    """All others take it from there; what only mentions one, mentions one there is."""
    places: dict[str, list[str]] = {}
    for name in files(".py"):
        for node in ast.walk(ast.parse(text_of(name))) if name.startswith(CODE) else ():
            text = getattr(node, "value", None)
            if isinstance(text, str) and VARIABLE.fullmatch(text):
                places.setdefault(text, []).append(name)
    assert {one: where for one, where in places.items() if len(where) > 1} == {}
    for name in files(".py", ".md", ".ipynb", "run", ".mk", "Makefile", ".yml"):
        assert set(VARIABLE.findall(text_of(name))) <= places.keys(), name

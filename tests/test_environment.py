"""pyproject.toml, the lock file, environment.yml and this installation agree."""

import importlib.metadata
import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from course.notebooks import project_folder

ROOT = project_folder()


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def locked() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if re.match(r"[\w-]", line)]


def locked_version(name: str) -> Version:
    (pin,) = {
        next(iter(pin.specifier)).version
        for pin in locked()
        if canonicalize_name(pin.name) == canonicalize_name(name)
        and (pin.marker is None or pin.marker.evaluate())
    }
    return Version(pin)


def test_every_pin_is_exact():
    for pin in locked():
        assert [part.operator for part in pin.specifier] == ["=="], pin


@pytest.mark.parametrize("text", project()["dependencies"])
def test_lock_file_holds_what_pyproject_asks_for(text):
    wanted = Requirement(text)
    assert locked_version(wanted.name) in wanted.specifier


def test_every_direct_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.partition("dependencies = [")[2].partition("\n]")[0]
    lines = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert len(lines) == len(project()["dependencies"])
    for line in lines:
        assert re.search(r"# .{4,}", line), line


def test_lock_file_is_for_the_oldest_python_that_pyproject_allows():
    header = (ROOT / "requirements.lock").read_text("utf-8")[:200]
    oldest = re.search(r">=(\d+\.\d+)", project()["requires-python"]).group(1)
    assert f"--python-version {oldest}" in header


def test_conda_reads_the_same_lock_file_and_an_allowed_python():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    *plain, pip = conda["dependencies"]
    assert pip["pip"][0] == "-r requirements.lock"
    (python,) = [line for line in plain if line.startswith("python=")]
    allowed = Requirement(f"python{project()['requires-python']}").specifier
    assert Version(python.partition("=")[2]) in allowed
    # All else would be a second place that says which version is used.
    assert sorted(plain) == sorted([python, "pip"])


def test_what_is_installed_is_what_is_locked():
    wrong = {}
    for pin in locked():
        if pin.marker is None or pin.marker.evaluate():
            installed = importlib.metadata.version(pin.name)
            if Version(installed) not in pin.specifier:
                wrong[pin.name] = f"{installed}, locked {pin.specifier}"
    assert not wrong, "run make env"


def test_lock_file_names_no_registry():
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text


@pytest.mark.parametrize("name", ["nbval", "pytest"])
def test_what_the_plugin_is_built_into_has_a_bound_that_was_tried(name):
    """We rest on insides of both: the version installed is the last one allowed."""
    (wanted,) = [
        requirement
        for requirement in map(Requirement, project()["dependencies"])
        if requirement.name == name
    ]
    installed = Version(importlib.metadata.version(name))
    assert installed in wanted.specifier
    assert Version(f"{installed.major}.{installed.minor}.999") in wanted.specifier
    assert Version(f"{installed.major}.{installed.minor + 1}") not in wanted.specifier
    assert Version(f"{installed.major + 1}") not in wanted.specifier

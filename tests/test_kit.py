"""The kit for a class without a network, made and used with pip held back."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course.instructor import kit
from helpers import datasets
from helpers.datasets.cache import FILES


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache with stand-ins for the full sets, and loaders that find them good."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(name.encode())
    monkeypatch.setenv("KERAS_COURSE_DATA", str(folder))
    for name in ("load_mnist", "load_walking", "load_imdb"):
        monkeypatch.setattr(datasets, name, lambda source: None)
    return folder


@pytest.fixture
def pip(monkeypatch):
    """Hold pip back; return what it was called with."""
    calls = []

    def call(command):
        calls.append(command)
        Path(command[command.index("--wheel-dir") + 1]).mkdir(exist_ok=True)
        return call.status

    call.status = 0
    monkeypatch.setattr(kit.subprocess, "call", call)
    calls.append(call)
    return calls


def test_a_kit_has_bundle_packages_data_and_installer(tmp_path, cache, pip):
    said = []
    folder = kit.make_kit(tmp_path / "a kit", said.append)
    assert {file.name for file in folder.iterdir()} == {
        *("keras-course.zip", "wheels", "data", "install.py"),
        *("python.txt", "START_HERE.txt"),
    }
    assert {file.name for file in (folder / "data").iterdir()} == set(FILES)
    assert "requirements.lock" in " ".join(pip[1])
    assert kit.BUILT_WITH in pip[1]
    text = (folder / "START_HERE.txt").read_text()
    assert f"python{sys.version_info.major}.{sys.version_info.minor} install.py" in text
    names = zipfile.ZipFile(folder / "keras-course.zip").namelist()
    assert not [name for name in names if "solutions" in name or "instructor" in name]
    assert len(said) == 3


def test_packages_that_pip_cannot_get_are_an_error_with_a_remedy(tmp_path, cache, pip):
    pip[0].status = 1
    with pytest.raises(RuntimeError, match="Run the command again"):
        kit.make_kit(tmp_path / "kit")


def install(folder, *arguments, **variables):
    return subprocess.run(
        [sys.executable, folder / "install.py", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
    )


def test_the_installer_leaves_an_earlier_course_alone(tmp_path, cache, pip):
    folder = kit.make_kit(tmp_path / "kit")
    (tmp_path / "here" / "keras-course").mkdir(parents=True)
    done = install(folder, "--to", str(tmp_path / "here"))
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert not list((tmp_path / "here" / "keras-course").iterdir())


def test_the_installer_names_the_python_that_the_packages_are_for(tmp_path, cache, pip):
    folder = kit.make_kit(tmp_path / "kit")
    (folder / "python.txt").write_text("3.9 Linux\n")
    done = install(folder, "--to", str(tmp_path / "here"))
    assert done.returncode == 1
    assert "for Python 3.9 on Linux" in done.stderr
    assert not (tmp_path / "here").exists()


def test_a_failed_step_is_named_and_nothing_comes_from_an_index(tmp_path, cache, pip):
    folder = kit.make_kit(tmp_path / "a kit")  # with no wheels in it
    done = install(folder, "--to", str(tmp_path / "my class"))
    assert done.returncode == 1
    assert "This failed" in done.stderr
    assert "requirements.lock" in done.stderr
    assert "Looking in indexes" not in done.stdout + done.stderr

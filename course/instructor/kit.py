"""Gather all that a class without a network needs into one folder."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from course.instructor.release import release
from course.notebooks import project_folder
from helpers import datasets
from helpers.datasets.cache import FILES, cache_folder

# What builds the course itself when it is installed; pyproject.toml names it, too.
BUILT_WITH = "setuptools>=77"
INSTALLER = Path(__file__).parent / "kit_install.py"
PYTHON_FILE = "python.txt"

START_HERE = """\
The course "Deep learning with Keras", for a class without a network.

Each computer needs Python {python} for {system} ({machine}), and 5 GB of disk.
Copy this folder to it, or open it from a stick, and run in a terminal:

    python{python} install.py

That makes the folder keras-course in your home folder (install.py --to FOLDER for
another place), installs everything, and checks that it works.
"""


def make_kit(folder: Path, say: Callable[[str], None] = lambda text: None) -> Path:
    """Make the kit: the students' bundle, all packages, the data, and an installer.

    Parameters
    ----------
    folder : pathlib.Path
        Where it goes. Files of an earlier kit are replaced.
    say : callable, optional
        Called with a line of text at each step.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    RuntimeError
        If pip cannot get all packages.
    helpers.datasets.cache.DataUnavailable
        If a full data set is neither in the cache nor to be downloaded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    say("the bundle for students")
    shutil.copyfile(release()[1], folder / "keras-course.zip")
    say("the data")
    _gather_data(folder / "data")
    say("the packages, about 1 GB; this takes some minutes")
    _gather_wheels(folder / "wheels")
    python = ".".join(platform.python_version_tuple()[:2])
    (folder / PYTHON_FILE).write_text(f"{python} {platform.system()}\n")
    shutil.copyfile(INSTALLER, folder / "install.py")
    text = START_HERE.format(
        python=python, system=platform.system(), machine=platform.machine()
    )
    (folder / "START_HERE.txt").write_text(text, encoding="utf-8")
    return folder


def _gather_data(target: Path) -> None:
    """Copy the full sets, each of them checked or downloaded first."""
    for load in (datasets.load_mnist, datasets.load_walking, datasets.load_imdb):
        load(source="full")
    target.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copyfile(cache_folder() / name, target / name)


def _gather_wheels(target: Path) -> None:
    """Get the pinned packages as wheels, for this system and this Python."""
    pins = project_folder() / "requirements.lock"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet"]
    command += ["--disable-pip-version-check", "--wheel-dir", str(target)]
    if status := subprocess.call([*command, "--requirement", str(pins), BUILT_WITH]):
        raise RuntimeError(
            f"pip could not get all packages of {pins.name} (status {status}); its "
            "message is above. Run the command again: it goes on from there."
        )

"""Install the course from this folder, without a network: python3 install.py

It needs nothing but Python itself: no package is there yet when it runs.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

KIT = Path(__file__).resolve().parent
WHERE_DATA_GO = "from helpers.datasets.cache import cache_folder; print(cache_folder())"


def main() -> None:
    """Unpack the course, make its environment, put the data in place, and check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path.home(), metavar="FOLDER")
    course = parser.parse_args().to.resolve() / "keras-course"
    require_same_python()
    if course.exists():
        sys.exit(
            f"{course} is there already. Your work may be in it: give it another name, "
            "or say --to with another folder."
        )
    print(f"The course goes to {course}", flush=True)
    with zipfile.ZipFile(KIT / "keras-course.zip") as bundle:
        bundle.extractall(course.parent)
    python = make_environment(course)
    put_data_in_place(python, course)
    status = run([python, "-m", "course", "preflight"], course, must_succeed=False)
    print(f"To start: cd {course}; {python} -m course lab")
    sys.exit(status)


def require_same_python() -> None:
    """End with a message if the packages are for another Python or system."""
    wanted = (KIT / "python.txt").read_text().split()
    here = [".".join(platform.python_version_tuple()[:2]), platform.system()]
    if here != wanted:
        sys.exit(
            f"This is Python {here[0]} on {here[1]}; the packages of this kit are for "
            f"Python {wanted[0]} on {wanted[1]}. Run it with that Python, or have a "
            "kit made on such a computer."
        )


def make_environment(course: Path) -> Path:
    """Make the environment in .venv, from the wheels alone; return its Python."""
    venv.create(course / ".venv", with_pip=True)
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = course / ".venv" / scripts / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--requirement", "requirements.lock"], course)
    run([*pip, "--no-deps", "--editable", "."], course)
    (course / ".venv" / ".made").touch()  # make will not do it again
    return python


def put_data_in_place(python: Path, course: Path) -> None:
    """Copy the data to where the course looks for them."""
    asked = [str(python), "-c", WHERE_DATA_GO]
    answer = subprocess.run(asked, cwd=course, capture_output=True, text=True)
    target = Path(answer.stdout.strip())
    if answer.returncode or not target.is_absolute():
        sys.exit(f"The place of the data was not found: {answer.stderr.strip()}")
    target.mkdir(parents=True, exist_ok=True)
    for file in (KIT / "data").iterdir():
        shutil.copyfile(file, target / file.name)
    print(f"The data are in {target}", flush=True)


def run(command: list, course: Path, must_succeed: bool = True) -> int:
    """Run a command in the course's folder, with the kit's packages and no index."""
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (KIT / "wheels").as_uri()}
    words = [str(word) for word in command]
    status = subprocess.run(words, cwd=course, env={**os.environ, **offline}).returncode
    if status and must_succeed:
        sys.exit(f"This failed: {' '.join(words)}")
    return status


if __name__ == "__main__":
    main()

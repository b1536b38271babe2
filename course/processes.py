"""Start JupyterLab and the tests, each as a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from course.notebooks import NOTEBOOK_FOLDERS, SOURCE_VARIABLE, project_folder

START_PAGE = "notebooks/00_start_here.ipynb"
BROWSER_TESTS = "tests/browser"
ALL_VARIABLE = "KERAS_COURSE_ALL_TESTS"  # set: tests marked `all_only` run, too


def lab(port: int | None = None, browser: bool = True) -> int:
    """Serve JupyterLab on the start page until it is stopped; return its status."""
    settings = project_folder() / "course" / "lab_settings"
    command = [
        *_python("jupyterlab"),
        f"--ServerApp.root_dir={project_folder()}",
        f"--LabApp.default_url=/lab/tree/{START_PAGE}",
        # A classroom needs no news and no question about them, and may have no network.
        f"--LabApp.app_settings_dir={settings}",
        f"--LabApp.extra_labextensions_path={settings / 'extensions'}",
    ]
    if port is not None:
        if not 0 < port < 65536:
            raise ValueError(
                f"port {port} does not exist; choose one from 1024 to 65535"
            )
        command += [f"--port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container, root is often the only user
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "JUPYTER_PATH": write_our_kernel(Path(folder))}
        return subprocess.call(command, cwd=project_folder(), env=environment)


def write_our_kernel(folder: Path) -> str:
    """Write a kernel that explains missing names; return where Jupyter looks for it.

    It has the name of Jupyter's own and takes its place. An extension named there is
    loaded before the first cell runs, whichever cell a student runs first.
    """
    from ipykernel.kernelspec import write_kernel_spec  # slow; nothing else needs it

    (folder / "kernels").mkdir()
    write_kernel_spec(
        folder / "kernels" / "python3",
        extra_arguments=["--ext", "helpers.missing_names"],
    )
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("JUPYTER_PATH")]))


def test(
    files: Sequence[str] = (),
    source: str | None = None,
    jobs: int = 2,
    notebooks_only: bool = False,
    browser: bool = True,
    everything: bool = False,
) -> int:
    """Run the checks of the code, its tests and the notebooks; return the status.

    Parameters
    ----------
    files : sequence of str
        If given, only these test files or notebooks are run.
    source : str, optional
        "full" or "sample"; else the full data where they are cached, or the sample.
    jobs : int
        How many test files or notebooks run at the same time; each worker takes
        seconds to start, so a single file has none.
    notebooks_only : bool
        Leave out the checks and tests of the code.
    browser : bool, default True
        If False, leave out the tests in a browser, and say so.
    everything : bool, default False
        Run the tests, too, that take minutes each; they say so when they are left out.

    Raises
    ------
    FileNotFoundError
        In the students' bundle, which has no tests.
    """
    environment = dict(os.environ)
    if source:
        environment[SOURCE_VARIABLE] = source
    if everything:
        environment[ALL_VARIABLE] = "yes"
    folders = [name for name in NOTEBOOK_FOLDERS if _exists(name)]
    commands = []
    if not (project_folder() / "tests").is_dir():
        raise FileNotFoundError(
            "course test needs the folder tests, with what the notebooks give on the "
            "sample; it is in the project, not in the students' bundle."
        )
    if not files and not notebooks_only:
        folders.append("tests")
        commands += [
            [*_python("ruff"), "check", "."],
            [*_python("ruff"), "format", "--check", "."],
            [*_python("mypy"), "helpers", "course", "benchmarks", "solutions/grading"],
        ]
    commands.append(
        [
            *_python("pytest"),
            *("-p", "course.nbval_tolerance", "--nbval", "--nbval-current-env"),
            *("-n", str(_workers(files, jobs)), "--dist", "loadfile"),
            "--durations=10",
            *("-p", "course.longest_first", "--no-loadscope-reorder"),
            *(files or folders),
            *([] if browser else [f"--ignore={BROWSER_TESTS}"]),
        ]
    )
    if not browser:
        said = f"{BROWSER_TESTS} is left out; `course test {BROWSER_TESTS}` runs it"
        print(said, flush=True)
    for command in commands:
        status = subprocess.call(command, cwd=project_folder(), env=environment)
        if status:
            return status
    return 0


def _workers(files: Sequence[str], jobs: int) -> int:
    """Return how many workers to start; 0 runs everything in one process."""
    paths = [project_folder() / name.partition("::")[0] for name in files]
    return 0 if len(paths) == 1 and paths[0].is_file() else jobs


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _exists(folder: str) -> bool:
    return any((project_folder() / folder).glob("*.ipynb"))

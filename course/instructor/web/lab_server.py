"""`course lab` as a process: for the tests and the pictures that need one."""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from course.notebooks import SOURCE_VARIABLE


def free_port() -> int:
    """Return a port that nobody listens on, below those that kernels are given."""
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("Of fifty ports not one was free.")


@contextlib.contextmanager
def served(port: int, folder: Path, course: Path | None = None) -> Iterator[str]:
    """Run `course lab` on the sample data; give the token once it answers.

    What it writes besides notebooks goes to `folder`. With `course` it serves the copy
    of the course there, else this one, wherever it is called.
    """
    log = folder / "lab.log"
    environment = {
        **os.environ,
        SOURCE_VARIABLE: "sample",
        "TMPDIR": str(folder),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    if course:
        environment["PYTHONPATH"] = str(course)  # comes before what is installed
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "course", "lab", "--no-browser", f"--port={port}"],
            cwd=course or folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _token(log, process)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End `course lab` and all that it started; return when nothing is left."""
    with contextlib.suppress(ProcessLookupError):
        for ending in (signal.SIGTERM, signal.SIGKILL):
            os.killpg(process.pid, ending)
            for _ in range(300):
                process.poll()  # else it would stay in the group as a zombie
                os.killpg(process.pid, 0)  # is anything left?
                time.sleep(0.1)


def _token(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        if process.poll() is not None:
            break
        if found := re.search(r"http://127[^\s]*token=(\w+)", log.read_text("utf-8")):
            return found.group(1)
        time.sleep(0.2)
    raise RuntimeError(f"course lab did not start:\n{log.read_text('utf-8')}")

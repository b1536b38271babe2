"""Errors as every machine gives them: what they say, and paths that begin alike.

A traceback is stored whole, as JupyterLab shows it. Only what differs between machines
is cut: where packages, Python, the course and the reader's files lie.
"""

import re
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from course.notebooks import project_folder

# A file as IPython names it, perhaps in colour and from the home folder on, and as
# Python does, in quotes:
#   File ~/.venv/lib/python3.11/site-packages/keras/src/losses/loss.py:67, in Loss.call
#   File "C:\Python311\Lib\asyncio\events.py", line 80, in _run
COLOUR = r"(?:\x1b\[[0-9;]*m)*"
FRAME = re.compile(
    rf'(?P<before>(?:\b|(?<=m))File {COLOUR}"?)'
    r'(?P<path>(?:~|[A-Za-z]:)?[/\\][^"\x1b\n:]*)(?=[":\x1b])'
)

# Where a path may begin, wherever it stands: the last one that is found.
PACKAGES = re.compile(r"/(?:site|dist)-packages/")
LIBRARY = re.compile(r"/(?P<python>python3\.\d+)/|/Lib/")

# A file that the kernel or TensorFlow makes for code that stands in none.
MADE = re.compile(r"(__autograph_generated_file)\w+(?=\.py$)")

# A line of a message that says where something was, and not what is wrong.
PLACE = re.compile(r'^\s*File "[^"\n]*", line \d+, in .*\n?', re.MULTILINE)


def make_portable(notebook: Any) -> None:
    """Shorten the paths in all errors of a notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.evalue = with_short_paths(output.evalue)
                output.traceback = [with_short_paths(t) for t in output.traceback]


def with_short_paths(text: str) -> str:
    """Return a text of an error without where things lie on this machine.

    A file of a package becomes ``site-packages/...``, one of Python's own library
    ``python3.11/...``, one of the course ``helpers/...``; of any other that a frame
    names, the name is left.
    """
    text = FRAME.sub(lambda frame: frame["before"] + _shorten(frame["path"]), text)
    for folder, instead in _known_folders():
        text = re.sub(rf"{re.escape(folder)}(?=[/\\])", instead, text)
    return text


def what_it_says(message: str) -> str:
    """Return what of an error's message is compared: not where TensorFlow met it."""
    return PLACE.sub("", with_short_paths(message))


def _shorten(path: str) -> str:
    path = path.replace("\\", "/")
    if found := [*PACKAGES.finditer(path)]:
        return f"site-packages/{path[found[-1].end() :]}"
    own = project_folder().as_posix() + "/"
    if path.startswith(own):
        return path.removeprefix(own)
    if found := [*LIBRARY.finditer(path)]:
        return f"{found[-1]['python'] or 'Lib'}/{path[found[-1].end() :]}"
    return MADE.sub(r"\1", path.rpartition("/")[2])


def _known_folders() -> list[tuple[str, str]]:
    """Return this machine's folders, the innermost first, and what to write instead."""
    folders = {
        sysconfig.get_path("purelib"): "site-packages",
        sysconfig.get_path("platlib"): "site-packages",
        sysconfig.get_path("stdlib"): "Lib",
        str(project_folder()): ".",
        tempfile.gettempdir(): "tmp",
        str(Path.home()): "~",
    }
    return sorted(folders.items(), key=lambda item: len(item[0]), reverse=True)

"""The kept set of hostile and broken submissions: each as a function that makes it.

`HOSTILE` maps a name to how the submission is made from the released text of exercise
01_tensors, how it must end, and why it is in the set. How it ends is a status of
`course.instructor.running.execution.execute`, or "altered" for one that was executed
after parts of it were rebuilt.
"""

import json
import os
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from course.instructor.running.limits import GIGABYTE, MEGABYTE, Limits
from course.notebooks import project_folder
from tests.hostile_sandbox import SANDBOX_CODE

# Files and processes of the set have this in their names: none may be left on the host.
MARKER = f"course-hostile-{os.getpid()}"
ANSWERS = "application/vnd.keras-course.answers+json"

# Small, so that each submission ends soon.
LIMITS = Limits(
    cell_seconds=10,
    total_seconds=300,
    memory=GIGABYTE // 2,
    processes=80,
    output=2 * MEGABYTE,
    scratch=50 * MEGABYTE,
)


class Hostile(NamedTuple):
    """One submission: how it is made, how it must end, why it is in the set."""

    make: Callable[[str], bytes]
    status: str
    why: str


# ------------------------------------------------------------- code in an answer cell

# The right answer to q6, so that a test sees whether the other questions are unharmed.
RIGHT_Q6 = "first_layer, second_layer, total = 45, 12, 57"
SECRETS = [
    str(project_folder() / name)
    for name in ("solutions", "grading", "tests", "class", "course", ".git")
]
TARGETS = [
    f"{folder}/{MARKER}"
    for folder in ("/", "/usr", "/etc", "/dev", str(Path.home()), str(project_folder()))
] + [str(project_folder() / name / MARKER) for name in ("helpers", "data", "solutions")]

CODE = {
    "endless loop": ("timed out", "takes for ever", "while True: pass"),
    "endless loop that ignores interrupts": (
        "timed out",
        "an interrupt does not help",
        """
        while True:
            try:
                while True: pass
            except BaseException: pass
        """,
    ),
    "sleep that ignores signals": (
        "timed out",
        "no Python code runs that could be interrupted",
        """
        import signal, time
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        time.sleep(10**6)
        """,
    ),
    "waits for input": ("executed", "nobody is there to type", "input('?')"),
    "30 GB at once": (
        "executed",
        "more than the machine has",
        "np.ones(30 * 10**9 // 8)",
    ),
    "30 GB by and by": (
        "cell crashed",
        "no single request is too large",
        "kept = []\nwhile True: kept.append(np.ones(10**7))",
    ),
    "30 GB in many processes": (
        "cell crashed",
        "limits on one process do not see it",
        """
        import os, time
        for _ in range(20):
            if os.fork() == 0:
                kept = np.ones(20_000_000)
                time.sleep(10**6)
        time.sleep(10**6)
        """,
    ),
    "memory in a process that Linux ends first": (
        "cell crashed",
        "the kernel itself waits for ever",
        """
        import os, time
        while True:
            if os.fork() == 0:
                with open("/proc/self/oom_score_adj", "w") as file:
                    file.write("1000")
                kept = np.ones(100_000_000)
                time.sleep(10**6)
            os.wait()
        """,
    ),
    "30 GB of shared memory": (
        "cell crashed",
        "it belongs to no process alone",
        """
        import mmap
        kept = []
        while True:
            kept.append(mmap.mmap(-1, 10**7))
            kept[-1].write(b"x" * 10**7)
        """,
    ),
    "fork bomb": (
        "timed out",
        "each process starts others",
        """
        import os
        while True:
            try: os.fork()
            except OSError: pass
        """,
    ),
    "thread bomb": (
        "executed",
        "threads count as processes",
        """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(10**6,)).start()
        """,
    ),
    "kills the kernel": ("cell crashed", "", "import os\nos.kill(os.getpid(), 9)"),
    "kills all it can": ("executed", "the grader too?", "import os\nos.kill(-1, 9)"),
    "leaves the kernel": (
        "cell crashed",
        "no error is raised",
        "import os\nos._exit(0)",
    ),
    "breaks the kernel": (
        "cell crashed",
        "a fault below Python",
        "import ctypes\nctypes.string_at(0)",
    ),
    "flood of lines": (
        "cell crashed",
        "the grader would hold them all",
        "while True: print('x' * 1000)",
    ),
    "flood in one message": (
        "cell crashed",
        "it is there before one can count it",
        "print('x' * 10**7)",
    ),
    "flood of displays that replace each other": (
        "cell crashed",
        "the notebook stays small",
        """
        from IPython.display import clear_output, display
        while True:
            display("x" * 10**5, display_id="one")
            clear_output()
        """,
    ),
    "flood of random frames": (
        "cell crashed",
        "no message at all",
        """
        socket = get_ipython().kernel.iopub_socket
        while True: socket.send_multipart([b"x" * 10**5, b"y"])
        """,
    ),
    "full disk": (
        "executed",
        "its scratch, and nobody else's",
        """
        with open("/tmp/big", "wb") as file:
            while True: file.write(bytes(10**7))
        """,
    ),
    "fills the folder of the sockets": (
        "cell crashed",
        "it lies on the host's disk",
        """
        import os, time
        from pathlib import Path
        from ipykernel.connect import get_connection_file
        folder = Path(get_connection_file()).parent / "sockets"
        try: (folder / "big").write_bytes(bytes(30_000_000))
        except OSError: os._exit(1)  # for root's sandbox, the folder is closed
        time.sleep(10**6)
        """,
    ),
    "reads solutions and checks": (
        "executed",
        "answers must not be there to be read",
        f"""
        import os
        for path in {SECRETS!r}:
            if os.path.exists(path): print("FOUND", path)
        for folder, _, files in os.walk("/"):
            for name in files:
                if name in ("gradebook.db", "secret", "grades.csv"):
                    print("FOUND", folder, name)
            if folder.count("/") > 4: _.clear()
        """,
    ),
    "writes wherever it can": (
        "executed",
        "solutions, helpers, gradebook, home",
        f"""
        for path in {TARGETS!r}:
            try: open(path, "w").write("was here")
            except OSError: continue
            print("FOUND a way to write", path)
        """,
    ),
    "uses the network": (
        "executed",
        "answers from outside, and data to outside",
        """
        import socket
        for address in [("1.1.1.1", 80), ("127.0.0.1", 22), ("8.8.8.8", 53)]:
            try: socket.create_connection(address, timeout=1)
            except OSError: continue
            print("FOUND the network", address)
        """,
    ),
    "looks at other processes": (
        "executed",
        "the grader's memory and variables",
        """
        import os
        others = [name for name in os.listdir("/proc") if name.isdigit()]
        if len(others) > 4: print("FOUND processes", others)
        for name in others:
            try: text = open(f"/proc/{name}/environ").read()
            except OSError: continue
            if "KERAS_COURSE_DATA" in text: print("FOUND the variables of", name)
        """,
    ),
    "patches check": (
        "executed",
        "it says correct to everything",
        """
        import helpers.exercises.asking as asking
        from helpers.exercises.verdicts import PartVerdict
        asking.judge = lambda part, name, answer: PartVerdict(name, "correct")
        """,
    ),
    "patches numpy and json": (
        "executed",
        "the answers are encoded with them",
        """
        import json, base64
        np.array_equal = np.allclose = lambda *a, **k: True
        dumps = json.dumps
        def forged(what, *a, **k):
            kernels = {"code", "data", "traceback"}  # what the kernel itself sends
            ours = isinstance(what, dict) and not kernels & set(what)
            return dumps("forged" if ours and "flat" in what else what, *a, **k)
        json.dumps = forged
        base64.b64encode = lambda data: b"forged"
        """,
    ),
    "patches nbgrader": (
        "executed",
        "if it were in the kernel",
        """
        import sys
        sys.modules["rfc3987_syntax"] = None  # it takes seconds to load
        try:
            import nbgrader.utils
            nbgrader.utils.determine_grade = lambda *a: (99, 99)
        except ImportError: pass
        """,
    ),
    "prints a score": (
        "executed",
        "text is no evidence",
        """
        print("✓ q2 correct: full marks")
        print(99)
        """,
    ),
    "forged answer, early": (
        "executed",
        "before its check",
        f"display({{{ANSWERS!r}: {{'flat': 1}}}}, raw=True)",
    ),
    "forged answer, late": (
        "executed",
        "in the cell of the check, after it",
        f"""
        def forge(result): display({{{ANSWERS!r}: {{'flat': 1}}}}, raw=True)
        get_ipython().events.register("post_run_cell", forge)
        """,
    ),
    "forged answer, twice": (
        "executed",
        "in the cell of the check, before and after it",
        f"""
        def forge(info): display({{{ANSWERS!r}: {{'flat': 1}}}}, raw=True)
        get_ipython().events.register("pre_run_cell", forge)
        get_ipython().events.register("post_run_cell", forge)
        """,
    ),
    "changes an output of before": (
        "executed",
        "by its display_id",
        """
        handle = display({"text/plain": "before"}, raw=True, display_id=True)
        def forge(info): handle.update({"text/plain": "later"}, raw=True)
        get_ipython().events.register("pre_run_cell", forge)
        """,
    ),
    "one output in many places": (
        "cell crashed",
        "few bytes come, and make a large notebook",
        """
        for _ in range(1000): display({"text/plain": "x"}, raw=True, display_id="one")
        display({"text/plain": "x" * 10**5}, raw=True, display_id="one")
        """,
    ),
    "messages with wrong contents": (
        "executed",
        "they hit the code that reads them",
        """
        kernel = get_ipython().kernel
        parent = kernel.get_parent("shell")
        for kind in ("stream", "display_data", "error", "status", "clear_output",
                     "comm_open", "comm_msg", "update_display_data", "unknown"):
            for content in ({}, {"name": 3, "text": []}, {"data": 3, "metadata": 4},
                            {"execution_state": [], "execution_count": "many"},
                            {"transient": 3}, {"ename": None}):
                kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
        kernel.iopub_socket.send_multipart([b"no", b"message"])
        """,
    ),
    "half characters": (
        "executed",
        "no file can hold them",
        "display({'text/plain': 'half \\ud800 of one'}, raw=True)",
    ),
    "link to the host": (
        "executed",
        "what it points to might be read by the grader",
        f"""
        import os
        os.symlink({SECRETS[0]!r}, "flat.npy")
        flat = with_channel = "flat.npy"
        """,
    ),
    "FIFO": (
        "executed",
        "whoever reads it waits for ever",
        'import os\nos.mkfifo("flat.npy")\nflat = with_channel = "flat.npy"',
    ),
    "equal to everything": (
        "executed",
        "== says nothing",
        """
        class Equal(np.ndarray):
            def __eq__(self, other): return np.True_
            def __array__(self, *a, **k): return np.zeros(1)
        flat = with_channel = np.zeros((5, 12)).view(Equal)
        """,
    ),
    "array of objects": (
        "executed",
        "its bytes are addresses",
        "flat = with_channel = np.array([object()] * 60).reshape(5, 12)",
    ),
    "NaN": ("executed", "", "flat = with_channel = np.full((5, 12), np.nan)"),
    "wrong dtype": (
        "executed",
        "",
        "flat = with_channel = np.full((5, 12), 'x' * 100)",
    ),
    "gigantic array without memory": (
        "executed",
        "it is only there when it is copied",
        "flat = with_channel = np.broadcast_to(1.0, (10**6, 10**6))",
    ),
    "process that writes after its cell": (
        "executed",
        "into the cell of the check",
        """
        import subprocess
        code = "import time\\nwhile True: print('late', flush=True); time.sleep(0.05)"
        subprocess.Popen(["python", "-c", code, MARKER])
        """,
    ),
    "process that outlives its kernel": (
        "executed",
        "in a session of its own",
        """
        import subprocess
        subprocess.Popen(["sleep", "86399"], start_new_session=True)
        subprocess.Popen(["python", "-c", "import time; time.sleep(86399)", MARKER],
                         start_new_session=True)
        """,
    ),
    "thread that writes after its cell": (
        "executed",
        "into the cell of the check",
        """
        import threading, time
        def write():
            while True: print("late"); time.sleep(0.02)
        threading.Thread(target=write).start()
        """,
    ),
    "scripts in outputs": (
        "executed",
        "the feedback page would run them",
        """
        from IPython.display import HTML, Javascript, SVG, Markdown, display
        script = "<script>alert(1)</script><img src=x onerror=alert(2)>"
        display(HTML(script), Javascript("alert(3)"), Markdown(script))
        display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(4)'/>"))
        """,
    ),
    "deletes all names": ("executed", "check is not there", "%reset -f"),
}


def with_code(code: str, cell: str = "q2") -> Callable[[str], bytes]:
    """Return a maker: the release with `code` in one answer cell, and q6 answered."""
    code = textwrap.dedent(code).strip().replace("MARKER", repr(MARKER))

    def make(released: str) -> bytes:
        notebook = nbformat.reads(released, as_version=4)
        find(notebook, cell).source = code
        find(notebook, "q6").source = RIGHT_Q6
        return nbformat.writes(notebook).encode()

    return make


def find(notebook: Any, name: str) -> Any:
    """Return the cell that nbgrader knows by this name."""
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    )


# ---------------------------------------------------------------- a changed notebook


def changed(change: Callable[[Any], None]) -> Callable[[str], bytes]:
    """Return a maker: the release, with q6 answered, after `change`."""

    def make(released: str) -> bytes:
        notebook = nbformat.reads(released, as_version=4)
        find(notebook, "q6").source = RIGHT_Q6
        change(notebook)
        return json.dumps(notebook).encode()

    return make


def delete(*names: str) -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        for name in names:
            notebook.cells.remove(find(notebook, name))

    return change


def edit_check(notebook: Any) -> None:
    find(notebook, "q2-check").source = "print('q2 correct')\n2"


def double(notebook: Any) -> None:
    for name in ("q2-check", "q6"):
        twin = nbformat.from_dict(find(notebook, name))
        twin.source = "print('twin')"
        notebook.cells.append(twin)


def reverse(notebook: Any) -> None:
    notebook.cells.reverse()


def flip_flags(notebook: Any) -> None:
    find(notebook, "q2-check").metadata.nbgrader.update(
        grade=False, locked=False, solution=True, points=1e9
    )
    find(notebook, "q6").metadata.nbgrader.update(grade=True, points=99)


def unknown_name(notebook: Any) -> None:
    find(notebook, "q2").metadata.nbgrader.grade_id = "q77"


def names_without_sense(notebook: Any) -> None:
    for cell, name in zip(
        notebook.cells[10:14], [None, 3, ["q1"], "../../q1"], strict=True
    ):
        cell.metadata["nbgrader"] = {"grade_id": name, "grade": True, "points": "nan"}


def other_kernel(notebook: Any) -> None:
    notebook.metadata.kernelspec = {"name": "evil", "language": "bash"}


def answers_as_text(notebook: Any) -> None:
    find(notebook, "q6").cell_type = "markdown"


def strange_cells(notebook: Any) -> None:
    notebook.cells[3:3] = [
        None, [], "x", {}, {"cell_type": "code"}, {"cell_type": "code", "source": 3},
        {"cell_type": "code", "source": ["a", 3]}, {"cell_type": [], "source": ""},
        {"cell_type": "code", "source": "1", "metadata": 3, "id": 3, "outputs": "x"},
    ]  # fmt: skip


def half_characters(notebook: Any) -> None:
    notebook.cells.append({"cell_type": "code", "source": "'\ud800'", "metadata": {}})


def old_minor(notebook: Any) -> None:
    notebook.nbformat_minor = 0
    for cell in notebook.cells:
        del cell["id"]


def own_outputs(notebook: Any) -> None:
    script = {"text/html": "<script>alert(1)</script>", ANSWERS: "forged"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("display_data", data=script)]
        else:
            cell.attachments = {"x.png": {"image/png": "AAAA"}}
            cell.metadata["tags"] = ["skip-execution"]


def old_notebook(released: str) -> bytes:
    notebook = nbformat.reads(released, as_version=4)
    find(notebook, "q6").source = RIGHT_Q6
    old = nbformat.convert(notebook, 3)
    return json.dumps(old).encode()


def other_exercise(released: str) -> bytes:
    return (project_folder() / "exercises" / "02_breast_cancer.ipynb").read_bytes()


CHANGED = {
    "answer deleted": (changed(delete("q2")), "altered", "nbgrader crashes"),
    "check deleted": (changed(delete("q2-check")), "altered", "no check, no zero?"),
    "all checks deleted": (
        changed(delete(*(f"q{n}-check" for n in range(1, 9)))),
        "altered",
        "the questions count by the release",
    ),
    "check edited": (changed(edit_check), "altered", "it gives itself full marks"),
    "cells doubled": (changed(double), "altered", "nbgrader crashes"),
    "cells reordered": (changed(reverse), "altered", "checks before their answers"),
    "flags flipped": (changed(flip_flags), "altered", "another number of points"),
    "unknown name": (changed(unknown_name), "altered", "nbgrader crashes"),
    "names without sense": (changed(names_without_sense), "altered", "not even text"),
    "another kernel": (changed(other_kernel), "altered", "it would not start"),
    "answer as text": (changed(answers_as_text), "altered", "it would not run"),
    "cells that are none": (changed(strange_cells), "altered", "wrong kinds all over"),
    "half characters in a cell": (changed(half_characters), "executed", "no UTF-8"),
    "outputs and attachments of its own": (
        changed(own_outputs),
        "executed",
        "they are not what ran",
    ),
    "nbformat 4.0": (changed(old_minor), "executed", "cells have no ids"),
    "nbformat 3": (old_notebook, "executed", "an old Jupyter"),
    "not JSON": (lambda released: b"print('q2')", "unreadable", "a Python file"),
    "empty": (lambda released: b"", "unreadable", ""),
    "cut short": (
        lambda released: released.encode()[:5000],
        "unreadable",
        "a broken upload",
    ),
    "NUL bytes": (
        lambda released: released.encode().replace(b'"source"', b'"sou\0rce"'),
        "unreadable",
        "",
    ),
    "nothing but NUL bytes": (
        lambda released: bytes(1000),
        "unreadable",
        "a full disk",
    ),
    "100 MB": (
        lambda released: released.encode() + b" " * 100 * MEGABYTE,
        "unreadable",
        "reading it costs memory",
    ),
    "nested deeply": (lambda released: b"[" * 10**6, "unreadable", "recursion"),
    "a bomb of JSON": (
        lambda released: b'{"cells":[' + b"{}," * 6_000_000 + b"{}]}",
        "unreadable",
        "19 MB that need more than 1 GB when read",
    ),
    "no cells": (
        lambda released: b'{"cells": [], "metadata": {}, "nbformat": 4}',
        "unreadable",
        "",
    ),
    "an endless number": (lambda released: b"9" * 10**6, "unreadable", ""),
    "another exercise": (other_exercise, "unreadable", "its questions have our names"),
}

HOSTILE = {
    **{
        name: Hostile(with_code(code), status, why)
        for name, (status, why, code) in {**CODE, **SANDBOX_CODE}.items()
    },
    **{name: Hostile(*case) for name, case in CHANGED.items()},
}


def limits_for(name: str) -> Limits:
    """Return the limits for one of the set: short only for what has to run into them.

    On a busy machine, the others take their time.
    """
    short = HOSTILE[name].status == "timed out"
    return LIMITS if short else replace(LIMITS, cell_seconds=60)


def lightened(released: str) -> str:
    """Return the release with a first cell that loads no figures: tests run faster."""
    notebook = nbformat.reads(released, as_version=4)
    first = find(notebook, "start")
    first.source = "\n".join(
        line for line in first.source.splitlines() if "plot" not in line
    )
    return nbformat.writes(notebook)

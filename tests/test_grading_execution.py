"""Submissions run in the sandbox: the good, the broken, and the whole hostile set."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest

from course.instructor.running import execution, sandbox, watching
from course.instructor.running.control_groups import control_group
from course.instructor.running.execution import execute
from course.instructor.running.system_calls import seccomp_filter
from course.instructor.running.waiting import over, waited
from course.notebooks import project_folder
from tests.hostile import (
    HOSTILE,
    LIMITS,
    MARKER,
    TARGETS,
    find,
    lightened,
    limits_for,
    with_code,
)
from tests.hostile_sandbox import SANDBOX_CODE

FAULT = sandbox._fault()
pytestmark = pytest.mark.skipif(bool(FAULT), reason=FAULT)

WHOLE = (project_folder() / "exercises" / "01_tensors.ipynb").read_text("utf-8")
RELEASED = lightened(WHOLE)
LOCKED = {"q6-check": 'print("instead of the check")\ncheck("q6", first_layer=...)'}
# Without check, which the cell deletes, or with a kernel without threads.
HARMS_ITSELF = {"deletes all names", "thread bomb"}
PATIENT = replace(LIMITS, cell_seconds=60)  # where nothing is meant to be slow
LONGEST = LIMITS.total_seconds + 60  # seconds, on a machine that has other work, too


def outputs_of(execution, name):
    notebook = nbformat.reads(execution.notebook, as_version=4)
    return find(notebook, name).outputs


def text_of(execution, name):
    """Return all that a cell shows as text."""
    return "".join(
        output.get("text", "")
        + output.get("data", {}).get("text/plain", "")
        + output.get("ename", "")
        for output in outputs_of(execution, name)
    )


def files_of_project():
    """Return size and time of all files that a student should not have changed."""
    folders = ("course", "data", "exercises", "helpers", "solutions", "tests")
    return {
        file: (file.stat().st_size, file.stat().st_mtime_ns)
        for folder in folders
        for file in (project_folder() / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def left_running(marker):
    found = []
    for process in psutil.process_iter():
        try:
            if any(marker in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module", autouse=True)
def temporary(tmp_path_factory):
    """Temporary folders of these tests lie where one can see whether they are gone."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("t"))
    yield Path(tempfile.tempdir)
    tempfile.tempdir = before


@pytest.fixture(scope="module")
def ended(request):
    """How the hostile submissions ended that are asked for, run two at a time."""
    names = [
        item.callspec.params["name"]
        for item in request.session.items
        # Before anything else: cells of notebooks are items, too, without parameters.
        if item.path == request.path
        and item.originalname == test_hostile_submission_ends_as_it_should.__name__
    ]
    before = files_of_project()

    def run(name):
        began = time.monotonic()
        execution = execute(
            HOSTILE[name].make(RELEASED), RELEASED, {}, limits_for(name)
        )
        return execution, time.monotonic() - began

    with ThreadPoolExecutor(2) as pool:
        results = dict(zip(names, pool.map(run, names), strict=True))
    assert files_of_project() == before
    return results


# --------------------------------------------------------------------- the good ones


@pytest.fixture(scope="module")
def reference():
    solution = project_folder() / "solutions" / "01_tensors.ipynb"
    return execute(solution.read_bytes(), WHOLE, LOCKED, PATIENT)


def test_reference_is_executed_and_found_correct(reference):
    assert (reference.status, reference.altered, reference.note) == ("executed", (), "")
    for number in (1, 2, 3, 4, 5, 7, 8):
        assert f"q{number} correct" in text_of(reference, f"q{number}-check")


def test_locked_sources_run_and_the_released_ones_come_back(reference):
    assert "instead of the check" in text_of(reference, "q6-check")
    notebook = nbformat.reads(reference.notebook, as_version=4)
    nbformat.validate(notebook)
    released = nbformat.reads(WHOLE, as_version=4)
    assert find(notebook, "q6-check").source == find(released, "q6-check").source
    assert "total = first_layer + second_layer" in find(notebook, "q6").source
    assert notebook.metadata == released.metadata


def test_blank_is_executed_with_all_questions_not_attempted():
    blank = execute(RELEASED.encode(), RELEASED, {}, PATIENT)
    assert (blank.status, blank.altered, blank.note) == ("executed", (), "")
    for number in range(1, 9):
        assert "not attempted" in text_of(blank, f"q{number}-check")


# ------------------------------------------------------------------------ the others


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_submission_ends_as_it_should(ended, name):
    execution, seconds = ended[name]
    ends = "altered" if execution.altered else "executed"
    status = execution.status if execution.status != "executed" else ends
    assert status == HOSTILE[name].status, execution.note
    assert seconds < LONGEST
    assert bool(execution.note) == (execution.status != "executed")
    assert "\n" not in execution.note and len(execution.note) < 200
    if execution.status == "unreadable":
        assert execution.notebook == ""
        return
    notebook = nbformat.reads(execution.notebook, as_version=4)
    nbformat.validate(notebook)
    execution.notebook.encode()
    assert len(execution.notebook) < 2 * LIMITS.output
    assert "FOUND" not in text_of(execution, "q2")
    if name not in HARMS_ITSELF:
        assert "q6 correct" in text_of(execution, "q6-check")


def test_nothing_of_the_hostile_set_is_left(ended, temporary):
    assert left_running(MARKER) == []
    assert [path for path in [*TARGETS, f"/tmp/{MARKER}"] if Path(path).exists()] == []
    assert list(temporary.glob("course-*")) == []


def test_a_cell_that_ends_its_kernel_loses_its_own_answers_and_no_others(ended):
    """Answers given before are there, and what was computed before is, too."""
    for name in ("kills the kernel", "flood of lines", "30 GB by and by"):
        if name in ended:
            assert "not attempted" in text_of(ended[name][0], "q1-check"), name
            assert "Stopped" in text_of(ended[name][0], "q2"), name
            assert ended[name][0].note.endswith(" in q2"), name
            assert "q6 correct" in text_of(ended[name][0], "q6-check"), name


OPEN_CELL = """
print("x" * 10 ** 7 if FLOOD else "quiet")
import os; os._exit(1)
"""


@pytest.mark.parametrize("flood", [True, False])
def test_the_open_question_costs_no_other(flood):
    """Set-up and answers run again, and names that later cells need are there."""
    notebook = nbformat.reads(RELEASED, as_version=4)
    find(notebook, "q1").source = "my_own = 45"
    find(notebook, "q2").source = f"FLOOD = {flood}" + OPEN_CELL
    find(notebook, "q6").source = "first_layer, second_layer, total = my_own, 12, 57"
    find(notebook, "more").source = "import os; os._exit(0)"
    content = nbformat.writes(notebook).encode()
    done = execute(content, RELEASED, {}, PATIENT)
    assert done.status == "cell crashed"
    assert done.note.endswith("in q2; the kernel died in more")
    assert "q6 correct" in text_of(done, "q6-check")


def test_time_limit_is_shown_in_its_cell(ended):
    for name in ("endless loop", "endless loop that ignores interrupts"):
        if name in ended:
            assert "TimeLimit" in text_of(ended[name][0], "q2"), name
            assert ended[name][0].note == "stopped after 10 seconds: q2"


def test_total_time_is_a_hard_limit():
    limits = replace(LIMITS, total_seconds=12, cell_seconds=100)
    began = time.monotonic()
    execution = execute(HOSTILE["endless loop"].make(RELEASED), RELEASED, {}, limits)
    assert execution.status == "crashed" and time.monotonic() - began < 40
    assert execution.note == "it ran longer than 12 seconds in all"
    assert "not attempted" in text_of(execution, "q1-check")


def test_kernel_knows_only_the_variables_on_the_list(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_HOST", "42")
    code = "import os\nprint(sorted(os.environ))\nprint(os.getcwd(), os.getuid())"
    execution = execute(with_code(code)(RELEASED), RELEASED, {}, PATIENT)
    shown = text_of(execution, "q2")
    assert "SECRET_OF_THE_HOST" not in shown and "KERAS_COURSE_DATA" not in shown
    assert "KERAS_COURSE_SOURCE" in shown and "/tmp/exercise" in shown
    assert " 0\n" not in shown  # not even as root


def test_when_the_grader_is_killed_all_is_killed(tmp_path):
    content = with_code(
        f"import subprocess\nsubprocess.run(['sleep', '86399.{os.getpid()}'])"
    )
    (tmp_path / "submission").write_bytes(content(RELEASED))
    (tmp_path / "released").write_text(RELEASED, encoding="utf-8")
    code = f"""
from pathlib import Path
from course.instructor.running.execution import Limits, execute
folder = Path({str(tmp_path)!r})
released = (folder / "released").read_text("utf-8")
execute((folder / "submission").read_bytes(), released, {{}}, Limits())
"""
    grader = subprocess.Popen([sys.executable, "-c", code], cwd=project_folder())
    marker = f"86399.{os.getpid()}"
    wait_until(lambda: left_running(marker))
    grader.kill()
    grader.wait()
    wait_until(lambda: not left_running(marker))


def wait_until(holds, seconds=60):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


# ----------------------------------------------------------- the fault of this machine


@pytest.mark.parametrize("what", ["LEAST_FREE_MEMORY", "LEAST_FREE_DISK"])
def test_a_machine_that_is_short_is_no_status_of_the_student(what, monkeypatch):
    monkeypatch.setattr(watching, what, 10**18)
    with pytest.raises(watching.MachineShort, match="of this machine is nearly"):
        execute(RELEASED.encode(), RELEASED, {}, PATIENT)


def test_a_runner_that_is_killed_is_no_status_of_the_student():
    with ThreadPoolExecutor(1) as pool:
        content = with_code("import time\ntime.sleep(1000)")(RELEASED)
        future = pool.submit(execute, content, RELEASED, {}, PATIENT)
        wait_until(lambda: execution._running)
        time.sleep(3)
        execution.stop_all()
        with pytest.raises(RuntimeError, match="No kernel|ended .-9."):
            future.result()


def test_a_kernel_killed_for_memory_of_this_machine_is_no_crash(monkeypatch):
    kills = iter([0, 1])
    monkeypatch.setattr(execution, "kills_for_memory", lambda: next(kills))
    monkeypatch.setattr(execution, "control_group", lambda *_: nullcontext(None))
    with pytest.raises(watching.MachineShort, match="the kernel died in q2"):
        execute(HOSTILE["kills the kernel"].make(RELEASED), RELEASED, {}, PATIENT)


def test_memory_is_bounded_without_a_control_group_too(monkeypatch):
    monkeypatch.setattr(execution, "control_group", lambda *_: nullcontext(None))
    for name in ("30 GB by and by", "30 GB in many processes"):
        done = execute(HOSTILE[name].make(RELEASED), RELEASED, {}, PATIENT)
        assert done.note == "it held more than 0.5 GB of memory in q2"
        assert "q6 correct" in text_of(done, "q6-check")
    name = "memory in files of the scratch and of /dev/shm"
    done = execute(HOSTILE[name].make(RELEASED), RELEASED, {}, PATIENT)
    assert done.note == "it held more than 0.5 GB of memory in q2"


# ------------------------------------------------------------ neighbours on a machine


BUSY = """
import os, time
began = time.monotonic()
for _ in range(60):
    if os.fork() == 0:
        while time.monotonic() - began < 6: pass
        os._exit(0)
for _ in range(60): os.wait()
times = os.times()
used = times.children_user + times.children_system
print("processors", used / (time.monotonic() - began))
"""


def test_sixty_busy_processes_get_one_processor():
    """Where a control group can be made; so a neighbour keeps the rest."""
    with control_group(f"course-test-{os.getpid()}", LIMITS) as group:
        if group is None:
            pytest.skip("no control group can be made here")
    execution = execute(with_code(BUSY)(RELEASED), RELEASED, {}, PATIENT)
    assert execution.status == "executed"
    assert float(text_of(execution, "q2").split()[1]) < 1.25


def test_waiting_for_a_processor_is_not_the_time_of_a_cell():
    assert over(10, 11, 0) and not over(10, 11, 5)
    assert not over(10, 39, 100) and over(10, 41, 100)  # but some time, it must end
    assert waited([psutil.Process()]) == 0  # this is no kernel


def test_a_cell_has_the_time_that_it_only_waited_for(monkeypatch):
    """A kernel takes 6 s under a limit of 3 s, and had to wait for them, as is said."""
    code = "import time\ntime.sleep(6)\nprint('came to its end')"
    limits = replace(LIMITS, cell_seconds=3)
    said = "import course.instructor.running.waiting as w\n"
    said += "import time\nbegan = time.monotonic()\n"
    said += "w.waited = lambda processes: time.monotonic() - began\n"
    said += "import sys, runpy\nfrom pathlib import Path\n"
    said += "from course.instructor.running.runner import main\nmain(Path(sys.argv[1]))"
    start = subprocess.Popen

    def patched(command, **options):
        if "course.instructor.running.runner" in command:
            command = [sys.executable, "-c", said, command[-1]]
        return start(command, **options)

    assert execute(with_code(code)(RELEASED), RELEASED, {}, limits).status == (
        "timed out"
    )
    monkeypatch.setattr(execution.subprocess, "Popen", patched)
    done = execute(with_code(code)(RELEASED), RELEASED, {}, limits)
    assert (done.status, done.note) == ("executed", "")
    assert "came to its end" in text_of(done, "q2")


def test_control_groups_and_files_of_filters_are_gone():
    before = set(Path("/sys/fs/cgroup").glob("**/course-*"))
    with control_group(f"course-test-{os.getpid()}", LIMITS) as group:
        folders = group.folders if group else ()
        assert all(folder.is_dir() for folder in folders)
    assert not any(folder.exists() for folder in folders)
    assert set(Path("/sys/fs/cgroup").glob("**/course-*")) <= before


def test_the_filter_is_for_machines_that_it_knows():
    for machine in ("x86_64", "aarch64"):
        program = seccomp_filter(machine)
        assert (
            len(program) % 8 == 0 and len(program) // 8 < 4096
        )  # the most Linux takes
    assert seccomp_filter("riscv64") == b""


# ------------------------------------------------------- as another user, or without


AS_ORDINARY_USER = ("endless loop", "30 GB in many processes", "fork bomb", "full disk")
AS_ORDINARY_USER += ("kills all it can", "reads solutions and checks")
AS_ORDINARY_USER += ("writes wherever it can", "uses the network")
AS_ORDINARY_USER += ("looks at other processes", "fills the folder of the sockets")
AS_ORDINARY_USER += tuple(SANDBOX_CODE)


@pytest.mark.skipif(os.geteuid() != 0, reason="all other tests ran as an ordinary user")
def test_hostile_set_ends_the_same_for_an_ordinary_user(tmp_path):
    code = f"""
import json, sys
from concurrent.futures import ThreadPoolExecutor
from course.instructor.running.control_groups import control_group
from course.instructor.running.execution import execute
from course.instructor.running.system_calls import seccomp_filter
from course.instructor.running.waiting import over, waited
from tests.hostile import HOSTILE, limits_for
released = sys.stdin.read()
def run(name):
    made = HOSTILE[name].make(released)
    done = execute(made, released, {{}}, limits_for(name))
    return name, done.status, done.notebook
with ThreadPoolExecutor(2) as pool:
    print(json.dumps(list(pool.map(run, {AS_ORDINARY_USER!r}))))
"""
    done = subprocess.run(
        [*as_ordinary_user(), sys.executable, "-c", code],
        cwd=project_folder(), input=RELEASED, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name, status, text in json.loads(done.stdout):
        # For root, the folder of the sockets is closed.
        in_sockets = name == "fills the folder of the sockets"
        assert status == ("crashed" if in_sockets else HOSTILE[name].status), name
        notebook = nbformat.reads(text, as_version=4)
        shown = json.dumps(find(notebook, "q2").outputs)
        assert "FOUND" not in shown, shown


def as_ordinary_user():
    """Return what runs a command as user 65534, who may read this Python's files.

    The Python may lie in root's home, which nobody else may enter: there, the user sees
    an empty home with nothing but this Python.
    """
    words = ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
    home = Path(pwd.getpwuid(os.geteuid()).pw_dir)  # whatever the variable HOME says
    inside = [path for path in sandbox._environment() if path.is_relative_to(home)]
    words += ["--perms", "755", "--tmpfs", str(home)] if inside else []
    for folder in inside:
        words += sandbox._bound("--ro-bind", folder)
    for right in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
        words += ["--cap-add", right]
    words += [
        "--setenv",
        "HOME",
        "/nonexistent",
        "--setenv",
        "PYTHONDONTWRITEBYTECODE",
        "1",
    ]
    words += [
        "--setenv",
        "TMPDIR",
        "/tmp",
        "--setenv",
        "PYTHONPATH",
        str(project_folder()),
    ]
    words += ["--", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    return [*words, "--inh-caps=-all", "--bounding-set=-all", "--"]


@pytest.fixture
def without_bubblewrap(monkeypatch):
    which = shutil.which
    monkeypatch.setattr(
        shutil, "which", lambda name: None if name == "bwrap" else which(name)
    )
    sandbox._fault.cache_clear()
    yield
    sandbox._fault.cache_clear()


def test_without_bubblewrap_it_refuses_and_says_what_to_do(without_bubblewrap):
    with pytest.raises(RuntimeError, match="apt-get install bubblewrap.*--unsafe"):
        execute(RELEASED.encode(), RELEASED, {}, LIMITS)


def test_unsafe_runs_without_bubblewrap_and_keeps_its_limits(
    without_bubblewrap, monkeypatch
):
    monkeypatch.setenv("SECRET_OF_THE_HOST", "42")
    code = f"""
import os, subprocess
print("SECRET_OF_THE_HOST" in os.environ)
subprocess.Popen(["python", "-c", "import time; time.sleep(86399)", "{MARKER}-unsafe"],
                 start_new_session=True)
while True: pass
"""
    limits = replace(LIMITS, cell_seconds=5)
    execution = execute(with_code(code)(RELEASED), RELEASED, {}, limits, unsafe=True)
    assert execution.status == "timed out"
    assert text_of(execution, "q2").startswith("False")
    assert "q6 correct" in text_of(execution, "q6-check")
    assert left_running(f"{MARKER}-unsafe") == []


def test_unsafe_stops_too_much_memory(without_bubblewrap):
    content = HOSTILE["30 GB by and by"].make(RELEASED)
    execution = execute(content, RELEASED, {}, PATIENT, unsafe=True)
    assert execution.status == "cell crashed" and "GB of memory" in execution.note


def test_sandbox_user_is_one_that_nobody_else_is():
    user = sandbox.sandbox_user()
    if os.geteuid() != 0:
        assert user is None
    else:
        assert user not in {p.uids().real for p in psutil.process_iter()}
        assert user > 1000

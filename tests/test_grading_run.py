"""`course grade`, first phase: in parallel, kept as it comes, going on when stopped."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from course.command import main
from course.instructor.classes import grading
from course.instructor.classes.class_folder import (
    open_class,
    students_who_submitted,
)
from course.instructor.classes.collecting import collect
from course.instructor.classes.gradebook import open_gradebook
from course.instructor.classes.grades import Noted, note_down, noted
from course.instructor.classes.kept_executions import Task, keep, kept
from course.instructor.classes.parallel import carry_out, execute_all
from course.instructor.classes.scoring import Scored
from course.instructor.running import sandbox
from course.instructor.running.execution import Execution, Limits
from course.instructor.running.watching import MachineShort
from course.notebooks import project_folder
from tests.hostile_archives import EXERCISE, pack

FRESH = project_folder() / "exercises" / f"{EXERCISE}.ipynb"
TASK = Task("anna", b"{}", "released", {"q1-check": "1"}, Limits(), False)


# What stands in for the execution of one submission.


def run_well(content, released, locked, limits, unsafe):
    note = f"process {os.getpid()} {threading.current_thread().name}"
    return Execution("executed", (), note, content.decode())


def run_slowly(content, released, locked, limits, unsafe):
    time.sleep(0.7)
    return run_well(content, released, locked, limits, unsafe)


def run_two_and_wait(content, released, locked, limits, unsafe):
    if not (b"anna" in content or b"ben" in content):
        time.sleep(15)  # long enough to be stopped, on a busy machine, too
    return run_well(content, released, locked, limits, unsafe)


def run_badly(content, released, locked, limits, unsafe):
    if b"carl" in content:
        raise ZeroDivisionError("by\nzero")
    return run_well(content, released, locked, limits, unsafe)


@pytest.fixture
def folder(tmp_path):
    """A class of six, whose notebooks say their names."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for student in ("anna", "ben", "carl", "dora", "emil", "fritz"):
        content = json.dumps({"student": student}).encode()
        pack(inbox, content, f"{student}.zip", student=student)
    folder = open_class(tmp_path / "class")
    collect(folder, EXERCISE, inbox)
    return folder


def results(folder):
    files = (folder / "executed" / EXERCISE).glob("[!.]*.json")
    return {file.stem: json.loads(file.read_text()) for file in sorted(files)}


def times(folder):
    files = (folder / "executed" / EXERCISE).glob("[!.]*.json")
    return {file.stem: file.stat().st_mtime_ns for file in files}


# --------------------------------------------------------------------------- parallel


def test_each_is_executed_once_two_at_a_time(folder):
    assert execute_all(folder, EXERCISE, jobs=2, run=run_slowly) == (6, {})
    found = results(folder)
    assert {json.loads(done["notebook"])["student"] for done in found.values()} == set(
        found
    )
    notes = {done["note"] for done in found.values()}
    assert len(notes) == 2
    before = times(folder)
    assert execute_all(folder, EXERCISE, jobs=2, run=run_slowly) == (0, {})
    assert times(folder) == before


def test_again_executes_all(folder):
    execute_all(folder, EXERCISE, run=run_well)
    assert execute_all(folder, EXERCISE, again=True, run=run_well) == (6, {})


def test_newer_submission_is_executed_alone(folder, tmp_path):
    execute_all(folder, EXERCISE, run=run_well)
    newer = tmp_path / "newer"
    newer.mkdir()
    pack(newer, b'{"student": "B"}', student="ben", time="2026-04-01T00:00:00Z")
    collect(folder, EXERCISE, newer)
    assert execute_all(folder, EXERCISE, run=run_well) == (1, {})
    assert results(folder)["ben"]["notebook"] == '{"student": "B"}'


def test_failure_of_ours_is_tried_again_alone_and_not_kept(folder):
    executed, failed = execute_all(folder, EXERCISE, run=run_badly)
    assert (executed, failed) == (5, {"carl": "ZeroDivisionError: by zero"})
    assert set(results(folder)) == {"anna", "ben", "dora", "emil", "fritz"}
    assert execute_all(folder, EXERCISE, run=run_well) == (1, {})
    assert results(folder)["carl"]["status"] == "executed"


def test_what_fails_beside_others_may_succeed_alone(folder):
    """As when the memory of the machine is short while several run."""
    running, most = [], threading.BoundedSemaphore(1)

    def run_if_alone(*arguments):
        if not most.acquire(blocking=False):
            raise MachineShort("the memory of this machine is nearly used up")
        try:
            running.append(1)
            time.sleep(0.3)
            return run_well(*arguments)
        finally:
            most.release()

    assert execute_all(folder, EXERCISE, jobs=3, run=run_if_alone) == (6, {})
    assert len(running) == 6 and len(results(folder)) == 6


def test_whom_grading_failed_for_is_told_and_has_no_status_of_his(folder, monkeypatch):
    def executed(*arguments, students):
        return execute_all(*arguments[:3], run=run_badly, students=students)

    monkeypatch.setattr(grading, "execute_all", executed)
    monkeypatch.setattr(grading, "prepare", lambda folder, exercise: None)
    monkeypatch.setattr(grading, "score", scored_well)
    note_down(folder, EXERCISE, "carl", Noted("altered", "x", True, {"q2": ["axes"]}))
    found = grading.grade(folder, EXERCISE, unsafe=True)
    note = "ZeroDivisionError: by zero. Grade again"
    assert found["carl"] == Noted("not graded", note, True, {"q2": ["axes"]})
    found = grading.grade(folder, EXERCISE, unsafe=True, students=["anna"])
    assert list(found) == ["anna"]
    with pytest.raises(LookupError, match="zoe: nothing was collected"):
        grading.grade(folder, EXERCISE, unsafe=True, students=["anna", "zoe"])


def scored_well(folder, exercise, student, execution, secret):
    return Scored(student, exercise, "graded", 3.0, 22.0)


# ------------------------------------------------------------------------ going on

# A shell that starts the tests in the background has them ignore SIGINT, and so would
# what they start.
ENDLESS = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
from course.instructor.classes.parallel import carry_out, execute_all
from tests.test_grading_run import run_two_and_wait
execute_all(Path(sys.argv[1]), sys.argv[2], jobs=2, run=run_two_and_wait)
"""


def wait_until_all_have_ended(group):
    """The processes that execute submissions end with the one that started them."""
    limit = time.monotonic() + 120
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < limit:
            os.killpg(group, 0)
            time.sleep(0.2)
        raise AssertionError("processes are left running")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_run_goes_on_where_it_was(folder, how):
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(folder), EXERCISE],
        cwd=project_folder(),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        limit = time.monotonic() + 300
        while len(results(folder)) < 2:
            assert time.monotonic() < limit
            time.sleep(0.05)
        process.send_signal(how)
        process.wait(timeout=300)
        wait_until_all_have_ended(process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    before = times(folder)
    assert 2 <= len(before) < 6
    assert execute_all(folder, EXERCISE, jobs=2, run=run_well) == (6 - len(before), {})
    after = times(folder)
    assert len(after) == 6
    assert {student: after[student] for student in before} == before


@pytest.mark.parametrize(
    "change",
    [
        {"content": b"{} "},
        {"released": "other"},
        {"locked": {"q1-check": "2"}},
        {"locked": {"q2-check": "1"}},
        {"limits": replace(Limits(), cell_seconds=1.5)},
        {"unsafe": True},
    ],
)
def test_what_a_result_depends_on_changes_its_key(change):
    assert replace(TASK, **change).key != TASK.key
    assert replace(TASK).key == TASK.key


@pytest.mark.parametrize("damage", ["", "{", "not JSON"])
def test_damaged_result_counts_as_none(tmp_path, damage):
    done = Execution("timed out", ("q1 was missing",), "slow", "{}")
    keep(tmp_path, EXERCISE, "anna", TASK.key, done)
    assert kept(tmp_path, EXERCISE, "anna", TASK.key) == done
    assert kept(tmp_path, EXERCISE, "anna", "other") is None
    assert kept(tmp_path, EXERCISE, "anna") == done
    (tmp_path / "executed" / EXERCISE / "anna.json").write_text(damage)
    assert kept(tmp_path, EXERCISE, "anna", TASK.key) is None


# ---------------------------------------------------------------------------- Dask


@pytest.fixture(scope="module")
def cluster():
    """A real scheduler, and two workers in processes of their own."""
    distributed = pytest.importorskip(
        "distributed", reason='needs Dask: pip install "keras-course[dask]"'
    )
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
    ) as running:
        with distributed.Client(running) as client:
            client.wait_for_workers(2)
            client.run(carry_out, TASK, run_well)  # what it needs is loaded now
        yield running


def test_dask_executes_on_both_workers(folder, cluster):
    address = cluster.scheduler_address
    assert execute_all(folder, EXERCISE, dask=address, run=run_slowly) == (6, {})
    found = results(folder)
    assert len(found) == 6
    pids = {str(worker.pid) for worker in cluster.workers.values()}
    assert {done["note"].split()[1] for done in found.values()} == pids
    assert execute_all(folder, EXERCISE, dask=address, run=run_slowly) == (0, {})


def test_dask_and_this_machine_give_the_same(folder, cluster):
    execute_all(folder, EXERCISE, run=run_badly)
    here = {student: done["notebook"] for student, done in results(folder).items()}
    execute_all(
        folder, EXERCISE, dask=cluster.scheduler_address, run=run_badly, again=True
    )
    there = {student: done["notebook"] for student, done in results(folder).items()}
    assert here == there


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense"])
def test_scheduler_that_does_not_answer_is_named(folder, address, monkeypatch):
    pytest.importorskip("distributed", reason="needs Dask")
    with pytest.raises(RuntimeError, match="No Dask scheduler answers"):
        execute_all(folder, EXERCISE, dask=address, run=run_well)


# -------------------------------------------------------------------------- scoring


def test_failure_of_scoring_one_leaves_the_others(folder, monkeypatch):
    tried = []

    def score(folder, exercise, student, execution, secret):
        if student == "carl":
            tried.append(student)
            raise ZeroDivisionError("by\nzero")
        return scored_well(folder, exercise, student, execution, secret)

    def executed(*arguments, students):
        return execute_all(*arguments[:3], run=run_well, students=students)

    monkeypatch.setattr(grading, "execute_all", executed)
    monkeypatch.setattr(grading, "prepare", lambda folder, exercise: None)
    monkeypatch.setattr(grading, "score", score)
    found = grading.grade(folder, EXERCISE, unsafe=True)
    assert [one.status for one in found.values()].count("graded") == 5
    assert found["carl"].status == "not graded" and not found["carl"].has_score
    assert found["carl"].note.startswith(
        "scoring failed with ZeroDivisionError: by zer"
    )
    assert tried == ["carl"] * 2
    assert {student: noted(folder, EXERCISE, student) for student in found} == found


def test_as_many_are_scored_at_a_time_as_there_are_jobs(folder, monkeypatch):
    together = threading.Barrier(2, timeout=30)

    def score(*arguments):
        together.wait()
        return scored_well(*arguments)

    monkeypatch.setattr(grading, "execute_all", lambda *_, **__: (0, {}))
    monkeypatch.setattr(grading, "prepare", lambda folder, exercise: None)
    monkeypatch.setattr(grading, "score", score)
    for student in students_who_submitted(folder, EXERCISE):
        keep(folder, EXERCISE, student, "", Execution("executed", (), "", ""))
    found = grading.grade(folder, EXERCISE, jobs=2, unsafe=True)
    assert {one.status for one in found.values()} == {"graded"} and len(found) == 6
    assert list(found) == students_who_submitted(folder, EXERCISE)


def test_the_gradebook_is_open_to_one_thread_at_a_time(folder):
    def enter(student):
        with open_gradebook(folder) as gradebook:
            gradebook.update_or_create_student(student)

    names = [f"s{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, names))
    with open_gradebook(folder) as gradebook:
        assert {one.id for one in gradebook.students} == set(names)


def test_mistakes_of_a_score_that_is_kept_are_kept_too(folder, monkeypatch):
    note_down(folder, EXERCISE, "anna", Noted("graded", "", True, {"q2": ["axes"]}))
    keep(folder, EXERCISE, "anna", "", Execution("crashed", (), "killed", ""))
    scored = Scored("anna", EXERCISE, "crashed", 3.0, 22.0, note="earlier one kept")
    monkeypatch.setattr(grading, "score", lambda *arguments: scored)
    found = grading._score(folder, EXERCISE, "anna")
    assert found == Noted("crashed", "earlier one kept", True, {"q2": ["axes"]})


def test_grading_without_a_sandbox_says_what_to_do(folder, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(folder))  # neither bwrap nor anything else
    sandbox._fault.cache_clear()
    try:
        assert main(["grade", "01", "--class", str(folder)]) == 1
    finally:
        sandbox._fault.cache_clear()
    shown = capsys.readouterr().err
    assert "bwrap" in shown and "--unsafe" in shown
    assert not (folder / "executed").exists()


# -------------------------------------------------------------------------- command


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["77"], "choose one of"),
        (["01"], "Nothing was collected for 01_tensors yet: course collect 01 INBOX"),
        (["01", "--jobs", "0"], "--jobs is 0; at least 1"),
    ],
)
def test_command_says_in_one_line_what_is_wrong(tmp_path, capsys, arguments, reason):
    assert main(["grade", *arguments, "--class", str(tmp_path / "class")]) == 1
    shown = capsys.readouterr().err
    assert reason in shown and shown.count("\n") == 1

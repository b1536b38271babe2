"""From the inbox to grades.csv: four good submissions among all the hostile ones.

Run as whoever runs the tests. Each hostile notebook is executed in the sandbox with
small limits, so this file takes some minutes.
"""

import csv
import re
from dataclasses import replace

import nbformat
import psutil
import pytest

from course.command import main
from course.exercises import marks
from course.instructor.classes import grading, parallel
from course.instructor.classes.feedback import autograded_file, feedback_file
from course.instructor.classes.grades import grades_of, points_of
from course.instructor.classes.harmless import make_harmless
from course.instructor.judging.answers import released_text
from course.instructor.rubrics import is_for_graders
from course.instructor.rubrics import rubrics as rubrics_of
from course.instructor.running.sandbox import require_sandbox
from course.notebooks import project_folder
from tests.hostile import HOSTILE, LIMITS, MARKER, lightened
from tests.hostile_archives import ARCHIVES, EXERCISE, pack
from tests.test_harmless import active

RELEASED = lightened(released_text(EXERCISE))
POINTS = points_of(RELEASED)
FULL = sum(POINTS.values()) - POINTS["more"]  # that one is read by a person
STATUSES = {
    "graded",
    "altered",
    "timed out",
    "cell crashed",
    "unreadable",
    "refused",
    "missing",
}
# Two run at a time, so each cell gets longer than where they run alone.
LIMITS_HERE = replace(LIMITS, cell_seconds=20, total_seconds=120)
# What uses up time, memory or disk is run in tests/test_grading_execution.py; here it
# is enough that each way to end comes through to the table.
ENOUGH = {"endless loop", "kills the kernel", "flood of lines"}
HANDED_IN = {
    name: one
    for name, one in HOSTILE.items()
    if one.status not in ("timed out", "cell crashed") or name in ENOUGH
}
TOO_LARGE = {"100 MB"}  # refused when it is collected


def student_of(name):
    """Return a student's id that says which submission it is."""
    return "h-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def answered():
    """Return the release with the solution's answers in it."""
    solution = nbformat.read(
        project_folder() / "solutions" / f"{EXERCISE}.ipynb", as_version=4
    )
    answers = {marks(cell).get("grade_id"): cell.source for cell in solution.cells}
    notebook = nbformat.reads(RELEASED, as_version=4)
    for cell in notebook.cells:
        if marks(cell).get("solution"):
            source = answers[marks(cell)["grade_id"]]
            cell.source = re.sub(
                r"^\s*### (BEGIN|END) SOLUTION\n?", "", source, flags=8
            )
    return nbformat.writes(notebook).encode()


GOOD = {
    "anna": answered(),
    "ben": RELEASED.encode(),
    "carl": answered(),
    "dora": answered(),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Everything handed in, collected, graded and reported, once; and what was said."""
    try:
        require_sandbox()
    except RuntimeError as problem:
        pytest.skip(f"without a sandbox these would run for real: {problem}")
    base = tmp_path_factory.mktemp("end to end")
    inbox = base / "inbox"
    for student, content in GOOD.items():
        (inbox / student).mkdir(parents=True)
        pack(inbox / student, content, student=student)
    for name, hostile in HANDED_IN.items():
        student = student_of(name)
        (inbox / student).mkdir()
        pack(inbox / student, hostile.make(RELEASED), student=student)
    for name, (make, _) in ARCHIVES.items():
        place = inbox / f"zip {student_of(name)}"
        place.mkdir()
        make(place, GOOD["anna"])
    listed = "\n".join(["student", *GOOD, *map(student_of, HANDED_IN), "nobody"])
    (base / "list.csv").write_text(listed)
    place = ["--class", str(base / "class")]
    collected = ["collect", "01", str(inbox), "--students", str(base / "list.csv")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "Limits", lambda: LIMITS_HERE)
        patch.setattr(parallel, "released_text", lambda exercise: RELEASED)
        assert main([*collected, *place]) == 1  # some were refused
        assert main(["grade", "01", "--jobs", "2", *place]) == 0
        assert main(["report", "01", *place]) == 0
    return base / "class"


@pytest.fixture(scope="module")
def rows(graded):
    table = (graded / "grades.csv").read_text(encoding="utf-8").splitlines()
    return {row["student"]: row for row in csv.DictReader(table)}


def test_good_ones_are_unharmed(rows):
    for student in ("anna", "carl", "dora"):
        assert (rows[student]["status"], float(rows[student]["score"])) == (
            "graded",
            FULL,
        )
    assert (rows["ben"]["status"], rows["ben"]["score"]) == ("graded", "0")


@pytest.mark.parametrize("name", HANDED_IN)
def test_hostile_one_has_its_status_and_no_score_without_right_answers(rows, name):
    row = rows[student_of(name)]
    expected = HOSTILE[name].status.replace("executed", "graded")
    assert row["status"] == ("refused" if name in TOO_LARGE else expected), row["note"]
    if row["status"] in ("crashed", "unreadable", "refused"):
        assert row["score"] == ""
    else:
        # All that any of them answers rightly is q6.
        assert all(float(row[q]) == 0 for q in POINTS if q not in ("q6", "more")), row
        assert float(row["score"]) <= POINTS["q6"]


def test_everybody_has_one_row(rows):
    assert len(rows) == len(GOOD) + len(HANDED_IN) + 1
    assert rows["nobody"]["status"] == "missing"
    assert {row["status"] for row in rows.values()} <= STATUSES


def test_pages_are_passive(graded, rows):
    for student, row in rows.items():
        page = feedback_file(graded, EXERCISE, student)
        assert page.exists() == (row["status"] not in ("missing", "refused"))
        if page.exists():
            found = active(page.read_text(encoding="utf-8"))
            assert set(found) <= {"style", "meta"}, student


def test_formgraders_notebooks_are_harmless(graded, rows):
    ours = {cell.source for cell in nbformat.reads(RELEASED, as_version=4).cells}
    solution = project_folder() / "solutions" / f"{EXERCISE}.ipynb"
    rubrics = [one.cell().source for one in rubrics_of(solution).values()]
    for student in rows:
        file = autograded_file(graded, EXERCISE, student)
        if file.exists():
            notebook = nbformat.read(file, as_version=4)
            shown = [cell.source for cell in notebook.cells if is_for_graders(cell)]
            assert shown == rubrics, student  # and nothing of the student's
            notebook.cells = [one for one in notebook.cells if not is_for_graders(one)]
            before = [dict(cell) for cell in notebook.cells]
            make_harmless(notebook, ours | {cell.source for cell in notebook.cells})
            assert [dict(cell) for cell in notebook.cells] == before, student


def test_nothing_is_left_running(graded):
    left = []
    for process in psutil.process_iter():
        try:
            if MARKER in " ".join(process.cmdline()):
                left.append(process)
        except psutil.Error:
            continue
    assert left == []


def test_dask_gives_the_same_grades(graded, tmp_path, monkeypatch):
    """A real scheduler and two workers on loopback, each with a sandbox of its own."""
    distributed = pytest.importorskip(
        "distributed", reason='needs Dask: pip install "keras-course[dask]"'
    )
    monkeypatch.setattr(parallel, "released_text", lambda exercise: RELEASED)
    for student in ("anna", "ben"):
        (tmp_path / "inbox" / student).mkdir(parents=True)
        pack(tmp_path / "inbox" / student, GOOD[student], student=student)
    place = ["--class", str(tmp_path / "class")]
    assert main(["collect", "01", str(tmp_path / "inbox"), *place]) == 0
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        assert main(["grade", "01", "--dask", address, *place]) == 0
    found = [
        grade
        for folder in (graded, tmp_path / "class")
        for grade in grades_of(folder, EXERCISE, RELEASED)
        if grade.student in ("anna", "ben")
    ]
    scores = [(grade.student, grade.status, grade.scores) for grade in found]
    assert scores[:2] == scores[2:]
    assert scores[0][1] == "graded"

"""Scores in nbgrader's gradebook: set from answers, never from what a cell claims."""

import json
import math
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.utils import determine_grade

from course.exercises import marks
from course.instructor.classes import scoring
from course.instructor.classes.scoring import open_gradebook, prepare, score
from course.instructor.judging.answers import ANSWERS, locked_cells
from course.notebooks import project_folder, read_notebook
from helpers.exercises import questions_of
from tests.grading_kernel import SECRET, Graded
from tests.test_exercises_tensors import RIGHT, make_step

EXERCISE = "01_tensors"
RELEASED = project_folder() / "exercises" / f"{EXERCISE}.ipynb"
POINTS = {"q1": 3, "q2": 2, "q3": 2, "q4": 3, "q5": 3, "q6": 2, "q7": 2, "q8": 3}
ALL_RIGHT = {
    question: {name: answers[0] for name, answers in parts.items()}
    for question, parts in RIGHT.items()
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    prepare(folder, EXERCISE)
    return folder


@pytest.fixture
def folder(prepared, tmp_path):
    """The folder of a class, with the exercise in its gradebook: a copy of one."""
    return Path(shutil.copytree(prepared, tmp_path / "class"))


@pytest.fixture(scope="module")
def graded():
    return Graded(EXERCISE)


@pytest.fixture
def executed(graded, monkeypatch):
    """Return what makes an execution: the exercise with outputs, by the answers."""
    graded.listen(monkeypatch)

    def make(
        answers, status="executed", altered=(), note="", change=lambda cells: None
    ):
        notebook = read_notebook(RELEASED)
        for cell in notebook.cells:
            question = marks(cell).get("grade_id", "").removesuffix("-check")
            if question in POINTS and marks(cell).get("grade"):
                displayed = graded.outputs_of(question, **answers.get(question, {}))
                cell.outputs = [nbformat.from_dict(one) for one in displayed]
                for output in cell.outputs:
                    output.metadata = nbformat.from_dict({})
        change(notebook.cells)
        text = nbformat.writes(notebook)
        return SimpleNamespace(status=status, altered=altered, note=note, notebook=text)

    return make


def check_cell(cells, question):
    return next(
        one for one in cells if marks(one).get("grade_id") == f"{question}-check"
    )


def scored_cells(folder, student="anna"):
    file = folder / "autograded" / student / EXERCISE / f"{EXERCISE}.ipynb"
    return {
        marks(cell)["grade_id"].removesuffix("-check"): cell
        for cell in read_notebook(file).cells
        if marks(cell).get("grade")
    }


def in_gradebook(folder, student="anna"):
    with open_gradebook(folder) as gradebook:
        found = gradebook.find_submission_notebook(EXERCISE, EXERCISE, student)
        return {
            grade.name.removesuffix("-check"): grade.score for grade in found.grades
        }


def output(kind, **content):
    return nbformat.v4.new_output(kind, **content)


def result(text):
    return output("execute_result", data={"text/plain": text}, execution_count=1)


# ------------------------------------------------------------------ good ones


def test_the_reference_gets_all_points_with_warnings_present(folder, executed):
    def warn(cells):
        for question in POINTS:
            check_cell(cells, question).outputs.insert(
                0, output("stream", name="stderr", text="UserWarning: careful")
            )

    found = score(folder, EXERCISE, "anna", executed(ALL_RIGHT, change=warn), SECRET)
    assert (found.status, found.score, found.points) == ("graded", 20, 22)
    assert {name: verdict.status for name, verdict in found.verdicts.items()} == (
        dict.fromkeys(POINTS, "correct")
    )
    assert in_gradebook(folder) == {**POINTS, "more": 0}
    assert found.to_read == ()  # nothing was written there


def test_the_blank_gets_none(folder, executed):
    found = score(folder, EXERCISE, "anna", executed({}), SECRET)
    assert (found.status, found.score) == ("graded", 0)
    assert set(in_gradebook(folder).values()) == {0}


def test_part_of_a_question_is_part_of_its_points(folder, executed):
    answers = {"q6": {"first_layer": 45}, "q1": {"windows_rank": 3, "labels_rank": 1}}
    found = score(folder, EXERCISE, "anna", executed(answers), SECRET)
    scores = in_gradebook(folder)
    assert (scores["q6"], scores["q1"]) == (0.67, 1.0)
    assert found.score == 1.67
    assert found.verdicts["q6"].status == "partial"


def test_each_check_has_one_number_and_says_what_was_wrong(folder, executed):
    answers = {**ALL_RIGHT, "q8": {"step": make_step(sign=1)}}

    def print_markup(cells):
        check_cell(cells, "q8").outputs.append(result("<script>alert(1)</script>"))

    score(folder, EXERCISE, "anna", executed(answers, change=print_markup), SECRET)
    cells = scored_cells(folder)
    for question, points in POINTS.items():
        outputs = cells[question].outputs
        kinds = [one.output_type for one in outputs]
        assert kinds.count("execute_result") == 1 and kinds[0] == "execute_result"
        number = float(outputs[0].data["text/plain"])
        assert math.isfinite(number)
        assert number == (0 if question == "q8" else points)
        assert determine_grade(cells[question]) == (number, points)
        assert not any(ANSWERS in one.get("data", {}) for one in outputs)
    verdict = cells["q8"].outputs[1].data
    assert "Graded: 0 of 3 points" in verdict["text/plain"]
    assert "ascent in place of descent" in verdict["text/plain"]
    assert "The loss grows" in verdict["text/html"]


def test_the_second_time_gives_the_same(folder, executed):
    first = score(folder, EXERCISE, "anna", executed(ALL_RIGHT), SECRET)
    assert score(folder, EXERCISE, "anna", executed(ALL_RIGHT), SECRET) == first
    assert score(folder, EXERCISE, "anna", executed({}), SECRET).score == 0


def test_answers_to_another_students_numbers_are_wrong(folder, executed):
    """Whoever copies outputs has answered what another student was asked."""
    found = score(folder, EXERCISE, "ben", executed(ALL_RIGHT), SECRET)
    functions = {name for name, one in found.verdicts.items() if one.share == 0}
    assert functions == {"q4", "q5", "q8"}


# ------------------------------------------------------------------ what cells claim


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [result("2.0")],
        [result("nan")],
        [result("-1")],
        [result("1e9")],
        [result("all right")],
        [output("stream", name="stdout", text="2.0")],
        [output("display_data", data={"text/plain": "2.0"})],
        [output("display_data", data={ANSWERS: "2.0"})],
        [output("error", ename="E", evalue="", traceback=[])],
    ],
    ids=lambda outputs: str(outputs)[:60],
)
def test_a_claimed_score_is_no_score(outputs, folder, executed):
    def claim(cells):
        check_cell(cells, "q2").outputs = outputs

    found = score(folder, EXERCISE, "anna", executed(ALL_RIGHT, change=claim), SECRET)
    assert in_gradebook(folder) == {**POINTS, "q2": 0, "more": 0}
    assert found.verdicts["q2"].status == "unusable answer"


def test_answers_in_another_cell_do_not_count(folder, executed):
    def move(cells):
        here, there = check_cell(cells, "q2"), check_cell(cells, "q3")
        here.outputs, there.outputs = [], here.outputs + there.outputs

    found = score(folder, EXERCISE, "anna", executed(ALL_RIGHT, change=move), SECRET)
    assert found.verdicts["q2"].share == found.verdicts["q3"].share == 0
    assert found.score == 16


# ------------------------------------------------------------------ open questions


def test_an_open_question_waits_for_a_reader_and_keeps_what_he_gave(folder, executed):
    def plot(cells):
        more = next(one for one in cells if marks(one).get("grade_id") == "more")
        more.source = "print('my plot')"

    execution = executed(ALL_RIGHT, change=plot)
    found = score(folder, EXERCISE, "anna", execution, SECRET)
    assert (found.score, found.to_read) == (20, ("more",))
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade("more", EXERCISE, EXERCISE, "anna")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    assert score(folder, EXERCISE, "anna", execution, SECRET).score == 21.5


# ------------------------------------------------------------------ statuses


@pytest.mark.parametrize("status", ["crashed", "unreadable"])
def test_no_score_is_not_0(status, folder, executed):
    execution = executed({}, status=status, note="the kernel died")
    found = score(folder, EXERCISE, "anna", execution, SECRET)
    assert (found.status, found.score, found.note) == (status, None, "the kernel died")
    assert found.points == 22 and found.verdicts == {}


def test_a_failed_second_run_keeps_the_first_score_and_says_so(folder, executed):
    score(folder, EXERCISE, "anna", executed(ALL_RIGHT), SECRET)
    failed = executed({}, status="crashed", note="the kernel died")
    found = score(folder, EXERCISE, "anna", failed, SECRET)
    assert (found.status, found.score) == ("crashed", 20)
    assert found.note == "the kernel died; the score of an earlier run is kept"
    assert in_gradebook(folder) == {**POINTS, "more": 0}
    assert scored_cells(folder)["q1"].outputs[0].data["text/plain"] == "3.0"


def test_altered_and_timed_out_are_scored(folder, executed):
    altered = executed(ALL_RIGHT, altered=("q3-check was changed",))
    found = score(folder, EXERCISE, "anna", altered, SECRET)
    assert (found.status, found.score) == ("altered", 20)
    assert found.note == "q3-check was changed"

    def stop(cells):
        check_cell(cells, "q4").outputs = []

    slow = executed(ALL_RIGHT, status="timed out", altered=("x",), change=stop)
    found = score(folder, EXERCISE, "ben", slow, SECRET)
    assert found.status == "timed out" and found.verdicts["q4"].share == 0


def drop(cells):
    cells.remove(check_cell(cells, "q5"))


def not_a_notebook(execution):
    return SimpleNamespace(**{**vars(execution), "notebook": "{}"})


def test_a_notebook_that_is_not_whole_is_not_scored(folder, executed):
    score(folder, EXERCISE, "ben", executed(ALL_RIGHT), SECRET)
    before = in_gradebook(folder, "ben")
    for broken in (executed(ALL_RIGHT, change=drop), not_a_notebook(executed({}))):
        first = score(folder, EXERCISE, "anna", broken, SECRET)
        assert (first.status, first.score) == ("crashed", None)
        again = score(folder, EXERCISE, "ben", broken, SECRET)
        assert (again.status, again.score) == ("crashed", sum(before.values()))
        for found in (first, again):
            assert found.note.startswith("not scored: ")
    assert in_gradebook(folder, "ben") == before
    assert not (folder / "autograded" / "anna").exists()
    assert not list(folder.glob("scoring-*"))
    # A whole one of the same student is scored all the same.
    assert score(folder, EXERCISE, "anna", executed(ALL_RIGHT), SECRET).score == 20


# ------------------------------------------------------------------ the gradebook


def test_the_time_of_handing_in_comes_from_the_receipt(folder, executed):
    place = folder / "submitted" / "anna" / EXERCISE
    place.mkdir(parents=True)
    (place / "receipt.json").write_text(
        json.dumps({"time": "2024-05-06T07:08:09+02:00"})
    )
    score(folder, EXERCISE, "anna", executed({}), SECRET)
    with open_gradebook(folder) as gradebook:
        submission = gradebook.find_submission(EXERCISE, "anna")
        assert str(submission.timestamp) == "2024-05-06 05:08:09"
    (place / "receipt.json").write_text("{}")
    assert score(folder, EXERCISE, "anna", executed({}), SECRET).status == "graded"


def test_alembic_need_not_be_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    prepare(tmp_path, EXERCISE)
    assert (tmp_path / "gradebook.db").exists()
    assert (tmp_path / "release" / EXERCISE / f"{EXERCISE}.ipynb").read_text() == (
        RELEASED.read_text()
    )


def test_other_questions_than_those_graded_are_refused(folder, executed, monkeypatch):
    prepare(folder, EXERCISE)
    score(folder, EXERCISE, "anna", executed({}), SECRET)
    prepare(folder, EXERCISE)
    notebook = read_notebook(RELEASED)
    drop(notebook.cells)
    monkeypatch.setattr(scoring, "exercise_text", lambda _: nbformat.writes(notebook))
    with pytest.raises(ValueError, match="other questions than those"):
        prepare(folder, EXERCISE)


def test_the_questions_are_those_of_the_release():
    checks = [name.removesuffix("-check") for name in locked_cells(EXERCISE, "a", b"s")]
    assert checks == list(POINTS) == list(questions_of(EXERCISE))

"""Scores in nbgrader's gradebook: set from answers, never from what a cell claims."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from course.exercises import marks
from course.instructor.classes import scoring
from course.instructor.classes.gradebook import open_gradebook
from course.instructor.classes.grades import Noted, grades_of, note_down
from course.instructor.classes.limited import Failed
from course.instructor.classes.scoring import prepare, score
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


def test_rubric_stands_once_in_the_graded_notebook_also_after_a_second_run(
    folder, executed
):
    for _ in range(2):
        score(folder, EXERCISE, "anna", executed(ALL_RIGHT), SECRET)
        file = folder / "autograded" / "anna" / EXERCISE / f"{EXERCISE}.ipynb"
        sources = [cell.source for cell in read_notebook(file).cells]
        assert sum("**Rubric**" in source for source in sources) == 1


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


def test_each_check_shows_one_verdict_that_says_what_was_wrong(folder, executed):
    answers = {**ALL_RIGHT, "q8": {"step": make_step(sign=1)}}

    def print_markup(cells):
        check_cell(cells, "q8").outputs.append(result("<script>alert(1)</script>"))

    score(folder, EXERCISE, "anna", executed(answers, change=print_markup), SECRET)
    cells = scored_cells(folder)
    for question, points in POINTS.items():
        [shown] = cells[question].outputs
        reached = 0 if question == "q8" else points
        text = shown.data["text/plain"]
        assert text.startswith(f"Graded: {reached} of {points} points\n")
        assert ANSWERS not in shown.data
    verdict = cells["q8"].outputs[0].data
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


def answer(name, source):
    """Return a change that puts an answer into a cell."""

    def change(cells):
        cell = next(one for one in cells if marks(one).get("grade_id") == name)
        cell.source = source

    return change


def give(folder, name="more", **given):
    """Give points by hand, as Formgrader does."""
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade(name, EXERCISE, EXERCISE, "anna")
        for field, value in given.items():
            setattr(grade, field, value)
        grade.needs_manual_grade = False
        comment = gradebook.find_comment(
            name.removesuffix("-check"), EXERCISE, EXERCISE, "anna"
        )
        comment.manual_comment = "well seen"
        gradebook.db.commit()


def by_hand(folder, name="more"):
    """Return what the gradebook has: points, whether they wait, the comment."""
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade(name, EXERCISE, EXERCISE, "anna")
        comment = gradebook.find_comment(
            name.removesuffix("-check"), EXERCISE, EXERCISE, "anna"
        )
        return grade.score, grade.needs_manual_grade, comment.comment


def reported(folder):
    note_down(folder, EXERCISE, "anna", Noted("graded"))
    return grades_of(folder, EXERCISE, RELEASED.read_text(encoding="utf-8"))[0]


@pytest.fixture
def anna(folder):
    (folder / "submitted" / "anna").mkdir(parents=True)


def test_an_open_question_waits_for_a_reader(folder, executed, anna):
    execution = executed(ALL_RIGHT, change=answer("more", "print('my plot')"))
    found = score(folder, EXERCISE, "anna", execution, SECRET)
    assert (found.score, found.to_read) == (20, ("more",))
    assert reported(folder).note == "to be read: more"


@pytest.mark.parametrize(("name", "most"), [("more", 21.5), ("q3-check", 19.5)])
def test_points_given_by_hand_survive_every_later_run(
    folder, executed, anna, name, most
):
    """The open question, and a check that an instructor overruled."""
    execution = executed(ALL_RIGHT, change=answer("more", "print('my plot')"))
    score(folder, EXERCISE, "anna", execution, SECRET)
    give(folder, name, manual_score=1.5)
    for _ in range(2):
        prepare(folder, EXERCISE)
        assert score(folder, EXERCISE, "anna", execution, SECRET).score == most
        assert by_hand(folder, name) == (1.5, False, "well seen")
        assert reported(folder).score == most
    failed = executed({}, status="crashed", note="the kernel died")
    assert score(folder, EXERCISE, "anna", failed, SECRET).score == most
    assert by_hand(folder, name) == (1.5, False, "well seen")


def test_points_are_asked_for_again_only_where_the_answer_changed(
    folder, executed, anna
):
    first = executed(ALL_RIGHT, change=answer("more", "print('my plot')"))
    score(folder, EXERCISE, "anna", first, SECRET)
    give(folder, manual_score=1.5, extra_credit=0.25)
    other = executed({**ALL_RIGHT, "q2": {}}, change=answer("more", "print('my plot')"))
    score(folder, EXERCISE, "anna", other, SECRET)
    assert by_hand(folder) == (1.75, False, "well seen")
    changed = executed(ALL_RIGHT, change=answer("more", "print('another')"))
    for _ in range(2):  # it waits until somebody has read it
        found = score(folder, EXERCISE, "anna", changed, SECRET)
        assert found.to_read == ("more",)
        assert by_hand(folder) == (1.75, True, "well seen")
        assert reported(folder).scores["more"] == 1.75
        assert reported(folder).note == "answer changed, to be read again: more"
    give(folder, manual_score=1.0)
    score(folder, EXERCISE, "anna", changed, SECRET)
    assert by_hand(folder) == (1.25, False, "well seen")


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
    shown = scored_cells(folder)["q1"].outputs[0].data["text/plain"]
    assert shown.startswith("Graded: 3 of 3 points")


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
    broken = executed(ALL_RIGHT, change=drop)
    first = score(folder, EXERCISE, "anna", broken, SECRET)
    assert (first.status, first.score) == ("crashed", None)
    again = score(folder, EXERCISE, "ben", broken, SECRET)
    assert (again.status, again.score) == ("crashed", sum(before.values()))
    for found in (first, again):
        assert found.note.startswith("not scored: ")
    with pytest.raises(Failed):  # what we wrote ourselves is no fault of the student's
        score(folder, EXERCISE, "anna", not_a_notebook(broken), SECRET)
    assert in_gradebook(folder, "ben") == before
    assert not (folder / "autograded" / "anna").exists()
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


def test_a_correction_may_add_withdraw_and_unlock_questions(
    folder, executed, anna, monkeypatch
):
    execution = executed(ALL_RIGHT, change=answer("more", "print('my plot')"))
    score(folder, EXERCISE, "anna", execution, SECRET)
    give(folder, manual_score=1.5)
    notebook = read_notebook(RELEASED)
    check = nbformat.from_dict(check_cell(notebook.cells, "q5"))
    drop(notebook.cells)
    check.metadata.nbgrader.update(grade_id="q9-check", points=4)
    notebook.cells.append(check)
    start = next(one for one in notebook.cells if marks(one).get("grade_id") == "start")
    start.metadata.nbgrader.update(solution=True, locked=False)
    monkeypatch.setattr(scoring, "exercise_text", lambda _: nbformat.writes(notebook))
    prepare(folder, EXERCISE)
    prepare(folder, EXERCISE)
    with open_gradebook(folder) as gradebook:
        found = gradebook.find_submission_notebook(EXERCISE, EXERCISE, "anna")
        most = {grade.name: grade.max_score for grade in found.grades}
        assert {one.name for one in found.comments} >= {"start", "more", "q1"}
    assert (most["q5-check"], most["q9-check"], most["q1-check"]) == (0, 4, 3)
    assert by_hand(folder) == (1.5, False, "well seen")


def test_the_questions_are_those_of_the_release():
    checks = [name.removesuffix("-check") for name in locked_cells(EXERCISE, "a", b"s")]
    assert checks == list(POINTS) == list(questions_of(EXERCISE))

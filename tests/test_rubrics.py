"""Rubrics of the open questions: for those who grade, and for nobody else."""

import nbformat
import pytest

from course.exercises import marks
from course.instructor.classes.class_folder import write_private
from course.instructor.classes.feedback import autograded_file, feedback_file
from course.instructor.classes.reporting import report
from course.instructor.release import exercise_text, solutions
from course.instructor.rubrics import Rubric, rubrics, show_rubrics
from course.notebooks import project_folder, read_notebook
from tests.test_reporting import (  # noqa: F401
    EXERCISE,
    OPEN,
    RELEASED,
    folder,
    graded_class,
)

SOLUTIONS = solutions(project_folder())
OURS = SOLUTIONS[0]


def by_hand(cells):
    return {
        marks(cell)["grade_id"]: marks(cell)["points"]
        for cell in cells
        if marks(cell).get("grade") and marks(cell).get("solution")
    }


@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_every_open_question_has_one_for_all_its_points(file):
    found = rubrics(file)
    points = {name: rubric.points for name, rubric in found.items()}
    assert points == by_hand(read_notebook(file).cells) and points
    for rubric in found.values():
        compile(rubric.answer, "model answer", "exec")
        assert "###" not in rubric.answer and rubric.answer


@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_no_student_gets_one(file):
    text = exercise_text(file)
    assert "MARK SCHEME" not in text
    for rubric in rubrics(file).values():
        for line in filter(None, rubric.text.splitlines()):
            assert line not in text


def test_points_are_those_of_the_list():
    assert (
        Rubric("- **1 point**: a\n- **0.5 points**: b\nnot **3 points**", "").points
        == 1.5
    )
    assert Rubric("nothing", "").points == 0


def test_it_stands_below_its_answer():
    notebook = nbformat.reads(RELEASED, as_version=4)
    before = len(notebook.cells)
    show_rubrics(notebook, rubrics(OURS))
    assert len(notebook.cells) == before + 1
    [place] = [
        number
        for number, cell in enumerate(notebook.cells)
        if marks(cell).get("grade_id") == OPEN
    ]
    shown = notebook.cells[place + 1].source
    assert "**1 point**: a figure" in shown and "losses.append(" in shown
    nbformat.validate(notebook)


def test_page_of_a_student_has_none(folder):  # noqa: F811
    notebook = nbformat.reads(RELEASED, as_version=4)
    show_rubrics(notebook, rubrics(OURS))
    file = autograded_file(folder, EXERCISE, "anna")
    write_private(file, nbformat.writes(notebook).encode())
    report(folder, EXERCISE)
    page = feedback_file(folder, EXERCISE, "anna").read_text(encoding="utf-8")
    assert "Question 9, open" in page
    for words in ("Rubric", "model answer", "losses.append", "overshoots"):
        assert words not in page

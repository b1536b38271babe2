"""A submission is made whole from the release; nothing of it can raise an odd error."""

import json
import re

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.exercises import marks
from course.instructor.running.repair import Unreadable, repair
from course.notebooks import project_folder
from tests.hostile import CHANGED, find

RELEASED = (project_folder() / "exercises" / "01_tensors.ipynb").read_text("utf-8")
RELEASE = nbformat.reads(RELEASED, as_version=4)


def submission(change=lambda notebook: None):
    notebook = nbformat.reads(RELEASED, as_version=4)
    change(notebook)
    return json.dumps(notebook).encode()


def marked(notebook):
    return [cell for cell in notebook.cells if marks(cell)]


def test_whole_submission_stays_as_it_is():
    notebook, altered = repair(RELEASED.encode(), RELEASED)
    assert notebook == RELEASE and altered == ()


@pytest.mark.parametrize("name", ["01_tensors", "02_breast_cancer", "04_mnist"])
def test_reference_is_whole_and_keeps_its_answers(name):
    released = (project_folder() / "exercises" / f"{name}.ipynb").read_text("utf-8")
    solution = project_folder() / "solutions" / f"{name}.ipynb"
    notebook, altered = repair(solution.read_bytes(), released)
    assert altered == ()
    theirs = nbformat.read(solution, as_version=4)
    for cell in notebook.cells:
        if marks(cell).get("solution"):
            assert cell.source == find(theirs, marks(cell)["grade_id"]).source
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize(
    "name", [name for name, case in CHANGED.items() if case[1] != "unreadable"]
)
def test_marked_cells_are_those_of_the_release(name):
    notebook, altered = repair(CHANGED[name][0](RELEASED), RELEASED)
    nbformat.validate(notebook)
    assert bool(altered) == (CHANGED[name][1] == "altered")
    assert len(marked(notebook)) == len(marked(RELEASE))
    for ours, cell in zip(marked(RELEASE), marked(notebook), strict=True):
        assert (cell.metadata, cell.cell_type) == (ours.metadata, ours.cell_type)
        if not marks(ours)["solution"]:
            assert cell.source == ours.source
    assert notebook.metadata == RELEASE.metadata
    assert not any(
        "attachments" in cell or cell.get("outputs") for cell in notebook.cells
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("answer deleted", "missing: q2"),
        ("check deleted", "missing: q2-check"),
        ("all checks deleted", "missing: q1-check, .* and 3 more"),
        ("check edited", "changed: q2-check"),
        ("cells doubled", "more than once: q2-check, q6"),
        ("cells reordered", "the cells were in another order"),
        ("flags flipped", "marked in another way: q2-check, q6"),
        ("unknown name", "missing: q2 not of this exercise: q77"),
        ("another kernel", "another language: bash"),
        ("answer as text", "of another kind: q6"),
        ("cells that are none", "unreadable cells, left out: 8"),
    ],
)
def test_what_was_altered_is_said_in_words(name, said):
    _, altered = repair(CHANGED[name][0](RELEASED), RELEASED)
    assert re.fullmatch(said, " ".join(altered))


def test_of_two_answers_with_one_name_the_first_counts():
    notebook, _ = repair(CHANGED["cells doubled"][0](RELEASED), RELEASED)
    assert find(notebook, "q6").source.endswith("45, 12, 57")
    assert not any("twin" in cell.source for cell in notebook.cells)


def test_deleted_answer_comes_back_empty_and_reordered_ones_in_order():
    notebook, _ = repair(CHANGED["answer deleted"][0](RELEASED), RELEASED)
    assert find(notebook, "q2").source == find(RELEASE, "q2").source
    notebook, _ = repair(CHANGED["cells reordered"][0](RELEASED), RELEASED)
    assert [c.id for c in marked(notebook)] == [c.id for c in marked(RELEASE)]
    assert find(notebook, "q6").source.endswith("45, 12, 57")


def test_cells_of_ones_own_stay_where_they_stood():
    def change(notebook):
        own = nbformat.v4.new_code_cell("mine = 1", metadata={"tags": ["x"]})
        own.id = "mine"
        notebook.cells.insert(notebook.cells.index(find(notebook, "q3")) + 1, own)
        notebook.cells.insert(0, nbformat.v4.new_code_cell("first = 1"))

    notebook, altered = repair(submission(change), RELEASED)
    assert altered == ()
    assert notebook.cells[0].source == "first = 1"
    at = notebook.cells.index(find(notebook, "q3"))
    assert notebook.cells[at + 1].source == "mine = 1"
    assert notebook.cells[at + 1].id == "mine" and not notebook.cells[at + 1].metadata


def test_id_of_a_marked_cell_cannot_be_taken():
    def change(notebook):
        own = nbformat.v4.new_code_cell("mine = 1")
        own.id = find(notebook, "q3").id
        notebook.cells.insert(0, own)

    notebook, _ = repair(submission(change), RELEASED)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert find(notebook, "q3").id == find(RELEASE, "q3").id


@pytest.mark.parametrize("language", ["python", "Python", None])
def test_kernel_of_any_name_will_do_if_it_is_python(language):
    def change(notebook):
        notebook.metadata.kernelspec = {"name": "python-my-env", "language": language}

    assert repair(submission(change), RELEASED)[1] == ()


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("empty", "the file is empty"),
        ("not JSON", "not a notebook, which is JSON"),
        ("cut short", "not a notebook, which is JSON"),
        ("NUL bytes", "not a notebook, which is JSON"),
        ("nested deeply", "recursion"),
        ("an endless number", "limit"),
        ("100 MB", "100 MB; at most 20 MB are read"),
        ("no cells", "the notebook has no cells"),
        ("another exercise", "the notebook is exercise 02_breast_cancer"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(name, note):
    with pytest.raises(Unreadable, match=note) as raised:
        repair(CHANGED[name][0](RELEASED), RELEASED)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 160


def test_without_any_answer_cell_it_is_another_notebook():
    def change(notebook):
        notebook.cells = [c for c in notebook.cells if not marks(c).get("solution")]

    with pytest.raises(Unreadable, match="no answer cell"):
        repair(submission(change), RELEASED)


def test_utf_16_and_a_byte_order_mark_are_read():
    for encoding in ("utf-16", "utf-8-sig"):
        assert repair(RELEASED.encode(encoding), RELEASED)[1] == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "cells cell_type source metadata nbgrader grade_id worksheets nbformat "
                "id outputs input level code".split()
            )
            | st.text(max_size=3),
            inner | st.sampled_from(["code", "markdown", "q1", 3, 4]),
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(json_values)
def test_whatever_json_it_is_it_is_repaired_or_unreadable(value):
    try:
        notebook, _ = repair(json.dumps(value).encode(), RELEASED)
    except Unreadable:
        return
    nbformat.validate(notebook)


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 30), json_values)
def test_whatever_one_cell_becomes_the_rest_is_repaired(index, value):
    def change(notebook):
        notebook.cells[index] = value

    try:
        notebook, _ = repair(submission(change), RELEASED)
    except Unreadable:
        return
    nbformat.validate(notebook)
    assert [c.id for c in marked(notebook)] == [c.id for c in marked(RELEASE)]

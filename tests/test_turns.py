"""The reader's turns: a copy of each chapter with the answers is run on the sample."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.claims.asking import UnfitReplyError, read_truth, wrap
from course.claims.chapters import converted_chapters
from course.claims.claim import read_claims
from course.claims.placing import SKIP_TAG
from course.claims.turns import ANSWERED, answered_copy
from course.notebooks import (
    SOURCE_VARIABLE,
    in_place_of,
    read_notebook,
    run_notebook,
)
from tests.claims_lessons import write_lesson

CHAPTERS = [n for n, file in converted_chapters().items() if read_claims(file).turns]


def faults_of_turns(file):
    """Run the answered copy of a notebook; say of which turns [[turn]] does not hold.

    Before a turn is answered it must not hold already, or nothing would be left to do.
    """
    turns = {turn.cell: turn for turn in read_claims(file).turns}
    questions = {}
    for name, turn in turns.items():
        questions[name] = questions[name + ANSWERED] = {"holds": wrap(turn.holds)}
    found = []

    def judge(cell, replies):
        name = cell.id.removesuffix(ANSWERED)
        is_answer = name != cell.id
        try:
            holds = read_truth(turns[name], replies["holds"])
        except UnfitReplyError as error:
            if is_answer:
                found.append(f"{name}: {error}")
            return
        if holds != is_answer:
            when = "fails after the answer" if is_answer else "holds for the starter"
            found.append(f"{name}: `{turns[name].holds}` {when}")

    with in_place_of(file.parent) as folder:
        run_notebook(
            answered_copy(read_notebook(file)),
            folder,
            {SOURCE_VARIABLE: "sample"},
            skip_tags=[SKIP_TAG],
            ask=lambda cell: questions.get(cell.id, {}),
            on_replies=judge,
        )
    return found


@pytest.mark.parametrize("name", CHAPTERS)
def test_answers_do_what_the_turn_asks(name):
    assert faults_of_turns(converted_chapters()[name]) == []


# ------------------------------------------------------------ tried on a small lesson

ANSWER = "<details><summary>Answer</summary>\n\n```python\ngap = {}\n```\n\n</details>"


@pytest.fixture
def lesson(tmp_path):
    """Write a lesson of one turn: its starter, its answer and what must hold."""

    def write(starter, answer, holds="gap == 3"):
        claims = f"[[turn]]\ncell = \"turn-gap\"\nholds = '''{holds}'''\n"
        file = write_lesson(tmp_path, claims=claims)
        notebook = read_notebook(file)
        turn = {"id": "turn-gap", "metadata": {"tags": ["your-turn"]}}
        notebook.cells += [
            new_code_cell(starter, **turn),
            new_markdown_cell(ANSWER.format(answer)),
        ]
        nbformat.write(notebook, file)
        return file

    return write


@pytest.mark.parametrize(
    ("starter", "answer", "holds", "message"),
    [
        ("gap = ...\nprint(gap)", "1 + 2", "gap == 3", None),
        ("gap = 0", "3", "gap == 3 and rows == 500", None),
        ("gap = ...", "4", "gap == 3", "turn-gap: `gap == 3` fails after the answer"),
        ("gap = 3", "3", "gap == 3", "`gap == 3` holds for the starter"),
        ("gap = ...", "3", "no_such", "turn-gap: `no_such` fails with NameError"),
        ("gap = ...", "3", "gap", "`gap` gives 3; it must be true or false"),
    ],
)
def test_what_is_wrong_with_a_turn_is_said(lesson, starter, answer, holds, message):
    found = faults_of_turns(lesson(starter, answer, holds))
    if message is None:
        assert found == []
    else:
        [fault] = found
        assert message in fault


def test_an_answer_that_does_not_run_fails(lesson):
    with pytest.raises(RuntimeError, match="name 'undefined' is not defined"):
        faults_of_turns(lesson("gap = ...", "undefined"))

"""A student's bytes, handled elsewhere: whatever they take, it is taken there."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import psutil
import pytest

from course.exercises import marks
from course.instructor.classes import limited as module
from course.instructor.classes import marking
from course.instructor.classes.limited import Failed, OverLimit, limited
from course.instructor.classes.marking import NotWhole, mark
from course.notebooks import project_folder
from tests.grading_kernel import SECRET
from tests.test_harmless import png

EXERCISE = "01_tensors"
RELEASED = project_folder() / "exercises" / f"{EXERCISE}.ipynb"


def count(number):
    yield from range(number)


def work_for_ever():
    yield "started"
    while True:
        pass


def take_memory():
    kept = []
    while True:
        kept.append(bytearray(10_000_000))
    yield kept


def nest():
    yield deep(0)


def deep(level):
    return deep(level + 1)


def raise_error():
    yield 1 / 0


def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)
    yield


def say_too_much():
    yield "x" * 1_000_000


def sleep():
    time.sleep(1000)
    yield


def test_it_gives_what_the_work_yields():
    assert list(limited(count, 3)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("work", "problem", "said"),
    [
        (work_for_ever, OverLimit, "more than 2 seconds"),
        (take_memory, OverLimit, "more than 0.2 GB of memory"),
        (nest, OverLimit, "nested too deeply"),
        (say_too_much, OverLimit, "too large"),
        (raise_error, Failed, "ZeroDivisionError"),
        (be_killed, Failed, "ended with -9"),
        (sleep, Failed, "no answer after 6 seconds"),
    ],
)
def test_what_goes_wrong_there_is_said_here(work, problem, said, monkeypatch):
    """Limits are the fault of what is handled; all else is this machine's, or ours."""
    monkeypatch.setattr(module, "LARGEST", 500_000)
    if work is sleep:
        monkeypatch.setattr(module, "PATIENCE", 3)
    with pytest.raises(problem, match=said):
        list(limited(work, seconds=2, memory=200_000_000))
    children = psutil.Process().children(recursive=True)
    assert not [one for one in children if one.cpu_percent(0.1) > 50]


def outcome(work):
    try:
        return list(limited(work, seconds=1, memory=200_000_000))
    except (OverLimit, Failed) as problem:
        return str(problem)


def test_several_threads_each_learn_how_their_own_process_ended(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 300)  # on a busy machine, too
    works = [work_for_ever, be_killed, raise_error] * 3
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(outcome, works))
    said = ("more than 1 seconds", "ended with -9", "ZeroDivisionError")
    for words, one in zip(said * 3, found, strict=True):
        assert words in one


# ------------------------------------------------------------------ a whole notebook


def executed(outputs):
    """Return the exercise as text, with outputs in some of its cells, by name."""
    notebook = nbformat.read(RELEASED, as_version=4)
    for cell in notebook.cells:
        if (name := marks(cell).get("grade_id")) in outputs:
            cell.outputs = [nbformat.from_dict(one) for one in outputs[name]]
    return nbformat.writes(notebook)


def displayed(**data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def test_html_that_takes_for_ever_costs_only_the_looks(monkeypatch):
    shows = displayed(**{"text/html": "<b>x</b>", "text/plain": "plain"})
    text = executed({"q2": [shows], "q3": [displayed(**{"image/png": png()})]})
    original = marking.limited

    def short(work, *arguments):
        return original(in_slow_cleaning, *arguments, seconds=3)

    monkeypatch.setattr(marking, "limited", short)
    marked = mark(EXERCISE, "anna", SECRET, text, "")
    assert len(marked.verdicts) == 8
    cells = nbformat.reads(marked.notebook, as_version=4).cells
    found = {marks(cell).get("grade_id"): cell for cell in cells}
    assert found["q2"].outputs[0].data == {"text/plain": "plain"}
    assert "image/png" in found["q3"].outputs[0].data


def in_slow_cleaning(*arguments):
    """Mark with an HTML cleaner that never comes to an end."""
    from course.instructor.classes import harmless

    def never(page):
        while True:
            pass

    harmless.harmless_html = never
    yield from marking.steps(*arguments)


def test_an_answer_that_takes_for_ever_costs_its_question(monkeypatch):
    original = marking.limited

    def short(work, *arguments):
        return original(in_slow_judging, *arguments, seconds=3)

    monkeypatch.setattr(marking, "limited", short)
    marked = mark(EXERCISE, "anna", SECRET, executed({}), "")
    statuses = {name: one.parts[0].message for name, one in marked.verdicts.items()}
    assert statuses.pop("q2") == "It cannot be graded: it takes more than 3 seconds."
    assert all("was not run" in message for message in statuses.values())


def in_slow_judging(*arguments):
    """Mark with a judge that never comes to an end for q2."""
    judged = marking.judged

    def never(exercise, question, *others):
        while question == "q2":
            pass
        return judged(exercise, question, *others)

    marking.judged = never
    yield from marking.steps(*arguments)


def test_a_notebook_without_its_checks_is_not_whole():
    with pytest.raises(NotWhole, match="lacks some of the checks"):
        mark(EXERCISE, "anna", SECRET, nbformat.writes(nbformat.v4.new_notebook()), "")

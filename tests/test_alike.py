"""Answers alike: said to the instructor, for what is alike beyond the task itself."""

import nbformat
import pytest

from course.exercises import marks
from course.instructor.classes import alike as module
from course.instructor.classes import reporting
from course.instructor.classes.alike import (
    SHORTEST,
    Alike,
    alike,
    fingerprints,
    found_alike,
    lines_of,
)
from course.instructor.classes.class_folder import write_private
from course.instructor.classes.feedback import autograded_file, feedback_file
from course.instructor.classes.limited import OverLimit
from course.instructor.classes.reporting import report
from tests.test_reporting import (  # noqa: F401
    EXERCISE,
    OPEN,
    RELEASED,
    folder,
    graded_class,
)

LOOP = """\
losses = []
for step in range(100):
    predicted = inputs @ weights + bias
    losses.append(float(np.mean((predicted - targets) ** 2)))
    weights, bias = step_down(weights, bias, learning_rate=0.1)
ax.plot(range(100), losses, label="loss")
"""
SAME = [
    LOOP,
    LOOP.replace(" ** ", "**").replace("    ", "\t").replace('"', "'"),
    "# my own idea\n\n" + LOOP.replace("\n", "   # so\n\n"),
    LOOP.replace("\n", "\r\n"),
    LOOP.replace("(predicted - targets) ** 2", "\n(predicted - \n targets) ** 2"),
]
OTHER = [
    LOOP.replace("0.1", "0.2"),
    LOOP.replace("predicted", "guess"),
    LOOP + "plt.close()",
]


def notebook(**answers):
    found = nbformat.reads(RELEASED, as_version=4)
    for cell in found.cells:
        if marks(cell).get("solution") and marks(cell)["grade_id"] in answers:
            cell.source = answers[marks(cell)["grade_id"]]
    return nbformat.writes(found)


def prints(**answers):
    [found] = fingerprints(notebook(**answers), [RELEASED])
    return found


def of_class(*answers):
    named = zip("abcdefghijklmnopqrstuvwxyz", answers, strict=False)
    return {name: prints(**{OPEN: answer}) for name, answer in named}


# ------------------------------------------------------------------ one answer


@pytest.mark.parametrize("answer", SAME)
def test_spaces_comments_and_quotes_do_not_matter(answer):
    assert prints(more=answer)[OPEN] == prints(more=LOOP)[OPEN]
    assert prints(more=answer)[OPEN][1] >= SHORTEST


@pytest.mark.parametrize("answer", OTHER)
def test_what_is_written_matters(answer):
    assert prints(more=answer)[OPEN] != prints(more=LOOP)[OPEN]


def test_what_was_released_does_not_count():
    assert {tokens for _, tokens in prints().values()} == {0}
    released = nbformat.reads(RELEASED, as_version=4).cells
    [first] = [one for one in released if marks(one).get("grade_id") == "q8"]
    copied = f"{first.source}\n{LOOP}"
    assert prints(more=copied)[OPEN] == prints(more=LOOP)[OPEN]


@pytest.mark.parametrize("text", ["def f(:\n  ?", "'''", "  x\n y", "x = $", "é = 1 €"])
def test_what_is_no_python_is_compared_all_the_same(text):
    assert lines_of(f"{text}  # a") == lines_of(f"\n{text}")
    assert lines_of(text) != lines_of(f"{text}z")


def test_prose_is_compared_by_its_words():
    assert lines_of("The  Loss\n\nfalls", "markdown") == [("the", "loss"), ("falls",)]


def test_what_was_released_before_does_not_count_either():
    before = RELEASED.replace(
        "# Your plot", LOOP.replace("\n", "\\n").replace('"', "'")
    )
    assert before != RELEASED
    [found] = fingerprints(notebook(more=LOOP), [RELEASED, before])
    assert found[OPEN][1] == 0


# ------------------------------------------------------------------ a class


def test_two_of_a_class_are_named_longest_first():
    found = found_alike(of_class(LOOP, OTHER[0], SAME[2], OTHER[2], OTHER[2], OTHER[1]))
    assert [(one.question, one.students) for one in found] == [
        (OPEN, ("d", "e")),
        (OPEN, ("a", "c")),
    ]


def test_a_short_answer_is_never_named():
    short = "answer = model.fit(x_train, y_train, epochs=10)"
    assert found_alike(of_class(short, short)) == []


def test_an_empty_one_is_never_named():
    assert found_alike({"a": prints(), "b": prints()}) == []


def test_what_much_of_the_class_has_is_not_named():
    """What everybody must write alike, the task makes alike."""
    others = [LOOP.replace("0.1", f"0.{number}") for number in range(2, 8)]
    assert found_alike(of_class(*[LOOP] * 4, *others)) == []
    named = found_alike(of_class(*[LOOP] * 3, *others))
    assert [one.students for one in named] == [("a", "b", "c")]


def test_in_a_small_class_all_alike_are_named():
    assert [one.students for one in found_alike(of_class(LOOP, LOOP))] == [("a", "b")]


# ------------------------------------------------------------------ the command


def test_report_tells_the_instructor_and_no_student(
    folder,  # noqa: F811
    monkeypatch,
):
    for student in ("anna", "ben"):
        text = notebook(more=LOOP)
        write_private(autograded_file(folder, EXERCISE, student), text.encode())
    [found] = alike(folder, EXERCISE, ["anna", "ben", "nobody"])
    assert found == Alike(OPEN, ("anna", "ben"), prints(more=LOOP)[OPEN][1])
    shown = report(folder, EXERCISE)  # ben has no score, so nobody is like anna
    assert shown.endswith("(that proves nothing)\n  none")
    monkeypatch.setattr(reporting, "alike", lambda *_: [found])
    shown = report(folder, EXERCISE)
    assert f"  {OPEN:<6} anna, ben" in shown
    assert "anna ben" in (folder / f"alike-{EXERCISE}.csv").read_text("utf-8")
    page = feedback_file(folder, EXERCISE, "anna").read_text(encoding="utf-8")
    assert "alike" not in page and "alike" not in (folder / "grades.csv").read_text()


def test_an_answer_that_takes_too_much_is_like_nobodys(monkeypatch, tmp_path):
    def too_much(*arguments):
        raise OverLimit("it takes more than 60 seconds")
        yield

    for student in ("a", "b"):
        write_private(autograded_file(tmp_path, EXERCISE, student), b"{}")
    monkeypatch.setattr(module, "limited", too_much)
    assert alike(tmp_path, EXERCISE, ["a", "b"]) == []

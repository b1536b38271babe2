"""start, given, check and hint, whatever they are given."""

import dataclasses
import importlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import helpers
from helpers.exercises import asking, check, given, hint, start
from helpers.exercises.questions import Mistake, Part, Question, judge
from helpers.exercises.reading import MOST_ELEMENTS, function, numbers, whole_number
from helpers.exercises.tensors import QUESTIONS
from helpers.exercises.verdicts import PartVerdict, Verdict
from tests.banks import BankTests

ROOT = Path(helpers.__file__).parent.parent


@pytest.fixture(autouse=True)
def nothing_started(monkeypatch):
    monkeypatch.setattr(asking, "_started", [])
    asking._hints_seen.clear()


@pytest.fixture
def started(capsys):
    start("01_tensors")
    capsys.readouterr()


def blank(question):
    return dict.fromkeys(QUESTIONS[question].parts, ...)


def stub(*arguments):
    raise NotImplementedError


# ------------------------------------------------------------- start, names


@pytest.mark.parametrize("ask", [check, hint, given])
def test_without_start(ask):
    with pytest.raises(
        RuntimeError, match=r'first cell.*start\("\.\.\."\).*01_tensors'
    ):
        ask("q1")


def test_start_says_what_there_is(capsys):
    assert start("01_tensors") is None
    printed = capsys.readouterr().out
    assert printed == "01_tensors: 8 questions, q1, q2, q3, q4, q5, q6, q7, q8.\n"


@pytest.mark.parametrize("name", ["1_tensors", "", "helpers.exercises", None, 1])
def test_unknown_exercise(name):
    with pytest.raises(ValueError, match="no exercise .*there are: 01_tensors"):
        start(name)


def test_a_failed_start_leaves_what_was_started(started):
    with pytest.raises(ValueError, match="no exercise"):
        start("00")
    assert hint("q1").number == 1


@pytest.mark.parametrize("ask", [check, hint, given])
@pytest.mark.parametrize("question", ["q9", "Q1", "", None, 1])
def test_unknown_question(started, ask, question):
    with pytest.raises(ValueError, match="01_tensors has no question .*q1, q2.*q8"):
        ask(question)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (
            {"flat": 1},
            r"^with_channel is missing\. Write: check\(\"q2\", flat=\.\.\., w",
        ),
        ({}, "flat, with_channel is missing"),
        ({"flat": 1, "with_channel": 1, "q": 1}, "^q was not asked for. Write"),
        (
            {"flat": 1, "channel": 1},
            "with_channel is missing and channel was not asked",
        ),
        ({"flat": 1, "question": 1}, "question was not asked for"),
    ],
)
def test_wrong_names_of_answers(started, answers, message):
    with pytest.raises(TypeError, match=message):
        check("q2", **answers)


# ------------------------------------------------------------- hints


@pytest.mark.parametrize("question", QUESTIONS)
def test_hints_come_in_steps_and_the_last_repeats(started, question):
    texts = QUESTIONS[question].hints
    shown = [hint(question) for _ in range(len(texts) + 2)]
    assert [one.text for one in shown] == [*texts, texts[-1], texts[-1]]
    assert len(texts) == len(set(texts)) >= 2
    assert repr(shown[0]) == f"{question}, hint 1 of {len(texts)}: {texts[0]}"
    assert f"hint {len(texts)} of {len(texts)}" in repr(shown[-1])


def test_hints_of_questions_are_counted_apart_and_begin_anew(started):
    assert [hint("q1").number, hint("q1").number, hint("q2").number] == [1, 2, 1]
    start("01_tensors")
    assert hint("q1").number == 1


def test_hint_as_html(started):
    html = hint("q4")._repr_html_()
    assert html.startswith("<p><strong>q4, hint 1 of 3:</strong> Three steps")
    hint("q4")
    assert "<code>np.sum</code>" in hint("q4")._repr_html_()
    assert_well_formed(html)


# ------------------------------------------------------------- not attempted, partial


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        *((question, answer) for question in QUESTIONS for answer in (..., None)),
        *((question, stub) for question in ("q4", "q5", "q8")),
    ],
)
def test_not_attempted(started, question, answer):
    verdict = check(question, **dict.fromkeys(QUESTIONS[question].parts, answer))
    assert verdict.status == "not attempted"
    first, second = repr(verdict).splitlines()
    assert first == f"○ {question} not attempted: {QUESTIONS[question].title}"
    assert "where `...` or `raise NotImplementedError` stands" in second
    assert verdict.mistakes == ()


def test_a_function_that_returns_dots_is_not_attempted(started):
    assert check("q4", neuron=lambda *_: ...).status == "not attempted"


def test_partial(started):
    answers = {"first_layer": 45, "second_layer": 10, "total": ...}
    verdict = check("q6", **answers)
    assert verdict.status == "partial"
    assert verdict.mistakes == ("biases left out",)
    assert [part.status for part in verdict.parts] == [
        "correct",
        "incorrect",
        "not attempted",
    ]
    first, second = repr(verdict).splitlines()
    assert first == "◐ q6 partial: right: first_layer; not yet: second_layer, total"
    assert second.startswith("  second_layer: biases left out. Those are the weights")
    html = verdict._repr_html_()
    assert "second_layer: biases left out" in html and "total: not attempted" in html


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ((..., ..., ...), "not attempted"),
        ((..., 1, ...), "incorrect"),
        ((1, 1, 1), "incorrect"),
        ((45, ..., ...), "partial"),
        ((45, 12, 1), "partial"),
        ((45, 12, 57), "correct"),
    ],
)
def test_status_of_several_parts(started, answers, status):
    names = QUESTIONS["q6"].parts
    assert check("q6", **dict(zip(names, answers, strict=True))).status == status


def test_one_wrong_answer_does_not_spoil_the_next(started):
    images = given("q2")
    images.shape = (60,)
    images[:] = 7
    assert check("q2", flat=images, with_channel=images).status == "incorrect"
    images = given("q2")
    answers = {"flat": images.reshape(5, 12), "with_channel": images[..., None]}
    assert check("q2", **answers).status == "correct"


# ------------------------------------------------------------- rubbish never raises


class Hostile:
    """Is equal to everything, and fails at nearly all else."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("no \ud800 array\nfor you")

    def __repr__(self):
        raise RuntimeError("no text")

    __str__ = __repr__

    @property
    def shape(self):
        raise RuntimeError("no shape")


class WithoutText(Exception):
    def __str__(self):
        raise ValueError("no text")


class AlwaysEqual(np.ndarray):
    def __eq__(self, other):
        return True

    __hash__ = None


def never_ends(*arguments):
    return never_ends(*arguments)


def leaves(*arguments):
    sys.exit(3)


def fails_without_text(*arguments):
    raise WithoutText


def fails_with_markup(*arguments):
    raise ValueError("<script>alert(1)</script>\x1b[31m\n" + "x" * 10_000)


def rubbish():
    array = np.empty(2, dtype=object)
    array[0], array[1] = [Hostile()], ...
    looped = []
    looped.append(looped)
    return {
        "text": "rank",
        "markup": "<script>alert(1)</script>",
        "bytes": b"\xff",
        "surrogate": "\ud800",
        "long text": "x" * 1_000_000,
        "empty text": "",
        "nan": float("nan"),
        "infinity": np.inf,
        "huge float": 1e308,
        "huge integer": 10**5000,
        "complex": 1 + 2j,
        "boolean": True,
        "array with nan": np.array([[1.0, np.nan]]),
        "array of objects": array,
        "array of text": np.array(["a", "b"]),
        "array of dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
        "structured": np.zeros(3, dtype=[("a", int)]),
        "empty": np.array([]),
        "empty list": [],
        "empty tuple": (),
        "ragged": [[1, 2], [3]],
        "list in itself": looped,
        "masked": np.ma.masked_array([1, 2], mask=[True, False]),
        "huge": np.broadcast_to(np.float64(1), (10**6, 10**6)),
        "large": np.ones(MOST_ELEMENTS + 1),
        "always equal": np.ones((5, 12)).view(AlwaysEqual),
        "hostile": Hostile(),
        "tuple of hostile": (Hostile(), Hostile()),
        "type": Hostile,
        "exception": ValueError("no"),
        "generator": (number for number in range(3)),
        "dictionary": {"a": 1},
        "set": {1, 2},
        "module": np,
        "not implemented": NotImplemented,
        "never ends": never_ends,
        "leaves": leaves,
        "fails without text": fails_without_text,
        "fails with markup": fails_with_markup,
        "returns itself": lambda *_: leaves,
        "returns text": lambda *_: "<b>",
        "returns nan": lambda *_: np.nan,
        "returns huge": lambda *_: np.broadcast_to(np.float64(1), (10**6, 10**6)),
        "returns hostile": lambda *_: Hostile(),
        "returns two hostile": lambda *_: (Hostile(), Hostile()),
        "returns huge floats": lambda *_: (np.full(3, 1e308), 1e308),
        "returns objects": lambda *_: array,
        "takes nothing": lambda: 1,
    }


RUBBISH = rubbish()


@pytest.mark.parametrize("what", RUBBISH)
@pytest.mark.filterwarnings("error")
def test_rubbish_is_incorrect_and_never_raises(started, what):
    for question, asked in QUESTIONS.items():
        for name in asked.parts:
            verdict = check(question, **{**blank(question), name: RUBBISH[what]})
            assert verdict.status == "incorrect", (question, name)
            assert_shows_well(verdict)


def test_symbolic_and_eager_tensors(started):
    import keras

    symbolic = keras.Input((12,))
    verdict = check("q2", flat=symbolic, with_channel=symbolic)
    assert verdict.status == "incorrect"
    assert_shows_well(verdict)
    images = given("q2")
    eager = keras.ops.convert_to_tensor(images)
    answers = {"flat": keras.ops.reshape(eager, (5, 12)), "with_channel": symbolic}
    assert check("q2", **answers).parts[0].status == "correct"

    def dense(inputs, weights, bias):
        return keras.ops.relu(keras.ops.matmul(inputs, weights) + bias)

    assert check("q5", dense=dense).status == "correct"
    assert check("q5", dense=lambda *_: symbolic).status == "incorrect"
    layer = check("q5", dense=keras.layers.Dense(2))
    assert layer.status == "incorrect" and "dense raised" in repr(layer)


def test_the_learner_can_still_interrupt(started):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("q4", neuron=interrupted)


def test_what_a_function_raises_is_shown(started):
    def neuron(inputs, weights, bias):
        return inputs @ weights + offset  # noqa: F821

    verdict = check("q4", neuron=neuron)
    assert verdict.mistakes == ("raises an error",)
    assert "neuron raised NameError: name 'offset' is not defined." in repr(verdict)
    verdict = check("q4", neuron=fails_with_markup)
    assert "neuron raised ValueError: <script>alert(1)</script> [31m xxx" in repr(
        verdict
    )
    assert "&lt;script&gt;" in verdict._repr_html_()
    assert "x" * 300 not in repr(verdict)


def test_a_function_that_prints_does_not_flood_the_cell(started, capsys):
    check("q4", neuron=lambda *arguments: print(*arguments))
    assert capsys.readouterr() == ("", "")


# ------------------------------------------------------------- verdicts


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_well_formed(html):
    parser = Tags()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    assert parser.seen <= {"div", "p", "span", "strong", "ul", "li", "code"}


def assert_shows_well(verdict):
    text, html = repr(verdict), verdict._repr_html_()
    assert 1 <= len(text.splitlines()) <= 2 and len(text) < 1500
    assert text.startswith("✗ ") and " incorrect: " in text
    (text + html).encode()  # no half characters
    assert all(sign.isprintable() or sign == "\n" for sign in text)
    assert_well_formed(html)
    json.dumps(dataclasses.asdict(verdict))


@pytest.mark.parametrize(
    ("status", "sign"),
    [("not attempted", "○"), ("incorrect", "✗"), ("correct", "✓")],
)
def test_a_sign_and_a_word_say_the_same(status, sign):
    verdict = Verdict("e", "q1", "A <title>", (PartVerdict("a", status),))
    assert repr(verdict).splitlines()[0] == f"{sign} q1 {status}: A <title>"
    html = verdict._repr_html_()
    assert f'<span aria-hidden="true">{sign}</span>' in html
    assert f"<strong>q1 {status}: A &lt;title&gt;</strong>" in html
    assert_well_formed(html)


def test_verdicts_do_not_change():
    verdict = Verdict("e", "q1", "title", (PartVerdict("a", "correct"),))
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.title = "other"


def test_code_in_messages():
    part = PartVerdict("a", "incorrect", "`.T` for a reshape", "See `a < b`.")
    html = Verdict("e", "q1", "title", (part,))._repr_html_()
    assert "<code>.T</code> for a reshape. See <code>a &lt; b</code>." in html


# ------------------------------------------------------------- how authors write them

IS_SEVEN = Part(
    read=whole_number,
    right=lambda answer: answer == 7,
    mistakes=(
        Mistake("always fails", lambda answer: answer.nothing, "never seen"),
        Mistake("too large", lambda answer: answer > 7, "Think smaller."),
        Mistake(
            "much too large", lambda answer: answer > 70, "not seen: the first fits"
        ),
    ),
    otherwise="Think again.",
)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (7, PartVerdict("n", "correct")),
        (8, PartVerdict("n", "incorrect", "too large", "Think smaller.")),
        (800, PartVerdict("n", "incorrect", "too large", "Think smaller.")),
        (6, PartVerdict("n", "incorrect", "", "n is 6. Think again.")),
        (
            "7",
            PartVerdict(
                "n",
                "incorrect",
                "text in place of numbers",
                "n is '7', which is text. Leave out the quotes.",
            ),
        ),
    ],
)
def test_judge(answer, expected):
    assert judge(IS_SEVEN, "n", answer) == expected


def test_a_mistake_found_although_the_function_fails():
    def fails_for_two(value):
        if value == 2:
            raise ValueError("two")
        return 1

    part = Part(
        read=function(),
        right=lambda f: f(2) == 4,
        mistakes=(Mistake("constant", lambda f: f(1) == f(3), "Always 1."),),
        otherwise="no",
    )
    assert judge(part, "f", fails_for_two).mistake == "constant"
    without = dataclasses.replace(part, mistakes=())
    assert judge(without, "f", fails_for_two).mistake == "raises an error"


def test_what_a_function_is_given_is_its_own():
    kept = np.array([1.0, 2.0])
    seen = []

    def keeps(array, number):
        seen.append((array, number))
        array[0] = 5
        return 1

    part = Part(function(), lambda f: f(kept, np.array(3.0)) == 1, (), "no")
    verdict = judge(part, "f", keeps)
    assert verdict.mistake == "inputs changed in place"
    assert seen[0][0] is not kept and kept.tolist() == [1, 2] and kept.flags.writeable
    assert type(seen[0][1]) is float


def test_a_question_without_arrays(monkeypatch, capsys):
    question = Question("Seven", {"n": IS_SEVEN}, ("Count.", "More than 6."))
    monkeypatch.setattr(asking, "questions_of", lambda exercise: {"q1": question})
    start("00_any")
    assert capsys.readouterr().out == "00_any: 1 questions, q1.\n"
    with pytest.raises(ValueError, match="Nothing is given for q1"):
        given("q1")
    assert check("q1", n=7).exercise == "00_any"


def test_numbers_are_read_or_refused():
    part = Part(numbers, lambda a: a.shape == (2,), (), "no")
    assert judge(part, "a", [1, 2]).status == "correct"
    assert judge(part, "a", [1, np.inf]).mistake == "not numbers"
    ragged = judge(part, "a", [[1, 2], [3]])
    assert ragged.message.startswith("a has rows of different lengths")
    huge = judge(part, "a", np.broadcast_to(1.0, (10**6, 10**6)))
    assert huge.mistake == "far too many numbers"


@pytest.mark.parametrize("exercise", asking.EXERCISES)
def test_every_exercise_is_complete(exercise):
    questions = asking.questions_of(exercise)
    assert list(questions) == [f"q{n}" for n in range(1, len(questions) + 1)]
    for question in questions.values():
        assert question.title and question.parts
        assert all(text.endswith((".", "?")) for text in question.hints)
        for part in question.parts.values():
            names = [mistake.name for mistake in part.mistakes]
            assert len(names) == len(set(names))
            texts = [part.otherwise, *(mistake.message for mistake in part.mistakes)]
            assert all(re.search(r"[.?]$", text) for text in texts)


@pytest.mark.parametrize("exercise", asking.EXERCISES)
def test_every_exercise_has_its_bank(exercise):
    module = importlib.import_module(f"tests.test_exercises_{exercise[3:]}")
    assert issubclass(module.TestBank, BankTests)
    assert module.TestBank.bank.exercise == exercise


def test_importing_is_cheap_and_the_examples_are_right():
    code = (
        "import sys, doctest, helpers.exercises.asking as asking\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'pandas', 'sklearn'}\n"
        "asking.start('01_tensors')\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "tried = doctest.testmod(asking)\n"
        "assert tried.attempted >= 7 and tried.failed == 0, tried\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)

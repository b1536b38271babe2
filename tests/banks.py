"""What the banks of all exercises share: their answers, and the tests of each bank.

A bank is plain data: question -> answer -> right ones, and question -> answer -> pairs
of a wrong one and the name of its mistake, "" for one without a name. Whatever needs
Keras stands in it as `made(...)`, so that Keras is not loaded while the tests are
collected.

Each answer is judged twice: by the public check, and by the grading check, for which
the graded cell's own code packs it and what is displayed is unpacked.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from helpers.exercises import check, given, questions_of, start
from tests.grading_kernel import graded_cells


@dataclass(frozen=True)
class Made:
    """An answer that is made when it is needed, and only once."""

    make: Callable[[], Any]


def made(make, *arguments, **settings):
    """Return the answer that `make` gives for these arguments, to be made later."""
    return Made(functools.cache(lambda: make(*arguments, **settings)))


def ready(answer):
    """Return an answer of a bank as learners give it: what is `Made` is made now."""
    return answer.make() if isinstance(answer, Made) else answer


@dataclass(frozen=True)
class Bank:
    """The answers to the questions of an exercise, right ones and wrong ones.

    Attributes
    ----------
    exercise : str
        Such as "01_tensors".
    right, wrong : mapping
        As said above.
    least_mistakes : int
        How many different mistakes there are at least for each answer.
    cannot_be_made : mapping of (question, answer) to set of str
        Mistakes that do not fit an answer which shares a list of them with others.
    """

    exercise: str
    right: Mapping[str, Mapping[str, list]]
    wrong: Mapping[str, Mapping[str, list]]
    least_mistakes: int = 4
    cannot_be_made: Mapping[tuple[str, str], set[str]] = field(default_factory=dict)

    @property
    def questions(self):
        return questions_of(self.exercise)

    def right_cases(self):
        """Return the parameters (question, name, answer) of all right answers."""
        return [
            pytest.param(question, name, answer, id=f"{question}-{name}-{number}")
            for question, parts in self.right.items()
            for name, answers in parts.items()
            for number, answer in enumerate(answers)
        ]

    def wrong_cases(self):
        """Return the parameters (question, name, answer, mistake) of all wrong ones."""
        return [
            pytest.param(
                question, name, *case, id=f"{question}-{name}-{number}-{case[1]}"
            )
            for question, parts in self.wrong.items()
            for name, cases in parts.items()
            for number, case in enumerate(cases)
        ]

    def verdict_on(self, question, name, answer):
        """Return what `check` thinks of one answer, the others being left blank."""
        blank = dict.fromkeys(self.questions[question].parts, ...)
        parts = check(question, **{**blank, name: ready(answer)}).parts
        return next(part for part in parts if part.name == name)


def started(exercise):
    """Return a fixture that starts an exercise before each test of a file."""

    @pytest.fixture(autouse=True)
    def start_exercise(capsys):
        start(exercise)
        capsys.readouterr()

    return start_exercise


class BankTests:
    """What holds for the bank of every exercise; a subclass names its `bank`."""

    bank: Bank

    def pytest_generate_tests(self, metafunc):
        if "mistake" in metafunc.fixturenames:
            names = ("question", "name", "answer", "mistake")
            metafunc.parametrize(names, self.bank.wrong_cases())
        elif "answer" in metafunc.fixturenames:
            names = ("question", "name", "answer")
            metafunc.parametrize(names, self.bank.right_cases())
        elif "question" in metafunc.fixturenames:
            metafunc.parametrize("question", self.bank.questions)

    @pytest.fixture
    def graded(self, monkeypatch):
        """The graded cells of the exercise, whose answers go the whole way."""
        cells = graded_cells(self.bank.exercise)
        cells.listen(monkeypatch)
        return cells

    def test_right_answers(self, question, name, answer):
        verdict = self.bank.verdict_on(question, name, answer)
        assert verdict.status == "correct", verdict
        assert verdict.mistake == "" and verdict.message == ""

    def test_wrong_answers(self, question, name, answer, mistake):
        verdict = self.bank.verdict_on(question, name, answer)
        assert (verdict.status, verdict.mistake) == ("incorrect", mistake), verdict
        assert len(verdict.message) > 20

    def test_right_answers_are_graded_so(self, question, name, answer, graded):
        verdict = graded.verdict_on_part(question, name, ready(answer))
        assert verdict.status == "correct", verdict
        assert verdict.mistake == "" and verdict.message == ""

    def test_wrong_answers_are_graded_so(self, question, name, answer, mistake, graded):
        verdict = graded.verdict_on_part(question, name, ready(answer))
        assert (verdict.status, verdict.mistake) == ("incorrect", mistake), verdict
        assert len(verdict.message) > 15

    def test_a_question_with_all_right_answers(self, question, capsys):
        parts = self.bank.right[question].items()
        answers = {name: ready(answers[0]) for name, answers in parts}
        capsys.readouterr()
        verdict = check(question, **answers)
        assert verdict.status == "correct"
        title = self.bank.questions[question].title
        assert repr(verdict) == f"✓ {question} correct: {title}"
        assert capsys.readouterr() == ("", "")

    def test_what_is_blank_is_not_attempted(self, question):
        for blank in (..., None):
            blanks = dict.fromkeys(self.bank.questions[question].parts, blank)
            assert check(question, **blanks).status == "not attempted"

    def test_what_is_blank_is_graded_as_not_attempted(self, graded):
        for question in self.bank.questions:
            verdict = graded.verdict(question)
            assert (verdict.status, verdict.share) == ("not attempted", 0)

    def test_the_bank_is_complete(self):
        right, wrong = self.bank.right, self.bank.wrong
        assert list(right) == list(wrong) == list(self.bank.questions)
        for question, asked in self.bank.questions.items():
            assert list(right[question]) == list(wrong[question]) == list(asked.parts)
            for name in asked.parts:
                mistakes = {mistake for _, mistake in wrong[question][name]}
                assert len(right[question][name]) >= 3
                assert len(wrong[question][name]) >= 4
                assert len(mistakes) >= self.bank.least_mistakes

    def test_every_mistake_with_a_name_is_made(self):
        for question, asked in self.bank.questions.items():
            for name, part in asked.parts.items():
                found = {mistake for _, mistake in self.bank.wrong[question][name]}
                found |= self.bank.cannot_be_made.get((question, name), set())
                unmade = {mistake.name for mistake in part.mistakes} - found
                assert not unmade, (question, name)

    def test_there_are_three_hints(self):
        for question, asked in self.bank.questions.items():
            assert len(asked.hints) == len(set(asked.hints)) == 3, question

    def test_what_is_given_cannot_be_spoiled(self):
        for question, asked in self.bank.questions.items():
            if not asked.given:
                continue
            handed_out = given(question)
            values = handed_out if isinstance(handed_out, tuple) else (handed_out,)
            for value, kept in zip(values, asked.given.values(), strict=True):
                np.testing.assert_array_equal(value, kept, strict=True)
                if isinstance(value, np.ndarray):
                    value[...] = 0
                    assert np.any(kept != 0)

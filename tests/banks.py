"""What the banks of all exercises share: cases from a bank, and the verdict on one."""

import pytest

from helpers.exercises import check


def right_cases(bank):
    """Return the parameters (question, name, answer) of all right answers of a bank."""
    return [
        pytest.param(question, name, answer, id=f"{question}-{name}-{number}")
        for question, parts in bank.items()
        for name, answers in parts.items()
        for number, answer in enumerate(answers)
    ]


def wrong_cases(bank):
    """Return the parameters (question, name, answer, mistake) of all wrong answers."""
    return [
        pytest.param(question, name, *case, id=f"{question}-{name}-{number}-{case[1]}")
        for question, parts in bank.items()
        for name, cases in parts.items()
        for number, case in enumerate(cases)
    ]


def verdict_on_part(asked, question, name, answer):
    """Return what `check` thinks of one part, the others being left as they were."""
    answers = dict.fromkeys(asked.parts, ...)
    parts = check(question, **{**answers, name: answer}).parts
    return next(part for part in parts if part.name == name)

"""`start`, `given`, `check` and `hint`: what the cells of an exercise call."""

import copy
import importlib
from collections import Counter
from typing import Any

from helpers.exercises.questions import Question, judge
from helpers.exercises.verdicts import Hint, Verdict

# The exercises and the modules that hold their questions.
EXERCISES = {
    "01_tensors": "helpers.exercises.tensors",
    "02_breast_cancer": "helpers.exercises.breast_cancer",
    "03_walking": "helpers.exercises.walking",
    "04_mnist": "helpers.exercises.mnist",
    "05_tuning": "helpers.exercises.tuning",
}

# A notebook works on one exercise: which, and how many hints of each question it saw.
_started: list[str] = []
_hints_seen: Counter[str] = Counter()


def questions_of(exercise: str) -> dict[str, Question]:
    """Return the questions of an exercise, by their names, in order.

    Parameters
    ----------
    exercise : str
        The notebook's name without its ending, such as "01_tensors".

    Returns
    -------
    dict of str to Question

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    if exercise not in EXERCISES:
        raise ValueError(
            f"There is no exercise {exercise!r}; there are: {', '.join(EXERCISES)}."
        )
    return importlib.import_module(EXERCISES[exercise]).QUESTIONS


def start(exercise: str) -> None:
    """Say which exercise this notebook is; the hints begin anew.

    Parameters
    ----------
    exercise : str
        The notebook's name without its ending, such as "01_tensors".

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    questions = questions_of(exercise)
    _started[:] = [exercise]
    _hints_seen.clear()
    print(f"{exercise}: {len(questions)} questions, {', '.join(questions)}.")


def given(question: str) -> Any:
    """Return what a question starts from.

    Parameters
    ----------
    question : str
        Such as "q2".

    Returns
    -------
    numpy.ndarray or tuple
        The array, or a tuple when there are several. New copies each time: whatever
        happens to them, the next question is not touched.

    Raises
    ------
    RuntimeError
        If no exercise was started.
    ValueError
        If there is no such question, or nothing is given for it.

    Examples
    --------
    >>> start("01_tensors")
    01_tensors: 8 questions, q1, q2, q3, q4, q5, q6, q7, q8.
    >>> images = given("q2")
    >>> inputs, weights, bias = given("q4")
    """
    values = copy.deepcopy(tuple(_find(question).given.values()))
    if not values:
        raise ValueError(f"Nothing is given for {question}; it needs no arrays.")
    return values[0] if len(values) == 1 else values


def check(question: str, /, **answers: Any) -> Verdict:
    """Say what is thought of the answers to a question.

    Parameters
    ----------
    question : str
        Such as "q2".
    **answers
        The answers by name. `...` and None count as not attempted, and so does a
        function that raises NotImplementedError.

    Returns
    -------
    Verdict
        Not attempted, incorrect (with the mistake), partial, or correct. As the last
        line of a cell it shows itself. A wrong answer never raises an error.

    Raises
    ------
    RuntimeError
        If no exercise was started.
    ValueError
        If there is no such question.
    TypeError
        If an answer is missing, or there is one that was not asked for.

    Examples
    --------
    >>> start("01_tensors")
    01_tensors: 8 questions, q1, q2, q3, q4, q5, q6, q7, q8.
    >>> check("q6", first_layer=..., second_layer=..., total=...).status
    'not attempted'
    """
    asked = _find(question)
    if set(answers) != set(asked.parts):
        raise TypeError(_wrong_names(question, list(asked.parts), list(answers)))
    parts = tuple(
        judge(part, name, answers[name]) for name, part in asked.parts.items()
    )
    return Verdict(_started[0], question, asked.title, parts)


def hint(question: str) -> Hint:
    """Return the next hint to a question; the last one comes again and again.

    Parameters
    ----------
    question : str
        Such as "q2".

    Returns
    -------
    Hint
        As the last line of a cell it shows itself.

    Raises
    ------
    RuntimeError
        If no exercise was started.
    ValueError
        If there is no such question.

    Examples
    --------
    >>> start("01_tensors")
    01_tensors: 8 questions, q1, q2, q3, q4, q5, q6, q7, q8.
    >>> hint("q4").number, hint("q4").number
    (1, 2)
    """
    hints = _find(question).hints
    number = min(_hints_seen[question] + 1, len(hints))
    _hints_seen[question] = number
    return Hint(question, number, len(hints), hints[number - 1])


def _find(question: str) -> Question:
    if not _started:
        raise RuntimeError(
            "No exercise was started. Run the first cell of the notebook, which says "
            f'start("..."), with one of: {", ".join(EXERCISES)}.'
        )
    questions = questions_of(_started[0])
    if question not in questions:
        raise ValueError(
            f"{_started[0]} has no question {question!r}; it has "
            f"{', '.join(questions)}."
        )
    return questions[question]


def _wrong_names(question: str, asked: list[str], came: list[str]) -> str:
    missing = [name for name in asked if name not in came]
    unknown = [name for name in came if name not in asked]
    what = [f"{', '.join(missing)} is missing"] if missing else []
    what += [f"{', '.join(unknown)} was not asked for"] if unknown else []
    call = ", ".join(f"{name}=..." for name in asked)
    return f'{" and ".join(what)}. Write: check("{question}", {call}).'

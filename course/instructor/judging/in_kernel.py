"""What runs in the student's kernel, in the locked cells that are graded.

`hand_out` displays the answers of a question, as `packing` makes them plain data. The
texts of `packing`, of `kernel_networks` and of this file are put into the cell, in this
order; none needs anything of this project there. What is displayed is a claim, whatever
happens in the kernel: it is judged outside, and nothing here knows a right answer.
"""

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course.instructor.judging.kernel_networks import ASK_NETWORKS, packed_error
from course.instructor.judging.packing import LONGEST, Unpackable, pack, unpack


def hand_out(
    mime: str, answers: Mapping[str, Callable[[], Any]], asked: str = "{}"
) -> None:
    """Display the answers; one that cannot be handed out leaves the others.

    Parameters
    ----------
    mime : str
        The type of the output.
    answers : mapping of str to callable
        Give the answers: a name that the notebook never set is an error of its own.
    asked : str
        JSON: for the answers that are no plain values how they are asked, one of
        `ASKING`, and what about, packed.
    """
    from IPython.display import display

    ask = json.loads(asked)
    parts = {name: _tree(give, ask.get(name)) for name, give in answers.items()}
    display({mime: json.dumps({"parts": parts})}, raw=True)


def show(give: Callable[[], Any]) -> None:
    """Display what the public check says, for the student; it is no evidence."""
    from IPython.display import display

    try:
        display(give())
    except (Exception, SystemExit) as error:
        print(f"check stops with {type(error).__name__}: {error}"[:LONGEST])


def _tree(give: Callable[[], Any], question: list | None) -> dict[str, Any]:
    try:
        answer = give()
        if question is None or answer is ... or answer is None:
            return pack(answer)
        how, about = question
        return ASKING[how](answer, unpack(about))
    except Unpackable as problem:
        return {"kind": "other", "is": str(problem)[:LONGEST]}
    except (Exception, SystemExit) as error:
        text = f"{type(error).__name__}: {error}"
        return {"kind": "other", "is": text[:LONGEST]}


# ------------------------------------------------------------------ functions


def ask_function(answer: Any, about: list[tuple]) -> dict[str, Any]:
    """Return what a function gives for each of several tuples of arguments."""
    if not callable(answer):
        return pack(answer)
    return {"kind": "results", "items": [_result(answer, each) for each in about]}


def _result(answer: Callable, arguments: tuple) -> dict[str, Any]:
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            given = answer(*(_protected(argument) for argument in arguments))
    except (Exception, SystemExit) as error:
        return packed_error(error)
    try:
        return pack(given)
    except Unpackable as problem:
        return {"kind": "other", "is": str(problem)[:LONGEST]}


def _protected(argument: Any) -> Any:
    """Return a copy for one call: a function must not change what it was given."""
    if callable(argument):
        return argument
    copy = np.array(argument)
    if copy.ndim == 0:
        return copy.item()
    copy.flags.writeable = False
    return copy


def ask_about_score(answer: Any, about: list[tuple]) -> dict[str, Any]:
    """Return what a function gives that is handed a score, an image and a number.

    A score is a function, too. It is made here, of its weights: one for each pixel.
    """
    arguments = [(_score(weights), image, size) for weights, image, size in about]
    return ask_function(answer, arguments)


def _score(weights: np.ndarray) -> Callable[[Any], float]:
    def score(image: Any) -> float:
        """Return a score that does not fall by the same when two pixels are covered."""
        return float(np.sum(np.asarray(image) * weights)) ** 2

    return score


ASKING = {"function": ask_function, "score": ask_about_score, **ASK_NETWORKS}

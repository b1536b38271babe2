"""Read an answer, whatever it is, into something that can be judged.

The functions that `Part.read` may name: `numbers`, `measurements`, `whole_number`,
`shape`, `dtype`, `pair`, `network`, and `function()` for a function that the learner
writes.
"""

import contextlib
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from helpers.validation import as_numbers

# Floats agree when they differ by less than this share: float32 and other orders of
# summation pass, a wrong factor never does.
TOLERANCE = 1e-3

# No question asks for more numbers than this, so nothing larger is looked into.
MOST_ELEMENTS = 1_000_000

# How much of an answer, or of an error, a message repeats.
LONGEST_TEXT = 200
MOST_SHOWN = 8

# What NumPy's messages mean for a learner: words in them, the mistake, what to do.
KNOWN_ERRORS = (
    (
        "read-only",
        "inputs changed in place",
        "It changes an array that it was given, and whoever called it does not expect "
        "that. Make a new array: `a = a - b` in place of `a -= b`.",
    ),
    (
        "truth value of an array",
        "max or if on an array",
        "Python's `max` and `if` look at one number. NumPy's `np.maximum` and "
        "`np.where` look at each element.",
    ),
)


class NotAttempted(Exception):
    """The answer is still the stub."""


class Unusable(Exception):
    """The answer is not of the kind that was asked for.

    Attributes
    ----------
    mistake : str
        A short fixed name.
    message : str
        What came and what to do.
    """

    def __init__(self, mistake: str, message: str) -> None:
        super().__init__(mistake, message)
        self.mistake = mistake
        self.message = message


def numbers(answer: Any, name: str) -> np.ndarray:
    """Return an answer as an array of float64; lists, tensors and the like will do."""
    if isinstance(answer, str | bytes):
        raise Unusable(
            "text in place of numbers",
            f"{describe(answer, name)}, which is text. Leave out the quotes.",
        )
    if callable(answer):
        raise Unusable(
            "function in place of its result",
            f"{describe(answer, name)}. Call it: write its arguments in brackets.",
        )
    if isinstance(answer, np.ndarray) and answer.size > MOST_ELEMENTS:
        raise Unusable(
            "far too many numbers",
            f"{describe(answer, name)}. Far fewer numbers are asked for.",
        )
    try:
        return as_numbers(answer, name).astype(np.float64)
    except Exception as error:  # tensors without values, rows of different length, ...
        raise Unusable("not numbers", clean(error)) from error


def measurements(answer: Any, name: str) -> np.ndarray:
    """Return an answer as an array of float64 in which values may be missing (NaN)."""
    try:
        values = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        return numbers(answer, name)  # says what is wrong with it
    numbers(np.where(np.isnan(values), 0, values), name)
    return values


def whole_number(answer: Any, name: str) -> int:
    """Return an answer as one integer; 3, np.int64(3) and 3.0 are the same."""
    value = numbers(answer, name)
    if value.ndim or isinstance(answer, bool | np.bool_) or value != np.round(value):
        raise Unusable(
            "not a whole number",
            f"{describe(answer, name)}. One whole number is asked for.",
        )
    return int(value)


def shape(answer: Any, name: str) -> tuple[int, ...] | int:
    """Return an answer as a tuple of integers; a number alone is left as it is."""
    if isinstance(answer, list | np.ndarray):
        raise Unusable(
            "shape as a list",
            f"{describe(answer, name)}. A shape is a tuple, with round brackets.",
        )
    if isinstance(answer, tuple):
        return tuple(whole_number(length, name) for length in answer)
    return whole_number(answer, name)


def dtype(answer: Any, name: str) -> np.dtype:
    """Return an answer as a dtype; ``np.uint8`` and ``np.dtype("uint8")`` will do."""
    if isinstance(answer, str):
        raise Unusable(
            "dtype as text",
            f"{describe(answer, name)}, which is text: it names a dtype, but is none. "
            "Ask the array itself, or write `np.` and the name.",
        )
    if not isinstance(answer, np.dtype | type):
        raise Unusable(
            "not a dtype",
            f"{describe(answer, name)}. A dtype is asked for: the kind of number that "
            "an array holds.",
        )
    return np.dtype(answer)


def function(returns: Callable[[Any, str], Any] = numbers) -> Callable:
    """Return a reader of functions, whose results are read by `returns`."""

    def read(answer: Any, name: str) -> Callable:
        if not callable(answer):
            raise Unusable(
                "not a function",
                f"{describe(answer, name)}. Give the function itself, by its name "
                "and without brackets.",
            )

        def ask(*arguments: Any) -> Any:
            return returns(_call(answer, name, arguments), f"what {name} returns")

        return ask

    return read


def network(answer: Any, name: str) -> Any:
    """Return a Keras network that is built, so that its layers have shapes."""
    import keras  # here, so that exercises without networks start at once

    return built(answer, name, keras.Model)


def built(answer: Any, name: str, kind: type[Any]) -> Any:
    """Return what stands for a network, of this kind, if it knows its input."""
    if not isinstance(answer, kind):
        raise Unusable(
            "not a network",
            f"{describe(answer, name)}. A Keras network is asked for, such as "
            "`keras.Sequential` makes.",
        )
    if not answer.built:
        raise Unusable(
            "network not built",
            f"{name} does not know its input yet. Begin its list of layers with "
            "`keras.Input(shape=...)`.",
        )
    return answer


def pair(answer: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return what a function gave as two arrays, which may differ in shape."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise Unusable(
            "not two results",
            f"{describe(answer, name)}. Two things are asked for: "
            "`return first, second`.",
        )
    if any(part is ... for part in answer):
        raise NotAttempted
    return numbers(answer[0], f"the first of {name}"), numbers(
        answer[1], f"the second of {name}"
    )


def refuse_text_and_sets(answer: Any, name: str, thing: str) -> None:
    """Raise Unusable if an answer is no list with one name for each `thing`."""
    if isinstance(answer, str | bytes):
        raise Unusable(
            "one text in place of a list",
            f"{describe(answer, name)}. A list with one name for each {thing} is asked "
            "for.",
        )
    if isinstance(answer, set | frozenset | Mapping):
        raise Unusable(
            "set in place of a list",
            f"{describe(answer, name)}. It has each name only once, and no order. "
            "A list is asked for.",
        )


def layers_of(model: Any, *kinds: str) -> list[Any]:
    """Return the layers in order, those of networks within the network, too.

    With names such as "Dense", only the layers of these kinds.
    """
    found = []
    for layer in model.layers:
        found += layers_of(layer) if hasattr(layer, "layers") else [layer]
    found = [layer for layer in found if type(layer).__name__ != "InputLayer"]
    return [layer for layer in found if not kinds or type(layer).__name__ in kinds]


def are_probabilities(outputs: np.ndarray) -> bool:
    """Return whether each row holds probabilities: none below 0, together 1."""
    return bool(
        np.all(outputs >= 0) and np.allclose(outputs.sum(axis=1), 1, atol=TOLERANCE)
    )


def is_any_of(*values: float) -> Callable[[Any], bool]:
    """Return a condition: the answer is one of these numbers, within the tolerance."""
    return lambda answer: any(close(np.asarray(answer), value) for value in values)


def close(value: np.ndarray, expected: Any) -> bool:
    """Return whether shape and numbers agree, the numbers within the tolerance."""
    expected = np.asarray(expected)
    return value.shape == expected.shape and np.allclose(
        value, expected, rtol=TOLERANCE, atol=1e-6
    )


def whole(values: np.ndarray) -> bool:
    """Return whether all are whole numbers, of whatever type."""
    return bool(np.all(values == np.round(values)))


def same_members(values: np.ndarray, others: np.ndarray) -> bool:
    """Return whether both hold the same numbers, in whatever order."""
    return np.array_equal(np.sort(values, axis=None), np.sort(others, axis=None))


def describe(answer: Any, name: str) -> str:
    """Say in a few words what an answer is."""
    if isinstance(answer, np.ndarray) and answer.ndim:
        return f"{name} is an array of shape {answer.shape}"
    if isinstance(answer, str | bytes):
        return f"{name} is {clean(repr(answer[:LONGEST_TEXT]))}"
    if isinstance(answer, bool | int | float | np.generic | np.ndarray | np.dtype):
        return f"{name} is {clean(answer)}"
    if isinstance(answer, tuple | list):
        few = len(answer) <= MOST_SHOWN
        return f"{name} is " + (
            clean(answer) if few else f"a {type(answer).__name__} of {len(answer)}"
        )
    if isinstance(answer, type):
        return f"{name} is the type {clean(answer.__name__)}"
    if callable(answer):
        return f"{name} is a function"
    return f"{name} is of type {clean(type(answer).__name__)}"


def clean(what: Any) -> str:
    """Return the text of `what` on one line, not too long, without control signs."""
    try:
        text = str(what)
    except Exception:
        return "(it has no text)"
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + "..."
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _call(answer: Callable, name: str, arguments: tuple) -> Any:
    """Return what a learner's function gives; its printed lines are dropped."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            result = answer(*(_protected(argument) for argument in arguments))
    except NotImplementedError as error:
        raise NotAttempted from error
    except (Exception, SystemExit) as error:
        raise _problem(error, name) from error
    if result is ...:
        raise NotAttempted
    if result is None:
        raise Unusable(
            "nothing returned",
            f"{name} returns nothing. End it with `return` and the result; printing "
            "a result does not return it.",
        )
    return result


def _protected(argument: Any) -> Any:
    """Return a copy for one call: a function must not change what it was given."""
    copy = np.array(argument)
    if copy.ndim == 0:
        return copy.item()
    copy.flags.writeable = False
    return copy


def _problem(error: BaseException, name: str) -> Unusable:
    text = clean(error)
    raised = f"{name} raised {clean(type(error).__name__)}: {text}".rstrip(": ")
    for words, mistake, message in KNOWN_ERRORS:
        if words in text:
            return Unusable(mistake, f"{raised}. {message}")
    return Unusable(
        "raises an error", f"{raised}. Run it on the given arrays and read the error."
    )

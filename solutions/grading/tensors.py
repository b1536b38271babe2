"""Grading of 01_tensors: neuron, layer and step, asked about fresh numbers."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from course.instructor.judging.replaying import Asked, results
from helpers.exercises.questions import Part
from helpers.exercises.reading import pair
from helpers.exercises.tensors import DENSE, NEURON, STEP
from solutions.grading.comparing import agrees, each, like, regraded

Arrays = list[tuple]


def relu(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0)


def layer(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return what a neuron, or a layer of neurons, gives."""
    return relu(x @ w + b)


# ----------------------------------------------------------- q4, q5: neuron and layer


def drawn(random: Generator, *lengths: int) -> np.ndarray:
    """Return numbers from 0.3 to 2, of either sign."""
    values = random.uniform(0.3, 2, lengths)
    return values * random.choice([-1, 1], lengths)


def with_signs(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> Arrays:
    """Return the arguments, such that the sum, the bias and relu all show.

    All positive, with a negative sum, with a bias that outweighs it, with a negative
    bias, without a bias, without weights.
    """
    x, w, b = np.abs(x), np.abs(w), np.abs(b)
    lift = 1 + (x @ w).max()
    return [
        (x, w, b),
        (x, -w, b),
        (-x, w, b + lift),
        (x, w, -b),
        (x, -w, 0 * b),
        (x, w, 0 * b),
        (x, 0 * w, 0 * b + 5),  # stays last
    ]


def about_neuron(random: Generator) -> Arrays:
    found: Arrays = []
    for n in (5, 2, 7):
        found.append((drawn(random, n), drawn(random, n), drawn(random)))
    return found + with_signs(*found[0])


def about_layer(random: Generator) -> Arrays:
    """Return arguments of which samples, inputs and units differ in number."""
    found: Arrays = []
    for n, inputs, units in ((6, 4, 3), (2, 5, 4), (5, 2, 6)):
        x, w = drawn(random, n, inputs), drawn(random, inputs, units)
        found.append((x, w, drawn(random, units)))
    return found + with_signs(*found[0])


def between(low: float, values: np.ndarray, high: float) -> bool:
    return bool(np.all((low <= values) & (values <= high)))


def products(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return each input times its weight, the inputs along the first axis."""
    return np.array([np.multiply.outer(x[..., i], w[i]) for i in range(len(w))])


def all_alike(about: Arrays) -> Callable:
    """Return a condition: a function gives the same, whatever its arguments are."""
    return lambda result: all(
        agrees(result(i), result(0)) for i in range(1, len(about))
    )


def layer_mistakes(about: Arrays) -> dict[str, Callable]:
    """Return the conditions of what goes wrong in a neuron and in a layer alike."""
    wrong: dict[str, list[Callable]] = {
        "relu the wrong way round": [lambda x, w, b: np.minimum(x @ w + b, 0)],
        "bias left out": [lambda x, w, b: relu(x @ w), lambda x, w, b: x @ w],
        "weights left out": [
            lambda x, w, b: relu(x.sum(axis=-1) + b),
            lambda x, w, b: x.sum(axis=-1) + b,
        ],
        "bias added more than once": [
            lambda x, w, b: relu(x @ w + len(w) * b),
            lambda x, w, b: x @ w + len(w) * b,
        ],
        "activation left out": [lambda x, w, b: x @ w + b],
        "bias added after the activation": [
            lambda x, w, b: relu(x @ w) + b,
            lambda x, w, b: relu(products(x, w)).sum(axis=0) + b,
        ],
        "averaged in place of summed": [
            lambda x, w, b: relu(x @ w / len(w) + b),
            lambda x, w, b: x @ w / len(w) + b,
        ],
    }
    conditions = {name: like(about, *functions) for name, functions in wrong.items()}
    return {
        **conditions,
        # Asked last: weights of 0 and a bias of 5, which relu leaves as it is.
        "other activation than relu": lambda result: between(
            0.3, result(len(about) - 1), 1
        ),
        "arguments not used": all_alike(about),
    }


def neuron(random: Generator) -> tuple[Arrays, Part]:
    about = about_neuron(random)
    return about, regraded(
        NEURON,
        results(len(about)),
        like(about, layer),
        {
            **layer_mistakes(about),
            "products not added up": each(
                about, lambda value, x, *_: value.shape == x.shape
            ),
            "array of one number": each(
                about, lambda value, *_: value.shape in [(1,), (1, 1)]
            ),
        },
    )


def dense(random: Generator) -> tuple[Arrays, Part]:
    asked = about_layer(random)
    # All of them come again with the weights transposed: a function may want them so.
    about = asked + [(x, w.T, b) for x, w, b in asked]

    def takes_transposed(result: Callable) -> bool:
        return all(
            agrees(result(len(asked) + i), layer(*arguments))
            for i, arguments in enumerate(asked)
        )

    return about, regraded(
        DENSE,
        results(len(about)),
        like(asked, layer),
        {
            **layer_mistakes(asked),
            "weights transposed": takes_transposed,
            "result transposed": each(
                asked, lambda value, x, w, b: value.shape == (len(b), len(x))
            ),
            "units added up": each(
                asked, lambda value, x, *_: value.shape == (len(x),)
            ),
        },
    )


# ----------------------------------------------------------- q8: one step downhill


def about_step(random: Generator) -> Arrays:
    found: Arrays = []
    for n, inputs, rate in ((6, 3, 0.07), (4, 2, 0.3), (7, 4, 0.11), (5, 1, 0.02)):
        x, w, bias = drawn(random, n, inputs), drawn(random, inputs), drawn(random)
        errors = drawn(random, n)
        found.append((x, x @ w + bias - errors, w, bias, rate))
    return found


def slopes(x: np.ndarray, targets: np.ndarray, w: np.ndarray, b: float) -> tuple:
    """Return the gradients of the mean squared error, for the weights and the bias."""
    errors = x @ w + b - targets
    return 2 * errors @ x / len(x), 2 * errors.mean()


def step(x, targets, w, b, rate, factor=1.0):  # type: ignore[no-untyped-def]
    of_weights, of_bias = slopes(x, targets, w, b)
    return w - factor * rate * of_weights, b - factor * rate * of_bias


def uphill(x, targets, w, b, rate):  # type: ignore[no-untyped-def]
    return step(x, targets, w, b, rate, -1)


def too_far(factor: Callable[[int, float], float]) -> list[Callable]:
    """Return steps of another length, downhill and uphill; `factor` takes n, rate."""
    return [
        lambda x, t, w, b, rate, sign=sign: step(
            x, t, w, b, rate, sign * factor(len(x), rate)
        )
        for sign in (1, -1)
    ]


def bias_later(x, targets, w, b, rate):  # type: ignore[no-untyped-def]
    moved, _ = step(x, targets, w, b, rate)
    return moved, b - rate * slopes(x, targets, moved, b)[1]


def is_gradient(value: tuple, x, targets, w, b, rate) -> bool:  # type: ignore
    slope = slopes(x, targets, w, b)[0]
    return any(agrees(value[0], factor * slope) for factor in (1, rate, -rate))


def one_step(random: Generator) -> tuple[Arrays, Part]:
    about = about_step(random)
    wrong = {
        "ascent in place of descent": [uphill],
        "gradient summed in place of averaged": too_far(lambda n, rate: n),
        "factor 2 left out": too_far(lambda n, rate: 1 / 2),
        "summed, and factor 2 left out": too_far(lambda n, rate: n / 2),
        "learning rate left out": too_far(lambda n, rate: 1 / rate),
        "nothing moved": [lambda *given: given[2:4]],
        "bias moved after the weights": [bias_later],
    }
    conditions = {
        "other shape of weights": lambda value, x, t, w, *_: (
            value[0].shape not in [w.shape, ()]
        ),
        "bias not moved": lambda value, x, t, w, b, rate: agrees(value[1], b),
        "weights not moved": lambda value, x, t, w, b, rate: agrees(value[0], w),
        "gradient in place of new weights": is_gradient,
        "bias and weights exchanged": lambda value, *_: value[0].ndim == 0,
    }
    return about, regraded(
        STEP,
        results(len(about), returns=pair),
        like(about, step),
        {
            **{name: like(about, *functions) for name, functions in wrong.items()},
            **{name: each(about, holds) for name, holds in conditions.items()},
        },
    )


ASKED = {
    "q4": {"neuron": Asked("function", neuron)},
    "q5": {"dense": Asked("function", dense)},
    "q8": {"step": Asked("function", one_step)},
}

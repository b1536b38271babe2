"""Grading of 03_walking: two networks by their layers, and two on fresh windows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

from course.instructor.judging.replaying import Asked, Facts, as_model, network, said
from helpers.exercises.questions import Part
from helpers.exercises.reading import Unusable, clean
from helpers.exercises.walking import (
    CHANNELS,
    CNN,
    DENSE_ONLY,
    ENOUGH,
    ENOUGH_DENSE,
    KERNEL_LENGTH,
    LEARNED,
    LENGTH,
    N_CLASSES,
    N_FILTERS,
    N_HIDDEN,
    TRAINED_CNN,
    TRAINED_DENSE,
    Trained,
    activation_behind,
    convolutions,
    dense_layers,
    fit_mean,
    fit_std,
    is_good,
    is_pooled_by_two,
    kind_of,
    lengths_of_input,
    parameters_of_asked_cnn,
)
from solutions.grading.comparing import regraded

# ----------------------------------------------------------- q7: two networks


def model(answer: Any, name: str) -> Any:
    """Return the facts about a network as the public conditions look at them."""
    return as_model(network(0)(answer, name))


def has_loss_of_classes(asked: Any) -> bool:
    """Return whether the loss is minus the log of what a one-hot class got.

    The kernel measures it where the true classes got 0.5 and 0.8.
    """
    value = asked.loss_of_classes
    expected = -np.log([0.5, 0.8]).mean()
    return value is not None and bool(np.isclose(value, expected, rtol=1e-3))


def ends_well(asked: Any) -> bool:
    dense = dense_layers(asked)
    return (
        lengths_of_input(asked) == (LENGTH, CHANNELS)
        and asked.output_shape == (None, N_CLASSES)
        and [activation_behind(asked, layer) for layer in dense] == ["relu", "softmax"]
        and [layer.units for layer in dense] == [N_HIDDEN, N_CLASSES]
        and asked.compiled
        and has_loss_of_classes(asked)
    )


def is_asked_cnn(asked: Any) -> bool:
    only = convolutions(asked)
    return (
        [kind_of(layer) for layer in only] == ["Conv1D"]
        and (only[0].filters, only[0].kernel_size) == (N_FILTERS, (KERNEL_LENGTH,))
        and (only[0].strides, only[0].padding) == ((2,), "valid")
        and activation_behind(asked, only[0]) == "relu"
        and is_pooled_by_two(asked)
        and ends_well(asked)
        and asked.count_params() == parameters_of_asked_cnn()
    )


def is_asked_dense(asked: Any) -> bool:
    n_inputs = LENGTH * CHANNELS
    wanted = (n_inputs + 1) * N_HIDDEN + (N_HIDDEN + 1) * N_CLASSES
    return (
        not convolutions(asked) and ends_well(asked) and asked.count_params() == wanted
    )


def defined(public: Part, right: Callable[[Any], bool]) -> Asked:
    """Return how a network is asked that need not be trained."""

    def prepare(random: Generator) -> tuple[list, Part]:
        other_loss = {"other loss": lambda asked: not has_loss_of_classes(asked)}
        nothing_asked: list = [np.zeros((1, LENGTH, CHANNELS)), []]
        return nothing_asked, regraded(public, model, right, other_loss)

    return Asked("network", prepare)


# ----------------------------------------------------------- q8: train them

# Windows as a network was never shown them: with noise, a tenth of the motion. Networks
# at 58 to 94% then lost 0.6 points at the worst: hence the margin.
NOISE = 5.0
MARGIN = 0.02

SETS = ("val", "fit")


def preparations(windows: np.ndarray) -> dict[str, tuple]:
    """Return shift and scale of each way to prepare windows; see `PREPARATIONS`."""
    each = windows.astype(np.float64)
    return {
        "each": (each.mean(axis=1, keepdims=True), each.std(axis=1, keepdims=True)),
        "raw": (0.0, 1.0),
        "by axis": (fit_mean((0, 1)), fit_std((0, 1))),
        "all": (fit_mean(None), fit_std(None)),
    }


class Told(Trained):
    """What a network said in its kernel, for the public conditions to ask."""

    def __init__(self, facts: Facts, order: np.ndarray, names: list[str]) -> None:
        super().__init__(as_model(facts))
        self.facts, self.order, self.names = facts, order, names

    def _outputs(self, prepared: str = "each", which: str = "val") -> np.ndarray:
        answers = said(self.facts, self.names.index(prepared))
        known = np.empty_like(answers)
        known[self.order] = answers
        n = len(LEARNED["x_val"])
        return known[:n] if which == "val" else known[n:]


def takes_windows(asked: Any, name: str) -> None:
    """Raise Unusable if a network takes other inputs than windows."""
    shape = lengths_of_input(asked) if asked.input_shape else ()
    if shape == (CHANNELS, LENGTH):
        raise Unusable(
            "axes swapped",
            f"{name} takes inputs of shape (3, 260): moments and channels have changed "
            "places. Channels come last.",
        )
    if len(shape) != 2 or shape[0] not in (LENGTH, None) or shape[1] != CHANNELS:
        raise Unusable(
            "other input",
            f"{name} takes inputs of shape {clean(shape)}. It is to take windows as "
            "they are, (260, 3).",
        )


def trained(public: Part, enough: float, convolves: bool) -> Asked:
    """Return how a network is asked that has learned."""

    def prepare(random: Generator) -> tuple[list, Part]:
        windows = np.concatenate([LEARNED[f"x_{which}"] for which in SETS])
        order = random.permutation(len(windows))
        noisy = windows[order] + random.normal(0, NOISE, windows.shape)
        asked = np.round(noisy).astype(np.int16)
        prepared = preparations(asked)

        def read(answer: Any, name: str) -> Told:
            facts = network(len(prepared))(answer, name)
            takes_windows(as_model(facts), name)
            return Told(facts, order, list(prepared))

        def right(told: Told) -> bool:
            return told.convolves() == convolves and is_good(told, enough - MARGIN)

        return [asked, list(prepared.values())], regraded(public, read, right, {})

    return Asked("network", prepare)


ASKED = {
    "q7": {
        "cnn": defined(CNN, is_asked_cnn),
        "dense_only": defined(DENSE_ONLY, is_asked_dense),
    },
    "q8": {
        "cnn": trained(TRAINED_CNN, ENOUGH, convolves=True),
        "dense_only": trained(TRAINED_DENSE, ENOUGH_DENSE, convolves=False),
    },
}

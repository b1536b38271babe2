"""Grading of 04_mnist: a network on fresh digits, a function that saves and loads."""

import functools
import io
import json
import zipfile
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from course.instructor.judging.replaying import (
    Asked,
    Facts,
    Saved,
    network,
    said,
    saved,
)
from helpers.exercises.mnist import (
    ENOUGH,
    N_CLASSES,
    N_TRIED,
    NETWORK,
    SAMPLE,
    SAVE_AND_LOAD,
    SIDE,
    Outputs,
    accuracy,
    gives_probabilities,
    knows_held_out_better,
    wants_pixels_to_255,
)
from helpers.exercises.questions import Part
from helpers.exercises.reading import Unusable, clean, close
from solutions.grading.comparing import regraded

# ----------------------------------------------------------- q6: a network
#
# Digits as a network was never shown them: moved by a part of a pixel, a little fainter
# and with noise in the ink. Dense and convolutional networks at 86 to 95% then lost 0.9
# points at the worst, and mostly half a point: hence the margin.

LARGEST_MOVE = 0.3  # pixels
FAINTEST = 0.9
NOISE = 8  # grey levels
MARGIN = 0.02

PREPARATIONS = [(0.0, 255.0), (0.0, 1.0)]  # pixels from 0 to 1, and to 255


def freshened(images: np.ndarray, random: Generator) -> np.ndarray:
    """Return images in which hardly a pixel is as it was."""
    moves = random.uniform(-LARGEST_MOVE, LARGEST_MOVE, (len(images), 2))
    moved = np.array(
        [
            ndimage.shift(image.astype(float), move, order=1)
            for image, move in zip(images, moves, strict=True)
        ]
    )
    fainter = moved * random.uniform(FAINTEST, 1, (len(images), 1, 1))
    noisy = fainter + random.normal(0, NOISE, moved.shape) * (moved > 0)
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def outputs_of(facts: Facts, order: np.ndarray) -> Outputs:
    """Return what the public conditions ask: outputs for digits in the known order."""

    @functools.cache
    def outputs(largest_pixel: int = 1, which: str = "held_out") -> np.ndarray:
        answers = said(facts, 0 if largest_pixel == 1 else 1)
        if len(answers) != len(order):
            raise Unusable("not one output for each digit", "It mixes up its samples.")
        known = np.empty_like(answers)
        known[order] = answers
        return known[:N_TRIED] if which == "held_out" else known[N_TRIED:]

    return outputs


def takes_digits(facts: Facts, name: str) -> None:
    """Raise Unusable if a network takes inputs that cannot be digits."""
    shape = (facts.input_shape or ())[1:]
    free = None in shape and len(shape) in (2, 3)
    if not free and (None in shape or np.prod(shape, dtype=int) != SIDE * SIDE):
        raise Unusable(
            "other input",
            f"{name} takes inputs of shape {clean(shape)}. It is to take digits of "
            "28 × 28 pixels: (28, 28, 1), (28, 28) or (784,).",
        )


def is_good(outputs: Outputs) -> bool:
    if outputs().shape != (N_TRIED, N_CLASSES) or not gives_probabilities(outputs):
        return False
    if accuracy(outputs) < ENOUGH - MARGIN:
        raise Unusable(
            "accuracy too low",
            f"It reads {accuracy(outputs):.1%} of the held-out digits right when they "
            f"are moved by a part of a pixel, and at least {ENOUGH - MARGIN:.0%} are "
            "asked for. More epochs, smaller batches or more units may help.",
        )
    return not wants_pixels_to_255(outputs) and not knows_held_out_better(outputs)


def reading_network(random: Generator) -> tuple[list, Part]:
    """Ask about held-out digits and others, shuffled; which is which stays here."""
    held_out, others = (SAMPLE[f"x_{which}"] for which in ("held_out", "train"))
    images = np.concatenate([held_out[:N_TRIED], others[:N_TRIED]])
    order = random.permutation(len(images))

    def read(answer: Any, name: str) -> Outputs:
        facts = network(len(PREPARATIONS))(answer, name)
        takes_digits(facts, name)
        return outputs_of(facts, order)

    asked = freshened(images[order], random)
    return [asked, PREPARATIONS], regraded(NETWORK, read, is_good, {})


# ----------------------------------------------------------- q7: save and load

SHAPES = ((6, 5), (5,), (5,), (5,), (5,), (5,), (5, 3), (3,))
EPSILON = 1e-3  # of Keras's batch normalization
LARGEST_CONFIG = 100_000


def predictions(weights: list[np.ndarray], inputs: np.ndarray) -> np.ndarray:
    """Return what the small network of the kernel says, worked out without Keras."""
    w, b, gamma, beta, mean, variance, w_last, b_last = weights
    hidden = np.maximum(inputs @ w + b, 0)
    hidden = gamma * (hidden - mean) / np.sqrt(variance + EPSILON) + beta
    powers = np.exp(hidden @ w_last + b_last)
    return powers / powers.sum(axis=1, keepdims=True)


def name_in(content: bytes) -> str:
    """Return the name of the network in a .keras file; "" if it is no such file.

    The file is a zip archive. Only its names are looked at, and its configuration.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if not {"config.json", "model.weights.h5"} <= set(archive.namelist()):
                return ""
            with archive.open("config.json") as stream:
                text = stream.read(LARGEST_CONFIG)
        return str(json.loads(text)["config"]["name"])
    except Exception:  # a student's file: whatever is wrong with it
        return ""


def saving_and_loading(random: Generator) -> tuple[list, Part]:
    """Ask about a network of which the name and the weights are new."""
    name = f"network_{random.integers(10**9)}"
    weights = [random.uniform(0.5, 1.5, shape) for shape in SHAPES]
    inputs = random.uniform(-2, 2, (5, 6))
    expected = predictions(weights, inputs)

    def read(answer: Any, asked: str) -> Saved:
        outcome = saved(answer, asked)
        network(1)(outcome.returned, f"what {asked} returns")
        return outcome

    def wrote(outcome: Saved, *endings: str) -> bool:
        return any(file.endswith(endings) for file in outcome.files)

    def same_predictions(outcome: Saved) -> bool:
        try:
            return close(said(outcome.returned), expected)
        except Unusable:  # it takes other inputs
            return False

    def is_saved_and_loaded(outcome: Saved) -> bool:
        return (
            not outcome.same_object
            and wrote(outcome, ".keras")
            and name_in(outcome.content) == name
            and same_predictions(outcome)
        )

    return [name, weights, inputs], regraded(
        SAVE_AND_LOAD,
        read,
        is_saved_and_loaded,
        {
            "same object returned": lambda outcome: outcome.same_object,
            "no file written": lambda outcome: not outcome.files,
            "only the weights saved": lambda outcome: wrote(outcome, ".weights.h5"),
            "old format": lambda outcome: wrote(outcome, ".h5", ".hdf5"),
            "exported in place of saved": lambda outcome: wrote(
                outcome, "saved_model.pb"
            ),
            "no .keras file": lambda outcome: not wrote(outcome, ".keras"),
            "other predictions": lambda outcome: not same_predictions(outcome),
        },
    )


ASKED = {
    "q6": {"network": Asked("network", reading_network)},
    "q7": {"save_and_load": Asked("saving", saving_and_loading)},
}

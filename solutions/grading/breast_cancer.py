"""Grading of 02_breast_cancer: its two networks, by facts and on fresh rows."""

import numpy as np
from numpy.random import Generator

from course.instructor.judging.replaying import Asked, Facts, network, said
from helpers.exercises.breast_cancer import (
    ENOUGH,
    NETWORK_9_5_1,
    NINE_INPUTS,
    OWN_NETWORK,
    Y_VAL,
    Z_VAL,
)
from helpers.exercises.questions import Part
from solutions.grading.comparing import regraded

# Rows as a network was never shown them: each number is moved by noise of this standard
# deviation, which is 1 for a column. Networks at 93% and more then lost 2 points at the
# worst (a network after 2 epochs), and mostly none: hence the margin.
NOISE = 0.05
MARGIN = 0.02
COPIES = 5  # of each row, so that the noise averages out

# ----------------------------------------------------------- what the facts say


def dense_layers(facts: Facts) -> list[tuple[int | None, str | None]]:
    """Return units and activation of each dense layer.

    The activation may also stand in a layer of its own behind it.
    """
    found: list[tuple[int | None, str | None]] = []
    for layer in facts.layers:
        if layer.kind == "Dense":
            found.append((layer.units, layer.activation))
        elif found and found[-1][1] == "linear":
            name = layer.activation or layer.kind.lower()
            if name in ("relu", "sigmoid", "softmax", "tanh"):
                found[-1] = (found[-1][0], name)
    return found


def last_activation(facts: Facts) -> str | None:
    return dense_layers(facts)[-1][1]


# The mistakes of inputs and outputs that public conditions read from layers; the others
# look at shapes alone, which facts have under the same names.
OUTPUT_MISTAKES = {
    "softmax on one unit": lambda facts: last_activation(facts) == "softmax",
    "no sigmoid": lambda facts: last_activation(facts) in ("linear", "relu"),
}

# ----------------------------------------------------------- q5: define and compile


def loss_name(facts: Facts) -> str:
    return (facts.loss or "").replace("_", "").lower()


def has_binary_loss(facts: Facts) -> bool:
    """Return whether the loss is minus the log of what the true class got.

    The kernel measures it at 0.8 for yes, 0.3 for no, and 0.1 for yes.
    """
    expected = -np.log([0.8, 1 - 0.3, 0.1])
    values = np.array(facts.loss_values or (), dtype=float)
    return values.shape == (3,) and bool(np.allclose(values, expected, rtol=1e-3))


def is_9_5_1(facts: Facts) -> bool:
    return (
        facts.input_shape == NINE_INPUTS
        and facts.output_shape == (None, 1)
        and dense_layers(facts) == [(5, "relu"), (1, "sigmoid")]
        and facts.parameters == 9 * 5 + 5 + 5 * 1 + 1
        and facts.compiled
        and has_binary_loss(facts)
    )


def define_and_compile(random: Generator) -> tuple[list, Part]:
    nothing_asked: list = [np.zeros((1, 9)), []]
    return nothing_asked, regraded(
        NETWORK_9_5_1,
        network(0),
        is_9_5_1,
        {
            **OUTPUT_MISTAKES,
            "hidden layer missing": lambda facts: len(dense_layers(facts)) == 1,
            "other activation at the end": lambda facts: (
                last_activation(facts) != "sigmoid"
            ),
            "layer too many": lambda facts: len(dense_layers(facts)) > 2,
            "other number of hidden units": lambda facts: (
                dense_layers(facts)[0][0] != 5
            ),
            "hidden activation missing": lambda facts: (
                dense_layers(facts)[0][1] == "linear"
            ),
            "other hidden activation": lambda facts: (
                dense_layers(facts)[0][1] != "relu"
            ),
            "loss for a number": lambda facts: loss_name(facts).startswith(
                ("mean", "mse", "mae")
            ),
            "loss for several classes": lambda facts: "categorical" in loss_name(facts),
            "loss for logits": lambda facts: (
                loss_name(facts) == "binarycrossentropy" and not has_binary_loss(facts)
            ),
            "other loss": lambda facts: not has_binary_loss(facts),
        },
    )


# ----------------------------------------------------------- q8: your own network


def dropouts(facts: Facts) -> list[float]:
    return [layer.rate or 0.0 for layer in facts.layers if layer.kind == "Dropout"]


def drops_answers(facts: Facts) -> bool:
    """Return whether dropout stands behind the last dense layer."""
    kinds = ["Dense", *(layer.kind for layer in facts.layers)]
    return "Dropout" in kinds[len(kinds) - kinds[::-1].index("Dense") :]


def was_trained(facts: Facts) -> bool:
    return (facts.iterations or 0) > 0


def own_network(random: Generator) -> tuple[list, Part]:
    """Ask about rows in another order and with noise; what is true stays here."""
    order = random.permutation(np.repeat(np.arange(len(Z_VAL)), COPIES))
    true = Y_VAL[order]
    rows = Z_VAL[order] + random.normal(0, NOISE, (len(order), Z_VAL.shape[1]))

    def gives_probabilities(facts: Facts) -> bool:
        answers = said(facts)
        return answers.shape == (len(true), 1) and bool(
            np.all((answers >= 0) & (answers <= 1))
        )

    def right_share(facts: Facts) -> float:
        return float(np.mean((said(facts)[:, 0] > 0.5) == true))

    def is_good(facts: Facts) -> bool:
        return (
            facts.input_shape == NINE_INPUTS
            and any(rate > 0 for rate in dropouts(facts))
            and not drops_answers(facts)
            and was_trained(facts)
            and gives_probabilities(facts)
            and right_share(facts) >= ENOUGH - MARGIN
        )

    return [rows.astype(np.float32), [(0.0, 1.0)]], regraded(
        OWN_NETWORK,
        network(1),
        is_good,
        {
            **OUTPUT_MISTAKES,
            "no dropout layer": lambda facts: not dropouts(facts),
            "dropout with rate 0": lambda facts: not any(dropouts(facts)),
            "dropout after the output": drops_answers,
            "not trained": lambda facts: not was_trained(facts),
            "NaN in the weights": lambda facts: bool(np.isnan(said(facts)).any()),
            "no probabilities": lambda facts: not gives_probabilities(facts),
            "classes reversed": lambda facts: right_share(facts) < 0.25,
            "always the same class": lambda facts: (
                len(set((said(facts)[:, 0] > 0.5).tolist())) == 1
            ),
            "too often wrong": lambda facts: right_share(facts) < ENOUGH - MARGIN,
        },
    )


ASKED = {
    "q5": {"network": Asked("network", define_and_compile)},
    "q8": {"network": Asked("network", own_network)},
}

"""The dense network of 512 units, five epochs: against the plain call of fit."""

import math
import statistics
import time

from benchmarks.lines import Goal, Line
from benchmarks.measuring import seeds_in_turns
from benchmarks.rows import Row

EPOCHS = 5
RECIPE = (
    "ours: batch 768, adam with beta_2 0.95, 0.005 falling along a cosine, built "
    "beforehand, 50 steps per execution"
)


def train(seed: int, plain: bool) -> dict[str, float]:
    """Train in this process; return the seconds and the test accuracy.

    Larger batches make better use of both cores, with fewer updates of 400,000
    weights; a higher rate, which falls to nothing, makes up for the fewer steps. Chosen
    on the last 12,000 training digits (three seeds: 0.978; plain 0.973).
    """
    import keras

    from benchmarks.digit_networks import digits, warm_up
    from helpers import training

    x_train, y_train, x_test, y_test = digits()
    x_train, x_test = (x.reshape(len(x), -1) for x in (x_train, x_test))
    training.set_seed(seed)
    warm_up(x_train, y_train)
    start = time.perf_counter()
    network = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    if plain:
        optimizer, batch_size, steps = "rmsprop", 128, 1
    else:
        batch_size, steps = 768, 50
        rate = keras.optimizers.schedules.CosineDecay(
            0.005, EPOCHS * math.ceil(len(x_train) / batch_size)
        )
        optimizer = keras.optimizers.Adam(rate, beta_2=0.95)
        optimizer.build(network.trainable_variables)  # or it is traced twice
    network.compile(
        optimizer,
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=steps,
    )
    network.fit(x_train, y_train, batch_size=batch_size, epochs=EPOCHS, verbose=0)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "accuracy": network.evaluate(x_test, y_test, verbose=0)[1],
    }


def dense(quick: bool) -> list[Line]:
    """Compare seconds and accuracy, each seed trained both ways."""
    times = 2 if quick else 10
    ours, theirs = seeds_in_turns(
        __name__, "train({}, plain=False)", "train({}, plain=True)", times
    )
    note = f"seeds 0 to {times - 1}; {RECIPE}"
    return [
        Line(
            what="dense 512, 5 epochs on 60,000",
            against="plain fit: rmsprop, batch 128",
            ours=[one["seconds"] for one in ours],
            theirs=[one["seconds"] for one in theirs],
            goal=Goal("ratio", at_most=1 / 2),
            note=f"{note}; tracing included",
        ),
        Line(
            what="dense 512, test accuracy",
            against="plain fit: rmsprop, batch 128",
            ours=[one["accuracy"] for one in ours],
            theirs=[one["accuracy"] for one in theirs],
            goal=Goal("difference", at_least=-0.001),
            unit="",
            note=note,
            middle=statistics.mean,
        ),
    ]


ROWS = [Row("dense-512", dense)]

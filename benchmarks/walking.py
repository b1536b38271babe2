"""Walking: chapter 3's better network against the syllabus's final one, by time."""

import math
import statistics
import time
from typing import Any

from benchmarks.lines import Goal, Line
from benchmarks.measuring import seeds_in_turns
from benchmarks.rows import Row


def split() -> tuple[Any, ...]:
    """Return windows and one-hot targets: to train on, and the last block to test."""
    from helpers import datasets, preprocessing

    walking = datasets.load_walking(source="full")
    x = preprocessing.scale_windows(walking.x)
    targets = preprocessing.one_hot(walking.y, n_classes=15)
    train, test = preprocessing.split_by_time(walking.y, walking.start, 260, block=-1)
    return x[train], targets[train], x[test], targets[test]


def final_network() -> Any:
    """Return the final network of the syllabus."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((260, 3)),
            layers.Conv1D(40, 30, strides=2, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(40, 10, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Flatten(),
            layers.Dense(100, activation="sigmoid"),
            layers.Dense(15, activation="softmax"),
        ]
    )


def better_network() -> Any:
    """Return the network of chapter 3."""
    import keras
    from keras import layers

    def convolution(filters: int, kernel: int, strides: int = 1) -> list[Any]:
        return [
            layers.Conv1D(filters, kernel, strides=strides, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
        ]

    return keras.Sequential(
        [
            keras.Input((260, 3)),
            layers.Reshape((130, 6)),
            *convolution(32, 10),
            *convolution(64, 8, strides=2),
            *convolution(64, 4),
            layers.GlobalAveragePooling1D(),
            layers.Dense(15, activation="softmax"),
        ]
    )


def train(seed: int, better: bool) -> dict[str, float]:
    """Train in this process, as chapter 3 does; return seconds and test accuracy."""
    import keras

    from benchmarks.digit_networks import warm_up
    from helpers import training

    x_train, y_train, x_test, y_test = split()
    training.set_seed(seed)
    warm_up(x_train, y_train.argmax(axis=1))
    start = time.perf_counter()
    if better:
        network, epochs, batch_size = better_network(), 6, 64
        steps = math.ceil(len(x_train) / batch_size) * epochs
        rate: Any = keras.optimizers.schedules.CosineDecay(
            0.0005,
            decay_steps=steps - steps // 10,
            warmup_target=0.005,
            warmup_steps=steps // 10,
        )
    else:
        network, epochs, batch_size, rate = final_network(), 15, 128, 0.002
    network.compile(
        keras.optimizers.Adam(rate),
        "categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=10,
    )
    network.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "accuracy": network.evaluate(x_test, y_test, verbose=0)[1],
    }


def networks(quick: bool) -> list[Line]:
    """Compare seconds and accuracy on the last block of each recording."""
    times = 1 if quick else 10
    ours, theirs = seeds_in_turns(
        __name__, "train({}, better=True)", "train({}, better=False)", times
    )
    note = (
        f"seeds 0 to {times - 1}; split by time, last block; "
        "better: 6 epochs, batch 64, warm-up and cosine; final: batch 128, adam 0.002; "
        "both 10 steps per execution"
    )
    final = "final network of the syllabus, 15 epochs"
    return [
        Line(
            what="walking, the better network, seconds of training",
            against=final,
            ours=[one["seconds"] for one in ours],
            theirs=[one["seconds"] for one in theirs],
            goal=Goal("ratio", at_most=3),
            note=f"{note}; tracing included",
        ),
        Line(
            what="walking, the better network, test accuracy",
            against=final,
            ours=[one["accuracy"] for one in ours],
            theirs=[one["accuracy"] for one in theirs],
            goal=Goal("ours", at_least=0.98),
            unit="",
            note=note,
            middle=statistics.mean,
        ),
    ]


ROWS = [Row("walking-network", networks)]

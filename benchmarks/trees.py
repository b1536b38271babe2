"""Trees on digits: "hours" and minutes in the reference, seconds here."""

from typing import Any

import numpy as np

from benchmarks.lines import Goal, Line
from benchmarks.measuring import seconds
from benchmarks.rows import Row
from helpers.datasets import load_mnist

REFERENCE = 194.0  # seconds for 3,000 digits, as the reference tells; not measured here
TREES = 100


def small_forest(quick: bool) -> list[Line]:
    """Fit the forest of chapter 4, on 3,000 digits drawn anew each time."""
    from sklearn.ensemble import RandomForestClassifier

    x, y, *test = _digits()
    times, accuracies = [], []
    for seed in range(2 if quick else 10):
        drawn = np.random.default_rng(seed).choice(len(x), size=3000, replace=False)
        forest = RandomForestClassifier(300, n_jobs=-1, random_state=seed)
        times.append(seconds(lambda: forest.fit(x[drawn], y[drawn]))())  # noqa: B023
        accuracies.append(forest.score(*test))
    return [
        Line(
            what="forest on 3,000 digits, 300 trees as in chapter 4",
            against="the reference's forest, in R, by its own account",
            ours=times,
            theirs=[REFERENCE],
            goal=Goal("ours", at_most=3),
            note=f"test accuracy {np.mean(accuracies):.3f}, seeds 0 to {seed}",
        )
    ]


def large_forest(quick: bool) -> list[Line]:
    """Fit randomised trees on all training digits.

    The kind of trees and their number were chosen on the last 10,000 training digits,
    which 60 trees of a random forest read with 0.9737, 60 extremely randomised ones
    with 0.9742 in a sixth less time.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    x, y, *test = _digits()
    times, accuracies = [], []
    for seed in range(1 if quick else 3):
        forest = ExtraTreesClassifier(TREES, n_jobs=-1, random_state=seed)
        times.append(seconds(lambda: forest.fit(x, y))())  # noqa: B023
        accuracies.append(forest.score(*test))
    what = f"{TREES} extremely randomised trees on 60,000 digits"
    note = f"seeds 0 to {len(times) - 1}"
    return [
        Line(what, "hours, the reference says", times, [], Goal("ours", 60), note=note),
        Line(
            what="their accuracy on the test set",
            against="",
            ours=accuracies,
            theirs=[],
            goal=Goal("ours", at_least=0.97),
            unit="",
            note=note,
        ),
    ]


def _digits() -> tuple[Any, ...]:
    digits = load_mnist(source="full")
    return (
        digits.x_train.reshape(-1, 784),
        digits.y_train,
        digits.x_test.reshape(-1, 784),
        digits.y_test,
    )


ROWS = [Row("forest-3000", small_forest), Row("trees-60000", large_forest)]

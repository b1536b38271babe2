"""Convolutional networks on MNIST: seconds to 99.0%, and 99.5% in a given time."""

import statistics
from typing import Any

from benchmarks.lines import Goal, Line
from benchmarks.measuring import fresh
from benchmarks.rows import Row

CONVNET = "convnet of keras.io, batch 128"
COUNTED = "from building to the end of fit, tracing included, evaluating not"
RECIPE = (
    "adam with beta_2 0.95, warm-up and cosine, labels smoothed, 50 steps per execution"
)
CONVNET_EPOCHS = 15
USUAL_EPOCHS = 9  # a quick run's guess of what the convnet needs to 99.0%


def run(call: str) -> dict[str, Any]:
    """Call a function of `digit_networks` in a Python of its own, and show its answer.

    A long run that is stopped leaves these lines.
    """
    answer = fresh(f"from benchmarks.digit_networks import *; answer = {call}").answer
    print(f"  {call}: {answer}", flush=True)
    return dict(answer)


def to_99(quick: bool) -> list[Line]:
    """Compare the seconds of training to 99.0% of the test digits."""
    fast, convnets = [], []
    for first in [0] if quick else [0, 4, 7]:
        convnets.append(
            run(f"train_convnet({first}, 2)")
            if quick
            else run(f"train_convnet({first}, {CONVNET_EPOCHS}, enough=0.990)")
        )
        seeds = {0: range(0, 4), 4: range(4, 7), 7: range(7, 10)}[first]
        fast += [run(f"train_fast({seed})") for seed in seeds[: 1 if quick else None]]
    epochs = [len(convnet["seconds"]) for convnet in convnets]
    seconds = [convnet["seconds"][-1] for convnet in convnets]
    if quick:
        first_epoch, both = convnets[0]["seconds"]
        seconds = [first_epoch + (USUAL_EPOCHS - 1) * (both - first_epoch)]
        trained = f"convnet: from two epochs to the {USUAL_EPOCHS} it usually needs"
    else:
        trained = f"convnet: {len(epochs)} seeds, {epochs} epochs"
    reached = sum(network["accuracy"] >= 0.990 for network in fast)
    return [
        Line(
            what="CNN, seconds of training to 99.0% (one epoch)",
            against=f"{CONVNET}, to the first epoch with 99.0%",
            ours=[network["seconds"] for network in fast],
            theirs=seconds,
            goal=Goal("ratio", at_most=1 / 12),
            note=f"{COUNTED}; ours: batch 128, {RECIPE}; {trained}",
            middle=statistics.mean,
        ),
        Line(
            what="the same CNN, test accuracy",
            against="",
            ours=[network["accuracy"] for network in fast],
            theirs=[],
            goal=Goal("ours", at_least=0.990),
            unit="",
            note=f"seeds 0 to {len(fast) - 1}, {reached} of them at 99.0% or above",
            middle=statistics.mean,
        ),
    ]


def best(quick: bool) -> list[Line]:
    """Compare the best single CNN with 15 epochs of the convnet."""
    convnets = [run(f"train_convnet(0, {CONVNET_EPOCHS})")]
    networks = [run(f"train_best({seed})") for seed in (0, 1, 2)]
    convnets.append(run(f"train_convnet(1, {CONVNET_EPOCHS})"))
    networks += [run(f"train_best({seed})") for seed in (3, 4)]
    reached = statistics.mean(convnet["accuracies"][-1] for convnet in convnets)
    return [
        Line(
            what="best single CNN, seconds of training",
            against=f"{CONVNET}, {CONVNET_EPOCHS} epochs",
            ours=[network["seconds"] for network in networks],
            theirs=[convnet["seconds"][-1] for convnet in convnets],
            goal=Goal("ratio", at_most=1),
            note=f"{COUNTED}; moving the digits is; "
            f"ours: 10 epochs, batch 64, {RECIPE}; convnet: 2 seeds",
            middle=statistics.mean,
        ),
        Line(
            what="the same CNN, test accuracy",
            against=f"{CONVNET}, {CONVNET_EPOCHS} epochs",
            ours=[network["accuracy"] for network in networks],
            theirs=[convnet["accuracies"][-1] for convnet in convnets],
            goal=Goal("ours", at_least=0.995),
            unit="",
            note=f"seeds 0 to 4, each digit read once; convnet {reached:.4f}",
            middle=statistics.mean,
        ),
    ]


def in_chapter(quick: bool) -> list[Line]:
    """Compare the two CNNs of chapter 4: its text says that ours takes no longer."""
    seeds = range(1 if quick else 5)
    fast, small = [], []
    for seed in seeds:
        fast.append(run(f"train_fast_in_chapter({seed})"))
        small.append(run(f"train_small_in_chapter({seed})"))
    return [
        Line(
            what="chapter 4: fast CNN, seconds of two epochs",
            against="its small CNN, four epochs",
            ours=[network["seconds"] for network in fast],
            theirs=[network["seconds"] for network in small],
            goal=Goal("ratio", at_most=1),
            note=f"{COUNTED}; 48,000 digits, batch 128, as in the chapter",
        ),
        Line(
            what="the same CNN, accuracy on the digits set aside",
            against="its small CNN, four epochs",
            ours=[network["accuracy"] for network in fast],
            theirs=[network["accuracy"] for network in small],
            goal=Goal("difference", at_least=0.0),
            unit="",
            note=f"seeds 0 to {len(seeds) - 1}",
        ),
    ]


ROWS = [
    Row("cnn-99.0", to_99),
    Row("cnn-99.5", best, in_quick=False),
    Row("cnn-chapter", in_chapter),
]

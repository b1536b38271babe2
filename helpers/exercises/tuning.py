"""Exercise 05_tuning: how its answers are recognised.

The digits are the 5,000 real ones of the sample, so that everybody has the same. Two
small networks have learned some of them; their weights are found with NumPy when they
are first asked for, so that these, too, are the same for everybody.
"""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.exercises.givens import Lazily, digits
from helpers.exercises.questions import Mistake, Part, Question
from helpers.exercises.reading import (
    Unusable,
    are_probabilities,
    close,
    describe,
    function,
    is_any_of,
    layers_of,
    network,
    numbers,
    pair,
    same_members,
    whole_number,
)

SIDE = 28  # of a digit, in pixels
N_HIGH = 5  # classes of the second task, and the smallest label among them
Pair = tuple[np.ndarray, np.ndarray]


# ----------------------------------------------------------- networks that have learned

KERNEL = 5
AFTER_CONVOLUTION = 12  # rows and columns: 28 pixels, a kernel of 5, strides of 2
AFTER_POOLING = 6

Weights = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def patches(images: np.ndarray) -> np.ndarray:
    """Return what a kernel sees at each place: (samples, places, pixels of it)."""
    windows = np.lib.stride_tricks.sliding_window_view(
        images, (KERNEL, KERNEL), axis=(1, 2)
    )[:, ::2, ::2]
    return windows.reshape(len(images), AFTER_CONVOLUTION**2, KERNEL**2)


def pooled(maps: np.ndarray) -> np.ndarray:
    """Return means over two by two places, as one row for each sample."""
    squares = maps.reshape(len(maps), AFTER_POOLING, 2, AFTER_POOLING, 2, -1)
    return squares.mean(axis=(2, 4)).reshape(len(maps), -1)


def probabilities_of(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def learn(images: np.ndarray, labels: np.ndarray, filters: int, epochs: int) -> Weights:
    """Return the weights of a convolution and of a dense layer that have learned."""
    random = np.random.RandomState(5)
    seen, n_classes = patches(images), labels.max() + 1
    kernel = random.normal(0, 0.3, (KERNEL**2, filters)).astype(np.float32)
    dense = random.normal(0, 0.05, (AFTER_POOLING**2 * filters, n_classes))
    dense = dense.astype(np.float32)
    bias, dense_bias = np.zeros(filters, np.float32), np.zeros(n_classes, np.float32)
    rate, targets = np.float32(0.3), np.eye(n_classes, dtype=np.float32)[labels]
    for _ in range(epochs):
        for batch in np.array_split(random.permutation(len(seen)), len(seen) // 25):
            maps = np.maximum(seen[batch] @ kernel + bias, 0)
            features = pooled(maps)
            errors = probabilities_of(features @ dense + dense_bias) - targets[batch]
            errors /= len(batch)
            back = (errors @ dense.T).reshape(
                -1, AFTER_POOLING, 1, AFTER_POOLING, 1, filters
            )
            back = np.broadcast_to(
                back / 4, (len(batch), AFTER_POOLING, 2, AFTER_POOLING, 2, filters)
            ).reshape(maps.shape) * (maps > 0)
            dense -= rate * features.T @ errors
            dense_bias -= rate * errors.sum(axis=0)
            kernel -= rate * np.tensordot(seen[batch], back, axes=([0, 1], [0, 1]))
            bias -= rate * back.sum(axis=(0, 1))
    return kernel, bias, dense, dense_bias


def as_keras_wants(kernel: np.ndarray) -> np.ndarray:
    """Return the kernels as (rows, columns, channels, filters)."""
    return kernel.reshape(KERNEL, KERNEL, 1, -1)


def prepared(images: np.ndarray) -> np.ndarray:
    return (images / 255).astype(np.float32)


# ----------------------------------------------------------- q1: early stopping

PATIENCE = 3
LOSS = np.array(
    [0.61, 0.48, 0.40, 0.35, 0.31, 0.28, 0.26, 0.22, 0.24, 0.21, 0.20, 0.18, 0.17, 0.15]
)
VAL_LOSS = np.array(
    [0.52, 0.41, 0.36, 0.37, 0.38, 0.34, 0.37, 0.35, 0.36, 0.37, 0.38, 0.33, 0.31, 0.32]
)


def best_until(epoch: int) -> int:
    """Return the epoch with the lowest validation loss so far; epochs from 1."""
    return int(VAL_LOSS[:epoch].argmin()) + 1


def stops_at(epoch: int, patience: int = PATIENCE) -> bool:
    """Return whether patience runs out at the end of this epoch, and not before."""
    waited = [later - best_until(later) for later in range(1, len(VAL_LOSS) + 1)]
    return 1 <= epoch <= len(waited) and waited[epoch - 1] >= patience > max(
        waited[: epoch - 1], default=-1
    )


def stopped_epoch() -> int:
    return next(epoch for epoch in range(1, len(VAL_LOSS) + 1) if stops_at(epoch))


def rising_in_a_row(epoch: int) -> bool:
    """Return whether the loss rose from each epoch to the next, `PATIENCE` times."""
    before = max(epoch - 1, 0)
    steps = np.diff(VAL_LOSS)[max(before - PATIENCE, 0) : before]
    return len(steps) == PATIENCE and bool(np.all(steps > 0))


def without_a_new_start(epoch: int) -> bool:
    """Return whether so many epochs, in all, had not been better than the best."""
    worse = [later for later in range(2, epoch + 1) if best_until(later) != later]
    return len(worse) == PATIENCE and worse[-1] == epoch


STOPPED = Part(
    read=whole_number,
    right=stops_at,
    mistakes=(
        Mistake(
            "one epoch too early",
            lambda epoch: stops_at(epoch + 1),
            "That is one too few. Either you counted epochs from 0, or you stopped "
            "before the patience had run out: after the best epoch, so many epochs "
            "are trained as `patience` says.",
        ),
        Mistake(
            "one epoch too late",
            lambda epoch: stops_at(epoch - 1),
            "The training ends with the epoch in which the patience runs out, not "
            "with the next one.",
        ),
        Mistake(
            "patience not begun anew",
            without_a_new_start,
            "Each time the validation loss is lower than ever before, the counting "
            "begins anew at 0.",
        ),
        Mistake(
            "patience too short",
            lambda epoch: stops_at(epoch, 1) or stops_at(epoch, 2),
            "That is less patience than is given. A rise or two are forgiven.",
        ),
        Mistake(
            "compared with the epoch before",
            rising_in_a_row,
            "An epoch is compared with the best one so far, not with the one before "
            "it. A loss may fall and still be no improvement.",
        ),
        Mistake(
            "best epoch in place of the last one",
            lambda epoch: epoch == best_until(stopped_epoch()),
            "In that epoch nobody knows yet that no better one follows: the training "
            "goes on for a while.",
        ),
        Mistake(
            "training went on to the end",
            lambda epoch: epoch in (len(VAL_LOSS), best_until(len(VAL_LOSS))),
            "Early stopping had ended the training before that. It cannot look ahead, "
            "and what follows is never trained.",
        ),
    ),
    otherwise="Go through the validation losses one by one. For each, note the best so "
    "far, and how many epochs have passed since then.",
)

KEPT = Part(
    read=whole_number,
    right=lambda epoch: epoch == best_until(stopped_epoch()),
    mistakes=(
        Mistake(
            "best weights not restored",
            lambda epoch: epoch == stopped_epoch(),
            "Those are the weights at the end of the training. They are what you have "
            "without `restore_best_weights=True`; here it is set.",
        ),
        Mistake(
            "lowest training loss",
            lambda epoch: (
                epoch in (LOSS.argmin() + 1, LOSS[: stopped_epoch()].argmin() + 1)
            ),
            "In that epoch the training loss is lowest. It tells how well the network "
            "knows its own data; early stopping watches `val_loss`.",
        ),
        Mistake(
            "best epoch was never trained",
            lambda epoch: epoch == best_until(len(VAL_LOSS)),
            "That is the lowest of all, but the training had ended before it.",
        ),
        Mistake(
            "counted from 0",
            lambda epoch: epoch + 1 == best_until(stopped_epoch()),
            "That is its place in the array. Epochs are counted from 1 here.",
        ),
        Mistake(
            "first low point",
            lambda epoch: epoch == best_until(PATIENCE + 1),
            "The loss turned there for the first time, but the training went on, and a "
            "better epoch came.",
        ),
    ),
    otherwise="Of the epochs that were trained, which has the lowest validation loss?",
)

BY_HAND = Question(
    title="Early stopping by hand",
    given={"loss": LOSS, "val_loss": VAL_LOSS, "patience": PATIENCE},
    parts={"stopped": STOPPED, "kept": KEPT},
    hints=(
        "Only one of the two rows is watched: the loss on data that the network does "
        "not learn from.",
        "Write three columns: epoch, best epoch so far, epochs since then. When does "
        "the third reach the patience?",
        "Whenever the loss is lower than all before it, the third column goes back to "
        "0. Epochs after the stop do not count, however good they would have been.",
    ),
)

# ----------------------------------------------------------- q2: the callback

WAIT = 4
SMALLEST_GAIN = 0.002


def early_stopping(answer: Any, name: str) -> Any:
    """Return a callback of the kind `EarlyStopping`."""
    import keras

    if isinstance(answer, list | tuple):
        raise Unusable(
            "list in place of the callback",
            f"{describe(answer, name)}. `fit` takes a list of callbacks; here the "
            "callback itself is asked for.",
        )
    if answer is keras.callbacks.EarlyStopping:
        raise Unusable(
            "class in place of an object",
            f"{name} is the kind of callback, not one. Call it: write brackets, and "
            "the settings between them.",
        )
    if isinstance(answer, keras.callbacks.ModelCheckpoint):
        raise Unusable(
            "checkpoint in place of early stopping",
            "A checkpoint writes the network to disk; it never ends the training.",
        )
    if not isinstance(answer, keras.callbacks.EarlyStopping):
        raise Unusable(
            "not an EarlyStopping",
            f"{describe(answer, name)}. An object that `keras.callbacks.EarlyStopping` "
            "makes is asked for.",
        )
    return answer


def watches_downwards(stop: Any) -> bool:
    return bool(stop.monitor == "val_loss" and stop.mode in ("auto", "min"))


def has_no_extras(stop: Any) -> bool:
    return stop.baseline is None and stop.start_from_epoch == 0


STOP = Part(
    read=early_stopping,
    right=lambda stop: (
        watches_downwards(stop)
        and stop.patience == WAIT
        and bool(stop.restore_best_weights)
        # While it is in use, Keras gives the smallest gain a sign.
        and close(np.abs(stop.min_delta), SMALLEST_GAIN)
        and has_no_extras(stop)
    ),
    mistakes=(
        Mistake(
            "watches the training loss",
            lambda stop: stop.monitor in ("loss", "accuracy"),
            "That is measured on the data that the network learns from, and goes on "
            "improving. Names that begin with `val_` are about the validation data.",
        ),
        Mistake(
            "watches the accuracy",
            lambda stop: stop.monitor == "val_accuracy",
            "The accuracy counts only on which side of one half a probability lies. "
            "The loss shows over-fitting earlier: watch that one.",
        ),
        Mistake(
            "watches something unknown",
            lambda stop: stop.monitor != "val_loss",
            "`fit` measures nothing of that name, so the training would never stop. "
            "The keys of `history.history` tell the names.",
        ),
        Mistake(
            "watches for the largest",
            lambda stop: stop.mode == "max",
            'With `mode="max"`, a rise counts as an improvement. A loss is to fall.',
        ),
        Mistake(
            "best weights not restored",
            lambda stop: not stop.restore_best_weights,
            "It stops in time, and leaves the weights of the last epoch, which are "
            "worse than the best ones. One setting brings those back.",
        ),
        Mistake(
            "patience left as it was",
            lambda stop: stop.patience == 0,
            "The patience is 0: the first epoch without an improvement ends the "
            "training.",
        ),
        Mistake(
            "other patience",
            lambda stop: stop.patience != WAIT,
            "The patience is another one than the given one.",
        ),
        Mistake(
            "every small gain counts",
            lambda stop: stop.min_delta == 0,
            "Any gain counts as an improvement, however small. Say which is the "
            "smallest that does.",
        ),
        Mistake(
            "other smallest gain",
            lambda stop: not close(np.abs(stop.min_delta), SMALLEST_GAIN),
            "The smallest gain that counts is another one than the given one.",
        ),
        Mistake(
            "more settings than asked for",
            lambda stop: not has_no_extras(stop),
            "There is a `baseline` or a `start_from_epoch`, which nobody asked for; "
            "both change when it stops.",
        ),
    ),
    otherwise="Look up the settings of `EarlyStopping` in the chapter.",
)

CALLBACK = Question(
    title="A callback that stops in time",
    given={"patience": WAIT, "smallest_gain": SMALLEST_GAIN},
    parts={"stop": STOP},
    hints=(
        "The chapter has one, in the section on early stopping. It has four settings.",
        "What to watch, how small a gain still counts, how long to wait, and which "
        "weights to keep.",
        "The settings are `monitor`, `min_delta`, `patience` and "
        "`restore_best_weights`. The last one is False unless you say otherwise.",
    ),
)

# ----------------------------------------------------------- q3: how many epochs

# One column for each epoch, from the first.
TABLE = """
loss          0.62  0.45  0.37  0.32  0.28  0.25  0.22  0.20  0.18  0.16  0.15  0.13
val_loss      0.55  0.440 0.392 0.365 0.351 0.358 0.360 0.371 0.385 0.400 0.421 0.443
val_accuracy  0.781 0.822 0.845 0.856 0.864 0.862 0.867 0.868 0.869 0.872 0.868 0.867
test_loss     0.56  0.452 0.401 0.378 0.362 0.357 0.349 0.366 0.384 0.407 0.429 0.454
test_accuracy 0.775 0.818 0.838 0.849 0.855 0.859 0.863 0.870 0.866 0.861 0.857 0.853
"""
HISTORY = {
    name: np.array(values, dtype=float)
    for name, *values in map(str.split, TABLE.strip().splitlines())
}
N_TRAINED = len(HISTORY["loss"])


def column(name: str, epoch: int) -> float:
    return float(HISTORY[name][epoch - 1])


def lowest(name: str) -> int:
    return int(HISTORY[name].argmin()) + 1


def highest(name: str) -> int:
    return int(HISTORY[name].argmax()) + 1


def is_chosen(epoch: int) -> bool:
    """Return whether no epoch did better on the validation data."""
    in_range = 1 <= epoch <= N_TRAINED
    return in_range and column("val_loss", epoch) <= HISTORY["val_loss"].min()


BEST_ON_TEST = (lowest("test_loss"), highest("test_accuracy"))
NEAREST = int(np.abs(HISTORY["val_loss"] - HISTORY["loss"]).argmin()) + 1

N_EPOCHS = Part(
    read=whole_number,
    right=is_chosen,
    mistakes=(
        Mistake(
            "best test epoch",
            lambda epoch: epoch in BEST_ON_TEST,
            "That epoch is best on the test data. Chosen so, it is partly luck, and "
            "the test data can no longer tell how good the network is on new ones. "
            "Choose without looking at them.",
        ),
        Mistake(
            "lowest training loss",
            lambda epoch: epoch == lowest("loss"),
            "In the last epoch the training loss is lowest, as nearly always. It says "
            "how well the network knows its own data, not new ones.",
        ),
        Mistake(
            "counted from 0",
            lambda epoch: is_chosen(epoch + 1),
            "That is the place in the array. Whoever gives that to `fit` trains one "
            "epoch too few: epochs are counted from 1.",
        ),
        Mistake(
            "best validation accuracy",
            lambda epoch: epoch == highest("val_accuracy"),
            "In that epoch the validation accuracy is highest. It hardly moves while "
            "the validation loss rises; go by the loss.",
        ),
        Mistake(
            "where the curves are closest",
            lambda epoch: epoch == NEAREST,
            "There training and validation loss are closest. That shows no "
            "over-fitting yet, and both can still fall.",
        ),
    ),
    otherwise="One of the five columns is there to choose by, and one epoch is best in "
    "it.",
)

REPORTED = Part(
    read=numbers,
    right=lambda value: (
        value.ndim == 0 and close(value, column("test_accuracy", lowest("val_loss")))
    ),
    mistakes=(
        Mistake(
            "best test epoch",
            is_any_of(*(column("test_accuracy", epoch) for epoch in BEST_ON_TEST)),
            "That is the test accuracy of an epoch that is best on the test data. The "
            "epoch is to be chosen before anybody looks at them.",
        ),
        Mistake(
            "place and epoch mixed up",
            is_any_of(
                *(column("test_accuracy", lowest("val_loss") + k) for k in (-1, 1))
            ),
            "That is the neighbour's value. Epochs are counted from 1, places in an "
            "array from 0.",
        ),
        Mistake(
            "validation accuracy reported",
            lambda value: bool(np.isin(value, HISTORY["val_accuracy"]).all()),
            "That is a validation accuracy. The epoch was chosen on those data, so "
            "they flatter it. What do data say that nothing was chosen on?",
        ),
        Mistake(
            "last epoch",
            is_any_of(column("test_accuracy", N_TRAINED)),
            "That belongs to the last epoch, which was not chosen.",
        ),
        Mistake(
            "loss in place of accuracy",
            lambda value: any(
                np.isin(value, HISTORY[name]).all()
                for name in ("loss", "val_loss", "test_loss")
            ),
            "That is a loss. The share of right answers is asked for.",
        ),
        Mistake(
            "percent",
            is_any_of(100 * column("test_accuracy", lowest("val_loss"))),
            "That is in percent. Give it as it stands in the column, from 0 to 1.",
        ),
        Mistake(
            "whole column",
            lambda value: value.shape == (N_TRAINED,),
            "That is one number for each epoch. One of them is asked for.",
        ),
        Mistake(
            "mean over epochs",
            is_any_of(HISTORY["test_accuracy"].mean(), HISTORY["val_accuracy"].mean()),
            "That is a mean over all epochs. You keep the network of one epoch.",
        ),
    ),
    otherwise="The test accuracy of one epoch is asked for, of the chosen one.",
)

HOW_MANY = Question(
    title="How many epochs, without the test data",
    given=HISTORY,
    parts={"n_epochs": N_EPOCHS, "reported": REPORTED},
    hints=(
        "Three kinds of data, three purposes: one to learn from, one to choose with, "
        "one to judge with, once.",
        "Choose by the validation loss: in which epoch is it lowest?",
        "`argmin` gives a place counted from 0; the epoch is one more. The accuracy to "
        "report stands at that place in `test_accuracy`.",
    ),
)

# ----------------------------------------------------------- q4: labels of a new task


def task(labels: list[int]) -> Pair:
    """Return images, no two of which are alike, and these labels."""
    images = np.arange(len(labels) * 6, dtype=float).reshape(len(labels), 2, 3)
    return images, np.array(labels)


ALL_CLASSES = task([7, 2, 9, 5, 0, 6, 8, 5, 3, 9, 1, 6, 4, 8, 7, 5])
ONE_ABSENT = task([9, 5, 1, 8, 7, 4, 5, 9, 0, 8])  # no 6

Choose = Callable[..., Pair]


def gives(
    which: Callable[[np.ndarray], np.ndarray],
    what: Callable[[np.ndarray], np.ndarray] | None,
    given: Pair = ALL_CLASSES,
) -> Callable[[Choose], bool]:
    """Return a condition: images `which` of the labels says, and `what` labels.

    Without `what`, any labels will do.
    """

    def does_give(choose: Choose) -> bool:
        images, labels = given
        kept = which(labels)
        chosen, new = choose(images, labels)
        return np.array_equal(chosen, images[kept]) and (
            what is None or np.array_equal(new, what(labels[kept]))
        )

    return does_give


def are_high(labels: np.ndarray) -> np.ndarray:
    return np.isin(labels, range(N_HIGH, 2 * N_HIGH))


def lies_on(given: Pair) -> Callable[[Choose], bool]:
    """Return a condition: the label and five more make the label that was there."""

    def does_lie(choose: Choose) -> bool:
        images, labels = given
        chosen, new = choose(images, labels)
        wanted = are_high(labels)
        return (
            np.array_equal(chosen, images[wanted])
            and new.shape == (wanted.sum(),)
            and np.array_equal(new + N_HIGH, labels[wanted])
        )

    return does_lie


def shifted_by(*numbers_tried: int) -> Callable[[Choose], bool]:
    """Return a condition: from each label one of these numbers was subtracted."""

    def is_shifted(choose: Choose) -> bool:
        chosen, new = choose(*ALL_CLASSES)
        images, labels = (part[are_high(ALL_CLASSES[1])] for part in ALL_CLASSES)
        return np.array_equal(chosen, images) and any(
            np.array_equal(new, labels - by) for by in numbers_tried
        )

    return is_shifted


def in_another_order(choose: Choose) -> bool:
    images = ALL_CLASSES[0][are_high(ALL_CLASSES[1])]
    chosen = choose(*ALL_CLASSES)[0]
    return same_members(chosen, images) and not np.array_equal(chosen, images)


FIVE_TO_NINE = Part(
    read=function(returns=pair),
    right=lambda choose: lies_on(ALL_CLASSES)(choose) and lies_on(ONE_ABSENT)(choose),
    mistakes=(
        Mistake(
            "labels 5 to 9 not shifted",
            gives(are_high, lambda labels: labels),
            "The images are right; the labels still go from 5 to 9. A network with "
            "five outputs has the outputs 0 to 4, and label 5 points beyond the last.",
        ),
        Mistake(
            "renumbered by what occurs",
            lies_on(ALL_CLASSES),
            "It is right if all five digits occur. In a set without a 6, the 7 would "
            "get the label that the 6 has elsewhere. Shift each by the same number.",
        ),
        Mistake(
            "order of the classes reversed",
            gives(are_high, lambda labels: 9 - labels),
            "The 9 became 0 and the 5 became 4. That can be learned, too, but output 0 "
            "is to stand for the 5.",
        ),
        Mistake(
            "shifted by another number",
            shifted_by(-5, 1, 4, 6, 10),
            "The labels do not begin at 0, or go below it. Five outputs are numbered 0 "
            "to 4.",
        ),
        Mistake(
            "one-hot in place of labels",
            lambda choose: choose(*ALL_CLASSES)[1].ndim == 2,
            "There are several numbers for each label. One whole number is asked for.",
        ),
        Mistake(
            "5 left out",
            gives(lambda labels: labels > N_HIGH, None),
            "The images of the 5 are missing. `>` leaves the border out.",
        ),
        Mistake(
            "0 to 4 in place of 5 to 9",
            gives(lambda labels: ~are_high(labels), None),
            "Those are the digits 0 to 4. The network knows them already.",
        ),
        Mistake(
            "images not chosen",
            lambda choose: (
                len(choose(*ALL_CLASSES)[0]) == len(ALL_CLASSES[1])
                and len(choose(*ALL_CLASSES)[1]) == are_high(ALL_CLASSES[1]).sum()
            ),
            "All images are still there, and only some labels: they no longer belong "
            "together. Choose both by the same condition.",
        ),
        Mistake(
            "labels not chosen",
            lambda choose: (
                len(choose(*ALL_CLASSES)[0]) == are_high(ALL_CLASSES[1]).sum()
                and len(choose(*ALL_CLASSES)[1]) == len(ALL_CLASSES[1])
            ),
            "All labels are still there, and only some images: they no longer belong "
            "together. Choose both by the same condition.",
        ),
        Mistake(
            "digits 0 to 4 kept",
            gives(lambda labels: labels >= 0, None),
            "The digits 0 to 4 are still there. Leave them out: images and labels.",
        ),
        Mistake(
            "results exchanged",
            lambda choose: choose(*ALL_CLASSES)[1].ndim == 3,
            "The images come second. They are asked for first.",
        ),
        Mistake(
            "order lost",
            in_another_order,
            "The images are there, in another order. Leave them in theirs, so that "
            "images and labels go on belonging together.",
        ),
        Mistake(
            "positions in place of images",
            lambda choose: choose(*ALL_CLASSES)[0].ndim == 1,
            "What comes first are not images: it has only one axis. Put positions or a "
            "mask in square brackets behind `images`.",
        ),
    ),
    otherwise="The images of the digits 5 to 9, and for each a label from 0 to 4.",
)

NEW_LABELS = Question(
    title="Labels for a new task",
    given=dict(zip(("images", "labels"), ALL_CLASSES, strict=True)),
    parts={"five_to_nine": FIVE_TO_NINE},
    hints=(
        "Two things: leave out what the network knows already, and number the rest "
        "such that the first output is number 0.",
        "Make a mask that says which labels are 5 or more. It chooses images and "
        "labels.",
        "`is_high = labels >= 5`; then return `images[is_high]` and, of the labels "
        "chosen so, each less 5.",
    ),
)

# ----------------------------------------------------------- q5: what learns?

N_FILTERS = 16
SQUARE, FEATURES = KERNEL**2, AFTER_POOLING**2 * N_FILTERS
BIASES = {"base": N_FILTERS, "last": N_HIGH}
IN_BASE = SQUARE * N_FILTERS + BIASES["base"]
IN_LAST = FEATURES * N_HIGH + BIASES["last"]
BEFORE_POOLING = AFTER_CONVOLUTION**2 * N_FILTERS * N_HIGH + N_HIGH

NO_EFFECT = (
    "Once a network has been trained, `trainable` alone changes nothing: what learns "
    "was settled when it was compiled and first trained. "
)


def learning_part(learns: tuple[str, ...], mistaken: tuple[str, str]) -> Part:
    """Return the part that asks how many numbers the last `fit` may change."""
    sizes = {"base": IN_BASE, "last": IN_LAST}
    right = sum(sizes[part] for part in learns)
    without_biases = right - sum(BIASES[part] for part in learns)
    other = IN_LAST if "base" in learns else IN_BASE + IN_LAST
    name, message = mistaken
    return Part(
        read=whole_number,
        right=lambda n: n == right,
        mistakes=(
            Mistake(name, lambda n: n == other, message),
            Mistake(
                "frozen part counted",
                lambda n: n == IN_BASE,
                "So many numbers has the base. Count what learns.",
            ),
            Mistake(
                "biases left out",
                lambda n: n == without_biases,
                "Those are the weights. Each filter and each unit has a bias, too, and "
                "it learns with them.",
            ),
            Mistake(
                "pooling overlooked",
                lambda n: n in (BEFORE_POOLING, BEFORE_POOLING + IN_BASE),
                "The last layer does not get what the convolution gives, but what is "
                "left of it after the pooling.",
            ),
            Mistake(
                "nothing learns",
                lambda n: n == 0,
                "Frozen is the base at most. The last layer learns in every recipe.",
            ),
            Mistake(
                "arrays in place of numbers",
                lambda n: n in (2, 4),
                "So many arrays of weights are there. How many numbers do they hold?",
            ),
        ),
        otherwise="Count the numbers of the layers that learn: weights and biases.",
    )


WHAT_LEARNS = Question(
    title="What does the last fit change?",
    parts={
        "recipe_a": learning_part(
            ("last",),
            (
                "freezing overlooked",
                "Those are all. The base was frozen before `compile`, and stays as it "
                "is.",
            ),
        ),
        "recipe_b": learning_part(
            ("base", "last"),
            (
                "frozen after compile",
                NO_EFFECT + "The base goes on learning, although it says that it is "
                "frozen.",
            ),
        ),
        "recipe_c": learning_part(
            ("last",),
            (
                "second compile overlooked",
                "Those are all. Look at what comes between the freezing and the last "
                "`fit`.",
            ),
        ),
        "recipe_d": learning_part(
            ("last",),
            (
                "unfrozen after compile",
                NO_EFFECT + "The base stays as it is, although it says that it learns.",
            ),
        ),
    },
    hints=(
        "Two numbers are enough for all four recipes: that of all parameters, and that "
        "of the last layer alone.",
        "For each recipe ask: what was frozen when `compile` was last called?",
        "Base: (25 + 1) for each filter. Last layer: (features + 1) for each of its "
        "units; the features are the numbers that `Flatten` gives. Try a recipe: do "
        "the base's weights differ before and after the last `fit`?",
    ),
)

# ----------------------------------------------------------- q6: transfer

ENOUGH = 0.85
N_EACH = 20
GUESSING = 0.35


@functools.cache
def learned_low() -> Weights:
    """Return the weights of a network that has learned the digits 0 to 4."""
    data = digits()
    low = data.y_train < N_HIGH
    return learn(
        prepared(data.x_train[low]), data.y_train[low].astype(int), N_FILTERS, epochs=4
    )


def first_of_each(labels: np.ndarray) -> np.ndarray:
    """Return the positions of a few digits of each class from 5 to 9, mixed."""
    places = [
        np.flatnonzero(labels == k)[:N_EACH] for k in range(N_HIGH, N_HIGH + N_HIGH)
    ]
    return np.sort(np.concatenate(places))


def transfer_set() -> dict[str, np.ndarray]:
    data = digits()
    few = first_of_each(data.y_train)
    held_out = are_high(data.y_test)
    kernel, bias, *_ = learned_low()
    return {
        "kernel": as_keras_wants(kernel),
        "bias": bias,
        "x_few": prepared(data.x_train[few])[..., np.newaxis],
        "y_few": data.y_train[few].astype(np.int64),
        "x_held_out": prepared(data.x_test[held_out])[..., np.newaxis],
        "y_held_out": data.y_test[held_out].astype(np.int64),
    }


TRANSFER = Lazily(transfer_set)


def asked_about(model: Any, which: str = "held_out") -> np.ndarray:
    import keras

    with warnings.catch_warnings():
        # Keras warns of inputs in a list, and of softmax over one output.
        warnings.simplefilter("ignore", UserWarning)
        answers = model(TRANSFER[f"x_{which}"], training=False)
    return np.asarray(keras.ops.convert_to_numpy(answers), dtype=np.float64)


def accuracy(model: Any, which: str = "held_out") -> float:
    """Return the share of right answers, output 0 standing for the 5."""
    true = TRANSFER[f"y_{which}"]
    return float(np.mean(asked_about(model, which).argmax(axis=1) + N_HIGH == true))


def accuracy_in_other_order(model: Any) -> float:
    """Return it for the best order of outputs: each stands for its most common."""
    chosen, true = asked_about(model).argmax(axis=1), TRANSFER["y_held_out"]
    counts = [np.bincount(true[chosen == k], minlength=10) for k in np.unique(chosen)]
    return float(np.sum([count.max() for count in counts]) / len(true))


def convolutions(model: Any) -> list[Any]:
    return layers_of(model, "Conv2D")


def kernels(model: Any) -> np.ndarray:
    return np.asarray(convolutions(model)[0].get_weights()[0], dtype=np.float64)


def has_base(model: Any) -> bool:
    found = convolutions(model)
    return bool(found) and kernels(model).shape == TRANSFER["kernel"].shape


def base_is_as_given(model: Any) -> bool:
    weights = convolutions(model)[0].get_weights()
    return all(
        np.allclose(weight, TRANSFER[name], atol=1e-3)
        for weight, name in zip(weights, ("kernel", "bias"), strict=True)
    )


def looks_like_base(model: Any) -> bool:
    """Return whether the kernels come from the given ones, changed by training."""
    both = np.corrcoef(np.ravel(kernels(model)), np.ravel(TRANSFER["kernel"]))
    return bool(both[0, 1] > 0.5)


def is_frozen(model: Any) -> bool:
    learning = {id(weight) for weight in model.trainable_weights}
    return not any(
        id(weight) in learning
        for layer in convolutions(model)
        for weight in layer.weights
    )


def transfers(model: Any) -> bool:
    sound = asked_about(model).shape == (len(TRANSFER["x_held_out"]), N_HIGH)
    if not (sound and has_base(model) and base_is_as_given(model)):
        return False
    if not is_frozen(model) or not gives_probabilities(model) or knows_held_out(model):
        return False
    if GUESSING < accuracy(model) < ENOUGH > accuracy_in_other_order(model):
        raise Unusable(
            "accuracy too low",
            f"It reads {accuracy(model):.1%} of the held-out digits right, and at "
            f"least {ENOUGH:.0%} are asked for. More epochs, smaller batches or a "
            "larger learning rate may help.",
        )
    return accuracy(model) >= ENOUGH


def gives_probabilities(model: Any) -> bool:
    return are_probabilities(asked_about(model))


def knows_held_out(model: Any) -> bool:
    return accuracy(model) > max(accuracy(model, "few"), GUESSING) + 0.02


TRANSFERRED = Part(
    read=network,
    right=transfers,
    mistakes=(
        Mistake(
            "labels 5 to 9 not shifted",
            lambda model: (
                asked_about(model).shape[1] == 2 * N_HIGH
                or not np.all(np.isfinite(asked_about(model)))
            ),
            "It has ten outputs, or its answers are not numbers any more. Both come of "
            "labels from 5 to 9. Five classes need five outputs, numbered 0 to 4: "
            "shift the labels.",
        ),
        Mistake(
            "not five outputs",
            lambda model: asked_about(model).shape[1:] != (N_HIGH,),
            "There are five classes, and each needs an output of its own.",
        ),
        Mistake(
            "without the base",
            lambda model: not has_base(model),
            "It does not contain the layers of `base`. Put `base` itself into the list "
            "of layers, and a new last layer behind it.",
        ),
        Mistake(
            "base with fresh weights",
            lambda model: not base_is_as_given(model) and not looks_like_base(model),
            "Its base has not learned the digits 0 to 4: the weights are others. Use "
            "`base` itself, not new layers of the same kind.",
        ),
        Mistake(
            "frozen after compile",
            lambda model: is_frozen(model) and not base_is_as_given(model),
            "The base says that it is frozen, and its weights have changed all the "
            "same. Freeze it before `compile`, and before it is trained. Run the given "
            "cell again first: it brings the learned weights back.",
        ),
        Mistake(
            "not frozen",
            lambda model: not is_frozen(model),
            "The base is not frozen. Run the given cell again, freeze `base`, and only "
            "then compile and fit.",
        ),
        Mistake(
            "no probabilities",
            lambda model: not gives_probabilities(model),
            "The five outputs of a digit do not add up to 1. Which activation makes "
            "probabilities of any five numbers?",
        ),
        Mistake(
            "fitted on the held-out digits",
            knows_held_out,
            "It knows the held-out digits better than those to learn from. What it was "
            "fitted on cannot tell how well it reads new digits.",
        ),
        Mistake(
            "outputs in another order",
            lambda model: accuracy_in_other_order(model) >= ENOUGH > accuracy(model),
            "It tells the digits apart, but output 0 does not stand for the 5, output "
            "1 not for the 6, and so on. How did you shift the labels?",
        ),
        Mistake(
            "everything frozen",
            lambda model: not model.trainable_weights,
            "Nothing in it learns, not even the last layer. Freeze only the base.",
        ),
        Mistake(
            "not trained",
            lambda model: accuracy(model) <= GUESSING,
            "It is right hardly more often than by guessing. If `fit` ended with an "
            "error about labels: they must be whole numbers from 0 to 4.",
        ),
    ),
    otherwise="The base, frozen, and a new last layer with five outputs, compiled and "
    "trained.",
)

FROM_LOW_TO_HIGH = Question(
    title="From 0 to 4 to 5 to 9",
    given=TRANSFER,
    parts={"network": TRANSFERRED},
    hints=(
        "The order counts: freeze, put together, compile, fit. And look at `y_few`.",
        "The network is `keras.Sequential([base, layers.Dense(...)])`, with five units "
        "and softmax. Fit it on `y_few - 5`.",
        "Adam with the learning rate 0.01, batches of 20 and 30 epochs are enough. The "
        "loss for whole-number labels is "
        '"sparse_categorical_crossentropy".',
    ),
)

# ----------------------------------------------------------- q7: a saliency map

IS, ASKED = 4, 9  # what the digit is, and the class whose score is looked at
NUDGE = 1e-3


@functools.cache
def learned_all() -> Weights:
    """Return the weights of a small network that has learned all ten digits."""
    data = digits()
    return learn(prepared(data.x_train), data.y_train.astype(int), filters=8, epochs=3)


def scores_of(images: np.ndarray) -> np.ndarray:
    """Return ten scores for each image of shape (28, 28)."""
    kernel, bias, dense, dense_bias = (
        weight.astype(np.float64) for weight in learned_all()
    )
    maps = np.maximum(patches(images) @ kernel + bias, 0)
    return pooled(maps) @ dense + dense_bias


def digit_of(label: int) -> np.ndarray:
    """Return the first test digit of a class that the network reads right."""
    data = digits()
    images = prepared(data.x_test[data.y_test == label])
    return images[scores_of(images).argmax(axis=1) == label][0]


def one_digit() -> dict[str, Any]:
    kernel, bias, dense, dense_bias = learned_all()
    return {
        "kernel": as_keras_wants(kernel),
        "bias": bias,
        "dense_kernel": dense,
        "dense_bias": dense_bias,
        "image": digit_of(IS)[np.newaxis, ..., np.newaxis],
        "wanted": ASKED,
    }


ONE_DIGIT = Lazily(one_digit)


@functools.cache
def slopes() -> np.ndarray:
    """Return how much each score changes when each pixel is nudged, by trying it."""
    image = ONE_DIGIT["image"][0, ..., 0].astype(np.float64)
    nudges = NUDGE * np.eye(SIDE * SIDE).reshape(-1, SIDE, SIDE)
    change = scores_of(image + nudges) - scores_of(image - nudges)
    return np.moveaxis(change / (2 * NUDGE), -1, 0).reshape(-1, SIDE, SIDE)


def probabilities() -> np.ndarray:
    return probabilities_of(scores_of(ONE_DIGIT["image"][..., 0]))[0]


def slope() -> np.ndarray:
    return slopes()[ASKED]


def mixed(weights: np.ndarray) -> np.ndarray:
    """Return the slope of a sum of scores, each with a weight."""
    return np.tensordot(weights, slopes(), axes=1)


def of_probability() -> np.ndarray:
    share = probabilities()
    return mixed(share[ASKED] * (np.eye(10)[ASKED] - share))


def of_loss() -> np.ndarray:
    return mixed(probabilities() - np.eye(10)[ASKED])


def nearly(map_: np.ndarray, expected: np.ndarray) -> bool:
    """Return whether two maps agree; they are float32 after several layers."""
    largest = np.abs(expected).max()
    return map_.shape == expected.shape and bool(
        np.max(np.abs(map_ - expected)) < 0.01 * largest
    )


def as_map(answer: np.ndarray) -> np.ndarray:
    """Return an answer without axes of length 1; a flat one as an image."""
    return answer.reshape(SIDE, SIDE)


def shows(what: Callable[[], np.ndarray]) -> Callable[[np.ndarray], bool]:
    """Return a condition that leaves signs and superfluous axes aside."""
    return lambda answer: nearly(np.abs(as_map(answer)), np.abs(what()))


def scaled_otherwise(answer: np.ndarray) -> bool:
    sizes = np.abs(as_map(answer))
    return nearly(sizes / sizes.max(), np.abs(slope()) / np.abs(slope()).max())


def belongs_to_another_class(answer: np.ndarray) -> bool:
    sizes = np.abs(as_map(answer))
    others = np.delete(slopes(), ASKED, axis=0)
    return any(nearly(sizes, np.abs(other)) for other in others)


SALIENCY = Part(
    read=numbers,
    right=lambda answer: nearly(answer, np.abs(slope())),
    mistakes=(
        Mistake(
            "axis too many",
            lambda answer: (
                answer.shape != (SIDE, SIDE)
                and nearly(np.abs(as_map(answer)), np.abs(slope()))
            ),
            "The slopes are right, in another shape. One number for each pixel is "
            "asked for, in 28 rows and 28 columns: drop the axes of length 1.",
        ),
        Mistake(
            "signs kept",
            lambda answer: nearly(answer, slope()) or nearly(answer, -slope()),
            "Those are the slopes, some above and some below 0. A saliency map shows "
            "how large they are, not which way they go.",
        ),
        Mistake(
            "another class",
            belongs_to_another_class,
            "That belongs to the score of another class, such as the one that the "
            "network finds here. Look at the class that `wanted` says.",
        ),
        Mistake(
            "all scores together",
            shows(lambda: mixed(np.ones(10))),
            "That is the slope of the sum of all ten scores. The tape adds up whatever "
            "it gets: take out one score first.",
        ),
        Mistake(
            "slope of the probability",
            shows(of_probability),
            "That is the slope of the probability, after softmax. Ask for the score.",
        ),
        Mistake(
            "slope of the loss",
            shows(of_loss),
            "That is the slope of the loss, which looks at all classes. Ask for one "
            "score.",
        ),
        Mistake(
            "times ink",
            shows(lambda: slope() * ONE_DIGIT["image"][0, ..., 0]),
            "The slopes were multiplied by the image. That looks nicer, and shows the "
            "ink for the most part.",
        ),
        Mistake(
            "image in place of slopes",
            shows(lambda: ONE_DIGIT["image"][0, ..., 0]),
            "That is the image itself.",
        ),
        Mistake(
            "rows and columns exchanged",
            shows(lambda: slope().T),
            "Rows and columns are exchanged.",
        ),
        Mistake(
            "scaled",
            scaled_otherwise,
            "The pattern is right, on another scale. Leave the slopes as large as they "
            "are: maps are scaled only to be drawn.",
        ),
        Mistake(
            "squared",
            shows(lambda: slope() ** 2),
            "Those are squares. The size of a number is the number without its sign.",
        ),
        Mistake(
            "one number in place of a map",
            lambda answer: answer.size in (1, 10),
            "That is a score, or ten. How does it depend on each of the pixels?",
        ),
    ),
    otherwise="Shape (28, 28): for each pixel how steeply the score of the class "
    "`wanted` depends on it, without a sign. Nudge one pixel by 0.001 and compare.",
)

ONE_MAP = Question(
    title="One saliency map",
    given=ONE_DIGIT,
    parts={"saliency_map": SALIENCY},
    hints=(
        "`tf.GradientTape` notes what is computed, and gives the slope of one number "
        "for all pixels at once.",
        "Tell the tape to `watch` the pixels, compute the scores within it, and take "
        "out one: `scores(pixels)[0, wanted]`. What is not a weight must be watched.",
        "`slopes = tape.gradient(score, pixels)`, with the shape of the image. Then "
        "drop the axes of length 1, and the signs with `np.abs`.",
    ),
)

# ----------------------------------------------------------- q8: occlusion

COVER = 4


def score_of_digit(image: np.ndarray) -> float:
    """Return the score that the network of question 7 gives to a digit being a 4."""
    pixels = np.asarray(image, dtype=np.float64).reshape(1, SIDE, SIDE)
    return float(scores_of(pixels)[0, IS])


ROWS, COLUMNS, SMALL = 6, 8, 2
PAPER = np.random.RandomState(8).uniform(0.2, 0.9, (ROWS, COLUMNS))
WORTH = np.random.RandomState(9).normal(0, 1, (ROWS, COLUMNS)) + 0.3

Cover = Callable[..., np.ndarray]


def worth_of(image: np.ndarray) -> float:
    """Return a score that does not fall by the same when two patches are covered."""
    return float(np.sum(np.asarray(image) * WORTH)) ** 2


def by_patch(values: np.ndarray) -> np.ndarray:
    """Return the sums over patches."""
    patched = values.reshape(ROWS // SMALL, SMALL, COLUMNS // SMALL, SMALL)
    return patched.sum(axis=(1, 3))


WHOLE = float(np.sum(PAPER * WORTH))
IN_PATCH = by_patch(PAPER * WORTH)
INKED_PATCH = by_patch(WORTH)
GONE = np.cumsum(IN_PATCH).reshape(IN_PATCH.shape)  # if nothing is put back


def fall(rest: Any) -> np.ndarray:
    """Return how far the score falls if so much is left."""
    return np.asarray(WHOLE**2 - np.square(rest))


RIGHT_FALL = fall(WHOLE - IN_PATCH)


def returns(expected: np.ndarray) -> Callable[[Cover], bool]:
    return lambda cover: close(cover(worth_of, PAPER, SMALL), expected)


def has_shape(*shape: int) -> Callable[[Cover], bool]:
    return lambda cover: cover(worth_of, PAPER, SMALL).shape == shape


def looks_ahead(cover: Cover) -> bool:
    """Return whether it also works for another size, and another score."""
    falls = cover(lambda image: float(np.sum(image)), np.ones((6, 9)), 3)
    return close(falls, np.full((2, 3), 9.0))


OCCLUDE = Part(
    read=function(),
    right=lambda cover: returns(RIGHT_FALL)(cover) and looks_ahead(cover),
    mistakes=(
        Mistake(
            "rise in place of fall",
            returns(-RIGHT_FALL),
            "The signs are reversed. A fall is what the score was before, minus what "
            "it is with the patch covered.",
        ),
        Mistake(
            "score in place of its fall",
            returns(np.square(WHOLE - IN_PATCH)),
            "Those are the scores with a patch covered. How far did each fall below "
            "that of the whole image?",
        ),
        Mistake(
            "patches not uncovered",
            lambda cover: (
                returns(fall(WHOLE - GONE))(cover)
                or returns(
                    np.square(WHOLE - GONE + IN_PATCH) - np.square(WHOLE - GONE)
                )(cover)
            ),
            "With each patch, more of the image is covered: those before stay. Begin "
            "with a new copy each time.",
        ),
        Mistake(
            "all but the patch covered",
            returns(fall(IN_PATCH)),
            "Only the patch can be seen, and the rest is covered. The other way round.",
        ),
        Mistake(
            "filled with ink",
            returns(fall(WHOLE - IN_PATCH + INKED_PATCH)),
            "The patches were filled with 1, which is ink. Paper is 0.",
        ),
        Mistake(
            "signs dropped",
            returns(np.abs(RIGHT_FALL)),
            "Covering may also raise the score: then the fall is below 0. Keep the "
            "signs.",
        ),
        Mistake(
            "share in place of fall",
            returns(RIGHT_FALL / WHOLE**2),
            "Those were divided by the score of the whole image. Give the difference.",
        ),
        Mistake(
            "rows and columns exchanged",
            returns(RIGHT_FALL.T),
            "Rows and columns of the patches are exchanged.",
        ),
        Mistake(
            "patches in one row",
            returns(RIGHT_FALL.ravel()),
            "The falls are right, all in one row. Arrange them as the patches lie.",
        ),
        Mistake(
            "patches overlap",
            has_shape(ROWS - SMALL + 1, COLUMNS - SMALL + 1),
            "The patch moves by one pixel each time. It is to move by its own size, so "
            "that the patches lie side by side.",
        ),
        Mistake(
            "one number for each pixel",
            has_shape(ROWS, COLUMNS),
            "There is one number for each pixel. One for each patch is asked for.",
        ),
        Mistake(
            "no fall anywhere",
            returns(np.zeros_like(RIGHT_FALL)),
            "All falls are 0. Is it the covered copy that the score is asked about?",
        ),
        Mistake(
            "only for one size",
            returns(RIGHT_FALL),
            "It is right for patches of 2 × 2, and not for another size or another "
            "image. Use `size` and the shape of the image.",
        ),
    ),
    otherwise="One number for each patch: the score of the image, minus that of a copy "
    "in which the patch is 0.",
)

OCCLUSION = Question(
    title="Occlusion by hand",
    given=Lazily(
        lambda: {"score": score_of_digit, "image": digit_of(IS), "size": COVER}
    ),
    parts={"occlude": OCCLUDE},
    hints=(
        "Two loops, over the rows and the columns at which patches begin. In each: "
        "copy, cover, ask.",
        "`range(0, image.shape[0], size)` gives the first rows. Cover with a slice of "
        "rows and one of columns, set to 0.",
        "`covered = image.copy()`, `covered[row:row + size, column:column + size] = "
        "0`; the fall is `score(image) - score(covered)`, stored at `row // size` and "
        "`column // size`.",
    ),
)

QUESTIONS = {
    "q1": BY_HAND,
    "q2": CALLBACK,
    "q3": HOW_MANY,
    "q4": NEW_LABELS,
    "q5": WHAT_LEARNS,
    "q6": FROM_LOW_TO_HIGH,
    "q7": ONE_MAP,
    "q8": OCCLUSION,
}

"""Exercise 04_mnist: how its answers are recognised.

All digits are the 5,000 real ones of the sample, so that everybody has the same. They
are read when they are first asked for, not when this module is imported.
"""

import functools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from helpers.exercises.givens import Lazily, digits
from helpers.exercises.questions import Mistake, Part, Question
from helpers.exercises.reading import (
    Unusable,
    are_probabilities,
    clean,
    close,
    function,
    network,
    numbers,
    pair,
    refuse_text_and_sets,
    same_members,
    whole,
    whole_number,
)

N_CLASSES = 10
SIDE = 28


@functools.cache
def simple_answers() -> tuple[np.ndarray, np.ndarray]:
    """Return the true classes of the 1,000 test digits, and probabilities for them.

    The probabilities are those of a very simple method: the nearer a digit is to the
    mean image of a class, the more probable is that class. It makes enough mistakes.
    """
    data = digits()
    seen = data.x_train.reshape(len(data.x_train), -1) / 255
    new = data.x_test.reshape(len(data.x_test), -1) / 255
    means = np.array([seen[data.y_train == k].mean(axis=0) for k in range(N_CLASSES)])
    distances = np.sum((new[:, np.newaxis] - means) ** 2, axis=-1)
    closeness = np.exp((distances.min(axis=1, keepdims=True) - distances) / 6)
    probabilities = closeness / closeness.sum(axis=1, keepdims=True)
    return data.y_test.astype(np.int64), probabilities


# ----------------------------------------------------------- q1: images and names

WORDS = (
    *("zero", "one", "two", "three", "four"),
    *("five", "six", "seven", "eight", "nine"),
)


def twelve_digits() -> dict[str, Any]:
    """Return twelve digits, of every class, none of which has a pixel of 255.

    Whoever divides by the largest pixel that is there divides by another number.
    """
    data = digits()
    faint = np.flatnonzero(data.x_train.max(axis=(1, 2)) < 255)
    first = np.unique(data.y_train[faint], return_index=True)[1]
    others = np.delete(faint, first)[: 12 - len(first)]
    chosen = np.sort(np.append(faint[first], others))
    return {
        "images": data.x_train[chosen],
        "labels": data.y_train[chosen].astype(np.int64),
        "class_names": WORDS,
    }


TWELVE = Lazily(twelve_digits)


def holds_images(answer: np.ndarray) -> bool:
    """Return whether these are the images, each pixel where it was, scaled or not."""
    images = TWELVE["images"] / 255
    pixels = answer.reshape(images.shape)
    return bool(np.max(np.abs(pixels - images * pixels.max())) < 0.01 * pixels.max())


def undone_by(factor: float | np.ndarray) -> Callable[[np.ndarray], bool]:
    """Return a condition: times `factor`, the pixels are as they were."""

    def is_undone(scaled: np.ndarray) -> bool:
        pixels = TWELVE["images"].astype(float)
        return close((scaled.reshape(pixels.shape) * factor), pixels)

    return is_undone


SCALED = Part(
    read=numbers,
    right=lambda scaled: scaled.shape == (12, 28, 28, 1) and undone_by(255)(scaled),
    mistakes=(
        Mistake(
            "not scaled",
            undone_by(1),
            "The pixels still go up to 254. Divide them, so that blank paper is 0 and "
            "full ink would be 1.",
        ),
        Mistake(
            "divided by 256",
            undone_by(256),
            "There are 256 grey values, and the largest of them is not 256: full ink "
            "would not become 1.",
        ),
        Mistake(
            "divided by the largest pixel found",
            lambda scaled: undone_by(TWELVE["images"].max())(scaled),
            "That was the darkest pixel of these images. Other images have another "
            "one, and would be scaled otherwise. Divide by what full ink is stored as.",
        ),
        Mistake(
            "divided without a rest",
            lambda scaled: whole(scaled) and scaled.min() >= 0 and scaled.max() <= 1,
            "All pixels became 0 or 1. `//` drops what comes after the point, and so "
            "does a type of whole numbers.",
        ),
        Mistake(
            "axis of channels missing",
            lambda scaled: scaled.shape == (12, SIDE, SIDE) and holds_images(scaled),
            "The pixels are right. One axis is missing: a convolutional layer wants to "
            "be told how many channels there are, even if it is one.",
        ),
        Mistake(
            "channel axis in the wrong place",
            lambda scaled: (
                scaled.ndim == 4
                and scaled.shape != (12, SIDE, SIDE, 1)
                and holds_images(scaled)
            ),
            "The axis of length 1 stands elsewhere. Keras has samples first, then rows "
            "and columns, and channels last.",
        ),
        Mistake(
            "flat in place of images",
            lambda scaled: scaled.ndim <= 2 and holds_images(scaled),
            "That is the layout for dense layers: each image became one row. Keep rows "
            "and columns apart.",
        ),
        Mistake(
            "divided by another number",
            holds_images,
            "Blank paper is 0, and full ink would not be 1.",
        ),
        Mistake(
            "black and white exchanged",
            lambda scaled: undone_by(255)(1 - scaled),
            "Blank paper became 1 and ink 0. Only divide; subtract nothing.",
        ),
        Mistake(
            "scaled to another range",
            lambda scaled: scaled.min() < 0,
            "There are values below 0. From 0 to 1 is asked for: a division will do.",
        ),
    ),
    otherwise="Numbers from 0 to 1 in the shape (12, 28, 28, 1) are asked for, each "
    "pixel where it was. Draw one of the images and look at it.",
)


def words(answer: Any, name: str) -> list[Any]:
    """Return an answer as a list, whatever is in it; arrays of text will do."""
    refuse_text_and_sets(answer, name, "image")
    return [str(one) if isinstance(one, str) else one for one in answer]


def are_names_of(labels: Callable[[], np.ndarray]) -> Callable[[list[Any]], bool]:
    return lambda names: names == [WORDS[label] for label in labels()]


NAMES = Part(
    read=words,
    right=are_names_of(lambda: TWELVE["labels"]),
    mistakes=(
        Mistake(
            "labels in place of names",
            lambda names: [int(one) for one in names] == TWELVE["labels"].tolist(),
            "Those are the labels. A label is the place of a name in `class_names`: "
            "look the names up.",
        ),
        Mistake(
            "names of the classes, not of the images",
            lambda names: names == list(WORDS),
            "That is one name for each class. One for each of the twelve images is "
            "asked for, in their order.",
        ),
        Mistake(
            "names moved by one",
            lambda names: (
                are_names_of(lambda: (TWELVE["labels"] - 1) % N_CLASSES)(names)
                or are_names_of(lambda: (TWELVE["labels"] + 1) % N_CLASSES)(names)
            ),
            "Each name is that of the next or of the previous digit. Python counts "
            "from 0, and so do the labels.",
        ),
        Mistake(
            "order of images lost",
            lambda names: sorted(names) == sorted(WORDS[k] for k in TWELVE["labels"]),
            "The names are there, in another order than the images.",
        ),
        Mistake(
            "not one name for each image",
            lambda names: len(names) != len(TWELVE["labels"]),
            "There are twelve images, and there must be as many names.",
        ),
    ),
    otherwise="A list of twelve names is asked for: the first is the name of the first "
    "image's class.",
)

IMAGES_AND_NAMES = Question(
    title="Images for a network, and their names",
    given=TWELVE,
    parts={"scaled": SCALED, "names": NAMES},
    hints=(
        "Two things happen to the images: another range of numbers, and one axis more. "
        "The names are looked up, one for each label.",
        "A pixel takes one byte, so full ink is stored as the largest number that fits "
        "into a byte. Divide by that, whatever the images happen to hold.",
        "An axis is added with `np.newaxis` in the last place, or with `reshape`. For "
        "the names, a list comprehension goes through `labels` and takes each one's "
        "place in `class_names`.",
    ),
)

# ----------------------------------------------------------- q2: parameters, steps

SIZES = np.array([SIDE * SIDE, 128, N_CLASSES])
DROPOUT = 0.5
N_SAMPLES = 21_000
VALIDATION_SPLIT = 0.2
BATCH_SIZE = 128


def learned(sizes: tuple[int, ...], bias: int = 1) -> int:
    """Return the parameters of dense layers, each fed by the one before."""
    return sum(int((sizes[i] + bias) * sizes[i + 1]) for i in range(len(sizes) - 1))


def batches(n: int) -> int:
    """Return how many batches begin while `n` samples are gone through."""
    return len(range(0, n, BATCH_SIZE))


N_INPUTS, N_HIDDEN, N_OUTPUTS = (int(size) for size in SIZES)
N_KEPT = int(N_HIDDEN * DROPOUT)
N_SET_ASIDE = round(N_SAMPLES * VALIDATION_SPLIT)
N_FITTED = N_SAMPLES - N_SET_ASIDE

PARAMETERS = Part(
    read=whole_number,
    right=lambda n: n == learned((N_INPUTS, N_HIDDEN, N_OUTPUTS)),
    mistakes=(
        Mistake(
            "biases left out",
            lambda n: n == learned((N_INPUTS, N_HIDDEN, N_OUTPUTS), bias=0),
            "Those are the weights. Each unit of a dense layer has a bias too.",
        ),
        Mistake(
            "dropout counted",
            lambda n: (
                n
                in (
                    learned((N_INPUTS, N_HIDDEN, N_OUTPUTS)) + N_HIDDEN,
                    learned((N_INPUTS, N_HIDDEN, N_HIDDEN, N_OUTPUTS)),
                    learned((N_INPUTS, N_KEPT, N_OUTPUTS)),
                    learned((N_INPUTS, N_HIDDEN)) + learned((N_KEPT, N_OUTPUTS)),
                )
            ),
            "Dropout switches units off for one step. It learns nothing, and the units "
            "keep all their weights: it changes nothing in the count.",
        ),
        Mistake(
            "one bias for a whole layer",
            lambda n: n == learned((N_INPUTS, N_HIDDEN, N_OUTPUTS), bias=0) + 2,
            "Each unit has a bias of its own, not each layer.",
        ),
        Mistake(
            "biases of the inputs counted",
            lambda n: n == learned((N_INPUTS, N_HIDDEN, N_OUTPUTS)) + N_INPUTS,
            "The inputs are pixels, not units: they have no bias.",
        ),
        Mistake(
            "only one layer counted",
            lambda n: n in (learned((N_INPUTS, N_HIDDEN)), learned((128, N_OUTPUTS))),
            "That is one of the two dense layers. Both learn.",
        ),
        Mistake(
            "units in place of parameters",
            lambda n: n in (N_INPUTS + N_HIDDEN + N_OUTPUTS, N_HIDDEN + N_OUTPUTS),
            "Those are the units. Count what is between them: one weight for each pair "
            "of input and unit, and the biases.",
        ),
    ),
    otherwise="Count layer by layer: what does it take in, how many units has it?",
)

STEPS = Part(
    read=whole_number,
    right=lambda n: n == batches(N_FITTED),
    mistakes=(
        Mistake(
            "whole set in place of the part for fitting",
            lambda n: n in (batches(N_SAMPLES), N_SAMPLES // BATCH_SIZE),
            "Nothing was set aside. `validation_split` takes samples away, and the "
            "network is not fitted on those.",
        ),
        Mistake(
            "rounded down",
            lambda n: n == N_FITTED // BATCH_SIZE,
            "A few samples are left over after the last full batch. Keras does not "
            "drop them.",
        ),
        Mistake(
            "samples in place of steps",
            lambda n: n in (N_SAMPLES, N_FITTED, N_SET_ASIDE),
            "Those are samples. A step takes a whole batch of them.",
        ),
        Mistake(
            "steps of the validation part",
            lambda n: n in (batches(N_SET_ASIDE), N_SET_ASIDE // BATCH_SIZE),
            "So many batches are set aside. The weights change on the other part.",
        ),
        Mistake(
            "batch size in place of steps",
            lambda n: n == BATCH_SIZE,
            "So many samples has one batch. How many batches are there?",
        ),
    ),
    otherwise="First the samples that remain for fitting, then the batches that they "
    "fill.",
)

COUNTING = Question(
    title="Parameters and steps by hand",
    given={
        "sizes": SIZES,
        "dropout_rate": DROPOUT,
        "n_samples": N_SAMPLES,
        "validation_split": VALIDATION_SPLIT,
        "batch_size": BATCH_SIZE,
    },
    parts={"parameters": PARAMETERS, "steps": STEPS},
    hints=(
        "Two layers learn, each from what the one before it gives. A step is one batch "
        "of those samples that the network is fitted on.",
        "A dense layer has one weight for each pair of input and unit, and one bias "
        "for each unit. How many samples remain when the share is set aside?",
        "Parameters: (inputs + 1) × units, for both dense layers. Steps: the samples "
        "for fitting divided by the batch size; the last batch may be smaller.",
    ),
)

# ----------------------------------------------------------- q3: classes


FEW = Lazily(lambda: {"probabilities": simple_answers()[1][40::80]})


def are_places_of(
    which: Callable[[np.ndarray], np.ndarray], offset: int = 0
) -> Callable[[np.ndarray], bool]:
    """Return a condition: in each row, what `which` gives stands at that place."""

    def are_places(classes: np.ndarray) -> bool:
        rows = FEW["probabilities"]
        places = np.ravel(classes).astype(int) - offset
        if not whole(classes) or places.shape != (len(rows),):
            return False
        if places.min() < 0 or places.max() >= N_CLASSES:
            return False
        return np.array_equal(rows[np.arange(len(rows)), places], which(rows))

    return are_places


def largest(rows: np.ndarray) -> np.ndarray:
    return rows.max(axis=1)


CLASSES = Part(
    read=numbers,
    right=lambda classes: classes.ndim == 1 and are_places_of(largest)(classes),
    mistakes=(
        Mistake(
            "one class for everything",
            lambda classes: classes.ndim == 0,
            "That is one number. Without an axis NumPy looks at the whole array as one "
            "long row.",
        ),
        Mistake(
            "along the wrong axis",
            lambda classes: classes.shape == (N_CLASSES,),
            "That is one number for each class: which digit fits it best. One for each "
            "digit is asked for; look along the other axis.",
        ),
        Mistake(
            "largest probability in place of its place",
            lambda classes: close(np.ravel(classes), largest(FEW["probabilities"])),
            "Those are the largest probabilities themselves. At which place in the row "
            "does each of them stand?",
        ),
        Mistake(
            "probabilities unchanged",
            lambda classes: close(classes, FEW["probabilities"]),
            "Those are still ten probabilities for each digit. One class is asked for.",
        ),
        Mistake(
            "one-hot in place of classes",
            lambda classes: (
                classes.shape == FEW["probabilities"].shape
                and bool(np.all((classes == 0) | (classes == 1)))
            ),
            "There are ten numbers for each digit, zeros and ones. Give the place of "
            "the largest, one number.",
        ),
        Mistake(
            "a column in place of a row",
            lambda classes: classes.ndim == 2 and are_places_of(largest)(classes),
            "The classes are right, and have an axis too many: each stands in a row of "
            "its own. The shape is to be the number of digits, and no more.",
        ),
        Mistake(
            "least probable class",
            are_places_of(lambda rows: rows.min(axis=1)),
            "At those places stand the smallest probabilities.",
        ),
        Mistake(
            "counted from 1",
            are_places_of(largest, offset=1),
            "Each class is too large by one. Places are counted from 0, and so are the "
            "digits.",
        ),
    ),
    otherwise="One whole number for each digit is asked for: the place of the largest "
    "probability in its row.",
)

FROM_PROBABILITIES = Question(
    title="From probabilities to classes",
    given=FEW,
    parts={"classes": CLASSES},
    hints=(
        "Each row belongs to one digit. Where in the row is the largest number?",
        "NumPy has a function for the largest value and another one for its place.",
        "It is `argmax`. It takes an axis: the one that goes away, which here is the "
        "axis of the classes.",
    ),
)

# ----------------------------------------------------------- q4: confusion matrix

ABSENT = 7


def without_a_class() -> dict[str, Any]:
    """Return true and predicted classes, in which one class does not occur."""
    true, probabilities = simple_answers()
    predicted = probabilities.argmax(axis=1)
    kept = np.flatnonzero((true != ABSENT) & (predicted != ABSENT))[::4]
    return {"true": true[kept], "predicted": predicted[kept]}


PAIRS = Lazily(without_a_class)


def how_often(of_row: str = "true", of_column: str = "predicted") -> np.ndarray:
    """Return how often each class of the one meets each class of the other."""
    rows, columns = PAIRS[of_row], PAIRS[of_column]
    cells = [
        np.count_nonzero((rows == i) & (columns == j))
        for i in range(N_CLASSES)
        for j in range(N_CLASSES)
    ]
    return np.reshape(cells, (N_CLASSES, N_CLASSES))


def is_share(matrix: np.ndarray) -> bool:
    """Return whether these are shares or percentages, of rows, columns or all."""
    counts = how_often()
    for axis in (1, 0, None):
        sums = np.maximum(counts.sum(axis=axis, keepdims=True), 1)
        for whole_is in (1, 100):
            # A class without samples may have become NaN or a share of 0.
            shares = np.where(counts == 0, 0, whole_is * counts / sums)
            if np.allclose(np.nan_to_num(matrix), shares, atol=0.006 * whole_is):
                return True
    return False


MATRIX = Part(
    read=numbers,
    right=lambda matrix: np.array_equal(matrix, how_often()),
    mistakes=(
        Mistake(
            "transposed",
            lambda matrix: np.array_equal(matrix, how_often("predicted", "true")),
            "Rows and columns are exchanged: a row is to be a true class, a column "
            "what was predicted.",
        ),
        Mistake(
            "errors only",
            lambda matrix: np.array_equal(
                matrix, how_often() * (1 - np.eye(N_CLASSES))
            ),
            "The right answers are missing. They are counted too, on the diagonal.",
        ),
        Mistake(
            "right answers only",
            lambda matrix: np.array_equal(matrix, how_often() * np.eye(N_CLASSES)),
            "Only the diagonal is there. The errors are counted too, beside it.",
        ),
        Mistake(
            "each pair counted only once",
            lambda matrix: np.array_equal(matrix, how_often() > 0),
            "No cell has more than 1. `matrix[true, predicted] += 1` raises each cell "
            "once, however often its pair comes. Go through the pairs one by one.",
        ),
        Mistake(
            "shares in place of counts",
            is_share,
            "Those are shares. How often each pair comes is asked for: whole numbers.",
        ),
        Mistake(
            "absent class left out",
            lambda matrix: matrix.shape == (N_CLASSES - 1, N_CLASSES - 1),
            "One row and one column are missing. One digit does not occur here; its "
            "row and column have to be there all the same, or all behind it move.",
        ),
        Mistake(
            "wrong size",
            lambda matrix: matrix.shape != (N_CLASSES, N_CLASSES),
            "There are ten classes: ten rows and ten columns are asked for.",
        ),
        Mistake(
            "pairs missing or counted twice",
            lambda matrix: matrix.sum() != len(PAIRS["true"]),
            "The cells add up to another number than there are digits.",
        ),
    ),
    otherwise="The cell in row i and column j says how many digits are an i and were "
    "taken for a j.",
)

CONFUSION = Question(
    title="A confusion matrix by hand",
    given=PAIRS,
    parts={"matrix": MATRIX},
    hints=(
        "Begin with a matrix of zeros. Each digit belongs into exactly one cell.",
        "How large the matrix is depends on the classes that there are, not on those "
        "that happen to occur.",
        "A loop over `zip(true, predicted)` gives the row and the column of each "
        "digit; add 1 to that cell.",
    ),
)

# ----------------------------------------------------------- q5: confident mistakes

N_WORST = 5


def every_second_answer() -> dict[str, Any]:
    true, probabilities = simple_answers()
    rows = slice(1, None, 2)
    return {
        "true": true[rows],
        "predicted": probabilities[rows].argmax(axis=1),
        "probabilities": probabilities[rows],
    }


ANSWERS = Lazily(every_second_answer)


def mistaken() -> np.ndarray:
    """Return the positions of all wrong answers."""
    return np.flatnonzero(ANSWERS["true"] != ANSWERS["predicted"])


def certainty() -> np.ndarray:
    return ANSWERS["probabilities"].max(axis=1)


def most(values: np.ndarray) -> np.ndarray:
    """Return the places of the largest values, the largest first."""
    return np.argsort(-values)[:N_WORST]


def falls_and_leaves_nothing_larger(worst: np.ndarray) -> bool:
    """Return whether these are wrong answers, ever less certain, others still less."""
    if worst.shape != (N_WORST,) or not np.all(np.isin(worst, mistaken())):
        return False
    chosen = certainty()[worst.astype(int)]
    others = certainty()[np.setdiff1d(mistaken(), worst)]
    return bool(np.all(np.diff(chosen) < 0) and chosen[-1] > others.max())


def most_confident() -> np.ndarray:
    return mistaken()[most(certainty()[mistaken()])]


def are_members(positions: Callable[[], np.ndarray]) -> Callable[[np.ndarray], bool]:
    """Return a condition that leaves the order aside."""
    return lambda worst: same_members(worst, positions())


def of_true_class() -> np.ndarray:
    """Return the probability that each wrong answer gave to what was true."""
    rows = mistaken()
    return ANSWERS["probabilities"][rows, ANSWERS["true"][rows]]


def has_right_answers(worst: np.ndarray) -> bool:
    n = len(ANSWERS["true"])
    positions = np.isin(worst, np.arange(n))
    return bool(np.all(positions) and not np.all(np.isin(worst, mistaken())))


WORST = Part(
    read=numbers,
    right=falls_and_leaves_nothing_larger,
    mistakes=(
        Mistake(
            "mask in place of positions",
            lambda worst: worst.shape == ANSWERS["true"].shape,
            "That is one value for each digit. Five positions are asked for; "
            "`np.flatnonzero` tells where a mask is True.",
        ),
        Mistake(
            "probabilities in place of positions",
            lambda worst: bool(np.all((worst > 0) & (worst <= 1)) and not whole(worst)),
            "Those are probabilities. At which positions do they stand?",
        ),
        Mistake(
            "positions within the wrong ones",
            are_members(lambda: most(certainty()[mistaken()])),
            "Those count among the wrong answers alone. Position 0 there is another "
            "digit than position 0 of all: translate them back.",
        ),
        Mistake(
            "classes in place of positions",
            lambda worst: any(
                same_members(worst, ANSWERS[what][most_confident()])
                for what in ("true", "predicted")
            ),
            "Those are digits' classes. Where in the set are these digits?",
        ),
        Mistake(
            "not five",
            lambda worst: worst.shape != (N_WORST,),
            "Five positions are asked for, in one row.",
        ),
        Mistake(
            "right answers among them",
            has_right_answers,
            "At least one of these digits was read right. Keep the wrong ones first, "
            "then look for certainty among them.",
        ),
        Mistake(
            "least certain mistakes",
            are_members(lambda: mistaken()[most(-certainty()[mistaken()])]),
            "Those are the mistakes of which it was least certain. `argsort` begins "
            "with the smallest.",
        ),
        Mistake(
            "order reversed",
            lambda worst: falls_and_leaves_nothing_larger(worst[::-1]),
            "The five are right, and the most certain stands last. It comes first.",
        ),
        Mistake(
            "order lost",
            are_members(most_confident),
            "The five are right, and their order is not: the most certain comes first.",
        ),
        Mistake(
            "probability of the true class",
            are_members(lambda: mistaken()[most(-of_true_class())]),
            "There the true class got least. Asked for is where the class that was "
            "answered got most.",
        ),
    ),
    otherwise="Five positions in the whole set are asked for, all of wrong answers, "
    "the most certain first.",
)

MOST_CONFIDENT = Question(
    title="The most confident mistakes",
    given=ANSWERS,
    parts={"worst": WORST},
    hints=(
        "First find the positions of all wrong answers. Then ask how certain each of "
        "them was.",
        "How certain an answer was: the largest probability of its row. `np.argsort` "
        "sorts, the smallest first; a minus sign in front turns that round.",
        "`argsort` on the wrong answers alone gives places among them. Put those in "
        "square brackets behind the array of their positions, and take five.",
    ),
)

# ----------------------------------------------------------- q6: a network

ENOUGH = 0.90
GUESSING = 0.3
N_TRIED = 1000

SAMPLE = Lazily(
    lambda: {
        "x_train": digits().x_train,
        "y_train": digits().y_train.astype(np.int64),
        "x_held_out": digits().x_test,
        "y_held_out": digits().y_test.astype(np.int64),
    }
)

Outputs = Callable[..., np.ndarray]


def answers_of(answer: Any, name: str) -> Outputs:
    """Return a function that asks a network about digits; it remembers the answers."""
    asked = network(answer, name)
    shape = asked.input_shape[1:]
    if shape and all(length is None for length in shape[:2]) and len(shape) == 3:
        shape = (SIDE, SIDE, shape[2])
    if None in shape or np.prod(shape, dtype=int) != SIDE * SIDE:
        raise Unusable(
            "other input",
            f"{name} takes inputs of shape {clean(shape)}. It is to take digits of "
            "28 × 28 pixels: (28, 28, 1), (28, 28) or (784,).",
        )

    @functools.cache
    def outputs(largest_pixel: int = 1, which: str = "held_out") -> np.ndarray:
        import keras

        images = SAMPLE[f"x_{which}"][:N_TRIED].astype("float32") / 255 * largest_pixel
        given = asked(images.reshape(-1, *shape), training=False)
        return keras.ops.convert_to_numpy(given).astype(np.float64)

    return outputs


def accuracy(
    outputs: Outputs, largest_pixel: int = 1, which: str = "held_out"
) -> float:
    true = SAMPLE[f"y_{which}"][:N_TRIED]
    return float(np.mean(outputs(largest_pixel, which).argmax(axis=1) == true))


def loss(outputs: Outputs, largest_pixel: int = 1) -> float:
    true = SAMPLE["y_held_out"]
    of_true = outputs(largest_pixel)[np.arange(len(true)), true]
    return float(-np.log(np.clip(of_true, 1e-7, 1)).mean())


def gives_probabilities(outputs: Outputs) -> bool:
    return are_probabilities(outputs())


def wants_pixels_to_255(outputs: Outputs) -> bool:
    """Return whether it was made for pixels from 0 to 255, not from 0 to 1.

    The accuracy does not always tell: with relu and small biases the classes are the
    same at every scale, and only the probabilities are spoiled. They fit better at
    the other scale, or the network is right and hardly sure of it.
    """
    if accuracy(outputs, 255) <= 0.5:
        return False
    right, sure = accuracy(outputs), outputs().max(axis=1).mean()
    hardly_sure = right > ENOUGH - 0.05 and sure < right - 0.3
    return hardly_sure or loss(outputs, 255) < loss(outputs)


def knows_held_out_better(outputs: Outputs) -> bool:
    return accuracy(outputs) > accuracy(outputs, which="train") + 0.04


def is_good(outputs: Outputs) -> bool:
    if outputs().shape != (N_TRIED, N_CLASSES) or not gives_probabilities(outputs):
        return False
    if accuracy(outputs) < ENOUGH:
        raise Unusable(
            "accuracy too low",
            f"It reads {accuracy(outputs):.1%} of the held-out digits right, and at "
            f"least {ENOUGH:.0%} are asked for. More epochs, smaller batches or more "
            "units may help.",
        )
    return not wants_pixels_to_255(outputs) and not knows_held_out_better(outputs)


NETWORK = Part(
    read=answers_of,
    right=is_good,
    mistakes=(
        Mistake(
            "not ten outputs",
            lambda outputs: outputs().shape != (N_TRIED, N_CLASSES),
            "The last layer does not give ten numbers for each digit. There are ten "
            "classes, and each needs a unit of its own.",
        ),
        Mistake(
            "training diverged",
            lambda outputs: not np.all(np.isfinite(outputs())),
            "What comes out is not a number any more: the weights have grown without "
            "limit. Make the network anew, with a smaller learning rate.",
        ),
        Mistake(
            "no probabilities",
            lambda outputs: not gives_probabilities(outputs),
            "The ten outputs of a digit do not add up to 1. Which activation of the "
            "last layer makes probabilities of any ten numbers?",
        ),
        Mistake(
            "fitted on the held-out digits",
            lambda outputs: (
                accuracy(outputs) > GUESSING and knows_held_out_better(outputs)
            ),
            "It knows the held-out digits better than those to learn from. Digits that "
            "it was fitted on cannot tell how well it reads new ones.",
        ),
        Mistake(
            "pixels not scaled",
            wants_pixels_to_255,
            "It fits pixels from 0 to 255, and is asked about pixels from 0 to 1. "
            "Prepare the digits before you train, and no layer need do it.",
        ),
        Mistake(
            "not trained",
            lambda outputs: accuracy(outputs) < GUESSING,
            "It is right hardly more often than by guessing. Was `fit` run on this "
            "very network, with digits and labels that belong together?",
        ),
    ),
    otherwise="A network is asked for that takes digits with pixels from 0 to 1 and "
    "gives ten probabilities.",
)

ABOVE_90 = Question(
    title="A network that reads digits",
    given=SAMPLE,
    parts={"network": NETWORK},
    hints=(
        "Prepare the digits first, as in question 1, in the layout that your network "
        "takes. Then define, compile and fit.",
        "A hidden layer of some 128 units and five epochs will do. The labels are "
        "whole numbers: which of the two losses is for those?",
        "`prepare_images` from helpers.preprocessing scales; `Flatten`, "
        '`Dense(128, activation="relu")` and ten units with softmax read the digits; '
        'the loss is "sparse_categorical_crossentropy". Take batches of 32.',
    ),
)

# ----------------------------------------------------------- q7: save and load


@dataclass(frozen=True)
class Outcome:
    """What a function that saves and loads has done."""

    same_object: bool
    files: tuple[str, ...]
    same_predictions: bool

    def wrote(self, *endings: str) -> bool:
        return any(file.endswith(endings) for file in self.files)


def small_network() -> Any:
    """Return a network whose weights, biases and statistics are all drawn."""
    import keras

    layers = keras.layers
    fresh = keras.Sequential(
        [
            keras.Input(shape=(6,)),
            layers.Dense(5, activation="relu", kernel_initializer="zeros"),
            layers.BatchNormalization(),
            layers.Dense(3, activation="softmax", kernel_initializer="zeros"),
        ]
    )
    random = np.random.default_rng()
    fresh.set_weights(
        [random.uniform(0.5, 1.5, size=np.shape(old)) for old in fresh.get_weights()]
    )
    return fresh


def predictions(asked: Any) -> np.ndarray:
    import keras

    inputs = np.linspace(-2, 2, 24, dtype="float32").reshape(4, 6)
    return keras.ops.convert_to_numpy(asked(inputs, training=False))


def outcome_of(answer: Any, name: str) -> Callable[[], Outcome]:
    """Return what a learner's function does with a fresh network in an empty folder.

    It is run once, here: saving takes its time.
    """
    ask = function(returns=network)(answer, name)
    original = small_network()
    expected = predictions(original)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        loaded = ask(original, Path(folder))
        files = sorted(file.name for file in Path(folder).rglob("*"))
        same_input = loaded.input_shape == original.input_shape
        same = same_input and close(predictions(loaded), expected)
    outcome = Outcome(loaded is original, tuple(files), same)
    return lambda: outcome


SAVE_AND_LOAD = Part(
    read=outcome_of,
    right=lambda outcome: (
        not outcome().same_object
        and outcome().wrote(".keras")
        and outcome().same_predictions
    ),
    mistakes=(
        Mistake(
            "same object returned",
            lambda outcome: outcome().same_object,
            "It returns the very network that it was given. Load one from the file, "
            "and return that: else you do not know whether the file is of use.",
        ),
        Mistake(
            "no file written",
            lambda outcome: not outcome().files,
            "The folder is empty afterwards. Save the network to a file in the folder "
            "that the function is given.",
        ),
        Mistake(
            "only the weights saved",
            lambda outcome: outcome().wrote(".weights.h5"),
            "That file has the weights and nothing about the layers: whoever loads it "
            "must know the network. Save the whole network.",
        ),
        Mistake(
            "old format",
            lambda outcome: outcome().wrote(".h5", ".hdf5"),
            "That is Keras's old format. The ending of the file's name decides: "
            "`.keras` is asked for.",
        ),
        Mistake(
            "exported in place of saved",
            lambda outcome: outcome().wrote("saved_model.pb"),
            "`export` writes the computation alone, for other programs. Save the "
            "network, so that Keras can load and train it.",
        ),
        Mistake(
            "no .keras file",
            lambda outcome: not outcome().wrote(".keras"),
            "There is no file that ends in `.keras` in the folder.",
        ),
        Mistake(
            "other predictions",
            lambda outcome: not outcome().same_predictions,
            "What it returns answers otherwise than the network that was saved. "
            "Copying the layers alone gives fresh weights; and does it save the "
            "network that it is given, or another one of the notebook?",
        ),
    ),
    otherwise="Save to a `.keras` file in the folder, load it, return what comes.",
)

SAVING = Question(
    title="Save a network and load it",
    parts={"save_and_load": SAVE_AND_LOAD},
    hints=(
        "Three lines: where the file is to be, save, load.",
        "A network has a method that saves it. Loading is a function of "
        "`keras.models`, since there is no network yet.",
        'The path is `Path(folder) / "network.keras"`. Then `network.save(path)`, and '
        "return what `keras.models.load_model(path)` gives.",
    ),
)

# ----------------------------------------------------------- q8: validation rows

N_OF_CLASS = 125
N_TEST_OF_CLASS = 25
SHARE = 0.2


def rows_by_label() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, sorted, and the rows for training and for the test."""
    labels = np.repeat(np.arange(N_CLASSES), N_OF_CLASS)
    random = np.random.RandomState(4)
    test = np.sort(
        np.concatenate(
            [
                random.permutation(np.flatnonzero(labels == k))[:N_TEST_OF_CLASS]
                for k in range(N_CLASSES)
            ]
        )
    )
    return labels, np.setdiff1d(np.arange(len(labels)), test), test


LABELS, TRAIN_ROWS, TEST_ROWS = rows_by_label()
N_VALIDATION = round(SHARE * len(TRAIN_ROWS))

Rows = tuple[np.ndarray, np.ndarray]


def together(rows: Rows) -> np.ndarray:
    return np.concatenate(rows)


def classes_in(rows: np.ndarray) -> int:
    return len(np.unique(LABELS[rows.astype(int)]))


def share_without_test(rows: Rows) -> bool:
    """Return whether all training rows are there once, shared out as asked for."""
    return (
        all(part.ndim == 1 for part in rows)
        and same_members(together(rows), TRAIN_ROWS)
        and len(rows[1]) == N_VALIDATION
        and all(classes_in(part) == N_CLASSES for part in rows)
    )


ROWS = Part(
    read=pair,
    right=share_without_test,
    mistakes=(
        Mistake(
            "sizes in place of rows",
            lambda rows: all(part.size == 1 for part in rows),
            "Those are two numbers: how large the parts are, or their shares. Which "
            "rows are in them?",
        ),
        Mistake(
            "columns in place of rows",
            lambda rows: any(part.ndim > 1 for part in rows),
            "There is an axis too many. Each part is one long row of numbers: "
            "`np.flatnonzero` in place of `np.argwhere`, or `ravel`.",
        ),
        Mistake(
            "masks in place of rows",
            lambda rows: all(len(part) > 2 and part.max() <= 1 for part in rows),
            "Those are zeros and ones. The numbers of the rows are asked for.",
        ),
        Mistake(
            "labels in place of rows",
            lambda rows: together(rows).max() < N_CLASSES,
            "Those are labels. The numbers of the rows are asked for.",
        ),
        Mistake(
            "positions within the training rows",
            lambda rows: same_members(together(rows), np.arange(len(TRAIN_ROWS))),
            "Those count within `train_rows`. Use them to pick from `train_rows`: the "
            "numbers that stand there are asked for.",
        ),
        Mistake(
            "test set used for validation",
            lambda rows: bool(np.isin(TEST_ROWS, rows[1]).any()),
            "Test rows are among those for validation. Whoever chooses by the test set "
            "has nothing left to judge the choice with.",
        ),
        Mistake(
            "test rows used for fitting",
            lambda rows: bool(np.isin(TEST_ROWS, rows[0]).any()),
            "The network would be fitted on test rows. Start from the training rows "
            "alone.",
        ),
        Mistake(
            "parts exchanged",
            lambda rows: share_without_test(rows[::-1]),
            "The large part comes second. `fit_rows` are those that the network "
            "learns from.",
        ),
        Mistake(
            "overlap",
            lambda rows: bool(np.isin(rows[0], rows[1]).any()),
            "Some rows are in both parts. On digits that it was fitted on, a network "
            "looks better than it is.",
        ),
        Mistake(
            "rows drawn more than once",
            lambda rows: len(np.unique(together(rows))) < together(rows).size,
            "Some rows come twice in one part. Draw without putting back, or shuffle "
            "and cut.",
        ),
        Mistake(
            "rows left out",
            lambda rows: not np.isin(TRAIN_ROWS, together(rows)).all(),
            "Some training rows are in neither part. What is not for validation is for "
            "fitting.",
        ),
        Mistake(
            "wrong share",
            lambda rows: len(rows[1]) != N_VALIDATION,
            "The part for validation has another size. A fifth of the training rows is "
            "asked for; the test rows do not count.",
        ),
        Mistake(
            "sorted rows cut",
            lambda rows: any(classes_in(part) < N_CLASSES for part in rows),
            "Some digits are in one part only. The rows are sorted by label: shuffle "
            "them before you cut, or take every fifth.",
        ),
    ),
    otherwise="Two arrays with numbers of rows are asked for, taken from `train_rows`.",
)

VALIDATION = Question(
    title="Validation without the test set",
    given={"labels": LABELS, "train_rows": TRAIN_ROWS, "test_rows": TEST_ROWS},
    parts={"rows": ROWS},
    hints=(
        "Only `train_rows` are shared out. Look at `labels[train_rows]` before you "
        "cut them.",
        "Shuffle the training rows first. How many are a fifth of them?",
        "`np.random.permutation(train_rows)` shuffles; one slice up to a fifth, and "
        "one from there on, are the two parts. Which of them is the large one?",
    ),
)

QUESTIONS = {
    "q1": IMAGES_AND_NAMES,
    "q2": COUNTING,
    "q3": FROM_PROBABILITIES,
    "q4": CONFUSION,
    "q5": MOST_CONFIDENT,
    "q6": ABOVE_90,
    "q7": SAVING,
    "q8": VALIDATION,
}

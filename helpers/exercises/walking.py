"""Exercise 03_walking: how its answers are recognised.

All windows are simulated: those of the sample, so that everybody has the same, whether
or not the real recordings are there. They are made when they are first asked for, not
when this module is imported.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.exercises.givens import Lazily
from helpers.exercises.questions import Mistake, Part, Question
from helpers.exercises.reading import (
    Unusable,
    are_probabilities,
    clean,
    close,
    describe,
    layers_of,
    network,
    numbers,
    pair,
    refuse_text_and_sets,
    same_members,
    shape,
    whole,
    whole_number,
)

N_CLASSES = 15
LENGTH, CHANNELS = 260, 3
STILL_BELOW = 60

Pair = tuple[np.ndarray, np.ndarray]


@functools.cache
def walking() -> Any:
    from helpers.datasets import load_walking  # here: the answers may never need it

    return load_walking(source="sample")


def strength(windows: np.ndarray) -> np.ndarray:
    """Return the strength of the motion: root of the summed variances of the axes."""
    return np.sqrt(windows.var(axis=1, dtype=np.float64).sum(axis=1))


@functools.cache
def moving() -> np.ndarray:
    """Return the positions of the windows of the sample in which somebody walks."""
    return np.flatnonzero(strength(walking().x) >= STILL_BELOW)


def scaled_by(windows: np.ndarray, axis: int | tuple[int, ...] | None) -> np.ndarray:
    """Return the windows, centred and scaled along an axis."""
    values = windows.astype(np.float64)
    values = values - values.mean(axis=axis, keepdims=True)
    return values / values.std(axis=axis, keepdims=True)


def alike(values: np.ndarray, others: np.ndarray) -> bool:
    """Return whether both agree but for dividing by n or by n - 1."""
    return values.shape == others.shape and np.allclose(
        values, others, rtol=5e-3, atol=5e-3
    )


# ----------------------------------------------------------- q1: files and classes

# As a file manager lists them.
FILES = tuple(f"{number}.csv" for number in range(1, N_CLASSES + 1))
CLASS_FILES = tuple(sorted(FILES))
WINDOW_FILES = tuple(
    f"{number}.csv" for number in (10, 2, 2, 13, 1, 7, 10, 5, 14, 3, 8, 6)
)
WINDOW_NUMBERS = np.array([int(name.removesuffix(".csv")) for name in WINDOW_FILES])
WINDOW_CLASSES = np.array([CLASS_FILES.index(name) for name in WINDOW_FILES])
PREDICTED = np.array([1, 8, 3, 14, 6, 10])

NUMBER_FOR_CLASS = (
    "Those are the numbers in the names of the files. The classes count the files in "
    "the order of their names as text, and they count from 0."
)
LISTING_FOR_CLASS = (
    "That is the place in the listing, where 10.csv stands behind 9.csv. Ordered as "
    "text, 10.csv comes elsewhere."
)
ONE_TOO_LARGE = (
    "The order is right, but it is counted from 1. With 15 outputs, there would be no "
    "place for class 15."
)


def are_labels(expected: np.ndarray) -> Callable[[np.ndarray], bool]:
    return lambda labels: np.array_equal(labels, expected)


def counts_occurring(labels: np.ndarray) -> bool:
    """Return whether only the files that occur were counted."""
    return any(
        np.array_equal(labels, np.unique(values, return_inverse=True)[1])
        for values in (WINDOW_FILES, WINDOW_NUMBERS)
    )


LABELS = Part(
    read=numbers,
    right=are_labels(WINDOW_CLASSES),
    mistakes=(
        Mistake(
            "file number taken for the class",
            are_labels(WINDOW_NUMBERS),
            NUMBER_FOR_CLASS,
        ),
        Mistake(
            "place in the listing", are_labels(WINDOW_NUMBERS - 1), LISTING_FOR_CLASS
        ),
        Mistake("labels 1 to 15", are_labels(WINDOW_CLASSES + 1), ONE_TOO_LARGE),
        Mistake(
            "only files that occur counted",
            counts_occurring,
            "Only the files of these twelve windows were counted. All 15 files count: "
            "other windows come from the others.",
        ),
        Mistake(
            "one-hot in place of labels",
            lambda labels: labels.ndim == 2 and set(np.unique(labels)) == {0, 1},
            "Those are zeros and ones. One whole number for each window is asked for.",
        ),
        Mistake(
            "not one label for each window",
            lambda labels: labels.shape != WINDOW_CLASSES.shape,
            "There are twelve windows: one label for each is asked for, shape (12,).",
        ),
    ),
    otherwise="One whole number for each window is asked for: the place of its file "
    "among all files, ordered as text.",
)


def encodes(labels: np.ndarray) -> Callable[[np.ndarray], bool]:
    """Return a condition: one 1 in each row, in the column of the label."""

    def holds(targets: np.ndarray) -> bool:
        rows = np.arange(len(labels))
        return (
            targets.ndim == 2
            and len(targets) == len(labels)
            and bool(np.isin(targets, (0, 1)).all())
            and bool(np.all(targets.sum(axis=1) == 1))
            and bool(np.all(targets[rows, labels] == 1))
        )

    return holds


TARGETS = Part(
    read=numbers,
    right=lambda targets: (
        targets.shape[1:] == (N_CLASSES,) and encodes(WINDOW_CLASSES)(targets)
    ),
    mistakes=(
        Mistake(
            "labels in place of one-hot",
            lambda targets: targets.shape in ((12,), (12, 1)),
            "That is one number for each window. One-hot has a column for each class.",
        ),
        Mistake(
            "axes swapped",
            lambda targets: targets.shape == (N_CLASSES, 12),
            "One row for each window is asked for, and one column for each class. Here "
            "it is the other way round.",
        ),
        Mistake(
            "file number taken for the class", encodes(WINDOW_NUMBERS), NUMBER_FOR_CLASS
        ),
        Mistake("place in the listing", encodes(WINDOW_NUMBERS - 1), LISTING_FOR_CLASS),
        Mistake("labels 1 to 15", encodes(WINDOW_CLASSES + 1), ONE_TOO_LARGE),
        Mistake(
            "columns of absent classes missing",
            lambda targets: len(targets) == 12 and targets.shape[1] < N_CLASSES,
            "There are too few columns. Some files have no window here; their columns "
            "have to be there all the same. Tell `one_hot` how many classes there are.",
        ),
        Mistake(
            "column too many",
            lambda targets: len(targets) == 12 and targets.shape[1] > N_CLASSES,
            "There are more columns than classes.",
        ),
        Mistake(
            "not one 1 in each row",
            lambda targets: not np.all(targets.sum(axis=1) == 1),
            "Each row has exactly one 1: each window belongs to one file.",
        ),
    ),
    otherwise="Shape (12, 15) is asked for, in each row one 1, in the column of the "
    "window's class.",
)


def file_names(answer: Any, name: str) -> list[str]:
    """Return an answer as names of files, without their ending."""
    refuse_text_and_sets(answer, name, "window")
    return [
        one.removesuffix(".csv") if isinstance(one, str) else str(int(one))
        for one in np.ravel(np.asarray(answer, dtype=object))
    ]


def are_files(
    places: np.ndarray, files: Sequence[str] = CLASS_FILES
) -> Callable[[list[str]], bool]:
    """Return a condition: these are the files at those places."""
    wanted = [files[place].removesuffix(".csv") for place in places % N_CLASSES]
    return lambda names: names == wanted


NAMED = Part(
    read=file_names,
    right=are_files(PREDICTED),
    mistakes=(
        Mistake(
            "class taken for the file number",
            lambda names: names == [str(one) for one in PREDICTED],
            "Those are the classes. Class 1 is not the file 1.csv: which file stands "
            "at place 1, counted from 0, when they are ordered as text?",
        ),
        Mistake(
            "place in the listing",
            are_files(PREDICTED, FILES),
            "Those names stand at these places in the listing. The classes count the "
            "files ordered as text.",
        ),
        Mistake(
            "names moved by one",
            lambda names: (
                are_files(PREDICTED - 1)(names) or are_files(PREDICTED + 1)(names)
            ),
            "Each name is that of the next or of the previous class. Python counts "
            "from 0, and so do the classes.",
        ),
        Mistake(
            "not one name for each answer",
            lambda names: len(names) != len(PREDICTED),
            "There are six answers. One name for each is asked for, in their order.",
        ),
    ),
    otherwise="A list of six names is asked for: the first is the file that belongs to "
    "the first class in `predicted`.",
)

FILES_AND_CLASSES = Question(
    title="Which file is which class",
    given={"files": FILES, "window_files": WINDOW_FILES, "predicted": PREDICTED},
    parts={"labels": LABELS, "targets": TARGETS, "named": NAMED},
    hints=(
        "First put all 15 files into the order of the classes. What does `sorted` do "
        "with text?",
        "A list has a method that says where something stands in it: `index`. Square "
        "brackets go the other way, from the place to the name.",
        "With `order = sorted(files)`, the label of a window is `order.index(name)`. "
        "`preprocessing.one_hot` makes the rows, if it is told `n_classes`.",
    ),
)

# ----------------------------------------------------------- q2: order of the axes

N_STORED = 10


def stored_channels_first() -> dict[str, Any]:
    rows = moving()[:: len(moving()) // N_STORED][:N_STORED]
    return {"stored": np.ascontiguousarray(walking().x[rows].transpose(0, 2, 1))}


STORED = Lazily(stored_channels_first)


def has_time_before_channels(windows: np.ndarray) -> bool:
    """Return whether each signal is where Keras looks for it."""
    stored = STORED["stored"]
    return windows.shape == (N_STORED, LENGTH, CHANNELS) and all(
        close(windows[:, :, channel], stored[:, channel]) for channel in range(CHANNELS)
    )


WINDOWS = Part(
    read=numbers,
    right=has_time_before_channels,
    mistakes=(
        Mistake(
            "array unchanged",
            lambda windows: close(windows, STORED["stored"]),
            "It is as it was given. `transpose` returns a new array and leaves the old "
            "one as it is: keep what it returns.",
        ),
        Mistake(
            "reshape for a transpose",
            lambda windows: close(windows.ravel(), STORED["stored"].ravel()),
            "All numbers still follow each other as before, cut elsewhere: moments of "
            "one axis stand where the three axes ought to be. Axes must change places.",
        ),
        Mistake(
            "samples not first",
            lambda windows: (
                len(windows) != N_STORED and same_members(windows, STORED["stored"])
            ),
            "The samples do not come first any more. `.T` turns all axes round; only "
            "two of them have to change places.",
        ),
        Mistake(
            "order of elements lost",
            lambda windows: same_members(windows, STORED["stored"]),
            "The numbers are there, but in another order than asked for. Draw one of "
            "your windows.",
        ),
    ),
    otherwise="Shape (10, 260, 3) is asked for: windows, moments, axes, and each "
    "number where it belongs.",
)


def input_lengths(answer: Any, name: str) -> tuple[int, ...] | int:
    """Return an answer as a shape in which there is no None."""
    if isinstance(answer, tuple | list) and any(one is None for one in answer):
        raise Unusable(
            "axis of samples included",
            f"{describe(answer, name)}. `keras.Input` is told the shape of one sample "
            "and puts the None for the samples in front itself.",
        )
    return shape(answer, name)


INPUT_SHAPE = Part(
    read=input_lengths,
    right=lambda lengths: lengths == (LENGTH, CHANNELS),
    mistakes=(
        Mistake(
            "axes swapped",
            lambda lengths: lengths == (CHANNELS, LENGTH),
            "Then a network would take the 260 moments for channels, and slide its "
            "kernels along three places. Channels come last.",
        ),
        Mistake(
            "axis of samples included",
            lambda lengths: N_STORED in lengths,
            "The number of samples is in it. `keras.Input` is told the shape of one "
            "sample.",
        ),
        Mistake(
            "flat in place of two axes",
            lambda lengths: lengths in (LENGTH * CHANNELS, (LENGTH * CHANNELS,)),
            "That is how many numbers a window has. A convolution has to know which "
            "belong to the same moment.",
        ),
        Mistake(
            "axis missing",
            lambda lengths: lengths in (LENGTH, CHANNELS, (LENGTH,), (CHANNELS,)),
            "One window has two axes: moments and channels.",
        ),
        Mistake(
            "axis too many",
            lambda lengths: len(lengths) > 2,
            "One window has two axes: moments and channels.",
        ),
    ),
    otherwise="What is the shape of one window, when samples are not counted?",
)

ORDER_OF_AXES = Question(
    title="The order of the axes",
    given=STORED,
    parts={"windows": WINDOWS, "input_shape": INPUT_SHAPE},
    hints=(
        "Samples first, then space, channels last. What is space here?",
        "Two axes have to change places, and the first one stays. `reshape` moves no "
        "number: is it the right tool?",
        "`np.transpose` takes the axes in their new order: which one is to be at place "
        "0, at place 1, at place 2? `np.swapaxes` does it, too.",
    ),
)

# ----------------------------------------------------------- q3: scaling, still ones

N_LOOKED_AT = 14
N_STILL = 4


def some_still_windows() -> dict[str, Any]:
    """Return raw windows, some of them still, in some of them one axis weak."""
    x = walking().x
    still = np.setdiff1d(np.arange(len(x)), moving())
    weakest = x[moving()].std(axis=1).min(axis=1)
    walks = moving()[np.argsort(weakest, kind="stable")]
    n = N_LOOKED_AT - N_STILL
    rows = np.concatenate(
        [
            still[:: len(still) // N_STILL][:N_STILL],
            walks[: n // 2 * 30 : 30],  # weak along one axis
            walks[:: -(len(walks) // n)][: n - n // 2],
        ]
    )
    order = np.random.RandomState(3).permutation(len(rows))
    return {"windows": x[rows[order]]}


MIXED = Lazily(some_still_windows)


def are_windows(
    change: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], bool]:
    """Return a condition: that is what the change makes of the raw windows."""
    return lambda scaled: alike(scaled, change(MIXED["windows"].astype(np.float64)))


def is_scaled_by(axis: int | tuple[int, ...] | None) -> Callable[[np.ndarray], bool]:
    return are_windows(lambda windows: scaled_by(windows, axis))


def has_another_range(scaled: np.ndarray) -> bool:
    """Return whether each signal goes from 0 to 1, or from -1 to 1."""
    lowest, highest = scaled.min(axis=1), scaled.max(axis=1)
    return any(
        np.allclose(lowest, low, atol=1e-3) and np.allclose(highest, 1, atol=1e-3)
        for low in (0, -1)
    )


SCALED = Part(
    read=numbers,
    right=is_scaled_by(1),
    mistakes=(
        Mistake(
            "not scaled",
            are_windows(lambda windows: windows),
            "Those are the raw numbers.",
        ),
        Mistake(
            "scaled over all windows",
            lambda scaled: is_scaled_by((0, 1))(scaled) or is_scaled_by(None)(scaled),
            "One mean and one deviation were taken for all windows. Then the levels "
            "stay, and a network learns how the strap sat. Each window has its own "
            "mean and deviation.",
        ),
        Mistake(
            "axes scaled together",
            is_scaled_by((1, 2)),
            "Each window has one mean and one deviation here, for its three axes "
            "together. Each axis is to have its own.",
        ),
        Mistake(
            "scaled along the wrong axis",
            lambda scaled: is_scaled_by(0)(scaled) or is_scaled_by(2)(scaled),
            "The mean was taken over the windows, or over the three axes, and each "
            "moment has its own. It is the moments that one has to go along.",
        ),
        Mistake(
            "only centred",
            are_windows(lambda windows: windows - windows.mean(axis=1, keepdims=True)),
            "The means are 0, but the numbers are still as far apart as before: divide "
            "by the standard deviation.",
        ),
        Mistake(
            "not centred",
            are_windows(lambda windows: windows / windows.std(axis=1, keepdims=True)),
            "The standard deviations are 1, but the means are not 0.",
        ),
        Mistake(
            "divided by the variance",
            are_windows(
                lambda windows: (
                    scaled_by(windows, 1) / windows.std(axis=1, keepdims=True)
                )
            ),
            "That was divided by the variance. The standard deviation is its root.",
        ),
        Mistake(
            "scaled to another range",
            has_another_range,
            "Smallest and largest number were used. Mean 0 and standard deviation 1 "
            "are asked for: one sharp peak does not change these so much.",
        ),
        Mistake(
            "axes swapped",
            lambda scaled: is_scaled_by(1)(np.swapaxes(scaled, 1, 2)),
            "The numbers are right, and moments and channels have changed places. "
            "Channels come last.",
        ),
    ),
    otherwise="Each of the three signals of each window is to have mean 0 and standard "
    "deviation 1, by itself.",
)


def positions(answer: Any, name: str) -> np.ndarray:
    """Return an answer as an array of numbers; there may be none."""
    if isinstance(answer, tuple) and len(answer) == 1:
        answer = answer[0]  # what `np.where` returns
    if isinstance(answer, np.ndarray | list | tuple) and len(np.ravel(answer)) == 0:
        return np.zeros(0)
    return numbers(answer, name)


def stillness() -> np.ndarray:
    """Return whether each window is still."""
    return strength(MIXED["windows"]) < STILL_BELOW


def are_positions_of(
    mask: Callable[[], np.ndarray], offset: int = 0
) -> Callable[[np.ndarray], bool]:
    return lambda found: (
        found.ndim == 1 and same_members(found, np.flatnonzero(mask()) + offset)
    )


def one_axis_is_weak(found: np.ndarray) -> bool:
    """Return whether one axis, any axis or their mean was looked at."""
    weak = MIXED["windows"].std(axis=1) < STILL_BELOW
    masks = [*weak.T, weak.any(axis=1)]
    masks.append(MIXED["windows"].std(axis=1).mean(axis=1) < STILL_BELOW)
    return any(same_members(found, np.flatnonzero(mask)) for mask in masks)


STILL = Part(
    read=positions,
    right=are_positions_of(stillness),
    mistakes=(
        Mistake(
            "mask in place of positions",
            lambda found: found.shape == (N_LOOKED_AT,) and set(found) == {0, 1},
            "That is true or false for each window. `np.flatnonzero` gives the "
            "positions of those that are true.",
        ),
        Mistake(
            "strengths in place of positions",
            lambda found: not whole(found),
            "Those are no whole numbers. The positions of windows are asked for.",
        ),
        Mistake(
            "scaled windows asked",
            lambda found: same_members(found, np.arange(N_LOOKED_AT)),
            "Those are all windows. After scaling each of them has the same strength: "
            "scaling hides who stands still. Ask the raw windows.",
        ),
        Mistake(
            "none found",
            lambda found: found.size == 0,
            "There are still windows. Did you take the root? And each axis varies "
            "around a level of its own: whoever takes the variance of all three "
            "together measures how far the levels are apart.",
        ),
        Mistake(
            "moving in place of still",
            are_positions_of(lambda: ~stillness()),
            "Those are the windows in which somebody walks.",
        ),
        Mistake(
            "one axis in place of all",
            one_axis_is_weak,
            "One axis may be weak while somebody walks, because they swing along the "
            "others. Add up the variances of all three, then take the root.",
        ),
        Mistake(
            "number in place of positions",
            lambda found: found.size == 1 and float(found.ravel()[0]) == N_STILL,
            "That is how many there are. Which are they?",
        ),
        Mistake(
            "counted from 1",
            are_positions_of(stillness, offset=1),
            "Each position is too large by one. The first window has the position 0.",
        ),
    ),
    otherwise="The positions of all still windows are asked for. Print the strength of "
    "each window and look for those below the limit.",
)

SCALE_AND_LOOK = Question(
    title="Scale each window, and find what it hides",
    given=MIXED,
    parts={"scaled": SCALED, "still": STILL},
    hints=(
        "The axes are windows, moments, channels. Along which of them does one have to "
        "go, to get one mean for each window and channel?",
        "`mean` and `std` take `axis=`, and `keepdims=True` keeps an axis of length 1, "
        "so that the shapes fit. The strength is asked of the raw windows.",
        "`windows.mean(axis=1, keepdims=True)` has the shape (14, 1, 3). The strength "
        "is `np.sqrt(windows.var(axis=1).sum(axis=1))`; compare it with 60.",
    ),
)

# ----------------------------------------------------------- q4: a random split

TEST_SHARE = 0.2


def split_by_somebody() -> dict[str, Any]:
    """Return starts of windows, split at random.

    In one recording they lie close together, in another one further apart; in a third
    one they only touch each other, and in a fourth one not even that.
    """
    data = walking()
    starts = []
    spacing = [(5, 1, 30), (0, 3, 32), (2, 5, 20), (1, 7, 14)]
    for label, (first, every, n) in enumerate(spacing):
        mine = data.start[data.y == label]
        starts.append(mine[first::every][:n])
    shuffled = np.random.RandomState(4).permutation(np.concatenate(starts))
    n_train = round(len(shuffled) * (1 - TEST_SHARE))
    return {
        "n_windows": len(data.y),
        "train_start": shuffled[:n_train],
        "test_start": shuffled[n_train:],
        "length": LENGTH,
    }


SOMEBODYS = Lazily(split_by_somebody)


def n_all() -> int:
    return int(SOMEBODYS["n_windows"])


def n_test() -> float:
    return TEST_SHARE * n_all()


def are_all_windows(split: Pair) -> bool:
    return same_members(np.concatenate(split), np.arange(n_all()))


def has_a_fifth(part: np.ndarray) -> bool:
    return abs(len(part) - n_test()) <= 1


def n_runs(part: np.ndarray) -> int:
    """Return in how many pieces without a hole the positions lie."""
    return 1 + int(np.count_nonzero(np.diff(np.sort(part)) > 1))


def is_regular(part: np.ndarray) -> bool:
    return len(np.unique(np.diff(np.sort(part)))) == 1


def is_random_split(split: Pair) -> bool:
    return (
        all(part.ndim == 1 for part in split)
        and are_all_windows(split)
        and has_a_fifth(split[1])
        and n_runs(split[1]) > len(split[1]) / 4
        and not is_regular(split[1])
    )


def mistakes_of_positions(n: Callable[[], int]) -> tuple[Mistake, ...]:
    """Return mistakes of a pair of positions among `n` windows, whatever the split."""
    return (
        Mistake(
            "sizes in place of positions",
            lambda split: all(part.size == 1 for part in split),
            "Those are two numbers: how large the parts are, or their shares. Which "
            "windows are in them?",
        ),
        Mistake(
            "not one row of positions",
            lambda split: any(part.ndim != 1 for part in split),
            "Each part is one row of positions, with one axis: `np.flatnonzero` in "
            "place of `np.argwhere`, or `ravel`.",
        ),
        Mistake(
            "masks in place of positions",
            lambda split: all(
                len(part) == n() and np.isin(part, (0, 1)).all() for part in split
            ),
            "Those are true and false for each window. `np.flatnonzero` gives the "
            "positions of those that are true.",
        ),
        Mistake(
            "counted from 1",
            lambda split: (
                min(part.min() for part in split) == 1
                and max(part.max() for part in split) == n()
            ),
            "The first window has the position 0.",
        ),
        Mistake(
            "no positions",
            lambda split: any(
                part.min() < 0 or part.max() >= n() or not whole(part) for part in split
            ),
            "There are no windows with such positions. Positions are whole numbers; "
            "they count the windows as they are stored, from 0.",
        ),
        Mistake(
            "windows in both parts",
            lambda split: np.intersect1d(*split).size > 0,
            "Some windows are in both parts. On windows that it has learned from, a "
            "network looks better than it is.",
        ),
        Mistake(
            "windows drawn more than once",
            lambda split: any(len(np.unique(part)) < len(part) for part in split),
            "Some windows come twice in one part. Draw without putting back, or "
            "shuffle and cut.",
        ),
    )


RANDOM_SPLIT = Part(
    read=pair,
    right=is_random_split,
    mistakes=(
        *mistakes_of_positions(n_all),
        Mistake(
            "windows left out",
            lambda split: sum(len(part) for part in split) < n_all(),
            "Some windows are in neither part.",
        ),
        Mistake(
            "parts exchanged",
            lambda split: has_a_fifth(split[0]),
            "The training part is the small one. It comes first, and gets four fifths.",
        ),
        Mistake(
            "other share",
            lambda split: not has_a_fifth(split[1]),
            "The test part has another size. A fifth of all windows is asked for.",
        ),
        Mistake(
            "not shuffled",
            lambda split: n_runs(split[1]) <= len(split[1]) / 4,
            "Long stretches of windows went into the test part as they are stored. "
            "They are stored recording by recording: whole recordings would be missing "
            "in training. Shuffle all windows before you cut.",
        ),
        Mistake(
            "every fifth in place of random",
            lambda split: is_regular(split[1]),
            "The test windows lie at equal distances. That is a rule, and not random.",
        ),
    ),
    otherwise="Two arrays of positions are asked for: each window in one of them.",
)


def distances() -> np.ndarray:
    """Return how far each test window begins from each training window."""
    train, test = SOMEBODYS["train_start"], SOMEBODYS["test_start"]
    return np.abs(test[:, np.newaxis] - train)


def shares_rows() -> np.ndarray:
    return distances() < LENGTH


def is_known(count: Callable[[], float]) -> Callable[[int], bool]:
    return lambda n: n == count()


N_KNOWN = Part(
    read=whole_number,
    right=is_known(lambda: shares_rows().any(axis=1).sum()),
    mistakes=(
        Mistake(
            "equal starts only",
            is_known(lambda: (distances() == 0).sum()),
            "No window is in both parts, that is true. But windows that begin near "
            "each other share rows.",
        ),
        Mistake(
            "next neighbours only",
            is_known(lambda: (distances() <= 52).any(axis=1).sum()),
            "Only windows that begin one second apart were counted. Those that begin "
            "two seconds apart still share three.",
        ),
        Mistake(
            "touching windows counted",
            is_known(lambda: (distances() <= LENGTH).any(axis=1).sum()),
            "Some of these only touch: one ends at the very row before the other "
            "begins. They share no row.",
        ),
        Mistake(
            "pairs in place of windows",
            is_known(lambda: shares_rows().sum()),
            "That counts pairs. A test window that shares rows with several training "
            "windows counts once.",
        ),
        Mistake(
            "training windows counted",
            is_known(lambda: shares_rows().any(axis=0).sum()),
            "Those are training windows that share rows with some test window. Count "
            "the test windows.",
        ),
        Mistake(
            "one direction only",
            lambda n: any(
                n == ((sign * later >= 0) & shares_rows()).any(axis=1).sum()
                for later in [
                    SOMEBODYS["test_start"][:, np.newaxis] - SOMEBODYS["train_start"]
                ]
                for sign in (1, -1)
            ),
            "Only training windows before the test window were looked at, or only "
            "those behind it. Take the distance without its sign: `np.abs`.",
        ),
        Mistake(
            "unknown in place of known",
            is_known(lambda: (~shares_rows().any(axis=1)).sum()),
            "Those are the test windows that share nothing. Count the others.",
        ),
        Mistake(
            "all test windows",
            is_known(lambda: len(distances())),
            "Those are all test windows. In one of the recordings windows were taken "
            "so far apart that they share nothing.",
        ),
    ),
    otherwise="Count the test windows for which there is a training window that begins "
    "less than a window's length away.",
)

AT_RANDOM = Question(
    title="A random split, and what it is worth",
    given=SOMEBODYS,
    parts={"split": RANDOM_SPLIT, "n_known": N_KNOWN},
    hints=(
        "Shuffle all positions, then cut the row of positions into two parts.",
        "`np.random.permutation(n)` gives 0 to n − 1 in a random order. For the second "
        "part: what is the largest distance at which two windows still share a row?",
        "`np.abs(test_start[:, np.newaxis] - train_start)` has a row for each test "
        "window. `any(axis=1)` asks whether one distance in it is small enough.",
    ),
)

# ----------------------------------------------------------- q5: a split by time

GAP_LENGTH, GAP_STEP = 240, 60
N_OF_RECORDING = (33, 41, 28, 37)
N_BLOCKS = 5


def windows_in_no_order() -> tuple[np.ndarray, np.ndarray]:
    """Return recording and start of windows, stored in no order."""
    recording = np.repeat(np.arange(len(N_OF_RECORDING)), N_OF_RECORDING)
    first = np.cumsum([600, *(60 * n + 1500 for n in N_OF_RECORDING[:-1])])
    within = np.concatenate([np.arange(n) for n in N_OF_RECORDING])
    start = first[recording] + GAP_STEP * within
    order = np.random.RandomState(5).permutation(len(start))
    return recording[order], start[order]


RECORDING, START = windows_in_no_order()


def share_rows(first: int, second: int) -> bool:
    """Return whether two windows share rows, of which one begins steps later."""
    return GAP_STEP * abs(first - second) < GAP_LENGTH


GAP = sum(share_rows(0, later) for later in range(1, GAP_LENGTH))

GAP_PART = Part(
    read=whole_number,
    right=lambda n: n == GAP,
    mistakes=(
        Mistake(
            "no gap",
            lambda n: n == 0,
            "The windows right before the test block share rows with it.",
        ),
        Mistake(
            "gap of one window",
            lambda n: n == 1,
            "The next window but one still shares rows with the test block. Draw a few "
            "windows as bars, each one step behind the one before.",
        ),
        Mistake(
            "touching window left out",
            lambda n: n == GAP + 1,
            "The last of these ends right where the test block begins: it only "
            "touches, and shares no row.",
        ),
        Mistake(
            "rows in place of windows",
            lambda n: n in (GAP_LENGTH, GAP_STEP, GAP * GAP_STEP, GAP_LENGTH - 1),
            "Those are rows. How many windows begin within that stretch?",
        ),
        Mistake(
            "counted on both sides",
            lambda n: n == 2 * GAP,
            "Here the test block stands at the end: there is only one side.",
        ),
        Mistake(
            "all recordings together",
            lambda n: n == GAP * len(N_OF_RECORDING),
            "That is for all recordings together. The number for one is asked for.",
        ),
    ),
    otherwise="Write down the first and the last row of the first test window, and of "
    "the windows before it. Which of them share rows?",
)


def in_order(recording: int) -> np.ndarray:
    """Return the positions of a recording's windows, the earliest first."""
    mine = np.flatnonzero(recording == RECORDING)
    return mine[np.argsort(START[mine])]


def by_time(gap: int, block: int = N_BLOCKS - 1, late: int = 0) -> Pair:
    """Return a split by time; the test blocks may begin `late`."""
    train, test = [], []
    for recording, n in enumerate(N_OF_RECORDING):
        mine = in_order(recording)
        first, end = block * n // N_BLOCKS, (block + 1) * n // N_BLOCKS
        train += [mine[: max(first - gap, 0)], mine[end + gap :]]
        test += [mine[first + late : end]]
    return np.concatenate(train), np.concatenate(test)


def is_by_time(gap: int, block: int = 4, late: int = 0) -> Callable[[Pair], bool]:
    return lambda split: all(
        same_members(part, wanted)
        for part, wanted in zip(split, by_time(gap, block, late), strict=True)
    )


def leaks(split: Pair) -> bool:
    """Return whether a training window shares rows with a test window."""
    train, test = (START[part.astype(int)] for part in split)
    return bool(np.any(np.abs(train[:, np.newaxis] - test) < GAP_LENGTH))


def is_honest_split(split: Pair) -> bool:
    """Return whether the last fifths are tested, and all that may be is learned."""
    wanted_test = by_time(0)[1]
    if not all(part.ndim == 1 for part in split):
        return False
    train, test = split
    may_be_learned = [
        window
        for window in np.setdiff1d(np.arange(len(START)), wanted_test)
        if not leaks((np.array([window]), wanted_test))
    ]
    return same_members(test, wanted_test) and same_members(
        train, np.array(may_be_learned)
    )


def places_in_time(part: np.ndarray, recording: int) -> np.ndarray:
    """Return the places of a part's windows of a recording, in the order of time."""
    return np.flatnonzero(np.isin(in_order(recording), part))


def has_holes(part: np.ndarray) -> bool:
    """Return whether a part's windows of some recording are not one stretch."""
    places = [places_in_time(part, number) for number in range(len(N_OF_RECORDING))]
    return any(np.any(np.diff(one) > 1) for one in places)


def is_last_stretch(part: np.ndarray) -> bool:
    """Return whether a part has the end of each recording, however much of it."""
    ends = [in_order(number)[-1] for number in range(len(N_OF_RECORDING))]
    return bool(np.isin(ends, part).all()) and not has_holes(part)


def tests_whole_recordings(split: Pair) -> bool:
    shares = [np.isin(in_order(k), split[1]).mean() for k in range(len(N_OF_RECORDING))]
    return 0 in shares


def are_places_in_sorted_order(split: Pair) -> bool:
    order = np.argsort(START)
    return is_honest_split((order[split[0].astype(int)], order[split[1].astype(int)]))


SPLIT_IN_TIME = Part(
    read=pair,
    right=is_honest_split,
    mistakes=(
        Mistake(
            "starts in place of positions",
            lambda split: bool(np.isin(np.concatenate(split), START).all()),
            "Those are rows at which windows begin. The positions of the windows are "
            "asked for.",
        ),
        *mistakes_of_positions(lambda: len(START)),
        Mistake(
            "parts exchanged",
            lambda split: len(split[0]) < len(split[1]),
            "The training part is the small one. It comes first.",
        ),
        Mistake(
            "positions in the sorted order",
            are_places_in_sorted_order,
            "Those are places among the windows once they are sorted. Put them in "
            "square brackets behind what `argsort` gave: the windows are stored in "
            "another order.",
        ),
        Mistake(
            "whole recordings for testing",
            tests_whole_recordings,
            "Some recording has no test window at all. The last fifth of *each* "
            "recording is for testing.",
        ),
        Mistake(
            "shuffled before the split by time",
            lambda split: has_holes(split[1]),
            "The test windows are not one stretch of time. The windows are stored in "
            "no order, so the last fifth as stored is a random fifth. Sort the windows "
            "of each recording by their start first.",
        ),
        Mistake(
            "gap cut out of the test block",
            is_by_time(0, late=GAP),
            "The gap was taken from the test windows. The test block keeps all its "
            "windows; training windows are left out.",
        ),
        Mistake(
            "other block",
            lambda split: not is_last_stretch(split[1]),
            "The test block does not stand at the end of each recording.",
        ),
        Mistake(
            "other border",
            lambda split: not same_members(split[1], by_time(0)[1]),
            "The test block is at the end, but it begins elsewhere. With n windows in "
            "a recording, it begins at place 4 * n // 5, counted from 0.",
        ),
        Mistake(
            "no gap",
            is_by_time(0),
            "Every window is in one of the parts. But the windows right before the "
            "test block share rows with it: leave them out.",
        ),
        Mistake(
            "gap of one window",
            is_by_time(1),
            "One window was left out before each test block. The next one still shares "
            "rows with it.",
        ),
        Mistake(
            "gap too small",
            leaks,
            "Some training windows still share rows with a test window.",
        ),
        Mistake(
            "gap too large",
            lambda split: not leaks(split),
            "More windows are left out than is needed: some share no row with the test "
            "block. One that only touches it may stay.",
        ),
    ),
    otherwise="Two arrays of positions are asked for: first what to learn from, then "
    "the last fifth of each recording.",
)

BY_TIME = Question(
    title="An honest split, by time",
    given={
        "recording": RECORDING,
        "start": START,
        "length": GAP_LENGTH,
        "step": GAP_STEP,
    },
    parts={"gap": GAP_PART, "split": SPLIT_IN_TIME},
    hints=(
        "Two windows share rows when their starts are less than a length apart. How "
        "many steps fit into that?",
        "Go through the recordings one by one: `np.flatnonzero(recording == r)` gives "
        "the positions of its windows, and `np.argsort` of their starts the order.",
        "Once a recording's positions are in the order of time, with n of them, the "
        "test block is what stands from `4 * n // 5` on, and training ends so many "
        "windows before as the gap says. `preprocessing.split_by_time` does the same.",
    ),
)

# ----------------------------------------------------------- q6: lengths, parameters

SIGNAL, KERNEL, STRIDE, FILTERS, POOL, HIDDEN = 240, 16, 3, 24, 2, 50


def n_places(length: int, kernel: int, stride: int) -> int:
    """Count how often a kernel fits, by letting it walk."""
    return sum(1 for place in range(0, length, stride) if place + kernel <= length)


PLACES = n_places(SIGNAL, KERNEL, STRIDE)
POOLED = n_places(PLACES, POOL, POOL)
FLAT = POOLED * FILTERS


def of_layer(inputs: int, units: int, bias: int = 1) -> int:
    """Return the parameters of units that have so many inputs each."""
    return (inputs + bias) * units


def total_of(flat: int, bias: int = 1) -> int:
    """Return the parameters of the whole network, with so many numbers laid flat."""
    return (
        of_layer(KERNEL * CHANNELS, FILTERS, bias)
        + of_layer(flat, HIDDEN, bias)
        + of_layer(HIDDEN, N_CLASSES, bias)
    )


def is_any_of(*values: int) -> Callable[[int], bool]:
    """Return a condition: the answer is exactly one of these whole numbers."""
    return lambda n: n in values


PLACES_PART = Part(
    read=whole_number,
    right=is_any_of(PLACES),
    mistakes=(
        Mistake(
            "stride forgotten",
            is_any_of(n_places(SIGNAL, KERNEL, 1)),
            "That would be right if the kernel moved by one. It moves by `stride`.",
        ),
        Mistake(
            "first place forgotten",
            is_any_of(PLACES - 1),
            "One too few: before the kernel moves for the first time, it has been "
            "somewhere already.",
        ),
        Mistake(
            "kernel length forgotten",
            is_any_of(SIGNAL // STRIDE, SIGNAL // STRIDE + 1),
            "At so many places the kernel could begin, but near the end it would stick "
            "out. It has to fit in.",
        ),
        Mistake(
            "kernels laid side by side",
            is_any_of(SIGNAL // KERNEL),
            "So many kernels fit beside each other. But it moves by less than its own "
            "length.",
        ),
        Mistake(
            "filters in place of places",
            is_any_of(FILTERS, PLACES * FILTERS),
            "Each filter gives a channel of its own. How long is one of them?",
        ),
    ),
    otherwise="Where does the kernel begin first, where last, how far is each step?",
)

POOLED_PART = Part(
    read=whole_number,
    right=is_any_of(POOLED),
    mistakes=(
        Mistake(
            "rounded up",
            is_any_of(POOLED + 1),
            "The last place has no partner to be pooled with. It is dropped.",
        ),
        Mistake(
            "not pooled",
            is_any_of(PLACES),
            "That is as long as before. Of each two neighbours one number is kept.",
        ),
        Mistake(
            "pooling moved by one",
            is_any_of(n_places(PLACES, POOL, 1)),
            "Pooling moves by its own size: each number is looked at once.",
        ),
        Mistake(
            "filters pooled",
            is_any_of(FILTERS // POOL),
            "Pooling goes along time, not across the filters.",
        ),
        Mistake(
            "length of the signal pooled",
            is_any_of(SIGNAL // POOL),
            "Pooling gets what the convolution gives, and that is shorter.",
        ),
    ),
    otherwise="What the convolution gives is cut into pairs. How many whole pairs are "
    "there?",
)

FLAT_PART = Part(
    read=whole_number,
    right=is_any_of(FLAT),
    mistakes=(
        Mistake(
            "places only",
            is_any_of(POOLED),
            "At each place there is a number for each filter.",
        ),
        Mistake(
            "channels of the input counted",
            is_any_of(POOLED * CHANNELS, FLAT * CHANNELS),
            "The three axes are gone: each filter adds up what it finds on all of "
            "them. After the convolution, the channels are the filters.",
        ),
        Mistake(
            "not pooled",
            is_any_of(PLACES * FILTERS),
            "That is before pooling.",
        ),
        Mistake(
            "rounded up",
            is_any_of((POOLED + 1) * FILTERS),
            "Pooling drops the place that has no partner.",
        ),
        Mistake(
            "input laid flat",
            is_any_of(SIGNAL * CHANNELS),
            "That is the window itself. What is laid flat is what pooling gives.",
        ),
        Mistake(
            "places and filters added",
            is_any_of(POOLED + FILTERS),
            "Each filter has a number at each place: that is a product.",
        ),
    ),
    otherwise="How many places are left after pooling, and how many numbers has each?",
)

CONVOLUTION_PART = Part(
    read=whole_number,
    right=is_any_of(of_layer(KERNEL * CHANNELS, FILTERS)),
    mistakes=(
        Mistake(
            "biases left out",
            is_any_of(of_layer(KERNEL * CHANNELS, FILTERS, bias=0)),
            "Those are the weights. Each filter has a bias, too.",
        ),
        Mistake(
            "channels forgotten",
            is_any_of(of_layer(KERNEL, FILTERS), KERNEL * FILTERS),
            "A filter has a row of weights for each axis of the signal.",
        ),
        Mistake(
            "places counted",
            is_any_of(
                of_layer(KERNEL * CHANNELS, FILTERS) * PLACES,
                of_layer(KERNEL * CHANNELS, FILTERS, bias=0) * PLACES,
            ),
            "The same weights serve at every place: how often a kernel fits does not "
            "count.",
        ),
        Mistake(
            "one bias for all filters",
            is_any_of(of_layer(KERNEL * CHANNELS, FILTERS, bias=0) + 1),
            "Each filter has a bias of its own.",
        ),
        Mistake(
            "bias for each channel",
            is_any_of((KERNEL + 1) * CHANNELS * FILTERS),
            "A filter has one bias, however many channels it looks at.",
        ),
        Mistake(
            "one filter",
            is_any_of(KERNEL * CHANNELS + 1),
            "That is one filter. There are more.",
        ),
    ),
    otherwise="How many weights has one filter, how many biases, and how many filters "
    "are there?",
)

TOTAL_PART = Part(
    read=whole_number,
    right=is_any_of(total_of(FLAT)),
    mistakes=(
        Mistake(
            "biases left out",
            is_any_of(total_of(FLAT, bias=0)),
            "Those are the weights. Filters and units have biases, too.",
        ),
        Mistake(
            "output layer forgotten",
            is_any_of(total_of(FLAT) - of_layer(HIDDEN, N_CLASSES)),
            "The output layer is missing. It learns, too.",
        ),
        Mistake(
            "convolution forgotten",
            is_any_of(total_of(FLAT) - of_layer(KERNEL * CHANNELS, FILTERS)),
            "The parameters of the convolution are missing.",
        ),
        Mistake(
            "not pooled",
            is_any_of(total_of(PLACES * FILTERS)),
            "The hidden layer gets what is left after pooling.",
        ),
        Mistake(
            "rounded up",
            is_any_of(total_of((POOLED + 1) * FILTERS)),
            "Pooling drops the place that has no partner.",
        ),
        Mistake(
            "places only",
            is_any_of(total_of(POOLED)),
            "The hidden layer gets a number for each place and each filter.",
        ),
        Mistake(
            "one layer only",
            is_any_of(
                of_layer(KERNEL * CHANNELS, FILTERS),
                of_layer(FLAT, HIDDEN),
                of_layer(HIDDEN, N_CLASSES),
            ),
            "That is one of three layers that learn.",
        ),
    ),
    otherwise="Three layers learn: the convolution and both dense layers. Add them up.",
)

COUNTING = Question(
    title="Lengths and parameters by hand",
    given={
        "length": SIGNAL,
        "channels": CHANNELS,
        "filters": FILTERS,
        "kernel_length": KERNEL,
        "stride": STRIDE,
        "pool_size": POOL,
        "hidden_units": HIDDEN,
        "n_classes": N_CLASSES,
    },
    parts={
        "places": PLACES_PART,
        "pooled": POOLED_PART,
        "flat": FLAT_PART,
        "convolution": CONVOLUTION_PART,
        "total": TOTAL_PART,
    },
    hints=(
        "Go through the network layer by layer. What comes out of one goes into the "
        "next. Lengths depend on the stride; parameters do not.",
        "The chapter has two formulas: one for the length of the output, one for the "
        "parameters of a convolution. Pooling drops what has no partner.",
        "A dense layer has (inputs + 1) × units parameters. The inputs of the hidden "
        "one are places after pooling × filters.",
    ),
)

# ----------------------------------------------------------- q7: two networks

N_FILTERS, KERNEL_LENGTH, N_HIDDEN = 20, 30, 60


def kind_of(layer: Any) -> str:
    return type(layer).__name__


CONVOLUTIONS = (
    *("Conv1D", "SeparableConv1D", "DepthwiseConv1D"),
    *("Conv2D", "SeparableConv2D", "DepthwiseConv2D"),
)


def convolutions(model: Any) -> list[Any]:
    return layers_of(model, *CONVOLUTIONS)


def dense_layers(model: Any) -> list[Any]:
    return layers_of(model, "Dense")


def activation_behind(model: Any, layer: Any) -> str:
    """Return a layer's activation, which may stand in a layer of its own behind it."""
    name = str(layer.activation.__name__)
    after = layers_of(model)[layers_of(model).index(layer) + 1 :][:1]
    if name == "linear" and after:
        other = getattr(after[0], "activation", None)
        if kind_of(after[0]) == "Activation" and other is not None:
            return str(other.__name__)
        if kind_of(after[0]) in ("ReLU", "Softmax"):
            return kind_of(after[0]).lower()
    return name


def lengths_of_input(model: Any) -> tuple[int | None, ...]:
    return tuple(model.input_shape[1:])


def has_loss_of_classes(model: Any) -> bool:
    """Return whether the loss is minus the log of what a one-hot class got."""
    import keras

    loss = model.loss[0] if isinstance(model.loss, list | tuple) else model.loss
    truth = np.eye(3, dtype="float32")[[0, 2]]
    answers = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], dtype="float32")
    try:
        value = keras.losses.get(loss)(truth, answers)
        value = keras.ops.convert_to_numpy(value).mean()
    except Exception:  # no loss, or one that wants targets of another kind
        return False
    return bool(np.isclose(value, -np.log([0.5, 0.8]).mean(), rtol=1e-3))


def loss_is(model: Any, word: str) -> bool:
    loss = model.loss[0] if isinstance(model.loss, list | tuple) else model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "name", "")
    name = name or getattr(loss, "__name__", "")
    return str(name).replace("_", "").lower().startswith(word)


def ends_well(model: Any) -> bool:
    """Return whether input, answer and loss are as they must be."""
    return (
        lengths_of_input(model) == (LENGTH, CHANNELS)
        and tuple(model.output_shape) == (None, N_CLASSES)
        and [activation_behind(model, layer) for layer in dense_layers(model)]
        == ["relu", "softmax"]
        and [layer.units for layer in dense_layers(model)] == [N_HIDDEN, N_CLASSES]
        and model.compiled
        and has_loss_of_classes(model)
    )


def is_asked_cnn(model: Any) -> bool:
    only = convolutions(model)
    return (
        len(only) == 1
        and kind_of(only[0]) == "Conv1D"
        and only[0].filters == N_FILTERS
        and tuple(only[0].kernel_size) == (KERNEL_LENGTH,)
        and tuple(only[0].strides) == (2,)
        and only[0].padding == "valid"
        and activation_behind(model, only[0]) == "relu"
        and is_pooled_by_two(model)
        and ends_well(model)
        and model.count_params() == parameters_of_asked_cnn()
    )


def is_pooled_by_two(model: Any) -> bool:
    pools = layers_of(model, "MaxPooling1D")
    return (
        len(pools) == 1
        and tuple(np.ravel(pools[0].pool_size)) == (2,)
        and tuple(np.ravel(pools[0].strides)) == (2,)
        and pools[0].padding == "valid"
    )


def parameters_of_asked_cnn() -> int:
    places = n_places(n_places(LENGTH, KERNEL_LENGTH, 2), 2, 2)
    return (
        of_layer(KERNEL_LENGTH * CHANNELS, N_FILTERS)
        + of_layer(places * N_FILTERS, N_HIDDEN)
        + of_layer(N_HIDDEN, N_CLASSES)
    )


INPUT_MISTAKES = (
    Mistake(
        "axes swapped",
        lambda model: lengths_of_input(model) == (CHANNELS, LENGTH),
        "The input is (3, 260): moments and channels have changed places. Channels "
        "come last.",
    ),
    Mistake(
        "axis of samples in the input",
        lambda model: len(lengths_of_input(model)) > 2,
        "`shape` in `keras.Input` describes one window, which has two axes. Samples "
        "are left out there.",
    ),
    Mistake(
        "input laid flat",
        lambda model: lengths_of_input(model) == (LENGTH * CHANNELS,),
        "The input is one row of 780 numbers. The network is to take windows as they "
        "are, (260, 3), and to lay them flat itself.",
    ),
    Mistake(
        "other input",
        lambda model: lengths_of_input(model) != (LENGTH, CHANNELS),
        "The input has another shape than a window.",
    ),
)

OUTPUT_MISTAKES = (
    Mistake(
        "flatten missing",
        lambda model: len(model.output_shape) > 2,
        "What comes out still has an axis of places: an answer for each of them. A "
        "dense layer works on the last axis alone. Lay everything flat before it.",
    ),
    Mistake(
        "labels 1 to 15",
        lambda model: model.output_shape[-1] == N_CLASSES + 1,
        "There are 16 outputs. The labels go from 0 to 14, so 15 are enough.",
    ),
    Mistake(
        "not fifteen outputs",
        lambda model: model.output_shape[-1] != N_CLASSES,
        "The last layer has another number of units than there are classes.",
    ),
    Mistake(
        "softmax missing",
        lambda model: activation_behind(model, dense_layers(model)[-1]) != "softmax",
        "The last layer has another activation than the one that makes probabilities "
        "which add up to 1.",
    ),
    Mistake(
        "hidden layer missing",
        lambda model: len(dense_layers(model)) == 1,
        "There is one dense layer. A hidden one is asked for before it.",
    ),
    Mistake(
        "dense layer too many",
        lambda model: len(dense_layers(model)) > 2,
        "There are more than two dense layers.",
    ),
    Mistake(
        "other number of hidden units",
        lambda model: dense_layers(model)[0].units != N_HIDDEN,
        "The hidden layer has another number of units than was asked for.",
    ),
    Mistake(
        "other hidden activation",
        lambda model: activation_behind(model, dense_layers(model)[0]) != "relu",
        "The hidden layer is to have relu.",
    ),
    Mistake(
        "not compiled",
        lambda model: not model.compiled,
        "It is defined, but not compiled. Step 3 is missing: optimizer and loss.",
    ),
    Mistake(
        "loss for whole-number labels",
        lambda model: loss_is(model, "sparse"),
        "That loss wants labels as whole numbers. Here the targets are one-hot.",
    ),
    Mistake(
        "loss for yes or no",
        lambda model: loss_is(model, "binary"),
        "That loss is for one yes or no. Here it is one class of fifteen.",
    ),
    Mistake(
        "other loss",
        lambda model: not has_loss_of_classes(model),
        "Which loss goes with softmax and one-hot targets? With `from_logits=True` it "
        "would apply a softmax itself, and the network has one.",
    ),
)

CNN = Part(
    read=network,
    right=is_asked_cnn,
    mistakes=(
        *INPUT_MISTAKES,
        Mistake(
            "no convolution",
            lambda model: not convolutions(model),
            "There is no convolution in it.",
        ),
        Mistake(
            "convolution in two dimensions",
            lambda model: kind_of(convolutions(model)[0]) == "Conv2D",
            "`Conv2D` slides along rows and columns of an image. A signal has one "
            "direction.",
        ),
        Mistake(
            "convolution too many",
            lambda model: len(convolutions(model)) > 1,
            "There is more than one convolution.",
        ),
        Mistake(
            "kernel length and filters exchanged",
            lambda model: (
                (convolutions(model)[0].filters, *convolutions(model)[0].kernel_size)
                == (KERNEL_LENGTH, N_FILTERS)
            ),
            "`Conv1D` takes the number of filters first, then the length of the "
            "kernel.",
        ),
        Mistake(
            "other number of filters",
            lambda model: convolutions(model)[0].filters != N_FILTERS,
            "The convolution has another number of filters than was asked for.",
        ),
        Mistake(
            "other kernel length",
            lambda model: tuple(convolutions(model)[0].kernel_size) != (KERNEL_LENGTH,),
            "The kernel has another length than was asked for.",
        ),
        Mistake(
            "other stride",
            lambda model: tuple(convolutions(model)[0].strides) != (2,),
            "The kernel is to move by 2. The argument is `strides`; without it, the "
            "kernel moves by 1.",
        ),
        Mistake(
            "padded",
            lambda model: convolutions(model)[0].padding != "valid",
            "The signal is padded with zeros. Here the kernel is to stay within it.",
        ),
        Mistake(
            "other activation of the convolution",
            lambda model: activation_behind(model, convolutions(model)[0]) != "relu",
            "The convolution is to have relu. Without an activation it would be "
            "linear.",
        ),
        Mistake(
            "average pooling",
            lambda model: bool(layers_of(model, "AveragePooling1D")),
            "That pooling keeps the average. The largest number is to be kept.",
        ),
        Mistake(
            "global pooling",
            lambda model: bool(
                layers_of(model, "GlobalMaxPooling1D", "GlobalAveragePooling1D")
            ),
            "Global pooling leaves one number of each filter and drops where it was. "
            "Pool pairs here, then lay everything flat.",
        ),
        Mistake(
            "no pooling",
            lambda model: not layers_of(model, "MaxPooling1D"),
            "Max pooling is missing, behind the convolution.",
        ),
        Mistake(
            "other pooling",
            lambda model: not is_pooled_by_two(model),
            "Pooling is to happen once, and to keep one of each two neighbours.",
        ),
        *OUTPUT_MISTAKES,
    ),
    otherwise="Convolution, max pooling, flatten, a hidden dense layer, an output "
    "layer: nothing else, in this order.",
)


def is_asked_dense(model: Any) -> bool:
    wanted = of_layer(LENGTH * CHANNELS, N_HIDDEN) + of_layer(N_HIDDEN, N_CLASSES)
    return (
        not convolutions(model) and ends_well(model) and model.count_params() == wanted
    )


DENSE_ONLY = Part(
    read=network,
    right=is_asked_dense,
    mistakes=(
        *INPUT_MISTAKES,
        Mistake(
            "convolution in it",
            lambda model: bool(convolutions(model)),
            "There is a convolution in it. This network is the one without.",
        ),
        *OUTPUT_MISTAKES,
        Mistake(
            "pooled",
            lambda model: any(
                "Pooling" in kind_of(layer) for layer in layers_of(model)
            ),
            "Pooling throws numbers away. The hidden layer is to get all 780.",
        ),
    ),
    otherwise="The window laid flat, a hidden dense layer, an output layer: nothing "
    "else that learns.",
)

TWO_NETWORKS = Question(
    title="Define a convolutional and a dense network",
    parts={"cnn": CNN, "dense_only": DENSE_ONLY},
    hints=(
        "The first network of the chapter has the same kinds of layers. Only its "
        "numbers are others.",
        "`Conv1D(filters, kernel length, strides=..., activation=...)`. A dense layer "
        "works on the last axis alone: what has to stand before it?",
        "`Conv1D`, `MaxPooling1D(2)`, `Flatten`, `Dense`, `Dense`, behind a "
        '`keras.Input(shape=(260, 3))`; the loss is "categorical_crossentropy". For '
        "the other one leave out the first two.",
    ),
)

# ----------------------------------------------------------- q8: train them

ENOUGH, ENOUGH_DENSE = 0.85, 0.40
GUESSING = 0.25


def windows_to_learn() -> dict[str, Any]:
    """Return every second moving window of the sample, split by time, raw."""
    from helpers.preprocessing import split_by_time

    data = walking()
    kept = moving()[::2]
    x, y = data.x[kept], data.y[kept]
    fit, later = split_by_time(y, data.start[kept], LENGTH)
    return {
        "x_fit": x[fit],
        "y_fit": y[fit],
        "x_val": x[later],
        "y_val": y[later],
    }


LEARNED = Lazily(windows_to_learn)

# How windows may have been prepared, by what was done to all of them.
PREPARATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "each": lambda x: scaled_by(x, 1),
    "raw": lambda x: x,
    "by axis": lambda x: (x - fit_mean((0, 1))) / fit_std((0, 1)),
    "all": lambda x: (x - fit_mean(None)) / fit_std(None),
}


def fit_mean(axis: tuple[int, ...] | None) -> np.ndarray:
    return np.asarray(LEARNED["x_fit"].mean(axis=axis, dtype=np.float64))


def fit_std(axis: tuple[int, ...] | None) -> np.ndarray:
    return np.asarray(LEARNED["x_fit"].std(axis=axis, dtype=np.float64))


class Trained:
    """A learner's network, asked about windows; it remembers the answers."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.outputs = functools.cache(self._outputs)

    def _outputs(self, prepared: str = "each", which: str = "val") -> np.ndarray:
        import keras

        windows = PREPARATIONS[prepared](LEARNED[f"x_{which}"])
        answers = self.model(windows.astype("float32"), training=False)
        return keras.ops.convert_to_numpy(answers).astype(np.float64)

    def accuracy(self, prepared: str = "each", which: str = "val") -> float:
        answers = self.outputs(prepared, which).argmax(axis=1)
        return float(np.mean(answers == LEARNED[f"y_{which}"]))

    def convolves(self) -> bool:
        return bool(convolutions(self.model))

    def has_fifteen_outputs(self) -> bool:
        return tuple(self.model.output_shape) == (None, N_CLASSES)

    def gives_probabilities(self) -> bool:
        return are_probabilities(self.outputs())

    def knows_later_ones_better(self) -> bool:
        return self.accuracy() > self.accuracy(which="fit") + 0.04

    def fits_other(self, *prepared: str) -> bool:
        """Return whether it does better on windows that were prepared otherwise."""
        best = max(self.accuracy(one) for one in prepared)
        return best > 0.5 and best > self.accuracy() + 0.2


def trained(answer: Any, name: str) -> Trained:
    asked = network(answer, name)
    shape = lengths_of_input(asked)
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
    return Trained(asked)


def is_good(asked: Trained, enough: float) -> bool:
    if not asked.has_fifteen_outputs() or not asked.gives_probabilities():
        return False
    if asked.knows_later_ones_better() or asked.fits_other("raw", "by axis", "all"):
        return False
    right = asked.accuracy()
    if GUESSING <= right < enough:
        raise Unusable(
            "accuracy too low",
            f"It names {right:.0%} of the later windows rightly, and at least "
            f"{enough:.0%} are asked for. More epochs, smaller batches or more units "
            "may help.",
        )
    return right >= enough


TRAINING_MISTAKES = (
    Mistake(
        "flatten missing",
        lambda asked: len(asked.model.output_shape) > 2,
        "It gives an answer for each place of the window. Lay everything flat before "
        "the dense layers.",
    ),
    Mistake(
        "labels 1 to 15",
        lambda asked: asked.model.output_shape[-1] == N_CLASSES + 1,
        "There are 16 outputs, as if the labels went up to 15. They go from 0 to 14.",
    ),
    Mistake(
        "not fifteen outputs",
        lambda asked: not asked.has_fifteen_outputs(),
        "The last layer does not give fifteen numbers for each window.",
    ),
    Mistake(
        "training diverged",
        lambda asked: not np.all(np.isfinite(asked.outputs())),
        "What comes out is not a number any more: the weights have grown without "
        "limit. Make the network anew, with a smaller learning rate.",
    ),
    Mistake(
        "no probabilities",
        lambda asked: not asked.gives_probabilities(),
        "The fifteen outputs of a window do not add up to 1. Which activation of the "
        "last layer makes probabilities?",
    ),
    Mistake(
        "fitted on the later windows",
        lambda asked: asked.accuracy() > GUESSING and asked.knows_later_ones_better(),
        "It knows the later windows better than those to learn from. Windows that it "
        "was fitted on cannot tell how well it names new ones.",
    ),
    Mistake(
        "scaled over all windows",
        lambda asked: asked.fits_other("by axis", "all"),
        "It does well on windows that were scaled all together, and badly on windows "
        "that were scaled each by itself: it has learned how the strap sat, not how "
        "somebody walks.",
    ),
    Mistake(
        "windows not scaled",
        lambda asked: asked.fits_other("raw"),
        "It was made for raw windows: it has learned the levels of the axes, that is, "
        "how the strap sat. Scale each window by itself first.",
    ),
    Mistake(
        "learned by heart",
        lambda asked: asked.accuracy() < GUESSING and asked.accuracy(which="fit") > 0.8,
        "It names the windows that it learned from, and of the later ones hardly more "
        "than by guessing: it over-fits. Try another activation, such as relu, fewer "
        "units or dropout.",
    ),
    Mistake(
        "not trained",
        lambda asked: asked.accuracy() < GUESSING,
        "It is right hardly more often than by guessing. Was `fit` run on this very "
        "network, with scaled windows, and with targets that belong to them? Raw "
        "numbers of about 2,000 spoil the training.",
    ),
)

TRAINED_CNN = Part(
    read=trained,
    right=lambda asked: asked.convolves() and is_good(asked, ENOUGH),
    mistakes=(
        Mistake(
            "no convolution",
            lambda asked: not asked.convolves(),
            "There is no convolution in it.",
        ),
        *TRAINING_MISTAKES,
    ),
    otherwise="A trained network with a convolution is asked for. It takes scaled "
    "windows and gives fifteen probabilities.",
)

TRAINED_DENSE = Part(
    read=trained,
    right=lambda asked: not asked.convolves() and is_good(asked, ENOUGH_DENSE),
    mistakes=(
        Mistake(
            "convolution in it",
            lambda asked: asked.convolves(),
            "There is a convolution in it. This network is the one without.",
        ),
        *TRAINING_MISTAKES,
    ),
    otherwise="A trained network of dense layers is asked for. It takes scaled windows "
    "and gives fifteen probabilities.",
)

TRAIN_BOTH = Question(
    title="Train both, on given windows",
    given=LEARNED,
    parts={"cnn": TRAINED_CNN, "dense_only": TRAINED_DENSE},
    hints=(
        "Prepare first: scale the windows as in question 3. Then define, compile and "
        "fit, twice.",
        "The networks of question 7 will do, once they are trained: 15 epochs in "
        "batches of 32. `y_fit` are whole numbers: make them one-hot, or take the loss "
        "for whole-number labels.",
        "`preprocessing.scale_windows(x_fit)` scales. Adam with the learning rate "
        "0.002 is quick enough. If the answer is still bad, look at the loss: does it "
        "fall?",
    ),
)

QUESTIONS = {
    "q1": FILES_AND_CLASSES,
    "q2": ORDER_OF_AXES,
    "q3": SCALE_AND_LOOK,
    "q4": AT_RANDOM,
    "q5": BY_TIME,
    "q6": COUNTING,
    "q7": TWO_NETWORKS,
    "q8": TRAIN_BOTH,
}

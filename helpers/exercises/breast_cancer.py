"""Exercise 02_breast_cancer: how its answers are recognised.

What is right is said by properties ("no Id in both parts", "nine inputs, and what
comes out is a probability"), and whatever is counted is counted from the table itself.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.datasets import load_breast_cancer
from helpers.exercises.questions import Mistake, Part, Question
from helpers.exercises.reading import (
    Unusable,
    close,
    describe,
    is_any_of,
    layers_of,
    measurements,
    network,
    numbers,
    pair,
    whole_number,
)

# The course's own copy: OpenML's has no Ids. It needs neither cache nor network.
CANCER = load_breast_cancer(source="full")
TABLE = CANCER.frame
FEATURES = list(CANCER.features)
IDS = TABLE["Id"].to_numpy()
MALIGNANT = (TABLE["Class"] == "malignant").to_numpy()
GAPPY = TABLE.isna().any(axis=1).to_numpy()  # rows with a missing value

# ----------------------------------------------------------- q1: meet the table

ROWS_WITH_GAPS_LEFT_OUT = (
    "Rows in which a value is missing are not counted. They are there, too."
)

N_SAMPLES = Part(
    read=whole_number,
    right=lambda n: n == len(TABLE),
    mistakes=(
        Mistake(
            "different Ids counted",
            lambda n: n == TABLE["Id"].nunique(),
            "That is how many different Ids there are. Some Ids have several rows, and "
            "each row is a sample.",
        ),
        Mistake(
            "rows with gaps left out",
            lambda n: n == (~GAPPY).sum(),
            ROWS_WITH_GAPS_LEFT_OUT,
        ),
        Mistake(
            "equal rows counted once",
            lambda n: n == len(TABLE.drop_duplicates()),
            "Rows that look alike are counted once. Each of them is a sample.",
        ),
        Mistake(
            "values counted in place of rows",
            lambda n: n in (TABLE.size, TABLE[FEATURES].size),
            "That is how many values the table has. A sample is a whole row.",
        ),
        Mistake(
            "columns counted in place of rows",
            lambda n: n in (TABLE.shape[1], len(FEATURES)),
            "Those are columns. A sample is a row.",
        ),
    ),
    otherwise="Count the rows of the table.",
)

N_FEATURES = Part(
    read=whole_number,
    right=lambda n: n == len(FEATURES),
    mistakes=(
        Mistake(
            "Id or Class counted as feature",
            lambda n: n in (len(FEATURES) + 1, len(FEATURES) + 2),
            "Not every column is a feature. An Id says nothing about the cells, and "
            "the class is what shall be predicted.",
        ),
        Mistake(
            "column with gaps left out",
            lambda n: n == len(FEATURES) - 1,
            "A column in which some values are missing is a feature all the same.",
        ),
        Mistake(
            "rows counted in place of columns",
            lambda n: n == len(TABLE),
            "Those are the rows. A feature is a column.",
        ),
        Mistake(
            "values counted in place of columns",
            lambda n: n in (TABLE.size, TABLE[FEATURES].size),
            "That is how many values there are. A feature is a whole column.",
        ),
    ),
    otherwise="Which columns say something about the cells?",
)

N_MISSING = Part(
    read=whole_number,
    right=lambda n: n == TABLE.isna().sum().sum(),
    mistakes=(
        Mistake(
            "columns counted in place of values",
            lambda n: n == TABLE.isna().any().sum(),
            "That is how many columns have gaps. How many values are missing there?",
        ),
        Mistake(
            "all values counted",
            lambda n: n in (TABLE.size, TABLE[FEATURES].size, len(TABLE)),
            "`len` and `size` count whether a value is missing or not. Add up where "
            "`isna` is true.",
        ),
        Mistake(
            "values counted that are there",
            lambda n: (
                n
                in (
                    TABLE.notna().sum().sum(),
                    TABLE[FEATURES].notna().sum().sum(),
                    (~GAPPY).sum(),
                )
            ),
            "That is what is *not* missing.",
        ),
        Mistake(
            "gaps not seen",
            lambda n: n == 0,
            "There are gaps. They are `NaN`, which is neither 0 nor an empty text, and "
            "not even equal to itself: `isna` finds it.",
        ),
    ),
    otherwise="`isna` says of each value whether it is missing. Count the true ones.",
)

N_MALIGNANT = Part(
    read=whole_number,
    right=lambda n: n == MALIGNANT.sum(),
    mistakes=(
        Mistake(
            "classes reversed",
            lambda n: n == (~MALIGNANT).sum(),
            "Those are the benign ones.",
        ),
        Mistake(
            "rows with gaps left out",
            lambda n: n == (MALIGNANT & ~GAPPY).sum(),
            ROWS_WITH_GAPS_LEFT_OUT,
        ),
        Mistake(
            "different Ids counted",
            lambda n: n == len(set(IDS[MALIGNANT])),
            "Those are different Ids. Count rows.",
        ),
        Mistake(
            "all rows counted",
            lambda n: n == len(TABLE),
            "Those are all rows. Count those whose class is malignant.",
        ),
        Mistake(
            "classes counted in place of rows",
            lambda n: n == TABLE["Class"].nunique(),
            "That is how many classes there are. How many rows are in this one?",
        ),
    ),
    otherwise="Count the rows whose class is malignant.",
)

MEET_THE_TABLE = Question(
    title="Meet the table",
    given={"table": TABLE},
    parts={
        "n_samples": N_SAMPLES,
        "n_features": N_FEATURES,
        "n_missing": N_MISSING,
        "n_malignant": N_MALIGNANT,
    },
    hints=(
        "A sample is a row, a feature is a column that says something about the cells. "
        "Look at the first rows: `table.head()`.",
        "`table.shape` counts rows and columns; `table.isna()` and "
        '`table["Class"] == "malignant"` are tables of true and false.',
        "`.sum()` counts what is true: once for one column, twice for a whole table. "
        "From the columns, take away those that are no features.",
    ),
)

# ----------------------------------------------------------- q2: split by Id

# The test part ought to have a fifth of the rows. Ids with several rows make it a
# little more or less, and the classes, too.
FEWEST, MOST = 0.15, 0.25
LARGEST_DIFFERENCE = 0.04  # between the shares of malignant rows

Pair = tuple[np.ndarray, np.ndarray]


def is_text(values: Any) -> bool:
    """Return whether there is text among the values."""
    if isinstance(values, pd.Categorical | pd.Series | pd.Index):
        values = np.asarray(values, dtype=object)
    values = np.asarray(values)
    return values.dtype.kind in "US" or (
        values.dtype.kind == "O"
        and any(isinstance(value, str) for value in values.flat)
    )


def positions(answer: Any, name: str) -> Pair:
    """Return two arrays of positions of rows."""
    if hasattr(answer, "__next__") or (
        isinstance(answer, list | tuple)
        and len(answer) > 2
        and all(isinstance(one, list | tuple) for one in answer)
    ):
        raise Unusable(
            "all splits in place of one",
            f"{describe(answer, name)}. `split` gives one pair for each of its splits: "
            "take one of them, such as the first with `next`.",
        )
    if isinstance(answer, list | tuple):
        if any(isinstance(part, pd.DataFrame) for part in answer):
            raise Unusable(
                "rows in place of positions",
                f"{name} holds tables. Give the positions of the rows, counted from 0.",
            )
        if any(is_text(part) for part in answer):
            raise Unusable(
                "Ids in place of positions",
                f"{name} holds text, such as Ids. Give the positions of the rows, "
                "counted from 0.",
            )
    return pair(answer, name)


def rows_of(split: Pair) -> Pair:
    """Return both parts as whole numbers that can be used as positions."""
    train, test = (part.astype(int) for part in split)
    return train, test


def share_difference(split: Pair) -> float:
    """Return by how much the shares of malignant rows differ."""
    train, test = rows_of(split)
    return abs(MALIGNANT[train].mean() - MALIGNANT[test].mean())


def ids_in_both(split: Pair) -> set[str]:
    train, test = rows_of(split)
    return set(IDS[train]) & set(IDS[test])


def are_positions(split: Pair) -> bool:
    return all(
        part.ndim == 1
        and np.all(part == np.round(part))
        and part.min() >= 0
        and part.max() < len(TABLE)
        for part in split
    )


def share_of_test(split: Pair) -> float:
    return len(split[1]) / sum(len(part) for part in split)


def is_proper_split(split: Pair) -> bool:
    """Return whether each row is in one part, as asked for, and no Id in both."""
    return (
        are_positions(split)
        and np.array_equal(np.sort(np.concatenate(split)), np.arange(len(TABLE)))
        and FEWEST <= share_of_test(split) <= MOST
        and not ids_in_both(split)
        and share_difference(split) <= LARGEST_DIFFERENCE
    )


SPLIT = Part(
    read=positions,
    right=is_proper_split,
    mistakes=(
        Mistake(
            "mask in place of positions",
            lambda split: any(
                part.shape == (len(TABLE),) and np.isin(part, (0, 1)).all()
                for part in split
            ),
            "Those are true and false for each row. `np.flatnonzero` gives the "
            "positions of those that are true.",
        ),
        Mistake(
            "not one row of positions",
            lambda split: any(part.ndim != 1 for part in split),
            "Each part must be an array with one axis, shape (rows,).",
        ),
        Mistake(
            "counted from 1",
            lambda split: (
                min(part.min() for part in split) == 1
                and max(part.max() for part in split) == len(TABLE)
            ),
            "The first row has the position 0.",
        ),
        Mistake(
            "Ids in place of positions",
            lambda split: max(part.max() for part in split) >= len(TABLE),
            "The table has no rows with positions as large as that. Positions count "
            "the rows from 0; Ids are something else.",
        ),
        Mistake(
            "row in both parts",
            lambda split: np.intersect1d(*split).size > 0,
            "Some rows are in the training part and in the test part as well.",
        ),
        Mistake(
            "row more than once",
            lambda split: any(len(np.unique(part)) < len(part) for part in split),
            "Some rows occur several times in the same part.",
        ),
        Mistake(
            "rows left out",
            lambda split: sum(len(part) for part in split) < len(TABLE),
            "Some rows are in neither part. Rows with gaps can be used, too.",
        ),
        Mistake(
            "parts exchanged",
            lambda split: FEWEST <= 1 - share_of_test(split) <= MOST,
            "The training part is the small one. It comes first, and gets most rows.",
        ),
        Mistake(
            "other share of test rows",
            lambda split: not FEWEST <= share_of_test(split) <= MOST,
            "The test part ought to have about a fifth of the rows.",
        ),
        Mistake(
            "rows of one Id in training and test",
            lambda split: len(ids_in_both(split)) > 0,
            "Some Ids have rows in both parts. The network would be tested on patients "
            "whom it knows: a leak. Split Ids, not rows.",
        ),
        Mistake(
            "not stratified",
            lambda split: share_difference(split) > LARGEST_DIFFERENCE,
            "No Id is in both parts, but malignant rows are clearly more frequent in "
            "one of them.",
        ),
    ),
    otherwise="Two arrays of positions are asked for, each row in one of them.",
)

SPLIT_BY_ID = Question(
    title="Split by Id, stratified",
    given={"table": TABLE},
    parts={"split": SPLIT},
    hints=(
        "Three wishes: each row in one part, all rows of an Id in the same part, the "
        "classes equally frequent in both.",
        "scikit-learn has `KFold`, `StratifiedKFold`, `GroupKFold`, and "
        "`StratifiedGroupKFold`. In five folds, each has a fifth of the rows.",
        "`StratifiedGroupKFold(n_splits=5).split(features, classes, groups)` gives "
        "pairs of positions. The groups are the Ids; `next` takes the first pair.",
    ),
)

# ----------------------------------------------------------- q3: x and y

ROWS = TABLE.iloc[20:80]
ROW_VALUES = ROWS[FEATURES].to_numpy(dtype=float)
ROW_GAPS = np.isnan(ROW_VALUES)
ROW_CLASSES = MALIGNANT[20:80].astype(int)
N_ROWS_WITHOUT_GAPS = int((~GAPPY[20:80]).sum())


def same_measurements(x: np.ndarray, values: np.ndarray) -> bool:
    """Return whether both have the same numbers and the same gaps."""
    return x.shape == values.shape and np.allclose(x, values, equal_nan=True)


def feature_matrix(answer: Any, name: str) -> np.ndarray:
    """Return what was given as features, in which values may be missing."""
    columns = list(getattr(answer, "columns", []))
    texts = np.asarray(answer)
    texts = texts if texts.dtype.kind in "OUS" else np.empty(0)
    if "Class" in columns or np.isin(texts.astype(str), CANCER.class_names).any():
        raise Unusable(
            "Class kept",
            f"{describe(answer, name)}, and the class is in it. It is what shall be "
            "predicted; a network that is given it learns nothing else.",
        )
    x = measurements(answer, name)
    if x.shape == ROW_VALUES.shape and is_text(texts):
        raise Unusable(
            "text kept",
            f"{name} holds digits as text. Turn them into numbers, such as with "
            "`to_numpy(float)`.",
        )
    return x


X = Part(
    read=feature_matrix,
    right=lambda x: same_measurements(x, ROW_VALUES),
    mistakes=(
        Mistake(
            "Class kept",
            lambda x: any(
                np.array_equal(x[:, -1], classes)
                for classes in (ROW_CLASSES, 1 - ROW_CLASSES, ROW_CLASSES + 1)
            ),
            "The class is one of the columns. It is what shall be predicted; a network "
            "that is given it learns nothing else.",
        ),
        Mistake(
            "Id kept",
            lambda x: np.array_equal(x[:, 0], ROWS["Id"].astype(float)),
            "The Id is one of the columns. It is a number by which a patient is "
            "found, and measures nothing.",
        ),
        Mistake(
            "rows with gaps dropped",
            lambda x: len(x) == N_ROWS_WITHOUT_GAPS,
            "Rows with a gap are missing. Their other eight values are good; the gap "
            "can be filled later.",
        ),
        Mistake(
            "column with gaps dropped",
            lambda x: x.shape == (len(ROWS), len(FEATURES) - 1),
            "A feature is missing. Its gaps can be filled later.",
        ),
        Mistake(
            "gaps filled too early",
            lambda x: (
                not np.isnan(x).any() and close(x[~ROW_GAPS], ROW_VALUES[~ROW_GAPS])
            ),
            "The gaps are filled. What they are filled with must come from the "
            "training part, and after scaling: that is a step of its own.",
        ),
        Mistake(
            "scaled too early",
            lambda x: (
                x.shape == ROW_VALUES.shape
                and np.allclose(np.nanmean(x, axis=0), 0, atol=0.01)
            ),
            "The numbers are scaled. Leave them as they were measured; scaling comes "
            "after the split, with means of the training part.",
        ),
        Mistake(
            "axes exchanged",
            lambda x: same_measurements(x.T, ROW_VALUES),
            "Samples come first: one row a sample, one column a feature.",
        ),
    ),
    otherwise=f"Shape {ROW_VALUES.shape} is asked for: the nine features as they were "
    "measured, with `NaN` for the gaps.",
)


def class_numbers(answer: Any, name: str) -> np.ndarray:
    """Return classes as numbers; names of classes are text."""
    if not isinstance(answer, str) and is_text(answer):
        raise Unusable(
            "text kept",
            f"{describe(answer, name)}, of text. A network computes with numbers: 1 "
            "for malignant, 0 for benign.",
        )
    return numbers(answer, name)


Y = Part(
    read=class_numbers,
    right=lambda y: close(y, ROW_CLASSES),
    mistakes=(
        Mistake(
            "y as a column",
            lambda y: y.shape == (len(ROWS), 1),
            "It is a table with one column. One axis is enough: shape (samples,).",
        ),
        Mistake(
            "one-hot for yes or no",
            lambda y: y.shape == (len(ROWS), 2),
            "There are two columns. For one unit with sigmoid, one number a sample is "
            "enough.",
        ),
        Mistake(
            "classes reversed",
            lambda y: close(y, 1 - ROW_CLASSES),
            "1 stands for benign here. What shall be found gets the 1.",
        ),
        Mistake(
            "classes 1 and 2",
            lambda y: close(y, ROW_CLASSES + 1) or close(y, 2 - ROW_CLASSES),
            "The classes are 1 and 2. The loss for yes or no wants 0 and 1.",
        ),
        Mistake(
            "classes -1 and 1",
            lambda y: close(y, 2 * ROW_CLASSES - 1),
            "The classes are -1 and 1. The loss for yes or no wants 0 and 1.",
        ),
        Mistake(
            "rows with gaps dropped",
            lambda y: len(y) == N_ROWS_WITHOUT_GAPS,
            "There are fewer classes than rows. Keep those with gaps.",
        ),
    ),
    otherwise="One number for each row is asked for: 1 for malignant, 0 for benign.",
)

X_AND_Y = Question(
    title="Feature matrix and target",
    given={"rows": ROWS},
    parts={"x": X, "y": Y},
    hints=(
        "Which columns measure something? These become x. What shall be predicted? "
        "That becomes y, as 0 and 1.",
        "`rows.drop(columns=[...])` leaves columns out, `to_numpy` makes an array. A "
        "comparison with `==` gives true and false for each row.",
        'Leave out Id and Class for x. For y, compare the class with "malignant" and '
        "turn true and false into numbers with `astype(int)`.",
    ),
)

# ----------------------------------------------------------- q4: scale, then fill
#
# A split without random numbers: every fifth of the different Ids is for testing.

TESTED = pd.factorize(TABLE["Id"])[0] % 5 == 2
X_ALL = TABLE[FEATURES].to_numpy(dtype=float)
X_TRAIN, X_TEST = X_ALL[~TESTED], X_ALL[TESTED]
Y_TRAIN, Y_TEST = MALIGNANT[~TESTED].astype(int), MALIGNANT[TESTED].astype(int)


def filled(x: np.ndarray, value: ArrayLike = 0) -> np.ndarray:
    """Return `x` with `value`, one for all columns or one for each, in its gaps."""
    return np.where(np.isnan(x), value, x)


def scaled(x: np.ndarray, ruler: np.ndarray, ddof: int = 0) -> np.ndarray:
    """Return `x` by the means and deviations of `ruler`; gaps stay."""
    return (x - np.nanmean(ruler, axis=0)) / np.nanstd(ruler, axis=0, ddof=ddof)


def is_by(z: np.ndarray, x: np.ndarray, ruler: np.ndarray) -> bool:
    """Return whether `z` is `x` by that ruler, with 0 in what gaps are left."""
    return any(close(z, filled(scaled(x, ruler, ddof))) for ddof in (0, 1))


def scaled_part(x: np.ndarray, extra: tuple[Mistake, ...] = ()) -> Part:
    """Return the part that asks for `x`, scaled by the training rows and filled."""
    means = np.nanmean(X_TRAIN, axis=0)
    deviations = [np.nanstd(X_TRAIN, axis=0, ddof=ddof) for ddof in (0, 1)]
    low, high = np.nanmin(X_TRAIN, axis=0), np.nanmax(X_TRAIN, axis=0)
    return Part(
        read=measurements,
        right=lambda z: is_by(z, x, X_TRAIN),
        mistakes=(
            Mistake(
                "gaps left",
                lambda z: bool(np.isnan(z).any()),
                "There are still gaps. After scaling, put 0 in their place.",
            ),
            Mistake(
                "rows with gaps dropped",
                lambda z: len(z) == (~np.isnan(x).any(axis=1)).sum(),
                "Rows with a gap are missing. Fill the gaps in place of dropping rows.",
            ),
            Mistake(
                "missing set to zero before scaling",
                lambda z: is_by(z, filled(x), filled(X_TRAIN)),
                "The gaps were filled with 0 first. No feature was ever measured as 0; "
                "0 is the mean only *after* scaling.",
            ),
            Mistake(
                "mean filled in before scaling",
                lambda z: is_by(z, filled(x, means), filled(X_TRAIN, means)),
                "The mean was filled in first, and the invented values made the "
                "deviation smaller. Scale what is known, then fill with 0.",
            ),
            *extra,
            Mistake(
                "scaler fitted on everything",
                lambda z: is_by(z, x, X_ALL),
                "Mean and deviation were taken from all rows. Take them from the "
                "training rows alone; otherwise the test rows leak.",
            ),
            Mistake(
                "not scaled",
                lambda z: close(z, filled(x)),
                "The gaps are filled, but the numbers are as they were measured.",
            ),
            Mistake(
                "not divided",
                lambda z: close(z, filled(x - means)),
                "The means are subtracted, but the numbers are not yet divided by the "
                "standard deviations.",
            ),
            Mistake(
                "not centred",
                lambda z: any(close(z, filled(x / sd)) for sd in deviations),
                "The numbers are divided by the standard deviations, but the means are "
                "not yet subtracted.",
            ),
            Mistake(
                "divided by the variance",
                lambda z: any(
                    close(z, filled((x - means) / sd**2)) for sd in deviations
                ),
                "It is divided by the variance. Divide by its root, the standard "
                "deviation.",
            ),
            Mistake(
                "one mean for all columns",
                lambda z: any(
                    close(
                        z,
                        filled((x - np.nanmean(ruler)) / np.nanstd(ruler, ddof=ddof)),
                    )
                    for ruler in (X_TRAIN, x)
                    for ddof in (0, 1)
                ),
                "All columns were treated as one. Each column has a mean and a "
                "deviation of its own.",
            ),
            Mistake(
                "scaled from 0 to 1",
                lambda z: (
                    close(z, filled((x - low) / (high - low)))
                    or close(z, filled(x / 10))
                ),
                "The numbers now run from 0 to 1. Then 0 is not the mean but the "
                "smallest, and no filling. Centre, and divide by the deviation.",
            ),
        ),
        otherwise="For each column: subtract the mean of the training rows, divide by "
        f"their standard deviation, then put 0 in the gaps. Shape {x.shape} is asked "
        "for.",
    )


SCALE_THEN_FILL = Question(
    title="Scale, then fill the gaps",
    given={"x_train": X_TRAIN, "x_test": X_TEST},
    parts={
        "z_train": scaled_part(X_TRAIN),
        "z_test": scaled_part(
            X_TEST,
            (
                Mistake(
                    "test scaled by its own mean",
                    lambda z: is_by(z, X_TEST, X_TEST),
                    "The test rows were measured with a ruler of their own. Take "
                    "means and deviations of the training rows for both parts.",
                ),
            ),
        ),
    },
    hints=(
        "Fit on the training part, transform both parts, and only then fill.",
        "`StandardScaler` leaves gaps out when it takes the means, and leaves them "
        "where they are. By hand, `np.nanmean` and `np.nanstd` do so.",
        "`scaler.fit(...)` gets the training part alone, `scaler.transform` each of "
        "them; `np.nan_to_num` turns the gaps into 0.",
    ),
)

# ----------------------------------------------------------- q5: define and compile


def dense_layers(model: Any) -> list[tuple[int, str]]:
    """Return units and activation of each dense layer.

    The activation may also stand in a layer of its own behind it.
    """
    found: list[tuple[int, str]] = []
    for layer in layers_of(model):
        kind = type(layer).__name__
        if kind == "Dense":
            found.append((layer.units, layer.activation.__name__))
        elif found and found[-1][1] == "linear":
            name = getattr(getattr(layer, "activation", None), "__name__", kind.lower())
            if name in ("relu", "sigmoid", "softmax", "tanh"):
                found[-1] = (found[-1][0], name)
    return found


def units(model: Any) -> list[int]:
    return [number for number, _ in dense_layers(model)]


def activations(model: Any) -> list[str]:
    return [name for _, name in dense_layers(model)]


def loss_of(model: Any) -> Any:
    """Return the loss, however it was given; one in a list counts as itself."""
    loss = getattr(model, "loss", None)
    return loss[0] if isinstance(loss, list | tuple) and len(loss) == 1 else loss


def loss_name(model: Any) -> str:
    """Return what the loss is called, without what people write in different ways."""
    import keras

    loss = loss_of(model)
    loss = keras.losses.get(loss) if isinstance(loss, str) else loss
    name = getattr(loss, "name", "") or getattr(loss, "__name__", "")
    return name.replace("_", "").lower()


def has_binary_loss(model: Any) -> bool:
    """Return whether the loss is minus the log of what the true class got."""
    import keras

    if "categorical" in loss_name(model):  # Keras would warn, on one column
        return False
    truth, probabilities = np.array([[1.0], [0.0]]), np.array([[0.8], [0.3]])
    try:
        value = keras.losses.get(loss_of(model))(truth, probabilities)
        value = keras.ops.convert_to_numpy(value).mean()
    except Exception:  # no loss, or one that wants targets of another kind
        return False
    return bool(np.isclose(value, -np.log([0.8, 0.7]).mean(), rtol=1e-3))


def inputs_of(model: Any) -> tuple[int | None, ...]:
    return tuple(model.input_shape)


NINE_INPUTS = (None, len(FEATURES))

INPUT_MISTAKES = (
    Mistake(
        "Id or Class counted as input",
        lambda model: (
            len(inputs_of(model)) == 2
            and inputs_of(model)[1] in (len(FEATURES) + 1, len(FEATURES) + 2)
        ),
        "It has more inputs than there are features. Neither the Id nor the class is "
        "one.",
    ),
    Mistake(
        "axis of samples in the input",
        lambda model: len(inputs_of(model)) > 2,
        "`shape` in `keras.Input` describes one sample. The axis of samples is left "
        "out there.",
    ),
    Mistake(
        "other number of inputs",
        lambda model: inputs_of(model) != NINE_INPUTS,
        "It wants another number of inputs than there are features. `shape` in "
        "`keras.Input` describes one sample.",
    ),
)

OUTPUT_MISTAKES = (
    Mistake(
        "two units at the end",
        lambda model: model.output_shape[-1] == 2,
        "It gives two numbers for a sample, one for each class. Yes or no needs one: "
        "the probability of yes.",
    ),
    Mistake(
        "other number of units at the end",
        lambda model: model.output_shape != (None, 1),
        "One number for each sample is asked for, so the last layer has one unit.",
    ),
    Mistake(
        "softmax on one unit",
        lambda model: activations(model)[-1] == "softmax",
        "softmax makes the units of a layer add up to 1. One unit alone is then always "
        "1, whatever the inputs are.",
    ),
    Mistake(
        "no sigmoid",
        lambda model: activations(model)[-1] in ("linear", "relu"),
        "What comes out can be any large number. A probability lies between 0 and 1: "
        "which activation sees to that?",
    ),
)

NETWORK_9_5_1 = Part(
    read=network,
    right=lambda model: (
        inputs_of(model) == NINE_INPUTS
        and dense_layers(model) == [(5, "relu"), (1, "sigmoid")]
        and model.count_params() == 9 * 5 + 5 + 5 * 1 + 1
        and model.compiled
        and has_binary_loss(model)
    ),
    mistakes=(
        *INPUT_MISTAKES,
        Mistake(
            "hidden layer missing",
            lambda model: len(units(model)) == 1,
            "It has one dense layer. A hidden one is asked for before the last.",
        ),
        *OUTPUT_MISTAKES,
        Mistake(
            "other activation at the end",
            lambda model: activations(model)[-1] != "sigmoid",
            "The last layer shall give a probability, from 0 to 1. Look it up in the "
            "table of chapter 2: yes or no.",
        ),
        Mistake(
            "layer too many",
            lambda model: len(units(model)) > 2,
            "It has more than two dense layers.",
        ),
        Mistake(
            "other number of hidden units",
            lambda model: units(model)[0] != 5,
            "The hidden layer has another number of units than was asked for.",
        ),
        Mistake(
            "hidden activation missing",
            lambda model: activations(model)[0] == "linear",
            "The hidden layer has no activation. Then both layers together can do no "
            "more than one.",
        ),
        Mistake(
            "other hidden activation",
            lambda model: activations(model)[0] != "relu",
            "The hidden layer has another activation than relu.",
        ),
        Mistake(
            "not compiled",
            lambda model: not model.compiled,
            "It is defined, but not compiled. Step 3 is missing: optimizer and loss.",
        ),
        Mistake(
            "loss for a number",
            lambda model: loss_name(model).startswith(("mean", "mse", "mae")),
            "That loss is for numbers such as prices. Which one goes with yes or no?",
        ),
        Mistake(
            "loss for several classes",
            lambda model: "categorical" in loss_name(model),
            "That loss is for one of several classes, each with a unit of its own. "
            "Which one goes with yes or no, and one unit?",
        ),
        Mistake(
            "loss for logits",
            lambda model: (
                loss_name(model) == "binarycrossentropy" and not has_binary_loss(model)
            ),
            "The loss is the right one, but with a setting that does not fit. With "
            "`from_logits=True` it applies a sigmoid itself, and the network has one.",
        ),
        Mistake(
            "other loss",
            lambda model: not has_binary_loss(model),
            "Take the loss for yes or no from the table in chapter 2.",
        ),
    ),
    otherwise="Nine inputs, a hidden dense layer with 5 units, one unit at the end: "
    "that and nothing else has parameters.",
)

DEFINE_AND_COMPILE = Question(
    title="Define and compile 9-5-1",
    parts={"network": NETWORK_9_5_1},
    hints=(
        "Step 2 and step 3 of the workflow: a list of layers, then `compile`.",
        "The task is yes or no. Chapter 2 has a table that says which last layer and "
        "which loss go with it.",
        "`keras.Sequential([keras.Input(...), layers.Dense(...), layers.Dense(...)])`, "
        "the first dense layer with relu, the last with sigmoid.",
    ),
)

# ----------------------------------------------------------- q6: classes

TWELVE = np.array(
    [[0.03, 0.97, 0.56, 0.12, 0.88, 0.45], [0.01, 0.62, 0.31, 0.99, 0.08, 0.73]]
).reshape(12, 1)


def by_threshold(classes: np.ndarray, probabilities: np.ndarray) -> bool:
    """Return whether there are both classes, and all 1 are more probable than all 0."""
    ones = classes.ravel() == 1
    values = probabilities.ravel()
    both = ones.any() and not ones.all()
    return bool(both and values[ones].min() > values[~ones].max())


def are_classes(classes: np.ndarray, probabilities: np.ndarray) -> bool:
    """Return whether each is the class that is more probable, in whatever shape."""
    flat, values = classes.ravel(), probabilities.ravel()
    return flat.shape == values.shape and bool(
        np.all(flat[values > 0.5] == 1) and np.all(flat[values < 0.5] == 0)
    )


CLASSES = Part(
    read=class_numbers,
    right=lambda classes: classes.ndim == 1 and are_classes(classes, TWELVE),
    mistakes=(
        Mistake(
            "one column too many",
            lambda classes: classes.shape == (len(TWELVE), 2),
            "There are two columns. One number for each sample is asked for.",
        ),
        Mistake(
            "probabilities in place of classes",
            lambda classes: (
                close(classes.ravel(), TWELVE.ravel())
                or close(classes.ravel(), 1 - TWELVE.ravel())
            ),
            "Those are probabilities. Each sample shall get 0 or 1.",
        ),
        Mistake(
            "column kept",
            lambda classes: classes.ndim > 1 and are_classes(classes, TWELVE),
            "The classes are right, but there is an axis too many. Shape (samples,) "
            "is asked for, as targets have it.",
        ),
        Mistake(
            "threshold turned round",
            lambda classes: are_classes(1 - classes, TWELVE),
            "The likely ones got 0, the unlikely ones 1.",
        ),
        Mistake(
            "place of the largest",
            lambda classes: classes.size == 1,
            "That is one number. `argmax` along the samples looks for the most "
            "probable sample; each sample shall get a class.",
        ),
        Mistake(
            "argmax of one column",
            lambda classes: classes.size == len(TWELVE) and not classes.any(),
            "All are 0. `argmax` asks which column is the largest, and there is only "
            "column 0. To cut off the decimals gives 0 everywhere, too.",
        ),
        Mistake(
            "always malignant",
            lambda classes: classes.size == len(TWELVE) and bool(np.all(classes == 1)),
            "All are 1. Every probability is above 0; from where on is malignant the "
            "more probable class?",
        ),
        Mistake(
            "classes 1 and 2",
            lambda classes: are_classes(classes - 1, TWELVE),
            "The classes are 1 and 2; here they are 0 and 1.",
        ),
        Mistake(
            "other threshold",
            lambda classes: (
                bool(np.isin(classes, (0, 1)).all()) and by_threshold(classes, TWELVE)
            ),
            "There is a threshold, but another one. From where on is malignant the "
            "more probable class?",
        ),
    ),
    otherwise=f"Shape {TWELVE.shape[:1]} is asked for: 1 where malignant is the more "
    "probable class, else 0.",
)

TO_CLASSES = Question(
    title="From probabilities to classes",
    given={"probabilities": TWELVE},
    parts={"classes": CLASSES},
    hints=(
        "One column says how probable malignant is. When is it more probable than "
        "benign?",
        "Compare with one half: that gives true and false, which `astype(int)` turns "
        "into 1 and 0.",
        "The shape must become (12,): `[:, 0]` takes the one column, `ravel` drops the "
        "axis.",
    ),
)

# ----------------------------------------------------------- q7: accuracy

TWENTY = np.array(
    [
        [0.02, 0.97, 0.11, 0.88, 0.57, 0.93, 0.08, 0.38, 0.33, 0.71],
        [0.04, 0.64, 0.21, 0.99, 0.15, 0.82, 0.06, 0.45, 0.29, 0.41],
    ]
).reshape(20, 1)
TRUTH = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0])
CALLED = TWENTY[:, 0] > 0.5  # those that are called malignant
HIT = CALLED == TRUTH


ACCURACY = Part(
    read=numbers,
    right=lambda accuracy: close(accuracy * len(TRUTH), HIT.sum()),
    mistakes=(
        Mistake(
            "n x n comparison",
            lambda answer: (
                answer.shape == (len(TRUTH), len(TRUTH))
                or close(answer, np.mean(CALLED[:, np.newaxis] == TRUTH))
            ),
            "A column was compared with a row. NumPy then compares each answer with "
            "the class of *every* sample. Bring both to the same shape first.",
        ),
        Mistake(
            "one answer for each sample",
            lambda answer: answer.size == len(TRUTH),
            "There is one number for each sample. How many of all are right?",
        ),
        Mistake(
            "array of one number",
            lambda answer: answer.ndim > 0 and answer.size == 1,
            "It is an array with one element. Give the number itself.",
        ),
        Mistake(
            "errors in place of right answers",
            is_any_of(np.mean(~HIT), np.sum(~HIT), 100 * np.mean(~HIT)),
            "That counts the wrong answers.",
        ),
        Mistake(
            "percent",
            is_any_of(100 * np.mean(HIT)),
            "That is in percent. A share from 0 to 1 is asked for, as Keras gives it.",
        ),
        Mistake(
            "count in place of share",
            is_any_of(np.sum(HIT)),
            "That is how many are right. Divide by how many there are.",
        ),
        Mistake(
            "share of a class",
            is_any_of(np.mean(TRUTH), 1 - np.mean(TRUTH), CALLED.mean()),
            "That is how frequent a class is. It is also the accuracy of an answer "
            "that is always the same, such as `argmax` of one column gives.",
        ),
        Mistake(
            "only one class looked at",
            is_any_of(
                HIT[TRUTH == 1].mean(), HIT[TRUTH == 0].mean(), HIT[CALLED].mean()
            ),
            "That is the share of right answers among some of the samples. All of them "
            "count.",
        ),
        Mistake(
            "probabilities compared with classes",
            is_any_of(0),
            "No probability is exactly 0 or 1, so none equals a class. Make classes "
            "of them first.",
        ),
        Mistake(
            "probabilities not made classes",
            is_any_of(
                1 - np.abs(TWENTY[:, 0] - TRUTH).mean(),
                np.abs(TWENTY[:, 0] - TRUTH).mean(),
                np.abs(TWENTY - TRUTH).mean(),
                1 - np.abs(TWENTY - TRUTH).mean(),
            ),
            "That is how far the probabilities are from the classes. Make classes of "
            "them first, then count.",
        ),
    ),
    otherwise="Make classes of the probabilities, compare each with the true class of "
    "the same sample, and take the share of those that agree.",
)

BY_HAND = Question(
    title="Accuracy by hand",
    given={"probabilities": TWENTY, "y": TRUTH},
    parts={"accuracy": ACCURACY},
    hints=(
        "Two steps: classes from probabilities, then the share that agrees with y.",
        "Print the shape of what you compare: a column (20, 1) against a row (20,) "
        "gives (20, 20), and no error.",
        "Take the one column with `[:, 0]`, compare with one half, compare with y; the "
        "mean of true and false is the share of true.",
    ),
)

# ----------------------------------------------------------- q8: your own network

Z_TRAIN, Z_VAL = filled(scaled(X_TRAIN, X_TRAIN)), filled(scaled(X_TEST, X_TRAIN))
Y_VAL = Y_TEST
ENOUGH = 0.93


def answers_of(model: Any) -> np.ndarray:
    """Return what the network says of the rows that are held out."""
    import keras

    return np.array(keras.ops.convert_to_numpy(model(Z_VAL, training=False)))


def right_share(model: Any) -> float:
    return float(np.mean((answers_of(model)[:, 0] > 0.5) == Y_VAL))


def was_trained(model: Any) -> bool:
    """Return whether at least one step was made since it was compiled."""
    optimizer = getattr(model, "optimizer", None)
    return optimizer is not None and int(optimizer.iterations) > 0


def gives_probabilities(model: Any) -> bool:
    answers = answers_of(model)
    return answers.shape == (len(Z_VAL), 1) and bool(
        np.all((answers >= 0) & (answers <= 1))
    )


def dropouts(model: Any) -> list[Any]:
    return layers_of(model, "Dropout")


def drops_answers(model: Any) -> bool:
    """Return whether dropout stands behind the last dense layer."""
    kinds = ["Dense", *(type(layer).__name__ for layer in layers_of(model))]
    return "Dropout" in kinds[len(kinds) - kinds[::-1].index("Dense") :]


def is_good_network(model: Any) -> bool:
    return (
        inputs_of(model) == NINE_INPUTS
        and any(layer.rate > 0 for layer in dropouts(model))
        and not drops_answers(model)
        and was_trained(model)
        and gives_probabilities(model)
        and right_share(model) >= ENOUGH
    )


OWN_NETWORK = Part(
    read=network,
    right=is_good_network,
    mistakes=(
        *INPUT_MISTAKES,
        *OUTPUT_MISTAKES,
        Mistake(
            "no dropout layer",
            lambda model: not dropouts(model),
            "It has no dropout. That is a layer of its own, behind a hidden layer.",
        ),
        Mistake(
            "dropout with rate 0",
            lambda model: not any(layer.rate > 0 for layer in dropouts(model)),
            "With the rate 0, dropout switches nothing off.",
        ),
        Mistake(
            "dropout after the output",
            drops_answers,
            "Dropout stands behind the last layer. There it sets the answer itself to "
            "0 while the network learns. Put it behind a hidden layer.",
        ),
        Mistake(
            "not trained",
            lambda model: not was_trained(model),
            "It has not learned anything since it was made or compiled: call `fit`, "
            "with the training rows, after `compile`.",
        ),
        Mistake(
            "NaN in the weights",
            lambda model: bool(np.isnan(answers_of(model)).any()),
            "Its answers are NaN. It was trained on numbers with gaps, and all weights "
            "are lost: make it anew, and train it on what `given` hands out.",
        ),
        Mistake(
            "no probabilities",
            lambda model: not gives_probabilities(model),
            "Not all that comes out lies between 0 and 1. Which activation sees to "
            "that?",
        ),
        Mistake(
            "classes reversed",
            lambda model: right_share(model) < 0.25,
            "Nearly everything is wrong: it gives the probability of benign. In y, 1 "
            "is malignant.",
        ),
        Mistake(
            "always the same class",
            lambda model: len(set((answers_of(model)[:, 0] > 0.5).tolist())) == 1,
            "It says the same of all rows. Did the loss fall while it was trained? "
            "Look at the loss, the learning rate and the number of epochs.",
        ),
        Mistake(
            "too often wrong",
            lambda model: right_share(model) < ENOUGH,
            "It has learned, but it is right too seldom on the rows held out. Did the "
            "loss still fall at the end? More epochs, more units, a larger learning "
            "rate or less dropout may help.",
        ),
    ),
    otherwise="Nine inputs, a hidden layer, dropout behind it, one unit with sigmoid, "
    "compiled and trained.",
)

YOUR_OWN = Question(
    title="Your own network, with dropout",
    given={
        "z_train": Z_TRAIN,
        "y_train": Y_TRAIN,
        "z_val": Z_VAL,
        "y_val": Y_VAL,
    },
    parts={"network": OWN_NETWORK},
    hints=(
        "Begin with the network of question 5, put a dropout layer in, then compile "
        "and fit.",
        "`layers.Dropout(rate)` stands behind the hidden layer. Give `fit` the "
        "validation data, and look at the curves with `plot_history`.",
        "16 hidden units, dropout 0.2, Adam and 20 epochs are enough, if the loss is "
        "the one for yes or no.",
    ),
)

QUESTIONS = {
    "q1": MEET_THE_TABLE,
    "q2": SPLIT_BY_ID,
    "q3": X_AND_Y,
    "q4": SCALE_THEN_FILL,
    "q5": DEFINE_AND_COMPILE,
    "q6": TO_CLASSES,
    "q7": BY_HAND,
    "q8": YOUR_OWN,
}

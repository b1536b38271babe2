"""Exercise 02_breast_cancer: its bank of answers, right ones and wrong ones.

Few networks are trained; the others are made from the weights of one that was.
"""

import functools
import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.model_selection import (
    GroupShuffleSplit,
    KFold,
    StratifiedGroupKFold,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from helpers.exercises import check, given
from helpers.exercises.breast_cancer import QUESTIONS, TABLE
from helpers.training import set_seed
from tests.banks import Bank, BankTests, made, started

FEATURES = list(TABLE.columns[1:10])
CLASSES = (TABLE["Class"] == "malignant").astype(int)
ALL = np.arange(len(TABLE))

# ------------------------------------------------------------------ splits of q2


def by_folds(n_splits=5, seed=None):
    folds = StratifiedGroupKFold(n_splits, shuffle=seed is not None, random_state=seed)
    return next(folds.split(TABLE, CLASSES, TABLE["Id"]))


def by_ids():
    """Split the different Ids, stratified, then look up their rows."""
    classes = CLASSES.groupby(TABLE["Id"]).max()
    _, ids = train_test_split(
        classes.index, test_size=0.2, stratify=classes, random_state=3
    )
    test = TABLE["Id"].isin(ids)
    return np.flatnonzero(~test), np.flatnonzero(test)


def by_chance():
    """Return a split by Id, and by nothing else, whose classes came out unequal."""
    splits = GroupShuffleSplit(100, test_size=0.2, random_state=1)
    return next(
        (train, test)
        for train, test in splits.split(TABLE, groups=TABLE["Id"])
        if abs(CLASSES[train].mean() - CLASSES[test].mean()) > 0.06
        and 0.17 < len(test) / len(TABLE) < 0.23
    )


TRAIN, TEST = by_folds()
OF_CLASSES = train_test_split(ALL, test_size=0.2, stratify=CLASSES, random_state=1)
IS_TEST = np.isin(ALL, TEST)

# ------------------------------------------------------------------ arrays of q3, q4

ROWS = QUESTIONS["q3"].given["rows"]
VALUES = ROWS[FEATURES].to_numpy(float)
KEPT = ROWS.dropna()
MALIGNANT = (ROWS["Class"] == "malignant").to_numpy()

X_TRAIN, X_TEST = QUESTIONS["q4"].given.values()
BOTH = np.concatenate([X_TRAIN, X_TEST])
ZERO = SimpleImputer(strategy="constant", fill_value=0)
MEAN, SD = np.nanmean(X_TRAIN, axis=0), np.nanstd(X_TRAIN, axis=0)


def z_scores(x, ruler, *steps):
    """Return `x`, sent through a pipeline that was fitted on `ruler`."""
    return make_pipeline(*(steps or (StandardScaler(), ZERO))).fit(ruler).transform(x)


def scaled_by_pandas(x, ruler):
    x, ruler = pd.DataFrame(x), pd.DataFrame(ruler)
    return ((x - ruler.mean()) / ruler.std()).fillna(0)  # divides by n - 1


def wrong_scaled(x):
    """Return what both parts of q4 have in common."""
    sds = np.nan_to_num((x - MEAN) / SD)
    return [
        (StandardScaler().fit(X_TRAIN).transform(x), "gaps left"),
        (x, "gaps left"),
        (z_scores(x, X_TRAIN)[~np.isnan(x).any(axis=1)], "rows with gaps dropped"),
        (
            z_scores(x, X_TRAIN, ZERO, StandardScaler()),
            "missing set to zero before scaling",
        ),
        (
            z_scores(x, X_TRAIN, SimpleImputer(), StandardScaler()),
            "mean filled in before scaling",
        ),
        (z_scores(x, BOTH), "scaler fitted on everything"),
        (scaled_by_pandas(x, BOTH), "scaler fitted on everything"),
        (np.nan_to_num(x), "not scaled"),
        (np.nan_to_num(x - MEAN), "not divided"),
        (np.nan_to_num(x / SD), "not centred"),
        (np.nan_to_num((x - MEAN) / SD**2), "divided by the variance"),
        (
            np.nan_to_num((x - np.nanmean(X_TRAIN)) / np.nanstd(X_TRAIN)),
            "one mean for all columns",
        ),
        (np.nan_to_num((x - np.nanmean(x)) / np.nanstd(x)), "one mean for all columns"),
        (np.nan_to_num(x / 10), "scaled from 0 to 1"),
        (z_scores(x, X_TRAIN, MinMaxScaler(), ZERO), "scaled from 0 to 1"),
        (sds[:, :8], ""),
        (sds.T, ""),
        (-sds, ""),
        (1.05 * sds, ""),
        ("z", "text in place of numbers"),
        (sds.mean, "function in place of its result"),
    ]


# ------------------------------------------------------------------ networks of q5, q8


def sequential(*chain, inputs=(9,)):
    """Return a network; a number stands for a dense layer with relu."""
    import keras
    from keras import layers

    links = [
        layers.Dense(one, activation="relu") if isinstance(one, int) else one
        for one in (link() if inspect.isfunction(link) else link for link in chain)
    ]
    first = [] if inputs is None else [keras.Input(shape=inputs)]
    return keras.Sequential([*first, *links])


def dense(units=1, activation="sigmoid"):
    def make():
        from keras import layers

        return layers.Dense(units, activation=activation)

    return make


def layer(name, *arguments):
    def make():
        from keras import layers

        return getattr(layers, name)(*arguments)

    return make


def compiled(*chain, loss="binary_crossentropy", inputs=(9,)):
    network = sequential(*chain, inputs=inputs)
    network.compile("adam", loss() if inspect.isfunction(loss) else loss)
    return network


def binary_loss(**settings):
    def make():
        import keras

        return keras.losses.BinaryCrossentropy(**settings)

    return make


def loss_function():
    import keras

    return keras.losses.binary_crossentropy


def functional():
    import keras
    from keras import layers

    inputs = keras.Input(shape=(len(FEATURES),))
    hidden = layers.Dense(5, activation=keras.activations.relu)(inputs)
    network = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))
    network.compile(optimizer="rmsprop", loss=["binary_crossentropy"])
    return network


def built_later():
    network = sequential(5, dense(), inputs=None)
    network.build((None, 9))
    network.compile(loss="bce", metrics=["accuracy"])
    return network


def skipping():
    """A network whose inputs also go straight to the last layer."""
    import keras
    from keras import layers

    inputs = keras.Input(shape=(9,))
    both = layers.Concatenate()([inputs, layers.Dense(5, activation="relu")(inputs)])
    network = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(both))
    network.compile("adam", "binary_crossentropy")
    return network


GIVEN_Q8 = tuple(QUESTIONS["q8"].given.values())


@functools.cache
def really_trained():
    """Return a network with dropout that was trained; the others take its weights."""
    import keras

    set_seed(1)
    network = sequential(16, layer("Dropout", 0.2), dense())
    network.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    network.fit(*GIVEN_Q8[:2], epochs=8, batch_size=64, verbose=0)
    return network


def trained_slightly_otherwise():
    import keras

    set_seed(2)
    network = sequential(
        layer("Dropout", 0.1), 12, layer("Dropout", 0.3), 6, dense(), inputs=(9,)
    )
    network.compile(keras.optimizers.RMSprop(0.01), "mse", metrics=["accuracy"])
    network.fit(*GIVEN_Q8[:2], epochs=6, batch_size=64, verbose=0)
    return network


def with_its_weights(*chain, change=None, steps=1, loss="binary_crossentropy"):
    """Return a network, as if it had learned those weights."""
    network = compiled(*chain, loss=loss)
    weights = [np.array(array) for array in really_trained().get_weights()]
    network.set_weights(change(weights) if change else weights)
    network.optimizer.iterations.assign(steps)
    return network


def trained_on_gaps():
    network = compiled(16, layer("Dropout", 0.2), dense())
    network.train_on_batch(np.full((4, 9), np.nan), np.ones(4))
    return network


def reversed_weights(weights):
    return [*weights[:2], -weights[2], -weights[3]]


def without_hidden_weights(weights):
    return [0 * weights[0], *weights[1:3], weights[3] - 100]


def half_wrong(weights):
    """Return weights with which malignant must be certain to be named."""
    return [*weights[:3], weights[3] - 6]


# ------------------------------------------------------------------ arrays of q6, q7

TWELVE = QUESTIONS["q6"].given["probabilities"]
TWENTY, Y = QUESTIONS["q7"].given.values()
HIT = (TWENTY[:, 0] > 0.5) == Y

# ------------------------------------------------------------------ the bank
#
# Question -> answer -> several right ones, differently written.

RIGHT = {
    "q1": {
        "n_samples": [699, len(TABLE), np.int64(699), TABLE.shape[0], 699.0],
        "n_features": [9, len(TABLE.columns) - 2, np.array(9)],
        "n_missing": [16, TABLE.isna().sum().sum(), TABLE["Bare.nuclei"].isna().sum()],
        "n_malignant": [
            241,
            (TABLE["Class"] == "malignant").sum(),
            TABLE["Class"].value_counts()["malignant"],
            float(CLASSES.sum()),
        ],
    },
    "q2": {
        "split": [
            (TRAIN, TEST),
            [TRAIN.tolist(), TEST.tolist()],
            by_folds(seed=1),
            by_folds(n_splits=6, seed=4),
            by_ids(),
            (pd.Index(TRAIN), pd.Series(TEST)),
            (np.flatnonzero(~IS_TEST).astype(float), np.random.permutation(TEST)),
        ]
    },
    "q3": {
        "x": [
            VALUES,
            ROWS.drop(columns=["Id", "Class"]).to_numpy(),
            ROWS[FEATURES].to_numpy("float32"),
            ROWS.iloc[:, 1:-1],
            VALUES.tolist(),
            ROWS.to_numpy()[:, 1:10].astype(float),
        ],
        "y": [
            MALIGNANT.astype(int),
            MALIGNANT.astype(np.float32),
            ROWS["Class"].map({"benign": 0, "malignant": 1}),
            [int(name == "malignant") for name in ROWS["Class"]],
            pd.Categorical(ROWS["Class"]).codes,
            MALIGNANT,
            np.where(ROWS["Class"] == "benign", 0, 1),
        ],
    },
    "q4": {
        name: [
            z_scores(x, X_TRAIN),
            np.nan_to_num((x - MEAN) / SD),
            scaled_by_pandas(x, X_TRAIN),
            scaled_by_pandas(x, X_TRAIN).to_numpy("float32"),
            np.nan_to_num((x - MEAN) / SD).tolist(),
        ]
        for name, x in (("z_train", X_TRAIN), ("z_test", X_TEST))
    },
    "q5": {
        "network": [
            made(compiled, 5, dense()),
            made(functional),
            made(built_later),
            made(compiled, 5, dense(), loss=binary_loss()),
            made(compiled, 5, dense(), loss=loss_function),
            made(
                compiled,
                dense(5, None),
                layer("Activation", "relu"),
                dense(1, None),
                layer("Activation", "sigmoid"),
            ),
            made(compiled, dense(5, None), layer("ReLU"), dense()),
        ]
    },
    "q6": {
        "classes": [
            (TWELVE[:, 0] > 0.5).astype(int),
            TWELVE.ravel() > 0.5,
            np.round(TWELVE).ravel(),
            [int(value >= 0.5) for (value,) in TWELVE],
            np.where(TWELVE > 0.5, 1, 0).reshape(-1).astype(np.float32),
            np.squeeze(TWELVE > 0.5),
            np.concatenate([1 - TWELVE, TWELVE], axis=1).argmax(axis=1),
        ]
    },
    "q7": {
        "accuracy": [
            HIT.mean(),
            ((TWENTY > 0.5) == Y[:, np.newaxis]).mean(),
            np.float32(HIT.sum() / len(Y)),
            sum(round(float(p)) == t for p, t in zip(TWENTY[:, 0], Y, strict=True))
            / 20,
            1 - np.abs(np.round(TWENTY[:, 0]) - Y).mean(),
        ]
    },
    "q8": {
        "network": [
            made(really_trained),
            made(trained_slightly_otherwise),
            made(with_its_weights, 16, layer("Dropout", 0.5), dense(), loss="mse"),
            made(
                with_its_weights,
                16,
                layer("Dropout", 0.2),
                dense(1, None),
                layer("Activation", "sigmoid"),
            ),
        ]
    },
}

# Question -> answer -> (wrong answer, name of the mistake); "" for one without a name.

WRONG = {
    "q1": {
        "n_samples": [
            (TABLE["Id"].nunique(), "different Ids counted"),
            (len(TABLE.dropna()), "rows with gaps left out"),
            (len(TABLE.drop_duplicates()), "equal rows counted once"),
            (TABLE.size, "values counted in place of rows"),
            (len(TABLE.columns), "columns counted in place of rows"),
            (TABLE.shape, "not a whole number"),
            (700, ""),
        ],
        "n_features": [
            (10, "Id or Class counted as feature"),
            (TABLE.shape[1], "Id or Class counted as feature"),
            (8, "column with gaps left out"),
            (len(TABLE), "rows counted in place of columns"),
            (len(TABLE) * 9, "values counted in place of columns"),
            (7, ""),
            (FEATURES, "not numbers"),
        ],
        "n_missing": [
            (TABLE.isna().any().sum(), "columns counted in place of values"),
            (TABLE.isna().size, "all values counted"),
            (len(TABLE["Bare.nuclei"].isna()), "all values counted"),
            (TABLE.notna().sum().sum(), "values counted that are there"),
            (TABLE.count()["Bare.nuclei"], "values counted that are there"),
            ((TABLE == "").sum().sum(), "gaps not seen"),
            (TABLE.isna().sum(), "not a whole number"),
            (17, ""),
        ],
        "n_malignant": [
            ((TABLE["Class"] == "benign").sum(), "classes reversed"),
            ((TABLE.dropna()["Class"] == "malignant").sum(), "rows with gaps left out"),
            (TABLE["Id"][CLASSES == 1].nunique(), "different Ids counted"),
            ((TABLE["Class"] == "malignant").size, "all rows counted"),
            (len(TABLE["Class"].unique()), "classes counted in place of rows"),
            (CLASSES.mean(), "not a whole number"),
            (240, ""),
        ],
    },
    "q2": {
        "split": [
            ((~IS_TEST, IS_TEST), "mask in place of positions"),
            ((TRAIN[:, np.newaxis], TEST[:, np.newaxis]), "not one row of positions"),
            ((TRAIN + 1, TEST + 1), "counted from 1"),
            (
                tuple(
                    TABLE["Id"].astype(int).to_numpy()[part] for part in (TRAIN, TEST)
                ),
                "Ids in place of positions",
            ),
            ((TABLE["Id"][TRAIN], TABLE["Id"][TEST]), "Ids in place of positions"),
            ((TABLE.iloc[TRAIN], TABLE.iloc[TEST]), "rows in place of positions"),
            ((ALL, TEST), "row in both parts"),
            ((TRAIN, np.append(TEST, TRAIN[:3])), "row in both parts"),
            ((TRAIN, np.append(TEST, TEST[:3])), "row more than once"),
            ((TRAIN[:-1], TEST), "rows left out"),
            (
                tuple(part[TABLE.notna().all(axis=1)[part]] for part in (TRAIN, TEST)),
                "rows left out",
            ),
            ((TEST, TRAIN), "parts exchanged"),
            (by_folds(n_splits=2), "other share of test rows"),
            (by_folds(n_splits=10), "other share of test rows"),
            (OF_CLASSES, "rows of one Id in training and test"),
            (next(KFold(5).split(TABLE)), "rows of one Id in training and test"),
            ((ALL[140:], ALL[:140]), "rows of one Id in training and test"),
            (by_chance(), "not stratified"),
            (
                StratifiedGroupKFold(5).split(TABLE, CLASSES, TABLE["Id"]),
                "all splits in place of one",
            ),
            (
                list(StratifiedGroupKFold(5).split(TABLE, CLASSES, TABLE["Id"])),
                "all splits in place of one",
            ),
            (TRAIN, "not two results"),
            ((TRAIN + 0.5, TEST), ""),
        ]
    },
    "q3": {
        "x": [
            (ROWS.drop(columns="Class").to_numpy(), "Id kept"),
            (ROWS.drop(columns="Class").astype(float), "Id kept"),
            (ROWS, "Class kept"),
            (ROWS.to_numpy(), "Class kept"),
            (ROWS.drop(columns="Id"), "Class kept"),
            (np.column_stack([VALUES, MALIGNANT]), "Class kept"),
            (KEPT[FEATURES].to_numpy(float), "rows with gaps dropped"),
            (ROWS[FEATURES].dropna(axis=1), "column with gaps dropped"),
            (np.nan_to_num(VALUES), "gaps filled too early"),
            (ROWS[FEATURES].fillna(ROWS[FEATURES].mean()), "gaps filled too early"),
            (StandardScaler().fit_transform(VALUES), "scaled too early"),
            (VALUES.T, "axes exchanged"),
            (VALUES.astype(str), "text kept"),
            (VALUES.astype(str).astype(object), "text kept"),
            (VALUES[::-1], ""),
            (TABLE[FEATURES], ""),
            ("x", "text in place of numbers"),
        ],
        "y": [
            (ROWS["Class"], "text kept"),
            (ROWS["Class"].to_numpy(), "text kept"),
            (pd.Categorical(ROWS["Class"]), "text kept"),
            (list(ROWS["Class"]), "text kept"),
            (1 - MALIGNANT, "classes reversed"),
            (MALIGNANT + 1, "classes 1 and 2"),
            (2 - MALIGNANT, "classes 1 and 2"),
            (2 * MALIGNANT - 1, "classes -1 and 1"),
            (MALIGNANT[:, np.newaxis], "y as a column"),
            (pd.get_dummies(ROWS["Class"]), "one-hot for yes or no"),
            ((KEPT["Class"] == "malignant").astype(int), "rows with gaps dropped"),
            (MALIGNANT[::-1], ""),
            (MALIGNANT.sum(), ""),
            ("malignant", "text in place of numbers"),
        ],
    },
    "q4": {
        "z_train": wrong_scaled(X_TRAIN),
        "z_test": [
            *wrong_scaled(X_TEST),
            (z_scores(X_TEST, X_TEST), "test scaled by its own mean"),
            (scaled_by_pandas(X_TEST, X_TEST), "test scaled by its own mean"),
        ],
    },
    "q5": {
        "network": [
            (made(compiled, 5, dense(), inputs=(10,)), "Id or Class counted as input"),
            (made(compiled, 5, dense(), inputs=(11,)), "Id or Class counted as input"),
            (
                made(compiled, 5, dense(), inputs=(699, 9)),
                "axis of samples in the input",
            ),
            (made(compiled, 5, dense(), inputs=(1,)), "other number of inputs"),
            (made(compiled, dense()), "hidden layer missing"),
            (made(compiled, dense(5)), "hidden layer missing"),
            (made(compiled, 5, dense(2, "softmax")), "two units at the end"),
            (made(compiled, 5, dense(2)), "two units at the end"),
            (made(compiled, 5, dense(5)), "other number of units at the end"),
            (made(compiled, 5, dense(1, "softmax")), "softmax on one unit"),
            (made(compiled, 5, dense(1, None)), "no sigmoid"),
            (
                made(compiled, 5, dense(1, None), loss=binary_loss(from_logits=True)),
                "no sigmoid",
            ),
            (made(compiled, 5, 1), "no sigmoid"),
            (made(compiled, 5, dense(1, "tanh")), "other activation at the end"),
            (made(compiled, 5, 5, dense()), "layer too many"),
            (made(compiled, 9, dense()), "other number of hidden units"),
            (made(compiled, dense(5, None), dense()), "hidden activation missing"),
            (made(compiled, dense(5), dense()), "other hidden activation"),
            (made(sequential, 5, dense()), "not compiled"),
            (made(compiled, 5, dense(), loss="mse"), "loss for a number"),
            (
                made(compiled, 5, dense(), loss="mean_absolute_error"),
                "loss for a number",
            ),
            (
                made(compiled, 5, dense(), loss="categorical_crossentropy"),
                "loss for several classes",
            ),
            (
                made(compiled, 5, dense(), loss="sparse_categorical_crossentropy"),
                "loss for several classes",
            ),
            (
                made(compiled, 5, dense(), loss=binary_loss(from_logits=True)),
                "loss for logits",
            ),
            (made(compiled, 5, dense(), loss="hinge"), "other loss"),
            (made(compiled, 5, dense(), loss=None), "other loss"),
            (made(skipping), ""),
            (made(compiled, 5, layer("BatchNormalization"), dense()), ""),
            (made(sequential, 5, dense(), inputs=None), "network not built"),
            ([9, 5, 1], "not a network"),
            ("9-5-1", "not a network"),
        ]
    },
    "q6": {
        "classes": [
            (TWELVE.argmax(axis=1), "argmax of one column"),
            (TWELVE[:, 0].astype(int), "argmax of one column"),
            (TWELVE.argmax(), "place of the largest"),
            (TWELVE.argmax(axis=0), "place of the largest"),
            ((TWELVE > 0.5).astype(int), "column kept"),
            ((TWELVE > 0.5).T, "column kept"),
            (TWELVE[:, 0] < 0.5, "threshold turned round"),
            ((TWELVE < 0.5).astype(int), "threshold turned round"),
            (TWELVE[:, 0], "probabilities in place of classes"),
            (TWELVE, "probabilities in place of classes"),
            (1 - TWELVE, "probabilities in place of classes"),
            (np.ceil(TWELVE[:, 0]), "always malignant"),
            (1 + (TWELVE[:, 0] > 0.5), "classes 1 and 2"),
            (TWELVE[:, 0] > 0.6, "other threshold"),
            (TWELVE[:, 0] > 0.4, "other threshold"),
            (np.hstack([TWELVE <= 0.5, TWELVE > 0.5]), "one column too many"),
            (np.where(TWELVE[:, 0] > 0.5, "malignant", "benign"), "text kept"),
            ((TWELVE[:, 0] > 0.5)[::-1], ""),
            ((TWELVE[:, 0] > 0.5)[:5], ""),
        ]
    },
    "q7": {
        "accuracy": [
            (((TWENTY > 0.5) == Y).mean(), "n x n comparison"),
            ((TWENTY > 0.5) == Y, "n x n comparison"),
            (HIT, "one answer for each sample"),
            ((TWENTY > 0.5) == Y[:, np.newaxis], "one answer for each sample"),
            ([HIT.mean()], "array of one number"),
            ((~HIT).mean(), "errors in place of right answers"),
            ((~HIT).sum(), "errors in place of right answers"),
            (100 * HIT.mean(), "percent"),
            (HIT.sum(), "count in place of share"),
            (Y.mean(), "share of a class"),
            ((TWENTY.argmax(axis=1) == Y).mean(), "share of a class"),
            ((TWENTY > 0.5).mean(), "share of a class"),
            (HIT[Y == 1].mean(), "only one class looked at"),
            (HIT[Y == 0].mean(), "only one class looked at"),
            (Y[TWENTY[:, 0] > 0.5].mean(), "only one class looked at"),
            ((TWENTY[:, 0] == Y).mean(), "probabilities compared with classes"),
            (1 - np.abs(TWENTY[:, 0] - Y).mean(), "probabilities not made classes"),
            (0.95 * HIT.mean(), ""),
            ("85%", "text in place of numbers"),
        ]
    },
    "q8": {
        "network": [
            (
                made(compiled, 16, layer("Dropout", 0.2), dense(), inputs=(10,)),
                "Id or Class counted as input",
            ),
            (
                made(compiled, 16, layer("Dropout", 0.2), dense(), inputs=(561, 9)),
                "axis of samples in the input",
            ),
            (
                made(compiled, 16, layer("Dropout", 0.2), dense(), inputs=(8,)),
                "other number of inputs",
            ),
            (
                made(compiled, 16, layer("Dropout", 0.2), dense(2, "softmax")),
                "two units at the end",
            ),
            (
                made(compiled, 16, layer("Dropout", 0.2)),
                "other number of units at the end",
            ),
            (
                made(with_its_weights, 16, layer("Dropout", 0.2), dense(1, "softmax")),
                "softmax on one unit",
            ),
            (
                made(with_its_weights, 16, layer("Dropout", 0.2), dense(1, None)),
                "no sigmoid",
            ),
            (
                made(with_its_weights, 16, layer("Dropout", 0.2), dense(1, "tanh")),
                "no probabilities",
            ),
            (made(with_its_weights, 16, dense()), "no dropout layer"),
            (
                made(with_its_weights, 16, layer("Dropout", 0.0), dense()),
                "dropout with rate 0",
            ),
            (
                made(with_its_weights, 16, dense(), layer("Dropout", 0.2)),
                "dropout after the output",
            ),
            (made(compiled, 16, layer("Dropout", 0.2), dense()), "not trained"),
            (made(sequential, 16, layer("Dropout", 0.2), dense()), "not trained"),
            (
                made(with_its_weights, 16, layer("Dropout", 0.2), dense(), steps=0),
                "not trained",
            ),
            (made(trained_on_gaps), "NaN in the weights"),
            (
                made(
                    with_its_weights,
                    16,
                    layer("Dropout", 0.2),
                    dense(),
                    change=reversed_weights,
                ),
                "classes reversed",
            ),
            (
                made(
                    with_its_weights,
                    16,
                    layer("Dropout", 0.2),
                    dense(),
                    change=without_hidden_weights,
                ),
                "always the same class",
            ),
            (
                made(
                    with_its_weights,
                    16,
                    layer("Dropout", 0.2),
                    dense(),
                    change=half_wrong,
                ),
                "too often wrong",
            ),
            (
                made(sequential, 16, layer("Dropout", 0.2), dense(), inputs=None),
                "network not built",
            ),
            (
                made(compiled, layer("Dropout", 0.2), inputs=(9,)),
                "other number of units at the end",
            ),
            (0.99, "not a network"),
        ]
    },
}

BANK = Bank("02_breast_cancer", RIGHT, WRONG)
verdict_on = BANK.verdict_on
exercise = started(BANK.exercise)


@pytest.mark.filterwarnings("ignore:You are using a softmax")
class TestBank(BankTests):
    bank = BANK

    def test_what_is_given_cannot_be_spoiled(self):  # tables, and gaps, among it
        for question, asked in QUESTIONS.items():
            if not asked.given:
                continue
            handed_out = given(question)
            handed_out = handed_out if isinstance(handed_out, tuple) else (handed_out,)
            for value, kept in zip(handed_out, asked.given.values(), strict=True):
                before = kept.copy()
                if isinstance(value, pd.DataFrame):
                    value.loc[:, "Mitoses"] = 0
                    assert kept.equals(before)
                else:
                    value[...] = 0
                    assert np.array_equal(kept, before, equal_nan=True)


def stub(*arguments):
    raise NotImplementedError


def test_a_pair_of_blanks_is_not_attempted():
    assert check("q2", split=(..., ...)).status == "not attempted"


def test_a_function_in_place_of_an_answer_is_wrong_and_no_error():
    for question, asked in QUESTIONS.items():
        for name in asked.parts:
            assert verdict_on(question, name, stub).status == "incorrect"


# ------------------------------------------------------------------ q2, many ways


@pytest.mark.parametrize("seed", range(2))
def test_every_fold_is_a_proper_split(seed):
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    for split in folds.split(TABLE, CLASSES, TABLE["Id"]):
        assert verdict_on("q2", "split", split).status == "correct"


# ------------------------------------------------------------------ 5% is too much


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_no_number_may_be_off_by_5_percent(factor):
    for question in ("q1", "q3", "q4", "q6", "q7"):
        for name, answers in RIGHT[question].items():
            right = np.array(answers[0], dtype=float)
            for place in {0, right.size // 2, right.size - 1}:
                almost = right.copy()
                almost.flat[place] = almost.flat[place] * factor + 0.02
                verdict = verdict_on(question, name, almost)
                assert verdict.status == "incorrect", (question, name, place)


# ------------------------------------------------------------------ given


def test_both_parts_of_q4_have_gaps_and_share_no_row():
    assert np.isnan(X_TRAIN).any() and np.isnan(X_TEST).any()
    assert len(X_TRAIN) + len(X_TEST) == len(TABLE)


@pytest.mark.parametrize("source", ["full", "sample", "openml"])
def test_the_module_needs_no_keras_and_no_network(source):
    code = (
        "import sys, helpers.exercises.breast_cancer as module; "
        "assert 'keras' not in sys.modules and 'tensorflow' not in sys.modules; "
        "assert module.TABLE.shape == (699, 11)"
    )
    environment = {"KERAS_COURSE_SOURCE": source, "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)

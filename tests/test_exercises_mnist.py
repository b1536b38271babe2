"""Exercise 04_mnist: its bank of answers, right ones and wrong ones.

Only a few networks are trained; the others are made from the weights of one that was.
"""

import functools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.exercises import given
from helpers.exercises.mnist import QUESTIONS, TEST_ROWS, TRAIN_ROWS, WORDS
from tests.banks import Bank, BankTests, made, started

# ------------------------------------------------------------------ what is given

IMAGES, DIGITS, NAMES = QUESTIONS["q1"].given.values()
RAW = IMAGES.astype(float)[..., np.newaxis]
PROBABILITIES = QUESTIONS["q3"].given["probabilities"]
TRUE, PREDICTED = QUESTIONS["q4"].given.values()
TRUE_5, PREDICTED_5, PROBABILITIES_5 = QUESTIONS["q5"].given.values()
LABELS = QUESTIONS["q8"].given["labels"]

CLASSES = PROBABILITIES.argmax(axis=1)

MATRIX = np.zeros((10, 10))
np.add.at(MATRIX, (TRUE, PREDICTED), 1)
ONCE = np.zeros((10, 10), dtype=int)
ONCE[TRUE, PREDICTED] += 1
OCCURRING = np.delete(np.arange(10), 7)

WRONG_5 = np.flatnonzero(PREDICTED_5 != TRUE_5)
CERTAIN_5 = PROBABILITIES_5.max(axis=1)
WORST = WRONG_5[np.argsort(-CERTAIN_5[WRONG_5])[:5]]


def worst_with_loop():
    wrong = [i for i in range(len(TRUE_5)) if TRUE_5[i] != PREDICTED_5[i]]
    return sorted(wrong, key=lambda i: max(PROBABILITIES_5[i]), reverse=True)[:5]


def worst_by_mask():
    certainty = np.where(PREDICTED_5 == TRUE_5, -1, CERTAIN_5)
    return np.argsort(certainty)[::-1][:5]


SHUFFLED = np.random.RandomState(1).permutation(TRAIN_ROWS)
PLACES = np.random.RandomState(2).permutation(len(TRAIN_ROWS))
ALL_SHUFFLED = np.random.RandomState(3).permutation(len(LABELS))


def mask_of(rows):
    return np.isin(np.arange(len(LABELS)), rows)


# ------------------------------------------------------------------ networks for q6


def defined(*hidden, shape=(28, 28, 1), units=10, activation="softmax"):
    import keras

    return keras.Sequential(
        [
            keras.Input(shape=shape),
            *(hidden or [keras.layers.Flatten()]),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(units, activation=activation),
        ]
    )


def fitted(x, y, epochs, batch_size=50, network=None):
    from helpers.training import set_seed

    set_seed(4)
    network = network or defined()
    network.compile("adam", "sparse_categorical_crossentropy", steps_per_execution=20)
    network.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0)
    return network


def data():
    return QUESTIONS["q6"].given


@functools.cache
def trained():
    return fitted(data()["x_train"] / 255, data()["y_train"], epochs=5)


def like_trained(change=lambda weights: weights, **settings):
    """Return a network with the weights of the trained one, changed perhaps."""
    network = defined(**settings)
    network.set_weights(change([weight.copy() for weight in trained().get_weights()]))
    return network


def first_divided_by_255(weights):
    return [weights[0] / 255, *weights[1:]]


def with_rescaling():
    from keras import layers

    network = defined(layers.Rescaling(1 / 255), layers.Flatten())
    network.set_weights(trained().get_weights())
    return network


def functional():
    import keras

    inputs = keras.Input(shape=(28, 28))
    x = keras.layers.Flatten()(inputs)
    for layer in trained().layers[-2:]:
        x = layer(x)
    return keras.Model(inputs, x)


@functools.cache
def hardly_trained():
    return fitted(data()["x_train"] / 255, data()["y_train"], 1, batch_size=512)


def fitted_on_held_out():
    return fitted(data()["x_held_out"] / 255, data()["y_held_out"], epochs=12)


def fitted_on_shuffled_labels():
    labels = np.random.RandomState(0).permutation(data()["y_train"])
    return fitted(data()["x_train"] / 255, labels, 1, batch_size=256)


def not_built():
    import keras

    return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])


# ------------------------------------------------------------------ functions of q7


def load(file):
    import keras

    return keras.models.load_model(file)


def save_and_load(network, folder):
    network.save(folder / "network.keras")
    return load(folder / "network.keras")


def save_in_a_folder_of_its_own(network, folder):
    file = Path(folder) / "more" / "my_network.keras"
    file.parent.mkdir()
    network.save(str(file))
    return load(str(file))


def save_with_keras_function(network, folder):
    import keras

    print("saving")
    keras.saving.save_model(network, f"{folder}/digits.keras")
    return keras.saving.load_model(f"{folder}/digits.keras", compile=False)


def save_and_return_the_same(network, folder):
    network.save(folder / "network.keras")
    return network


def save_and_copy_layers(network, folder):
    import keras

    network.save(folder / "network.keras")
    return keras.models.clone_model(network)


def copy_in_memory(network, folder):
    import keras

    copied = keras.models.clone_model(network)
    copied.set_weights(network.get_weights())
    return copied


def save_the_weights(network, folder):
    import keras

    network.save_weights(folder / "network.weights.h5")
    copied = keras.models.clone_model(network)
    copied.load_weights(folder / "network.weights.h5")
    return copied


def save_as_h5(network, folder):
    network.save(folder / "network.h5")
    return load(folder / "network.h5")


def export(network, folder):
    network.export(str(folder / "network"), verbose=False)
    return copy_in_memory(network, folder)


def save_as_text(network, folder):
    (folder / "network.json").write_text(network.to_json())
    return copy_in_memory(network, folder)


def save_another_network(network, folder):
    return save_and_load(defined(shape=(784,)), folder)


def save_and_return_nothing(network, folder):
    network.save(folder / "network.keras")


def save_and_return_the_file(network, folder):
    network.save(folder / "network.keras")
    return folder / "network.keras"


def add_texts(network, folder):
    network.save(folder + "/network.keras")


# ------------------------------------------------------------------ the bank
#
# Question -> answer -> several right ones, differently written.

RIGHT = {
    "q1": {
        "scaled": [
            RAW / 255,
            (IMAGES / 255)[..., np.newaxis].astype(np.float32),
            np.expand_dims(IMAGES, -1).astype("float32") / 255.0,
            IMAGES.reshape(12, 28, 28, 1) * (1 / 255),
            (IMAGES[:, :, :, None] / 255).tolist(),
            (RAW / 255).astype(np.float16),
        ],
        "names": [
            [NAMES[label] for label in DIGITS],
            np.array(NAMES)[DIGITS],
            tuple(map(NAMES.__getitem__, DIGITS)),
            np.array(NAMES, dtype=object)[DIGITS],
        ],
    },
    "q2": {
        "parameters": [
            784 * 128 + 128 + 128 * 10 + 10,
            np.int64(101_770),
            785 * 128 + 129 * 10.0,
        ],
        "steps": [132, np.ceil(16_800 / 128), -(-16_800 // 128), np.array(132)],
    },
    "q3": {
        "classes": [
            CLASSES,
            np.argmax(PROBABILITIES, axis=-1).tolist(),
            [int(np.argmax(row)) for row in PROBABILITIES],
            np.argsort(PROBABILITIES, axis=1)[:, -1],
            CLASSES.astype(np.float32),
        ]
    },
    "q4": {
        "matrix": [
            MATRIX,
            MATRIX.astype(int).tolist(),
            np.eye(10)[TRUE].T @ np.eye(10)[PREDICTED],
            np.bincount(10 * TRUE + PREDICTED, minlength=100).reshape(10, 10),
            np.histogram2d(TRUE, PREDICTED, bins=np.arange(11) - 0.5)[0],
        ]
    },
    "q5": {
        "worst": [WORST, WORST.tolist(), worst_with_loop(), worst_by_mask()],
    },
    "q6": {
        "network": [
            made(trained),
            made(lambda: like_trained(shape=(784,))),
            made(functional),
        ]
    },
    "q7": {
        "save_and_load": [
            save_and_load,
            save_in_a_folder_of_its_own,
            save_with_keras_function,
        ]
    },
    "q8": {
        "rows": [
            (SHUFFLED[200:], SHUFFLED[:200]),
            [SHUFFLED[:800].tolist(), SHUFFLED[800:].tolist()],
            (TRAIN_ROWS[np.arange(1000) % 5 > 0], TRAIN_ROWS[::5]),
            (np.sort(SHUFFLED[:-200]), np.sort(SHUFFLED[-200:])),
            (TRAIN_ROWS[PLACES[:800]], TRAIN_ROWS[PLACES[800:]]),
        ]
    },
}

# Question -> answer -> (wrong answer, name of the mistake); "" for one without a name.

WRONG = {
    "q1": {
        "scaled": [
            (RAW, "not scaled"),
            (IMAGES, "not scaled"),
            (RAW / 256, "divided by 256"),
            (RAW / IMAGES.max(), "divided by the largest pixel found"),
            (
                RAW / RAW.max(axis=(1, 2, 3), keepdims=True),
                "divided by the largest pixel found",
            ),
            (RAW // 255, "divided without a rest"),
            (RAW // 128, "divided without a rest"),
            (RAW[..., 0] / 255, "axis of channels missing"),
            (IMAGES[:, np.newaxis] / 255, "channel axis in the wrong place"),
            (IMAGES[np.newaxis] / 255, "channel axis in the wrong place"),
            (IMAGES.reshape(12, 784) / 255, "flat in place of images"),
            (IMAGES.ravel() / 255, "flat in place of images"),
            (1 - RAW / 255, "black and white exchanged"),
            (RAW / 127.5 - 1, "scaled to another range"),
            ((RAW - RAW.mean()) / RAW.std(), "scaled to another range"),
            (np.swapaxes(RAW, 1, 2) / 255, ""),
            (RAW[:1] / 255, ""),
            (RAW / 2550, "divided by another number"),
            (RAW / 100, "divided by another number"),
            ("images", "text in place of numbers"),
        ],
        "names": [
            (DIGITS, "labels in place of names"),
            ([str(label) for label in DIGITS], "labels in place of names"),
            (WORDS, "names of the classes, not of the images"),
            ([WORDS[label - 1] for label in DIGITS], "names moved by one"),
            ([WORDS[(label + 1) % 10] for label in DIGITS], "names moved by one"),
            (sorted(WORDS[label] for label in DIGITS), "order of images lost"),
            ([WORDS[DIGITS[0]]], "not one name for each image"),
            (WORDS[DIGITS[0]], "one text in place of a list"),
            ({WORDS[label] for label in DIGITS}, "set in place of a list"),
            ([WORDS[label].title() for label in DIGITS], ""),
            (3, "cannot be read"),
        ],
    },
    "q2": {
        "parameters": [
            (784 * 128 + 128 * 10, "biases left out"),
            (101_770 + 128, "dropout counted"),
            (785 * 128 + 129 * 128 + 129 * 10, "dropout counted"),
            (785 * 64 + 65 * 10, "dropout counted"),
            (785 * 128 + 65 * 10, "dropout counted"),
            (784 * 128 + 128 * 10 + 2, "one bias for a whole layer"),
            (101_770 + 784, "biases of the inputs counted"),
            (785 * 128, "only one layer counted"),
            (129 * 10, "only one layer counted"),
            (784 + 128 + 10, "units in place of parameters"),
            (203_530, ""),
            ("101770", "text in place of numbers"),
        ],
        "steps": [
            (165, "whole set in place of the part for fitting"),
            (21_000 // 128, "whole set in place of the part for fitting"),
            (131, "rounded down"),
            (21_000, "samples in place of steps"),
            (16_800, "samples in place of steps"),
            (33, "steps of the validation part"),
            (128, "batch size in place of steps"),
            (16_800 / 128, "not a whole number"),
            (375, ""),
        ],
    },
    "q3": {
        "classes": [
            (PROBABILITIES.argmax(axis=0), "along the wrong axis"),
            (PROBABILITIES.argmax(), "one class for everything"),
            (PROBABILITIES.max(), "one class for everything"),
            (
                PROBABILITIES.max(axis=1),
                "largest probability in place of its place",
            ),
            (PROBABILITIES, "probabilities unchanged"),
            (np.eye(10)[CLASSES], "one-hot in place of classes"),
            (PROBABILITIES.round(), "one-hot in place of classes"),
            (CLASSES[:, np.newaxis], "a column in place of a row"),
            (PROBABILITIES.argmin(axis=1), "least probable class"),
            (CLASSES + 1, "counted from 1"),
            (CLASSES - 10, ""),
            (CLASSES[:5], ""),
            (np.argsort(PROBABILITIES, axis=1)[:, -2], ""),
        ]
    },
    "q4": {
        "matrix": [
            (MATRIX.T, "transposed"),
            (MATRIX - np.diag(np.diag(MATRIX)), "errors only"),
            (np.diag(np.diag(MATRIX)), "right answers only"),
            (ONCE, "each pair counted only once"),
            (MATRIX / MATRIX.sum(), "shares in place of counts"),
            (100 * MATRIX / len(TRUE), "shares in place of counts"),
            (
                MATRIX / np.maximum(MATRIX.sum(axis=1, keepdims=True), 1),
                "shares in place of counts",
            ),
            (
                (MATRIX / np.maximum(MATRIX.sum(axis=0), 1)).round(2),
                "shares in place of counts",
            ),
            (MATRIX[np.ix_(OCCURRING, OCCURRING)], "absent class left out"),
            (np.zeros((2, 2)), "wrong size"),
            (np.bincount(10 * TRUE + PREDICTED, minlength=100), "wrong size"),
            (np.mean(TRUE == PREDICTED), "wrong size"),
            (2 * MATRIX, "pairs missing or counted twice"),
            (np.zeros((10, 10)), "pairs missing or counted twice"),
            (MATRIX[::-1], ""),
        ]
    },
    "q5": {
        "worst": [
            (
                WRONG_5[np.argsort(CERTAIN_5[WRONG_5])[:5]],
                "least certain mistakes",
            ),
            (np.argsort(-CERTAIN_5)[:5], "right answers among them"),
            (np.flatnonzero(PREDICTED_5 == TRUE_5)[:5], "right answers among them"),
            (CERTAIN_5[WORST], "probabilities in place of positions"),
            (PROBABILITIES_5[WORST], "probabilities in place of positions"),
            (
                np.argsort(-CERTAIN_5[WRONG_5])[:5],
                "positions within the wrong ones",
            ),
            (WORST[::-1], "order reversed"),
            (WRONG_5[np.argsort(CERTAIN_5[WRONG_5])[-5:]], "order reversed"),
            (np.sort(WORST), "order lost"),
            (PREDICTED_5 != TRUE_5, "mask in place of positions"),
            (PREDICTED_5[WORST], "classes in place of positions"),
            (TRUE_5[WORST], "classes in place of positions"),
            (WRONG_5, "not five"),
            (WORST[0], "not five"),
            (
                WRONG_5[
                    np.argsort(PROBABILITIES_5[WRONG_5, TRUE_5[WRONG_5]], kind="stable")
                ][:5],
                "probability of the true class",
            ),
            (WRONG_5[-5:], ""),
            (WORST + 1000, ""),
        ]
    },
    "q6": {
        "network": [
            (made(defined), "not trained"),
            (made(fitted_on_shuffled_labels), "not trained"),
            (made(hardly_trained), "accuracy too low"),
            (made(fitted_on_held_out), "fitted on the held-out digits"),
            (made(lambda: like_trained(first_divided_by_255)), "pixels not scaled"),
            (made(with_rescaling), "pixels not scaled"),
            (made(lambda: like_trained(activation="linear")), "no probabilities"),
            (made(lambda: like_trained(activation="sigmoid")), "no probabilities"),
            (made(lambda: defined(units=1, activation="sigmoid")), "not ten outputs"),
            (made(lambda: defined(units=11)), "not ten outputs"),
            (
                made(
                    lambda: like_trained(lambda weights: [w * np.nan for w in weights])
                ),
                "training diverged",
            ),
            (made(lambda: defined(shape=(32, 32))), "other input"),
            (made(not_built), "network not built"),
            (0.93, "not a network"),
        ]
    },
    "q7": {
        "save_and_load": [
            (save_and_return_the_same, "same object returned"),
            (lambda network, folder: network, "same object returned"),
            (copy_in_memory, "no file written"),
            (save_the_weights, "only the weights saved"),
            (save_as_h5, "old format"),
            (export, "exported in place of saved"),
            (save_as_text, "no .keras file"),
            (save_and_copy_layers, "other predictions"),
            (save_another_network, "other predictions"),
            (save_and_return_nothing, "nothing returned"),
            (save_and_return_the_file, "not a network"),
            (add_texts, "raises an error"),
            (lambda network: network, "raises an error"),
            ("network.keras", "not a function"),
        ]
    },
    "q8": {
        "rows": [
            ((TRAIN_ROWS, TEST_ROWS), "test set used for validation"),
            (
                (ALL_SHUFFLED[:1000], ALL_SHUFFLED[1000:]),
                "test set used for validation",
            ),
            (
                (np.append(SHUFFLED[200:], TEST_ROWS), SHUFFLED[:200]),
                "test rows used for fitting",
            ),
            ((TRAIN_ROWS, SHUFFLED[:200]), "overlap"),
            ((SHUFFLED[:900], SHUFFLED[800:]), "overlap"),
            ((SHUFFLED[200:900], SHUFFLED[:200]), "rows left out"),
            ((SHUFFLED[100:], SHUFFLED[:100]), "wrong share"),
            ((SHUFFLED[250:], SHUFFLED[:250]), "wrong share"),
            ((SHUFFLED[500:], SHUFFLED[:500]), "wrong share"),
            ((SHUFFLED[:200], SHUFFLED[200:]), "parts exchanged"),
            ((TRAIN_ROWS[:800], TRAIN_ROWS[800:]), "sorted rows cut"),
            ((TRAIN_ROWS[200:], TRAIN_ROWS[:200]), "sorted rows cut"),
            ((PLACES[200:], PLACES[:200]), "positions within the training rows"),
            (
                (np.append(SHUFFLED[200:], SHUFFLED[200]), SHUFFLED[:200]),
                "rows drawn more than once",
            ),
            (
                (mask_of(SHUFFLED[200:]), mask_of(SHUFFLED[:200])),
                "masks in place of rows",
            ),
            (
                (LABELS[SHUFFLED[200:]], LABELS[SHUFFLED[:200]]),
                "labels in place of rows",
            ),
            (SHUFFLED[:200], "not two results"),
            ((0.8, 0.2), "sizes in place of rows"),
            ((800, 200), "sizes in place of rows"),
            (
                (
                    np.argwhere(mask_of(SHUFFLED[200:])),
                    np.argwhere(mask_of(SHUFFLED[:200])),
                ),
                "columns in place of rows",
            ),
            ((SHUFFLED[200:] + 5000, SHUFFLED[:200]), "rows left out"),
        ]
    },
}

BANK = Bank("04_mnist", RIGHT, WRONG)
verdict_on = BANK.verdict_on
exercise = started(BANK.exercise)


class TestBank(BankTests):
    bank = BANK


def stub(network, folder):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("question", "name", "answer"),
    [("q7", "save_and_load", stub), ("q8", "rows", (..., ...))],
)
def test_stubs_are_not_attempted(question, name, answer):
    assert verdict_on(question, name, answer).status == "not attempted"


# ------------------------------------------------------------------ given


def test_the_givens_are_such_that_the_mistakes_differ():
    assert IMAGES.max() == 254 and set(DIGITS) == set(range(10))
    assert 7 not in TRUE and 7 not in PREDICTED
    assert set(TRUE) | set(PREDICTED) == set(OCCURRING)
    assert len(set(CLASSES)) >= 5 and len(PROBABILITIES) != 10
    assert np.allclose(PROBABILITIES_5.sum(axis=1), 1)
    assert np.array_equal(PREDICTED_5, PROBABILITIES_5.argmax(axis=1))
    certain = np.sort(CERTAIN_5[WRONG_5])[::-1]
    assert np.all(np.diff(certain[:7]) < -1e-3)
    assert not np.isin(TEST_ROWS, TRAIN_ROWS).any()
    assert len(TEST_ROWS) + len(TRAIN_ROWS) == len(LABELS)


def test_the_digits_are_those_of_the_sample_everywhere():
    x_train, y_train, x_held_out, y_held_out = given("q6")
    assert x_train.shape == (4000, 28, 28) and x_train.dtype == np.uint8
    assert x_held_out.shape == (1000, 28, 28) and len(y_held_out) == 1000
    assert np.bincount(y_train).tolist() == [400] * 10


def test_importing_the_module_loads_neither_keras_nor_digits():
    code = (
        "import sys; from helpers.exercises import mnist; "
        "print([m for m in ('keras', 'tensorflow', 'pandas') if m in sys.modules], "
        "mnist.digits.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[] 0\n"


def test_the_check_of_saving_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    np.random.seed(1)
    before = np.random.get_state()[1].tolist()
    assert verdict_on("q7", "save_and_load", save_and_load).status == "correct"
    assert not list(tmp_path.iterdir())
    assert np.random.get_state()[1].tolist() == before


def test_how_many_are_read_right_is_said():
    message = verdict_on("q6", "network", made(hardly_trained)).message
    assert "% of the held-out digits right, and at least 90%" in message

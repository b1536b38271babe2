"""Exercise 05_tuning: its bank of answers, right ones and wrong ones.

Few networks are trained; the others are made from the weights of one that was.
"""

import functools
import subprocess
import sys

import numpy as np
import pytest

from helpers.exercises import check, given
from helpers.exercises.tuning import HISTORY, QUESTIONS
from tests.banks import Bank, BankTests, made, started

# ------------------------------------------------------------------ callbacks of q2


def stop(kind="EarlyStopping", **changes):
    """Return the callback that is asked for, with some settings changed."""
    import keras

    settings = {
        "monitor": "val_loss",
        "min_delta": 0.002,
        "patience": 4,
        "restore_best_weights": True,
    }
    settings = {**settings, **changes}
    settings = {name: value for name, value in settings.items() if value is not None}
    return getattr(keras.callbacks, kind)(**settings)


def stop_with(**changes):
    return made(lambda: stop(**changes))


def stop_after_use():
    """Return one that has watched a training: Keras then turns the gain's sign."""
    used = stop()
    network = new_network()
    network.compile("adam", "sparse_categorical_crossentropy")
    used.set_model(network)
    used.on_train_begin()
    used.on_epoch_end(0, {"val_loss": 0.5})
    used.on_epoch_end(1, {"val_loss": 0.4})
    return used


def the_class():
    import keras

    return keras.callbacks.EarlyStopping


def another_callback():
    import keras

    return keras.callbacks.TerminateOnNaN()


def checkpoint():
    import keras

    return keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)


# ------------------------------------------------------------------ functions of q4


def five_to_nine(images, labels):
    is_high = labels >= 5
    return images[is_high], labels[is_high] - 5


def with_loop(images, labels):
    kept = [k for k in range(len(labels)) if labels[k] > 4]
    return [images[k] for k in kept], [labels[k] - 5 for k in kept]


def with_remainder(images, labels):
    places = np.flatnonzero(np.isin(labels, [5, 6, 7, 8, 9]))
    print("kept", len(places))
    return images[places], labels[places] % 5


def not_shifted(images, labels):
    return images[labels >= 5], labels[labels >= 5]


def numbered_by_what_occurs(images, labels):
    high = labels >= 5
    return images[high], np.unique(labels[high], return_inverse=True)[1]


def in_reverse(images, labels):
    return images[labels >= 5], 9 - labels[labels >= 5]


def shifted_by_four(images, labels):
    return images[labels >= 5], labels[labels >= 5] - 4


def added_five(images, labels):
    return images[labels >= 5], labels[labels >= 5] + 5


def one_hot(images, labels):
    return images[labels >= 5], np.eye(5)[labels[labels >= 5] - 5]


def without_5(images, labels):
    return images[labels > 5], labels[labels > 5] - 5


def without_5_shifted_by_6(images, labels):
    return images[labels > 5], labels[labels > 5] - 6


def low_ones(images, labels):
    return images[labels < 5], labels[labels < 5]


def only_labels_chosen(images, labels):
    return images, labels[labels >= 5] - 5


def only_images_chosen(images, labels):
    return images[labels >= 5], labels - 5


def only_shifted(images, labels):
    return images, labels - 5


def remainder_of_all(images, labels):
    return images, labels % 5


def exchanged(images, labels):
    return labels[labels >= 5] - 5, images[labels >= 5]


def sorted_by_class(images, labels):
    order = np.argsort(labels, kind="stable")
    return five_to_nine(images[order], labels[order])


def positions(images, labels):
    return np.flatnonzero(labels >= 5), labels[labels >= 5] - 5


def only_images(images, labels):
    return images[labels >= 5]


def in_place(images, labels):
    labels -= 5
    return images[labels >= 0], labels[labels >= 0]


def other_labels(images, labels):
    return images[labels >= 5], 0 * labels[labels >= 5]


def prints_only(images, labels):
    print(labels - 5)


# ------------------------------------------------------------------ networks of q6


def transfer():
    return QUESTIONS["q6"].given


def new_base(learned=True, trainable=False):
    import keras

    layers = keras.layers
    base = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
        ]
    )
    if learned:
        base.set_weights([transfer()["kernel"], transfer()["bias"]])
    base.trainable = trainable
    return base


def new_network(base=None, units=5, activation="softmax"):
    import keras

    last = keras.layers.Dense(units, activation=activation)
    return keras.Sequential([base or new_base(), last])


def fitted(network, labels=None, which="few", epochs=30):
    import keras

    from helpers.training import set_seed

    set_seed(6)
    labels = transfer()[f"y_{which}"] - 5 if labels is None else labels
    often = np.tile(np.arange(len(labels)), epochs)
    network.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    network.fit(
        transfer()[f"x_{which}"][often], labels[often], batch_size=20, verbose=0
    )
    return network


@functools.cache
def transferred():
    return fitted(new_network())


def with_last_layer(change=lambda weights: weights, **settings):
    """Return a network with the last layer of the one that was trained, changed."""
    network = new_network(**settings)
    network.layers[-1].set_weights(
        change([weight.copy() for weight in transferred().layers[-1].get_weights()])
    )
    return network


def functional():
    import keras

    base = new_base()
    last = keras.layers.Dense(5, activation="softmax")
    network = keras.Model(base.inputs, last(base.outputs[0]))
    last.set_weights(transferred().layers[-1].get_weights())
    return network


def with_dropout():
    import keras

    network = keras.Sequential(
        [new_base(), keras.layers.Dropout(0.2), *transferred().layers[1:]]
    )
    network.build((None, 28, 28, 1))
    return network


def ten_outputs():
    return fitted(new_network(units=10), labels=transfer()["y_few"])


def not_a_number():
    return with_last_layer(lambda weights: [weight * np.nan for weight in weights])


@functools.cache
def never_frozen():
    return fitted(new_network(new_base(trainable=True)), epochs=5)


def trained_then_frozen():
    network = new_network()
    network.set_weights(never_frozen().get_weights())
    return network


def everything_frozen():
    network = new_network()
    network.trainable = False
    return network


def without_base():
    import keras

    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(5, activation="softmax"),
        ]
    )


def turned_round(weights):
    return [weight[..., ::-1] for weight in weights]


def much_fainter(weights):
    """Return weights that mix up two of the classes."""
    kernel, bias = weights
    kernel[:, 1], bias[1] = kernel[:, 0], bias[0] - 1e-3
    return [kernel, bias]


def on_held_out():
    return fitted(new_network(), which="held_out", epochs=30)


def not_built():
    import keras

    return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(5)])


# ------------------------------------------------------------------ maps of q7


def one_digit():
    return QUESTIONS["q7"].given


def learned_network(activation=None):
    import keras

    kernel, bias, dense, dense_bias, *_ = one_digit().values()
    network = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(8, 5, strides=2, activation="relu"),
            keras.layers.AveragePooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation=activation),
        ]
    )
    network.set_weights([kernel, bias, dense, dense_bias])
    return network


def slope_of(what, activation=None):
    """Return the slope of something that is computed from the ten outputs."""
    import tensorflow as tf

    network = learned_network(activation)
    pixels = tf.convert_to_tensor(one_digit()["image"])
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        number = what(network(pixels))
    return tape.gradient(number, pixels)


@functools.cache
def slopes():
    """Return the slopes with their signs, in 28 rows and columns."""
    return slope_of(lambda scores: scores[0, one_digit()["wanted"]])[0, ..., 0].numpy()


def from_slopes(change):
    return made(lambda: change(slopes()))


def with_helper():
    from helpers.explaining import saliency

    digit = one_digit()
    return saliency(learned_network(), digit["image"], [digit["wanted"]])[0]


def by_hand():
    """Return the map without any library for gradients: layer by layer backwards."""
    kernel, bias, dense, _, image, wanted = one_digit().values()
    image = image[0, ..., 0]
    sizes = np.zeros((28, 28))
    back = dense[:, wanted].reshape(6, 6, 8) / 4
    for row in range(12):
        for column in range(12):
            window = np.s_[2 * row : 2 * row + 5, 2 * column : 2 * column + 5]
            answers = np.tensordot(image[window], kernel[:, :, 0]) + bias
            active = back[row // 2, column // 2] * (answers > 0)
            sizes[window] += kernel[:, :, 0] @ active
    return np.abs(sizes).tolist()


def squeezed():
    import tensorflow as tf

    return tf.abs(slope_of(lambda scores: scores[0, 9]))[0, :, :, 0]


def of_all():
    return np.abs(slope_of(lambda scores: scores)[0, ..., 0])


def of_found():
    return np.abs(slope_of(lambda scores: scores[0, 4])[0, ..., 0])


def of_probability():
    return np.abs(slope_of(lambda p: p[0, 9], "softmax")[0, ..., 0])


def of_loss():
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return np.abs(slope_of(lambda scores: loss(np.array([9]), scores))[0, ..., 0])


def ten_scores():
    return learned_network()(one_digit()["image"])


def ink():
    return one_digit()["image"][0, ..., 0]


# ------------------------------------------------------------------ functions of q8


def starts(image, size):
    rows, columns = image.shape
    return [(r, c) for r in range(0, rows, size) for c in range(0, columns, size)]


def covering(fall, ink=0.0):
    """Return a function like the one asked for; `fall` takes both scores."""

    def occlude(score, image, size):
        falls = np.zeros((image.shape[0] // size, image.shape[1] // size))
        for row, column in starts(image, size):
            covered = image.copy()
            covered[row : row + size, column : column + size] = ink
            falls[row // size, column // size] = fall(score(image), score(covered))
        return falls

    return occlude


occlude = covering(lambda whole, covered: whole - covered)


def with_list(score, image, size):
    falls = []
    for row in range(image.shape[0] // size):
        falls.append([])
        for column in range(image.shape[1] // size):
            mask = np.ones_like(image)
            mask[row * size : row * size + size, column * size :][:, :size] = 0
            falls[-1].append(score(image) - score(image * mask))
    return falls


def put_back(score, image, size):
    work, whole = np.array(image), score(image)
    falls = []
    for row, column in starts(image, size):
        patch = np.s_[row : row + size, column : column + size]
        kept = work[patch].copy()
        work[patch] = 0
        falls.append(whole - score(work))
        work[patch] = kept
    return np.reshape(falls, (image.shape[0] // size, -1))


def never_uncovered(score, image, size):
    covered, falls = image.copy(), []
    for row, column in starts(image, size):
        covered[row : row + size, column : column + size] = 0
        falls.append(score(image) - score(covered))
    return np.reshape(falls, (image.shape[0] // size, -1))


def from_the_last(score, image, size):
    covered, falls = image.copy(), []
    for row, column in starts(image, size):
        before = score(covered)
        covered[row : row + size, column : column + size] = 0
        falls.append(before - score(covered))
    return np.reshape(falls, (image.shape[0] // size, -1))


def all_but_the_patch(score, image, size):
    falls = []
    for row, column in starts(image, size):
        seen = np.zeros_like(image)
        patch = np.s_[row : row + size, column : column + size]
        seen[patch] = image[patch]
        falls.append(score(image) - score(seen))
    return np.reshape(falls, (image.shape[0] // size, -1))


def overlapping(score, image, size):
    rows, columns = (length - size + 1 for length in image.shape)
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = image.copy()
            covered[row : row + size, column : column + size] = 0
            falls[row, column] = score(image) - score(covered)
    return falls


def for_each_pixel(score, image, size):
    return np.kron(occlude(score, image, size), np.ones((size, size)))


def only_two_by_two(score, image, size):
    return occlude(score, image, 2)[: image.shape[0] // size, : image.shape[1] // size]


def cover_the_original(score, image, size):
    whole = score(image)
    falls = np.zeros((image.shape[0] // size, image.shape[1] // size))
    for row, column in starts(image, size):
        image[row : row + size, column : column + size] = 0
        falls[row // size, column // size] = whole - score(image)
    return falls


def without_return(score, image, size):
    occlude(score, image, size)


# ------------------------------------------------------------------ the bank
#
# Question -> answer -> several right ones, differently written.

TEST_ACCURACY = HISTORY["test_accuracy"]
LAST, ALL = 6 * 6 * 16 * 5 + 5, 6 * 6 * 16 * 5 + 5 + 26 * 16

RIGHT = {
    "q1": {"stopped": [9, np.int64(9), 9.0], "kept": [6, np.array(6), 6.0]},
    "q2": {
        "stop": [
            stop_with(),
            stop_with(mode="min", verbose=1),
            stop_with(monitor=None),
            stop_with(min_delta=-0.002),
            made(stop_after_use),
        ]
    },
    "q3": {
        "n_epochs": [5, HISTORY["val_loss"].argmin() + 1, 5.0],
        "reported": [0.855, TEST_ACCURACY[4], np.array(0.855), np.float32(0.855)],
    },
    "q4": {"five_to_nine": [five_to_nine, with_loop, with_remainder]},
    "q5": {
        "recipe_a": [LAST, 2885, np.int64(577 * 5)],
        "recipe_b": [ALL, 3301, 416 + 2885.0],
        "recipe_c": [LAST, 2885, np.array(2885)],
        "recipe_d": [LAST, 2885, 2885.0],
    },
    "q6": {
        "network": [
            made(transferred),
            made(functional),
            made(with_dropout),
            made(with_last_layer),
        ]
    },
    "q7": {
        "saliency_map": [
            from_slopes(np.abs),
            made(with_helper),
            made(by_hand),
            made(squeezed),
        ]
    },
    "q8": {"occlude": [occlude, with_list, put_back]},
}

# Question -> answer -> (wrong answer, name of the mistake); "" for one without a name.

COUNTED_WRONGLY = [
    (416, "frozen part counted"),
    (12 * 12 * 16 * 5 + 5, "pooling overlooked"),
    (0, "nothing learns"),
    (2, "arrays in place of numbers"),
    (5, ""),
    ("2885", "text in place of numbers"),
]

WRONG = {
    "q1": {
        "stopped": [
            (8, "one epoch too early"),
            (10, "one epoch too late"),
            (7, "patience not begun anew"),
            (4, "patience too short"),
            (5, "patience too short"),
            (11, "compared with the epoch before"),
            (6, "best epoch in place of the last one"),
            (14, "training went on to the end"),
            (13, "training went on to the end"),
            (3, ""),
            (0, ""),
            (-2, ""),
            (0.36, "not a whole number"),
            ([6, 9], "not a whole number"),
        ],
        "kept": [
            (9, "best weights not restored"),
            (8, "lowest training loss"),
            (14, "lowest training loss"),
            (13, "best epoch was never trained"),
            (5, "counted from 0"),
            (3, "first low point"),
            (1, ""),
            (0.34, "not a whole number"),
        ],
    },
    "q2": {
        "stop": [
            (stop_with(monitor="loss"), "watches the training loss"),
            (stop_with(monitor="accuracy"), "watches the training loss"),
            (stop_with(monitor="val_accuracy"), "watches the accuracy"),
            (stop_with(monitor="validation_loss"), "watches something unknown"),
            (stop_with(mode="max"), "watches for the largest"),
            (stop_with(restore_best_weights=None), "best weights not restored"),
            (stop_with(restore_best_weights=False), "best weights not restored"),
            (stop_with(patience=None), "patience left as it was"),
            (stop_with(patience=3), "other patience"),
            (stop_with(min_delta=None), "every small gain counts"),
            (stop_with(min_delta=0.02), "other smallest gain"),
            (stop_with(baseline=0.5), "more settings than asked for"),
            (stop_with(start_from_epoch=4), "more settings than asked for"),
            (made(lambda: [stop()]), "list in place of the callback"),
            (made(the_class), "class in place of an object"),
            (made(checkpoint), "checkpoint in place of early stopping"),
            (made(another_callback), "not an EarlyStopping"),
            ({"patience": 4}, "not an EarlyStopping"),
            (9, "not an EarlyStopping"),
        ]
    },
    "q3": {
        "n_epochs": [
            (7, "best test epoch"),
            (8, "best test epoch"),
            (12, "lowest training loss"),
            (4, "counted from 0"),
            (10, "best validation accuracy"),
            (2, "where the curves are closest"),
            (6, ""),
            (0, ""),
            (13, ""),
            (0.351, "not a whole number"),
        ],
        "reported": [
            (0.870, "best test epoch"),
            (0.863, "best test epoch"),
            (0.859, "place and epoch mixed up"),
            (0.849, "place and epoch mixed up"),
            (0.864, "validation accuracy reported"),
            (0.872, "validation accuracy reported"),
            (0.853, "last epoch"),
            (0.351, "loss in place of accuracy"),
            (0.362, "loss in place of accuracy"),
            (85.5, "percent"),
            (TEST_ACCURACY, "whole column"),
            (TEST_ACCURACY.mean(), "mean over epochs"),
            (0.5, ""),
            ("0.855", "text in place of numbers"),
        ],
    },
    "q4": {
        "five_to_nine": [
            (not_shifted, "labels 5 to 9 not shifted"),
            (numbered_by_what_occurs, "renumbered by what occurs"),
            (in_reverse, "order of the classes reversed"),
            (shifted_by_four, "shifted by another number"),
            (added_five, "shifted by another number"),
            (one_hot, "one-hot in place of labels"),
            (without_5, "5 left out"),
            (without_5_shifted_by_6, "5 left out"),
            (low_ones, "0 to 4 in place of 5 to 9"),
            (only_labels_chosen, "images not chosen"),
            (only_images_chosen, "labels not chosen"),
            (only_shifted, "digits 0 to 4 kept"),
            (remainder_of_all, "digits 0 to 4 kept"),
            (exchanged, "results exchanged"),
            (sorted_by_class, "order lost"),
            (positions, "positions in place of images"),
            (only_images, "not two results"),
            (in_place, "inputs changed in place"),
            (prints_only, "nothing returned"),
            (other_labels, ""),
            (5, "not a function"),
        ]
    },
    "q5": {
        "recipe_a": [
            (ALL, "freezing overlooked"),
            (LAST - 5, "biases left out"),
            *COUNTED_WRONGLY,
        ],
        "recipe_b": [
            (LAST, "frozen after compile"),
            (ALL - 21, "biases left out"),
            (12 * 12 * 16 * 5 + 5 + 416, "pooling overlooked"),
            *COUNTED_WRONGLY,
        ],
        "recipe_c": [
            (ALL, "second compile overlooked"),
            (LAST - 5, "biases left out"),
            *COUNTED_WRONGLY,
        ],
        "recipe_d": [
            (ALL, "unfrozen after compile"),
            (LAST - 5, "biases left out"),
            (4, "arrays in place of numbers"),
            *COUNTED_WRONGLY,
        ],
    },
    "q6": {
        "network": [
            (made(ten_outputs), "labels 5 to 9 not shifted"),
            (made(not_a_number), "labels 5 to 9 not shifted"),
            (made(lambda: new_network(units=1)), "not five outputs"),
            (made(without_base), "without the base"),
            (
                made(lambda: new_network(new_base(learned=False))),
                "base with fresh weights",
            ),
            (made(trained_then_frozen), "frozen after compile"),
            (made(never_frozen), "not frozen"),
            (
                made(lambda: with_last_layer(base=new_base(trainable=True))),
                "not frozen",
            ),
            (made(lambda: with_last_layer(activation=None)), "no probabilities"),
            (made(lambda: with_last_layer(activation="sigmoid")), "no probabilities"),
            (made(on_held_out), "fitted on the held-out digits"),
            (made(lambda: with_last_layer(turned_round)), "outputs in another order"),
            (made(everything_frozen), "everything frozen"),
            (made(new_network), "not trained"),
            (made(lambda: with_last_layer(much_fainter)), "accuracy too low"),
            (made(not_built), "network not built"),
            (0.9, "not a network"),
        ]
    },
    "q7": {
        "saliency_map": [
            (from_slopes(lambda map_: np.abs(map_)[np.newaxis]), "axis too many"),
            (from_slopes(lambda map_: np.abs(map_).ravel()), "axis too many"),
            (from_slopes(lambda map_: np.abs(map_)[..., np.newaxis]), "axis too many"),
            (from_slopes(lambda map_: map_), "signs kept"),
            (from_slopes(lambda map_: -map_), "signs kept"),
            (made(of_found), "another class"),
            (made(of_all), "all scores together"),
            (made(of_probability), "slope of the probability"),
            (made(of_loss), "slope of the loss"),
            (from_slopes(lambda map_: np.abs(map_ * ink())), "times ink"),
            (made(ink), "image in place of slopes"),
            (from_slopes(lambda map_: np.abs(map_.T)), "rows and columns exchanged"),
            (from_slopes(lambda map_: np.abs(map_) / np.abs(map_).max()), "scaled"),
            (from_slopes(np.square), "squared"),
            (made(ten_scores), "one number in place of a map"),
            (0.3, "one number in place of a map"),
            (np.zeros((28, 28)), ""),
            (from_slopes(lambda map_: np.maximum(map_, 0)), ""),
            ("map", "text in place of numbers"),
        ]
    },
    "q8": {
        "occlude": [
            (covering(lambda whole, covered: covered - whole), "rise in place of fall"),
            (covering(lambda whole, covered: covered), "score in place of its fall"),
            (never_uncovered, "patches not uncovered"),
            (from_the_last, "patches not uncovered"),
            (all_but_the_patch, "all but the patch covered"),
            (
                covering(lambda whole, covered: whole - covered, ink=1.0),
                "filled with ink",
            ),
            (covering(lambda whole, covered: abs(whole - covered)), "signs dropped"),
            (
                covering(lambda whole, covered: 1 - covered / whole),
                "share in place of fall",
            ),
            (lambda *given: occlude(*given).T, "rows and columns exchanged"),
            (lambda *given: occlude(*given).ravel(), "patches in one row"),
            (overlapping, "patches overlap"),
            (for_each_pixel, "one number for each pixel"),
            (covering(lambda whole, covered: 0.0), "no fall anywhere"),
            (only_two_by_two, "only for one size"),
            (cover_the_original, "inputs changed in place"),
            (without_return, "nothing returned"),
            (lambda score, image, size: score(image), ""),
            (np.zeros((7, 7)), "not a function"),
        ]
    },
}

BANK = Bank("05_tuning", RIGHT, WRONG)
verdict_on = BANK.verdict_on
exercise = started(BANK.exercise)


class TestBank(BankTests):
    bank = BANK


def stub(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("question", "name"), [("q4", "five_to_nine"), ("q8", "occlude")]
)
def test_stubs_are_not_attempted(question, name):
    assert verdict_on(question, name, stub).status == "not attempted"


# ------------------------------------------------------------------ what is said is so


def test_keras_stops_where_the_first_question_says():
    import keras

    losses, patience = given("q1")[1:]
    watching = keras.callbacks.EarlyStopping(patience=patience)
    network = new_network()
    network.compile("adam", "sparse_categorical_crossentropy")
    watching.set_model(network)
    network.stop_training = False
    watching.on_train_begin()
    epoch = 0
    while not network.stop_training:
        watching.on_epoch_end(epoch, {"val_loss": losses[epoch]})
        epoch += 1
    assert check("q1", stopped=epoch, kept=watching.best_epoch + 1).status == "correct"


def changed_by_last_fit(recipe):
    """Return how many numbers belong to the arrays that the last `fit` changed."""
    network = new_network(new_base(trainable=True))
    base = network.layers[0]
    steps = {
        "freeze": lambda: setattr(base, "trainable", False),
        "unfreeze": lambda: setattr(base, "trainable", True),
        "compile": lambda: network.compile("adam", "sparse_categorical_crossentropy"),
        "fit": lambda: network.fit(
            transfer()["x_few"], transfer()["y_few"] - 5, verbose=0
        ),
    }
    for step in recipe:
        before = network.get_weights()
        steps[step]()
    pairs = zip(before, network.get_weights(), strict=True)
    return sum(new.size for old, new in pairs if not np.array_equal(old, new))


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("recipe_a", ["freeze", "compile", "fit"]),
        ("recipe_b", ["compile", "fit", "freeze", "fit"]),
        ("recipe_c", ["compile", "fit", "freeze", "compile", "fit"]),
        ("recipe_d", ["freeze", "compile", "fit", "unfreeze", "fit"]),
    ],
)
def test_keras_changes_what_the_recipes_say(name, recipe):
    changed = changed_by_last_fit(recipe)
    assert verdict_on("q5", name, changed).status == "correct", changed


def test_the_networks_have_learned():
    scores = np.array(ten_scores())[0]
    assert scores.argmax() == 4 and given("q7")[-1] == 9
    assert check("q8", occlude=occlude).status == "correct"
    score, image, size = given("q8")
    assert score(image) == pytest.approx(scores[4], rel=1e-4)
    assert image.shape[0] % size == 0 and occlude(score, image, size).max() > 1


# ------------------------------------------------------------------ given


def test_the_digits_are_few_and_have_their_own_labels():
    kernel, bias, x_few, y_few, x_held_out, y_held_out = given("q6")
    assert kernel.shape == (5, 5, 1, 16) and bias.shape == (16,)
    assert x_few.shape == (100, 28, 28, 1) and x_few.max() == 1
    assert np.bincount(y_few).tolist() == [0] * 5 + [20] * 5
    assert len(x_held_out) == 500 and set(y_held_out) == set(range(5, 10))


def test_importing_the_module_loads_neither_keras_nor_digits():
    code = (
        "import sys; from helpers.exercises import tuning; "
        "print([m for m in ('keras', 'tensorflow', 'pandas') if m in sys.modules], "
        "tuning.digits.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[] 0\n"


def test_how_many_are_read_right_is_said():
    message = verdict_on("q6", "network", made(lambda: with_last_layer(much_fainter)))
    assert "% of the held-out digits right, and at least 85%" in message.message

"""Exercise 03_walking: its bank of answers, right ones and wrong ones.

Only a few networks are trained, on simulated windows.
"""

import functools
import os
import subprocess
import sys

import numpy as np
import pytest

from helpers.exercises.walking import QUESTIONS
from helpers.preprocessing import one_hot, scale_windows, split_by_time
from tests.banks import Bank, BankTests, made, started

# ------------------------------------------------------------------ what is given

FILES, WINDOW_FILES, PREDICTED = QUESTIONS["q1"].given.values()
ORDER = sorted(FILES)
CLASSES = np.array([ORDER.index(name) for name in WINDOW_FILES])
FILE_NUMBERS = np.array([int(name[:-4]) for name in WINDOW_FILES])
OCCURRING = np.unique(WINDOW_FILES, return_inverse=True)[1]
ONE_HOT = np.eye(15)[CLASSES]

STORED = QUESTIONS["q2"].given["stored"]
TURNED = np.transpose(STORED, (0, 2, 1))

RAW = QUESTIONS["q3"].given["windows"].astype(np.float64)
MEAN, STD = RAW.mean(axis=1, keepdims=True), RAW.std(axis=1, keepdims=True)
STRENGTH = np.sqrt(RAW.var(axis=1).sum(axis=1))
STILL = np.flatnonzero(STRENGTH < 60)

N_WINDOWS, TRAIN_START, TEST_START, _ = QUESTIONS["q4"].given.values()
N_TEST = N_WINDOWS // 5
SHUFFLED = np.random.RandomState(1).permutation(N_WINDOWS)
DISTANCES = np.abs(TEST_START[:, np.newaxis] - TRAIN_START)

RECORDING, START, _, _ = QUESTIONS["q5"].given.values()
N = len(START)
MIXED = np.random.RandomState(2).permutation(N)


def mask_of(rows, n):
    return np.isin(np.arange(n), rows)


def known_one_by_one():
    known = 0
    for begin in TEST_START:
        if any(set(range(begin, begin + 260)) & {b, b + 259} for b in TRAIN_START):
            known += 1
    return known


def scaled_one_by_one():
    scaled = np.zeros(RAW.shape)
    for window in range(14):
        for channel in range(3):
            signal = RAW[window, :, channel]
            scaled[window, :, channel] = (signal - signal.mean()) / signal.std()
    return scaled


def by_time(gap, sort=True, late=0, border=lambda n: 4 * n // 5, first=False):
    train, test = [], []
    for number in np.unique(RECORDING):
        mine = np.flatnonzero(number == RECORDING)
        mine = mine[np.argsort(START[mine])] if sort else mine
        mine = mine[::-1] if first else mine
        cut = border(len(mine))
        train.append(mine[: cut - gap])
        test.append(mine[cut + late :])
    return np.concatenate(train), np.concatenate(test)


HONEST = by_time(3)
PLACES = np.argsort(np.argsort(START))


# ------------------------------------------------------------------ networks for q7


def network(*first, top=None, shape=(260, 3), loss="categorical_crossentropy"):
    import keras

    made_of = [*first, *(top if top is not None else dense_top())]
    one = keras.Sequential([keras.Input(shape=shape), *made_of])
    if loss is not None:
        one.compile("adam", loss, metrics=["accuracy"])
    return one


def dense_top(hidden=60, n=15, last="softmax", activation="relu"):
    from keras import layers

    return [
        layers.Flatten(),
        layers.Dense(hidden, activation=activation),
        layers.Dense(n, activation=last),
    ]


def convolution(filters=20, kernel=30, strides=2, activation="relu", **more):
    from keras import layers

    return layers.Conv1D(
        filters, kernel, strides=strides, activation=activation, **more
    )


def layer(kind, *arguments, **settings):
    import keras

    return getattr(keras.layers, kind)(*arguments, **settings)


def cnn(convolve=None, pool=2, top=None, **settings):
    """Return the network that is asked for, but for what the arguments change."""
    convolve = [convolution(**(convolve or {}))]
    pool = [layer("MaxPooling1D", pool)] if pool else []
    return network(*convolve, *pool, top=dense_top(**(top or {})), **settings)


def cnn_with_activations_apart():
    import keras

    return network(
        convolution(activation=None),
        layer("ReLU"),
        layer("MaxPooling1D"),
        top=[
            layer("Reshape", (57 * 20 + 20,)),
            layer("Dense", 60),
            layer("Activation", "relu"),
            layer("Dense", 15),
            layer("Softmax"),
        ],
        loss=keras.losses.CategoricalCrossentropy(),
    )


def functional_cnn():
    import keras

    inputs = keras.Input(shape=(260, 3))
    x = layer("MaxPooling1D", 2)(convolution()(inputs))
    for one in dense_top():
        x = one(x)
    model = keras.Model(inputs, x)
    model.compile(loss=["categorical_crossentropy"])
    return model


def dense_without_flatten(n=15):
    dense = [layer("Dense", 60, activation="relu")]
    return network(top=[*dense, layer("Dense", n, activation="softmax")])


def functional_dense():
    import keras

    inputs = keras.Input(shape=(260, 3))
    x = inputs
    for one in dense_top():
        x = one(x)
    model = keras.Model(inputs, x)
    model.compile("rmsprop", loss="categorical_crossentropy")
    return model


def with_logits():
    import keras

    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    return cnn(loss=loss)


def hidden_left_out(*first):
    return network(
        *first,
        top=[layer("Flatten"), layer("Dense", 15, activation="softmax")],
    )


def not_built():
    import keras

    return keras.Sequential(dense_top())


def image_network():
    return network(
        layer("Reshape", (260, 3, 1)),
        layer("Conv2D", 20, (30, 3), strides=(2, 1), activation="relu"),
        top=dense_top(),
    )


# ------------------------------------------------------------------ networks for q8


def windows(which="fit"):
    return QUESTIONS["q8"].given[f"x_{which}"]


def labels(which="fit"):
    return QUESTIONS["q8"].given[f"y_{which}"]


def over_all(x, axis):
    fit = windows()
    return (x - fit.mean(axis=axis)) / fit.std(axis=axis)


def fitted(model, x, targets, epochs, loss="sparse_categorical_crossentropy"):
    import keras

    from helpers.training import set_seed

    set_seed(8)
    model.compile(
        keras.optimizers.Adam(0.002), loss, steps_per_execution=6, jit_compile=False
    )
    model.fit(x, targets, epochs=epochs, batch_size=32, verbose=0)
    return model


@functools.cache
def trained(epochs=10):
    return fitted(cnn(), scale_windows(windows()), labels(), epochs)


@functools.cache
def trained_dense():
    return fitted(network(), scale_windows(windows()), labels(), 12)


def trained_on_one_hot():
    model = network(convolution(12, 20), layer("MaxPooling1D", 4))
    targets = one_hot(labels(), n_classes=15)
    x = scale_windows(windows())
    return fitted(model, x, targets, 15, "categorical_crossentropy")


def with_weights_of(model, other, change=lambda weights: weights):
    model.set_weights([change(weights) for weights in other.get_weights()])
    return model


def classes_exchanged(weights):
    """Return the weights of a network that learned from labels of other windows."""
    return np.roll(weights, 1, axis=-1) if weights.shape[-1] == 15 else weights


@functools.cache
def trained_on_global(convolves=False, axis=(0, 1)):
    first = [convolution(filters=8)] if convolves else []
    return fitted(network(*first), over_all(windows(), axis), labels(), 5)


def with_levels_inside(convolves=False):
    """Return a network for raw windows, which scales them all together itself."""
    fit = windows()
    mean, variance = fit.mean(axis=(0, 1)), fit.var(axis=(0, 1))
    scaling = layer("Normalization", mean=mean, variance=variance)
    return network(scaling, top=trained_on_global(convolves).layers)


@functools.cache
def trained_on_later(convolves=False):
    first = [convolution(filters=8)] if convolves else []
    x = scale_windows(windows("val"))
    return fitted(network(*first), x, labels("val"), 20)


@functools.cache
def sigmoid_units():
    top = dense_top(hidden=100, activation="sigmoid")
    return fitted(network(top=top), scale_windows(windows()), labels(), 12)


def one_kernel_for_all():
    """Return a convolution whose kernel is as long as the window: a dense layer."""
    model = network(convolution(100, 260, 1, "sigmoid"), top=[*dense_top()[::2]])
    kernel, *others = sigmoid_units().get_weights()
    model.set_weights([kernel.reshape(260, 3, 100), *others])
    return model


def trained_on_raw():
    return fitted(network(), windows(), labels(), 2)


# ------------------------------------------------------------------ the bank
#
# Question -> answer -> several right ones, differently written.

RIGHT = {
    "q1": {
        "labels": [
            CLASSES,
            CLASSES.tolist(),
            np.array([ORDER.index(name) for name in WINDOW_FILES], dtype=np.float32),
            np.searchsorted(ORDER, WINDOW_FILES),
        ],
        "targets": [
            ONE_HOT,
            one_hot(CLASSES, n_classes=15),
            [[int(k == label) for k in range(15)] for label in CLASSES],
            CLASSES[:, np.newaxis] == np.arange(15),
        ],
        "named": [
            [ORDER[k] for k in PREDICTED],
            np.array(ORDER)[PREDICTED],
            tuple(ORDER[k][:-4] for k in PREDICTED),
            [int(ORDER[k][:-4]) for k in PREDICTED],
        ],
    },
    "q2": {
        "windows": [
            TURNED,
            np.swapaxes(STORED, 1, 2),
            np.moveaxis(STORED, 1, -1).tolist(),
            np.stack([window.T for window in STORED]),
            np.stack([STORED[:, channel] for channel in range(3)], axis=-1),
        ],
        "input_shape": [(260, 3), TURNED.shape[1:], (np.int64(260), 3.0)],
    },
    "q3": {
        "scaled": [
            (RAW - MEAN) / STD,
            scale_windows(RAW),
            scaled_one_by_one(),
            ((RAW - MEAN) / RAW.std(axis=1, ddof=1, keepdims=True)).astype("float32"),
            ((RAW - MEAN) / STD).tolist(),
        ],
        "still": [
            STILL,
            STILL[::-1].tolist(),
            np.where(STRENGTH < 60),
            [k for k in range(14) if STRENGTH[k] < 60],
            np.argsort(STRENGTH)[: len(STILL)],
        ],
    },
    "q4": {
        "split": [
            (SHUFFLED[N_TEST:], SHUFFLED[:N_TEST]),
            [SHUFFLED[: -N_TEST - 1].tolist(), SHUFFLED[-N_TEST - 1 :].tolist()],
            (np.sort(SHUFFLED[N_TEST:]), np.sort(SHUFFLED[:N_TEST])),
        ],
        "n_known": [
            np.sum((DISTANCES < 260).any(axis=1)),
            int((DISTANCES.min(axis=1) < 260).sum()),
            known_one_by_one(),
        ],
    },
    "q5": {
        "gap": [3, np.ceil(240 / 60) - 1, (240 - 1) // 60, np.array(3)],
        "split": [
            HONEST,
            split_by_time(RECORDING, START, 240),
            [part.tolist() for part in HONEST],
            tuple(np.random.RandomState(3).permutation(part) for part in HONEST),
        ],
    },
    "q6": {
        "places": [75, (240 - 16) // 3 + 1, np.floor((240 - 16) / 3 + 1)],
        "pooled": [37, 75 // 2, np.int64(37)],
        "flat": [888, 37 * 24, 888.0],
        "convolution": [1176, (16 * 3 + 1) * 24, np.int32(1176)],
        "total": [
            1176 + 889 * 50 + 51 * 15,
            np.int64(46_391),
            16 * 3 * 24 + 24 + 888 * 50 + 50 + 50 * 15 + 15.0,
        ],
    },
    "q7": {
        "cnn": [made(cnn), made(cnn_with_activations_apart), made(functional_cnn)],
        "dense_only": [
            made(network),
            made(functional_dense),
            made(lambda: network(layer("Reshape", (780,)), top=dense_top()[1:])),
        ],
    },
    "q8": {
        "cnn": [
            made(trained),
            made(lambda: with_weights_of(functional_cnn(), trained())),
            made(trained_on_one_hot),
        ],
        "dense_only": [
            made(trained_dense),
            made(lambda: with_weights_of(functional_dense(), trained_dense())),
            made(
                lambda: network(
                    layer("LayerNormalization", axis=1, center=False, scale=False),
                    top=trained_dense().layers,
                )
            ),
        ],
    },
}

# Question -> answer -> (wrong answer, name of the mistake); "" for one without a name.

WRONG = {
    "q1": {
        "labels": [
            (FILE_NUMBERS, "file number taken for the class"),
            (FILE_NUMBERS - 1, "place in the listing"),
            ([FILES.index(name) for name in WINDOW_FILES], "place in the listing"),
            (CLASSES + 1, "labels 1 to 15"),
            (OCCURRING, "only files that occur counted"),
            (
                np.unique(FILE_NUMBERS, return_inverse=True)[1],
                "only files that occur counted",
            ),
            (ONE_HOT, "one-hot in place of labels"),
            (CLASSES[:, np.newaxis], "not one label for each window"),
            (CLASSES[:6], "not one label for each window"),
            (WINDOW_FILES, "not numbers"),
            (np.sort(CLASSES), ""),
        ],
        "targets": [
            (CLASSES, "labels in place of one-hot"),
            (CLASSES[:, np.newaxis], "labels in place of one-hot"),
            (ONE_HOT.T, "axes swapped"),
            (np.eye(16)[FILE_NUMBERS], "file number taken for the class"),
            (one_hot(FILE_NUMBERS), "file number taken for the class"),
            (np.eye(15)[FILE_NUMBERS - 1], "place in the listing"),
            (np.eye(16)[CLASSES + 1], "labels 1 to 15"),
            (one_hot(CLASSES), "columns of absent classes missing"),
            (one_hot(OCCURRING), "columns of absent classes missing"),
            (np.eye(16)[CLASSES], "column too many"),
            (np.ones((12, 15)), "not one 1 in each row"),
            (np.eye(15)[OCCURRING], ""),
        ],
        "named": [
            (PREDICTED, "class taken for the file number"),
            ([f"{k}.csv" for k in PREDICTED], "class taken for the file number"),
            ([FILES[k] for k in PREDICTED], "place in the listing"),
            (PREDICTED + 1, "place in the listing"),
            ([ORDER[k - 1] for k in PREDICTED], "names moved by one"),
            ([ORDER[(k + 1) % 15] for k in PREDICTED], "names moved by one"),
            (ORDER, "not one name for each answer"),
            (ORDER[1], "one text in place of a list"),
            ({ORDER[k] for k in PREDICTED}, "set in place of a list"),
            (sorted(ORDER[k] for k in PREDICTED), ""),
            ([None] * 6, "cannot be read"),
        ],
    },
    "q2": {
        "windows": [
            (STORED, "array unchanged"),
            (STORED.reshape(10, 260, 3), "reshape for a transpose"),
            (STORED.reshape(10, -1), "reshape for a transpose"),
            (STORED.T, "samples not first"),
            (np.moveaxis(STORED, 0, -1), "samples not first"),
            (TURNED[:, ::-1], "order of elements lost"),
            (TURNED[:, :, ::-1], "order of elements lost"),
            (TURNED[0], ""),
            ((10, 260, 3), ""),
        ],
        "input_shape": [
            ((3, 260), "axes swapped"),
            ((10, 260, 3), "axis of samples included"),
            ((None, 260, 3), "axis of samples included"),
            (780, "flat in place of two axes"),
            ((780,), "flat in place of two axes"),
            ((260,), "axis missing"),
            (260, "axis missing"),
            ((260, 3, 1), "axis too many"),
            ([260, 3], "shape as a list"),
            ((260, 4), ""),
        ],
    },
    "q3": {
        "scaled": [
            (RAW, "not scaled"),
            (
                (RAW - RAW.mean(axis=(0, 1))) / RAW.std(axis=(0, 1)),
                "scaled over all windows",
            ),
            ((RAW - RAW.mean()) / RAW.std(), "scaled over all windows"),
            (
                (RAW - RAW.mean(axis=(1, 2), keepdims=True))
                / RAW.std(axis=(1, 2), keepdims=True),
                "axes scaled together",
            ),
            (
                (RAW - RAW.mean(axis=0)) / RAW.std(axis=0),
                "scaled along the wrong axis",
            ),
            (
                (RAW - RAW.mean(axis=2, keepdims=True))
                / RAW.std(axis=2, keepdims=True),
                "scaled along the wrong axis",
            ),
            (RAW - MEAN, "only centred"),
            (RAW / STD, "not centred"),
            ((RAW - MEAN) / STD**2, "divided by the variance"),
            (
                (RAW - RAW.min(axis=1, keepdims=True)) / np.ptp(RAW, 1, keepdims=True),
                "scaled to another range",
            ),
            (
                2
                * (RAW - RAW.min(axis=1, keepdims=True))
                / np.ptp(RAW, 1, keepdims=True)
                - 1,
                "scaled to another range",
            ),
            (np.swapaxes((RAW - MEAN) / STD, 1, 2), "axes swapped"),
            (((RAW - MEAN) / STD)[0], ""),
            (RAW / 4095, ""),
        ],
        "still": [
            (STRENGTH < 60, "mask in place of positions"),
            (STRENGTH, "strengths in place of positions"),
            (STRENGTH[STILL], "strengths in place of positions"),
            (np.arange(14), "scaled windows asked"),
            (np.flatnonzero(RAW.var(axis=1).sum(axis=1) < 60), "none found"),
            (np.flatnonzero(RAW.std(axis=(1, 2)) < 60), "none found"),
            ([], "none found"),
            (np.flatnonzero(STRENGTH > 60), "moving in place of still"),
            (np.flatnonzero(RAW[:, :, 0].std(axis=1) < 60), "one axis in place of all"),
            (
                np.flatnonzero(RAW.std(axis=1).mean(axis=1) < 60),
                "one axis in place of all",
            ),
            (len(STILL), "number in place of positions"),
            (STILL + 1, "counted from 1"),
            (STILL[1:], ""),
        ],
    },
    "q4": {
        "split": [
            ((np.arange(1365), np.arange(1365, N_WINDOWS)), "not shuffled"),
            ((np.arange(341, N_WINDOWS), np.arange(341)), "not shuffled"),
            (
                (np.flatnonzero(np.arange(N_WINDOWS) % 5), np.arange(0, N_WINDOWS, 5)),
                "every fifth in place of random",
            ),
            ((SHUFFLED[:N_TEST], SHUFFLED[N_TEST:]), "parts exchanged"),
            ((SHUFFLED[300:], SHUFFLED[:N_TEST]), "windows in both parts"),
            ((np.arange(N_WINDOWS), SHUFFLED[:N_TEST]), "windows in both parts"),
            ((SHUFFLED[N_TEST + 9 :], SHUFFLED[:N_TEST]), "windows left out"),
            ((SHUFFLED[500:], SHUFFLED[:500]), "other share"),
            (
                (np.append(SHUFFLED[N_TEST:], SHUFFLED[-1]), SHUFFLED[:N_TEST]),
                "windows drawn more than once",
            ),
            ((SHUFFLED[N_TEST:] + 1, SHUFFLED[:N_TEST] + 1), "counted from 1"),
            (
                (
                    mask_of(SHUFFLED[N_TEST:], N_WINDOWS),
                    mask_of(SHUFFLED[:N_TEST], N_WINDOWS),
                ),
                "masks in place of positions",
            ),
            ((0.8, 0.2), "sizes in place of positions"),
            ((1365, 341), "sizes in place of positions"),
            (
                (SHUFFLED[N_TEST:, np.newaxis], SHUFFLED[:N_TEST, np.newaxis]),
                "not one row of positions",
            ),
            ((52 * SHUFFLED[N_TEST:], 52 * SHUFFLED[:N_TEST]), "no positions"),
            (SHUFFLED, "not two results"),
        ],
        "n_known": [
            (0, "equal starts only"),
            (np.sum((DISTANCES <= 52).any(axis=1)), "next neighbours only"),
            (np.sum((DISTANCES <= 260).any(axis=1)), "touching windows counted"),
            (np.sum(DISTANCES < 260), "pairs in place of windows"),
            (np.sum((DISTANCES < 260).any(axis=0)), "training windows counted"),
            (
                sum(
                    np.any((b >= TRAIN_START) & (b < TRAIN_START + 260))
                    for b in TEST_START
                ),
                "one direction only",
            ),
            (np.sum((DISTANCES >= 260).all(axis=1)), "unknown in place of known"),
            (len(TEST_START), "all test windows"),
            (np.mean((DISTANCES < 260).any(axis=1)), "not a whole number"),
            (TEST_START, "not a whole number"),
            (1, ""),
        ],
    },
    "q5": {
        "gap": [
            (0, "no gap"),
            (1, "gap of one window"),
            (4, "touching window left out"),
            (240, "rows in place of windows"),
            (180, "rows in place of windows"),
            (6, "counted on both sides"),
            (12, "all recordings together"),
            (0.75, "not a whole number"),
            (2, ""),
        ],
        "split": [
            (by_time(0), "no gap"),
            (by_time(1), "gap of one window"),
            (by_time(2), "gap too small"),
            (by_time(4), "gap too large"),
            (by_time(6), "gap too large"),
            (by_time(3, sort=False), "shuffled before the split by time"),
            ((MIXED[30:], MIXED[:30]), "shuffled before the split by time"),
            ((np.arange(111), np.arange(111, N)), "shuffled before the split by time"),
            (
                (np.argsort(START)[:108], np.argsort(START)[111:]),
                "whole recordings for testing",
            ),
            (
                (np.flatnonzero(RECORDING < 3), np.flatnonzero(RECORDING == 3)),
                "whole recordings for testing",
            ),
            (by_time(0, late=3), "gap cut out of the test block"),
            (by_time(3, first=True), "other block"),
            (by_time(3, border=lambda n: 3 * n // 5), "other border"),
            (by_time(3, border=lambda n: 9 * n // 10), "other border"),
            (HONEST[::-1], "parts exchanged"),
            (
                tuple(PLACES[part] for part in HONEST),
                "positions in the sorted order",
            ),
            (tuple(START[part] for part in HONEST), "starts in place of positions"),
            (
                tuple(mask_of(part, N) for part in HONEST),
                "masks in place of positions",
            ),
            ((np.arange(N), HONEST[1]), "windows in both parts"),
            (
                (np.append(HONEST[0], HONEST[0][:3]), HONEST[1]),
                "windows drawn more than once",
            ),
            (tuple(part[:, np.newaxis] for part in HONEST), "not one row of positions"),
            ((len(HONEST[0]), len(HONEST[1])), "sizes in place of positions"),
            ((MIXED[30:] + 1, MIXED[:30] + 1), "counted from 1"),
            ((HONEST[0] + 100, HONEST[1]), "no positions"),
            (HONEST[0], "not two results"),
        ],
    },
    "q6": {
        "places": [
            (225, "stride forgotten"),
            (74, "first place forgotten"),
            (80, "kernel length forgotten"),
            (240 // 16, "kernels laid side by side"),
            (24, "filters in place of places"),
            (75 * 24, "filters in place of places"),
            ((240 - 16) / 3 + 1, "not a whole number"),
            (76, ""),
        ],
        "pooled": [
            (38, "rounded up"),
            (75, "not pooled"),
            (74, "pooling moved by one"),
            (12, "filters pooled"),
            (120, "length of the signal pooled"),
            (37.5, "not a whole number"),
            (36, ""),
        ],
        "flat": [
            (37, "places only"),
            (37 * 3, "channels of the input counted"),
            (888 * 3, "channels of the input counted"),
            (75 * 24, "not pooled"),
            (38 * 24, "rounded up"),
            (720, "input laid flat"),
            (37 + 24, "places and filters added"),
            (24, ""),
        ],
        "convolution": [
            (16 * 3 * 24, "biases left out"),
            (17 * 24, "channels forgotten"),
            (16 * 24, "channels forgotten"),
            (1176 * 75, "places counted"),
            (16 * 3 * 24 + 1, "one bias for all filters"),
            (17 * 3 * 24, "bias for each channel"),
            (49, "one filter"),
            (4840, ""),
        ],
        "total": [
            (16 * 3 * 24 + 888 * 50 + 50 * 15, "biases left out"),
            (1176 + 889 * 50, "output layer forgotten"),
            (889 * 50 + 51 * 15, "convolution forgotten"),
            (1176 + 1801 * 50 + 51 * 15, "not pooled"),
            (1176 + 913 * 50 + 51 * 15, "rounded up"),
            (1176 + 38 * 50 + 51 * 15, "places only"),
            (889 * 50, "one layer only"),
            (1176, "one layer only"),
            (226_455, ""),
        ],
    },
    "q7": {
        "cnn": [
            (made(cnn, {"kernel": 2}, 0, shape=(3, 260)), "axes swapped"),
            (made(network, shape=(10, 260, 3)), "axis of samples in the input"),
            (
                made(
                    lambda: network(
                        layer("Reshape", (260, 3)), convolution(), shape=(780,)
                    )
                ),
                "input laid flat",
            ),
            (made(cnn, shape=(240, 3)), "other input"),
            (made(network), "no convolution"),
            (made(image_network), "convolution in two dimensions"),
            (
                made(lambda: network(convolution(), convolution(), top=dense_top())),
                "convolution too many",
            ),
            (
                made(cnn, {"filters": 30, "kernel": 20}),
                "kernel length and filters exchanged",
            ),
            (made(cnn, {"filters": 40}), "other number of filters"),
            (made(cnn, {"kernel": 40}), "other kernel length"),
            (made(cnn, {"strides": 1}), "other stride"),
            (made(cnn, {"padding": "same"}), "padded"),
            (made(cnn, {"activation": None}), "other activation of the convolution"),
            (
                made(lambda: network(convolution(), layer("AveragePooling1D", 2))),
                "average pooling",
            ),
            (
                made(
                    lambda: network(
                        convolution(),
                        layer("GlobalMaxPooling1D"),
                        top=dense_top()[1:],
                    )
                ),
                "global pooling",
            ),
            (made(cnn, pool=0), "no pooling"),
            (made(cnn, pool=4), "other pooling"),
            (
                made(
                    lambda: network(
                        convolution(), layer("MaxPooling1D"), top=dense_top()[1:]
                    )
                ),
                "flatten missing",
            ),
            (made(cnn, top={"n": 16}), "labels 1 to 15"),
            (made(cnn, top={"n": 1, "last": "sigmoid"}), "not fifteen outputs"),
            (made(cnn, top={"last": "sigmoid"}), "softmax missing"),
            (
                made(lambda: hidden_left_out(convolution(), layer("MaxPooling1D"))),
                "hidden layer missing",
            ),
            (
                made(
                    lambda: network(
                        convolution(),
                        layer("MaxPooling1D"),
                        layer("Dense", 20),
                        top=dense_top(),
                    )
                ),
                "dense layer too many",
            ),
            (made(cnn, top={"hidden": 100}), "other number of hidden units"),
            (made(cnn, top={"activation": "sigmoid"}), "other hidden activation"),
            (made(cnn, loss=None), "not compiled"),
            (
                made(cnn, loss="sparse_categorical_crossentropy"),
                "loss for whole-number labels",
            ),
            (made(cnn, loss="binary_crossentropy"), "loss for yes or no"),
            (made(cnn, loss="mse"), "other loss"),
            (made(with_logits), "other loss"),
            (made(not_built), "network not built"),
            (226_455, "not a network"),
        ],
        "dense_only": [
            (made(cnn), "convolution in it"),
            (made(dense_without_flatten), "flatten missing"),
            (made(network, shape=(3, 260)), "axes swapped"),
            (
                made(lambda: network(top=dense_top()[1:], shape=(780,))),
                "input laid flat",
            ),
            (made(network, shape=(10, 260, 3)), "axis of samples in the input"),
            (made(network, shape=(260, 4)), "other input"),
            (made(lambda: network(top=dense_top(n=16))), "labels 1 to 15"),
            (made(lambda: network(top=dense_top(n=14))), "not fifteen outputs"),
            (made(lambda: network(top=dense_top(last=None))), "softmax missing"),
            (made(hidden_left_out), "hidden layer missing"),
            (
                made(lambda: network(layer("Dense", 9), top=dense_top())),
                "dense layer too many",
            ),
            (
                made(lambda: network(top=dense_top(hidden=50))),
                "other number of hidden units",
            ),
            (
                made(lambda: network(top=dense_top(activation=None))),
                "other hidden activation",
            ),
            (made(network, loss=None), "not compiled"),
            (
                made(network, loss="sparse_categorical_crossentropy"),
                "loss for whole-number labels",
            ),
            (made(network, loss="binary_crossentropy"), "loss for yes or no"),
            (made(network, loss="mae"), "other loss"),
            (
                made(lambda: network(layer("MaxPooling1D"), top=dense_top())),
                "pooled",
            ),
            (
                made(lambda: network(layer("BatchNormalization"), top=dense_top())),
                "",
            ),
        ],
    },
    "q8": {
        "cnn": [
            (made(cnn), "not trained"),
            (
                made(lambda: with_weights_of(cnn(), trained(), classes_exchanged)),
                "not trained",
            ),
            (made(trained, 3), "accuracy too low"),
            (made(trained_dense), "no convolution"),
            (made(one_kernel_for_all), "learned by heart"),
            (made(trained_on_later, True), "fitted on the later windows"),
            (made(trained_on_global, True), "scaled over all windows"),
            (made(with_levels_inside, True), "windows not scaled"),
            (
                made(lambda: with_weights_of(cnn(top={"last": "linear"}), trained())),
                "no probabilities",
            ),
            (made(cnn, top={"n": 16}), "labels 1 to 15"),
            (made(cnn, top={"n": 1, "last": "sigmoid"}), "not fifteen outputs"),
            (
                made(lambda: with_weights_of(cnn(), cnn(), lambda w: w * np.nan)),
                "training diverged",
            ),
            (
                made(lambda: network(convolution(), top=dense_top()[1:])),
                "flatten missing",
            ),
            (made(cnn, {"kernel": 2}, 0, shape=(3, 260)), "axes swapped"),
            (made(cnn, shape=(240, 3)), "other input"),
            (0.93, "not a network"),
        ],
        "dense_only": [
            (made(network), "not trained"),
            (made(trained_on_raw), "not trained"),
            (made(trained), "convolution in it"),
            (made(sigmoid_units), "learned by heart"),
            (made(trained_on_later), "fitted on the later windows"),
            (made(trained_on_global), "scaled over all windows"),
            (made(trained_on_global, axis=None), "scaled over all windows"),
            (made(with_levels_inside), "windows not scaled"),
            (made(dense_without_flatten), "flatten missing"),
            (made(dense_without_flatten, 16), "flatten missing"),
            (made(lambda: network(top=dense_top(n=16))), "labels 1 to 15"),
            (made(lambda: network(top=dense_top(n=14))), "not fifteen outputs"),
            (made(lambda: network(top=dense_top(last=None))), "no probabilities"),
            (
                made(
                    lambda: with_weights_of(network(), network(), lambda w: w * np.nan)
                ),
                "training diverged",
            ),
            (made(network, shape=(3, 260)), "axes swapped"),
            (made(lambda: network(top=dense_top()[1:], shape=(780,))), "other input"),
        ],
    },
}

BANK = Bank("03_walking", RIGHT, WRONG)
verdict_on = BANK.verdict_on
exercise = started(BANK.exercise)


class TestBank(BankTests):
    bank = BANK


@pytest.mark.parametrize("question", ["q4", "q5"])
def test_blank_pairs_are_not_attempted(question):
    assert verdict_on(question, "split", (..., ...)).status == "not attempted"


# ------------------------------------------------------------------ given


def test_the_givens_are_such_that_the_mistakes_differ():
    assert "9.csv" not in WINDOW_FILES  # the last class: `one_hot` must be told
    assert len(STILL) == 4 and len(np.unique(RAW[:, 0, 0])) > 10
    for channel in range(3):
        weak = np.flatnonzero(RAW[:, :, channel].std(axis=1) < 60)
        assert set(STILL) < set(weak) < set(range(14))
    assert not np.any(np.abs(STRENGTH - 60) < 1)
    numbers = [answer for answer, mistake in WRONG["q4"]["n_known"] if mistake]
    assert len({float(n) for n in numbers[:8]} | {RIGHT["q4"]["n_known"][0]}) == 9
    assert np.any(np.diff(START[RECORDING == 0]) < 0)


def test_the_windows_are_simulated_and_the_same_whatever_data_are_there():
    from helpers.datasets import load_walking

    sample = load_walking(source="sample")
    assert sample.simulated and len(sample.y) == N_WINDOWS
    assert all(np.any(np.all(sample.x == one, axis=(1, 2))) for one in RAW)
    code = (
        "from helpers.exercises.walking import MIXED, LEARNED, SOMEBODYS; "
        "print(MIXED['windows'].sum(), LEARNED['x_val'].sum(dtype=float), "
        "SOMEBODYS['test_start'].sum())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=True,
            env={**os.environ, "KERAS_COURSE_SOURCE": source},
        ).stdout
        for source in ("sample", "full")
    }  # fmt: skip
    assert len(printed) == 1


def test_the_split_to_learn_from_is_honest():
    assert len(windows()) == 604 and len(windows("val")) == 166
    assert set(labels()) == set(labels("val")) == set(range(15))
    fit, later = (
        {one.tobytes() for one in windows(k)[:, -52:]} for k in ("fit", "val")
    )
    assert not fit & later


def test_importing_the_module_loads_neither_keras_nor_windows():
    code = (
        "import sys; from helpers.exercises import walking; "
        "print([m for m in ('keras', 'tensorflow', 'pandas') if m in sys.modules], "
        "walking.walking.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[] 0\n"


def test_checks_leave_the_learners_random_numbers_alone():
    np.random.seed(1)
    before = np.random.get_state()[1].tolist()
    assert verdict_on("q5", "split", HONEST).status == "correct"
    assert np.random.get_state()[1].tolist() == before


def test_how_many_are_named_rightly_is_said():
    message = verdict_on("q8", "cnn", made(trained, 3)).message
    assert "% of the later windows rightly, and at least 85%" in message

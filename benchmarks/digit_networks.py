"""Networks for MNIST and their training, each run in a Python of its own.

Seconds are counted from the building of the network to the end of `fit`, with all that
Keras does before the first step. What `warm_up` does, TensorFlow's own start, comes
before; so do loading and scaling the digits.
"""

import math
import time
from typing import Any

import keras
import numpy as np
from keras import layers

from helpers import datasets, preprocessing, training

IN_CHAPTER = 48_000  # chapter 4 sets the last fifth aside for validation
LABELS_SMOOTHED = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)


def digits() -> tuple[np.ndarray, ...]:
    """Return all of MNIST, scaled: training images and labels, then those for tests."""
    mnist = datasets.load_mnist(source="full")
    images = (preprocessing.prepare_images(x) for x in (mnist.x_train, mnist.x_test))
    labels = (mnist.y_train.astype("int64"), mnist.y_test.astype("int64"))
    x_train, x_test = images
    return x_train, labels[0], x_test, labels[1]


def warm_up(images: np.ndarray, labels: np.ndarray) -> None:
    """Fit a linear network to one batch; the first fit starts TensorFlow itself."""
    linear = keras.Sequential(
        [keras.Input(images.shape[1:]), layers.Flatten(), layers.Dense(10)]
    )
    linear.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    linear.fit(images[:128], labels[:128], batch_size=128, verbose=0)


def convnet() -> keras.Model:
    """Return the two-layer convnet of keras.io, compiled as there."""
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def normalised() -> list[layers.Layer]:
    """Batch normalisation and relu, to follow a layer without bias."""
    return [layers.BatchNormalization(momentum=0.9), layers.ReLU()]


def fast_network() -> keras.Model:
    """Return the network that reaches 99% in one epoch.

    No batch normalisation where the maps are largest: there it takes as long as the
    convolution itself.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.Conv2D(32, 5, strides=2, use_bias=False),
            *normalised(),
            layers.Flatten(),
            layers.Dense(128, use_bias=False),
            *normalised(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def best_network() -> keras.Model:
    """Return the network that reaches 99.5% in ten epochs of moved digits."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 5, strides=2, activation="relu"),
            layers.Conv2D(64, 3, use_bias=False),
            layers.MaxPooling2D(2),
            *normalised(),
            layers.Conv2D(128, 3, use_bias=False),
            *normalised(),
            layers.Flatten(),
            layers.Dense(128, use_bias=False),
            *normalised(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )


def warm_up_and_cosine(
    steps: int, highest: float, rising: float
) -> keras.optimizers.schedules.CosineDecay:
    """Return a rate that rises in a share of the steps, then falls to nothing."""
    rise = int(rising * steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - rise, warmup_target=highest, warmup_steps=rise
    )


def compile_with_schedule(
    network: keras.Model, steps: int, highest: float, rising: float
) -> None:
    """Compile for Adam; the rate rises in a share of the steps, then falls."""
    rate = warm_up_and_cosine(steps, highest, rising)
    optimizer = keras.optimizers.Adam(rate, beta_2=0.95)
    # Built here and not in the first step, it need not be traced twice.
    optimizer.build(network.trainable_variables)
    network.compile(
        optimizer, LABELS_SMOOTHED, metrics=["accuracy"], steps_per_execution=50
    )


def moved(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Turn, stretch, slant and shift each image a little, by chance."""
    count, middle = len(images), (images.shape[1] - 1) / 2
    turn = np.deg2rad(random.uniform(-10, 10, count))
    slant = random.uniform(-0.1, 0.1, count)
    width, height = random.uniform(0.9, 1.1, (2, count))
    rows = np.stack(
        [
            np.stack([np.cos(turn) * width, (slant - np.sin(turn)) * height], axis=1),
            np.stack([np.sin(turn) * width, np.cos(turn) * height], axis=1),
        ],
        axis=1,
    )  # shape (count, 2, 2): where the pixel at (x, y) is taken from
    shift = middle - rows.sum(axis=2) * middle + random.uniform(-2, 2, (count, 2))
    transforms = np.zeros((count, 8), "float32")  # the last two are for perspective
    transforms[:, [0, 1, 3, 4]] = rows.reshape(count, 4)
    transforms[:, [2, 5]] = shift
    return np.asarray(keras.ops.image.affine_transform(images, transforms))


def train_convnet(seed: int, epochs: int, enough: float = 1.0) -> dict[str, Any]:
    """Train the convnet of keras.io until its test accuracy is enough.

    Returns the seconds after each epoch, without those of evaluating, and the test
    accuracies.
    """
    x_train, y_train, x_test, y_test = digits()
    training.set_seed(seed)
    warm_up(x_train, y_train)
    seconds, accuracies = [0.0], []
    start = time.perf_counter()
    network = convnet()
    for _ in range(epochs):
        network.fit(x_train, y_train, batch_size=128, verbose=0)
        seconds.append(seconds[-1] + time.perf_counter() - start)
        accuracies.append(network.evaluate(x_test, y_test, verbose=0)[1])
        if accuracies[-1] >= enough:
            break
        start = time.perf_counter()
    return {"seed": seed, "seconds": seconds[1:], "accuracies": accuracies}


def train_fast(seed: int) -> dict[str, Any]:
    """Train the fast network for one epoch; return seconds and test accuracy."""
    x_train, y_train, x_test, y_test = digits()
    targets = preprocessing.one_hot(y_train, n_classes=10)
    training.set_seed(seed)
    warm_up(x_train, y_train)
    start = time.perf_counter()
    network = fast_network()
    steps = math.ceil(len(x_train) / 128)
    compile_with_schedule(network, steps, highest=0.02, rising=0.2)
    network.fit(x_train, targets, batch_size=128, verbose=0)
    return _result(seed, start, network, x_test, y_test)


def train_best(seed: int, epochs: int = 10) -> dict[str, Any]:
    """Train the best network, moving all digits anew for each epoch."""
    x_train, y_train, x_test, y_test = digits()
    targets = preprocessing.one_hot(y_train, n_classes=10)
    training.set_seed(seed)
    random = np.random.default_rng(seed)
    warm_up(x_train, y_train)
    start = time.perf_counter()
    network = best_network()
    steps = epochs * math.ceil(len(x_train) / 64)
    compile_with_schedule(network, steps, highest=0.01, rising=0.1)
    for _ in range(epochs):
        network.fit(moved(x_train, random), targets, batch_size=64, verbose=0)
    return _result(seed, start, network, x_test, y_test)


def train_small_in_chapter(seed: int) -> dict[str, Any]:
    """Train the small CNN as chapter 4 does; return seconds and accuracy."""
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return _train_in_chapter(seed, network, 0.003, epochs=4)


def train_fast_in_chapter(seed: int) -> dict[str, Any]:
    """Train the fast CNN as chapter 4 does; return seconds and accuracy."""
    rate = warm_up_and_cosine(2 * IN_CHAPTER // 128, highest=0.01, rising=0.2)
    return _train_in_chapter(seed, fast_network(), rate, epochs=2)


def _train_in_chapter(
    seed: int, network: keras.Model, rate: Any, epochs: int
) -> dict[str, Any]:
    x_train, y_train, _, _ = digits()
    keras.utils.set_random_seed(seed)
    warm_up(x_train, y_train)
    start = time.perf_counter()
    network = keras.models.clone_model(network)
    network.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    network.fit(
        x_train[:IN_CHAPTER],
        y_train[:IN_CHAPTER],
        epochs=epochs,
        batch_size=128,
        verbose=0,
    )
    return _result(seed, start, network, x_train[IN_CHAPTER:], y_train[IN_CHAPTER:])


def _result(
    seed: int, start: float, network: keras.Model, x: np.ndarray, y: np.ndarray
) -> dict[str, Any]:
    seconds = time.perf_counter() - start
    answers = network.predict(x, batch_size=1000, verbose=0).argmax(axis=1)
    return {"seed": seed, "seconds": seconds, "accuracy": float((answers == y).mean())}

"""What each trick of the fast CNN saves: leave one out, and train again.

python -m benchmarks.tricks [SEEDS]    measures, and writes data/runs/04_tricks.json

One epoch of the first 48,000 training digits, judged on the last 12,000; the test set
is not used. Processor seconds are noted besides seconds, because they hardly depend on
what else the computer does.
"""

import json
import math
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
from keras import layers

from benchmarks import digit_networks
from helpers import datasets, preprocessing, training

FILE = Path(__file__).parents[1] / "data" / "runs" / "04_tricks.json"
FITTED = 48_000


@dataclass(frozen=True)
class Recipe:
    """The fast CNN with all its tricks."""

    strided: bool = True  # otherwise each convolution moves by one, and pools after
    normalised: bool = True
    schedule: bool = True  # otherwise Adam's own rate, 0.001, all the time
    beta_2: float = 0.95  # Adam's own is 0.999
    smoothed: bool = True
    batch_size: int = 128
    highest: float = 0.02
    steps_per_execution: int = 50
    xla: bool = False


ALL = Recipe()
RECIPES = {
    "all tricks": ALL,
    "pooling in place of strides": replace(ALL, strided=False),
    "no batch normalisation": replace(ALL, normalised=False),
    "constant rate 0.001": replace(ALL, schedule=False),
    "beta_2 of 0.999": replace(ALL, beta_2=0.999),
    "no label smoothing": replace(ALL, smoothed=False),
    "batches of 32": replace(ALL, batch_size=32, highest=0.005),
    "batches of 512": replace(ALL, batch_size=512),
    "one step per execution": replace(ALL, steps_per_execution=1),
    "with XLA": replace(ALL, xla=True),
}


def network(recipe: Recipe) -> keras.Model:
    """Return the network of a recipe; with all tricks, that of `digit_networks`."""
    stride, pool = (2, []) if recipe.strided else (1, [layers.MaxPooling2D(2)])
    after = digit_networks.normalised if recipe.normalised else _plain_relu
    bias = not recipe.normalised
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, strides=stride, activation="relu"),
            *pool,
            layers.Conv2D(32, 5, strides=stride, use_bias=bias),
            *(layers.MaxPooling2D(2) for _ in pool),
            *after(),
            layers.Flatten(),
            layers.Dense(128, use_bias=bias),
            *after(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _plain_relu() -> list[layers.Layer]:
    return [layers.ReLU()]


def compiled(recipe: Recipe, steps: int) -> keras.Model:
    """Return the network, ready for one epoch of so many steps."""
    rate = 0.001
    if recipe.schedule:
        rate = digit_networks.warm_up_and_cosine(steps, recipe.highest, rising=0.2)
    model = network(recipe)
    optimizer = keras.optimizers.Adam(rate, beta_2=recipe.beta_2)
    optimizer.build(model.trainable_variables)  # or its first step is traced twice
    model.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(
            label_smoothing=0.1 if recipe.smoothed else 0.0
        ),
        metrics=["accuracy"],
        steps_per_execution=recipe.steps_per_execution,
        jit_compile=recipe.xla,
    )
    return model


def measure(
    recipe: Recipe, seed: int, images: np.ndarray, labels: np.ndarray
) -> dict[str, float]:
    """Train for one epoch; return the seconds of each kind and the accuracy."""
    keras.backend.clear_session()
    training.set_seed(seed)
    targets = preprocessing.one_hot(labels, n_classes=10)
    start, worked = time.perf_counter(), time.process_time()
    model = compiled(recipe, math.ceil(FITTED / recipe.batch_size))
    model.fit(
        images[:FITTED], targets[:FITTED], batch_size=recipe.batch_size, verbose=0
    )
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    _, accuracy = model.evaluate(
        images[FITTED:], targets[FITTED:], batch_size=500, verbose=0
    )
    return {
        "seed": seed,
        "seconds": round(seconds, 2),
        "processor_seconds": round(worked, 2),
        "accuracy": round(accuracy, 4),
    }


def main(seeds: int) -> None:
    """Measure all recipes in turn, seed by seed, and write the file after each seed."""
    mnist = datasets.load_mnist(source="full")
    images = preprocessing.prepare_images(mnist.x_train)
    digit_networks.warm_up(images, mnist.y_train.astype("int64"))
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in RECIPES}
    for seed in range(seeds):
        for name, recipe in RECIPES.items():
            runs[name].append(measure(recipe, seed, images, mnist.y_train))
            print(f"{name}: {runs[name][-1]}", flush=True)
        made = {
            "keras": keras.__version__,
            "fitted": FITTED,
            "judged": len(images) - FITTED,
        }
        FILE.write_text(json.dumps({**made, "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)

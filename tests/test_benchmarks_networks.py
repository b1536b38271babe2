"""The networks of the benchmarks: what is compared is what is said."""

import json

import numpy as np

from benchmarks import digit_networks, tricks


def shapes(network):
    return [
        (type(layer).__name__, layer.output.shape, layer.count_params())
        for layer in network.layers
    ]


def test_the_recipe_with_all_tricks_is_the_fast_network():
    fast = digit_networks.fast_network()
    assert shapes(tricks.network(tricks.ALL)) == shapes(fast)


def test_the_convnet_is_that_of_keras_io():
    convnet = digit_networks.convnet()
    assert convnet.count_params() == 34_826  # as keras.io prints it
    assert convnet.steps_per_execution == 1


def test_each_recipe_leaves_out_one_trick():
    for name, recipe in tricks.RECIPES.items():
        changed = sum(
            getattr(recipe, field) != getattr(tricks.ALL, field)
            for field in tricks.Recipe.__dataclass_fields__
            if field != "highest"  # goes with the size of the batch
        )
        assert changed == (0 if name == "all tricks" else 1), name


def test_the_stored_measurement_holds_all_recipes():
    stored = json.loads(tricks.FILE.read_text(encoding="utf-8"))
    assert list(stored["runs"]) == list(tricks.RECIPES)
    seeds = {tuple(run["seed"] for run in runs) for runs in stored["runs"].values()}
    assert len(seeds) == 1
    assert len(seeds.pop()) >= 5


def test_moved_digits_keep_their_place_and_ink():
    images = np.zeros((200, 28, 28, 1), "float32")
    images[:, 10:18, 12:16] = 1
    moved = digit_networks.moved(images, np.random.default_rng(0))
    assert moved.shape == images.shape
    assert moved.dtype == np.float32
    assert moved.min() >= 0
    assert moved.max() <= 1.0001
    assert len(np.unique(moved.reshape(200, -1), axis=0)) == 200  # each its own way
    ink = moved.sum(axis=(1, 2, 3)) / images[0].sum()
    assert 0.7 < ink.min() < ink.max() < 1.4
    middle = (moved.sum(axis=0)[..., 0] * np.arange(28)[:, None]).sum() / moved.sum()
    assert abs(middle - 13.5) < 0.3

import keras
import numpy as np
import pytest
from keras import layers

from helpers.training import set_seed, start_again

X = np.linspace(-1, 1, 60, dtype=np.float32).reshape(20, 3)
Y = X.sum(axis=1)


def make_network(optimizer):
    network = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
    )
    network.compile(optimizer, "mse")
    return network


def losses(network):
    return network.fit(X, Y, epochs=3, shuffle=False, verbose=0).history["loss"]


def schedule():
    return keras.optimizers.schedules.CosineDecay(0.1, decay_steps=3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.Adam(0.05),
        lambda: keras.optimizers.RMSprop(0.05, momentum=0.5),
        lambda: keras.optimizers.SGD(0.05, momentum=0.9),
        lambda: keras.optimizers.Adam(schedule()),
    ],
    ids=["adam", "rmsprop", "sgd", "with a schedule"],
)
def test_the_second_training_is_that_of_a_new_network(make):
    network = make_network(make())
    losses(network)
    set_seed(3)
    start_again(network)
    second = losses(network)
    set_seed(3)
    new = keras.models.clone_model(network)
    new.compile(make(), "mse")
    assert np.allclose(second, losses(new), rtol=1e-4)


def test_without_it_training_goes_on():
    network = make_network(keras.optimizers.Adam(0.05))
    assert losses(network)[-1] > losses(network)[-1]


def test_weights_and_moving_averages_are_fresh_and_differ_from_seed_to_seed():
    network = make_network(keras.optimizers.Adam(0.05))
    losses(network)
    starts = []
    for seed in (1, 2):
        set_seed(seed)
        start_again(network)
        assert np.all(network.layers[1].moving_mean.numpy() == 0)
        starts.append(network.layers[0].get_weights()[0])
    assert not np.allclose(*starts)


def test_a_network_that_was_never_fitted_may_start_again():
    network = make_network(keras.optimizers.Adam(0.05))
    before = network.layers[0].get_weights()[0]
    start_again(network)
    assert not np.allclose(before, network.layers[0].get_weights()[0])
    assert len(losses(network)) == 3


def test_a_network_that_is_not_compiled_is_named():
    with pytest.raises(ValueError, match="call its compile first"):
        start_again(keras.Sequential([keras.Input((3,)), layers.Dense(1)]))

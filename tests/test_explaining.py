"""Saliency and occlusion, against a linear network that can be worked out by hand."""

import subprocess
import sys

import numpy as np
import pytest

from helpers.explaining import occlusion, saliency

RNG = np.random.default_rng(3)
HEIGHT, WIDTH, CLASSES = 4, 5, 3


def linear(weights, activation=None):
    """A network whose output for class k is sum(image * weights[..., k]) + k."""
    import keras

    shape = weights.shape[:-1]
    model = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(weights.shape[-1], activation=activation),
        ]
    )
    flat = weights.reshape(-1, weights.shape[-1])
    model.layers[-1].set_weights([flat, np.arange(weights.shape[-1], dtype="float32")])
    return model


@pytest.fixture(scope="module")
def weights():
    return RNG.normal(size=(HEIGHT, WIDTH, 1, CLASSES)).astype("float32")


@pytest.fixture(scope="module")
def model(weights):
    return linear(weights)


@pytest.fixture(scope="module")
def images():
    return RNG.random((2, HEIGHT, WIDTH, 1)).astype("float32")


def test_the_saliency_of_a_linear_network_is_the_size_of_its_weights(
    model, weights, images
):
    maps = saliency(model, images, [0, 2])
    assert maps.shape == (2, HEIGHT, WIDTH)
    assert maps.dtype == np.float32
    np.testing.assert_allclose(maps[0], abs(weights[..., 0, 0]), rtol=1e-6)
    np.testing.assert_allclose(maps[1], abs(weights[..., 0, 2]), rtol=1e-6)


def test_of_several_channels_the_largest_slope_counts():
    weights = np.zeros((2, 2, 3, 2), dtype="float32")
    weights[0, 1, :, 1] = [1, -5, 2]
    maps = saliency(linear(weights), np.ones((1, 2, 2, 3), dtype="float32"), [1])
    np.testing.assert_allclose(maps, [[[0, 5], [0, 0]]])


def test_the_saliency_of_a_softmax_is_the_slope_of_the_probability(weights, images):
    model = linear(weights, activation="softmax")
    probabilities = model.predict(images, verbose=0).astype("float64")
    maps = saliency(model, images, [1, 1])
    for p, found in zip(probabilities, maps, strict=True):
        # d p1 / d x = p1 * (w1 - sum over classes of p * w)
        slope = p[1] * (weights[..., 0, 1] - weights[..., 0, :] @ p)
        np.testing.assert_allclose(found, abs(slope), rtol=1e-4)


def test_dropout_and_batch_normalisation_work_as_in_use():
    import keras

    model = keras.Sequential(
        [
            keras.Input((HEIGHT, WIDTH, 1)),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.9),
            keras.layers.Dense(2),
        ]
    )
    before = [weight.copy() for weight in model.get_weights()]
    images = RNG.random((3, HEIGHT, WIDTH, 1))
    first, second = (saliency(model, images, [0, 1, 0]) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    occlusion(model, images, [0, 1, 0], size=2)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.filterwarnings("error")
def test_a_part_of_a_network_made_from_its_list_of_inputs_gives_no_warning(
    model, weights, images
):
    import keras

    part = keras.Model(model.inputs, model.layers[-1].output)
    maps = saliency(part, images, [0, 0])
    np.testing.assert_allclose(maps[1], abs(weights[..., 0, 0]), rtol=1e-6)
    occlusion(part, images, [0, 0], size=4, stride=4)


def test_a_network_without_slopes_is_refused(images):
    import keras

    inputs = keras.Input((HEIGHT, WIDTH, 1))
    rounded = keras.ops.floor(keras.layers.Flatten()(inputs))
    constant = keras.ops.cast(rounded > 0, "float32")
    with pytest.raises(ValueError, match="no slope"):
        saliency(keras.Model(inputs, constant), images, [0, 0])


def test_covering_single_pixels_takes_away_weight_times_value(model, weights, images):
    maps = occlusion(model, images, [1, 0], size=1, stride=1)
    assert maps.shape == (2, HEIGHT, WIDTH)
    assert maps.dtype == np.float32
    for image, label, found in zip(images, [1, 0], maps, strict=True):
        by_hand = image[..., 0] * weights[..., 0, label]
        np.testing.assert_allclose(found, by_hand, atol=1e-5)


def test_a_patch_is_filled_with_the_given_colour(model, weights, images):
    maps = occlusion(model, images, [2, 2], size=1, stride=1, fill=0.25)
    by_hand = (images[0, ..., 0] - 0.25) * weights[..., 0, 2]
    np.testing.assert_allclose(maps[0], by_hand, atol=1e-5)


def test_patches_side_by_side_share_their_fall():
    # Weights 1 and pixels 1: a patch of 2 by 2 takes away 4, and no patch overlaps.
    model = linear(np.ones((4, 4, 1, 2), dtype="float32"))
    maps = occlusion(model, np.ones((1, 4, 4, 1)), [0], size=2, stride=2)
    np.testing.assert_allclose(maps, np.full((1, 4, 4), 4.0))


def test_a_pixel_gets_the_mean_of_all_patches_over_it(images):
    weights = np.zeros((1, 3, 1, 2), dtype="float32")
    weights[0, :, 0, 1] = [1, 10, 100]
    import keras

    model = keras.Sequential(
        [keras.Input((2, 3, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    flat = np.concatenate([weights.reshape(3, 2), np.zeros((3, 2), dtype="float32")])
    model.layers[-1].set_weights([flat, np.zeros(2, dtype="float32")])
    maps = occlusion(model, np.ones((1, 2, 3, 1)), [1], size=2, stride=1)
    # Columns 0-1 take away 11, columns 1-2 take away 110; the middle one lies in both.
    np.testing.assert_allclose(maps[0], [[11, 60.5, 110]] * 2)


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (4, 3), (1, 1), (3, 3)])
def test_every_pixel_is_covered_whatever_the_stride(size, stride):
    # The weight of a single pixel: its own map must see it.
    for row, column in [(0, 0), (3, 4), (2, 3)]:
        weights = np.zeros((4, 5, 1, 2), dtype="float32")
        weights[row, column, 0, 0] = 7
        maps = occlusion(
            linear(weights), np.ones((1, 4, 5, 1)), [0], size=size, stride=stride
        )
        assert maps[0, row, column] == pytest.approx(7)


def test_the_images_are_left_as_they_are(model, images):
    copy = images.copy()
    occlusion(model, images, [0, 0], size=2, stride=1)
    saliency(model, images, [0, 0])
    np.testing.assert_array_equal(images, copy)


@pytest.mark.parametrize("explain", [saliency, occlusion])
def test_wrong_inputs_are_refused(explain, model, images):
    with pytest.raises(ValueError, match="newaxis"):
        explain(model, images[0], [0])
    with pytest.raises(TypeError, match="uint8"):
        explain(model, (images * 255).astype(np.uint8), [0, 0])
    with pytest.raises(ValueError, match=r"\(4, 4, 1\), but the model takes"):
        explain(model, images[:, :, :4], [0, 0])
    with pytest.raises(ValueError, match="classes"):
        explain(model, images, [0, 3])
    with pytest.raises(ValueError, match="classes has 1"):
        explain(model, images, [0])
    with pytest.raises(ValueError, match="NaN"):
        explain(model, np.full_like(images, np.nan), [0, 0])


@pytest.mark.parametrize("explain", [saliency, occlusion])
def test_wrong_models_are_refused(explain, images):
    import keras

    flat = keras.Sequential([keras.Input((20,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match=r"the model takes \(20,\)"):
        explain(flat, images, [0, 0])
    picture = keras.Sequential(
        [keras.Input((HEIGHT, WIDTH, 1)), keras.layers.Conv2D(2, 1)]
    )
    with pytest.raises(ValueError, match="one output for each class"):
        explain(picture, images, [0, 0])


def test_wrong_patches_are_refused(model, images):
    with pytest.raises(ValueError, match="4 by 5"):
        occlusion(model, images, [0, 0], size=5)
    with pytest.raises(ValueError, match="never be covered"):
        occlusion(model, images, [0, 0], size=2, stride=3)
    with pytest.raises(ValueError, match="size"):
        occlusion(model, images, [0, 0], size=0)
    with pytest.raises(TypeError, match="stride"):
        occlusion(model, images, [0, 0], size=2, stride=1.5)
    with pytest.raises(TypeError, match="fill"):
        occlusion(model, images, [0, 0], size=2, fill="white")
    with pytest.raises(ValueError, match="fill"):
        occlusion(model, images, [0, 0], size=2, fill=float("nan"))


def test_importing_it_loads_no_keras():
    code = (
        "import sys, helpers.explaining\n"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

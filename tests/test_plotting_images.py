"""plot_grayscale, plot_digits and plot_weights: pixels, captions, frames, errors."""

import io
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from helpers.plotting import (
    description,
    mosaic,
    plot_digits,
    plot_grayscale,
    plot_weights,
)

IMAGES = Path(__file__).parent / "images"
NAMES = ["zero", "one", "two", "three"]


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture
def captions(monkeypatch):
    """A function that returns the captions of axes: text, whether bold, and place."""
    made = {}
    real = mosaic._outline

    def spied(text, bold, points):
        path = real(text, bold, points)
        made[id(path)] = (text, bold, path)
        return path

    monkeypatch.setattr(mosaic, "_outline", spied)

    def read(ax):
        found = [part for part in ax.collections if part.get_gid() == "captions"]
        if not found:
            return []
        (collection,) = found
        paths, offsets = collection.get_paths(), collection.get_offsets()
        assert len(paths) == len(offsets)
        return [
            (*made[id(path)][:2], tuple(place))
            for path, place in zip(paths, offsets, strict=True)
        ]

    return read


def rendered(ax, **options):
    stream = io.BytesIO()
    ax.figure.savefig(stream, format="png", **options)
    return np.asarray(Image.open(stream).convert("RGB"))


def colour_at(ax, pixels, x, y):
    """The drawn colour at a data coordinate."""
    ax.figure.draw_without_rendering()
    across, up = ax.transData.transform((x, y))
    return tuple(int(c) for c in pixels[len(pixels) - 1 - int(up), int(across)])


def digit():
    """A one-like image of 28 x 28: ink in columns 12 to 15, rows 4 to 23."""
    image = np.zeros((28, 28), dtype=np.uint8)
    image[4:24, 12:16] = 255
    image[4:8, 10:12] = 128
    return image


# plot_grayscale


@pytest.mark.parametrize(
    "image",
    [
        digit(),
        digit()[..., np.newaxis],
        digit() / 255,
        (digit() / 255).astype(np.float32),
        digit() > 200,
    ],
    ids=["uint8", "with channel", "float64", "float32", "bool"],
)
def test_zero_is_white_and_one_is_black(image):
    ax = plot_grayscale(image)
    pixels = rendered(ax)
    assert colour_at(ax, pixels, 13.5, 15) == (0, 0, 0)
    assert colour_at(ax, pixels, 2, 2) == (255, 255, 255)


def test_grey_is_in_between_and_not_stretched():
    image = np.full((28, 28), 0.5)
    ax = plot_grayscale(image)
    red, green, blue = colour_at(ax, rendered(ax), 14, 14)
    assert red == green == blue
    assert 120 <= red <= 135


def test_uint8_of_low_contrast_is_not_stretched():
    ax = plot_grayscale(np.full((28, 28), 51, dtype=np.uint8))
    assert 200 <= colour_at(ax, rendered(ax), 14, 14)[0] <= 208


def test_aspect_border_ticks_and_title():
    ax = plot_grayscale(np.zeros((10, 20)), 2, NAMES)
    ax.figure.draw_without_rendering()
    box = ax.get_window_extent()
    assert box.width / box.height == pytest.approx(2, rel=0.01)
    assert all(spine.get_visible() for spine in ax.spines.values())
    assert ax.get_xticks().size == ax.get_yticks().size == 0
    assert ax.get_title() == "two"
    # The border is drawn, darker than paper.
    pixels = rendered(ax)
    left = int(box.x0)
    row = len(pixels) - 1 - int((box.y0 + box.y1) / 2)
    assert pixels[row, left - 1 : left + 2].min() < 200


def test_the_title_is_the_label_the_name_or_nothing():
    assert plot_grayscale(digit()).get_title() == ""
    assert plot_grayscale(digit(), 7).get_title() == "7"
    assert plot_grayscale(digit(), np.uint8(3), NAMES).get_title() == "three"
    assert plot_grayscale(digit(), "two", NAMES).get_title() == "two"
    assert plot_grayscale(digit(), 1, np.array(NAMES)).get_title() == "one"


def test_grayscale_words_state_facts_of_the_image():
    words = description(plot_grayscale(digit(), 1, NAMES))
    assert "class one" in words
    assert "28 pixels wide and 28 high" in words
    assert "between rows 4 and 23 and columns 10 and 15" in words
    assert "11.2%" in words  # (80 + 8) of 784
    assert "without a dark pixel" in description(plot_grayscale(np.zeros((5, 5))))


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (np.full((28, 28), 1.5), ValueError, "1.5"),
        (digit().astype(float), ValueError, "Divide"),
        (np.full((28, 28), -0.1), ValueError, "plot_weights"),
        (np.full((28, 28), np.nan), ValueError, "NaN"),
        (digit().astype(int), TypeError, "uint8"),
        (np.zeros(784), ValueError, r"reshape\(28, 28\)"),
        (np.zeros((1, 784)), ValueError, r"no image. A flat image.*reshape\(28, 28\)"),
        (np.zeros((784, 1)), ValueError, r"reshape\(28, 28\)"),
        (np.zeros((1, 783)), ValueError, "its height and width"),
        (np.full((28, 28), 1.00011), ValueError, "from 1.00011 to 1.00011; 0 to 1"),
        (np.zeros((28, 28, 3)), ValueError, "colour"),
        (np.zeros((5, 28, 28)), ValueError, r"images\[0\]"),
        (np.zeros((0, 0)), ValueError, "empty"),
        (np.array([["a"]]), TypeError, "numbers"),
    ],
)
def test_grayscale_refuses_wrong_images(image, error, message):
    with pytest.raises(error, match=message):
        plot_grayscale(image)
    assert plt.get_fignums() == []


def test_what_rounding_adds_is_no_error():
    rounded = np.where(digit() > 200, 1.0000001, -1e-7)
    assert plot_grayscale(rounded).images[0].get_array().max() == 1
    assert plot_digits(rounded[np.newaxis]).images[0].get_array().min() == 0
    plot_digits(np.zeros((1, 8, 8)), predictions=[1], probabilities=[1.0000001])


@pytest.mark.parametrize(
    ("label", "names", "error", "message"),
    [
        (4, NAMES, ValueError, "4 names"),
        (-1, NAMES, ValueError, "whole numbers from 0"),
        (1.5, NAMES, ValueError, "1.5"),
        (float("nan"), NAMES, ValueError, "nan"),
        ("nine", NAMES, ValueError, "not in class_names"),
        ([0, 1, 0, 0], NAMES, TypeError, "from_one_hot"),
        (1, "zero", TypeError, "list"),
        (1, {0: "zero"}, TypeError, "list"),
        (1, ["a", "a"], ValueError, "twice"),
        (0, [], ValueError, "empty"),
    ],
)
def test_grayscale_refuses_wrong_labels(label, names, error, message):
    with pytest.raises(error, match=message):
        plot_grayscale(digit(), label, names)
    assert plt.get_fignums() == []


# plot_digits


def test_many_digits_are_one_image_in_reading_order():
    images = np.zeros((12, 8, 8), dtype=np.uint8)
    for index in range(12):
        images[index, :, : index % 8 + 1] = 255  # as many dark columns as the index
    ax = plot_digits(images, columns=5)
    assert len(ax.figure.axes) == 1
    assert len(ax.images) == 1
    canvas = ax.images[0].get_array()
    step = 8 + 1
    assert canvas.shape == (3 * step + 1, 5 * step + 1)
    for index in range(12):
        top, left = 1 + index // 5 * step, 1 + index % 5 * step
        tile = canvas[top : top + 8, left : left + 8]
        np.testing.assert_allclose(tile, images[index] / 255, atol=1e-6)
    assert canvas[1 + 2 * step :, 1 + 2 * step :].max() == 0  # no 13th image
    assert ax.images[0].get_clim() == (0, 1)


def test_digits_take_a_channel_axis_and_floats():
    images = np.random.default_rng(0).random((4, 6, 6))
    plain = plot_digits(images).images[0].get_array()
    channel = plot_digits(images[..., np.newaxis]).images[0].get_array()
    np.testing.assert_array_equal(plain, channel)


def test_default_columns_are_ten_then_a_square():
    def n_columns(n, **more):
        words = description(plot_digits(np.zeros((n, 4, 4)), **more))
        return int(words.split("rows of up to ")[1].split(";")[0].rstrip("."))

    assert n_columns(30) == 10
    assert n_columns(400) == 20
    assert n_columns(30, labels=[0] * 30) == 10
    long = n_columns(30, labels=[0] * 30, class_names=["a name of twenty five!!!!"])
    assert 3 <= long < 6


def test_captions_stand_below_their_images(captions):
    ax = plot_digits(np.zeros((4, 8, 8)), [3, 0, 2, 1], class_names=NAMES, columns=2)
    found = captions(ax)
    assert [text for text, *_ in found] == ["three", "zero", "two", "one"]
    places = np.array([place for *_, place in found])
    middle = 1 + 3.5  # a gap, and half of the image
    np.testing.assert_allclose(places[:, 0], [middle, middle + 9] * 2)
    assert places[0, 1] == places[1, 1]
    assert 1 + 8 - 0.5 < places[0, 1] < 1 + 8 + 0.5  # just below the image
    band = ax.images[0].get_array().shape[0] / 2 - 8 - 1.5
    assert places[2, 1] - places[0, 1] == pytest.approx(8 + 1 + band, abs=0.6)


def test_captions_are_drawn_below_and_not_on_the_images():
    ax = plot_digits(np.zeros((2, 8, 8)), [3, 0], class_names=NAMES)
    pixels = rendered(ax).min(axis=2)
    ax.figure.draw_without_rendering()
    dark = np.nonzero(pixels < 80)
    heights = ax.transData.inverted().transform(
        [(0, len(pixels) - row) for row in (dark[0].min(), dark[0].max())]
    )[:, 1]
    assert heights[0] > 8.5  # the images end there
    assert heights[1] < ax.get_ylim()[0]
    halves = [dark[1][dark[1] < pixels.shape[1] / 2], dark[1][dark[1] > 0]]
    assert all(len(half) > 20 for half in halves)


def test_wrong_predictions_have_a_frame_a_cross_and_both_classes(captions):
    ax = plot_digits(np.zeros((3, 8, 8)), [0, 1, 2], [0, 2, 2], [0.5, 0.987, 1.0])
    found = captions(ax)
    assert [text for text, *_ in found] == [
        "0\n50.0%",
        "\u2717 2, is 1\n98.7%",
        "2\n100.0%",
    ]
    assert [bold for _, bold, _ in found] == [False, True, False]
    thin, thick = ax.collections[:2]
    assert len(thin.get_segments()) == 2
    (frame,) = thick.get_segments()
    assert thick.get_linewidth()[0] >= 3 * thin.get_linewidth()[0]
    assert to_hex(thick.get_color()[0]).upper() == "#D55E00"
    left = 1 + 9 - 0.5  # the second image
    assert frame[:, 0].min() == left
    assert frame[:, 0].max() == left + 8
    pixels = rendered(ax)
    assert colour_at(ax, pixels, left, 4)[0] > 180 > colour_at(ax, pixels, left, 4)[2]


def test_long_names_of_errors_get_a_second_line(captions):
    ax = plot_digits(np.zeros((1, 8, 8)), [3], [2], class_names=NAMES)
    assert [text for text, *_ in captions(ax)] == ["\u2717 two\nis three"]


def test_words_of_digits():
    images = np.zeros((4, 4, 4))
    assert "row by row: 3, 1, 2, 0" in description(plot_digits(images, [3, 1, 2, 0]))
    words = description(plot_digits(images, [3, 1, 2, 0], [3, 1, 2, 1], title="Mist"))
    assert words.startswith("Mist: 4 greyscale images")
    assert "25.0% of them" in words
    assert "row by row" not in words  # which are wrong depends on the training
    gallery = description(plot_digits(images, [3, 1, 2, 0], [1, 2, 3, 4]))
    assert "all of them predicted wrongly" in gallery


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"labels": [0, 1]}, ValueError, "images has 3, labels has 2"),
        ({"labels": np.eye(3)}, ValueError, "from_one_hot"),
        ({"labels": [0, 1, 4], "class_names": NAMES}, ValueError, "4 classes"),
        ({"predictions": [0, 1, 9], "class_names": NAMES}, ValueError, "predictions"),
        ({"probabilities": [0.1] * 3}, ValueError, "need predictions"),
        (
            {"labels": [0] * 3, "probabilities": [0.1] * 3},
            ValueError,
            "need predictions",
        ),
        (
            {"predictions": [0] * 3, "probabilities": [0.1, 0.2, 1.2]},
            ValueError,
            "1.2",
        ),
        (
            {"predictions": [0] * 3, "probabilities": np.eye(3)},
            ValueError,
            r"max\(axis=1\)",
        ),
        ({"predictions": [0] * 3, "probabilities": [0.1]}, ValueError, "has 1"),
        ({"columns": 0}, ValueError, "columns is 0"),
        ({"columns": 2.5}, ValueError, "columns is 2.5"),
    ],
)
def test_digits_refuse_what_does_not_fit(arguments, error, message):
    with pytest.raises(error, match=message):
        plot_digits(np.zeros((3, 4, 4)), **arguments)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("shape", [(3, 784), (3, 1, 784), (3, 784, 1, 1)])
def test_digits_refuse_flat_images_and_say_how_to_reshape(shape):
    with pytest.raises(ValueError, match=r"reshape\(-1, 28, 28\)"):
        plot_digits(np.zeros(shape))


@pytest.mark.parametrize("plot", [plot_digits, plot_weights])
def test_rows_and_columns_are_named_in_the_picture(plot):
    ax = plot(
        np.ones((6, 9, 9)), columns=3, row_names=["above", "below"], column_names="ABC"
    )
    ax.figure.draw_without_rendering()
    texts = {text.get_text(): text for text in ax.texts}
    assert list(texts) == ["above", "below", "A", "B", "C"]
    left = ax.transData.transform((0.5, 0))[0]  # of the first image
    for row, name in enumerate(["above", "below"]):
        assert texts[name].get_window_extent().x1 < left
        assert texts[name].xy[1] == pytest.approx(1 + 10 * row + 4)  # the middle row
    for column, name in enumerate("ABC"):
        assert texts[name].xy[0] == pytest.approx(1 + 10 * column + 4)
        assert texts[name].xy[1] == 1  # above the first row
    words = description(ax)
    assert words.endswith("The rows are above and below. The columns are A, B and C.")
    assert ax.figure.get_tightbbox().width <= 6.1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"row_names": ["a"]}, "row_names has 1 name, but the picture has 2 rows"),
        ({"column_names": "abcd"}, "has 4 names, but the picture has 3 columns"),
    ],
)
def test_names_of_rows_and_columns_fit(more, message):
    for plot in (plot_digits, plot_weights):
        with pytest.raises(ValueError, match=message):
            plot(np.ones((6, 9, 9)), columns=3, **more)
        plt.close("all")


# plot_weights


def test_weights_share_one_scale_that_is_even_about_zero(captions):
    weights = np.zeros((2, 4, 4))
    weights[0, 0, 0], weights[1, 3, 3] = -2.0, 1.5
    ax = plot_weights(weights, titles=["first", "second"])
    assert ax.images[0].get_clim() == (-2.0, 2.0)
    assert [text for text, *_ in captions(ax)] == ["first", "second"]
    pixels = rendered(ax)
    red, _, blue = colour_at(ax, pixels, 1, 1)
    assert red > blue + 60  # negative: orange
    red, _, blue = colour_at(ax, pixels, 1 + 5 + 3, 1 + 3)
    assert blue > red + 60  # positive: blue
    assert colour_at(ax, pixels, 3, 3) == (255, 255, 255)  # zero


def test_the_two_ends_of_the_weights_differ_in_print_too():
    cmap = plot_weights([[1.0, -1.0]]).images[0].get_cmap()
    grey = [np.dot(cmap(end)[:3], [0.3, 0.59, 0.11]) for end in (0.0, 1.0)]
    assert abs(grey[0] - grey[1]) > 0.15


@pytest.mark.parametrize("least", [0.0, -1e-9])
def test_without_negative_numbers_the_scale_begins_at_zero(least):
    weights = np.array([[least, 1.0], [2.0, 4.0]])
    ax = plot_weights(weights, what="importance")
    assert ax.images[0].get_clim() == (0, 4)
    cmap = ax.images[0].get_cmap()
    assert to_hex(cmap(0.0)) == "#ffffff"
    greys = [
        np.dot(cmap(float(share))[:3], [0.3, 0.59, 0.11]) for share in (0, 0.3, 0.6, 1)
    ]
    assert greys == sorted(greys, reverse=True)
    assert "the darker the blue, the larger the importance" in description(ax)
    assert "orange" not in description(ax)


def test_weights_words_limit_and_errors():
    ax = plot_weights(-np.eye(3), limit=3, what="loading", title="PCA")
    assert ax.images[0].get_clim() == (-3, 3)
    words = description(ax)
    assert words.startswith("PCA: 1 image of 3 by 3 pixels")
    assert "loading is positive" in words
    assert ax.figure.axes[1].get_ylabel() == "loading"
    plot_weights(np.zeros((3, 3)))  # nothing but zero is fine
    with pytest.raises(ValueError, match="limit is 0"):
        plot_weights(np.eye(3), limit=0)
    with pytest.raises(ValueError, match="titles has 1"):
        plot_weights(np.zeros((2, 3, 3)), titles=["one"])
    with pytest.raises(ValueError, match="NaN"):
        plot_weights([[np.nan, 1.0]])
    with pytest.raises(ValueError, match="axes"):
        plot_weights(np.zeros(9))
    for flat in (np.zeros((1, 784)), np.zeros((784, 1)), np.zeros((2, 1, 784))):
        with pytest.raises(ValueError, match=r"reshape\(-1, 28, 28\)"):
            plot_weights(flat)
    plot_weights(np.zeros((2, 1, 40)))  # kernels of one channel


def spot(row, column):
    image = np.zeros((9, 9))
    image[row, column] = -1.0
    return image


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ([spot(4, 4)], "The weight is largest in the middle."),
        ([spot(4, 4)] * 2, "The weight is largest in the middle in each."),
        (
            [spot(0, 0), spot(8, 4)],
            "The weight is largest at the top on the left in image 1 and largest at "
            "the bottom in image 2.",
        ),
        ([spot(4, 8)] * 5, "Taken over all images, the weight is largest halfway up"),
        ([np.ones((9, 9))], "The weight is spread over the whole image."),
    ],
)
def test_the_words_say_where_weights_are_large(images, words):
    assert words in description(plot_weights(images))


# Reference pictures


def drawn_grayscale():
    return plot_grayscale(digit(), 1, NAMES)


def drawn_digits():
    images = np.stack([np.roll(digit(), shift, axis=1) for shift in (0, 3, -5, 6)])
    return plot_digits(images, [1, 1, 2, 3], [1, 2, 2, 3], [0.9, 0.8, 0.7, 1.0])


@pytest.mark.parametrize("name", ["grayscale", "digits"])
def test_picture_looks_like_its_reference(name):
    drawn = rendered({"grayscale": drawn_grayscale, "digits": drawn_digits}[name]())
    reference = np.asarray(Image.open(IMAGES / f"{name}.png").convert("RGB"))
    assert drawn.shape == reference.shape
    # Root mean square of the differences, of 255. Another FreeType moves text by a
    # fraction of a pixel (about 2); a wrong frame or digit makes 8 or more.
    difference = np.sqrt(np.mean((drawn.astype(float) - reference) ** 2))
    assert difference < 4

"""plot_convolution, plot_activations, plot_series and
plot_explained_variance."""

import io
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle
from PIL import Image

from helpers.plotting import (
    description,
    plot_activations,
    plot_convolution,
    plot_explained_variance,
    plot_series,
)
from helpers.plotting.style import luminance

WAVE = np.sin(np.arange(52.0))
IMAGES = Path(__file__).parent / "images"
IRIS = ["setosa", "versicolor", "virginica"]


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


# plot_convolution


def boxes(ax):
    """The text of each box, by the height of its row and its column."""
    rows = {}
    for patch in ax.patches:
        assert isinstance(patch, Rectangle)
        x, y = round(patch.get_x() - 0.04), patch.get_y()
        inside = [
            text.get_text()
            for text in ax.texts
            if text.get_position() == (x + 0.5, y + 0.39)
        ]
        (text,) = inside
        rows.setdefault(y, {})[x] = text
    return [rows[y] for y in sorted(rows, reverse=True)]


def test_one_step_of_a_convolution_with_its_arithmetic():
    ax = plot_convolution([1, 3, 2, 0, -1, 4], [1, 0, -1], position=2)
    signal, kernel, products, output = boxes(ax)
    assert list(signal.values()) == ["1", "3", "2", "0", "\u22121", "4"]
    assert kernel == {2: "1", 3: "0", 4: "\u22121"}
    assert products == {2: "2", 3: "0", 4: "1"}
    assert output == {0: "\u22121", 1: "3", 2: "3", 3: ""}
    assert "2 + 0 + 1 = 3" in texts(ax)
    assert ax.get_title() == "output 3 of 4, stride 1"
    for name in ("signal", "kernel", "products", "sum", "output"):
        assert name in texts(ax)


def test_all_outputs_agree_with_numpy():
    rng = np.random.default_rng(0)
    signal, kernel = rng.integers(-3, 4, 9), rng.integers(-2, 3, 3)
    last = boxes(plot_convolution(signal, kernel, position=6))[3]
    numbers = [int(text.replace("\u2212", "-")) for text in last.values()]
    assert numbers == np.correlate(signal, kernel, mode="valid").tolist()


def test_the_stride_moves_the_kernel_and_shortens_the_output():
    ax = plot_convolution(np.arange(8), [1, 1], stride=3, position=1)
    _, kernel, products, output = boxes(ax)
    assert list(kernel) == [3, 4]
    assert list(products.values()) == ["3", "4"]
    assert output == {0: "1", 3: "7", 6: ""}
    assert ax.get_title() == "output 2 of 3, stride 3"


def test_the_covered_part_of_the_signal_is_coloured():
    ax = plot_convolution([1, 2, 3, 4], [1, 1], position=1)
    covered = [
        round(patch.get_x() - 0.04)
        for patch in ax.patches
        if patch.get_y() == 0 and to_hex(patch.get_facecolor()) != "#ffffff"
    ]
    assert covered == [1, 2]


def test_a_bias_is_added_and_rounding_is_owned_up_to():
    ax = plot_convolution([1.0, 2.0], [1.0, 1.0], bias=-0.5)
    assert "1 + 2 + bias (\u22120.5) = 2.5" in texts(ax)
    ax = plot_convolution([1.234, 2.0], [1.0, 1.0])
    assert "1.23 + 2 \u2248 3.23" in texts(ax)


def test_words_of_convolution_do_the_sum():
    words = description(plot_convolution([1, 2, 5], [3, -1], position=1))
    assert words == (
        "A kernel (3, \u22121) slides over a signal of 3 values (1, 2, 5) with stride "
        "1. At output 2 of 2 it covers 2, 5: the products are 6, \u22125, their sum is "
        "1. The output so far: 1, 1."
    )


@pytest.mark.parametrize("length", [2, 6, 12, 20])
def test_numbers_of_a_convolution_fit_into_their_boxes(length):
    signal = np.linspace(-9.99, 9.99, length)
    ax = plot_convolution(signal, [-1.11, 1.11])
    ax.figure.draw_without_rendering()
    width = ax.transData.transform((0.92, 0))[0] - ax.transData.transform((0, 0))[0]
    numbers = [t for t in ax.texts if t.get_position()[1] == 0.39]
    widths = [text.get_window_extent().width for text in numbers if text.get_text()]
    assert max(widths[-length:]) <= width


@pytest.mark.parametrize(
    ("signal", "kernel", "more", "message"),
    [
        ([1, 2], [1, 2, 3], {}, "must fit"),
        (np.zeros(21), [1], {}, r"signal\[:20\]"),
        ([1, 2, 3], [1, 2], {"position": 2}, "there are 2 outputs, 0 to 1"),
        ([1, 2, 3], [1, 2], {"position": -1}, "position is -1"),
        ([1, 2, 3], [1, 2], {"stride": 0}, "stride is 0"),
        ([[1, 2]], [1], {}, "axes"),
        ([1, np.nan], [1], {}, "NaN"),
        ([1, 2], [], {}, "empty"),
    ],
)
def test_convolution_refuses_what_does_not_fit(signal, kernel, more, message):
    with pytest.raises(ValueError, match=message):
        plot_convolution(signal, kernel, **more)
    assert plt.get_fignums() == []


# plot_activations


def test_activations_are_drawn_as_defined():
    names = ["linear", "relu", "leaky_relu", "sigmoid", "tanh", "softmax"]
    ax = plot_activations(names, limits=(-2, 3))
    drawn = {one.get_label().split()[0]: one for one in ax.lines[2:]}
    assert list(drawn) == names
    z = drawn["relu"].get_xdata()
    assert (z[0], z[-1]) == (-2, 3)
    expected = {
        "linear": z,
        "relu": z * (z > 0),
        "leaky_relu": np.where(z < 0, z / 5, z),
        "sigmoid": 0.5 * (1 + np.tanh(z / 2)),
        "tanh": np.tanh(z),
        "softmax": 0.5 * (1 + np.tanh(z / 2)),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(drawn[name].get_ydata(), values, atol=1e-12)
    looks = {(one.get_color(), one.get_linestyle()) for one in drawn.values()}
    assert len(looks) == 6
    widths = [one.get_linewidth() for one in drawn.values()]
    assert widths == sorted(widths, reverse=True)  # what lies below is wider
    words = description(ax)
    for said in (
        "linear is a straight line to 3",
        "relu is level at 0, then rises to 3",
        "leaky_relu rises from -0.4 to 3",
        "tanh rises in the shape of an S from -0.964 to 0.995",
        "softmax (of two units, the other at 0) coincides with sigmoid",
    ):
        assert said in words


def test_a_curve_that_lies_on_another_is_seen():
    ax = plot_activations(["sigmoid", "tanh", "softmax"])
    sigmoid, tanh, softmax = ax.lines[2:]
    np.testing.assert_allclose(sigmoid.get_ydata(), softmax.get_ydata())
    assert softmax.get_linestyle() == "None"
    assert softmax.get_marker() != "None"
    assert {sigmoid.get_marker(), tanh.get_marker()} == {"None"}
    # Each line is wide enough and dark enough: 3 is the least contrast for graphics.
    for drawn in (sigmoid, tanh):
        assert drawn.get_linewidth() >= 2
        assert 1.05 / (luminance(to_rgb(drawn.get_color())) + 0.05) > 3


def test_any_function_can_be_drawn():
    def squared(z):
        return z**2

    ax = plot_activations([squared])
    assert ax.lines[2].get_label() == "squared"
    with pytest.raises(ValueError, match="no activation 'swich'"):
        plot_activations(["swich"])
    with pytest.raises(ValueError, match="empty"):
        plot_activations([])
    with pytest.raises(ValueError, match="lowest comes first"):
        plot_activations(limits=(1, -1))
    with pytest.raises(ValueError, match="shape"):
        plot_activations([lambda z: z[:3]])
    with pytest.raises(TypeError, match="neither"):
        plot_activations([3])


# plot_series


def test_series_are_drawn_against_seconds():
    values = np.stack([np.arange(52.0), -np.arange(52.0)], axis=1)
    ax = plot_series(values, 26, ["x", "y"], start=10, unit="acceleration")
    first, second = ax.lines
    np.testing.assert_allclose(first.get_xdata(), 10 + np.arange(52) / 26)
    np.testing.assert_allclose(second.get_ydata(), -np.arange(52))
    assert ax.get_xlim() == (10, 12)
    assert ax.get_xlabel() == "time in seconds"
    assert ax.get_ylabel() == "acceleration"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["x", "y"]
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_color() != second.get_color()
    assert description(ax) == (
        "2 lines of acceleration over 2.0 seconds (52 samples at 26 Hz), from second "
        "10.0 on: x from 0 to 51; y from -51 to 0. The lines go different ways."
    )


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (WAVE, "The lines coincide, both of them."),
        (WAVE + 0.4, "The lines rise and fall together, both of them."),
        (-WAVE, "The lines go different ways."),
        (0 * WAVE, "y from 0 to 0."),
    ],
)
def test_the_words_of_a_series_say_whether_its_lines_are_alike(second, words):
    ax = plot_series(np.stack([WAVE, second], axis=1), 26, ["x", "y"])
    assert description(ax).endswith(words)


def test_large_numbers_of_a_series_are_written_in_full():
    words = description(plot_series([1783.0, 2016.0], 1))
    assert "from 1,780 to 2,020" in words


def test_one_channel_needs_no_legend():
    ax = plot_series([1, 2, 3], 1)
    assert ax.get_legend() is None
    assert list(ax.lines[0].get_xdata()) == [0, 1, 2]


@pytest.mark.parametrize(
    ("values", "rate", "names", "message"),
    [
        (np.zeros((3, 260)), 52, None, "transpose"),
        (np.zeros((260, 11)), 52, None, "at most ten"),
        (np.zeros((2, 260, 3)), 52, None, "axes"),
        (np.zeros(5), 0, None, "above 0"),
        (np.zeros(5), np.nan, None, "NaN"),
        (np.zeros((5, 3)), 52, ["x", "y"], "3 channels"),
        ([1, np.nan], 52, None, "NaN"),
        ([], 52, None, "empty"),
    ],
)
def test_series_refuse_what_does_not_fit(values, rate, names, message):
    with pytest.raises(ValueError, match=message):
        plot_series(values, rate, names)
    assert plt.get_fignums() == []


# plot_explained_variance


def test_a_scree_plot_has_bars_and_their_sum():
    shares = [0.4, 0.2, 0.1] + [0.01] * 9
    ax = plot_explained_variance(shares, title="PCA")
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], shares)
    centres = [bar.get_x() + bar.get_width() / 2 for bar in ax.patches]
    np.testing.assert_allclose(centres, np.arange(1, 13))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), np.cumsum(shares))
    np.testing.assert_allclose(ax.lines[0].get_xdata(), np.arange(1, 13))
    assert texts(ax) == ["79.0%"]
    assert description(ax) == (
        "PCA: of 12 components the first explains 40.0% of the variance, the first ten "
        "together 77.0%, all together 79.0%."
    )


@pytest.mark.parametrize(
    ("ratios", "message"),
    [
        ([30.0, 20.0], "add up to 50"),
        ([0.1, 0.3], "fall"),
        ([0.3, -0.1], "-0.1"),
        ([], "empty"),
        ([[0.5]], "axes"),
    ],
)
def test_a_scree_plot_refuses_what_are_no_shares(ratios, message):
    with pytest.raises(ValueError, match=message):
        plot_explained_variance(ratios)
    assert plt.get_fignums() == []


# Reference pictures


def drawn_convolution():
    return plot_convolution([1, 3, 2, 0, -1, 4], [1, 0, -1], position=2)


def test_picture_looks_like_its_reference():
    stream = io.BytesIO()
    drawn_convolution().figure.savefig(stream, dpi=70)
    drawn = np.asarray(Image.open(stream).convert("RGB"))
    reference = np.asarray(Image.open(IMAGES / "convolution.png").convert("RGB"))
    assert drawn.shape == reference.shape
    # Root mean square, of 255; see test_plotting_images.
    difference = np.sqrt(np.mean((drawn.astype(float) - reference) ** 2))
    assert difference < 6

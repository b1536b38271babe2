"""plot_network: lines, units, names, dropout."""

import io
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_hex
from PIL import Image

from helpers.plotting import description, plot_network

IMAGES = Path(__file__).parent / "images"
IRIS = ["setosa", "versicolor", "virginica"]


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def edges(ax):
    """Each drawn weight: start, end, width, colour, whether it is dashed."""
    found = []
    for collection in ax.collections:
        if not isinstance(collection, mpl.collections.LineCollection):
            continue
        for segment, width, colour, style in zip(
            collection.get_segments(),
            collection.get_linewidth(),
            collection.get_color(),
            collection.get_linestyle(),
            strict=True,
        ):
            dashed = style[1] is not None
            found.append((*map(tuple, segment), width, to_hex(colour).upper(), dashed))
    return found


def test_an_edge_shows_magnitude_by_width_and_sign_by_colour_and_dashes():
    ax = plot_network([[[1.0], [-2.0]]])
    (weak, strong) = sorted(edges(ax), key=lambda edge: edge[2])
    assert strong[2] == pytest.approx(2 * weak[2])
    assert weak[3:] == ("#0072B2", False)
    assert strong[3:] == ("#D55E00", True)
    # The first input is on top, and lines run from left to right.
    assert weak[0] == (0, 0.5)
    assert strong[0] == (0, -0.5)
    assert weak[1] == strong[1] == (1, 0)


def test_every_weight_joins_its_own_units():
    weights = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    ax = plot_network([weights])
    drawn = {(start[1], end[1]): width for start, end, width, *_ in edges(ax)}
    for row, left in enumerate((0.5, -0.5)):
        for column, right in enumerate((1.0, 0.0, -1.0)):
            expected = 3.5 * weights[row, column] / 6
            assert drawn[left, right] == pytest.approx(expected)


def test_weights_too_small_to_see_and_zeros_are_left_out():
    assert len(edges(plot_network([[[1.0, 0.01, 0.0]]]))) == 1
    assert edges(plot_network([np.zeros((2, 2))])) == []


def test_units_layers_and_one_hot_outputs_are_named():
    weights = [np.ones((4, 10)), np.ones((10, 3))]
    inputs = ["sepal length", "sepal width", "petal length", "petal width"]
    ax = plot_network(weights, IRIS, inputs)
    found = texts(ax)
    assert found[:4] == inputs
    assert found[4:7] == [
        "setosa  (1, 0, 0)",
        "versicolor  (0, 1, 0)",
        "virginica  (0, 0, 1)",
    ]
    assert found[7:] == ["4 inputs", "hidden\n10 units", "output\n3 units"]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["weight above 0", "below 0", "wider: larger"]
    words = description(ax)
    assert "4 inputs, hidden (10 units), output (3 units)" in words
    assert "setosa, versicolor and virginica" in words
    assert "magnitude 1" in words
    assert words.endswith("Of the inputs, sepal length has the widest line.")


def test_large_layers_are_shortened_with_dots():
    rng = np.random.default_rng(0)
    weights = [rng.uniform(0.5, 1, (784, 256)), rng.uniform(0.5, 1, (256, 10))]
    ax = plot_network(weights, [str(k) for k in range(10)], max_units=6)
    assert texts(ax).count("\u22ee") == 3
    assert len(edges(ax)) == 6 * 6 + 6 * 6
    # The last unit drawn is the last there is.
    low = min(edge[0][1] for edge in edges(ax) if edge[0][0] == 0)
    bottom = [e for e in edges(ax) if e[0] == (0, low)]
    widest = max(edge[2] for edge in bottom)
    largest = max(weights[0].max(), weights[1].max())
    shown = weights[0][-1][[0, 1, 2, -3, -2, -1]]
    assert widest == pytest.approx(3.5 * shown.max() / largest)
    assert "9" in texts(ax)
    assert "4" not in texts(ax)
    assert "only the first and last units" in description(ax)
    assert "784 inputs" in description(ax)


def test_layer_names_default_and_given():
    weights = [np.ones((2, 3)), np.ones((3, 3)), np.ones((3, 1))]
    assert "hidden 2\n3 units" in texts(plot_network(weights))
    ax = plot_network(weights, layer_names=["a", "b", "c", "d"])
    assert texts(ax) == ["a\n2 inputs", "b\n3 units", "c\n3 units", "d\n1 unit"]


class Dense:
    """Stands for keras.layers.Dense, so that these tests need no TensorFlow."""

    def __init__(self, name, weights):
        self.name = name
        self._weights = weights

    def get_weights(self):
        return self._weights


class Dropout:
    name = "dropout"
    rate = 0.6


class Conv2D(Dropout):
    name = "conv"


class Model:
    def __init__(self, *layers):
        self.layers = layers


def test_a_model_is_read_layer_by_layer():
    model = Model(
        Dense("first", [np.ones((4, 5)), np.zeros(5)]),
        Dropout(),
        Dense("second", [np.full((5, 2), -1.0), np.zeros(2)]),
    )
    ax = plot_network(model)
    found = ["4 inputs", "first\n5 units\ndropout 0.6", "second\n2 units"]
    assert texts(ax) == found
    assert sum(edge[4] for edge in edges(ax)) == 2 * 2  # of five units three are off
    with pytest.raises(ValueError, match="'conv' is Conv2D"):
        plot_network(Model(Conv2D()))
    with pytest.raises(ValueError, match="no weights yet"):
        plot_network(Model(Dense("first", [])))
    with pytest.raises(ValueError, match="no Dense"):
        plot_network(Model(Dropout()))


def test_dropout_greys_its_share_of_the_units_and_takes_their_lines_away():
    ones = Dense("hidden", [np.ones((4, 10)), np.zeros(10)])
    last = Dense("output", [np.ones((10, 3)), np.zeros(3)])
    half = Dropout()
    half.rate = 0.5
    ax = plot_network(Model(ones, half, last), class_names=IRIS)
    units = [c for c in ax.collections if isinstance(c, EllipseCollection)]
    grey = [(c.get_facecolor()[:, 0] < 0.95).sum() for c in units]
    assert grey == [0, 5, 0]
    assert len(edges(ax)) == 4 * 5 + 5 * 3
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names[-1] == "dropped"
    assert "hidden (10 units, dropout 0.5)" in description(ax)
    assert "dropped" not in str(plot_network(Model(ones, last)).get_legend().texts)


@pytest.mark.parametrize(
    ("network", "more", "error", "message"),
    [
        ([np.ones((2, 3)), np.ones((2, 3))], {}, ValueError, "biases"),
        ([np.ones((2, 3)), np.ones(3)], {}, ValueError, "axes"),
        ([], {}, ValueError, "empty"),
        ([[[np.nan]]], {}, ValueError, "NaN"),
        (3, {}, TypeError, "Keras model"),
        ("model.keras", {}, TypeError, "Keras model"),
        ([np.ones((2, 3))], {"class_names": ["a"]}, ValueError, "3 outputs"),
        ([np.ones((2, 3))], {"input_names": ["a"]}, ValueError, "2 inputs"),
        ([np.ones((2, 3))], {"layer_names": ["a"]}, ValueError, "2 layers"),
        ([np.ones((2, 3))], {"max_units": 1}, ValueError, "max_units is 1"),
    ],
)
def test_network_refuses_what_does_not_fit(network, more, error, message):
    with pytest.raises(error, match=message):
        plot_network(network, **more)
    assert plt.get_fignums() == []


def drawn_network():
    weights = [
        np.linspace(-1, 1, 12).reshape(4, 3),
        np.linspace(1, -1, 9).reshape(3, 3),
    ]
    return plot_network(weights, IRIS)


def test_picture_looks_like_its_reference():
    stream = io.BytesIO()
    drawn_network().figure.savefig(stream, dpi=70)
    drawn = np.asarray(Image.open(stream).convert("RGB"))
    reference = np.asarray(Image.open(IMAGES / "network.png").convert("RGB"))
    assert drawn.shape == reference.shape
    # Root mean square, of 255; see test_plotting_images.
    difference = np.sqrt(np.mean((drawn.astype(float) - reference) ** 2))
    assert difference < 6

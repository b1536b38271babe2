"""plot_descent: the loss as a curve, and the steps on it."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.plotting import description, plot_descent


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


def square(weight):
    return (weight - 1) ** 2


def test_the_steps_lie_on_the_curve_of_the_loss():
    ax = plot_descent(square, [3.0, 2.0, 1.5])
    curve, steps = ax.get_lines()
    assert np.allclose(curve.get_ydata(), (curve.get_xdata() - 1) ** 2)
    assert steps.get_xdata().tolist() == [3.0, 2.0, 1.5]
    assert steps.get_ydata().tolist() == [4.0, 1.0, 0.25]
    assert ax.get_xlabel() == "weight"
    assert ax.get_ylabel() == "loss"


def test_start_and_end_differ_by_shape():
    ax = plot_descent(square, [3.0, 2.0, 1.5])
    start, end = ax.collections
    assert start.get_offsets().tolist() == [[3.0, 4.0]]
    assert end.get_offsets().tolist() == [[1.5, 0.25]]
    assert len(start.get_paths()[0].vertices) > len(end.get_paths()[0].vertices)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["start", "end"]


def test_all_steps_are_inside_unless_limits_are_given():
    ax = plot_descent(square, [3.0, -1.0])
    assert ax.get_xlim() == (-2.0, 4.0)
    assert ax.get_ylim()[1] >= square(-2.0)
    ax = plot_descent(square, [3.0, -100.0], limits=(0, 4))
    assert ax.get_xlim() == (0.0, 4.0)
    assert ax.get_ylim()[1] < 10


def test_one_weight_without_a_step():
    ax = plot_descent(square, [3.0])
    assert ax.get_xlim() == (2.75, 3.25)
    assert "at the weight 3 it is 4" in description(ax)


def test_walking_and_jumping_differ_in_words():
    def words(rate):
        path = [3.0]
        for _ in range(6):
            path.append(path[-1] - rate * 2 * (path[-1] - 1))
        return description(plot_descent(square, path))

    assert words(0.1).endswith("All steps go the same way, down one side of the curve.")
    assert words(0.9).endswith("from side to side, each back over the bottom.")
    assert words(1.1).endswith("from side to side, each farther than the one before.")
    assert "nearly 0" in words(0.45)


@pytest.mark.parametrize(
    ("weights", "way"),
    [([3.0, 2.0, 1.5], "falls"), ([2.0, -1.0, 4.0], "rises"), ([3, 1, 2], "changes")],
)
def test_words(weights, way):
    words = description(plot_descent(square, weights, title="Rate 1"))
    assert words.startswith("Rate 1: the loss")
    assert "2 steps" in words
    first, last = weights[0], weights[-1]
    assert f"from {first:.2f} to {last:.2f}" in words
    assert f"the loss {way} from {square(first):.3g} to {square(last):.3g}" in words


def test_it_draws_where_it_is_told():
    _, ax = plt.subplots()
    assert plot_descent(square, [1.0, 2.0], title="Here", ax=ax) is ax
    assert ax.get_title() == "Here"


def test_input_that_does_not_fit():
    with pytest.raises(TypeError, match="loss is list"):
        plot_descent([1, 2], [1.0])
    with pytest.raises(ValueError, match="weights"):
        plot_descent(square, [1.0, np.nan])
    with pytest.raises(ValueError, match="lowest comes first"):
        plot_descent(square, [1.0], limits=(2, 1))
    with pytest.raises(ValueError, match="NaN or infinity"):
        plot_descent(lambda weight: np.inf, [1.0, 2.0])

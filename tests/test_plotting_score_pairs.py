"""Two scores of each model, side by side."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.plotting import description, plot_score_pairs

SCORES = {"forest": (0.9, 0.7), "network": [0.5, 0.6]}


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def test_marks_stand_at_the_scores():
    ax = plot_score_pairs(SCORES, ["random", "by time"])
    marks = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(marks["random"].get_xdata(), [0.9, 0.5])
    np.testing.assert_array_equal(marks["by time"].get_xdata(), [0.7, 0.6])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["forest", "network"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first model is at the top


def test_the_two_marks_differ_in_shape_too():
    ax = plot_score_pairs(SCORES, ["random", "by time"])
    first, second = ax.lines
    assert first.get_marker() != second.get_marker()


def test_lines_join_the_marks():
    ax = plot_score_pairs(SCORES, ["random", "by time"])
    joined = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert joined == [[0.7, 0.9], [0.5, 0.6]]


def test_words():
    ax = plot_score_pairs(SCORES, ["random", "by time"], title="gait")
    assert description(ax) == (
        "gait: Test accuracy of 2 models, random and by time: forest 90.0% and 70.0%; "
        "network 50.0% and 60.0%. The two differ most for forest."
    )
    lower = {"forest": [0.9, 0.7], "network": [0.5, 0.4]}
    words = description(plot_score_pairs(lower, ["random", "by time"]))
    assert words.endswith(
        "by time is lower for all of them. The two differ most for forest."
    )


def test_each_score_is_written_outside_its_mark_and_inside_the_picture():
    ax = plot_score_pairs({"a": [0.99, 0.991], "b": [0.6, 0.9]}, ["one", "two"])
    ax.figure.draw_without_rendering()
    written = [(text.get_text(), text.get_ha()) for text in ax.texts]
    assert written == [
        ("99.0%", "right"),
        ("99.1%", "left"),
        ("60.0%", "right"),
        ("90.0%", "left"),
    ]
    frame = ax.get_window_extent()
    for text in ax.texts:
        box = text.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1


@pytest.mark.parametrize(
    ("scores", "names", "words"),
    [
        ({}, ["a", "b"], "empty"),
        ({"forest": [0.5]}, ["a", "b"], "has 1 number; two are needed"),
        ({"forest": [0.5, 1.2]}, ["a", "b"], "from 0.5 to 1.2; shares from 0 to 1"),
        ({"forest": [0.5, np.nan]}, ["a", "b"], "NaN"),
        (SCORES, ["a"], "two names"),
    ],
)
def test_wrong_values(scores, names, words):
    with pytest.raises(ValueError, match=words):
        plot_score_pairs(scores, names)
    assert not plt.get_fignums()


def test_scores_without_names_are_refused():
    with pytest.raises(TypeError, match="dict"):
        plot_score_pairs([[0.5, 0.6]], ["a", "b"])

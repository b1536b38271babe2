"""Repeated measurements, one row each."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.plotting import description, plot_repeats

SECONDS = {"all": [4.0, 5.0, 6.0], "without": np.array([8.0, 12.0])}


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def test_every_measurement_is_drawn_in_its_row():
    ax = plot_repeats(SECONDS, "seconds")
    rings = [line for line in ax.lines if line.get_marker() == "o"]
    assert [ring.get_xdata().tolist() for ring in rings] == [[4, 5, 6], [8, 12]]
    assert [set(ring.get_ydata()) for ring in rings] == [{0}, {1}]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["all", "without"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is at the top


def test_means_have_another_mark_and_the_first_a_line():
    ax = plot_repeats(SECONDS, "seconds")
    (means,) = (line for line in ax.lines if line.get_marker() == "D")
    np.testing.assert_array_equal(means.get_xdata(), [5, 10])
    np.testing.assert_array_equal(means.get_ydata(), [0, 1])
    assert ax.lines[0].get_xdata() == [5, 5]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["mean of the first row", "one run", "mean"]


def test_words():
    ax = plot_repeats(SECONDS, "seconds", title="tricks")
    assert description(ax) == (
        "tricks: Seconds, mean of each of 2 rows: all 5; without 10. Beyond the spread "
        "of the runs, without is highest, all lowest."
    )
    close = plot_repeats({"a": [1.0, 2.0], "b": [1.1, 2.1]}, "seconds")
    assert "all are close together" in description(close)


def test_shares_are_written_as_percentages():
    ax = plot_repeats({"all": [0.99, 0.992]}, "accuracy", shares=True)
    assert description(ax) == "Accuracy, mean of each of 1 row: all 99.1%."
    ax.figure.draw_without_rendering()
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels
    assert all(label.endswith("%") for label in labels)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ({}, "empty"),
        ({"all": []}, "measured\\['all'\\]"),
        ({"all": [0.5, np.nan]}, "NaN"),
        ({"all": [0.5, 1.2]}, "goes from 0.5 to 1.2"),
    ],
)
def test_wrong_values(measured, words):
    with pytest.raises(ValueError, match=words):
        plot_repeats(measured, "accuracy", shares=True)
    assert not plt.get_fignums()


def test_measurements_without_names_are_refused():
    with pytest.raises(TypeError, match="dict"):
        plot_repeats([[0.5, 0.6]], "accuracy")

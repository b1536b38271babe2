"""Many windows side by side, and how a split divides them."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.plotting import description, plot_window_split, plot_windows
from helpers.plotting.style import LINE_COLOURS, PALETTE

WINDOWS = np.random.default_rng(0).normal(size=(5, 40, 3))


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def paths_of(ax):
    """Return the lines of the pictures, shape (channels, windows, length, 2)."""
    found = [collection.get_segments() for collection in ax.collections]
    return np.array(found)


def test_each_channel_of_each_window_is_drawn():
    ax = plot_windows(WINDOWS, 10, columns=2)
    paths = paths_of(ax)
    assert paths.shape == (3, 5, 40, 2)
    colours = [to_hex(c.get_color()[0]).upper() for c in ax.collections]
    assert colours == list(LINE_COLOURS[:3])
    assert len({str(c.get_linestyle()) for c in ax.collections}) == 3


def test_pictures_stand_in_rows_and_columns_and_do_not_overlap():
    paths = paths_of(plot_windows(WINDOWS, 10, columns=2))
    left, right = paths[0, :, 0, 0], paths[0, :, -1, 0]
    np.testing.assert_allclose(left, [0, 1, 0, 1, 0])
    assert (right - left < 1).all()
    heights = paths[..., 1]
    for k, row in enumerate([0, 0, 1, 1, 2]):
        assert heights[:, k].max() <= -row
        assert heights[:, k].min() >= -row - 1


def test_all_windows_share_one_scale():
    windows = np.stack([WINDOWS[0], 3 * WINDOWS[0]])
    paths = paths_of(plot_windows(windows, 10))
    heights = np.ptp(paths[0, :, :, 1], axis=1)
    assert heights[1] == pytest.approx(3 * heights[0])


def test_titles_and_axis_names_are_written():
    names = ["a", "b", "c", "d", "e"]
    ax = plot_windows(WINDOWS, 10, names, axis_names=["x", "y", "z"], title="gait")
    assert [text.get_text() for text in ax.texts] == names
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["x", "y", "z"]
    words = description(ax)
    assert words.startswith("gait: 5 windows of 4.0 seconds, each with 3 lines (x, y")
    assert "a, b, c, d and e" in words


def test_each_row_has_the_scale_at_its_left():
    windows = np.stack([WINDOWS[0], 1000 * WINDOWS[0]])
    ax = plot_windows(windows, 10, columns=1, unit="raw value")
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["-2,000", "0", "2,000"] * 2
    assert ax.get_ylabel() == "raw value"
    heights = paths_of(ax)[0, :, :, 1]
    for row in (0, 1):
        slope, start = np.polyfit(windows[row, :, 0], heights[row], 1)
        expected = start + slope * np.array([-2000, 0, 2000])
        np.testing.assert_allclose(ax.get_yticks()[3 * row : 3 * row + 3], expected)


def test_the_words_name_the_window_that_moves_most():
    windows = np.stack([WINDOWS[0], 9 * WINDOWS[0]])
    words = description(plot_windows(windows, 10, ["standing", "walking"]))
    assert "The lines move farthest in walking and least in standing." in words
    words = description(plot_windows(windows, 10, ["file 1"] * 2))
    assert words.endswith("All are named file 1.")
    words = description(plot_windows(WINDOWS, 10))
    assert words.endswith("The lines move about equally far in all of them.")


def test_windows_that_do_not_change_are_flat_lines():
    paths = paths_of(plot_windows(np.ones((2, 9, 1)), 10))
    assert np.isfinite(paths).all()
    assert np.ptp(paths[0, :, :, 1], axis=1).max() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"windows": WINDOWS[0]}, "2 axes"),
        ({"windows": np.zeros((61, 9, 3))}, "at most 60"),
        ({"windows": np.zeros((2, 9, 5))}, "4 channels"),
        ({"sampling_rate": 0}, "sampling_rate"),
        ({"columns": 0}, "columns"),
        ({"titles": ["a"]}, "titles has 1 names"),
        ({"axis_names": ["x"]}, "axis_names has 1 names"),
    ],
)
def test_wrong_arguments_of_plot_windows(arguments, words):
    given = {"windows": WINDOWS, "sampling_rate": 10} | arguments
    with pytest.raises(ValueError, match=words):
        plot_windows(**given)
    assert not plt.get_fignums()


def bars_of(ax):
    bars = [(p.get_y() + p.get_height() / 2, p) for p in ax.patches]
    return [bar for _, bar in sorted(bars, key=lambda pair: pair[0])]


def test_bars_cover_the_rows_of_their_windows():
    ax = plot_window_split([200, 100, 150], 100, [1, 0, 2])
    bars = bars_of(ax)
    assert [bar.get_x() for bar in bars] == [0, 50, 100]
    assert [bar.get_width() for bar in bars] == [100, 100, 100]
    assert to_hex(bars[0].get_facecolor()).upper() == PALETTE[0]
    assert to_hex(bars[2].get_facecolor()).upper() == PALETTE[1]
    assert bars[2].get_hatch() != bars[0].get_hatch()  # not by colour alone


def test_bars_in_seconds():
    ax = plot_window_split([0, 52], 260, [0, 1], sampling_rate=52)
    assert [bar.get_width() for bar in bars_of(ax)] == [5, 5]
    assert ax.get_xlabel() == "time in seconds"


def test_the_split_in_words():
    ax = plot_window_split(np.arange(9) * 5, 10, [0] * 4 + [2] * 2 + [1] * 3)
    assert description(ax) == (
        "9 windows of 10 rows as bars over time, in the order of their starts: "
        "4 training, 3 test and 2 left out. From the first to the last: 4 training, "
        "then 2 left out, then 3 test."
    )
    mixed = plot_window_split(np.arange(9) * 5, 10, [0, 1] * 4 + [0])
    assert "mixed" in description(mixed)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"part": [0]}, "part"),
        ({"part": [0, 3]}, "3 classes"),
        ({"length": 0}, "length"),
        ({"start": [0, -1]}, "start"),
        ({"part_names": "abcde"}, "5 parts"),
        ({"start": np.arange(61), "part": np.zeros(61)}, "61 windows"),
    ],
)
def test_wrong_arguments_of_plot_window_split(arguments, words):
    given = {"start": [0, 5], "length": 10, "part": [0, 1]} | arguments
    with pytest.raises(ValueError, match=words):
        plot_window_split(**given)
    assert not plt.get_fignums()

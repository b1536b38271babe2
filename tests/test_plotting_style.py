"""What all plots share: laziness, settings, colours, words, and show()."""

import base64
import html
import io
import re
import subprocess
import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import helpers.plotting
from helpers.plotting import (
    describe,
    description,
    display,
    plot_activations,
    plot_calibration,
    plot_class_counts,
    plot_confusion_matrix,
    plot_convolution,
    plot_decision_boundary,
    plot_descent,
    plot_digits,
    plot_embedding,
    plot_explained_variance,
    plot_grayscale,
    plot_history,
    plot_layer_outputs,
    plot_learning_curves,
    plot_learning_step,
    plot_network,
    plot_repeats,
    plot_score_pairs,
    plot_series,
    plot_weights,
    plot_window_split,
    plot_windows,
    show,
)
from helpers.plotting.style import PALETTE, class_colours, luminance, text_colour_on
from helpers.plotting.words import count, listing, percent

RNG = np.random.default_rng(0)
HISTORY = {"loss": [0.9, 0.5], "accuracy": [0.6, 0.8]}

# Every plot function, once, with small data.
CALLS = {
    "activations": lambda ax=None: plot_activations(["relu", "tanh"], ax=ax),
    "calibration": lambda ax=None: plot_calibration([0, 1], [0.2, 0.9], ax=ax),
    "class_counts": lambda ax=None: plot_class_counts([0, 1, 1], ax=ax),
    "confusion": lambda ax=None: plot_confusion_matrix([0, 1, 1], [0, 1, 0], ax=ax),
    "convolution": lambda ax=None: plot_convolution([1, 2, 3], [1, 2], ax=ax),
    "decision_boundary": lambda ax=None: plot_decision_boundary(
        lambda rows: rows[:, 0] > 0.5, np.eye(2), [0, 1], ax=ax
    ),
    "descent": lambda ax=None: plot_descent(abs, [2.0, 1.0], ax=ax),
    "digits": lambda ax=None: plot_digits(np.zeros((3, 4, 4)), [0, 1, 2], ax=ax),
    "embedding": lambda ax=None: plot_embedding(np.eye(2), [0, 1], ax=ax),
    "grayscale": lambda ax=None: plot_grayscale(np.eye(4), 1, ax=ax),
    "history": lambda ax=None: plot_history(HISTORY, metrics=["loss"], ax=ax)[0],
    "layer_outputs": lambda ax=None: plot_layer_outputs(
        np.eye(4), [[0.0, 2.0], [0.9, 0.1]], ax=ax
    ),
    "learning_curves": lambda ax=None: plot_learning_curves(
        [10, 100], {"forest": [0.5, 0.6]}, ax=ax
    ),
    "learning_step": lambda ax=None: plot_learning_step(1, 2, 3, 4, 0.1, ax=ax),
    "network": lambda ax=None: plot_network([np.ones((2, 3))], ax=ax),
    "repeats": lambda ax=None: plot_repeats({"all": [1.0, 2.0]}, "seconds", ax=ax),
    "score_pairs": lambda ax=None: plot_score_pairs(
        {"forest": [0.5, 0.6]}, ["random", "by time"], ax=ax
    ),
    "series": lambda ax=None: plot_series([1.0, 2.0, 1.0], 10, ax=ax),
    "variance": lambda ax=None: plot_explained_variance([0.5, 0.2], ax=ax),
    "weights": lambda ax=None: plot_weights(np.eye(3) - 0.5, ax=ax),
    "window_split": lambda ax=None: plot_window_split([0, 5], 10, [0, 1], ax=ax),
    "windows": lambda ax=None: plot_windows(np.ones((2, 9, 3)), 10, ax=ax),
}


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture
def shown(monkeypatch):
    """Collect what show() displays."""
    outputs = []
    monkeypatch.setattr(display, "display", lambda output: outputs.append(output.data))
    return outputs


def test_importing_the_package_loads_no_matplotlib():
    code = (
        "import sys, helpers.plotting\n"
        "loaded = {'matplotlib', 'tensorflow', 'keras', 'PIL'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
        "assert 'plot_history' in dir(helpers.plotting)\n"
        "helpers.plotting.plot_history\n"
        "assert 'matplotlib' in sys.modules\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there_and_documented():
    for name in helpers.plotting.__all__:
        function = getattr(helpers.plotting, name)
        assert callable(function), name
        assert len(function.__doc__) > 20, name
    with pytest.raises(AttributeError, match="plot_nothing"):
        helpers.plotting.plot_nothing  # noqa: B018


def test_the_list_of_calls_is_complete():
    short = {
        "plot_confusion_matrix": "confusion",
        "plot_explained_variance": "variance",
    }
    plots = [name for name in helpers.plotting.__all__ if name.startswith("plot_")]
    known = [short.get(name, name.removeprefix("plot_")) for name in plots]
    missing = sorted(set(known) ^ set(CALLS))
    assert not missing, f"Add to CALLS, so that the common tests hold them: {missing}"


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_opens_one_figure_and_describes_itself(name):
    ax = CALLS[name]()
    assert plt.get_fignums() == [ax.figure.number]
    words = description(ax)
    assert words is not None
    assert words[0] == words[0].upper()
    assert words.endswith(".")
    assert len(words) > 30


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_draws_into_given_axes_and_opens_no_figure(name):
    figure, (left, right) = plt.subplots(1, 2)
    assert CALLS[name](ax=right) is right
    assert plt.get_fignums() == [figure.number]
    assert description(left) is None
    assert description(right)
    assert right.images or right.lines or right.collections or right.patches
    figure.savefig(io.BytesIO())


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_leaves_the_readers_settings_alone(name):
    with mpl.rc_context({"font.size": 17.0, "lines.linewidth": 7.0}):
        before = dict(mpl.rcParams)
        CALLS[name]()
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_never_calls_show(name, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *a, **k: pytest.fail("show was called"))
    CALLS[name]()


@pytest.mark.parametrize("name", CALLS)
def test_wrong_axes_are_refused(name):
    with pytest.raises(TypeError, match="axes"):
        CALLS[name](ax="axes")
    assert plt.get_fignums() == []


def test_tick_labels_are_drawn_in_the_course_font_whatever_the_reader_set():
    with mpl.rc_context({"font.size": 30.0, "font.family": "serif"}):
        ax = plot_class_counts([0, 1, 1], ax=plt.subplots()[1])
        ax.figure.draw_without_rendering()
        labels = [*ax.get_xticklabels(), *ax.get_yticklabels()]
        assert {label.get_fontsize() for label in labels} == {8.0}
        assert {label.get_fontname() for label in labels} == {"DejaVu Sans"}


# How people with one kind of cone missing see linear RGB: Machado, Oliveira and
# Fernandes (2009), severity 1.0.
VISIONS = {
    "common": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}


def seen_as_lab(colours, vision):
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ VISIONS[vision].T, 0, 1)
    to_xyz = np.array(
        [
            [0.4124, 0.3576, 0.1805],
            [0.2126, 0.7152, 0.0722],
            [0.0193, 0.1192, 0.9505],
        ]
    )
    xyz = linear @ to_xyz.T / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    a, b = 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])
    return np.stack([116 * f[:, 1] - 16, a, b], axis=1)


@pytest.mark.parametrize("vision", VISIONS)
def test_all_ten_colours_stay_apart(vision):
    lab = seen_as_lab(PALETTE, vision)
    distances = np.linalg.norm(lab[:, np.newaxis] - lab, axis=2)
    # 2.3 is just noticeable; seaborn's "colorblind" comes down to 10.8 here.
    assert distances[np.triu_indices(10, 1)].min() > 16


@pytest.mark.parametrize("vision", VISIONS)
def test_the_two_lines_of_a_history_differ_in_every_vision_and_in_print(vision):
    blue, vermillion = seen_as_lab(PALETTE[:2], vision)
    assert np.linalg.norm(blue - vermillion) > 50


def test_thirty_classes_have_thirty_colours():
    colours = class_colours(30)
    assert colours.shape == (30, 3)
    assert len(np.unique(colours.round(3), axis=0)) == 30
    assert colours.min() >= 0
    assert colours.max() <= 1
    np.testing.assert_allclose(colours[0], to_rgb(PALETTE[0]))


def test_text_is_black_on_pale_and_white_on_dark():
    assert text_colour_on((1, 1, 0.9)) == "black"
    assert text_colour_on((0.1, 0.1, 0.4)) == "white"
    assert luminance((1, 1, 1)) == pytest.approx(1)
    assert luminance((0, 0, 0)) == 0


def test_numbers_in_words():
    assert percent(0.9784) == "97.8%"
    assert percent(0.99999) == "over 99.9%"
    assert percent(1.0) == "100.0%"
    assert percent(0.00001) == "under 0.1%"
    assert percent(0.0) == "0.0%"
    assert count(1, "class", "classes") == "1 class"
    assert count(10_000, "sample") == "10,000 samples"
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"


def test_words_are_kept_with_their_axes():
    _, axes = plt.subplots(1, 2)
    describe(axes[0], "  Rain falls.  ")
    assert description(axes[0]) == "Rain falls."
    assert description(axes[1]) is None
    describe(axes[0], "Sun.")
    assert description(axes[0]) == "Sun."
    with pytest.raises(ValueError, match="empty"):
        describe(axes[0], "  ")
    with pytest.raises(TypeError, match="int"):
        describe(axes[0], 3)


def parts_of(output):
    found = re.fullmatch(
        r'<img alt="([^"<>]*)" style="max-width: 100%; height: auto" width="(\d+)" '
        r'src="data:image/png;base64,([A-Za-z0-9+/=]+)">',
        output,
    )
    assert found, output[:200]
    png = Image.open(io.BytesIO(base64.b64decode(found[3])))
    return html.unescape(found[1]), int(found[2]), png


def test_show_displays_one_image_with_its_words_and_closes_the_figure(shown):
    ax = plot_class_counts([0, 1, 1])
    words = description(ax)
    assert show(ax) is None
    assert plt.get_fignums() == []
    (output,) = shown
    alt, width, png = parts_of(output)
    assert alt == words
    # 110 pixels an inch in the file, 96 on the page.
    assert width == round(png.width / 110 * 96)
    assert 450 < width < 600


def test_show_keeps_the_size_on_the_page_at_more_dots_an_inch(shown):
    show(plot_class_counts([0, 1, 1]))
    show(plot_class_counts([0, 1, 1]), dpi=220)
    (_, width, png), (_, width_2, png_2) = map(parts_of, shown)
    assert abs(png_2.width - 2 * png.width) <= 3
    assert abs(width_2 - width) <= 2


def test_show_escapes_the_words(shown):
    words = 'a < b & "c" > d'
    show(plot_class_counts([0, 1]), alt=words)
    assert 'alt="a &lt; b &amp; &quot;c&quot; &gt; d"' in shown[0]
    assert parts_of(shown[0])[0] == words


def test_show_joins_the_words_of_several_axes_in_order(shown):
    _, axes = plt.subplots(1, 3)
    describe(axes[1], "Second")
    describe(axes[0], "First.")
    show(axes)
    assert parts_of(shown[0])[0] == "First. Second."


def test_show_takes_the_last_figure_a_figure_axes_or_a_list(shown):
    show_these = [
        lambda ax: None,
        lambda ax: ax.figure,
        lambda ax: ax,
        lambda ax: [ax],
        lambda ax: np.array([[ax]]),
    ]
    for choose in show_these:
        show(choose(plot_class_counts([0, 1])))
        assert plt.get_fignums() == []
    assert len(set(shown)) == 1
    assert len(shown) == 5


def test_show_refuses_a_picture_without_words(shown):
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="no description"):
        show(ax)
    with pytest.raises(ValueError, match="no description"):
        show(ax, alt="   ")
    assert shown == []


def test_show_refuses_what_is_no_figure():
    with pytest.raises(ValueError, match="no figure"):
        show()
    for wrong in (3, [], ["a"], "figure"):
        with pytest.raises(TypeError, match="axes"):
            show(wrong)
    with pytest.raises(ValueError, match="different figures"):
        show([plt.subplots()[1], plt.subplots()[1]])


def test_shown_pictures_are_small_and_keep_their_colours(shown):
    ax = plot_series(RNG.normal(size=(260, 3)).cumsum(axis=0), 52)
    figure = ax.figure
    stream = io.BytesIO()
    figure.savefig(stream, bbox_inches="tight", pad_inches=0.06)
    show(ax)
    png = parts_of(shown[0])[2]
    full = np.asarray(Image.open(stream).convert("RGB")).astype(int)
    small = np.asarray(png.convert("RGB")).astype(int)
    assert full.shape == small.shape
    assert np.abs(full - small).mean() < 1
    assert small[0, 0].tolist() == [255, 255, 255]
    assert len(shown[0]) < 0.7 * 4 / 3 * len(stream.getvalue())


def test_a_picture_of_too_many_colours_is_kept_whole(shown):
    figure, ax = plt.subplots()
    noise = RNG.random((300, 300, 3))
    ax.imshow(noise)
    show(figure, alt="Noise.")
    assert parts_of(shown[0])[2].mode == "RGB"


@pytest.mark.parametrize("dpi", [None, 77])
def test_grey_pictures_are_stored_exactly_and_in_one_channel(shown, dpi):
    """Whatever shortcut `show` takes, it is matplotlib's picture, cut close."""
    figure, ax = plt.subplots()
    ax.imshow(RNG.random((20, 30)), cmap="gray")
    ax.set(title="Beyond the axes", xlabel="across", ylabel="two\nlines")
    ax.text(1.2, 0.5, "outside", transform=ax.transAxes)
    stream = io.BytesIO()
    area = {"bbox_inches": "tight", "pad_inches": 0.06}
    figure.savefig(stream, dpi=dpi or "figure", **area)
    show(figure, alt="Grey noise.", dpi=dpi)
    png = parts_of(shown[0])[2]
    assert png.mode == "L"
    full = np.asarray(Image.open(stream).convert("RGB"))
    np.testing.assert_array_equal(np.asarray(png.convert("RGB")), full)

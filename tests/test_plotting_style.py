"""What all plots share: laziness, settings, colours, words, and show()."""

import io
import subprocess
import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from daltonlens.simulate import Deficiency, Simulator_Brettel1997
from matplotlib.colors import to_rgb

import helpers.plotting
from helpers.plotting import (
    describe,
    description,
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
    plot_histories,
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
)
from helpers.plotting.style import (
    LINE_COLOURS,
    PALETTE,
    SMALL,
    STYLE,
    class_colours,
    luminance,
    text_colour_on,
    use_for_the_notebook,
)
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
    "histories": lambda ax=None: plot_histories({"one": HISTORY}, "loss", ax=ax),
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


def test_every_public_name_is_there_and_documented():
    for name in helpers.plotting.__all__:
        function = getattr(helpers.plotting, name)
        assert callable(function), name
        assert len(function.__doc__) > 20, name


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


def test_the_sheet_has_the_colours_of_the_palette_and_is_set_by_the_import():
    assert STYLE["axes.prop_cycle"].by_key()["color"] == list(LINE_COLOURS)
    code = (
        "import helpers.plotting, matplotlib as mpl; print(mpl.rcParams['figure.dpi'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) == STYLE["figure.dpi"] == 96
    plt.style.use("helpers.plotting.course")  # its name elsewhere


def test_a_plain_figure_looks_like_ours():
    with mpl.rc_context():
        mpl.rcdefaults()
        use_for_the_notebook()
        plain = plt.subplots()[1]
        plain.plot([1, 2])
    ours = plot_series([1.0, 2.0, 1.0], 10)
    for ax in (plain, ours):
        assert [s for s, spine in ax.spines.items() if spine.get_visible()] == [
            "left",
            "bottom",
        ]
        assert ax.lines[0].get_color() == PALETTE[0]
        assert ax.xaxis.label.get_fontsize() == STYLE["axes.labelsize"]
        assert ax.get_facecolor() == ax.figure.get_facecolor() == (1, 1, 1, 1)
    plain.figure.draw_without_rendering()
    ticks = {label.get_fontsize() for label in plain.get_xticklabels()}
    assert ticks == {SMALL}


PHONE = 328  # CSS pixels: what the site's page leaves a figure on a phone


@pytest.mark.parametrize("name", CALLS)
def test_all_text_can_be_read_on_a_phone(name):
    figure = CALLS[name]().figure
    figure.draw_without_rendering()
    width = 96 * figure.get_tightbbox().width
    assert width < 610
    for text in figure.findobj(mpl.text.Text):
        if text.get_visible() and text.get_text().strip():
            pixels = text.get_fontsize() * 96 / 72 * min(1, PHONE / width)
            assert pixels > 7, text.get_text()


def test_names_with_dollars_are_no_mathematics():
    names = ["$5 or $9", "_a_ $x_i$"]
    given = plt.subplots()[1]
    for ax in (
        plot_confusion_matrix([0, 1], [0, 1], names, title="$1 or $2"),
        plot_class_counts([0, 1], names, title="$1 or $2", ax=given),
        plot_series([[1.0, 2.0]] * 3, 1, names, unit="$a$", title="$1 or $2"),
        plot_digits(np.ones((1, 9, 9)), row_names=["$5 or $9"], title="$1 or $2"),
        plot_history(HISTORY, title="$1 or $2")[0],
    ):
        ax.figure.draw_without_rendering()
        texts = [
            text for text in ax.figure.findobj(mpl.text.Text) if "$" in text.get_text()
        ]
        assert texts
        assert not any(text.get_parse_math() for text in texts)
    plt.figure()
    assert plt.title("$x$").get_parse_math()  # a reader's own mathematics stays


def test_tick_labels_are_drawn_in_the_course_font_whatever_the_reader_set():
    with mpl.rc_context({"font.size": 30.0, "font.family": "serif"}):
        ax = plot_class_counts([0, 1, 1], ax=plt.subplots()[1])
        ax.figure.draw_without_rendering()
        labels = [*ax.get_xticklabels(), *ax.get_yticklabels()]
        assert {label.get_fontsize() for label in labels} == {SMALL}
        assert {label.get_fontname() for label in labels} == {"DejaVu Sans"}


# What people see who lack one kind of cone, after Brettel, Viénot and Mollon (1997): of
# the simulations in daltonlens the one that also holds for tritanopia. And the grey of
# a printer without colours, which keeps the luminance alone.
DEFICIENCIES = {
    "deuteranopia": Deficiency.DEUTAN,
    "protanopia": Deficiency.PROTAN,
    "tritanopia": Deficiency.TRITAN,
}
# The least distance in CIELAB between two of the ten colours. 2.3 is just noticeable;
# these are four times and more of it. seaborn's "colorblind" comes down to 11.0, 10.3
# and 3.1 in the three deficiencies, matplotlib's "tab10" to 5.2, 5.5 and 6.3.
LEAST = {"common": 20, "deuteranopia": 16, "protanopia": 16, "tritanopia": 10}


def seen_as_lab(colours, vision):
    rgb = np.array([to_rgb(colour) for colour in colours])
    if vision in DEFICIENCIES:
        row = np.round(255 * rgb).astype(np.uint8)[np.newaxis]
        simulated = Simulator_Brettel1997().simulate_cvd(row, DEFICIENCIES[vision], 1.0)
        rgb = simulated[0] / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
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
    lab = np.stack([116 * f[:, 1] - 16, a, b], axis=1)
    return lab * [1, 0, 0] if vision == "grey" else lab


def least_distance(colours, vision):
    lab = seen_as_lab(colours, vision)
    distances = np.linalg.norm(lab[:, np.newaxis] - lab, axis=2)
    return distances[np.triu_indices(len(colours), 1)].min()


@pytest.mark.parametrize("vision", LEAST)
def test_all_ten_colours_stay_apart(vision):
    assert least_distance(PALETTE, vision) > LEAST[vision]


def test_the_simulation_finds_colours_that_fall_together():
    """Red and green of one luminance: far apart, but not without a cone for either."""
    red, green = "#BF4040", "#6E7A00"
    assert least_distance([red, green], "common") > 40
    assert least_distance([red, green], "deuteranopia") < 25


@pytest.mark.parametrize("vision", [*LEAST, "grey"])
def test_the_two_lines_of_a_history_differ_in_every_vision_and_in_print(vision):
    # In grey three times what is just noticeable, and the lines differ in style, too.
    assert least_distance(PALETTE[:2], vision) > (7 if vision == "grey" else 40)


def test_lines_and_points_in_one_plot_differ_in_more_than_their_colour():
    """Ten colours cannot stay apart in grey, so no plot relies on colour alone."""
    history = {"loss": [0.9, 0.5], "val_loss": [0.8, 0.7]}
    curves = {"forest": [0.5, 0.6], "network": [0.4, 0.7], "line": [0.3, 0.5]}
    for ax in (
        plot_history(history, metrics=["loss"])[0],
        plot_learning_curves([10, 100], curves),
        plot_histories({"plain": HISTORY, "dropout": HISTORY}, "accuracy"),
        plot_activations(["relu", "tanh", "sigmoid"]),
    ):
        drawn = [line for line in ax.lines if not line.get_label().startswith("_")]
        signs = {(line.get_linestyle(), line.get_marker()) for line in drawn}
        assert len(signs) == len(drawn) > 1


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

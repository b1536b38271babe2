"""plot_confusion_matrix, plot_calibration, plot_learning_curves, plot_class_counts:
what is drawn, where, and what is refused."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.plotting import (
    description,
    plot_calibration,
    plot_class_counts,
    plot_confusion_matrix,
    plot_embedding,
    plot_learning_curves,
)


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


def line(panel, label):
    (found,) = [one for one in panel.lines if one.get_label() == label]
    return found


def x_ticks(panel):
    """The ticks that are seen, within the limits."""
    panel.figure.draw_without_rendering()
    low, high = panel.get_xlim()
    return [tick for tick in panel.get_xticks() if low <= tick <= high]


# plot_confusion_matrix


def cells(ax, n_classes):
    """The texts inside the matrix, by row and column."""
    found = {}
    for text in ax.texts:
        column, row = text.get_position()
        if column == int(column) and row == int(row) and 0 <= column < n_classes:
            found[int(row), int(column)] = text
    return found


def recalls(ax):
    """The texts at the right, from top to bottom."""
    right = max(text.get_position()[0] for text in ax.texts)
    column = [text for text in ax.texts if text.get_position()[0] == right]
    return [
        text.get_text() for text in sorted(column, key=lambda t: t.get_position()[1])
    ]


def test_rows_are_true_and_columns_are_predicted():
    ax = plot_confusion_matrix([0, 0, 0, 0, 1], [0, 0, 0, 1, 1])
    texts = {place: text.get_text() for place, text in cells(ax, 2).items()}
    assert texts == {(0, 0): "3", (0, 1): "1\n25.0%", (1, 1): "1"}
    assert ax.get_ylabel() == "true class"
    assert ax.get_xlabel() == "predicted class"
    ax.figure.draw_without_rendering()
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first class is on top
    assert recalls(ax) == ["recall", "75.0%", "100.0%"]


def test_the_diagonal_is_grey_and_errors_have_their_own_scale():
    truth = np.repeat([0, 1, 2], 1000)
    guess = truth.copy()
    guess[:10], guess[1000:1020] = 1, 2
    ax = plot_confusion_matrix(truth, guess)
    image = ax.images[0]
    assert image.get_clim() == (0, 0.02)
    colours = image.to_rgba(image.get_array())[..., :3]
    for k in range(3):
        np.testing.assert_allclose(colours[k, k], (0.90, 0.92, 0.93))
    # The worst error is far stronger than the diagonal; no error is white.
    assert colours[1, 2].mean() < 0.35
    assert colours[1, 2].mean() < colours[0, 1].mean() < colours[0, 0].mean()
    np.testing.assert_allclose(colours[2, 0], 1)


def test_matrices_that_are_compared_can_share_their_colours():
    one = plot_confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], darkest=0.8).images[0]
    two = plot_confusion_matrix([0, 0, 1, 1], [1, 1, 1, 0], darkest=0.8).images[0]
    assert one.get_clim() == two.get_clim() == (0, 0.8)
    np.testing.assert_array_equal(
        one.to_rgba(one.get_array())[0, 1], two.to_rgba(two.get_array())[1, 0]
    )
    for wrong in (0, 1.5, -0.1):
        with pytest.raises(ValueError, match="darkest is"):
            plot_confusion_matrix([0, 1], [0, 1], darkest=wrong)


def test_text_is_readable_on_its_cell():
    truth = np.repeat([0, 1, 2], 1000)
    guess = truth.copy()
    guess[:10], guess[1000:1200] = 1, 2
    ax = plot_confusion_matrix(truth, guess)
    found = cells(ax, 3)
    assert found[1, 2].get_color() == "white"  # on dark brown
    assert found[0, 1].get_color() == "black"
    assert found[0, 0].get_color() == "black"


def test_cells_without_samples_are_blank_and_small_shares_are_not_written():
    truth = np.zeros(1000, dtype=int)
    guess = truth.copy()
    guess[:4] = 1
    guess[4:9] = 2
    ax = plot_confusion_matrix(truth, guess)
    texts = {place: text.get_text() for place, text in cells(ax, 3).items()}
    assert texts == {(0, 0): "991", (0, 1): "4", (0, 2): "5\n0.5%"}


def test_classes_absent_from_the_data_still_show():
    names = ["setosa", "versicolor", "virginica", "other"]
    ax = plot_confusion_matrix([0, 1], [0, 3], class_names=names)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == names
    assert [tick.get_text() for tick in ax.get_xticklabels()] == names
    assert ax.images[0].get_array().shape == (4, 4)
    assert recalls(ax)[3:] == ["no samples", "no samples"]
    assert "No samples of virginica and other." in description(ax)


def test_a_class_that_is_only_predicted_counts():
    ax = plot_confusion_matrix([0, 1], [0, 2])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["0", "1", "2"]


def test_only_classes_that_occur_are_drawn():
    ax = plot_confusion_matrix([1000, 1, 1], [1, 1000, 1])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["1", "1000"]
    texts = {place: text.get_text() for place, text in cells(ax, 2).items()}
    assert texts == {(0, 0): "1", (0, 1): "1\n50.0%", (1, 0): "1\n100.0%"}


@pytest.mark.parametrize(
    "plot",
    [
        lambda labels: plot_confusion_matrix(labels, labels),
        plot_class_counts,
        lambda labels: plot_embedding(np.zeros((len(labels), 2)), labels),
    ],
)
def test_more_classes_than_can_be_told_apart_are_refused(plot):
    with pytest.raises(ValueError, match=r"201 classes; at most \d\d .*np.isin"):
        plot(np.arange(201))
    assert plt.get_fignums() == []


def test_everything_right_draws_no_error():
    ax = plot_confusion_matrix([0, 1, 2], [0, 1, 2])
    assert ax.images[0].get_array().compressed().max() < 0
    assert "100.0% right" in description(ax)


def test_confusion_words_name_the_most_frequent_error_without_its_count():
    truth = np.repeat(np.arange(10), 1000)
    guess = truth.copy()
    guess[:220] = 9
    words = description(plot_confusion_matrix(truth, guess, title="CNN"))
    assert words == (
        "CNN: confusion matrix of 10 classes, 10,000 samples, 97.8% right; rows are "
        "the true class, columns the predicted class, errors are coloured by their "
        "share of the true class. The most frequent error is 0 taken for 9."
    )


@pytest.mark.parametrize(
    ("guess", "words"),
    [
        ([0, 0, 1, 1, 2, 2], "There are no errors."),
        ([1, 0, 1, 0, 2, 2], "errors are 0 taken for 1 and 1 taken for 0."),
        ([1, 2, 0, 2, 0, 1], "No error is much more frequent than the others."),
    ],
)
def test_the_words_for_few_and_for_even_errors(guess, words):
    ax = plot_confusion_matrix([0, 0, 1, 1, 2, 2], guess)
    assert description(ax).endswith(words)


def overlapping(texts):
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    for index, box in enumerate(boxes):
        for other in boxes[index + 1 :]:
            # A pixel is allowed: boxes are larger than their ink.
            if (
                min(box.x1, other.x1) - max(box.x0, other.x0) > 1
                and min(box.y1, other.y1) - max(box.y0, other.y0) > 1
            ):
                return True
    return False


@pytest.mark.parametrize("n_classes", [2, 3, 10, 12, 15, 30])
@pytest.mark.parametrize("long", [False, True], ids=["digits", "long names"])
def test_two_to_thirty_classes_are_legible(n_classes, long):
    rng = np.random.default_rng(n_classes)
    truth = np.repeat(np.arange(n_classes), 1200)
    guess = np.where(rng.random(len(truth)) < 0.9, truth, rng.integers(0, n_classes))
    names = [f"a long class name {k}" for k in range(n_classes)] if long else None
    ax = plot_confusion_matrix(truth, guess, class_names=names)
    ax.figure.draw_without_rendering()
    inside = cells(ax, n_classes)
    assert min(text.get_fontsize() for text in ax.texts) >= 5
    assert not overlapping([*inside.values()])
    cell = ax.get_window_extent().width / n_classes
    for text in inside.values():
        box = text.get_window_extent()
        assert box.width <= cell + 1
        assert box.height <= cell + 1
    assert not overlapping(ax.get_yticklabels())
    angle = ax.get_xticklabels()[0].get_rotation()
    if angle == 0:
        assert not overlapping(ax.get_xticklabels())
    else:
        assert long
    # All is inside the figure.
    tight = ax.figure.get_tightbbox()
    width, height = ax.figure.get_size_inches()
    assert tight.x0 > -0.05
    assert tight.y0 > -0.05
    assert tight.x1 < width + 0.05
    assert tight.y1 < height + 0.05


def test_many_classes_get_a_colour_scale_instead_of_shares():
    truth = np.repeat(np.arange(13), 10)
    guess = truth.copy()
    guess[0] = 1
    ax = plot_confusion_matrix(truth, guess)
    assert cells(ax, 13)[0, 1].get_text() == "1"
    (bar,) = ax.child_axes
    assert "share of the true class" in bar.get_xlabel()
    assert not plot_confusion_matrix([0, 1], [1, 1]).child_axes


@pytest.mark.parametrize(
    ("y_true", "y_pred", "names", "error", "message"),
    [
        (np.eye(3), [0, 1, 2], None, ValueError, "y_true.*from_one_hot"),
        ([0, 1, 2], np.eye(3), None, ValueError, "y_pred.*from_one_hot"),
        ([0, 1], [0.2, 0.9], None, ValueError, "probabilities.*from_one_hot"),
        ([0, 1], [[0.2], [0.9]], None, ValueError, r"\[:, 0\] > 0.5"),
        ([0, 1], [0, 1, 1], None, ValueError, "y_true has 2, y_pred has 3"),
        ([0, 3], [0, 1], ["a", "b", "c"], ValueError, "y_true holds 3"),
        ([0, 1], [0, 3], ["a", "b", "c"], ValueError, "y_pred holds 3"),
        ([1, -1], [0, 1], None, ValueError, "-1"),
        (["a"], ["a"], None, TypeError, "numbers"),
        ([], [], None, ValueError, "empty"),
        ([0, np.nan], [0, 1], None, ValueError, "NaN"),
        ([0], [0], "ab", TypeError, "list"),
    ],
)
def test_confusion_refuses_what_are_no_labels(y_true, y_pred, names, error, message):
    with pytest.raises(error, match=message):
        plot_confusion_matrix(y_true, y_pred, names)
    assert plt.get_fignums() == []


# plot_calibration


def calibration_points(ax):
    return ax.lines[1].get_xdata(), ax.lines[1].get_ydata()


def test_calibration_compares_the_highest_probability_with_the_share_right():
    sure = [[0.95, 0.05]] * 4
    unsure = [[0.35, 0.65]] * 10
    labels = [0, 0, 0, 1] + [1] * 6 + [0] * 4
    ax = plot_calibration(labels, sure + unsure)
    x, y = calibration_points(ax)
    np.testing.assert_allclose(x, [0.65, 0.95])
    np.testing.assert_allclose(y, [0.6, 0.75])
    assert [text.get_text() for text in ax.texts] == ["10", "4"]
    diagonal = ax.lines[0]
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 1]
    assert ax.get_aspect() == 1
    words = description(ax)
    # (10 x 0.05 + 4 x 0.2) / 14
    assert "14 predictions" in words
    assert "distance from the diagonal is 9.3%" in words


def test_calibration_of_two_classes_takes_one_column():
    for probabilities in ([0.1, 0.1, 0.8, 0.8], [[0.1], [0.1], [0.8], [0.8]]):
        ax = plot_calibration([0, 1, 1, 1], probabilities, bins=2)
        x, y = calibration_points(ax)
        np.testing.assert_allclose(x, [0.1, 0.8])
        np.testing.assert_allclose(y, [0.5, 1.0])
        assert "class 1" in ax.get_ylabel()


def test_calibration_intervals_are_those_of_wilson():
    # 24 of 30 right: 0.627 to 0.905 by Wilson's formula.
    ax = plot_calibration([1] * 24 + [0] * 6, [0.85] * 30)
    (segment,) = ax.collections[0].get_segments()
    np.testing.assert_allclose(sorted(segment[:, 1]), [0.627, 0.905], atol=0.001)


def test_a_probability_of_one_falls_into_the_last_bin():
    ax = plot_calibration([1, 1], [0.95, 1.0])
    assert [text.get_text() for text in ax.texts] == ["2"]


@pytest.mark.parametrize(
    ("y_true", "probabilities", "bins", "message"),
    [
        ([0, 1], [[2.0, -1.0], [0.5, 0.5]], 10, "softmax"),
        ([0, 1], [[0.2, 0.2], [0.5, 0.5]], 10, "add up to 1"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], 10, "2 classes"),
        ([0, 1, 1], [0.5, 0.5], 10, "y_true has 3"),
        ([0, 1], [0.5, 0.5], 0, "bins is 0"),
        (np.eye(2), np.eye(2), 10, "from_one_hot"),
    ],
)
def test_calibration_refuses_what_does_not_fit(y_true, probabilities, bins, message):
    with pytest.raises(ValueError, match=message):
        plot_calibration(y_true, probabilities, bins)
    assert plt.get_fignums() == []


# plot_learning_curves


def test_learning_curves_have_log_sizes_and_lines_that_differ():
    sizes = [1000, 3000, 60000]
    scores = {
        "forest": [0.90, 0.93, 0.97],
        "network": [[0.8, 0.9], [0.9, 0.96], [1, 1]],
    }
    ax = plot_learning_curves(sizes, scores)
    assert ax.get_xscale() == "log"
    ax.figure.draw_without_rendering()
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert ticks == ["1,000", "3,000", "60,000"]
    assert not ax.xaxis.get_minorticklocs().size
    forest, network = ax.lines
    assert list(forest.get_xdata()) == sizes
    np.testing.assert_allclose(network.get_ydata(), [0.85, 0.93, 1.0])
    for differs in ("get_color", "get_linestyle", "get_marker"):
        assert getattr(forest, differs)() != getattr(network, differs)()
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["forest", "network"]
    (band,) = ax.collections  # of the repeats alone
    assert band.get_paths()[0].vertices[:, 1].min() == pytest.approx(0.8)
    assert "forest goes from 90.0% to 97.0%" in description(ax)
    assert "Test accuracy of 2 models with 1,000 to 60,000" in description(ax)


@pytest.mark.parametrize(
    ("sizes", "scores", "error", "message"),
    [
        ([10, 20], {"a": [0.1]}, ValueError, "1 rows"),
        ([20, 10], {"a": [0.1, 0.2]}, ValueError, "rising"),
        ([0, 10], {"a": [0.1, 0.2]}, ValueError, "from 1"),
        ([10, 20], {"a": [10, 90]}, ValueError, "0 to 1"),
        ([10, 20], {}, ValueError, "0 models"),
        ([10, 20], [[0.1, 0.2]], TypeError, "dict"),
    ],
)
def test_learning_curves_refuse_what_does_not_fit(sizes, scores, error, message):
    with pytest.raises(error, match=message):
        plot_learning_curves(sizes, scores)
    assert plt.get_fignums() == []


# plot_class_counts


def test_class_counts_are_bars_from_top_to_bottom():
    ax = plot_class_counts([0, 2, 2, 2], ["red", "green", "blue"])
    assert [bar.get_width() for bar in ax.patches] == [1, 0, 3]
    assert [text.get_text() for text in ax.texts] == ["1", "0", "3"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        "red",
        "green",
        "blue",
    ]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert ax.get_xlim()[0] == 0
    assert description(ax) == (
        "4 samples in 3 classes, most in blue and fewest in green: red 1; green 0; "
        "blue 3."
    )
    assert all(tick == int(tick) for tick in x_ticks(ax))
    with pytest.raises(ValueError, match="2 classes"):
        plot_class_counts([0, 2], ["red", "green"])

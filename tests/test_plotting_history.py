"""plot_history and plot_histories: what is drawn, what is said, what is refused."""

import io
from types import SimpleNamespace

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from helpers.plotting import description, plot_histories, plot_history

HISTORY = {
    "accuracy": [0.60, 0.80, 0.90, 0.95],
    "loss": [1.0, 0.6, 0.4, 0.3],
    "val_accuracy": [0.65, 0.82, 0.85, 0.84],
    "val_loss": [0.9, 0.5, 0.45, 0.55],
}


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


# plot_history


def test_the_loss_stands_above_the_accuracy():
    axes = plot_history(HISTORY)
    assert [panel.get_ylabel() for panel in axes] == ["loss", "accuracy"]
    axes[0].figure.draw_without_rendering()
    assert axes[0].get_position().y0 > axes[1].get_position().y1
    assert axes[1].get_xlabel() == "epoch"
    assert axes[0].get_shared_x_axes().joined(*axes)


def test_training_and_validation_are_drawn_from_epoch_one():
    for panel, name in zip(plot_history(HISTORY), ["loss", "accuracy"], strict=True):
        for label, key in (("training", name), ("validation", f"val_{name}")):
            drawn = line(panel, label)
            assert list(drawn.get_xdata()) == [1, 2, 3, 4]
            assert list(drawn.get_ydata()) == HISTORY[key]
        training, validation = line(panel, "training"), line(panel, "validation")
        assert training.get_linestyle() != validation.get_linestyle()
        assert training.get_color() != validation.get_color()
        assert training.get_marker() != validation.get_marker()


def test_the_legend_names_the_two_lines_once():
    axes = plot_history(HISTORY)
    texts = [text.get_text() for text in axes[0].get_legend().get_texts()]
    assert texts == ["training", "validation"]
    assert axes[1].get_legend() is None


@pytest.mark.parametrize("epochs", [1, 2, 5, 12, 13, 40, 300])
def test_epoch_ticks_are_whole_numbers(epochs):
    axes = plot_history({"loss": np.linspace(1, 0.1, epochs)})
    ticks = x_ticks(axes[0])
    assert ticks
    assert all(tick == int(tick) for tick in ticks)
    assert min(ticks) >= 1
    if epochs <= 12:
        assert ticks == list(range(1, epochs + 1))
    assert len(ticks) <= 12


def test_each_panel_has_its_own_scale_and_nothing_is_cut():
    axes = plot_history(HISTORY)
    assert axes[0].get_ylim() != axes[1].get_ylim()
    for panel in axes:
        low, high = panel.get_ylim()
        for drawn in panel.lines:
            if drawn.get_label() in ("training", "validation"):
                assert low < min(drawn.get_ydata())
                assert high > max(drawn.get_ydata())


def test_the_best_epoch_is_that_of_the_lowest_validation_loss():
    axes = plot_history(HISTORY)
    values = [HISTORY["val_loss"][2], HISTORY["val_accuracy"][2]]
    for panel, value in zip(axes, values, strict=True):
        ring = line(panel, "_best")
        assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (3, value)
        (rule,) = [one for one in panel.lines if one.get_linestyle() == ":"]
        assert list(rule.get_xdata()) == [3, 3]
    assert axes[0].texts[0].get_text() == "best epoch: 3\nvalidation loss 0.45"
    assert not axes[1].texts


@pytest.mark.parametrize(
    ("history", "metrics"),
    [({"loss": [0.5, 0.2, 0.3], "mae": [3, 2, 1]}, None), (HISTORY, ["accuracy"])],
)
def test_no_epoch_is_best_where_no_validation_loss_is_seen(history, metrics):
    for panel in plot_history(history, metrics):
        assert not panel.texts
        assert not [one for one in panel.lines if one.get_label() == "_best"]
        assert not [one for one in panel.lines if one.get_linestyle() == ":"]
        assert "lowest" not in description(panel)


def test_the_first_of_equally_good_epochs_is_best():
    axes = plot_history({"loss": [0.5, 0.4, 0.3], "val_loss": [0.5, 0.2, 0.2]})
    assert line(axes[0], "_best").get_xdata()[0] == 2


def test_the_loss_panel_has_the_note_wherever_it_stands():
    accuracy, loss = plot_history(HISTORY, ["accuracy", "loss"])
    assert not accuracy.texts
    assert loss.texts[0].get_text().startswith("best epoch: 3")


def test_no_grid_line_runs_through_the_note():
    panel = plot_history(HISTORY)[0]
    box = panel.texts[0].get_bbox_patch()
    assert box.get_facecolor() == (1, 1, 1, 1)


NAN = float("nan")


@pytest.mark.parametrize(
    ("losses", "note", "words"),
    [
        ([0.9, NAN, 0.5], "training: NaN in epoch 2", "0.9 to 0.5 (NaN in epoch 2)"),
        ([0.9, NAN, NAN], "training: NaN from epoch 2 on", "is 0.9 (NaN from epoch 2"),
        ([NAN, 1.0, np.inf], "training: NaN in 2 epochs, the first is 1", "is 1 (NaN"),
        ([NAN, NAN, NAN], "training: NaN in every epoch", "is NaN in every epoch"),
    ],
)
def test_a_history_with_nan_is_drawn_and_says_where(losses, note, words):
    (panel,) = plot_history({"loss": losses})
    drawn = line(panel, "training")
    assert np.isnan(drawn.get_ydata()).tolist() == [not np.isfinite(x) for x in losses]
    assert drawn.get_marker() == "o"
    assert [text.get_text() for text in panel.texts] == [note]
    assert words in description(panel)
    panel.figure.savefig(io.BytesIO())


def test_an_epoch_between_two_gaps_is_seen_in_a_long_history():
    losses = np.linspace(1, 0.1, 40)
    losses[[4, 6]] = NAN
    (panel,) = plot_history({"loss": losses})
    assert line(panel, "training").get_markevery() == [5]


def test_only_what_is_drawn_is_read():
    broken = {**HISTORY, "val_accuracy": [0.5], "odd": ["a"] * 4}
    (panel,) = plot_history(broken, metrics=["loss"])
    assert panel.get_ylabel() == "loss"
    with pytest.raises(ValueError, match="different lengths"):
        plot_history(broken, metrics=["accuracy"])


def test_a_loss_that_falls_steeply_has_a_logarithmic_scale_and_says_so():
    steep = 500 * np.exp(-np.arange(25.0)) + 20
    loss, mae = plot_history({"loss": steep, "mae": steep, "val_loss": steep})
    assert (loss.get_yscale(), mae.get_yscale()) == ("log", "linear")
    assert loss.get_ylabel() == "loss (log scale)"
    assert plot_history({"loss": steep - 30})[0].get_yscale() == "linear"  # below 0
    assert plot_history(HISTORY)[0].get_yscale() == "linear"


def test_histories_beside_each_other_share_the_scale_of_their_axes():
    _, axes = plt.subplots(2, 2, sharey="row")
    higher = {**HISTORY, "val_loss": [3.0, 2.0, 2.5, 2.6]}
    plot_history(HISTORY, ax=axes[:, 0])
    plot_history(higher, ax=axes[:, 1])
    assert axes[0, 0].get_ylim() == axes[0, 1].get_ylim()
    assert axes[0, 0].get_ylim()[1] > 3


@pytest.mark.parametrize("best", range(10))
def test_the_label_of_the_best_epoch_stays_inside_and_above_the_lines(best):
    losses = np.full(10, 1.0)
    losses[best] = 0.1
    (panel,) = plot_history({"loss": losses, "val_loss": losses})
    panel.figure.draw_without_rendering()
    text = panel.texts[0].get_window_extent()
    frame = panel.get_window_extent()
    assert frame.x0 <= text.x0
    assert text.x1 <= frame.x1 + 1
    assert text.y0 > panel.transData.transform((0, 1.0))[1]


def test_one_epoch_is_a_visible_point():
    axes = plot_history({key: values[:1] for key, values in HISTORY.items()})
    assert line(axes[0], "training").get_marker() not in ("", "None")
    low, high = axes[0].get_xlim()
    assert low < 1 < high
    words = description(axes[0])
    assert "over 1 epoch: training is 1; validation is 0.9" in words


def test_several_metrics_and_a_learning_rate():
    many = {**HISTORY, "precision": [0.1] * 4, "learning_rate": [1, 1, 0.1, 0.1]}
    axes = plot_history(many)
    assert [panel.get_ylabel() for panel in axes] == ["loss", "accuracy", "precision"]
    (only,) = plot_history(many, metrics=["learning_rate"])
    assert only.get_ylabel() == "learning rate"
    assert len(plot_history(many, metrics="loss")) == 1


def test_a_history_a_saved_run_and_a_dict_draw_the_same():
    keras_like = SimpleNamespace(history=HISTORY, epoch=[0, 1, 2, 3])
    saved_run = SimpleNamespace(model=None, history=HISTORY)
    holding_one = SimpleNamespace(history=keras_like)
    expected = [description(panel) for panel in plot_history(HISTORY)]
    for history in (keras_like, saved_run, holding_one):
        assert [description(panel) for panel in plot_history(history)] == expected


def test_history_words_say_how_the_curves_go_and_which_ends_higher():
    loss, accuracy = (
        description(panel) for panel in plot_history(HISTORY, title="CNN")
    )
    assert loss == (
        "CNN: loss over 4 epochs: training falls from 1 to 0.3; validation falls from "
        "0.9 to 0.45, then rises to 0.55, and validation ends above training. A line "
        "marks the epoch of the lowest validation loss."
    )
    assert accuracy == (
        "Accuracy over 4 epochs: training rises from 60.0% to 95.0%; validation rises "
        "from 65.0% to 84.0%, and validation ends below training."
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.9, 0.5, 0.3], "falls from 0.9 to 0.3"),
        ([0.9, 0.3, 0.8], "falls from 0.9 to 0.3, then rises to 0.8"),
        ([0.2, 0.9, 0.3], "rises from 0.2 to 0.9, then falls to 0.3"),
        ([0.5, 0.9, 0.1, 0.5], "goes up and down between 0.1 and 0.9"),
        ([0.5, 0.501, 0.5], "stays near 0.5"),
        ([1783.4, 20.0], "falls from 1,780 to 20"),
        ([1.0, 3e-9], "falls from 1 to nearly 0"),
    ],
)
def test_the_course_of_a_curve_in_words(values, words):
    assert f"training {words}." in description(plot_history({"loss": values})[0])


def test_history_draws_into_given_axes():
    figure, axes = plt.subplots(2)
    drawn = plot_history(HISTORY, ax=axes)
    assert list(drawn) == list(axes)
    assert plt.get_fignums() == [figure.number]
    with pytest.raises(
        ValueError, match=r"2 panels \(loss, accuracy\), but ax holds 1"
    ):
        plot_history(HISTORY, ax=axes[0])


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ({}, ValueError, "empty"),
        ({"loss": []}, ValueError, "no epoch"),
        ({"loss": [1, 2], "val_loss": [1]}, ValueError, "different lengths"),
        ({"loss": [[1.0, 2.0]]}, ValueError, "axes"),
        ({"loss": ["a"]}, TypeError, "numbers"),
        ({"val_loss": [1.0]}, ValueError, "training"),
        ([1, 2, 3], TypeError, "list"),
        (None, TypeError, "NoneType"),
        (SimpleNamespace(history=[1]), TypeError, "model.fit"),
    ],
)
def test_history_refuses_what_is_none(history, error, message):
    with pytest.raises(error, match=message):
        plot_history(history)
    assert plt.get_fignums() == []


def test_history_refuses_unknown_metrics():
    with pytest.raises(ValueError, match="no 'f1'; it has accuracy, loss"):
        plot_history(HISTORY, metrics=["f1"])
    with pytest.raises(ValueError, match="empty"):
        plot_history(HISTORY, metrics=[])


# plot_histories


RUNS = {
    "plain": {"val_loss": [0.9, 0.4, 0.6]},
    "dropout": SimpleNamespace(history={"val_loss": [0.8, 0.5, 0.3, 0.2]}),
}


def test_runs_are_drawn_in_one_panel_from_epoch_one():
    ax = plot_histories(RUNS, "val_loss", title="Two runs")
    for name, n_epochs in (("plain", 3), ("dropout", 4)):
        assert list(line(ax, name).get_xdata()) == list(range(1, n_epochs + 1))
    assert list(line(ax, "dropout").get_ydata()) == [0.8, 0.5, 0.3, 0.2]
    assert ax.get_ylabel() == "validation loss"
    assert all(tick == int(tick) for tick in x_ticks(ax))


def test_the_words_say_which_run_leads_at_the_end():
    assert description(plot_histories(RUNS, "val_loss", title="Two")) == (
        "Two: Validation loss of 2 runs over 4 epochs: plain falls from 0.9 to 0.4, "
        "then rises to 0.6; dropout falls from 0.8 to 0.2. At the end plain is "
        "highest, dropout lowest."
    )
    same = {"a": {"loss": [1.0, 0.5]}, "b": {"loss": [1.0, 0.51]}}
    words = description(plot_histories(same, "loss"))
    assert words.endswith("At the end all are close together.")
    diverged = {"a": {"loss": [1.0, 0.5]}, "b": {"loss": [1.0, NAN]}}
    assert "b is 1 (NaN in epoch 2)." in description(plot_histories(diverged, "loss"))


@pytest.mark.parametrize(
    ("histories", "error", "message"),
    [
        ([HISTORY], TypeError, "histories is list; a dict"),
        ({}, ValueError, "0 runs"),
        (dict.fromkeys("abcdefghi", HISTORY), ValueError, "9 runs; 1 to 8"),
        ({"a": HISTORY, "b": {"loss": [1]}}, ValueError, r"\['b'\] has no 'val_loss'"),
        ({"a": 3}, TypeError, r"histories\['a'\] is int"),
        ({"a": {"val_loss": []}}, ValueError, "no epoch"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(histories, error, message):
    with pytest.raises(error, match=message):
        plot_histories(histories, "val_loss")
    assert plt.get_fignums() == []


def test_lines_have_colours_of_the_palette():
    axes = plot_history(HISTORY)
    assert to_hex(line(axes[0], "training").get_color()).upper() == "#0072B2"
    assert to_rgb(line(axes[0], "validation").get_color()) == to_rgb("#D55E00")
    axes[0].figure.savefig(io.BytesIO())

"""live_history: the curves of a training, drawn while it runs."""

import matplotlib as mpl

mpl.use("Agg")

import IPython.display
import matplotlib.pyplot as plt
import pytest

import helpers.plotting
from helpers import training
from helpers.training import _live_history_callback as callback


@pytest.fixture
def seen(monkeypatch):
    """Collect what is shown, in order: words of a figure, or "cleared"."""
    seen = []

    def show(axes):
        seen.append(helpers.plotting.description(axes[0]))
        plt.close("all")

    monkeypatch.setattr(helpers.plotting, "show", show)
    monkeypatch.setattr(
        IPython.display, "clear_output", lambda wait: seen.append("cleared")
    )
    return seen


def train(losses, title=""):
    live = training.live_history(title)
    live.on_train_begin()
    for epoch, loss in enumerate(losses):
        live.on_epoch_end(epoch, {"loss": loss, "odd": [1, 2]})
    live.on_train_end()


def test_where_nobody_looks_on_only_the_final_figure_is_drawn(seen, monkeypatch):
    monkeypatch.setattr(callback, "SECONDS_BETWEEN_PICTURES", -1.0)
    train([0.9, 0.5, 0.3], "Mine")
    (words,) = seen
    assert words.startswith("Mine: loss over 3 epochs: training falls from 0.9 to 0.3")


def test_a_reader_sees_it_grow(seen, monkeypatch):
    monkeypatch.setattr(callback, "someone_looks_on", lambda: True)
    monkeypatch.setattr(callback, "SECONDS_BETWEEN_PICTURES", -1.0)
    train([0.9, 0.5])
    assert seen[::2] == ["cleared"] * 3
    assert ["1 epoch" in seen[1], "2 epochs" in seen[3], "2 epochs" in seen[5]] == [
        True
    ] * 3


def test_not_more_often_than_every_two_seconds(seen, monkeypatch):
    monkeypatch.setattr(callback, "someone_looks_on", lambda: True)
    train([0.9, 0.5, 0.4, 0.3])
    assert len(seen) == 2


def test_no_epoch_no_figure(seen):
    train([])
    assert seen == []

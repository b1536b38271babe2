"""Figures, drawn until the bytes that a notebook stores."""

import base64
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.lines import Goal, Line
from benchmarks.measuring import in_turns, seconds
from benchmarks.rows import Row


def hundred_digits(quick: bool) -> list[Line]:
    """Draw 100 labelled digits as one picture, and as 100 axes."""
    from helpers import datasets, plotting

    digits = datasets.load_mnist(source="sample")
    images, labels = digits.x_train[:100], digits.y_train[:100]

    def hundred_axes() -> Any:
        figure, axes = _pyplot().subplots(10, 10, figsize=(7, 8))
        for ax, image, label in zip(axes.flat, images, labels, strict=True):
            ax.imshow(image, cmap="gray_r")
            ax.set_title(label)
            ax.axis("off")
        return figure

    ours, theirs = _timed(
        lambda: plotting.plot_digits(images, labels), hundred_axes, 3 if quick else 11
    )
    return [
        Line(
            what="100 digits with labels in one picture, to the PNG",
            against="100 axes, imshow and title in each",
            ours=ours,
            theirs=theirs,
            goal=Goal("ratio", at_most=1 / 20),
        )
    ]


def confusion(quick: bool) -> list[Line]:
    """Draw the confusion matrix of 60,000 labels, and scikit-learn's."""
    from sklearn.metrics import ConfusionMatrixDisplay

    from helpers import plotting

    random = np.random.default_rng(0)
    truth = random.integers(10, size=60_000)
    others = random.integers(10, size=60_000)
    guess = np.where(random.random(60_000) < 0.95, truth, others)
    ours, theirs = _timed(
        lambda: plotting.plot_confusion_matrix(truth, guess),
        lambda: ConfusionMatrixDisplay.from_predictions(truth, guess).figure_,
        5 if quick else 21,
    )
    return [
        Line(
            what="confusion matrix of 60,000 labels, to the PNG",
            against="scikit-learn's ConfusionMatrixDisplay",
            ours=ours,
            theirs=theirs,
            goal=Goal("ratio", at_most=1.0),
            note="no cell is empty",
        )
    ]


def embedding(quick: bool) -> list[Line]:
    """Draw 60,000 points of ten classes, and scatter them in a figure of that size."""
    from helpers import plotting

    random = np.random.default_rng(0)
    labels = random.integers(10, size=60_000)
    centres = random.uniform(-10, 10, size=(10, 2))
    places = centres[labels] + random.normal(size=(60_000, 2))

    def draw() -> Any:
        return plotting.plot_embedding(places, labels)

    size = draw().figure.get_size_inches()

    def scatter() -> Any:
        figure, ax = _pyplot().subplots(figsize=size, dpi=96)
        ax.scatter(*places.T, c=labels, cmap="tab10", s=2)
        return figure

    ours, theirs = _timed(draw, scatter, 3 if quick else 11)
    files = len(stored(draw())) / 1e6, len(plain(scatter())) / 1e6
    goal = Goal("ratio", at_most=1 / 3)
    against = "plain scatter of the same size"
    note = "ten simulated clouds, seed 0"
    return [
        Line(
            "map of 60,000 points, to the PNG", against, ours, theirs, goal, note=note
        ),
        Line("its PNG", against, [files[0]], [files[1]], goal, unit="MB", note=note),
    ]


def _timed(
    ours: Callable[[], Any], theirs: Callable[[], Any], times: int
) -> tuple[list[float], list[float]]:
    """Time both to the PNG; the first of each only loads fonts and the like."""
    first, second = in_turns(
        seconds(lambda: stored(ours())), seconds(lambda: plain(theirs())), times + 1
    )
    return first[1:], second[1:]


def stored(figure: Any) -> bytes:
    """Return the PNG that `plotting.show` puts into a notebook."""
    from helpers import plotting

    with mock.patch("helpers.plotting.display.display") as shown:
        plotting.show(figure)
    html: str = shown.call_args.args[0].data
    return base64.b64decode(html.partition("base64,")[2].partition('"')[0])


def plain(figure: Any) -> bytes:
    """Return the PNG that Jupyter puts into a notebook for a plain, sharp figure."""
    from IPython.core.pylabtools import print_figure

    png = print_figure(figure, fmt="retina", base64=False)
    _pyplot().close(figure)
    assert isinstance(png, bytes)
    return png


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot

    return matplotlib.pyplot


ROWS = [
    Row("100-digits", hundred_digits),
    Row("confusion-matrix", confusion),
    Row("embedding-60000", embedding),
]

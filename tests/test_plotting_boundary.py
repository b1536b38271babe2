"""plot_decision_boundary: regions and points that differ by more than colour."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.contour import QuadContourSet

from helpers.plotting import description, plot_decision_boundary

POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
LABELS = [0, 1, 0, 1]


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


def right_half(rows):
    return (rows[:, 0] > 0.5).astype(int)


def regions_of(ax):
    (mesh,) = [one for one in ax.collections if isinstance(one, QuadMesh)]
    return np.asarray(mesh.get_array())


def points_of(ax):
    return [
        one
        for one in ax.collections
        if isinstance(one, PathCollection) and not isinstance(one, QuadContourSet)
    ]


def test_regions_are_what_the_classifier_says():
    regions = regions_of(plot_decision_boundary(right_half, POINTS, LABELS))
    half = regions.shape[1] // 2
    assert (regions[:, :half] == 0).all()
    assert (regions[:, half:] == 1).all()


@pytest.mark.parametrize(
    "classify",
    [
        lambda rows: rows[:, 0] > 0.5,
        lambda rows: np.where(rows[:, 0] > 0.5, 0.9, 0.2),
        lambda rows: np.where(rows[:, :1] > 0.5, 0.9, 0.2),
        lambda rows: np.stack([rows[:, 0] < 0.5, rows[:, 0] >= 0.5], axis=1) * 1.0,
    ],
)
def test_all_kinds_of_answers_give_the_same_regions(classify):
    expected = regions_of(plot_decision_boundary(right_half, POINTS, LABELS))
    regions = regions_of(plot_decision_boundary(classify, POINTS, LABELS))
    np.testing.assert_array_equal(regions, expected)


def test_the_threshold_moves_the_boundary():
    def slope(rows):
        return np.clip(rows[:, 0], 0, 1)

    shares = [
        regions_of(
            plot_decision_boundary(slope, POINTS, LABELS, threshold=threshold)
        ).mean()
        for threshold in (0.2, 0.5, 0.8)
    ]
    assert shares[0] > shares[1] > shares[2]


def test_classes_differ_by_shape_and_hatching_too():
    ax = plot_decision_boundary(right_half, POINTS, LABELS)
    first, second = points_of(ax)
    assert first.get_offsets().tolist() == [[0, 0], [0, 1]]
    assert second.get_offsets().tolist() == [[1, 0], [1, 1]]
    assert not np.array_equal(first.get_paths()[0], second.get_paths()[0])
    hatched = [one for one in ax.collections if isinstance(one, QuadContourSet)]
    assert list(hatched[0].hatches) == ["", "////"]
    markers = [handle.get_marker() for handle in ax.get_legend().legend_handles]
    assert markers == ["o", "s"]


def test_one_region_only():
    ax = plot_decision_boundary(lambda rows: np.zeros(len(rows)), POINTS, LABELS)
    assert (regions_of(ax) == 0).all()
    assert "0 100.0%, 1 0.0%" in description(ax)
    ax.figure.draw_without_rendering()


def test_three_classes_with_names():
    def thirds(rows):
        return np.clip(np.floor(3 * rows[:, 0]), 0, 2).astype(int)

    ax = plot_decision_boundary(thirds, POINTS, [0, 2, 0, 2], ["a", "b", "c"])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["a", "b", "c"]
    assert set(np.unique(regions_of(ax))) == {0, 1, 2}


def test_words_and_axes():
    ax = plot_decision_boundary(
        right_half, POINTS, [0, 1, 1, 1], ["left", "right"], ("width", "height"),
        title="Halves",
    )  # fmt: skip
    words = description(ax)
    assert words.startswith("Halves: the plane of width (across) and height (up)")
    assert "left 50.0%, right 50.0%" in words
    assert "Of 4 points drawn on it, 75.0% lie in the region" in words
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("width", "height")
    assert ax.get_aspect() == 1


def test_the_classifier_gets_float32_rows():
    seen = []

    def classify(rows):
        seen.append((rows.dtype, rows.shape[1]))
        return rows[:, 0] > 0

    plot_decision_boundary(classify, POINTS, LABELS)
    assert set(seen) == {(np.dtype(np.float32), 2)}


def test_input_that_does_not_fit():
    with pytest.raises(TypeError, match="classify is list"):
        plot_decision_boundary([1], POINTS, LABELS)
    with pytest.raises(ValueError, match=r"\(samples, 2\) is needed"):
        plot_decision_boundary(right_half, np.zeros((4, 3)), LABELS)
    with pytest.raises(ValueError, match="belong together"):
        plot_decision_boundary(right_half, POINTS, [0, 1])
    with pytest.raises(ValueError, match="2 classes"):
        plot_decision_boundary(right_half, POINTS, [0, 1, 2, 0], ["a", "b"])
    with pytest.raises(ValueError, match="up to 8"):
        plot_decision_boundary(right_half, POINTS, [0, 1, 2, 8])
    with pytest.raises(ValueError, match="for 4 points"):
        plot_decision_boundary(lambda rows: np.zeros(3), POINTS, LABELS)
    with pytest.raises(ValueError, match="logits need a softmax or sigmoid"):
        plot_decision_boundary(lambda rows: 9.0 * rows[:, 0], POINTS, LABELS)
    with pytest.raises(ValueError, match="NaN"):
        plot_decision_boundary(lambda rows: rows[:, 0] * np.nan, POINTS, LABELS)
    assert plt.get_fignums() == []

"""make_spirals: points on arms that wind around each other."""

import numpy as np
import pytest

from helpers import training
from helpers.datasets import make_spirals


def on_their_arm(points, labels, n_classes, turns):
    """Return how far each point is from where the formula puts its arm."""
    progress = np.linspace(0, turns, 4001)
    radius = (2 * progress + 1) / 3  # as in mlbench
    nearest = np.empty(len(points))
    for label in range(n_classes):
        angle = 2 * np.pi * (progress + label / n_classes)
        arm = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        mine = labels == label
        distances = np.linalg.norm(points[mine][:, None] - arm, axis=2)
        nearest[mine] = distances.min(axis=1)
    return nearest


@pytest.mark.parametrize(("n_classes", "turns"), [(2, 1.0), (2, 1.75), (3, 0.5)])
def test_without_noise_all_points_lie_on_their_arm(n_classes, turns):
    points, labels = make_spirals(200, n_classes, turns, noise=0, seed=1)
    assert on_their_arm(points, labels, n_classes, turns).max() < 2e-3


def test_noise_is_the_standard_deviation_around_the_arm():
    points, labels = make_spirals(4000, turns=2, noise=0.02, seed=1)
    distances = on_their_arm(points, labels, 2, 2)
    assert np.sqrt((distances**2).mean()) == pytest.approx(0.02, rel=0.05)


def test_types_and_shapes_and_balanced_classes_in_random_order():
    points, labels = make_spirals(101, n_classes=2, seed=3)
    assert points.shape == (101, 2)
    assert points.dtype == np.float32
    assert labels.shape == (101,)
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [51, 50]
    assert 30 < (np.diff(labels) != 0).sum() < 70
    radius = np.hypot(*make_spirals(1000, turns=1, noise=0, seed=3)[0].T)
    assert 0.33 < radius.min() < 0.35
    assert 0.98 < radius.max() <= 1.0001


def test_arms_are_the_same_but_rotated():
    points, labels = make_spirals(4000, n_classes=4, turns=0.2, noise=0, seed=5)
    centres = np.array([points[labels == k].mean(axis=0) for k in range(4)])
    quarter = np.array([[0, 1], [-1, 0]])  # rows turn by 90 degrees
    np.testing.assert_allclose(centres[:3] @ quarter, centres[1:], atol=0.03)


def test_the_same_seed_gives_the_same_points():
    first, again = make_spirals(50, seed=7), make_spirals(50, seed=7)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], make_spirals(50, seed=8)[0])


def test_without_a_seed_the_seed_of_the_course_holds(monkeypatch):
    training.set_seed(3)
    first, second = make_spirals(50)[0], make_spirals(50)[0]
    assert not np.array_equal(first, second)
    training.set_seed(3)
    np.testing.assert_array_equal(first, make_spirals(50)[0])
    monkeypatch.setenv("KERAS_COURSE_SEED_OFFSET", "100")
    training.set_seed(3)
    assert not np.array_equal(first, make_spirals(50)[0])


def test_a_given_seed_leaves_numpys_own_numbers_alone():
    np.random.seed(1)
    before = np.random.uniform()
    np.random.seed(1)
    make_spirals(50, seed=7)
    assert np.random.uniform() == before


def test_wrong_arguments():
    with pytest.raises(ValueError, match="n_samples is 1; it must be at least 2"):
        make_spirals(1)
    with pytest.raises(ValueError, match="n_classes is 1"):
        make_spirals(10, n_classes=1)
    with pytest.raises(TypeError, match="n_samples is 10.5"):
        make_spirals(10.5)
    for turns in (0, -1, np.inf, np.nan):
        with pytest.raises(ValueError, match="turns is"):
            make_spirals(10, turns=turns)
    for noise in (-0.1, np.inf, np.nan):
        with pytest.raises(ValueError, match="noise is"):
            make_spirals(10, noise=noise)
    with pytest.raises(ValueError, match="seed is -1"):
        make_spirals(10, seed=-1)

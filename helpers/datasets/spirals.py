"""Points on intertwined spirals: a puzzle in two dimensions, made by a formula."""

import numpy as np

from helpers.validation import as_count


def make_spirals(
    n_samples: int,
    n_classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.1,
    seed: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw points along spirals that wind around the origin, one spiral a class.

    Made like ``mlbench.spirals`` in R: an arm begins a third from the origin and moves
    away by two thirds in each turn. The arms of the classes are the same but rotated.
    Where on its arm a point lies is drawn at random, evenly over the turns.

    Parameters
    ----------
    n_samples : int
        How many points in all; the classes differ by one at most.
    n_classes : int, default 2
        How many arms.
    turns : float, default 1.0
        How often an arm goes around the origin.
    noise : float, default 0.1
        Standard deviation of the points around their arm, at right angles to it. The
        gap between the arms of two classes is about a third.
    seed : int, optional
        Of the random numbers. Default: those of NumPy, which
        `helpers.training.set_seed` starts.

    Returns
    -------
    points : numpy.ndarray of float32, shape (samples, 2)
        In random order.
    labels : numpy.ndarray of int64, shape (samples,)
        The classes, from 0.

    Raises
    ------
    TypeError, ValueError
        If there is not at least one point a class, or `turns` or `noise` is out of
        range.

    Examples
    --------
    >>> points, labels = make_spirals(100, turns=1.5, noise=0.1, seed=1)
    >>> points.shape, labels.shape
    ((100, 2), (100,))
    """
    n_classes = as_count(n_classes, "n_classes", least=2)
    n_samples = as_count(n_samples, "n_samples", least=n_classes)
    if not 0 < turns < np.inf:
        raise ValueError(f"turns is {turns}; a number above 0 is needed.")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is {noise}; 0 or more is needed.")
    random = np.random.RandomState(_seed(seed))
    labels = random.permutation(np.arange(n_samples, dtype=np.int64) % n_classes)
    angle = 2 * np.pi * turns * random.uniform(size=n_samples)
    radius = (1 + angle / np.pi) / 3
    # The arm moves on along (slope * outward + radius * around); at right angles to
    # that lies (radius * outward - slope * around).
    slope = 1 / (3 * np.pi)
    shift = noise * random.normal(size=n_samples) / np.hypot(radius, slope)
    direction = angle + 2 * np.pi * labels / n_classes
    outward = np.stack([np.cos(direction), np.sin(direction)], axis=1)
    around = np.stack([-np.sin(direction), np.cos(direction)], axis=1)
    away = (radius + shift * radius)[:, np.newaxis] * outward
    points = away - (shift * slope)[:, np.newaxis] * around
    return points.astype(np.float32), labels


def _seed(seed: int | None) -> int:
    """Return `seed`, or one drawn from NumPy's own random numbers."""
    if seed is None:
        return int(np.random.randint(2**31))
    return as_count(seed, "seed", least=0)

"""The map of neighbours, on points whose neighbours are known."""

import numpy as np
import pytest

from helpers.neighbour_maps import neighbour_map


def two_clouds(n_points=60, seed=0):
    """Return points of two clouds that lie far apart, and which of them is whose."""
    random = np.random.default_rng(seed)
    cloud = np.arange(n_points) % 2
    return random.normal(size=(n_points, 5)) + 20 * cloud[:, np.newaxis], cloud


def test_clouds_stay_apart_and_the_same_seed_gives_the_same_map():
    points, cloud = two_clouds()
    places = neighbour_map(points, n_neighbors=8)
    assert places.shape == (60, 2)
    assert places.dtype == np.float32
    assert np.isfinite(places).all()
    distances = np.linalg.norm(places[:, np.newaxis] - places, axis=-1)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1)
    assert (cloud[nearest] == cloud).mean() > 0.95
    np.testing.assert_array_equal(places, neighbour_map(points, n_neighbors=8))
    assert not np.array_equal(places, neighbour_map(points, n_neighbors=8, seed=1))


def test_what_was_compiled_is_kept_for_the_next_process():
    from umap import layouts, umap_

    neighbour_map(two_clouds()[0])
    for compiled in (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        assert compiled.stats.cache_path is not None


def test_no_warning_reaches_the_notebook(recwarn):
    neighbour_map(two_clouds()[0])
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((15, 3)), r"shape \(15, 3\).* more than 15 rows"),
        (np.zeros((40, 3, 3)), r"shape \(40, 3, 3\); a table"),
        (np.full((40, 3), np.nan), "points"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(points, message):
    with pytest.raises(ValueError, match=message):
        neighbour_map(points)


def test_one_neighbour_is_too_few():
    with pytest.raises(ValueError, match="n_neighbors"):
        neighbour_map(np.zeros((40, 3)), n_neighbors=1)

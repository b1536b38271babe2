"""A map of many samples in two dimensions, on which neighbours stay together."""

import warnings

import numpy as np
from numpy.typing import ArrayLike

from helpers.validation import as_count, as_numbers

__all__ = ["neighbour_map"]


def neighbour_map(
    points: ArrayLike,
    n_neighbors: int = 15,
    min_dist: float = 0.001,
    seed: int = 0,
) -> np.ndarray:
    """Place samples on a map with UMAP, so that near neighbours lie close.

    Parameters
    ----------
    points : array_like, shape (samples, features)
        Some dozens of features at most, such as the components of a PCA: with more,
        looking for neighbours takes long. More samples than `n_neighbors`.
    n_neighbors : int, default 15
        How many neighbours of each sample are to stay close to it, itself among them.
    min_dist : float, default 0.001
        How close samples may lie on the map.
    seed : int, default 0
        The same seed gives the same map.

    Returns
    -------
    numpy.ndarray of float32, shape (samples, 2)

    Raises
    ------
    TypeError, ValueError
        If `points` is no table of finite numbers, or has too few rows.

    Notes
    -----
    L. McInnes, J. Healy and J. Melville, "UMAP: uniform manifold approximation and
    projection for dimension reduction", 2018, arXiv:1802.03426; package umap-learn.
    """
    n_neighbors = as_count(n_neighbors, "n_neighbors", least=2)
    table = as_numbers(points, "points")
    if table.ndim != 2 or len(table) <= n_neighbors:
        raise ValueError(
            f"points has shape {table.shape}; a table (samples, features) with more "
            f"than {n_neighbors} rows is needed."
        )
    from sklearn.neighbors import NearestNeighbors
    from umap import UMAP  # takes seconds, so it is loaded when it is needed

    _keep_what_is_compiled()
    # UMAP's own search is made for millions of samples, and starts slowly.
    search = NearestNeighbors(n_neighbors=n_neighbors).fit(table)
    distances, neighbours = search.kneighbors(table)
    umap = UMAP(
        n_neighbors=n_neighbors,
        min_dist=min_dist,
        random_state=seed,
        n_jobs=1,
        precomputed_knn=(neighbours, distances),
    )
    with warnings.catch_warnings():  # that no further samples can be put on this map
        warnings.filterwarnings("ignore", message="precomputed_knn")
        positions: np.ndarray = umap.fit_transform(table)
    return positions


def _keep_what_is_compiled() -> None:
    """Let Numba keep UMAP's compiled functions for the next time.

    UMAP compiles these three anew in each process, which takes longer than the map.
    """
    from umap import layouts, umap_

    for compiled in (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        compiled.enable_caching()

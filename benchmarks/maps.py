"""Fewer dimensions: principal components, and the map of chapter 4."""

import statistics

import numpy as np

from benchmarks.lines import Goal, Line
from benchmarks.measuring import fresh, in_turns, seconds
from benchmarks.rows import Row
from helpers.datasets import load_mnist
from helpers.preprocessing import prepare_images


def components(quick: bool) -> list[Line]:
    """Find 30 components of all training digits as chapter 4 does, and at random."""
    from sklearn.decomposition import PCA

    x = prepare_images(load_mnist(source="full").x_train, layout="flat")
    ours, theirs = in_turns(
        seconds(lambda: PCA(n_components=30, random_state=0).fit_transform(x)),
        seconds(
            lambda: PCA(
                n_components=30, svd_solver="randomized", random_state=0
            ).fit_transform(x)
        ),
        3 if quick else 7,
    )
    return [
        Line(
            what="PCA, 30 components of 60,000 x 784",
            against="its randomized solver",
            ours=ours,
            theirs=theirs,
            goal=Goal("ratio", at_most=1 / 2),
            note="PCA(30) chooses the solver covariance_eigh by itself",
        )
    ]


def neighbours(quick: bool) -> list[Line]:
    """Make the map of chapter 4, and that of UMAP's defaults, each in a new Python."""
    load_mnist(source="full")  # in a new Python, its absence would look like a crash
    fresh(_code("our_map(0)"))  # Numba keeps what it compiles now
    seeds = range(1 if quick else 5)
    runs = [
        (fresh(_code(f"our_map({seed})")), fresh(_code("their_map()")))
        for seed in seeds
    ]
    ours, theirs = zip(*runs, strict=True)
    note = (
        f"seeds 0 to {seeds[-1]}, the default has none; "
        "what Numba compiles is kept from before for ours; UMAP() compiles its own anew"
    )
    return [
        Line(
            what="UMAP of 5,000 digits as in chapter 4, start-up included",
            against="UMAP() on 10,000 digits, start-up included",
            ours=[run.seconds for run in ours],
            theirs=[run.seconds for run in theirs],
            goal=Goal("ratio", at_most=1 / 3),
            note=note,
        ),
        Line(
            what="its class purity among ten neighbours",
            against="that of UMAP()",
            ours=[run.answer for run in ours],
            theirs=[run.answer for run in theirs],
            goal=Goal("difference", at_least=-0.02),
            unit="",
            note=note,
            middle=statistics.mean,
        ),
    ]


def our_map(seed: int) -> float:
    """Return the class purity of the map that chapter 4 draws."""
    from helpers.neighbour_maps import neighbour_map

    reduced, labels = _reduced(5_000)
    return purity(neighbour_map(reduced, n_neighbors=15, seed=seed), labels)


def their_map() -> float:
    """Return the class purity of the map that UMAP's defaults make."""
    from umap import UMAP

    reduced, labels = _reduced(10_000)
    return purity(UMAP().fit_transform(reduced), labels)


def purity(positions: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the ten nearest neighbours that have a digit's own class."""
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(n_neighbors=10).fit(positions).kneighbors()[1]
    return float((labels[near] == labels[:, np.newaxis]).mean())


def _reduced(n_digits: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.decomposition import PCA

    digits = load_mnist(source="full")
    x = prepare_images(digits.x_train[:n_digits], layout="flat")
    reduced = PCA(n_components=50, random_state=0).fit_transform(x)
    return reduced, digits.y_train[:n_digits]


def _code(call: str) -> str:
    return f"from benchmarks import maps; answer = maps.{call}"


ROWS = [Row("pca-30", components), Row("umap", neighbours)]

"""Which full sets are there already."""

from helpers.datasets import imdb, mnist, walking


def cached_full_sets() -> dict[str, bool]:
    """Tell which full sets are in the cache, whole and undamaged; never download.

    Returns
    -------
    dict of str to bool
        For ``"mnist"``, ``"walking"`` and ``"imdb"``.
    """
    return {
        "mnist": mnist.is_cached(),
        "walking": walking.is_cached(),
        "imdb": imdb.is_cached(),
    }

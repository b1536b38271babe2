"""The data sets of the course: full where they are to be had, else a sample.

Every loader returns a small frozen data class that says where its data come from and
shows itself well in a notebook. Where the data come from is chosen in this order:

1. what the argument `source` says, else the variable ``KERAS_COURSE_SOURCE``:
   ``"full"`` or ``"sample"`` (and, as an argument, ``"openml"`` where OpenML has the
   set);
2. the full data in the cache: the folder that the variable ``KERAS_COURSE_DATA``
   names, else the user's cache folder;
3. the full data, downloaded and checked;
4. the sample, with one warning that says so.

Nothing is used before its checksum holds.
"""

from helpers.datasets.cache import DamagedFile, DataUnavailable
from helpers.datasets.cached import cached_full_sets
from helpers.datasets.imdb import load_imdb
from helpers.datasets.mnist import load_mnist
from helpers.datasets.records import DigitImages, Reviews, Table, Walking
from helpers.datasets.sources import SampleWarning, sample_in_use
from helpers.datasets.spirals import make_spirals
from helpers.datasets.tables import (
    load_boston_housing,
    load_breast_cancer,
    load_iris,
)
from helpers.datasets.walking import load_walking

__all__ = [
    "DamagedFile",
    "DataUnavailable",
    "DigitImages",
    "Reviews",
    "SampleWarning",
    "Table",
    "Walking",
    "cached_full_sets",
    "load_boston_housing",
    "load_breast_cancer",
    "load_imdb",
    "load_iris",
    "load_mnist",
    "load_walking",
    "make_spirals",
    "sample_in_use",
]

"""Loading: full MNIST as floats, and the walking windows out of 15 CSV files."""

import time
import zipfile

import numpy as np

from benchmarks.lines import Goal, Line
from benchmarks.measuring import fresh, in_turns, seconds
from benchmarks.rows import Row
from helpers.datasets import cache, load_mnist, load_walking, walking

TIMED = """
import time
{imports}
start = time.perf_counter()
{code}
answer = [time.perf_counter() - start, (x_train.nbytes + x_test.nbytes) / 1e6]
"""
OURS = TIMED.format(
    imports="from helpers import datasets, preprocessing",
    code="""
mnist = datasets.load_mnist(source="full")
x_train = preprocessing.prepare_images(mnist.x_train)
x_test = preprocessing.prepare_images(mnist.x_test)
""",
)
BY_HAND = TIMED.format(
    imports="import numpy as np\nfrom helpers.datasets.cache import cache_folder",
    code="""
with np.load(cache_folder() / "mnist.npz") as file:
    x_train = file["x_train"].astype("float32") / 255
    y_train = file["y_train"]
    x_test = file["x_test"].astype("float32") / 255
    y_test = file["y_test"]
""",
)
WALKING = 'from helpers import datasets; datasets.load_walking(source="full")'


def mnist(quick: bool) -> list[Line]:
    """Load full MNIST from the cache as float32, with all checks, and by hand."""
    digits = load_mnist(source="full")
    source = (digits.x_train.nbytes + digits.x_test.nbytes) / 1e6
    ours, theirs = in_turns(
        lambda: fresh(OURS), lambda: fresh(BY_HAND), 4 if quick else 12
    )
    ours, theirs = ours[1:], theirs[1:]  # the first fills the disk's cache
    result = ours[0].answer[1]
    return [
        Line(
            what="full MNIST from the cache to float32, checksum included",
            against="np.load, astype, / 255",
            ours=[run.answer[0] for run in ours],
            theirs=[run.answer[0] for run in theirs],
            goal=Goal("ratio", at_most=1.0),
        ),
        Line(
            what="peak memory of that process, Python included",
            against="the result and its source in uint8",
            ours=[run.peak for run in ours],
            theirs=[source + result],
            goal=Goal("ratio", at_most=1.2),
            unit="MB",
            note=f"by hand {max(run.peak for run in theirs):.0f} MB",
        ),
    ]


def windows(quick: bool) -> list[Line]:
    """Cut windows out of the recordings: all at once, and one by one with pandas."""
    load_walking(source="full")  # in a new Python, its absence would look like a crash
    every = 20 if quick else 1
    ours, theirs = in_turns(
        lambda: (fresh(WALKING), _cut_at_once()),
        lambda: _one_by_one(every),
        2 if quick else 3,
    )
    share = f"; the loop took 1 window in {every}, scaled" if every > 1 else ""
    against = "a loop over windows in pandas"
    return [
        Line(
            what="walking: a new Python, 15 CSV files in a zip, checked, all windows",
            against=f"reading the files with pandas, then {against}",
            ours=[run.seconds for run, _ in ours],
            theirs=[read + looped for read, looped in theirs],
            goal=Goal("ours", at_most=2),
            note=f"start-up is in ours only{share}",
        ),
        Line(
            what="cutting the 6,792 windows out of the table",
            against=against,
            ours=[cut for _, cut in ours],
            theirs=[looped for _, looped in theirs],
            goal=Goal("ratio", at_most=1 / 50),
            note=f"reading the files is in neither{share}",
        ),
    ]


def _cut_at_once() -> float:
    files = cache.read_cached(cache.FILES[walking.ARCHIVE], walking.unpack_archive)
    rows = walking._lay_end_to_end(list(files.values()))
    return seconds(lambda: walking.cut_windows(*rows))()


def _one_by_one(every: int) -> tuple[float, float]:
    """Return the seconds of reading the files, and of looking at each window."""
    import pandas as pd

    start = time.perf_counter()
    tables = []
    with zipfile.ZipFile(cache.cache_folder() / walking.ARCHIVE) as archive:
        names = [name for name in archive.namelist() if name.endswith(".csv")]
        for name in sorted(names):
            table = pd.read_csv(archive.open(name), names=["row", *"xyz", "label"])
            tables.append(table.assign(person=name))
    series = pd.concat(tables, ignore_index=True)
    read = time.perf_counter() - start
    found, owners = [], []
    starts = range(0, len(series) - walking.WINDOW + 1, walking.STEP * every)
    for first in starts:
        window = series.iloc[first : first + walking.WINDOW]
        if (window["label"] == walking.WALKING).all() and window[
            "person"
        ].nunique() == 1:
            found.append(window[["x", "y", "z"]].to_numpy("float32"))
            owners.append(window["person"].iloc[0])
    x = np.stack(found)
    if every == 1 and len(x) != 6792:  # else it would compare something else
        raise RuntimeError(f"the loop found {len(x)} windows, not 6,792")
    return read, every * (time.perf_counter() - start - read)


ROWS = [Row("mnist-float32", mnist), Row("walking-windows", windows)]

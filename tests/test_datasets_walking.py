"""The walking data: the rule of the windows, the archive, the simulator."""

import hashlib
import io
import itertools
import struct
import tracemalloc
import warnings
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from helpers import datasets
from helpers.datasets import DamagedFile, DataUnavailable, cache, walking
from helpers.datasets.gait_simulator import simulate_recordings

ORDER = ("1", "10", "11", "12", "13", "14", "15", *"23456789")
COUNTS = [511, 421, 337, 574, 334, 559, 332, 422, 494, 443, 510, 419, 509, 418, 509]

full_data = pytest.mark.skipif(
    not datasets.cached_full_sets()["walking"],
    reason="the full walking archive is not in the cache",
)


# The windows.


def cut_by_hand(series, labels, recordings):
    """The rule, spelt out row by row."""
    found = []
    for start in range(0, len(series), 52):
        rows = list(range(start, start + 260))
        if rows[-1] >= len(series):
            continue
        if any(labels[row] != 4 for row in rows):
            continue
        if len({recordings[row] for row in rows}) == 1:
            found.append(start)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_windows_follow_the_rule(seed):
    random = np.random.RandomState(seed)
    lengths = random.randint(1, 1500, 6)
    recordings = np.repeat(np.arange(6), lengths)
    n_rows = len(recordings)
    # Long runs of one label, mostly walking.
    labels = np.repeat(random.choice([4, 4, 4, 1, 0], n_rows), 700)[:n_rows]
    series = random.randint(0, 4096, (n_rows, 3)).astype(np.int16)
    x, y, start = walking.cut_windows(series, labels, recordings)
    assert start.tolist() == cut_by_hand(series, labels, recordings)
    assert x.shape == (len(start), 260, 3) and x.dtype == np.float32
    assert y.dtype == np.int64 and start.dtype == np.int64
    for window, label, first in zip(x, y, start, strict=True):
        assert np.array_equal(window, series[first : first + 260])
        assert label == recordings[first]


def test_every_edge_of_the_rule():
    labels = np.full(260 + 3 * 52, 4)
    one = np.zeros(len(labels), dtype=int)
    series = np.arange(len(labels) * 3).reshape(-1, 3)

    def starts(labels, recordings):
        return walking.cut_windows(series, labels, recordings)[2].tolist()

    assert starts(labels, one) == [0, 52, 104, 156]
    last_row = labels.copy()
    last_row[-1] = 6
    assert starts(last_row, one) == [0, 52, 104]
    first_row = labels.copy()
    first_row[0] = 0
    assert starts(first_row, one) == [52, 104, 156]
    two = one.copy()
    two[52:] = 1  # the grid goes on over the border between two recordings
    assert starts(labels, two) == [52, 104, 156]
    two = one.copy()
    two[259:] = 1  # a single row of the second one
    assert starts(labels, two) == []
    two = one.copy()
    two[53:] = 1
    assert starts(labels, two) == [104, 156]


def test_series_shorter_than_a_window_gives_none():
    x, y, start = walking.cut_windows(
        np.zeros((259, 3)), np.full(259, 4), np.zeros(259, dtype=int)
    )
    assert x.shape == (0, 260, 3) and len(y) == len(start) == 0


# The full data.


@pytest.fixture(scope="module")
def full():
    return datasets.load_walking("full")


@full_data
def test_full_set_has_the_published_windows(full):
    data = full
    assert data.x.shape == (6792, 260, 3) and data.x.dtype == np.float32
    assert data.y.dtype == np.int64 and data.start.dtype == np.int64
    assert np.bincount(data.y).tolist() == COUNTS
    assert data.persons == ORDER
    assert data.persons[1] == "10"
    assert data.sampling_rate == 52
    assert data.source == "full" and not data.simulated
    assert (data.start % 52 == 0).all() and (np.diff(data.start) > 0).all()
    # Raw values, not scaled: 12 bits, whole.
    assert data.x.min() >= 0 and data.x.max() <= 4095
    assert np.array_equal(data.x, np.rint(data.x))
    # One walking run in each recording: no gaps between its windows.
    for label in range(15):
        assert set(np.diff(data.start[data.y == label])) == {52}


@full_data
def test_full_windows_are_the_rows_of_the_files(full):
    data = full
    path = cache.cache_folder() / walking.ARCHIVE
    before = 0
    with zipfile.ZipFile(path) as archive:
        names = {name.rsplit("/")[-1]: name for name in archive.namelist()}
        for label, person in enumerate(ORDER[:3]):
            text = archive.read(names[f"{person}.csv"]).decode()
            lines = text.splitlines()
            mine = np.flatnonzero(data.y == label)
            for window in (mine[0], mine[-1]):
                first = data.start[window] - before
                rows = [line.split(",") for line in lines[first : first + 260]]
                expected = [[float(value) for value in row[1:4]] for row in rows]
                assert np.array_equal(data.x[window], np.array(expected))
                assert {row[4] for row in rows} == {"4"}
            before += len(lines)


@full_data
def test_still_windows_of_the_full_set(full):
    """427 windows, 6.3%, are hardly any movement: a finding of chapter 3."""
    x = full.x.astype(float)
    movement = np.sqrt(x.var(axis=1, ddof=1).sum(axis=1))
    assert int((movement < 60).sum()) == 427


# The archive: three small recordings stand in for the fifteen.


def recording(number, n_rows=600):
    values = np.random.RandomState(number).randint(1500, 2500, (n_rows, 3))
    lines = [
        f"{row},{x},{y},{z},{4 if row >= 50 else 1}"
        for row, (x, y, z) in enumerate(values)
    ]
    return "\n".join(lines).encode()


RECORDINGS = {f"{number}.csv": recording(number) for number in (1, 10, 2)}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An empty cache in which three small recordings are the right ones."""
    monkeypatch.setenv("KERAS_COURSE_DATA", str(tmp_path))
    monkeypatch.delenv("KERAS_COURSE_SOURCE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    members = {
        name: (len(content), hashlib.sha256(content).hexdigest())
        for name, content in RECORDINGS.items()
    }
    monkeypatch.setattr(walking, "MEMBERS", members)
    file = replace(cache.FILES[walking.ARCHIVE], url="http://127.0.0.1:1/")
    monkeypatch.setitem(cache.FILES, walking.ARCHIVE, file)
    return tmp_path


def make_zip(members):
    """Return a zip archive of (path, content) pairs."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns about names that come twice
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in members:
                archive.writestr(path, content)
    return buffer.getvalue()


def in_folder(contents, folder="Some folder/"):
    return [(folder + name, content) for name, content in contents.items()]


def unpack(content):
    return walking.unpack_archive(content, cache.FILES[walking.ARCHIVE])


@pytest.mark.parametrize("folder", ["", "Some folder/", "Other\\"])
def test_archive_with_right_members_is_taken_whatever_its_own_bytes(small, folder):
    extra = [
        ("Some folder/README", b"read me"),
        ("__MACOSX/Some folder/._1.csv", b"a Mac's own notes"),
        ("Some folder/deeper/1.csv", b"another file"),
    ]
    content = make_zip(extra + in_folder(RECORDINGS, folder))
    assert unpack(content) == RECORDINGS


def test_good_archive_is_cut_in_order_of_the_members(small):
    (small / walking.ARCHIVE).write_bytes(make_zip(in_folder(RECORDINGS)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = datasets.load_walking()
    assert data.persons == ("1", "10", "2")
    # Grid over the long series: 52, 104, ... | 624 = 12 * 52 is row 24 of the second.
    expected = [
        start
        for start in range(0, 1800 - 259, 52)
        if start % 600 >= 50 and start % 600 <= 340
    ]
    assert data.start.tolist() == expected
    assert data.y.tolist() == [start // 600 for start in expected]
    assert datasets.cached_full_sets()["walking"] is True


def without(name):
    return [pair for pair in in_folder(RECORDINGS) if not pair[0].endswith("/" + name)]


def changed(name, content):
    return in_folder(RECORDINGS | {name: content})


FIRST = RECORDINGS["1.csv"]
BAD_ARCHIVES = {
    "member missing": (without("10.csv"), "10.csv missing"),
    "climbs out": ([*in_folder(RECORDINGS), ("../evil.txt", b"x")], "leads out"),
    "climbs out from within": (
        [*without("1.csv"), ("Some folder/../../1.csv", FIRST)],
        "leads out",
    ),
    "absolute path": ([*without("1.csv"), ("/tmp/1.csv", FIRST)], "leads out"),
    "windows path": ([*without("1.csv"), ("C:\\data\\1.csv", FIRST)], "leads out"),
    "backslashes": ([*without("1.csv"), ("..\\1.csv", FIRST)], "leads out"),
    "member twice": (
        [*in_folder(RECORDINGS), ("Other folder/1.csv", b"other")],
        "twice",
    ),
    "member grown": (changed("1.csv", FIRST + b"\n1,1,1,1,4"), "bytes, not"),
    "member cut": (changed("1.csv", FIRST[:-1]), "bytes, not"),
    "member empty": (changed("2.csv", b""), "bytes, not"),
    "member changed": (
        changed("1.csv", FIRST.replace(b"4", b"6", 1)),
        "another content",
    ),
    "members swapped": (
        changed("1.csv", RECORDINGS["10.csv"]),
        "10?.csv has another content|bytes, not",
    ),
}


@pytest.mark.parametrize("fault", BAD_ARCHIVES)
def test_bad_archive_is_refused(small, fault):
    members, reason = BAD_ARCHIVES[fault]
    content = make_zip(members)
    with pytest.raises(DamagedFile, match=reason):
        unpack(content)
    (small / walking.ARCHIVE).write_bytes(content)
    assert datasets.cached_full_sets()["walking"] is False
    with pytest.raises(DataUnavailable, match=f"({reason}).*put .*{walking.ARCHIVE}"):
        datasets.load_walking("full")
    with pytest.warns(datasets.SampleWarning, match=reason) as caught:
        data = datasets.load_walking()
    assert len(caught) == 1 and "SIMULATED" in str(caught[0].message)
    assert data.simulated and data.source == "sample"
    assert (small / walking.ARCHIVE).read_bytes() == content
    assert sorted(p.name for p in small.iterdir() if p.suffix != ".lock") == [
        walking.ARCHIVE
    ]


@pytest.mark.parametrize("length", [0, 1, 100, 0.5, 0.9, -1])
def test_truncated_archive_is_refused(small, length):
    content = make_zip(in_folder(RECORDINGS))
    end = int(len(content) * length) if 0 < length < 1 else length
    with pytest.raises(DamagedFile, match="empty|no whole zip archive"):
        unpack(content[:end])


def test_any_flipped_byte_is_refused_or_harmless(small):
    """Whatever comes out is right: a wrong byte may lie where nothing depends on it."""
    content = make_zip(in_folder(RECORDINGS))
    refused = 0
    for position in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        try:
            assert unpack(bytes(damaged)) == RECORDINGS
        except DamagedFile:
            refused += 1
    assert refused > 50


def test_something_else_in_its_place_is_refused(small):
    for content in (b"<html>Not found</html>" * 50, GOOD_NPZ, b"\0" * 1000):
        with pytest.raises(DamagedFile):
            unpack(content)


GOOD_NPZ = make_zip([("x.npy", b"x")])


def lie_about_size(content, name, size):
    """Make a zip's headers say that a member has `size` bytes unpacked."""
    content = bytearray(content)
    for signature, size_at, name_at in ((b"PK\3\4", 22, 30), (b"PK\1\2", 24, 46)):
        position = -1
        while (position := content.find(signature, position + 1)) >= 0:
            here = bytes(content[position + name_at : position + name_at + 80])
            if here.startswith(f"Some folder/{name}".encode()):
                struct.pack_into("<I", content, position + size_at, size)
    return bytes(content)


def test_member_grown_far_beyond_its_size_is_not_read(small):
    """100 MB of zeros, packed into 100 KB: said openly, and under a false size."""
    bomb = make_zip(changed("1.csv", bytes(100_000_000)))
    lying = lie_about_size(bomb, "1.csv", len(FIRST))
    with zipfile.ZipFile(io.BytesIO(lying)) as archive:
        assert archive.getinfo("Some folder/1.csv").file_size == len(FIRST)
    tracemalloc.start()
    for content in (bomb, lying):
        with pytest.raises(DamagedFile):
            unpack(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_archive_beyond_its_largest_size_is_not_unpacked(small, monkeypatch):
    content = make_zip(in_folder(RECORDINGS))
    file = replace(cache.FILES[walking.ARCHIVE], largest=len(content) - 1)
    monkeypatch.setitem(cache.FILES, walking.ARCHIVE, file)
    (small / walking.ARCHIVE).write_bytes(content)
    with pytest.raises(DataUnavailable, match="larger than"):
        datasets.load_walking("full")


def test_known_members_are_those_of_the_published_set():
    assert tuple(name.removesuffix(".csv") for name in walking.MEMBERS) == ORDER
    assert sum(size for size, _ in walking.MEMBERS.values()) == 46_396_871
    assert len({sha256 for _, sha256 in walking.MEMBERS.values()}) == 15


# The simulator.


@pytest.fixture(scope="module")
def sample():
    return datasets.load_walking("sample")


def test_sample_has_the_shapes_of_the_full_set(sample):
    assert sample.x.shape[1:] == (260, 3) and sample.x.dtype == np.float32
    assert sample.y.dtype == np.int64 and sample.start.dtype == np.int64
    assert sample.persons == ORDER and sample.sampling_rate == 52
    counts = np.bincount(sample.y)
    assert len(counts) == 15 and counts.min() >= 95 and counts.max() <= 135
    assert (sample.start % 52 == 0).all() and (np.diff(sample.start) > 0).all()
    for label in range(15):
        assert set(np.diff(sample.start[sample.y == label])) == {52}


def test_sample_says_that_it_is_simulated(sample):
    assert sample.source == "sample" and sample.simulated
    assert "SIMULATED" in repr(sample) and "SIMULATED" in sample._repr_html_()


def test_simulator_repeats_itself_and_listens_to_its_seed(sample):
    again = datasets.load_walking("sample")
    assert np.array_equal(again.x, sample.x) and np.array_equal(again.y, sample.y)
    two, three = simulate_recordings(2)[0], simulate_recordings(3)[0]
    assert len(three) > len(two) and np.array_equal(two, three[: len(two)])
    assert not np.array_equal(
        simulate_recordings(1, seed=1)[0][:99], simulate_recordings(1, seed=2)[0][:99]
    )


def test_simulated_recordings_look_like_the_real_ones():
    series, labels, recordings = simulate_recordings()
    assert series.dtype == np.int16 and series.shape == (len(labels), 3)
    assert series.min() >= 0 and series.max() <= 4095
    assert set(labels) == {1, 3, 4} and set(recordings) == set(range(15))
    for person in range(15):
        walk = series[(recordings == person) & (labels == 4)]
        order = [label for label, _ in itertools.groupby(labels[recordings == person])]
        assert order == [1, 4, 3]
        assert (np.abs(walk.mean(axis=0) - [1970, 2380, 2000]) < 350).all()
        moving = walk[20 * 52 :].astype(float)
        assert (moving.std(axis=0) > 30).all() and (moving.std(axis=0) < 160).all()
        assert 1.5 < pace_of(moving) < 2.4


def pace_of(moving):
    """Return the frequency of the strongest swing, in steps per second."""
    power = (np.abs(np.fft.rfft(moving - moving.mean(axis=0), axis=0)) ** 2).sum(1)
    hertz = np.fft.rfftfreq(len(moving), 1 / 52)
    return hertz[power.argmax()]


def test_sample_has_still_windows_at_the_beginning(sample):
    x = sample.x.astype(float)
    still = np.sqrt(x.var(axis=1, ddof=1).sum(axis=1)) < 60
    assert 0.03 < still.mean() < 0.10
    place = np.concatenate(
        [np.linspace(0, 1, int((sample.y == label).sum())) for label in range(15)]
    )
    assert (place[still] < 0.2).mean() > 0.9


def test_people_of_the_sample_can_be_told_apart_but_not_easily(sample):
    """As with the real data: far above chance, better on a random split."""
    from sklearn.ensemble import RandomForestClassifier

    x = sample.x - sample.x.mean(axis=1, keepdims=True)
    x /= sample.x.std(axis=1, keepdims=True)
    spectra = np.abs(np.fft.rfft(x, axis=1))[:, 1:50].reshape(len(x), -1)
    place = np.concatenate(
        [np.linspace(0, 1, int((sample.y == label).sum())) for label in range(15)]
    )

    def accuracy(train, test):
        forest = RandomForestClassifier(30, random_state=0)
        forest.fit(spectra[train], sample.y[train])
        return forest.score(spectra[test], sample.y[test])

    held_out = np.random.RandomState(0).uniform(size=len(x)) < 0.2
    by_chance = accuracy(~held_out, held_out)
    by_time = accuracy(place < 0.76, place >= 0.8)
    assert 0.4 < by_time < by_chance < 0.97

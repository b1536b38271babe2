"""helpers.preprocessing: known answers, properties over many inputs, and refusals."""

import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.preprocessing import (
    from_one_hot,
    multi_hot,
    one_hot,
    prepare_images,
    scale_windows,
    sliding_windows,
    split_by_time,
)

unhurried = settings(deadline=None)  # a busy machine is no fault of the code

# ---------------------------------------------------------------- prepare_images

image_shapes = st.one_of(
    st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(5, 9)),
    st.tuples(*[st.integers(1, 6)] * 3, st.integers(1, 4)),
)


@unhurried
@given(image_shapes.flatmap(lambda shape: hnp.arrays(np.uint8, shape)))
def test_pixels_are_divided_by_255_and_keep_their_place(pixels):
    by_hand = pixels.astype(np.float32) / 255
    image = prepare_images(pixels)
    flat = prepare_images(pixels, layout="flat")
    channels = pixels.shape[3:] or (1,)
    assert image.shape == (*pixels.shape[:3], *channels)
    assert flat.shape == (len(pixels), pixels[0].size)
    assert image.dtype == flat.dtype == np.float32
    np.testing.assert_array_equal(image.reshape(pixels.shape), by_hand)
    np.testing.assert_array_equal(flat, by_hand.reshape(len(pixels), -1))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_scaled_floats_are_not_scaled_again(dtype):
    pixels = np.array([[[0, 0.25], [0.5, 1]]], dtype=dtype)
    image = prepare_images(pixels)
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image[..., 0], pixels)
    assert not np.shares_memory(image, pixels)
    np.testing.assert_array_equal(prepare_images(image), image)


def test_dark_bytes_are_scaled_too():
    assert prepare_images(np.ones((1, 2, 2), np.uint8)).max() == np.float32(1 / 255)


def test_a_transposed_view_keeps_each_pixel_in_place():
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 3, 2).T  # (2, 3, 4)
    assert prepare_images(pixels, layout="flat").flags.c_contiguous
    np.testing.assert_allclose(
        prepare_images(pixels, layout="flat")[1] * 255, pixels[1].ravel(), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        (np.full((1, 2, 2), 255.0), ValueError, "floats from 255 to 255.*uint8"),
        (np.full((1, 2, 2), 1.001), ValueError, "floats must be in"),
        (np.full((1, 2, 2), -0.1), ValueError, "floats from -0.1"),
        (np.full((1, 2, 2), np.nan), ValueError, "4 values that are NaN"),
        (np.full((1, 2, 2), 200), TypeError, "int64.*astype"),
        (np.full((1, 2, 2), -1), TypeError, "int64"),
        (np.full((1, 2, 2), True), TypeError, "bool"),
        (np.zeros((28, 28), np.uint8), ValueError, r"shape \(28, 28\).*One image"),
        (np.zeros((28, 28, 3), np.uint8), ValueError, "one image with channels"),
        (np.zeros((28, 30, 3), np.uint8), ValueError, r"give images\[np.newaxis\]"),
        (np.zeros((50, 28, 1), np.uint8), ValueError, r"images\[..., np.newaxis\]"),
        (np.full((2, 9, 9), 1.00011), ValueError, "from 1.00011 to 1.00011"),
        (np.zeros((2, 3, 8, 8), np.uint8), ValueError, "8 channels.*channels last"),
        (np.zeros(784, np.uint8), ValueError, r"shape \(784,\)"),
        (np.zeros((1, 1, 1, 1, 1), np.uint8), ValueError, "Reshape it first"),
        (np.zeros((0, 28, 28), np.uint8), ValueError, "images is empty"),
        ([["a"]], TypeError, "numbers are needed"),
    ],
)
def test_prepare_images_refuses(images, error, words):
    with pytest.raises(error, match=words):
        prepare_images(images)


def test_unknown_layout():
    with pytest.raises(ValueError, match=r"layout is 'rows'; .*image.*flat"):
        prepare_images(np.zeros((1, 2, 2), np.uint8), layout="rows")


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_memory_is_at_most_a_fifth_above_source_and_result(dtype):
    source = np.ones((4000, 28, 28), dtype=dtype)
    tracemalloc.start()
    result = prepare_images(source, layout="flat")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak + source.nbytes <= 1.2 * (result.nbytes + source.nbytes)


# ---------------------------------------------------------------- one_hot


@unhurried
@given(st.lists(st.integers(0, 20), min_size=1), st.integers(0, 3))
def test_one_hot_and_back(labels, extra):
    n_classes = max(max(labels) + 1 + extra, 2)
    matrix = one_hot(labels, n_classes)
    assert matrix.shape == (len(labels), n_classes)
    assert matrix.dtype == np.float32
    assert matrix.sum() == len(labels)
    assert set(np.unique(matrix)) <= {0, 1}
    assert from_one_hot(matrix).tolist() == labels


def test_one_hot_counts_the_classes():
    expected = [[0, 0, 1], [1, 0, 0]]
    assert one_hot([2, 0]).tolist() == expected
    assert one_hot(np.array([2.0, 0.0])).tolist() == expected


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([1, 2, 3], 3), ValueError, "labels holds 3, but there are 3 classes"),
        (([0, -1],), ValueError, "labels holds -1"),
        (([0, 0],), ValueError, "labels are all 0.*n_classes"),
        (([0], 1), ValueError, "n_classes is 1; it must be at least 2"),
        (([0], 2.0), TypeError, "n_classes is 2.0"),
        (([],), ValueError, "labels is empty"),
        (([0.5],), ValueError, "labels holds 0.5"),
        (([np.nan],), ValueError, "NaN"),
        (([[0, 1]],), ValueError, "from_one_hot"),
        ((["cat"],), TypeError, "numbers are needed"),
    ],
)
def test_one_hot_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        one_hot(*arguments)


def test_from_one_hot_takes_probabilities():
    probabilities = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]], dtype=np.float32)
    labels = from_one_hot(probabilities)
    assert labels.tolist() == [1, 0]
    assert labels.dtype == np.int64


@unhurried
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 6), st.integers(2, 6)),
        elements=st.floats(-5, 5),
        unique=True,
    )
)
def test_from_one_hot_finds_the_most_probable_class(logits):
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assume(all(len(np.unique(row)) == len(row) for row in probabilities))
    winners = [list(row).index(max(row)) for row in probabilities]
    assert from_one_hot(probabilities).tolist() == winners


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[0, 1], [0, 0]], r"row 1 is \[0 0\].*sum 1"),
        ([[0.5, 0.5]], "row 0 .*no tie"),
        ([[1, 0], [1, 1]], r"row 1 is \[1 1\]"),
        ([[2.0, -1.0]], "row 0 .*Logits need a softmax"),
        ([[0.9, 0.8]], "row 0"),
        ([[0.7], [0.2]], r"shape \(2, 1\).*> 0.5"),
        ([0, 1], "1 axes; 2 are needed"),
        ([[np.nan, 1]], "NaN"),
        (np.zeros((0, 3)), "empty"),
    ],
)
def test_from_one_hot_refuses(matrix, words):
    with pytest.raises(ValueError, match=words):
        from_one_hot(matrix)


# ---------------------------------------------------------------- windows


@unhurried
@given(st.data())
def test_windows_are_pieces_of_the_series(data):
    shape = data.draw(st.tuples(st.integers(1, 40), st.integers(1, 3)))
    series = np.arange(np.prod(shape)).reshape(shape)
    length = data.draw(st.integers(1, shape[0]))
    step = data.draw(st.integers(1, 10))
    windows, start = sliding_windows(series, length, step)
    assert start.tolist() == list(range(0, shape[0] - length + 1, step))
    assert windows.shape == (len(start), length, shape[1])
    assert windows.dtype == series.dtype
    assert windows.flags.c_contiguous
    assert windows.flags.writeable
    for window, first in zip(windows, start, strict=True):
        np.testing.assert_array_equal(window, series[first : first + length])
    assert not np.shares_memory(windows, series)


@unhurried
@given(
    st.lists(st.integers(0, 2), min_size=5, max_size=40),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_windows_lie_within_one_group(groups, length, step):
    series = np.arange(len(groups))[:, np.newaxis]
    grid = range(0, len(groups) - length + 1, step)
    wanted = [row for row in grid if len(set(groups[row : row + length])) == 1]
    assume(wanted)
    windows, start = sliding_windows(series, length, step, groups=groups)
    assert start.tolist() == wanted
    assert windows[:, 0, 0].tolist() == wanted


def test_groups_may_be_text():
    _, start = sliding_windows(np.zeros((4, 1)), 2, groups=["a", "a", "b", "b"])
    assert start.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([1, 2, 3], 2), ValueError, "1 axes; 2 are needed"),
        ((np.zeros((3, 1)), 4), ValueError, "3 rows, fewer than one window of 4"),
        ((np.zeros((3, 1)), 0), ValueError, "length is 0"),
        ((np.zeros((3, 1)), 2, 0), ValueError, "step is 0"),
        ((np.zeros((3, 1)), 1.5), TypeError, "length is 1.5"),
        ((np.zeros((3, 1)), 2, 1, [0, 1]), ValueError, "3 rows, but groups has 2"),
        ((np.zeros((3, 1)), 2, 1, [0, 1, 2]), ValueError, "No window of 2 rows"),
        ((np.zeros((3, 1)), 2, 1, [[0], [0], [0]]), ValueError, "groups has shape"),
        ((np.full((3, 1), np.nan), 2), ValueError, "NaN"),
    ],
)
def test_sliding_windows_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        sliding_windows(*arguments)


def test_scale_windows_known_answer():
    windows = np.array([[[1, 5], [2, 5], [3, 5]], [[10, 0], [30, 1], [20, 2]]])
    scaled = scale_windows(windows)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled[0], [[-1, 0], [0, 0], [1, 0]])
    np.testing.assert_allclose(scaled[1], [[-1, -1], [1, 0], [0, 1]], atol=1e-7)


@unhurried
@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int16]),
        st.tuples(st.integers(1, 4), st.integers(2, 12), st.integers(1, 3)),
        elements={"min_value": -1000, "max_value": 1000},
    )
)
@example(np.array([[[1e200], [-1e200], [0]]]))
@example(np.array([[[1e-200], [-1e-200], [0]]]))
@example(np.array([[[-128], [127], [0]]], dtype=np.int8))
def test_scaled_windows_have_mean_0_and_deviation_1(windows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaled = scale_windows(windows).astype(np.float64)
    moving = np.ptp(windows.astype(np.float64), axis=1) > 0
    np.testing.assert_allclose(scaled.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.std(axis=1, ddof=1), moving, atol=1e-6)


def test_each_window_is_scaled_by_itself():
    windows = np.random.default_rng(1).normal(size=(5, 30, 3)) * 1000 + 7
    np.testing.assert_array_equal(
        scale_windows(windows)[2], scale_windows(windows[2:3])[0]
    )


def test_a_constant_channel_becomes_0_in_spite_of_rounding():
    windows = np.full((1, 260, 3), 0.1)
    assert (
        windows.std(axis=1).min() > 0
    )  # by rounding alone: dividing by it would give noise
    assert (scale_windows(windows) == 0).all()


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        (np.zeros((2, 3)), "2 axes; 3 are needed"),
        (np.zeros((2, 1, 3)), "at least 2 rows"),
        (np.zeros((0, 5, 3)), "empty"),
        (np.full((1, 5, 3), np.inf), "infinite"),
    ],
)
def test_scale_windows_refuses(windows, words):
    with pytest.raises(ValueError, match=words):
        scale_windows(windows)


# ---------------------------------------------------------------- split_by_time


@st.composite
def cut_recordings(draw):
    """Recordings of any number of windows, laid end to end, then shuffled."""
    length = draw(st.integers(1, 12))
    sizes = draw(st.lists(st.integers(5, 40), min_size=1, max_size=4))
    recording, start, row = [], [], 0
    for number, size in enumerate(sizes):
        gaps = draw(st.lists(st.integers(1, 6), min_size=size, max_size=size))
        rows = row + np.cumsum(gaps)
        recording += [number] * size
        start += rows.tolist()
        row = rows[-1] + length
    order = draw(st.permutations(range(len(start))))
    return np.array(recording)[order], np.array(start)[order], length


@unhurried
@given(cut_recordings(), st.integers(2, 5), st.data())
def test_training_and_test_share_no_row(cut, n_blocks, data):
    recording, start, length = cut
    block = data.draw(st.integers(-n_blocks, n_blocks - 1))

    def rows(windows):
        return {row for s in start[windows] for row in range(s, s + length)}

    try:
        train, test = split_by_time(recording, start, length, block, n_blocks)
    except ValueError as error:
        refused = str(error)
        train = test = None
    if train is None:
        assert "has no window left for training" in refused
        return
    assert not rows(train) & rows(test)
    assert not set(train) & set(test)
    assert (np.diff(train) > 0).all()
    assert (np.diff(test) > 0).all()
    # What is in neither shares rows with the test windows: none is lost for nothing.
    for window in set(range(len(start))) - set(train) - set(test):
        assert rows([window]) & rows(test)
    # The test block of each recording is the one that the definition names.
    for name in set(recording):
        windows = sorted(np.flatnonzero(recording == name), key=lambda i: start[i])
        n, b = len(windows), block % n_blocks
        expected = windows[b * n // n_blocks : (b + 1) * n // n_blocks]
        assert sorted(expected) == [i for i in test if recording[i] == name]


def test_split_known_answer():
    # Ten windows of 4 rows, one every 2 rows: neighbours share rows, the next do not.
    recording, start = np.zeros(10), 2 * np.arange(10)
    train, test = split_by_time(recording, start, 4)
    assert test.tolist() == [8, 9]
    assert train.tolist() == [0, 1, 2, 3, 4, 5, 6]
    train, test = split_by_time(recording, start, 4, block=2)
    assert test.tolist() == [4, 5]
    assert train.tolist() == [0, 1, 2, 7, 8, 9]
    assert train.dtype == test.dtype == np.int64


def test_recordings_are_split_by_themselves_and_may_be_text():
    recording, start = ["b"] * 5 + ["a"] * 5, [4, 3, 2, 1, 0, 0, 1, 2, 3, 4]
    train, test = split_by_time(recording, start, 1)
    assert test.tolist() == [0, 9]
    assert train.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_validation_is_split_off_the_training_part_in_the_same_way():
    recording, start = np.zeros(100), 2 * np.arange(100)
    train, test = split_by_time(recording, start, 4)
    fit, val = split_by_time(recording[train], start[train], 4)
    assert train[val].tolist() == list(range(63, 79))  # the last fifth of 79
    assert train[fit].tolist() == list(range(62))
    assert test.tolist() == list(range(80, 100))


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"start": [0, 1]}, ValueError, "recording has 10, start has 2"),
        ({"block": 5}, ValueError, "block is 5, but 5 blocks are 0 to 4"),
        ({"block": -6}, ValueError, "block is -6"),
        ({"n_blocks": 1}, ValueError, "n_blocks is 1"),
        ({"n_blocks": 11}, ValueError, "Recording 0 has 10 windows, fewer than 11"),
        ({"length": 0}, ValueError, "length is 0"),
        ({"length": 100}, ValueError, "Recording 0 has no window left for training"),
        ({"start": np.arange(10) + 0.5}, ValueError, "start holds 0.5"),
        ({"start": -np.arange(10)}, ValueError, "start holds -9"),
        ({"recording": np.full(10, np.nan)}, ValueError, "recording holds 10"),
        ({"recording": np.zeros((10, 1))}, ValueError, "recording has shape"),
    ],
)
def test_split_by_time_refuses(changed, error, words):
    arguments = {"recording": [0] * 10, "start": np.arange(10), "length": 2}
    with pytest.raises(error, match=words):
        split_by_time(**(arguments | changed))


def test_split_of_the_full_walking_data():
    datasets = pytest.importorskip("helpers.datasets")
    if not datasets.cached_full_sets().get("walking", False):
        pytest.skip("the full walking data are not in the cache (KERAS_COURSE_DATA)")
    walking = datasets.load_walking(source="full")
    train, test = split_by_time(walking.y, walking.start, 260)
    assert (len(train), len(test)) == (5368, 1364)
    fit, val = split_by_time(walking.y[train], walking.start[train], 260)
    gap = np.abs(walking.start[train[fit], None] - walking.start[train[val]])
    assert gap.min() >= 260
    # One scaled by hand, as the syllabus says.
    window = walking.x[17].astype(np.float64)
    by_hand = (window - window.mean(axis=0)) / window.std(axis=0, ddof=1)
    np.testing.assert_allclose(
        scale_windows(walking.x[17:18])[0], by_hand, atol=1e-6, rtol=0
    )


# ---------------------------------------------------------------- multi_hot


@unhurried
@given(st.lists(st.lists(st.integers(0, 9), max_size=8), min_size=1, max_size=8))
def test_multi_hot_marks_the_words_that_occur(sequences):
    matrix = multi_hot(sequences, n_words=10)
    assert matrix.dtype == np.uint8
    expected = [[int(word in words) for word in range(10)] for words in sequences]
    assert matrix.tolist() == expected


def test_multi_hot_takes_what_keras_gives():
    sequences = np.empty(2, dtype=object)
    sequences[:] = [[1, 2, 2], [0]]
    assert multi_hot(sequences, 3).tolist() == [[0, 1, 1], [1, 0, 0]]
    assert multi_hot(sequences, 3, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            ([[1], [5, 12]], 10),
            ValueError,
            r"sequences\[1\] holds word number 12;.*num_",
        ),
        (([[1, 10]], 10), ValueError, "word number 10; with n_words=10.*0 to 9"),
        (([[-1]], 10), ValueError, "word number -1"),
        (([[1.5]], 10), TypeError, r"sequences\[0\] holds float64"),
        (([["the"]], 10), TypeError, "holds <U3"),
        (([1, 2], 10), ValueError, r"sequences\[0\] is 1, no sequence.*\[sequence\]"),
        (([[[1]]], 10), ValueError, "no sequence"),
        (([], 10), ValueError, "sequences is empty"),
        (([[1]], 0), ValueError, "n_words is 0"),
        (([[1]], 10, "U5"), TypeError, "dtype is <U5"),
    ],
)
def test_multi_hot_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        multi_hot(*arguments)


def test_multi_hot_needs_no_memory_beside_its_result():
    sequences = [list(range(100))] * 200
    tracemalloc.start()
    matrix = multi_hot(sequences, n_words=10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 1.1 * matrix.nbytes

"""Hand-made features of windows, held against formulas written out."""

import numpy as np
import pytest

from helpers.features import (
    autocorrelation,
    axis_correlations,
    spectrum,
    window_features,
)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def wave(times, length=260, size=1.0):
    values = size * np.sin(2 * np.pi * times * np.arange(length) / length + 0.3)
    return values[np.newaxis, :, np.newaxis]


def mean_product(first, second, shift):
    """Of a channel at row t and another at row t + shift, written out."""
    first = (first - first.mean()) / first.std()
    second = (second - second.mean()) / second.std()
    length = len(first)
    rows = [t for t in range(length) if 0 <= t + shift < length]
    return sum(first[t] * second[t + shift] for t in rows) / length


def test_walking_windows_have_423_features():
    features = window_features(noise(4, 260, 3))
    assert features.shape == (4, 423)
    assert features.dtype == np.float32
    assert features.flags.c_contiguous


def test_features_are_the_three_parts_channel_by_channel():
    windows = noise(5, 60, 3)
    features = window_features(windows, n_frequencies=30, n_lags=7, furthest=2)
    spectra, repeats = spectrum(windows, 30), autocorrelation(windows, 7)
    together = axis_correlations(windows, 2)
    assert features.shape == (5, 3 * 30 + 3 * 5 + 3 * 7)
    np.testing.assert_array_equal(features[:, :30], spectra[:, :, 0])
    np.testing.assert_array_equal(features[:, 30:60], spectra[:, :, 1])
    np.testing.assert_array_equal(features[:, 90:95], together[:, :, 0])
    np.testing.assert_array_equal(features[:, 100:105], together[:, :, 2])
    np.testing.assert_array_equal(features[:, 105:112], repeats[:, :, 0])
    np.testing.assert_array_equal(features[:, 119:], repeats[:, :, 2])


def test_a_window_does_not_depend_on_its_neighbours():
    windows = noise(6, 80, 3)
    one_by_one = [window_features(windows[[i]])[0] for i in range(6)]
    np.testing.assert_allclose(window_features(windows), one_by_one, atol=1e-5)


@pytest.mark.parametrize("times", [1, 7, 129])
def test_a_wave_stands_at_its_frequency(times):
    amplitude = spectrum(wave(times, size=2.5), 130)[0, :, 0]
    assert amplitude.argmax() == times - 1
    # Scaled to standard deviation 1, a wave has the amplitude of root 2.
    assert amplitude[times - 1] == pytest.approx(np.sqrt(2), rel=1e-5)
    assert np.delete(amplitude, times - 1).max() < 1e-6


def test_mean_and_scale_play_no_part():
    windows = noise(3, 100, 2)
    raw = 20 * windows + 2000
    np.testing.assert_allclose(
        window_features(raw), window_features(windows), rtol=1e-4, atol=1e-5
    )


def test_a_wave_that_begins_later_has_the_same_spectrum():
    windows = noise(3, 100, 2)
    later = np.roll(windows, 13, axis=1)
    np.testing.assert_allclose(spectrum(later), spectrum(windows), rtol=1e-4, atol=1e-6)


def test_without_a_shift_correlations_are_those_of_numpy():
    windows = noise(4, 50, 3)
    windows[:, :, 2] += 0.7 * windows[:, :, 0]
    found = axis_correlations(windows, furthest=0)
    assert found.shape == (4, 1, 3)
    for window, row in zip(windows, found[:, 0], strict=True):
        matrix = np.corrcoef(window.T)
        expected = [matrix[0, 1], matrix[0, 2], matrix[1, 2]]
        np.testing.assert_allclose(row, expected, rtol=1e-4, atol=1e-6)


def test_shifted_correlations_written_out():
    windows = noise(2, 40, 3)
    found = axis_correlations(windows, furthest=39)
    assert found.shape == (2, 79, 3)
    for pair, (a, b) in enumerate([(0, 1), (0, 2), (1, 2)]):
        for shift in (-39, -7, -1, 0, 1, 7, 39):
            expected = mean_product(windows[1, :, a], windows[1, :, b], shift)
            assert found[1, shift + 39, pair] == pytest.approx(expected, abs=1e-5)


def test_one_channel_has_no_correlations():
    assert axis_correlations(noise(4, 50, 1)).shape == (4, 61, 0)
    assert window_features(noise(4, 120, 1)).shape == (4, 80)


def test_autocorrelation_written_out():
    windows = noise(2, 40, 2)
    found = autocorrelation(windows, 39)
    assert found.shape == (2, 39, 2)
    for lag in (1, 9, 39):
        expected = mean_product(windows[1, :, 0], windows[1, :, 0], lag)
        assert found[1, lag - 1, 0] == pytest.approx(expected, abs=1e-5)


def test_a_rhythm_repeats_after_its_period():
    found = autocorrelation(wave(10))[0, :, 0]  # 26 rows a period
    assert found.argmin() == 13 - 1
    assert found[20:].argmax() + 20 == 26 - 1


@pytest.mark.parametrize("value", [0.0, 1 / 3, 2000.1])
def test_a_channel_that_does_not_change_gives_zeros(value):
    windows = noise(2, 80, 3)
    windows[0, :, 1] = value
    np.testing.assert_array_equal(axis_correlations(windows)[0, :, [0, 2]], 0)
    np.testing.assert_array_equal(autocorrelation(windows)[0, :, 1], 0)
    np.testing.assert_array_equal(spectrum(windows)[0, :, 1], 0)
    assert np.isfinite(window_features(windows)).all()


def test_the_input_stays_as_it_is():
    windows = noise(2, 80, 3)
    before = windows.copy()
    window_features(windows)
    np.testing.assert_array_equal(windows, before)


def test_whole_numbers_are_accepted():
    raw = np.random.default_rng(1).integers(1900, 2100, (2, 80, 3), dtype=np.int16)
    np.testing.assert_array_equal(window_features(raw), window_features(raw * 1.0))


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        (noise(260, 3), "2 axes"),
        (noise(2, 1, 3), "at least 2 rows"),
        (np.full((1, 80, 3), np.nan), "NaN"),
        (np.zeros((0, 80, 3)), "empty"),
        (noise(2, 79, 3), "n_frequencies is 40, but windows of 79 rows have only 39"),
    ],
)
def test_wrong_windows_are_refused(windows, words):
    with pytest.raises(ValueError, match=words):
        window_features(windows)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("n_lags", 80),
        ("n_lags", 0),
        ("furthest", 80),
        ("furthest", -1),
        ("n_frequencies", 0),
        ("n_frequencies", 41),
    ],
)
def test_numbers_out_of_range_are_refused(name, number):
    with pytest.raises(ValueError, match=name):
        window_features(noise(1, 80, 3), **{name: number})


def test_a_fraction_of_a_row_is_no_lag():
    with pytest.raises(TypeError, match="n_lags"):
        autocorrelation(noise(1, 60, 3), 2.5)

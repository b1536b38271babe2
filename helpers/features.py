"""Features of windows that people thought of: rhythm, shape, how axes go together.

What a classical method (a forest, a support vector machine) is given in place of the
raw signal.
"""

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from helpers.validation import as_count, as_numbers

__all__ = ["autocorrelation", "axis_correlations", "spectrum", "window_features"]


def window_features(
    windows: ArrayLike,
    n_frequencies: int = 40,
    n_lags: int = 40,
    furthest: int = 30,
) -> np.ndarray:
    """Describe each window by its spectra, correlations and autocorrelations.

    None of them says where in the window something happens: a window that begins a
    little later has nearly the same features.

    Parameters
    ----------
    windows : array_like, shape (windows, length, channels)
        Raw or scaled; each channel of each window is centred and scaled here.
    n_frequencies : int, optional
        For `spectrum`.
    n_lags : int, optional
        For `autocorrelation`.
    furthest : int, optional
        For `axis_correlations`.

    Returns
    -------
    numpy.ndarray of float32, shape (windows, features)
        In this order: the `spectrum` of each channel, the `axis_correlations` of each
        pair of channels, the `autocorrelation` of each channel. With three channels,
        that is 3 * 40 + 3 * 61 + 3 * 40 = 423.

    Raises
    ------
    TypeError, ValueError
        If `windows` has other axes, is too short for what is asked, or holds values
        that are not finite.
    """
    parts = [
        spectrum(windows, n_frequencies),
        axis_correlations(windows, furthest),
        autocorrelation(windows, n_lags),
    ]
    # Channel by channel, and pair by pair.
    flat = [part.transpose(0, 2, 1).reshape(len(part), -1) for part in parts]
    return np.concatenate(flat, axis=1)


def spectrum(windows: ArrayLike, n_frequencies: int = 40) -> np.ndarray:
    """Tell how strong each frequency is in each channel of each window.

    Parameters
    ----------
    windows : array_like, shape (windows, length, channels)
        Each channel of each window is centred and scaled first.
    n_frequencies : int, optional
        How many frequencies, the lowest first; at most ``length // 2``.

    Returns
    -------
    numpy.ndarray of float32, shape (windows, n_frequencies, channels)
        Amplitudes, from 0: entry k is the amplitude of the wave that fits k + 1 times
        into the window, so its frequency is (k + 1) * sampling rate / length.
    """
    values = _standardised(windows)
    length = values.shape[1]
    wanted = as_count(n_frequencies, "n_frequencies")
    if wanted > length // 2:
        raise ValueError(
            f"n_frequencies is {wanted}, but windows of {length} rows have only "
            f"{length // 2}."
        )
    waves = np.fft.rfft(values, axis=1)[:, 1 : wanted + 1]
    return (np.abs(waves) * (2 / length)).astype(np.float32)


def axis_correlations(windows: ArrayLike, furthest: int = 30) -> np.ndarray:
    """Tell how alike two channels are, at once and with one of them shifted.

    Parameters
    ----------
    windows : array_like, shape (windows, length, channels)
    furthest : int, optional
        By how many rows the second channel is shifted at most, back and on. With 0
        these are the plain correlations.

    Returns
    -------
    numpy.ndarray of float32, shape (windows, 2 * furthest + 1, pairs)
        Entry k is the mean product of the first channel at a row and the second one
        k - `furthest` rows later; rows beyond the window count as 0. From -1 to 1.
        Pairs in the order (0, 1), (0, 2), ..., (1, 2), ... A channel that does not
        change has correlation 0 with every other.
    """
    values = _standardised(windows)
    shift = _as_shift(furthest, "furthest", values, least=0)
    waves = _padded_waves(values)
    pairs = list(combinations(range(values.shape[2]), 2))
    first, second = np.array(pairs, dtype=int).reshape(-1, 2).T
    products = _products(waves[:, :, first], waves[:, :, second], values.shape[1])
    # The products at shifts below 0 stand at the end.
    both = [products[:, products.shape[1] - shift :], products[:, : shift + 1]]
    return np.concatenate(both, axis=1).astype(np.float32)


def autocorrelation(windows: ArrayLike, n_lags: int = 40) -> np.ndarray:
    """Tell how alike each channel is to itself some rows later.

    Parameters
    ----------
    windows : array_like, shape (windows, length, channels)
    n_lags : int, optional
        Up to how many rows later; less than `length`.

    Returns
    -------
    numpy.ndarray of float32, shape (windows, n_lags, channels)
        Entry k is the mean product of the channel at a row and k + 1 rows later; rows
        beyond the window count as 0. Large where a rhythm repeats after that lag.
    """
    values = _standardised(windows)
    lags = _as_shift(n_lags, "n_lags", values, least=1)
    waves = _padded_waves(values)
    products = _products(waves, waves, values.shape[1])
    return products[:, 1 : lags + 1].astype(np.float32)


def _standardised(windows: ArrayLike) -> np.ndarray:
    """Centre and scale each channel of each window; what does not change becomes 0."""
    values = as_numbers(windows, "windows", ndim=3)
    if values.shape[1] < 2:
        raise ValueError(
            f"windows has shape {values.shape}: at least 2 rows are needed. The axes "
            "are (windows, length, channels)."
        )
    constant = values.max(axis=1, keepdims=True) == values.min(axis=1, keepdims=True)
    # float64: raw values are large compared with their changes.
    values = values.astype(np.float64)
    values -= values.mean(axis=1, keepdims=True)
    deviation = values.std(axis=1, keepdims=True)
    scaled: np.ndarray = values / np.where(constant | (deviation == 0), 1, deviation)
    # Once scaled, float32 is enough, and half the work.
    return np.where(constant, 0, scaled).astype(np.float32)


def _as_shift(number: int, name: str, values: np.ndarray, least: int) -> int:
    shift = as_count(number, name, least=least)
    if shift >= values.shape[1]:
        raise ValueError(
            f"{name} is {shift}, but windows have {values.shape[1]} rows; a shift must "
            "be shorter than a window."
        )
    return shift


def _padded_waves(values: np.ndarray) -> np.ndarray:
    """Return the waves of the windows with zeros behind them.

    So many zeros that what is shifted out at one end does not come in at the other.
    """
    return np.fft.rfft(values, n=2 * values.shape[1], axis=1)


def _products(first: np.ndarray, second: np.ndarray, length: int) -> np.ndarray:
    """Return the mean products of two channels at all shifts, by their waves."""
    return np.fft.irfft(np.conj(first) * second, n=2 * length, axis=1) / length

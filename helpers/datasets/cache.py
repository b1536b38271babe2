"""The cache of downloaded files, which never hands out a damaged one.

A file is read whole, checked, and only then used: what was checked and what is used
are the same bytes in memory. A download is checked in memory too, then written under
a temporary name and renamed, so that a half-written file never bears the real name.
Reading a good file writes nothing, so a read-only folder will do.
"""

import hashlib
import inspect
import io
import os
import queue
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Content = TypeVar("Content")

# A server may take this many seconds before the first data arrive; what has arrived
# earns it further time, at the slowest speed that is worth waiting for.
PATIENCE = 6.0
# What is left of it, at least, after waiting for another process that failed.
LEAST_PATIENCE = 2.0
SLOWEST_SPEED = 50_000  # bytes per second
# So long do we wait for another process that is downloading the same file.
LONGEST_WAIT = 60.0


class DamagedFile(ValueError):
    """A file is not what it should be: truncated, corrupted, empty or swapped."""


class DataUnavailable(RuntimeError):
    """The data that were asked for are neither in the cache nor to be downloaded."""


class DownloadFailed(RuntimeError):
    """A download did not end well; the message is the reason, in plain words."""


@dataclass(frozen=True)
class RemoteFile:
    """One file that can be downloaded.

    Attributes
    ----------
    name : str
        File name in the cache.
    url : str
        Where it is downloaded from.
    largest : int
        Number of bytes that it has at most; more is never read.
    sha256 : str or None
        Checksum of the whole file, or None where only its members can be checked.
    """

    name: str
    url: str
    largest: int
    sha256: str | None = None


_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases/"

FILES = {
    "mnist.npz": RemoteFile(
        "mnist.npz",
        _KERAS + "mnist.npz",
        11_490_434,
        "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    ),
    "imdb.npz": RemoteFile(
        "imdb.npz",
        _KERAS + "imdb.npz",
        17_464_789,
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    ),
    "imdb_word_index.json": RemoteFile(
        "imdb_word_index.json",
        _KERAS + "imdb_word_index.json",
        1_641_221,
        "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6",
    ),
    "chest-accelerometer-uci287.zip": RemoteFile(
        "chest-accelerometer-uci287.zip",
        _UCI + "00287/Activity%20Recognition%20from%20Single%20"
        "Chest-Mounted%20Accelerometer.zip",
        40_000_000,
    ),
}


DATA_VARIABLE = "KERAS_COURSE_DATA"


def cache_folder() -> Path:
    """Return the folder of downloaded files; it need not be there yet."""
    named = os.environ.get(DATA_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    import pooch

    return Path(pooch.os_cache("keras-course"))


def check_whole(content: bytes, file: RemoteFile) -> bytes:
    """Return `content` if it has the checksum of `file`, else raise DamagedFile."""
    if not content:
        raise DamagedFile(f"{file.name} is empty")
    if len(content) < file.largest:
        raise DamagedFile(
            f"{file.name} is cut short: {len(content):,} of {file.largest:,} bytes"
        )
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise DamagedFile(
            f"{file.name} has another content than it should (its sha256 differs)"
        )
    return content


def read_cached(
    file: RemoteFile, unpack: Callable[[bytes, RemoteFile], Content]
) -> Content:
    """Return what `unpack` makes of a cached file; never download.

    Raises
    ------
    FileNotFoundError
        If it is not in the cache.
    DamagedFile
        If it cannot be read or is not what it should be.
    """
    path = cache_folder() / file.name
    try:
        with path.open("rb") as stream:
            content = stream.read(file.largest + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"{file.name} is not in {path.parent}") from None
    except OSError as error:
        raise DamagedFile(f"{file.name} cannot be read ({error.strerror})") from error
    return _unpack(content, file, unpack)


def obtain(name: str, unpack: Callable[[bytes, RemoteFile], Content]) -> Content:
    """Return what `unpack` makes of a file, from the cache or else downloaded.

    Parameters
    ----------
    name : str
        One of `FILES`.
    unpack : callable
        Takes the bytes and the `RemoteFile`; returns what the caller needs, or raises
        `DamagedFile`: `check_whole`, where the sha256 of the whole file is known.

    Raises
    ------
    DataUnavailable
        If the file is not in the cache, or damaged there, and downloading fails.

    Warns
    -----
    UserWarning
        If a damaged file was replaced, or a download could not be kept.
    """
    file = FILES[name]
    damage = None
    try:
        return read_cached(file, unpack)
    except FileNotFoundError:
        pass
    except DamagedFile as error:
        damage = str(error)
    path = cache_folder() / name
    started = time.monotonic()
    with _one_at_a_time(path):
        try:
            # Another process may have put it there while we waited for our turn.
            return read_cached(file, unpack)
        except (FileNotFoundError, DamagedFile):
            patience = max(LEAST_PATIENCE, PATIENCE - (time.monotonic() - started))
            return _download_and_keep(file, unpack, path, damage, patience)


def _download_and_keep(
    file: RemoteFile,
    unpack: Callable[[bytes, RemoteFile], Content],
    path: Path,
    damage: str | None,
    patience: float,
) -> Content:
    try:
        content = download(file, patience)
        result = _unpack(content, file, unpack)
    except DownloadFailed as error:
        raise DataUnavailable(_no_luck(path, damage, str(error))) from error
    except DamagedFile as error:
        reason = f"what the server sent is not the file ({error})"
        raise DataUnavailable(_no_luck(path, damage, reason)) from error
    not_kept = keep(path, content)
    if not_kept:
        warn_caller(
            f"{file.name} was downloaded and is used, but could not be kept in "
            f"{path.parent} ({not_kept}), so it is downloaded again next time. Set "
            "KERAS_COURSE_DATA to a folder that can be written.",
        )
    elif damage:
        warn_caller(
            f"In {path.parent}, {damage}. It was downloaded again and replaced.",
        )
    return result


def warn_caller(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn in the name of the line outside this package that called a loader."""
    package = os.path.dirname(__file__)
    level = 1
    frame = inspect.currentframe()
    while frame and frame.f_code.co_filename.startswith(package):
        level += 1
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=level)


def _no_luck(path: Path, damage: str | None, reason: str) -> str:
    found = damage if damage else f"{path.name} is not there"
    return (
        f"In the cache folder {path.parent}, {found}; downloading it failed: {reason}. "
        f"Connect to the network and try again, or put {path.name} into that folder, "
        "or set KERAS_COURSE_DATA to a folder that has it."
    )


def _unpack(
    content: bytes,
    file: RemoteFile,
    unpack: Callable[[bytes, RemoteFile], Content],
) -> Content:
    if len(content) > file.largest:
        raise DamagedFile(f"{file.name} is larger than {file.largest:,} bytes")
    return unpack(content, file)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Let one process at a time download `path`.

    This only saves a second download: without the lock (a folder that cannot be
    written, a wait that took too long) all is as safe, since files are renamed whole.
    """
    from filelock import FileLock

    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=LONGEST_WAIT)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError:  # includes filelock's Timeout
        yield
        return
    try:
        yield
    finally:
        lock.release()


def keep(path: Path, content: bytes) -> str | None:
    """Write `content` to `path` in one step; return why not if it cannot be done."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        _remove(temporary)
        return error.strerror or type(error).__name__
    except BaseException:  # Ctrl-C while writing: leave nothing behind
        _remove(temporary)
        raise
    return None


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        pass


def download(file: RemoteFile, patience: float = PATIENCE) -> bytes:
    """Download one file into memory, with a progress bar; its content is unchecked.

    The download runs in a thread of its own and is watched from here, because the
    time-outs of a connection do not bound everything (the look-up of the server's
    address, or a server that sends a byte now and then).

    Raises
    ------
    DownloadFailed
        If the server refuses, does not answer, is far too slow or sends too much.
    """
    from tqdm import tqdm

    buffer = io.BytesIO()
    outcome = _start_download(file.url, buffer)
    started = time.monotonic()
    total = file.largest if file.sha256 else None
    with tqdm(
        desc=file.name, total=total, unit="B", unit_scale=True, delay=0.5, leave=False
    ) as bar:
        try:
            while True:
                try:
                    error = outcome.get(timeout=0.1)
                    break
                except queue.Empty:
                    bar.update(buffer.tell() - bar.n)
                    elapsed = time.monotonic() - started
                    _give_up_if_hopeless(file, buffer.tell(), elapsed, patience)
            if error:
                raise DownloadFailed(_in_plain_words(error, patience)) from error
            return buffer.getvalue()
        finally:
            buffer.close()  # an abandoned thread ends at its next write


def _start_download(url: str, buffer: io.BytesIO) -> queue.SimpleQueue:
    """Download into `buffer` in a thread; the queue gets None or what went wrong."""
    import pooch
    import requests

    outcome: queue.SimpleQueue = queue.SimpleQueue()
    answers: list[requests.Response] = []
    fetch = pooch.HTTPDownloader(
        timeout=(5, 5),
        chunk_size=4096,
        hooks={"response": lambda answer, *_, **__: answers.append(answer)},
    )

    def work() -> None:
        try:
            fetch(url, buffer, None)
            outcome.put(None)
        except Exception as error:
            outcome.put(error)
        finally:
            for answer in answers:  # pooch leaves them open when it fails
                answer.close()

    threading.Thread(target=work, daemon=True).start()
    return outcome


def _give_up_if_hopeless(
    file: RemoteFile, received: int, elapsed: float, patience: float
) -> None:
    if received > file.largest:
        raise DownloadFailed(f"the server sent more than {file.largest:,} bytes")
    if elapsed > patience + received / SLOWEST_SPEED:
        raise DownloadFailed(
            f"the server is too slow ({received:,} bytes in {elapsed:.0f} seconds)"
            if received
            else f"the server did not answer within {elapsed:.0f} seconds"
        )


def _in_plain_words(error: Exception, patience: float) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return f"the server did not answer within {patience:.0f} seconds"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut in the middle"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return f"{type(error).__name__}: {error}"

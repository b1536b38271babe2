"""Faults of the cache, the disk and the network, on a tiny stand-in for MNIST.

Nothing damaged is ever returned, nothing good is lost, and the message says what to do.
"""

import hashlib
import io
import os
import subprocess
import sys
import threading
import time
import tracemalloc
import types
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from helpers import datasets
from helpers.datasets import (
    DamagedFile,
    DataUnavailable,
    SampleWarning,
    cache,
    mnist,
)

REPOSITORY = Path(__file__).resolve().parent.parent
NOBODY = "http://127.0.0.1:1/"  # refuses at once


def make_archive(seed: int = 0, n_train: int = 40) -> bytes:
    random = np.random.RandomState(seed)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        x_train=random.randint(0, 256, (n_train, 28, 28)).astype(np.uint8),
        y_train=(np.arange(n_train) % 10).astype(np.uint8),
        x_test=random.randint(0, 256, (10, 28, 28)).astype(np.uint8),
        y_test=np.arange(10, dtype=np.uint8),
    )
    return buffer.getvalue()


GOOD = make_archive()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen[self.path] += 1
        getattr(self, self.path.strip("/").replace("-", "_"))()

    def head(self, length, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def whole(self, content):
        self.head(len(content))
        self.wfile.write(content)

    def good(self):
        self.whole(GOOD)

    def slowly_good(self):
        self.head(len(GOOD))
        for part in range(0, len(GOOD), len(GOOD) // 8):
            self.wfile.write(GOOD[part : part + len(GOOD) // 8])
            self.wfile.flush()
            time.sleep(0.15)

    def other(self):
        self.whole(make_archive(seed=1))

    def short(self):
        self.whole(GOOD[: len(GOOD) // 2])

    def empty(self):
        self.whole(b"")

    def cut(self):
        self.head(len(GOOD))
        self.wfile.write(GOOD[: len(GOOD) // 2])
        self.close_connection = True

    def missing(self):
        self.head(0, status=404)

    def silent(self):
        self.server.stop.wait(30)

    def half_then_silent(self):
        self.head(len(GOOD))
        self.wfile.write(GOOD[: len(GOOD) // 2])
        self.wfile.flush()
        self.server.stop.wait(30)

    def trickle(self):
        self.head(len(GOOD))
        self.drip(GOOD)

    def trickling_head(self):
        self.drip(b"HTTP/1.0 200 OK\r\nX-Slow: " + b"a" * 3000)

    def drip(self, content):
        for byte in content[:300]:
            if self.server.stop.wait(0.1):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def endless(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(20_000):
            if self.server.stop.is_set():
                return
            self.wfile.write(bytes(10_000))

    def log_message(self, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:  # the client has hung up, as it should
            pass


@pytest.fixture(scope="module")
def running_server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.stop = threading.Event()
    server.seen = Counter()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def server(running_server):
    running_server.seen.clear()
    return running_server


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache, a stand-in for mnist.npz, and a server that refuses."""
    monkeypatch.setenv("KERAS_COURSE_DATA", str(tmp_path / "my cache"))
    monkeypatch.delenv("KERAS_COURSE_SOURCE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    file = cache.RemoteFile(
        "mnist.npz", NOBODY, len(GOOD), hashlib.sha256(GOOD).hexdigest()
    )
    monkeypatch.setitem(cache.FILES, "mnist.npz", file)
    return tmp_path / "my cache"


@pytest.fixture
def point_at(monkeypatch, server):
    def point(page):
        url = f"http://127.0.0.1:{server.server_port}/{page}"
        file = replace(cache.FILES["mnist.npz"], url=url)
        monkeypatch.setitem(cache.FILES, "mnist.npz", file)

    return point


def is_the_good_one(digits):
    expected = np.load(io.BytesIO(GOOD))
    same = all(
        np.array_equal(getattr(digits, name), expected[name])
        for name in ("x_train", "y_train", "x_test", "y_test")
    )
    return digits.source == "full" and same


def load_quietly(**arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)
        return datasets.load_mnist(**arguments)


def load_and_catch(**arguments):
    """Return the digits and the texts of all warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # The socket of a download that was given up, once its thread ends.
        warnings.simplefilter("ignore", ResourceWarning)
        digits = datasets.load_mnist(**arguments)
    return digits, [str(warning.message) for warning in caught]


def put(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mnist.npz").write_bytes(content)


def be_impatient(monkeypatch, seconds):
    monkeypatch.setattr(cache, "PATIENCE", seconds)
    monkeypatch.setattr(cache, "LEAST_PATIENCE", seconds)


def names_in(folder):
    """Files in the cache, without the lock that filelock may leave."""
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if not p.name.endswith(".lock"))


# The cache is good, or empty.


def test_good_cached_file_is_used_without_a_download(folder, point_at, server):
    put(folder, GOOD)
    point_at("good")
    assert is_the_good_one(load_quietly())
    assert not server.seen


def test_reading_a_good_file_writes_nothing(folder, monkeypatch):
    put(folder, GOOD)

    def explode(*args, **kwargs):
        raise AssertionError("wrote to the cache")

    for name in ("keep", "_one_at_a_time", "download"):
        monkeypatch.setattr(cache, name, explode)
    monkeypatch.setattr(Path, "mkdir", explode)
    assert is_the_good_one(load_quietly())
    assert [path.name for path in folder.iterdir()] == ["mnist.npz"]


def test_missing_folder_is_made_and_filled(folder, point_at, server):
    point_at("good")
    assert not folder.exists()
    assert is_the_good_one(load_quietly())
    assert (folder / "mnist.npz").read_bytes() == GOOD
    assert is_the_good_one(load_quietly())
    assert server.seen["/good"] == 1
    assert names_in(folder) == ["mnist.npz"]


def test_user_cache_folder_when_no_variable_is_set(folder, point_at, monkeypatch):
    import pooch

    monkeypatch.setattr(pooch, "os_cache", lambda name: folder.parent / "user" / name)
    monkeypatch.setenv("KERAS_COURSE_DATA", " ")
    point_at("good")
    assert is_the_good_one(load_quietly())
    kept = folder.parent / "user" / "keras-course" / "mnist.npz"
    assert kept.read_bytes() == GOOD


def test_tilde_in_the_variable_is_the_home_folder(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    monkeypatch.setenv("KERAS_COURSE_DATA", "~/my cache")
    assert cache.cache_folder() == folder


def test_download_bar_does_not_stay_on_the_screen(folder, point_at, capsys):
    point_at("good")
    load_quietly()
    assert capsys.readouterr().out == ""


# No network.


def test_no_network_gives_the_sample_with_one_warning(folder):
    digits, messages = load_and_catch()
    assert digits.source == "sample" and digits.x_train.shape == (4000, 28, 28)
    assert len(messages) == 1
    assert "sample of the real data" in messages[0]
    assert "the server cannot be reached" in messages[0]
    assert "Connect to the network" in messages[0]
    assert str(folder) in messages[0] and "KERAS_COURSE_DATA" in messages[0]


def test_warnings_point_at_the_caller(folder, point_at):
    with pytest.warns(SampleWarning) as caught:
        datasets.load_mnist()
    assert [warning.filename for warning in caught] == [__file__]
    put(folder, b"damaged")
    point_at("good")
    with pytest.warns(UserWarning, match="replaced") as caught:
        datasets.load_mnist()
    assert [warning.filename for warning in caught] == [__file__]


def test_no_network_and_full_asked_for_is_an_error(folder):
    with pytest.raises(DataUnavailable, match="cannot be reached.*Connect to the"):
        load_quietly(source="full")


def test_full_from_the_variable_is_an_error_too(folder, monkeypatch):
    monkeypatch.setenv("KERAS_COURSE_SOURCE", "full")
    with pytest.raises(DataUnavailable):
        load_quietly()


def test_sample_asked_for_needs_no_warning_nor_network(folder, point_at, server):
    point_at("good")
    put(folder, b"damaged")
    assert load_quietly(source="sample").source == "sample"
    assert not server.seen
    assert (folder / "mnist.npz").read_bytes() == b"damaged"


# The file in the cache is damaged.

DAMAGES = {
    "truncated": (GOOD[:-100], "cut short"),
    "corrupted": (
        GOOD[:5000] + bytes([GOOD[5000] ^ 1]) + GOOD[5001:],
        "another content",
    ),
    "empty": (b"", "is empty"),
    "swapped": (make_archive(seed=1), "another content"),
    "grown": (GOOD + b"more", "is larger than"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_is_reported_and_replaced(folder, point_at, server, damage):
    content, reason = DAMAGES[damage]
    put(folder, content)
    point_at("good")
    digits, messages = load_and_catch()
    assert is_the_good_one(digits)
    assert len(messages) == 1 and reason in messages[0]
    assert "replaced" in messages[0]
    assert (folder / "mnist.npz").read_bytes() == GOOD
    assert server.seen["/good"] == 1
    assert names_in(folder) == ["mnist.npz"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_that_cannot_be_replaced_is_left_and_unused(folder, damage):
    content, reason = DAMAGES[damage]
    put(folder, content)
    digits, messages = load_and_catch()
    assert digits.source == "sample"
    assert len(messages) == 1 and reason in messages[0]
    assert (folder / "mnist.npz").read_bytes() == content
    with pytest.raises(DataUnavailable, match=reason):
        load_quietly(source="full")
    assert not mnist.is_cached()


def test_damaged_file_is_not_replaced_by_another_damaged_one(folder, point_at):
    put(folder, GOOD[:-100])
    point_at("other")
    digits, messages = load_and_catch()
    assert digits.source == "sample"
    assert len(messages) == 1
    assert "cut short" in messages[0] and "not the file" in messages[0]
    assert (folder / "mnist.npz").read_bytes() == GOOD[:-100]


def test_unreadable_file_is_fetched_and_used(folder, point_at):
    """A folder bears the file's name: it cannot be read, and is not replaced."""
    (folder / "mnist.npz").mkdir(parents=True)
    point_at("good")
    digits, messages = load_and_catch()
    assert is_the_good_one(digits)
    assert len(messages) == 1 and "could not be kept" in messages[0]
    assert (folder / "mnist.npz").is_dir()
    assert names_in(folder) == ["mnist.npz"]


def test_what_was_checked_is_what_is_used(folder):
    """A file swapped after the check has no effect: it is read once."""
    put(folder, GOOD)

    def check_then_swap(content, file):
        put(folder, make_archive(seed=1))
        return cache.check_whole(content, file)

    assert cache.obtain("mnist.npz", check_then_swap) == GOOD
    assert (folder / "mnist.npz").read_bytes() != GOOD


def test_a_huge_file_is_not_read_whole(folder):
    put(folder, b"")
    os.truncate(folder / "mnist.npz", 200_000_000)  # sparse: takes no room
    tracemalloc.start()
    with pytest.raises(DamagedFile, match="is larger than"):
        cache.read_cached(cache.FILES["mnist.npz"], cache.check_whole)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


# The download goes wrong.


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("cut", "cut in the middle"),
        ("short", "cut short"),
        ("empty", "is empty"),
        ("other", "another content"),
        ("endless", "sent more than"),
        ("missing", "answered 404"),
    ],
)
def test_bad_download_is_never_kept_nor_used(folder, point_at, page, reason):
    point_at(page)
    digits, messages = load_and_catch()
    assert digits.source == "sample"
    assert len(messages) == 1 and reason in messages[0]
    assert names_in(folder) == []
    with pytest.raises(DataUnavailable, match=reason):
        load_quietly(source="full")


def test_silent_server_falls_back_within_ten_seconds(folder, point_at):
    point_at("silent")
    started = time.monotonic()
    digits, messages = load_and_catch()
    assert time.monotonic() - started < 10
    assert digits.source == "sample"
    assert len(messages) == 1 and "did not answer" in messages[0]
    assert names_in(folder) == []


def test_patience_leaves_time_to_fall_back():
    assert cache.PATIENCE + cache.LEAST_PATIENCE < 9


@pytest.mark.parametrize("page", ["trickle", "trickling-head"])
def test_trickling_server_is_given_up(folder, point_at, monkeypatch, page):
    be_impatient(monkeypatch, 1.0)
    point_at(page)
    started = time.monotonic()
    digits, messages = load_and_catch()
    assert time.monotonic() - started < 15  # it would go on for 30
    assert digits.source == "sample"
    assert len(messages) == 1 and "the server" in messages[0]


def test_server_that_stops_in_the_middle_is_given_up(folder, point_at, monkeypatch):
    be_impatient(monkeypatch, 1.0)
    point_at("half-then-silent")
    started = time.monotonic()
    digits, _ = load_and_catch()
    assert time.monotonic() - started < 15  # it would go on for 30
    assert digits.source == "sample" and names_in(folder) == []


def test_look_up_of_the_address_is_bounded_too(folder, monkeypatch):
    import requests

    def hang(*args, **kwargs):
        time.sleep(8)
        raise AssertionError("was waited for")

    monkeypatch.setattr(requests, "get", hang)
    be_impatient(monkeypatch, 0.5)
    started = time.monotonic()
    digits, messages = load_and_catch()
    assert time.monotonic() - started < 7
    assert digits.source == "sample" and "did not answer" in messages[0]


def test_slow_but_steady_server_is_waited_for(folder, point_at, monkeypatch):
    """What has arrived earns further time."""
    monkeypatch.setattr(cache, "SLOWEST_SPEED", 2_000)
    point_at("slowly-good")
    started = time.monotonic()
    assert cache.download(cache.FILES["mnist.npz"], patience=1.0) == GOOD
    assert time.monotonic() - started > 1.0


# The cache cannot be written.


def test_file_in_the_place_of_the_folder(folder, point_at):
    folder.write_text("not a folder")
    point_at("good")
    digits, messages = load_and_catch()
    assert is_the_good_one(digits)
    assert len(messages) == 1
    assert "could not be kept" in messages[0] and str(folder) in messages[0]
    assert "Set KERAS_COURSE_DATA to a folder that can be written" in messages[0]
    assert folder.read_text() == "not a folder"
    assert not (folder.parent / "user").exists()  # pooch would write there


def test_file_in_the_place_of_the_folder_and_no_network(folder):
    folder.write_text("not a folder")
    digits, messages = load_and_catch()
    assert digits.source == "sample"
    assert len(messages) == 1 and str(folder) in messages[0]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
def test_folder_that_nobody_can_write(folder, point_at, monkeypatch):
    monkeypatch.setenv("KERAS_COURSE_DATA", "/proc/keras-course")
    point_at("good")
    digits, messages = load_and_catch()
    assert is_the_good_one(digits)
    assert len(messages) == 1 and "could not be kept" in messages[0]


def test_full_disk_leaves_nothing_half_written(folder, point_at, monkeypatch):
    def no_space(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    point_at("good")
    digits, messages = load_and_catch()
    assert is_the_good_one(digits)
    assert len(messages) == 1 and "No space left on device" in messages[0]
    assert names_in(folder) == []


def test_full_disk_does_not_cost_the_file_that_is_there(folder, monkeypatch):
    put(folder, GOOD)
    monkeypatch.setattr(
        os, "fsync", lambda number: (_ for _ in ()).throw(OSError(28, "full"))
    )
    assert cache.keep(folder / "mnist.npz", b"new") == "full"
    assert (folder / "mnist.npz").read_bytes() == GOOD
    assert names_in(folder) == ["mnist.npz"]


def test_interrupted_write_leaves_nothing(folder, monkeypatch):
    def interrupt(number):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        cache.keep(folder / "mnist.npz", b"new")
    assert names_in(folder) == []


# Several processes.

CHILD = """
import sys, warnings
warnings.simplefilter("error")
from dataclasses import replace
from helpers.datasets import cache, load_mnist
url, size, sha256 = sys.argv[1:]
cache.FILES["mnist.npz"] = cache.RemoteFile("mnist.npz", url, int(size), sha256)
print("ready", flush=True)
sys.stdin.readline()
digits = load_mnist(source="full")
print(digits.source, int(digits.x_train.sum()), flush=True)
"""


def start_child(folder, url):
    environment = {
        **os.environ,
        "KERAS_COURSE_DATA": str(folder),
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-c", CHILD, url, str(len(GOOD))]
    child = subprocess.Popen(
        [*command, hashlib.sha256(GOOD).hexdigest()],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "ready\n"
    return child


def test_two_processes_fill_one_cache_with_one_download(folder, server):
    url = f"http://127.0.0.1:{server.server_port}/slowly-good"
    children = [start_child(folder, url) for _ in range(2)]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    total = int(np.load(io.BytesIO(GOOD))["x_train"].sum())
    for child in children:
        out, err = child.communicate(timeout=30)
        assert out == f"full {total}\n", err
    assert server.seen["/slowly-good"] == 1
    assert (folder / "mnist.npz").read_bytes() == GOOD
    assert names_in(folder) == ["mnist.npz"]


def test_killed_download_leaves_a_cache_that_works(folder, server, point_at):
    child = start_child(
        folder, f"http://127.0.0.1:{server.server_port}/half-then-silent"
    )
    child.stdin.write("go\n")
    child.stdin.flush()
    deadline = time.monotonic() + 20
    while not server.seen["/half-then-silent"] and time.monotonic() < deadline:
        time.sleep(0.05)
    child.kill()
    child.communicate(timeout=10)
    assert "mnist.npz" not in names_in(folder)
    point_at("good")
    assert is_the_good_one(load_quietly())


def test_writers_without_a_lock_do_no_harm(folder, point_at, monkeypatch):
    """Readers see no file or the whole one, whoever writes."""
    path = folder / "mnist.npz"
    seen = set()
    stop = threading.Event()

    def look():
        while not stop.is_set():
            seen.add(path.read_bytes() if path.exists() else b"none")

    watcher = threading.Thread(target=look)
    watcher.start()
    writers = [threading.Thread(target=cache.keep, args=(path, GOOD)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    watcher.join()
    assert path.read_bytes() == GOOD and seen <= {GOOD, b"none"}
    assert names_in(folder) == ["mnist.npz"]


@contextmanager
def another_process(folder, release, before_release=lambda: None):
    """Hold the lock, as another process does that downloads, until `release` is set."""
    folder.mkdir(parents=True, exist_ok=True)
    held = threading.Event()

    def work():
        with FileLock(folder / ".mnist.npz.lock"):
            held.set()
            release.wait(20)
            before_release()

    thread = threading.Thread(target=work)
    thread.start()
    assert held.wait(10)
    yield
    release.set()
    thread.join()


def test_waits_for_the_other_and_takes_what_it_brought(folder, point_at, server):
    point_at("good")
    release = threading.Event()
    threading.Timer(0.5, release.set).start()
    with another_process(folder, release, lambda: put(folder, GOOD)):
        assert is_the_good_one(load_quietly())
    assert not server.seen


def test_lock_that_is_never_released_does_not_stop_us(folder, point_at, monkeypatch):
    monkeypatch.setattr(cache, "LONGEST_WAIT", 0.3)
    point_at("good")
    release = threading.Event()
    with another_process(folder, release):
        assert is_the_good_one(load_quietly())
        assert not release.is_set()


@pytest.mark.parametrize(("waited", "left"), [(1.0, 3.0), (3.5, 1.5), (50.0, 1.5)])
def test_waiting_for_the_other_uses_up_patience(folder, monkeypatch, waited, left):
    """Two processes and a silent server: the second does not wait twice as long."""
    monkeypatch.setattr(cache, "PATIENCE", 4.0)
    monkeypatch.setattr(cache, "LEAST_PATIENCE", 1.5)
    clock = [100.0]
    patience = []

    @contextmanager
    def wait_for_turn(path):
        clock[0] += waited
        yield

    def download(file, seconds):
        patience.append(seconds)
        return GOOD

    monkeypatch.setattr(
        cache, "time", types.SimpleNamespace(monotonic=lambda: clock[0])
    )
    monkeypatch.setattr(cache, "_one_at_a_time", wait_for_turn)
    monkeypatch.setattr(cache, "download", download)
    assert is_the_good_one(load_quietly())
    assert patience == [left]


# What is in the cache.


def test_cached_full_sets_tells_good_from_damaged(folder, point_at, server):
    point_at("good")
    assert datasets.cached_full_sets() == {
        "mnist": False,
        "walking": False,
        "imdb": False,
    }
    put(folder, GOOD)
    assert datasets.cached_full_sets()["mnist"] is True
    put(folder, GOOD[:-1])
    assert datasets.cached_full_sets()["mnist"] is False
    assert not server.seen, "it downloaded"


def test_keras_files_are_those_that_keras_serves():
    """The names and checksums agree with those written in Keras's own loaders."""
    from importlib.util import find_spec

    package = Path(find_spec("keras").origin).parent / "src" / "datasets"
    texts = {
        "mnist.npz": (package / "mnist.py").read_text(),
        "imdb.npz": (package / "imdb.py").read_text(),
    }
    for name, text in texts.items():
        assert cache.FILES[name].sha256 in text
        assert cache.FILES[name].url.removesuffix(name) in text

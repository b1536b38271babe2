"""OpenML as a source, against a server on loopback that answers as OpenML does."""

import hashlib
import json
import threading
import time
import types
import warnings
from collections import Counter
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from sklearn.datasets import _openml as sklearn_openml

from helpers import datasets
from helpers.datasets import DataUnavailable, cache, mnist, openml

# From threads of scikit-learn that we no longer wait for.
pytestmark = pytest.mark.filterwarnings("ignore:(A network error|Invalid cache)")

OPENML_NAMES = {
    61: ["sepallength", "sepalwidth", "petallength", "petalwidth", "class"],
    15: [
        "Clump_Thickness",
        "Cell_Size_Uniformity",
        "Cell_Shape_Uniformity",
        "Marginal_Adhesion",
        "Single_Epi_Cell_Size",
        "Bare_Nuclei",
        "Bland_Chromatin",
        "Normal_Nucleoli",
        "Mitoses",
        "Class",
    ],
    531: "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT MEDV".split(),
    554: [f"pixel{number}" for number in range(1, 785)] + ["class"],
}
NOMINAL = {61: ["class"], 15: ["Class"], 531: ["CHAS", "RAD"], 554: ["class"]}


def tables():
    """The four sets as lists of rows of text, as OpenML writes them."""
    iris = datasets.load_iris().frame
    iris["species"] = "Iris-" + iris["species"]
    cancer = datasets.load_breast_cancer().frame.drop(columns="Id")
    boston = datasets.load_boston_housing().frame
    pixels = np.random.RandomState(0).randint(0, 256, (12, 784))
    digits = [[*row, label] for label, row in enumerate(pixels)]
    rows = {number: frame.to_numpy().tolist() for number, frame in ((61, iris),)}
    rows[15] = cancer.to_numpy().tolist()
    rows[531] = [
        [int(value) if name in ("chas", "rad") else value for name, value in row]
        for row in (zip(boston.columns, r, strict=True) for r in boston.to_numpy())
    ]
    rows[554] = [[*row[:-1], row[-1] % 10] for row in digits]
    return {
        number: [["?" if value != value else str(value) for value in row] for row in t]
        for number, t in rows.items()
    }


def to_arff(number, rows):
    lines = [f"@RELATION set{number}", ""]
    for column, name in enumerate(OPENML_NAMES[number]):
        values = ",".join(sorted({row[column] for row in rows} - {"?"}))
        kind = f"{{{values}}}" if name in NOMINAL[number] else "REAL"
        lines.append(f"@ATTRIBUTE {name} {kind}")
    lines += ["", "@DATA", *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.seen[self.path] += 1
        if server.fault == "silent":
            server.hush.wait(30)
            return
        if server.fault == "gone":
            self.answer(b"no such set", 404)
            return
        if server.fault == "unknown set":
            self.answer(b'{"error": {"code": "111"}}', 412)
            return
        kind, number = self.path.strip("/").split("/")
        self.answer(getattr(self, kind)(int(number)))

    def answer(self, content, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def data(self, number):
        if self.server.fault == "garbage description":
            return b"<html>Down for maintenance</html>"
        arff = self.server.files[number]
        return self.json(
            "data_set_description",
            {
                "id": str(number),
                "name": f"set{number}",
                "version": "1",
                "description": "A set.",
                "format": "ARFF",
                "licence": "Public",
                "status": "active",
                "default_target_attribute": OPENML_NAMES[number][-1],
                "md5_checksum": hashlib.md5(arff).hexdigest(),
                "url": f"http://127.0.0.1:{self.server.server_port}/file/{number}",
            },
        )

    def features(self, number):
        names = OPENML_NAMES[number]
        no = {"is_ignore": "false", "is_row_identifier": "false"}
        features = [
            {
                "index": str(index),
                "name": name,
                "data_type": "nominal" if name in NOMINAL[number] else "numeric",
                "is_target": str(name == names[-1]).lower(),
                "number_of_missing_values": "0",
                **no,
            }
            for index, name in enumerate(names)
        ]
        return self.json("data_features", {"feature": features})

    def qualities(self, number):
        rows = self.server.files[number].split(b"@DATA\n")[1].count(b"\n")
        quality = [{"name": "NumberOfInstances", "value": str(rows)}]
        return self.json("data_qualities", {"quality": quality})

    def file(self, number):
        content = self.server.files[number]
        if self.server.fault == "changed file":
            return content.replace(b"5", b"6", 1)
        if self.server.fault == "cut file":
            return content[: len(content) // 2]
        return content

    def json(self, name, content):
        return json.dumps({name: content}).encode()

    def log_message(self, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass


@pytest.fixture(scope="module")
def running_server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.hush = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    server.files = {n: to_arff(n, rows) for n, rows in tables().items()}
    yield server
    server.hush.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def server(running_server, tmp_path, monkeypatch):
    """OpenML, on loopback; the cache is an empty folder."""
    address = f"http://127.0.0.1:{running_server.server_port}/"
    monkeypatch.setattr(openml, "DESCRIPTION", address + "data/{}")
    monkeypatch.setattr(sklearn_openml, "_DATA_INFO", address + "data/{}")
    monkeypatch.setattr(sklearn_openml, "_DATA_FEATURES", address + "features/{}")
    monkeypatch.setattr(sklearn_openml, "_DATA_QUALITIES", address + "qualities/{}")
    # scikit-learn sleeps a second before each new try.
    no_sleep = types.SimpleNamespace(sleep=lambda seconds: None)
    monkeypatch.setattr(sklearn_openml, "time", no_sleep)
    monkeypatch.setattr(mnist, "OPENML_ROWS", (10, 2))
    monkeypatch.setenv("KERAS_COURSE_DATA", str(tmp_path / "my cache"))
    monkeypatch.delenv("KERAS_COURSE_SOURCE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running_server.fault = None
    running_server.seen = Counter()
    running_server.hush = threading.Event()
    yield running_server
    running_server.fault = "gone"
    running_server.hush.set()
    for thread in threading.enumerate():
        if thread.name == "openml":  # given up by us: let it end in peace
            thread.join(10)


def load_quietly(load):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # scikit-learn leaves sockets open when it fails.
        warnings.simplefilter("ignore", ResourceWarning)
        return load(source="openml")


def test_iris(server):
    iris = load_quietly(datasets.load_iris)
    ours = datasets.load_iris()
    assert iris.source == "openml" and "data set 61" in iris.origin
    assert iris.licence == "Public (as OpenML states)"
    assert list(iris.frame.columns) == list(ours.frame.columns)
    assert np.array_equal(iris.frame.to_numpy(), ours.frame.to_numpy())
    assert iris.class_names == ours.class_names


def test_breast_cancer_lacks_the_id_and_says_so(server):
    cancer = load_quietly(datasets.load_breast_cancer)
    ours = datasets.load_breast_cancer().frame.drop(columns="Id")
    assert cancer.source == "openml" and "lacks the column Id" in cancer.origin
    assert list(cancer.frame.columns) == list(ours.columns)
    features = list(cancer.features)
    assert np.array_equal(
        cancer.frame[features].to_numpy(float),
        ours[features].to_numpy(float),
        equal_nan=True,
    )
    assert int(cancer.frame["Bare.nuclei"].isna().sum()) == 16
    assert (cancer.frame["Class"] == ours["Class"]).all()


def test_boston_is_numbers_throughout(server):
    boston = load_quietly(datasets.load_boston_housing)
    ours = datasets.load_boston_housing().frame
    assert boston.source == "openml"
    assert list(boston.frame.columns) == list(ours.columns)
    assert {str(dtype) for dtype in boston.frame.dtypes} == {"float64"}
    assert np.array_equal(boston.frame.to_numpy(), ours.to_numpy(float))


def test_mnist_is_split_into_training_and_test(server):
    digits = load_quietly(datasets.load_mnist)
    pixels = np.random.RandomState(0).randint(0, 256, (12, 784)).reshape(-1, 28, 28)
    assert digits.source == "openml" and not datasets.sample_in_use()
    for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test):
        assert array.dtype == np.uint8
    assert np.array_equal(digits.x_train, pixels[:10])
    assert np.array_equal(digits.x_test, pixels[10:])
    assert digits.y_train.tolist() == list(range(10))
    assert digits.y_test.tolist() == [0, 1]


def test_second_load_comes_from_the_cache(server, tmp_path):
    load_quietly(datasets.load_iris)
    assert any((tmp_path / "my cache" / "openml").rglob("*.gz"))
    server.seen.clear()
    server.fault = "gone"
    assert len(load_quietly(datasets.load_iris).frame) == 150
    assert not server.seen


def test_damaged_cache_is_fetched_again(server, tmp_path):
    load_quietly(datasets.load_iris)
    for path in (tmp_path / "my cache" / "openml").rglob("*.gz"):
        path.write_bytes(path.read_bytes()[:-20])
    assert len(load_quietly(datasets.load_iris).frame) == 150


def test_damaged_cache_without_openml_is_an_error(server, tmp_path):
    load_quietly(datasets.load_iris)
    for path in (tmp_path / "my cache" / "openml").rglob("*.gz"):
        path.write_bytes(b"")
    server.fault = "gone"
    with pytest.raises(DataUnavailable, match="data set 61 is not to be had"):
        load_quietly(datasets.load_iris)


def test_cache_that_cannot_be_written_is_done_without(server, tmp_path):
    (tmp_path / "my cache").write_text("not a folder")
    assert len(load_quietly(datasets.load_iris).frame) == 150
    assert (tmp_path / "my cache").read_text() == "not a folder"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("gone", "the server answered 404"),
        ("unknown set", "the server answered 412"),
        ("garbage description", "makes no sense"),
        ("changed file", "MD5"),
        ("cut file", "MD5"),
    ],
)
def test_bad_answer_is_an_error_that_says_what_to_do(server, fault, reason):
    server.fault = fault
    with pytest.raises(DataUnavailable, match=reason) as caught:
        load_quietly(datasets.load_iris)
    assert "61" in str(caught.value) and "leave out source='openml'" in str(
        caught.value
    )


def test_nobody_there(server, monkeypatch):
    monkeypatch.setattr(openml, "DESCRIPTION", "http://127.0.0.1:1/{}")
    with pytest.raises(DataUnavailable, match="cannot be reached"):
        load_quietly(datasets.load_iris)


def test_silent_server_is_given_up(server, monkeypatch):
    monkeypatch.setattr(openml, "download", partial(cache.download, patience=0.5))
    server.fault = "silent"
    started = time.monotonic()
    with pytest.raises(DataUnavailable, match="did not answer"):
        load_quietly(datasets.load_iris)
    assert time.monotonic() - started < 10  # the server holds on for 30


def test_server_that_falls_silent_later_is_given_up(server, monkeypatch):
    monkeypatch.setattr(openml, "download", lambda file: b"")
    monkeypatch.setattr(openml, "LONGEST_FETCH", 0.5)
    server.fault = "silent"
    with pytest.raises(DataUnavailable, match="it took over"):
        load_quietly(datasets.load_iris)


def test_another_table_under_the_same_number_is_an_error(server, monkeypatch):
    short = to_arff(61, tables()[61][:149])
    monkeypatch.setitem(server.files, 61, short)
    with pytest.raises(DataUnavailable, match=r"shape \(149, 5\), not \(150, 5\)"):
        load_quietly(datasets.load_iris)


def test_unknown_class_is_an_error(server, monkeypatch):
    renamed = server.files[61].replace(b"Iris-setosa", b"Iris-new")
    monkeypatch.setitem(server.files, 61, renamed)
    with pytest.raises(DataUnavailable, match="class 'new'"):
        load_quietly(datasets.load_iris)


@pytest.mark.parametrize("load", [datasets.load_walking, datasets.load_imdb])
def test_sets_that_openml_has_not(load):
    with pytest.raises(ValueError, match="'full' or 'sample'"):
        load(source="openml")

"""save_run and load_run: whole or not at all, and the same when it comes back."""

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from helpers.training import load_run, save_run, saved_runs

FILES = ["history.json", "model.keras", "preprocessing.json", "versions.json"]
HISTORY = {"loss": [0.5, 0.25], "val_loss": [0.6, 0.3]}


@pytest.fixture(scope="module")
def model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my runs" / "dense 2"


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_run_comes_back_as_it_was(model, path):
    x = np.random.default_rng(0).random((10, 4), dtype=np.float32)
    y = np.arange(10) % 2
    history = model.fit(x, y, epochs=2, verbose=0, validation_split=0.2)
    settings = {"layout": "flat", "scale": 255, "nested": {"mean": [0.5, None]}}
    assert save_run(path, model, history, settings) is None
    run = load_run(str(path))
    np.testing.assert_array_equal(
        run.model.predict(x, verbose=0), model.predict(x, verbose=0)
    )
    np.testing.assert_allclose(
        run.model.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-6
    )
    assert run.history == history.history
    assert run.preprocessing == settings
    assert run.versions["keras"] == keras.__version__
    assert set(run.versions) == {"python", "keras", "tensorflow"}
    assert run.path == path
    assert names(path) == FILES
    assert names(path.parent) == ["dense 2"]
    with pytest.raises(AttributeError):
        run.history = {}


def test_history_becomes_plain_floats(model, path):
    per_class = [np.array([0.1, 0.2]), np.array([0.3, 0.4])]
    history = {"loss": [np.float32(0.5), 1], "f1": per_class, "x": [np.nan, 2.0]}
    save_run(path, model, SimpleNamespace(history=history))
    stored = load_run(path).history
    assert stored["loss"] == [0.5, 1.0]
    assert [type(value) for value in stored["loss"]] == [float, float]
    assert stored["f1"] == [[0.1, 0.2], [0.3, 0.4]]
    assert np.isnan(stored["x"][0])
    assert load_run(path).preprocessing == {}


def test_permissions_are_those_of_any_new_folder(model, path):
    save_run(path, model, HISTORY)
    other = path.parent / "other"
    other.mkdir()
    mode, expected = (stat.S_IMODE(p.stat().st_mode) for p in (path, other))
    assert mode == expected


def test_an_old_run_is_replaced(model, path):
    save_run(path, model, HISTORY, {"scale": 1})
    save_run(path, model, {"loss": [1.0]}, {"scale": 2})
    run = load_run(path)
    assert (run.history, run.preprocessing) == ({"loss": [1.0]}, {"scale": 2})
    assert names(path.parent) == ["dense 2"]


def test_an_empty_folder_is_taken(model, path):
    path.mkdir(parents=True)
    save_run(path, model, HISTORY)
    assert names(path) == FILES


@pytest.mark.parametrize("moment", ["model", "text", "move"])
def test_the_old_run_stays_when_the_new_one_fails(model, path, moment, monkeypatch):
    save_run(path, model, HISTORY, {"scale": 1})

    def fail(*args, **kwargs):
        raise OSError("the disk is full")

    def fail_to_move_the_new_one(source, target, replace=os.replace):
        return fail() if Path(source).name == "new" else replace(source, target)

    if moment == "model":
        monkeypatch.setattr(keras.Sequential, "save", fail)
    elif moment == "text":
        monkeypatch.setattr(Path, "write_text", fail)
    else:
        monkeypatch.setattr(saved_runs.os, "replace", fail_to_move_the_new_one)
    with pytest.raises(OSError, match="the disk is full"):
        save_run(path, model, {"loss": [1.0]}, {"scale": 2})
    monkeypatch.undo()
    assert load_run(path).preprocessing == {"scale": 1}
    assert names(path.parent) == ["dense 2"]


def test_nothing_is_left_when_the_first_save_fails(model, path, monkeypatch):
    monkeypatch.setattr(keras.Sequential, "save", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_run(path, model, HISTORY)
    assert names(path.parent) == []


def test_something_else_is_never_overwritten(model, path):
    save_run(path, model, HISTORY)
    (path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"holds notes.txt.*would be lost"):
        save_run(path, model, HISTORY)
    assert (path / "notes.txt").read_text() == "mine"
    file = path.parent / "file"
    file.write_text("mine")
    with pytest.raises(FileExistsError, match="file is not a saved run"):
        save_run(file, model, HISTORY)
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"model": "model"}, TypeError, "model is str; a Keras model"),
        ({"history": None}, TypeError, "history is None; what fit returned"),
        ({"history": {}}, TypeError, "Has the model been trained"),
        ({"history": {"loss": 0.5}}, TypeError, "one list a metric"),
        ({"history": {"loss": ["low"]}}, TypeError, "something else than numbers"),
        ({"history": {"a": [1], "b": [1, 2]}}, ValueError, "different length"),
        ({"preprocessing": [1]}, TypeError, r"preprocessing is \[1\]; a dict"),
        ({"preprocessing": {"m": np.ones(2)}}, TypeError, "cannot be written as JSON"),
        ({"preprocessing": {0: "a"}}, TypeError, "would come back as {'0': 'a'}"),
        ({"preprocessing": {"shape": (28, 28)}}, TypeError, "lists for tuples"),
    ],
)
def test_save_run_refuses(changed, error, words, model, path):
    arguments = {"model": model, "history": HISTORY, "preprocessing": None}
    with pytest.raises(error, match=words):
        save_run(path, **(arguments | changed))
    assert not path.parent.exists()


def test_a_run_is_no_keras_file(model, path):
    with pytest.raises(ValueError, match=r"leave \.keras out"):
        save_run(path.with_suffix(".keras"), model, HISTORY)


def test_load_run_without_a_folder(path):
    with pytest.raises(FileNotFoundError, match=r"no saved run .*dense 2.*save_run"):
        load_run(path)


@pytest.mark.parametrize("name", FILES)
def test_load_run_names_the_file_that_is_missing(name, model, path):
    save_run(path, model, HISTORY)
    (path / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"dense 2 lacks {name}.*save_run"):
        load_run(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("history.json", "{", "history.json is not JSON .*Train and save"),
        ("history.json", "[]", "history.json holds no dict"),
        ("preprocessing.json", b"\xff\xfe", "preprocessing.json is not JSON"),
        ("model.keras", "no zip", "model.keras cannot be read.*saved with Keras 3"),
        ("model.keras", None, "model.keras cannot be read"),
    ],
)
def test_load_run_names_the_file_that_is_damaged(name, content, words, model, path):
    save_run(path, model, HISTORY)
    file = path / name
    if content is None:
        content = file.read_bytes()[:-100]
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=words):
        load_run(path)


def test_a_run_can_be_plotted(model, path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    from helpers.plotting import plot_history

    save_run(path, model, HISTORY)
    drawn = [
        list(line.get_ydata())
        for axes in np.ravel(plot_history(load_run(path)))
        for line in axes.lines
    ]
    assert HISTORY["loss"] in drawn
    assert HISTORY["val_loss"] in drawn

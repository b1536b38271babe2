"""progress: what a student sees while training runs, and what a notebook stores."""

import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import helpers
from helpers.training import progress, shown_line
from helpers.training._progress_callback import (
    describe_metrics,
    describe_number,
    describe_time_left,
)

REPOSITORY = str(Path(helpers.__file__).parent.parent)
X = np.linspace(0, 1, 64, dtype=np.float32).reshape(32, 2)
Y = np.arange(32) % 2


def small_model(learning_rate=0.01):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "softmax")])
    model.compile(
        keras.optimizers.SGD(learning_rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class Screen:
    """Stands for the line: keeps what it showed."""

    def __init__(self, live):
        self.live, self.shown, self.final = live, [], []

    def show(self, text, final):
        (self.final if final else self.shown).append(text)


@pytest.fixture
def screen(monkeypatch):
    def use(live):
        screen = Screen(live)
        monkeypatch.setattr(
            "helpers.training._progress_callback.make_line",
            lambda: (screen.show, screen.live),
        )
        monkeypatch.setattr(
            "helpers.training._progress_callback.SECONDS_BETWEEN_UPDATES", 0
        )
        return screen

    return use


# ---------------------------------------------------------------- what the line says


def test_the_final_line_tells_epochs_and_metrics_and_no_time(screen):
    shown = screen(live=False)
    history = (
        small_model()
        .fit(X, Y, epochs=3, verbose=0, validation_split=0.25, callbacks=[progress()])
        .history
    )
    last = [
        f"{name} {history[name][-1]:.3f}"
        for name in ("loss", "accuracy", "val_loss", "val_accuracy")
    ]
    assert shown.final == [f"3 epochs: {', '.join(last)}"]
    assert shown.shown == []


def test_the_live_line_follows_batches_and_epochs(screen):
    shown = screen(live=True)
    small_model().fit(
        X, Y, epochs=2, batch_size=16, validation_split=0.5, verbose=0,
        callbacks=[progress()],
    )  # fmt: skip
    number = r"\d\.\d{3}"
    training = rf"loss {number}, accuracy {number}"
    validation = rf"val_loss {number}, val_accuracy {number}"
    left = r"about \d+ s left"
    patterns = [
        "epoch 1 of 2",
        f"epoch 1 of 2, batch 1 of 1, {training}, {left}",
        f"epoch 1 of 2, {training}, {validation}, {left}",
        f"epoch 2 of 2, batch 1 of 1, {training}, about 0 s left",
        f"epoch 2 of 2, {training}, {validation}, about 0 s left",
    ]
    assert len(shown.shown) == len(patterns)
    for pattern, line in zip(patterns, shown.shown, strict=True):
        assert re.fullmatch(pattern, line), line
    assert len(shown.final) == 1


def test_updates_are_rare_within_an_epoch(screen, monkeypatch):
    shown = screen(live=True)
    monkeypatch.setattr(
        "helpers.training._progress_callback.SECONDS_BETWEEN_UPDATES", 3600
    )
    small_model().fit(X, Y, batch_size=1, verbose=0, callbacks=[progress()])
    assert len(shown.shown) == 2  # when the epoch begins and when it ends


def test_early_stopping(screen):
    shown = screen(live=True)
    stop = keras.callbacks.EarlyStopping("loss", patience=0, mode="max")
    small_model().fit(X, Y, epochs=9, verbose=0, callbacks=[progress(), stop])
    assert re.fullmatch(r"stopped after 2 of 9 epochs: loss .*", shown.final[0])


def test_one_epoch_and_a_later_first_epoch(screen):
    shown = screen(live=True)
    callback, model = progress(), small_model()
    model.fit(X, Y, verbose=0, callbacks=[callback])
    model.fit(X, Y, epochs=5, initial_epoch=3, verbose=0, callbacks=[callback])
    assert [line.split(":")[0] for line in shown.final] == ["1 epoch", "2 epochs"]
    assert "epoch 4 of 5" in shown.shown


def test_time_left_is_what_remains_at_the_speed_so_far(screen, monkeypatch):
    shown = screen(live=True)
    now = iter(np.arange(1000) / 2)  # each look at the clock takes half a second
    monkeypatch.setattr("time.perf_counter", lambda: float(next(now)))
    callback = progress()
    callback.set_params({"epochs": 4, "steps": 10})
    callback.on_train_begin()  # 0.0
    callback.on_epoch_begin(0)  # shown at 0.5, no estimate yet
    callback.on_epoch_end(0, {"loss": 1.0})  # shown at 1.0, estimated at 1.5
    assert shown.shown == ["epoch 1 of 4", "epoch 1 of 4, loss 1.000, about 4 s left"]


def test_data_of_unknown_length(screen):
    shown = screen(live=True)

    def batches():
        for _ in range(3):
            yield X, Y

    small_model().fit(batches(), epochs=1, verbose=0, callbacks=[progress()])
    assert re.fullmatch("epoch 1 of 1, loss [^,]*, accuracy [^,]*", shown.shown[1])
    assert shown.final[0].startswith("1 epoch: loss")


def test_metrics_that_are_no_single_numbers_are_left_out():
    logs = {"accuracy": 0.5, "f1": np.array([0.1, 0.2]), "loss": np.float32(0.25)}
    assert describe_metrics(logs) == "loss 0.250, accuracy 0.500"


def test_numbers():
    values = [0.0214, 0.0, 123.4567, 0.00031, float("nan"), -0.5]
    shown = ["0.021", "0.000", "123.457", "0.00031", "nan", "-0.500"]
    assert [describe_number(value) for value in values] == shown


def test_times():
    assert describe_time_left(12.4) == "about 12 s left"
    assert describe_time_left(89) == "about 89 s left"
    assert describe_time_left(150) == "about 2 min left"


# ---------------------------------------------------------------- outside a notebook


def test_a_file_or_pipe_gets_the_final_line_only(capsys):
    small_model().fit(X, Y, epochs=2, verbose=0, callbacks=[progress()])
    assert re.fullmatch(r"2 epochs: loss [\d.]+, accuracy [\d.]+\n", read(capsys))


def test_a_terminal_shows_one_line(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        shown_line, "get_terminal_size", lambda: os.terminal_size((20, 9))
    )
    show, live = shown_line.make_line()
    assert live
    show("a text that is longer than 19", False)
    show("short", False)
    show("a final text that is longer", True)
    written = read(capsys)
    assert written == (
        "\ra text that is long\rshort              \ra final text that is longer\n"
    )


def read(capsys):
    return capsys.readouterr().out


# ---------------------------------------------------------------- in a notebook

SETUP = """# NBVAL_IGNORE_OUTPUT
import helpers
import keras, numpy as np
from helpers.training import progress, set_seed
set_seed(0)
x = np.linspace(0, 1, 64, dtype="float32").reshape(32, 2)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")"""
TRAIN = """history = model.fit(x, x[:, 0], epochs=3, verbose=0, callbacks=[progress()])
print("done")"""
INTERRUPT = """def interrupt(epoch, logs):
    if epoch == 1:
        raise KeyboardInterrupt
stop = keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)
model.fit(x, x[:, 0], epochs=3, verbose=0, callbacks=[progress(), stop])"""
HANDLERS = "print(len(get_ipython().events.callbacks['post_run_cell']))"
TWICE = """try:
    model.fit(x, x[:, 0], epochs=3, verbose=0, callbacks=[(p := progress()), stop])
except KeyboardInterrupt:
    model.fit(x, x[:, 0], epochs=1, verbose=0, callbacks=[p])"""
CELLS = [SETUP, HANDLERS, TRAIN, INTERRUPT, HANDLERS, TWICE, HANDLERS, TRAIN]
UNSEEN = 7  # this cell is run as nbclient and nbval do: nobody can answer it


@pytest.fixture(scope="module")
def recorded():
    """Run the cells as Jupyter does; return the notebook and all that was sent."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", REPOSITORY)
        patch.delenv("KERAS_COURSE_MEASURE", raising=False)
        return run_cells()


def run_cells():
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    # As JupyterLab does: a busy machine sends in pieces what is printed at once.
    client = NotebookClient(
        notebook, allow_errors=True, kernel_name="python3", coalesce_streams=True
    )
    sent = []
    listen = client.process_message

    def process_message(message, cell, index):
        if message["msg_type"] in ("display_data", "update_display_data"):
            sent.append((index, message["content"]["data"]["text/plain"]))
        return listen(message, cell, index)

    client.process_message = process_message
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.kc.allow_stdin = index != UNSEEN
            client.execute_cell(cell, index)
    return notebook, sent


def lines(cell):
    """What a cell stored as displays; streams and errors are left out."""
    return [
        output["data"]["text/plain"]
        for output in cell.outputs
        if output.output_type == "display_data"
    ]


def test_a_live_notebook_stores_the_final_line_once(recorded):
    notebook, sent = recorded
    (line,) = lines(notebook.cells[2])
    assert re.fullmatch(r"3 epochs: loss \d\.\d{3}", line)
    live = [text for index, text in sent if index == 2]
    assert live[0] == ""
    assert live[1] == "epoch 1 of 3"
    assert live[-1] == line
    assert len(live) >= 6  # each epoch, at least, was shown
    kinds = [output.output_type for output in notebook.cells[2].outputs]
    assert kinds == ["display_data", "stream"]


def test_an_interrupted_notebook_keeps_a_sensible_line(recorded):
    notebook, _ = recorded
    (line,) = lines(notebook.cells[3])
    assert re.fullmatch(r"stopped in epoch 2 of 3: loss \d\.\d{3}", line)
    errors = [o for o in notebook.cells[3].outputs if o.output_type == "error"]
    assert [error.ename for error in errors] == ["KeyboardInterrupt"]


def test_nothing_goes_on_watching_for_interrupts(recorded):
    notebook, _ = recorded
    counts = [notebook.cells[index].outputs[0].text for index in (1, 4, 6)]
    assert len(set(counts)) == 1


def test_one_callback_for_two_fits_shows_two_lines(recorded):
    notebook, _ = recorded
    first, second = lines(notebook.cells[5])
    assert first.startswith("stopped in epoch 2 of 3: loss")
    assert second.startswith("1 epoch: loss")


def test_a_program_that_runs_a_notebook_gets_the_final_line_alone(recorded):
    notebook, sent = recorded
    (line,) = lines(notebook.cells[UNSEEN])
    assert line.startswith("3 epochs: loss")
    assert [text for index, text in sent if index == UNSEEN] == [line]


def test_nbval_passes_on_what_was_stored(recorded, tmp_path, monkeypatch):
    """nbval 0.11 does not follow changing outputs: it must get the same final line."""
    setup, right = recorded[0].cells[0], recorded[0].cells[2]
    wrong = copy.deepcopy(right)
    wrong.id = "wrong"
    wrong.outputs[0]["data"]["text/plain"] = "4 epochs: loss 0.000"
    notebook = new_notebook(cells=[setup, right, wrong])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "stored run.ipynb")
    monkeypatch.setenv("PYTHONPATH", REPOSITORY)
    command = [sys.executable, "-m", "pytest", "--nbval", "stored run.ipynb", "-v"]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", "."]
    result = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    outcomes = re.findall("Cell ([0-9]) (PASSED|FAILED)", result.stdout)
    assert outcomes == [("0", "PASSED"), ("1", "PASSED"), ("2", "FAILED")]

"""An experiment never fails: chapters run with other rates, units, epochs and seeds."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.claims.chapters import converted_chapters
from course.claims.placing import SKIP_TAG
from course.notebooks import (
    SOURCE_VARIABLE,
    in_place_of,
    read_notebook,
    run_notebook,
)
from tests.changed_experiments import CHANGES, changed


@pytest.mark.all_only
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", converted_chapters())
def test_a_chapter_runs_with_all_numbers_changed(name, change):
    file = converted_chapters()[name]
    experiment, counts = changed(read_notebook(file), CHANGES[change])
    assert sum(counts.values()) >= 5, counts
    with in_place_of(file.parent) as folder:
        environment = {SOURCE_VARIABLE: "sample"}
        run_notebook(experiment, folder, environment, skip_tags=[SKIP_TAG])


CELL = """\
keras.utils.set_random_seed(4)
model = keras.Sequential([
    keras.Input(shape=(784,)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Dropout(0.5),
    layers.Dense(10, activation="softmax"),
])
twin = keras.Sequential([layers.Dense(units=64), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), loss="mse", metrics=["accuracy"])
sgd = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
model.fit(x, y, epochs=5, batch_size=128, verbose=2); PCA(2, random_state=3)"""

LESS = """\
keras.utils.set_random_seed(5)
model = keras.Sequential([
    keras.Input(shape=(784,)),
    layers.Conv2D(10, 3, activation="relu"),
    layers.Dropout(0.05),
    layers.Dense(10, activation="softmax"),
])
twin = keras.Sequential([layers.Dense(units=21), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.001), loss="mse", metrics=["accuracy"])
sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
model.fit(x, y, epochs=1, batch_size=257, verbose=2); PCA(2, random_state=4)"""


def test_what_a_reader_may_change_is_found():
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    copy, counts = changed(notebook, CHANGES["less of all"])
    assert copy.cells[0].source == LESS
    assert counts == {
        **{"epochs": 1, "batch size": 1, "units": 2},
        **{"rate": 2, "dropout": 1, "seed": 2},
    }
    assert notebook.cells[0].source == CELL


@pytest.mark.parametrize("change", CHANGES)
def test_every_number_becomes_another(change):
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    copy, counts = changed(notebook, CHANGES[change])
    lines = zip(CELL.split("\n"), copy.cells[0].source.split("\n"), strict=True)
    assert sum(old != new for old, new in lines) == 7
    assert set(counts) == set(CHANGES[change])

"""`course record` and `course bands`, on small notebooks of our own."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course import bands, record
from course.command import main
from course.notebooks import record_file
from course.tolerances import bands_of, tolerance_of
from tests.test_nbval_tolerance import run_nbval

# Each run of this notebook gives another number, by the data source and by the seed.
# (set_seed would load Keras, which takes its time; it has tests of its own.)
LESSON = [
    "import os, random\nfrom helpers.training import expect, stopwatch",
    "source = os.environ['KERAS_COURSE_SOURCE']\nprint(source)",
    "random.seed(os.environ.get('KERAS_COURSE_SEED_OFFSET', '0'))\n"
    "number = 0.5 + 0.1 * random.random()",
    "with stopwatch('model'):\n    expect('model, accuracy', number, 0.5, 0.6)",
    "print('skipped while measuring')\nraise_if = 1",
]


@pytest.fixture
def lesson(tmp_path):
    notebook = new_notebook(cells=[new_code_cell(code) for code in LESSON])
    notebook.cells[4].metadata["tags"] = ["skip-bands"]
    file = tmp_path / "a lesson.ipynb"
    nbformat.write(notebook, file)
    return file


@pytest.fixture
def full_data(monkeypatch):
    monkeypatch.setattr(record, "cached_full_sets", lambda: {"mnist": True})


def read(file):
    return nbformat.read(file, as_version=4)


def silent(*_):
    pass


@pytest.mark.usefixtures("full_data")
def test_each_source_has_its_own_record_and_both_pass(lesson):
    moved = record.record(lesson, ("full", "sample"), silent)
    assert moved == {"full": 5, "sample": 5}
    stored = read(lesson)
    assert stored.cells[1].outputs[0].text == "full\n"
    assert [cell.execution_count for cell in stored.cells] == [1, 2, 3, 4, 5]
    kept = json.loads(record_file(lesson, lesson.parent).read_text("utf-8"))
    assert kept["cells"][stored.cells[1].id] == {"stdout": ["sample\n"]}

    before = lesson.read_bytes()
    assert record.record(lesson, ("full", "sample"), silent) == {"full": 0, "sample": 0}
    assert lesson.read_bytes() == before

    for source in ("full", "sample"):
        assert run_nbval(lesson, KERAS_COURSE_SOURCE=source) == ["passed"] * 5


@pytest.mark.usefixtures("full_data")
def test_an_exercise_stays_as_it_is_and_each_source_is_compared(tmp_path):
    file = tmp_path / "exercises" / "01_x.ipynb"
    file.parent.mkdir()
    code = "import os; print(os.environ['KERAS_COURSE_SOURCE'])"
    nbformat.write(new_notebook(cells=[new_code_cell(code), new_code_cell("")]), file)
    before = file.read_bytes()
    for source in ("full", "sample"):
        said = run_nbval(file, KERAS_COURSE_SOURCE=source)
        assert all("nothing is kept of this cell" in text for text in said)

    assert record.record(file, ("full", "sample"), silent) == {"full": 2, "sample": 2}
    assert record.record(file, ("full", "sample"), silent) == {"full": 0, "sample": 0}
    assert file.read_bytes() == before
    for source in ("full", "sample"):
        assert run_nbval(file, KERAS_COURSE_SOURCE=source) == ["passed"] * 2
        kept = record_file(file, file.parent, source)
        content = json.loads(kept.read_text("utf-8"))
        assert content["source"] == source
        kept.write_text(json.dumps(content).replace(f"{source}\\n", "another word"))
        assert "another word" in run_nbval(file, KERAS_COURSE_SOURCE=source)[0]


@pytest.mark.usefixtures("full_data")
def test_only_cells_that_moved_are_stored(lesson):
    record.record(lesson, ("full",), silent)
    changed = read(lesson)
    changed.cells[1].outputs[0].text = "wrong\n"
    changed.cells[4].outputs[0].text = "skipped  while  measuring\n"  # white space only
    nbformat.write(changed, lesson)
    assert record.record(lesson, ("full",), silent) == {"full": 1}
    again = read(lesson)
    assert again.cells[1].outputs[0].text == "full\n"
    assert again.cells[4].outputs[0].text == "skipped  while  measuring\n"


@pytest.mark.usefixtures("full_data")
@pytest.mark.parametrize(
    ("code", "message"),
    [("1 / 0", "ZeroDivisionError"), ("import sys; sys.stderr.write('x')", "stderr")],
)
def test_a_faulty_notebook_is_not_stored(lesson, code, message):
    notebook = read(lesson)
    notebook.cells.append(new_code_cell(code))
    nbformat.write(notebook, lesson)
    before = lesson.read_bytes()
    with pytest.raises(RuntimeError, match=message):
        record.record(lesson, ("full",), silent)
    assert lesson.read_bytes() == before


def test_full_outputs_need_the_full_data(lesson, monkeypatch):
    monkeypatch.setattr(record, "cached_full_sets", lambda: {"mnist": False})
    with pytest.raises(RuntimeError, match="mnist is not in the cache"):
        record.record(lesson, ("full",), silent)


def test_bands_hold_each_figure_and_become_the_tolerance(lesson):
    measured = bands.measure(lesson, "full", 3, silent)
    assert set(measured["values"]) == {"model, accuracy"}
    values = measured["values"]["model, accuracy"]
    assert len(set(values)) == 3, "each run needs a seed of its own"
    assert set(measured["seconds"]) == {"model"}

    found = bands_of(lesson, "full")
    width = found.width("model, accuracy")
    assert width == pytest.approx(max(values) - min(values))
    notebook = read(lesson)
    tolerances = [tolerance_of(notebook, cell, found) for cell in notebook.cells]
    line = "model, accuracy: 0.55 (the text says 0.50 to 0.60: agrees)"
    assert tolerances[3].absolute == tolerances[1].absolute == 0
    assert tolerances[3].for_line(line).absolute == width
    assert tolerances[3].for_line("another, accuracy: 0.55").absolute == 0
    assert tolerances[1].for_line(line).absolute == 0

    notebook.cells[1].metadata["course"] = {"bands": ["model, accuracy"]}
    listed = tolerance_of(notebook, notebook.cells[1], found)
    assert listed.absolute == width
    notebook.cells[1].metadata["course"] = {"bands": ["no such"]}
    with pytest.raises(ValueError, match="no band is called"):
        tolerance_of(notebook, notebook.cells[1], found)
    notebook.cells[1].metadata["course"] = {"tolerance": {"relativ": 1}}
    with pytest.raises(ValueError, match="relativ"):
        tolerance_of(notebook, notebook.cells[1], found)


def test_bands_of_both_sources_stand_in_one_file(lesson):
    bands.measure(lesson, "full", 2, silent)
    bands.measure(lesson, "sample", 2, silent)
    content = json.loads(bands.bands_file(lesson).read_text("utf-8"))
    assert set(content) == {"full", "sample"}


def test_two_runs_at_a_time_give_what_one_gives(lesson):
    alone = bands.measure(lesson, "full", 4, silent)
    done = []
    together = bands.measure(lesson, "full", 4, done.append, jobs=2)
    assert together["values"] == alone["values"]
    assert done == [0, 1, 2, 3]


def test_a_run_works_in_an_empty_folder_of_its_own(lesson):
    notebook = read(lesson)
    notebook.cells[1].source += "\nassert not os.listdir()"
    notebook.cells[1].source += "\nopen('left behind', 'w').close()"
    nbformat.write(notebook, lesson)
    before = sorted(lesson.parent.iterdir())
    bands.measure(lesson, "full", 2, silent)
    assert sorted(lesson.parent.iterdir()) == [*before, lesson.parent / "bands"]


def test_two_figures_of_one_name_are_refused(lesson):
    notebook = read(lesson)
    notebook.cells.append(notebook.cells[3].copy())
    notebook.cells[5]["id"] = "another"
    nbformat.write(notebook, lesson)
    with pytest.raises(RuntimeError, match="2 times in 1 runs"):
        bands.measure(lesson, "full", 2, silent)


def test_a_notebook_without_figures_is_refused(lesson):
    notebook = read(lesson)
    notebook.cells = notebook.cells[:2]
    nbformat.write(notebook, lesson)
    with pytest.raises(RuntimeError, match="no figure to measure"):
        bands.measure(lesson, "full", 2, silent)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["record", "no such.ipynb", "--source", "sample"],
            "no notebook no such.ipynb",
        ),
        (["record", "{broken}", "--source", "sample"], "not a readable notebook"),
        (["bands", "x.ipynb", "--seeds", "1"], "--seeds is 1"),
        (["bands", "x.ipynb", "--jobs", "0"], "--jobs is 0"),
        (["lab", "--port", "70000"], "port 70000 does not exist"),
    ],
)
def test_the_command_says_in_one_sentence_what_is_wrong(
    arguments, message, tmp_path, capsys
):
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    arguments = [word.format(broken=broken) for word in arguments]
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_a_forced_source_must_exist(lesson):
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "course.nbval_tolerance"),
            *("--nbval", "-p", "no:cacheprovider", str(lesson)),
        ],
        cwd=lesson.parent,
        env={**os.environ, "KERAS_COURSE_SOURCE": "everything"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "everything" in run.stdout + run.stderr

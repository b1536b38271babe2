"""`course bands` on a small lesson with claims: copies, sources, errors."""

import json

import pytest
from nbformat.v4 import new_code_cell

from course import bands
from course.command import main
from tests.claims_lessons import CLAIMS, CODE, write_lesson


def silent(*_):
    pass


def test_each_copy_gives_its_own_numbers(tmp_path):
    lesson = write_lesson(tmp_path)
    done = []
    measured = bands.measure(lesson, "full", 3, done.append, jobs=2)
    assert done == [0, 1, 2]
    assert measured["seeds"] == 3 and measured["seconds"] == {}
    values = measured["values"]
    assert list(values) == [
        *("rows", "accuracy", "better than chance"),
        *("better than chance, left", "better than chance, right"),
    ]
    assert values["rows"] == [60_000] * 3
    assert all(isinstance(rows, int) for rows in values["rows"])
    assert len(set(values["accuracy"])) == 3, "each copy needs seeds of its own"
    assert len(set(values["better than chance, right"])) == 3
    assert values["better than chance"] == [1, 1, 1]
    stored = json.loads(bands.bands_file(lesson).read_text("utf-8"))
    assert stored == {"full": measured}


def test_the_sample_is_asked_what_is_meant_for_it(tmp_path):
    claims = CLAIMS.replace("sample = true", "")
    lesson = write_lesson(tmp_path, claims=claims)
    values = bands.measure(lesson, "sample", 2, silent)["values"]
    assert list(values) == ["rows", "accuracy"]
    assert values["rows"] == [500, 500]


def test_what_was_measured_is_stored_after_every_copy(tmp_path):
    lesson = write_lesson(tmp_path)
    seen = []

    def look(done):
        if done:
            content = json.loads(bands.bands_file(lesson).read_text("utf-8"))
            seen.append(content["full"]["seeds"])

    bands.measure(lesson, "full", 3, look)
    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"accuracy"\nsays', '"acuracy"\nsays', "claim 'accuracy' .* NameError"),
        ('after = "fit"', 'after = "fitt"', "there is no cell 'fitt'"),
        ('value = "rows"', "value = \"float('nan')\"", "copy 0 on the full .* finite"),
    ],
)
def test_a_claim_that_cannot_be_measured_is_named(tmp_path, old, new, message):
    assert old in CLAIMS
    lesson = write_lesson(tmp_path, claims=CLAIMS.replace(old, new))
    with pytest.raises((RuntimeError, ValueError), match=message) as error:
        bands.measure(lesson, "full", 2, silent)
    assert "04_lesson.toml" in str(error.value)
    assert "\n" not in str(error.value)
    assert not bands.bands_file(lesson).exists()


def test_words_are_not_asked_for_before_there_are_bands(tmp_path):
    """They quote what the bands give; `course claims --check` asks for them."""
    claims = CLAIMS.replace("about 90.5%", "about 90.6%")
    lesson = write_lesson(tmp_path, claims=claims)
    bands.measure(lesson, "full", 2, silent)
    assert bands.bands_file(lesson).exists()


def test_a_cell_that_is_left_out_cannot_be_claimed_of(tmp_path):
    lesson = write_lesson(tmp_path)
    notebook = bands.read_notebook(lesson)
    notebook.cells[2].metadata["tags"] = ["skip-bands"]
    notebook.cells.append(new_code_cell("1 / 0", metadata={"tags": ["skip-bands"]}))
    bands.write_whole(lesson, json.dumps(notebook))
    with pytest.raises(ValueError, match="'chance' is tagged skip-bands"):
        bands.measure(lesson, "full", 2, silent)
    notebook.cells[2].metadata["tags"] = ["nbval-skip"]
    bands.write_whole(lesson, json.dumps(notebook))
    with pytest.raises(ValueError, match="'chance' is tagged nbval-skip"):
        bands.measure(lesson, "full", 2, silent)
    notebook.cells[2].metadata["tags"] = []
    bands.write_whole(lesson, json.dumps(notebook))
    assert bands.measure(lesson, "full", 2, silent)["seeds"] == 2


def test_a_run_sees_the_data_beside_it_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.txt").write_text("60000")
    look = "\nassert not os.listdir() and os.getcwd().endswith('lessons')"
    look += "\nassert open('../data/rows.txt').read() == '60000'"
    look += "\nopen('x', 'w').close(), open('../data/x', 'w').close()"
    lesson = write_lesson(tmp_path / "lessons", {**CODE, "data": CODE["data"] + look})
    bands.measure(lesson, "full", 2, silent)
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["rows.txt"]
    assert not (lesson.parent / "x").exists()


def test_a_seed_that_cannot_be_raised_is_named(tmp_path):
    code = {**CODE, "chance": "random.seed(len('abc'))\nguessed = 0.1"}
    lesson = write_lesson(tmp_path, code)
    with pytest.raises(ValueError, match="'chance' the seed .* is not a literal"):
        bands.measure(lesson, "full", 2, silent)


def test_a_notebook_is_found_by_its_number(capsys):
    assert main(["bands", "99"]) == 1
    error = capsys.readouterr().err
    assert "There is no notebook '99' in notebooks; choose one of: 00_start" in error

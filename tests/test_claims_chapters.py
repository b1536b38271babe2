"""What must hold of each chapter and its claims, seen without running it."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.claims.chapters import (
    UNCONVERTED,
    band_faults,
    converted_chapters,
    machinery,
    turn_faults,
    wording_faults,
)
from course.claims.checking import faults
from course.claims.claim import claims_file, read_claims
from course.claims.placing import misplaced
from course.claims.seeds import raise_seeds
from course.claims.turns import answers_of
from course.notebooks import project_folder, read_notebook
from course.tolerances import measured_bands
from tests.claims_lessons import CLAIMS, write_lesson

FOLDER = project_folder() / "notebooks"
CHAPTERS = {file.stem: file for file in sorted(FOLDER.glob("*.ipynb"))}
CONVERTED = converted_chapters()


@pytest.fixture(params=CONVERTED)
def file(request):
    return CONVERTED[request.param]


def test_a_chapter_has_claims_or_is_listed_as_unconverted():
    with_claims = {n for n, file in CHAPTERS.items() if claims_file(file).exists()}
    assert with_claims == set(CONVERTED)
    assert set(UNCONVERTED) <= set(CHAPTERS)
    assert {f.stem for f in (FOLDER / "claims").glob("*.toml")} == with_claims


def test_text_claims_and_seeds_agree(file):
    values = measured_bands(file)["full"]["values"]
    assert faults(read_notebook(file), read_claims(file), values) == []


def test_comparisons_are_worded_as_they_are_claimed(file):
    assert wording_faults(read_claims(file), read_notebook(file)) == []


def test_cells_hold_nothing_that_serves_the_tests(file):
    about_speed = file.stem.startswith("going_deeper")
    assert machinery(read_notebook(file), about_speed) == []


def test_seeds_can_be_raised_from_outside(file):
    raise_seeds(read_notebook(file), 1000)


def test_bands_are_those_of_the_claims(file):
    assert band_faults(read_claims(file), measured_bands(file)) == []


def test_turns_are_as_many_as_wanted_and_have_answers(file):
    notebook = read_notebook(file)
    assert turn_faults(read_claims(file), notebook) == []
    answers_of(notebook)


# ------------------------------------------------- the tests, tried on small lessons


@pytest.mark.parametrize(
    "code",
    [
        "from helpers.training import expect\nexpect('a', 1, 0, 2)",
        "with stopwatch('a'):\n    pass",
        "start_again(5)",
        "set_seed(5)",
        "one_hot(labels)",
        "read_bands('bands/04_mnist.json')",
        "open('bands/04_mnist.json')",
        "os.environ['KERAS_COURSE_SOURCE']",
        "model.compile(steps_per_execution=8)",
    ],
)
def test_machinery_is_found(code):
    [fault] = machinery(new_notebook(cells=[new_code_cell(code, id="a")]))
    assert fault.startswith("cell 'a': ") and "serves the tests; write" in fault


def test_plain_keras_is_no_machinery():
    code = "keras.utils.set_random_seed(5)\nmodel.compile('adam')\nunexpected(1)"
    assert machinery(new_notebook(cells=[new_code_cell(code)])) == []
    fast = new_notebook(cells=[new_code_cell("m.compile(steps_per_execution=8)")])
    assert machinery(fast, about_speed=True) == []


VALUES = {
    "rows": [60_000] * 10,
    "accuracy": [0.9] * 10,
    "better than chance": [1] * 10,
    "better than chance, left": [0.9] * 10,
    "better than chance, right": [0.1] * 10,
}


def bands(full=VALUES, sample=VALUES):
    return {"full": {"values": full}, "sample": {"values": sample}}


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        (bands(), None),
        (
            {"full": {"values": VALUES}},
            "there are no bands of the sample data; ",
        ),
        (bands(full={**VALUES, "rows": [1] * 9}), "'rows' was measured with 9 seeds"),
        (bands(full={**VALUES, "other": [1] * 10}), "is of 'other', which no claim is"),
        (
            bands(sample={n: v for n, v in VALUES.items() if n != "rows"}),
            "claim 'rows' has no band on the sample data; measure anew: course bands",
        ),
    ],
)
def test_bands_of_other_claims_are_found(tmp_path, measured, message):
    found = band_faults(read_claims(write_lesson(tmp_path)), measured)
    if message is None:
        assert found == []
    else:
        [fault] = found
        assert message in fault


def test_a_comparison_that_is_not_asked_on_the_sample_has_no_band_there(tmp_path):
    claims = CLAIMS.replace("sample = true", "")
    lesson = read_claims(write_lesson(tmp_path, claims=claims))
    of_values = {n: v for n, v in VALUES.items() if "chance" not in n}
    assert band_faults(lesson, bands(sample=of_values)) == []
    assert len(band_faults(lesson, bands())) == 3


def test_turns_are_counted_and_listed(tmp_path):
    turns = '[[turn]]\ncell = "fit"\nholds = "True"\n'
    lesson = write_lesson(tmp_path, claims=CLAIMS + turns)
    notebook = read_notebook(lesson)
    assert any(
        "not tagged your-turn" in f for f in misplaced(read_claims(lesson), notebook)
    )
    for cell in notebook.cells[:2]:
        cell.metadata["tags"] = ["your-turn"]
    unlisted, count = turn_faults(read_claims(lesson), notebook)
    assert "the turn 'data' has no [[turn]]; say there" in unlisted
    assert count == "04_lesson has 2 turns; 6 to 8 are wanted"


@pytest.mark.parametrize(
    ("claimed", "text", "message"),
    [
        ('holds = "a < b"\nsays = "a is less"', "So a is less.", None),
        ('holds = "a < b"\nsays = "a is less"\nseeds = 9', "a is less.", "'usually'"),
        ('holds = "a < b"\nsays = "a is less"\nseeds = 9', "Usually a is less.", None),
        ('holds = "a"\nsays = "less"\nseeds = 9', "Less: usually. It is less.", "say"),
        ('holds = "a"\nsays = "less"\nseeds = 9', "less in nine of ten runs", None),
        ('holds = "a < b"\nsays = "much less"', "It is much less.", "needs a margin"),
        ('holds = "a < b / 2"\nsays = "much less"', "It is much less.", None),
        ('holds = "a < b"\nsays = "as much as b"', "It is as much as b.", None),
        (
            'left = "a"\nrelation = "<"\nright = "b"\nsays = "far fewer"',
            "They are far fewer.",
            "needs a margin: give by how much at least",
        ),
        (
            'left = "a"\nrelation = "<"\nright = "b"\nmargin = 1\nsays = "far fewer"',
            "They are far fewer.",
            None,
        ),
    ],
)
def test_words_that_are_too_strong_are_found(tmp_path, claimed, text, message):
    claims = f'[[claim]]\nname = "n"\nafter = "fit"\n{claimed}\n'
    lesson = write_lesson(tmp_path, text=text, claims=claims)
    found = wording_faults(read_claims(lesson), read_notebook(lesson))
    if message is None:
        assert found == []
    else:
        [fault] = found
        assert message in fault

"""`course claims`: what the text says beside one run and ten seeds."""

from course.claims.claim import read_claims
from course.claims.table import as_text, rows_of
from course.command import main
from tests.claims_lessons import CLAIMS, write_lesson

FULL = {
    "rows": [60_000] * 10,
    "accuracy": [0.903, 0.9, *[0.905] * 7, 0.91],
    "better than chance": [1] * 9 + [0],
    "better than chance, left": [0.9] * 9 + [0.2],
    "better than chance, right": [0.05] * 10,
    "true": [1] * 10,
    "two [1]": [1] * 10,
    "two [2]": [0.5] * 10,
}
MORE = """
[[claim]]
name = "true"
after = "data"
holds = "True"
says = "much better"

[[claim]]
name = "two"
after = "data"
value = "(1, 0.5)"
says = ["1 and 0.5", "1 or 0.5"]
"""


def written(folder, **measured):
    claims = CLAIMS.replace("sample = true", "sample = true\nseeds = 9") + MORE
    bands = {
        source: {"seeds": 10, "values": values, "seconds": {}}
        for source, values in measured.items()
    }
    return write_lesson(folder, claims=claims, bands=bands)


def test_each_claim_has_a_row(tmp_path):
    claims = read_claims(written(tmp_path))
    rows, accuracy, better, true, two = rows_of(claims, FULL, {"rows": [500] * 10})
    assert (rows.says, rows.run, rows.full) == ("the 60,000 rows", "60,000", "60,000")
    assert (rows.sample, rows.seeds) == ("500", "10")
    assert (accuracy.run, accuracy.full, accuracy.sample) == (
        *("0.903", "0.9 to 0.91", "-"),
    )
    assert better.run == "0.9 > 0.05"
    assert better.full == "0.2 to 0.9 > 0.05"
    assert better.seeds == "9 of 10, claimed in 9"
    assert (true.run, true.full, true.seeds) == ("true", "true", "10 of 10")
    assert (two.says, two.run, two.full) == ("1 and 0.5; 1 or 0.5", "1, 0.5", "1, 0.5")


def test_what_was_never_measured_is_left_open(tmp_path):
    rows = rows_of(read_claims(written(tmp_path)), {}, {})
    assert {(row.run, row.full, row.sample, row.seeds) for row in rows} == {("-",) * 4}


def test_the_command_prints_the_table(tmp_path, capsys):
    lesson = written(tmp_path, full=FULL)
    assert main(["claims", str(lesson)]) == 0
    head, ruler, first, *_ = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["claim", "the"]
    assert set(ruler) == {"-", " "}
    assert first.split("  ")[0] == "rows" and "the 60,000 rows" in first


def test_what_is_long_is_wrapped_in_its_column(tmp_path):
    claims = CLAIMS.replace(
        '"accuracy"\nafter', '"accuracy of a long name indeed"\nafter'
    )
    rows = rows_of(read_claims(write_lesson(tmp_path, claims=claims)), {}, {})
    lines = as_text(rows).splitlines()
    [first] = [line for line in lines if line.startswith("accuracy of")]
    second = lines[lines.index(first) + 1]
    assert first.split("  ")[0] == "accuracy of a long name"
    assert second == "indeed"
    assert "better than chance" in lines[lines.index(first) + 2]
    assert "accuracy > guessed by 0.5" in lines[lines.index(first) + 2]


def test_the_command_says_that_there_are_no_claims(capsys):
    assert main(["claims", "05"]) == 1
    assert "05_tuning_and_understanding.ipynb has no claims" in capsys.readouterr().err

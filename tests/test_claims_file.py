"""Reading a claims file: what it may hold, and what is said of each mistake."""

import pytest

from course.claims.claim import Claim, Turn, read_claims

GOOD = """
[constants]
"0.9746" = "STAT 471: dense network, test accuracy"

[[claim]]
name  = "dense 512, test accuracy"
after = "dense-evaluate"
value = "dense_accuracy"
says  = "about 98% of the digits"

[[claim]]
name = "the gap is real"
after = "dropout-again"
left = "fitted"
relation = ">"
right = "held_out"
margin = 0.005
says = ["The gap is real", "a real gap"]

[[claim]]
name = "validation starts above training"
after = "dropout-fit"
holds = "history['val_accuracy'][0] > history['accuracy'][0]"
says = "usually higher"
seeds = 9
sample = true

[[turn]]
cell = "turn-gap"
holds = "plain_gap > fitted - held_out"

[[not-a-comparison]]
says = "A longer name is better than a short one"
why = "advice"
"""

CLAIM = '[[claim]]\nname = "n"\nafter = "a"\nsays = "s"\n'


@pytest.fixture
def write(tmp_path):
    """Write a claims file; return the notebook that it is for."""

    def write_claims(text):
        (tmp_path / "claims").mkdir(exist_ok=True)
        (tmp_path / "claims" / "lesson.toml").write_text(text, encoding="utf-8")
        return tmp_path / "lesson.ipynb"

    return write_claims


def test_all_that_a_file_may_hold_is_read(write):
    found = read_claims(write(GOOD))
    assert found.constants == {"0.9746": "STAT 471: dense network, test accuracy"}
    value, by_sides, holds = found.claims
    assert value == Claim(
        name="dense 512, test accuracy",
        after="dense-evaluate",
        says=("about 98% of the digits",),
        value="dense_accuracy",
    )
    assert not value.is_comparison and value.expression == "dense_accuracy"
    assert by_sides.is_comparison and by_sides.says == ("The gap is real", "a real gap")
    assert eval(by_sides.expression, {"fitted": 2, "held_out": 1}) == (2, 1)
    assert (by_sides.relation, by_sides.margin, by_sides.seeds) == (">", 0.005, 10)
    assert holds.expression == holds.holds
    assert (holds.seeds, holds.sample, by_sides.sample) == (9, True, False)
    assert found.turns == (Turn("turn-gap", "plain_gap > fitted - held_out"),)
    assert found.not_comparisons == (
        ("A longer name is better than a short one", "advice"),
    )


def test_an_empty_file_claims_nothing(write):
    assert read_claims(write("")).claims == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[claim]\n", "is not TOML: .*line 1"),
        ('[claim]\nname = "n"', "claim must be a list of tables"),
        ("claim = [1]", "claim must be a list of tables"),
        ("constants = 3", "constants must be a table"),
        ('[constants]\n"0.5" = ""', "0.5 is ''; it must be a text"),
        ('[claims]\nname = "n"', "the file has no 'claims'; it may have claim"),
        ('[[claim]]\nafter = "a"', "claim.. 1: name is None; it must be a text"),
        ('[[claim]]\nname = "n"', "claim 'n': after is None"),
        ('[[claim]]\nname = "n"\nafter = "a"\nvalue = "v"', "says is None"),
        (CLAIM.replace('"s"', "[]") + 'value = "v"', r"says is \[\]"),
        (CLAIM.replace('"s"', '["s", ""]') + 'value = "v"', "list of such words"),
        (CLAIM, "claim 'n' needs one of value, holds, or left with relation"),
        (CLAIM + 'value = "v"\nholds = "h"', "needs one of"),
        (CLAIM + 'value = "v"\nrelation = "<"', "needs one of"),
        (CLAIM + 'left = "v"\nrelation = "<"', "needs one of"),
        (CLAIM + 'left = "v"\nright = "w"', "needs one of"),
        (CLAIM + 'left = "v"\nrelation = "~"\nright = "w"', "relation is '~'"),
        (CLAIM + "value = 3", "value is 3; it must be a text"),
        (CLAIM + 'value = "1 +"', "value is not a Python expression .*: 1 +"),
        (CLAIM + 'value = "x = 1"', "value is not a Python expression"),
        (CLAIM + 'valu = "v"', "claim 'n' has no 'valu'; it may have after"),
        (CLAIM + 'value = "v"\nseeds = 9', "seeds is for comparisons"),
        (CLAIM + 'value = "v"\nsample = true', "sample is for comparisons"),
        (CLAIM + 'holds = "h"\nseeds = 11', "seeds is 11; it must be 1 to 10"),
        (CLAIM + 'holds = "h"\nseeds = true', "seeds is True"),
        (CLAIM + 'holds = "h"\nsample = 1', "sample is 1; it must be true or false"),
        (CLAIM + 'holds = "h"\nmargin = 1', "a margin needs left, right"),
        (
            CLAIM + 'left = "v"\nrelation = "=="\nright = "w"\nmargin = 1',
            "a margin needs",
        ),
        (
            CLAIM + 'left = "v"\nrelation = "<"\nright = "w"\nmargin = -1',
            "margin is -1; it must be a number from 0 on",
        ),
        (
            CLAIM + 'left = "v"\nrelation = "<"\nright = "w"\nmargin = nan',
            "margin is nan",
        ),
        (2 * (CLAIM + 'value = "v"\n'), "2 claims are called 'n'; one may be"),
        ('[[turn]]\ncell = "t"', "turn.. 1: holds is None"),
        ('[[turn]]\ncell = "t"\nholds = "("', "holds is not a Python expression"),
        (2 * '[[turn]]\ncell = "t"\nholds = "x"\n', "2 turns are for the cell 't'"),
        ('[[not-a-comparison]]\nsays = "s"', "not-a-comparison.. 1: why is None"),
    ],
)
def test_a_mistake_is_named_in_one_line(write, text, message):
    with pytest.raises(ValueError, match=message) as error:
        read_claims(write(text))
    assert "claims/lesson.toml" in str(error.value).replace("\\", "/")
    assert "\n" not in str(error.value)


def test_a_notebook_without_claims_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="lesson.ipynb has no claims file"):
        read_claims(tmp_path / "lesson.ipynb")

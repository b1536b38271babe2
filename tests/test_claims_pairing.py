"""The words of a claim against what the seeds gave."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.claims.claim import Claim
from course.claims.pairing import (
    numbers_of_a_comparison,
    pair,
    values_of,
    words_against_values,
)


def against(
    says: str, *values: Sequence[float], constants: Sequence[str] = ()
) -> list[str]:
    claim = Claim(name="it", after="cell", says=(says,), value="x")
    return words_against_values(claim, constants, values)


@pytest.mark.parametrize(
    ("says", "band"),
    [
        ("98% of the digits", [0.976, 0.981]),
        ("about 98% of the digits", [0.962, 0.998]),
        ("97.6% to 98.1%", [0.9757, 0.9809]),
        ("between 97.6% and 98.1%", [0.9757, 0.9809]),
        ("about 97.9% (97.6% to 98.1% over ten runs)", [0.9757, 0.9809, 0.9803]),
        ("a loss of 0.065", [0.0641, 0.0655]),
        ("203,530 parameters", [203530, 203530]),
        ("about 55,000 parameters", [55258, 55258]),
        ("about 40 minutes", [38, 42]),
        ("half of them", [0.44, 0.57]),
        ("about half of them", [0.38, 0.62]),
        ("twice as long", [1.75, 2.25]),
        ("nine of ten", [0.86, 0.94]),
        ("about nine of ten", [0.81, 0.99]),
        ("exactly 0.5", [0.5, 0.5]),
        ("more than 97%", [0.971, 0.99]),
        ("at least 97%", [0.97, 0.99]),
        ("less than 0.07", [0.05, 0.065]),
        ("more than half of them", [0.51, 0.6]),
        ("-0.03 to 0.00", [-0.031, 0.002]),
        ("99%", [1.0, 0.98]),
    ],
)
def test_words_that_agree(says: str, band: list[float]) -> None:
    assert against(says, band) == []


@pytest.mark.parametrize(
    ("says", "band", "why"),
    [
        ("98% of the digits", [0.9757, 0.9957], "the seeds gave 97.6% to 99.6%"),
        ("about 95% of the digits", [0.976, 0.981], "each must lie within one unit"),
        ("97.6% to 98.4%", [0.9757, 0.9809], "write '97.6% to 98.1%'"),
        ("97.2% to 98.1%", [0.9757, 0.9809], "the lowest of 2 seeds is 97.6%"),
        ("98.2% (97.6% to 98.1%)", [0.9757, 0.9809], "the mean of the seeds is 97.83%"),
        ("203,531 parameters", [203530, 203530], "a count must be exact"),
        ("about 55,258 parameters", [55300, 55300], "the seeds gave 55,300"),
        ("about 20 minutes", [10, 30], "write the range"),
        ("half of them", [0.4, 0.5], "may be off by 15%"),
        ("nine of ten", [0.8, 0.9], "may be off by 15%"),
        ("exactly 0.5", [0.5, 0.51], "the seeds gave 0.50 to 0.51"),
        ("more than 97%", [0.969, 0.99], "not every seed is more than that"),
        ("more than 97%", [0.97, 0.99], "not every seed is more than that"),
        ("more than 90%", [0.971, 0.99], "write a closer one"),
        ("up to 3 errors", [1, 4], "not every seed is up to that"),
        ("a loss of 0.07", [float("nan"), 0.07], "must be finite"),
        ("98% of them", [97.6, 98.1], "leave out its factor 100"),
        ("98 of them", [0.976, 0.981], "write the figure with '%'"),
        ("375 steps", [374.6, 375.2], None),
    ],
)
def test_words_that_disagree(says: str, band: list[float], why: str | None) -> None:
    found = against(says, band)
    if why is None:
        assert found == []
        return
    (line,) = found
    assert line.startswith("claim 'it': ")
    assert why in line
    assert "\n" not in line


def test_each_value_has_its_figure() -> None:
    row = "| dense 512 | 0.9746 | 97.6% to 98.1% | 407,050 |"
    band, count = [0.9757, 0.9809], [407050.0, 407050.0]
    constants = ["dense 512", "0.9746"]
    assert against(row, band, count, constants=constants) == []
    (line, _) = against(row, count, band, constants=constants)
    assert "the lowest" in line


def test_a_point_followed_by_a_range_is_one_value_or_two() -> None:
    text = "98% (97.6% to 98.1%)"
    assert len(pair(text, [], 1)) == 1
    assert len(pair(text, [], 2)) == 2


def test_a_rise_is_two_values_or_a_range() -> None:
    text = "rises from 0.31 to 0.38"
    assert len(pair(text, [], 1)) == 1
    assert [said.point.value for said in pair(text, [], 2) if said.point] == [
        0.31,
        0.38,
    ]


def test_numbers_of_figures_and_values_must_agree() -> None:
    (line,) = against("98% and 0.07", [0.98, 0.98])
    assert "has 2 figures ('98%', '0.07'), but value gives 1" in line
    (line,) = against("nearly all of them", [0.98, 0.98])
    assert "has 0 figures (none), but value gives 1" in line


def test_constants_are_whole_figures() -> None:
    assert len(pair("0.97 and 0.9746", ["0.97"], 1)) == 1
    assert len(pair("375 batches of 128", ["batches of 128"], 1)) == 1


def test_ten_runs_and_10_seeds_are_no_figures() -> None:
    band = [0.976, 0.981]
    assert against("98% over ten runs", band) == []
    assert against("98% with 10 different seeds", band) == []


def test_all_words_of_a_claim_are_held() -> None:
    claim = Claim(name="it", after="c", says=("98% here", "95% there"), value="x")
    (line,) = words_against_values(claim, [], [[0.98, 0.98]])
    assert "'95% there'" in line


def comparison(says: str, **parts: object) -> list[str]:
    claim = Claim(name="it", after="c", says=(says,), **parts)  # type: ignore[arg-type]
    return numbers_of_a_comparison(claim, ["0.9453"])


def test_numbers_of_a_comparison_stand_in_its_expression() -> None:
    assert comparison("more than 97%", holds="accuracy > 0.97") == []
    assert comparison("more than 97%", holds="100 * accuracy > 97") == []
    assert comparison("twice as long", holds="long > 2 * short") == []
    assert comparison("less than half of it", holds="short < long / 2") == []
    assert comparison("less than a third of it", holds="short < long / 3") == []
    assert comparison("above the published 0.9453", holds="a > b") == []
    assert comparison("the 4s and the 9s", holds="c[4, 9] == c.max()") == []
    assert (
        comparison("3 points better", left="a", relation=">", right="b", margin=3) == []
    )
    (line,) = comparison("more than 97%", holds="accuracy > 0.96")
    assert "says '97%', which is neither in the expression nor the margin" in line


def test_nine_of_ten_seeds_is_what_seeds_says() -> None:
    says = "better in nine of ten seeds"
    assert comparison(says, holds="a > b", seeds=9) == []
    assert comparison("better with all 10 seeds", holds="a > b") == []
    (line,) = comparison(says, holds="a > b", seeds=8)
    assert "seeds is 8" in line


def test_values_of_a_claim_in_the_bands() -> None:
    one = Claim(name="one", after="c", says=("1",), value="x")
    two = Claim(name="two", after="c", says=("1",), value="(x, y)")
    bands = {"one": [1.0], "two [1]": [2.0], "two [2]": [3.0]}
    assert values_of(one, bands) == [[1.0]]
    assert values_of(two, bands) == [[2.0], [3.0]]
    with pytest.raises(ValueError, match=re.escape("measure it with `course bands`")):
        values_of(one, {})


shares = st.integers(200, 998).map(lambda thousandths: thousandths / 1000)


@settings(deadline=None)
@given(shares, st.sampled_from([-3, 3]))
def test_a_percentage_that_is_right_holds_and_three_points_off_fails(
    share: float, points: int
) -> None:
    band = [share - 0.001, share, share + 0.001]
    assert against(f"{share:.1%} of them", band) == []
    assert against(f"{share + points / 100:.1%} of them", band) != []
    assert against(f"{share:.0%} of them", band) == []
    assert against(f"{share + points / 100:.0%} of them", band) != []


@settings(deadline=None)
@given(st.lists(shares, min_size=10, max_size=10))
def test_the_range_of_the_seeds_always_holds(band: list[float]) -> None:
    low, high = min(band), max(band)
    assert against(f"{low:.1%} to {high:.1%} over ten runs", band) == []
    assert against(f"{low - 0.03:.1%} to {high:.1%} over ten runs", band) != []
    assert against(f"{low:.1%} to {high + 0.03:.1%} over ten runs", band) != []


@settings(deadline=None)
@given(st.integers(1, 10**7), st.sampled_from([-3, -1, 1, 3]))
def test_a_count_is_exact(count: int, off: int) -> None:
    band = [float(count)] * 10
    assert against(f"{count:,} parameters", band) == []
    assert against(f"{count + off:,} parameters", band) != []

"""Figures in an English text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.claims.figures import figures_in


def read(text: str) -> list[object]:
    """Return the values of a text's figures, a range as a pair."""
    return [
        (round(f.value, 9), round(f.upper.value, 9)) if f.upper else round(f.value, 9)
        for f in figures_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("60,000 digits in 375 batches of 128", [60000, 375, 128]),
        ("a loss of 0.0883, or .5", [0.0883, 0.5]),
        ("it ends at 16.", [16]),
        ("98%, 98 %, 98 per cent and 98 percent", [0.98] * 4),
        ("3 percentage points, and a 2-percentage-point lead", [0.03, 0.02]),
        ("**73%** of it", [0.73]),
        ("94.3% to 95.3%", [(0.943, 0.953)]),
        ("94.3 to 95.3%", [(0.943, 0.953)]),
        ("0.31 to 0.38", [(0.31, 0.38)]),
        ("from 97.6% to about 98.1%", [(0.976, 0.981)]),
        ("between 2 and 3", [(2, 3)]),
        ("between about 2 and 3 per cent", [(0.02, 0.03)]),
        ("layers 1–2", [(1, 2)]),
        ("layers 1-2", [(1, 2)]),
        ("0.97 and 0.98", [0.97, 0.98]),
        ("about 95% (94.3% to 95.3%)", [0.95, (0.943, 0.953)]),
        ("28 × 28, 28x28 or 28 x 28", [28] * 6),
        ("(28,28,1)", [28, 28, 1]),
        ("a 10,000-word list", [10000]),
        ("-0.03 to 0.00 and −2", [(-0.03, 0), -2]),
        ("1e-5, 3.5e-05, 1.2 × 10⁻³ and 2 × 10^-4", [1e-5, 3.5e-5, 0.0012, 0.0002]),
        ("the 10th of 20ms, the 4s and the 9s", [10, 20, 4, 9]),
        ("5k", [5000]),
        ("60,000 / 128 is 468.75", [60000, 128, 468.75]),
        ("1/255", [1, 255]),
        ("float32, 2D, VGG-16, x1 and version 2.21.0", []),
        ("on 2021-10-05", []),
    ],
)
def test_numbers(text: str, values: list[object]) -> None:
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("half of the units, about half the work", [0.5, 0.5]),
        ("the first half of the rows, and half a minute", []),
        ("a third as many, and two thirds", [round(1 / 3, 9), round(2 / 3, 9)]),
        ("a third network, the third network", []),
        ("a quarter of the places", [0.25]),
        ("a sixteenth of the parameters", [0.0625]),
        ("nine tenths and more", [0.9]),
        ("the last fifth of the digits", []),
        ("about a third of the errors", [round(1 / 3, 9)]),
        ("twice as long, and nearly twice", [2, 2]),
        ("the bump occurs twice", []),
        ("it doubles, then it is halved", [2, 0.5]),
        ("three times as many, ten times faster", [3, 10]),
        ("1.5 times as long", [1.5]),
        ("one and a half times as long", [1.5]),
        ("drawn three times", []),
        ("nine of ten, nine in ten, nine out of ten", [0.9] * 3),
        ("one in twenty", [0.05]),
        ("one digit in a hundred is wrong", [0.01]),
        ("about one of its sure answers in a thousand was wrong", [0.001]),
        ("two or three digits in a thousand", [(0.002, 0.003)]),
        ("four neighbours in ten share the class", [0.4]),
        ("99 times in 100", [0.99]),
        ("four of the five seconds", [0.8]),
        ("one of ten classes, three networks in ten minutes", []),
        ("3 of the 30 flowers", [3, 30]),
        ("two percentage points, one per cent", [0.02, 0.01]),
        ("half a percentage point, a percentage point", [0.005, 0.01]),
        ("within a tenth of a percentage point", [0.001]),
        ("over ten runs and ten seeds", []),
    ],
)
def test_number_words_count_where_they_state_a_result(
    text: str, values: list[object]
) -> None:
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("98%", 0.01),
        ("97.6%", 0.001),
        ("0.0883", 0.0001),
        ("1,500", 1),
        ("3.5e-05", 1e-6),
        ("two per cent", 0.01),
    ],
)
def test_unit_is_that_of_the_last_written_digit(text: str, unit: float) -> None:
    (figure,) = figures_in(text)
    assert figure.unit == pytest.approx(unit)


@pytest.mark.parametrize(
    "word",
    ["about", "nearly", "Almost", "roughly", "around", "some", "approximately", "~"],
)
def test_about(word: str) -> None:
    assert [f.about for f in figures_in(f"{word} 98%, then 97%")] == [True, False]


def test_about_reaches_through_markup_and_an_article() -> None:
    assert all(f.about for f in figures_in("about **98%**; about a third of it"))


def test_about_of_a_range_holds_for_both_ends() -> None:
    (figure,) = figures_in("about 0.31 to 0.38")
    assert [point.about for point in figure.points] == [True, True]


def test_exactly_and_bounds() -> None:
    text = "exactly half of it, more than 97%, at most 3, just under 5"
    exact, more, most, under = figures_in(text)
    assert exact.exact
    assert more.bound == "more than"
    assert most.bound == "at most"
    assert under.bound == "under"


def test_from_and_falling_ranges_may_be_two_values() -> None:
    texts = ["from 0.31 to 0.38", "0.5 to 0.3", "0.31 to 0.38"]
    found = [figures_in(text)[0].two_points for text in texts]
    assert found == [True, True, False]


def test_runs_and_seeds_are_known() -> None:
    texts = ["10 seeds", "nine of ten seeds", "9 of ten runs", "10 digits", "in ten"]
    found = [[f.of_seeds for f in figures_in(text)] for text in texts]
    assert found == [[True], [True], [True], [False], []]


@settings(deadline=None)
@given(st.integers(0, 10**9), st.booleans())
def test_any_whole_number_is_read(number: int, commas: bool) -> None:
    written = f"{number:,}" if commas else str(number)
    (figure,) = figures_in(f"of {written} digits.")
    assert (figure.value, figure.unit, figure.is_integer) == (number, 1, True)
    assert figure.text == written


@settings(deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(1, 5))
def test_any_decimal_is_read(digits: int, decimals: int) -> None:
    written = f"{digits / 10**decimals:.{decimals}f}"
    (figure,) = figures_in(f"a value of {written}, here")
    assert figure.value == float(written)
    assert figure.unit == pytest.approx(10.0**-decimals)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_any_range_of_percentages_is_read(low: int, high: int) -> None:
    (figure,) = figures_in(f"({low / 10:.1f}% to {high / 10:.1f}% over ten runs)")
    assert figure.upper is not None
    assert figure.value == pytest.approx(low / 1000)
    assert figure.upper.value == pytest.approx(high / 1000)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,%–-−× abtoeinrf/()*|", max_size=60))
def test_figures_stand_where_they_say_and_do_not_overlap(text: str) -> None:
    last = 0
    for figure in (point for f in figures_in(text) for point in f.points):
        assert text[figure.start : figure.end] == figure.text
        assert last <= figure.start < figure.end
        last = figure.end

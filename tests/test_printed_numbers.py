"""Numbers are compared as they are printed, however long or large they are."""

import time

import pytest

from course.comparison import Tolerance, compare_texts
from course.printed_numbers import exchanged, numbers_agree

DEFAULT = Tolerance()
LARGE = 2**53


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        (str(LARGE), str(LARGE + 1)),
        (str(10**40), str(10**40 + 1)),
        (str(-LARGE), str(-LARGE - 1)),
        ("9" * 5000, "9" * 4999 + "8"),
        ("5e583982", "5e583983"),  # a hash; as numbers, both would be infinite
        ("1e400", "2e400"),
        ("1e-400", "2e-400"),  # as floats, both would be 0
        ("0.0", "1e-400"),
        ("1e" + "9" * 5000, "2e" + "9" * 5000),
        ("0e" + "9" * 5000, "1.0"),
        ("97.8%", "98.1%"),  # within 1%, but a point is what a lesson is about
        ("97.8 %", "98.1 %"),
        ("97.8 per cent", "98.1 per cent"),
        ("97%", "98%"),
    ],
)
def test_numbers_that_differ(stored, new):
    assert compare_texts(stored, new, DEFAULT)
    assert compare_texts(new, stored, DEFAULT)


@pytest.mark.parametrize(
    "number",
    [
        *("5e583982", "1e400", "1e-400", "-1e400", "nan", "inf", "9" * 5000),
        *("1e" + "9" * 5000, "0e" + "9" * 5000, "0." + "1" * 5000, "1e999%"),
    ],
)
def test_every_number_agrees_with_itself(number):
    assert numbers_agree(number, number, DEFAULT)
    assert compare_texts(f"it is {number}", f"it is {number}", DEFAULT) == []


def test_large_integers_take_a_tolerance_too():
    assert numbers_agree(str(10**400), str(101 * 10**398), Tolerance(integers=0.02))
    assert not numbers_agree(str(10**400), str(2 * 10**400), Tolerance(integers=0.02))


def test_a_percentage_takes_what_is_said_of_it():
    assert numbers_agree("97.8%", "97.9%", DEFAULT)
    assert not numbers_agree("97.8%", "98.0%", DEFAULT)
    assert numbers_agree("97.8%", "98.0%", Tolerance(relative=0.01))
    assert numbers_agree("97.8%", "99.7%", Tolerance(absolute=0.02))
    assert not numbers_agree("97.8%", "99.9%", Tolerance(absolute=0.02))


@pytest.mark.parametrize(
    "template",
    [
        "forest {}\nnetwork {}",
        "<tr><td>forest</td><td>{}</td></tr><tr><td>network</td><td>{}</td></tr>",
        "the forest has {}, and the network {}",
    ],
)
@pytest.mark.parametrize(
    ("one", "other"),
    [("97.8%", "97.9%"), ("97.8%", "98.1%"), ("0.978", "0.981"), ("97.81", "97.79")],
)
def test_results_that_changed_places_differ(template, one, other):
    said = compare_texts(
        template.format(one, other), template.format(other, one), DEFAULT
    )
    assert said
    assert one in said[0] and other in said[0]


def test_three_that_went_round_have_changed_places_too():
    assert compare_texts("0.978 0.979 0.980", "0.979 0.980 0.978", DEFAULT)


def test_where_training_varies_results_may_cross():
    for varies in (Tolerance(absolute=0.01), Tolerance(relative=0.04)):
        assert compare_texts("97.8% 98.1%", "98.1% 97.8%", varies) == []
    named = Tolerance(named=(("forest", 0.01), ("network", 0.01)))
    stored = "forest 97.8%\nnetwork 98.1%"
    assert compare_texts(stored, "forest 98.1%\nnetwork 97.8%", named) == []
    one = Tolerance(named=(("forest", 0.01),))
    assert compare_texts(stored, "forest 98.1%\nnetwork 97.8%", one)


def test_numbers_that_stand_twice_say_nothing_of_their_places():
    assert exchanged([("0.1", "0.2"), ("0.2", "0.1"), ("0.1", "0.1")]) == []
    long = [("0.9899", "0.9922"), ("0.9922", "0.9899"), ("0.9899", "0.9899")]
    assert exchanged(long) == ["0.9899", "0.9922"]
    assert exchanged([*long, ("0.951", "0.952")]) == []
    assert exchanged([("0.1", "0.2"), ("0.2", "0.1")]) == ["0.1", "0.2"]
    assert exchanged([("0.1", "0.2"), ("0.3", "0.4")]) == []
    assert exchanged([]) == []


@pytest.mark.parametrize(
    "piece",
    [
        *("7", "1.", "0x", "0xf", "f", "-", "━", "1e", "e5", "1-", "1 ", "1/", "1:"),
        *("\x1b[", "\x1b[1;", "1ms", "1.1ms/", "1 - ", "%", "± ", "5e583982 ", "0."),
        *("per cent ", "&#49;", "&", "Epoch 1: ", "\r", "\b", "abcdef01-", "\u0661"),
    ],
)
def test_a_word_of_any_length_takes_bounded_time(piece):
    """A thousand times what one line takes would be seconds; some took minutes."""
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    assert compare_texts(text, text, DEFAULT) == []
    assert compare_texts(text + "x", text + "y", DEFAULT)
    assert time.process_time() - began < 10

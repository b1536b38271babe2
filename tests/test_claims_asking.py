"""Claims are asked in a real kernel, and what comes back is read."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.claims.asking import (
    UnfitReplyError,
    is_asked,
    questions,
    read_answer,
    read_truth,
    wrap,
)
from course.claims.claim import Claim, Turn
from course.notebooks import run_notebook

SETUP = """
import numpy as np, pandas as pd
accuracy, count, cells = 0.978, 203_530, np.int64(2) ** 60
float32, array = np.float32(0.5), np.array([0.25, 0.75])
series, true, network = pd.Series([1, 2]), np.bool_(True), object()
nan, several, text, table = float("nan"), (1, 2.5), "0.9", pd.DataFrame()
def loud():
    print("not an output")
    return 1
class Tensor:
    def __float__(self):
        return 0.5
"""
VALUES = {
    "accuracy": (0.978,),
    "count": (203_530,),
    "cells": (2**60,),
    "float32": (0.5,),
    "array": (0.25, 0.75),
    "series": (1, 2),
    "several": (1, 2.5),
    "accuracy, count": (0.978, 203_530),
    "[x * accuracy for x in (1, 2)]": (0.978, 1.956),
    "Tensor()": (0.5,),
    "loud()": (1,),
    "accuracy  # of the test\n + 1": (1.978,),
}
UNFIT = {
    "no_such": "`no_such` fails with NameError: name 'no_such' is not defined",
    "nan": "`nan` gives nan; it must be a finite number",
    "array / nan": "`array / nan` gives nan",
    "true": "`true` gives true; it must be a number",
    "text": '`text` gives "0.9"; it must be a number',
    "network": "`network` fails with TypeError: float",
    "table": "`table` fails with TypeError: float",
    "[]": r"`\[\]` gives no number; it must give at least one",
    "[[1, 2]]": r"`\[\[1, 2\]\]` gives \[1, 2\]; it must be a number",
    "1 / 0": "`1 / 0` fails with ZeroDivisionError: division by zero",
}
# left, relation, right, margin: whether it holds
SIDES = {
    ("accuracy", ">", "0.9", 0.0): True,
    ("accuracy", ">", "0.9", 0.05): True,
    ("accuracy", ">", "0.9", 0.1): False,
    ("0.9  # a comment", "<", "accuracy", 0.05): True,
    ("accuracy", "<", "0.9", 0.0): False,
    ("count", "==", "203_530", 0.0): True,
    ("count", "!=", "203_530", 0.0): False,
    ("array[0]", "<=", "float32 / 2", 0.0): True,
    ("array[0]", ">=", "float32", 0.0): False,
}
HOLDS = {
    "accuracy > 0.9": True,
    "true & True": True,
    "cells < 3": False,
    "array.all()": True,
}


def value(expression):
    return Claim("n", "setup", ("s",), value=expression)


def sides(left, relation, right, margin=0.0):
    between = {"left": left, "relation": relation, "right": right}
    return Claim("n", "setup", ("s",), **between, margin=margin)


CLAIMS = {
    **{expression: value(expression) for expression in [*VALUES, *UNFIT]},
    **{given: sides(*given) for given in SIDES},
    **{given: Claim("n", "setup", ("s",), holds=given) for given in HOLDS},
    "not a truth": Claim("n", "setup", ("s",), holds="accuracy"),
    "array as a side": sides("array", "<", "accuracy"),
    "nan as a side": sides("accuracy", "<", "nan"),
}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Ask all of these in one kernel; return the cell that ran, and the replies."""
    asked = {repr(given): wrap(claim.expression) for given, claim in CLAIMS.items()}
    replies = {}
    notebook = run_notebook(
        new_notebook(cells=[new_code_cell(SETUP), new_code_cell("count += 1; count")]),
        tmp_path_factory.mktemp("kernel"),
        {},
        ask=lambda cell: asked if cell.source == SETUP else {},
        on_replies=lambda cell, found: replies.update(found),
    )
    return notebook, replies


def answer(kernel, given):
    claim = CLAIMS[given]
    return read_answer(claim, {claim.name: kernel[1][repr(given)]})


@pytest.mark.parametrize("expression", VALUES)
def test_a_value_is_read_exactly(kernel, expression):
    found = answer(kernel, expression)
    assert found.numbers == VALUES[expression]
    assert list(map(type, found.numbers)) == list(map(type, VALUES[expression]))
    assert found.holds is None


@pytest.mark.parametrize("given", SIDES)
def test_a_comparison_by_its_sides(kernel, given):
    found = answer(kernel, given)
    assert found.holds is SIDES[given]
    assert list(found.entries) == ["n", "n, left", "n, right"]
    assert found.entries["n"] == SIDES[given]


@pytest.mark.parametrize("given", HOLDS)
def test_a_comparison_by_an_expression(kernel, given):
    found = answer(kernel, given)
    assert found.holds is HOLDS[given]
    assert found.entries == {"n": HOLDS[given]}


@pytest.mark.parametrize("expression", UNFIT)
def test_what_cannot_be_read_is_said_in_one_line(kernel, expression):
    with pytest.raises(UnfitReplyError, match=UNFIT[expression]) as error:
        answer(kernel, expression)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("not a truth", "`accuracy` gives 0.978; it must be true or false"),
        ("array as a side", r"left `array` gives \[0.25, 0.75\]; it must be a number"),
        ("nan as a side", "right `nan` gives nan; it must be a finite number"),
    ],
)
def test_a_comparison_that_cannot_be_read(kernel, given, message):
    with pytest.raises(UnfitReplyError, match=message):
        answer(kernel, given)


def test_asking_leaves_the_notebook_as_it_is(kernel):
    notebook, _ = kernel
    first, second = notebook.cells
    assert first.outputs == []  # what an expression prints is no output of the cell
    assert second.execution_count == 2
    assert second.outputs[0].data["text/plain"] == "203531"


def test_several_values_are_stored_by_number(kernel):
    assert answer(kernel, "several").entries == {"n [1]": 1, "n [2]": 2.5}


def test_a_turn_is_read_like_a_comparison(kernel):
    turn = Turn("setup", "accuracy > 0.9")
    assert read_truth(turn, kernel[1][repr(turn.holds)]) is True


def test_a_cell_that_fails_is_not_asked(tmp_path):
    replies = []
    run_notebook(
        new_notebook(cells=[new_code_cell("1 / 0")]),
        tmp_path,
        {},
        stop_at_errors=False,
        ask=lambda cell: {"one": "1"},
        on_replies=lambda *found: replies.append(found),
    )
    assert replies == []


def test_comparisons_are_asked_on_the_sample_only_if_so_said():
    comparison = sides("1", "<", "2")
    on_both = Claim("n", "a", ("s",), holds="True", sample=True)
    assert is_asked(comparison, "full") and not is_asked(comparison, "sample")
    assert is_asked(on_both, "sample") and is_asked(value("1"), "sample")


def test_questions_go_by_the_names_of_the_claims():
    assert list(questions([value("1")])) == ["n"]

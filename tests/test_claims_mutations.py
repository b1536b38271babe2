"""The tests, tested: hundreds of small faults are put into each chapter in turn.

``pytest tests/test_claims_mutations.py -rP`` shows what they came to, and lists those
that no check noticed.
"""

import copy
import dataclasses
from pathlib import Path

import pytest
from nbformat.v4 import new_output

from course.claims.chapters import UNCONVERTED
from course.claims.figures import figures_in
from course.notebooks import project_folder
from tests.claims_chapter import write_chapter
from tests.mutations import (
    KINDS,
    Chapter,
    changed_by_one,
    changed_by_three,
    read_chapter,
    tallies,
)

LEAST = 0.98  # the share of mutations that must fail

FOLDER = project_folder() / "notebooks"
CONVERTED = {
    file.stem: file
    for file in sorted(FOLDER.glob("*.ipynb"))
    if file.stem not in UNCONVERTED
}


@pytest.mark.parametrize("name", CONVERTED)
def test_nearly_all_mutations_of_a_chapter_fail(name: str) -> None:
    chapter = read_chapter(CONVERTED[name])
    assert chapter.faults() == []
    found = tallies(chapter)
    tried, caught = sum(t.tried for t in found), sum(t.caught for t in found)
    print(f"{name}: {caught} of {tried} mutations fail ({caught / tried:.1%})")
    for tally in found:
        print(f"  {tally}")
        for passed in tally.passed:
            print(f"    passes: {passed}")
    assert caught >= LEAST * tried


# ------------------------------------------- the mutations, tried on a small chapter


@pytest.fixture
def small(tmp_path: Path) -> Chapter:
    return read_chapter(write_chapter(tmp_path))


def test_all_mutations_of_the_small_chapter_fail(small: Chapter) -> None:
    assert small.faults() == []
    found = {tally.kind: tally for tally in tallies(small)}
    assert [tally.passed for tally in found.values()] == [[]] * len(KINDS)
    assert {kind for kind, tally in found.items() if not tally.tried} == {
        "cells of stored tables"
    }


def test_mutations_pass_where_a_number_is_held_badly(small: Chapter) -> None:
    notebook = copy.deepcopy(small.notebook)
    notebook.cells = notebook.cells[1:2]
    notebook.cells[0].source = "It was 97. Others had 94, 96, 97, 98 and 100."
    constants = dict.fromkeys(["94", "96", "97", "98", "100"], "others")
    claims = dataclasses.replace(small.claims, constants=constants, claims=())
    loose = dataclasses.replace(small, notebook=notebook, claims=claims)
    assert loose.faults() == []
    by_three, by_one, *rest = tallies(loose)
    first = "dropout-text: 97 as {}: 'It was 97. Others had 94, 96, 97, 98 and 100.'"
    assert by_three.passed[:2] == [first.format(94), first.format(100)]
    assert by_one.passed[:2] == [first.format(96), first.format(98)]
    assert [tally.tried for tally in rest] == [0] * 6


TABLE = """<table class="dataframe"><thead><tr><th></th><th>accuracy</th><th>n</th></tr>
</thead><tbody><tr><th>dense</th><td>{}</td><td>407050</td></tr>
<tr><th>CNN</th><td>{}</td><td>13066</td></tr></tbody></table>"""


def test_cells_of_stored_tables_are_told_apart(small: Chapter) -> None:
    cell = next(cell for cell in small.notebook.cells if cell.id == "results")
    found = []
    for dense in ("0.9788", "0.9870"):
        page = TABLE.format(dense, "0.9875")
        cell.outputs = [new_output("execute_result", {"text/html": page})]
        tally = {t.kind: t for t in tallies(small)}["cells of stored tables"]
        found.append((tally.tried, tally.passed))
    assert found == [(4, []), (4, [])]
    printed = "       forest  dense\n1000    0.870  0.867\n3000    0.926  0.930\n"
    cell.outputs = [new_output("stream", text=printed)]
    tally = {t.kind: t for t in tallies(small)}["cells of stored tables"]
    assert (tally.tried, tally.passed) == (4, [])


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("98%", ["95%", "101%"]),
        ("97.6%", ["94.6%", "100.6%"]),
        ("0.9746", ["0.9446", "1.0046"]),
        ("0.0064", ["0.0061", "0.0067"]),
        ("12.5", ["12.2", "12.8"]),
        ("60,000", ["59,997", "60,003"]),
        ("2", ["5"]),
        ("-0.12", ["-0.15", "-0.09"]),
        ("three percentage points", ["0 percentage points", "6 percentage points"]),
        ("half of it", ["a quarter"]),
        ("twice as long", ["four times"]),
        ("nine of ten", ["six of ten"]),
        ("99 times in 100", ["96 times in 100"]),
        ("one digit in a hundred", ["four digit in a hundred"]),
    ],
)
def test_figures_are_changed_by_three_points(text: str, changed: list[str]) -> None:
    (figure,) = figures_in(text)
    assert changed_by_three(figure) == changed
    for new in changed:
        (other,) = figures_in(text.replace(figure.text, new))
        assert other.value != figure.value


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("375", ["374", "376"]),
        ("1,000", ["999", "1,001"]),
        ("98%", []),
        ("about 9", []),
    ],
)
def test_counts_are_changed_by_one(text: str, changed: list[str]) -> None:
    (figure,) = figures_in(text)
    assert changed_by_one(figure) == changed

"""The reader's turns: finding answers, and putting them into the starter."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.claims.turns import answered, answered_copy, answers_of

FOLDED = """More text.

<details><summary>Answer</summary>

Words.

```python
gap = 1
```

More words, and `code`.

```python
gap += 1
```

</details>

### The next section

```python
not_an_answer = 1
```
"""


def turn(name="turn-gap", source="gap = ..."):
    return new_code_cell(source, id=name, metadata={"tags": ["your-turn"]})


def test_the_answer_is_the_code_that_is_folded_below_the_turn():
    cells = [
        new_markdown_cell(FOLDED.replace("gap", "before")),
        turn(),
        new_markdown_cell("**Your turn** has an answer further down."),
        new_markdown_cell(FOLDED),
        new_code_cell("x = 1"),
        new_markdown_cell(FOLDED.replace("gap", "after")),
    ]
    assert answers_of(new_notebook(cells=cells)) == {
        "turn-gap": "gap = 1\n\ngap += 1\n"
    }


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([turn()], "'turn-gap' has no answer; fold one"),
        ([turn(), new_markdown_cell("```python\nx = 1\n```")], "has no answer"),
        (
            [turn("first"), turn("second"), new_markdown_cell(FOLDED)],
            "the turn 'first' has no answer",
        ),
        (
            [turn(), new_markdown_cell(FOLDED.replace("```python", "```"))],
            "the answer to the turn 'turn-gap' holds no code",
        ),
    ],
)
def test_a_turn_without_an_answer_is_named(cells, message):
    with pytest.raises(ValueError, match=message):
        answers_of(new_notebook(cells=cells))


@pytest.mark.parametrize(
    ("starter", "answer", "wanted"),
    [
        # What the starter leaves open is replaced, and what follows stays.
        ("gap = ...  # dots\nprint(gap)", "gap = 1", "gap = 1\nprint(gap)"),
        ("a = 0\ngap = ...\nb = 1", "gap = 1", "a = 0\ngap = 1\nb = 1"),
        ("a = ...\nb = ...\nprint(a)", "a = 1\nb = 2", "a = 1\nb = 2\nprint(a)"),
        ("print(...)", "print(1)", "print(1)"),
        # What the answer does as well is not done twice, however it is written.
        ("gap = ...\nprint( gap )", "gap = 1\nprint(gap)", "gap = 1\nprint(gap)"),
        (
            "def gap(a):\n    ...\n\ngap(1)",
            "def gap(a):\n    return a",
            "def gap(a):\n    return a\ngap(1)",
        ),
        (
            "@once\ndef f():\n    return (\n        1)\nx = ...",
            "x = 1",
            "@once\ndef f():\n    return (\n        1)\nx = 1",
        ),
        # A starter without dots is changed as a whole; dots in an index are none.
        ("rate = 0.1\nfit(rate)", "rate = 0.2\nfit(rate)", "rate = 0.2\nfit(rate)"),
        ("x = y[..., 0]\nprint(x)", "x = y[..., 1]", "x = y[..., 1]"),
        ("x = ...\ny = x[..., 0]", "x = z", "x = z\ny = x[..., 0]"),
    ],
)
def test_the_answer_takes_the_place_of_what_is_left_open(starter, answer, wanted):
    assert answered(starter, answer) == wanted


def test_in_the_copy_the_answer_runs_after_the_starter():
    notebook = new_notebook(
        cells=[turn(source="gap = ...\nprint(gap)"), new_markdown_cell(FOLDED)]
    )
    copy = answered_copy(notebook)
    assert [cell.id for cell in copy.cells[:2]] == ["turn-gap", "turn-gap-answered"]
    assert copy.cells[0].source == "gap = ...\nprint(gap)"
    assert copy.cells[1].source == "gap = 1\n\ngap += 1\n\nprint(gap)"
    assert len(notebook.cells) == 2

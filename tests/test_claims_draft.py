"""Proposals for what the text says and nothing holds yet."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.claims.checking import faults
from course.claims.claim import claims_file, read_claims
from course.claims.draft import draft
from course.claims.prose import unheld_comparisons, unheld_numbers
from course.command import main
from course.notebooks import read_notebook
from tests.claims_chapter import write_chapter


def chapter(folder: Path, *cells: Any, claims: str = "") -> tuple[Any, Path]:
    """Write a chapter; return its notebook, and its path."""
    file = folder / "04_small.ipynb"
    claims_file(file).parent.mkdir(exist_ok=True)
    claims_file(file).write_text(claims, encoding="utf-8")
    return new_notebook(cells=list(cells)), file


def code(source: str, printed: str, **settings: Any) -> Any:
    outputs = [new_output("stream", text=printed)]
    return new_code_cell(source, outputs=outputs, **settings)


def proposed(notebook: Any, file: Path) -> list[dict[str, Any]]:
    """Return the entries of a draft, once it has proven to hold all."""
    text = draft(notebook, read_claims(file))
    path = claims_file(file)
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    claims = read_claims(file)
    assert unheld_numbers(notebook, claims) == []
    assert unheld_comparisons(notebook, claims) == []
    return tomllib.loads(text).get("claim", [])


def test_nothing_is_proposed_where_all_is_held(tmp_path: Path) -> None:
    file = write_chapter(tmp_path)
    assert draft(read_notebook(file), read_claims(file)) == ""


def test_a_number_is_given_the_cell_before_and_what_that_prints(tmp_path: Path) -> None:
    printing = 'print(f"fitted: {fitted:.3f}   held out: {held_out:.3f}")'
    notebook, file = chapter(
        tmp_path,
        code(printing, "fitted: 0.991   held out: 0.978\n", id="again"),
        new_markdown_cell("It reads 97.8% of the others."),
    )
    (entry,) = proposed(notebook, file)
    assert entry["after"] == "again"
    assert entry["value"] == "held_out"
    assert entry["says"].startswith("97.8% of the")


@pytest.mark.parametrize(
    ("source", "printed", "expression"),
    [
        ("print(round(score, 3))", "0.978\n", "score"),
        ('print("test:", score, loss)', "test: 0.978 0.07\n", "score"),
        ("score", "0.978", "score"),
        ("score = f()", "0.978", "..."),
        ("print(a, b)", "0.978\n", "..."),
        ("%time f()", "0.978\n", "..."),
    ],
)
def test_expressions_are_guessed_where_they_are_printed(
    tmp_path: Path, source: str, printed: str, expression: str
) -> None:
    notebook, file = chapter(
        tmp_path, code(source, printed), new_markdown_cell("It reads 97.8% right.")
    )
    (entry,) = proposed(notebook, file)
    assert entry["value"] == expression


def test_words_are_as_long_as_they_must_be(tmp_path: Path) -> None:
    notebook, file = chapter(
        tmp_path,
        code("f()", ""),
        new_markdown_cell("Of the forest's answers 97% are right; dense, 97% are."),
    )
    says = [entry["says"] for entry in proposed(notebook, file)]
    assert len(set(says)) == 2
    assert all("97%" in words for words in says)


def test_a_comparison_is_quoted_by_its_clause(tmp_path: Path) -> None:
    notebook, file = chapter(
        tmp_path,
        code("f()", "", id="one"),
        code("g()", "", id="two", metadata={"tags": ["skip-bands"]}),
        code("h()", "", id="three", metadata={"tags": ["your-turn"]}),
        new_markdown_cell("As we saw, the *small* network is better, or so it seems."),
    )
    (entry,) = proposed(notebook, file)
    assert entry["says"] == "the *small* network is better"
    assert (entry["after"], entry["holds"]) == ("one", "...")


def test_what_stands_before_all_code_is_for_the_constants(tmp_path: Path) -> None:
    notebook, file = chapter(tmp_path, new_markdown_cell("Of 784 pixels"))
    text = draft(notebook, read_claims(file))
    assert '# for [constants]: "784 pixels" = "..."' in text
    assert tomllib.loads(text) == {}


def test_any_words_make_valid_toml(tmp_path: Path) -> None:
    text = 'It says "97%" in C:\\temp, and 96%\tof ümläuts – 95% to 94%.'
    notebook, file = chapter(tmp_path, code("f()", ""), new_markdown_cell(text))
    assert len(proposed(notebook, file)) == 3


def test_names_are_unique_also_beside_those_that_are_there(tmp_path: Path) -> None:
    existing = (
        '[[claim]]\nname = "about 97% right"\nafter = "c"\nvalue = "x"\nsays = "y"\n'
    )
    text = "It is about 97% right; then *about 97% right* again."
    notebook, file = chapter(
        tmp_path, code("f()", ""), new_markdown_cell(text), claims=existing
    )
    names = [entry["name"] for entry in proposed(notebook, file)]
    assert len({*names, "about 97% right"}) == len(names) + 1


def test_each_draft_entry_is_a_fault_until_it_is_measured(tmp_path: Path) -> None:
    notebook, file = chapter(
        tmp_path, code("f()", "", id="c"), new_markdown_cell("It reads 97% right.")
    )
    proposed(notebook, file)
    (line,) = faults(notebook, read_claims(file), {})
    assert "has no band" in line


def test_the_command_says_what_disagrees_and_proposes_what_is_lacking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_chapter(tmp_path)
    assert main(["claims", str(file), "--check"]) == 0
    assert capsys.readouterr().out.strip() == (
        "04_small.ipynb: text, claims and bands agree"
    )
    claims_file(file).write_text("", encoding="utf-8")
    assert main(["claims", str(file), "--check"]) == 1
    assert "'97.6%'" in capsys.readouterr().out
    assert main(["claims", str(file), "--draft"]) == 0
    assert tomllib.loads(capsys.readouterr().out)["claim"]

"""The page of the web edition that lists all claims."""

import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from course.claims.claim import claims_file
from course.instructor.web.claims_page import claims_page
from course.instructor.web.web_edition import build_site
from course.notebooks import project_folder, read_notebook
from tests.claims_chapter import write_chapter

ROOT = project_folder()
NEEDS = "\n\n**Before you start:** nothing.\n\n**Time:** a minute.\n"


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    return write_chapter(tmp_path / "notebooks")


def rows(page: str) -> list[list[str]]:
    lines = [line for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_each_claim_stands_in_its_section_with_what_the_seeds_gave(
    chapter: Path,
) -> None:
    page = claims_page([chapter])
    assert "states 5 results and 3 comparisons" in page
    assert page.count("### ") == 2
    dropout, results = page.split("### ")[1:]
    assert dropout.startswith(
        "[Does dropout help?](<notebooks/04_small.ipynb#Does-dropout-help?>)"
    )
    assert rows(dropout)[2:] == [
        ["375 batches of 128", "375, 128", "375, 128", "–", "–"],
        [
            "Validation accuracy is higher than training accuracy; "
            "It is higher than training accuracy",
            r"0.95 \> 0.89",
            r"0.95 to 0.959 \> 0.89 to 0.899",
            "–",
            "10 of 10",
        ],
        ["about 99% of the digits it was fitted to", "0.99", "0.99 to 0.9909", *"––"],
        ["97.6% to 98.0% of the others", "0.9762", "0.9762 to 0.9798", "–", "–"],
        [
            "The gap is real: more than one percentage point",
            r"0.992 \> 0.9762",
            r"0.992 to 0.9929 \> 0.9762 to 0.9798",
            *("–", "10 of 10"),
        ],
        [
            "Dropout narrowed the gap in nine of ten seeds",
            *("true", "not always true", "–", "9 of 10, claimed in 9"),
        ],
    ]
    assert rows(results)[2][0] == "dropout · 0.9453 · 97.6% to 98.0% · 203,530"


def test_chapters_without_claims_are_left_out(tmp_path: Path, chapter: Path) -> None:
    other = tmp_path / "05_other.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), other)
    assert claims_page([other, chapter]) == claims_page([chapter])
    assert "###" not in claims_page([other])


def test_words_are_shown_as_they_are_and_links_hold_on_the_site(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(ROOT / "site", root / "site")
    shutil.copy(ROOT / "pyproject.toml", root)
    contents = "# Trees\n\n```{toctree}\n:glob:\n\nnotebooks/*\nchapters\nclaims\n"
    (root / "site" / "index.md").write_text(f"{contents}reference/*\n```\n")
    chapter = write_chapter(root / "notebooks")
    notebook = read_notebook(chapter)
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    top, fit = notebook.cells[0], notebook.cells[4]
    top.source = top.source.replace("[chapter 2](02_keras_basics.ipynb)", "") + NEEDS
    fit.source = "### Why `fit`?\n\n### Why 94.5%?\n\n### Why `fit`?\n\n" + fit.source
    fit.source += "\nIt costs $5 and $6 for [a] <b> {c} #d."
    nbformat.write(notebook, chapter)
    said = '\n[[claim]]\nname = "odd"\nafter = "fit"\nholds = "True"\n'
    said += 'says = "It costs $5 and $6 for [a] <b> {c} #d"\n'
    with claims_file(chapter).open("a", encoding="utf-8") as file:
        file.write(said)
    pages = build_site(root, tmp_path / "out")
    page, lesson = (
        BeautifulSoup((pages / name).read_text("utf-8"), "html.parser")
        for name in ("claims.html", "notebooks/04_small.html")
    )
    assert "It costs $5 and $6 for [a] <b> {c} #d" in page.text
    link = next(a for a in page.select("h3 a") if a.text == "Why fit?")
    section = lesson.find(id=link["href"].partition("#")[2])
    assert section.find_previous_sibling("section").h3.text.startswith("Why 94.5%?")
    assert "It costs" in section.text

"""How the web edition is made: the page of times, anchors, heads of tables, buttons."""

import shutil

import nbformat
import pytest
from bs4 import BeautifulSoup

from course.instructor.web.chapter_table import chapter_table
from course.instructor.web.pictures import PICTURES
from course.instructor.web.web_edition import build_site, gather
from course.instructor.web.web_pages import (
    jupyterlab_anchor,
    launch_options,
    with_scopes,
)
from course.notebooks import project_folder

ROOT = project_folder()
TOP = """\
# 1. Trees

Why trees.

**Before you start:** chapter 0 and
a [leaf](00_seeds.ipynb#leaf).

**Time:** about an hour.
"""


def write_notebook(file, *texts):
    cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)
    return file


def test_time_and_needs_come_from_the_first_cell(tmp_path):
    chapter = write_notebook(tmp_path / "notebooks" / "01_trees.ipynb", TOP)
    start = write_notebook(tmp_path / "notebooks" / "00_start.ipynb", "# Start here")
    *_, rule, row = chapter_table([start, chapter]).splitlines()
    assert set(rule) <= set("|- ")
    assert row == (
        "| [1. Trees](notebooks/01_trees.ipynb) | Chapter 0 and a "
        "[leaf](notebooks/00_seeds.ipynb#leaf). | About an hour. |"
    )


@pytest.mark.parametrize("lead", ["Before you start", "Time"])
def test_a_chapter_without_time_or_needs_is_named(tmp_path, lead):
    chapter = write_notebook(tmp_path / "01_trees.ipynb", TOP.replace(lead, "Note"))
    with pytest.raises(ValueError, match=r"01_trees\.ipynb.*Time"):
        chapter_table([chapter])


def test_anchors_are_those_of_jupyterlab():
    assert jupyterlab_anchor("Capstone: a project") == "Capstone:-a-project"
    assert jupyterlab_anchor("dense layer") == "dense-layer"


def test_heads_of_columns_and_of_rows_are_told_apart():
    html = (
        '<table class="dataframe"><thead><tr><th></th><th>loss</th></tr></thead>'
        "<tbody><tr><th>first</th><td>0.1</td></tr></tbody></table>"
    )
    table = BeautifulSoup(with_scopes(html), "html.parser")
    assert {head.text: head["scope"] for head in table.find_all("th")} == {
        "loss": "col",
        "first": "row",
    }
    assert table.thead.td.text == ""


def test_heads_that_say_it_themselves_and_other_html_stay():
    html = (
        '<thead><tr><th scope="rowgroup">a</th></tr></thead><p>x &lt;th&gt; y</p>'
        '<thead><tr><th class="b" scope="col">c</th></tr></thead>'
    )
    assert with_scopes(html) == html


def test_launch_buttons_need_an_address_of_github():
    assert launch_options("") == {}
    options = launch_options("https://github.com/someone/course/")
    assert options["repository_url"] == "https://github.com/someone/course"
    with pytest.raises(ValueError, match=r"example\.org.*github"):
        launch_options("https://example.org/course")


def test_solutions_are_not_gathered(tmp_path):
    gather(ROOT, tmp_path / "source")
    names = [file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*")]
    assert "source/exercises/01_tensors.ipynb" in names
    assert not [name for name in names if "solutions" in name or "grading" in name]


@pytest.fixture
def small_course(tmp_path):
    """Give a course of one chapter, with the settings of ours and an address."""
    root = tmp_path / "a small course"
    shutil.copytree(ROOT / "site", root / "site")
    links = "[one](notebooks/01_trees.ipynb#What-a-leaf-is)"
    contents = (
        "```{toctree}\n:glob:\n\nnotebooks/*\nchapters\nclaims\nreference/*\n```\n"
    )
    (root / "site" / "index.md").write_text(f"# Trees\n\n{links}\n\n{contents}")
    write_notebook(
        root / "notebooks" / "01_trees.ipynb",
        TOP.replace("00_seeds.ipynb#leaf", "01_trees.ipynb#What-a-leaf-is"),
        "## What a leaf is\n\nGreen.",
    )
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    address = '[project.urls]\nRepository = "https://github.com/someone/course"\n'
    (root / "pyproject.toml").write_text(f"{settings}\n{address}", encoding="utf-8")
    return root


def test_an_address_gives_launch_buttons(small_course):
    page = build_site(small_course) / "notebooks" / "01_trees.html"
    links = [
        link["href"]
        for link in BeautifulSoup(page.read_text("utf-8"), "html.parser")(
            "a", href=True
        )
    ]
    notebook = "notebooks/01_trees.ipynb"
    assert (
        "https://mybinder.org/v2/gh/someone/course/main?urlpath=lab/tree/" + notebook
        in links
    )
    assert (
        "https://colab.research.google.com/github/someone/course/blob/main/" + notebook
        in links
    )


def test_a_broken_link_fails_the_build(small_course, capfd):
    index = small_course / "site" / "index.md"
    text = index.read_text("utf-8").replace("What-a-leaf-is", "What-a-root-is")
    index.write_text(text, encoding="utf-8")
    with pytest.raises(RuntimeError, match="warnings"):
        build_site(small_course)
    assert "What-a-root-is" in capfd.readouterr().err


def test_readme_shows_each_picture_and_says_what_it_is():
    text = (ROOT / "README.md").read_text("utf-8")
    for name in PICTURES:
        file = ROOT / "site" / "pictures" / f"{name}.png"
        assert 5_000 < file.stat().st_size < 200_000
        alt = text.partition(f"](site/pictures/{name}.png)")[0].rpartition("![")[2]
        assert len(alt) > 60, name

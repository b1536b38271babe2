"""The web edition as files: complete, all links hold, and nothing from elsewhere."""

import ast
import re
from functools import cache
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from course.instructor.web.web_edition import reference_pages
from course.notebooks import project_folder, read_notebook

ROOT = project_folder()
# Addresses in these attributes are fetched by the browser when it shows the page.
LOADED = (
    ("script", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("source", "src"),
    ("iframe", "src"),
    ("video", "src"),
    ("object", "data"),
)
LOADING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch"}


@cache
def soup(file):
    return BeautifulSoup(file.read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def pages(site):
    return {file.relative_to(site).as_posix(): soup(file) for file in _html(site)}


def _html(site):
    return sorted(file for file in site.rglob("*.html") if "_static" not in file.parts)


def test_builds_in_two_minutes_without_a_warning(site):
    assert float((site.parent / "seconds").read_text()) < 120


def test_every_chapter_exercise_guide_and_part_of_helpers_has_its_page(pages):
    wanted = {"index.html", "README.html", "CONTRIBUTING.html", "chapters.html"}
    wanted.add("claims.html")
    for folder in ("notebooks", "exercises", "guides"):
        files = [*ROOT.glob(f"{folder}/*.ipynb"), *ROOT.glob(f"{folder}/*.md")]
        wanted |= {f"{folder}/{file.stem}.html" for file in files}
    wanted |= {f"reference/{name}.html" for name in reference_pages()}
    wanted.add("search.html")
    assert set(pages) == wanted


def test_no_solution_is_in_it(site):
    """No line of an answer that an exercise does not have, in any file of the site."""
    everything = "\n".join(
        file.read_text("utf-8", errors="replace")
        for file in site.rglob("*")
        if file.suffix in (".html", ".ipynb", ".js", ".md", ".txt")
        and "_static" not in file.parts
    )
    assert "BEGIN SOLUTION" not in everything.replace("`### BEGIN SOLUTION`", "")
    assert not list(site.rglob("solutions"))
    found = [line for line in _answer_lines() if line in everything]
    assert found == []


def _answer_lines():
    """Return the long lines of the solutions that stand in no chapter or helper."""
    public = "\n".join(
        file.read_text("utf-8")
        for pattern in ("notebooks/*.ipynb", "exercises/*.ipynb", "helpers/**/*.py")
        for file in ROOT.glob(pattern)
    )
    lines = set()
    for file in sorted((ROOT / "solutions").glob("*.ipynb")):
        for cell in read_notebook(file).cells:
            for part in re.findall(
                r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.DOTALL
            ):
                lines |= {line.strip() for line in part.splitlines()}
    lines = {line for line in lines if len(line) > 40 and line not in public}
    assert len(lines) > 20  # else nothing would be looked for
    return sorted(lines)


def test_each_notebook_can_be_taken_home_as_it_is(site, pages):
    for folder in ("notebooks", "exercises"):
        for file in ROOT.glob(f"{folder}/*.ipynb"):
            copy = site / "_sources" / folder / file.name
            assert copy.read_bytes() == file.read_bytes()
            page = pages[f"{folder}/{file.stem}.html"]
            assert page.select_one(f'a[href$="_sources/{folder}/{file.name}"]')


def test_every_link_and_anchor_resolves(site, pages):
    broken = []
    for name, page in pages.items():
        for tag in page.select("a[href], link[href], img[src], script[src]"):
            address = tag.get("href") or tag.get("src")
            if not _resolves(site, site / name, address):
                broken.append(f"{name}: {address}")
    assert broken == []


def _resolves(site, file, address):
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return parts.scheme in ("http", "https", "mailto", "data")
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if target.is_dir():
        target = target / "index.html"
    if not (target.is_file() and target.is_relative_to(site.resolve())):
        return False
    fragment = unquote(parts.fragment)
    return not fragment or fragment in _anchors(target)


@cache
def _anchors(file):
    return {tag["id"] for tag in soup(file).select("[id]")} | {"#"}


def test_nothing_is_loaded_from_another_host(site, pages):
    elsewhere = []
    for name, page in pages.items():
        asked = [tag.get(key) for tag, key in _loading(page)]
        style = "\n".join([str(page.style or ""), *(t["style"] for t in _styled(page))])
        asked += _addresses_in_css(style)
        elsewhere += [f"{name}: {url}" for url in asked if url and _is_elsewhere(url)]
    for file in site.rglob("*.css"):
        addresses = _addresses_in_css(file.read_text("utf-8"))
        elsewhere += [f"{file.name}: {url}" for url in addresses if _is_elsewhere(url)]
    assert elsewhere == []


def _loading(page):
    for name, key in LOADED:
        yield from ((tag, key) for tag in page.find_all(name))
    for link in page.find_all("link"):
        if LOADING_LINKS & set(link.get("rel", [])):
            yield link, "href"


def _styled(page):
    return page.select("[style]")


def _addresses_in_css(text):
    found = re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", text)
    return [url or imported for url, imported in found]


def _is_elsewhere(address):
    return address.startswith("//") or urlsplit(address).scheme in ("http", "https")


def test_one_first_heading_and_no_level_left_out(pages):
    wrong = []
    for name, page in pages.items():
        levels = [int(tag.name[1]) for tag in _headings(page)]
        if levels.count(1) != 1 or levels[0] != 1:
            wrong.append(f"{name}: {levels.count(1)} headings of the first level")
        for before, after in pairwise(levels):
            if after > before + 1:
                wrong.append(f"{name}: level {after} follows level {before}")
    assert wrong == []


def _headings(page):
    """Return the headings that are seen; the theme repeats some for printing alone."""
    for heading in page.main.find_all(re.compile("^h[1-6]$")):
        if heading.find_parent(id="jb-print-docs-body") is None:
            yield heading


def test_every_picture_says_what_it_shows(pages):
    silent = [
        f"{name}: {str(picture)[:80]}"
        for name, page in pages.items()
        for picture in page.find_all("img")
        if len(picture.get("alt", "").strip()) < 10
    ]
    assert silent == []


@pytest.mark.parametrize("tag", ["img", "table"])
def test_every_stored_picture_and_table_is_shown(pages, tag):
    for file in ROOT.glob("notebooks/*.ipynb"):
        stored = sum(
            "".join(output.get("data", {}).get("text/html", "")).count(f"<{tag} ")
            for cell in read_notebook(file).cells
            for output in cell.get("outputs", [])
        )
        shown = pages[f"notebooks/{file.stem}.html"].select(f".cell_output {tag}")
        assert len(shown) >= stored, file.name


def test_every_table_has_heads_that_say_what_they_head(pages):
    for name, page in pages.items():
        for table in page.find_all("table"):
            heads = table.find_all("th")
            assert heads, f"{name}: {str(table)[:200]}"
            for head in heads:
                assert head.get("scope") in ("col", "row"), f"{name}: {head}"
                assert head.get_text(strip=True), f"{name}: an empty head"


def test_self_checks_hold_markdown_that_was_read(pages):
    """Feedback is made into HTML: emphasis and code, not stars and backquotes."""
    for name, page in pages.items():
        for details in page.find_all("details"):
            assert details.summary.get_text(strip=True), name
            feedback = details.get_text().replace(details.summary.get_text(), "")
            assert details.p and len(feedback.strip()) > 20, f"{name}: {details}"
            assert not re.search(r"`|\*\*", feedback), f"{name}: {feedback}"
    chapters = [page for name, page in pages.items() if name.startswith("notebooks/0")]
    assert sum(len(page.find_all("details")) for page in chapters) > 100


def test_previous_and_next_lead_through_all_chapters(site, pages):
    name, seen = "index.html", []
    while (link := pages[name].select_one("a.right-next")) is not None:
        target = (site / name).parent / link["href"]
        name = target.resolve().relative_to(site.resolve()).as_posix()
        assert name not in seen
        seen.append(name)
    chapters = [
        f"notebooks/{f.stem}.html" for f in sorted(ROOT.glob("notebooks/*.ipynb"))
    ]
    assert [page for page in seen if page in chapters] == chapters
    assert set(seen) == set(pages) - {"index.html", "search.html"}


def test_reference_has_every_public_name(pages):
    for name in reference_pages():
        ids = {tag["id"] for tag in pages[f"reference/{name}.html"].select("[id]")}
        missing = [
            public
            for public in _public_names(name)
            if f"helpers.{name}.{public}" not in ids
        ]
        assert missing == [], name


def _public_names(part):
    """Return what `__all__` of a part lists, read from its file."""
    folder = ROOT / "helpers" / part
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    for statement in ast.parse(file.read_text("utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "__all__":
            return ast.literal_eval(statement.value)
    return [
        node.name
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
    ]


def test_the_page_of_times_has_the_words_of_each_chapter(pages):
    rows = pages["chapters.html"].table.tbody.find_all("tr")
    start, *chapters = sorted(ROOT.glob("notebooks/*.ipynb"))
    assert start.stem == "00_start_here"
    assert len(rows) == len(chapters)
    for row, file in zip(rows, chapters, strict=True):
        title, needs, taken = (cell.get_text(" ", strip=True) for cell in row("td"))
        top = read_notebook(file).cells[0].source
        assert title in top
        assert " ".join(taken.split())[1:] in " ".join(top.split())
        assert len(needs) > 30


def test_without_an_address_there_are_no_launch_buttons(pages):
    for page in pages.values():
        assert "mybinder.org" not in str(page)

"""`course report`: pages without anything active, a safe table, the overview."""

import csv
import io
import re
import shutil
import threading
from dataclasses import replace

import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from course.command import main
from course.exercises import marks
from course.instructor.classes import reporting
from course.instructor.classes.class_folder import (
    open_class,
    submitted_file,
    write_private,
)
from course.instructor.classes.collecting import collect
from course.instructor.classes.feedback import (
    autograded_file,
    feedback_file,
    finish,
)
from course.instructor.classes.gradebook import open_gradebook
from course.instructor.classes.grades import (
    Grade,
    Noted,
    grades_of,
    note_down,
    points_of,
)
from course.instructor.classes.harmless import make_harmless
from course.instructor.classes.limited import Failed
from course.instructor.classes.overview import (
    Spread,
    as_text,
    draw,
    frequent_mistakes,
    spread,
    spreads,
)
from course.instructor.classes.reporting import grade_table, report
from course.instructor.classes.tables import as_csv
from course.instructor.judging.answers import released_text
from tests.hostile_archives import EXERCISE, pack
from tests.test_harmless import ATTACKS, MARKDOWN, active

RELEASED = released_text(EXERCISE)
POINTS = points_of(RELEASED)
OPEN = "more"
GRADE = Grade(
    student="anna",
    exercise=EXERCISE,
    status="graded",
    score=3.5,
    points=5,
    scores={"q1": 3.0, "q2": 0.5, "more": None},
    mistakes={"q2": ["axes swapped"]},
    note="",
    submitted="2026-03-01T10:00:00+00:00",
)
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1", "\n=1"]


@pytest.fixture
def folder(tmp_path, graded_class):
    shutil.copytree(graded_class, tmp_path / "class")
    return tmp_path / "class"


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    """A class that was graded: anna has scores, ben crashed, carl handed in nothing."""
    tmp_path = tmp_path_factory.mktemp("graded")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for student in ("anna", "ben"):
        pack(inbox, RELEASED.encode(), f"{student}.zip", student=student)
    folder = open_class(tmp_path / "class")
    collect(folder, EXERCISE, inbox)
    (folder / "students.txt").write_text("anna\nben\ncarl")
    score(folder, "anna", {name: most / 2 for name, most in POINTS.items()})
    note_down(
        folder,
        EXERCISE,
        "anna",
        Noted("altered", "q3 was missing", True, {"q2": ["axes swapped"]}),
    )
    note_down(folder, EXERCISE, "ben", Noted("crashed", "=killed; again", False))
    return folder


def score(folder, student, scores):
    """Fill the gradebook, and put a graded notebook with all attacks in it."""
    notebook = nbformat.reads(RELEASED, as_version=4)
    names = (EXERCISE, EXERCISE)
    with open_gradebook(folder) as book:
        book.add_assignment(EXERCISE)
        book.add_notebook(EXERCISE, EXERCISE)
        for cell in notebook.cells:
            mark = marks(cell)
            if mark.get("grade"):
                book.add_grade_cell(
                    mark["grade_id"], *names, max_score=mark["points"], cell_type="code"
                )
            elif mark.get("solution"):
                book.add_solution_cell(mark["grade_id"], *names)
            if mark.get("grade") and mark.get("solution"):
                book.add_solution_cell(mark["grade_id"], *names)
        book.add_student(student)
        book.add_submission(EXERCISE, student)
        for grade in book.find_submission_notebook(*names, student).grades:
            question = grade.name.removesuffix("-check")
            grade.auto_score = None if question == OPEN else scores[question]
            grade.needs_manual_grade = question == OPEN
        book.db.commit()
    source = folder / "source" / EXERCISE / f"{EXERCISE}.ipynb"
    write_private(source, RELEASED.encode())
    for attack in ATTACKS + MARKDOWN:
        output = nbformat.v4.new_output("display_data", data={"text/html": attack})
        notebook.cells += [
            nbformat.v4.new_markdown_cell(attack),
            nbformat.v4.new_code_cell("1", outputs=[output]),
        ]
    file = autograded_file(folder, EXERCISE, student)
    write_private(file, nbformat.writes(notebook).encode())


def as_table(grades):
    return as_csv(grade_table(grades)).decode()


def disarm(file, own=()):
    """Make a notebook harmless, as grading does before it writes it."""
    notebook = nbformat.read(file, as_version=4)
    make_harmless(notebook, own)
    write_private(file, (nbformat.writes(notebook) + "\n").encode())


# ----------------------------------------------------------------------------- table


def test_every_student_has_one_row_and_no_score_is_not_zero(folder):
    report(folder, EXERCISE)
    rows = list(csv.DictReader((folder / "grades.csv").read_text("utf-8").splitlines()))
    shown = [(row["student"], row["status"], row["score"]) for row in rows]
    half = (sum(POINTS.values()) - POINTS[OPEN]) / 2
    assert shown == [
        ("anna", "altered", f"{half:g}"),
        ("ben", "crashed", ""),
        ("carl", "missing", ""),
    ]
    assert {row["points"] for row in rows} == {f"{sum(POINTS.values()):g}"}
    assert rows[0]["q1"] == "1.5" and rows[0][OPEN] == "" and rows[1]["q1"] == ""
    assert rows[0]["note"] == "q3 was missing, to be read: more"
    assert rows[0]["submitted"] == "2026-03-01T10:00:00+00:00"
    assert rows[2]["submitted"] == ""


def test_score_by_hand_counts(folder):
    with open_gradebook(folder) as book:
        grade = book.find_grade(OPEN, EXERCISE, EXERCISE, "anna")
        grade.manual_score, grade.needs_manual_grade = 2, False
        book.db.commit()
    anna = grades_of(folder, EXERCISE, RELEASED)[0]
    assert anna.scores[OPEN] == 2
    assert anna.score == (sum(POINTS.values()) - POINTS[OPEN]) / 2 + 2
    assert anna.note == "q3 was missing"


def test_submission_that_was_not_graded_says_so(folder):
    write_private(submitted_file(folder, EXERCISE, "emil"), b"{}")
    receipt = b'{"time": "2026-03-01T10:00:00+00:00"}'
    receipt_file = submitted_file(folder, EXERCISE, "emil").with_name("receipt.json")
    write_private(receipt_file, receipt)
    [emil] = [g for g in grades_of(folder, EXERCISE, RELEASED) if g.student == "emil"]
    assert (emil.status, emil.note) == ("missing", "collected, and not graded yet")


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("field", ["student", "status", "note", "submitted"])
def test_no_cell_begins_a_formula(field, text):
    table = as_table([replace(GRADE, **{field: text})])
    # Also where the spreadsheet separates cells by semicolons or tabs.
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(table), delimiter=delimiter):
            assert not any(re.match(r"\s*[=+\-@＝＋－＠]", cell) for cell in row)


@pytest.mark.parametrize("text", ["a;=1", 'a";=1', "a\n=1", 'a",=1', "a\t=1", "a,=1"])
def test_note_cannot_begin_another_cell(text):
    table = as_table([replace(GRADE, note=text)])
    for delimiter in ";\t":
        for row in csv.reader(io.StringIO(table), delimiter=delimiter):
            assert not any(cell.startswith("=") for cell in row)
    [header, row] = csv.reader(io.StringIO(table))
    assert len(header) == len(row)


def test_exercises_with_other_questions_share_the_table():
    other = replace(GRADE, exercise="02_x", scores={"q1": 1.0, "q9": 2.0})
    rows = list(csv.DictReader(io.StringIO(as_table([GRADE, other]))))
    assert [row["q9"] for row in rows] == ["", "2"]
    assert [row["q2"] for row in rows] == ["0.5", ""]


# ----------------------------------------------------------------------------- pages


def test_several_pages_are_made_at_a_time_and_one_that_fails_is_named(
    folder, monkeypatch
):
    together, begun = threading.Barrier(2, timeout=30), []

    def write(folder, grade):
        if grade.student not in begun:
            begun.append(grade.student)
            together.wait()
        if grade.student == "ben":
            raise Failed("no room")

    monkeypatch.setattr(reporting, "write_feedback", write)
    shown = report(folder, EXERCISE)
    assert shown.endswith("no page could be made, run this again: ben")


def test_pages_carry_nothing_active(folder):
    disarm(autograded_file(folder, EXERCISE, "anna"))
    report(folder, EXERCISE)
    page = feedback_file(folder, EXERCISE, "anna").read_text(encoding="utf-8")
    assert page_is_passive(page)
    for question in POINTS:
        assert f"{question}-check" in page or question == OPEN
    assert "The other questions" not in page


def test_page_is_passive_even_if_the_notebook_is_not(folder):
    """The second wall: were the notebook not made harmless, the page would be."""
    report(folder, EXERCISE)
    page = feedback_file(folder, EXERCISE, "anna").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    assert not soup(["script", "iframe", "object", "embed", "form", "link", "svg"])
    assert "default-src 'none'" in soup.meta.find_next("meta")["content"]
    assert not [link for link in soup("a") if not link.get("href", "#").startswith("#")]


def test_formgraders_notebook_is_harmless_too(folder):
    file = autograded_file(folder, EXERCISE, "anna")
    ours = {
        cell.source
        for cell in nbformat.reads(RELEASED, as_version=4).cells
        if cell.cell_type == "markdown"
    }
    disarm(file, ours)
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert active(output.get("data", {}).get("text/html", "")) == []
        if cell.cell_type == "markdown" and cell.source not in ours:
            assert re.fullmatch(r"<pre [^>]*>[^<]*</pre>", cell.source)
    assert ours <= {cell.source for cell in notebook.cells}
    assert {marks(cell).get("grade_id") for cell in notebook.cells} >= {"q1", OPEN}


def test_page_without_a_score_says_why(folder):
    report(folder, EXERCISE)
    page = feedback_file(folder, EXERCISE, "ben").read_text(encoding="utf-8")
    assert page_is_passive(page)
    assert "no score" in page and "crashed" in page and "course check" in page
    assert not feedback_file(folder, EXERCISE, "carl").exists()


def test_page_of_a_score_that_is_kept_says_so():
    page = "<html><head></head><body></body></html>"
    assert "is from an earlier one" in finish(page, replace(GRADE, status="crashed"))
    assert "is from an earlier one" not in finish(page, GRADE)


def test_page_has_one_total_and_no_note_for_the_instructor(folder):
    report(folder, EXERCISE)
    page = feedback_file(folder, EXERCISE, "anna").read_text(encoding="utf-8")
    totals = re.findall(r"[\d.]+ (?:of|/) 22(?:\.0)?\b", page)
    assert len(totals) == 1, totals
    assert "q3 was missing" not in page  # that stands in grades.csv
    assert f"Not read yet: {OPEN}." in page


def test_each_score_stands_once_beside_its_verdict_and_what_is_unread_says_so(folder):
    file = autograded_file(folder, EXERCISE, "anna")
    notebook = nbformat.reads(RELEASED, as_version=4)
    for cell in notebook.cells:
        if marks(cell).get("grade") and not marks(cell)["solution"]:
            data = {"text/html": "<p>Graded: 1.5 of 3 points</p>"}
            cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    write_private(file, nbformat.writes(notebook).encode())
    report(folder, EXERCISE)
    page = feedback_file(folder, EXERCISE, "anna").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    headings = soup.select(".nbgrader_cell > .panel-heading")
    assert len(headings) > 8
    assert not any("Score" in heading.text for heading in headings)
    assert page.count("Graded: 1.5 of 3 points") == len(POINTS) - 1
    assert sum("not read yet" in heading.text for heading in headings) == 1
    listed = [" ".join(item.text.split()) for item in soup.select("#toc li")]
    assert "q1 (Score: 1.5 / 3.0)" in listed and f"{OPEN} (not read yet)" in listed


def test_student_cannot_write_html():
    page = finish(
        "<html><head></head><body></body></html>", replace(GRADE, student="<b>")
    )
    assert "&lt;b&gt;" in page


def page_is_passive(page):
    """Nothing acts; what is left is our own style, and the rule that forbids more."""
    found = active(page)
    return {name for name in found if name not in ("style", "meta")} == set()


# -------------------------------------------------------------------------- overview


def test_spread_leaves_out_who_has_no_score():
    other = replace(GRADE, scores={"q1": 1.0, "q2": None, "more": None})
    found = spreads([GRADE, other], {"q1": 4, "q2": 2, "more": 2})
    assert found["q1"] == Spread(2.0, 1.5, 2.0, 2.5, (0, 1, 0, 1, 0))
    assert found["q2"].median == 0.5 and found["more"] is None


def test_median_and_distribution():
    found = spread([0, 0, 2, None, 10, 10, 10, 11], most=10)  # 11: extra credit
    assert (found.median, found.counts) == (10, (2, 1, 0, 0, 4))
    assert found.mean == pytest.approx(43 / 7)
    assert spread([0, 0], most=0).counts == (2, 0, 0, 0, 0)
    assert spread([None], most=3) is None and spread([], most=3) is None


def test_mistakes_are_counted_by_student_and_question():
    both = replace(GRADE, mistakes={"q1": ["flat"], "q2": ["axes swapped"] * 2})
    found = frequent_mistakes([GRADE, both, replace(GRADE, mistakes={})])
    assert found == [("q2: axes swapped", 2), ("q1: flat", 1)]


def test_overview_as_text():
    grades = [GRADE, replace(GRADE, status="missing", scores={}, mistakes={})]
    grades[1] = replace(grades[1], score=None, scores=dict.fromkeys(GRADE.scores))
    shown = as_text(grades, {"q1": 4, "q2": 2, "more": 2})
    assert "2 students: 1 graded, 1 missing" in shown
    assert "scores: median 3.5 of 5, mean 3.5, the middle half 3.5 to 3.5" in shown
    assert f"  3 to 4       {'█' * 40} 1\n" in shown
    assert f"q1       {'█' * 15}      |   █ | 3.00 of 4, median 3\n" in shown
    assert re.search(r"more +\| +\| no score yet, 1 to read\n", shown)
    assert "1 q2: axes swapped" in shown
    assert "none" in as_text(
        [replace(GRADE, mistakes={})], {"q1": 4, "q2": 2, "more": 2}
    )


def test_picture_is_drawn(folder):
    shown = report(folder, EXERCISE)
    assert "3 students: 1 altered, 1 crashed, 1 missing" in shown
    with Image.open(folder / "overview-01.png") as picture:
        assert picture.width > 1000 and len(picture.getcolors(1 << 20)) > 3


def test_picture_of_nothing_at_all_is_drawn(tmp_path):
    nothing = replace(GRADE, mistakes={}, scores=dict.fromkeys(GRADE.scores))
    draw([nothing], {"q1": 4, "q2": 2, "more": 2}, tmp_path / "x.png")
    assert (tmp_path / "x.png").exists()


# --------------------------------------------------------------------------- command


def test_command_reports(folder, capsys):
    assert main(["report", "01", "--class", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "grades.csv" in shown and "overview-01.png" in shown


def test_command_says_in_one_line_what_is_wrong(tmp_path, capsys):
    assert main(["report", "01", "--class", str(tmp_path / "class")]) == 1
    shown = capsys.readouterr().err
    assert "Nothing of 01_tensors was graded yet: course grade 01" in shown
    assert shown.count("\n") == 1

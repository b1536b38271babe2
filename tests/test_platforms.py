"""What goes out to Moodle and Canvas: import tables, and feedback in their layout."""

import csv
import io
import re
import zipfile
from dataclasses import replace

import pytest

from course.command import main
from course.instructor.classes import reporting
from course.instructor.classes.class_folder import (
    note_origins,
    open_class,
    origins_of,
    write_private,
)
from course.instructor.classes.collecting import read_roster
from course.instructor.classes.feedback import feedback_file
from course.instructor.classes.platforms import (
    LIST,
    canvas_table,
    feedback_zip,
    moodle_table,
    place_of,
)
from course.instructor.classes.tables import as_csv, read_table
from tests.hostile_archives import EXERCISE, pack
from tests.test_reporting import GRADE, RELEASED

OTHER = "02_breast_cancer"
CANVAS_EXPORT = (
    "student,Student,ID,SIS User ID,SIS Login ID,Section,01_tensors (9001),Total\n"
    ",    Points Possible,,,,,22,\n"
    'anna,"Müller, Anna",101,S1,anna@uni,Group 1,,\n'
    "ben,Ben Ōta,102,S2,ben@uni,Group 1,3,\n"
)
MOODLE_LIST = (
    "student;Vorname;Nachname;ID-Nummer;E-Mail-Adresse\n"
    "anna;Анна;Миллер;4711;anna@uni.example\n"
    "ben;本;田中;4712;ben@uni.example\n"
)
NAMES = [
    "Анна Миллер",
    "田中 本",
    "مريم ميرزا\u200cخانی",
    "Zoë",
    "Đặng Thị",
    "आ\u200dशा",
]


@pytest.fixture
def folder(tmp_path):
    folder = open_class(tmp_path / "class")
    (folder / "students.txt").write_text("anna\nben")
    return folder


@pytest.fixture
def grades():
    ben = replace(GRADE, student="ben", score=None, status="crashed")
    other = replace(GRADE, exercise=OTHER, score=12.25, points=20, penalty=1)
    return {EXERCISE: [GRADE, ben], OTHER: [other]}


def as_read(table):
    return list(csv.reader(io.StringIO(as_csv(table).decode())))


# ------------------------------------------------------------------ tables


def test_moodle_has_the_columns_of_the_list_and_one_for_each_exercise(folder, grades):
    (folder / LIST).write_text(MOODLE_LIST, encoding="utf-8")
    assert as_read(moodle_table(folder, grades)) == [
        [*MOODLE_LIST.splitlines()[0].split(";"), EXERCISE, OTHER],
        ["anna", "Анна", "Миллер", "4711", "anna@uni.example", "3.5", "12.25"],
        ["ben", "本", "田中", "4712", "ben@uni.example", "", ""],
    ]


def test_moodle_without_a_list_has_the_students(folder, grades):
    (folder / "students.txt").unlink()
    (folder / "submitted" / "anna").mkdir()
    assert as_read(moodle_table(folder, grades)) == [
        ["student", EXERCISE, OTHER],
        ["anna", "3.5", "12.25"],
    ]


def test_canvas_uses_the_numbers_of_its_own_export(folder, grades):
    (folder / LIST).write_text(CANVAS_EXPORT, encoding="utf-8")
    assert as_read(canvas_table(folder, grades)) == [
        [
            *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
            *("01_tensors (9001)", OTHER),
        ],
        ["Points Possible", "", "", "", "", "5", "20"],
        ["Müller, Anna", "101", "S1", "anna@uni", "Group 1", "3.5", "12.25"],
        ["Ben Ōta", "102", "S2", "ben@uni", "Group 1", "", ""],
    ]


def test_canvas_without_its_export_means_logins(folder, grades):
    (folder / LIST).write_text(MOODLE_LIST, encoding="utf-8")
    [heads, _, anna, _] = as_read(canvas_table(folder, grades))
    assert dict(zip(heads, anna, strict=True)) == {
        "Student": "anna",
        "ID": "",
        "SIS User ID": "",
        "SIS Login ID": "anna",
        "Section": "",
        EXERCISE: "3.5",
        OTHER: "12.25",
    }


def test_who_is_not_on_the_list_has_a_row_too(folder, grades):
    (folder / LIST).write_text(MOODLE_LIST, encoding="utf-8")
    (folder / "submitted" / "zoe").mkdir()
    zoe = replace(GRADE, student="zoe", score=1.0)
    table = as_read(moodle_table(folder, {EXERCISE: [zoe]}))
    assert table[-1] == ["zoe", "", "", "", "", "1"]


def test_an_export_of_canvas_can_be_the_list_of_the_class(tmp_path):
    file = tmp_path / "canvas.csv"
    file.write_text(CANVAS_EXPORT, encoding="utf-8")
    assert list(read_roster(file)) == ["anna", "ben"]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_script_survive(folder, name, grades):
    text = f"student,Student,SIS Login ID\nanna,{name},{name}@uni\n"
    (folder / LIST).write_text(text, encoding="utf-8")
    for table in (moodle_table(folder, grades), canvas_table(folder, grades)):
        content = as_csv(table, mark=True)
        assert content.startswith("\ufeff".encode())  # else Excel spoils them
        assert any(name in row and f"{name}@uni" in row for row in as_read(table))
        _, rows = read_table(content)  # and they come in again as they went out
        assert name in {row["Student"] for row in rows}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "＝1", "﹢1", "\u200c=1"])
def test_no_cell_begins_a_formula(folder, text, grades):
    rows = f"student,Student,ID\nanna,{text},{text}\n"
    (folder / LIST).write_text(rows, encoding="utf-8")
    for table in (moodle_table(folder, grades), canvas_table(folder, grades)):
        for row in as_read(table):
            cells = [cell.lstrip("\u200c ") for cell in row]
            assert not any(re.match(r"[=+\-@＝＋－＠﹢]", cell) for cell in cells)
        assert any(text.strip() in cell for row in as_read(table) for cell in row)


def test_scripts_can_read_our_own_table_and_excel_those_of_platforms(folder, grades):
    reporting._write_tables(folder, grades)
    assert (folder / "grades.csv").read_text("utf-8").startswith("student,exercise,")
    for name in ("moodle.csv", "canvas.csv"):
        assert (folder / name).read_bytes().startswith("\ufeff".encode())


# ------------------------------------------------------------------ feedback


@pytest.mark.parametrize(
    ("origin", "place"),
    [
        (
            "Анна Миллер_123_assignsubmission_file_/01_tensors-anna.zip",
            "Анна Миллер_123_assignsubmission_file_/01_tensors.html",
        ),
        (
            "CS101/Müller_123_assignsubmission_file/01_tensors.ipynb",
            "Müller_123_assignsubmission_file/01_tensors.html",
        ),
        (
            "Anna Müller_123_assignsubmission_file_01_tensors (1).ipynb",
            "Anna Müller_123_assignsubmission_file_01_tensors.html",
        ),
        (
            "mulleranna_LATE_101_2002_01_tensors-2.ipynb",
            "mulleranna_LATE_101_2002_01_tensors-2.html",
        ),
        ("mulleranna_101_2002_01_tensors.zip", "mulleranna_101_2002_01_tensors.html"),
        ("anna/01_tensors.ipynb", "anna/01_tensors.html"),
        ("01_tensors-anna-20260301.zip", "anna/01_tensors.html"),
        ("M\udcfcller_1_assignsubmission_file_/x.zip", None),
        ("", "anna/01_tensors.html"),
    ],
)
def test_page_lies_where_the_notebook_came_from(origin, place):
    found = place_of(origin, EXERCISE, "anna")
    assert found == (place or "M?ller_1_assignsubmission_file_/01_tensors.html")


def test_zip_has_the_pages_there_are(folder):
    for student in ("anna", "ben"):
        page = feedback_file(folder, EXERCISE, student)
        write_private(page, f"page of {student}".encode())
    moodle = "本 田中_7_assignsubmission_file_"
    note_origins(folder, EXERCISE, {"ben": f"{moodle}/{EXERCISE}.ipynb"})
    all_of = [replace(GRADE, student=name) for name in ("anna", "ben", "carl")]
    made = feedback_zip(folder, EXERCISE, all_of)
    assert made == feedback_zip(folder, EXERCISE, all_of)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            f"anna/{EXERCISE}.html": "page of anna",
            f"{moodle}/{EXERCISE}.html": "page of ben",
        }


def test_collecting_keeps_the_list_and_where_each_came_from(tmp_path, capsys):
    inbox, listed = tmp_path / "inbox", tmp_path / "list.csv"
    place = inbox / "Анна Миллер_123_assignsubmission_file_"
    place.mkdir(parents=True)
    (inbox / "ben").mkdir()
    (inbox / "ben" / "broken.zip").write_bytes(b"no zip")
    pack(place, RELEASED.encode(), "anna.zip", student="anna")
    names = MOODLE_LIST.replace("Анна;Миллер", "Анна Миллер;")
    listed.write_text(names, encoding="utf-8")
    folder = tmp_path / "class"
    command = ["collect", "01", str(inbox), "--students", str(listed)]
    for _ in range(2):
        main([*command, "--class", str(folder)])
        assert origins_of(folder, EXERCISE) == {"anna": f"{place.name}/anna.zip"}
    assert (folder / LIST).read_bytes() == listed.read_bytes()
    assert "anna" in capsys.readouterr().out

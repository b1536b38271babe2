"""`course check` and `course submit`: what students do with an exercise."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

from course.command import main
from course.exercises import check_exercise, find_exercise
from course.notebooks import project_folder, read_notebook
from course.submitting import MANIFEST, require_whole, submit

FRESH = project_folder() / "exercises" / "01_tensors.ipynb"


@pytest.fixture
def exercise(tmp_path):
    """A student's own copy, in a folder with a space in its name."""
    folder = tmp_path / "my exercises"
    folder.mkdir()
    return shutil.copy(FRESH, folder / FRESH.name)


def change(file, name, source=None, delete=False, double=False):
    notebook = read_notebook(file)
    [index] = [
        n
        for n, cell in enumerate(notebook.cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    ]
    if source is not None:
        notebook.cells[index].source = source
    if delete:
        del notebook.cells[index]
    if double:
        twin = nbformat.from_dict(notebook.cells[index])
        twin.id = "twin"
        notebook.cells.insert(index, twin)
    nbformat.write(notebook, file)


# ------------------------------------------------------------------------- check


def test_check_tells_right_from_wrong_and_goes_on_after_an_error(exercise):
    change(exercise, "q2", "flat = images.reshape(5, -1)\nwith_channel = images")
    change(exercise, "q3", "pairs = serie.reshape(6, 2)\nby_time = sensors.T")
    change(exercise, "q6", "first_layer, second_layer, total = 45, 12, 57")
    said = check_exercise(exercise)
    assert said[0].startswith("○ q1 not attempted")
    assert said[1].startswith("◐ q2 partial") and "array unchanged" in said[1]
    assert said[2].startswith("✗ q3 incorrect: its cell stops with NameError")
    assert said[5].startswith("✓ q6 correct")
    assert len(said) == 8


def test_check_leaves_the_notebook_as_it_is(exercise):
    before = exercise.read_bytes()
    check_exercise(exercise)
    assert exercise.read_bytes() == before


def test_check_of_a_notebook_without_checks_says_so(tmp_path):
    file = tmp_path / "empty.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), file)
    with pytest.raises(ValueError, match="no cells with checks"):
        check_exercise(file)


@pytest.mark.parametrize("name", ["01", "01_tensors"])
def test_exercise_is_found_by_number_and_by_name(name):
    assert find_exercise(name) == FRESH


@pytest.mark.parametrize("name", ["", "1", "07", "01_tens", "../01_tensors"])
def test_unknown_exercise_is_named_with_those_that_exist(name):
    with pytest.raises(LookupError, match=r"choose one of: 01_tensors"):
        find_exercise(name)


# ------------------------------------------------------------------------ submit


def test_archive_holds_the_notebook_and_a_receipt_with_its_checksum(exercise, tmp_path):
    change(exercise, "q6", "first_layer, second_layer, total = 45, 12, 57")
    archive, receipt = submit(exercise, "anna-b", tmp_path / "out")
    assert archive.parent == tmp_path / "out"
    with zipfile.ZipFile(archive) as packed:
        assert packed.namelist() == ["01_tensors.ipynb", "receipt.json"]
        content = packed.read("01_tensors.ipynb")
        assert json.loads(packed.read("receipt.json")) == receipt
    assert content == exercise.read_bytes()
    assert receipt["sha256"] == hashlib.sha256(content).hexdigest()
    assert (receipt["exercise"], receipt["student"]) == ("01_tensors", "anna-b")


def test_own_cells_and_outputs_do_no_harm(exercise):
    notebook = read_notebook(exercise)
    notebook.cells.insert(3, nbformat.v4.new_code_cell("print('a try')"))
    nbformat.write(notebook, exercise)
    require_whole(exercise)


@pytest.mark.parametrize(
    ("name", "how", "fault"),
    [
        ("q3", {"delete": True}, "q3 is missing"),
        ("q4-check", {"delete": True}, "q4-check is missing"),
        ("q4-check", {"source": "print('correct')"}, "q4-check was changed"),
        ("start", {"source": "check = print"}, "start was changed"),
        ("q5", {"double": True}, "q5 is there twice"),
    ],
)
def test_notebook_that_is_not_whole_is_refused(exercise, tmp_path, name, how, fault):
    change(exercise, name, **how)
    with pytest.raises(ValueError, match=fault):
        submit(exercise, "anna", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_cells_in_another_order_are_refused(exercise):
    notebook = read_notebook(exercise)
    notebook.cells.reverse()
    nbformat.write(notebook, exercise)
    with pytest.raises(ValueError, match="another order"):
        require_whole(exercise)


def test_cell_of_another_exercise_is_refused(exercise):
    notebook = read_notebook(exercise)
    notebook.cells[-1].metadata["nbgrader"]["grade_id"] = "q77"
    nbformat.write(notebook, exercise)
    with pytest.raises(ValueError, match="q77 was added"):
        require_whole(exercise)


def test_renamed_notebook_is_refused_with_the_names(exercise):
    renamed = exercise.rename(exercise.with_name("mine.ipynb"))
    with pytest.raises(ValueError, match=r"mine\.ipynb is none of .*01_tensors"):
        require_whole(renamed)


@pytest.mark.parametrize("content", [b"", b"no notebook", b"{}\x00", b"\xff\xfe"])
def test_file_that_is_no_notebook_is_refused(exercise, tmp_path, content):
    exercise.write_bytes(content)
    with pytest.raises(ValueError, match="not a readable notebook"):
        submit(exercise, "anna", tmp_path)


def test_huge_notebook_is_refused_with_the_remedy(exercise, tmp_path):
    with exercise.open("ab") as file:
        file.truncate(30_000_000)
    with pytest.raises(ValueError, match="30 MB.*Clear its outputs"):
        submit(exercise, "anna", tmp_path)


@pytest.mark.parametrize(
    "student", ["anna b", "../anna", ".anna", "=1+1", "a'b", "ä", "a" * 65, "a\n"]
)
def test_student_whose_name_could_do_harm_is_refused(exercise, tmp_path, student):
    with pytest.raises(ValueError, match="--student NAME"):
        submit(exercise, student, tmp_path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.ipynb"):
        submit(tmp_path / "none.ipynb", "anna", tmp_path)


def test_manifest_names_every_exercise():
    manifest = json.loads((project_folder() / MANIFEST).read_text(encoding="utf-8"))
    there = {file.stem for file in (project_folder() / "exercises").glob("*.ipynb")}
    assert set(manifest) == there


# ----------------------------------------------------------------------- commands


def test_command_submits_and_prints_the_receipt(exercise, capsys, tmp_path):
    arguments = ["submit", str(exercise), "--student", "anna", "--to", str(tmp_path)]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    [archive] = tmp_path.glob("01_tensors-anna-*.zip")
    assert str(archive) in shown and "sha256" in shown


def test_command_says_in_one_line_what_is_wrong(capsys):
    assert main(["submit", "07"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_students_copy_has_no_command_release(tmp_path):
    shutil.copytree(
        project_folder() / "course",
        tmp_path / "course",
        ignore=shutil.ignore_patterns("instructor", "__pycache__"),
    )
    shutil.copytree(project_folder() / "helpers", tmp_path / "helpers")
    shown = subprocess.run(
        [sys.executable, "-m", "course", "--help"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "submit" in shown and "release" not in shown

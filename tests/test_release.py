"""Exercises and bundle: made from the solutions, up to date, nothing to copy from."""

import json
import re
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pytest

from course import notebooks
from course.exercises import marks
from course.instructor.release import (
    exercise_text,
    make_bundle,
    release,
    released_files,
    solutions,
)
from course.notebooks import SOURCES, project_folder, read_notebook, record_file
from helpers.exercises import questions_of
from helpers.exercises.asking import EXERCISES

ROOT = project_folder()
SOLUTIONS = solutions(ROOT)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    """The bundle, unpacked into an empty folder."""
    folder = tmp_path_factory.mktemp("a student's folder")
    with zipfile.ZipFile(make_bundle(ROOT)) as archive:
        archive.extractall(folder)
    return folder / "keras-course"


def test_exercises_are_up_to_date():
    stale = [
        str(name)
        for name, text in released_files(ROOT).items()
        if (ROOT / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run course release: {', '.join(stale)}"


def test_no_exercise_is_without_a_solution():
    there = {file.name for file in (ROOT / "exercises").glob("*.ipynb")}
    assert there == {file.name for file in SOLUTIONS}


@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_solution_has_an_answer_and_a_check_for_every_question(file):
    kinds = {marks(cell)["grade_id"]: marks(cell) for cell in marked(file)}
    for question in questions_of(file.stem):
        assert kinds[question]["solution"] and not kinds[question]["grade"]
        assert kinds[f"{question}-check"]["grade"]
        assert kinds[f"{question}-check"]["points"] > 0


@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_every_solution_is_all_right(file):
    """The stored outputs, which nbval compares, say that every answer is correct."""
    said = [
        output.data["text/plain"]
        for cell in marked(file)
        if marks(cell)["grade"] and not marks(cell)["solution"]
        for output in cell.outputs
    ]
    assert len(said) == len(questions_of(file.stem))
    assert all(" correct: " in text for text in said), said


@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_exercise_has_no_solution_and_no_output(file):
    text = exercise_text(file)
    assert "SOLUTION" not in text
    notebook = nbformat.reads(text, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    for solved, fresh in zip(read_notebook(file).cells, notebook.cells, strict=True):
        if marks(fresh).get("solution") and fresh.cell_type == "code":
            kept = fresh.source.splitlines()
            lines = [line.strip() for line in solved.source.splitlines()]
            begin = next(n for n, line in enumerate(lines) if "BEGIN SOL" in line)
            assert len(kept) <= begin + 1  # what stands above, and the stub


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: file.stem)
def test_in_a_fresh_exercise_nothing_is_attempted(file, source):
    """So says what is kept of each cell, and with that nbval compares."""
    exercise = ROOT / "exercises" / file.name
    cells = [cell for cell in read_notebook(exercise).cells if cell.cell_type == "code"]
    kept = json.loads(record_file(exercise, ROOT, source).read_text("utf-8"))["cells"]
    assert set(kept) == {cell.id for cell in cells}
    said = [
        text
        for cell in cells
        if marks(cell).get("grade") and not marks(cell)["solution"]
        for text in kept[cell.id]["text/plain"]
    ]
    assert len(said) == len(questions_of(file.stem))
    assert all(" not attempted: " in text for text in said), said


def test_every_exercise_is_run_and_compared():
    exercises = {ROOT / "exercises" / file.name for file in SOLUTIONS}
    assert exercises <= set(notebooks.tested_notebooks())


def test_stub_in_a_function_raises_and_at_the_top_does_not(tmp_path):
    solution = tmp_path / "x.ipynb"
    cells = [
        answer("a", "z = ...\n### BEGIN SOLUTION\nz = 3\n### END SOLUTION"),
        answer(
            "b", "def f():\n    ### BEGIN SOLUTION\n    return 3\n    ### END SOLUTION"
        ),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), solution)
    made = nbformat.reads(exercise_text(solution), as_version=4).cells
    assert made[0].source == "z = ...\n# your code"
    assert made[1].source == "def f():\n    raise NotImplementedError  # your code"


def test_solution_outside_a_marked_cell_is_refused(tmp_path):
    solution = tmp_path / "x.ipynb"
    cell = nbformat.v4.new_code_cell("### BEGIN SOLUTION\nz = 3\n### END SOLUTION")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), solution)
    with pytest.raises(ValueError, match=r"x\.ipynb"):
        exercise_text(solution)


def test_second_release_writes_nothing_anew():
    release(ROOT)
    assert release(ROOT)[0] == []


def test_bundle_is_the_same_each_time():
    assert make_bundle(ROOT).read_bytes() == make_bundle(ROOT).read_bytes()


def test_bundle_holds_what_students_need_and_no_solution(bundle):
    names = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*")}
    assert {"README.md", "environment.yml", "helpers", "notebooks", "data"} <= names
    assert {f"exercises/{file.name}" for file in SOLUTIONS} <= names
    assert not any(
        name.startswith(("solutions", "tests", "notebooks/runs")) for name in names
    )
    assert not any("instructor" in name for name in names)
    first_page = (bundle / "README.md").read_text(encoding="utf-8")
    assert first_page.startswith("# For students")
    # Whatever it points to is there.
    for target in re.findall(r"\]\((?!http)([^)#]+)", first_page):
        assert (bundle / target).exists(), target
    for path in bundle.rglob("*.ipynb"):
        assert "BEGIN SOLUTION" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(
    ("target", "is_there"),
    [("lab", True), ("test", False), ("site", False), ("bench", False)],
)
def test_the_bundle_has_the_commands_that_it_has_files_for(bundle, target, is_there):
    made = subprocess.run(
        ["make", "--dry-run", target], cwd=bundle, capture_output=True, text=True
    )
    assert (made.returncode == 0) == is_there
    assert ("No rule to make target" in made.stderr) != is_there


def test_every_exercise_with_questions_has_a_solution():
    assert {file.stem for file in SOLUTIONS} == set(EXERCISES)


def marked(file):
    return [cell for cell in read_notebook(file).cells if marks(cell)]


def answer(name, source):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata.nbgrader = {
        "schema_version": 3, "grade_id": name, "grade": False,
        "solution": True, "locked": False, "task": False,
    }  # fmt: skip
    return cell

"""A question is corrected after students began: nobody is altered by it."""

import json
import shutil

import nbformat
import pytest

from course.exercises import EARLIER, marks
from course.instructor.classes.class_folder import earlier_releases, keep_release
from course.instructor.classes.parallel import _task
from course.instructor.release import needs_answers_anew, release
from course.instructor.running.execution import Limits
from course.instructor.running.repair import repair
from course.notebooks import project_folder
from course.submitting import BEFORE, MANIFEST, require_whole
from tests.hostile import find

EXERCISE = "01_tensors"
BEFORE_IT = (project_folder() / "exercises" / f"{EXERCISE}.ipynb").read_text("utf-8")


def changed(text, change):
    notebook = nbformat.reads(text, as_version=4)
    change(notebook)
    return nbformat.writes(notebook)


def correct(notebook):
    """Correct a given cell, a check and the points of the open question."""
    find(notebook, "start").source += "\nlabels = 3"
    check = find(notebook, "q3-check")
    check.source = "# corrected\n" + check.source
    find(notebook, "more").metadata.nbgrader.points = 7
    find(notebook, "more").source += "\n# three sentences"


NOW = changed(BEFORE_IT, correct)


def answer(notebook):
    find(notebook, "q2").source = "my = 'answer'"


def test_a_correction_alters_nobody_and_judges_by_today():
    submission = changed(BEFORE_IT, answer).encode()
    assert repair(submission, NOW)[1]  # as it was without the earlier release
    notebook, altered = repair(submission, NOW, [BEFORE_IT])
    assert altered == ()
    assert find(notebook, "q2").source == "my = 'answer'"
    assert "labels = 3" not in find(notebook, "start").source  # the answers knew this
    assert find(notebook, "q3-check").source.startswith("# corrected")
    assert marks(find(notebook, "more"))["points"] == 7
    # What was not answered is as blank as it is today.
    today = nbformat.reads(NOW, as_version=4)
    assert find(notebook, "more").source == find(today, "more").source


def test_who_began_after_it_has_todays_cells():
    submission = changed(NOW, answer).encode()
    notebook, altered = repair(submission, NOW, [BEFORE_IT])
    assert altered == () and "labels = 3" in find(notebook, "start").source


@pytest.mark.parametrize("text", [BEFORE_IT, NOW])
def test_who_alters_a_locked_cell_is_still_found(text):
    def cheat(notebook):
        find(notebook, "q5-check").source = "2"

    _, altered = repair(changed(text, cheat).encode(), NOW, [BEFORE_IT])
    assert altered == ("changed: q5-check",)


def test_questions_may_come_and_go():
    def renew(notebook):
        for name in ("q8", "q8-check"):
            cell = find(notebook, name)
            new = nbformat.from_dict(cell)
            new.metadata.nbgrader.grade_id = name.replace("q8", "q9")
            notebook.cells.append(new)
            notebook.cells.remove(cell)

    now = changed(NOW, renew)
    notebook, altered = repair(BEFORE_IT.encode(), now, [NOW, BEFORE_IT])
    assert altered == ()
    names = {marks(cell).get("grade_id") for cell in notebook.cells} - {None}
    assert names == {
        marks(cell)["grade_id"]
        for cell in nbformat.reads(now, as_version=4).cells
        if marks(cell)
    }


def test_what_must_be_answered_anew_is_said():
    def ask_for_more(notebook):
        cell = find(notebook, "q3-check")
        cell.source = cell.source.replace('check("q3",', 'check("q3", other=other,')
        find(notebook, "q8-check").metadata.nbgrader.grade_id = "q9-check"

    now = changed(BEFORE_IT, ask_for_more)
    assert needs_answers_anew(now, [BEFORE_IT, NOW]) == [
        "q3-check now asks for other",
        "q9-check is a new question",
    ]
    assert needs_answers_anew(NOW, [BEFORE_IT]) == []


def test_a_class_knows_the_releases_that_it_has_seen(tmp_path):
    for text in (BEFORE_IT, NOW, BEFORE_IT):
        keep_release(tmp_path, EXERCISE, text)
    assert earlier_releases(tmp_path, EXERCISE, NOW) == (BEFORE_IT,)
    assert earlier_releases(tmp_path, EXERCISE, BEFORE_IT) == (NOW,)
    place = tmp_path / "submitted" / "anna" / EXERCISE
    place.mkdir(parents=True)
    (place / f"{EXERCISE}.ipynb").write_text("{}")
    (tmp_path / "secret").write_bytes(b"x")
    task = _task(tmp_path, EXERCISE, "anna", Limits(), False)
    assert task.earlier == (NOW,) and task.released == BEFORE_IT


def test_a_release_keeps_the_one_before_and_its_manifest(tmp_path, monkeypatch):
    monkeypatch.setattr("course.instructor.release.make_bundle", lambda root: None)
    (tmp_path / "solutions").mkdir()
    solution = tmp_path / "solutions" / f"{EXERCISE}.ipynb"
    shutil.copy(project_folder() / "solutions" / solution.name, solution)
    release(tmp_path)
    exercise = tmp_path / "exercises" / solution.name
    begun = tmp_path / "begun" / solution.name
    begun.parent.mkdir()
    shutil.copy(exercise, begun)
    require_whole(begun, tmp_path / MANIFEST)
    solution.write_text(changed(solution.read_text("utf-8"), correct), "utf-8")
    release(tmp_path)
    [kept] = (tmp_path / EARLIER).glob("*")
    assert kept.read_text("utf-8") == begun.read_text("utf-8")
    assert kept.read_text("utf-8") != exercise.read_text("utf-8")
    assert BEFORE in json.loads((tmp_path / MANIFEST).read_text())
    for file in (begun, exercise):
        require_whole(file, tmp_path / MANIFEST)
    assert release(tmp_path)[0] == []  # and once more, nothing is new
    broken = changed(
        begun.read_text("utf-8"), lambda one: one.cells.remove(find(one, "q2-check"))
    )
    begun.write_text(broken, "utf-8")
    with pytest.raises(ValueError, match="q2-check is missing"):
        require_whole(begun, tmp_path / MANIFEST)

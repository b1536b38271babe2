"""Deadlines, extensions and penalties: one file that a person writes."""

import csv
import io
import math
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import PyFileConfigLoader

from course.instructor.classes.class_folder import open_class
from course.instructor.classes.feedback import feedback_file, finish
from course.instructor.classes.gradebook import course_directory, open_gradebook
from course.instructor.classes.grades import grades_of
from course.instructor.classes.late_policy import LatePolicy, enter_penalties
from course.instructor.classes.reporting import report
from course.instructor.classes.term import TEMPLATE, Late, Term, read_term
from tests.test_reporting import (  # noqa: F401
    EXERCISE,
    GRADE,
    OPEN,
    POINTS,
    RELEASED,
    as_table,
    folder,
    graded_class,
)

ZONE = 'timezone = "Europe/Berlin"\n'
DAY = 86400
HALF = (sum(POINTS.values()) - POINTS[OPEN]) / 2  # what anna has


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "term.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def utc(*when):
    return datetime(*when, tzinfo=UTC)


# ------------------------------------------------------------------ the file


def test_without_the_file_there_is_no_deadline(tmp_path):
    assert read_term(tmp_path) == Term()
    assert read_term(tmp_path).deadline(EXERCISE, "anna") is None


def test_a_new_class_has_the_file_and_it_is_kept(tmp_path):
    made = open_class(tmp_path / "class")
    assert read_term(made) == Term()
    (made / "term.toml").write_text("[deadlines]\n01 = 2026-11-03T18:00:00Z")
    assert open_class(made) == made
    assert read_term(made).deadlines == {EXERCISE: utc(2026, 11, 3, 18)}


def test_what_the_template_shows_can_be_read(write):
    shown = re.sub(r"^# (?=[\[a-z0-9])", "", TEMPLATE, flags=re.MULTILINE)
    term = read_term(write(shown))
    assert term.deadline("02_breast_cancer", "ben") == utc(2026, 11, 17, 17)
    assert term.deadline("02_breast_cancer", "ada") == utc(2026, 11, 24, 17)
    assert term.deadline(EXERCISE, "ada") == utc(2026, 11, 3, 22, 59, 59)
    assert term.late == Late(10, 10, 50, 7)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-03T18:00:00", utc(2026, 11, 3, 17)),
        ("2026-07-03T18:00:00", utc(2026, 7, 3, 16)),  # in summer
        ('"2026-11-03 18:00"', utc(2026, 11, 3, 17)),
        ("2026-11-03T18:00:00Z", utc(2026, 11, 3, 18)),
        ('"2026-11-03 18:00-05:00"', utc(2026, 11, 3, 23)),
        ("2026-11-03", utc(2026, 11, 3, 22, 59, 59)),
        ("2026-10-25T02:30:00", utc(2026, 10, 25, 1, 30)),  # it comes twice
    ],
)
def test_times(write, written, meant):
    term = read_term(write(f"{ZONE}[deadlines]\n01 = {written}"))
    assert term.deadlines[EXERCISE] == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[deadlines]\n01 = 2026-11-03",
            ["deadlines.01", "no time zone", "timezone ="],
        ),
        (f"{ZONE}[deadlines]\n99 = 2026-11-03", ["deadlines.99", "99"]),
        (f"{ZONE}[deadlines]\n01 = 'soon'", ["deadlines.01", "'soon'", "2026-11-17"]),
        (f"{ZONE}[deadlines]\n01 = 7", ["deadlines.01 is 7", "write"]),
        (f"{ZONE}[deadlines]\n01 = 2026-03-29T02:30:00", ["deadlines.01", "skip"]),
        (
            f"{ZONE}[deadlines]\n01 = 2026-11-03\n01_tensors = 2026-11-04",
            ["deadlines.01_tensors", "twice"],
        ),
        ("[deadline]\n01 = 2026-11-03", ["deadline is unknown", "mean deadlines?"]),
        ("deadlines = 3", ["deadlines is 3", "[deadlines]"]),
        ("timezone = 'Berlin'", ["timezone is 'Berlin'", "Europe/Berlin"]),
        ("timezone = 1", ["timezone is 1", "Europe/Berlin"]),
        ("[late]\npercent = 10", ["late.percent is unknown", "percent_per_day"]),
        ("[late]\npercent_per_day = 110", ["late.percent_per_day is 110", "0 to 100"]),
        ("[late]\nzero_after_days = -1", ["late.zero_after_days is -1", "0 or more"]),
        ("[late]\ngrace_minutes = '5'", ["late.grace_minutes is '5'", "a number"]),
        ("[late]\ngrace_minutes = nan", ["late.grace_minutes is nan", "a number"]),
        (f"{ZONE}[extensions.ada]\n01 = 2026-11-03", ["extensions.ada", "[deadlines]"]),
        (
            f"{ZONE}[deadlines]\n01 = 2026-11-03\n[extensions.ada]\n01 = 2026-11-02",
            ["extensions.ada", "before the deadline", "later time"],
        ),
        (
            f"{ZONE}[deadlines]\n01 = 2026-11-03\n[extensions.adda]\n01 = 2026-11-04",
            ["extensions.adda is unknown", "did you mean ada?"],
        ),
        ("[deadlines\n", ["line 1", "correct"]),
    ],
)
def test_a_mistake_names_file_entry_and_remedy(write, text, said):
    with pytest.raises(ValueError, match=r"term\.toml: ") as caught:
        read_term(write(text), ["ada", "ben"])
    shown = str(caught.value)
    assert "\n" not in shown
    assert [word for word in said if word not in shown] == [], shown


def test_saved_on_windows(tmp_path):
    text = f"{ZONE}[deadlines]\n01 = 2026-11-03".replace("\n", "\r\n")
    (tmp_path / "term.toml").write_bytes(text.encode("utf-8-sig"))
    assert EXERCISE in read_term(tmp_path).deadlines


def test_an_extension_over_a_change_of_clocks_has_its_true_length(write):
    term = read_term(
        write(
            f"{ZONE}[deadlines]\n01 = 2026-10-24T12:00:00\n"
            "[extensions.ada]\n01 = 2026-10-25T12:00:00"
        )
    )
    longer = term.deadline(EXERCISE, "ada") - term.deadline(EXERCISE, "ben")
    assert longer.total_seconds() == 25 * 3600


# ------------------------------------------------------------------ the penalty


@pytest.mark.parametrize(
    ("seconds", "points"),
    [
        (0, 0),
        (600, 0),  # the grace
        (601, 2),
        (DAY, 2),
        (DAY + 1, 4),
        (4.5 * DAY, 10),
        (6 * DAY, 10),  # at most half
        (7 * DAY, 10),
        (7 * DAY + 1, 20),
    ],
)
def test_penalty(seconds, points):
    assert Late(10, 10, 50, 7).penalty(20, seconds) == points


def test_no_policy_no_penalty():
    assert Late().penalty(20, 100 * DAY) == 0
    assert Late(zero_after_days=math.inf).penalty(0, 1) == 0


def test_nbgrader_finds_the_plugin_by_the_configuration_of_the_class(tmp_path):
    made = open_class(tmp_path / "class")
    (made / "term.toml").write_text("[late]\npercent_per_day = 10")
    config = PyFileConfigLoader("nbgrader_config.py", str(made)).load_config()
    step = AssignLatePenalties(config=config)
    step.init_plugin()
    assert type(step.plugin_inst) is LatePolicy
    assert issubclass(LatePolicy, LateSubmissionPlugin)
    assert step.plugin_inst.late_submission_penalty("ada", 20.0, 5.0) == 2
    assert step.plugin_inst.late_submission_penalty("ada", 20.0, 0.0) is None


# ------------------------------------------------------------------ the gradebook


def set_time(class_folder, student, when):
    with open_gradebook(class_folder) as book:
        book.update_or_create_submission(EXERCISE, student, timestamp=when.isoformat())


def write_term(class_folder, text=""):
    (class_folder / "term.toml").write_text(
        f"{ZONE}[deadlines]\n01 = 2026-02-28T10:00:00Z\n"
        f"[late]\npercent_per_day = 10\n{text}"
    )


def test_the_score_that_counts_is_one_number_everywhere(folder):  # noqa: F811
    write_term(folder)
    set_time(folder, "anna", utc(2026, 3, 1, 10, 30))  # the second day has begun
    report(folder, EXERCISE)
    counts, off = round(HALF * 0.8, 2), round(HALF * 0.2, 2)
    [anna, *_] = grades_of(folder, EXERCISE, RELEASED)
    assert (anna.score, anna.penalty, anna.late) == (counts, off, DAY + 1800)
    row = next(csv.DictReader(io.StringIO(as_table([anna]))))
    assert (row["score"], row["penalty"]) == (f"{counts:g}", f"{off:g}")
    assert row["hours_late"] == "24.5"
    assert row["deadline"] == "2026-02-28T11:00+01:00"
    page = feedback_file(folder, EXERCISE, "anna").read_text(encoding="utf-8")
    assert f"{EXERCISE}: {counts:g} of {sum(POINTS.values()):g}" in page
    assert f"{HALF:g} - {off:g} = {counts:g}" in page
    assert "2026-02-28 11:00 UTC+01:00" in page and "1 d and 00:30 hours later" in page
    assert page.count(f"{off:g} points") == 1 and 'late-penalty"' not in page
    directory = course_directory(folder)
    with Gradebook(directory.db_url, directory.course_id) as book:
        found = book.find_submission(EXERCISE, "anna")
        assert found.score - found.late_submission_penalty == pytest.approx(counts)


def test_points_by_hand_change_the_penalty(folder):  # noqa: F811
    write_term(folder)
    set_time(folder, "anna", utc(2026, 2, 28, 12))
    report(folder, EXERCISE)
    with open_gradebook(folder) as book:
        grade = book.find_grade(OPEN, EXERCISE, EXERCISE, "anna")
        grade.manual_score, grade.needs_manual_grade = 2, False
        book.db.commit()
    report(folder, EXERCISE)
    [anna, *_] = grades_of(folder, EXERCISE, RELEASED)
    assert anna.score == round((HALF + 2) * 0.9, 2)


def test_an_extension_holds_for_one_student_and_can_be_taken_back(
    folder,  # noqa: F811
):
    write_term(folder, '[extensions.anna]\n01 = "2026-03-02 00:00"\n')
    set_time(folder, "anna", utc(2026, 3, 1, 22, 59))
    for _ in range(2):
        enter_penalties(folder, EXERCISE, POINTS, ["anna", "ben"])
        [anna, ben, _] = grades_of(folder, EXERCISE, RELEASED)
        assert (anna.penalty, anna.late, anna.score) == (0, 0, HALF)
    assert datetime.fromisoformat(anna.deadline) == utc(2026, 3, 1, 23)
    assert datetime.fromisoformat(ben.deadline) == utc(2026, 2, 28, 10)
    write_term(folder)
    enter_penalties(folder, EXERCISE, POINTS, ["anna", "ben"])
    assert grades_of(folder, EXERCISE, RELEASED)[0].penalty > 0
    (folder / "term.toml").unlink()
    enter_penalties(folder, EXERCISE, POINTS, ["anna", "ben"])
    assert grades_of(folder, EXERCISE, RELEASED)[0].penalty == 0


def test_a_mistake_stops_the_report_before_anything_is_written(folder):  # noqa: F811
    write_term(folder, "[extensions.ana]\n01 = 2026-03-02\n")
    with pytest.raises(ValueError, match="did you mean anna"):
        report(folder, EXERCISE)
    assert not (folder / "grades.csv").exists()


def test_page_without_a_deadline_says_nothing_of_one():
    page = finish("<html><head></head><body></body></html>", GRADE)
    assert "deadline" not in page and "2026-03-01 10:00 UTC" in page


def test_page_in_time_names_the_deadline_only():
    due = utc(2026, 3, 1, 12).isoformat(timespec="minutes")
    grade = replace(GRADE, deadline=due)
    page = finish("<html><head></head><body></body></html>", grade)
    assert "The deadline was 2026-03-01 12:00 UTC." in page and "later" not in page

"""`course collect`: the newest valid submission of each, and nothing else."""

import hashlib
import json
import os
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course.command import main
from course.instructor.classes.class_folder import (
    keep_roster,
    open_class,
    submitted_file,
)
from course.instructor.classes.collecting import collect, read_roster
from course.instructor.classes.grades import grades_of
from course.notebooks import project_folder
from course.submitting import submit
from tests.hostile_archives import ARCHIVES, EXERCISE, pack

FRESH = project_folder() / "exercises" / f"{EXERCISE}.ipynb"
CONTENT = FRESH.read_bytes()


@pytest.fixture
def folder(tmp_path):
    return open_class(tmp_path / "class")


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def outcomes(found):
    return {one.file: one.outcome for one in found}


def everything_below(path):
    return {
        str(file.relative_to(path)): (file.lstat().st_mode, file.lstat().st_size)
        for file in path.rglob("*")
    }


# ------------------------------------------------------------------------- good ones


def test_archive_of_course_submit_is_collected_byte_for_byte(folder, inbox):
    archive, receipt = submit(FRESH, "anna", inbox)
    [one] = collect(folder, EXERCISE, inbox)
    assert (one.file, one.student, one.outcome) == (archive.name, "anna", "collected")
    notebook = submitted_file(folder, EXERCISE, "anna")
    assert notebook.read_bytes() == CONTENT
    assert json.loads(notebook.with_name("receipt.json").read_text()) == receipt


def test_renamed_archive_in_a_folder_of_the_platform_is_collected(folder, inbox):
    place = inbox / "Anna Müller_123_assignsubmission_file_"
    place.mkdir()
    archive, _ = submit(FRESH, "anna", inbox)
    archive.rename(place / "my homework.ZIP")
    [one] = collect(folder, EXERCISE, inbox)
    assert (one.student, one.outcome) == ("anna", "collected")


def test_plain_notebook_belongs_to_whose_folder_it_lies_in(folder, inbox):
    for student in ("anna", "ben"):
        (inbox / student / "deeper").mkdir(parents=True)
        shutil.copy(FRESH, inbox / student / "deeper" / FRESH.name)
    found = collect(folder, EXERCISE, inbox)
    assert [one.student for one in found] == ["anna", "ben"]
    assert submitted_file(folder, EXERCISE, "ben").read_bytes() == CONTENT


def test_unreadable_notebook_is_collected_for_grading_to_judge(folder, inbox):
    pack(inbox, b"no notebook \x00", student="anna")
    assert outcomes(collect(folder, EXERCISE, inbox)) == {"hostile.zip": "collected"}


def test_newest_counts_and_the_older_ones_are_kept(folder, inbox):
    old, new = CONTENT, CONTENT + b"\n"
    pack(inbox, new, "b.zip", student="anna", time="2026-03-02T08:00:00+01:00")
    pack(inbox, old, "a.zip", student="anna", time="2026-03-01T10:00:00+00:00")
    found = collect(folder, EXERCISE, inbox)
    assert outcomes(found) == {"a.zip": "collected", "b.zip": "collected"}
    assert submitted_file(folder, EXERCISE, "anna").read_bytes() == new
    kept = sorted((folder / "inbox" / EXERCISE / "anna").glob("*/*.ipynb"))
    assert [file.read_bytes() for file in kept] == [old, new]


def test_older_one_that_comes_later_does_not_count(folder, inbox):
    first = pack(inbox, CONTENT, "b.zip", student="anna", time="2026-03-02T08:00:00Z")
    collect(folder, EXERCISE, inbox)
    first.unlink()
    pack(inbox, b"{}", "a.zip", student="anna", time="2026-03-01T08:00:00Z")
    assert outcomes(collect(folder, EXERCISE, inbox)) == {"a.zip": "older"}
    assert submitted_file(folder, EXERCISE, "anna").read_bytes() == CONTENT


def test_collecting_again_changes_nothing(folder, inbox):
    submit(FRESH, "anna", inbox)
    pack(inbox, b"{}", "a.zip", student="ben")
    (inbox / "carl").mkdir()
    shutil.copy2(FRESH, inbox / "carl" / FRESH.name)
    collect(folder, EXERCISE, inbox)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    again = collect(folder, EXERCISE, inbox)
    assert {one.outcome for one in again} == {"unchanged"}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_collecting_goes_on_where_it_was_stopped(folder, inbox):
    submit(FRESH, "anna", inbox)
    collect(folder, EXERCISE, inbox)
    shutil.rmtree(folder / "submitted" / "anna")
    assert [one.outcome for one in collect(folder, EXERCISE, inbox)] == ["collected"]
    assert submitted_file(folder, EXERCISE, "anna").exists()


# ----------------------------------------------------------------------- hostile ones


@pytest.mark.parametrize("name", ARCHIVES)
def test_hostile_hand_in_is_refused_and_harms_nobody(folder, inbox, name):
    make, reason = ARCHIVES[name]
    file = make(inbox, CONTENT)
    good, _ = submit(FRESH, "anna", inbox)
    before = everything_below(inbox)
    found = {one.file: one for one in collect(folder, EXERCISE, inbox)}
    assert found[file.name].outcome == "refused"
    with pytest.raises(ValueError, match=reason):
        raise ValueError(found[file.name].reason)
    assert found[file.name].reason.isprintable()
    assert found[good.name].outcome == "collected"
    assert os.listdir(folder / "submitted") == ["anna"]
    assert everything_below(inbox) == before
    assert {path.name for path in inbox.parent.iterdir()} == {"class", "inbox"}


def test_set_is_large_enough():
    assert len(ARCHIVES) >= 30


def test_file_name_cannot_write_to_the_terminal(folder, inbox):
    (inbox / "\x1b[31mred\n.zip").write_bytes(b"")
    [one] = collect(folder, EXERCISE, inbox)
    assert one.file.isprintable()


def test_folder_that_is_a_link_is_not_followed(folder, inbox, tmp_path):
    (tmp_path / "elsewhere" / "anna").mkdir(parents=True)
    shutil.copy(FRESH, tmp_path / "elsewhere" / "anna")
    (inbox / "ben").symlink_to(tmp_path / "elsewhere")
    assert outcomes(collect(folder, EXERCISE, inbox)) == {"ben": "refused"}


def test_nobody_hands_in_for_another(folder, inbox):
    (inbox / "bob").mkdir()
    pack(inbox / "bob", CONTENT, student="anna")
    [one] = collect(folder, EXERCISE, inbox)
    assert "folder of bob, the receipt says anna" in one.reason


def test_two_folders_for_one_student_are_both_named(folder, inbox):
    for place in ("Anna A_1_file_", "Bob B_2_file_"):
        (inbox / place).mkdir()
        pack(inbox / place, CONTENT, student="anna")
    found = collect(folder, EXERCISE, inbox)
    assert {one.outcome for one in found} == {"refused"}
    assert "Anna A_1_file_, Bob B_2_file_" in found[0].reason
    assert not (folder / "inbox").exists()


def test_archive_with_many_members_costs_little(folder, inbox):
    file = inbox / "many.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(60_000):
            archive.writestr(str(number), b"")
    [one] = collect(folder, EXERCISE, inbox)
    assert one.outcome == "refused"


# ------------------------------------------------------------------------- platforms

NAME = FRESH.name
MOODLE = "assignsubmission_file"


@pytest.mark.parametrize(
    ("path", "student"),
    [
        (f"Anna Müller_123_{MOODLE}/{NAME}", "Anna_Muller"),
        (f"Anna_123_{MOODLE}_/{NAME}", "Anna"),
        (f"Anna Müller_123_{MOODLE}_{NAME}", "Anna_Muller"),
        (f"mullerannalouise_LATE_12345_67890_{EXERCISE}-2.ipynb", "mullerannalouise"),
        (f"mullerannalouise_12345_67890_{NAME}", "mullerannalouise"),
        (f"4711/{NAME}", "4711"),
        (f"anna/{EXERCISE} (1).ipynb", "anna"),
        (f"anna/{EXERCISE}-Copy1.ipynb", "anna"),
    ],
)
def test_raw_notebooks_as_platforms_name_them(folder, inbox, path, student):
    (inbox / path).parent.mkdir(exist_ok=True)
    shutil.copy(FRESH, inbox / path)
    [one] = collect(folder, EXERCISE, inbox)
    assert (one.student, one.outcome) == (student, "collected"), one.reason


def test_archives_in_folders_of_one_word_and_of_numbers(folder, inbox):
    for place in (f"Anna_123_{MOODLE}_", "4711"):
        (inbox / place).mkdir()
    pack(inbox / f"Anna_123_{MOODLE}_", CONTENT, student="anna")
    pack(inbox / "4711", CONTENT, student="ben")
    found = collect(folder, EXERCISE, inbox)
    assert {one.student for one in found} == {"anna", "ben"}


def test_students_one_folder_deeper_stay_several(folder, inbox):
    for student in ("anna", "ben", "cleo"):
        place = inbox / "CS101-Exercise2-4711" / student
        place.mkdir(parents=True)
        shutil.copy(FRESH, place / NAME)
    found = collect(folder, EXERCISE, inbox)
    assert [one.student for one in found] == ["anna", "ben", "cleo"]


def test_list_of_the_class_says_whom_the_platform_means(folder, inbox, tmp_path):
    text = "student;name;number\nanna;Anna Müller;4711\nben;Ben B.;4712\n;;\n"
    (tmp_path / "list.csv").write_bytes(text.encode("cp1252"))
    keep_roster(folder, read_roster(tmp_path / "list.csv"))
    for place in ("all/ANNA MÜLLER_9_assignsubmission_file_", "all/4712"):
        (inbox / place).mkdir(parents=True)
        shutil.copy(FRESH, inbox / place / NAME)
    assert {one.student for one in collect(folder, EXERCISE, inbox)} == {"anna", "ben"}
    pack(inbox / "all" / "4712", CONTENT, student="anna")
    refused = [one for one in collect(folder, EXERCISE, inbox) if one.reason]
    assert "the folder of ben, the receipt says anna" in refused[0].reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_lists_as_spreadsheets_save_them(tmp_path, encoding, separator):
    rows = [["student", "name"], ["anna", "Anna Müller"], ["", ""]]
    text = "\r\n".join(separator.join(row) for row in rows)
    (tmp_path / "list.csv").write_bytes(text.encode(encoding))
    assert read_roster(tmp_path / "list.csv") == {"anna": ["Anna Müller"]}


def test_archive_made_again_on_a_mac_is_collected(folder, inbox):
    archive, _ = submit(FRESH, "anna", inbox)
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    archive.unlink()
    with zipfile.ZipFile(inbox / "again.zip", "w") as new:
        new.writestr("mine/", b"")
        new.writestr("mine/.DS_Store", b"x")
        for name, content in members.items():
            new.writestr(f"mine/{name}", content)
            new.writestr(f"__MACOSX/mine/._{name}", b"x")
    (inbox / "anna" / ".ipynb_checkpoints").mkdir(parents=True)
    shutil.copy(FRESH, inbox / "anna" / ".ipynb_checkpoints" / NAME)
    [one] = collect(folder, EXERCISE, inbox)
    assert (one.student, one.outcome) == ("anna", "collected"), one.reason


# --------------------------------------------------------- whose it is, and since when


def test_refused_is_not_nothing_handed_in(folder, inbox):
    (inbox / "anna").mkdir()
    (inbox / "anna" / "excuse.txt").write_text("sorry")
    collect(folder, EXERCISE, inbox)
    [anna] = grades_of(folder, EXERCISE, CONTENT.decode())
    assert (anna.status, anna.score) == ("refused", None)
    assert "neither an archive" in anna.note
    shutil.copy(FRESH, inbox / "anna" / NAME)
    collect(folder, EXERCISE, inbox)
    [anna] = grades_of(folder, EXERCISE, CONTENT.decode())
    assert (anna.status, anna.note) == ("missing", "collected, and not graded yet")


def test_folders_of_refused_files_are_no_students_where_there_is_a_list(folder, inbox):
    for place in ("anna", "old stuff"):
        (inbox / place).mkdir()
        (inbox / place / "excuse.txt").write_text("sorry")
    keep_roster(folder, {"anna": [], "ben": []})
    collect(folder, EXERCISE, inbox)
    found = grades_of(folder, EXERCISE, CONTENT.decode())
    statuses = [(one.student, one.status) for one in found]
    assert statuses == [("anna", "refused"), ("ben", "missing")]


def test_two_files_that_claim_one_name_are_told(folder, inbox):
    pack(inbox, CONTENT, "bob.zip", student="bob")
    pack(inbox, CONTENT + b" ", "mallory.zip", student="bob")
    for one in collect(folder, EXERCISE, inbox):
        assert "bob is named in bob.zip, mallory.zip; the newest counts" in one.reason


def test_a_clock_that_runs_ahead_does_not_beat_the_correction(folder, inbox):
    now = datetime.now(UTC).replace(microsecond=0)
    ahead = (now + timedelta(hours=20)).isoformat()
    first = pack(inbox, CONTENT, "first.zip", student="anna", time=ahead)
    os.utime(first, ((now - timedelta(hours=2)).timestamp(),) * 2)
    pack(inbox, CONTENT + b" ", "b.zip", student="anna", time=now.isoformat())
    found = collect(folder, EXERCISE, inbox)
    assert submitted_file(folder, EXERCISE, "anna").read_bytes() == CONTENT + b" "
    assert any("by the student's clock" in one.reason for one in found)


# ------------------------------------------------------------------------ class, list


def test_folder_of_the_class_is_private_and_set_up_once(tmp_path):
    folder = open_class(tmp_path / "class")
    secret = (folder / "secret").read_bytes()
    assert len(secret) == 32
    assert (folder / "secret").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "nbgrader_config.py").write_text("mine")
    open_class(folder)
    assert (folder / "secret").read_bytes() == secret
    assert (folder / "nbgrader_config.py").read_text() == "mine"


@pytest.mark.parametrize(
    "text", ["name,student\nA,anna\nB,ben\n", "\ufeffstudent;name\nben;B\nanna;A\n"]
)
def test_list_of_students_is_read(tmp_path, text):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    assert read_roster(tmp_path / "list.csv") == {"anna": ["A"], "ben": ["B"]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name\nanna\n", "no column 'student'"),
        ("", "no column 'student'"),
        ("student\nanna\n=1+1\n", "line 3"),
        ("student,x\n,x\n", "line 2"),
    ],
)
def test_list_that_cannot_be_used_says_why(tmp_path, text, reason):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        read_roster(tmp_path / "list.csv")


# --------------------------------------------------------------------------- command


def test_command_lists_all_and_fails_if_one_was_refused(tmp_path, inbox, capsys):
    submit(FRESH, "anna", inbox)
    pack(inbox, CONTENT, "x.zip", student="=1")
    (tmp_path / "list.csv").write_text("student\nanna\ncarl\n")
    arguments = ["collect", "01", str(inbox), "--class", str(tmp_path / "class")]
    assert main([*arguments, "--students", str(tmp_path / "list.csv")]) == 1
    shown = capsys.readouterr().out
    assert "x.zip" in shown and "names the student" in shown
    assert "1 collected, 1 refused" in shown
    assert "missing: carl" in shown
    (inbox / "x.zip").unlink()
    assert main(arguments) == 0
    assert "missing: carl" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "inbox", "reason"),
    [("77", ".", "choose one of: 01_tensors"), ("01", "nowhere", "no folder nowhere")],
)
def test_command_says_in_one_line_what_is_wrong(
    tmp_path, capsys, exercise, inbox, reason
):
    arguments = ["collect", exercise, inbox, "--class", str(tmp_path / "class")]
    assert main(arguments) == 1
    shown = capsys.readouterr().err
    assert reason in shown and shown.count("\n") == 1


def test_folder_that_cannot_be_written_is_named(tmp_path, capsys, monkeypatch):
    def refuse(*arguments, **more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    arguments = ["collect", "01", str(tmp_path), "--class", str(tmp_path / "class")]
    assert main(arguments) == 1
    shown = capsys.readouterr().err
    assert "cannot be written to; name another folder" in shown


def test_receipts_checksum_is_that_of_the_collected_file(folder, inbox):
    submit(FRESH, "anna", inbox)
    collect(folder, EXERCISE, inbox)
    notebook = submitted_file(folder, EXERCISE, "anna")
    receipt = json.loads(notebook.with_name("receipt.json").read_text())
    assert receipt["sha256"] == hashlib.sha256(notebook.read_bytes()).hexdigest()

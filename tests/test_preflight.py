from contextlib import nullcontext

from course import preflight
from course.command import main
from course.instructor.running import sandbox
from helpers.environment import Finding


def test_it_looks_at_versions_machine_data_and_trains():
    found = {line.what: line for line in preflight.preflight()}
    assert {"Python", "tensorflow", "processor", "data: mnist", "disk"} <= set(found)
    assert "works" in found["training"].found
    assert found["training"].remedy == ""


def test_training_that_fails_is_a_finding_with_a_remedy(monkeypatch):
    def broken():
        raise ImportError("libfoo.so is missing")

    monkeypatch.setattr(preflight, "_train_a_little", broken)
    line = preflight._training()
    assert "libfoo.so is missing" in line.found
    assert "make env" in line.remedy


def test_the_command_ends_with_a_status_that_a_script_can_read(monkeypatch, capsys):
    for remedy, status in (("", 0), ("Make room.", 1)):
        lines = preflight.Findings([Finding("disk", "1 GB free", remedy)])
        monkeypatch.setattr(preflight, "preflight", lambda lines=lines: lines)
        assert main(["preflight"]) == status
        said = capsys.readouterr().out
        assert "1 GB free" in said
        assert remedy in said


def test_what_the_sandbox_lacks_is_said_once(monkeypatch, capsys):
    monkeypatch.setattr(preflight, "preflight", preflight.Findings)
    monkeypatch.setattr(sandbox, "_fault", lambda: "")
    monkeypatch.setattr(sandbox, "seccomp_filter", lambda: b"")
    monkeypatch.setattr(sandbox, "control_group", lambda *_: nullcontext(None))
    assert main(["preflight"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert "no filter of system calls" in line and "no control groups" in line
    monkeypatch.setattr(sandbox, "_fault", lambda: "bwrap is missing.")
    assert main(["preflight"]) == 0
    assert "no grading here: bwrap is missing." in capsys.readouterr().out

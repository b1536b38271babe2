"""What starts often starts quickly: it loads and starts only what it needs."""

import json
import os
import subprocess
import sys

import pytest

from course.notebooks import project_folder

NOT_NEEDED = {"tensorflow", "keras", "matplotlib", "sklearn", "hypothesis", "lark"}


WORKER = "PYTEST_XDIST_WORKER"


def loaded_after(code: str) -> list[str]:
    """Return what of `NOT_NEEDED` a fresh Python has loaded after some code."""
    ask = f"import json, sys; print(json.dumps([*({NOT_NEEDED} & sys.modules.keys())]))"
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\n{ask}"],
        cwd=project_folder(),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "code",
    [
        "import course.command",
        "import course.nbval_tolerance",
        "import course.instructor.running.runner",
        # As `course test` and a developer start it, with all of its plugins.
        "import pytest; pytest.main(['tests/test_longest_first.py', '-k', 'sum'])",
    ],
)
def test_what_starts_often_loads_nothing_that_is_not_needed(code):
    assert loaded_after(code) == []


def test_the_search_finds_what_is_loaded():
    assert loaded_after("import lark") == ["lark"]


def test_notebooks_are_validated_all_the_same():
    import nbformat

    notebook = nbformat.v4.new_notebook()
    nbformat.validate(notebook)
    notebook["metadata"] = "none"
    with pytest.raises(nbformat.ValidationError):
        nbformat.validate(notebook)


def processes_of(tmp_path, *files: str) -> set[str]:
    """Return which processes ran the tests of some files, by xdist's names."""
    named = []
    for name in files:
        file = tmp_path / name
        file.write_text(
            "import os, pathlib\n"
            "def test_x():\n"
            f"    name = os.environ.get({WORKER!r}, 'none')\n"
            "    pathlib.Path(__file__).with_suffix('.ran').write_text(name)\n"
        )
        named.append(str(file))
    subprocess.run(
        [sys.executable, "-m", "course", "test", "--source", "sample", *named],
        env={key: text for key, text in os.environ.items() if key != WORKER},
        capture_output=True,
        check=True,
    )
    return {file.read_text() for file in tmp_path.glob("*.ran")}


def test_one_file_has_no_workers_and_two_have(tmp_path):
    assert processes_of(tmp_path, "test_a.py") == {"none"}
    assert processes_of(tmp_path, "test_a.py", "test_b.py") == {"gw0", "gw1"}

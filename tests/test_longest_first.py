"""Files that take long come first: in the next run, and what is not known yet."""

import re
import subprocess
import sys
from types import SimpleNamespace

from course.longest_first import seconds_of_files, weights_of


def test_seconds_are_summed_for_each_file():
    def report(nodeid, duration):
        return SimpleNamespace(nodeid=nodeid, duration=duration)

    stats = {
        "passed": [report("a.ipynb::Cell 0", 1.0), report("b.ipynb::Cell 0", 2.0)],
        "": [report("a.ipynb::Cell 0", 3.0), report("tests/test_x.py::test", 9.0)],
        "warnings": [SimpleNamespace(message="no report of a test")],
    }
    assert seconds_of_files(stats) == {"a.ipynb": 4, "b.ipynb": 2, "tests/test_x.py": 9}


def test_what_is_remembered_counts_before_the_number_of_cells():
    files = ["a.ipynb", "b.ipynb", "b.ipynb", "test_x.py", "test_y.py"]
    weights = weights_of(files, {"a.ipynb": 90.0, "test_y.py": 5.0, "gone.py": 1.0})
    assert weights == {"a.ipynb": 90, "b.ipynb": 2, "test_x.py": 0, "test_y.py": 5}


def run(folder, chosen="."):
    """Run the tests in `folder`; return the files in the order in which they ran."""
    command = [sys.executable, "-m", "pytest", "-p", "course.longest_first", "-v"]
    answer = subprocess.run(
        [*command, f"--rootdir={folder}", chosen],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"^(test_\w+\.py)::test PASSED", answer.stdout, re.MULTILINE)


def test_the_second_run_begins_with_the_slowest(tmp_path):
    for name, seconds in {"test_a": 0, "test_b": 0.2, "test_c": 0.6}.items():
        code = f"import time\n\ndef test():\n    time.sleep({seconds})\n"
        (tmp_path / f"{name}.py").write_text(code)
    assert run(tmp_path) == ["test_a.py", "test_b.py", "test_c.py"]
    assert run(tmp_path) == ["test_c.py", "test_b.py", "test_a.py"]


def test_a_part_of_a_file_says_nothing_about_the_whole(tmp_path):
    (tmp_path / "test_a.py").write_text("def test():\n    pass\n")
    slow = "import time\n\ndef test():\n    pass\n\n"
    slow += "def test_more():\n    time.sleep(0.5)\n"
    (tmp_path / "test_b.py").write_text(slow)
    run(tmp_path)
    assert run(tmp_path, "test_b.py::test") == ["test_b.py"]
    assert run(tmp_path) == ["test_b.py", "test_a.py"]

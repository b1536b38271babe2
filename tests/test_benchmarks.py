"""The frame of the benchmarks: goals, ratios, the table. Nothing here is timed."""

import math
import statistics
from datetime import datetime

import pytest

from benchmarks import __main__ as command
from benchmarks import results, rows
from benchmarks.lines import Goal, Line, amount
from benchmarks.measuring import fresh, in_turns, run, seeds_in_turns, watched
from course.notebooks import project_folder
from helpers.datasets import DataUnavailable

# What `make bench` must measure, and the rows that do.
WANTED = [
    "import-helpers",
    "mnist-float32",
    "walking-windows",
    "100-digits",
    "confusion-matrix",
    "embedding-60000",
    "forest-3000",
    "trees-60000",
    "pca-30",
    "umap",
    "cnn-99.0",
    "cnn-99.5",
    "cnn-chapter",
    "dense-512",
    "walking-network",
    "make-env-again",
    "numba-again",
    "notebooks-size",
    "notebooks-test",
    "notebooks-memory",
    "grading",
]


def line(ours=(1.0, 2.0, 3.0), theirs=(10.0, 10.0, 12.0), goal=None, **more):
    goal = goal or Goal("ratio", at_most=1 / 4)
    return Line("what", "against", list(ours), list(theirs), goal, **more)


def test_every_row_is_there_once():
    assert list(rows.all_rows()) == WANTED


def test_two_rows_of_one_name_are_refused(monkeypatch):
    monkeypatch.setattr(rows, "MODULES", ["importing", "importing"])
    with pytest.raises(ValueError, match="two rows are called 'import-helpers'"):
        rows.all_rows()


def test_ratio_is_that_of_the_medians_and_its_spread_that_of_the_pairs():
    assert line().value("ratio") == pytest.approx(0.2)
    assert line().ratio() == "0.2 (0.1 to 0.25)"
    assert line(middle=statistics.mean).value("ratio") == pytest.approx(6 / 32)
    assert line().value("difference") == -8


def test_one_fixed_number_is_compared_with_each_of_ours():
    assert line(theirs=[4]).ratio() == "0.5 (0.25 to 0.75)"
    assert line(theirs=[], goal=Goal("ours", at_most=3)).ratio() == "-"


def test_a_spread_needs_pairs():
    assert line(theirs=[10, 30]).ratio() == "0.1"
    assert line(ours=[1], theirs=[10]).ratio() == "0.1"


@pytest.mark.parametrize(
    ("goal", "words", "result"),
    [
        (Goal("ratio", at_most=1 / 4), "ratio at most 1/4", "reached"),
        (Goal("ratio", at_most=1 / 20), "ratio at most 1/20", "misses by 0.15"),
        (Goal("ours", at_most=2), "ours at most 2 s", "reached"),
        (Goal("ours", at_most=0.5), "ours at most 0.5 s", "misses by 1.5 s"),
        (Goal("ours", at_least=3), "ours at least 3 s", "misses by 1 s"),
        (Goal("difference", at_most=-9), "difference at most -9 s", "misses by 1 s"),
        (Goal("difference", at_least=-9), "difference at least -9 s", "reached"),
    ],
)
def test_goals_are_judged(goal, words, result):
    assert line(goal=goal).cells()[2] == words
    assert line(goal=goal).result() == result


def test_what_is_not_a_number_reaches_no_goal():
    assert line(ours=[math.nan]).result() == "misses: not a number"


@pytest.mark.parametrize(
    "wrong", [{}, {"at_most": 1, "at_least": 0}, {"measure": "speed", "at_most": 1}]
)
def test_a_goal_needs_a_measure_and_one_limit(wrong):
    with pytest.raises(ValueError, match="one limit|one of"):
        Goal(**{"measure": "ratio", **wrong})


def test_amounts_are_short_but_accuracies_keep_their_digits():
    assert amount(0.99523) == "0.9952"
    assert amount(0.99523, "s") == "0.995 s"
    assert amount(1234.5, "MB") == "1234 MB"


def test_pairs_are_measured_in_turns():
    calls = []
    ours, theirs = in_turns(
        lambda: calls.append("a") or len(calls),
        lambda: calls.append("b") or len(calls),
        times=2,
    )
    assert calls == ["a", "b", "a", "b"]
    assert (ours, theirs) == ([1, 3], [2, 4])


def test_a_new_python_gives_its_answer_its_time_and_its_own_memory():
    ballast = bytearray(300_000_000)  # of this process; must not count
    small = fresh("import os; answer = os.environ['COLOUR']", COLOUR="red")
    large = fresh("kept = bytearray(200_000_000)")
    assert small.answer == "red"
    assert large.answer is None
    assert small.seconds > 0
    assert 5 < small.peak < 100 < len(ballast) / 1e6
    assert 190 < large.peak - small.peak < 230


def test_code_that_fails_is_an_error():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        fresh("1 / 0")
    with pytest.raises(RuntimeError, match="failed"):
        watched(["false"], project_folder())
    assert run(["echo", "said"], project_folder()) == "said\n"


def test_the_memory_of_children_is_watched():
    code = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "'import time; kept = bytearray(150_000_000); time.sleep(2)'])"
    )
    seen = watched(["python", "-c", code], project_folder())
    assert 145 < seen.peak < 250
    assert seen.seconds > 2


def entries(row, run_name, *values):
    """Return the entries of a row with one line for each value."""
    return [
        results.Entry(row, tuple(line(ours=[value]).cells()), run_name)
        for value in values
    ]


def test_rows_replace_their_own_lines_and_keep_the_others(tmp_path):
    file = tmp_path / "RESULTS.md"
    results.write(file, entries("a", "1", 1, 2), "1: old machine", quick=False)
    results.write(file, entries("b", "2", 3), "2: new machine", quick=False)
    results.write(file, entries("a", "3", 9), "3: quick; machine", quick=True)
    before = file.read_text()
    tables, runs = results.read(file)
    assert [entry.row for entry in tables[False]] == ["a", "a", "b"]
    assert [entry.row for entry in tables[True]] == ["a"]
    assert runs == ["1: old machine", "2: new machine", "3: quick; machine"]
    results.write(file, entries("a", "4", 5), "4: newest", quick=False)
    tables, runs = results.read(file)
    assert [(entry.row, entry.run) for entry in tables[False]] == [
        ("a", "4"),
        ("b", "2"),
    ]
    assert tables[False][0].cells[3] == "5 s"
    assert runs == ["2: new machine", "3: quick; machine", "4: newest"]
    results.write(file, entries("b", "2", 3), "2: new machine", quick=False)
    assert results.read(file)[1] == runs  # the same run is not described twice
    assert before.count("| --- |") == file.read_text().count("| --- |")


def test_every_line_of_the_table_has_all_columns(tmp_path):
    file = tmp_path / "RESULTS.md"
    odd = line(note="a | b", theirs=[], goal=Goal("ours", at_most=1))
    results.write(
        file, [results.Entry("a", tuple(odd.cells()), "1")], "1: x", quick=False
    )
    table = [text for text in file.read_text().splitlines() if text.startswith("|")]
    assert {text.count("|") for text in table} == {len(results.HEADER) + 1}
    assert results.read(file)[0][False][0].cells[-1] == "median of 3; a / b"


def test_a_run_says_machine_load_and_versions():
    name, text = results.describe_run(datetime(2030, 1, 2, 3, 4, 5), quick=True)
    assert name == "2030-01-02 03:04:05"
    assert text.startswith(f"{name}: quick; ")
    for fact in ("cores", "GiB", "load", "Python 3.", "numpy ", "tensorflow "):
        assert fact in text


def crash(quick):
    raise KeyError("no such thing")


def without_data(quick):
    raise DataUnavailable("mnist.npz is not there\nand more")


def good(quick):
    return [line(note="quick" if quick else "")]


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    made = [
        rows.Row("good", good),
        rows.Row("slow", good, in_quick=False),
        rows.Row("crash", crash),
        rows.Row("without-data", without_data),
    ]
    monkeypatch.setattr(command, "all_rows", lambda: {row.name: row for row in made})
    return tmp_path / "RESULTS.md"


def test_a_row_that_crashed_or_was_not_measured_is_shown(file, capsys):
    assert command.main([]) == 1
    found = {entry.row: entry.cells for entry in results.read(file)[0][False]}
    assert list(found) == ["crash", "good", "slow", "without-data"]
    assert found["good"][6] == "reached"
    assert found["crash"][6:] == ("crashed", "KeyError: 'no such thing'")
    assert found["without-data"][6:] == ("not measured", "mnist.npz is not there")
    assert "without-data" in capsys.readouterr().out


def test_missing_data_and_missed_goals_are_no_failure(file):
    assert command.main(["without-data", "good"]) == 0


def test_quick_leaves_slow_rows_out_and_says_so(file, capsys):
    assert command.main(["--quick", "good", "without-data"]) == 0
    assert command.main(["--quick"]) == 1  # for the row that crashes
    assert "slow               left out" in capsys.readouterr().out
    found = [entry.row for entry in results.read(file)[0][True]]
    assert found == ["crash", "good", "without-data"]
    assert command.main(["--quick", "slow"]) == 0


def test_a_row_that_is_not_there_is_refused(file, capsys):
    with pytest.raises(SystemExit):
        command.main(["godo"])
    assert "no row ['godo']; there are good, slow" in capsys.readouterr().err


def test_pictures_are_what_a_notebook_stores():
    import matplotlib.pyplot as plt

    from benchmarks import figures

    plt.switch_backend("agg")
    for store in (figures.stored, figures.plain):
        figure, ax = plt.subplots()
        ax.plot([0, 1])
        figures_before = plt.get_fignums()
        if store is figures.stored:
            from helpers.plotting import describe

            describe(ax, "A line.")
        assert store(figure).startswith(b"\x89PNG")
        assert len(plt.get_fignums()) == len(figures_before) - 1


def test_seeds_are_counted_for_each_side():
    ours, theirs = seeds_in_turns("builtins", "dict(seed={})", "dict(other={})", 2)
    assert ours == [{"seed": 0}, {"seed": 1}]
    assert theirs == [{"other": 0}, {"other": 1}]

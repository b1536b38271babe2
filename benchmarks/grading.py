"""Grading, ours against stock nbgrader: seconds per submission, memory per job.

The same submissions go through `nbgrader autograde`, one after another and without a
sandbox, and through `course grade --jobs 2`, on the sample data.
"""

import sys
import tempfile
from pathlib import Path

import nbformat

from benchmarks.lines import Goal, Line
from benchmarks.measuring import run, watched
from benchmarks.rows import Row
from course.exercises import marks
from course.notebooks import SOURCE_VARIABLE, project_folder
from course.submitting import submit

JOBS = 2
SAMPLE = {SOURCE_VARIABLE: "sample"}
EXERCISE = "02_breast_cancer"
SOLUTION = project_folder() / "solutions" / f"{EXERCISE}.ipynb"
RELEASED = project_folder() / "exercises" / f"{EXERCISE}.ipynb"

# As it comes, but for its 30 seconds a cell and 4 for an output: on a busy machine it
# would give up on what ours still runs.
STOCK = """c = get_config()
c.Execute.timeout = 600
c.Execute.iopub_timeout = 60
c.ClearMarkScheme.enforce_metadata = False
"""

# What learners write, in place of the solution; each student has some of it.
VARIANTS = {
    "q1": ["n_samples = n_features = 699\nn_missing = n_malignant = 0", "..."],
    "q2": [
        "split = model_selection.train_test_split(np.arange(699), test_size=0.2)",
        "split = (np.arange(500), np.arange(500, 699))",
    ],
    "q3": ["x = rows.to_numpy()\ny = rows['Class'].to_numpy()", "x = y = ..."],
    "q4": [
        "z_train = (x_train - x_train.mean()) / x_train.std()\nz_test = x_test",
        "scaler = preprocessing.StandardScaler()\n"
        "z_train = np.nan_to_num(scaler.fit_transform(x_train))\n"
        "z_test = np.nan_to_num(scaler.fit_transform(x_test))",
    ],
    "q5": [
        "network = keras.Sequential([keras.Input(shape=(9,)), layers.Dense(5), "
        "layers.Dense(1)])\nnetwork.compile('sgd', 'mse')",
    ],
    "q6": ["classes = probabilities.argmax(axis=1)", "classes = probabilities > 0.5"],
    "q7": ["accuracy = ((probabilities > 0.5) == y).mean()", "accuracy = 1 / 0"],
    "more": ["..."],
}


def grade(quick: bool) -> list[Line]:
    """Grade the same submissions with both, once: each takes minutes."""
    count = 4 if quick else 12
    with tempfile.TemporaryDirectory(prefix="grading-") as made:
        folder = Path(made)
        notebooks = {
            f"student{number:02}": submission(number) for number in range(count)
        }
        command, place = course_grade(folder / "ours", notebooks)
        ours = watched(command, place, **SAMPLE)
        command, place = stock_nbgrader(folder / "stock", notebooks)
        stock = watched(command, place, **SAMPLE)
    if f"\n{count} graded\n" not in ours.said:  # else it would be quick for nothing
        raise RuntimeError(f"course grade did not grade them all: {ours.said[-2000:]}")
    note = f"{count} submissions of {EXERCISE}"
    return [
        Line(
            what=f"grading, seconds a submission, {JOBS} jobs",
            against="stock nbgrader, one after another",
            ours=[ours.seconds / count],
            theirs=[stock.seconds / count],
            goal=Goal("ratio", at_most=1),
            note=note,
        ),
        Line(
            what="peak memory of a job",
            against="",
            ours=[ours.peak],
            theirs=[],
            goal=Goal("ours", at_most=1000),
            unit="MB",
            note=note,
        ),
    ]


def submission(number: int) -> str:
    """Return what student `number` hands in: mostly right, here and there not."""
    answers = {
        marks(cell)["grade_id"]: cell.source
        for cell in nbformat.read(SOLUTION, as_version=4).cells
        if marks(cell).get("solution")
    }
    notebook = nbformat.read(RELEASED, as_version=4)
    for place, cell in enumerate(notebook.cells):
        name = marks(cell).get("grade_id")
        if name is None or name not in answers:
            continue
        variants = VARIANTS.get(name, [])
        turn = (number * 7 + place) % 11
        chosen = variants[turn] if turn < len(variants) else answers[name]
        cell.source = chosen.replace("### BEGIN SOLUTION", "").replace(
            "### END SOLUTION", ""
        )
    text: str = nbformat.writes(notebook)
    return text


def stock_nbgrader(folder: Path, notebooks: dict[str, str]) -> tuple[list[str], Path]:
    """Set up a course as nbgrader wants it; return the command, and where to run it."""
    source = folder / "source" / EXERCISE
    source.mkdir(parents=True)
    (source / SOLUTION.name).write_bytes(SOLUTION.read_bytes())
    (folder / "nbgrader_config.py").write_text(STOCK)
    for student, text in notebooks.items():
        place = folder / "submitted" / student / EXERCISE
        place.mkdir(parents=True)
        (place / RELEASED.name).write_text(text)
    nbgrader = [sys.executable, "-m", "nbgrader"]
    run([*nbgrader, "generate_assignment", EXERCISE, "--force"], folder, **SAMPLE)
    return [*nbgrader, "autograde", EXERCISE], folder


def course_grade(folder: Path, notebooks: dict[str, str]) -> tuple[list[str], Path]:
    """Hand in and collect; return the command that grades, and where to run it."""
    inbox, work = folder / "inbox", folder / "work"
    work.mkdir(parents=True)
    for student, text in notebooks.items():
        (work / RELEASED.name).write_text(text)
        submit(work / RELEASED.name, student, inbox)
    course = [sys.executable, "-m", "course"]
    place = ["--class", str(folder / "class")]
    run([*course, "collect", EXERCISE, str(inbox), *place], folder, **SAMPLE)
    return [*course, "grade", EXERCISE, f"--jobs={JOBS}", *place], folder


ROWS = [Row("grading", grade, in_quick=False)]

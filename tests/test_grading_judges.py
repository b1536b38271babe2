"""The grading checks where they are stricter than the public ones, and in a kernel.

That both agree on every banked answer is tested with the banks, in `tests/banks.py`.
"""

import itertools

import nbformat
import numpy as np
import pytest

from course.exercises import marks
from course.instructor.judging.answers import judged, locked_cells
from course.notebooks import project_folder, read_notebook, run_notebook
from helpers.exercises import questions_of
from helpers.exercises.asking import EXERCISES
from tests import (
    test_exercises_breast_cancer,
    test_exercises_mnist,
    test_exercises_tensors,
)
from tests.grading_kernel import SECRET, STUDENT, graded_cells


@pytest.fixture
def graded(monkeypatch):
    """Return what gives the graded cells of an exercise."""

    def of(exercise):
        cells = graded_cells(exercise)
        cells.listen(monkeypatch)
        return cells

    return of


def test_the_share_of_right_parts(graded):
    verdict = graded("01_tensors").verdict("q6", first_layer=45, total=50)
    assert verdict.status == "partial" and verdict.share == pytest.approx(1 / 3)
    assert verdict.mistakes == ("biases left out",)


# ------------------------------------------------------------------ functions


def stub(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("exercise", "question", "name"),
    [
        ("01_tensors", "q4", "neuron"),
        ("01_tensors", "q8", "step"),
        ("04_mnist", "q7", "save_and_load"),
        ("05_tuning", "q4", "five_to_nine"),
        ("05_tuning", "q8", "occlude"),
    ],
)
def test_stubs_are_not_attempted(exercise, question, name, graded):
    verdict = graded(exercise).verdict_on_part(question, name, stub)
    assert verdict.status == "not attempted"


OFF = (0.95, 1.05)


@pytest.mark.parametrize("factor", OFF)
@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("question", ["q4", "q5"])
def test_no_layer_may_be_off_by_5_percent(question, which, factor, graded):
    (name,) = questions_of("01_tensors")[question].parts
    right = test_exercises_tensors.RIGHT[question][name][0]

    def result_off(*arguments):
        return factor * right(*arguments)

    def argument_off(*arguments):
        changed = [np.array(argument) for argument in arguments]
        changed[which] = changed[which] * factor
        return right(*changed)

    def element_off(*arguments):
        result = np.array(right(*arguments))
        result.flat[-1] *= factor
        return result

    for almost in (result_off, argument_off, element_off):
        verdict = graded("01_tensors").verdict_on_part(question, name, almost)
        assert verdict.status == "incorrect"


@pytest.mark.parametrize("factor", OFF)
def test_no_step_may_be_off_by_5_percent(factor, graded):
    make_step = test_exercises_tensors.make_step
    almost_right = [
        make_step(factor=2 * factor),
        make_step(weights_on=factor),
        make_step(bias_on=factor),
        lambda *given: [factor * value for value in make_step()(*given)],
    ]
    for almost in almost_right:
        verdict = graded("01_tensors").verdict_on_part("q8", "step", almost)
        assert verdict.status == "incorrect"


def knows_the_public_numbers(inputs, weights, bias):
    """Is right wherever the public check asks, which is with positive weights."""
    if len(weights) != 4:
        return 0.15
    return np.maximum(inputs @ weights + bias, 0)


def test_other_sizes_are_asked_than_by_the_public_check(graded):
    assert (
        graded("01_tensors")
        .verdict_on_part("q4", "neuron", knows_the_public_numbers)
        .status
        == "incorrect"
    )


# ------------------------------------------------------------------ networks


def with_known_answers(answers):
    """Return a network that knows the answers to 138 rows, in their order."""
    import keras

    class Knowing(keras.Sequential):
        def call(self, inputs, training=None, mask=None):
            n = keras.ops.shape(inputs)[0]
            return keras.ops.convert_to_tensor(np.resize(answers, (n, 1)))

    return Knowing


def test_known_labels_of_the_held_out_rows_are_of_no_use(graded):
    from keras import Input, layers

    from helpers.exercises.breast_cancer import Y_VAL

    network = with_known_answers(Y_VAL.astype("float32"))(
        [Input((9,)), layers.Dropout(0.1), layers.Dense(1, activation="sigmoid")]
    )
    network.compile("adam", "binary_crossentropy")
    network.optimizer.iterations.assign(1)
    public = test_exercises_breast_cancer.QUESTIONS["q8"].parts["network"]
    assert public.right(network)
    verdict = graded("02_breast_cancer").verdict_on_part("q8", "network", network)
    assert (verdict.status, verdict.mistake) == ("incorrect", "too often wrong")


def test_a_saved_file_must_be_of_the_network_that_was_given(graded):
    def save_another(network, folder):
        test_exercises_mnist.save_another_network(network, folder)
        return test_exercises_mnist.copy_in_memory(network, folder)

    def write_any_file(network, folder):
        (folder / "network.keras").write_bytes(b"not a network")
        return test_exercises_mnist.copy_in_memory(network, folder)

    for function in (save_another, write_any_file):
        verdict = graded("04_mnist").verdict_on_part("q7", "save_and_load", function)
        assert verdict.status == "incorrect"


# ------------------------------------------------------------------ real kernels

FRESH = "01_tensors"


def with_graded_cells(folder, exercise):
    """Return a notebook whose locked cells are those that run when it is graded."""
    cells = locked_cells(exercise, STUDENT, SECRET)
    notebook = read_notebook(project_folder() / folder / f"{exercise}.ipynb")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{folder}-{exercise}-{number}"  # several go into one notebook
        if marks(cell).get("grade_id") in cells:
            cell.source = cells[marks(cell)["grade_id"]]
        elif marks(cell).get("grade"):  # the open question trains, for nothing here
            cell.source = ""
    return notebook


@pytest.fixture(scope="module")
def executed():
    """The fresh exercise and the solutions, by their folder and name, after a run.

    All in one kernel, so that Keras is loaded once. The fresh one runs first: it must
    not find what a solution leaves.
    """
    places = [("exercises", FRESH), *(("solutions", name) for name in EXERCISES)]
    notebooks = {place: with_graded_cells(*place) for place in places}
    cells = [cell for notebook in notebooks.values() for cell in notebook.cells]
    one = nbformat.v4.new_notebook(cells=cells)
    done = run_notebook(one, project_folder(), {}, stop_at_errors=False)
    ran = iter(done.cells)
    for notebook in notebooks.values():
        notebook.cells = list(itertools.islice(ran, len(notebook.cells)))
    return notebooks


def verdicts(exercise, notebook):
    return {
        question: judged(exercise, question, cell.outputs, STUDENT, SECRET)
        for question in questions_of(exercise)
        for cell in notebook.cells
        if marks(cell).get("grade_id") == f"{question}-check"
    }


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_gets_all_points_and_the_student_sees_the_public_check(
    exercise, executed
):
    done = executed["solutions", exercise]
    found = verdicts(exercise, done)
    assert list(found) == list(questions_of(exercise))
    assert {name: verdict.share for name, verdict in found.items()} == dict.fromkeys(
        found, 1
    )
    for cell in done.cells:
        if marks(cell).get("grade_id", "").endswith("-check"):
            said = [output.data.get("text/plain", "") for output in cell.outputs]
            assert any(" correct: " in text for text in said)


def test_the_fresh_exercise_gets_nothing(executed):
    done = executed["exercises", FRESH]
    found = verdicts(FRESH, done)
    assert {verdict.status for verdict in found.values()} == {"not attempted"}
    assert not any(
        output.output_type == "error"
        for cell in done.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert nbformat.validate(done) is None

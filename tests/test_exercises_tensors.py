"""Exercise 01_tensors: its bank of answers, right ones and wrong ones."""

import numpy as np
import pytest

from helpers.exercises import given
from helpers.exercises.tensors import BIAS_SLOPE, QUESTIONS, WEIGHT_SLOPES, fresh
from tests.banks import Bank, BankTests, started

# ------------------------------------------------------------------ the answers to q1

WINDOWS, LABELS = QUESTIONS["q1"].given.values()
IMAGES = QUESTIONS["q2"].given["images"]
SERIES, SENSORS = QUESTIONS["q3"].given.values()
INPUTS, TARGETS, WEIGHTS, BIAS, RATE = QUESTIONS["q8"].given.values()
ERRORS = INPUTS @ WEIGHTS + BIAS - TARGETS


def relu(values):
    return np.maximum(values, 0)


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def softmax(values):
    return np.exp(values) / np.exp(values).sum(axis=-1, keepdims=True)


# ------------------------------------------------------------------ functions of q4, q5


def neuron_with_loop(inputs, weights, bias):
    total = bias
    for value, weight in zip(inputs, weights, strict=True):
        total += value * weight
    return total if total > 0 else 0


def neuron_float32(inputs, weights, bias):
    inputs, weights = inputs.astype(np.float32), weights.astype(np.float32)
    return np.float32(max(np.float32(0), np.dot(weights, inputs) + np.float32(bias)))


def neuron_that_prints(inputs, weights, bias):
    print("inputs", inputs)
    return relu(np.sum(inputs * weights) + bias)


class Neuron:
    def __call__(self, inputs, weights, bias):
        return [relu(np.inner(inputs, weights) + bias)][0]


def dense_with_loops(inputs, weights, bias):
    rows = []
    for sample in inputs:
        columns = zip(weights.T, bias, strict=True)
        rows.append([neuron_with_loop(sample, w, b) for w, b in columns])
    return rows


def dense_in_place(inputs, weights, bias):
    weights *= 2
    return relu(inputs @ weights / 2 + bias)


def neuron_without_return(inputs, weights, bias):
    print(relu(inputs @ weights + bias))


def raises(*arguments):
    raise KeyError("<b>no</b>")


# ------------------------------------------------------------------ functions of q8


def gradients(inputs, targets, weights, bias, factor=2, reduce=np.mean):
    errors = inputs @ weights + bias - targets
    products = factor * errors[:, np.newaxis] * inputs
    return reduce(products, axis=0), reduce(factor * errors, axis=0)


def make_step(
    sign=-1, factor=2, reduce=np.mean, rate_used=True, weights_on=1, bias_on=1
):
    def step(inputs, targets, weights, bias, learning_rate):
        of_weights, of_bias = gradients(inputs, targets, weights, bias, factor, reduce)
        rate = sign * (learning_rate if rate_used else 1)
        return weights + weights_on * rate * of_weights, bias + bias_on * rate * of_bias

    return step


def step_in_loops(inputs, targets, weights, bias, learning_rate):
    moved, n = [float(weight) for weight in weights], len(inputs)
    moved_bias = bias
    for row, target in zip(inputs, targets, strict=True):
        error = sum(row * weights) + bias - target
        moved_bias -= learning_rate * 2 * error / n
        moved = [
            weight - learning_rate * 2 * error * value / n
            for weight, value in zip(moved, row, strict=True)
        ]
    return [moved, moved_bias]


def step_in_matrices(inputs, targets, weights, bias, learning_rate):
    inputs = np.column_stack([inputs, np.ones(len(inputs))]).astype(np.float32)
    both = np.append(weights, bias).astype(np.float32)
    errors = inputs @ both - targets.astype(np.float32)
    both = both - learning_rate * 2 / len(inputs) * (inputs.T @ errors)
    return both[:-1], both[-1]


def step_bias_later(inputs, targets, weights, bias, learning_rate):
    weights = weights - learning_rate * gradients(inputs, targets, weights, bias)[0]
    return weights, bias - learning_rate * gradients(inputs, targets, weights, bias)[1]


def step_in_place(inputs, targets, weights, bias, learning_rate):
    of_weights, of_bias = gradients(inputs, targets, weights, bias)
    weights -= learning_rate * of_weights
    return weights, bias - learning_rate * of_bias


def step_with_absolute_errors(inputs, targets, weights, bias, learning_rate):
    errors = np.abs(inputs @ weights + bias - targets)
    return (
        weights - learning_rate * 2 * errors @ inputs / len(inputs),
        bias - learning_rate * 2 * errors.mean(),
    )


def step_of_columns(inputs, targets, weights, bias, learning_rate):
    weights, bias = make_step()(inputs, targets, weights, bias, learning_rate)
    return weights[:, np.newaxis], bias


# ------------------------------------------------------------------ the bank
#
# Question -> answer -> several right ones, differently written.

OF_WEIGHTS, OF_BIAS = gradients(INPUTS, TARGETS, WEIGHTS, BIAS)

RIGHT = {
    "q1": {
        "windows_rank": [3, np.int64(3), 3.0, WINDOWS.ndim, np.array(3), np.uint8(3)],
        "windows_shape": [(6, 260, 3), WINDOWS.shape, tuple(np.array([6, 260, 3]))],
        "windows_dtype": [np.float32, np.dtype("float32"), WINDOWS.dtype, np.single],
        "labels_rank": [1, len(LABELS.shape), np.ndim(LABELS)],
        "labels_shape": [(6,), LABELS.shape, (len(LABELS),)],
        "labels_dtype": [np.uint8, np.dtype("u1"), LABELS.dtype, type(LABELS[0])],
    },
    "q2": {
        "flat": [
            IMAGES.reshape(5, 12),
            IMAGES.reshape(len(IMAGES), -1).astype(np.float32),
            [image.ravel() for image in IMAGES],
            IMAGES.reshape(5, 12).tolist(),
            np.einsum("sij->sij", IMAGES).reshape((-1, 12)).astype(np.float64),
        ],
        "with_channel": [
            IMAGES[..., np.newaxis],
            np.expand_dims(IMAGES, -1),
            IMAGES.reshape(5, 4, 3, 1).astype(np.float32),
            IMAGES[:, :, :, None].tolist(),
        ],
    },
    "q3": {
        "pairs": [
            SERIES.reshape(6, 2),
            SERIES.reshape(-1, 2).astype(np.float32),
            np.array(SERIES.ravel().tolist()).reshape(6, 2).tolist(),
            np.vstack(np.split(SERIES, 3, axis=1))[[0, 2, 4, 1, 3, 5]],
        ],
        "by_time": [
            SENSORS.T,
            np.swapaxes(SENSORS, 0, 1).astype(np.float64),
            list(zip(*SENSORS, strict=True)),
            np.column_stack([SENSORS[0], SENSORS[1]]),
            np.einsum("st->ts", SENSORS),
        ],
    },
    "q4": {
        "neuron": [
            lambda x, w, b: np.maximum(0, x @ w + b),
            lambda x, w, b: max(0.0, float(np.einsum("i,i->", x, w)) + b),
            lambda inputs, weights, bias: relu(np.append(inputs, 1) @ [*weights, bias]),
            neuron_with_loop,
            neuron_float32,
            neuron_that_prints,
            Neuron(),
        ]
    },
    "q5": {
        "dense": [
            lambda x, w, b: np.maximum(x @ w + b, 0),
            lambda x, w, b: relu(np.einsum("si,iu->su", x, w) + b),
            lambda x, w, b: relu((w.T @ x.T).T + b).astype(np.float32),
            lambda x, w, b: relu(np.tensordot(x, w, axes=1) + b.reshape(1, -1)),
            dense_with_loops,
        ]
    },
    "q6": {
        "first_layer": [45, np.int32(45), 8 * 5 + 5, 45.0, np.float32(45)],
        "second_layer": [12, (5 + 1) * 2, np.array(12)],
        "total": [57, np.sum([45, 12]), np.float64(57)],
    },
    "q7": {
        "weights_gradient": [
            OF_WEIGHTS,
            OF_WEIGHTS.tolist(),
            tuple(OF_WEIGHTS.astype(np.float32)),
            2 / len(INPUTS) * INPUTS.T @ ERRORS,
            np.einsum("s,si->i", 2 * ERRORS, INPUTS) / 5,
        ],
        "bias_gradient": [
            OF_BIAS,
            float(OF_BIAS),
            np.float32(OF_BIAS),
            2 * sum(ERRORS) / len(ERRORS),
        ],
    },
    "q8": {
        "step": [make_step(), step_in_loops, step_in_matrices],
    },
}

# Question -> answer -> (wrong answer, name of the mistake); "" for one without a name.

WRONG = {
    "q1": {
        "windows_rank": [
            (WINDOWS.size, "size given as rank"),
            (len(WINDOWS), "length given as rank"),
            (260, "length of an axis given as rank"),
            (2, ""),
            ("3", "text in place of numbers"),
            (WINDOWS.shape, "not a whole number"),
            (True, "not a whole number"),
            (3.15, "not a whole number"),
        ],
        "windows_shape": [
            ([6, 260, 3], "shape as a list"),
            (np.array([6, 260, 3]), "shape as a list"),
            (WINDOWS.size, "size given as shape"),
            ((WINDOWS.size,), "size given as shape"),
            (3, "number given as shape"),
            ((3, 260, 6), "axes reversed"),
            ((260, 3), "axis of samples left out"),
            ((6, 260, 3, 1), "axis too many"),
            ((6, 3, 260), ""),
            ("(6, 260, 3)", "text in place of numbers"),
            ((6, 273, 3), ""),
        ],
        "windows_dtype": [
            ("float32", "dtype as text"),
            (str(WINDOWS.dtype), "dtype as text"),
            (float, "other number of bits"),
            (np.float64, "other number of bits"),
            (type(WINDOWS), "type of the container"),
            (np.int32, ""),
            (WINDOWS, "not a dtype"),
            (1.5, "not a dtype"),
        ],
        "labels_rank": [
            (6, "size given as rank"),
            (0, ""),
            (2, ""),
            ((1,), "not a whole number"),
        ],
        "labels_shape": [
            ((6), "comma missing"),
            ([6], "shape as a list"),
            ((), "axis of samples left out"),
            ((6, 1), "axis too many"),
            ((1, 6), "axis too many"),
            (1, "number given as shape"),
        ],
        "labels_dtype": [
            ("uint8", "dtype as text"),
            (int, "signed in place of unsigned"),
            (np.int8, "signed in place of unsigned"),
            (np.uint16, "other number of bits"),
            (np.float32, ""),
            (list, "type of the container"),
        ],
    },
    "q2": {
        "flat": [
            (IMAGES, "array unchanged"),
            ((5, 12), "shape in place of the array"),
            (IMAGES.ravel(), "samples not kept apart"),
            (IMAGES[0].ravel(), "only one image"),
            (IMAGES.reshape(12, 5), "samples in the last axis"),
            (IMAGES.reshape(5, 12).T, "samples in the last axis"),
            (IMAGES.reshape(12, 5).T, "`.T` for a reshape"),
            (IMAGES.T.reshape(5, 12), "`.T` for a reshape"),
            (IMAGES.reshape(5, 12) / 255, ""),
            (IMAGES.reshape, "function in place of its result"),
        ],
        "with_channel": [
            (IMAGES, "array unchanged"),
            ((5, 4, 3, 1), "shape in place of the array"),
            (IMAGES[:, np.newaxis], "axis of channels in the wrong place"),
            (IMAGES[np.newaxis], "axis of channels in the wrong place"),
            (np.stack([IMAGES] * 3, axis=-1), "images repeated"),
            (IMAGES.T[..., np.newaxis], "`.T` for a reshape"),
            (IMAGES[0][..., np.newaxis], ""),
        ],
    },
    "q3": {
        "pairs": [
            (SERIES.T, "`.T` for a reshape"),
            (SERIES, "array unchanged"),
            ((6, 2), "shape in place of the array"),
            (SERIES.reshape(6, 2)[::-1], "order of elements lost"),
            (SERIES.reshape(3, 4), ""),
            (SERIES.ravel(), ""),
        ],
        "by_time": [
            (SENSORS.reshape(6, 2), "reshape for a transpose"),
            (SENSORS, "array unchanged"),
            (SENSORS.T.shape, "shape in place of the array"),
            (SENSORS.T[::-1], "order of elements lost"),
            (SENSORS.T[:, ::-1], "order of elements lost"),
            (SENSORS.ravel(), ""),
        ],
    },
    "q4": {
        "neuron": [
            (lambda x, w, b: relu(x @ w), "bias left out"),
            (lambda x, w, b: x @ w, "bias left out"),
            (lambda x, w, b: x @ w + b, "activation left out"),
            (lambda x, w, b: relu(x @ w) + b, "bias added after the activation"),
            (lambda x, w, b: relu(x * w + b), "products not added up"),
            (lambda x, w, b: relu(np.sum(x * w + b)), "bias added more than once"),
            (lambda x, w, b: relu(x.sum() + b), "weights left out"),
            (lambda x, w, b: relu(np.mean(x * w) + b), "averaged in place of summed"),
            (lambda x, w, b: sigmoid(x @ w + b), "other activation than relu"),
            (lambda x, w, b: np.tanh(x @ w + b), "other activation than relu"),
            (lambda x, w, b: min(0, x @ w + b), "relu the wrong way round"),
            (lambda x, w, b: np.array([relu(x @ w + b)]), "array of one number"),
            (lambda x, w, b: 0.15, "arguments not used"),
            (lambda x, w, b: relu(x @ w - b), ""),
            (lambda x, w, b: np.sum(relu(x * w + b / 4)), ""),
            (
                lambda x, w, b: np.sum(relu(x * w)) + b,
                "bias added after the activation",
            ),
            (lambda x, w, b: relu(abs(x) @ w + b), ""),
            (lambda x, w, b: relu(x @ abs(w) + b), ""),
            (lambda x, w, b: abs(x @ w + b), ""),
            (lambda x, w: relu(x @ w), "raises an error"),
            (lambda x, w, b: str(relu(x @ w + b)), "text in place of numbers"),
            (neuron_without_return, "nothing returned"),
            (raises, "raises an error"),
            (0.15, "not a function"),
        ]
    },
    "q5": {
        "dense": [
            (lambda x, w, b: relu(x @ w), "bias left out"),
            (lambda x, w, b: x @ w + b, "activation left out"),
            (lambda x, w, b: relu(x @ w) + b, "bias added after the activation"),
            (lambda x, w, b: relu(x @ w.T + b), "weights transposed"),
            (lambda x, w, b: relu(x @ w + b).T, "result transposed"),
            (lambda x, w, b: relu(x @ w + b).sum(axis=1), "units added up"),
            (lambda x, w, b: softmax(x @ w + b), "other activation than relu"),
            (lambda x, w, b: sigmoid(x @ w + b), "other activation than relu"),
            (lambda x, w, b: relu(x @ w / len(w) + b), "averaged in place of summed"),
            (lambda x, w, b: max(0, x @ w + b), "max or if on an array"),
            (lambda x, w, b: np.max(x @ w + b), ""),
            (lambda x, w, b: relu(x @ w + b[0]), ""),
            (lambda x, w, b: relu(x @ w + b[::-1]), ""),
            (lambda x, w, b: relu(x * w + b), "raises an error"),
            (dense_in_place, "inputs changed in place"),
            (raises, "raises an error"),
        ]
    },
    "q6": {
        "first_layer": [
            (40, "biases left out"),
            (41, "one bias for the whole layer"),
            (48, "a bias for each input"),
            (13, "added in place of multiplied"),
            (5, "units in place of parameters"),
            (46, ""),
            (47.25, "not a whole number"),
        ],
        "second_layer": [
            (10, "biases left out"),
            (11, "one bias for the whole layer"),
            (15, "a bias for each input"),
            (7, "added in place of multiplied"),
            (2, "units in place of parameters"),
            (24, ""),
        ],
        "total": [
            (50, "biases left out"),
            (52, "one bias for the whole layer"),
            (65, "biases of the inputs counted"),
            (45, "only one layer counted"),
            (15, "units in place of parameters"),
            (80, ""),
        ],
    },
    "q7": {
        "weights_gradient": [
            (-OF_WEIGHTS, "sign reversed"),
            (5 * OF_WEIGHTS, "gradient summed in place of averaged"),
            (-5 * OF_WEIGHTS, "gradient summed in place of averaged"),
            (OF_WEIGHTS / 2, "factor 2 left out"),
            (INPUTS.T @ ERRORS, "summed, and factor 2 left out"),
            (2 * np.mean(ERRORS), "errors not multiplied by the inputs"),
            ([OF_BIAS, OF_BIAS], "errors not multiplied by the inputs"),
            (2 * ERRORS[:, np.newaxis] * INPUTS, "one gradient for each sample"),
            (WEIGHTS - RATE * OF_WEIGHTS, ""),
            (OF_WEIGHTS[:, np.newaxis], ""),
            (OF_WEIGHTS[::-1], ""),
        ],
        "bias_gradient": [
            (-OF_BIAS, "sign reversed"),
            (2 * ERRORS.sum(), "gradient summed in place of averaged"),
            (ERRORS.mean(), "factor 2 left out"),
            (ERRORS.sum(), "summed, and factor 2 left out"),
            (2 * ERRORS, "one gradient for each sample"),
            (2 * np.mean(np.abs(ERRORS)), ""),
            ([OF_BIAS], ""),
        ],
    },
    "q8": {
        "step": [
            (make_step(sign=1), "ascent in place of descent"),
            (make_step(reduce=np.sum), "gradient summed in place of averaged"),
            (make_step(sign=1, reduce=np.sum), "gradient summed in place of averaged"),
            (make_step(factor=1), "factor 2 left out"),
            (make_step(factor=1, reduce=np.sum), "summed, and factor 2 left out"),
            (make_step(rate_used=False), "learning rate left out"),
            (make_step(bias_on=0), "bias not moved"),
            (make_step(weights_on=0), "weights not moved"),
            (make_step(bias_on=0, weights_on=0), "nothing moved"),
            (make_step(bias_on=-1), ""),
            (step_bias_later, "bias moved after the weights"),
            (step_in_place, "inputs changed in place"),
            (step_of_columns, "other shape of weights"),
            (step_with_absolute_errors, ""),
            (lambda *given: make_step()(*given)[::-1], "bias and weights exchanged"),
            (lambda *given: make_step()(*given)[0], "not two results"),
            (lambda *given: gradients(*given[:4]), "gradient in place of new weights"),
            (lambda *given: (given[2], "b"), "text in place of numbers"),
            (lambda *given: None, "nothing returned"),
            (lambda x, t, w, b: make_step()(x, t, w, b, 0.1), "raises an error"),
        ]
    },
}

# Parts that share a list of mistakes: some do not fit one of them.
CANNOT_BE_MADE = {
    ("q1", "labels_rank"): {
        "length given as rank",
        "length of an axis given as rank",
    },
    ("q1", "labels_shape"): {"size given as shape", "axes reversed"},
    ("q1", "windows_shape"): {"comma missing"},
    ("q1", "windows_dtype"): {"signed in place of unsigned"},
    ("q5", "dense"): {
        "arguments not used",
        "weights left out",
        "bias added more than once",
        "relu the wrong way round",
    },
}

BANK = Bank("01_tensors", RIGHT, WRONG, least_mistakes=3, cannot_be_made=CANNOT_BE_MADE)
verdict_on = BANK.verdict_on
exercise = started(BANK.exercise)


class TestBank(BankTests):
    bank = BANK


@pytest.mark.parametrize("lengths", [(), (2,), (4, 3)])
def test_fresh_numbers_are_well_apart(lengths):
    first, second = fresh(*lengths), fresh(*lengths)
    assert first.shape == lengths and not np.array_equal(first, second)
    assert first.min() >= 0.5 and first.max() <= 2.4
    assert np.all(np.diff(np.sort(first, axis=None)) > 0.05)


def test_the_mistakes_of_the_syllabus_have_names():
    named = {
        mistake.name
        for question in QUESTIONS.values()
        for part in question.parts.values()
        for mistake in part.mistakes
    }
    assert named >= {
        "size given as rank",
        "bias left out",
        "biases left out",
        "`.T` for a reshape",
        "ascent in place of descent",
        "gradient summed in place of averaged",
    }


# ------------------------------------------------------------------ 5% is too much

OFF = (0.95, 1.05)


def arrays_of_right_answers():
    """Return the first right answer of each part that is numbers."""
    cases = []
    for question, parts in RIGHT.items():
        for name, answers in parts.items():
            answer = answers[0]
            if not callable(answer) and not isinstance(answer, type):
                cases.append(pytest.param(question, name, answer))
    return cases


@pytest.mark.parametrize("factor", OFF)
@pytest.mark.parametrize(("question", "name", "answer"), arrays_of_right_answers())
def test_no_number_may_be_off_by_5_percent(question, name, answer, factor):
    right = np.array(answer, dtype=float)
    kind = type(answer) if isinstance(answer, tuple) else np.asarray
    for index in np.ndindex(right.shape):
        almost = right.copy()
        almost[index] *= factor
        assert verdict_on(question, name, kind(almost)).status == "incorrect", index
    assert verdict_on(question, name, kind(right)).status == "correct"
    assert verdict_on(question, name, kind(right * factor)).status == "incorrect"


@pytest.mark.parametrize("factor", OFF)
@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("question", ["q4", "q5"])
def test_no_layer_may_be_off_by_5_percent(question, which, factor):
    (name,) = QUESTIONS[question].parts
    right = RIGHT[question][name][0]

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
        assert verdict_on(question, name, almost).status == "incorrect"


@pytest.mark.parametrize("factor", OFF)
def test_no_step_may_be_off_by_5_percent(factor):
    right = make_step()

    def one_weight_off(*given):
        weights, bias = right(*given)
        weights[-1] = given[2][-1] + factor * (weights[-1] - given[2][-1])
        return weights, bias

    almost_right = [
        make_step(factor=2 * factor),
        make_step(weights_on=factor),
        make_step(bias_on=factor),
        one_weight_off,
        lambda *given: [factor * value for value in right(*given)],
    ]
    for almost in almost_right:
        assert verdict_on("q8", "step", almost).status == "incorrect"


# ------------------------------------------------------------------ given


def test_what_is_given_is_right_again_after_it_was_spoiled():
    given("q2")[...] = 0
    assert verdict_on("q2", "flat", given("q2").reshape(5, 12)).status == "correct"


def test_functions_run_on_what_is_given():
    assert RIGHT["q4"]["neuron"][0](*given("q4")) == pytest.approx(0.15)
    assert RIGHT["q5"]["dense"][0](*given("q5")).shape == (4, 2)
    weights, bias = make_step()(*given("q8"))

    def loss(weights, bias):
        inputs, targets = given("q8")[:2]
        return np.mean((inputs @ weights + bias - targets) ** 2)

    assert loss(weights, bias) < loss(*given("q8")[2:4])


def test_checks_leave_the_learners_random_numbers_alone():
    np.random.seed(1)
    before = np.random.get_state()[1].tolist()
    assert verdict_on("q4", "neuron", RIGHT["q4"]["neuron"][0]).status == "correct"
    assert np.random.get_state()[1].tolist() == before


def test_the_slopes_found_by_trial_are_those_of_the_formula():
    errors = [-1.0, -2.7, -2.25, 1.35, -0.4]
    assert np.allclose(ERRORS, errors)
    assert pytest.approx(2 * sum(errors) / 5) == BIAS_SLOPE
    columns = [[1, 2, 3, -1, 0.5], [2, -1, 0.5, 1.5, 1]]
    by_hand = [
        2 * sum(e * x for e, x in zip(errors, column, strict=True)) / 5
        for column in columns
    ]
    assert np.allclose(WEIGHT_SLOPES, by_hand)

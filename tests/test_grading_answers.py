"""Answers on their way out of the kernel: what fits, and what a forger may display."""

import base64
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course.instructor.judging.answers import ANSWERS, LARGEST, judged, locked_cells
from course.instructor.judging.packing import (
    DEEPEST,
    MOST_BYTES,
    Unpackable,
    a_function,
    pack,
    unpack,
)
from helpers.exercises import questions_of
from tests.grading_kernel import SECRET, STUDENT, Graded

# ------------------------------------------------------------------ there and back


def there_and_back(value):
    """Return a value as it comes out of the kernel, JSON and all."""
    return unpack(json.loads(json.dumps(pack(value))))


KINDS = ["?", "i1", "u1", "i4", "i8", "u8", "f2", "f4", "f8", ">f4", ">i2"]


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(KINDS).flatmap(
        lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, min_side=0))
    )
)
def test_arrays(array):
    back = there_and_back(array)
    assert back.shape == array.shape and back.dtype == array.dtype.newbyteorder("<")
    assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")


@pytest.mark.parametrize(
    "value",
    [
        ...,
        None,
        True,
        3,
        -0.5,
        "five",
        (),
        [],
        (6, 260, 3),
        [1, 2.5],
        ["one", "two"],
        (..., ...),
        [[1, 2], [3]],
        [["a", "b"], ["c", "d"]],
        list(range(100)),
        tuple(float(n) for n in range(40)),
        ["name"] * 30,
        [[[[0.5]]] * 5] * 4,
        np.float32,
    ],
    ids=repr,
)
def test_plain_values(value):
    back = there_and_back(value)
    assert type(back) is type(value) and back == value


def test_a_type_that_is_no_dtype_becomes_that_of_objects():
    assert np.dtype(there_and_back(list)) == np.dtype(object)
    assert there_and_back(np.dtype("u1")) == np.dtype("uint8")


def test_what_looks_like_an_array_becomes_one():
    assert there_and_back(pd.Series([1.5, np.nan]))[0] == 1.5
    assert there_and_back(np.float32(0.25)) == 0.25
    assert there_and_back(np.bool_(True)) is True
    assert there_and_back(pd.Categorical(["a", "b"])).tolist() == ["a", "b"]
    assert there_and_back(np.array(["a", 1.5, None], dtype=object)).tolist() == [
        "a", 1.5, None,
    ]  # fmt: skip


def test_a_pair_of_arrays_keeps_their_dtypes():
    first, second = there_and_back((np.arange(3), np.ones(3, dtype=bool)))
    assert first.dtype.kind == "i" and second.dtype == bool


def test_a_table():
    table = pd.DataFrame({"Id": ["a", "b"], "Class": [1.0, np.nan]})
    back = there_and_back(table)
    assert list(back.columns) == ["Id", "Class"] and back["Id"].tolist() == ["a", "b"]
    assert np.isnan(back["Class"][1])


def test_only_the_kind_of_what_holds_no_numbers_comes_out():
    assert there_and_back({1, 2}) == frozenset()
    assert there_and_back({"a": 1}) == {}
    assert list(there_and_back(iter([1, 2]))) == []
    assert there_and_back(np.mean) is a_function


class Equal:
    """Whatever is asked, the answer is yes."""

    def __eq__(self, other):
        return True


@pytest.mark.parametrize(
    "value",
    [
        Equal(),
        [Equal()],
        np.array([Equal()] * 3, dtype=object),
        object(),
        10**30,
        1j,
        np.datetime64("2024-01-01"),
        np.zeros(MOST_BYTES + 1, dtype=np.uint8),
        np.broadcast_to(np.float64(1), (10**6, 10**6)),
        np.ma.masked_array([1.0], mask=[True]),
        np.zeros(2, dtype=[("a", int)]),
        "x" * 1000,
        np.array(["x" * 1000]),
        [[["x"], []], []] * 20_000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_handed_out(value):
    with pytest.raises(Unpackable):
        pack(value)


HUGE = [
    [np.empty((4_000_000, 4_000_000, 0), np.uint8)] * 17,
    np.empty((0, 10**9), np.uint8),
    np.empty((10**12, 0), "U1"),
    np.zeros((200_000, 1), np.uint8).tolist(),
    pd.DataFrame(np.empty((0, 30_000))),
]


@pytest.mark.parametrize("huge", HUGE, ids=["list", "0 rows", "text", "rows", "table"])
def test_no_shape_hands_out_more_than_its_bytes(huge):
    with pytest.raises(Unpackable):
        there_and_back(huge)


@pytest.mark.parametrize("shape", [(17, 4_000_000, 4_000_000, 0), (0, 10**9), (2, 3)])
def test_no_forged_shape_makes_more_than_its_bytes(shape):
    """A length of 0 holds no bytes, and 10**13 lists once it is a list."""
    array = {"dtype": "|u1", "shape": list(shape), "kind": "array", "data": ""}
    for tree in (array, {"kind": "sequence", "array": array}):
        with pytest.raises(Unpackable):
            unpack(tree)


def test_lists_in_lists():
    nested: list = ["x", "y"]
    for _ in range(DEEPEST + 1):
        nested = [nested, "z"]
    with pytest.raises(Unpackable):
        pack(nested)


# ------------------------------------------------------------------ the cells


@pytest.fixture
def graded(monkeypatch):
    made = Graded("01_tensors")
    made.listen(monkeypatch)
    return made


def test_every_check_cell_has_a_source_and_the_open_one_has_none():
    cells = locked_cells("01_tensors", STUDENT, SECRET)
    assert list(cells) == [f"{name}-check" for name in questions_of("01_tensors")]
    for source in cells.values():
        compile(source, "cell", "exec")
        assert "lambda: check('q" in source


def test_cells_need_nothing_of_this_project_in_the_kernel():
    for source in locked_cells("04_mnist", STUDENT, SECRET).values():
        assert "import course" not in source and "from course" not in source
        assert "import helpers" not in source and "from helpers" not in source


def test_seeds_are_the_same_again_and_differ_by_student_and_secret():
    def cell(student=STUDENT, secret=SECRET, question="q4"):
        return locked_cells("01_tensors", student, secret)[f"{question}-check"]

    assert cell() == cell()
    assert cell() != cell(student="ben") and cell() != cell(secret=b"other")
    assert cell(question="q1") == cell(student="ben", question="q1")  # nothing asked


def test_neither_secret_nor_expected_outputs_enter(graded):
    results = []

    def neuron(inputs, weights, bias):
        results.append(np.maximum(inputs @ weights + bias, 0))
        return results[-1]

    assert graded.verdict_on_part("q4", "neuron", neuron).status == "correct"
    cell = graded.cells["q4-check"]
    drawn = [result for result in results if result not in (0, 5)]
    assert len(results) == 10 and len(drawn) >= 4 and SECRET.decode() not in cell
    for result in drawn:
        assert base64.b64encode(result.tobytes()).decode() not in cell


def test_a_cell_without_check_is_refused():
    from tests.grading_kernel import released

    text = released("01_tensors").replace('check(\\"q1\\"', 'print(\\"q1\\"')
    with pytest.raises(ValueError, match=r"end it with check"):
        locked_cells("01_tensors", STUDENT, SECRET, text)


def test_one_part_that_fails_leaves_the_others(graded):
    verdict = graded.verdict("q6", first_layer=object(), second_layer=12, total=57)
    assert [part.status for part in verdict.parts] == ["incorrect"] + 2 * ["correct"]
    assert verdict.mistakes == ("unusable answer",)
    assert verdict.status == "partial"


def test_a_name_that_was_never_set_is_unusable(graded):
    graded.outputs = []
    names = {"check": lambda *_, **__: None, "flat": 1}  # and no with_channel
    exec(graded.cells["q2-check"], names)
    verdict = judged("01_tensors", "q2", graded.outputs, STUDENT, SECRET)
    assert "with_channel' is not defined" in verdict.parts[1].message


@pytest.mark.parametrize(
    "check",
    [None, print, lambda *_, **__: 1 / 0, lambda *_, **__: exit()],
    ids=["none", "print", "error", "exit"],
)
def test_a_broken_check_is_no_evidence(check, graded, capsys):
    names = dict(check=check, first_layer=45, second_layer=12, total=57)
    exec(graded.cells["q6-check"], names)
    verdict = judged("01_tensors", "q6", graded.outputs, STUDENT, SECRET)
    assert verdict.status == "correct"


def test_names_of_the_notebook_are_left_alone(graded):
    names = {"check": lambda *_, **__: None, "pack": 1, "json": 2, "list": 3}
    names.update(first_layer=45, second_layer=12, total=57)
    exec(graded.cells["q6-check"], names)
    assert (names["pack"], names["json"], names["list"]) == (1, 2, 3)
    assert set(names) - {"__builtins__", "_graded"} == {
        "check", "pack", "json", "list", "first_layer", "second_layer", "total",
    }  # fmt: skip
    verdict = judged("01_tensors", "q6", graded.outputs, STUDENT, SECRET)
    assert verdict.status == "correct"


# ------------------------------------------------------------------ functions


def changes_inputs(inputs, weights, bias):
    inputs.flags.writeable = True
    inputs[:] = 0
    return 0.0


def returns_equal(inputs, weights, bias):
    return Equal()


def exits(inputs, weights, bias):
    raise SystemExit


def long_text(inputs, weights, bias):
    raise ValueError("<script>" * 1000)


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


def unprintable(inputs, weights, bias):
    raise Unprintable


@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (changes_inputs, "arguments not used"),
        (returns_equal, "unusable answer"),
        (exits, "raises an error"),
        (long_text, "raises an error"),
        (unprintable, "raises an error"),
        (lambda *_: np.nan, "not numbers"),
        (lambda *_: np.inf, "not numbers"),
        (lambda *_: np.zeros(10**7), "unusable answer"),
        (lambda *_: [], "not numbers"),
    ],
)
def test_hostile_functions(function, mistake, graded):
    verdict = graded.verdict_on_part("q4", "neuron", function)
    assert (verdict.status, verdict.mistake) == ("incorrect", mistake)
    assert len(verdict.message) < 1000


# ------------------------------------------------------------------ forged outputs


def output(parts):
    return {"output_type": "display_data", "data": {ANSWERS: json.dumps(parts)}}


def array(**changes):
    return {**pack(np.array([1.0, 2.0])), **changes}


def right_outputs(graded):
    return graded.outputs_of("q6", first_layer=45, second_layer=12, total=57)


def test_nothing_handed_out(graded):
    for outputs in ([], [{"output_type": "stream", "name": "stdout", "text": "2.0"}]):
        verdict = judged("01_tensors", "q6", outputs, STUDENT, SECRET)
        assert verdict.status == "unusable answer" and verdict.share == 0


def test_handed_out_twice(graded):
    outputs = right_outputs(graded)
    verdict = judged("01_tensors", "q6", outputs + outputs, STUDENT, SECRET)
    assert (verdict.status, verdict.share) == ("unusable answer", 0)


def deep(levels):
    return '{"parts": ' + '{"total": ' * levels + "1" + "}" * levels + "}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2.0",
        "[]",
        "{}",
        '{"parts": []}',
        '{"parts": {}}',
        '{"parts": {"total": {"kind": "array"}}}',
        "[" * 100_000,
        deep(100_000),
        "1" * 10_000,
        " " * (LARGEST + 1),
        None,
        {"parts": {}},
        ["[]"],
        b"{}",
    ],
    ids=lambda text: repr(text)[:30],
)
def test_forged_texts(text):
    outputs = [{"output_type": "display_data", "data": {ANSWERS: text}}]
    verdict = judged("01_tensors", "q6", outputs, STUDENT, SECRET)
    assert verdict.status == "unusable answer"
    assert {part.mistake for part in verdict.parts} == {"unusable answer"}


@pytest.mark.parametrize(
    "outputs",
    [
        [{"output_type": "display_data", "data": None}],
        [{"output_type": "display_data", "data": []}],
        [{"output_type": "display_data"}],
        [{}],
    ],
)
def test_outputs_of_strange_forms(outputs):
    verdict = judged("01_tensors", "q6", outputs, STUDENT, SECRET)
    assert verdict.status == "unusable answer"


FORGED_TREES = [
    None,
    [],
    "45",
    45,
    {},
    {"kind": "no such kind"},
    {"kind": ["array"]},
    {"kind": {}},
    {"kind": "other"},
    {"kind": "other", "is": 5},
    {"kind": "other", "is": "x" * 10_000},
    {"kind": "array"},
    array(dtype="|O"),
    array(dtype="<c8"),
    array(dtype="V16"),
    array(dtype="<f16"),
    array(dtype="<M8"),
    array(dtype="f8,f8"),
    array(dtype=5),
    array(shape=[3]),
    array(shape=[-2]),
    array(shape=[-1, -2]),
    array(shape=[2.0]),
    array(shape=[True, 2]),
    array(shape=[10**12]),
    array(shape=[10**6, 10**6]),
    array(shape=[0, 10**30]),
    array(shape=[1] * 70 + [2]),
    array(shape="2"),
    array(shape=None),
    array(data="AAAA"),
    array(data="not base64!"),
    array(data=array()["data"] + "\n"),
    array(data=None),
    array(data=5),
    array(scalar=True),
    {"kind": "objects", "shape": [1], "items": [[]]},
    {"kind": "objects", "shape": [2], "items": ["a"]},
    {"kind": "objects", "shape": [1], "items": ["x" * 1000]},
    {"kind": "objects", "shape": [1], "items": [10**1000]},
    {"kind": "sequence"},
    {"kind": "sequence", "items": 5},
    {"kind": "sequence", "items": [5]},
    {"kind": "sequence", "items": [{"kind": "blank"}] * 30_000},
    {"kind": "sequence", "array": {"kind": "none"}},
    {"kind": "table", "columns": ["a"], "values": array()},
    {"kind": "table", "columns": 5, "values": pack(np.zeros((2, 2)))},
    {"kind": "table", "columns": [1, 2], "values": pack(np.zeros((2, 2)))},
    {"kind": "text"},
    {"kind": "text", "text": "x" * 10_000},
    {"kind": "dtype"},
    {"kind": "dtype", "name": "__import__('os')"},
    {"kind": "dtype", "name": "nosuch"},
    {"kind": "results"},
    {"kind": "results", "items": [5]},
    {"kind": "network"},
    {"kind": "network", "facts": {}},
    {"kind": "network", "facts": {"layers": [5]}, "outputs": []},
    {"kind": "network", "facts": {"layers": []}, "outputs": [5]},
    {"kind": "callback"},
    {"kind": "callback", "class": "EarlyStopping", "settings": []},
    {"kind": "callback", "class": "EarlyStopping", "settings": {"patience": 4}},
    {"kind": "saving"},
    {"kind": "saving", "returned": {"kind": "saving"}},
    {"kind": "saving", "returned": {"kind": "none"}, "files": [5]},
    {"kind": "saving", "returned": {"kind": "none"}, "content": array()},
]


@pytest.mark.parametrize("tree", FORGED_TREES, ids=lambda tree: repr(tree)[:50])
def test_forged_trees(tree):
    """Each is unusable as a value; in place of a function or network it is wrong."""
    forged = output({"parts": {"flat": tree, "with_channel": pack(1)}})
    flat = judged("01_tensors", "q2", [forged], STUDENT, SECRET).parts[0]
    assert (flat.status, flat.mistake) == ("incorrect", "unusable answer"), flat
    for exercise, question, name in ASKED_PARTS:
        forged = output({"parts": {name: tree}})
        (part,) = judged(exercise, question, [forged], STUDENT, SECRET).parts
        assert part.status == "incorrect", part


ASKED_PARTS = [
    ("01_tensors", "q4", "neuron"),
    ("02_breast_cancer", "q5", "network"),
    ("04_mnist", "q7", "save_and_load"),
    ("05_tuning", "q2", "stop"),
]


@pytest.mark.parametrize(
    "tree",
    [
        {"kind": "function"},
        {"kind": "results", "items": []},
        {"kind": "results", "items": [pack(0.15)] * 9},
        {"kind": "results", "items": [{"kind": "error", "name": 5, "text": ""}] * 10},
        {"kind": "results", "items": [{"kind": "error"}] * 10},
        {"kind": "results", "items": [{"kind": "results", "items": []}] * 10},
        {"kind": "network", "facts": {"built": True, "layers": []}, "outputs": []},
    ],
    ids=lambda tree: repr(tree)[:50],
)
def test_forged_results_are_never_right(tree):
    for exercise, question, name in ASKED_PARTS:
        forged = output({"parts": {name: tree}})
        (part,) = judged(exercise, question, [forged], STUDENT, SECRET).parts
        assert part.status == "incorrect", part


def test_an_error_of_a_strange_name_is_only_text():
    for name in ("__init__", "a b", "", "NotImplementedError()", "é" * 20):
        tree = {"kind": "error", "name": name, "text": "<b>bold</b>"}
        forged = output(
            {"parts": {"neuron": {"kind": "results", "items": [tree] * 10}}}
        )
        (part,) = judged("01_tensors", "q4", [forged], STUDENT, SECRET).parts
        assert (part.status, part.mistake) == ("incorrect", "raises an error")


@settings(deadline=None, max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "kind",
                        "items",
                        "shape",
                        "data",
                        "array",
                        "facts",
                        "outputs",
                        "name",
                    ]
                ),
                inner
                | st.sampled_from(["array", "sequence", "results", "network", "text"]),
                max_size=4,
            )
        ),
    )
)
def test_no_tree_raises_an_error(tree):
    for exercise, question, name in (*ASKED_PARTS, ("02_breast_cancer", "q2", "split")):
        outputs = [output({"parts": {name: tree}})]
        verdict = judged(exercise, question, outputs, STUDENT, SECRET)
        assert verdict.status != "correct"

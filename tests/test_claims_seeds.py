"""Seeds are raised from outside, wherever they stand, and nothing else is."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.claims.seeds import raise_seeds


def raised(*sources, offset=1000):
    cells = [new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    notebook = new_notebook(cells=cells)
    return [cell.source for cell in raise_seeds(notebook, offset).cells]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("keras.utils.set_random_seed(5)", "keras.utils.set_random_seed((5) + 1000)"),
        ("set_random_seed(seed=5)", "set_random_seed(seed=(5) + 1000)"),
        ("np.random.default_rng(1).normal(7)", None),
        ("r = np.random.RandomState(\n    1\n)", "r = np.random.RandomState(\n    (1)"),
        ("PCA(2, random_state=0)", "PCA(2, random_state=(0) + 1000)"),
        ("layers.Dropout(0.5, seed=3)", "layers.Dropout(0.5, seed=(3) + 1000)"),
        ("m = {'random_state': 3, 'n': 3}", "m = {'random_state': (3) + 1000, 'n': 3}"),
        ("SEED = 3\nset_random_seed(SEED)", "SEED = 3\nset_random_seed((SEED) + 1000)"),
        (
            "for seed in (1, 2):\n    set_random_seed(seed)",
            "for seed in (1, 2):\n    set_random_seed((seed) + 1000)",
        ),
        (
            "[fit(random_state=10 * s) for s in range(3)]",
            "[fit(random_state=(10 * s) + 1000) for s in range(3)]",
        ),
        (
            "é = 'é'; a, b = set_random_seed(1), set_random_seed(2)",
            "é = 'é'; a, b = set_random_seed((1) + 1000), set_random_seed((2) + 1000)",
        ),
    ],
)
def test_a_seed_is_raised_where_it_is_used(source, wanted):
    [found] = raised(source)
    wanted = wanted or "np.random.default_rng((1) + 1000).normal(7)"
    assert found.startswith(wanted)
    compile(found, "cell", "exec")


@pytest.mark.parametrize(
    "source",
    [
        "PCA(2, random_state=None)",
        "Dense(512, activation='relu')",
        "seed = 5",
        "text = 'set_random_seed(5)'  # random_state=5",
        "%%time\nset_random_seed(x)",
    ],
)
def test_nothing_else_is_changed(source):
    assert raised(source) == [source]


def test_a_seed_that_passes_a_function_of_the_notebook_is_raised_once():
    found = raised("def fit(seed):\n    set_random_seed(seed)", "fit(seed=3)\nfit(4)")
    assert found == [
        "def fit(seed):\n    set_random_seed((seed) + 1000)",
        "fit(seed=3)\nfit(4)",
    ]


def test_seeds_listed_in_another_cell_are_known():
    found = raised("seeds = [3, 4]", "for seed in seeds:\n    set_random_seed(seed)")
    assert found[1].endswith("set_random_seed((seed) + 1000)")


def test_lines_for_ipython_stay_as_they_are():
    [found] = raised("%matplotlib inline\nset_random_seed(1)\n!ls")
    assert found == "%matplotlib inline\nset_random_seed((1) + 1000)\n!ls"


def test_the_notebook_and_its_text_are_left_alone():
    text = new_markdown_cell("set_random_seed(5)")
    code = new_code_cell("set_random_seed(5)")
    notebook = new_notebook(cells=[text, code])
    copy = raise_seeds(notebook, 1000)
    assert copy.cells[0] == text
    assert notebook.cells[1].source == "set_random_seed(5)"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("set_random_seed(int(time()))", r"'c0' the seed `int\(time\(\)\)` is not a"),
        ("split(x, random_state=rng)", "the seed `rng` is not a literal; write it as"),
        ("for seed in seeds:\n    set_random_seed(seed)", "the seed `seed` is not"),
        ("set_random_seed(True)", "the seed `True` is not a literal"),
        ("set_random_seed(5", "the seeds of the cell 'c0' cannot be found"),
    ],
)
def test_a_seed_that_cannot_be_raised_is_named(source, message):
    with pytest.raises(ValueError, match=message):
        raised(source)

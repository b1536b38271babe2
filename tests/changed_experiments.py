"""Change in a chapter what its reader is invited to change: rates, units, seeds, ..."""

import ast

import nbformat

from course.claims.editing import parse, rewrite

# By what a number is called, or by what it is given to as the first argument.
KEYWORDS = {
    "epochs": "epochs",
    "batch_size": "batch size",
    "units": "units",
    "filters": "units",
    "learning_rate": "rate",
    "seed": "seed",
    "random_state": "seed",
}
CALLS = {
    **dict.fromkeys(["Dense", "LSTM", "GRU", "SimpleRNN"], "units"),
    **dict.fromkeys(["Conv1D", "Conv2D", "SeparableConv2D"], "units"),
    **dict.fromkeys(["Dropout", "SpatialDropout1D", "SpatialDropout2D"], "dropout"),
    **dict.fromkeys(["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"], "rate"),
    **dict.fromkeys(["set_random_seed", "default_rng", "RandomState"], "seed"),
}
# Of the last layer, the number of units follows from the data.
OUTPUTS = {"softmax", "sigmoid", "linear"}

CHANGES = {
    "less of all": {
        "epochs": lambda n: 1,
        "batch size": lambda n: 2 * n + 1,
        "units": lambda n: max(1, n // 3),
        "rate": lambda r: r / 10,
        "dropout": lambda r: 0.05,
        "seed": lambda n: n + 1,
    },
    "more of all": {
        "epochs": lambda n: 3 if n != 3 else 2,
        "batch size": lambda n: max(1, n // 2),
        "units": lambda n: n + 5,
        "rate": lambda r: 5 * r,
        "dropout": lambda r: 0.8,
        "seed": lambda n: n + 12345,
    },
    "senseless": {
        "epochs": lambda n: 1 if n != 1 else 2,
        "batch size": lambda n: 100_000,
        "units": lambda n: 1,
        "rate": lambda r: 100.0,
        "dropout": lambda r: 0.99,
        "seed": lambda n: 0 if n else 1,
    },
}


def changed(notebook, change):
    """Return a copy of a notebook with its numbers changed, and how many of each kind.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    change : dict of str to callable
        For each kind ("epochs", "units", ...) what becomes of a number.
    """
    copy = nbformat.from_dict(notebook)
    counts = dict.fromkeys(change, 0)
    for cell in copy.cells:
        if cell.cell_type == "code":
            kinds = dict(_numbers(parse(cell.source)))
            for kind in kinds.values():
                counts[kind] += 1
            cell.source = rewrite(
                cell.source,
                kinds,
                lambda node, _, kinds=kinds: repr(change[kinds[node]](node.value)),
            )
    return copy, counts


def _numbers(tree):
    """Yield each literal that a reader may change, with its kind."""
    last_layers = {id(layer) for layer in _last_layers(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in last_layers:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = [(k.value, KEYWORDS.get(k.arg)) for k in node.keywords]
        given += [(argument, CALLS.get(name)) for argument in node.args[:1]]
        for value, kind in given:
            is_number = isinstance(value, ast.Constant) and type(value.value) in (
                int,
                float,
            )
            if kind and is_number:
                yield value, kind


def _last_layers(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == "Sequential" and node.args and isinstance(node.args[0], ast.List):
            yield from node.args[0].elts[-1:]
        for keyword in node.keywords:
            if keyword.arg == "activation" and getattr(keyword.value, "value", "") in (
                OUTPUTS
            ):
                yield node

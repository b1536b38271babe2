"""Raise the seeds of a notebook from outside; its cells need not provide for it.

A seed is what goes into `set_random_seed`, `default_rng`, `RandomState`,
`SeedGenerator` or `random.seed`, and what is given as ``random_state=`` or ``seed=``.
It is raised where it is used: ``set_random_seed(5)`` becomes
``set_random_seed((5) + 1000)``, and so does ``set_random_seed(seed)`` where `seed`
comes from a loop over integers, from a parameter or from ``seed = 5``.
"""

import ast
from collections.abc import Iterator
from typing import Any

import nbformat

from course.claims.editing import parse, rewrite

OFFSET = 1000  # between one copy of a notebook and the next

SEED_CALLS = {"set_random_seed", "default_rng", "RandomState", "SeedGenerator", "seed"}
SEED_KEYWORDS = {"random_state", "seed"}


def raise_seeds(notebook: Any, offset: int) -> Any:
    """Return a copy of a notebook whose seeds are higher by `offset`.

    Raises
    ------
    ValueError
        If a seed is not made of integers that can be seen; names the cell.
    """
    copy = nbformat.from_dict(notebook)
    cells = [cell for cell in copy.cells if cell.cell_type == "code"]
    trees = {cell.id: _parse(cell) for cell in cells}
    functions = {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    known = _integer_names(list(trees.values()))
    for cell in cells:
        seeds = list(_seeds(trees[cell.id], functions))
        for seed in seeds:
            _require_integers(seed, known, cell)
        given = [seed for seed in seeds if not _is_none(seed)]
        cell.source = rewrite(cell.source, given, lambda _, s: f"({s}) + {offset}")
    return copy


def _parse(cell: Any) -> ast.Module:
    try:
        return parse(cell.source)
    except SyntaxError as error:
        raise ValueError(
            f"the seeds of the cell {cell.id!r} cannot be found: {error}"
        ) from None


def _seeds(tree: ast.Module, functions: set[str]) -> Iterator[ast.expr]:
    """Yield each expression that is used as a seed.

    A function of the notebook's own passes its seed on, and is left alone: the seed is
    raised where it is used.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SEED_CALLS:
                yield from node.args[:1]
            if name not in functions:
                yield from (k.value for k in node.keywords if k.arg in SEED_KEYWORDS)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in SEED_KEYWORDS:
                    yield value


def _integer_names(trees: list[ast.Module]) -> set[str]:
    """Return the names that hold an integer: of loops, parameters and assignments."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    assigned = [node for node in nodes if isinstance(node, ast.Assign)]
    several = {
        name
        for node in assigned
        if _is_integers(node.value)
        for target in node.targets
        for name in _names(target)
    }
    targets = [t for node in assigned if _is_integer(node.value) for t in node.targets]
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension):
            over = node.iter
            if _is_integers(over) or getattr(over, "id", None) in several:
                targets.append(node.target)
    found = {name for target in targets for name in _names(target)}
    return found | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _names(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _is_integer(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_integers(node: ast.expr) -> bool:
    """Return whether a loop runs over integers that are written there."""
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(_is_integer, node.elts))
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        return all(map(_is_integer, node.args))
    return False


def _require_integers(seed: ast.expr, known: set[str], cell: Any) -> None:
    for node in ast.walk(seed):
        if isinstance(node, ast.Name) and node.id in known:
            continue
        if _is_integer(node) or _is_none(node):
            continue
        if isinstance(node, ast.BinOp | ast.operator | ast.expr_context):
            continue
        raise ValueError(
            f"in the cell {cell.id!r} the seed `{ast.unparse(seed)}` is not a literal; "
            "write it as an integer, or loop over integers, so that it can be raised"
        )

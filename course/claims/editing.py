"""Change expressions of a cell's code and nothing else of it."""

import ast
from collections.abc import Callable, Iterable


def parse(source: str) -> ast.Module:
    """Parse the code of a cell; lines for IPython alone count as empty."""
    if source.lstrip().startswith("%%"):
        return ast.parse("")
    lines = source.split("\n")
    plain = ("" if line.lstrip()[:1] in ("%", "!") else line for line in lines)
    return ast.parse("\n".join(plain))


def rewrite(
    source: str, nodes: Iterable[ast.expr], new: Callable[[ast.expr, str], str]
) -> str:
    """Return a source in which these expressions of it are written anew.

    Parameters
    ----------
    source : str
    nodes : iterable of ast.expr
        None lies within another.
    new : callable
        Called with a node and its source; returns what takes its place.
    """
    data = source.encode()  # the columns of a node count bytes
    starts = [0]
    for line in data.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    # From the end, so that what comes before keeps its place.
    for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        data = data[:start] + new(node, data[start:end].decode()).encode() + data[end:]
    return data.decode()

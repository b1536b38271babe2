"""Answers as plain data: `pack` makes a tree of them, `unpack` makes answers of it.

A tree is what JSON can hold: dictionaries, each with its "kind", lists, short texts and
numbers. Arrays are bytes in base64 with dtype and shape. `pack` runs in the student's
kernel, `unpack` outside; for what a function is asked about it is the other way round.
Nothing is unpickled, and nothing that comes out of `unpack` is an object of a student.

The text of this file is put into the locked cells that are graded, so it imports only
the standard library and NumPy, and pandas where there is a table.
"""

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

MOST_BYTES = 4_000_000  # of one array
MOST_ITEMS = 20_000  # in a list, or of texts in an array
MOST_LISTS = 100_000  # in a list that is packed as an array
LONGEST = 500  # signs of a text
DEEPEST = 6  # lists in lists
FEW = 16  # items of a list that are packed one by one


class Unpackable(Exception):
    """This is no answer that can be handed out, or a tree that `pack` never makes."""


def a_function(*arguments: Any) -> Any:
    """Stand for a function where none was asked for."""
    raise TypeError("This only stands for a function.")


# ------------------------------------------------------------------ pack


def pack(value: Any, depth: int = 0) -> dict[str, Any]:
    """Return `value` as a tree; raise `Unpackable` if it cannot be one."""
    if depth > DEEPEST:
        raise Unpackable("lists in lists in lists")
    if value is ... or value is None:
        return {"kind": "blank" if value is ... else "none"}
    if isinstance(value, str | bytes):
        return {"kind": "text", "text": _short(value)}
    if isinstance(value, bool | int | float | np.generic):
        return {**_pack_array(np.asarray(value)), "scalar": True}
    if isinstance(value, list | tuple):
        return _pack_sequence(value, depth)
    if isinstance(value, np.dtype | type):
        return {
            "kind": "dtype",
            "name": np.dtype(value).name,
            "type": isinstance(value, type),
        }
    if isinstance(value, set | frozenset | Mapping) and not hasattr(value, "columns"):
        return {"kind": "mapping" if isinstance(value, Mapping) else "set"}
    if hasattr(value, "__next__"):
        return {"kind": "iterator"}
    if hasattr(value, "columns"):
        columns = [_short(str(column)) for column in value.columns]
        return {"kind": "table", "columns": columns, "values": _pack_array(value)}
    if callable(value) and not hasattr(value, "__array__"):
        return {"kind": "function"}
    return _pack_array(value)


def _short(text: str | bytes) -> str:
    if len(text) > LONGEST:
        raise Unpackable(f"a text of {len(text)} signs")
    return text if isinstance(text, str) else text.decode("latin-1")


def _pack_array(value: Any) -> dict[str, Any]:
    array = np.asarray(value)
    if array.nbytes > MOST_BYTES or _places(array.shape) > MOST_BYTES:
        raise Unpackable(f"an array of shape {array.shape}")
    if np.ma.is_masked(value):
        raise Unpackable("an array with masked elements")
    if array.dtype.kind in "OU":
        return _pack_objects(array)
    if array.dtype.kind not in "biuf":
        raise Unpackable(f"of type {type(value).__name__}")
    if array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    array = array.astype(array.dtype.newbyteorder("<"))
    return {
        "kind": "array",
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "data": base64.b64encode(array.tobytes()).decode(),
    }


def _pack_objects(array: np.ndarray) -> dict[str, Any]:
    """Pack an array of texts, among which numbers and None may be."""
    if array.ndim == 0 or array.size > MOST_ITEMS:
        raise Unpackable(f"of type {type(array.item(0)).__name__}")
    items = [_pack_object(item) for item in array.ravel().tolist()]
    return {"kind": "objects", "shape": list(array.shape), "items": items}


def _pack_object(item: Any) -> str | bool | int | float | None:
    if isinstance(item, str):
        return _short(item)
    if item is None:
        return None
    if isinstance(item, bool | int | float | np.generic):
        number = np.asarray(item).item()
        if isinstance(number, bool | float) or abs(number) < 2**63:
            return number
    raise Unpackable(f"an array with elements of type {type(item).__name__}")


def _pack_sequence(value: list | tuple, depth: int) -> dict[str, Any]:
    tree = {"kind": "sequence", "tuple": isinstance(value, tuple)}
    plain = not any(isinstance(item, list | tuple) for item in value)
    if not (plain and len(value) <= FEW):
        try:  # a long list is shorter as an array
            array = np.asarray(value)
            if array.dtype.kind in "biufU":
                if _places(array.shape[:-1]) > MOST_LISTS:
                    raise Unpackable(f"a list of shape {array.shape}")
                return {**tree, "array": _pack_array(array)}
        except ValueError:  # rows of different length
            pass
    if len(value) > MOST_ITEMS:
        raise Unpackable(f"a list of {len(value)} items")
    return {**tree, "items": [pack(item, depth + 1) for item in value]}


# ------------------------------------------------------------------ unpack


def unpack(tree: Any, depth: int = 0) -> Any:
    """Return the answer that a tree stands for.

    Raises
    ------
    Unpackable
        If `pack` never makes such a tree.
    """
    if depth > DEEPEST + 2 or not isinstance(tree, dict):
        raise Unpackable("no tree")
    kind = tree.get("kind")
    if kind == "array":
        array = _unpack_array(tree)
        return array.item() if tree.get("scalar") is True else array
    if kind == "objects":
        return _unpack_objects(tree)
    if kind == "sequence":
        return _unpack_sequence(tree, depth)
    if kind == "table":
        return _unpack_table(tree)
    if kind == "text":
        return _text_in(tree, "text")
    if kind == "dtype":
        return _unpack_dtype(tree)
    for name, value in SIMPLE.items():
        if kind == name:
            return value
    raise Unpackable(_text_in(tree, "is") if kind == "other" else "an unknown kind")


SIMPLE: dict[str, Any] = {
    "blank": ...,
    "none": None,
    "function": a_function,
    "iterator": iter(()),
    "set": frozenset(),
    "mapping": {},
}


def _text_in(tree: dict, key: str) -> str:
    text = tree.get(key)
    if not isinstance(text, str) or len(text) > LONGEST:
        raise Unpackable("a text that is none")
    return text


def _places(shape: tuple[int, ...] | list[int]) -> int:
    """Return the size; a length of 0 must not hide what the others would make."""
    return math.prod(max(length, 1) for length in shape)


def _shape_in(tree: dict, most: int) -> tuple[int, ...]:
    shape = tree.get("shape")
    if (
        not isinstance(shape, list)
        or len(shape) > 8
        or not all(type(length) is int and 0 <= length <= most for length in shape)
        or _places(shape) > most
    ):
        raise Unpackable("a shape that is none")
    return tuple(shape)


def _unpack_array(tree: dict) -> np.ndarray:
    shape, data = _shape_in(tree, MOST_BYTES), tree.get("data")
    name = tree.get("dtype")
    if not isinstance(name, str) or not isinstance(data, str) or len(name) > 4:
        raise Unpackable("an array without dtype or data")
    try:
        dtype = np.dtype(name)
        content = base64.b64decode(data, validate=True)
    except (TypeError, ValueError) as error:
        raise Unpackable("an array of a strange kind") from error
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise Unpackable("an array of another kind than numbers")
    if len(content) != math.prod(shape) * dtype.itemsize:
        raise Unpackable("an array with more or fewer bytes than numbers")
    return np.frombuffer(content, dtype=dtype).reshape(shape).copy()


def _unpack_objects(tree: dict) -> np.ndarray:
    shape, items = _shape_in(tree, MOST_ITEMS), tree.get("items")
    if not isinstance(items, list) or len(items) != math.prod(shape):
        raise Unpackable("an array with more or fewer elements than places")
    for item in items:
        if not (item is None or type(item) in (str, bool, int, float)):
            raise Unpackable("an array of strange elements")
        if len(str(item)) > LONGEST:
            raise Unpackable("an array of long texts")
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)


def _unpack_sequence(tree: dict, depth: int) -> list | tuple:
    items: list
    if "array" in tree:
        array = unpack(tree["array"], depth + 1)
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            raise Unpackable("a list without items")
        if _places(array.shape[:-1]) > MOST_LISTS:
            raise Unpackable("a list of too many lists")
        items = array.tolist()
    else:
        trees = tree.get("items")
        if not isinstance(trees, list) or len(trees) > MOST_ITEMS:
            raise Unpackable("a list without items")
        items = [unpack(item, depth + 1) for item in trees]
    return tuple(items) if tree.get("tuple") is True else items


def _unpack_table(tree: dict) -> Any:
    import pandas as pd

    columns, values = tree.get("columns"), unpack(tree.get("values"))
    if (
        not isinstance(values, np.ndarray)
        or values.ndim != 2
        or not isinstance(columns, list)
        or len(columns) > MOST_ITEMS
        or len(columns) != values.shape[1]
        or not all(isinstance(name, str) and len(name) <= LONGEST for name in columns)
    ):
        raise Unpackable("a table that is none")
    return pd.DataFrame(values, columns=columns)


def _unpack_dtype(tree: dict) -> np.dtype | type:
    name = _text_in(tree, "name")
    if not name.isalnum() or len(name) > 20:
        raise Unpackable("a dtype that is none")
    try:
        dtype = np.dtype(name)
    except TypeError as error:
        raise Unpackable("a dtype that is none") from error
    if dtype.kind not in "biufcSUO":
        raise Unpackable("a dtype of a strange kind")
    return dtype.type if tree.get("type") is True else dtype

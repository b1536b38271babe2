"""What was asked in the kernel, as answers that can be judged outside it.

An `Asked` says how an answer that is no plain value is asked and judged. What comes
back becomes `Results` of a function, `Facts` about a network, or a `Saved` file: made
here, of plain data, whatever the student's objects were.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from course.instructor.judging.kernel_networks import MOST_FILES, MOST_LAYERS
from course.instructor.judging.packing import Unpackable, a_function, unpack
from helpers.exercises.questions import Part
from helpers.exercises.reading import Unusable, built, describe, function, numbers

UNUSABLE = "unusable answer"


@dataclass(frozen=True)
class Asked:
    """How an answer that is no plain value is asked in the kernel, and judged outside.

    Attributes
    ----------
    how : str
        "function", "network" or "saving".
    prepare : callable
        Takes a random generator; returns what the answer is asked about, and the part
        that judges what comes back. The first is for a function a list of tuples of
        arguments, for a network an array and a list of pairs, a shift and a scale. It
        enters the kernel, and the part does not.
    """

    how: str
    prepare: Callable[[np.random.Generator], tuple[Any, Part]]


def unusable(what: str) -> Unusable:
    """Return the error for an answer that no honest cell hands out."""
    return Unusable(UNUSABLE, f"It cannot be graded: it is {what}.")


@dataclass(frozen=True)
class Results:
    """What a function gave, one tree for each time that it was asked."""

    trees: list

    def __call__(self, i: int) -> Any:
        """Return the result number `i`, or raise the error that the function raised.

        A result that cannot be unpacked comes as an `Unpackable`: returned, since it
        is no error of the function's.
        """
        tree = self.trees[i]
        if tree.get("kind") == "error":
            raise _as_error(tree)
        try:
            return unpack(tree)
        except Unpackable as problem:
            return problem


@dataclass(frozen=True)
class Layer:
    """What is known of a layer; `kind` is the name of its class."""

    kind: str
    units: int | None
    rate: float | None
    activation: str | None
    filters: int | None
    kernel_size: tuple | None
    pool_size: tuple | None
    strides: tuple | None
    padding: str | None


@dataclass(frozen=True)
class Convolution:
    """The weights of the first convolution, and whether all of them are frozen."""

    weights: tuple[np.ndarray, ...]
    frozen: bool


@dataclass(frozen=True)
class Facts:
    """What is known of a network, and what it said of each input that it was asked."""

    built: bool
    compiled: bool
    layers: tuple[Layer, ...]
    input_shape: tuple | None
    output_shape: tuple | None
    parameters: int | None
    iterations: int | None
    loss: str | None
    loss_values: tuple | None
    loss_of_classes: float | None
    learning: int | None
    convolution: Convolution | None
    outputs: Results


@dataclass(frozen=True)
class Saved:
    """What a function did that saves a network and loads it."""

    returned: Any
    same_object: bool
    files: tuple[str, ...]
    content: bytes


@dataclass(frozen=True)
class Callback:
    """A callback: the name of its kind, whether it was made, and its settings."""

    kind: str
    called: bool
    settings: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        """Return a setting, as the callback itself would."""
        try:
            return self.settings[name]
        except KeyError:
            raise AttributeError(name) from None


def outcome(tree: Any) -> Any:
    """Return what a tree stands for, be it a plain value or what was asked.

    Raises
    ------
    Unpackable
        If nothing in the kernel makes such a tree.
    """
    kind = tree.get("kind") if isinstance(tree, dict) else None
    if kind == "results":
        return Results(_trees(tree.get("items")))
    if kind == "network":
        return _facts(tree)
    if kind == "saving":
        return _saved(tree)
    if kind == "callback":
        return _callback(tree)
    return unpack(tree)


# ------------------------------------------------------------------ readers of parts


def results(n: int, returns: Callable[[Any, str], Any] = numbers) -> Callable:
    """Return a reader of what a function gave, `n` times; `returns` reads each.

    What it returns takes the number of a result. As with a function that is called,
    an error of the learner's function is raised as `Unusable`, its text in it.
    """

    def read(answer: Any, name: str) -> Callable:
        if isinstance(answer, Results) and len(answer.trees) != n:
            raise unusable("a function asked too often or too seldom")
        plain = not isinstance(answer, Results)
        if plain and callable(answer):
            raise unusable("a function that was not asked")
        return function(_if_unpacked(returns))(answer, name)

    return read


def _if_unpacked(returns: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def read(value: Any, name: str) -> Any:
        if isinstance(value, Unpackable):
            raise unusable(str(value))
        return returns(value, name)

    return read


def network(n: int) -> Callable:
    """Return a reader of networks that know their input and were asked `n` times."""

    def read(answer: Any, name: str) -> Facts:
        facts: Facts = built(answer, name, Facts)
        if len(facts.outputs.trees) != n:
            raise unusable("a network asked too often or too seldom")
        return facts

    return read


def as_model(facts: Facts) -> Any:
    """Return the facts under the names that Keras has for them.

    So public conditions that ask a network about its layers can ask these.
    """
    return SimpleNamespace(
        layers=[_as_layer(layer) for layer in facts.layers],
        input_shape=facts.input_shape,
        output_shape=facts.output_shape,
        compiled=facts.compiled,
        loss=facts.loss or "",
        loss_of_classes=facts.loss_of_classes,
        count_params=lambda: facts.parameters,
    )


def _as_layer(layer: Layer) -> Any:
    name = layer.kind if layer.kind.isidentifier() else "Layer"
    found = {key: value for key, value in vars(layer).items() if value is not None}
    if layer.activation is not None:
        found["activation"] = SimpleNamespace(__name__=layer.activation)
    return type(name, (), found)()


def said(facts: Facts, i: int = 0) -> np.ndarray:
    """Return what a network said when it was asked for the time `i`; NaN may be in it.

    Raises
    ------
    Unusable
        If it failed, or what came is no array.
    """
    return function(_if_unpacked(_array))(facts.outputs, "the network")(i)


def _array(value: Any, name: str) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.dtype == object:
        raise unusable(f"no array: {describe(value, name)}")
    return value.astype(np.float64)


def saved(answer: Any, name: str) -> Saved:
    """Return what a function did that saves and loads; raise what it raised."""
    if not isinstance(answer, Saved):
        if answer is a_function:
            raise unusable("a function that was not asked")
        function()(answer, name)  # says what is wrong with it
        raise unusable("no function")
    if isinstance(answer.returned, Exception):
        function()(_raising(answer.returned), name)()
    if answer.returned is None or answer.returned is ...:
        function()(lambda: answer.returned, name)()
    return answer


def _raising(error: Exception) -> Callable:
    def raising() -> None:
        raise error

    return raising


# ------------------------------------------------------------------ from trees


def _trees(items: Any) -> list[dict]:
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise Unpackable("no list of results")
    return items


def _text(value: Any, longest: int = 500) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise Unpackable("a text that is none")
    return value


def _as_error(tree: dict) -> Exception:
    """Return an error of the name and with the text of the one in the kernel."""
    name = _text(tree.get("name"), 80)
    if name == "NotImplementedError":
        return NotImplementedError()
    made = type(name if name.isidentifier() else "Exception", (Exception,), {})
    return made(_text(tree.get("text")))


def _facts(tree: dict) -> Facts:
    facts = tree.get("facts")
    if not isinstance(facts, dict):
        raise Unpackable("a network without facts")
    layers = facts.get("layers")
    if not isinstance(layers, list) or len(layers) > MOST_LAYERS:
        raise Unpackable("a network without layers")
    return Facts(
        built=facts.get("built") is True,
        compiled=facts.get("compiled") is True,
        layers=tuple(_layer(layer) for layer in layers),
        input_shape=_shape(facts.get("input_shape")),
        output_shape=_shape(facts.get("output_shape")),
        parameters=_number(facts.get("parameters"), int),
        iterations=_number(facts.get("iterations"), int),
        loss=_name(facts.get("loss")),
        loss_values=_loss_values(facts.get("loss_values")),
        loss_of_classes=_number(facts.get("loss_of_classes"), float),
        learning=_number(facts.get("learning"), int),
        convolution=_convolution(facts.get("convolution")),
        outputs=Results(_trees(tree.get("outputs"))),
    )


def _layer(tree: Any) -> Layer:
    if not isinstance(tree, dict):
        raise Unpackable("a layer that is none")
    return Layer(
        _text(tree.get("class"), 80),
        _number(tree.get("units"), int),
        _number(tree.get("rate"), float),
        _name(tree.get("activation")),
        _number(tree.get("filters"), int),
        _shape(tree.get("kernel_size")),
        _shape(tree.get("pool_size")),
        _shape(tree.get("strides")),
        _name(tree.get("padding")),
    )


def _name(value: Any) -> str | None:
    return None if value is None else _text(value, 80)


def _number(value: Any, kind: type) -> Any:
    if value is None:
        return None
    right = isinstance(value, int | float) and type(value) is kind
    if right and -1e15 < value < 1e15:  # NaN is not
        return value
    raise Unpackable("a number that is none")


def _shape(value: Any) -> tuple | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > 8:
        raise Unpackable("a shape that is none")
    return tuple(_number(length, int) for length in value)


def _loss_values(values: Any) -> tuple | None:
    if values is None:
        return None
    if not isinstance(values, list) or len(values) > 8:
        raise Unpackable("losses that are none")
    # NaN and infinity are floats, too, and equal no loss that is expected.
    return tuple(value if isinstance(value, float) else None for value in values)


def _convolution(tree: Any) -> Convolution | None:
    if tree is None:
        return None
    if not isinstance(tree, dict):
        raise Unpackable("a convolution that is none")
    weights = tuple(unpack(one) for one in _trees(tree.get("weights")))
    if not all(isinstance(one, np.ndarray) for one in weights):
        raise Unpackable("weights that are none")
    return Convolution(weights, tree.get("frozen") is True)


def _callback(tree: dict) -> Callback:
    settings = tree.get("settings", {})
    if not isinstance(settings, dict) or len(settings) > MOST_FILES:
        raise Unpackable("settings that are none")
    values = {_text(name, 80): unpack(one) for name, one in settings.items()}
    return Callback(_text(tree.get("class"), 80), tree.get("called") is True, values)


def _saved(tree: dict) -> Saved:
    returned, names = tree.get("returned"), tree.get("files", [])
    if not isinstance(returned, dict) or not isinstance(names, list):
        raise Unpackable("nothing saved")
    if len(names) > MOST_FILES:
        raise Unpackable("too many files")
    content = tree.get("content")
    return Saved(
        _as_error(returned) if returned.get("kind") == "error" else outcome(returned),
        tree.get("same_object") is True,
        tuple(_text(name) for name in names),
        b"" if content is None else _bytes(unpack(content)),
    )


def _bytes(array: Any) -> bytes:
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
        raise Unpackable("no bytes")
    return array.tobytes()

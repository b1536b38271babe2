"""What runs in the student's kernel when an answer is a network, or is about one.

It hands out facts about a network and what it says of its inputs, what a function does
that saves networks, and the settings of a callback. See `in_kernel`.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from course.instructor.judging.packing import LONGEST, Unpackable, pack

# What is more is left out here, and refused outside: `replaying` reads these, too.
MOST_LAYERS = 200
MOST_FILES = 50
LARGEST_FILE = 400_000  # bytes; the small network's has some 30,000


def packed_error(error: BaseException) -> dict[str, Any]:
    """Return an error as a tree: its name and its text."""
    try:
        text = str(error)
    except Exception:
        text = "(it has no text)"
    name = type(error).__name__
    return {"kind": "error", "name": name[:80], "text": text[:LONGEST]}


def ask_network(answer: Any, about: list) -> dict[str, Any]:
    """Return the facts about a network, and what it says of its inputs.

    Those are an array and a list of preparations: the network is asked once for each,
    with that shift subtracted and divided by that scale. The samples get the shape
    that it takes, if they can.
    """
    import keras

    if not isinstance(answer, keras.Model):
        return pack(answer)
    inputs, preparations = about if answer.built else (None, [])
    return {
        "kind": "network",
        "facts": pack_facts(answer),
        "outputs": [_outputs(answer, inputs, *each) for each in preparations],
    }


def _outputs(network: Any, inputs: np.ndarray, shift: Any, scale: Any) -> dict:
    import keras

    try:
        shape = input_shape(network, inputs.shape[1:])
        samples = ((inputs - np.asarray(shift)) / scale).reshape(-1, *shape)
        given = network(samples.astype(np.float32), training=False)
        return pack(keras.ops.convert_to_numpy(given))
    except (Exception, SystemExit) as error:
        return packed_error(error)


def input_shape(network: Any, sample: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of one sample as the network takes it; free axes as given."""
    shape = tuple(network.input_shape[1:])
    free = [length is None for length in shape]
    if any(free):
        shape = (*sample, 1)[: len(shape)]
    return shape


def pack_facts(network: Any) -> dict[str, Any]:
    """Return what can be said about a network without its weights."""
    optimizer: Any = getattr(network, "optimizer", None)
    return {
        "built": bool(network.built),
        "compiled": bool(network.compiled),
        "layers": [_layer(layer) for layer in _flat(network)[:MOST_LAYERS]],
        "input_shape": _fact(lambda: _shape(network.input_shape)),
        "output_shape": _fact(lambda: _shape(network.output_shape)),
        "parameters": _fact(lambda: int(network.count_params())),
        "optimizer": None if optimizer is None else type(optimizer).__name__[:80],
        "iterations": _fact(lambda: int(optimizer.iterations)),
        "loss": _fact(lambda: _loss_name(network)),
        "loss_values": _fact(lambda: _loss_values(network)),
        "loss_of_classes": _fact(lambda: _loss_of_classes(network)),
        "learning": _fact(lambda: len(network.trainable_weights)),
        "convolution": _fact(lambda: _first_convolution(network)),
    }


def _first_convolution(network: Any) -> dict[str, Any] | None:
    """Return the weights of the first convolution, and whether all are frozen."""
    learning = {id(weight) for weight in network.trainable_weights}
    found = [layer for layer in _flat(network) if type(layer).__name__ == "Conv2D"]
    if not found:
        return None
    weights = [weight for layer in found for weight in layer.weights]
    return {
        "weights": [pack(weight) for weight in found[0].get_weights()],
        "frozen": not any(id(weight) in learning for weight in weights),
    }


def _fact(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception:  # not built, not compiled, several inputs: no such fact
        return None


def _flat(network: Any) -> list[Any]:
    found: list[Any] = []
    for layer in network.layers:
        found += _flat(layer) if hasattr(layer, "layers") else [layer]
    return [layer for layer in found if type(layer).__name__ != "InputLayer"]


def _layer(layer: Any) -> dict[str, Any]:
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", None) or type(activation).__name__
    return {
        "class": type(layer).__name__[:80],
        "units": _fact(lambda: int(layer.units)),
        "rate": _fact(lambda: float(layer.rate)),
        "activation": None if activation is None else str(name)[:80],
        "filters": _fact(lambda: int(layer.filters)),
        "kernel_size": _fact(lambda: _lengths(layer.kernel_size)),
        "pool_size": _fact(lambda: _lengths(layer.pool_size)),
        "strides": _fact(lambda: _lengths(layer.strides)),
        "padding": _fact(lambda: str(layer.padding)[:80]),
    }


def _lengths(lengths: Any) -> list[int]:
    """Return a length for each direction; one number alone counts as one direction."""
    return [int(length) for length in np.ravel(lengths)]


def _shape(shape: tuple) -> list[int | None]:
    return [None if length is None else int(length) for length in shape]


def _loss_of(network: Any) -> Any:
    """Return the loss, however it was given; one in a list counts as itself."""
    import keras

    loss = getattr(network, "loss", None)
    loss = loss[0] if isinstance(loss, list | tuple) and len(loss) == 1 else loss
    return keras.losses.get(loss) if isinstance(loss, str) else loss


def _loss_name(network: Any) -> str:
    loss = _loss_of(network)
    return str(getattr(loss, "name", "") or getattr(loss, "__name__", ""))[:80]


def _loss_values(network: Any) -> list[float] | None:
    """Return the loss of a few answers to yes or no, one by one."""
    import keras

    if "categorical" in _loss_name(network):  # Keras would warn, on one column
        return None
    loss, values = _loss_of(network), []
    for truth, probability in ((1.0, 0.8), (0.0, 0.3), (1.0, 0.1)):
        given = loss(np.array([[truth]]), np.array([[probability]]))
        values.append(float(keras.ops.convert_to_numpy(given).mean()))
    return values


def _loss_of_classes(network: Any) -> float:
    """Return the mean loss of two answers about three classes, truth one-hot."""
    import keras

    truth = np.eye(3, dtype=np.float32)[[0, 2]]
    answers = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], dtype=np.float32)
    given = _loss_of(network)(truth, answers)
    return float(keras.ops.convert_to_numpy(given).mean())


# ------------------------------------------------------------------ saving


def ask_saving(answer: Any, about: list) -> dict[str, Any]:
    """Return what a function does that saves a network in a folder and loads it.

    Parameters
    ----------
    answer : callable
        Takes a network and a folder.
    about : list
        The network's name, its weights, and inputs for what comes back.
    """
    if not callable(answer):
        return pack(answer)
    name, weights, inputs = about
    original = small_network(name, weights)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
                loaded = answer(original, Path(folder))
        except (Exception, SystemExit) as error:
            return {"kind": "saving", "returned": packed_error(error)}
        files = sorted(file for file in Path(folder).rglob("*"))[:MOST_FILES]
        return {
            "kind": "saving",
            "returned": _returned(loaded, inputs),
            "same_object": loaded is original,
            "files": [file.name[:200] for file in files],
            "content": _first_saved(files),
        }


def _returned(loaded: Any, inputs: np.ndarray) -> dict[str, Any]:
    try:
        return ask_network(loaded, [inputs, [(0.0, 1.0)]])
    except Unpackable as problem:  # a path, say: no network, whatever it is
        return {"kind": "text", "text": str(problem)[:LONGEST]}


def small_network(name: str, weights: list[np.ndarray]) -> Any:
    """Return a network whose weights, biases and statistics are given."""
    import keras

    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input(shape=(6,)),
            layers.Dense(5, activation="relu", kernel_initializer="zeros"),
            layers.BatchNormalization(),
            layers.Dense(3, activation="softmax", kernel_initializer="zeros"),
        ],
        name=name,
    )
    network.set_weights(weights)
    return network


def _first_saved(files: list[Path]) -> dict[str, Any] | None:
    """Return the bytes of the first .keras file, as an array."""
    for file in files:
        if file.name.endswith(".keras") and file.is_file() and not file.is_symlink():
            with file.open("rb") as stream:
                content = stream.read(LARGEST_FILE)
            return pack(np.frombuffer(content, dtype=np.uint8))
    return None


# ------------------------------------------------------------------ callbacks


def ask_callback(answer: Any, about: Any) -> dict[str, Any]:
    """Return the kind of a callback, and its settings of the names in `about`."""
    import keras

    if isinstance(answer, list | tuple):
        return {"kind": "callback", "class": "list"}
    if answer is keras.callbacks.EarlyStopping:
        return {"kind": "callback", "class": "EarlyStopping", "called": False}
    if not isinstance(answer, keras.callbacks.Callback):
        return pack(answer)
    kinds = ("EarlyStopping", "ModelCheckpoint")
    known = [one for one in kinds if isinstance(answer, getattr(keras.callbacks, one))]
    settings = {name: pack(getattr(answer, name, None)) for name in about}
    return {
        "kind": "callback",
        "class": (known or [type(answer).__name__[:80]])[0],
        "called": True,
        "settings": settings,
    }


ASK_NETWORKS = {
    "network": ask_network,
    "saving": ask_saving,
    "callback": ask_callback,
}

"""Importing helpers is cheap."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import helpers

FOLDER = Path(helpers.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))
# Modules whose names begin with _ load what they need; others import them when used.
MODULES = [
    ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    )
    for path in SOURCES
    if path.name == "__init__.py" or not path.name.startswith("_")
]
HEAVY = ["tensorflow", "keras", "matplotlib"]

LOAD_ALL = """
import importlib, json, sys
loaded = {}
for module in json.loads(sys.argv[1]):
    importlib.import_module(module)
    loaded[module] = [name for name in json.loads(sys.argv[2]) if name in sys.modules]
print(json.dumps(loaded))
"""


def run_python(code, *arguments, stderr=subprocess.PIPE):
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        check=True,
        timeout=120,
    ).stdout


def test_no_module_loads_tensorflow_keras_or_matplotlib():
    assert {"helpers", "helpers.preprocessing", "helpers.training"} <= set(MODULES)
    public = [name for name in MODULES if is_public(name)]
    loaded = json.loads(run_python(LOAD_ALL, json.dumps(public), json.dumps(HEAVY)))
    assert loaded == {name: [] for name in public}


def is_public(module):
    """Return whether it may be loaded with `helpers`; plotting loads matplotlib."""
    return module.split(".")[:2] != ["helpers", "plotting"]


def test_the_parts_are_loaded_when_used():
    code = "import helpers, sys; n = 'helpers.training'; print(n in sys.modules); "
    code += "helpers.training; print(n in sys.modules)"
    assert run_python(code).split() == ["False", "True"]


def test_unknown_part():
    with pytest.raises(AttributeError, match=r"no part 'utils'; it has .*training"):
        _ = helpers.utils
    assert set(helpers.__all__) <= set(dir(helpers))


MANY_NETWORKS = """
import helpers, keras, logging, numpy as np
for _ in range(8):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.predict(np.zeros((3, 2)), verbose=0)
logging.getLogger("tensorflow").warning("this one matters")
"""


def test_many_networks_bring_no_advice_on_retracing():
    """Without our filter TensorFlow gives it, in a notebook among the output."""
    written = run_python(MANY_NETWORKS, stderr=subprocess.STDOUT)
    assert "retracing" not in written
    assert "this one matters" in written

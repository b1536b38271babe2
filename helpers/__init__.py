"""The library that the notebooks import.

``import helpers`` is cheap: each part is loaded when it is first used, so neither
TensorFlow nor matplotlib is loaded before something needs it.
"""

import importlib
import os
from types import ModuleType

from helpers import quiet_import

# Without these two, every notebook would begin with lines about processors and graphics
# cards that say nothing about the lesson. TensorFlow reads the first when it is loaded.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
quiet_import.install()

__all__ = [
    "controls",
    "datasets",
    "environment",
    "exercises",
    "explaining",
    "features",
    "neighbour_maps",
    "plotting",
    "preprocessing",
    "training",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"helpers.{name}")
    raise AttributeError(f"helpers has no part {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

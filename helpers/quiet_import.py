"""Keep TensorFlow's start-up lines out of the notebooks.

TensorFlow writes some lines about processors and graphics cards straight to the
process's error stream, before its own log level applies. Jupyter would show them in
pink under the first cell of every chapter, and store them. Only lines of that form are
left out; whatever else is written still appears.
"""

import importlib.util
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# "I0000 00:00:1795262595.808836 5434 cudart_stub.cc:31] Could not find ..." and such:
# I is information, W a warning; errors begin with E and are shown.
NOISE = re.compile(
    rb"^(?:[IW]\d{4} .*\.cc:\d+\] .*"
    rb"|\d{4}-\d\d-\d\d .*: [IW] .*\.cc:\d+\] .*"
    rb"|WARNING: All log messages before absl::InitializeLog\(\) .*"
    rb"|To enable the following instructions: .*)$"
)


def install() -> None:
    """From now on, load TensorFlow without its start-up lines."""
    if "tensorflow" not in sys.modules and not any(
        isinstance(finder, _TensorFlowFinder) for finder in sys.meta_path
    ):
        sys.meta_path.insert(0, _TensorFlowFinder())


class _TensorFlowFinder(MetaPathFinder):
    """Steps in when TensorFlow is imported, once."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_quietly(module: ModuleType) -> None:
            with without_noise():
                load(module)
            # Its notes on each file that it writes are of no use to a reader either.
            logger = logging.getLogger("tensorflow")
            logger.setLevel(logging.WARNING)
            logger.addFilter(_is_of_use)

        spec.loader.exec_module = load_quietly  # type: ignore[method-assign]
        return spec


def _is_of_use(record: logging.LogRecord) -> bool:
    """Leave out advice on speed that comes when a lesson makes many small networks.

    It names an address in memory, so no two runs would store the same.
    """
    return "triggered tf.function retracing" not in str(record.msg)


@contextmanager
def without_noise() -> Iterator[None]:
    """Hold back what is written to the process's error stream; pass on what matters."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        original = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(original, 2)
            os.close(original)
            held.seek(0)
            for line in held:
                if not NOISE.match(line.rstrip(b"\r\n")):
                    os.write(2, line)

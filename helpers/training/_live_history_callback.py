"""The callback behind `live_history`: a module of its own, because it loads Keras."""

import time
from numbers import Real
from typing import Any

import keras

from helpers.training.shown_line import someone_looks_on

SECONDS_BETWEEN_PICTURES = 2.0


class LiveHistory(keras.callbacks.Callback):
    """Draw the history now and then, and at the end."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._curves: dict[str, list[float]] = {}
        self._live = someone_looks_on()
        self._last_picture = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for name, value in (logs or {}).items():
            if isinstance(value, Real):
                self._curves.setdefault(name, []).append(float(value))
        waited = time.perf_counter() - self._last_picture
        if self._live and waited > SECONDS_BETWEEN_PICTURES:
            self._draw()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._curves:
            self._draw()

    def _draw(self) -> None:
        from IPython.display import clear_output

        from helpers.plotting import plot_history, show

        if self._live:
            clear_output(wait=True)  # wait: the page does not jump
        show(plot_history(self._curves, title=self._title))
        self._last_picture = time.perf_counter()

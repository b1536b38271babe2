"""The callback behind `progress`: a module of its own, because it loads Keras."""

import time
from numbers import Real
from typing import Any

import keras

from helpers.training.shown_line import make_line, notebook_shell

SECONDS_BETWEEN_UPDATES = 0.3


class ProgressLine(keras.callbacks.Callback):
    """Show the epoch, the metrics and the time left in one line."""

    _shell: Any = None  # IPython's, while it watches for an interrupt

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self._shell is not None:  # an earlier fit in this cell was interrupted
            self._after_cell(None)
        self._show, self._live = make_line()
        self._planned = self.params["epochs"]  # the number of the last epoch
        self._epoch = self._first_epoch = self._epochs_done = 0
        self._metrics = ""
        self._begin = self._last_update = time.perf_counter()
        self._watch_for_interrupt()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch + 1  # people count epochs from 1
        if self._epochs_done == 0:
            self._first_epoch = epoch  # above 0 where fit got an initial_epoch
            self._update()

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        recent = time.perf_counter() - self._last_update < SECONDS_BETWEEN_UPDATES
        if self._live and not recent:
            self._metrics = describe_metrics(logs or {})
            self._update(batches=batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epochs_done += 1
        self._metrics = describe_metrics(logs or {})
        self._update()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._epoch < self._planned:
            trained = f"stopped after {self._epoch} of {self._planned} epochs"
        else:
            trained = f"{self._epochs_done} epoch{'s' * (self._epochs_done != 1)}"
        self._finish(trained)

    def _update(self, batches: int = 0) -> None:
        if not self._live:
            return
        self._last_update = time.perf_counter()
        steps = self.params.get("steps")  # None if the data do not tell their length
        parts = [f"epoch {self._epoch} of {self._planned}"]
        if batches and steps:
            parts.append(f"batch {batches} of {steps}")
        parts += [self._metrics, self._time_left(batches / steps if steps else 0)]
        self._show(", ".join(part for part in parts if part), False)

    def _time_left(self, share_of_epoch: float) -> str:
        done = self._epochs_done + share_of_epoch
        if done < 0.05:  # the first batch is slow and says little
            return ""
        planned = self._planned - self._first_epoch
        elapsed = time.perf_counter() - self._begin
        return describe_time_left((planned - done) * elapsed / done)

    def _finish(self, trained: str) -> None:
        self._show(f"{trained}: {self._metrics}" if self._metrics else trained, True)
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._after_cell)
            self._shell = None

    def _watch_for_interrupt(self) -> None:
        # Keras does not call on_train_end when training is interrupted or fails;
        # IPython tells when the cell has ended, however it ended.
        self._shell = notebook_shell() if self._live else None
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._after_cell)

    def _after_cell(self, result: Any) -> None:
        self._finish(f"stopped in epoch {self._epoch} of {self._planned}")


def describe_metrics(logs: dict[str, Any]) -> str:
    """Return "loss 0.081, accuracy 0.976, val_loss ...": training before validation."""
    names = sorted(
        logs,
        key=lambda name: (name.startswith("val_"), name.removeprefix("val_") != "loss"),
    )
    numbers = [(name, logs[name]) for name in names if isinstance(logs[name], Real)]
    return ", ".join(f"{name} {describe_number(value)}" for name, value in numbers)


def describe_number(value: Any) -> str:
    """Return three decimals, or two digits of a number that is smaller than that."""
    return f"{value:.2g}" if 0 < abs(value) < 0.001 else f"{value:.3f}"


def describe_time_left(seconds: float) -> str:
    """Return "about 12 s left", in minutes if they are many."""
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left"

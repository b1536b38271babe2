"""Training that can be repeated, followed, compared with the text, and kept.

Keras is loaded when something here first needs it, not before.
"""

from helpers.training.bands import read_bands
from helpers.training.expectations import DisagreesWithText, expect
from helpers.training.live_history import live_history
from helpers.training.measuring import Stopwatch, stopwatch
from helpers.training.progress_line import progress
from helpers.training.results import results_table
from helpers.training.saved_runs import Run, load_run, save_run
from helpers.training.seeds import set_seed
from helpers.training.starting_again import start_again

__all__ = [
    "DisagreesWithText",
    "Run",
    "Stopwatch",
    "expect",
    "live_history",
    "load_run",
    "progress",
    "read_bands",
    "results_table",
    "save_run",
    "set_seed",
    "start_again",
    "stopwatch",
]

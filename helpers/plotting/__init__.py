"""Figures for the chapters: each function draws one thing and describes it in words.

Every function takes an optional `ax`, returns the axes it drew on, and never shows the
figure. Write ``show(plot_grayscale(image))`` to show it together with its description
as alternative text, which a screen reader reads aloud.

Importing this package sets the course's style for the figures that you draw yourself.
"""

from helpers.plotting.activations import plot_activations
from helpers.plotting.boundary import plot_decision_boundary
from helpers.plotting.calibration import plot_calibration
from helpers.plotting.class_counts import plot_class_counts
from helpers.plotting.confusion import plot_confusion_matrix
from helpers.plotting.convolution import plot_convolution
from helpers.plotting.descent import plot_descent
from helpers.plotting.display import show
from helpers.plotting.embedding import plot_embedding
from helpers.plotting.histories import plot_histories
from helpers.plotting.history import plot_history
from helpers.plotting.images import plot_digits, plot_grayscale
from helpers.plotting.layer_outputs import plot_layer_outputs
from helpers.plotting.learning_curves import plot_learning_curves
from helpers.plotting.learning_step import plot_learning_step
from helpers.plotting.network import plot_network
from helpers.plotting.repeats import plot_repeats
from helpers.plotting.score_pairs import plot_score_pairs
from helpers.plotting.series import plot_series
from helpers.plotting.style import use_for_the_notebook
from helpers.plotting.variance import plot_explained_variance
from helpers.plotting.weights import plot_weights
from helpers.plotting.windows import plot_window_split, plot_windows
from helpers.plotting.words import describe, description

__all__ = [
    "describe",
    "description",
    "plot_activations",
    "plot_calibration",
    "plot_class_counts",
    "plot_confusion_matrix",
    "plot_convolution",
    "plot_decision_boundary",
    "plot_descent",
    "plot_digits",
    "plot_embedding",
    "plot_explained_variance",
    "plot_grayscale",
    "plot_histories",
    "plot_history",
    "plot_layer_outputs",
    "plot_learning_curves",
    "plot_learning_step",
    "plot_network",
    "plot_repeats",
    "plot_score_pairs",
    "plot_series",
    "plot_weights",
    "plot_window_split",
    "plot_windows",
    "show",
]

use_for_the_notebook()

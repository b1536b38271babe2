"""Draw the curves of a training while it runs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def live_history(title: str = "") -> "keras.callbacks.Callback":
    """Return a callback for ``fit`` that draws loss and metrics as they grow.

    In a live notebook the figure is drawn anew every two seconds; it takes the place of
    all that the cell has shown so far. Where nobody looks on, only the final figure is
    drawn. It is that of `helpers.plotting.plot_history`.

    Parameters
    ----------
    title : str, optional
        Written above.

    Returns
    -------
    keras.callbacks.Callback

    Examples
    --------
    >>> model.fit(x, y, epochs=50, verbose=0,
    ...           callbacks=[live_history()])  # doctest: +SKIP
    """
    from helpers.training._live_history_callback import LiveHistory

    return LiveHistory(title)

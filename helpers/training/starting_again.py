"""Train a network afresh, without building it afresh."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def start_again(network: "keras.Model") -> None:
    """Give a network fresh random weights, and an optimizer that remembers nothing.

    A second `fit` goes on from where the first one stopped. After this, it begins
    anew, as for a network that was just made and compiled. But it begins at once:
    Keras spends a second or more on preparing the first `fit` of each new network.

    Parameters
    ----------
    network : keras.Model
        A compiled network. It is changed in place.

    Raises
    ------
    ValueError
        If the network is not compiled.

    Examples
    --------
    >>> for seed in (7, 8, 9):  # doctest: +SKIP
    ...     set_seed(seed)
    ...     start_again(network)
    ...     network.fit(x, y)
    """
    import keras  # here, so that importing helpers.training stays cheap

    optimizer = getattr(network, "optimizer", None)
    if optimizer is None:
        raise ValueError("The network has no optimizer yet; call its compile first.")
    fresh = keras.models.clone_model(network)
    network.set_weights(fresh.get_weights())
    if not optimizer.built:
        # Else the first fit would do this, and Keras prepare it twice.
        optimizer.build(network.trainable_variables)
    else:
        twin = type(optimizer).from_config(optimizer.get_config())
        twin.build(fresh.trainable_variables)
        for variable, at_start in zip(optimizer.variables, twin.variables, strict=True):
            variable.assign(at_start)

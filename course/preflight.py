"""Before a class: does all that the course needs work on this machine?"""

from helpers.environment import Finding, Findings, check_machine, check_versions


def preflight() -> Findings:
    """Look at the versions, the machine and the data, and train a tiny network.

    Returns
    -------
    Findings
        One line for each thing; those with a remedy are not well.
    """
    return Findings([*check_versions(), *check_machine(), _training()])


def _training() -> Finding:
    try:
        loss = _train_a_little()
    except Exception as error:  # whatever is broken in an installation: say it
        what = f"does not work: {type(error).__name__}: {error}"
        return Finding("training", what, "Make the environment anew: `make env`.")
    return Finding("training", f"works (a tiny network, loss {loss:.2f})")


def _train_a_little() -> float:
    import keras
    import numpy as np

    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    network.compile("sgd", "mse")
    x = np.linspace(-1, 1, 40).reshape(20, 2)
    return network.fit(x, x.sum(axis=1), epochs=1, verbose=0).history["loss"][-1]

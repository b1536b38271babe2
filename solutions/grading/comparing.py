"""Compare what was answered with what a reference gives, or a known wrong function."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from helpers.exercises.questions import Mistake, Part
from helpers.exercises.reading import TOLERANCE

Condition = Callable[[Any], bool]


def agrees(value: Any, expected: Any) -> bool:
    """Return whether shape and numbers agree; pairs are compared one by one."""
    if isinstance(expected, tuple):
        pairs = zip(value, expected, strict=True)
        return all(agrees(one, other) for one, other in pairs)
    value, expected = np.asarray(value), np.asarray(expected)
    # Sums of numbers with both signs may be small where their terms are not, which
    # float32 cannot follow: hence the larger absolute tolerance.
    return value.shape == expected.shape and np.allclose(
        value, expected, rtol=TOLERANCE, atol=1e-5
    )


def like(about: list[tuple], *functions: Callable) -> Condition:
    """Return a condition: the results are those of one of `functions`, every time."""

    def is_like(result: Callable) -> bool:
        return any(
            all(
                agrees(result(i), wrong(*arguments))
                for i, arguments in enumerate(about)
            )
            for wrong in functions
        )

    return is_like


def each(about: list[tuple], condition: Callable[..., bool]) -> Condition:
    """Return a condition: `condition` holds of each result and its arguments."""
    return lambda result: all(
        condition(result(i), *arguments) for i, arguments in enumerate(about)
    )


def by_arguments(about: list[tuple], result: Callable) -> Callable:
    """Return a function that gives the results, by their number or their arguments.

    So public conditions, which call a function, can look at what was asked already.
    Arguments that are functions themselves are not compared.
    """

    def give(*arguments: Any) -> Any:
        if len(arguments) == 1:
            return result(arguments[0])
        found = (i for i, asked in enumerate(about) if _same(asked, arguments))
        return result(next(found))

    return give


def _same(arguments: tuple, others: tuple) -> bool:
    pairs = zip(arguments, others, strict=True)
    return all(callable(other) or np.array_equal(one, other) for one, other in pairs)


def regraded(
    public: Part, read: Callable, right: Condition, mistakes: Mapping[str, Condition]
) -> Part:
    """Return a part with the public names and messages, and other conditions.

    Parameters
    ----------
    public : Part
        Of the public check.
    read, right : callable
        As in `Part`.
    mistakes : mapping of str to callable
        The conditions of the mistakes by name. A mistake that is not named here keeps
        its public condition.
    """
    known = {mistake.name for mistake in public.mistakes}
    if unknown := set(mistakes) - known:
        raise ValueError(f"The public check has no mistake {', '.join(unknown)}.")

    def changed(mistake: Mistake) -> Mistake:
        condition = mistakes.get(mistake.name, mistake.condition)
        return replace(mistake, condition=condition)

    return Part(read, right, tuple(map(changed, public.mistakes)), public.otherwise)

"""Hold a chapter's text, its claims and what ten seeds gave against each other.

Nothing is run: the stored notebook, the claims file and the bands are enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from course.claims.asking import RELATIONS, is_asked
from course.claims.claim import SEEDS, Claim, ClaimsFile
from course.claims.pairing import (
    numbers_of_a_comparison,
    values_of,
    words_against_values,
)
from course.claims.placing import misplaced
from course.claims.prose import not_in_the_text, unheld_comparisons, unheld_numbers
from course.claims.words import shortened

Values = Mapping[str, Sequence[float]]


def faults(notebook: Any, claims: ClaimsFile, values: Values) -> list[str]:
    """Say where text, claims and the seeds' values do not agree.

    Parameters
    ----------
    notebook : mapping
        As nbformat reads it.
    claims : ClaimsFile
    values : mapping of str to sequence of floats
        What the seeds gave on the full data, by the names that `course bands` stores.

    Returns
    -------
    list of str
        One line for each fault, which says what to do.
    """
    return list(each_fault(notebook, claims, values))


def each_fault(notebook: Any, claims: ClaimsFile, values: Values) -> Iterator[str]:
    """Yield the `faults` one by one, those that are found soonest first."""
    yield from misplaced(claims, notebook)
    path = claims.path
    for claim in claims.claims:
        yield from (f"{path}: {line}" for line in _of_claim(claim, claims, values))
    yield from (f"{path}: {words}" for words in unheld_numbers(notebook, claims))
    yield from not_in_the_text(notebook, claims)
    yield from (f"{path}: {words}" for words in unheld_comparisons(notebook, claims))


def _of_claim(claim: Claim, claims: ClaimsFile, values: Values) -> list[str]:
    if claim.is_comparison:
        found = numbers_of_a_comparison(claim, claims.constants)
        return found + against_seeds(claim, values)
    try:
        measured = values_of(claim, values)
    except ValueError as error:
        return [str(error)]
    return words_against_values(claim, claims.constants, measured)


def against_seeds(claim: Claim, values: Values, source: str = "full") -> list[str]:
    """Say whether a comparison holds in fewer seeds than it must."""
    if not is_asked(claim, source):
        return []
    truths = values.get(claim.name)
    if truths is None:
        return [f"claim {claim.name!r} has no band: measure it with `course bands`"]
    if claim.relation is not None:
        left, right = (
            values.get(f"{claim.name}, {side}") for side in ("left", "right")
        )
        if left is None or right is None:
            return [f"claim {claim.name!r}: its sides have no band: `course bands`"]
        compare = RELATIONS[claim.relation]
        truths = [
            compare(a, b) and abs(a - b) >= claim.margin
            for a, b in zip(left, right, strict=True)
        ]
    held = sum(map(bool, truths))
    if held * SEEDS >= claim.seeds * len(truths):
        return []
    return [
        f"claim {claim.name!r}: {shortened(claim.says[0])} holds in {held} of "
        f"{len(truths)} seeds, and seeds is {claim.seeds}: correct the words, or say "
        "'usually' and lower seeds"
    ]

"""Which chapters state their numbers as claims, and what is wrong with one that does.

A chapter is converted once it has a claims file. Its cells then hold what a reader
would write, and nothing that serves the tests.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from course.claims.asking import Number, band_names, is_asked
from course.claims.claim import SEEDS, Claim, ClaimsFile
from course.claims.figures import figures_in
from course.claims.markdown import sentences_of
from course.claims.turns import turn_cells
from course.claims.words import pattern, shortened
from course.notebooks import project_folder

# Chapters that have no claims file yet. It becomes empty, and goes.
UNCONVERTED = (
    "00_start_here",
    "01_introduction",
    "02_keras_basics",
    "03_spatial_cnns",
    "05_tuning_and_understanding",
)

TURNS = range(6, 9)  # how many there are in a chapter

# What served the tests, or spared a second, and what stands in its place.
MACHINERY = {
    r"\bexpect\(": "a [[claim]] in the claims file",
    r"\bstopwatch\(": "time.perf_counter, where the lesson is about time",
    r"\bstart_again\(": "keras.utils.set_random_seed",
    r"\bset_seed\(": "keras.utils.set_random_seed",
    r"\bone_hot\(": "keras.utils.to_categorical",
    r"\bread_bands\(|\bbands/": "the range in the text, held by a claim",
    r"KERAS_COURSE_": "nothing: a cell need not know of the tests",
}
FOR_SPEED = {r"\bsteps_per_execution\b": "plain compile; speed has its own notebook"}


# Words that admit of exceptions, and words that need a margin.
USUALLY = re.compile(r"\b(?:usually|mostly|generally|in most|most of the)\b", re.I)
MUCH = re.compile(
    r"(?<!as )(?<!how )(?<!so )\bmuch\b(?! as)|\bby far\b"
    r"|\bfar (?:more|fewer|less|better|worse|larger|smaller|higher|lower)\b",
    re.I,
)


def converted_chapters() -> dict[str, Path]:
    """Return the notebooks that state their numbers as claims, by name."""
    files = sorted((project_folder() / "notebooks").glob("*.ipynb"))
    return {file.stem: file for file in files if file.stem not in UNCONVERTED}


def machinery(notebook: Any, about_speed: bool = False) -> list[str]:
    """Say which code cells hold what serves the tests, and not the reader.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    about_speed : bool
        Whether speed is what the notebook is about.
    """
    unwanted = MACHINERY if about_speed else {**MACHINERY, **FOR_SPEED}
    return [
        f"cell {cell.id!r}: {found.group()!r} serves the tests; write {instead}"
        for cell in notebook.cells
        if cell.cell_type == "code"
        for pattern, instead in unwanted.items()
        if (found := re.search(pattern, cell.source))
    ]


def turn_faults(claims: ClaimsFile, notebook: Any) -> list[str]:
    """Say which turns have no [[turn]].

    In a chapter with a number, say also whether there are too few or too many.
    """
    cells = [cell.id for cell in turn_cells(notebook)]
    listed = {turn.cell for turn in claims.turns}
    found = [
        f"{claims.path}: the turn {cell!r} has no [[turn]]; say there what must hold "
        "once it is answered"
        for cell in cells
        if cell not in listed
    ]
    if claims.path.stem[0].isdigit() and len(cells) not in TURNS:
        found.append(
            f"{claims.path.stem} has {len(cells)} turns; {TURNS[0]} to {TURNS[-1]} "
            "are wanted"
        )
    return found


def wording_faults(claims: ClaimsFile, notebook: Any) -> list[str]:
    """Say which comparisons are worded more strongly than they are claimed."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    found = []
    for claim in claims.claims:
        if not claim.is_comparison:
            continue
        where = f"{claims.path}: claim {claim.name!r}:"
        if claim.seeds < SEEDS:
            found += [
                f"{where} {shortened(words)} holds in {claim.seeds} of {SEEDS} seeds; "
                "say 'usually', or in how many runs, in the same sentence"
                for words in claim.says
                if not any(_is_qualified(text, words) for text in texts)
            ]
        said = [words for words in claim.says if MUCH.search(words)]
        if said and not claim.margin and not _has_number(claim):
            remedy = "needs a margin: give by how much at least"
            found.append(f"{where} {shortened(said[0])} {remedy}")
    return found


def _is_qualified(text: str, words: str) -> bool:
    places = [match.start() for match in pattern(words).finditer(text)]
    said = [
        sentence.text
        for sentence in sentences_of(text)
        if any(sentence.start <= place < sentence.end for place in places)
    ]
    return any(
        USUALLY.search(sentence) or any(f.of_seeds for f in figures_in(sentence))
        for sentence in said
    )


def _has_number(claim: Claim) -> bool:
    """Return whether an expression that must hold says by how much."""
    return any(
        isinstance(node, ast.Constant) and type(node.value) in (int, float)
        for node in ast.walk(ast.parse(claim.holds or "None", mode="eval"))
    )


def band_faults(claims: ClaimsFile, measured: Mapping[str, Any]) -> list[str]:
    """Say where the stored bands are not those of these claims, with ten seeds.

    Parameters
    ----------
    claims : ClaimsFile
    measured : mapping
        The content of ``bands/NAME.json``.
    """
    again = f"measure anew: course bands {claims.path.stem}"
    found = []
    for source in ("full", "sample"):
        if source in measured:
            faults = list(_faults_on(source, claims, measured[source]["values"]))
        else:
            faults = [f"there are no bands of the {source} data"]
        found += [f"{claims.path.stem}: {fault}; {again}" for fault in faults]
    return found


def _faults_on(
    source: str, claims: ClaimsFile, values: Mapping[str, Sequence[Number]]
) -> Iterator[str]:
    wanted = set()
    for claim in claims.claims:
        if is_asked(claim, source):
            own = [claim.name] if claim.is_comparison else []
            names = {*own, *band_names(claim, values)}
            if not names & values.keys():
                yield f"claim {claim.name!r} has no band on the {source} data"
            wanted |= names
    for name, numbers in values.items():
        if name not in wanted:
            yield f"a band of the {source} data is of {name!r}, which no claim is"
        if len(numbers) != SEEDS:
            yield (
                f"{name!r} was measured with {len(numbers)} seeds on the {source} "
                f"data, not {SEEDS}"
            )

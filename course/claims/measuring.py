"""Run a notebook once with raised seeds, and note what its claims come to."""

from collections import defaultdict
from typing import Any

from course.claims.asking import (
    UnfitReplyError,
    is_asked,
    questions,
    read_answer,
)
from course.claims.claim import Claim, ClaimsFile
from course.claims.placing import SKIP_TAG
from course.claims.seeds import OFFSET, raise_seeds
from course.notebooks import SOURCE_VARIABLE, in_place_of, run_notebook


def ask_once(
    claims: ClaimsFile, notebook: Any, source: str, copy: int
) -> list[dict[str, Any]]:
    """Return what each claim came to, as ``{"name": ..., "value": ...}``.

    Parameters
    ----------
    claims : ClaimsFile
    notebook : nbformat.NotebookNode
        Is run in an empty folder, without the cells tagged ``skip-bands``.
    source : str
        "full" or "sample".
    copy : int
        Which copy this is, from 0; the seeds are raised by 1,000 for each.

    Raises
    ------
    RuntimeError
        If a cell fails, or a claim cannot be read; says which and why.
    """
    asked: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims.claims:
        if is_asked(claim, source):
            asked[claim.after].append(claim)
    found: list[dict[str, Any]] = []

    def keep(cell: Any, replies: dict[str, Any]) -> None:
        for claim in asked.pop(cell.id):
            try:
                entries = read_answer(claim, replies).entries
            except UnfitReplyError as error:
                raise RuntimeError(
                    f"{claims.path}: claim {claim.name!r} after the cell {cell.id!r}, "
                    f"copy {copy} on the {source} data: {error}"
                ) from None
            found.extend({"name": n, "value": v} for n, v in entries.items())

    with in_place_of(claims.path.parent.parent) as folder:
        run_notebook(
            raise_seeds(notebook, OFFSET * copy),
            folder,
            {SOURCE_VARIABLE: source},
            skip_tags=[SKIP_TAG],
            ask=lambda cell: questions(asked.get(cell.id, [])),
            on_replies=keep,
        )
    if asked:
        raise RuntimeError(f"{claims.path}: the cells {sorted(asked)} were not run")
    return found

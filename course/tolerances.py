"""Which tolerance holds for a cell of a notebook.

The default may be changed for a whole notebook or for one cell, in its metadata::

    {"course": {"tolerance": {"relative": 0.02, "integers": 0.1}}}

What training gives varies with the seed. `course bands` measures how much and writes
it to ``bands/NAME.json`` beside the notebook. Where the cell of a claim prints a number
that lies in the claim's band, it may differ from what is stored by the band's width. So
may all numbers of a cell whose metadata lists it (``{"course": {"bands": [...]}}``).

In a chapter that has no claims file yet, an output line that names a figure takes the
figure's width.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.claims.asking import Number, band_names
from course.claims.claim import Claim, claims_file, read_claims
from course.comparison import Tolerance


@dataclass(frozen=True)
class Bands:
    """What the seeds gave on one source, and what the text claims of it.

    Attributes
    ----------
    values : dict of str to list of numbers
        By the figure's name, one number for each seed.
    claims : tuple of Claim or None
        None in a chapter that has no claims file yet.
    """

    values: dict[str, list[Number]] = field(default_factory=dict)
    claims: tuple[Claim, ...] | None = None

    def width(self, name: str) -> float:
        """Return the highest minus the lowest that the seeds gave."""
        return max(self.values[name]) - min(self.values[name])

    def claimed_after(self, cell_id: str) -> tuple[tuple[float, float], ...]:
        """Return the lowest and the highest of each number claimed after a cell."""
        names = [
            name
            for claim in self.claims or ()
            if claim.after == cell_id
            for name in band_names(claim, self.values)
        ]
        return tuple((min(self.values[n]), max(self.values[n])) for n in names)


def bands_file(notebook: Path) -> Path:
    """Return where the bands of `notebook` are kept."""
    return notebook.parent / "bands" / f"{notebook.stem}.json"


def bands_of(notebook: Path, source: str) -> Bands:
    """Read what was measured of a notebook, and what it claims.

    Returns
    -------
    Bands
        Without values when none were ever measured for this notebook.

    Raises
    ------
    KeyError
        If they were measured, but not on this source ("full" or "sample").
    """
    claims = read_claims(notebook).claims if claims_file(notebook).exists() else None
    measured = measured_bands(notebook)
    if not measured:
        return Bands(claims=claims)
    if source not in measured:
        raise KeyError(
            f"{bands_file(notebook)} has no bands of the {source} data. Measure them: "
            f"course bands {notebook.stem} --source {source}"
        )
    return Bands(measured[source]["values"], claims)


def measured_bands(notebook: Path) -> dict[str, Any]:
    """Return what ``course bands`` has stored of a notebook, by source; else {}."""
    file = bands_file(notebook)
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def tolerance_of(
    notebook: Mapping[str, Any], cell: Mapping[str, Any], bands: Bands
) -> Tolerance:
    """Return the tolerance for one cell.

    Parameters
    ----------
    notebook, cell : mapping
        As nbformat reads them.
    bands : Bands
        From `bands_of`.

    Raises
    ------
    ValueError
        If the metadata name a setting or a band that does not exist.
    """
    wanted = cell["metadata"].get("course", {})
    settings = {
        **notebook["metadata"].get("course", {}).get("tolerance", {}),
        **wanted.get("tolerance", {}),
    }
    known = {field.name for field in dataclasses.fields(Tolerance)} - {"named", "bands"}
    if unknown := settings.keys() - known:
        raise ValueError(
            f"tolerance has no setting {sorted(unknown)}; it has {sorted(known)}"
        )
    listed = set(wanted.get("bands", []))
    if bands.values and (missing := listed - bands.values.keys()):
        raise ValueError(
            f"no band is called {sorted(missing)}; measure with `course bands`. "
            f"Known: {sorted(bands.values)}"
        )
    widths = {name: bands.width(name) for name in listed & bands.values.keys()}
    tolerance = Tolerance(**settings)
    return dataclasses.replace(
        tolerance,
        absolute=max([tolerance.absolute, *widths.values()]),
        named=_named(cell, bands),
        bands=bands.claimed_after(cell["id"]),
    )


def _named(cell: Mapping[str, Any], bands: Bands) -> tuple[tuple[str, float], ...]:
    """Return the figures that a cell's code names, with their widths.

    There are none where the text's claims stand outside of the notebook.
    """
    if bands.claims is not None:
        return ()
    return tuple((n, bands.width(n)) for n in bands.values if n in cell["source"])

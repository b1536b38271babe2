"""How long `import helpers` takes."""

from benchmarks.lines import Goal, Line
from benchmarks.measuring import fresh, in_turns
from benchmarks.rows import Row

LARGE = "tensorflow, keras, matplotlib, sklearn, pandas"
LOADED = f"""
import sys
answer = [name for name in "{LARGE}".split(", ") if name in sys.modules]
"""


def import_helpers(quick: bool) -> list[Line]:
    """Time a fresh Python that imports helpers, and one that imports NumPy alone."""
    times = 5 if quick else 15
    ours, theirs = in_turns(
        lambda: fresh("import numpy, helpers" + LOADED),
        lambda: fresh("import numpy" + LOADED),
        times + 1,  # the first fills the disk's cache
    )
    loaded = ours[0].answer
    return [
        Line(
            what="import helpers, NumPy with it, in a fresh Python",
            against="import numpy in a fresh Python",
            ours=[run.seconds for run in ours[1:]],
            theirs=[run.seconds for run in theirs[1:]],
            goal=Goal("difference", at_most=0.2),
        ),
        Line(
            what="large packages that import helpers loads",
            against="",
            ours=[len(loaded)],
            theirs=[],
            goal=Goal("ours", at_most=0),
            unit="",
            note=", ".join(loaded) or f"none of {LARGE}",
        ),
    ]


ROWS = [Row("import-helpers", import_helpers)]

"""Measure speed and memory; print a table and keep it in benchmarks/RESULTS.md.

python -m benchmarks                     all rows
python -m benchmarks --quick             fewer repetitions, without the slow rows
python -m benchmarks umap forest-3000    these rows
"""

import argparse
import sys
import traceback
from datetime import datetime
from pathlib import Path

from benchmarks import results
from benchmarks.rows import NotMeasured, Row, all_rows
from helpers.datasets import DataUnavailable

RESULTS = Path(__file__).with_name("RESULTS.md")


def main(arguments: list[str] | None = None) -> int:
    """Run the rows that were asked for; return 1 if one of them crashed."""
    rows = all_rows()
    options = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--quick", action="store_true", help="under five minutes")
    options.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(rows))
    chosen = options.parse_args(arguments)
    if unknown := set(chosen.rows) - set(rows):
        options.error(f"no row {sorted(unknown)}; there are {', '.join(rows)}")
    name, description = results.describe_run(datetime.now(), chosen.quick)
    print(description)
    wanted = [rows[row] for row in chosen.rows] or list(rows.values())
    crashed = False
    for row in wanted:
        if chosen.quick and not row.in_quick and not chosen.rows:
            print(f"{row.name:18} left out: it takes longer than a quick run may")
            continue
        lines, failed = measured(row, chosen.quick)
        crashed = crashed or failed
        for cells in lines:
            print(results.on_screen(row.name, cells), flush=True)
        entries = [results.Entry(row.name, tuple(cells), name) for cells in lines]
        results.write(RESULTS, entries, description, chosen.quick)
    return int(crashed)


def measured(row: Row, quick: bool) -> tuple[list[list[str]], bool]:
    """Return the lines of a row as cells, and whether it crashed.

    A row that cannot be measured, or crashes, has one line, which says why.
    """
    try:
        return [line.cells() for line in row.measure(quick)], False
    except (NotMeasured, DataUnavailable) as reason:
        return [_without_figures("not measured", str(reason))], False
    except Exception as error:
        traceback.print_exc()
        return [_without_figures("crashed", f"{type(error).__name__}: {error}")], True


def _without_figures(result: str, reason: str) -> list[str]:
    first = reason.strip().splitlines()[0][:200] if reason.strip() else ""
    return ["-", "-", "-", "-", "-", "-", result, first]


if __name__ == "__main__":
    sys.exit(main())

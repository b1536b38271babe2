"""The table: on the screen, and kept in RESULTS.md with its date and machine."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psutil

HEADER = [
    "row",
    "what",
    "against",
    "goal",
    "ours",
    "theirs",
    "ratio (spread)",
    "result",
    "how often, notes",
    "run",
]
PACKAGES = "numpy pandas matplotlib scikit-learn umap-learn numba keras tensorflow"
TITLES = {False: "## All repetitions", True: "## Quick"}
OPENING = """# Results of the benchmarks

Written by `make bench` (`make bench QUICK=yes` for the second table). Ours and theirs
are measured in one run, in turns where they are measured more than once; the ratio is
ours / theirs, with its spread from pair to pair. A run of some rows replaces these and
keeps the others.
"""


@dataclass(frozen=True)
class Entry:
    """A line of the table as text: the name of its row, its cells, its run."""

    row: str
    cells: tuple[str, ...]
    run: str

    def text(self) -> str:
        """Return the line in Markdown."""
        cells = [f"`{self.row}`", *self.cells, self.run]
        return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def on_screen(row: str, cells: Iterable[str]) -> str:
    """Return a line for a terminal: the figures, and below them what they are."""
    what, against, goal, ours, theirs, ratio, result, notes = cells
    return (
        f"{row:18} {ours:>9} {theirs:>9}  {ratio:26} {goal:24} {result}\n"
        f"    {what}; against: {against} ({notes})"
    )


def write(path: Path, entries: list[Entry], run: str, quick: bool) -> None:
    """Put entries in place of the earlier ones of their rows, and keep the rest.

    `run` describes the run, and begins with what the entries call it.
    """
    tables, runs = read(path)
    measured = {entry.row for entry in entries}
    kept = [entry for entry in tables[quick] if entry.row not in measured]
    tables[quick] = sorted([*kept, *entries], key=lambda entry: entry.row)
    used = {entry.run for table in tables.values() for entry in table}
    described = dict.fromkeys([*runs, run])  # each once, in this order
    runs = [text for text in described if text.split(": ")[0] in used]
    parts = [OPENING]
    for kind, title in TITLES.items():
        if tables[kind]:
            parts += [f"{title}\n", _markdown(tables[kind])]
    parts += ["## Runs\n", "\n".join(f"- {text}" for text in runs) + "\n"]
    path.write_text("\n".join(parts), encoding="utf-8")


def read(path: Path) -> tuple[dict[bool, list[Entry]], list[str]]:
    """Return the entries that RESULTS.md holds, by kind, and its runs."""
    tables: dict[bool, list[Entry]] = {kind: [] for kind in TITLES}
    runs, quick = [], False
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for line in text.splitlines():
        if line.startswith("## "):
            quick = line == TITLES[True]
        elif line.startswith("| `"):
            row, *cells, run = line.strip("| ").split(" | ")
            tables[quick].append(Entry(row.strip("`"), tuple(cells), run))
        elif line.startswith("- "):
            runs.append(line[2:])
    return tables, runs


def describe_run(moment: datetime, quick: bool) -> tuple[str, str]:
    """Return what a run is called, and its description with machine and versions."""
    name = f"{moment:%Y-%m-%d %H:%M:%S}"
    memory = psutil.virtual_memory().total / 2**30
    facts = [
        *(["quick"] if quick else []),
        f"{os.cpu_count()} cores, {_processor()}, {memory:.0f} GiB",
        # What else the machine was doing: one process that always runs counts 1.
        f"load {psutil.getloadavg()[0]:.1f} before it began",
        f"{platform.system()}, Python {platform.python_version()}",
        ", ".join(f"{package} {version(package)}" for package in PACKAGES.split()),
    ]
    return name, f"{name}: {'; '.join(facts)}"


def _markdown(entries: list[Entry]) -> str:
    rule = "| " + " | ".join("---" for _ in HEADER) + " |"
    lines = ["| " + " | ".join(HEADER) + " |", rule, *map(Entry.text, entries)]
    return "\n".join(lines) + "\n"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(": ", 1)[1]
    return platform.processor() or platform.machine()

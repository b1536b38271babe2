"""The command `course`: what it takes, and which part of the package does it."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from course import bands, exercises, processes, record, submitting
from course.claims import table
from course.claims.checking import faults
from course.claims.claim import read_claims
from course.claims.draft import draft
from course.notebooks import (
    SOURCES,
    find_notebook,
    read_notebook,
    tested_notebooks,
)
from course.tolerances import measured_bands


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.do(options)
    except (LookupError, OSError, RuntimeError, ValueError) as error:
        message = error.args[0] if isinstance(error, KeyError) else error
        print(f"course {options.command}: {message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"course {options.command}: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="open JupyterLab on the start page")
    lab.add_argument("--port", type=int, help="the port to serve on (default: 8888)")
    lab.add_argument("--no-browser", action="store_true", help="serve, open nothing")
    lab.set_defaults(do=_lab)

    test = commands.add_parser("test", help="run all tests, the notebooks among them")
    test.add_argument("--source", choices=SOURCES, help="the data to run on")
    test.add_argument("--jobs", type=int, default=2, help="at a time (default: 2)")
    test.add_argument("--notebooks-only", action="store_true")
    test.add_argument("--no-browser", action="store_true", help="not JupyterLab's")
    test.add_argument("--all", action="store_true", help="those of some minutes, too")
    test.add_argument("files", nargs="*", metavar="FILE", help="only these")
    test.set_defaults(do=_test)

    store = commands.add_parser("record", help="run notebooks and store their outputs")
    store.add_argument("--source", choices=SOURCES, help="default: both")
    store.add_argument("notebooks", nargs="*", metavar="NAME")
    store.set_defaults(do=_record)

    ranges = commands.add_parser(
        "bands", help="measure how far a notebook's figures range over seeds"
    )
    ranges.add_argument("--source", choices=SOURCES, help="default: both")
    ranges.add_argument("--seeds", type=int, default=10, help="how many (default: 10)")
    ranges.add_argument("--jobs", type=int, default=2, help="at a time (default: 2)")
    ranges.add_argument("notebooks", nargs="+", metavar="NAME")
    ranges.set_defaults(do=_bands)

    said = commands.add_parser("claims", help="show what the text of a chapter claims")
    said.add_argument("notebook", metavar="NAME", help="such as 04")
    instead = said.add_mutually_exclusive_group()
    instead.add_argument(
        "--draft", action="store_true", help="propose entries for what nothing holds"
    )
    instead.add_argument(
        "--check", action="store_true", help="say where text, claims and bands disagree"
    )
    said.set_defaults(do=_claims)

    check = commands.add_parser("check", help="run an exercise and see what is right")
    check.add_argument("exercise", metavar="EXERCISE", help="such as 01")
    check.set_defaults(do=_check)

    hand_in = commands.add_parser("submit", help="pack an exercise for handing in")
    hand_in.add_argument("exercise", metavar="EXERCISE", help="such as 01")
    hand_in.add_argument("--student", help="who you are (default: your login name)")
    hand_in.add_argument("--to", type=Path, help="the folder for the archive")
    hand_in.set_defaults(do=_submit)

    look = commands.add_parser("preflight", help="does the course work on this machine")
    look.set_defaults(do=_preflight)

    if _is_instructors():
        from course.instructor.command import add_commands

        add_commands(commands)
    return parser


def _lab(options: argparse.Namespace) -> int:
    return processes.lab(options.port, browser=not options.no_browser)


def _test(options: argparse.Namespace) -> int:
    return processes.test(
        options.files,
        options.source,
        options.jobs,
        options.notebooks_only,
        browser=not options.no_browser,
        everything=options.all,
    )


def _record(options: argparse.Namespace) -> int:
    for file in _notebooks(options) or tested_notebooks():
        moved = record.record(file, _sources(options), partial(_show_cell, file))
        _show("")
        cells = ", ".join(f"{count} ({source})" for source, count in moved.items())
        print(f"{file.name}: cells stored anew: {cells}")
    return 0


def _bands(options: argparse.Namespace) -> int:
    if options.seeds < 2:
        raise ValueError(f"--seeds is {options.seeds}; a band needs at least 2")
    if options.jobs < 1:
        raise ValueError(f"--jobs is {options.jobs}; at least 1 is needed")
    for file in _notebooks(options):
        for source in _sources(options):
            show = partial(_show_seed, file, source, options.seeds)
            measured = bands.measure(file, source, options.seeds, show, options.jobs)
            _show("")
            print(f"{file.name}, {source} data, {options.seeds} seeds:")
            for name, values in measured["values"].items():
                print(f"  {name}: {table.between(values)}")
    return 0


def _claims(options: argparse.Namespace) -> int:
    file = find_notebook(options.notebook)
    claims = read_claims(file)
    measured = measured_bands(file)
    full, sample = (measured.get(source, {}).get("values", {}) for source in SOURCES)
    if options.draft:
        print(draft(read_notebook(file), claims))
        return 0
    if options.check:
        found = faults(read_notebook(file), claims, full)
        print("\n".join(found) or f"{file.name}: text, claims and bands agree")
        return int(bool(found))
    print(table.as_text(table.rows_of(claims, full, sample)))
    return 0


def _check(options: argparse.Namespace) -> int:
    file = exercises.find_exercise(options.exercise)
    for said in exercises.check_exercise(file, partial(_show_cell, file, "given")):
        _show("")
        print(said)
    return 0


def _submit(options: argparse.Namespace) -> int:
    file = exercises.find_exercise(options.exercise)
    archive, receipt = submitting.submit(file, options.student, options.to)
    print(f"Packed. Hand in this file:\n  {archive}")
    print("Your receipt, which lies in the archive, too:")
    for name, value in receipt.items():
        print(f"  {name:<9} {value}")
    return 0


def _preflight(options: argparse.Namespace) -> int:
    from course import preflight  # here: it is the only command that needs `helpers`

    findings = preflight.preflight()
    if _is_instructors():
        from course.instructor.running.sandbox import check_sandbox

        findings += check_sandbox()
    print(findings)
    return int(any(line.remedy for line in findings))


def _is_instructors() -> bool:
    """Return whether this is the instructors' copy; students' has no such folder."""
    return (Path(__file__).parent / "instructor").is_dir()


def _notebooks(options: argparse.Namespace) -> list[Path]:
    return [find_notebook(name) for name in options.notebooks]


def _sources(options: argparse.Namespace) -> tuple[str, ...]:
    return (options.source,) if options.source else SOURCES


def _show_cell(file: Path, source: str, index: int) -> None:
    _show(f"{file.name} on the {source} data, cell {index}")


def _show_seed(file: Path, source: str, seeds: int, done: int) -> None:
    _show(f"{file.name} on the {source} data, {done} of {seeds} runs done")


def _show(text: str) -> None:
    """Show one changing line on a terminal, and nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r{text:<78}", end="\r", file=sys.stderr, flush=True)

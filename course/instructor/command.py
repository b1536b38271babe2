"""The commands of instructors: release, kit, collect, grade, report, site, pictures."""

import argparse
import os
import signal
from collections import Counter
from pathlib import Path

from course.exercises import find_exercise
from course.instructor.classes.class_folder import (
    earlier_releases,
    keep_release,
    keep_roster,
    open_class,
    roster_of,
    students_who_submitted,
    write_private,
)


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add the commands of instructors to those of `course`."""
    publish = commands.add_parser(
        "release", help="make the exercises and the bundle from the solutions"
    )
    publish.set_defaults(do=_release)

    pack = commands.add_parser("kit", help="gather a class without a network")
    pack.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    pack.set_defaults(do=_kit)

    web = commands.add_parser("site", help="build the web edition, in build/site")
    web.set_defaults(do=_site)

    show = commands.add_parser("pictures", help="make the pictures of the README anew")
    show.set_defaults(do=_pictures)

    gather = _command(commands, "collect", "take in what students handed in")
    gather.add_argument("inbox", type=Path, metavar="INBOX", help="folder with it")
    gather.add_argument(
        "--students", type=Path, metavar="CSV", help="list of the class"
    )
    gather.set_defaults(do=_collect)

    judge = _command(commands, "grade", "execute and score what was collected")
    judge.add_argument("--jobs", type=int, default=2, help="at a time (default: 2)")
    judge.add_argument("--dask", metavar="ADDRESS", help="execute on a Dask cluster")
    judge.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="NAME",
        help="grade this one alone; may be given several times",
    )
    judge.add_argument("--again", action="store_true", help="execute all once more")
    judge.add_argument(
        "--unsafe",
        action="store_true",
        help="without the sandbox: submissions can read and change all your files",
    )
    judge.set_defaults(do=_grade)

    tell = _command(commands, "report", "write feedback, grades.csv and an overview")
    tell.set_defaults(do=_report)


def _command(
    commands: argparse._SubParsersAction, name: str, what: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=what)
    command.add_argument("exercise", metavar="EXERCISE", help="such as 01")
    command.add_argument(
        "--class",
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help="folder of the class (default: class in the project's folder)",
    )
    return command


def _release(options: argparse.Namespace) -> int:
    from course.instructor.release import release

    written, bundle = release()
    for file in written:
        print(f"written anew: {file}")
    print(f"for students: {bundle} ({bundle.stat().st_size / 1e6:.1f} MB)")
    return 0


def _site(options: argparse.Namespace) -> int:
    from course.instructor.web.web_edition import build_site

    print(f"The first page is {build_site() / 'index.html'}")
    return 0


def _pictures(options: argparse.Namespace) -> int:
    from course.instructor.web.pictures import make_pictures

    for file in make_pictures():
        print(f"{file} ({file.stat().st_size / 1e3:.0f} kB)")
    return 0


def _kit(options: argparse.Namespace) -> int:
    from course.instructor.kit import make_kit

    print(f"Copy this folder to each computer: {make_kit(options.to, print)}")
    return 0


def _collect(options: argparse.Namespace) -> int:
    from course.instructor.classes.collecting import collect, read_roster
    from course.instructor.classes.platforms import LIST
    from course.instructor.judging.answers import released_text

    exercise = _exercise(options)
    students = read_roster(options.students) if options.students else None
    folder = open_class(options.folder)
    if students is not None:
        keep_roster(folder, students)
        write_private(folder / LIST, options.students.read_bytes())
    keep_release(folder, exercise, released_text(exercise))
    found = collect(folder, exercise, options.inbox)
    for one in found:
        print(f"{one.outcome:<10} {one.student or '-':<16} {one.file}")
        if one.reason:
            print(f"{'':<10} {one.reason}")
    print(_counts([one.outcome for one in found]) or "The inbox is empty.")
    _compare_with_list(roster_of(folder), students_who_submitted(folder, exercise))
    return int(any(one.outcome == "refused" for one in found))


def _grade(options: argparse.Namespace) -> int:
    if options.jobs < 1:
        raise ValueError(f"--jobs is {options.jobs}; at least 1 is needed")
    exercise = _exercise(options)
    folder = open_class(options.folder)

    from course.instructor.classes.grades import FAILED
    from course.instructor.classes.grading import grade

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"{exercise}: what is done is kept; a run that was stopped goes on.")
    _say_what_is_new(folder, exercise)
    found = grade(
        folder,
        exercise,
        jobs=options.jobs,
        dask=options.dask,
        unsafe=options.unsafe,
        again=options.again,
        students=options.student,
    )
    for student, noted in found.items():
        print(f"{noted.status:<10} {student:<16} {noted.note}".rstrip())
    print(_counts([noted.status for noted in found.values()]))
    print(
        f"Open questions: cd {folder}, jupyter lab, then Nbgrader, Formgrader. "
        f"After that: course report {exercise[:2]}"
    )
    return int(any(noted.status == FAILED for noted in found.values()))


def _say_what_is_new(folder: Path, exercise: str) -> None:
    """Say for which questions the class must answer anew, after a correction."""
    from course.instructor.judging.answers import released_text
    from course.instructor.release import needs_answers_anew

    released = released_text(exercise)
    keep_release(folder, exercise, released)
    earlier = earlier_releases(folder, exercise, released)
    for line in needs_answers_anew(released, earlier):
        print(f"{line}: whoever began before has no answer; ask the class for it anew.")


def _report(options: argparse.Namespace) -> int:
    from course.instructor.classes.reporting import archive_file, picture_file, report

    exercise = _exercise(options)
    folder = open_class(options.folder)
    print(report(folder, exercise))
    print(f"\n{folder / 'grades.csv'}\n{picture_file(folder, exercise)}")
    print(f"{folder / 'feedback'}{os.sep}STUDENT{os.sep}{exercise}")
    print("For the learning platform, to upload there:")
    print(f"{folder / 'moodle.csv'} or {folder / 'canvas.csv'}")
    print(archive_file(folder, exercise))
    return 0


def _compare_with_list(listed: list[str], there: list[str]) -> None:
    if listed:
        print(f"missing: {', '.join(sorted(set(listed) - set(there))) or 'nobody'}")
        if strangers := sorted(set(there) - set(listed)):
            print(f"not on the list of the class: {', '.join(strangers)}")


def _exercise(options: argparse.Namespace) -> str:
    """Return the whole name of the exercise."""
    return find_exercise(options.exercise.removesuffix(".ipynb")).stem


def _counts(words: list[str]) -> str:
    return ", ".join(
        f"{count} {word}" for word, count in sorted(Counter(words).items())
    )

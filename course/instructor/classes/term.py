"""The term of a class: deadlines, extensions and what being late costs.

All of it stands in one file that a person writes, `term.toml` in the folder of the
class; `TEMPLATE` is what it looks like at first.
"""

import difflib
import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from course.exercises import find_exercise

FILE = "term.toml"
DAY = 24 * 60 * 60  # seconds
TEMPLATE = """\
# Deadlines, extensions and what being late costs. Take the "# " away where you need it.
# A day without a time means its end. Times are those of this zone:

# timezone = "Europe/Berlin"

# [deadlines]
# 01 = "2026-11-03"
# 02 = "2026-11-17 18:00"

# [late]
# grace_minutes = 10      # so much later is still in time
# percent_per_day = 10    # of the score, for each day begun after the deadline
# at_most_percent = 50
# zero_after_days = 7     # what comes later than that counts nothing

# [extensions.ada]        # ada is the name that she hands in with
# 02 = "2026-11-24 18:00"
"""
LATE = ("grace_minutes", "percent_per_day", "at_most_percent", "zero_after_days")
PARTS = ("timezone", "deadlines", "late", "extensions")
A_TIME = 'a time such as "2026-11-17 18:00", or a day such as "2026-11-17"'


@dataclass(frozen=True)
class Late:
    """What being late costs.

    Attributes
    ----------
    grace_minutes : float
        So much after the deadline is still in time.
    percent_per_day : float
        Of the score, for each day begun after the deadline.
    at_most_percent : float
        Of the score.
    zero_after_days : float
        After so many days nothing is left of the score.
    """

    grace_minutes: float = 0
    percent_per_day: float = 0
    at_most_percent: float = 100
    zero_after_days: float = math.inf

    def penalty(self, score: float, seconds: float) -> float:
        """Return the points that are taken off a score that came `seconds` late."""
        if seconds <= 60 * self.grace_minutes:
            return 0.0
        if seconds > DAY * self.zero_after_days:
            return score
        percent = self.percent_per_day * math.ceil(seconds / DAY)
        return round(score * min(percent, self.at_most_percent) / 100, 2)


@dataclass(frozen=True)
class Term:
    """What `term.toml` says; all times know their zone.

    Attributes
    ----------
    deadlines : mapping of str to datetime.datetime
        By the whole names of exercises; those that are missing have none.
    extensions : mapping of str to mapping of str to datetime.datetime
        For each student, the deadlines that hold in place of those.
    late : Late
    """

    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    late: Late = Late()

    def deadline(self, exercise: str, student: str) -> datetime | None:
        """Return until when a student may hand in; None if there is no deadline."""
        own = self.extensions.get(student, {})
        return own.get(exercise, self.deadlines.get(exercise))


def read_term(folder: Path, students: Collection[str] = ()) -> Term:
    """Return what ``term.toml`` in the folder of a class says.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class. Without that file there are no deadlines.
    students : collection of str, optional
        All of the class; an extension for somebody else is an error.

    Raises
    ------
    ValueError
        Names the file, the entry, what was expected and the remedy.
    """
    file = folder / FILE
    if not file.exists():
        return Term()
    try:
        found = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except ValueError as error:  # of TOML, or of the encoding
        raise ValueError(f"{file}: {error}; correct that line") from error
    try:
        return _term(found, students)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def _term(found: Mapping[str, Any], students: Collection[str]) -> Term:
    _require_known("", found, PARTS)
    zone = _zone(found.get("timezone"))
    deadlines = _times("deadlines", found.get("deadlines", {}), zone)
    extensions = {}
    for student, times in _table("extensions", found.get("extensions", {})).items():
        if students:
            _require_known("extensions", [student], students)
        name = f"extensions.{student}"
        extensions[student] = _times(name, times, zone)
        for exercise, until in extensions[student].items():
            if exercise not in deadlines:
                raise ValueError(
                    f"{name} extends {exercise}, which has no deadline; add it to "
                    "[deadlines]"
                )
            if until < deadlines[exercise]:
                raise ValueError(
                    f"{name} ends {exercise} at {until}, before the deadline of the "
                    f"class, {deadlines[exercise]}; give a later time"
                )
    return Term(deadlines, extensions, _late(_table("late", found.get("late", {}))))


def _table(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {value!r}; make it a section: [{name}]")
    return value


def _require_known(where: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise ValueError(f"{f'{where}.' if where else ''}{name} is unknown; {hint}")


def _zone(name: Any) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        raise ValueError(
            f'timezone is {name!r}; write one such as "Europe/Berlin" or "UTC"'
        ) from None


def _times(name: str, table: Any, zone: tzinfo | None) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for key, value in _table(name, table).items():
        try:
            exercise = find_exercise(key).stem
        except LookupError as error:
            raise ValueError(f"{name}.{key}: {error}") from None
        if exercise in found:
            raise ValueError(f"{name}.{key} is there twice; take one of them out")
        found[exercise] = _time(f"{name}.{key}", value, zone)
    return found


def _time(name: str, value: Any, zone: tzinfo | None) -> datetime:
    """Return a time with its zone; a day without a time means its end."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                raise ValueError(f"{name} is {value!r}; write {A_TIME}") from None
    if type(value) is date:
        value = datetime.combine(value, time(23, 59, 59))
    if not isinstance(value, datetime):
        raise ValueError(f"{name} is {value!r}; write {A_TIME}")
    if value.tzinfo is not None:
        return _fixed(value.astimezone(zone) if zone else value)
    if zone is None:
        raise ValueError(
            f"{name} is {value}, in no time zone; add a first line such as "
            'timezone = "Europe/Berlin"'
        )
    # An hour that comes twice when clocks are set back: the later one, for the student.
    until = value.replace(tzinfo=zone, fold=1)
    if until.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != value:
        raise ValueError(
            f"{name} is {value}, an hour that clocks in {zone} skip; write another"
        )
    return _fixed(until)


def _fixed(time: datetime) -> datetime:
    """Return a time with its distance from UTC, so that differences are right."""
    return time.astimezone(timezone(time.utcoffset() or timedelta()))


def _late(table: Mapping[str, Any]) -> Late:
    _require_known("late", table, LATE)
    for key, value in table.items():
        most = 100 if "percent" in key else math.inf
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"late.{key} is {value!r}; write a number")
        if not 0 <= value <= most:  # nor is nan a number here
            limits = f"from 0 to {most}" if most == 100 else "of 0 or more"
            raise ValueError(f"late.{key} is {value}; write a number {limits}")
    return Late(**table)

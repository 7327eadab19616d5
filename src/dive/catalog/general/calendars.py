"""Computing with dates: weekday and place in the year, spans, shifts, feasts, Hebrew and Islamic dates.

Everything is a function of the date alone. Does not know countries or time zones.
"""

import datetime
from typing import Annotated, TypedDict

from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Package, Range, entities, tool

CALENDAR = Package("dive-calendar", "Apache-2.0", "none", "the Gregorian calendar")
EASTER = Package("python-dateutil", "Apache-2.0", "none", "dateutil")
HEBREW = Package("pyluach", "MIT", "none", "pyluach")
HIJRI = Package("hijridate", "MIT", "MIT", "hijridate, after the Umm al-Qura calendar")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HEBREW_MONTHS = (
    "Nisan", "Iyar", "Sivan", "Tammuz", "Av", "Elul", "Tishrei", "Cheshvan", "Kislev", "Tevet", "Shevat",
)  # fmt: skip
ISLAMIC_MONTHS = (
    "Muharram", "Safar", "Rabi al-Awwal", "Rabi al-Thani", "Jumada al-Ula", "Jumada al-Akhirah", "Rajab", "Shaban",
    "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah",
)  # fmt: skip


class DateFacts(TypedDict):
    """Where a date lies in its week and year."""

    weekday: Annotated[str, "weekday:name"]
    day_of_year: Annotated[int, "count"]
    iso_week: Annotated[int, "count"]
    year: Annotated[int, "year"]


class Span(TypedDict):
    """The days between two dates."""

    days: Annotated[int, "time:day"]


class Shifted(TypedDict):
    """A date some days away."""

    date: Annotated[str, "date"]


class Feasts(TypedDict):
    """Movable feasts of one year."""

    easter: Annotated[str, "date"]
    orthodox_easter: Annotated[str, "date"]
    pentecost: Annotated[str, "date"]
    passover: Annotated[str, "date"]
    rosh_hashanah: Annotated[str, "date"]
    yom_kippur: Annotated[str, "date"]


class HebrewDate(TypedDict):
    """A day of the Hebrew calendar."""

    day: Annotated[int, "count"]
    month: Annotated[str, "hebrew_month:name"]
    year: Annotated[int, "year"]


class IslamicDate(TypedDict):
    """A day of the Islamic calendar."""

    day: Annotated[int, "count"]
    month: Annotated[str, "islamic_month:name"]
    year: Annotated[int, "year"]


@entities("weekday:name")
def weekdays() -> list[Entity]:
    """The seven days of the week."""
    return [Entity(type="weekday:name", id=name, name=name, seed=False) for name in WEEKDAYS]


@entities("hebrew_month:name")
def hebrew_months() -> list[Entity]:
    """The months of the Hebrew calendar."""
    names = (*HEBREW_MONTHS, "Adar", "Adar I", "Adar II")
    return [Entity(type="hebrew_month:name", id=name, name=name, seed=False) for name in names]


@entities("islamic_month:name")
def islamic_months() -> list[Entity]:
    """The months of the Islamic calendar."""
    return [Entity(type="islamic_month:name", id=name, name=name, seed=False) for name in ISLAMIC_MONTHS]


@tool("P", CALENDAR)
def date_facts(date: Annotated[str, "date", Range("2000-01-01", "2029-12-31")]) -> DateFacts:
    """Tells the day of the week, the day of the year (1 to 366), the ISO week and the year of a date (YYYY-MM-DD)."""
    day = _date(date)
    return {
        "weekday": WEEKDAYS[day.weekday()], "day_of_year": day.timetuple().tm_yday,
        "iso_week": day.isocalendar().week, "year": day.year,
    }  # fmt: skip


@tool("P", CALENDAR)
def days_between(start: Annotated[str, "date"], end: Annotated[str, "date"]) -> Span:
    """Counts the days from one date (YYYY-MM-DD) to a later one; negative if the second comes first."""
    return {"days": (_date(end) - _date(start)).days}


@tool("P", CALENDAR)
def shift_date(date: Annotated[str, "date"], days: Annotated[int, "time:day", Range(10, 200, 10)]) -> Shifted:
    """Finds the date (YYYY-MM-DD) that lies a number of days after another, or before it if the number is negative."""
    try:
        return {"date": (_date(date) + datetime.timedelta(days=days)).isoformat()}
    except OverflowError as error:
        raise ToolError("arguments", f"{days} days from {date} is out of the calendar") from error


@tool("P", EASTER)
def feast_dates(year: Annotated[int, "year", Range(2000, 2035)]) -> Feasts:
    """Computes the dates (YYYY-MM-DD) of movable feasts in a year from 1900 to 2099: Easter and Pentecost of the
    western churches, Orthodox Easter, and the first day of Passover, Rosh Hashanah and Yom Kippur."""
    from dateutil.easter import EASTER_ORTHODOX, easter
    from pyluach import dates

    if not 1900 <= year <= 2099:
        raise ToolError("arguments", "years from 1900 to 2099 are taken")
    western, hebrew = easter(year), year + 3761
    return {
        "easter": western.isoformat(),
        "orthodox_easter": easter(year, EASTER_ORTHODOX).isoformat(),
        "pentecost": (western + datetime.timedelta(days=49)).isoformat(),
        "passover": dates.HebrewDate(hebrew - 1, 1, 15).to_pydate().isoformat(),
        "rosh_hashanah": dates.HebrewDate(hebrew, 7, 1).to_pydate().isoformat(),
        "yom_kippur": dates.HebrewDate(hebrew, 7, 10).to_pydate().isoformat(),
    }


@tool("P", HEBREW)
def hebrew_date(date: Annotated[str, "date", Range("2000-01-01", "2029-12-31")]) -> HebrewDate:
    """Converts a date (YYYY-MM-DD) to day, month and year of the Hebrew calendar, as it stands before sunset."""
    from pyluach import dates, hebrewcal

    found = dates.GregorianDate.from_pydate(_date(date)).to_heb()
    if found.month <= len(HEBREW_MONTHS):
        month = HEBREW_MONTHS[found.month - 1]
    elif hebrewcal.Year(found.year).leap:
        month = "Adar I" if found.month == 12 else "Adar II"
    else:
        month = "Adar"
    return {"day": found.day, "month": month, "year": found.year}


@tool("R", HIJRI)
def islamic_date(date: Annotated[str, "date", Range("2000-01-01", "2029-12-31")]) -> IslamicDate:
    """Converts a date (YYYY-MM-DD, 1924-08-01 to 2077-11-16) to day, month and year of the Umm al-Qura calendar."""
    from hijridate import Gregorian

    day = _date(date)
    if not datetime.date(1924, 8, 1) <= day <= datetime.date(2077, 11, 16):
        raise ToolError("arguments", "dates from 1924-08-01 to 2077-11-16 are taken")
    found = Gregorian(day.year, day.month, day.day).to_hijri()
    return {"day": found.day, "month": ISLAMIC_MONTHS[found.month - 1], "year": found.year}


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ToolError("arguments", f"{text!r} is no date; write it as 2026-01-31") from error

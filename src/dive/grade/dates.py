"""Dates in text: ISO, 15 February 2017, February 15, 2017, 15 Feb 2017, 15/2/2017.

Takes text; gives dates. 02/03/2017 is no date: nobody can tell which.
"""

import datetime as dt
import re
from collections.abc import Iterator

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = r"(?P<month>{})\.?".format(
    "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS).replace("sep(", "sept?(")
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_FORMS = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?![\w/-])(?!\.\d)", re.IGNORECASE)
    for form in (
        rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})",
        rf"{_DAY} (?:of )?{_MONTH},? {_YEAR}",
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"(?P<one>\d{{1,2}})([-/.])(?P<two>\d{{1,2}})\2{_YEAR}",
    )
)
_WEEKDAY = re.compile(r"(?:on )?(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?", re.IGNORECASE)


def read_date(text: str) -> dt.date | None:
    """The date that `text` is, with or without its weekday; None for anything else and for what can be two dates."""
    text = " ".join(text.split()).strip("*`\"'. ")
    text = text[_WEEKDAY.match(text).end() :]  # type: ignore[union-attr]
    found = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    return _date(found) if found else None


def find_dates(text: str) -> Iterator[tuple[dt.date, tuple[int, int]]]:
    """Every date in running text with its span."""
    for form in _FORMS:
        for found in form.finditer(text):
            day = _date(found)
            if day:
                yield day, found.span()


def _date(found: re.Match[str]) -> dt.date | None:
    parts = found.groupdict()
    if "one" in parts:
        one, two = int(found["one"]), int(found["two"])
        if max(one, two) <= 12 and one != two:
            return None
        day, month = (one, two) if one > 12 or one == two else (two, one)
    else:
        day, month = int(found["day"]), _month(found["month"])
    try:
        return dt.date(int(found["year"]), month, day)
    except ValueError:
        return None


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(text.casefold()[:3]))

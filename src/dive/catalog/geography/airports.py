"""Airports with scheduled flights: where they lie, how high, and which are close to a point.

The table is OurAirports, checked against a second one when it was vendored (`scripts/vendor_airports.py`): an
elevation on which the two disagree is left out. Does not know cities.
"""

import functools
import re
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.geography.places import CLEARLY, Places, countries, refuse
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

PLAIN = re.compile(r"[^/()\[\]]+")
"""Names that can be said as they stand."""
FEWEST, MOST = 4, 12
"""So many airports of a country make a list."""
AIRPORTS = Package("ourairports", "Unlicense", "Public domain", "OurAirports (ourairports.com)")


class Row(Struct, frozen=True):
    """One row of `airports.tsv`; what is unknown is None or empty."""

    name: str
    country: str
    size: str
    lat: float
    lon: float
    elevation: float | None
    icao: str
    timezone: str


class Airport(TypedDict):
    """One airport."""

    airport: Annotated[str, "airport:iata"]
    name: str
    elevation: NotRequired[Annotated[float, "length:ft"]]
    icao: NotRequired[Annotated[str, "airport_icao:code"]]
    lat: Annotated[float, "latitude:deg"]
    lon: Annotated[float, "longitude:deg"]


class AirportPlace(TypedDict):
    """Where an airport belongs."""

    airport: Annotated[str, "airport:iata"]
    country: NotRequired[Annotated[str, "country:iso2"]]
    timezone: NotRequired[Annotated[str, "timezone:iana"]]
    latitude: float


class NearAirport(TypedDict):
    """An airport and how far away it is."""

    airport: Annotated[str, "airport:iata"]
    name: str
    distance: Annotated[float, "length:km"]


class NearAirports(TypedDict):
    """Airports by distance."""

    airports: list[NearAirport]


class CountryAirport(TypedDict):
    """An airport of a country."""

    airport: Annotated[str, "airport:iata"]


class CountryAirports(TypedDict):
    """The airports of a country, by name."""

    airports: list[CountryAirport]


class NearestAirport(TypedDict):
    """The closest airport and how far away it is."""

    airport: Annotated[str, "airport:iata"]
    name: str
    distance: Annotated[float, "length:km"]


class AirportOfCode(TypedDict):
    """The airport that a code stands for."""

    airport: Annotated[str, "airport:iata"]
    name: str


@functools.cache
def table() -> dict[str, Row]:
    """All airports that are not fenced, by IATA code."""
    return {
        row["iata"]: Row(
            row["name"], row["country"], row["size"], float(row["lat"]), float(row["lon"]),
            float(row["elevation_ft"]) if row["elevation_ft"] else None, row["icao"], row["timezone"],
        )
        for row in rows("geography", "airports") if row["iata"] not in fence("geography", "airports")
    }  # fmt: skip


@functools.cache
def _points() -> Places:
    return Places((code, row.lat, row.lon) for code, row in table().items())


@functools.cache
def _by_icao() -> dict[str, str]:
    return {row.icao: code for code, row in table().items() if row.icao}


@entities("airport:iata")
def airports() -> list[Entity]:
    """Airports with scheduled flights; seeds are the large ones and those that are called international."""
    return [
        Entity(
            type="airport:iata",
            id=code,
            name=row.name,
            seed=PLAIN.fullmatch(row.name) is not None and (row.size == "large" or _well_known(row)),
        )
        for code, row in table().items()
    ]


def _well_known(row: Row) -> bool:
    return row.size == "medium" and "International" in row.name and row.elevation is not None


@entities("airport_icao:code")
def icao_codes() -> list[Entity]:
    """ICAO codes of the large airports."""
    return [
        Entity(type="airport_icao:code", id=row.icao, name=row.icao, seed=row.size == "large")
        for row in table().values() if row.icao
    ]  # fmt: skip


@tool("R", AIRPORTS)
def airport_record(airport: Annotated[str, "airport:iata"]) -> Airport:
    """Looks up one airport by its IATA code: name, elevation in feet, ICAO code and position in degrees."""
    row = _row(airport)
    made: Airport = {"airport": airport, "name": row.name, "lat": row.lat, "lon": row.lon}
    if row.elevation is not None:
        made["elevation"] = row.elevation
    if row.icao:
        made["icao"] = row.icao
    return made


@tool("R", AIRPORTS)
def airport_place(airport: Annotated[str, "airport:iata"]) -> AirportPlace:
    """Looks up the country (ISO 3166 alpha-2; none in a territory), the time zone and the latitude in degrees of an
    airport (IATA code)."""
    row = _row(airport)
    made: AirportPlace = {"airport": airport, "latitude": row.lat}
    if countries()[row.country].sovereign:
        made["country"] = row.country
    if row.timezone:
        made["timezone"] = row.timezone
    return made


@tool("R", AIRPORTS)
def airports_near(
    lat: Annotated[float, "latitude:deg"],
    lon: Annotated[float, "longitude:deg"],
    n: Annotated[int, "count", Range(4, 8)] = 5,
) -> NearAirports:
    """Lists the `n` airports with scheduled flights closest to a point (degrees), nearest first, with the geodesic
    distance in kilometres; an airport at the point itself is left out."""
    near = _points().nearest(lat, lon, n)
    return {"airports": [{"airport": code, "name": table()[code].name, "distance": km} for km, code in near]}


@tool("R", AIRPORTS)
def airports_of_country(country: Annotated[str, "country:iso2"]) -> CountryAirports:
    """Lists the airports with scheduled flights in a country (ISO 3166 alpha-2) that has at least four and at most
    twelve of them, in alphabetical order of their names."""
    found = sorted((row.name, code) for code, row in table().items() if row.country == country)
    if not FEWEST <= len(found) <= MOST:
        raise ToolError("not_found", f"{country!r} has {len(found)} such airports, not {FEWEST} to {MOST}")
    return {"airports": [{"airport": code} for _, code in found]}


@tool("R", AIRPORTS)
def nearest_airport(lat: Annotated[float, "latitude:deg"], lon: Annotated[float, "longitude:deg"]) -> NearestAirport:
    """Finds the airport with scheduled flights closest to a point (degrees) and the geodesic distance to it in
    kilometres; an airport at the point itself is left out. Refused where a second one is hardly farther."""
    (km, code), (next_km, _) = _points().nearest(lat, lon, 2)
    if next_km < km * CLEARLY:
        raise ToolError("refused", "two airports are about as close as each other")
    return {"airport": code, "name": table()[code].name, "distance": km}


@tool("R", AIRPORTS)
def airport_by_icao(icao: Annotated[str, "airport_icao:code"]) -> AirportOfCode:
    """Finds the airport with scheduled flights that has a four-letter ICAO code."""
    code = _by_icao().get(icao)
    if code is None:
        raise ToolError("not_found", f"no airport has the ICAO code {icao!r}")
    return {"airport": code, "name": table()[code].name}


def _row(code: str) -> Row:
    refuse("airports", code)
    if code not in table():
        raise ToolError("not_found", f"no airport with scheduled flights has the IATA code {code!r}")
    return table()[code]


@audit("airports")
def check_airports() -> list[Finding]:
    """Codes that repeat, countries that are not in the country table, positions and elevations that cannot be."""
    found = []
    seen: dict[str, str] = {}
    for code, row in table().items():
        if row.icao and seen.setdefault(row.icao, code) != code:
            found.append((code, f"ICAO code {row.icao} is also that of {seen[row.icao]}"))
        if row.country not in countries():
            found.append((code, f"unknown country {row.country}"))
        if row.elevation is not None and not -100 <= row.elevation <= 14_500:
            found.append((code, f"elevation {row.elevation} ft"))
        if any(word in row.name for word in ("Heliport", "Seaplane", "Railway", "Closed", "INACTIVE")):
            found.append((code, f"no airport by its name: {row.name}"))
    return [Finding("airports", code, problem, code in fence("geography", "airports")) for code, problem in found]

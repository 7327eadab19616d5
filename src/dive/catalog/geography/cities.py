"""Cities of the world: a record, the largest of a country, those near a point.

Population, position and time zone are GeoNames' (vendored, see `scripts/vendor_geonames.py`): cities of 200,000
inhabitants and more, capitals, and the largest few of each country, without their boroughs and quarters.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.geography.places import CLEARLY, City, Places, cities, countries, land, refuse
from dive.catalog.tables import accepted, fence
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

GEONAMES = Package("geonames", "CC BY 4.0", "CC BY 4.0", "GeoNames (geonames.org)")
LARGE, WHOLE, NEAR, NOTABLE, PER_COUNTRY = 100_000, 200_000, 500_000, 300_000, 40


class CityRecord(TypedDict):
    """One city."""

    city: Annotated[str, "city:geonames"]
    name: str
    population: NotRequired[Annotated[int, "count"]]
    lat: Annotated[float, "latitude:deg"]
    lon: Annotated[float, "longitude:deg"]


class CityPlace(TypedDict):
    """Where a city belongs."""

    city: Annotated[str, "city:geonames"]
    country: Annotated[str, "country:iso2"]
    state: NotRequired[Annotated[str, "us_state:usps"]]
    timezone: Annotated[str, "timezone:iana"]
    latitude: float


class PopulousCity(TypedDict):
    """A city and its population."""

    city: Annotated[str, "city:geonames"]
    population: Annotated[int, "count"]


class LargestCities(TypedDict):
    """Cities by population."""

    cities: list[PopulousCity]


class NearCity(TypedDict):
    """A city and how far away it is."""

    city: Annotated[str, "city:geonames"]
    distance: Annotated[float, "length:km"]


class NearCities(TypedDict):
    """Cities by distance."""

    cities: list[NearCity]


@functools.cache
def _points() -> Places:
    return Places((city.id, city.lat, city.lon) for city in cities().values() if city.population >= NEAR)


@functools.cache
def _large() -> dict[str, list[City]]:
    found: dict[str, list[City]] = {}
    for city in sorted(cities().values(), key=lambda city: (-city.population, city.id)):
        if city.population >= LARGE:
            found.setdefault(city.country, []).append(city)
    return found


@entities("city:geonames")
def city_entities() -> list[Entity]:
    """Cities; seeds are capitals of states and a country's 40 largest of 300,000 inhabitants and more."""
    doubtful = fence("geography", "largest_cities")
    notable = {
        city.id for code, found in _large().items() if code not in doubtful
        for city in found[:PER_COUNTRY] if city.population >= NOTABLE
    }  # fmt: skip
    return [
        Entity(
            type="city:geonames", id=city.id, name=_spoken(city), aliases=(city.name, city.id),
            seed=_capital(city) or city.id in notable,
        )
        for city in cities().values()
    ]  # fmt: skip


def _capital(city: City) -> bool:
    return bool(city.capital_of) and countries()[city.country].sovereign and city.population >= 50_000


def _spoken(city: City) -> str:
    """Lima, Peru; Denver, Colorado; Singapore."""
    if city.state and city.state in _state_names():
        return f"{city.name}, {_state_names()[city.state]}"
    home = countries()[city.country].name.removeprefix("the ")
    return city.name if city.name.removesuffix(" City") == home or city.capital_of == "US" else f"{city.name}, {home}"


@functools.cache
def _state_names() -> dict[str, str]:
    import us

    return {state.abbr: state.name for state in us.states.STATES}


@tool("R", GEONAMES)
def city_record(city: Annotated[str, "city:geonames"]) -> CityRecord:
    """Looks up a large city or a capital, written "Lima, Peru": population (left out where it is stale) and
    position in degrees."""
    row = _row(city)
    made: CityRecord = {"city": row.id, "name": row.name, "lat": row.lat, "lon": row.lon}
    if row.id not in fence("geography", "city_population"):
        made["population"] = row.population
    return made


@tool("R", GEONAMES)
def city_place(city: Annotated[str, "city:geonames"]) -> CityPlace:
    """Looks up where a large city or a capital, written "Lima, Peru", belongs: country (ISO 3166 alpha-2), US state if
    it is in one, time zone, and how far north it lies, in degrees of latitude."""
    row = _row(city)
    made: CityPlace = {"city": row.id, "country": row.country, "timezone": row.timezone, "latitude": row.lat}
    if row.state in _state_names():
        made["state"] = row.state
    return made


def _row(city: str) -> City:
    refuse("cities", city)
    row = cities().get(city)
    if row is None:
        raise ToolError("not_found", f"no city {city!r}; write it as in 'Lima, Peru'")
    return row


@tool("R", GEONAMES)
def largest_cities(
    country: Annotated[str, "country:iso2"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> LargestCities:
    """Lists the `n` most populous cities of a country, largest first; suburbs and boroughs are not counted. Refused
    where fewer than `n` cities of 100,000 inhabitants are known."""
    land(country)
    refuse("largest_cities", country)
    found = _large().get(country, [])
    if not 1 <= n <= len(found):
        raise ToolError("not_found", f"{len(found)} cities of 100,000 inhabitants are known in {country}, not {n}")
    return {"cities": [{"city": city.id, "population": city.population} for city in found[:n]]}


@tool("R", GEONAMES)
def largest_cities_of_state(
    state: Annotated[str, "us_state:usps"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> LargestCities:
    """Lists the `n` most populous cities of a US state (postal code), largest first. Refused where fewer than `n`
    cities of 200,000 inhabitants are known."""
    out = fence("geography", "cities_of_state")
    large = (city for city in _large().get("US", ()) if city.population >= WHOLE and city.id not in out)
    found = [city for city in large if city.state == state]
    if state not in _state_names() or not 1 <= n <= len(found):
        raise ToolError("not_found", f"{len(found)} cities of 200,000 inhabitants are known in {state}, not {n}")
    return {"cities": [{"city": city.id, "population": city.population} for city in found[:n]]}


@tool("R", GEONAMES)
def cities_near(
    lat: Annotated[float, "latitude:deg"],
    lon: Annotated[float, "longitude:deg"],
    n: Annotated[int, "count", Range(4, 8)] = 5,
) -> NearCities:
    """Lists the `n` cities of half a million inhabitants or more closest to a point (degrees), nearest first, with the
    geodesic distance in kilometres; a city at the point itself is left out."""
    return {"cities": [{"city": found, "distance": km} for km, found in _points().nearest(lat, lon, n)]}


@tool("R", GEONAMES)
def nearest_city(lat: Annotated[float, "latitude:deg"], lon: Annotated[float, "longitude:deg"]) -> NearCity:
    """Finds the city of half a million inhabitants or more closest to a point (degrees) and the geodesic distance to it
    in kilometres; a city at the point itself is left out. Refused where a second one is hardly farther."""
    (km, city), (next_km, _) = _points().nearest(lat, lon, 2)
    if next_km < km * CLEARLY:
        raise ToolError("refused", "two cities are about as close as each other")
    return {"city": city, "distance": km}


@audit("cities")
def check_cities() -> list[Finding]:
    """Unknown countries, time zones of another country, a country's city that outnumbers the country."""
    found = []
    for city in cities().values():
        home = countries().get(city.country)
        if home is None:
            found.append((city.id, f"unknown country {city.country}"))
        elif city.population > max(home.population, 1_000_000) and city.id not in accepted("geography", "cities"):
            found.append((city.id, "more inhabitants than the country"))
        if not (-90 <= city.lat <= 90 and -180 <= city.lon <= 180):
            found.append((city.id, "position"))
    return [Finding("cities", row, problem, row in fence("geography", "cities")) for row, problem in found]

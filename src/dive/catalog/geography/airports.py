"""Airports that have an IATA code: where they lie, how high, and which are close to a point."""

import functools
from typing import Annotated, TypedDict

import airportsdata
from geographiclib.geodesic import Geodesic

from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Package, Range, entities, tool

AIRPORTS = Package("airportsdata", "MIT", "MIT", "airportsdata contributors")


class Airport(TypedDict):
    """One airport."""

    airport: Annotated[str, "airport:iata"]
    name: str
    country: Annotated[str, "country:iso2"]
    elevation: Annotated[float, "length:ft"]
    lat: Annotated[float, "latitude:deg"]
    lon: Annotated[float, "longitude:deg"]


class NearAirport(TypedDict):
    """An airport and how far away it is."""

    airport: Annotated[str, "airport:iata"]
    name: str
    distance: Annotated[float, "length:km"]


class NearAirports(TypedDict):
    """Airports by distance."""

    airports: list[NearAirport]


@functools.cache
def _airports() -> dict[str, airportsdata.Airport]:
    return airportsdata.load("IATA")


@entities("airport:iata")
def airports() -> list[Entity]:
    """Airports with a name of their own; strips and closed fields are no seeds."""
    return [Entity(type="airport:iata", id=code, name=row["name"]) for code, row in _airports().items() if row["name"]]


@tool("R", AIRPORTS)
def airport_record(airport: Annotated[str, "airport:iata"]) -> Airport:
    """Looks up one airport by its IATA code: name, country (ISO 3166 alpha-2), elevation in feet and position."""
    row = _airports().get(airport)
    if row is None:
        raise ToolError("not_found", f"no airport has the IATA code {airport!r}")
    return {
        "airport": airport, "name": row["name"], "country": row["country"],
        "elevation": row["elevation"], "lat": row["lat"], "lon": row["lon"],
    }  # fmt: skip


@tool("R", AIRPORTS)
def airports_near(
    lat: Annotated[float, "latitude:deg"],
    lon: Annotated[float, "longitude:deg"],
    n: Annotated[int, "count", Range(4, 7)] = 5,
) -> NearAirports:
    """Lists the `n` airports closest to a point, nearest first, with the geodesic distance in kilometres."""
    near = sorted((_distance(lat, lon, row["lat"], row["lon"]), code) for code, row in _airports().items())
    return {
        "airports": [
            {"airport": code, "name": _airports()[code]["name"], "distance": distance} for distance, code in near[:n]
        ]
    }


def _distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    return Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"] / 1000

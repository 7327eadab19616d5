"""The distance between two points on the earth: a computation, no table."""

from typing import Annotated, TypedDict

from dive.catalog.geography.places import distance
from dive.errors import ToolError
from dive.registry import Package, tool

GEODESIC = Package("geographiclib", "MIT", "none", "GeographicLib")


class Distance(TypedDict):
    """How far apart two points are."""

    distance: Annotated[float, "length:km"]


@tool("P", GEODESIC)
def distance_between(
    lat1: Annotated[float, "latitude:deg"],
    lon1: Annotated[float, "longitude:deg"],
    lat2: Annotated[float, "latitude:deg"],
    lon2: Annotated[float, "longitude:deg"],
) -> Distance:
    """Computes the shortest distance over the earth's surface (WGS 84) between two points in degrees, in kilometres."""
    if not (-90 <= lat1 <= 90 and -90 <= lat2 <= 90 and -180 <= lon1 <= 180 and -180 <= lon2 <= 180):
        raise ToolError("arguments", "latitudes are in -90..90, longitudes in -180..180")
    return {"distance": distance(lat1, lon1, lat2, lon2)}

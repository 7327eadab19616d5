"""The vendored tables of places as rows, and the places nearest to a point.

Takes the TSV files in `data/` (made by `scripts/vendor_*.py`) and `fence.toml`; gives frozen rows and distances.
Does not know tools or entities.
"""

import functools
import heapq
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from msgspec import Struct

from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError

SAME_PLACE_KM = 0.05
FIRST_BAND = 2.5
"""Degrees of latitude north and south of a place in which its neighbours are looked for first."""
Vector = tuple[float, float, float]
ELLIPSOID = 1.01  # a sphere's distance is off by less than this


class City(Struct, frozen=True):
    """A row of `cities.tsv`; `state` is set in the United States, `capital_of` for the capital of a country."""

    id: str
    name: str
    country: str
    population: int
    lat: float
    lon: float
    timezone: str
    state: str
    capital_of: str


class Country(Struct, frozen=True):
    """A row of `countries.tsv`; `sovereign` is false for territories, empty text stands for what is unknown."""

    iso2: str
    name: str
    sovereign: bool
    continent: str
    capital: str
    area: float
    population: int
    currency: str
    dialling_code: str
    tld: str
    neighbours: tuple[str, ...]


@functools.cache
def cities() -> dict[str, City]:
    """All cities that are not fenced, by id."""
    return {
        row["id"]: City(
            row["id"], row["name"], row["country"], int(row["population"]), float(row["lat"]), float(row["lon"]),
            row["timezone"], row["state"], row["role"].removeprefix("capital:"),
        )
        for row in rows("geography", "cities") if row["id"] not in fence("geography", "cities")
    }  # fmt: skip


@functools.cache
def countries() -> dict[str, Country]:
    """All countries and territories, by ISO 3166 alpha-2 code."""
    return {
        row["iso2"]: Country(
            row["iso2"], row["name"], row["kind"] == "state", row["continent"], row["capital"],
            float(row["area_km2"]), int(row["population"]), row["currency"], row["dialling_code"], row["tld"],
            tuple(sorted(filter(None, row["neighbours"].split(",")))),
        )
        for row in rows("geography", "countries")
    }  # fmt: skip


def land(code: str) -> Country:
    """The row of a country; raises ToolError for an unknown code."""
    if code not in countries():
        raise ToolError("not_found", f"no country has the ISO 3166 code {code!r}")
    return countries()[code]


def refuse(table: str, row: str) -> None:
    """Raises ToolError if the row of the table is fenced."""
    reason = fence("geography", table).get(row)
    if reason:
        raise ToolError("refused", reason)


CLEARLY = 1.02
"""How much farther the second closest must be, for the closest to be called that."""


class Places:
    """Points sorted by latitude, so that what is near a place is looked for in a band around it."""

    def __init__(self, named: Iterable[tuple[str, float, float]]) -> None:
        self.points = sorted((lat, lon, name, _vector(lat, lon)) for name, lat, lon in named)
        self.latitudes = [lat for lat, *_ in self.points]

    def nearest(self, lat: float, lon: float, n: int) -> list[tuple[float, str]]:
        """The `n` points closest to a place as (geodesic distance in km, id), without one that is that very place.

        Raises:
            ToolError: `arguments`, for a place that is not on Earth or an `n` that is not in 1..50.
        """
        if not (-90 <= lat <= 90 and -180 <= lon <= 180 and 1 <= n <= 50):
            raise ToolError("arguments", "lat is in -90..90, lon in -180..180, n in 1..50")
        here, band = _vector(lat, lon), FIRST_BAND
        while True:
            first, last = bisect_left(self.latitudes, lat - band), bisect_right(self.latitudes, lat + band)
            band_points = [(_cosine(here, point[3]), point) for point in self.points[first:last]]
            close = heapq.nlargest(n + 1, band_points)
            if band >= 180 or (len(close) > n and math.degrees(_angle(close[-1][0])) * ELLIPSOID < band):
                break
            band *= 3
        bound = math.cos(min(math.pi, _angle(close[-1][0]) * ELLIPSOID + 1e-6))
        within = [point for cosine, point in band_points if cosine >= bound]
        found = sorted((distance(lat, lon, point[0], point[1]), point[2]) for point in within)
        return [(km, name) for km, name in found if km > SAME_PLACE_KM][:n]


def _cosine(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _angle(cosine: float) -> float:
    return math.acos(max(-1.0, min(1.0, cosine)))


def distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Geodesic distance on the WGS 84 ellipsoid in kilometres."""
    from geographiclib.geodesic import Geodesic

    return Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"] / 1000


def _vector(lat: float, lon: float) -> Vector:
    a, b = math.radians(lat), math.radians(lon)
    return math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)

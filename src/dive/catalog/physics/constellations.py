"""The 88 constellations: how much of the sky they cover, what lies in them, which border on which.

Takes the IAU boundaries (skyfield's map), the naked-eye stars and the Messier objects; gives records and neighbours.
Serpens counts as one constellation of two parts. Does not know myths.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.physics.messier import DOUBTFUL_HOME, messier_rows
from dive.catalog.physics.stars import star_rows
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

SKY = Package("skyfield", "MIT", "MIT", "Skyfield (boundaries: Delporte 1930); names of d3-celestial (BSD-3)")
WHOLE_SKY = 41252.96


class Size(TypedDict):
    """How large a constellation is, and the part of it that is a name."""

    constellation: Annotated[str, "constellation:iau"]
    name: str
    english_name: str
    area: Annotated[float, "area:deg2"]


class Contents(TypedDict):
    """What can be seen in a constellation. Stars of magnitude 6 or brighter count as visible to the naked eye."""

    constellation: Annotated[str, "constellation:iau"]
    brightest_star: Annotated[str, "star:hip"]
    visible_stars: Annotated[int, "count"]
    messier_objects: NotRequired[Annotated[int, "count"]]


class ListedConstellation(TypedDict):
    """A constellation as a member of a list."""

    constellation: Annotated[str, "constellation:iau"]
    name: str


class Neighbours(TypedDict):
    """Constellations that share a stretch of boundary, by abbreviation."""

    constellations: list[ListedConstellation]
    number: Annotated[int, "count"]


@functools.cache
def constellation_rows() -> dict[str, dict[str, str]]:
    """Rows of the table by IAU abbreviation."""
    return {row["constellation"]: row for row in rows("physics", "constellations")}


@functools.cache
def _contents() -> dict[str, Contents]:
    made: dict[str, Contents] = {}
    objects = [row["constellation"] for row in messier_rows().values()]
    for hip, row in star_rows().items():
        here = made.setdefault(row["constellation"], {
            "constellation": row["constellation"], "brightest_star": hip, "visible_stars": 0,
        })  # fmt: skip
        if row["constellation"] != DOUBTFUL_HOME:
            here["messier_objects"] = objects.count(row["constellation"])
        here["visible_stars"] += 1
    return made


@entities("constellation:iau")
def constellations() -> list[Entity]:
    """All 88 constellations."""
    return [
        Entity(type="constellation:iau", id=code, name=row["name"], aliases=(code, f"the {row['english']}"))
        for code, row in constellation_rows().items()
    ]


def _row(constellation: str) -> dict[str, str]:
    row = constellation_rows().get(constellation)
    if row is None:
        raise ToolError("not_found", f"no constellation has the abbreviation {constellation!r}")
    return row


@tool("R", SKY)
def constellation_size(constellation: Annotated[str, "constellation:iau"]) -> Size:
    """Looks up a constellation by its IAU abbreviation such as "Ori": name, English name, and the area of the sky that
    it covers in square degrees."""
    row = _row(constellation)
    area = float(row["area_deg2"])
    return {"constellation": constellation, "name": row["name"], "english_name": row["english"], "area": area}


@tool("R", SKY)
def constellation_contents(constellation: Annotated[str, "constellation:iau"]) -> Contents:
    """Looks up what can be seen in a constellation, given by its IAU abbreviation: its brightest star, how many stars
    of magnitude 6 or brighter and how many Messier objects it has (not told of Draco, where M102 may lie or not)."""
    _row(constellation)
    return _contents()[constellation]


@tool("R", SKY)
def constellations_bordering(constellation: Annotated[str, "constellation:iau"]) -> Neighbours:
    """Lists and counts the constellations that border on a constellation (IAU abbreviation such as "Ori")."""
    codes = _row(constellation)["neighbours"].split()
    near: list[ListedConstellation] = [
        {"constellation": code, "name": constellation_rows()[code]["name"]} for code in codes
    ]
    return {"constellations": near, "number": len(near)}


@audit("constellations")
def audit_constellations() -> list[Finding]:
    """Areas that do not make up the sky, one-sided neighbours, constellations without a visible star."""
    known = constellation_rows()
    found = [
        Finding("constellations", f"{a}-{b}", "one-sided border", False)
        for a, row in known.items()
        for b in row["neighbours"].split()
        if a not in known[b]["neighbours"].split()
    ]
    total = sum(float(row["area_deg2"]) for row in known.values())
    if len(known) != 88 or abs(total - WHOLE_SKY) > 5:
        found.append(Finding("constellations", "all", f"{len(known)} constellations cover {total}", False))
    return found + [Finding("constellations", c, "no visible star", False) for c in known if c not in _contents()]

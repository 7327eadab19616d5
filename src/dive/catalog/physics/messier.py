"""The objects of Messier's catalogue: what they are, where they lie, how bright and large they look.

Takes the table of d3-celestial; gives records, the objects of a constellation, and the object with an NGC number. The
star cloud M24, the double star M40 and the asterism M73 count, but have no kind; M102, which nobody has identified for
sure, is left out, and so is what depends on where it lies.
"""

import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.physics.stars import angle_between
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

MESSIER = Package("d3-celestial", "BSD-3-Clause", "BSD-3-Clause", "Olaf Frohn, d3-celestial; SEDS Messier pages")


DOUBTFUL, DOUBTFUL_HOME = "M102", "Dra"
LOOSE = ("M24", "M40", "M73")
"""Stars that are no object of a kind."""


class Messier(TypedDict):
    """One object. The apparent size is that of its longer axis."""

    object: Annotated[str, "messier:number"]
    kind: NotRequired[Annotated[str, "messier:kind"]]
    constellation: Annotated[str, "constellation:iau"]
    magnitude: NotRequired[Annotated[float, "magnitude:v"]]
    size: NotRequired[Annotated[float, "angle:arcmin"]]
    ngc: NotRequired[Annotated[str, "ngc:number"]]


class ListedObject(TypedDict):
    """An object as a member of a list."""

    object: Annotated[str, "messier:number"]


class Objects(TypedDict):
    """Objects by Messier number."""

    objects: list[ListedObject]
    number: Annotated[int, "count"]


class NearObjects(TypedDict):
    """Objects, the closest first."""

    objects: list[ListedObject]


class OneObject(TypedDict):
    """A single object."""

    object: Annotated[str, "messier:number"]


@functools.cache
def messier_rows() -> dict[str, dict[str, str]]:
    """Rows by Messier number, without that of which it is uncertain what Messier saw."""
    return {number: row for number, row in _all().items() if number != DOUBTFUL}


@functools.cache
def _all() -> dict[str, dict[str, str]]:
    known = {row["messier"]: row for row in rows("physics", "messier")}
    return {number: {**row, "kind": row["kind"] if number not in LOOSE else ""} for number, row in known.items()}


@entities("messier:number")
def messier_objects() -> list[Entity]:
    """All Messier objects, by their number and, if they have one, their name."""
    return [
        Entity(
            type="messier:number", id=number, name=number, aliases=tuple(n for n in (row["name"], row["ngc"]) if n),
            seed=bool(row["kind"]),
        )
        for number, row in messier_rows().items()
    ]  # fmt: skip


@entities("messier:kind")
def messier_kinds() -> list[Entity]:
    """The kinds of Messier objects."""
    kinds = sorted({row["kind"] for row in messier_rows().values()} - {""})
    return [Entity(type="messier:kind", id=kind, name=_plural(kind), aliases=(kind,), seed=False) for kind in kinds]


def _plural(kind: str) -> str:
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


@tool("R", MESSIER)
def messier_object(object: Annotated[str, "messier:number"]) -> Messier:
    """Looks up a Messier object such as "M31": what it is, its constellation, apparent visual magnitude, apparent size
    (longer axis) in arcminutes, and its number in the New General Catalogue (NGC) or Index Catalogue (IC). Of mere
    groups of stars (M24, M40, M73) it tells no kind and no size."""
    row = messier_rows().get(object)
    if row is None:
        raise ToolError("not_found", f"no Messier object {object!r}")
    made: Messier = {"object": object, "constellation": row["constellation"]}
    if f"{object}.magnitude" not in fence("physics", "messier_values"):
        made["magnitude"] = float(row["magnitude"])
    if row["kind"]:
        made["kind"], made["size"] = row["kind"], float(row["size_arcmin"])
    if row["ngc"]:
        made["ngc"] = row["ngc"]
    return made


@tool("R", MESSIER)
def messier_objects_in(constellation: Annotated[str, "constellation:iau"]) -> Objects:
    """Lists and counts the Messier objects that lie in a constellation (IAU abbreviation such as "Ori"), by number."""
    found = [number for number, row in messier_rows().items() if row["constellation"] == constellation]
    if constellation == DOUBTFUL_HOME:
        raise ToolError("refused", f"it is uncertain whether {DOUBTFUL} lies in {constellation!r}")
    if not found:
        raise ToolError("not_found", f"no Messier object lies in {constellation!r}")
    listed: list[ListedObject] = [{"object": number} for number in found]
    return {"objects": listed, "number": len(listed)}


@tool("R", MESSIER)
def messier_objects_around(
    object: Annotated[str, "messier:number"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> NearObjects:
    """Lists the `n` other Messier objects that appear closest to one (such as "M31") in the sky, the closest first."""
    known = messier_rows()
    if object not in known:
        raise ToolError("not_found", f"no Messier object {object!r}")
    near = sorted((_apart(known[object], row), number) for number, row in _all().items() if number != object)
    if DOUBTFUL in [number for _, number in near[: n + 1]]:
        raise ToolError("refused", f"it is uncertain where {DOUBTFUL} lies, which may be one of them")
    if not 1 <= n <= 20 or near[n][0] - near[n - 1][0] < 0.05:
        raise ToolError("refused", f"places {n} and {n + 1} cannot be told apart; ask for another number of objects")
    return {"objects": [{"object": number} for _, number in near[:n]]}


def _apart(one: dict[str, str], other: dict[str, str]) -> float:
    a, b = ((float(row["ra"]), float(row["dec"])) for row in (one, other))
    return angle_between(a, b)


@tool("R", MESSIER)
def messier_by_ngc(ngc: Annotated[str, "ngc:number"]) -> OneObject:
    """Finds the Messier object with a number in the New General Catalogue or Index Catalogue, such as "NGC 224"."""
    for number, row in messier_rows().items():
        if row["ngc"] == ngc:
            return {"object": number}
    raise ToolError("not_found", f"no Messier object is {ngc!r}")


@audit("messier")
def audit_messier() -> list[Finding]:
    """Magnitudes and sizes out of range, NGC numbers used twice."""
    known = messier_rows()
    found = [
        Finding("messier", number, "magnitude or size out of range", False)
        for number, row in known.items()
        if not 1 < float(row["magnitude"]) < 12 or not 0.5 < float(row["size_arcmin"] or 1) < 200
    ]
    count = Counter(row["ngc"] for row in known.values() if row["ngc"])
    return found + [Finding("messier", ngc, "NGC number used twice", False) for ngc, many in count.items() if many > 1]

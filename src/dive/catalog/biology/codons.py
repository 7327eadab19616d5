"""Amino acids and the codons that stand for them, and how often four organisms use each codon.

Takes Biopython's weights and Kyte-Doolittle scale and the codon usage tables of Kazusa (python-codon-tables); gives
records and lists. Knows the standard genetic code only.
"""

import functools
from collections import Counter
from typing import Annotated, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

ACIDS = Package("biopython", "Biopython License", "Biopython License", "Biopython contributors")
CODONS = Package("python-codon-tables", "CC0-1.0", "CC0-1.0", "Kazusa codon usage database; Edinburgh Genome Foundry")
SUMS_TO = 0.03
SAME_WEIGHT = 0.2
"""Weights this close, in daltons, count as equal."""


class AminoAcid(TypedDict):
    """One amino acid, free, with its hydropathy after Kyte and Doolittle."""

    amino_acid: Annotated[str, "amino_acid:letter"]
    name: str
    molecular_weight: Annotated[float, "mass:da"]
    hydropathy: float


class ListedAcid(TypedDict):
    """An amino acid as a member of a list."""

    amino_acid: Annotated[str, "amino_acid:letter"]
    name: str


class Coding(TypedDict):
    """How many codons stand for an amino acid, and which others have as many."""

    amino_acid: Annotated[str, "amino_acid:letter"]
    codon_count: Annotated[int, "count"]
    amino_acids: list[ListedAcid]


class AminoAcids(TypedDict):
    """Amino acids in the order that the tool names."""

    amino_acids: list[ListedAcid]


class MicrobialUse(TypedDict):
    """A codon's share of the codons for its amino acid in per cent, in two microbes."""

    codon: Annotated[str, "codon:rna"]
    in_e_coli: Annotated[float, "share:percent"]
    in_yeast: Annotated[float, "share:percent"]


class AnimalUse(TypedDict):
    """A codon's share of the codons for its amino acid in per cent, in two animals."""

    codon: Annotated[str, "codon:rna"]
    in_humans: Annotated[float, "share:percent"]
    in_fruit_flies: Annotated[float, "share:percent"]


class ListedCodon(TypedDict):
    """A codon as a member of a list."""

    codon: Annotated[str, "codon:rna"]


class Codons(TypedDict):
    """Codons by spelling."""

    codons: list[ListedCodon]


@functools.cache
def acid_rows() -> dict[str, dict[str, str]]:
    """Rows by one-letter code."""
    return {row["letter"]: row for row in rows("biology", "amino_acids")}


@functools.cache
def usage() -> dict[tuple[str, str], dict[str, float]]:
    """Shares of codons in per cent, by organism and amino acid."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows("biology", "codon_usage"):
        found.setdefault((row["organism"], row["amino_acid"]), {})[row["codon"]] = float(row["share"]) * 100
    return found


@functools.cache
def _code() -> dict[str, str]:
    """The standard genetic code without its stop codons: amino acid by codon."""
    return {codon: acid for (organism, acid), used in usage().items() if organism == "Homo sapiens" for codon in used}


@entities("amino_acid:letter")
def amino_acids() -> list[Entity]:
    """The twenty amino acids."""
    return [
        Entity(type="amino_acid:letter", id=letter, name=row["name"], aliases=(letter,))
        for letter, row in acid_rows().items()
    ]


@entities("codon:rna")
def codons() -> list[Entity]:
    """The 61 codons that stand for an amino acid."""
    return [Entity(type="codon:rna", id=codon, name=codon, seed=False) for codon in sorted(_code())]


@tool("R", ACIDS)
def amino_acid_record(amino_acid: Annotated[str, "amino_acid:letter"]) -> AminoAcid:
    """Looks up an amino acid by its one-letter code: name, molecular weight in daltons, hydropathy on the scale of Kyte
    and Doolittle."""
    row = acid_rows().get(amino_acid)
    if row is None:
        raise ToolError("not_found", f"no amino acid has the letter {amino_acid!r}")
    return {
        "amino_acid": amino_acid, "name": row["name"], "molecular_weight": float(row["weight"]),
        "hydropathy": float(row["hydropathy"]),
    }  # fmt: skip


@tool("R", ACIDS)
def codons_for(amino_acid: Annotated[str, "amino_acid:letter"]) -> Codons:
    """Lists the RNA codons that stand for an amino acid (one-letter code) in the standard genetic code."""
    found = sorted(codon for codon, acid in _code().items() if acid == amino_acid)
    if not found:
        raise ToolError("not_found", f"no amino acid has the letter {amino_acid!r}")
    return {"codons": [{"codon": codon} for codon in found]}


@tool("R", CODONS)
def codon_use_in_microbes(codon: Annotated[str, "codon:rna"]) -> MicrobialUse:
    """Looks up how often Escherichia coli and Saccharomyces cerevisiae use a codon such as "CUG": its share of their
    codons for the same amino acid, in per cent."""
    e_coli, yeast = _share(codon, "Escherichia coli"), _share(codon, "Saccharomyces cerevisiae")
    return {"codon": codon, "in_e_coli": e_coli, "in_yeast": yeast}


@tool("R", CODONS)
def codon_use_in_animals(codon: Annotated[str, "codon:rna"]) -> AnimalUse:
    """Looks up how often humans and fruit flies (Drosophila melanogaster) use a codon such as "CUG": its share of their
    codons for the same amino acid, in per cent."""
    humans, flies = _share(codon, "Homo sapiens"), _share(codon, "Drosophila melanogaster")
    return {"codon": codon, "in_humans": humans, "in_fruit_flies": flies}


def _share(codon: str, organism: str) -> float:
    found = usage().get((organism, _code().get(codon, "")), {})
    if codon not in found:
        raise ToolError("not_found", f"no amino acid has the codon {codon!r}")
    return found[codon]


@tool("R", ACIDS)
def amino_acids_closest_in_weight(
    amino_acid: Annotated[str, "amino_acid:letter"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> AminoAcids:
    """Lists the `n` amino acids whose molecular weights are closest to that of an amino acid (one-letter code; itself
    left out), the closest first."""
    here = amino_acid_record(amino_acid)["molecular_weight"]
    near = sorted((abs(float(r["weight"]) - here), a) for a, r in acid_rows().items() if a != amino_acid)
    if not 1 <= n < len(near) or near[n][0] - near[n - 1][0] < SAME_WEIGHT:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of amino acids")
    return {"amino_acids": [{"amino_acid": a, "name": acid_rows()[a]["name"]} for _, a in near[:n]]}


@tool("R", ACIDS)
def amino_acid_coding(amino_acid: Annotated[str, "amino_acid:letter"]) -> Coding:
    """Looks up how many codons of the standard genetic code stand for an amino acid (one-letter code), and lists the
    other amino acids that as many codons stand for."""
    if amino_acid not in acid_rows():
        raise ToolError("not_found", f"no amino acid has the letter {amino_acid!r}")
    count = Counter(_code().values())
    same = [a for a in acid_rows() if count[a] == count[amino_acid] and a != amino_acid]
    return {
        "amino_acid": amino_acid, "codon_count": count[amino_acid],
        "amino_acids": [{"amino_acid": a, "name": acid_rows()[a]["name"]} for a in same],
    }  # fmt: skip


@audit("codons")
def audit_codons() -> list[Finding]:
    """Shares that do not add up, codons that two organisms read differently."""
    code = _code()
    found = [
        Finding("codons", f"{organism}, {acid}", f"shares add up to {sum(used.values()):.0f} %", False)
        for (organism, acid), used in usage().items()
        if abs(sum(used.values()) - 100) > 100 * SUMS_TO
    ]
    return found + [
        Finding("codons", codon, f"read differently in {organism}", False)
        for (organism, acid), used in usage().items()
        for codon in used
        if code[codon] != acid
    ]

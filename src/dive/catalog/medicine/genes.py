"""Genes by symbol, with the diseases that the Human Phenotype Ontology's files link to them."""

import functools
import re
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.medicine.hpo import HPO, by_gene, hpo, seeds
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import entities, tool

SEVERAL = range(3, 9)
"""Numbers of diseases that can be compared with one another."""


class GeneRecord(TypedDict):
    """One gene; `disease` only where there is exactly one."""

    gene: Annotated[str, "gene:symbol"]
    diseases: Annotated[int, "count"]
    features: Annotated[int, "count"]
    ncbi: Annotated[str, "gene_number:ncbi"]
    disease: NotRequired[Annotated[str, "disease:omim"]]


class TheGene(TypedDict):
    """The gene that a number stands for."""

    gene: Annotated[str, "gene:symbol"]


class NamedDisease(TypedDict):
    """A disease."""

    disease: Annotated[str, "disease:omim"]
    name: str


class GeneDiseases(TypedDict):
    """Diseases in order of OMIM number."""

    diseases: list[NamedDisease]


@entities("gene:symbol")
def genes() -> list[Entity]:
    """All genes with an annotated OMIM disease; seeds have a plain symbol and several diseases, or just one that is
    well known."""
    return [
        Entity(
            type="gene:symbol", id=gene, name=gene,
            seed=bool(re.fullmatch(r"[A-Z][A-Z0-9]{2,}", gene))
            and (len(found) in SEVERAL or (len(found) == 1 and found[0] in seeds())),
        )
        for gene, found in by_gene().items()
    ]  # fmt: skip


@tool("R", HPO)
def gene_record(gene: Annotated[str, "gene:symbol"]) -> GeneRecord:
    """Looks up a gene by its HGNC symbol: its NCBI Gene number, number of OMIM diseases linked to it, number of
    different clinical features recorded for these diseases, and the disease where there is exactly one."""
    found = _linked(gene)
    features = {feature for key in found for feature in hpo().diseases[key].features}
    record: GeneRecord = {
        "gene": gene, "diseases": len(found), "features": len(features), "ncbi": hpo().ncbi[gene],
    }  # fmt: skip
    if len(found) == 1:
        record["disease"] = found[0]
    return record


@tool("R", HPO)
def gene_by_ncbi_number(number: Annotated[str, "gene_number:ncbi"]) -> TheGene:
    """Finds the gene (HGNC symbol) that an NCBI Gene number such as "2200" stands for."""
    gene = _by_number().get(number)
    if gene is None:
        raise ToolError("not_found", f"no gene linked to a disease has the NCBI number {number!r}")
    return {"gene": gene}


@tool("R", HPO)
def gene_diseases(gene: Annotated[str, "gene:symbol"]) -> GeneDiseases:
    """Lists all OMIM diseases linked to a gene, given by its HGNC symbol."""
    return {"diseases": [{"disease": key, "name": hpo().diseases[key].name} for key in _linked(gene)]}


@functools.cache
def _by_number() -> dict[str, str]:
    return {hpo().ncbi[gene]: gene for gene in by_gene()}


def _linked(gene: str) -> list[str]:
    if gene not in by_gene():
        raise ToolError("not_found", f"no annotated disease is linked to a gene {gene!r}")
    return by_gene()[gene]

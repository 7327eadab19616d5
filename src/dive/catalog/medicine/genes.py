"""Genes by symbol, with the diseases that the Human Phenotype Ontology's files link to them."""

import re
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.medicine.hpo import HPO, by_gene, hpo
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import entities, tool

LEAST_DISEASES = 3


class GeneRecord(TypedDict):
    """One gene; `disease` only where there is exactly one."""

    gene: Annotated[str, "gene:symbol"]
    diseases: Annotated[int, "count"]
    features: Annotated[int, "count"]
    disease: NotRequired[Annotated[str, "disease:omim"]]


class NamedDisease(TypedDict):
    """A disease."""

    disease: Annotated[str, "disease:omim"]
    name: str


class GeneDiseases(TypedDict):
    """Diseases in order of OMIM number."""

    diseases: list[NamedDisease]


@entities("gene:symbol")
def genes() -> list[Entity]:
    """All genes with an annotated OMIM disease; seeds have several and a plain symbol."""
    return [
        Entity(
            type="gene:symbol", id=gene, name=gene,
            seed=len(found) >= LEAST_DISEASES and bool(re.fullmatch(r"[A-Z][A-Z0-9]{2,}", gene)),
        )
        for gene, found in by_gene().items()
    ]  # fmt: skip


@tool("R", HPO)
def gene_record(gene: Annotated[str, "gene:symbol"]) -> GeneRecord:
    """Looks up a gene by its HGNC symbol: number of OMIM diseases linked to it, number of different clinical features
    recorded for these diseases, and the disease where there is exactly one."""
    found = _linked(gene)
    features = {feature for key in found for feature in hpo().diseases[key].features}
    record: GeneRecord = {"gene": gene, "diseases": len(found), "features": len(features)}
    if len(found) == 1:
        record["disease"] = found[0]
    return record


@tool("R", HPO)
def gene_diseases(gene: Annotated[str, "gene:symbol"]) -> GeneDiseases:
    """Lists all OMIM diseases linked to a gene, given by its HGNC symbol."""
    return {"diseases": [{"disease": key, "name": hpo().diseases[key].name} for key in _linked(gene)]}


def _linked(gene: str) -> list[str]:
    if gene not in by_gene():
        raise ToolError("not_found", f"no annotated disease is linked to a gene {gene!r}")
    return by_gene()[gene]

"""Clinical features by HPO id: how common they are among diseases, their genes, and their place in the ontology.

Diseases and genes of a feature include those of its subtypes, as the ontology's own files count them. Lists longer
than `MOST` are refused: nobody reads them, and a more specific feature answers better.
"""

import functools
import re
from collections.abc import Sequence
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.medicine.hpo import HPO, SYSTEMS, find_term, genes_with_feature, hpo, subtypes, with_feature
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import entities, tool

MOST = 100
COMPARED = range(4, 9)
"""Lengths of lists whose members a question may compare."""
PLAIN = re.compile(r"[A-Za-z][A-Za-z' -]{3,40}")
AVOID = re.compile(r"abnormal|hermaphrodit|retard|mongol|cretin|suicid|sexual|section|Alzheimer", re.IGNORECASE)


class FeatureRecord(TypedDict):
    """One clinical feature; `parent` and `system` only where there is exactly one."""

    feature: Annotated[str, "phenotype:hpo"]
    name: str
    subtypes: Annotated[int, "count"]
    umls: NotRequired[Annotated[str, "feature_concept:umls"]]
    parent: NotRequired[Annotated[str, "phenotype:hpo"]]
    system: NotRequired[Annotated[str, "body_system:hpo"]]


class FeatureFrequency(TypedDict):
    """How common a clinical feature is, its subtypes included."""

    feature: Annotated[str, "phenotype:hpo"]
    diseases: Annotated[int, "count"]


class FeatureGeneCount(TypedDict):
    """How many genes are linked to diseases with a clinical feature, its subtypes included."""

    feature: Annotated[str, "phenotype:hpo"]
    genes: Annotated[int, "count"]


class TheFeature(TypedDict):
    """The clinical feature that a concept stands for."""

    feature: Annotated[str, "phenotype:hpo"]
    name: str


class Subtype(TypedDict):
    """A clinical feature."""

    feature: Annotated[str, "phenotype:hpo"]
    name: str


class FeatureSubtypes(TypedDict):
    """Clinical features in order of id."""

    features: list[Subtype]


class Affected(TypedDict):
    """A disease."""

    disease: Annotated[str, "disease:omim"]
    name: str


class FeatureDiseases(TypedDict):
    """Diseases in order of OMIM number."""

    diseases: list[Affected]


class Linked(TypedDict):
    """A gene."""

    gene: Annotated[str, "gene:symbol"]


class FeatureGenes(TypedDict):
    """Genes in order of symbol."""

    genes: list[Linked]


@entities("phenotype:hpo")
def features() -> list[Entity]:
    """All phenotypic abnormalities; seeds have a lay synonym, a plain name and lists that can be compared."""
    return [
        Entity(
            type="phenotype:hpo", id=key, name=row.name, seed=_is_seed(key),
            aliases=tuple(s for s in row.synonyms if s != row.name),
        )
        for key, row in hpo().terms.items()
    ]  # fmt: skip


@entities("body_system:hpo")
def systems() -> list[Entity]:
    """The organ systems by which the ontology groups abnormalities."""
    return [
        Entity(type="body_system:hpo", id=name, name=f"the {name}", aliases=(name,), seed=False)
        for name in SYSTEMS.values()
    ]


@tool("R", HPO)
def feature_record(feature: Annotated[str, "phenotype:hpo"]) -> FeatureRecord:
    """Looks up a clinical feature by its HPO id: name, number of direct subtypes; the next broader feature, the organ
    system and the UMLS concept where there is just one."""
    row = find_term(feature)
    record: FeatureRecord = {"feature": feature, "name": row.name, "subtypes": len(subtypes()[feature])}
    if row.umls:
        record["umls"] = row.umls
    if len(row.parents) == 1:
        record["parent"] = row.parents[0]
    if len(row.systems) == 1:
        record["system"] = row.systems[0]
    return record


@tool("R", HPO)
def feature_frequency(feature: Annotated[str, "phenotype:hpo"]) -> FeatureFrequency:
    """Counts the OMIM diseases annotated with a clinical feature (HPO id) or one of its subtypes."""
    find_term(feature)
    return {"feature": feature, "diseases": len(with_feature(feature))}


@tool("R", HPO)
def feature_gene_count(feature: Annotated[str, "phenotype:hpo"]) -> FeatureGeneCount:
    """Counts the genes linked to OMIM diseases that are annotated with a clinical feature (HPO id) or one of its
    subtypes."""
    find_term(feature)
    return {"feature": feature, "genes": len(genes_with_feature(feature))}


@tool("R", HPO)
def feature_by_umls(concept: Annotated[str, "feature_concept:umls"]) -> TheFeature:
    """Finds the clinical feature (HPO id) that a concept of the Unified Medical Language System, such as "C0013581",
    stands for."""
    feature = _by_concept().get(concept)
    if feature is None:
        raise ToolError("not_found", f"no single clinical feature has the UMLS concept {concept!r}")
    return {"feature": feature, "name": hpo().terms[feature].name}


@tool("R", HPO)
def feature_subtypes(feature: Annotated[str, "phenotype:hpo"]) -> FeatureSubtypes:
    """Lists the direct subtypes of a clinical feature (HPO id) in the Human Phenotype Ontology."""
    find_term(feature)
    return {"features": [{"feature": key, "name": hpo().terms[key].name} for key in subtypes()[feature]]}


@tool("R", HPO)
def feature_diseases(feature: Annotated[str, "phenotype:hpo"]) -> FeatureDiseases:
    """Lists all OMIM diseases annotated with a clinical feature (HPO id) or one of its subtypes; refuses features
    with more than 100 diseases."""
    find_term(feature)
    found = _readable(with_feature(feature), feature)
    return {"diseases": [{"disease": key, "name": hpo().diseases[key].name} for key in found]}


@tool("R", HPO)
def feature_genes(feature: Annotated[str, "phenotype:hpo"]) -> FeatureGenes:
    """Lists all genes linked to an OMIM disease that is annotated with a clinical feature (HPO id) or one of its
    subtypes; refuses features with more than 100 genes."""
    find_term(feature)
    return {"genes": [{"gene": gene} for gene in _readable(genes_with_feature(feature), feature)]}


@functools.cache
def _by_concept() -> dict[str, str]:
    return {row.umls: key for key, row in hpo().terms.items() if row.umls}


def _readable(found: Sequence[str], feature: str) -> Sequence[str]:
    if len(found) > MOST:
        raise ToolError(
            "refused", f"{feature} has {len(found)} entries, more than {MOST}; take a more specific feature"
        )
    return found


def _is_seed(feature: str) -> bool:
    row = hpo().terms[feature]
    plain = row.lay and PLAIN.fullmatch(row.name) and not AVOID.search(row.name)
    lists = (subtypes()[feature], with_feature(feature), genes_with_feature(feature))
    return bool(plain) and len(lists[1]) > 3 and any(len(found) in COMPARED for found in lists)

"""Diseases by OMIM number as the Human Phenotype Ontology annotates them: features, patient counts, genes, neighbours.

Takes OMIM numbers; gives what the annotations state. Knows nothing of treatment, prevalence or diagnosis.
"""

import functools
import heapq
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.medicine.hpo import HPO, SYSTEMS, find_disease, hpo, recorded, seeds, with_feature
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Range, entities, tool

LEAST_EXAMINED = 5
ORGANS = Choices(tuple(SYSTEMS.values()))


class DiseaseRecord(TypedDict):
    """One disease; `gene`, `inheritance` and `orpha` only where there is exactly one."""

    disease: Annotated[str, "disease:omim"]
    name: str
    genes: Annotated[int, "count"]
    gene: NotRequired[Annotated[str, "gene:symbol"]]
    inheritance: NotRequired[Annotated[str, "inheritance:hpo"]]
    orpha: NotRequired[Annotated[str, "disease_number:orphanet"]]


class DiseaseProfile(TypedDict):
    """How much of the body a disease affects."""

    disease: Annotated[str, "disease:omim"]
    features: Annotated[int, "count"]
    organ_systems: Annotated[int, "count"]


class TheDisease(TypedDict):
    """The disease that a number stands for."""

    disease: Annotated[str, "disease:omim"]
    name: str


class NamedFeature(TypedDict):
    """A clinical feature."""

    feature: Annotated[str, "phenotype:hpo"]
    name: str


class DiseaseFeatures(TypedDict):
    """Clinical features, in order of id."""

    features: list[NamedFeature]


class CountedFeature(TypedDict):
    """A clinical feature and how many of the patients examined for it had it."""

    feature: Annotated[str, "phenotype:hpo"]
    name: str
    patients: Annotated[int, "count"]
    examined: Annotated[int, "count"]
    frequency: Annotated[float, "share:percent"]


class CountedFeatures(TypedDict):
    """Clinical features with patient counts, in order of id."""

    features: list[CountedFeature]


class RareFeature(TypedDict):
    """A clinical feature and how many diseases have it."""

    feature: Annotated[str, "phenotype:hpo"]
    name: str
    diseases: Annotated[int, "count"]


class RareFeatures(TypedDict):
    """Clinical features, the rarest first."""

    features: list[RareFeature]


class SimilarDisease(TypedDict):
    """A disease and the Jaccard index of its features and those of another one."""

    disease: Annotated[str, "disease:omim"]
    name: str
    similarity: Annotated[float, "similarity:jaccard"]


class SimilarDiseases(TypedDict):
    """Diseases by similarity, the most similar one first."""

    diseases: list[SimilarDisease]


class NamedGene(TypedDict):
    """A gene."""

    gene: Annotated[str, "gene:symbol"]


class DiseaseGenes(TypedDict):
    """Genes in order of symbol."""

    genes: list[NamedGene]


@entities("disease:omim")
def diseases() -> list[Entity]:
    """All annotated OMIM diseases; those in `seeds.toml` are seeds."""
    return [
        Entity(
            type="disease:omim", id=key, name=row.name, seed=key in seeds(),
            aliases=tuple(sorted({row.name, row.title} - {row.name})),
        )
        for key, row in hpo().diseases.items()
    ]  # fmt: skip


@tool("R", HPO)
def disease_record(disease: Annotated[str, "disease:omim"]) -> DiseaseRecord:
    """Looks up a disease by its six-digit OMIM number: name and number of genes linked to it; the gene, the mode of
    inheritance and the Orphanet number are given where there is exactly one."""
    row = find_disease(disease)
    found: DiseaseRecord = {"disease": disease, "name": row.name, "genes": len(row.genes)}
    if len(row.genes) == 1:
        found["gene"] = row.genes[0]
    if len(row.inheritance) == 1:
        found["inheritance"] = row.inheritance[0]
    if row.orpha:
        found["orpha"] = row.orpha
    return found


@tool("R", HPO)
def disease_profile(disease: Annotated[str, "disease:omim"]) -> DiseaseProfile:
    """Counts the clinical features recorded for a disease (OMIM number) and the organ systems (of 14) to which they
    belong."""
    row = find_disease(disease)
    systems = {system for feature in row.features for system in hpo().terms[feature].systems}
    return {"disease": disease, "features": len(row.features), "organ_systems": len(systems)}


@tool("R", HPO)
def disease_by_orphanet_number(number: Annotated[str, "disease_number:orphanet"]) -> TheDisease:
    """Finds the disease (OMIM number and name) that Orphanet lists under a number such as "558" by the same name."""
    disease = _by_orphanet().get(number)
    if disease is None:
        raise ToolError("not_found", f"no annotated disease has the Orphanet number {number!r}")
    return {"disease": disease, "name": hpo().diseases[disease].name}


@functools.cache
def _by_orphanet() -> dict[str, str]:
    return {row.orpha: key for key, row in hpo().diseases.items() if row.orpha}


@tool("R", HPO)
def disease_features(
    disease: Annotated[str, "disease:omim"], system: Annotated[str, "organ_system", ORGANS]
) -> DiseaseFeatures:
    """Lists all clinical features recorded for a disease (OMIM number) that are abnormalities of one organ system,
    such as "eye" or "nervous system", by HPO id. Modes of inheritance and ages of onset are not among them."""
    return {"features": [{"feature": key, "name": hpo().terms[key].name} for key in _within(disease, system)]}


@tool("R", HPO)
def feature_counts(
    disease: Annotated[str, "disease:omim"], system: Annotated[str, "organ_system", ORGANS]
) -> CountedFeatures:
    """Lists abnormalities of one organ system with the number of patients with a disease (OMIM number) who had them,
    the number examined (at least five) and the resulting frequency in percent, pooled over the cited reports."""
    counts = find_disease(disease).counts
    return {
        "features": [
            {
                "feature": key, "name": hpo().terms[key].name, "patients": counts[key][0], "examined": counts[key][1],
                "frequency": 100 * counts[key][0] / counts[key][1],
            }
            for key in _within(disease, system)
            if key in counts and counts[key][1] >= LEAST_EXAMINED
        ]
    }  # fmt: skip


@tool("R", HPO)
def similar_diseases(
    disease: Annotated[str, "disease:omim"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> SimilarDiseases:
    """Lists the `n` diseases whose recorded features are most similar to those of a disease (OMIM number), by the
    Jaccard index of the two sets of HPO terms (shared over all, 0 to 1), the most similar one first."""
    ranked = _neighbours(disease)
    if len(ranked) <= n or n < 1:
        raise ToolError("not_found", f"there are no {n} diseases that share a feature with OMIM {disease}")
    if ranked[n - 1][0] == ranked[n][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of diseases")
    return {
        "diseases": [
            {"disease": key, "name": hpo().diseases[key].name, "similarity": -value} for value, key in ranked[:n]
        ]
    }


@tool("R", HPO)
def rarest_features(
    disease: Annotated[str, "disease:omim"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> RareFeatures:
    """Lists those `n` clinical features recorded for a disease (OMIM number) that the fewest other diseases have (with
    the number of diseases annotated with the feature or a subtype), the rarest first."""
    ranked = sorted((len(with_feature(key)), key) for key in find_disease(disease).features)
    if len(ranked) < n or n < 1:
        raise ToolError("not_found", f"there are no {n} features recorded for OMIM {disease}")
    if len(ranked) > n and ranked[n - 1][0] == ranked[n][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of features")
    return {"features": [{"feature": key, "name": hpo().terms[key].name, "diseases": m} for m, key in ranked[:n]]}


@tool("R", HPO)
def disease_genes(disease: Annotated[str, "disease:omim"]) -> DiseaseGenes:
    """Lists the symbols of all genes linked to a disease (OMIM number)."""
    return {"genes": [{"gene": symbol} for symbol in find_disease(disease).genes]}


def _within(number: str, system: str) -> list[str]:
    if system not in ORGANS.values:
        raise ToolError("not_found", f"no organ system {system!r}; there are {', '.join(map(str, ORGANS.values))}")
    return [key for key in find_disease(number).features if system in hpo().terms[key].systems]


@functools.lru_cache(4096)
def _neighbours(number: str) -> tuple[tuple[float, str], ...]:
    own = find_disease(number).features
    shared: Counter[str] = Counter()
    for feature in own:
        shared.update(recorded()[feature])
    shared.pop(number, None)
    sizes, ranked = _sizes(), list[tuple[float, str]]()
    for least in (5, 3, 1):  # two sets that share fewer are alike by less than (least - 1) / len(own)
        many = ((key, count) for key, count in shared.items() if count >= least)
        ranked = heapq.nsmallest(9, ((-count / (len(own) + sizes[key] - count), key) for key, count in many))
        if len(ranked) == 9 and -ranked[-1][0] > (least - 1) / len(own):
            break
    return tuple(ranked)


@functools.cache
def _sizes() -> dict[str, int]:
    """How many features each disease has."""
    return {key: len(disease.features) for key, disease in hpo().diseases.items()}

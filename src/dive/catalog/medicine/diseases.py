"""Diseases by OMIM number as the Human Phenotype Ontology annotates them: features, patient counts, genes, neighbours.

Takes OMIM numbers; gives what the annotations state. Knows nothing of treatment, prevalence or diagnosis.
"""

import functools
import heapq
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.medicine.hpo import HPO, ONSETS, SYSTEMS, by_gene, find_disease, hpo, recorded, seeds
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Range, entities, tool

LEAST_EXAMINED = 5
MANY_EXAMINED = 10
ORGANS = Choices(tuple(SYSTEMS.values()))


class DiseaseRecord(TypedDict):
    """One disease; `gene`, `inheritance` and `orpha` only where there is exactly one."""

    disease: Annotated[str, "disease:omim"]
    name: str
    genes: Annotated[int, "count"]
    gene: NotRequired[Annotated[str, "gene:symbol"]]
    inheritance: NotRequired[Annotated[str, "inheritance:hpo"]]
    orpha: NotRequired[Annotated[str, "disease_number:orphanet"]]


class DiseaseOnset(TypedDict):
    """The stages of life in which a disease begins; `stage` only where there is exactly one."""

    disease: Annotated[str, "disease:omim"]
    stages: list[Annotated[str, "life_stage:name"]]
    stage: NotRequired[Annotated[str, "life_stage:name"]]


class DiseaseProfile(TypedDict):
    """How many clinical features a disease has: in all, and of single organ systems."""

    disease: Annotated[str, "disease:omim"]
    features: Annotated[int, "count"]
    eyes: Annotated[int, "count"]
    ears: Annotated[int, "count"]
    nerves: Annotated[int, "count"]
    heart: Annotated[int, "count"]
    skeleton: Annotated[int, "count"]
    skin: Annotated[int, "count"]
    head: Annotated[int, "count"]
    limbs: Annotated[int, "count"]
    digestion: Annotated[int, "count"]


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

    number: Annotated[int, "count"]
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


class CommonFeature(TypedDict):
    """A clinical feature and the share of the patients examined for it who had it."""

    feature: Annotated[str, "phenotype:hpo"]
    name: str
    frequency: Annotated[float, "share:percent"]


class CommonFeatures(TypedDict):
    """Clinical features, the most frequent first."""

    features: list[CommonFeature]


class SimilarDisease(TypedDict):
    """A disease and the Jaccard index of its features and those of another one."""

    disease: Annotated[str, "disease:omim"]
    name: str
    similarity: Annotated[float, "similarity:jaccard"]


class SimilarDiseases(TypedDict):
    """Diseases by similarity, the most similar one first."""

    diseases: list[SimilarDisease]


class SameGene(TypedDict):
    """Diseases in order of OMIM number."""

    diseases: list[TheDisease]


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


@entities("inheritance:hpo")
def modes() -> list[Entity]:
    """Modes of inheritance."""
    known = sorted({mode for row in hpo().diseases.values() for mode in row.inheritance})
    return [
        Entity(
            type="inheritance:hpo", id=mode, name=f"{_plain(mode)} inheritance", seed=False,
            aliases=tuple(sorted({_plain(mode), mode})),
        )
        for mode in known
    ]  # fmt: skip


def _plain(mode: str) -> str:
    return mode if mode[:2] in ("X-", "Y-") or mode.startswith("Non-") else mode[:1].lower() + mode[1:]


@entities("life_stage:name")
def stages() -> list[Entity]:
    """Stages of life."""
    return [Entity(type="life_stage:name", id=stage, name=stage, seed=False) for stage in sorted(set(ONSETS.values()))]


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
def disease_onset(disease: Annotated[str, "disease:omim"]) -> DiseaseOnset:
    """Tells the stages of life in which a disease (OMIM number) was recorded to begin: fetal life, the newborn period,
    infancy (the first year), early childhood (to 5), late childhood or adolescence (5 to 15), adulthood."""
    stages = find_disease(disease).onset
    if not stages:
        raise ToolError("not_found", f"no age of onset is recorded for OMIM {disease}")
    found: DiseaseOnset = {"disease": disease, "stages": stages}
    if len(stages) == 1:
        found["stage"] = stages[0]
    return found


@tool("R", HPO)
def disease_profile(disease: Annotated[str, "disease:omim"]) -> DiseaseProfile:
    """Counts the clinical features recorded for a disease (OMIM number), and those of them that are abnormalities of
    the eyes, ears, nerves, heart and vessels, skeleton and muscles, skin, head or neck, limbs, and digestion."""
    row = find_disease(disease)
    counts = Counter(system for feature in row.features for system in hpo().terms[feature].systems)
    return {
        "disease": disease, "features": len(row.features), "eyes": counts["eye"], "ears": counts["ear"],
        "nerves": counts["nervous system"], "heart": counts["cardiovascular system"],
        "skeleton": counts["musculoskeletal system"], "skin": counts["integument"],
        "head": counts["head or neck"], "limbs": counts["limbs"], "digestion": counts["digestive system"],
    }  # fmt: skip


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
    """Counts and lists all clinical features recorded for a disease (OMIM number) that are abnormalities of one organ
    system, such as "eye" or "nervous system", by HPO id. Modes of inheritance and ages of onset are not among them."""
    found = _within(disease, system)
    return {"number": len(found), "features": [{"feature": key, "name": hpo().terms[key].name} for key in found]}


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
def commonest_features(
    disease: Annotated[str, "disease:omim"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> CommonFeatures:
    """Lists the `n` clinical features recorded for a disease (OMIM number) that the largest shares of the patients
    examined for them had (at least ten, pooled over the cited reports), in percent, the most frequent first."""
    counts = {key: had / of for key, (had, of) in find_disease(disease).counts.items() if of >= MANY_EXAMINED}
    ranked = sorted((-share, key) for key, share in counts.items())
    if len(ranked) <= n or n < 1:
        raise ToolError("not_found", f"there are no {n} features of OMIM {disease} with enough patients")
    if ranked[n - 1][0] == ranked[n][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of features")
    return {
        "features": [{"feature": key, "name": hpo().terms[key].name, "frequency": -100 * f} for f, key in ranked[:n]]
    }


@tool("R", HPO)
def diseases_of_same_gene(disease: Annotated[str, "disease:omim"]) -> SameGene:
    """Lists the other diseases linked to the one gene to which a disease (OMIM number) is linked."""
    genes = find_disease(disease).genes
    found = [key for key in by_gene()[genes[0]] if key != disease] if len(genes) == 1 else []
    if not found:
        raise ToolError("not_found", f"OMIM {disease} shares no single gene with another disease")
    return {"diseases": [{"disease": key, "name": hpo().diseases[key].name} for key in found]}


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

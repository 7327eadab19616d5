"""Well-known chemical compounds: measured properties, isomers, compounds of two elements.

Takes experimental values of the `chemicals` package (vendored, never its estimates); gives compound records and lists
of compounds. A melting or boiling point is kept only where a second collection confirms the CRC Handbook's value; the
other fields come from one collection each and only for substances in the state that they need.
"""

import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.chemistry.elements import element_rows
from dive.catalog.chemistry.formulas import atoms
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, audit, entities, tool

COMPOUNDS = Package("chemicals", "MIT", "MIT", "Caleb Bell and contributors; CRC Handbook and other sources there")

FAMILIES = {
    "oxides": ("O",), "sulfides": ("S",), "fluorides": ("F",), "chlorides": ("Cl",), "bromides": ("Br",),
    "iodides": ("I",), "halides": ("F", "Cl", "Br", "I"),
}  # fmt: skip
"""Families of compounds of two elements, and which other element each may contain."""


class CompoundRow(TypedDict):
    """A row of `compounds.tsv`. `values` holds the numeric fields of its record, `cid` its PubChem number or nothing;
    `fame` counts the collections of well-known substances that it is in."""

    name: str
    cid: str
    aliases: list[str]
    formula: str
    fame: int
    values: dict[str, float]


class Compound(TypedDict):
    """One compound. Boiling points are those at 1 atmosphere; density, refractive index, permittivity near 20 °C."""

    compound: Annotated[str, "compound:cas"]
    name: str
    formula: Annotated[str, "formula:hill"]
    pubchem_cid: NotRequired[Annotated[str, "compound_number:pubchem"]]
    melting_point: NotRequired[Annotated[float, "temperature:c"]]
    boiling_point: NotRequired[Annotated[float, "temperature:c"]]
    density: NotRequired[Annotated[float, "density:g_cm3"]]
    refractive_index: NotRequired[float]
    dielectric_constant: NotRequired[float]
    dipole_moment: NotRequired[Annotated[float, "dipole:debye"]]
    log_p: NotRequired[float]
    heat_of_vaporization: NotRequired[Annotated[float, "energy:kj_mol"]]
    critical_temperature: NotRequired[Annotated[float, "temperature:c"]]


class BoilingCompound(TypedDict):
    """A compound and its boiling point in degrees Celsius."""

    compound: Annotated[str, "compound:cas"]
    boiling_point: Annotated[float, "temperature:c"]


class BoilingCompounds(TypedDict):
    """Compounds by name."""

    compounds: list[BoilingCompound]


class ListedCompound(TypedDict):
    """A compound as a member of a list."""

    compound: Annotated[str, "compound:cas"]
    name: str
    formula: Annotated[str, "formula:hill"]


class CompoundList(TypedDict):
    """Compounds by name."""

    compounds: list[ListedCompound]


class NamedCompound(TypedDict):
    """The compound that a number stands for."""

    compound: Annotated[str, "compound:cas"]
    name: str


@functools.cache
def compound_rows() -> dict[str, CompoundRow]:
    """Rows by CAS number without the fenced ones, ordered by name."""
    fenced = fence("chemistry", "compounds")
    kept = {raw["cas"]: _row(raw) for raw in rows("chemistry", "compounds") if raw["cas"] not in fenced}
    for cas_field in fence("chemistry", "compound_values"):
        cas, _, field = cas_field.partition(".")
        if cas in kept:
            kept[cas]["values"].pop(field, None)
    return kept


def _row(raw: dict[str, str]) -> CompoundRow:
    return {
        "name": raw["name"], "cid": raw["pubchem_cid"], "aliases": list(filter(None, raw["aliases"].split(" | "))),
        "formula": raw["formula"], "fame": int(raw["fame"]),
        "values": {field: float(raw[field]) for field in RANGES if raw[field]},
    }  # fmt: skip


@functools.cache
def _by_formula() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for cas, row in compound_rows().items():
        found.setdefault(row["formula"], []).append(cas)
    return found


@functools.cache
def _by_cid() -> dict[str, str]:
    count = Counter(row["cid"] for row in compound_rows().values())
    return {row["cid"]: cas for cas, row in compound_rows().items() if row["cid"] and count[row["cid"]] == 1}


@functools.cache
def _by_elements() -> dict[frozenset[str], list[str]]:
    found: dict[frozenset[str], list[str]] = {}
    for cas, row in compound_rows().items():
        found.setdefault(frozenset(atoms(row["formula"])), []).append(cas)
    return found


@entities("compound:cas")
def compounds() -> list[Entity]:
    """All compounds of the table; seeds are what several collections have, with measured properties to ask for."""
    return [
        Entity(
            type="compound:cas", id=cas, name=row["name"], aliases=(*row["aliases"], f"CAS {cas}"),
            seed=_is_known(row) and len(row["name"]) < 36,
        )
        for cas, row in compound_rows().items()
    ]  # fmt: skip


def _is_known(row: CompoundRow) -> bool:
    many = len(row["values"])
    return row["fame"] > 4 and many > 1


@entities("formula:hill")
def formulas() -> list[Entity]:
    """The formulas of the table's compounds; seeds are organic ones that several known ones have."""
    fame: dict[str, int] = {}
    for row in compound_rows().values():
        fame[row["formula"]] = max(fame.get(row["formula"], 0), row["fame"])
    return [
        Entity(type="formula:hill", id=formula, name=formula, seed=best > 2 and _is_seed(formula))
        for formula, best in fame.items()
    ]


def _is_seed(formula: str) -> bool:
    return {"C", "H"} <= set(atoms(formula)) and 3 <= len(_by_formula()[formula]) <= 8


@tool("R", COMPOUNDS)
def compound_record(compound: Annotated[str, "compound:cas"]) -> Compound:
    """Looks up a chemical compound by its CAS number: Hill formula, melting, normal boiling and critical point in
    degrees Celsius, density in g/cm3, refractive index and dielectric constant near 20 degrees Celsius, dipole moment
    in debye, octanol-water logP, heat of vaporization at the boiling point in kJ/mol; measured values only."""
    if compound in fence("chemistry", "compounds"):
        raise ToolError("refused", fence("chemistry", "compounds")[compound])
    row = compound_rows().get(compound)
    if row is None:
        raise ToolError("not_found", f"no compound with the CAS number {compound!r} in the table")
    made: Compound = {"compound": compound, "name": row["name"], "formula": row["formula"], **row["values"]}  # type: ignore[typeddict-item]
    if _by_cid().get(row["cid"]) == compound:
        made["pubchem_cid"] = row["cid"]
    return made


@tool("R", COMPOUNDS)
def compound_by_pubchem_cid(cid: Annotated[str, "compound_number:pubchem"]) -> NamedCompound:
    """Finds the compound that a PubChem compound number (CID) such as "702" stands for: CAS number and name."""
    compound = _by_cid().get(cid)
    if compound is None:
        raise ToolError("not_found", f"no compound of the table has the PubChem number {cid!r}")
    return {"compound": compound, "name": compound_rows()[compound]["name"]}


@tool("R", COMPOUNDS)
def compounds_with_formula(formula: Annotated[str, "formula:hill"]) -> CompoundList:
    """Lists all compounds of the table that have a molecular formula, written in Hill order such as "C4H10O", by
    name."""
    found = _by_formula().get(formula)
    if not found:
        raise ToolError("not_found", f"no compound of the table has the formula {formula!r}")
    return {"compounds": [_listed(cas) for cas in found]}


@tool("R", COMPOUNDS)
def isomers_of(compound: Annotated[str, "compound:cas"]) -> BoilingCompounds:
    """Lists the other compounds of the table that have the same molecular formula as a compound (by CAS number) and a
    known boiling point, by name, with that boiling point in degrees Celsius."""
    here = compound_record(compound)
    rows = [(cas, compound_rows()[cas]["values"]) for cas in _by_formula()[here["formula"]] if cas != compound]
    found = [(cas, values["boiling_point"]) for cas, values in rows if "boiling_point" in values]
    if not found:
        raise ToolError("not_found", f"no isomer of {compound} in the table")
    return {"compounds": [{"compound": cas, "boiling_point": boiling} for cas, boiling in found]}


@tool("R", COMPOUNDS)
def binary_compounds(
    element: Annotated[str, "element:symbol"], family: Annotated[str, Choices(tuple(FAMILIES))] = "halides"
) -> CompoundList:
    """Lists the compounds of the table that consist of one element and a second, more electronegative one: its oxides,
    sulfides, fluorides, chlorides, bromides, iodides or all its halides; by name. Not for organic halides."""
    row, partners = element_rows().get(element), FAMILIES.get(family, ())
    if row is None or not partners or "electronegativity" not in row or (element == "C" and family != "oxides"):
        raise ToolError("not_found", f"{element!r} has no {family!r} here")
    others = [p for p in partners if element_rows()[p].get("electronegativity", 0.0) > row["electronegativity"]]
    rows = compound_rows()
    found = [c for p in others for c in _by_elements().get(frozenset((element, p)), [])]
    if not found:
        raise ToolError("not_found", f"no {family} of {element} in the table")
    found.sort(key=lambda cas: rows[cas]["name"])
    return {"compounds": [_listed(cas) for cas in found]}


def _listed(cas: str) -> ListedCompound:
    row = compound_rows()[cas]
    return {"compound": cas, "name": row["name"], "formula": row["formula"]}


@audit("compounds")
def audit_compounds() -> list[Finding]:
    """Names used twice, melting above boiling, boiling above the critical point, values out of any sensible range."""
    rows = compound_rows()
    found = []
    for name, many in Counter(row["name"] for row in rows.values()).items():
        if many > 1:
            found.append(Finding("compounds", name, "name used twice", False))
    for cas, row in rows.items():
        values = row["values"]
        melting, boiling = values.get("melting_point"), values.get("boiling_point")
        if melting is not None and boiling is not None and melting >= boiling:
            found.append(Finding("compounds", cas, "melts above its boiling point", False))
        if boiling is not None and boiling >= values.get("critical_temperature", 9e9):
            found.append(Finding("compounds", cas, "boils above its critical temperature", False))
        for field, (low, high) in RANGES.items():
            if field in values and not low <= values[field] <= high:
                found.append(Finding("compounds", cas, f"{field} {values[field]} is out of range", False))
    return found


RANGES = {
    "melting_point": (-260, 4200), "boiling_point": (-270, 4500), "density": (0.55, 16), "refractive_index": (1.2, 2.2),
    "dielectric_constant": (1.5, 200), "dipole_moment": (0, 12), "log_p": (-5, 10), "heat_of_vaporization": (4, 300),
    "critical_temperature": (-250, 1000),
}  # fmt: skip
"""Numeric columns of `compounds.tsv`, and between which values each makes sense."""

"""The chemical elements: properties, place in the periodic table, when and where they were discovered.

Takes the table of mendeleev (vendored from that package); gives element records and lists of elements. Values that are
predicted, doubtful or belong to another allotrope are fenced one by one (`fence.toml`, table `element_values`, id
`<symbol>.<field>`) and then simply left out of the record.
"""

import functools
import re
from collections import Counter
from typing import Annotated, Any, NotRequired, TypedDict

from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, audit, entities, tool

ELEMENTS = Package("mendeleev", "MIT", "MIT", "mendeleev contributors; CRC Handbook and IUPAC values compiled there")

OTHER_SPELLINGS = {"Al": ("aluminium",), "Cs": ("caesium",), "S": ("sulphur",)}
TEXTS, WHOLE = {"element", "name", "group", "discovery_country"}, {"atomic_number", "period", "discovery_year"}
"""Columns that are no number, and those of whole numbers."""
CENTURIES = {"1700s": (1700, 1799), "1800s": (1800, 1899), "1900s": (1900, 1999)}


class Place(TypedDict):
    """One element: its place in the periodic table, and what every table of elements prints there."""

    element: Annotated[str, "element:symbol"]
    name: str
    atomic_number: Annotated[int, "atomic_number"]
    group: NotRequired[Annotated[str, "element_group:number"]]
    period: int
    atomic_weight: NotRequired[Annotated[float, "mass:g_mol"]]
    density: NotRequired[Annotated[float, "density:g_cm3"]]
    electronegativity: NotRequired[float]
    crustal_abundance: NotRequired[Annotated[float, "mass_fraction:mg_kg"]]


class Heat(TypedDict):
    """What an element does when it is heated; conductivities and specific heats are those near room temperature."""

    element: Annotated[str, "element:symbol"]
    melting_point: NotRequired[Annotated[float, "temperature:c"]]
    boiling_point: NotRequired[Annotated[float, "temperature:c"]]
    specific_heat: NotRequired[Annotated[float, "specific_heat:j_g_k"]]
    thermal_conductivity: NotRequired[Annotated[float, "thermal_conductivity:w_m_k"]]


class Discovery(TypedDict):
    """When and where an element was discovered."""

    element: Annotated[str, "element:symbol"]
    discovery_year: NotRequired[Annotated[int, "year"]]
    discovery_decade: NotRequired[Annotated[str, "decade:name"]]
    discovery_country: NotRequired[Annotated[str, "country:iso2"]]


class Element(Place, Heat, Discovery):
    """All that the table has of one element. Densities are those of solids and liquids only."""


class ListedElement(TypedDict):
    """An element as a member of a list."""

    element: Annotated[str, "element:symbol"]
    atomic_number: Annotated[int, "atomic_number"]


class ElementList(TypedDict):
    """Elements by atomic number."""

    elements: list[ListedElement]


class OneElement(TypedDict):
    """A single element."""

    element: Annotated[str, "element:symbol"]


@functools.cache
def _table() -> dict[str, Element]:
    """Records by symbol, in the order of atomic numbers."""
    found: dict[str, Any] = {}
    for row in rows("chemistry", "elements"):
        record: dict[str, Any] = {}
        for field, text in row.items():
            if text:
                record[field] = text if field in TEXTS else int(text) if field in WHOLE else float(text)
            if text and field == "discovery_year":
                record["discovery_decade"] = f"{text[:-1]}0s"
        found[row["element"]] = record
    return found


@functools.cache
def element_rows() -> dict[str, Element]:
    """Records by symbol, in the order of atomic numbers, without the fenced values."""
    found: dict[str, Any] = {symbol: dict(row) for symbol, row in _table().items()}
    for name in fence("chemistry", "element_values"):
        symbol, _, field = name.partition(".")
        found[symbol].pop(field, None)
        if field == "discovery_year":
            found[symbol].pop("discovery_decade", None)
    return found


@entities("element:symbol")
def elements() -> list[Entity]:
    """All 118 elements."""
    return [
        Entity(type="element:symbol", id=symbol, name=row["name"], aliases=(symbol, *OTHER_SPELLINGS.get(symbol, ())))
        for symbol, row in element_rows().items()
    ]


@entities("element_group:number")
def element_groups() -> list[Entity]:
    """The groups that have members here; group 3 is disputed and therefore left out."""
    numbers = sorted({row["group"] for row in element_rows().values() if "group" in row}, key=int)
    return [
        Entity(type="element_group:number", id=number, name=f"group {number}", aliases=(number,)) for number in numbers
    ]


@entities("decade:name")
def decades() -> list[Entity]:
    """Decades in which at least one element was discovered; seeds are those with three or more that nobody disputes."""
    count = Counter(row["discovery_decade"] for row in element_rows().values() if "discovery_decade" in row)
    return [
        Entity(
            type="decade:name",
            id=decade,
            name=f"the {decade}",
            aliases=(decade,),
            seed=many > 2 and not _disputed(int(decade[:4]), int(decade[:4]) + 9),
        )
        for decade, many in count.items()
    ]


@tool("R", ELEMENTS)
def element_record(element: Annotated[str, "element:symbol"]) -> Place:
    """Looks up a chemical element by its symbol: place in the periodic table, standard atomic weight in g/mol, density
    in g/cm3, Pauling electronegativity, abundance in the Earth's crust in mg/kg."""
    return _part(element, Place)


@tool("R", ELEMENTS)
def element_heat(element: Annotated[str, "element:symbol"]) -> Heat:
    """Looks up what heat does to a chemical element, given by its symbol: melting and boiling point in degrees Celsius,
    specific heat in J/(g K), thermal conductivity in W/(m K)."""
    return _part(element, Heat)


@tool("R", ELEMENTS)
def element_discovery(element: Annotated[str, "element:symbol"]) -> Discovery:
    """Looks up the year, the decade and the country (ISO 3166 alpha-2) in which a chemical element, given by its
    symbol, was discovered."""
    return _part(element, Discovery)


def _part(symbol: str, form: Any) -> Any:
    return {field: value for field, value in _row(symbol).items() if field in form.__annotations__}


def _row(symbol: str) -> Element:
    row = element_rows().get(symbol)
    if row is None:
        raise ToolError("not_found", f"no element has the symbol {symbol!r}")
    return row


@tool("R", ELEMENTS)
def element_by_atomic_number(atomic_number: Annotated[int, "atomic_number"]) -> OneElement:
    """Finds the chemical element with an atomic number (1 to 118)."""
    for symbol, row in element_rows().items():
        if row["atomic_number"] == atomic_number:
            return {"element": symbol}
    raise ToolError("not_found", f"no element has the atomic number {atomic_number}")


@tool("R", ELEMENTS)
def elements_in_group(group: Annotated[str, "element_group:number"]) -> ElementList:
    """Lists the elements of periods 1 to 6 in one group (column 1 to 18, but not 3) of the periodic table, by atomic
    number."""
    rows = [row for row in element_rows().values() if row.get("group") == group and row["period"] < 7]
    return _listed(rows, f"group {group!r}")


@tool("R", ELEMENTS)
def elements_next_to(element: Annotated[str, "element:symbol"]) -> ElementList:
    """Lists the elements directly left, right, above and below an element in the periodic table (not for the
    lanthanides, actinides and group 3)."""
    here = _row(element)
    if "group" not in here or (here["group"] in ("2", "4") and here["period"] > 3):
        raise ToolError("refused", f"the neighbours of {element} depend on how the table is drawn")
    spots = {(int(here["group"]) + step, here["period"]) for step in (-1, 1)}
    spots |= {(int(here["group"]), here["period"] + step) for step in (-1, 1)}
    near = [r for r in element_rows().values() if "group" in r and (int(r["group"]), r["period"]) in spots]
    return _listed(near, f"element {element!r}")


@tool("R", ELEMENTS)
def elements_discovered_during(decade: Annotated[str, "decade:name"]) -> ElementList:
    """Lists the elements discovered in a decade, given as in "1870s", by atomic number. Not for decades to which
    references ascribe different elements."""
    if not re.fullmatch(r"[12]\d{2}0s", decade):
        raise ToolError("not_found", f"{decade!r} is no decade such as '1870s'")
    first = int(decade[:-1])
    _refuse(_disputed(first, first + 9), decade)
    rows = [
        row for symbol, row in element_rows().items() if first <= _table()[symbol].get("discovery_year", 0) < first + 10
    ]
    return _listed(rows, f"decade {decade!r}")


@tool("R", ELEMENTS)
def elements_discovered_in(
    country: Annotated[str, "country:iso2"], century: Annotated[str, Choices(tuple(CENTURIES))] = "1800s"
) -> ElementList:
    """Lists the elements discovered in a country (ISO 3166 alpha-2) in the 1700s, 1800s or 1900s, by atomic number.
    Elements whose discovery is shared between countries are not listed. Not where references differ."""
    first, last = CENTURIES.get(century, (0, 0))
    there = {symbol: row for symbol, row in element_rows().items() if row.get("discovery_country") == country}
    _refuse([symbol for symbol in _disputed(first, last) if symbol in there], century)
    found = [row for symbol, row in there.items() if first <= _table()[symbol].get("discovery_year", 0) <= last]
    return _listed(found, f"country {country!r}, {century}")


def _disputed(first: int, last: int) -> list[str]:
    """Elements of which some references say that they were discovered in these years, and some that they were not."""
    found = []
    for name, why in fence("chemistry", "element_values").items():
        symbol, _, field = name.partition(".")
        told = [_table()[symbol].get("discovery_year", 0), *map(int, re.findall(r"\b[12]\d{3}\b", why))]
        if field == "discovery_year" and len({first <= year <= last for year in told}) > 1:
            found.append(symbol)
    return found


def _refuse(disputed: list[str], asked: str) -> None:
    if disputed:
        raise ToolError("refused", f"when {disputed[0]} was discovered is disputed: in the {asked} or not")


def _listed(rows: list[Element], asked: str) -> ElementList:
    if not rows:
        raise ToolError("not_found", f"no element for {asked}")
    return {"elements": [{"element": row["element"], "atomic_number": row["atomic_number"]} for row in rows]}


@audit("element_values")
def audit_elements() -> list[Finding]:
    """Predicted or impossible values: melting above boiling, densities of elements never weighed, odd years."""
    fenced = fence("chemistry", "element_values")
    found: list[Finding] = []

    def note(symbol: str, field: str, problem: str) -> None:
        name = f"{symbol}.{field}"
        found.append(Finding("element_values", name, problem, name in fenced))

    for symbol, row in _table().items():
        if row.get("melting_point", -300.0) >= row.get("boiling_point", 9e9):
            note(symbol, "melting_point", "melts above its boiling point")
        for field in ("density", "melting_point"):
            if field in row and row["atomic_number"] >= 100:
                note(symbol, field, "predicted, never measured")
        if row.get("density", 1.0) > 23:
            note(symbol, "density", "denser than osmium")
        if not 1600 < row.get("discovery_year", 1900) < 2012:
            note(symbol, "discovery_year", "year of naming or out of range")
    names = Counter(row["name"] for row in element_rows().values())
    return found + [Finding("elements", name, "name used twice", False) for name, many in names.items() if many > 1]

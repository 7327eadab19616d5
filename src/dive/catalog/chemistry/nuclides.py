"""Nuclides: which isotopes an element has, how long the radioactive ones last, what they decay into.

Takes the isotope table of mendeleev (NUBASE evaluation, vendored from that package); gives nuclide records, lists of
isotopes and the share of a sample that is left after some time. Knows ground states only: excited (isomeric) states
are left out, and a decay counts as leading to the ground state of its daughter.
"""

import functools
from collections import Counter
from typing import Annotated, Any, NotRequired, TypedDict

from dive.catalog.chemistry.elements import element_rows
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, audit, entities, tool

NUCLIDES = Package("mendeleev", "MIT", "MIT", "mendeleev contributors; NUBASE evaluation")
DECAY = Package("dive", "MIT", "MIT")

SECONDS = {
    "ysec": 1e-24, "zsec": 1e-21, "asec": 1e-18, "psec": 1e-12, "nsec": 1e-9, "usec": 1e-6, "msec": 1e-3, "sec": 1.0,
    "minute": 60.0, "hour": 3600.0, "day": 86400.0,
}  # fmt: skip
YEARS = {"year": 1.0, "kyear": 1e3, "Myear": 1e6, "Gyear": 1e9, "Tyear": 1e12, "Pyear": 1e15, "Eyear": 1e18,
         "Zyear": 1e21, "Yyear": 1e24}  # fmt: skip
DAYS_PER_YEAR = 365.25
ONE_HOUR = 1 / 24 / DAYS_PER_YEAR
"""In years. Fluorine-18, which hospitals have delivered, lasts not even two."""
LONG = ((1e9, "half_life_billion_years"), (1e6, "half_life_million_years"), (1e3, "half_life_millennia"))

STEPS = {"B-": (1, 0), "B+": (-1, 0), "EC": (-1, 0), "e+": (-1, 0), "A": (-2, -4), "2B-": (2, 0), "2B+": (-2, 0)}
"""What a decay mode does to atomic number and mass number."""
MODES = {"B-": "beta-minus decay", "B+": "beta-plus decay or electron capture", "EC": "electron capture",
         "e+": "positron emission", "A": "alpha decay", "2B-": "double beta-minus decay",
         "2B+": "double electron capture"}  # fmt: skip


class Nuclide(TypedDict):
    """One nuclide in its ground state. The half-life stands in the one unit that suits it."""

    nuclide: Annotated[str, "nuclide:symbol"]
    element: Annotated[str, "element:symbol"]
    mass_number: Annotated[int, "mass_number"]
    neutrons: Annotated[int, "count"]
    atomic_mass: Annotated[float, "mass:u"]
    half_life_minutes: NotRequired[Annotated[float, "time:minute"]]
    half_life_hours: NotRequired[Annotated[float, "time:hour"]]
    half_life_days: NotRequired[Annotated[float, "time:day"]]
    half_life_years: NotRequired[Annotated[float, "time:year"]]
    half_life_millennia: NotRequired[Annotated[float, "time:kyr"]]
    half_life_million_years: NotRequired[Annotated[float, "time:myr"]]
    half_life_billion_years: NotRequired[Annotated[float, "time:gyr"]]
    decay_constant_per_day: NotRequired[Annotated[float, "decay_constant:per_day"]]
    decay_constant_per_year: NotRequired[Annotated[float, "decay_constant:per_year"]]
    decay_mode: NotRequired[str]
    daughter: NotRequired[Annotated[str, "nuclide:symbol"]]


class NuclideRow(TypedDict):
    """A built row: the record plus what lists need."""

    record: Nuclide
    abundance: NotRequired[float]
    years: NotRequired[float]


class NaturalIsotope(TypedDict):
    """An isotope that occurs in nature and its share of the element's atoms in per cent."""

    nuclide: Annotated[str, "nuclide:symbol"]
    mass_number: Annotated[int, "mass_number"]
    abundance: Annotated[float, "share:percent"]


class NaturalIsotopes(TypedDict):
    """Natural isotopes by mass number."""

    isotopes: list[NaturalIsotope]
    number: Annotated[int, "count"]


class DayIsotope(TypedDict):
    """A radioactive isotope with its half-life in days."""

    nuclide: Annotated[str, "nuclide:symbol"]
    half_life: Annotated[float, "time:day"]


class DayIsotopes(TypedDict):
    """Radioactive isotopes by mass number."""

    isotopes: list[DayIsotope]


class YearIsotope(TypedDict):
    """A radioactive isotope with its half-life in years."""

    nuclide: Annotated[str, "nuclide:symbol"]
    half_life: Annotated[float, "time:year"]


class YearIsotopes(TypedDict):
    """Radioactive isotopes by mass number."""

    isotopes: list[YearIsotope]


class Left(TypedDict):
    """What is left of a radioactive sample, in per cent of its first amount."""

    share: Annotated[float, "share:percent"]


@functools.cache
def _table() -> dict[str, NuclideRow]:
    """Rows by symbol ("U-238"), by element and mass number."""
    numbers = {symbol: row["atomic_number"] for symbol, row in element_rows().items()}
    symbols = {number: symbol for symbol, number in numbers.items()}
    found: dict[str, NuclideRow] = {}
    for raw in rows("chemistry", "nuclides"):
        row = _row(raw, numbers[raw["element"]], symbols)
        found[row["record"]["nuclide"]] = row
    for row in found.values():
        if row["record"].get("daughter") not in found:
            row["record"].pop("daughter", None)
    return found


def _row(raw: dict[str, str], number: int, symbols: dict[int, str]) -> NuclideRow:
    symbol, mass = raw["element"], int(raw["mass_number"])
    record: dict[str, Any] = {
        "nuclide": f"{symbol}-{mass}", "element": symbol, "mass_number": mass, "neutrons": mass - number,
        "atomic_mass": float(raw["atomic_mass"]),
    }  # fmt: skip
    row: dict[str, Any] = {"record": record}
    if raw["abundance"]:
        row["abundance"] = float(raw["abundance"])
    if raw["half_life"]:
        half, unit, mode = float(raw["half_life"]), raw["unit"], raw["mode"]
        years = half * YEARS[unit] if unit in YEARS else half * SECONDS[unit] / 86400 / DAYS_PER_YEAR
        row["years"] = years
        record.update(_half_life(half, unit, years))
        if mode in STEPS:
            up, heavier = STEPS[mode]
            record["decay_mode"] = MODES[mode]
            record["daughter"] = f"{symbols.get(number + up, '?')}-{mass + heavier}"
    return row  # type: ignore[return-value]


def _half_life(half: float, unit: str, years: float) -> dict[str, float]:
    days = years * DAYS_PER_YEAR
    if days < 1 / 24 / 60:
        return {}
    if days < 2 / 24:
        return {"half_life_minutes": _clean(half if unit == "minute" else days * 24 * 60)}
    if days < 1:
        return {"half_life_hours": _clean(half if unit == "hour" else days * 24)}
    if years < 1:
        days = _clean(half if unit == "day" else days)
        return {"half_life_days": days, "decay_constant_per_day": 0.6931471805599453 / days}
    for least, field in LONG:
        if years >= least:
            return {field: _clean(years / least)}
    years = _clean(years)
    return {"half_life_years": years, "decay_constant_per_year": 0.6931471805599453 / years}


def _clean(value: float) -> float:
    """`value` without the noise of unit conversion."""
    return float(f"{value:.10g}")


@functools.cache
def nuclide_rows() -> dict[str, NuclideRow]:
    """Rows by symbol ("U-238"), by element and mass number; fenced ones are gone."""
    fenced = fence("chemistry", "nuclides")
    return {name: row for name, row in _table().items() if name not in fenced}


@functools.cache
def _by_element() -> dict[str, list[NuclideRow]]:
    found: dict[str, list[NuclideRow]] = {}
    for row in nuclide_rows().values():
        found.setdefault(row["record"]["element"], []).append(row)
    return found


@entities("nuclide:symbol")
def nuclides() -> list[Entity]:
    """All nuclides with a known half-life; seeds occur in nature or last long enough to be shipped."""
    names = {symbol: row["name"] for symbol, row in element_rows().items()}
    return [
        Entity(
            type="nuclide:symbol", id=name, name=f"{names[row['record']['element']]}-{row['record']['mass_number']}",
            aliases=(name, f"{row['record']['mass_number']}{row['record']['element']}"),
            seed=("abundance" in row or row.get("years", 0.0) > ONE_HOUR) and "half_life" in " ".join(row["record"]),
        )
        for name, row in nuclide_rows().items()
    ]  # fmt: skip


@tool("R", NUCLIDES)
def nuclide_record(nuclide: Annotated[str, "nuclide:symbol"]) -> Nuclide:
    """Looks up a nuclide such as "U-238": its element, mass number, number of neutrons, atomic mass in u, and if it is
    radioactive its half-life (in a unit from minutes to billion years), main decay mode and daughter nuclide."""
    if nuclide in fence("chemistry", "nuclides"):
        raise ToolError("refused", fence("chemistry", "nuclides")[nuclide])
    row = nuclide_rows().get(nuclide)
    if row is None:
        raise ToolError("not_found", f"no nuclide {nuclide!r} with a known half-life")
    return row["record"]


@tool("R", NUCLIDES)
def natural_isotopes(element: Annotated[str, "element:symbol"]) -> NaturalIsotopes:
    """Lists and counts the isotopes of an element that occur in nature, by mass number, with their share of all its
    atoms in per cent."""
    rows = [row for row in _by_element().get(element, []) if "abundance" in row]
    if not rows:
        raise ToolError("not_found", f"no natural isotopes of {element!r}")
    return {
        "isotopes": [
            {"nuclide": r["record"]["nuclide"], "mass_number": r["record"]["mass_number"], "abundance": r["abundance"]}
            for r in rows
        ],
        "number": len(rows),
    }


@tool("R", NUCLIDES)
def isotopes_lasting_days(
    element: Annotated[str, "element:symbol"], days: Annotated[int, "time:day", Choices((1, 2, 5, 10, 30))] = 1
) -> DayIsotopes:
    """Lists the radioactive isotopes of an element whose half-life is longer than `days` days but at most a year, by
    mass number, with the half-life in days."""
    rows = [r["record"] for r in _by_element().get(element, []) if r["record"].get("half_life_days", 0.0) > days]
    if not rows:
        raise ToolError("not_found", f"no isotope of {element!r} with such a half-life")
    return {"isotopes": [{"nuclide": row["nuclide"], "half_life": row.get("half_life_days", 0.0)} for row in rows]}


@tool("R", NUCLIDES)
def isotopes_lasting_years(element: Annotated[str, "element:symbol"]) -> YearIsotopes:
    """Lists the radioactive isotopes of an element whose half-life is longer than a year, by mass number, with the
    half-life in years."""
    rows = [row for row in _by_element().get(element, []) if row.get("years", 0.0) > 1]
    if not rows:
        raise ToolError("not_found", f"no isotope of {element!r} with such a half-life")
    return {"isotopes": [{"nuclide": r["record"]["nuclide"], "half_life": _clean(r.get("years", 0.0))} for r in rows]}


@tool("P", DECAY)
def share_left_after_days(
    decay_constant: Annotated[float, "decay_constant:per_day"],
    days: Annotated[int, "time:day", Choices((2, 3, 5, 7, 10, 14, 20, 30, 45, 60, 90))] = 7,
) -> Left:
    """Computes which share of a radioactive sample is left after some days, in per cent, from its decay constant per
    day: 100 exp(-constant * days)."""
    return {"share": _left(decay_constant, days)}


@tool("P", DECAY)
def share_left_after_years(
    decay_constant: Annotated[float, "decay_constant:per_year"],
    years: Annotated[int, "time:year", Choices((2, 3, 5, 10, 15, 20, 25, 30, 50, 75, 100))] = 10,
) -> Left:
    """Computes which share of a radioactive sample is left after some years, in per cent, from its decay constant per
    year: 100 exp(-constant * years)."""
    return {"share": _left(decay_constant, years)}


def _left(constant: float, time: float) -> float:
    if constant <= 0 or time < 0:
        raise ToolError("arguments", "a decay constant is positive and time does not run backwards")
    return 100 * 2.718281828459045 ** -(constant * time)


@audit("nuclides")
def audit_nuclides() -> list[Finding]:
    """Masses far from mass numbers, abundances that do not add up, double names, daughters heavier than parents."""
    fenced, found = fence("chemistry", "nuclides"), list[Finding]()
    sums: Counter[str] = Counter()
    for name, row in _table().items():
        record = row["record"]
        sums[record["element"]] += row.get("abundance", 0.0)  # type: ignore[assignment]
        daughter = _table().get(record.get("daughter", ""))
        if abs(record["atomic_mass"] - record["mass_number"]) > 0.3:
            found.append(Finding("nuclides", name, "mass and mass number differ", name in fenced))
        if daughter and daughter["record"]["atomic_mass"] > record["atomic_mass"]:
            found.append(Finding("nuclides", name, "decays into something heavier", name in fenced))
        if "abundance" in row and row.get("years", 9e9) < 1e4:
            found.append(Finding("nuclides", name, "short-lived and yet natural", name in fenced))
    found += [
        Finding("nuclides", symbol, f"abundances add up to {total}", False)
        for symbol, total in sums.items()
        if total and abs(total - 100) > 0.05
    ]
    return found

"""US consumer prices of some 150 goods and services, by month from 1999 to 2024, and groups of what people compare.

From the consumer price index of the US Bureau of Labor Statistics (all urban consumers, U.S. city average, not
seasonally adjusted), vendored by `scripts/vendor_prices.py`. Rates are of the indices, in per cent. Does not know
prices in dollars nor any other country's.
"""

import functools
import itertools
from typing import Annotated, NotRequired, TypedDict

import msgspec

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, Range, audit, entities, tool

CPI = Package("cpi", "MIT", "public domain (US Bureau of Labor Statistics)", "US Bureau of Labor Statistics")
FIRST, LAST = 1999, 2024
SPAN = 10
YEARS = Range(FIRST + 2, LAST)
AMOUNTS = Choices((20, 50, 100, 150, 200))
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

TOLD = 100
"""Letters that the members of a group may take where a question names them."""
MIXED = frozenset({"services", "motoring", "shoes", "vehicles"})
"""Groups whose members nobody would compare."""


class Row(msgspec.Struct, frozen=True):
    """One good or service: its name and its index for every month since `FIRST` (None: not collected)."""

    name: str
    months: tuple[float | None, ...]


class Items(TypedDict):
    """Goods and services of a group."""

    items: list[Annotated[str, "price_item:cpi"]]


class Inflation(TypedDict):
    """How fast a price rose in a year."""

    inflation: Annotated[float, "inflation:percent"]
    december: Annotated[float, "inflation:percent"]


class Decade(TypedDict):
    """How a price changed over ten years, and when most."""

    inflation: Annotated[float, "inflation:percent"]
    steepest: NotRequired[Annotated[int, "year"]]


class Months(TypedDict):
    """A year's dearest and cheapest month (left out where two share the place) and what lies between them."""

    dearest: NotRequired[Annotated[str, "month:name"]]
    cheapest: NotRequired[Annotated[str, "month:name"]]
    swing: Annotated[float, "share:percent"]


class Cost(TypedDict):
    """An amount of money."""

    cost: Annotated[float, "money:usd"]


@functools.cache
def items_table() -> dict[str, Row]:
    """All goods and services by the code that the index gives them."""
    return {
        row["item"]: Row(row["name"], tuple(None if v == "-" else float(v) for v in row["months"].split()))
        for row in rows("finance", "prices")
    }


@functools.cache
def _groups() -> dict[str, tuple[str, list[str]]]:
    return {row["group"]: (row["name"], row["items"].split()) for row in rows("finance", "price_groups")}


@entities("price_item:cpi")
def items() -> list[Entity]:
    """All goods and services; one asks of them through their groups."""
    return [Entity(type="price_item:cpi", id=code, name=row.name, seed=False) for code, row in items_table().items()]


@entities("price_group:name")
def groups() -> list[Entity]:
    """All groups with what belongs to them; seeds are those that are quickly told and hold like things."""
    found = []
    for code, (name, members) in _groups().items():
        names = [items_table()[item].name for item in members]
        told = ", ".join(names)
        brief = len(told) <= TOLD and not any("," in one for one in names)
        seed = brief and code not in MIXED
        found.append(Entity(type="price_group:name", id=code, name=f"{name} ({told})", aliases=(name,), seed=seed))
    return found


@entities("month:name")
def months() -> list[Entity]:
    """The twelve months."""
    return [Entity(type="month:name", id=name, name=name, seed=False) for name in MONTHS]


@tool("R", CPI)
def items_of_price_group(group: Annotated[str, "price_group:name"]) -> Items:
    """Lists the goods and services of a group, such as "dairy" or "energy", by their codes in the US consumer price
    index."""
    if group not in _groups():
        raise ToolError("not_found", f"no group {group!r}; there are {', '.join(_groups())}")
    return {"items": _groups()[group][1]}


def _year(item: str, year: int) -> list[float]:
    """The twelve indices of a year."""
    row = items_table().get(item)
    if row is None:
        raise ToolError("not_found", f"no good or service with the code {item!r}")
    start = (year - FIRST) * 12
    known = [value for value in row.months[max(start, 0) : start + 12] if value is not None]
    if not FIRST <= year <= LAST or len(known) < 12:
        raise ToolError("not_found", f"the prices of {row.name} are not known for every month of {year}")
    return known


def _average(item: str, year: int) -> float:
    return sum(_year(item, year)) / 12


def _rise(item: str, year: int, years: int = 1) -> float:
    return (_average(item, year) / _average(item, year - years) - 1) * 100


@tool("R", CPI)
def price_inflation(item: Annotated[str, "price_item:cpi"], year: Annotated[int, "year", YEARS]) -> Inflation:
    """Tells by how many per cent the US consumer price of a good or service rose in a year: from the average of the
    year before to that of the year (`inflation`), and from December to December (negative: it fell)."""
    before = _year(item, year - 1)[-1]
    return {"inflation": _rise(item, year), "december": (_year(item, year)[-1] / before - 1) * 100}


@tool("R", CPI)
def price_decade(
    item: Annotated[str, "price_item:cpi"], year: Annotated[int, "year", Range(FIRST + SPAN, LAST)]
) -> Decade:
    """Tells by how many per cent the US consumer price of a good or service rose over the ten years to a year, average
    against average (negative: it fell), and in which of these years it rose most."""
    rises = {y: _rise(item, y) for y in range(year - SPAN + 1, year + 1)}
    most = max(rises.values())
    made: Decade = {"inflation": _rise(item, year, SPAN)}
    if most > 0 and list(rises.values()).count(most) == 1:
        made["steepest"] = max(rises, key=lambda y: rises[y])
    return made


@tool("R", CPI)
def price_months(item: Annotated[str, "price_item:cpi"], year: Annotated[int, "year", YEARS]) -> Months:
    """Finds the months of a year in which the US consumer price of a good or service was highest and lowest, and by how
    many per cent the highest monthly index lies above the lowest."""
    values = _year(item, year)
    high, low = max(values), min(values)
    made: Months = {"swing": (high / low - 1) * 100}
    if values.count(high) == 1:
        made["dearest"] = MONTHS[values.index(high)]
    if values.count(low) == 1:
        made["cheapest"] = MONTHS[values.index(low)]
    return made


@tool("R", CPI)
def price_later(
    item: Annotated[str, "price_item:cpi"],
    amount: Annotated[float, "money:usd", AMOUNTS],
    year: Annotated[int, "year", Range(FIRST + 1, LAST - 1)],
) -> Cost:
    """Works out what an amount of a good or service that cost so many US dollars in a year cost on average in 2024, by
    its US consumer price index."""
    if not 0 < amount < 1e12:
        raise ToolError("arguments", "the amount must be positive")
    return {"cost": amount * _average(item, LAST) / _average(item, year)}


@audit("prices")
def audit_prices() -> list[Finding]:
    """Looks for jumps of an index by half or more from month to month, and for groups of unknown items."""
    found = []
    for code, row in items_table().items():
        known = [value for value in row.months if value is not None]
        jumps = [after / before for before, after in itertools.pairwise(known)]
        if len(row.months) != 12 * (LAST - FIRST + 1) or not all(0.6 < jump < 1.5 for jump in jumps):
            found.append(Finding("prices", code, "a jump or a wrong number of months", False))
    unknown = sorted({item for _, members in _groups().values() for item in members} - set(items_table()))
    return found + [Finding("prices", code, "in a group, but unknown", False) for code in unknown]

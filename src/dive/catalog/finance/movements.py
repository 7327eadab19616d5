"""How currencies moved against the euro: over five years, on their worst and best days, and within natural groups.

Takes the European Central Bank's reference rates (`rates.py`). A gain is a change of a currency's value in euros, in
per cent. Groups are of currencies that the ECB quotes at present. Does not know inflation or interest.
"""

import bisect
import functools
import itertools
from typing import Annotated, TypedDict

from dive.catalog.finance.currencies import QUOTED
from dive.catalog.finance.rates import ECB, YEARS, rates_table
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, audit, entities, tool

SPAN = 5
GROUPS = {
    "dollars": (
        "dollars of Australia, Canada, Hong Kong, New Zealand, Singapore and the United States",
        "AUD CAD HKD NZD SGD USD",
    ),
    "crowns": ("crowns of Czechia, Denmark, Iceland, Norway and Sweden", "CZK DKK ISK NOK SEK"),
    "nordic": ("currencies of Denmark, Iceland, Norway and Sweden", "DKK ISK NOK SEK"),
    "central_europe": ("currencies of Czechia, Hungary, Poland and Switzerland", "CHF CZK HUF PLN"),
    "southeast_asia": (
        "currencies of Indonesia, Malaysia, the Philippines, Singapore and Thailand", "IDR MYR PHP SGD THB",
    ),
    "east_asia": ("currencies of China, Hong Kong, Japan and South Korea", "CNY HKD JPY KRW"),
    "americas": ("currencies of Brazil, Canada, Mexico and the United States", "BRL CAD MXN USD"),
    "eu": (
        "currencies of Czechia, Denmark, Hungary, Poland, Romania and Sweden", "CZK DKK HUF PLN RON SEK",
    ),
    "brics": ("currencies of Brazil, China, India and South Africa", "BRL CNY INR ZAR"),
    "english": (
        "currencies of Australia, Canada, New Zealand, the United Kingdom and the United States", "AUD CAD GBP NZD USD",
    ),
}  # fmt: skip


class Members(TypedDict):
    """Currencies of a group, by code."""

    currencies: list[Annotated[str, "currency:iso4217"]]


class FiveYears(TypedDict):
    """What a currency gained or lost over five years."""

    gain: Annotated[float, "change:percent"]


class Days(TypedDict):
    """The best and the worst day of a year."""

    rise: Annotated[float, "share:percent"]
    rise_on: Annotated[str, "date"]
    fall: Annotated[float, "share:percent"]
    fall_on: Annotated[str, "date"]


@entities("currency_group:name")
def currency_groups() -> list[Entity]:
    """All groups."""
    return [Entity(type="currency_group:name", id=code, name=name) for code, (name, _) in GROUPS.items()]


@tool("R", ECB)
def currencies_of_group(group: Annotated[str, "currency_group:name"]) -> Members:
    """Lists the currencies of a natural group for which the European Central Bank publishes a reference rate; groups
    are dollars, crowns, nordic, central_europe, southeast_asia, east_asia, americas, eu, brics, english."""
    codes = GROUPS.get(group, ("", ""))[1].split()
    if not codes:
        raise ToolError("not_found", f"no group {group!r}; there are {', '.join(GROUPS)}")
    return {"currencies": codes}


def _rates_of(currency: str, year: int) -> tuple[list[str], list[float]]:
    """Days and rates of a whole year, the last rate of the year before in front."""
    table = rates_table()
    column = table.rates.get(currency)
    if column is None:
        raise ToolError("not_found", f"the ECB publishes no reference rate for {currency!r}")
    start, end = bisect.bisect_left(table.days, f"{year}-01-01"), bisect.bisect_left(table.days, f"{year + 1}-01-01")
    known = [rate for rate in column[max(start - 1, 0) : end] if rate is not None]
    if not 0 < start < end < len(table.days) or len(known) < end - start + 1:
        raise ToolError("not_found", f"the ECB's rates of {currency} do not cover the whole year {year}")
    return table.days[start - 1 : end], known


@tool("R", ECB)
def fx_five_years(currency: Annotated[str, "currency:iso4217"], year: Annotated[int, "year", YEARS]) -> FiveYears:
    """Tells by how many per cent a currency changed in value against the euro over the five calendar years that end
    with `year`: from the ECB's last reference rate before them to the last one in them (negative: it lost)."""
    before, after = _rates_of(currency, year - SPAN + 1)[1][0], _rates_of(currency, year)[1][-1]
    return {"gain": (before / after - 1) * 100}


@tool("R", ECB)
def fx_best_and_worst_day(currency: Annotated[str, "currency:iso4217"], year: Annotated[int, "year", YEARS]) -> Days:
    """Finds the days of a calendar year on which a currency rose and fell most against the euro, from one ECB reference
    rate to the next, with the change in per cent (both positive)."""
    days, rates = _rates_of(currency, year)
    changes = [(before / after - 1) * 100 for before, after in itertools.pairwise(rates)]
    best, worst = max(changes), min(changes)
    if changes.count(best) > 1 or changes.count(worst) > 1 or best <= 0 or worst >= 0:
        raise ToolError("refused", f"no single best or worst day of {currency} in {year}")
    return {
        "rise": best, "rise_on": days[changes.index(best) + 1], "fall": -worst,
        "fall_on": days[changes.index(worst) + 1],
    }  # fmt: skip


@functools.cache
def _grouped() -> frozenset[str]:
    return frozenset(code for _, codes in GROUPS.values() for code in codes.split())


@audit("currency_groups")
def audit_groups() -> list[Finding]:
    """Members that the ECB does not quote at present."""
    return [Finding("currency_groups", code, "not quoted", False) for code in sorted(_grouped() - QUOTED)]

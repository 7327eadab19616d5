"""Large listed companies: where they are based, since when, how many people they employ, and whom they stand beside.

Members of 16 stock indices as pytickersymbols 1.17.10 has them (early 2026; facts from Wikipedia's infoboxes),
vendored by `scripts/vendor_finance.py`, which leaves out what is ambiguous: two founding years, two seats, staff
figures before 2022. Does not know prices or later index changes.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

import msgspec

from dive.catalog.tables import accepted, fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, Range, audit, entities, tool

STOCKS = Package(
    "pytickersymbols",
    "MIT",
    "MIT; company facts: Wikipedia, CC BY-SA 4.0",
    "pytickersymbols and Wikipedia contributors",
)


class Row(msgspec.Struct, frozen=True):
    """One company; empty text or None where the table has nothing certain."""

    name: str
    alias: str
    country: str
    state: str
    city: str
    founded: int | None
    employees: int | None
    ticker: str
    exchange: str
    indices: tuple[str, ...]
    sectors: tuple[str, ...]

    @property
    def full(self) -> bool:
        """Whether country, founding year and staff are known."""
        return bool(self.country and self.founded and self.employees)

    @property
    def known(self) -> bool:
        """Whether the country is known, and the founding year or the staff."""
        return bool(self.country and (self.founded or self.employees))


class Company(TypedDict):
    """One company."""

    company: Annotated[str, "company:name"]
    country: NotRequired[Annotated[str, "country:iso2"]]
    state: NotRequired[Annotated[str, "us_state:usps"]]
    city: NotRequired[Annotated[str, "city:geonames"]]
    ticker: NotRequired[Annotated[str, "ticker:symbol"]]
    exchange: NotRequired[Annotated[str, "exchange:mic"]]
    sector: NotRequired[Annotated[str, "sector:index"]]


class Profile(TypedDict):
    """How old and how large a company is."""

    company: Annotated[str, "company:name"]
    founded: NotRequired[Annotated[int, "year"]]
    employees: NotRequired[Annotated[int, "count"]]


class TheCompany(TypedDict):
    """The company that a symbol stands for."""

    company: Annotated[str, "company:name"]


class Companies(TypedDict):
    """Companies by name."""

    companies: list[Annotated[str, "company:name"]]


def _row(row: dict[str, str]) -> Row:
    dated = row["founded"] and row["name"] not in fence("finance", "company_founded")
    return Row(
        row["name"], row["aliases"], row["country"], row["state"], row["city"],
        int(row["founded"]) if dated else None, int(row["employees"]) if row["employees"] else None,
        row["ticker"], row["exchange"],
        tuple(row["indices"].split(";")), tuple(s for s in row["sectors"].split(";") if s),
    )  # fmt: skip


@functools.cache
def companies_table() -> dict[str, Row]:
    """All companies by name, those of fenced rows too."""
    return {row["name"]: _row(row) for row in rows("finance", "companies")}


@functools.cache
def _known() -> dict[str, Row]:
    out = fence("finance", "company")
    return {name: row for name, row in companies_table().items() if name not in out}


@functools.cache
def _by_ticker() -> dict[str, str]:
    return {row.ticker: name for name, row in _known().items() if row.ticker}


@functools.cache
def _by_city() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, row in _known().items():
        if row.city:
            groups.setdefault(row.city, []).append(name)
    return {city: sorted(names) for city, names in groups.items()}


@functools.cache
def sectors_table() -> dict[str, list[str]]:
    """Companies of each sector of an index."""
    groups: dict[str, list[str]] = {}
    for name, row in companies_table().items():
        for sector in row.sectors:
            groups.setdefault(sector, []).append(name)
    return {sector: sorted(names) for sector, names in sorted(groups.items())}


@entities("company:name")
def companies() -> list[Entity]:
    """Companies with a country and a founding year or a staff figure are seeds."""
    out = fence("finance", "company")
    return [
        Entity(
            type="company:name", id=name, name=name, seed=row.known and name not in out,
            aliases=tuple(sorted({row.alias} - {"", name})),
        )
        for name, row in companies_table().items()
    ]  # fmt: skip


@entities("ticker:symbol")
def tickers() -> list[Entity]:
    """Ticker symbols; a suffix such as .DE names the market outside the United States."""
    return [
        Entity(type="ticker:symbol", id=ticker, name=ticker, seed=_known()[name].known)
        for ticker, name in _by_ticker().items()
    ]


@entities("sector:index")
def sectors() -> list[Entity]:
    """Sectors within an index; seeds are those where every member has a founding year, or every one a staff figure."""
    made = []
    for sector, names in sectors_table().items():
        index, _, word = sector.partition(": ")
        members = [companies_table()[n] for n in names]
        sound = all(m.founded for m in members) or all(m.employees for m in members)
        made.append(Entity(type="sector:index", id=sector, name=f"the {word} sector of the {index}", seed=sound))
    return made


@tool("R", STOCKS)
def company_record(company: Annotated[str, "company:name"]) -> Company:
    """Looks up a large listed company: country, US state and city of its headquarters, ticker symbol, the exchange
    where it is listed at home and its sector within a stock index. Whatever the table does not know for certain is
    left out."""
    row = _find(company)
    made: Company = {"company": company}
    if row.country:
        made["country"] = row.country
    if row.state:
        made["state"] = row.state
    if row.city:
        made["city"] = row.city
    if row.ticker:
        made["ticker"] = row.ticker
    if row.exchange:
        made["exchange"] = row.exchange
    if len(row.sectors) == 1:
        made["sector"] = row.sectors[0]
    return made


@tool("R", STOCKS)
def company_profile(company: Annotated[str, "company:name"]) -> Profile:
    """Looks up the founding year of a large listed company and the number of people that it employs."""
    row = _find(company)
    made: Profile = {"company": company}
    if row.founded is not None:
        made["founded"] = row.founded
    if row.employees is not None:
        made["employees"] = row.employees
    return made


def _find(company: str) -> Row:
    if reason := fence("finance", "company").get(company):
        raise ToolError("refused", f"{company}: {reason}")
    row = _known().get(company)
    if row is None:
        raise ToolError("not_found", f"no company called {company!r} in the table of index members")
    return row


@tool("R", STOCKS)
def company_by_ticker(ticker: Annotated[str, "ticker:symbol"]) -> TheCompany:
    """Finds the company behind a ticker symbol such as "AAPL" or, outside the United States, "SIE.DE"."""
    name = _by_ticker().get(ticker)
    if name is None:
        raise ToolError("not_found", f"no company with the ticker symbol {ticker!r}")
    return {"company": name}


@tool("R", STOCKS)
def companies_of_same_year(company: Annotated[str, "company:name"]) -> Companies:
    """Lists the members of 16 major stock indices that were founded in the same year as a company (itself left out) and
    whose country and staff are known, in alphabetical order."""
    here = _find(company).founded
    names = sorted(n for n, row in _known().items() if row.full and row.founded == here and n != company)
    if here is None or not names:
        raise ToolError("not_found", f"no other index member is known to be founded in the year of {company!r}")
    return {"companies": names}


@tool("R", STOCKS)
def companies_in_state(state: Annotated[str, "us_state:usps"]) -> Companies:
    """Lists the companies of the S&P 500 that are based in a US state (postal code), in alphabetical order."""
    names = [name for name, row in _known().items() if row.state == state and "S&P 500" in row.indices]
    if not names:
        raise ToolError("not_found", f"no company of the S&P 500 is based in {state!r}")
    return {"companies": sorted(names)}


@tool("R", STOCKS)
def largest_employers(
    country: Annotated[str, "country:iso2"], n: Annotated[int, "count", Range(4, 8)] = 5
) -> Companies:
    """Lists the `n` members of 16 major stock indices based in a country (ISO 3166 alpha-2) that employ the most
    people, the largest first. Refused where places `n` and `n` + 1 are tied."""
    staff = sorted((-row.employees, name) for name, row in _known().items() if row.employees and row.country == country)
    if not 1 <= n <= len(staff):
        raise ToolError("not_found", f"{len(staff)} companies with a staff figure are based in {country!r}, not {n}")
    if n < len(staff) and staff[n][0] == staff[n - 1][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of companies")
    return {"companies": [name for _, name in staff[:n]]}


@tool("R", STOCKS)
def companies_in_city(city: Annotated[str, "city:geonames"]) -> Companies:
    """Lists the members of 16 major stock indices that have their headquarters in a city, in alphabetical order."""
    names = _by_city().get(city)
    if names is None:
        raise ToolError("not_found", f"no index member is known to be based in {city!r}")
    return {"companies": names}


@tool("R", STOCKS)
def companies_of_same_decade(company: Annotated[str, "company:name"]) -> Companies:
    """Lists the members of 16 major stock indices that are based in the same country as a company (itself left out),
    were founded in the same decade and whose staff is known, in alphabetical order."""
    here = _find(company)
    if here.founded is None or not here.country:
        raise ToolError("not_found", f"the founding year or the country of {company!r} is not known")
    alike = {name: row for name, row in _known().items() if row.full and row.country == here.country}
    names = sorted(n for n, r in alike.items() if (r.founded or 0) // 10 == here.founded // 10 and n != company)
    if not names:
        raise ToolError("not_found", f"no other index member in {here.country} is of the same decade")
    return {"companies": names}


@tool("R", STOCKS)
def companies_founded_before(
    country: Annotated[str, "country:iso2"], year: Annotated[int, "year", Choices(tuple(range(1820, 1951, 10)))]
) -> Companies:
    """Lists the members of 16 major stock indices based in a country (ISO 3166 alpha-2) that were founded before a
    year and whose staff is known, in alphabetical order."""
    names = [
        name for name, row in _known().items() if row.full and row.country == country and (row.founded or year) < year
    ]
    if not names:
        raise ToolError("not_found", f"no index member in {country!r} was founded before {year}")
    return {"companies": sorted(names)}


@tool("R", STOCKS)
def companies_in_sector(sector: Annotated[str, "sector:index"]) -> Companies:
    """Lists the companies of one sector of a stock index, such as "Nikkei 225: automotive", in alphabetical order."""
    names = sectors_table().get(sector)
    if names is None:
        raise ToolError("not_found", f"no sector {sector!r}")
    return {"companies": names}


@audit("company")
def audit_companies() -> list[Finding]:
    """Looks for years and staff figures out of range, doubled names or symbols, seats far from the listing."""
    out, found = fence("finance", "company"), []
    home = {"XETR": "DE", "XPAR": "FR", "XLON": "GB", "XAMS": "NL", "XBRU": "BE", "XMAD": "ES", "XTKS": "JP",
            "XHEL": "FI", "XSTO": "SE", "XSWX": "CH", "XMIL": "IT", "XNYS": "US", "XNAS": "US"}  # fmt: skip
    seen: dict[str, str] = {}
    for name, row in companies_table().items():
        problems = []
        if row.founded is not None and not 1600 <= row.founded <= 2026:
            problems.append(f"founded in {row.founded}")
        if row.employees is not None and not 100 <= row.employees <= 2_200_000:
            problems.append(f"{row.employees} employees")
        if row.country and row.exchange and home[row.exchange] != row.country:
            problems.append(f"based in {row.country}, listed on {row.exchange}")
        words = sorted({name.lower(), row.alias.lower(), row.ticker.lower()} - {""})
        problems += [f"shares {word!r} with {seen[word]}" for word in words if seen.setdefault(word, name) != name]
        problems = [] if name in accepted("finance", "company") else problems
        found += [Finding("company", name, problem, name in out) for problem in problems]
    return found

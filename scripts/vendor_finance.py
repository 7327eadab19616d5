"""Makes `companies.tsv`, `exchanges.tsv`, `closures.tsv` and `hours.tsv` in `catalog/finance/data/`.

    pip install --target T pytickersymbols==1.17.10 exchange_calendars==4.13.2 "pandas<3"
    python scripts/vendor_finance.py T

Companies: members of 16 indices from pytickersymbols (MIT; facts from Wikipedia's infoboxes). Left out is what is not
certain: a founding year where the text holds two, staff without a year since 2022 or with two figures, a seat that is
not one city of `catalog/geography/data/cities.tsv` or on which the S&P list and the infobox differ, a listing abroad.
Exchanges: trading days of 2015 to 2025 and regular hours of late 2025 from exchange_calendars (Apache-2.0; its
Orthodox holidays need pandas 2).
Corrections stand in `vendor_finance.toml`. Does not know how the tables are used.
"""

import csv
import datetime
import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

CATALOG = Path(__file__).parent.parent / "src/dive/catalog"
OUT = CATALOG / "finance/data"
TOLD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SUFFIXES = {
    ".DE": "XETR", ".PA": "XPAR", ".L": "XLON", ".AS": "XAMS", ".BR": "XBRU", ".MC": "XMAD", ".T": "XTKS",
    ".HE": "XHEL", ".ST": "XSTO", ".SW": "XSWX", ".MI": "XMIL",
}  # fmt: skip
HOME = {
    "XETR": "DE", "XPAR": "FR", "XLON": "GB", "XAMS": "NL", "XBRU": "BE", "XMAD": "ES", "XTKS": "JP", "XHEL": "FI",
    "XSTO": "SE", "XSWX": "CH", "XMIL": "IT", "XNYS": "US", "XNAS": "US",
}  # fmt: skip
SHARED = {"Financials", "Industrials", "Energy", "Utilities", "Real Estate"}
"""Sector names that GICS shares with the Refinitiv classification, which the table mixes in."""
GICS = {
    "American Tower": "Real Estate", "Simon Property Group": "Real Estate", "Duke Energy": "Utilities",
    "Deutsche Telekom": "Communication Services", "Ahold Delhaize": "Consumer Staples",
}  # fmt: skip
JAPAN = (
    "Tokyo", "Osaka", "Kyoto", "Nagoya", "Yokohama", "Kobe", "Fukuoka", "Sapporo", "Hiroshima", "Sakai", "Kitakyushu",
    "Kawasaki", "Toyota", "Hamamatsu", "Kariya", "Chiba",
)  # fmt: skip
"""Japanese addresses name wards and quarters that share a city's name elsewhere: only these count."""
LEGAL = re.compile(
    r"(,? Inc\.|,? plc| AG| SE| S\.?A\.?| N\.?V\.?|,? Ltd\.?|,? Co\., Ltd| AB| SpA| Oyj| Limited| Corporation)$"
)


def fold(text: str) -> str:
    """ASCII in lower case."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().strip()


def read_cities() -> dict[tuple[str, str], list[dict[str, str]]]:
    """Cities by folded name and country."""
    found = defaultdict(list)
    with (CATALOG / "geography/data/cities.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            found[fold(row["name"]), row["country"]].append(row)
    return found


def founded(text: object) -> str:
    """The one year in the text, or nothing."""
    base = re.sub(r";\s*\d+ years? ago", "", str(text or ""))
    years = set(re.findall(r"(?<![\d,.])(1[5-9]\d\d|20[0-2]\d)(?!\d)", base))
    return years.pop() if len(years) == 1 else ""


def staff(text: object) -> tuple[str, str]:
    """The one figure in the text and its year since 2022, or nothing."""
    plain = re.sub(r"\[[^\]]*\]", "", str(text or ""))
    outside, inside = re.sub(r"\([^)]*\)", "", plain), " ".join(re.findall(r"\([^)]*\)", plain))
    figures = re.findall(r"\d[\d,. ]*\d|\d", outside)
    years = [int(year) for year in re.findall(r"(?<![\d,])(20[012]\d)(?![\d,])", inside)]
    vague = re.search(r"\d\s*\+|over|more|less|million", plain.split("(")[0])
    if len(figures) != 1 or not years or max(years) < 2022 or vague:
        return "", ""
    if not re.fullmatch(r"\d{1,3}(,\d{3})+|\d{1,5}", figures[0].strip()):
        return "", ""
    return str(int(figures[0].replace(",", ""))), str(max(years))


def state_by_list(place: str) -> str:
    """The postal code of the US state in "Houston, Texas" as the S&P lists write it, or nothing."""
    return TOLD["states"].get(place.split(",")[-1].strip(), "")


def seat_by_list(place: str, seat: str, cities: dict[Any, list[dict[str, str]]]) -> tuple[str, str]:
    """Country and city of "Houston, Texas" as the S&P lists write it; the city only if the infobox has it too."""
    if place == "Washington, D.C.":
        name, last = place, "D.C."
    else:
        name, last = (part.strip() for part in place.split(",", 1))
        last = last.split(",")[-1].strip()
    name = {"Saint Paul": "St. Paul"}.get(name, name)
    country = "US" if last in TOLD["states"] else TOLD["countries"].get(last, "")
    found = [c for c in cities.get((fold(name), country), []) if country != "US" or c["state"] == TOLD["states"][last]]
    city = found[0]["id"] if len(found) == 1 else ""
    return country, city if fold(city.split(",")[0]) in fold(seat) else ""


def seat_by_box(seat: str, places: set[str], cities: dict[Any, list[dict[str, str]]]) -> tuple[str, str]:
    """Country and city of an infobox's text, each only if there is one."""
    text = re.sub(r"\([^)]*\)|\d+°[^,]*|\ufeff", "", seat)
    words = [word.strip(" .") for word in re.split(r"[,;]|\s{2,}", text) if word.strip()]
    states = [word for word in words if word in TOLD["states"]]
    named = {TOLD["countries"][word] for word in words if word in TOLD["countries"]}
    if not named and any(state != "Georgia" for state in states):
        named = {"US"}
    listed = {TOLD["countries"].get(place, "") for place in places} - {""}
    country = next(iter(named)) if len(named) == 1 else next(iter(listed)) if not named and len(listed) == 1 else ""
    found = {
        city["id"]: city
        for word in words
        for city in cities.get((fold(word), country), [])
        if country != "US" or (states and city["state"] == TOLD["states"][states[-1]])
    }
    if country == "JP":
        found = {key: city for key, city in found.items() if city["name"] in JAPAN}
        if big := next((name for name in JAPAN[:8] if name in words), ""):
            found = {city["id"]: city for city in cities[fold(big), "JP"]}
    return country, next(iter(found)) if len(found) == 1 else ""


def sector(index: str, stock: dict[str, Any]) -> list[str]:
    """The sectors of an index in which a stock counts: Nikkei's own, or GICS."""
    labels = stock.get("industries") or []
    if index == "NIKKEI 225":
        if stock["name"] == "Sekisui House":
            labels = ["Construction"]
        return [f"Nikkei 225: {TOLD['nikkei'][label]}" for label in labels if label in TOLD["nikkei"]]
    if index not in ("S&P 100", "EURO STOXX 50"):
        return []
    own = [label for label in labels if label in TOLD["gics"] and label not in SHARED]
    shared = [label for label in labels if label in SHARED]
    sure = own if len(own) == 1 else shared if not own and len(shared) == 1 else []
    sure = [GICS[stock["name"]]] if stock["name"] in GICS else sure
    return [f"{index}: {TOLD['gics'][label]}" for label in sure]


def listing(stock: dict[str, Any], country: str, by_list: bool, nikkei: bool) -> tuple[str, str]:
    """Ticker symbol and home exchange, both empty where the listing is abroad or unclear."""
    symbol = stock.get("symbol") or ""
    suffix = "." + symbol.rsplit(".", 1)[-1] if "." in symbol else ""
    boards = {s["google"].split(":")[0] for s in stock.get("symbols", []) if s.get("google")} & {"NYSE", "NASDAQ"}
    american = "/".join(sorted(boards))
    exchange = SUFFIXES.get(suffix, "")
    if (by_list or not suffix) and not nikkei:
        exchange = {"NYSE": "XNYS", "NASDAQ": "XNAS"}.get(american, "")
    plain = suffix in SUFFIXES or not suffix or re.fullmatch(r"[A-Z]+\.[AB]", symbol)
    ticker = symbol if plain and symbol.count(".") < 2 and (suffix or by_list or american) else ""
    if exchange and HOME[exchange] != country:
        return "" if suffix in SUFFIXES else ticker, ""
    return ticker, exchange


def usual(name: str) -> str:
    """The name without brackets and legal form."""
    if name in TOLD["rename"]:
        return TOLD["rename"][name]
    if name in ("EQT AB", "EQT Corporation"):
        return name
    return LEGAL.sub("", re.sub(r"\s*\((corporation|conglomerate|company|[a-z ]*company)\)", "", name))


def companies() -> list[dict[str, str]]:
    """Rows of companies.tsv."""
    from pytickersymbols import PyTickerSymbols

    source, cities = PyTickerSymbols(), read_cities()
    seen: dict[str, dict[str, Any]] = {}
    sectors: dict[str, set[str]] = defaultdict(set)
    for index in TOLD["indices"]:
        for stock in source.get_stocks_by_index(index):
            entry = seen.setdefault(stock["name"], {"stock": stock, "indices": [], "places": set()})
            entry["indices"].append(index)
            entry["places"] |= {stock["country"]} if stock.get("country") else set()
            for name in sector(index, stock):
                sectors[name].add(stock["name"])
    sound = {s for s, names in sectors.items() if 4 <= len(names) <= 15 and not names & set(TOLD["drop"])}
    made = []
    for name, entry in seen.items():
        if name in TOLD["drop"]:
            continue
        box = entry["stock"].get("metadata") or {}
        seat, by_list = str(box.get("headquarters") or ""), sorted(p for p in entry["places"] if "," in p)
        if by_list:
            country, city = seat_by_list(by_list[0], seat, cities)
        else:
            country, city = seat_by_box(seat, entry["places"], cities)
        country = TOLD["country"].get(name, country)
        people, as_of = ("", "") if name in TOLD["no_staff"] else staff(box.get("employees"))
        ticker, exchange = listing(entry["stock"], country, bool(by_list), "NIKKEI 225" in entry["indices"])
        row = {
            "name": usual(name), "aliases": name if usual(name) != name else "", "country": country,
            "state": state_by_list(by_list[0]) if by_list and country == "US" else "",
            "city": city if country else "", "founded": founded(box.get("founded")), "employees": people,
            "as_of": as_of, "ticker": ticker, "exchange": exchange,
            "indices": ";".join(TOLD["indices"][index] for index in entry["indices"]),
            "sectors": ";".join(sorted(s for s in sound if name in sectors[s])),
        }  # fmt: skip
        if country or row["founded"] or people:
            made.append(row)
    return sorted(made, key=lambda row: row["name"].lower())


def exchange_tables() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of exchanges.tsv and closures.tsv."""
    import exchange_calendars

    names, closures = [], []
    for mic, (name, aliases, country, city, currency) in TOLD["exchanges"].items():
        calendar = exchange_calendars.get_calendar(mic, start="2010-01-01", end="2026-12-31")
        names.append({
            "mic": mic, "name": name, "aliases": aliases, "country": country, "city": city,
            "timezone": str(calendar.tz), "currency": currency,
        })  # fmt: skip
        sessions = {day.date() for day in calendar.sessions}
        sessions -= {datetime.date.fromisoformat(day) for day in TOLD["closed"].get(mic, [])}
        for year in range(2015, 2026):
            days = [datetime.date(year, 1, 1) + datetime.timedelta(n) for n in range(366)]
            days = [day for day in days if day.year == year]
            closed = [day.strftime("%m-%d") for day in days if day.weekday() < 5 and day not in sessions]
            extra = [day.strftime("%m-%d") for day in days if day.weekday() > 4 and day in sessions]
            closures.append({"mic": mic, "year": str(year), "closed": " ".join(closed), "extra": " ".join(extra)})
    return names, closures


def hours() -> list[dict[str, str]]:
    """Rows of hours.tsv: regular hours in local time."""
    import exchange_calendars

    made = []
    for mic in TOLD["exchanges"]:
        calendar = exchange_calendars.get_calendar(mic, start="2025-01-02", end="2025-12-30")
        times = (calendar.open_times, calendar.close_times, calendar.break_start_times, calendar.break_end_times)
        clock = [time[-1][1].strftime("%H:%M") if time and time[-1][1] else "" for time in times]
        made.append({"mic": mic} | dict(zip(("opens", "closes", "break_start", "break_end"), clock, strict=True)))
    return made


def write(name: str, table: list[dict[str, str]]) -> None:
    """Writes one table."""
    with (OUT / f"{name}.tsv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(table[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    write("companies", companies())
    for table_name, table_rows in zip(("exchanges", "closures"), exchange_tables(), strict=True):
        write(table_name, table_rows)
    write("hours", hours())

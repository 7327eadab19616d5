"""Makes `atlas.sqlite`, the data of `atlas.py`, from tables that ship with DIVE.

    python examples/own_tools/build.py [FOLDER]

Countries and cities: GeoNames, CC BY 4.0. Airports: OurAirports, public domain. See `NOTICE`.
"""

import csv
import sqlite3
import sys
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "src/dive/catalog/geography/data"
TABLES = """
create table country (
    code text primary key, name text, capital_id integer, area_km2 integer, population integer, currency text);
create table border (code text, other text);
create table city (id integer primary key, name text, country_code text, population integer, timezone text);
create table airport (iata text primary key, name text, country_code text, elevation_ft integer, timezone text);
create index airport_country on airport (country_code);
create index city_country on city (country_code);
"""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a shipped table."""
    with (DATA / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def build(path: Path) -> None:
    """Writes the database anew."""
    path.unlink(missing_ok=True)
    states = {row["iso2"]: row for row in rows("countries") if row["kind"] == "state"}
    cities = [row for row in rows("cities") if row["country"] in states]
    number = {row["id"]: index for index, row in enumerate(cities, 1001)}
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
        database.executemany("insert into country values (?, ?, ?, ?, ?, ?)", (
            (code, row["name"].removeprefix("the "), number.get(row["capital"]),
             int(float(row["area_km2"] or 0)) or None, int(row["population"]) or None, row["currency"] or None)
            for code, row in states.items()
        ))  # fmt: skip
        database.executemany("insert into border values (?, ?)", (
            (code, other) for code, row in states.items() for other in row["neighbours"].split(",") if other in states
        ))  # fmt: skip
        database.executemany("insert into city values (?, ?, ?, ?, ?)", (
            (number[row["id"]], row["name"], row["country"], int(row["population"]), row["timezone"]) for row in cities
        ))  # fmt: skip
        database.executemany("insert into airport values (?, ?, ?, ?, ?)", (
            (row["iata"], row["name"], row["country"], int(row["elevation_ft"]) if row["elevation_ft"] else None,
             row["timezone"])
            for row in rows("airports") if row["country"] in states and row["size"] == "large"
        ))  # fmt: skip
    database.close()


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else HERE) / "atlas.sqlite")

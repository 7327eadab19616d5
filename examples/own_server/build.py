"""Makes `sky.sqlite`, the data of `server.py`, from tables that ship with DIVE.

    python examples/own_server/build.py [FOLDER]

Stars: Hipparcos (ESA). Constellations: Skyfield, MIT. Both names and Messier's list: d3-celestial, BSD. See `NOTICE`.
"""

import csv
import sqlite3
import sys
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "src/dive/catalog/physics/data"
TABLES = """
create table constellation (abbr text primary key, name text, meaning text, area_sq_deg real);
create table border (abbr text, other text);
create table star (hip integer primary key, name text, constellation text, magnitude real, distance_ly real);
create table object (
    messier text primary key, name text, kind text, constellation text, magnitude real, size_arcmin real, ngc text);
"""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a shipped table."""
    with (DATA / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def number(text: str) -> float | None:
    """A cell's number, if it has one."""
    return float(text) if text else None


def build(path: Path) -> None:
    """Writes the database anew."""
    path.unlink(missing_ok=True)
    constellations, stars, objects = rows("constellations"), rows("stars"), rows("messier")
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
        database.executemany("insert into constellation values (?, ?, ?, ?)", (
            (row["constellation"], row["name"], row["english"], number(row["area_deg2"])) for row in constellations
        ))  # fmt: skip
        database.executemany("insert into border values (?, ?)", (
            (row["constellation"], other) for row in constellations for other in row["neighbours"].split()
        ))  # fmt: skip
        database.executemany("insert into star values (?, ?, ?, ?, ?)", (
            (int(row["hip"]), row["name"], row["constellation"], number(row["magnitude"]), number(row["distance_ly"]))
            for row in stars if row["name"]
        ))  # fmt: skip
        database.executemany("insert into object values (?, ?, ?, ?, ?, ?, ?)", (
            (row["messier"], row["name"] or None, row["kind"], row["constellation"], number(row["magnitude"]),
             number(row["size_arcmin"]), row["ngc"] or None)
            for row in objects
        ))  # fmt: skip
    database.close()


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else HERE) / "sky.sqlite")

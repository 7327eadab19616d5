"""Makes `catalog/finance/data/prices.tsv`: US consumer prices by month, from the package `cpi` (its copy of BLS data).

    pip install --target T --no-deps cpi==2.1.0
    python scripts/vendor_prices.py T

Items, their names in running text and the groups into which the index divides them stand in `vendor_prices.toml`. Taken
is the index of all urban consumers, U.S. city average, not seasonally adjusted (public domain), from January 1999 to
December 2024: in 2025 a month is missing. A month without a value is a dash; items with many such months are refused.
Does not know what the figures are used for.
"""

import csv
import sqlite3
import sys
import tomllib
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/finance/data"
TOLD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
FIRST, LAST = 1999, 2024
GAPS = 10
"""The most months that an item may lack."""


def figures(base: sqlite3.Connection, item: str) -> list[str]:
    """The index of an item for every month."""
    query = "select year, period, value from indexes where series = ? and period like 'M%' and period != 'M13'"
    found = {(year, period): value for year, period, value in base.execute(query, (f"CUUR0000{item}",))}
    months = [(year, f"M{month:02}") for year in range(FIRST, LAST + 1) for month in range(1, 13)]
    missing = [month for month in months if month not in found]
    if len(missing) > GAPS:
        raise SystemExit(f"{item}: nothing for {missing[0]} and {len(missing) - 1} other months")
    return [f"{found[month]:g}" if month in found else "-" for month in months]


def main(source: str) -> None:
    """Writes the tables."""
    with (
        sqlite3.connect(Path(source) / "cpi/cpi.db") as base,
        (OUT / "prices.tsv").open("w", encoding="utf-8", newline="") as lines,
    ):
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        writer.writerow(["item", "name", "months"])
        for item, name in sorted(TOLD["items"].items()):
            writer.writerow([item, name, " ".join(figures(base, item))])
    with (OUT / "price_groups.tsv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        writer.writerow(["group", "name", "items"])
        for group, row in TOLD["groups"].items():
            writer.writerow([group, row["name"], " ".join(row["items"].split())])


if __name__ == "__main__":
    main(sys.argv[1])

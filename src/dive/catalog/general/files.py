"""Reads the tables that ship in `general/data` (made by `scripts/vendor_names.py`).

Takes a table's name; gives its rows as dictionaries of text. Does not know what the columns mean.
"""

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """All rows of `data/<name>.tsv`."""
    with (DATA / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))

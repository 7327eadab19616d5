"""Reads the tables that ship in a domain's `data` folder (made by `scripts/vendor_*.py`).

Takes a domain's and a table's name; gives its rows as dictionaries of text. Does not know what the columns mean.
"""

import csv
from pathlib import Path

HERE = Path(__file__).parent


def rows(domain: str, name: str) -> list[dict[str, str]]:
    """All rows of `<domain>/data/<name>.tsv`."""
    with (HERE / domain / "data" / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))

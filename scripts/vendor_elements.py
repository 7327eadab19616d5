"""Makes `elements.tsv` and `nuclides.tsv` in `catalog/chemistry/data/` from a package that DIVE does not depend on.

    pip install --target T --no-deps mendeleev==1.3.0
    python scripts/vendor_elements.py T

The package (MIT) is a database of 3 MB, read here without the package's own code. Of the elements, what the tools say
is kept; of the nuclides, ground states that are stable and occur in nature or that have a known half-life (NUBASE).
Does not know which values are doubtful: `catalog/chemistry/fence.toml` says so.
"""

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/chemistry/data"
COUNTRIES = {
    "Austria": "AT", "Denmark": "DK", "England": "GB", "Finland": "FI", "France": "FR", "Germany": "DE",
    "Great Britain": "GB", "Italy": "IT", "Japan": "JP", "Romania": "RO", "Russia": "RU", "Scotland": "GB",
    "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "United States": "US",
}  # fmt: skip
"""Where mendeleev says that an element was discovered; places of two countries stay without one."""
USUAL_FORM = {34: "gray", 50: "white"}
"""Which allotrope's melting point is meant when the table has several; other elements with several have none."""
HEAVY = ("Th", "Pa", "U")
"""Radioactive elements that nevertheless have a standard atomic weight."""
LEAST_DENSITY, LEAST_ABUNDANCE = 0.05, 0.001
"""Gases have no density here, in g/cm3; abundances below a microgram per kilogram are guesses, in mg/kg."""
ELEMENT = (
    "element", "name", "atomic_number", "group", "period", "atomic_weight", "melting_point", "boiling_point", "density",
    "electronegativity", "specific_heat", "thermal_conductivity", "crustal_abundance", "discovery_year",
    "discovery_country",
)  # fmt: skip
NUCLIDE = ("element", "mass_number", "atomic_mass", "abundance", "half_life", "unit", "mode")
Cell = str | int | float | None


def main(folder: Path) -> None:
    """Reads the package under `folder` and writes both tables."""
    database = sqlite3.connect(folder / "mendeleev/elements.db")
    database.row_factory = sqlite3.Row
    _write(OUT / "elements.tsv", ELEMENT, _elements(database))
    _write(OUT / "nuclides.tsv", NUCLIDE, _nuclides(database))


def _elements(database: sqlite3.Connection) -> Iterable[tuple[Cell, ...]]:
    melting, boiling = _transitions(database)
    for raw in database.execute("SELECT * FROM elements ORDER BY atomic_number"):
        number, symbol = raw["atomic_number"], raw["symbol"]
        yield (
            symbol, raw["name"].lower(), number, raw["group_id"], raw["period"],
            raw["atomic_weight"] if symbol in HEAVY or not raw["is_radioactive"] else None,
            melting.get(number), boiling.get(number),
            raw["density"] if (raw["density"] or 0) > LEAST_DENSITY else None,
            raw["en_pauling"], raw["specific_heat_capacity"], raw["thermal_conductivity"],
            raw["abundance_crust"] if (raw["abundance_crust"] or 0) >= LEAST_ABUNDANCE else None,
            raw["discovery_year"], COUNTRIES.get(raw["discovery_location"]),
        )  # fmt: skip


def _transitions(database: sqlite3.Connection) -> tuple[dict[int, float], dict[int, float]]:
    """Melting and boiling points in degrees Celsius of the elements that have exactly one of each."""
    found = database.execute("SELECT * FROM phasetransitions").fetchall()
    forms = Counter(row["atomic_number"] for row in found)
    melting: dict[int, float] = {}
    boiling: dict[int, float] = {}
    for row in found:
        number = row["atomic_number"]
        if row["is_sublimation_point"] == 1 or (forms[number] > 1 and USUAL_FORM.get(number) != row["allotrope"]):
            continue
        for points, kelvin in ((melting, row["melting_point"]), (boiling, row["boiling_point"])):
            if kelvin is not None:
                points[number] = round(kelvin - 273.15, 3)
    return melting, boiling


def _nuclides(database: sqlite3.Connection) -> Iterable[tuple[Cell, ...]]:
    modes: dict[int, list[tuple[float, str]]] = {}
    for row in database.execute("SELECT * FROM isotopedecaymodes WHERE relation = '=' AND intensity IS NOT NULL"):
        modes.setdefault(row["isotope_id"], []).append((row["intensity"], row["mode"]))
    isotopes = "SELECT symbol, isotopes.* FROM isotopes JOIN elements USING (atomic_number)"
    for raw in database.execute(f"{isotopes} ORDER BY atomic_number, mass_number"):
        if raw["half_life"] is None and (raw["is_radioactive"] or raw["abundance"] is None):
            continue
        share, mode = max(modes.get(raw["id"], []), default=(0.0, ""))
        radioactive = raw["half_life"] is not None
        yield (
            raw["symbol"], raw["mass_number"], raw["mass"], raw["abundance"], raw["half_life"],
            raw["half_life_unit"] if radioactive else None, mode if radioactive and share > 50 else None,
        )  # fmt: skip


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> None:
    lines = ["\t".join("" if cell is None else str(cell) for cell in row) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

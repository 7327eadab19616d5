"""Makes `compounds.tsv` and `hazards.tsv` in `catalog/chemistry/data/` from a package that DIVE does not depend on.

    pip install --target T --no-deps chemicals==1.5.2
    python scripts/vendor_compounds.py T

The package (MIT) is 72 MB of raw tables; of its experimental collections, one row per compound is kept, with a clean
name. Traps handled here: CRC densities carry the temperature's superscript in their last digits (0.7914 at 20 °C is
stored as 791.42); PubChem common names are often trade names; boiling points of other collections may be at reduced
pressure. Weighs formulas as DIVE does, after `vendor_elements.py`. Does not know how the tables are used.
"""

import csv
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from dive.catalog.chemistry.formulas import atoms, weight
from dive.errors import ToolError

OUT = Path(__file__).parent.parent / "src/dive/catalog/chemistry/data"
ORGANIC = "Misc/Physical Constants of Organic Compounds.csv"
INORGANIC = "Misc/Physical Constants of Inorganic Compounds.csv"
WEBBOOK, COMMON = "Misc/webbook_constants.tsv", "Misc/common_chemistry_data.tsv"
SECOND = {
    "Tm": ("Phase Change/OpenNotebook Melting Points.tsv", WEBBOOK, COMMON, "Misc/wikidata_properties.tsv"),
    "Tb": ("Phase Change/Yaws Boiling Points.tsv", WEBBOOK, COMMON, "Misc/wikidata_properties.tsv"),
}
"""Collections that may confirm the CRC Handbook's melting (Tm) and boiling (Tb) points."""
FAMOUS = (
    "Safety/IS IEC 60079-20-1 2010.tsv", "Safety/NFPA 497 2008.tsv", "Environment/CRC logP table.tsv",
    "Safety/IARC Carcinogen Database.tsv", "Electrolytes/Permittivity (Dielectric Constant) of Liquids.tsv",
    "Misc/Poling Dipole.csv", "Phase Change/CRC Handbook Heat of Vaporization.tsv", "Misc/wikidata_properties.tsv",
)  # fmt: skip
"""Collections of well-known substances: `fame` counts in how many of them a compound is."""
SMALL = "chemical identifiers pubchem small.tsv"
USER = "chemical identifiers example user db.tsv"
IDENTIFIERS = ("chemical identifiers pubchem large.tsv", USER, "Inorganic db.tsv", SMALL)
ROOM = 20.0
NAMES: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["names"]
"""Common names by CAS number, where the handbook's title is systematic."""
SOLID_FACTS = {"melting_point", "boiling_point", "density"}
VALUES = (
    "melting_point", "boiling_point", "density", "refractive_index", "dielectric_constant", "dipole_moment", "log_p",
    "heat_of_vaporization", "critical_temperature",
)  # fmt: skip
COMPOUND = ("cas", "name", "pubchem_cid", "aliases", "formula", "fame", *VALUES)
IEC, NFPA = "Safety/IS IEC 60079-20-1 2010.tsv", "Safety/NFPA 497 2008.tsv"
HAZARDS = {
    "flash_point": ("T_flash", 6.0), "autoignition_temperature": ("T_autoignition", 20.0),
    "lower_flammable_limit": ("LFL", 0.4), "upper_flammable_limit": ("UFL", 1.5),
}  # fmt: skip
"""Column of each field in the standard of the IEC, and how far NFPA's value may be off."""
BETWEEN = " | "
"""Stands between aliases."""
Row = list[str | int | float]


class Source:
    """The raw files, read by column."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def rows(self, path: str) -> Iterator[dict[str, str]]:
        with (self.root / path).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                yield {key: (value or "").strip() for key, value in row.items() if key}

    def column(self, path: str, name: str) -> dict[str, float]:
        return {cas_number(row["CAS"]): float(row[name]) for row in self.rows(path) if row.get(name)}

    def known(self) -> dict[str, tuple[str, list[str], bool, str]]:
        """Formula, names, whether widely known, and PubChem number, by CAS number."""
        found: dict[str, tuple[str, list[str], bool, str]] = {}
        for name in IDENTIFIERS:
            with (self.root / "Identifiers" / name).open(encoding="utf-8-sig") as file:
                for line in file:
                    parts = line.rstrip("\n").split("\t")
                    if len(parts) > 8:
                        names, cid = [n for n in (parts[8], parts[7]) if n], parts[0] if parts[0].isdigit() else ""
                        found[parts[1]] = (parts[2], names, name in (SMALL, USER), cid if name != USER else "")
        return found


def cas_number(text: str) -> str:
    """A CAS number with its hyphens, which some of the files leave out."""
    return text if "-" in text else f"{text[:-3]}-{text[-3:-1]}-{text[-1]}"


def main(folder: Path) -> None:
    """Reads the package under `folder` and writes both tables."""
    source = Source(folder / "chemicals")
    _write(OUT / "compounds.tsv", COMPOUND, sorted(_compounds(source), key=lambda row: str(row[1])))
    _write(OUT / "hazards.tsv", ("cas", *HAZARDS), _hazards(source))


def _compounds(source: Source) -> Iterator[Row]:
    """All rows; of two compounds with one name, the first."""
    known = source.known()
    values = _values(source, known)
    famous = [{cas_number(row["CAS"]) for row in source.rows(path)} for path in FAMOUS]
    seen: set[str] = set()
    taken: set[str] = set()
    for path, title in ((ORGANIC, "Name"), (INORGANIC, "Chemical")):
        for raw in source.rows(path):
            cas = raw["CAS"]
            if cas in seen or cas not in known or cas not in values:
                continue
            formula, names, small, cid = known[cas]
            fame = small + sum(cas in members for members in famous)
            name = NAMES.get(cas) or plain(raw[title])
            least = 2 if path == ORGANIC else 0
            if name in taken or fame < least or not _sound(formula, name) or not SOLID_FACTS & set(values[cas]):
                continue
            taken.add(name)
            seen.add(cas)
            aliases = BETWEEN.join(a for a in dict.fromkeys([plain(raw[title]), *names]) if a != name)
            yield [cas, name, cid, aliases, formula, fame, *(values[cas].get(field, "") for field in VALUES)]


def _hazards(source: Source) -> Iterator[Row]:
    found: dict[str, dict[str, float]] = {}
    for field, (column, off) in HAZARDS.items():
        checks = source.column(NFPA, column)
        limit = column in ("LFL", "UFL")
        for cas, value in source.column(IEC, column).items():
            gap = abs(checks.get(cas, value) - value) * (100 if limit else 1)
            if gap <= off:
                found.setdefault(cas, {})[field] = round(value * 100, 3) if limit else round(value - 273.15, 2)
    for cas, values in found.items():
        yield [cas, *(values.get(field, "") for field in HAZARDS)]


def plain(name: str) -> str:
    """A handbook title in running text: "N-Ethylaniline" becomes "N-ethylaniline"."""
    return re.sub(r"[A-Z](?=[a-z]{2,}|i-)", lambda match: match.group().lower(), name)


def _sound(formula: str, name: str) -> bool:
    """Whether the formula is one of a compound and the name can be said."""
    if ", " in name or "[" in name or re.search(r" \(|-d\d?$|hydrochloride|hydrate\b|^\(|^[DLRS]-|^DL-", name):
        return False
    return _is_formula(formula) and len(atoms(formula)) > 1


def _is_formula(formula: str) -> bool:
    try:
        weight(formula)
    except ToolError:
        return False
    return True


def _values(source: Source, known: dict[str, tuple[str, list[str], bool, str]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}

    def keep(field: str, column: dict[str, float]) -> None:
        for cas, value in column.items():
            found.setdefault(cas, {})[field] = value

    for field, column in (("melting_point", "Tm"), ("boiling_point", "Tb")):
        keep(field, _confirmed(source, column))
    solid = _solids(source)
    keep("density", {c: d for c, d in _densities(source, known).items() if c in solid or _is_liquid(found.get(c, {}))})

    def _liquid(cas: str) -> bool:
        return found.get(cas, {}).get("boiling_point", 0.0) > ROOM

    index = {row["CAS"]: row for row in source.rows("Misc/CRC Handbook Organic RI.csv")}
    keep("refractive_index", {c: float(r["RI"]) for c, r in index.items() if r["RIT"] == "293.15" and _liquid(c)})
    permittivity = source.rows("Electrolytes/Permittivity (Dielectric Constant) of Liquids.tsv")
    warm = {row["CAS"]: float(row["Permittivity"]) for row in permittivity if row["T"] == "293.2"}
    keep("dielectric_constant", {cas: value for cas, value in warm.items() if _liquid(cas)})
    dipoles = source.column("Misc/cccbdb.nist.gov Dipoles.csv", "dipole_moment")
    check = source.column("Misc/Poling Dipole.csv", "dipole_moment")
    keep("dipole_moment", {c: d for c, d in dipoles.items() if abs(d - check.get(c, d)) <= 0.15})
    keep("log_p", source.column("Environment/CRC logP table.tsv", "logP"))
    heats = source.column("Phase Change/CRC Handbook Heat of Vaporization.tsv", "HvapTb")
    keep("heat_of_vaporization", {c: round(h / 1000, 3) for c, h in heats.items()})
    critical = source.column("Critical Properties/IUPACOrganicCriticalProps.tsv", "Tc")
    checks = source.column(WEBBOOK, "Tc") | source.column("Critical Properties/CRCCriticalOrganics.tsv", "Tc")
    agreed = {cas: kelvin for cas, kelvin in critical.items() if abs(checks.get(cas, kelvin) - kelvin) < 8}
    keep("critical_temperature", {cas: round(kelvin - 273.15, 2) for cas, kelvin in agreed.items()})
    return found


def _confirmed(source: Source, column: str) -> dict[str, float]:
    """Values of the CRC Handbook in °C that a second collection confirms and that are not outvoted."""
    first = source.column(INORGANIC, column) | source.column(ORGANIC, column)
    others = [source.column(path, column) for path in SECOND[column]]
    found: dict[str, float] = {}
    for cas, value in first.items():
        gaps = [abs(other[cas] - value) for other in others if cas in other]
        near, far = sum(gap <= 2 for gap in gaps), sum(gap > 6 for gap in gaps)
        if near > far:
            found[cas] = round(value - 273.15, 2)
    return found


def _densities(source: Source, known: dict[str, tuple[str, list[str], bool, str]]) -> dict[str, float]:
    """Densities at 20 or 25 °C in g/cm3; organic ones that Common Chemistry has 3 % off are left out."""
    volumes = source.column(COMMON, "Vml")
    found: dict[str, float] = {}
    for path in (INORGANIC, ORGANIC):
        for cas, value in source.column(path, "rho").items():
            digits = f"{value / 1000:.6f}"
            tail = digits.partition(".")[2][4:]
            if tail not in ("00", "20", "25"):
                continue
            density = float(digits[:-2])
            formula = known[cas][0] if cas in known else ""
            checked = path == ORGANIC and volumes.get(cas, 0.0) > 0 and _is_formula(formula)
            if not checked or abs(weight(formula) / volumes[cas] / 1e6 / density - 1) <= 0.03:
                found[cas] = density
    return found


def _solids(source: Source) -> set[str]:
    """Inorganic substances that the handbook lists with a density and without melting below 60 °C."""
    melting, dense = source.column(INORGANIC, "Tm"), source.column(INORGANIC, "rho")
    gases = source.column(INORGANIC, "Tb")
    return {c for c, d in dense.items() if d > 1500 and melting.get(c, 999) > 333 and gases.get(c, 999) > 333}


def _is_liquid(values: dict[str, float]) -> bool:
    """Whether the substance is surely a liquid at room temperature."""
    return values.get("melting_point", ROOM) < ROOM - 5 and values.get("boiling_point", ROOM) > ROOM + 15


def _write(path: Path, header: tuple[str, ...], rows: Iterable[Row]) -> None:
    lines = ["\t".join(map(str, row)) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

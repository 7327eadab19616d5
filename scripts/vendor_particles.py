"""Makes `catalog/physics/data/particles.tsv` from a package that DIVE does not depend on.

    pip install --target T --no-deps particle==1.1.0
    python scripts/vendor_particles.py T

The package (BSD-3-Clause) holds the masses and widths of the Review of Particle Physics of 2026. Kept are established
particles with a measured mass: leptons, W, Z and Higgs bosons, mesons and baryons; of a particle and its antiparticle
the particle. Does not know how the table is used.
"""

import csv
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/physics/data/particles.tsv"
HBAR = 6.582119569e-22
"""In MeV seconds."""
SIGN = {"-3": "-", "0": "0", "3": "+", "6": "++"}
OWN = {
    "11": "electron", "13": "muon", "15": "tau", "23": "Z boson", "24": "W boson", "25": "Higgs boson",
    "111": "neutral pion", "211": "charged pion", "130": "long-lived neutral kaon", "310": "short-lived neutral kaon",
    "321": "charged kaon", "2112": "neutron", "2212": "proton",
}  # fmt: skip
LEFT_OUT = "311"
"""The neutral kaon as it is made, a mixture of the two that decay."""


def main(folder: Path) -> None:
    """Reads the package under `folder` and writes the table."""
    with (folder / "particle/data/particle2026.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(line for line in file if line[0] != "#") if _kept(row)]
    charges: dict[str, set[str]] = {}
    for row in found:
        charges.setdefault(row["Name"], set()).add(row["Charge"])
    lines = ["pdg\tname\tkind\tmass_mev\twidth_mev\tlifetime_ps\tlifetime_ns\tcharge\tquarks"]
    found.sort(key=lambda row: float(row["Mass"]))
    lines += ["\t".join(_line(row, charges[row["Name"]] != {"0"})) for row in found]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _kept(row: dict[str, str]) -> bool:
    number = int(row["ID"])
    known = number > 8 and row["Status"] == "0" and float(row["Mass"]) > 0 and row["ID"] != LEFT_OUT
    return known and row["Quarks"] != "Maybe non-qQ"


def _line(row: dict[str, str], signed: bool) -> list[str]:
    pdg, width = row["ID"], float(row["Width"])
    seconds = HBAR / width if width > 0 else 0.0
    kind = _kind(pdg)
    name = OWN.get(pdg) or f"{row['Name']}{SIGN[row['Charge']] if signed else ''} {kind}"
    plain = row["Quarks"] if row["Quarks"].isalpha() and kind != "lepton" else ""
    return [
        pdg, name, kind, row["Mass"], f"{width:g}" if width >= 0.01 else "",
        f"{seconds * 1e12:.4g}" if 1e-13 <= seconds < 1e-9 else "",
        f"{seconds * 1e9:.4g}" if 1e-9 <= seconds < 1e-5 else "", row["Charge"], plain,
    ]  # fmt: skip


def _kind(pdg: str) -> str:
    number = int(pdg) % 10000
    if int(pdg) < 19:
        return "lepton"
    if int(pdg) < 30:
        return "boson"
    return "baryon" if number >= 1000 else "meson"


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Makes `enzymes.tsv`, `codon_usage.tsv` and `amino_acids.tsv` from packages that DIVE does not depend on.

    pip install --target T --no-deps biopython==1.88 python-codon-tables==0.1.18
    python scripts/vendor_biopython.py T

Biopython (Biopython License) ships REBASE of April 2024: of the restriction enzymes that somebody sells, recognition
site, ends and suppliers are kept. Its temperatures are placeholders and are not used, nor are enzymes that cut on both
sides of their site. Molecular weights and the Kyte-Doolittle scale are Biopython's too. python-codon-tables (CC0)
ships codon usage from the Kazusa database. Does not know how the tables are used.
"""

import csv
import re
import runpy
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/biology/data"
ORGANISMS = {
    "b_subtilis_1423": "Bacillus subtilis", "c_elegans_6239": "Caenorhabditis elegans",
    "d_melanogaster_7227": "Drosophila melanogaster", "e_coli_316407": "Escherichia coli",
    "g_gallus_9031": "Gallus gallus", "h_sapiens_9606": "Homo sapiens", "m_musculus_10090": "Mus musculus",
    "s_cerevisiae_4932": "Saccharomyces cerevisiae",
}  # fmt: skip

AMINO_ACIDS = {
    "A": "alanine", "R": "arginine", "N": "asparagine", "D": "aspartic acid", "C": "cysteine", "Q": "glutamine",
    "E": "glutamic acid", "G": "glycine", "H": "histidine", "I": "isoleucine", "L": "leucine", "K": "lysine",
    "M": "methionine", "F": "phenylalanine", "P": "proline", "S": "serine", "T": "threonine", "W": "tryptophan",
    "Y": "tyrosine", "V": "valine",
}  # fmt: skip
FORM = re.compile(r"( Co)?[.,]* ?(Ltd|Inc|Co)\.$")
"""A company's legal form."""


def main(folder: Path) -> None:
    """Reads both packages under `folder` and writes the tables."""
    rebase = runpy.run_path(str(folder / "Bio/Restriction/Restriction_Dictionary.py"))
    sellers = {code: name for code, (name, _) in rebase["suppliers"].items()}
    lines = ["enzyme\tsite\toverhang\tend\tsuppliers"]
    for name, row in sorted(rebase["rest_dict"].items()):
        if row["suppl"] and row["scd5"] is None and row["fst5"] is not None and set(row["site"]) != {"N"}:
            lines.append("\t".join(_enzyme(name, row, sellers)))
    (OUT / "enzymes.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    usage = ["organism\tamino_acid\tcodon\tshare"]
    for stem, organism in ORGANISMS.items():
        path = folder / f"python_codon_tables/codon_usage_data/tables/{stem}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            found = [r for r in csv.DictReader(file) if r["amino_acid"] != "*"]
        usage += ["\t".join((organism, r["amino_acid"], r["codon"], r["relative_frequency"])) for r in found]
    weights = runpy.run_path(str(folder / "Bio/Data/IUPACData.py"))["protein_weights"]
    scale = runpy.run_path(str(folder / "Bio/SeqUtils/ProtParamData.py"))["kd"]
    acids = [f"{letter}\t{name}\t{weights[letter]}\t{scale[letter]}" for letter, name in AMINO_ACIDS.items()]
    text = "\n".join(["letter\tname\tweight\thydropathy", *acids]) + "\n"
    (OUT / "amino_acids.tsv").write_text(text, encoding="utf-8")
    (OUT / "codon_usage.tsv").write_text("\n".join(usage) + "\n", encoding="utf-8")


def _enzyme(name: str, row: dict[str, object], sellers: dict[str, str]) -> list[str]:
    hang = int(str(row["ovhg"]))
    end = "blunt" if hang == 0 else "5' overhang" if hang < 0 else "3' overhang"
    suppliers = ";".join(sorted(FORM.sub("", sellers[code]) for code in row["suppl"]))  # type: ignore[attr-defined]
    return [name.replace("_", "-"), str(row["site"]), str(row["ovhgseq"] or ""), end, suppliers]


if __name__ == "__main__":
    main(Path(sys.argv[1]))

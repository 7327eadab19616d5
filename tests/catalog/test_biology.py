"""The biology tools: shapes, facts that hold in the world, audits of their tables."""

import pytest

from dive.catalog import load
from dive.catalog.biology.birds import (
    audit_birds,
    bird_families,
    bird_families_of_order,
    bird_family_record,
    bird_family_threats,
    bird_genera_of_family,
    bird_genus_diversity,
    bird_genus_record,
    bird_record,
    bird_status,
    bird_subspecies,
    birds,
    birds_of_same_genus,
    threatened_birds_of_family,
)
from dive.catalog.biology.codons import (
    amino_acid_coding,
    amino_acid_record,
    amino_acids,
    amino_acids_closest_in_weight,
    audit_codons,
    codon_use_in_animals,
    codon_use_in_microbes,
    codons_for,
)
from dive.catalog.biology.enzymes import (
    audit_enzymes,
    enzyme_record,
    enzymes,
    enzymes_with_compatible_ends,
    enzymes_with_same_site,
    mean_site_spacing,
    supplier_exclusives,
    supplier_range,
    suppliers_of_enzyme,
)
from dive.catalog.biology.genes import (
    audit_human_genes,
    gene_in_mouse,
    gene_length,
    gene_position,
    gene_transcripts,
    genes_beside,
    genes_with_same_stem,
    human_gene_by_symbol,
    human_genes,
)
from dive.catalog.biology.genomes import (
    audit_genomes,
    chromosome_record,
    extreme_genomes_in_order,
    genome_record,
    mitochondrial_genome,
    sequenced_relatives,
    sequenced_species_in_family,
)
from dive.catalog.biology.taxa import (
    audit_taxa,
    families,
    families_in_order,
    family_record,
    genera,
    genera_in_family,
    genus_record,
    largest_genus_in_family,
    orders,
    species,
    species_record,
)
from dive.errors import ToolError

MINE = sorted(name for name, loaded in load().tools.items() if loaded.tool.domain == "biology")
LION, FELIDAE, PANTHERA, CARNIVORA = "9689", "9681", "9688", "33554"


def members(found, key, field):
    return [member[field] for member in found[key]]


@pytest.mark.parametrize("name", MINE)
def test_examples_match_the_schema_and_differ(name, check_result):
    loaded = load().tools[name]
    results = [check_result(loaded, example) for example in loaded.tool.examples]
    assert len({str(result) for result in results}) >= 6


def test_taxa():
    lion = species_record(LION)
    assert (lion["scientific_name"], lion["genus"], lion["family"]) == ("Panthera leo", PANTHERA, FELIDAE)
    assert lion["order"] == CARNIVORA and species()[LION].name == "the lion"
    assert genus_record(PANTHERA)["family"] == FELIDAE
    assert {"Panthera", "Felis", "Acinonyx"} <= set(members(genera_in_family(FELIDAE), "genera", "name"))
    assert {"Felidae", "Canidae", "Ursidae"} <= set(members(families_in_order(CARNIVORA), "families", "name"))
    felidae = family_record(FELIDAE)
    assert felidae["order"] == CARNIVORA and 35 <= felidae["species_count"] <= 60
    assert largest_genus_in_family("9608")["genus"] == "9625", "Vulpes of the dogs"
    for not_whole in ("7147", "28725"):
        with pytest.raises(ToolError, match="not_found"):
            genera_in_family(not_whole)


def test_genomes():
    assert genome_record(LION)["genome_size"] == pytest.approx(2297.6)
    assert chromosome_record(LION) == {"species": LION, "chromosomes": 19, "longest_chromosome": 238.9}
    assert mitochondrial_genome(LION)["length"] == 16620
    cats = members(sequenced_species_in_family(FELIDAE), "species", "scientific_name")
    assert "Panthera leo" in cats
    assert set(members(sequenced_relatives(LION), "species", "scientific_name")) == set(cats) - {"Panthera leo"}
    largest = members(extreme_genomes_in_order("6993", 4), "species", "species")
    sizes = [genome_record(taxid)["genome_size"] for taxid in largest]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 8000, "locusts and crickets"
    with pytest.raises(ToolError, match="refused"):
        genome_record("9606")


def test_enzymes():
    ecori = enzyme_record("EcoRI")
    assert (ecori["recognition_site"], ecori["end"], ecori["overhang_length"]) == ("GAATTC", "5' overhang", 4)
    assert enzyme_record("SmaI")["end"] == "blunt"
    assert {"XmaI", "TspMI"} <= set(members(enzymes_with_same_site("SmaI"), "enzymes", "enzyme"))
    assert {"BglII", "BclI"} <= set(members(enzymes_with_compatible_ends("BamHI"), "enzymes", "enzyme"))
    assert "New England Biolabs" in members(suppliers_of_enzyme("EcoRI"), "suppliers", "supplier")
    assert mean_site_spacing("GAATTC")["spacing"] == 4096 and mean_site_spacing("CCWGG")["spacing"] == 512
    with pytest.raises(ToolError):
        mean_site_spacing("GAXTTC")
    assert supplier_range("Agilent Technologies")["enzymes"] == 1
    alone = supplier_exclusives("New England Biolabs")["sold_alone"]
    assert 0 < alone < supplier_range("New England Biolabs")["enzymes"]


def test_amino_acids():
    assert amino_acid_record("L")["molecular_weight"] == pytest.approx(131.17, abs=0.01)
    assert (amino_acid_coding("L")["codon_count"], amino_acid_coding("W")["codon_count"]) == (6, 1)
    assert set(members(amino_acid_coding("V"), "amino_acids", "name")) == {"alanine", "glycine", "proline", "threonine"}
    assert members(codons_for("M"), "codons", "codon") == ["AUG"]
    assert codon_use_in_microbes("CUG")["in_e_coli"] == pytest.approx(50, abs=5)
    assert codon_use_in_animals("CUG")["in_humans"] == pytest.approx(40, abs=5)
    assert "isoleucine" in members(amino_acids_closest_in_weight("L", 4), "amino_acids", "name")


def test_birds():
    assert birds()["Struthio camelus"].name == "the Common Ostrich"
    assert birds()["Ciconia stormi"].name == "Storm's Stork"
    crane = bird_record("Grus japonensis")
    assert (crane["genus"], crane["family"], crane["order"]) == ("Grus", "Gruidae", "Gruiformes")
    assert bird_subspecies("Passer domesticus")["subspecies"] == 12
    assert bird_status("Pinguinus impennis")["status"] == "Extinct"
    others = members(birds_of_same_genus("Struthio camelus"), "birds", "english_name")
    assert others == ["Somali Ostrich"]
    threatened = threatened_birds_of_family("Gruidae")
    assert threatened["number"] == bird_family_threats("Gruidae")["threatened"] > 1
    assert "Gruidae" in members(bird_families_of_order("Gruiformes"), "families", "family")


def test_groups_of_birds_add_up():
    family, genera = bird_family_record("Gruidae"), members(bird_genera_of_family("Gruidae"), "genera", "genus")
    assert len(genera) == family["genus_count"]
    assert sum(bird_genus_record(genus)["species_count"] for genus in genera) == family["species_count"]
    threatened = sum(bird_genus_diversity(genus)["threatened"] for genus in genera)
    assert threatened == bird_family_threats("Gruidae")["threatened"]


def test_human_genes():
    brca1 = gene_position("BRCA1")
    assert (brca1["chromosome"], brca1["band"]) == ("17", "17q21.31")
    assert gene_length("BRCA1")["length"] == 43170245 - 43044295 + 1
    assert gene_length("TTN")["exon_length"] > 100_000 and gene_transcripts("TP53")["transcripts"] > 20
    assert gene_in_mouse("TP53")["mouse_gene"] == "Trp53"
    assert members(genes_with_same_stem("FGFR3"), "genes", "gene") == ["FGFR1", "FGFR2", "FGFR4"]
    beside = members(genes_beside("BRCA1", 4), "genes", "gene")
    assert "NBR2" not in beside and {gene_position(gene)["chromosome"] for gene in beside} == {"17"}
    assert human_gene_by_symbol("FGFR3") == {"gene": "FGFR3"}


@pytest.mark.parametrize(
    "audit", [audit_taxa, audit_genomes, audit_enzymes, audit_codons, audit_birds, audit_human_genes]
)
def test_audits_find_nothing_unfenced(audit):
    assert [finding for finding in audit() if not finding.fenced] == []


def test_pools():
    assert len(amino_acids()) == 20
    assert sum(entity.seed for pool in (species(), families(), orders(), enzymes()) for entity in pool.values()) > 350
    assert sum(entity.seed for entity in birds().values()) > 2000
    assert sum(entity.seed for entity in human_genes().values()) > 4000
    for pool in (species(), genera(), families(), orders(), enzymes(), amino_acids(), birds(), bird_families(),
                 human_genes()):  # fmt: skip
        names = [entity.name for entity in pool.values()]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(("tool", "id"), [(species_record, "1"), (genus_record, FELIDAE), (enzyme_record, "XxxI"),
                                          (amino_acid_record, "X"), (bird_record, "Raphus"), (gene_length, "XXX9"),
                                          (supplier_range, "Nobody")])  # fmt: skip
def test_unknown_input_is_not_found(tool, id):
    with pytest.raises(ToolError, match="not_found"):
        tool(id)

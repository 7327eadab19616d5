"""The biology tools: shapes, facts that hold in the world, audits of their tables."""

import pytest

from dive.catalog import load
from dive.catalog.biology.codons import (
    amino_acid_coding,
    amino_acid_record,
    amino_acids,
    amino_acids_closest_in_weight,
    audit_codons,
    codon_share,
    codons_for,
)
from dive.catalog.biology.enzymes import (
    audit_enzymes,
    enzyme_record,
    enzymes,
    enzymes_with_compatible_ends,
    enzymes_with_same_site,
    mean_site_spacing,
    suppliers_of_enzyme,
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
    assert largest_genus_in_family("28725")["genus"] == "30420", "Corvus of the crows"
    with pytest.raises(ToolError, match="not_found"):
        genera_in_family("7147")


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


def test_amino_acids():
    assert amino_acid_record("L")["molecular_weight"] == pytest.approx(131.17, abs=0.01)
    assert (amino_acid_coding("L")["codon_count"], amino_acid_coding("W")["codon_count"]) == (6, 1)
    assert members(codons_for("M"), "codons", "codon") == ["AUG"]
    assert codon_share("CUG", "Escherichia coli")["share"] == pytest.approx(50, abs=5)
    assert "isoleucine" in members(amino_acids_closest_in_weight("L", 4), "amino_acids", "name")


@pytest.mark.parametrize("audit", [audit_taxa, audit_genomes, audit_enzymes, audit_codons])
def test_audits_find_nothing_unfenced(audit):
    assert [finding for finding in audit() if not finding.fenced] == []


def test_pools():
    assert len(amino_acids()) == 20
    assert sum(entity.seed for pool in (species(), families(), orders(), enzymes()) for entity in pool.values()) > 400
    for pool in (species(), genera(), families(), orders(), enzymes(), amino_acids()):
        names = [entity.name for entity in pool.values()]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(("tool", "id"), [(species_record, "1"), (genus_record, FELIDAE), (enzyme_record, "XxxI"),
                                          (amino_acid_record, "X")])  # fmt: skip
def test_unknown_input_is_not_found(tool, id):
    with pytest.raises(ToolError, match="not_found"):
        tool(id)

"""The chemistry tools: shapes, facts that hold in the world, audits of their tables."""

import pytest

from dive.catalog import load
from dive.catalog.chemistry.compounds import (
    audit_compounds,
    binary_compounds,
    compound_record,
    compounds,
    formulas,
    isomers_of,
)
from dive.catalog.chemistry.elements import (
    audit_elements,
    element_by_atomic_number,
    element_discovery,
    element_heat,
    element_record,
    elements,
    elements_discovered_during,
    elements_discovered_in,
    elements_in_group,
    elements_next_to,
)
from dive.catalog.chemistry.formulas import amount_of_substance, atoms, formula_composition
from dive.catalog.chemistry.hazards import audit_hazards, fire_hazard
from dive.catalog.chemistry.nuclides import (
    audit_nuclides,
    isotopes_lasting_days,
    isotopes_lasting_years,
    natural_isotopes,
    nuclide_record,
    nuclides,
    share_left_after_days,
    share_left_after_years,
)
from dive.catalog.vendored import rows
from dive.errors import ToolError

MINE = sorted(name for name, loaded in load().tools.items() if loaded.tool.domain == "chemistry")


def members(found, key, field):
    return [member[field] for member in found[key]]


@pytest.mark.parametrize("name", MINE)
def test_examples_match_the_schema_and_differ(name, check_result):
    loaded = load().tools[name]
    results = [check_result(loaded, example) for example in loaded.tool.examples]
    assert len({str(result) for result in results}) >= 6


def test_elements():
    copper = element_record("Cu")
    assert (copper["atomic_number"], copper["group"], copper["period"]) == (29, "11", 4)
    assert element_heat("Cu")["melting_point"] == pytest.approx(1084.62, abs=0.1)
    assert element_heat("Sn")["melting_point"] == pytest.approx(231.93, abs=0.1), "white tin, not gray"
    assert element_discovery("Ga")["discovery_country"] == "FR"
    assert "melting_point" not in element_heat("C") and "discovery_year" not in element_discovery("Au")
    assert element_by_atomic_number(79) == {"element": "Au"}
    assert members(elements_in_group("17"), "elements", "element") == ["F", "Cl", "Br", "I", "At"]
    assert members(elements_next_to("Si"), "elements", "element") == ["C", "Al", "P", "Ge"]
    assert members(elements_discovered_during("1810s"), "elements", "element") == ["Li", "Se", "Cd", "I"]
    assert "Co" in members(elements_discovered_in("SE", "1700s"), "elements", "element")


def test_element_by_atomic_number_is_the_inverse():
    assert all(element_by_atomic_number(element_record(s)["atomic_number"]) == {"element": s} for s in elements())


def test_nuclides():
    iodine = nuclide_record("I-131")
    assert iodine["half_life_days"] == pytest.approx(8.02, abs=0.02)
    assert (iodine["daughter"], iodine["neutrons"]) == ("Xe-131", 78)
    assert nuclide_record("U-238")["daughter"] == "Th-234"
    assert nuclide_record("U-238")["half_life_billion_years"] == pytest.approx(4.468, abs=0.01)
    assert nuclide_record("C-14")["half_life_millennia"] == pytest.approx(5.7, abs=0.05)
    assert members(natural_isotopes("Cu"), "isotopes", "mass_number") == [63, 65]
    assert members(natural_isotopes("Ta"), "isotopes", "nuclide") == ["Ta-181"]
    assert members(isotopes_lasting_days("I", 10), "isotopes", "nuclide") == ["I-125", "I-126"]
    assert "Co-60" in members(isotopes_lasting_years("Co"), "isotopes", "nuclide")
    assert share_left_after_days(iodine["decay_constant_per_day"], 8)["share"] == pytest.approx(50.1, abs=0.2)
    caesium = nuclide_record("Cs-137")
    assert share_left_after_years(caesium["decay_constant_per_year"], 30)["share"] == pytest.approx(50, abs=0.2)


def test_compounds():
    ethanol = compound_record("64-17-5")
    assert (ethanol["name"], ethanol["formula"]) == ("ethanol", "C2H6O")
    assert ethanol["boiling_point"] == pytest.approx(78.3, abs=0.2)
    assert ethanol["density"] == pytest.approx(0.789, abs=0.002), "without the temperature in its last digits"
    assert compound_record("7732-18-5")["melting_point"] == 0
    assert "melting_point" not in compound_record("124-38-9"), "carbon dioxide sublimes"
    assert "71-41-0" not in members(isomers_of("71-41-0"), "compounds", "compound")
    assert {"75-65-0", "60-29-7"} <= set(members(isomers_of("71-36-3"), "compounds", "compound"))
    assert "titanium(IV) chloride" in members(binary_compounds("Ti", "chlorides"), "compounds", "name")
    assert compound_record("103-69-5")["name"] == "N-ethylaniline"


def test_formulas():
    assert atoms("Ca(OH)2") == {"Ca": 1, "O": 2, "H": 2}
    glucose = formula_composition("C6H12O6")
    assert glucose["molar_mass"] == pytest.approx(180.156, abs=0.01)
    assert sum(members(glucose, "elements", "mass_share")) == pytest.approx(100)
    assert amount_of_substance("H2O", 18.015)["amount"] == pytest.approx(1, abs=1e-4)
    for wrong in ("", "H2O)", "Xx2", "water"):
        with pytest.raises(ToolError):
            formula_composition(wrong)


def test_fire_hazards():
    assert fire_hazard("67-64-1")["flash_point"] == pytest.approx(-20, abs=1)
    assert fire_hazard("71-43-2")["lower_flammable_limit"] == pytest.approx(1.2, abs=0.1)
    with pytest.raises(ToolError, match="refused"):
        fire_hazard("50-00-0")


@pytest.mark.parametrize("audit", [audit_elements, audit_nuclides, audit_compounds, audit_hazards])
def test_audits_find_nothing_unfenced(audit):
    assert [finding for finding in audit() if not finding.fenced] == []


def test_pools():
    assert len(elements()) == 118
    assert sum(entity.seed for entity in nuclides().values()) > 600
    assert sum(entity.seed for entity in compounds().values()) > 300
    assert nuclides()["F-18"].seed and not nuclides()["O-15"].seed, "made and delivered; used where it is made"
    for pool in (elements(), nuclides(), compounds(), formulas()):
        names = [entity.name for entity in pool.values()]
        assert len(set(names)) == len(names)


def test_compounds_are_named_as_in_running_text():
    assert compound_record("75-44-5")["name"] == "phosgene" and "carbonyl chloride" in compounds()["75-44-5"].aliases
    assert compound_record("110-05-4")["name"] == "di-tert-butyl peroxide"
    assert not [e.name for e in compounds().values() if e.name[0].isupper() and e.name[1].islower()]


def test_tables_hold_each_thing_once_and_nothing_unread():
    for table, key in (("elements", "element"), ("compounds", "cas"), ("hazards", "cas")):
        held = rows("chemistry", table)
        assert len({row[key] for row in held}) == len(held)
        assert all(None not in row.values() and None not in row for row in held), "as many cells as columns"
    assert len(nuclides()) == len(rows("chemistry", "nuclides")), "each of another element or mass number"
    assert [row["name"] for row in rows("chemistry", "compounds")] == sorted(
        row["name"] for row in rows("chemistry", "compounds")
    )


def test_values_are_read_to_the_last_digit():
    assert nuclide_record("H-1") == {
        "nuclide": "H-1", "element": "H", "mass_number": 1, "neutrons": 0, "atomic_mass": 1.007825031898,
    }  # fmt: skip
    assert natural_isotopes("H")["isotopes"][0] == {"nuclide": "H-1", "mass_number": 1, "abundance": 99.9855}
    assert element_record("Li") == {
        "element": "Li", "name": "lithium", "atomic_number": 3, "group": "1", "period": 2, "atomic_weight": 6.94,
        "density": 0.534, "electronegativity": 0.98, "crustal_abundance": 20.0,
    }  # fmt: skip
    assert fire_hazard("67-56-1") == {
        "compound": "67-56-1", "flash_point": 9.0, "lower_flammable_limit": 6.0, "upper_flammable_limit": 36.0,
    }  # fmt: skip


@pytest.mark.parametrize(("tool", "id"), [(element_record, "Xx"), (nuclide_record, "H-99"), (compound_record, "1-1-1")])
def test_unknown_input_is_not_found(tool, id):
    with pytest.raises(ToolError, match="not_found"):
        tool(id)


def test_compounds_by_number_formula_and_boiling_point(registry):
    def run(tool, **args):
        return registry.tool(tool).run(**args)

    assert run("compound_by_pubchem_cid", cid="702") == {"compound": "64-17-5", "name": "ethanol"}
    assert run("compound_record", compound="71-43-2")["pubchem_cid"] == "241"
    assert {row["name"] for row in run("compounds_with_formula", formula="C2H6O")["compounds"]} >= {"ethanol"}
    near = [row["compound"] for row in run("solvents_boiling_near", compound="64-17-5", n=4)["compounds"]]
    assert {"141-78-6", "78-93-3"} <= set(near) and "64-17-5" not in near
    with pytest.raises(ToolError):
        run("solvents_boiling_near", compound="7732-18-5", n=4)

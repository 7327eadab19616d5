"""The physics tools: shapes, facts that hold in the world, audits of their tables."""

import pytest

from dive.catalog import load
from dive.catalog.physics.constellations import (
    audit_constellations,
    constellation_contents,
    constellation_size,
    constellations,
    constellations_bordering,
)
from dive.catalog.physics.eclipses import (
    audit_eclipses,
    lunar_eclipse_record,
    lunar_eclipse_series,
    lunar_eclipses,
    lunar_eclipses_of_decade,
    next_lunar_eclipses,
    next_solar_eclipses,
    solar_eclipse_geometry,
    solar_eclipse_record,
    solar_eclipse_series,
    solar_eclipses,
    solar_eclipses_of_decade,
    solar_eclipses_of_same_saros,
)
from dive.catalog.physics.messier import (
    audit_messier,
    messier_by_ngc,
    messier_object,
    messier_objects,
    messier_objects_around,
    messier_objects_in,
)
from dive.catalog.physics.particles import (
    audit_particles,
    baryons_with_same_quarks,
    hadrons_closest_in_mass,
    particle_by_pdg_number,
    particle_decay,
    particle_record,
    particles,
)
from dive.catalog.physics.stars import (
    audit_stars,
    bright_stars_around,
    brightest_stars_of,
    luminosity_from_magnitude,
    nearest_stars_of,
    star_by_hipparcos_number,
    star_distance,
    star_record,
    stars,
    stars_close_in_space,
    temperature_from_color,
)
from dive.errors import ToolError

MINE = sorted(name for name, loaded in load().tools.items() if loaded.tool.domain == "physics")
SIRIUS, BETELGEUSE, RIGEL = "32349", "27989", "24436"


def members(found, key, field):
    return [member[field] for member in found[key]]


@pytest.mark.parametrize("name", MINE)
def test_examples_match_the_schema_and_differ(name, check_result):
    loaded = load().tools[name]
    results = [check_result(loaded, example) for example in loaded.tool.examples]
    assert len({str(result) for result in results}) >= 6


def test_stars():
    sirius = star_record(SIRIUS)
    assert (sirius["name"], sirius["constellation"], sirius["magnitude"]) == ("Sirius", "CMa", -1.44)
    assert star_distance(SIRIUS)["distance"] == pytest.approx(8.6, abs=0.05)
    assert star_distance(SIRIUS)["absolute_magnitude"] == pytest.approx(1.45, abs=0.03)
    assert star_by_hipparcos_number(int(RIGEL)) == {"star": RIGEL, "name": "Rigel"}
    assert members(brightest_stars_of("Ori", 4), "stars", "name") == ["Rigel", "Betelgeuse", "Bellatrix", "Alnilam"]
    assert members(nearest_stars_of("Cet", 4), "stars", "name")[0] == "Tau Ceti"
    assert "Castor" in members(bright_stars_around("37826", 4), "stars", "name"), "beside Pollux"
    assert "Procyon" in members(stars_close_in_space(SIRIUS, 4), "stars", "name")
    assert star_record("71860")["name"] == "Alpha Lupi", "by its letter: few people say Men or Uridim"
    with pytest.raises(ToolError, match="not_found"):
        star_distance("80763")


def test_formulas_of_stars():
    assert temperature_from_color(0.65)["temperature"] == pytest.approx(5760, abs=60), "the Sun"
    assert luminosity_from_magnitude(4.83)["luminosity"] == pytest.approx(1)
    for wrong in (9.0, -3.0):
        with pytest.raises(ToolError):
            temperature_from_color(wrong)


def test_constellations():
    assert constellation_size("Hya")["area"] == pytest.approx(1302.8, abs=0.5)
    assert constellation_size("Cru")["area"] == pytest.approx(68.4, abs=0.2)
    assert members(constellations_bordering("Cru"), "constellations", "constellation") == ["Cen", "Mus"]
    orion = constellation_contents("Ori")
    assert (orion["brightest_star"], orion["messier_objects"]) == (RIGEL, 3)


def test_messier_objects():
    andromeda = messier_object("M31")
    assert (andromeda["kind"], andromeda["constellation"], andromeda["ngc"]) == ("spiral galaxy", "And", "NGC 224")
    assert messier_by_ngc("NGC 1976") == {"object": "M42"}
    assert members(messier_objects_in("Ori"), "objects", "object") == ["M42", "M43", "M78"]
    assert members(messier_objects_around("M31", 4), "objects", "object")[:2] == ["M32", "M110"]


def test_eclipses():
    eclipse = solar_eclipse_record("1999-08-11")
    assert (eclipse["kind"], eclipse["totality"]) == ("total", 143) and "annularity" not in eclipse
    assert solar_eclipse_geometry("1999-08-11")["sun_altitude"] == 59
    assert solar_eclipse_series("2017-08-21") == {"eclipse": "2017-08-21", "saros": "145"}
    assert members(next_solar_eclipses("2009-07-22", 4), "total", "eclipse")[0] == "2010-07-11"
    assert members(solar_eclipses_of_same_saros("1999-08-11"), "total", "eclipse")[3:5] == ["1981-07-31", "2017-08-21"]
    moon = lunar_eclipse_record("2018-07-27")
    assert (moon["totality"], moon["umbral_phase"]) == (pytest.approx(103), pytest.approx(234.5))
    assert lunar_eclipse_series("2018-07-27")["saros"] == "129"
    assert members(next_lunar_eclipses("2018-07-27", 4), "total", "eclipse")[0] == "2019-01-21"
    assert members(solar_eclipses_of_decade("1990s"), "total", "eclipse")[-1] == "1999-08-11"
    assert members(lunar_eclipses_of_decade("2010s"), "total", "eclipse")[-1] == "2019-01-21"
    assert solar_eclipses()["1999-08-11"].name == "the eclipse of 11 August 1999"
    with pytest.raises(ToolError, match="not_found"):
        next_solar_eclipses("2198-06-24", 7)


def test_particles():
    sigma = particle_record("3122")
    assert (sigma["name"], sigma["quarks"], sigma["charge"]) == ("Λ baryon", "uds", 0)
    assert particle_record("211")["mass"] == pytest.approx(139.570, abs=0.001)
    assert particle_decay("3122")["lifetime_picoseconds"] == pytest.approx(262, abs=2)
    assert particle_decay("211")["lifetime_nanoseconds"] == pytest.approx(26.03, abs=0.01)
    assert particle_by_pdg_number(2212)["name"] == "proton"
    assert particle_record("104122")["name"] == "Λc(2625)+ baryon"
    assert members(baryons_with_same_quarks("3122"), "particles", "name")[0] == "Σ(1385)0 baryon"
    assert members(hadrons_closest_in_mass("2212", 4), "particles", "name")[0] == "neutron"


@pytest.mark.parametrize("audit", [audit_stars, audit_constellations, audit_messier, audit_particles, audit_eclipses])
def test_audits_find_nothing_unfenced(audit):
    assert [finding for finding in audit() if not finding.fenced] == []


def test_pools():
    assert len(constellations()) == 88
    assert sum(entity.seed for entity in stars().values()) > 400
    assert sum(entity.seed for pool in (solar_eclipses(), lunar_eclipses()) for entity in pool.values()) > 250
    for pool in (stars(), constellations(), messier_objects(), particles(), solar_eclipses(), lunar_eclipses()):
        names = [entity.name for entity in pool.values()]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(("tool", "id"), [(star_record, "1"), (constellation_size, "Xxx"), (messier_object, "M999"),
                                          (particle_record, "7"), (solar_eclipse_record, "1999-08-12")])  # fmt: skip
def test_unknown_input_is_not_found(tool, id):
    with pytest.raises(ToolError, match="not_found"):
        tool(id)

"""Scales: no line of a tool's wording allows arithmetic that its quantity does not bear."""

import pytest
from msgspec.structs import replace

from defects.notation import tree
from dive.nouns import Answer, Proof
from dive.prove.evaluate import Outcome
from dive.registry import Registry
from dive.scales import NEEDS, refused, scales, shifted
from dive.verify import sensible
from dive.verify.exam import Exam

MELTING = "elements_in_group('2').elements, element_heat(it).melting_point"
JOINED = "us_states_joined(1810).states, us_statehood(it).joined"
BRIGHT = "messier_objects_in('UMa').objects, messier_object(it).magnitude"
HIGH = "airports_near(airport_record('LIM').lat, airport_record('LIM').lon).airports, airport_record(it).elevation"
SHARE = "languages_spoken_in('CH').languages, languages_spoken_in('CH').languages.share"
GAIN = "currencies_of_group('nordic').currencies, fx_year(it, 2022).gain"
STIFF = "elements_next_to('Sn').elements, element_record(it).electronegativity"


@pytest.fixture(scope="module")
def lavish(registry: Registry) -> Registry:
    """The registry with lines that allow everything."""
    every = frozenset({"mean", "sum", "ratio"})

    def allowed(field):
        return replace(field, says=replace(field.says, flags=field.says.flags | every)) if field.says else field

    tools = {
        name: replace(loaded, fields={path: allowed(field) for path, field in loaded.fields.items()})
        for name, loaded in registry.tools.items()
    }
    return replace(registry, tools=tools)


def judged(text: str, registry: Registry):
    answer = Answer(type="string", value="-")
    exam = Exam(question="", answer=answer, proof=Proof(steps=(), program="0", answer=answer), outcome=Outcome(),
                toolset=(), registry=registry, tree=tree(text, registry))  # fmt: skip
    return sensible.gate(exam)


@pytest.mark.parametrize(
    "text",
    [
        f"factor({MELTING})", f"total({MELTING})", f"factor({JOINED})", f"mean({JOINED})", f"median({JOINED})",
        f"total({JOINED})", f"mean({BRIGHT})", f"factor({BRIGHT})", f"total({BRIGHT})", f"factor({HIGH})",
        f"total({HIGH})", f"mean({SHARE})", f"total({SHARE})", f"factor({GAIN})", f"mean({GAIN})",
        f"factor({STIFF})", f"deviation({BRIGHT}, messier_object('M31').magnitude)",
        f"multiple({MELTING}, element_heat('Ag').melting_point)",
        "ratio(element_heat('Cu').melting_point, element_heat('Ag').melting_point)",
        "ratio(us_statehood('CO').joined, us_statehood('TX').joined)",
        "ratio(airport_record('LPB').elevation, airport_record('LIM').elevation)",
    ],
)  # fmt: skip
def test_no_line_allows_what_a_scale_does_not_bear(text: str, lavish: Registry) -> None:
    assert judged(text, lavish).passed is False


@pytest.mark.parametrize(
    "text",
    [
        f"mean({MELTING})", f"median({MELTING})", f"spread({MELTING})", f"mean({HIGH})", f"median({BRIGHT})",
        f"spread({JOINED})", f"median({SHARE})",
        "factor(bright_stars_around('32349').stars, temperature_from_color(star_record(it).color_index).temperature)",
        "factor(natural_isotopes('Sn').isotopes, natural_isotopes('Sn').isotopes.abundance)",
        "total(country_borders('PE').countries, country_facts(it).area)",
    ],
)  # fmt: skip
def test_what_a_scale_bears(text: str, lavish: Registry) -> None:
    assert judged(text, lavish).reason == ""


@pytest.mark.parametrize("figure", ["spread", "total"])
def test_a_difference_does_not_go_through_an_offset(figure: str, registry: Registry) -> None:
    def asked(inner: str) -> str:
        return f"convert_unit({inner}, 'temperature:c', 'temperature:k').value"

    assert "zero" in judged(asked(f"{figure}({MELTING})"), registry).reason
    gap = "gap(element_heat('Cu').melting_point, element_heat('Ag').melting_point)"
    assert "zero" in judged(asked(gap), registry).reason
    assert judged(asked("element_heat('Cu').melting_point"), registry).passed
    assert judged(asked(f"median({MELTING})"), registry).passed
    area = "spread(country_borders('PE').countries, country_facts(it).area)"
    assert judged(f"convert_unit({area}, 'area:km2', 'area:ha').value", registry).passed


@pytest.mark.parametrize(
    ("pattern", "type", "head", "why"),
    [
        ("mean", "", "pH", "logarithm"), ("mean", "", "pH value", "logarithm"),
        ("factor", "length:m", "altitude", "zero"),
        ("total", "", "highest temperature per day", "zero"), ("total", "temperature:k", "", "add up"),
        ("factor", "temperature:k", "", ""), ("mean", "", "heart rate", ""), ("median", "year", "", "point in time"),
        ("total", "length:m", "rainfall per year", ""), ("factor", "count", "counties", ""),
        ("multiple", "share:percent", "", "wholes"), ("gap", "year", "", ""),
    ],
)  # fmt: skip
def test_rows_by_type_quantity_and_noun(pattern: str, type: str, head: str, why: str) -> None:
    found = refused(pattern, type, head)
    assert (why in found) if why else not found


def test_the_catalog_allows_nothing_that_a_scale_refuses(registry: Registry) -> None:
    wants = {"mean": ["mean"], "sum": ["total"], "ratio": ["factor"]}
    found = [
        (name, path, flag)
        for name, loaded in registry.tools.items()
        for path, field in loaded.fields.items()
        for flag in (field.says.flags if field.says else ())
        if any(refused(pattern, field.type, field.says.head if field.says else "") for pattern in wants.get(flag, ()))
    ]
    assert found == []


def test_the_table() -> None:
    assert shifted("temperature:c") and shifted("temperature:k") and not shifted("length:m")
    assert {name for row in scales().values() for name in row.refuses} == {n for row in NEEDS.values() for n in row}

"""forms: answer type, unit and digits of a tree, and the typed answer in that form."""

import pytest

from dive.forms import Form, answer_of, form_of
from dive.nouns import Answer, Json, Round
from dive.registry import Registry
from dive.tree import Con, Ent, Get, It, Node, Op
from dive.words import rounded

PERU = Ent("country:iso2", "PE")
CITIES = Get("largest_cities", (("country", PERU),), "cities", "city", True)
CITY = It("city")
PEOPLE = Get("city_record", (("city", CITY),), "population", "population:people")
HEIGHT = Get("airport_record", (("airport", Ent("airport:iata", "LIM")),), "elevation", "length:ft")
OTHER = Get("airport_record", (("airport", Ent("airport:iata", "CUZ")),), "elevation", "length:ft")
BEST = Op("superlative", (("how", "max"), ("list", CITIES), ("key", PEOPLE)), "city")
TOP = Op("top", (("how", "reverse=True"), ("list", CITIES), ("key", PEOPLE), ("n", Con("count", 2))), "city", True)


@pytest.fixture(scope="module")
def city(registry: Registry) -> str:
    return registry.field("largest_cities", "cities").type


def typed(node: Op, kind: str) -> Op:
    return Op(node.pattern, node.slots, kind, node.many)


def test_a_number_carries_unit_and_digits(registry: Registry) -> None:
    says = registry.field("airport_record", "elevation").says
    assert says is not None
    form = form_of(HEIGHT, registry)
    assert (form.kind, form.unit, form.places) == ("number", "feet", says.places)
    gap = form_of(Op("gap", (("a", HEIGHT), ("b", OTHER)), "length:ft"), registry)
    assert gap == form
    ratio = form_of(Op("ratio", (("a", HEIGHT), ("b", OTHER)), "ratio"), registry)
    assert (ratio.unit, ratio.places, ratio.whole) == ("", 2, False)


def test_members_and_lists(registry: Registry, city: str) -> None:
    assert form_of(typed(BEST, city), registry).kind == "entity"
    assert form_of(typed(TOP, city), registry).kind == "list"
    found = form_of(Get("largest_cities", CITIES.args, "cities", city, True), registry)
    assert (found.kind, found.parts[0].kind) == ("set", "entity")
    assert form_of(Op("count", (("list", CITIES),), "count"), registry) == Form("number", "count", "", 0, True)


def field(registry: Registry, tool: str, path: str, subject: Node) -> Get:
    loaded = registry.tool(tool)
    return Get(tool, ((loaded.params[0].name, subject),), path, loaded.fields[path].type)


def test_means_take_one_more_digit_than_whole_members(registry: Registry) -> None:
    key = field(registry, "city_record", "population", CITY)
    spread = form_of(Op("spread", (("list", CITIES), ("key", key)), key.type), registry)
    mean = form_of(Op("mean", (("list", CITIES), ("key", key)), key.type), registry)
    assert (spread.places, spread.whole, mean.places, mean.whole) == (0, True, 1, False)
    assert spread.unit == mean.unit


def test_a_difference_of_years_is_in_years(registry: Registry) -> None:
    path = next(f.path for f in registry.tool("element_discovery").fields.values() if f.type == "year")
    key = field(registry, "element_discovery", path, It("element:symbol"))
    assert form_of(Op("spread", (("list", CITIES), ("key", key)), "year"), registry).unit == "years"
    assert form_of(field(registry, "element_discovery", path, Ent("element:symbol", "Cu")), registry).unit == ""


def test_records_hold_the_forms_of_their_parts(registry: Registry, city: str) -> None:
    tree = Op("record", (("first", typed(BEST, city)), ("second", HEIGHT)), "")
    form = form_of(tree, registry)
    assert (form.kind, [part.kind for part in form.parts]) == ("record", ["entity", "number"])
    answer = answer_of(form, {"first": "Lima, Peru", "second": 113}, registry)
    assert isinstance(answer.value, dict)
    assert [part.type for part in answer.value.values()] == ["entity", "number"]


def test_answers(registry: Registry) -> None:
    made = answer_of(form_of(Ent("airport:iata", "LIM"), registry), "LIM", registry)
    entity = registry.entity("airport:iata", "LIM")
    assert (made.type, made.value) == ("entity", entity.name)
    assert {"LIM", registry.label("airport:iata", "LIM")} <= set(made.aliases)
    assert entity.name not in made.aliases
    height = answer_of(form_of(HEIGHT, registry), 113, registry)
    assert (height.type, height.value, height.unit, height.decimals) == ("number", 113, "feet", 0)


def kinds(form: Form) -> object:
    return (form.kind, [kinds(part) for part in form.parts])


def shape(answer: Answer) -> object:
    held = answer.value
    parts = list(held.values()) if isinstance(held, dict) else held[:1] if isinstance(held, list) else []
    return (answer.type, [shape(part) for part in parts])


def test_real_answers_have_the_form_that_is_asked_for(registry: Registry, rounds: list[Round]) -> None:
    seen = set()
    for made in rounds:
        form = form_of(known(made.tree), registry)
        assert shape(made.answer) == kinds(form), made.question
        seen.add(form.kind)
        check_number(form, made.answer)
    assert {"number", "entity", "record"} <= seen


def check_number(form: Form, answer: Answer) -> None:
    """The raw value stays raw; the digits belong to the form."""
    value: Json = answer.value
    for part, inner in zip(form.parts, value.values() if isinstance(value, dict) else (), strict=False):
        check_number(part, inner)
    if form.kind == "number":
        assert (answer.unit, answer.decimals) == (form.unit, form.places)
        assert form.places is not None
        assert not form.whole or rounded(value, 0) == value


def known(tree: Node | None) -> Node:
    assert tree is not None
    return tree

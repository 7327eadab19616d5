"""registry: a signature becomes schemas and fields; whatever breaks the catalog's rules is refused at load."""

from collections.abc import Callable
from typing import Annotated, Any, NotRequired, TypedDict

import pytest

from dive.catalog import load
from dive.errors import CatalogError, UnknownName
from dive.nouns import DOMAINS
from dive.registry import (
    Choices,
    Declared,
    Loaded,
    Package,
    Range,
    Registry,
    Type,
    build,
    entities,
    legal_name,
    load_tool,
    package_version,
    tool,
)

PACKAGE = Package("ponds", "MIT", "CC0-1.0", "Pond Survey", "no")
TYPES = {name: Type(name, noun, f"{noun}s", "x") for name, noun in (("pond:name", "pond"), ("length:m", "metre"))}
EXAMPLES = ["a", "b", "c", "d", "e", {"pond": "f", "n": 2}]


class Row(TypedDict):
    """One pond in a list."""

    pond: Annotated[str, "pond:name"]
    depth: NotRequired[Annotated[float, "length:m"]]


class Rows(TypedDict):
    """Ponds around a pond."""

    ponds: list[Row]
    plants: list[str]
    frozen: bool
    depth: NotRequired[Annotated[int, "length:m"]]


def ponds_near(
    pond: Annotated[str, "pond:name"],
    n: Annotated[int, "length:m", Range(1, 5)] = 3,
    season: Annotated[str, Choices(("dry", "wet"))] = "dry",
) -> Rows:
    """Lists ponds.

    Nearest first.
    """
    return {"ponds": [{"pond": pond}] * n, "plants": [season], "frozen": False}


def loaded(run: Callable[..., Any] = ponds_near, domain: str = "geography", name: str = "", **says: Any) -> Loaded:
    item = Declared(run, "R", PACKAGE, "pure", domain)
    return load_tool(name or run.__name__, item, {"examples": EXAMPLES, **says}, TYPES)


def test_the_signature_is_the_schema() -> None:
    made = loaded()
    assert made.tool.input == {
        "type": "object",
        "properties": {
            "pond": {"type": "string", "x-type": "pond:name"},
            "n": {"type": "integer", "x-type": "length:m", "default": 3},
            "season": {"type": "string", "default": "dry"},
        },
        "required": ["pond"],
        "additionalProperties": False,
    }
    depth = {"type": "integer", "x-type": "length:m"}
    member = {"pond": {"type": "string", "x-type": "pond:name"}, "depth": {"type": "number", "x-type": "length:m"}}
    row = {"type": "object", "properties": member, "required": ["pond"], "additionalProperties": False}
    assert made.tool.output == {
        "type": "object",
        "properties": {
            "ponds": {"type": "array", "items": row},
            "plants": {"type": "array", "items": {"type": "string"}},
            "frozen": {"type": "boolean"},
            "depth": depth,
        },
        "required": ["frozen", "plants", "ponds"],
        "additionalProperties": False,
    }


def test_parameters_fields_and_provenance() -> None:
    made = loaded(source="the Pond Survey (2026)", ponds="ponds near {x} | list pond", depth="the depth of {x}")
    assert [(p.name, p.kind, p.type) for p in made.params] == [
        ("pond", "string", "pond:name"), ("n", "integer", "length:m"), ("season", "string", ""),
    ]  # fmt: skip
    assert [p.draw for p in made.params] == [None, Range(1, 5), Choices(("dry", "wet"))]
    assert {path: (f.type, f.kind, f.many) for path, f in made.fields.items()} == {
        "depth": ("length:m", "integer", False), "frozen": ("", "boolean", False), "plants": ("", "string", True),
        "ponds": ("pond:name", "object", True), "ponds.depth": ("length:m", "number", False),
        "ponds.pond": ("pond:name", "string", False),
    }  # fmt: skip
    assert list(made.fields) == sorted(made.fields)
    assert (made.tool.package, made.tool.licence, made.tool.data_licence) == ("ponds", "MIT", "CC0-1.0")
    assert (made.tool.attribution, made.tool.redistribute) == ("Pond Survey", "no")
    assert (made.tool.description, made.spoken_source) == ("Lists ponds.\n\nNearest first.", "the Pond Survey (2026)")
    assert made.tool.examples[0] == {"pond": "a"}


def test_the_hash_tells_schemas_apart() -> None:
    def other(pond: Annotated[str, "pond:name"], n: int = 4) -> Rows:
        """Lists ponds."""
        return ponds_near(pond, n)

    assert (
        loaded().tool.hash == loaded(depth="the depth of {x}").tool.hash != loaded(other, name="ponds_near").tool.hash
    )


def bad_type(pond: Annotated[str, "puddle:name"]) -> Rows:
    """Takes what no row of types names."""
    return ponds_near(pond)


def bad_result(pond: str) -> dict[str, int]:
    """Gives a mapping."""
    return {pond: 1}


def bad_parameter(pond: list[str], n: int = 1) -> Rows:
    """Takes a list."""
    return ponds_near(pond[n])


def bad_union(pond: str) -> int | None:
    """Gives something or nothing."""
    return len(pond)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"run": bad_type}, r"'bad_type', pond: unknown type 'puddle:name'"),
        ({"run": bad_result}, "must be made of TypedDict"),
        ({"run": bad_union}, "must be made of TypedDict"),
        ({"run": bad_parameter}, "parameter 'pond': only str, int, float and bool are taken"),
        ({"weight": "the weight of {x}"}, "a `says` line for 'weight', which is no output field"),
        ({"depth": "the depth of {city}"}, "ponds_near.depth: slot 'city' is no parameter"),
        ({"depth": "the depth of {x} | deep"}, "ponds_near.depth: unknown part 'deep'"),
        ({"ponds": "ponds near {x} | list name"}, "`list name` must say which field names the member"),
        ({"ponds": "ponds near {x} | list"}, "`list ` must say which field names the member"),
        ({"examples": EXAMPLES[:5]}, "six different examples are needed, 5 given"),
        ({"examples": [*EXAMPLES[:5], "a"]}, "six different examples are needed"),
        ({"examples": [*EXAMPLES, {"lake": "a"}]}, "an example gives 'lake', which is no parameter"),
        ({"domain": "ponds"}, "its folder 'ponds' is no domain"),
        ({"name": "Ponds"}, "tool name 'Ponds' is not"),
    ],
)
def test_what_is_refused(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogError) as error:
        loaded(**change)
    assert complaint in str(error.value)


@pytest.mark.parametrize("name", ["abc", "a_b", "x25519", "a" * 64])
def test_good_names(name: str) -> None:
    assert legal_name(name)


@pytest.mark.parametrize("name", ["", "ab", "a" * 65, "1ab", "_ab", "aBc", "a-b", "a b", "añb", "abc\n", "a.b"])
def test_bad_names(name: str) -> None:
    assert not legal_name(name)


def airport_record(airport: str) -> Rows:
    """Another tool under a name that is taken."""
    return ponds_near(airport)


airport_record.__module__ = "dive.catalog.geography.ponds"


def test_a_name_that_is_taken(registry: Registry) -> None:
    assert "airport_record" in registry.tools
    with pytest.raises(CatalogError, match="'airport_record' is declared twice"):
        tool("R", PACKAGE)(airport_record)
    with pytest.raises(CatalogError, match="'airport:iata' are declared twice"):
        entities("airport:iata")(tuple)


def test_wording_without_a_tool(registry: Registry) -> None:
    with pytest.raises(CatalogError, match="`says` for 'aaa_ponds', but no such tool"):
        build({"aaa_ponds": {}}, {})


@pytest.mark.parametrize("row", [{"noun": "pond"}, {"noun": "pond", "plural": "ponds", "example": 1, "colour": 2}])
def test_a_broken_row_of_types(registry: Registry, row: dict[str, Any]) -> None:
    with pytest.raises(CatalogError, match="type 'pond:name'"):
        build({}, {"pond:name": row})


def test_looking_up(registry: Registry) -> None:
    assert registry.label("airport:iata", "LIM") == registry.entity("airport:iata", "LIM").name + " (LIM)"
    stranger = registry.entity("airport:iata", "???")
    assert (stranger.name, stranger.seed) == ("???", False)
    with pytest.raises(UnknownName, match="did you mean 'airport_record'"):
        registry.tool("airport_rekord")
    with pytest.raises(UnknownName, match="did you mean 'airport:iata'"):
        registry.type("airport:aita")
    assert registry.is_entity("airport:iata")
    assert not registry.is_entity("length:ft")
    assert not registry.is_entity("nothing")
    assert registry.seeds("nothing") == ()


def test_package_versions() -> None:
    assert package_version("pytest") == pytest.__version__
    assert package_version("no-such-distribution") == "builtin"


def test_the_catalog_in_order(registry: Registry) -> None:
    assert load() is registry
    assert list(registry.tools) == sorted(registry.tools)
    assert set(registry.homes.values()) <= set(DOMAINS)
    for type_name in registry.pools:
        seeds = registry.seeds(type_name)
        assert [e.id for e in seeds] == sorted(e.id for e in seeds)
        assert all(e.type == type_name for e in seeds)

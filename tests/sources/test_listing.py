"""Names and parameters of listed tools: what is taken, what is refused."""

import pytest

from dive.errors import ConfigError
from dive.sources.kinds import Listed, Slot, compare
from dive.sources.listing import named, slots, snake

EMPTY = {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("name", "made"),
    [("getOrders", "get_orders"), ("get-orders", "get_orders"), ("get.orders", "get_orders"), ("GetHTTP", "get_http")],
)
def test_names_become_plain(name: str, made: str) -> None:
    assert snake(name) == made


def test_names_that_could_be_taken_for_others_are_left_out() -> None:
    offered = [Listed(name, "", EMPTY) for name in ("search", "s\u0435arch", "Search", "x", "get-all", "get_all")]
    listing = named(offered, "s 1", {"other": "reason"})
    assert set(listing.tools) == {"search", "get_all"}
    assert "plain ASCII" in listing.left_out["s\u0435arch"]
    assert "same as that of 'search'" in listing.left_out["Search"]
    assert "3 to 64" in listing.left_out["x"]
    assert listing.left_out["other"] == "reason"


def test_parameters_are_read_from_json_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "default": 10},
            "unit": {"$ref": "#/$defs/Unit"},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "size": {"anyOf": [{"$ref": "#/$defs/Unit"}, {"type": "null"}]},
            "kind": {"type": ["string", "null"], "examples": ["a", "b"]},
            "any": {},
        },
        "required": ["unit", "kind", "any"],
        "$defs": {"Unit": {"enum": ["m", "ft"], "type": "string"}},
    }
    assert slots(schema) == (
        Slot("unit", "string", choices=("m", "ft")),
        Slot("kind", "string", examples=("a", "b")),
        Slot("any", "object"),
        Slot("limit", "integer", 10),
        Slot("note", "string", None),
        Slot("size", "string", None, ("m", "ft")),
    )


def test_a_parameter_of_an_unknown_type_leaves_the_tool_out() -> None:
    strange = Listed("strange", "", {"type": "object", "properties": {"a": {"type": "date"}}})
    assert "unknown type 'date'" in named([strange], "", {}).left_out["strange"]


def test_what_changed_in_a_listing_is_named() -> None:
    compare("own", {"a": "1"}, {"a": "1"})
    with pytest.raises(ConfigError, match=r"new: c; gone: b; changed: a\); .*dive tools import"):
        compare("own", {"a": "1", "b": "1"}, {"a": "2", "c": "1"})

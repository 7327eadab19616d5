"""Types found by execution: on the example's module, and on small tools where a wrong link would be easy."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dive import config, sources
from dive.errors import ToolError
from dive.nouns import Json
from dive.sources.columns import plain, schema_of
from dive.sources.infer import infer
from dive.sources.kinds import Found, Slot
from dive.sources.probe import Column, Param, Probed, probe


@pytest.fixture(scope="module")
def found(atlas: Path) -> Found:
    made = config.load(atlas / "run.toml")
    return msgspec.json.decode(sources.kept_path(made.sources[0]).read_bytes(), type=Found)


def test_the_same_things_have_one_type_whatever_they_are_called(found: Found) -> None:
    tools = found.tools
    assert tools["get_country"].takes == {"code": "atlas:country"}
    assert tools["neighbours"].takes == {"country_code": "atlas:country"}
    assert tools["neighbours"].gives["result.code"] == "atlas:country"
    assert tools["countries_with_currency"].gives["result"] == "atlas:country"
    assert tools["get_airport"].takes == {"iata": "atlas:airport"}
    assert tools["get_city"].takes == {"city_id": "atlas:city"}
    assert tools["get_country"].gives["capital_city_id"] == "atlas:city"
    assert tools["largest_cities"].gives["result.city_id"] == "atlas:city"


def test_entities_have_the_names_that_their_records_give_them(found: Found) -> None:
    assert found.pools["atlas:country"]["PE"] == "Peru"
    assert len(found.pools["atlas:country"]) > 100
    assert "Lima" in found.pools["atlas:city"].values()
    assert found.types["atlas:city"]["label"] == "{name} (ID {id})"
    assert found.types["atlas:country"]["label"] == "{name} ({id})"
    assert found.types["atlas:currency"]["label"] == "currency {id}"


def test_lists_have_a_member_an_order_and_an_end(found: Found) -> None:
    cities = found.tools["largest_cities"]
    assert (cities.members, cities.ordered, cities.cut) == (
        {"result": "city_id"},
        {"result": "-population"},
        {"result": "limit"},
    )
    assert found.tools["neighbours"].members == {"result": "code"}
    assert found.tools["neighbours"].cut == {}


def test_figures_have_their_unit(found: Found) -> None:
    assert found.types["atlas:area_km2"]["plural"] == "square kilometres"
    assert found.types["atlas:elevation_ft"]["plural"] == "feet"


def test_a_write_tool_was_listed_and_never_called(atlas: Path, found: Found) -> None:
    assert "save_note" in found.listed
    assert "save_note" not in found.tools
    assert not (atlas / "atlas.notes").exists()


# ---- small tools ---------------------------------------------------------------------------------------


def explored(tools: Mapping[str, Any], seeds: Mapping[str, Any], kinds: Mapping[str, str]) -> Probed:
    slots = {
        name: [Slot(param, kinds[param]) for param in inspect.signature(f).parameters] for name, f in tools.items()
    }

    def call(name: str, args: Mapping[str, Json]) -> Json:
        try:
            return plain(tools[name](**args))
        except LookupError as error:
            raise ToolError("raised", str(error)) from error

    return probe(slots, seeds, call, 20)


USERS = {n: {"id": n, "name": f"User {n}", "age": 20 + n, "home": f"T{n % 3}"} for n in range(1, 9)}
TOWNS = {f"T{n}": {"town": f"T{n}", "mayor": n + 1, "people": 1000 * n + 7} for n in range(3)}


def get_user(user_id: int) -> dict:
    return USERS[user_id]


def get_town(code: str) -> dict:
    return TOWNS[code]


def echo(text: str) -> str:
    return text


def test_whole_numbers_are_linked_by_name_only() -> None:
    probed = explored({"get_user": get_user, "get_town": get_town}, {"user_id": [1, 2, 3, 4, 5]},
                      {"user_id": "integer", "code": "string"})  # fmt: skip
    links = probed.links[Param("get_user", "user_id")]
    assert links == [Column("get_user", "id")], "an age is accepted as a user's number, and is none"


def test_texts_without_a_like_name_are_linked_where_nonsense_is_refused() -> None:
    probed = explored({"get_user": get_user, "get_town": get_town, "echo": echo}, {"user_id": [1, 2, 3, 4, 5]},
                      {"user_id": "integer", "code": "string", "text": "string"})  # fmt: skip
    assert Column("get_user", "home") in probed.links[Param("get_town", "code")]
    assert Param("echo", "text") not in probed.links
    slots = {
        "get_user": [Slot("user_id", "integer")],
        "get_town": [Slot("code", "string")],
        "echo": [Slot("text", "string")],
    }
    types = infer("own", slots, probed)
    assert types.gives[Column("get_user", "home")] == types.takes[Param("get_town", "code")] == "own:town"
    assert types.pools["own:user"]["3"] == "User 3"


def test_a_tool_that_always_fails_is_reported_with_its_last_error() -> None:
    probed = explored({"get_town": get_town}, {"code": ["nowhere"]}, {"code": "string"})
    assert probed.samples["get_town"] == []
    assert "nowhere" in probed.errors["get_town"]


def test_schemas_are_what_was_seen() -> None:
    assert schema_of([{"a": 1, "b": [{"c": "x"}]}, {"a": 1.5, "d": None}]) == {
        "type": "object",
        "properties": {
            "a": {"type": "number"},
            "b": {"type": "array", "items": {"type": "object", "properties": {"c": {"type": "string"}}}},
            "d": {},
        },
    }
    assert schema_of([1, "a"]) == {}
    assert plain([1, None, {"a": None, "b": 2}]) == {"result": [1, None, {"b": 2}]}

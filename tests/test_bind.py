"""bind: how a tool takes a node, on real tools; and constants that a question may state."""

import datetime
import random

import pytest

from dive.bind import Args, bindings, constant
from dive.nouns import Task
from dive.registry import Choices, Range, Registry
from dive.tree import Con, Ent, Get, It, Node

LIMA, PERU = Ent("airport:iata", "LIM"), Ent("country:iso2", "PE")


def bound(registry: Registry, tool: str, focus: Node, *others: Node, toolset: tuple[str, ...] = ()) -> Args | None:
    names = toolset or tuple(registry.tools)
    return bindings(registry, names, registry.tool(tool), focus, others, random.Random(1))


def test_the_focus_fills_its_own_place(registry: Registry) -> None:
    assert bound(registry, "airport_record", LIMA) == (("airport", LIMA),)
    assert bound(registry, "airport_record", It("airport:iata")) == (("airport", It("airport:iata")),)


def test_a_tool_that_cannot_take_it(registry: Registry) -> None:
    assert bound(registry, "airport_record", PERU) is None
    assert bound(registry, "airport_record", Con("length:ft", 5)) is None
    many = Get("country_borders", (("country", PERU),), "countries", "country:iso2", True)
    assert bound(registry, "country_facts", many) is None


def test_a_place_is_taken_by_its_coordinates(registry: Registry) -> None:
    args = dict(bound(registry, "airports_near", LIMA) or ())
    assert args["lat"] == Get("airport_record", (("airport", LIMA),), "lat", "latitude:deg")
    assert args["lon"] == Get("airport_record", (("airport", LIMA),), "lon", "longitude:deg")
    assert isinstance(args["n"], Con)
    assert 4 <= args["n"].value <= 7
    assert bound(registry, "airports_near", LIMA, toolset=("airports_near",)) is None


def test_a_count_is_never_taken_from_a_result(registry: Registry) -> None:
    number = Get("public_holidays", (("country", PERU),), "number", "count")
    assert bound(registry, "airports_near", number) is None


def test_bindings_depend_on_the_generator_alone(registry: Registry) -> None:
    for tool in registry.tools:
        assert bound(registry, tool, LIMA) == bound(registry, tool, LIMA)


def test_every_draft_binds_within_its_toolset(registry: Registry, drafts: list[Task]) -> None:
    for task in drafts:
        for step in task.proof.steps:
            if isinstance(step.call, str):
                assert step.call in task.toolset
                params = {param.name for param in registry.tool(step.call).params}
                assert set(step.args) == params


@pytest.mark.parametrize(
    ("draw", "allowed"),
    [
        (Choices((1.5, "x")), {1.5, "x"}),
        (Range(4, 7), {4, 5, 6, 7}),
        (Range(0, 1, 0.1), {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}),
        (Range(1, 11, 3), {1, 4, 7, 10}),
        (Range(0.5, 3.0, 1), {0.5, 1.5, 2.5}),
        (Range(1, 12, 3), {1, 4, 7, 10}),
        (Range("2024-02-27", "2024-03-04", 3), {"2024-02-27", "2024-03-01", "2024-03-04"}),
        (Range("2024-02-27", "2024-03-03", 3), {"2024-02-27", "2024-03-01"}),
    ],
)
def test_constants(draw: Range | Choices, allowed: set[object]) -> None:
    rng = random.Random(5)
    found = [constant(draw, rng) for _ in range(200)]
    assert set(found) == allowed
    assert all(not isinstance(value, float) or not value.is_integer() for value in found)


def test_constants_of_real_tools_stay_within_their_range(registry: Registry) -> None:
    rng = random.Random(6)
    for loaded in registry.tools.values():
        for param in loaded.params:
            if isinstance(param.draw, Range):
                for _ in range(20):
                    value = constant(param.draw, rng)
                    assert param.draw.low <= value <= param.draw.high, (loaded.name, param.name)  # type: ignore[operator]
                    assert not isinstance(value, str) or datetime.date.fromisoformat(value)

"""What a round must add to the one before: a call, or a question that asks more of the calls that are made."""

import pytest

from dive.derive.sound import asks_more, sound
from dive.evidence import Graph
from dive.prove.evaluate import Done, Outcome
from dive.registry import Registry
from dive.tools import Toolbox
from dive.tree import Con, Ent, Get, It, Node, Op
from dive.verify import executes

NEAR = Get("airports_near_city", (("city", Ent("city:geonames", "1")),), "airports", "airport:iata", many=True)
HEIGHT = Get("airport_record", (("airport", It("airport:iata")),), "elevation", "length:ft")
HIGHEST = Op("superlative", (("how", "max"), ("list", NEAR), ("key", HEIGHT)), "airport:iata")
COUNTRY = Get("airport_record", (("airport", HIGHEST),), "country", "country:iso2")
ORDER = Op("order", (("how", "reverse=True"), ("list", NEAR), ("key", HEIGHT)), "airport:iata", many=True)


@pytest.mark.parametrize(
    ("tree", "more"),
    [
        (COUNTRY, True),
        (Op("record", (("first", HIGHEST), ("second", COUNTRY)), ""), True),
        (ORDER, True),
        (HIGHEST, False),
        (NEAR, False),
        (Op("gap", (("a", COUNTRY), ("b", COUNTRY)), "length:ft"), False),
    ],
)
def test_what_asks_more_of_calls_that_are_made(tree: Node, more: bool) -> None:
    assert asks_more(tree, calls=6) is more
    assert not asks_more(tree, calls=1)


def outcome(*airports: str) -> Outcome:
    return Outcome(value="", calls=tuple(Done("each", "airport_record", {"airport": code}, {}) for code in airports))


def test_a_round_without_a_new_call_must_ask_more() -> None:
    assert executes.gate(outcome("LIM", "CUZ"), outcome("LIM")).passed
    assert executes.gate(outcome("LIM"), outcome("LIM")).reason == "no new call"
    assert executes.gate(outcome("LIM"), outcome("LIM"), more=True).passed
    assert "airport_record" in executes.gate(outcome("CUZ"), outcome("LIM"), more=True).reason


def test_a_list_of_one_theme_is_ranked_by_a_figure_of_it(registry: Registry, box: Toolbox) -> None:
    """Words that rhyme are compared by their syllables, not by what they score in Scrabble."""
    graph = Graph(registry, ("rhymes_with", "word_sound", "scrabble_points"), box.call)
    graph.collecting = True
    kind = "word:english"
    rhymes = Get("rhymes_with", (("word", Ent(kind, "mountain")),), "words", kind, many=True)
    before = graph.needed(rhymes)
    for tool, field, fits in (("word_sound", "syllables", True), ("scrabble_points", "points", False)):
        key = Get(tool, (("word", It(kind)),), field, registry.tool(tool).fields[field].type)
        asked = Op(
            "where", (("list", rhymes), ("key", key), ("how", ">"), ("bound", Con(key.type, 1))), kind, many=True
        )
        assert sound(graph, asked, before) is fits

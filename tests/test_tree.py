"""tree: sub-nodes, walks, replacement, and what speaks of a list's member."""

import msgspec
import pytest

from dive.nouns import Round, canonical
from dive.tree import Con, Ent, Get, It, Node, Op, children, depends_on_it, replace, walk

LIMA, CUSCO = Ent("city:geonames", "Lima"), Ent("city:geonames", "Cusco")
NEAR = Get("airports_near", (("lat", LIMA), ("n", Con("count", 6))), "airports", "airport:iata", True)
IT = It("airport:iata")
HEIGHT = Get("airport_record", (("airport", IT),), "elevation", "length:ft")
COLUMN = Get("airports_near", NEAR.args, "airports.distance", "length:km")
BEST = Op("superlative", (("how", "max"), ("list", NEAR), ("key", HEIGHT)), "airport:iata")
OF_BEST = Get("airport_record", (("airport", BEST),), "country", "country:iso2")


def test_children_in_order() -> None:
    assert children(LIMA) == children(Con("count", 6)) == children(IT) == ()
    assert children(NEAR) == (LIMA, Con("count", 6))
    assert children(BEST) == (NEAR, HEIGHT)


def test_walk_gives_parents_first() -> None:
    assert list(walk(OF_BEST)) == [OF_BEST, BEST, NEAR, LIMA, Con("count", 6), HEIGHT, IT]


def test_slots() -> None:
    assert BEST.slot("how") == "max"
    assert BEST.node("list") == NEAR
    with pytest.raises(TypeError, match="superlative: how is the word 'max'"):
        BEST.node("how")
    with pytest.raises(KeyError):
        BEST.slot("bound")


def test_replace_reaches_every_occurrence() -> None:
    both = Op("record", (("first", BEST), ("second", OF_BEST)), "")
    other = replace(both, LIMA, CUSCO)
    assert LIMA not in set(walk(other))
    assert list(walk(other)).count(CUSCO) == list(walk(both)).count(LIMA) == 2
    assert replace(other, CUSCO, LIMA) == both
    assert replace(BEST, CUSCO, LIMA) == BEST
    assert replace(BEST, BEST, LIMA) == LIMA


def test_replace_keeps_words_types_and_lists() -> None:
    other = replace(BEST, NEAR, Get("x", (), "y", "z", True))
    assert isinstance(other, Op)
    assert (other.pattern, other.slot("how"), other.type) == ("superlative", "max", "airport:iata")
    assert replace(NEAR, LIMA, CUSCO).many  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("node", "speaks"),
    [
        (IT, True), (HEIGHT, True), (COLUMN, True), (LIMA, False), (NEAR, False), (BEST, False), (OF_BEST, False),
        (Get("country_facts", (("country", Get("airport_record", (("airport", IT),), "country", "c")),), "area", "a"),
         True),
        (Op("gap", (("a", HEIGHT), ("b", Con("length:ft", 5))), "length:ft"), True),
    ],
)  # fmt: skip
def test_what_speaks_of_a_member(node: Node, speaks: bool) -> None:
    assert depends_on_it(node) is speaks


def test_trees_of_real_rounds_survive_json(rounds: list[Round]) -> None:
    for made in rounds:
        assert made.tree is not None
        assert msgspec.json.decode(canonical(made.tree), type=type(made.tree)) == made.tree
        assert not depends_on_it(made.tree)

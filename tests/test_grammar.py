"""grammar: what must hold of every question, checked on the questions of some hundred real trees."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from dive.forms import Form, form_of
from dive.nouns import Round
from dive.phrase import Unspeakable, speak
from dive.registry import Registry
from dive.tree import Con, Ent, Get, It, Node, Op, walk
from dive.words import spell_constant

STIFF = re.compile(r"[_{}|<>\\]|\b(None|null|NaN|JSON|API|tool|field|UNSET)\b")
REPEATED = re.compile(r"\b(\w+) \1\b|\b(\w+ \w+) \2\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def trees(rounds: list[Round]) -> list[tuple[Node, str]]:
    return [(made.tree, made.question) for made in rounds if made.tree is not None]


def plain(question: str, tree: Node, registry: Registry) -> str:
    """The question without the names of things and of sources: Walla Walla may say a word twice."""
    for node in walk(tree):
        if isinstance(node, Ent):
            question = question.replace(registry.label(node.type, node.id), "NAME")
        elif isinstance(node, Get) and registry.tool(node.tool).spoken_source:
            question = question.replace(registry.tool(node.tool).spoken_source, "SOURCE")
    return question


def forms(form: Form) -> Iterator[Form]:
    yield form
    for part in form.parts:
        yield from forms(part)


PERU = Ent("country:iso2", "PE")
AROUND = Get("country_borders", (("country", PERU),), "countries", "country:iso2", True)


def of(field: str, type: str, country: Node | None = None) -> Get:
    return Get("country_facts", (("country", country or It("country:iso2")),), field, type)


PEOPLE, AREA, COIN = of("population", "count"), of("area", "area:km2"), of("currency", "currency:iso4217")
OVER, OWN = (("list", AROUND), ("key", PEOPLE)), ("than", of("population", "count", PERU))


@pytest.mark.parametrize(
    ("name", "slots", "parts"),
    [
        ("nth", (("how", "reverse=True"), *OVER, ("place", "1")), ["has the second most inhabitants"]),
        ("closest", (*OVER, OWN), ["comes closest to Peru in number of inhabitants"]),
        ("surpass", (*OVER, ("how", ">"), OWN), ["more inhabitants than Peru"]),
        ("where_equal", (("list", AROUND), ("key", COIN), ("value", Ent("currency:iso4217", "USD"))), ["US dollars"]),
        ("order", (("how", "reverse=True"), ("list", AROUND), ("key", AREA)), ["by area, from largest to smallest"]),
        ("distinct", (("list", AROUND), ("key", COIN)), ["currencies", "use"]),
        ("median", OVER, ["median number of inhabitants"]),
        ("total", OVER, ["inhabitants", "the countries that border Peru"]),
        ("multiple", (("list", AROUND), ("key", AREA), ("than", of("area", "area:km2", PERU))), ["area", "combined"]),
    ],
)  # fmt: skip
def test_what_lists_are_asked(
    registry: Registry, name: str, slots: tuple[tuple[str, Node | str], ...], parts: list[str]
) -> None:
    kind = {"distinct": "count", "multiple": "ratio"}.get(name, "country:iso2")
    asked = speak(Op(name, slots, kind, name in ("surpass", "where_equal", "order")), registry)
    assert all(part in asked for part in (*parts, "countries that border Peru")), asked


def test_what_stars_are_close_in(registry: Registry) -> None:
    sirius, it = Ent("star:hip", "32349"), It("star:hip")
    around = Get("bright_stars_around", (("star", sirius),), "stars", "star:hip", True)

    def far(star: Node) -> Get:
        return Get("star_distance", (("star", star),), "distance", "length:ly")

    def bright(star: Node) -> Get:
        return Get("star_record", (("star", star),), "magnitude", "magnitude:v")

    near = Op("closest", (("list", around), ("key", far(it)), ("than", far(sirius))), "star:hip")
    assert "comes closest to Sirius in distance from the Earth" in speak(near, registry)
    pick = Op("nth", (("how", "reverse=True"), ("list", around), ("key", bright(it)), ("place", "1")), "star:hip")
    for sides, said in (
        ((bright(pick), bright(sirius)), "is it than that of Sirius"),
        ((bright(sirius), bright(pick)), "is it than that of Sirius"),
        ((far(pick), far(sirius)), "farther from the Earth is it than Sirius"),
    ):
        lead = Op("gap", tuple(zip("ab", sides, strict=True)), sides[0].type)
        assert said in speak(Op("record", (("first", pick), ("second", lead)), ""), registry)


def test_enough_trees_of_enough_kinds(trees: list[tuple[Node, str]]) -> None:
    assert len(trees) >= 300
    operators = {node.pattern for tree, _ in trees for node in walk(tree) if isinstance(node, Op)}
    assert {"superlative", "gap", "record", "where_equal"} <= operators and len(operators) >= 8


def test_no_two_trees_share_a_sentence(trees: list[tuple[Node, str]]) -> None:
    said = defaultdict(set)
    for tree, question in trees:
        said[question].add(tree)
    assert {question: found for question, found in said.items() if len(found) > 1} == {}


def test_speaking_twice_is_equal(registry: Registry, trees: list[tuple[Node, str]]) -> None:
    for tree, question in trees:
        assert speak(tree, registry) == question


def test_no_word_of_the_machine(registry: Registry, trees: list[tuple[Node, str]]) -> None:
    codes = {name for name in registry.tools if "_" in name} | {name for name in registry.types if ":" in name}
    for tree, question in trees:
        said = plain(question, tree, registry)
        assert not STIFF.search(said), question
        assert not any(code in said for code in codes), question


def test_punctuation(trees: list[tuple[Node, str]]) -> None:
    for _, question in trees:
        assert question[-1] in ".?", question
        assert question == question.strip()
        assert question[0].isupper() or question[0].isdigit(), question
        assert not re.search(r"  |\s[.,;?](\s|$)|[?!]{2}|\?\.|,,|\.\.|\n", question), question


def test_nothing_is_said_twice_running(registry: Registry, trees: list[tuple[Node, str]]) -> None:
    for tree, question in trees:
        assert not REPEATED.search(plain(question, tree, registry)), question


def test_every_sentence_begins_with_a_capital(registry: Registry, trees: list[tuple[Node, str]]) -> None:
    for tree, question in trees:
        for start in re.findall(r"[.?] (\w)", plain(question, tree, registry)):
            assert start.isupper() or start.isdigit(), question


def test_every_name_and_constant_is_stated(registry: Registry, trees: list[tuple[Node, str]]) -> None:
    for tree, question in trees:
        for node in walk(tree):
            if isinstance(node, Ent):
                assert registry.label(node.type, node.id) in question, (node, question)
            elif isinstance(node, Con):
                assert spell_constant(registry, node) in question, (node, question)


def test_the_form_of_the_answer_is_stated(registry: Registry, trees: list[tuple[Node, str]]) -> None:
    for tree, question in trees:
        for form in forms(form_of(tree, registry)):
            if form.kind == "number" and not form.whole:
                assert re.search(r"decimal place|nearest whole number", question), question
            if form.kind == "number" and form.unit:
                assert form.unit in question, question


def test_sources_are_named(registry: Registry, trees: list[tuple[Node, str]]) -> None:
    free = {"universal", "local", "transparent"}
    for tree, question in trees:
        for node in walk(tree):
            if isinstance(node, Get):
                says = registry.field(node.tool, node.field).says
                source = registry.tool(node.tool).spoken_source
                assert says is None or says.flags & free or source in question, question


def test_a_question_does_not_outgrow_a_reader(trees: list[tuple[Node, str]]) -> None:
    assert max(len(question.split()) for _, question in trees) <= 120


@pytest.mark.parametrize(
    "tree",
    [
        Con("count", 3),
        Ent("airport:iata", "LIM"),
        Get("airport_record", (("airport", Ent("airport:iata", "LIM")),), "airport", "airport:iata"),
        Op("count", (("list", Get("country_borders", (("country", Ent("country:iso2", "PE")),), "countries",
                                  "country:iso2", True)),), "count"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(registry: Registry, tree: Node) -> None:
    with pytest.raises((Unspeakable, KeyError)):
        speak(tree, registry)

"""Builds candidate questions (trees) for one move from what the walk found, and keeps only sound ones.

Takes what is laid open around the tree of the round before (the graph is closed: recorded calls only); gives trees
that have a value, contain the earlier tree, add a call, and rest on no tie and no degenerate list. Whether a tree
becomes a task is for the gates. Does not speak and does not compile.
"""

import itertools
from collections.abc import Callable, Iterator

from dive.derive.laid import Laid
from dive.derive.listed import LISTED, OPTIONS, Candidates, superlative
from dive.derive.sound import sound
from dive.patterns import PICKING, pattern
from dive.scales import refused
from dive.tree import Con, Ent, Get, It, Node, Op, replace, walk

UNIT = "unit:type"


def candidates(laid: Laid, move: str) -> Iterator[Node]:
    """Sound trees for `move`, one of `MOVES`, in random order, judged as they are asked for."""
    made = list(dict.fromkeys(MOVES[move](laid)))
    before = frozenset() if isinstance(laid.question, Ent) else laid.graph.needed(laid.question)
    laid.rng.shuffle(made)
    return (tree for tree in made if sound(laid.graph, tree, before))


def _facts(laid: Laid) -> Candidates:
    """Facts, but not the figure by which something was picked: that goes with the pick, in one question."""
    pick = laid.question
    own = pick.node("key") if isinstance(pick, Op) and pick.pattern in PICKING else None
    yield from (value for value in laid.found.values if own != replace(value, pick, It(pick.type)))


def _lists(laid: Laid) -> Candidates:
    yield from laid.found.lists


def _convert(laid: Laid) -> Candidates:
    if any(child.type == UNIT for child in walk(laid.question) if isinstance(child, Con)):
        return
    before = laid.graph.value(laid.question)
    for node in laid.found.values:
        if 0.1 <= abs(laid.graph.value(node)) / abs(before or 1) <= 10:
            yield node


def _pair(name: str) -> Callable[[Laid], Candidates]:
    def make(laid: Laid) -> Candidates:
        for members, twins in laid.found.partners.items():
            for twin in twins:
                tree = Op(name, (("a", members), ("b", twin)), members.type, True)
                left, sizes = laid.graph.value(tree), [len(laid.graph.value(n)) for n in (members, twin)]
                if 2 <= len(left) <= 5 and all(len(left) + 1 < size for size in sizes):
                    yield tree

    return make


def _compare(name: str) -> Callable[[Laid], Candidates]:
    def make(laid: Laid) -> Candidates:
        for node, twins in laid.found.others.items():
            for twin in twins:
                a, b = sorted((node, twin), key=lambda n: laid.graph.value(n), reverse=True)
                low, high = laid.graph.value(b), laid.graph.value(a)
                says = laid.graph.says(node)
                if says is None or refused(name, node.type, says.head):
                    continue
                allowed = laid.bears("ratio", node) if name == "ratio" else says.cls
                if allowed and not isinstance(low, str) and laid.apart(low, high) and (name != "ratio" or low > 0):
                    yield Op(name, (("a", a), ("b", b)), "ratio" if name == "ratio" else node.type)

    return make


def _record(laid: Laid) -> Candidates:
    """The entity that was asked for and a fact about it."""
    kind = getattr(laid.question, "type", "")
    if (
        getattr(laid.question, "many", False)
        or kind not in laid.graph.registry.pools
        or laid.graph.registry.is_key(kind)
    ):
        return
    for value in _told(laid):
        yield Op("record", (("first", laid.question), ("second", value)), "")


def _told(laid: Laid) -> Iterator[Get]:
    """Facts that go with what is asked already: of another tool, or of the record by which something was picked, and of
    no date that comes out of nowhere.
    """
    picked = isinstance(laid.question, Op) and laid.question.pattern in PICKING
    key = laid.question.node("key") if picked and isinstance(laid.question, Op) else None
    used = {node.tool for node in walk(laid.question) if isinstance(node, Get) and node != key}
    for value in laid.found.values:
        if value.tool not in used and not any(isinstance(a, Con) and a.type == "date" for _, a in value.args):
            yield value


def _winner(laid: Laid) -> Candidates:
    """The pick and what it was picked by, or something else of the same record."""
    for pick in superlative(laid, least=3):
        assert isinstance(pick, Op)
        members = pick.node("list")
        for fact in laid.found.keys[members]:
            second = replace(fact, It(pick.type), pick)
            if not isinstance(second, Get) or not any(child == pick for _, child in second.args):
                continue
            says, told = laid.graph.says(second), laid.graph.keys(fact, members).values()
            if says and "rank" not in says.flags and len(set(map(str, told))) > 1:
                yield Op("record", (("first", pick), ("second", second)), "")


def _lead(laid: Laid) -> Candidates:
    """The pick and how far it lies from the thing that the list is about."""
    pick = laid.question
    if not isinstance(pick, Op):
        return
    for members, key, than in laid.beside():
        own = replace(key, It(members.type), pick)
        says = laid.graph.says(key)
        told = says is not None and "rank" not in says.flags and not refused("gap", key.type, says.head)
        if told and laid.graph.has(own) and (members, key) == (pick.node("list"), pick.node("key")):
            a, b = sorted((own, than), key=lambda node: laid.graph.value(node), reverse=True)
            upward = dict(pick.slots).get("how") != "min"
            if pick.pattern != "closest" and upward != (a == own):
                continue  # the shortest, and how much longer it is
            if not isinstance(laid.graph.value(a), str) and laid.apart(laid.graph.value(b), laid.graph.value(a)):
                yield Op("record", (("first", pick), ("second", Op("gap", (("a", a), ("b", b)), key.type))), "")


def _narrow(laid: Laid) -> Candidates:
    """The same question about fewer: those that are in another list too, or are not."""
    for members, twins in laid.found.partners.items():
        for name, twin in itertools.product(("both", "only"), twins):
            fewer = Op(name, (("a", members), ("b", twin)), members.type, True)
            if OPTIONS <= len(laid.graph.value(fewer)) < len(laid.graph.value(members)):
                yield replace(laid.question, members, fewer)


def _describe(laid: Laid) -> Candidates:
    """A named entity said by what leads to it; of two lists' owners both, by the same."""
    sides = [n for n in walk(laid.question) if isinstance(n, Op) and n.pattern in ("both", "only")]
    if sides:
        if len(laid.found.descriptions) == 2:
            (one, ones), (other, others) = laid.found.descriptions.items()
            for a, b in itertools.product(ones, others):
                if isinstance(a, Get) and isinstance(b, Get) and a.tool == b.tool:
                    yield replace(replace(laid.question, one, a), other, b)
        return
    sorts = {n.slot("value") for n in walk(laid.question) if isinstance(n, Op) and n.pattern == "where_equal"}
    for entity, nodes in laid.found.descriptions.items():
        for node in nodes if entity not in sorts else ():
            yield replace(laid.question, entity, node)


MOVES: dict[str, Callable[[Laid], Candidates]] = {
    **LISTED,
    "fact": _facts,
    "list": _lists,
    "convert": _convert,
    "both": _pair("both"),
    "only": _pair("only"),
    "gap": _compare("gap"),
    "ratio": _compare("ratio"),
    "record": _record,
    "narrow": _narrow,
    "winner": _winner,
    "lead": _lead,
    "describe": _describe,
}
assert set(MOVES) >= {"fact", "superlative"} and pattern("superlative")

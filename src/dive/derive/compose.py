"""Builds candidate questions (trees) for one move from what the walk found, and keeps only sound ones.

Takes the evidence graph (closed: recorded calls only), what was found, the tree of the round before; gives trees
that have a value, contain the earlier tree, add a call, and rest on no tie and no degenerate list. Whether a tree
becomes a task is for the gates. Does not speak and does not compile.
"""

import itertools
import random
from collections.abc import Callable, Iterator

from dive.derive.sound import dated, sound
from dive.evidence import Found, Graph
from dive.nouns import Json
from dive.patterns import pattern
from dive.tree import Con, Ent, Get, It, Node, Op, replace, walk

UNIT = "unit:type"
OPTIONS = 4
"""Fewer members than this make a choice that can be guessed, unless something else is asked as well."""
Candidates = Iterator[Node]


def candidates(graph: Graph, found: Found, question: Node, move: str, rng: random.Random,
               margin: float = 0.005) -> Iterator[Node]:  # fmt: skip
    """Sound trees for `move`, in random order, judged as they are asked for.

    Args:
        graph: the evidence.
        found: what the walk laid open for this move.
        question: the tree of the round before, or the seed.
        move: one of `MOVES`.
        rng: chooses directions, thresholds and order.
        margin: relative distance under which two measured values count as a tie.
    """
    made = list(dict.fromkeys(MOVES[move](_Bench(graph, found, question, rng, margin))))
    before = frozenset() if isinstance(question, Ent) else graph.needed(question)
    rng.shuffle(made)
    return (tree for tree in made if sound(graph, tree, before))


class _Bench:
    """What a move's function may look at."""

    def __init__(self, graph: Graph, found: Found, question: Node, rng: random.Random, margin: float) -> None:
        self.graph, self.found, self.question, self.rng, self.margin = graph, found, question, rng, margin

    def ranked(self, least: int = 3) -> Iterator[tuple[Node, Node, list[Json]]]:
        """(list, key, sorted values) for every key by which `least` or more members can be compared."""
        for members, keys in self.found.keys.items():
            for key in keys:
                values = list(self.graph.keys(key, members).values())
                if (
                    comparable(self.graph, key)
                    and not self._presorted(members, key)
                    and not (dated(key) and self._best_few(members))
                    and len(values) >= least
                    and len(set(values)) > 2
                ):
                    yield members, key, sorted(values)

    def _presorted(self, members: Node, key: Node) -> bool:
        if not isinstance(members, Get) or not isinstance(key, Get):
            return False
        says = self.graph.says(members)
        return bool(says) and says.sorted_by == key.field.rpartition(".")[2]

    def _best_few(self, members: Node) -> bool:
        """Whether a list is the best n of something: ranked again by figures of a past year, it makes no sense."""
        says = self.graph.says(members)
        return says is not None and not says.whole

    def floored(self, members: Node, key: Node) -> bool:
        """Whether the list holds only what has much of this figure: the least of cities of half a million is idle."""
        of, by = (self.graph.says(node) for node in (members, key))
        return of is not None and by is not None and of.floor != "" and of.floor == by.head

    def apart(self, low: Json, high: Json) -> bool:
        """Whether two values differ by more than a tie would."""
        if isinstance(low, int | str):
            return low != high
        return abs(high - low) > self.margin * max(abs(low), abs(high))


def comparable(graph: Graph, node: Node) -> bool:
    """Whether the values of a field can be put in an order that can be spoken of."""
    says = graph.says(node)
    return says is not None and says.cls != ""


def _facts(bench: _Bench) -> Candidates:
    yield from bench.found.values


def _lists(bench: _Bench) -> Candidates:
    yield from bench.found.lists


def _convert(bench: _Bench) -> Candidates:
    if any(child.type == UNIT for child in walk(bench.question) if isinstance(child, Con)):
        return
    before = bench.graph.value(bench.question)
    for node in bench.found.values:
        if 0.1 <= abs(bench.graph.value(node)) / abs(before or 1) <= 10:
            yield node


def _superlative(bench: _Bench, least: int = OPTIONS) -> Candidates:
    for members, key, values in bench.ranked(least):
        for how, pair in (("max", values[-2:]), ("min", values[:2])):
            if bench.apart(*pair) and not (how == "min" and bench.floored(members, key)):
                yield Op("superlative", (("how", how), ("list", members), ("key", key)), members.type)


def _top(bench: _Bench) -> Candidates:
    for members, key, values in bench.ranked():
        n, event = bench.rng.choice((2, 3)), key.type == "year"
        for how, order in (("reverse=False", values) if event else ("reverse=True", values[::-1]),):
            if len(values) >= n + 2 and all(bench.apart(*sorted(p)) for p in itertools.pairwise(order[: n + 1])):
                slots = (("how", how), ("list", members), ("key", key), ("n", Con("count", n)))
                yield Op("top", slots, members.type, True)


def _where(bench: _Bench) -> Candidates:
    for members, key, values in bench.ranked():
        cut = bench.rng.randint(1, len(values) - 1)
        bound = threshold(values[cut - 1], values[cut], bench.margin)
        says = bench.graph.says(key)
        if bound is None or says is None or says.cls == "verb" or "rank" in says.flags:
            continue
        how = bench.rng.choice((">", "<"))
        slots = (("list", members), ("key", key), ("how", how), ("bound", Con(key.type, bound)))
        yield Op("where", slots, members.type, True)


def _count(bench: _Bench) -> Candidates:
    if isinstance(bench.question, Op) and bench.question.pattern == "where":
        yield Op("count", (("list", bench.question),), "count")
        return
    for tree in _where(bench):
        yield Op("count", (("list", tree),), "count")


def _spread(bench: _Bench) -> Candidates:
    for members, key, values in bench.ranked():
        if not isinstance(values[0], str) and bench.apart(values[0], values[-1]):
            yield Op("spread", (("list", members), ("key", key)), key.type)


def _mean(bench: _Bench) -> Candidates:
    for members, key, _ in bench.ranked():
        says = bench.graph.says(key)
        if says and "mean" in says.flags:
            yield Op("mean", (("list", members), ("key", key)), key.type)


def _pair(name: str) -> Callable[[_Bench], Candidates]:
    def make(bench: _Bench) -> Candidates:
        for members, twins in bench.found.partners.items():
            for twin in twins:
                tree = Op(name, (("a", members), ("b", twin)), members.type, True)
                left, sizes = bench.graph.value(tree), [len(bench.graph.value(n)) for n in (members, twin)]
                if 1 <= len(left) <= 5 and all(len(left) + 1 < size for size in sizes):
                    yield tree

    return make


def _compare(name: str) -> Callable[[_Bench], Candidates]:
    def make(bench: _Bench) -> Candidates:
        for node, twins in bench.found.others.items():
            for twin in twins:
                a, b = sorted((node, twin), key=lambda n: bench.graph.value(n), reverse=True)
                low, high = bench.graph.value(b), bench.graph.value(a)
                says = bench.graph.says(node)
                allowed = says and ("ratio" in says.flags if name == "ratio" else says.cls)
                if allowed and not isinstance(low, str) and bench.apart(low, high) and (name != "ratio" or low > 0):
                    yield Op(name, (("a", a), ("b", b)), "ratio" if name == "ratio" else node.type)

    return make


def _record(bench: _Bench) -> Candidates:
    """The entity that was asked for and a fact about it."""
    kind = getattr(bench.question, "type", "")
    if (
        getattr(bench.question, "many", False)
        or kind not in bench.graph.registry.pools
        or bench.graph.registry.is_key(kind)
    ):
        return
    for value in _told(bench):
        yield Op("record", (("first", bench.question), ("second", value)), "")


def _told(bench: _Bench) -> Iterator[Get]:
    """Facts that go with what is asked already: of another tool, and of no date that comes out of nowhere."""
    used = {node.tool for node in walk(bench.question) if isinstance(node, Get)}
    for value in bench.found.values:
        if value.tool not in used and not any(isinstance(a, Con) and a.type == "date" for _, a in value.args):
            yield value


def _winner(bench: _Bench) -> Candidates:
    """The pick and what it was picked by, or something else of the same record."""
    for pick in _superlative(bench, least=3):
        assert isinstance(pick, Op)
        members = pick.node("list")
        for fact in bench.found.keys[members]:
            second = replace(fact, It(pick.type), pick)
            if not isinstance(second, Get) or not any(child == pick for _, child in second.args):
                continue
            says = bench.graph.says(second)
            if says and "rank" not in says.flags:
                yield Op("record", (("first", pick), ("second", second)), "")


def _narrow(bench: _Bench) -> Candidates:
    """The same question about fewer: those that are in another list too, or are not."""
    for members, twins in bench.found.partners.items():
        for name, twin in itertools.product(("both", "only"), twins):
            fewer = Op(name, (("a", members), ("b", twin)), members.type, True)
            if OPTIONS <= len(bench.graph.value(fewer)) < len(bench.graph.value(members)):
                yield replace(bench.question, members, fewer)


def _describe(bench: _Bench) -> Candidates:
    """A named entity said by what leads to it; of two lists' owners both, by the same."""
    sides = [n for n in walk(bench.question) if isinstance(n, Op) and n.pattern in ("both", "only")]
    if sides:
        if len(bench.found.descriptions) == 2:
            (one, ones), (other, others) = bench.found.descriptions.items()
            for a, b in itertools.product(ones, others):
                if isinstance(a, Get) and isinstance(b, Get) and a.tool == b.tool:
                    yield replace(replace(bench.question, one, a), other, b)
        return
    for entity, nodes in bench.found.descriptions.items():
        for node in nodes:
            yield replace(bench.question, entity, node)


def threshold(low: Json, high: Json, margin: float) -> int | float | str | None:
    """A number that people say (1, 2 or 5 times a power of ten) between two values, well apart from both."""
    if isinstance(low, str) or low == high:
        return None
    whole = isinstance(low, int) and isinstance(high, int)
    space = 0 if whole else margin * max(abs(low), abs(high))
    for exponent in range(12, -1 if whole else -3, -1):
        for unit in (5, 2, 1):
            value = unit * 10.0**exponent
            if low + space < value < high - space and value != 1:
                return int(value) if value == int(value) else value
    return None


MOVES: dict[str, Callable[[_Bench], Candidates]] = {
    "fact": _facts,
    "list": _lists,
    "convert": _convert,
    "superlative": _superlative,
    "top": _top,
    "where": _where,
    "count": _count,
    "spread": _spread,
    "mean": _mean,
    "both": _pair("both"),
    "only": _pair("only"),
    "gap": _compare("gap"),
    "ratio": _compare("ratio"),
    "record": _record,
    "narrow": _narrow,
    "winner": _winner,
    "describe": _describe,
}
assert set(MOVES) >= {"fact", "superlative"} and pattern("superlative")

"""What a move's function may look at: the evidence, what the walk found, and comparisons that can be made with it.

Takes the graph, what was found, the question of the round before, a generator and the margin of a tie; gives lists with
the fields by which their members can be compared, set beside the list's subject, or grouped. Builds no trees.
"""

import functools
import itertools
import random
from collections.abc import Iterator, Sequence

from dive.derive.sound import dated, prints
from dive.evidence import Found, Graph
from dive.nouns import Json
from dive.scales import NEEDS, refused
from dive.tree import Con, Ent, Get, It, Node, Op, replace

WHOLE = frozenset({"mean", "median", "deviation", "spread"})
"""Figures of a whole list: asked where a field's line allows a mean."""


class Laid:
    """What a move's function may look at.

    Args:
        graph: the evidence.
        found: what the walk laid open.
        question: the tree of the round before, or the seed.
        rng: chooses directions, thresholds and order.
        margin: relative distance under which two measured values count as a tie.
    """

    def __init__(self, graph: Graph, found: Found, question: Node, rng: random.Random, margin: float) -> None:
        self.graph, self.found, self.question, self.rng, self.margin = graph, found, question, rng, margin

    def ranked(self, least: int = 3) -> Iterator[tuple[Node, Node, list[Json]]]:
        """(list, key, sorted values) for every key by which `least` or more members can be compared."""
        return ((members, key, values) for members, key, values in self._compared if len(values) >= least)

    @functools.cached_property
    def _compared(self) -> list[tuple[Node, Node, list[Json]]]:
        found: list[tuple[Node, Node, list[Json]]] = []
        for members, keys in self.found.keys.items():
            for key in keys:
                values = list(self.graph.keys(key, members).values())
                if (
                    comparable(self.graph, key)
                    and not self._presorted(members, key)
                    and not (dated(key) and not self.whole(members))
                    and len(set(values)) > 2
                ):
                    found.append((members, key, sorted(values)))
        return found

    def beside(self, least: int = 3) -> Iterator[tuple[Node, Node, Node]]:
        """(list, key, the same field of the thing that the list is about) where that is a thing of the same kind."""
        for members, key, _ in self.ranked(least):
            if not isinstance(members, Get) or not isinstance(key, Get) or "." in key.field:
                continue
            subject = members.args[0][1]
            if getattr(subject, "type", "") != members.type:
                continue
            than = replace(key, It(members.type), subject)
            if isinstance(than, Get) and self.graph.has(than) and not isinstance(self.graph.value(than), str):
                yield members, key, than

    def linked(self, least: int = 3) -> Iterator[tuple[Node, Node, list[str]]]:
        """(list, key, values) for every key that names something each of `least` or more members belongs to."""
        for members, keys in self.found.keys.items():
            for key in keys:
                says = self.graph.says(key)
                values = [str(v) for v in self.graph.keys(key, members).values()]
                named = says and says.via[0] and self.graph.registry.is_entity(key.type)
                if named and len(values) >= least:
                    yield members, key, values

    def bears(self, pattern: str, key: Node) -> bool:
        """Whether a field's line allows a pattern's arithmetic and its scale bears it."""
        says = self.graph.says(key)
        needed = {"mean"} if pattern in WHOLE else set(NEEDS[pattern])
        if says is None or needed - says.flags:
            return False
        return not refused(pattern, key.type, says.head)

    def _presorted(self, members: Node, key: Node) -> bool:
        if not isinstance(members, Get) or not isinstance(key, Get):
            return False
        says = self.graph.says(members)
        dates = [str(child.value) for _, child in key.args if isinstance(child, Con) and child.type == "year"]
        told = [str(child.id) for _, child in members.args if isinstance(child, Ent)]
        if any(date in words for date in dates for words in told):
            return True  # the names most common in 1990, by how common they were in 1990
        return bool(says) and says.sorted_by == key.field.rpartition(".")[2]

    def whole(self, members: Node) -> bool:
        """Whether a list is all that it speaks of, not the best n of it."""
        says = self.graph.says(members)
        return says is None or says.whole

    def idle(self, members: Node, key: Node, how: str) -> bool:
        """Whether nobody asks for this end: the least of cities of half a million, the faintest of bright stars."""
        while isinstance(members, Op):
            members = members.node("list" if "list" in dict(members.slots) else "a")
        of, by = (self.graph.says(node) for node in (members, key))
        if by is None or how == "max":
            return by is not None and "downward" in by.flags
        return "upward" in by.flags or (of is not None and of.floor != "" and of.floor == by.head)

    def first(self, key: Node) -> str:
        """What a ranking begins with, as the word of its program: the earliest, the brightest, else the most."""
        says = self.graph.says(key)
        rising = key.type == "year" or (says is not None and (says.cls == "event" or "downward" in says.flags))
        return "reverse=False" if rising else "reverse=True"

    def ranks_only(self, key: Node) -> bool:
        """Whether a figure puts members in order and is not compared otherwise."""
        says = self.graph.says(key)
        return says is not None and "rank" in says.flags

    def counted(self, key: Node) -> bool:
        """Whether a figure is said as so many of something."""
        says = self.graph.says(key)
        return says is not None and says.cls == "many"

    def apart(self, low: Json, high: Json) -> bool:
        """Whether two values differ by more than a tie would."""
        if isinstance(low, int | str):
            return low != high
        return abs(high - low) > self.margin * max(abs(low), abs(high))


def by_nearness(graph: Graph, members: Node, values: Sequence[Json], than: Json) -> bool:
    """Whether the best few of something come in the order in which their values lie near `than`."""
    says = graph.says(members)
    if says is None or says.whole or any(isinstance(value, str) for value in values):
        return False
    apart = [abs(value - than) for value in values]
    return all(a <= b for a, b in itertools.pairwise(apart))


def printed(graph: Graph, members: Node, key: Node, value: str = "") -> bool:
    """Whether the names of a list's members say what a field names, "Paris, France" lies in France: of all of them, or,
    with `value`, which of them it is.
    """
    keys = {str(member): str(own) for member, own in graph.keys(key, members).items()}
    texts = {member: f"{graph.registry.label(members.type, member)} {member}" for member in keys}
    if value:
        return {m for m in keys if prints(graph, texts[m], (key.type, value))} == {m for m in keys if keys[m] == value}
    return all(prints(graph, texts[member], (key.type, own)) for member, own in keys.items())


def comparable(graph: Graph, node: Node) -> bool:
    """Whether the values of a field can be put in an order that can be spoken of."""
    says = graph.says(node)
    return says is not None and says.cls != ""

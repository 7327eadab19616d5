"""The speaker of one question: what was said so far, noun phrases for things and lists, and what is said first.

Takes nodes and the registry; gives phrases. What would nest too deep is said in a sentence of its own and taken up
again ("that airport"). Does not ask the question itself (`questions.py`).
"""

import random
from collections.abc import Sequence

from msgspec import UNSET

from dive.errors import Unspeakable
from dive.patterns import CHOOSING, PICKING, pattern
from dive.phrase.predicates import fitting, list_slots, pair, where_members
from dive.registry import Field, Registry
from dive.says import Says, fill
from dive.tree import Con, Ent, Get, It, Node, Op, walk
from dive.words import capital, small, spell_constant

ROOM = 2
"""Levels of "of" and "that" which a noun phrase may nest."""


class Speaker:
    """Sentences said so far and the names by which nodes are taken up again."""

    def __init__(self, registry: Registry, rng: random.Random) -> None:
        self.registry = registry
        self.rng = rng
        self.said: list[str] = []
        self.names: dict[Node, str] = {}
        self.started = False

    def refuse_twins(self, tree: Node) -> None:
        """Refuses a tree in which one word would mean two figures: a population of today and one of 1962."""
        meant: dict[str, tuple[object, ...]] = {}
        for node in walk(tree):
            if isinstance(node, Get) and self.field(node).says and self.says(node).head:
                stated = tuple(child for _, child in node.args if isinstance(child, Con))
                if meant.setdefault(self.says(node).head, (node.tool, stated)) != (node.tool, stated):
                    raise Unspeakable(f"{self.says(node).head!r} would mean two things")

    def open_with(self, tree: Node) -> None:
        """Perhaps a situation around the one entity that the question names."""
        named = sorted({n for n in walk(tree) if isinstance(n, Ent)}, key=repr)
        kinds = [getattr(n, "type", "") for n in dict.fromkeys(walk(tree)) if isinstance(n, Get | Op)]
        if len(named) != 1 or named[0].type in kinds or self.rng.random() < 0.45:
            return
        row = self.registry.type(named[0].type)
        if row.openings and row.anaphor:
            self.said.append(fill(self.rng.choice(row.openings), {"x": self.name(named[0])}))
            self.names[named[0]] = row.anaphor

    def introduce(self, node: Node) -> str:
        """Says `node` in a sentence of its own; gives the words that take it up again."""
        if isinstance(node, Op) and node.pattern in PICKING:
            slots = list_slots(self, node)
            text = fill(self._fresh(fitting(pattern(node.pattern).setup, slots)), slots)
        elif isinstance(node, Get) and not node.many and not self.started:
            self.started = True
            np = self.np(node, ROOM + 1)
            text = fill(self._fresh(pattern("fact").setup), {"np": np})
        else:
            raise Unspeakable(f"{type(node).__name__} of type {getattr(node, 'type', '')} cannot be introduced")
        anaphor = self.registry.type(node.type).anaphor or f"that {self.noun(node.type)}"
        if anaphor in self.names.values():
            raise Unspeakable(f"two things would be called {anaphor!r}")
        self.said.append(capital(text))
        self.names[node] = anaphor
        return anaphor

    def _fresh(self, shapes: Sequence[str]) -> str:
        """A shape that no sentence so far begins like."""
        begun = {" ".join(sentence.split()[:2]) for sentence in self.said}
        return self.rng.choice([shape for shape in shapes if " ".join(shape.split()[:2]) not in begun] or list(shapes))

    def np(self, node: Node, room: int = ROOM) -> str:
        """A noun phrase for a single entity or value."""
        if node in self.names:
            return self.names[node]
        if isinstance(node, Ent | Con):
            return self.name(node)
        if isinstance(node, Op) and node.pattern in PICKING:
            return self.introduce(node)
        if not isinstance(node, Get):
            raise Unspeakable(f"{getattr(node, 'pattern', 'It')} inside a phrase")
        if "transparent" in self.says(node).flags:
            return self.np(node.args[0][1], room)
        self.unfold(node, room)
        return fill(self.says(node).phrase, self.slots(node, room - 1))

    def unfold(self, node: Get, room: int) -> None:
        """Says first what would nest too deep in a phrase, or stand in the middle of it with a tail of its own."""
        inside = not self.says(node).phrase.endswith("}")
        if "heavy" in self.says(node).flags and self.weight(node) > 1:
            raise Unspeakable(f"{self.says(node).head or node.field} of something that is only described")
        for _, child in node.args:
            child = self.seen_through(child)
            tailed = isinstance(child, Get) and not self.says(child).phrase.endswith("}")
            deep = self.weight(node) > room and self.weight(child) >= room
            if self.weight(child) and (deep or (inside and (tailed or self.weight(child) > 1))):
                self.introduce(child)

    def members(self, node: Node, room: int = ROOM) -> str:
        """A noun phrase for a list, with its article: "the six airports closest to Lima"."""
        if node in self.names:
            return self.names[node]
        if isinstance(node, Get):
            self.unfold(node, room)
            return "the " + fill(self.says(node).phrase, self.slots(node, room - 1))
        if not isinstance(node, Op):
            raise Unspeakable("no list")
        if node.pattern in CHOOSING:
            return where_members(self, node)
        if node.pattern in ("both", "only"):
            return "the " + pair(self, node)
        raise Unspeakable(f"{node.pattern} as a list inside a question")

    def slots(self, node: Get, room: int) -> dict[str, str]:
        """Texts for a field's slots: x is the first parameter."""
        texts = {name: self.np(child, room) for name, child in node.args}
        for param in self.registry.tool(node.tool).params:
            if param.name not in texts and param.default is not UNSET:
                texts[param.name] = small(param.default) if isinstance(param.default, int) else str(param.default)
        texts["x"] = texts[self.registry.tool(node.tool).params[0].name]
        texts["it"] = "it"
        return texts

    def name(self, node: Ent | Con) -> str:
        """How a leaf is written in the question."""
        if isinstance(node, Ent):
            return self.registry.label(node.type, node.id)
        return spell_constant(self.registry, node)

    def noun(self, type_name: str) -> str:
        """The type's noun in the singular."""
        return self.registry.type(type_name).noun

    def weight(self, node: Node) -> int:
        """How many levels of "of" and "that" a noun phrase for `node` would nest."""
        if node in self.names or isinstance(node, Ent | Con | It):
            return 0
        if isinstance(node, Get):
            through = "transparent" in self.says(node).flags
            return max((self.weight(child) for _, child in node.args), default=0) + (0 if through else 1)
        return 0 if node.pattern in PICKING else 1

    def seen_through(self, node: Node) -> Node:
        """The node that a transparent field speaks as."""
        while isinstance(node, Get) and "transparent" in self.says(node).flags:
            node = node.args[0][1]
        return node

    def says(self, node: Node) -> Says:
        """The wording of a node's field."""
        return self.field(node).says or _missing(node)

    def field(self, node: Node) -> Field:
        """The output field that a node reads."""
        if not isinstance(node, Get):
            raise Unspeakable("no field")
        return self.registry.field(node.tool, node.field)


def _missing(node: Node) -> Says:
    raise Unspeakable(f"{node} has no wording")

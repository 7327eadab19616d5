"""The walk: what to call next, directed by the move that the exemplar asks for.

Takes the evidence graph, the current question's tree and a move; makes calls around it and gives what was found:
values about the focus, lists, what can be said of each list's members, siblings, descriptions. Moves: chain
(a tool on a result), map (a tool on every member), sibling (the same tool on another entity of the type), inverse
(a tool that leads back to an entity from what is known of it). Does not build questions (`derive/compose.py`).
"""

import random
from collections.abc import Iterator, Mapping

from msgspec import Struct

from dive.bind import bindings
from dive.evidence import Found, Graph, Unknown
from dive.registry import Field, Loaded
from dive.tree import Con, Ent, Get, It, Node, Op, replace
from dive.tree import walk as nodes_of

LIST_MOVES = frozenset({"superlative", "winner", "top", "count", "where", "spread", "mean"})
UNIT = "unit:type"
OTHERS = 3
PAIR_MOVES = frozenset({"both", "only"})


class Walker(Struct):
    """One round's walk: the graph, the generator, the leaning toward rare tools, the caps, constants said so far."""

    graph: Graph
    rng: random.Random
    weights: Mapping[str, float]
    steps: int = 6
    max_each: int = 8
    said: tuple[Con, ...] = ()

    def walk(self, question: Node, move: str) -> Found:
        """Lays open what `move` needs around `question` (the tree of the round before, or the seed)."""
        found = Found([], [], {}, {}, {}, {})
        self.said = tuple(node for node in nodes_of(question) if isinstance(node, Con))
        if move == "describe":
            for entity in sorted({n for n in nodes_of(question) if isinstance(n, Ent)}, key=repr):
                found.descriptions[entity] = list(self.describe(entity))
        elif move in ("gap", "ratio", "contrast"):
            self._values_to_compare(question, found, move == "contrast")
        elif move in LIST_MOVES and getattr(question, "pattern", "") != "record":
            self._lists_with_keys(question, found)
        elif move == "convert":
            found.values += self._converted(question)
        elif move == "also":
            self._same_list(question, found)
        elif move in PAIR_MOVES:
            self._list_pairs(question, found)
        elif move in ("fact", "turn", "record"):
            self._facts(question, found)
        return found

    def about(self, focus: Node, want_list: bool | None = None) -> list[Get]:
        """Chain: applies tools to `focus`; all spoken fields of what they gave (lists only, values only, or both)."""
        found: list[Get] = []
        if not isinstance(focus, Con) and self.graph.registry.is_key(_type(focus)):
            return found
        for loaded in self._pick([t for t in self.graph.tools() if _offers(t, want_list)]):
            args = self._bind(loaded, focus)
            if args is None:
                continue
            for field in loaded.fields.values():
                node = Get(loaded.name, args, field.path, field.type, field.many)
                if "." not in field.path and _spoken(field, want_list) and self._stands(node, focus):
                    found.append(node)
        return found

    def _stands(self, node: Get, focus: Node) -> bool:
        """Whether a field has a value, and would have one had another member been picked: else nobody could tell."""
        if not self.graph.has(node) or not isinstance(focus, Op) or focus.pattern != "superlative":
            return self.graph.has(node)
        members = focus.node("list")
        others = [m for m in self.graph.value(members) if m != self.graph.value(focus)][:OTHERS]
        twins = [replace(node, focus, Ent(focus.type, str(m))) for m in others]
        held = all(self.graph.has(twin) for twin in twins)
        return held and any(self.graph.value(twin) != self.graph.value(node) for twin in twins)

    def mapped(self, members: Node) -> list[Node]:
        """Map: what one tool says of every member, the list's own columns, and one step beyond."""
        it, keys = It(_type(members)), []
        ids = self.graph.value(members)
        if not isinstance(ids, list) or not 3 <= len(ids) <= self.max_each:
            return []
        for node in self._columns(members):
            keys += [node] if self._holds(node, members) else []
        first = self._member_facts(it, members)
        return keys + [node for node in first if self._is_value(node)]

    def describe(self, entity: Ent) -> Iterator[Node]:
        """Inverse: nodes that lead to `entity` from what its own record says."""
        for known in self.about(entity, want_list=False):
            value = self.graph.value(known)
            if isinstance(value, float | bool) or "transparent" in _flags(self.graph, known):
                continue
            handle = Con(known.type, value) if self._is_value(known) else Ent(known.type, str(value))
            for loaded in self.graph.tools():
                if len(loaded.params) != 1 or loaded.params[0].type != known.type:
                    continue
                for field in loaded.fields.values():
                    node = Get(loaded.name, ((loaded.params[0].name, handle),), field.path, field.type)
                    if field.type == entity.type and not field.many and field.says and self._is(node, entity):
                        yield node

    def siblings(self, entity: Node, limit: int = 4) -> list[Ent]:
        """Sibling: other entities of the same type that a list of this one's relations leads to."""
        here = str(self.graph.value(entity))
        related: list[str] = []
        for members in self.about(entity, want_list=True):
            ids = [str(i) for i in self.graph.value(members)]
            if members.type == entity.type:
                related += ids
            elif ids:
                back = self.about(Ent(members.type, self.rng.choice(ids)), want_list=True)
                related += [str(i) for b in back if b.type == entity.type for i in self.graph.value(b)]
        pool = self.graph.registry.pools.get(_type(entity))
        known = pool() if pool else {}
        names = sorted({i for i in related if i != here and i in known and known[i].seed})
        self.rng.shuffle(names)
        return [Ent(_type(entity), name) for name in names[:limit]]

    def _facts(self, question: Node, found: Found) -> None:
        focus = [question]
        if isinstance(question, Ent):
            focus = [node for node in self.about(question, want_list=False) if not self._is_value(node)]
        for node in focus[: self.steps]:
            found.values += self.about(node, want_list=False)

    def _lists_with_keys(self, question: Node, found: Found) -> None:
        if getattr(question, "many", False):
            found.lists = [question]
        elif not self._is_value(question):
            found.lists = list(self.about(question, want_list=True))
            if isinstance(question, Ent) or not found.lists:
                near = [n for n in self.about(question, want_list=False) if not self._is_value(n)]
                for node in near[:2]:
                    found.lists += self.about(node, want_list=True)
        self.rng.shuffle(found.lists)
        for members in found.lists[: self.steps]:
            found.keys[members] = self.mapped(members)

    def _converted(self, question: Node) -> Iterator[Get]:
        """The question's value in another unit of its quantity, by a tool that takes two units."""
        types = self.graph.registry.types
        quantity = _type(question).partition(":")[0]
        others = [t for t in types if t.startswith(quantity + ":") and t != _type(question)] if quantity else []
        for loaded in self.graph.tools():
            if [p.type for p in loaded.params[1:]] == [UNIT, UNIT] and _type(question) in types:
                names = [p.name for p in loaded.params]
                for other in others:
                    cons = (question, Con(UNIT, _type(question)), Con(UNIT, other))
                    node = Get(loaded.name, tuple(zip(names, cons, strict=True)), next(iter(loaded.fields)), other)
                    if self.graph.has(node):
                        yield node

    def _same_list(self, question: Node, found: Found) -> None:
        lists = [s for n in nodes_of(question) if isinstance(n, Op) for name, s in n.slots if name == "list"]
        for members in lists:
            if isinstance(members, Get):
                found.lists.append(members)
                found.keys[members] = self.mapped(members)

    def _list_pairs(self, question: Node, found: Found) -> None:
        for members in self.about(question, want_list=True):
            says = self.graph.registry.field(members.tool, members.field).says
            if says is None or says.sorted_by or "{n}" in says.phrase:
                continue  # the best n of one and of another have nothing to do with each other
            found.lists.append(members)
            for sibling in self.siblings(question):
                twin = with_args(members, question, sibling)
                if twin != members and self.graph.has(twin):
                    found.partners.setdefault(members, []).append(twin)

    def _values_to_compare(self, question: Node, found: Found, extremes: bool) -> None:
        """The same value of a rival: of the other end of the same list, or of another entity nearby."""
        values = [question] if self._is_value(question) else self.about(question, want_list=False)
        for node in values:
            if not isinstance(node, Get) or not self._is_value(node) or self._is_value(node.args[0][1]):
                continue
            subject = node.args[0][1]
            for rival in self._rivals(question, subject, extremes):
                twin = with_args(node, subject, rival)
                if self.graph.has(twin):
                    found.others.setdefault(node, []).append(twin)

    def _rivals(self, question: Node, subject: Node, extremes: bool) -> list[Node]:
        if extremes:
            return [_opposite(subject)] if isinstance(subject, Op) and subject.pattern == "superlative" else []
        return list(self.siblings(subject, limit=2)) if _simple(subject) else []

    def _member_facts(self, inner: Node, members: Node, limit: int = 3) -> list[Get]:
        found: list[Get] = []
        for loaded in self._pick([t for t in self.graph.tools() if _offers(t, False)]):
            args = self._bind(loaded, inner)
            if args is None or limit <= 0:
                continue
            nodes = [Get(loaded.name, args, f.path, f.type) for f in loaded.fields.values() if _spoken(f, False)]
            held = [node for node in nodes if "." not in node.field and self._holds(node, members)]
            limit -= bool(held)
            found += held
        return found

    def _columns(self, members: Node) -> list[Node]:
        if not isinstance(members, Get):
            return []
        fields = self.graph.registry.tool(members.tool).fields
        return [
            Get(members.tool, members.args, path, field.type)
            for path, field in fields.items()
            if path.startswith(members.field + ".") and field.says and not self.graph.registry.is_entity(field.type)
        ]

    def _is_value(self, node: Node) -> bool:
        """A number, date or text: what ends a chain unless a tool works on it."""
        return not self.graph.registry.is_entity(_type(node))

    def _is_plain(self, node: Get) -> bool:
        """A value that is asked for without a constant of its own: fit to be compared at second hand."""
        return self._is_value(node) and not any(isinstance(child, Con) for _, child in node.args)

    def _holds(self, key: Node, members: Node) -> bool:
        try:
            self.graph.keys(key, members)
        except Unknown:
            return False
        return True

    def _is(self, node: Node, entity: Ent) -> bool:
        return self.graph.has(node) and str(self.graph.value(node)) == entity.id

    def _bind(self, loaded: Loaded, focus: Node) -> tuple[tuple[str, Node], ...] | None:
        return bindings(self.graph.registry, self.graph.toolset, loaded, focus, self.said, self.rng)

    def _pick(self, tools: list[Loaded]) -> list[Loaded]:
        """All tools in a random order in which rare ones tend to come first."""
        return sorted(tools, key=lambda t: (self.rng.random() ** (1 / self.weights.get(t.name, 1.0)), t.name))[::-1]


def _spoken(field: Field, want_list: bool | None) -> bool:
    silent = field.says is None or "transparent" in field.says.flags
    return not silent and (want_list is None or field.many == want_list)


def _offers(loaded: Loaded, want_list: bool | None) -> bool:
    return any(_spoken(field, want_list) for path, field in loaded.fields.items() if "." not in path)


def _flags(graph: Graph, node: Get) -> frozenset[str]:
    says = graph.registry.field(node.tool, node.field).says
    return says.flags if says else frozenset()


def _type(node: Node) -> str:
    return getattr(node, "type", "")


def with_args(node: Get, old: Node, new: Node) -> Get:
    """The same call with one argument exchanged."""
    args = tuple((name, new if arg == old else arg) for name, arg in node.args)
    return Get(node.tool, args, node.field, node.type, node.many)


def _simple(node: Node) -> bool:
    """A named entity, or a fact about one: things that a person would set beside another of their kind."""
    return isinstance(node, Ent) or (isinstance(node, Get) and all(isinstance(a, Ent | Con) for _, a in node.args))


def _opposite(node: Op) -> Node:
    flip = {"max": "min", "min": "max"}
    slots = tuple((name, flip.get(s, s) if isinstance(s, str) else s) for name, s in node.slots)
    return Op(node.pattern, slots, node.type, node.many)

"""How one thing leads to another: a tool applied to it, to every member of a list, to its siblings, or back.

Takes the evidence graph and a node; makes calls around it and gives the nodes that have a value. Knows no moves
(`walk.py`) and builds no questions (`derive/compose.py`).
"""

import random
from collections.abc import Iterator, Mapping

from msgspec import Struct

from dive.bind import Args, bindings
from dive.collect.ahead import Ahead
from dive.evidence import Graph, Unknown
from dive.patterns import PICKING
from dive.registry import Loaded
from dive.tree import Con, Ent, Get, It, Node, Op, replace, walk

OTHERS = 3
RELATED = 3
"""Members of a list from which a second list of the same kind is looked for, and lists that are taken."""


class Reach(Struct):
    """The graph, the generator, the leaning toward rare tools, the most lists or things to look at, the longest list
    whose members are called on, the constants said so far, and what cannot lead anywhere.
    """

    graph: Graph
    rng: random.Random
    weights: Mapping[str, float]
    steps: int = 6
    max_each: int = 8
    said: tuple[Con, ...] = ()
    ahead: Ahead | None = None

    def about(self, focus: Node, want_list: bool, giving: frozenset[str] = frozenset()) -> list[Get]:
        """Chain: applies tools to `focus`; all spoken fields of what they gave: lists, or single values.

        Looked up once for each focus of a draw and the constants said so far; the order is new each time. With
        `giving` only fields of these types are looked for, and only tools that may have one are called.
        """
        key = (focus, want_list, self.said, giving)
        if key not in self.graph.around:
            self.graph.around[key] = self._applied(focus, want_list, giving)
        known = self.graph.around[key]
        return [
            node
            for loaded in self._pick([self.graph.registry.tools[name] for name in known])
            for node in known[loaded.name]
        ]

    def _applied(self, focus: Node, want_list: bool, giving: frozenset[str]) -> dict[str, list[Get]]:
        registry, found = self.graph.registry, dict[str, list[Get]]()
        if isinstance(focus, Get) and registry.is_key(focus.type):
            return found
        able = registry.speakers.get((type_of(focus), want_list), frozenset())
        for loaded in (t for t in self.graph.able(able) if self._leads(focus, t)):
            fields = [f for f in loaded.fields.values() if not giving or f.type in giving]
            args = self._bind(loaded, focus) if fields else None
            if args is None or self._mirrors(loaded, args, focus):
                continue
            for field in fields:
                node = Get(loaded.name, args, field.path, field.type, field.many)
                wanted = field.spoken and field.many == want_list and "rank" not in flags(self.graph, node)
                if "." not in field.path and wanted and self._stands(node, focus):
                    found.setdefault(loaded.name, []).append(node)
        return found

    def mapped(self, members: Node) -> list[Node]:
        """Map: what one tool says of every member, the list's own columns, and one step beyond."""
        it, keys = It(type_of(members)), []
        ids = self.graph.value(members)
        if not isinstance(ids, list) or not 3 <= len(ids) <= self.max_each:
            return []
        for node in self._columns(members):
            keys += [node] if self._holds(node, members) else []
        return keys + [n for n in self._member_facts(it, members) if not self.graph.registry.is_key(n.type)]

    def describe(self, entity: Ent) -> Iterator[Node]:
        """Inverse: nodes that lead to `entity` from what its own record says."""
        for known in self.about(entity, want_list=False):
            value = self.graph.value(known)
            if isinstance(value, float | bool):
                continue
            handle = Con(known.type, value) if is_value(self.graph, known) else Ent(known.type, str(value))
            for loaded in self.graph.tools():
                if len(loaded.params) != 1 or loaded.params[0].type != known.type:
                    continue
                for field in loaded.fields.values():
                    node = Get(loaded.name, ((loaded.params[0].name, handle),), field.path, field.type)
                    leads = field.says is not None and "end" not in field.says.flags
                    if leads and field.type == entity.type and not field.many and self._is(node, entity):
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
                back = self.about(Ent(members.type, self.rng.choice(ids)), True, frozenset({type_of(entity)}))
                related += [str(i) for b in back if b.type == entity.type for i in self.graph.value(b)]
        pool = self.graph.registry.pools.get(type_of(entity))
        known = pool() if pool else {}
        names = sorted({i for i in related if i != here and i in known and known[i].seed})
        self.rng.shuffle(names)
        return [Ent(type_of(entity), name) for name in names[:limit]]

    def related(self, members: Get) -> Iterator[Get]:
        """Other lists of the same kind of thing that share some of the members: of what else is known of one."""
        ids = [str(i) for i in self.graph.value(members)]
        ahead = self.ahead or Ahead(self.graph)
        taken, homes, kind = 0, ahead.homes(members.type, members.tool), frozenset({members.type})
        for member in self.rng.sample(ids, min(RELATED, len(ids))) if homes else ():
            this = Ent(members.type, member)
            for link in [*self.about(this, False, homes), *self.about(this, True, homes)]:
                value = self.graph.value(link)
                if not value:
                    continue
                other = Ent(link.type, str(self.rng.choice(value) if link.many else value))
                for twin in self.about(other, True, kind):
                    if twin.tool != members.tool and whole(self.graph, twin):
                        yield twin
                        taken += 1
                if taken >= RELATED:
                    return

    def _leads(self, focus: Node, loaded: Loaded) -> bool:
        """Whether one would go on to this tool: a company's city is asked for, the airports around it are not."""
        if not isinstance(focus, Get):
            return True
        marks, home = flags(self.graph, focus), self.graph.registry.tool(focus.tool).tool.domain
        return "end" not in marks and ("home" not in marks or loaded.tool.domain == home)

    def _mirrors(self, loaded: Loaded, args: Args, focus: Node) -> bool:
        """Whether a tool leads from place to place and back: the airport closest to a city closest to an airport."""
        seen_through = any(isinstance(a, Get) and a.args and a.args[0][1] == focus for _, a in args)
        passed = {type_of(node) for node in walk(focus) if node != focus and type_of(node) != type_of(focus)}
        given = {f.type for f in loaded.fields.values() if f.says and not f.many}
        return seen_through and bool(given & (passed | {type_of(focus)}))

    def _stands(self, node: Get, focus: Node) -> bool:
        """Whether a field has a value, and would have one had another member been picked: else nobody could tell."""
        if not self.graph.has(node) or not isinstance(focus, Op) or focus.pattern not in PICKING:
            return self.graph.has(node)
        members = focus.node("list")
        others = [m for m in self.graph.value(members) if m != self.graph.value(focus)][:OTHERS]
        twins = [replace(node, focus, Ent(focus.type, str(m))) for m in others]
        held = all(self.graph.has(twin) for twin in twins)
        return held and any(self.graph.value(twin) != self.graph.value(node) for twin in twins)

    def _member_facts(self, inner: Node, members: Node, limit: int = 3) -> list[Get]:
        found: list[Get] = []
        able = self.graph.registry.speakers.get((type_of(inner), False), frozenset())
        for loaded in self._pick(self.graph.able(able)):
            held = self._held(loaded, inner, members)
            limit -= bool(held)
            found += held
            if limit <= 0:
                break
        return found

    def _held(self, loaded: Loaded, inner: Node, members: Node) -> list[Get]:
        """What a tool says of every member; looked up once for each list of a draw and the constants said so far."""
        key = (members, self.said, loaded.name)
        if key not in self.graph.held:
            args = self._bind(loaded, inner)
            plain = [f for f in loaded.fields.values() if args and f.spoken and not f.many and "." not in f.path]
            nodes = [Get(loaded.name, args, f.path, f.type) for f in plain if args]
            self.graph.held[key] = [node for node in nodes if self._holds(node, members)]
        return self.graph.held[key]

    def _columns(self, members: Node) -> list[Node]:
        if not isinstance(members, Get):
            return []
        fields = self.graph.registry.tool(members.tool).fields
        return [
            Get(members.tool, members.args, path, field.type)
            for path, field in fields.items()
            if path.startswith(members.field + ".") and field.says and not self.graph.registry.is_entity(field.type)
        ]

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


def is_value(graph: Graph, node: Node) -> bool:
    """A number, date or text: what ends a chain unless a tool works on it."""
    return not graph.registry.is_entity(type_of(node))


def whole(graph: Graph, members: Node) -> bool:
    """Whether a list holds all that it speaks of, not the best n of it."""
    says = graph.says(members)
    return says is not None and says.whole


def flags(graph: Graph, node: Get) -> frozenset[str]:
    """The flags of the field that a node reads."""
    says = graph.says(node)
    return says.flags if says else frozenset()


def type_of(node: Node) -> str:
    """The semantic type of a node; of a list the members'."""
    return getattr(node, "type", "")

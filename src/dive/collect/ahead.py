"""What cannot lead on from a question, told without a single call: by types and tools alone.

Takes the evidence graph, a tree and a move; says whether the move may find something. A yes is no promise, a no is
certain. Calls nothing and builds nothing (`walk.py`, `derive/compose.py`).
"""

import functools
from collections.abc import Collection, Iterator

from dive.collect.fits import following, ranked_lists
from dive.evidence import Graph
from dive.registry import Field, Loaded
from dive.tree import Ent, Get, Node, walk

UNIT = "unit:type"
FEW = 4
"""A list that is no longer has nobody to leave out: fewer are no choice."""


class Ahead:
    """What the tools of one draw may lead to."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.registry, self.tools = graph, graph.registry, graph.tools()
        self._homes: dict[tuple[str, str], frozenset[str]] = {}
        self._described: dict[str, bool] = {}

    def open(self, question: Node, moves: Collection[str]) -> Iterator[str]:
        """Those of `moves` that may lead on from `question`, in their order."""
        room = following(question)
        return (move for move in moves if move in room and self._may(question, move))

    def _may(self, question: Node, move: str) -> bool:
        if move == "describe":
            return any(self.described(node.type) for node in walk(question) if isinstance(node, Ent))
        if move == "narrow":
            lists = [m for m in ranked_lists(question) if isinstance(m, Get)]
            return any(self._long(members) and self.homes(members.type, members.tool) for members in lists)
        if move == "convert":
            return self.converts and getattr(question, "type", "") in self.registry.types
        return True

    def _long(self, members: Get) -> bool:
        return self.graph.has(members) and len(self.graph.value(members)) > FEW

    def homes(self, kind: str, tool: str) -> frozenset[str]:
        """The types of things that a whole list of such members, of another tool than this, may be about."""
        if (kind, tool) not in self._homes:
            lists = (t for t in self.tools if t.name != tool and any(_lists(t, kind)))
            taken = {param.type for loaded in lists for param in loaded.params}
            taken |= {thing for thing, value in self.registry.through if value in taken}
            self._homes[kind, tool] = frozenset(t for t in taken - {kind} if self.registry.is_entity(t))
        return self._homes[kind, tool]

    def described(self, kind: str) -> bool:
        """Whether a thing of this type may be said by what leads to it: its own record's, given to another tool."""
        if kind not in self._described:
            told = {f.type for loaded in self.tools for f in self._told(loaded, kind)}
            back = (t for t in self.tools if len(t.params) == 1 and t.params[0].type in told)
            self._described[kind] = any(f.type == kind and not f.many for t in back for f in t.fields.values())
        return self._described[kind]

    def _told(self, loaded: Loaded, kind: str) -> Iterator[Field]:
        able = loaded.name in self.registry.speakers.get((kind, False), ())
        return (f for f in loaded.fields.values() if able and f.spoken and not f.many)

    @functools.cached_property
    def converts(self) -> bool:
        """Whether there is a tool that takes two units."""
        return any([param.type for param in loaded.params[1:]] == [UNIT, UNIT] for loaded in self.tools)


def _lists(loaded: Loaded, kind: str) -> Iterator[Field]:
    return (f for f in loaded.fields.values() if f.many and f.type == kind and f.says and f.says.whole)

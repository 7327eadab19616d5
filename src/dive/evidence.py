"""The evidence graph of one draw: what was called so far, and what each node of a tree is worth on it.

Takes tree nodes; gives their values. While `collecting`, a missing call is made and kept; afterwards only
recorded calls count, so what is derived follows from the evidence alone. A failed call is never evidence.
Does not choose what to call (`collect/walk.py`).
"""

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from types import CodeType
from typing import TypeVar

import msgspec
from msgspec import Struct

from dive.errors import ToolError
from dive.nouns import Json, canonical
from dive.patterns import pattern
from dive.registry import Loaded, Registry
from dive.says import Says
from dive.tools import CallFn, bind
from dive.tree import Con, Ent, Get, It, Node, Op, depends_on_it

T = TypeVar("T")
CallKey = tuple[str, bytes]
EVALUATED = {"len": len, "max": max, "min": min, "sum": sum, "sorted": sorted, "abs": abs}


class Found(Struct):
    """What a walk laid open, each node with a value on the evidence.

    values: single values about the focus. lists: lists about it. keys: for each list, what is known of all its
    members. partners: for a list, lists of the same members about a sibling. others: for a value, the same value
    of a sibling. descriptions: for a named entity, nodes that lead to it.
    """

    values: list[Get]
    lists: list[Node]
    keys: dict[Node, list[Node]]
    partners: dict[Node, list[Node]]
    others: dict[Node, list[Node]]
    descriptions: dict[Node, list[Node]]


class Unknown(Exception):
    """A node has no value on this evidence: the call failed, was never made, or left the field out."""


class Graph:
    """Calls made in this draw, by tool and bound arguments, with the round of the first call.

    Args:
        registry: tools and types.
        toolset: names of the tools that may be called, sorted.
        call: runs a tool.

    `around` keeps what a walk found about a node: by node, whether lists were wanted, the constants said so far and the
    types looked for; `held` what a tool says of all members of a list: by list, these constants, and tool.
    """

    def __init__(self, registry: Registry, toolset: Sequence[str], call: CallFn) -> None:
        self.registry = registry
        self.toolset = tuple(toolset)
        self.calls: dict[CallKey, tuple[Json, int]] = {}
        self.failed: set[CallKey] = set()
        self.round = 1
        self.collecting = True
        self.around: dict[tuple[Node, bool, tuple[Con, ...], frozenset[str]], dict[str, list[Get]]] = {}
        self.held: dict[tuple[Node, tuple[Con, ...], str], list[Get]] = {}
        self._call = call
        self._bound: dict[object, CallKey] = {}
        self._values: dict[Node, tuple[Json, frozenset[CallKey]]] = {}
        self._mapped: dict[tuple[Node, Node], tuple[dict[Json, Json], frozenset[CallKey]]] = {}
        self._trace: set[CallKey] = set()

    def tools(self) -> list[Loaded]:
        """The tools of the toolset in order of name."""
        return [self.registry.tools[name] for name in self.toolset]

    def able(self, names: Collection[str]) -> list[Loaded]:
        """Those of them that are among `names`."""
        return [self.registry.tools[name] for name in self.toolset if name in names]

    def result(self, tool: str, args: Mapping[str, Json]) -> Json:
        """The recorded result of a call; makes the call while collecting. Raises Unknown."""
        key = self._key(tool, args)
        if key not in self.calls:
            if not self.collecting or key in self.failed:
                raise Unknown(f"{tool}: not in the evidence")
            try:
                self.calls[key] = (self._call(tool, args), self.round)
            except ToolError as error:
                self.failed.add(key)
                raise Unknown(str(error)) from error
        self._trace.add(key)
        return self.calls[key][0]

    def _key(self, tool: str, args: Mapping[str, Json]) -> CallKey:
        """The name of a call: tool and bound arguments; made once for arguments as they are given."""
        given = (tool, *((name, value, value.__class__) for name, value in args.items()))
        try:
            if given not in self._bound:
                self._bound[given] = (tool, canonical(bind(self.registry.tool(tool), args)))
            return self._bound[given]
        except (ToolError, TypeError) as error:
            raise Unknown(str(error)) from error

    def needed(self, node: Node) -> frozenset[CallKey]:
        """The calls, by tool and bound arguments, that the value of `node` needs. Raises Unknown."""
        self.value(node)
        return self._values[node][1]

    def calls_of(self, node: Node) -> list[tuple[str, Json]]:
        """The same as tools and arguments, in no order that means anything."""
        return [(tool, msgspec.json.decode(args)) for tool, args in self.needed(node)]

    def value(self, node: Node) -> Json:
        """What `node` is worth. Raises Unknown."""
        if node not in self._values:
            self._values[node] = self._traced(lambda: self._evaluate(node, None))
        found, needs = self._values[node]
        self._trace |= needs
        return found

    def _traced(self, work: Callable[[], T]) -> tuple[T, frozenset[CallKey]]:
        """What `work` gives, and the calls that it reads."""
        outer, self._trace = self._trace, set()
        try:
            return work(), frozenset(self._trace)
        finally:
            self._trace = outer

    def says(self, node: Node) -> Says | None:
        """The wording of the field that a node reads; None of whatever reads none."""
        return self.registry.field(node.tool, node.field).says if isinstance(node, Get) else None

    def has(self, node: Node) -> bool:
        """Whether `node` has a value here."""
        try:
            self.value(node)
        except Unknown:
            return False
        return True

    def keys(self, key: Node, members: Node) -> dict[Json, Json]:
        """The key's value for each member of a list. Raises Unknown when one is missing."""
        if (key, members) not in self._mapped:
            self._mapped[key, members] = self._traced(lambda: {m: self._evaluate(key, m) for m in self.value(members)})
        found, needs = self._mapped[key, members]
        self._trace |= needs
        return found

    def _evaluate(self, node: Node, member: Json) -> Json:
        """The value of a node; `member` stands for `It`."""
        if isinstance(node, Ent):
            return self.registry.value(node.type, node.id)
        if isinstance(node, Con):
            return node.value
        if isinstance(node, It):
            return member
        if isinstance(node, Op):
            return self._operate(node)
        args = {name: self._evaluate(arg, member) if depends_on_it(arg) else self.value(arg) for name, arg in node.args}
        return self._field(node, self.result(node.tool, args), member)

    def _field(self, node: Get, result: Json, member: Json) -> Json:
        path, _, name = node.field.partition(".")
        says = self.registry.field(node.tool, path).says
        key = says.member if says else ""
        if path not in result:
            raise Unknown(f"{node.tool}: no {path}")
        if name:
            row = next((r for r in result[path] if r[key] == member), None)
            if row is None or name not in row:
                raise Unknown(f"{node.tool}: no {node.field} of {member}")
            return row[name]
        return [r[key] for r in result[path]] if node.many and key else result[path]

    def _operate(self, node: Op) -> Json:
        slots, texts = {}, {}
        for name, slot in node.slots:
            if isinstance(slot, str):
                texts[name] = slot
            elif name == "key":
                slots["key"], texts["key"] = self.keys(slot, node.node("list")), "key[m]"
            else:
                slots[name], texts[name] = self.value(slot), name
        code = _compiled(pattern(node.pattern).expression(texts))
        try:
            return eval(code, {"__builtins__": EVALUATED, **slots})  # noqa: S307  (shipped text, not input)
        except (TypeError, ValueError, ZeroDivisionError, IndexError) as error:
            raise Unknown(f"{node.pattern}: {error}") from error


@functools.cache
def _compiled(text: str) -> CodeType:
    return compile(text, "<pattern>", "eval")

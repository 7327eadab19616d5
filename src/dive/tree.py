"""The expression tree: the one thing that is the program, the call graph and the wording of a composed task.

Takes nothing but msgspec; gives node classes and walks over them. Does not know how a node is compiled
(`derive/compile.py`), spoken (`phrase/`) or found (`derive/compose.py`).

    Ent   an entity named in the question                      Con   a constant stated in the question
    It    the member under consideration inside an operator    Get   one field of one call's result
    Op    a pattern (a row of `patterns.toml`) over slots: nodes, or words such as "max"
"""

from collections.abc import Iterator
from typing import Any, Union

from msgspec import Struct


class Ent(Struct, frozen=True, tag=True, tag_field="node", cache_hash=True):
    """An entity named in the question; `type` is `entity:scheme`, `id` the value that tools take."""

    type: str
    id: str


class Con(Struct, frozen=True, tag=True, tag_field="node", cache_hash=True):
    """A constant that the question states: a number, an ISO date, a year, an amount."""

    type: str
    value: Any


class It(Struct, frozen=True, tag=True, tag_field="node", cache_hash=True):
    """The member of the list that the enclosing operator looks at; `type` is the member's type."""

    type: str


class Get(Struct, frozen=True, tag=True, tag_field="node", cache_hash=True):
    """`field` of the result of `tool` called with `args` (argument name, node), in the tool's order.

    Arguments that are left out take their schema default. `type` is the field's type; for a list field it is
    the member's type and `many` is true.
    """

    tool: str
    args: tuple[tuple[str, "Node"], ...]
    field: str
    type: str
    many: bool = False


class Op(Struct, frozen=True, tag=True, tag_field="node", cache_hash=True):
    """A pattern over its slots, in the pattern's order. A slot is a node, or a word that picks a variant."""

    pattern: str
    slots: tuple[tuple[str, "Node | str"], ...]
    type: str
    many: bool = False

    def slot(self, name: str) -> "Node | str":
        """The slot called `name`; KeyError if there is none."""
        return dict(self.slots)[name]

    def node(self, name: str) -> "Node":
        """The slot called `name`, which is no word; TypeError if it is one."""
        slot = self.slot(name)
        if isinstance(slot, str):
            raise TypeError(f"{self.pattern}: {name} is the word {slot!r}")
        return slot


Node = Union[Ent, Con, It, Get, Op]


def children(node: Node) -> tuple[Node, ...]:
    """Direct sub-nodes in order."""
    if isinstance(node, Get):
        return tuple([child for _, child in node.args])
    if isinstance(node, Op):
        return tuple([child for _, child in node.slots if not isinstance(child, str)])
    return ()


def walk(node: Node) -> Iterator[Node]:
    """All nodes below and including `node`, parents first."""
    ahead = [node]
    while ahead:
        here = ahead.pop()
        yield here
        ahead += reversed(children(here))


def replace(node: Node, old: Node, new: Node) -> Node:
    """`node` with every occurrence of `old` replaced by `new`."""
    if node == old:
        return new
    if isinstance(node, Get):
        args = tuple((name, replace(child, old, new)) for name, child in node.args)
        return Get(node.tool, args, node.field, node.type, node.many)
    if isinstance(node, Op):
        slots = tuple((name, s if isinstance(s, str) else replace(s, old, new)) for name, s in node.slots)
        return Op(node.pattern, slots, node.type, node.many)
    return node


def depends_on_it(node: Node) -> bool:
    """Whether `node` speaks of a member: an `It` that no operator inside `node` binds, or a member's own field.

    Operators bind `It` in every slot but the one called "list" (or "a" and "b", which are lists themselves).
    """
    if isinstance(node, Get):
        return "." in node.field or any(depends_on_it(child) for _, child in node.args)
    if isinstance(node, Op):
        return any(depends_on_it(s) for n, s in node.slots if not isinstance(s, str) and n in ("list", "a", "b", "of"))
    return isinstance(node, It)

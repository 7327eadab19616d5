"""How a tool can take a node: which parameter it fills, and where the others come from.

Takes a tool and a focus node; gives the argument nodes of a call. A parameter is filled by the focus itself, by
a transparent field of the focus (its latitude and longitude, its formula), by another entity, or by a constant
that the question will state. Does not call anything.
"""

import datetime
import random
from collections.abc import Sequence
from decimal import Decimal

from msgspec import UNSET

from dive.registry import Choices, Loaded, Param, Range, Registry
from dive.tree import Con, Ent, Get, Node

REUSED = frozenset({"year", "date"})
"""Constants of which a question states one: who asks about 2007 does not turn to 1962 in the next breath."""

Args = tuple[tuple[str, Node], ...]


def bindings(registry: Registry, toolset: Sequence[str], loaded: Loaded, focus: Node, others: Sequence[Node],
             rng: random.Random) -> Args | None:  # fmt: skip
    """Argument nodes for one call of `loaded` about `focus`, or None if it cannot take it.

    Args:
        registry: tools and types.
        toolset: tools whose transparent fields may be used.
        loaded: the tool.
        focus: an entity or value node; must fill exactly one place.
        others: further nodes that may fill other places of their type.
        rng: chooses constants and other entities.
    """
    placed = False
    args: list[tuple[str, Node]] = []
    point: Node | None = None
    for param in loaded.params:
        if param.type == "longitude:deg" and point is not None:
            node = _through(registry, toolset, point, param.type)
            point = None
        elif not placed and (node := _through(registry, toolset, focus, param.type)) is not None:
            placed = True
            point = focus if param.type == "latitude:deg" else None
        else:
            first = param is loaded.params[0]
            node = _other(registry, toolset, param, [o for o in others if o != focus], rng, first)
            if node is None and param.default is UNSET:
                return None
            if param.type == "latitude:deg":
                point = _owner(node)
        if node is not None:
            args.append((param.name, node))
    return tuple(args) if placed else None


def _owner(node: Node | None) -> Node | None:
    return node.args[0][1] if isinstance(node, Get) else None


def _through(registry: Registry, toolset: Sequence[str], node: Node, wanted: str) -> Node | None:
    """`node` as a value of type `wanted`: itself, or a transparent field of a record about it."""
    have = getattr(node, "type", "")
    if getattr(node, "many", False) or not wanted or (wanted == "count" and not isinstance(node, Con)):
        return None
    if have == wanted:
        return node
    for name, param, path in registry.through.get((have, wanted), ()):
        if name in toolset:
            return Get(name, ((param, node),), path, wanted)
    return None


def _other(registry: Registry, toolset: Sequence[str], param: Param, others: Sequence[Node],
           rng: random.Random, subject: bool) -> Node | None:  # fmt: skip
    if param.draw is not None:
        said = [o for o in others if isinstance(o, Con) and o.type == param.type and allows(param.draw, o.value)]
        return said[0] if said and param.type in REUSED else Con(param.type, constant(param.draw, rng))
    fitting = [n for o in others if (n := _through(registry, toolset, o, param.type)) is not None]
    if fitting:
        return rng.choice(fitting)
    if param.default is UNSET and param.type in registry.pools and not subject:
        seeds = registry.seeds(param.type)
        return Ent(param.type, rng.choice(seeds).id) if seeds else None
    return None


def allows(draw: Range | Choices, value: str | int | float) -> bool:
    """Whether a constant is one that the parameter may be given."""
    if isinstance(draw, Choices):
        return value in draw.values
    return isinstance(value, str) == isinstance(draw.low, str) and draw.low <= value <= draw.high  # type: ignore[operator]


def constant(draw: Range | Choices, rng: random.Random) -> str | int | float:
    """One constant that a question may state."""
    if isinstance(draw, Choices):
        return rng.choice(draw.values)
    if isinstance(draw.low, str):
        first, last = datetime.date.fromisoformat(draw.low), datetime.date.fromisoformat(str(draw.high))
        steps = (last - first).days // int(draw.step)
        return (first + datetime.timedelta(days=int(draw.step) * rng.randint(0, steps))).isoformat()
    low, step = Decimal(str(draw.low)), Decimal(str(draw.step))
    value = low + step * rng.randint(0, int((Decimal(str(draw.high)) - low) / step))
    return int(value) if value == value.to_integral() else float(value)

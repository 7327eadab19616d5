"""sensible: arithmetic and comparison only where they mean something.

Takes an exam; gives a Verdict. Differences and ranks stay within one quantity and one kind of thing; quotients are
named in `quantities.toml` or allowed by the field's `says` line; what a scale does not bear (`scales.toml`) no line
allows. Judges trees only.
"""

import functools
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from dive.nouns import Verdict
from dive.patterns import pattern
from dive.says import Says
from dive.scales import refused, shifted
from dive.tree import Con, Ent, Get, It, Node, Op, children, walk
from dive.verify.exam import Exam, operators, verdict

COMPARING = frozenset({"gap", "more_than", "less_than", "both", "only"})
"""Patterns over two sides that must be of one semantic type."""
QUOTIENTS = frozenset({"ratio"})
STEADY = frozenset({"mean", "median"})
"""Figures that go through a conversion as the values do, even where units differ in their zero."""
UNIT = "unit:type"
PRODUCTS = frozenset({"product"})
UNORDERED = frozenset({"where_equal", "distinct"})
"""Patterns with a key that need not have an order."""


def gate(exam: Exam) -> Verdict:
    """The verdict `sensible`."""
    if exam.tree is None:
        return Verdict(by="sensible", passed=None, reason="a question without a tree has no quantities to judge")
    faults = (fault for op in operators(exam.tree) if (fault := _fault(exam, op)))
    return verdict("sensible", next(faults, "") or next(_converted(exam.tree), ""))


def _fault(exam: Exam, op: Op) -> str:
    sides = [slot for name, slot in op.slots if name in ("a", "b") and not isinstance(slot, str)]
    key = dict(op.slots).get("key")
    if op.pattern in PRODUCTS:
        return "products have no names yet"
    if pattern(op.pattern).gives == "record":
        return _unrelated([slot for _, slot in op.slots if not isinstance(slot, str)])
    if len(sides) == 2 and op.pattern in COMPARING:
        return _unlike(exam, *sides) or next((f for s in sides if (f := _incomparable(exam, op, s))), "")
    if len(sides) == 2 and op.pattern in QUOTIENTS:
        return _quotient(exam, *sides) or next((f for s in sides if (f := _unbearable(exam, op, s))), "")
    if isinstance(key, Get) and op.pattern in UNORDERED:
        return _unnamed(exam, op, key)
    if isinstance(key, Get):
        return _unordered(exam, key) or _unbearable(exam, op, key) or _other_bound(op, key) or _other_than(op, key)
    return ""


def _converted(tree: Node) -> Iterator[str]:
    """Differences put through a conversion between units that differ in their zero: 1 kelvin is no 274.15 kelvins."""
    for node in walk(tree):
        if isinstance(node, Get) and any(isinstance(c, Con) and c.type == UNIT for c in children(node)):
            figures = (c for c in children(node) if isinstance(c, Op) and pattern(c.pattern).gives in ("key", "number"))
            for child in figures:
                if child.pattern not in STEADY and shifted(child.type):
                    yield f"a {child.pattern} of {child.type} put through {node.tool}: the zeros differ"


def _unbearable(exam: Exam, op: Op, value: Node) -> str:
    """Why an operator's arithmetic means nothing with a field: its scale does not bear it, or no line allows it."""
    says = _says(exam, value) if isinstance(value, Get) else None
    if says is None or not isinstance(value, Get):
        return ""
    if "rank" in says.flags and pattern(op.pattern).gives in ("key", "number"):
        return f"{value.tool}.{value.field} only ranks"
    unsaid = op.pattern == "factor" and "ratio" not in says.flags
    return refused(op.pattern, value.type, says.head) or ("its ratio means nothing" if unsaid else "")


def _unnamed(exam: Exam, op: Op, key: Get) -> str:
    """Why members cannot be told apart by what a field names: it names nothing, or the value is of another kind."""
    if not exam.registry.is_entity(key.type):
        return f"{op.pattern} by {key.tool}.{key.field}, which names no things"
    value = dict(op.slots).get("value")
    kind = key.type if value is None or isinstance(value, str) else value.type
    return "" if kind == key.type else f"{key.type} against {kind}"


def _other_than(op: Op, key: Get) -> str:
    """Why members cannot be set beside one thing: it is no such thing, or its figure is not the same field's."""
    than, members = dict(op.slots).get("than"), dict(op.slots)["list"]
    if than is None or isinstance(than, str) or isinstance(members, str) or _alike(key, than, members.type):
        return ""
    return f"{op.pattern}: {key.tool}.{key.field} against something else"


def _alike(key: Node, other: Node, kind: str) -> bool:
    """Whether `other` is the same field of a thing of the members' kind, in the same year."""
    if isinstance(key, It):
        return other.type == kind and not isinstance(other, Con)
    if isinstance(key, Get) and isinstance(other, Get) and "." not in key.field:
        same = (key.tool, key.field, [n for n, _ in key.args]) == (other.tool, other.field, [n for n, _ in other.args])
        return same and all(_alike(a, b, kind) for a, b in zip(children(key), children(other), strict=True))
    return key == other


def _unrelated(parts: Sequence[Node]) -> str:
    """Why the parts of a record are no one question: a part that shares no call and no entity with those before, or
    looks at another list than the first part does and not at what that gives.
    """
    known: set[Node | tuple[str, object]] = set()
    first = parts[0]
    if isinstance(first, Op) and any(isinstance(p, Op) and first not in walk(p) for p in parts[1:]):
        lists = [{n.slot("list") for n in walk(p) if isinstance(n, Op) and "list" in dict(n.slots)} for p in parts]
        if not set.intersection(*lists):
            return "a figure of one list beside something else"
    for part in parts:
        own = {(n.tool, n.args) if isinstance(n, Get) else n for n in walk(part) if isinstance(n, Get | Ent)}
        if known and not known & own:
            return "parts that have nothing to do with each other"
        known |= own
    return ""


def _incomparable(exam: Exam, op: Op, side: Node) -> str:
    """Why there is no difference: the field has no words for more and less."""
    return _unordered(exam, side) if op.pattern == "gap" and isinstance(side, Get) else ""


def _unlike(exam: Exam, a: Node, b: Node) -> str:
    """Why two values cannot be set against each other: type, what is counted, or what they are said of."""
    if a.type != b.type:
        return f"{a.type or 'something'} against {b.type or 'something'}"
    if a.type in ("count", "") and counted(exam, a) != counted(exam, b):
        return f"{counted(exam, a)} against {counted(exam, b)}"
    if subject(a) != subject(b):
        return f"of {subject(a)} against of {subject(b)}"
    return ""


def _quotient(exam: Exam, a: Node, b: Node) -> str:
    if a.type == b.type:
        missing = [node for node in (a, b) if isinstance(node, Get) and "ratio" not in _flags(exam, node)]
        return _unlike(exam, a, b) or ("its ratio means nothing" if missing else "")
    over, under = a.type.partition(":")[0], b.type.partition(":")[0]
    if (over, under) not in quantities():
        return f"{over} by {under} has no name"
    same = isinstance(a, Get) and isinstance(b, Get) and children(a) == children(b)
    return "" if same else f"the {over} of one thing by the {under} of another"


def _unordered(exam: Exam, key: Get) -> str:
    says = _says(exam, key)
    return "" if says and says.cls else f"{key.tool}.{key.field} has no order that can be spoken of"


def _other_bound(op: Op, key: Get) -> str:
    bound = dict(op.slots).get("bound")
    other = bound is not None and not isinstance(bound, str) and bound.type != key.type
    return f"{key.type} against {bound.type}" if other and isinstance(bound, Con | Get | Op) else ""


def subject(node: Node) -> tuple[str, ...]:
    """The types of what a value is said of: ("airport:iata",) for an elevation of an airport."""
    if isinstance(node, Get):
        return tuple(child.type for child in children(node) if not isinstance(child, Con))
    inner = dict(node.slots).get("list", dict(node.slots).get("a")) if isinstance(node, Op) else None
    return (inner.type,) if inner is not None and not isinstance(inner, str) else ()


def counted(exam: Exam, node: Node) -> str:
    """What a count counts, or a number without a unit tells."""
    if isinstance(node, Get):
        says = _says(exam, node)
        return says.head if says and says.head else f"{node.tool}.{node.field}"
    return ", ".join(subject(node)) if not isinstance(node, It) else node.type


@functools.cache
def quantities() -> dict[tuple[str, str], str]:
    """Names of quotients by (over, under)."""
    rows = tomllib.loads(Path(__file__).with_name("quantities.toml").read_text(encoding="utf-8"))
    return {(row["over"], row["under"]): name for name, row in rows.items()}


def _says(exam: Exam, node: Get) -> Says | None:
    return exam.registry.field(node.tool, node.field).says


def _flags(exam: Exam, node: Get) -> frozenset[str]:
    says = _says(exam, node)
    return says.flags if says else frozenset()

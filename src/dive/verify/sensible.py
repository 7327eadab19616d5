"""sensible: arithmetic and comparison only where they mean something.

Takes an exam; gives a Verdict. Differences and ranks stay within one quantity and one kind of thing; quotients are
named in `quantities.toml` or allowed by the field's `says` line. Judges trees only.
"""

import functools
import tomllib
from collections.abc import Sequence
from pathlib import Path

from dive.nouns import Verdict
from dive.patterns import pattern
from dive.says import Says
from dive.tree import Con, Ent, Get, It, Node, Op, children, walk
from dive.verify.exam import Exam, operators, verdict

COMPARING = frozenset({"gap", "more_than", "less_than", "both", "only"})
"""Patterns over two sides that must be of one semantic type."""
QUOTIENTS = frozenset({"ratio"})
PRODUCTS = frozenset({"product"})
UNORDERED = frozenset({"where_equal", "distinct"})
"""Patterns with a key that need not have an order."""


def gate(exam: Exam) -> Verdict:
    """The verdict `sensible`."""
    if exam.tree is None:
        return Verdict(by="sensible", passed=None, reason="a question without a tree has no quantities to judge")
    return verdict("sensible", next((fault for op in operators(exam.tree) if (fault := _fault(exam, op))), ""))


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
        return _quotient(exam, *sides)
    if isinstance(key, Get) and op.pattern not in UNORDERED:
        return _unordered(exam, key) or _other_bound(op, key)
    return ""


def _unrelated(parts: Sequence[Node]) -> str:
    """Why the parts of a record are no one question: a part that shares no call and no entity with those before."""
    known: set[Node | tuple[str, object]] = set()
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

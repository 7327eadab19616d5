"""shaped: questions that nobody would ask, seen from the tree and the values of its nodes.

Takes an exam; gives a Verdict with the first fault found. Without a tree there is no shape to see: not checkable.
Knows the patterns by name; a pattern in none of the tables below is judged by its slots alone.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from dive.derive.laid import by_nearness
from dive.derive.listed import SORTED, TWICE
from dive.forms import form_of
from dive.nouns import Json, Verdict
from dive.tree import Con, Get, It, Node, Op, children, walk
from dive.verify.exam import Exam, column, operators, value_of, verdict
from dive.words import rounded

RANKING = frozenset({"superlative", "top", "nth", "order"})
SELECTING = frozenset({"where", "surpass", "where_equal"})
MOST = frozenset({"max", "reverse=True"})
PAIRING = frozenset({"both", "only"})
FLAGS = {"mean": "mean", "deviation": "mean", "total": "sum", "multiple": "sum"}
"""Patterns that need leave from the field's `says` line: values that overlap must not be added up."""
DIFFERENCES = frozenset({"gap", "spread", "ratio", "deviation"})
MIN_MEMBERS = 3


def gate(exam: Exam) -> Verdict:
    """The verdict `shaped`."""
    if exam.tree is None:
        return Verdict(by="shaped", passed=None, reason="a question without a tree has no shape to judge")
    faults = (fault for op in operators(exam.tree) for rule in _RULES if (fault := rule(exam, op)))
    return verdict("shaped", next(faults, "") or next(_own_lists(exam, exam.tree), ""))


def _tautology(exam: Exam, op: Op) -> str:
    """The same thing twice, or the highest of the highest."""
    slots = dict(op.slots)
    nodes = [slot for slot in slots.values() if not isinstance(slot, str)]
    if len(nodes) > len(set(nodes)):
        return f"{op.pattern} of a thing and itself"
    inner = slots.get("list")
    if op.pattern not in RANKING or not isinstance(inner, Op) or dict(inner.slots).get("key") != slots["key"]:
        return ""
    if inner.pattern in RANKING:
        return f"{op.pattern} of a list already ranked"
    idle = inner.pattern in ("where", "surpass") and (inner.slot("how") == ">") == (slots["how"] in MOST)
    return f"the {op.pattern} passes its own {inner.pattern} anyway" if idle else ""


def _sorted_already(exam: Exam, op: Op) -> str:
    """A list ranked by what it is sorted by: the answer is its first, last or middle line."""
    slots = dict(op.slots)
    key, members = slots.get("key"), slots.get("list")
    if op.pattern not in RANKING | {"median", "closest"} or not isinstance(key, Get) or not isinstance(members, Get):
        return ""
    than = value_of(exam, op.node("than")) if "than" in slots else None
    if than is not None and exam.graph and by_nearness(exam.graph, members, list(column(exam, op).values()), than):
        return f"{members.tool}.{members.field} is sorted by nearness already"
    says = exam.registry.field(members.tool, members.field).says
    name = key.field.removeprefix(f"{members.field}.")
    own = "." in key.field or all(isinstance(child, It) for child in children(key))
    same = own and says is not None and says.sorted_by == name
    return f"{members.tool}.{members.field} is sorted by {name} already" if same else ""


def _too_few(exam: Exam, op: Op) -> str:
    values = column(exam, op)
    if "key" not in dict(op.slots) or not values:
        return ""
    if len(values) < MIN_MEMBERS and op.pattern not in SELECTING:
        return f"{op.pattern} of {len(values)}"
    if len(set(map(str, values.values()))) == 1:
        return f"all {len(values)} members are alike"
    if op.pattern == "distinct" and len(set(map(str, values.values()))) == len(values):
        return f"all {len(values)} members are different"
    if op.pattern == "order" and len(values) > SORTED:
        return f"{len(values)} to be put in order"
    if op.pattern == "nth" and 2 * int(str(op.slot("place"))) >= len(values):
        return f"nearer to the other end of {len(values)}"
    wanted = dict(op.slots).get("n")
    return "all members asked for" if isinstance(wanted, Con) and wanted.value >= len(values) else ""


def _no_difference(exam: Exam, op: Op) -> str:
    """Nothing between two values in the digits asked for, a factor hardly above one, or a thing beside itself."""
    value = value_of(exam, op) if op.pattern in DIFFERENCES | {"factor"} else None
    if value is not None and op.pattern == "factor":
        return f"a factor of less than {TWICE}" if value < TWICE else ""
    if value is not None:
        shown = rounded(value, form_of(op, exam.registry).places or 0)
        return f"the {op.pattern} is nothing" if shown == (1 if op.type == "ratio" else 0) else ""
    than = dict(op.slots).get("than") if op.pattern == "closest" else None
    members = value_of(exam, op.node("list")) if isinstance(than, Get) else None
    itself = isinstance(than, Get) and any(value_of(exam, thing) in (members or ()) for thing in children(than))
    return "the closest to a member is the member itself" if itself else ""


def _all_or_none(exam: Exam, op: Op) -> str:
    """A test that every member passes, or none."""
    slots = dict(op.slots)
    source = slots.get("list" if op.pattern in SELECTING else "a")
    if op.pattern not in SELECTING | PAIRING or source is None or isinstance(source, str):
        return ""
    before, after = value_of(exam, source), value_of(exam, op)
    if not isinstance(before, list) or not isinstance(after, list):
        return ""
    if not after:
        return f"no member passes {op.pattern}"
    return f"every member passes {op.pattern}" if len(after) == len(before) else ""


def _counts_twice(exam: Exam, op: Op) -> str:
    key, flag = dict(op.slots).get("key"), FLAGS.get(op.pattern)
    if flag is None or not isinstance(key, Get):
        return ""
    says = exam.registry.field(key.tool, key.field).says
    return "" if says and flag in says.flags else f"the {flag} of {key.tool}.{key.field} makes no sense"


def _odd_threshold(exam: Exam, op: Op) -> str:
    bound = dict(op.slots).get("bound")
    if not isinstance(bound, Con):
        return ""
    whole = all(isinstance(value, int) for value in column(exam, op).values())
    return "" if sayable(bound.value, bound.type, whole) else f"nobody would say {bound.value}"


def sayable(value: Json, kind: str, whole: bool) -> bool:
    """Whether a person would state this constant: few digits, years in fives, the first of a month."""
    if isinstance(value, str):
        return kind != "date" or value.endswith("-01")
    number = abs(Decimal(repr(value)))
    if whole and number != number.to_integral_value():
        return False
    if kind == "year":
        return number % 5 == 0
    digits = "".join(map(str, number.normalize().as_tuple().digits)).strip("0")
    return number <= 20 or len(digits) <= 2 or (len(digits) == 3 and digits.endswith("5"))


def _own_lists(exam: Exam, tree: Node) -> Iterator[str]:
    """Lists about a thing that hold the thing itself."""
    for node in walk(tree):
        if isinstance(node, Get) and node.many:
            members = value_of(exam, node)
            for subject in _subjects(exam, node):
                if isinstance(members, list) and subject.type == node.type and value_of(exam, subject) in members:
                    yield f"{node.tool}.{node.field} holds its own subject"


def _subjects(exam: Exam, node: Get) -> Iterator[Node]:
    """What a call is about; fields that speak as their subject, such as a latitude, stand for it."""
    for child in children(node):
        says = exam.registry.field(child.tool, child.field).says if isinstance(child, Get) else None
        if isinstance(child, Get) and says and "transparent" in says.flags:
            yield from _subjects(exam, child)
        else:
            yield child


_RULES: tuple[Callable[[Exam, Op], str], ...] = (
    _tautology, _sorted_already, _too_few, _no_difference, _all_or_none, _counts_twice, _odd_threshold,
)  # fmt: skip

"""What the gates look at, and what several of them ask of it.

Takes a task with its executed proof; gives what its question states. Judges nothing.
"""

from collections.abc import Iterator

from msgspec import UNSET, Struct

from dive.evidence import Graph, Unknown
from dive.nouns import Answer, Json, Proof, Verdict
from dive.prove.evaluate import Outcome
from dive.registry import Loaded, Registry
from dive.tree import Node, Op, walk


class Exam(Struct, frozen=True, kw_only=True):
    """One task under judgement.

    Attributes:
        outcome: the proof's value and calls in the recorded world.
        tree, graph: of a composed question, and what its nodes are worth; None for a model's question. The graph is
            open: trees with a changed leaf can be looked up too.
        pattern: the moves of the rounds, joined by ">".
        spoken: what the grammar said, where a model reworded it.
    """

    question: str
    answer: Answer
    proof: Proof
    outcome: Outcome
    toolset: tuple[str, ...]
    registry: Registry
    tree: Node | None = None
    graph: Graph | None = None
    pattern: str = ""
    spoken: str = ""


class Stated(Struct, frozen=True):
    """A value that the question states: its semantic type, itself, and the words that stand for it."""

    type: str
    value: str | int | float | bool
    text: str


def verdict(by: str, reason: str) -> Verdict:
    """Passed if there is no reason against it."""
    return Verdict(by=by, passed=not reason, reason=reason)


def stated(exam: Exam) -> tuple[Stated, ...]:
    """What the proof's calls take from the question's text, each value once."""
    found: dict[Stated, None] = {}
    for step in exam.proof.steps:
        if step.call is UNSET or str(step.call) not in exam.registry.tools:
            continue
        types = {param.name: param.type for param in exam.registry.tool(str(step.call)).params}
        for name, arg in step.args.items():
            if arg.text is not UNSET:
                value = arg.text if arg.is_ is UNSET else arg.is_
                found[Stated(types.get(name, ""), value, str(arg.text))] = None
    return tuple(found)


def value_of(exam: Exam, node: Node) -> Json:
    """What a node of the tree is worth; None if it has no value by itself."""
    if exam.graph is None:
        return None
    try:
        return exam.graph.value(node)
    except Unknown:
        return None


def column(exam: Exam, op: Op) -> dict[Json, Json]:
    """The key of an operator by member; empty if it has none."""
    slots = dict(op.slots)
    members, key = slots.get("list"), slots.get("key")
    if exam.graph is None or not isinstance(members, Node) or not isinstance(key, Node):
        return {}
    try:
        return exam.graph.keys(key, members)
    except Unknown:
        return {}


def operators(tree: Node | None) -> Iterator[Op]:
    """All operators of a tree, outermost first."""
    return (node for node in walk(tree) if isinstance(node, Op)) if tree is not None else iter(())


def cells(loaded: Loaded, result: Json) -> Iterator[tuple[str, str, Json]]:
    """Path, semantic type and value of each field of a result; for fields of a list's members the list of values."""
    for path, field in loaded.fields.items():
        owner, _, name = path.partition(".")
        value = result.get(owner)
        if value is None:
            continue
        if name:
            value = [row[name] for row in value if name in row]
        elif field.kind == "object":
            continue
        yield path, field.type, value

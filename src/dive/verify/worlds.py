"""Bent worlds: the recorded evidence with one thing changed, and the clauses of the proof changed one by one.

Takes an executed proof, alternates from the closure pool and which lists are ordered; gives `World`s for
`prove.evaluate.run`. Extremes come first; later calls are executed again by whoever runs them. Judges nothing.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from dive.nouns import Json, Proof, canonical
from dive.pools.closure import Sample
from dive.prove.batch import call_key
from dive.prove.evaluate import Done, Outcome, World

ROWS = 8
"""Members of a list that are dropped one at a time."""


def fields_read(proof: Proof) -> frozenset[str]:
    """Every text constant in a proof's expressions: the names of the fields that it reads are among them."""
    texts = [proof.program, *(e for step in proof.steps for e in expressions(step.let, step.each, step.args))]
    nodes = (node for text in texts for node in ast.walk(ast.parse(text, mode="eval")))
    return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


def expressions(let: Any, each: Any, args: Mapping[str, Any]) -> list[str]:
    """The expressions of a step."""
    found = [text for text in (let, each) if text is not UNSET]
    return found + [arg.expr for arg in args.values() if arg.expr is not UNSET]


def bends(proof: Proof, outcome: Outcome, samples: Mapping[str, Sequence[Sample]]) -> Iterator[World]:
    """Worlds in which one field of one result is another: extremes of the closure pool, rows dropped, columns rotated."""
    used = fields_read(proof)
    for done in distinct(outcome.calls):
        for field, value in done.result.items():
            if field not in used:
                continue
            changed = _rows(value, used) if isinstance(value, list) else ()
            others = [s.result[field] for s in samples.get(done.tool, ()) if field in s.result]
            for kind, new in [*changed, *(("extreme", v) for v in extremes(value, others))]:
                yield World(label=f"{done.tool}.{field} {kind}", kind=kind, step=done.step, field=field,
                            bends={call_key(done.tool, done.args): {**done.result, field: new}})  # fmt: skip


def reversals(proof: Proof, outcome: Outcome, ordered: Callable[[str, str], bool]) -> Iterator[World]:
    """Worlds in which one list that claims no order is turned round: the answer must stay."""
    for done in distinct(outcome.calls):
        for field, value in done.result.items():
            if isinstance(value, list) and len(value) > 1 and not ordered(done.tool, field):
                yield World(label=f"{done.tool}.{field} reversed", kind="reverse", step=done.step, field=field,
                            bends={call_key(done.tool, done.args): {**done.result, field: value[::-1]}})  # fmt: skip


def distinct(calls: Sequence[Done]) -> list[Done]:
    """Each executed call once, by tool and arguments."""
    return list({call_key(done.tool, done.args): done for done in calls}.values())


def extremes(value: Json, others: Sequence[Json]) -> list[Json]:
    """The smallest and the largest other value of the same kind, one from the middle; for a number also beyond them."""
    fitting = [v for v in others if _kind(v) is _kind(value) and v != value]
    order = sorted(fitting, key=lambda v: v if _kind(v) is float else canonical(v))
    picked = [order[0], order[-1], order[len(order) // 2]] if order else []
    if _kind(value) is float:
        low, high = min([value, *picked]), max([value, *picked])
        picked += [high + abs(high) + 1, low / 2 if low > 0 else low - abs(low) - 1]
    return [v for n, v in enumerate(picked) if v not in picked[:n]]


def _kind(value: Json) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _rows(value: list[Json], used: frozenset[str]) -> Iterator[tuple[str, Json]]:
    for index in range(min(len(value), ROWS)):
        yield "row dropped", value[:index] + value[index + 1 :]
    if value and isinstance(value[0], dict):
        for column in sorted(used & value[0].keys()):
            yield "column rotated", _rotated(value, column)


def _rotated(rows: list[dict[str, Json]], column: str) -> list[Json]:
    turned = [row.get(column) for row in rows[1:] + rows[:1]]
    return [{**row, column: new} if new is not None else row for row, new in zip(rows, turned, strict=True)]


def mutants(proof: Proof) -> Iterator[World]:
    """Worlds in which one clause of the proof is another: max for min, > for <, a filter dropped, operands swapped."""
    for step in proof.steps:
        for text in expressions(step.let, UNSET, {}):
            for label, new in _mutated(text):
                yield World(label=f"{step.id}: {label}", kind="mutant", step=step.id, steps={step.id: new})
    for label, new in _mutated(proof.program):
        yield World(label=f"program: {label}", kind="mutant", program=new)


def _mutated(text: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(text, mode="eval")
    for index, node in enumerate(ast.walk(tree)):
        for label, change in _changes(node):
            fresh = ast.parse(text, mode="eval")
            target = list(ast.walk(fresh))[index]
            change(target)
            yield label, ast.unparse(fresh)


FLIPS = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE, ast.In: ast.NotIn, ast.NotIn: ast.In,
         ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}  # fmt: skip
SWAPS = {"max": "min", "min": "max"}


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    if isinstance(node, ast.Name) and node.id in SWAPS:
        yield f"{node.id} becomes {SWAPS[node.id]}", lambda n: setattr(n, "id", SWAPS[n.id])
    if isinstance(node, ast.Compare) and type(node.ops[0]) in FLIPS:
        yield "comparison turned", lambda n: n.ops.__setitem__(0, FLIPS[type(n.ops[0])]())
    if isinstance(node, ast.comprehension) and node.ifs:
        yield "filter dropped", lambda n: n.ifs.pop()
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div):
        yield "operands swapped", _swap
    if isinstance(node, ast.keyword) and node.arg == "reverse" and isinstance(node.value, ast.Constant):
        yield "order turned", lambda n: setattr(n.value, "value", not n.value.value)


def _swap(node: ast.BinOp) -> None:
    node.left, node.right = node.right, node.left

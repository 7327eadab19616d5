"""Mutants: the proof with one clause of an expression dropped, negated or turned around.

Takes a proof; gives labelled worlds with a replaced expression, and values of sub-expressions for wrong answers. A
clause whose loss changes nothing in any world is dead (`judge.dead`). Does not run mutants.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import cast

from msgspec import UNSET

from dive.nouns import Proof
from dive.prove.evaluate import World
from dive.prove.expr import nodes, written

NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
}  # fmt: skip
SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
OPPOSITE = {"max": "min", "min": "max", "any": "all", "all": "any"}
SIDED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)

Edit = tuple[str, Callable[[], ast.AST]]
"""What a mutant does, and the node that replaces the original (made from a copy)."""


def mutants(proof: Proof) -> list[World]:
    """One world per clause and change, over `let`, `each`, computed arguments and the program."""
    worlds: list[World] = []
    for step in proof.steps:
        listed = step.each if step.let is UNSET else step.let
        places = {} if listed is UNSET else {step.id: listed}
        places |= {f"{step.id}.{name}": arg.expr for name, arg in step.args.items() if arg.expr is not UNSET}
        for place, text in places.items():
            for label, changed in _mutated(text):
                label = f"step {place}: {label}"
                worlds.append(World(label=label, kind="mutant", step=step.id, steps={place: changed}))
    for label, changed in _mutated(proof.program):
        worlds.append(World(label=f"program: {label}", kind="mutant", program=changed))
    return worlds


def cross(mutant: World, bent: World) -> World:
    """The mutant in a bent world."""
    return World(
        label=f"{mutant.label} | {bent.label}", kind="mutant", step=mutant.step, bends=bent.bends,
        steps=mutant.steps, program=mutant.program,
    )  # fmt: skip


def _mutated(text: str) -> Iterator[tuple[str, str]]:
    """All mutants of one expression: (label, source)."""
    tree, every = written(text), nodes(text)
    parents = {child: node for node in every for child in ast.iter_child_nodes(node)}
    for node in every:
        for label, make in _edits(node, parents.get(node)):
            new = make()
            yield f"{label} in {_shown(node)}", ast.unparse(_with(tree, node, new))


def _with(tree: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """The tree with one node replaced; the tree itself stays."""
    if tree is old:
        return new
    twin = copy.copy(tree)
    for name, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            setattr(twin, name, _with(value, old, new))
        elif isinstance(value, list):
            items = cast("list[object]", value)
            setattr(twin, name, [_with(v, old, new) if isinstance(v, ast.AST) else v for v in items])
    return twin


def _edits(node: ast.AST, parent: ast.AST | None) -> Iterator[Edit]:
    match node:
        case ast.comprehension(ifs=tests):
            for i, test in enumerate(tests):
                if not _is_guard(test):
                    rest = [*tests[:i], *tests[i + 1 :]]
                    yield f"drop `if {_shown(test)}`", lambda r=rest: _but(node, ifs=r)
        case ast.BoolOp(values=parts):
            for i, part in enumerate(parts):
                if not _is_guard(part):
                    rest = [*parts[:i], *parts[i + 1 :]]
                    yield f"drop `{_shown(part)}`", lambda r=rest: r[0] if len(r) == 1 else _but(node, values=r)
        case ast.Compare(ops=[op]):
            if not _is_guard(node):
                yield "negate", lambda: _but(node, ops=[NEGATED[type(op)]()])
                if type(op) in FLIPPED:
                    yield "flip", lambda: _but(node, ops=[FLIPPED[type(op)]()])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            if not _is_guard(test):
                yield "swap the branches", lambda: _but(node, body=orelse, orelse=body)
        case ast.Call(func=ast.Name(id=name)):
            if name in OPPOSITE:
                yield f"{name} -> {OPPOSITE[name]}", lambda: _but(node, func=ast.Name(OPPOSITE[name], ast.Load()))
            if name == "sorted" and isinstance(parent, ast.Subscript):
                yield "turn the order", lambda: _turned(node)
        case ast.BinOp(left=left, op=op, right=right):
            yield from _operator_edits(node, left, op, right, parent)
        case _:
            pass


def _operator_edits(
    node: ast.BinOp, left: ast.expr, op: ast.operator, right: ast.expr, parent: ast.AST | None
) -> Iterator[Edit]:
    if type(op) in SWAPPED:
        yield "swap the operator", lambda: _but(node, op=SWAPPED[type(op)]())
        yield f"drop the right side `{_shown(right)}`", lambda: left
        if not isinstance(op, ast.Sub):
            yield f"drop the left side `{_shown(left)}`", lambda: right
    unsided = isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "abs"
    if isinstance(op, SIDED) and not unsided:
        yield "swap the sides", lambda: _but(node, left=right, right=left)


def _turned(node: ast.Call) -> ast.Call:
    """sorted(...) in the other order."""
    others = [k for k in node.keywords if k.arg != "reverse"]
    given = next((k.value for k in node.keywords if k.arg == "reverse"), ast.Constant(value=False))
    turned = ast.keyword("reverse", ast.UnaryOp(ast.Not(), given))
    return cast("ast.Call", _but(node, keywords=[*others, turned]))


def _but(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node with some fields replaced."""
    twin = copy.copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def _is_guard(test: ast.AST) -> bool:
    """`x is not None` keeps a null out of an operation; it is no clause of the question."""
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot)


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node).strip()
    return text if len(text) <= 60 else text[:57] + "..."

"""What a program does, in the names of `cues.toml`: takes the greatest, leaves something out, subtracts, counts.

Takes parsed expressions; gives names. Does not know questions.
"""

import ast
from collections.abc import Iterator

MEANS = {
    "max": "take the greatest", "min": "take the least", "more": "ask for more than a bound",
    "less": "ask for less than a bound", "both": "ask for what two lists share", "either": "take a union",
    "without": "leave something out", "count": "count", "sum": "add up", "mean": "take an average",
    "difference": "subtract", "quotient": "divide", "median": "take the middle value", "order": "put in order",
}  # fmt: skip
"""Operators in words."""


def operator(node: ast.AST) -> Iterator[str]:
    """What a node does, in the names of `cues.toml`."""
    match node:
        case ast.BinOp(op=ast.Sub(), left=ast.Call(func=ast.Name(id="max")), right=ast.Call(func=ast.Name(id="min"))):
            yield "difference"
        case ast.BinOp(op=ast.Sub()):
            yield "difference" if not _of_sets(node) else "without"
        case ast.BinOp(op=ast.Div(), left=ast.Call(func=ast.Name(id="sum")), right=ast.Call(func=ast.Name(id="len"))):
            yield "mean"
        case ast.BinOp(op=ast.Div(), left=left):
            yield "quotient"
            yield from ["sum"] if isinstance(left, ast.Call) and called(left) == "sum" else []
        case ast.BinOp(op=ast.BitAnd()):
            yield "both"
        case ast.BinOp(op=ast.BitOr()) | ast.BoolOp(op=ast.Or()):
            yield "either"
        case ast.Call(func=ast.Name(id="max" | "min" as name)) if len(node.args) == 1:
            yield name
        case ast.Subscript(value=ast.Call(func=ast.Name(id="sorted")), slice=ast.BinOp(op=ast.FloorDiv())):
            yield "median"
        case ast.Subscript(value=ast.Call(func=ast.Name(id="sorted")) as call):
            turned = any(k.arg == "reverse" and getattr(k.value, "value", False) for k in call.keywords)
            yield "max" if turned else "min"
        case ast.Expression(body=ast.Call(func=ast.Name(id="sorted"), keywords=[_, *_])):
            yield "order"
        case ast.Expression(body=ast.Call(func=ast.Name(id="sum"))):
            yield "sum"
        case ast.Compare(ops=[op]):
            yield from _comparison(op, node)
        case _:
            return


def _comparison(op: ast.cmpop, node: ast.Compare) -> Iterator[str]:
    if isinstance(op, ast.NotIn | ast.NotEq):
        yield "without"
    elif isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
        turned = isinstance(node.left, ast.Constant)
        yield "more" if isinstance(op, ast.Gt | ast.GtE) != turned else "less"


def _of_sets(node: ast.BinOp) -> bool:
    return any(isinstance(n, ast.Set | ast.SetComp) or (isinstance(n, ast.Call) and called(n) == "set")
               for n in ast.walk(node))  # fmt: skip


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""

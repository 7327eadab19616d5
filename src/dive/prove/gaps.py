"""Rewrites idioms that the sandbox lacks into equal ones that it has.

Takes a syntax tree; gives a new one that means the same in CPython. Its own variables start with `_`, which no source
may use. Does not check anything.

    next(x for x in xs if c)          ->  next(iter([x for x in xs if c]))
    set.union(*xs), a.union(b, c)     ->  {_m for _s in [a, b, c] for _m in _s}
    set.intersection(*xs)             ->  the members of the first that all others hold
    key=str.lower, key=d.get          ->  key=lambda _x: _x.lower(), key=lambda _x: d.get(_x)
    statistics.mean(xs)               ->  (lambda _x: sum(_x) / len(_x))(list(xs))
"""

import ast
import copy
import re

TYPES = frozenset({"str", "int", "float", "set", "dict", "list", "tuple", "frozenset"})
LISTED = frozenset({"map", "filter", "zip", "enumerate", "reversed", "range"})
MODULES = frozenset({"re", "math", "datetime", "collections", "itertools"})


SIGNS = re.compile(r"\b(next|map|filter|statistics|union|intersection)\b|\bkey\s*=(?!\s*lambda\b)")


def has_gaps(source: str) -> bool:
    """Whether `rewrite` may change the expression; quicker than to try it."""
    return SIGNS.search(source) is not None


def rewrite(tree: ast.Expression) -> ast.Expression:
    """A copy of `tree` without the gaps; `tree` stays as it is."""
    return ast.fix_missing_locations(_Gaps().visit(copy.deepcopy(tree)))


class _Gaps(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        for keyword in node.keywords:
            if keyword.arg == "key":
                keyword.value = _as_lambda(keyword.value)
        match node.func:
            case ast.Name(id="next") if node.args:
                node.args[0] = _as_iterator(node.args[0])
            case ast.Name(id="map" | "filter") if node.args:
                node.args[0] = _as_lambda(node.args[0])
            case ast.Attribute(attr="union" | "intersection", value=owner):
                return _many_sets(node, node.func.attr, owner)
            case ast.Attribute(attr="mean" | "fmean", value=ast.Name(id="statistics")) if len(node.args) == 1:
                return _parsed("(lambda _x: sum(_x) / len(_x))(list(_a))", _a=node.args[0])
            case _:
                pass
        return node


def _parsed(text: str, **parts: ast.expr) -> ast.expr:
    """The expression `text` with each name in `parts` replaced by that part."""

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return parts.get(node.id, node)

    filled: ast.Expression = Fill().visit(ast.parse(text, mode="eval"))
    return filled.body


def _as_iterator(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.GeneratorExp):
        return _parsed("iter(_a)", _a=ast.ListComp(node.elt, node.generators))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LISTED:
        return _parsed("iter(list(_a))", _a=node)
    return node


def _as_lambda(node: ast.expr) -> ast.expr:
    """A method that is passed as a function becomes a lambda that calls it."""
    if not isinstance(node, ast.Attribute):
        return node
    owner = node.value
    if isinstance(owner, ast.Name) and owner.id in TYPES:
        return _parsed(f"lambda _x: _x.{node.attr}()")
    if isinstance(owner, ast.Name) and owner.id in MODULES:
        return _parsed(f"lambda _x: {owner.id}.{node.attr}(_x)")
    return _parsed(f"lambda _x: _a.{node.attr}(_x)", _a=owner)


def _many_sets(node: ast.Call, name: str, owner: ast.expr) -> ast.expr:
    unbound = isinstance(owner, ast.Name) and owner.id in ("set", "frozenset")
    if not unbound and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        return node
    members = ast.List(elts=[*([] if unbound else [owner]), *node.args], ctx=ast.Load())
    if name == "union":
        return _parsed("{_m for _s in _a for _m in _s}", _a=members)
    return _parsed("(lambda _r: {_m for _m in _r[0] if all(_m in _s for _s in _r)})(_a)", _a=members)

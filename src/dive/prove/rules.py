"""The rules of an expression, node by node.

Takes a parsed and rewritten tree; gives findings: what is seen, why it is refused, what to write instead. Does not
know where the expression stands and does not run it.
"""

import ast
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from dive.prove import allowed

MAX_LITERAL = 5
MAX_STRING = 160
PATTERN_CALLS = frozenset({"findall", "search", "match", "fullmatch", "split", "sub", "finditer"})

TYPES = frozenset({"datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta"})

Finding = tuple[str, str, str]
"""What is seen, why it is refused, what to write instead."""


def is_set(node: ast.AST, sets: Collection[str] = frozenset()) -> bool:
    """Whether the form of an expression shows that its value is a set."""
    match node:
        case ast.Expression(body=body):
            return is_set(body, sets)
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in sets
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.Sub(), right=right):
            return is_set(left, sets) or is_set(right, sets)
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.Call(func=ast.Attribute(attr="union" | "intersection" | "difference" | "symmetric_difference")):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return is_set(body, sets) or is_set(orelse, sets)
        case _:
            return False


def bound(every: Iterable[ast.AST]) -> Iterator[str]:
    """Variables that comprehensions and lambdas bind, of all nodes of a tree."""
    for node in every:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


class Rules:
    """Looks at every node of one tree together with its parent."""

    def __init__(self, every: Sequence[ast.AST], names: frozenset[str], sets: frozenset[str]) -> None:
        self.every, self.names, self.sets = every, names, sets
        self.known = names.union(bound(every), allowed.BUILTINS, allowed.MODULES)
        self.parents = {child: node for node in every for child in ast.iter_child_nodes(node)}

    def findings(self) -> Iterator[Finding]:
        for node in self.every:
            if type(node) not in allowed.NODES:
                yield type(node).__name__, "this form is not allowed", "Use plain operators and comprehensions"
                continue
            for why, instead in self._node(node):
                yield _shown(node), why, instead[:1].upper() + instead[1:]

    def _node(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        match node:
            case ast.Constant():
                yield from _constant(node)
            case ast.Name():
                yield from self._name(node)
            case ast.Attribute():
                yield from self._attribute(node)
            case ast.Call():
                yield from self._call(node)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
                if len(parts) > MAX_LITERAL:
                    yield f"a literal has at most {MAX_LITERAL} members", "take the values from a step"
            case ast.Lambda(args=args):
                if args.vararg or args.kwarg or args.defaults or args.kwonlyargs:
                    yield "a lambda takes plain parameters only", "write lambda x: ..."
                if not self._is_argument(node) and not self._is_called(node):
                    yield "a function is no value", "write the expression itself"
            case ast.comprehension(is_async=1):
                yield "nothing is asynchronous here", "write a plain comprehension"
            case ast.Compare(ops=ops, comparators=others):
                for op, other in zip(ops, others, strict=True):
                    if isinstance(op, ast.Is | ast.IsNot) and not _is_singleton(other):
                        yield "`is` depends on the interpreter", "use =="
            case _:
                pass
        if self._is_lazy(node) and not self._is_consumed(node):
            yield "an iterator is used up once and is no value", "put list(...) around it"
        if self._is_unsorted(node):
            yield "the order of a set differs between runs", "write sorted(...) around the set"

    def _name(self, node: ast.Name) -> Iterator[tuple[str, str]]:
        if node.id not in self.known:
            near = allowed.ADVICE.get(node.id, f"known names here: {', '.join(sorted(self.names)) or 'none'}")
            yield "there is no such name", near
        elif node.id in allowed.MODULES:
            if not isinstance(self.parents[node], ast.Attribute):
                yield "a module is no value", f"call one of its functions: {node.id}.x(...)"
        elif node.id in allowed.BUILTINS and not (
            self._is_called(node) or self._is_argument(node) or _static(self.parents[node])
        ):
            yield "a function is no value", f"call it: {node.id}(...)"

    def _attribute(self, node: ast.Attribute) -> Iterator[tuple[str, str]]:
        dotted = ast.unparse(node)
        module = node.value.id if isinstance(node.value, ast.Name) else ""
        if node.attr.startswith("_"):
            yield "attributes that start with an underscore are refused", "leave it out"
        elif module in allowed.MODULES:
            if node.attr not in allowed.MODULES[module]:
                yield (
                    "this function is not allowed or differs in the sandbox",
                    allowed.ADVICE.get(node.attr, f"{module} has: {', '.join(sorted(allowed.MODULES[module]))}"),
                )
        elif _static(node):
            if not self._is_called(node):
                yield "a method is no value", f"call it, or write lambda x: {dotted}(x)"
        elif dotted.rpartition(".")[0] in TYPES or module in allowed.BUILTINS:
            yield (
                "this method of a type is not allowed",
                allowed.ADVICE.get(node.attr, f"write lambda x: x.{node.attr}()"),
            )
        elif node.attr in allowed.METHODS:
            if not self._is_called(node):
                yield "a method is no value in the sandbox", f"write lambda x: x.{node.attr}()"
        elif node.attr not in allowed.FIELDS:
            yield (
                "this attribute is not allowed",
                allowed.ADVICE.get(node.attr, f"fields of a result are read as x[{node.attr!r}]"),
            )

    def _call(self, node: ast.Call) -> Iterator[tuple[str, str]]:
        name = _called(node)
        if name == "next" and not (
            node.args and isinstance(node.args[0], ast.Call) and _called(node.args[0]) == "iter"
        ):
            yield "next() needs an iterator", "write [x for x in ... if ...][0]"
        if isinstance(node.func, ast.Attribute) and _module(node.func) == "re":
            yield from _regex(node, node.func.attr)

    def _is_called(self, node: ast.AST) -> bool:
        parent = self.parents.get(node)
        return isinstance(parent, ast.Call) and parent.func is node

    def _is_argument(self, node: ast.AST) -> bool:
        parent = self.parents.get(node)
        if isinstance(parent, ast.Tuple):
            return self._is_argument(parent) and _called(self.parents[parent]) == "isinstance"
        return isinstance(parent, ast.Call | ast.keyword) and not self._is_called(node)

    def _is_lazy(self, node: ast.AST) -> bool:
        if isinstance(node, ast.GeneratorExp):
            return True
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Name):
            return node.func.id in allowed.LAZY
        name = _called(node)
        return name in allowed.LAZY_METHODS or name == "finditer" or _root(node.func) == "itertools"

    def _is_consumed(self, node: ast.AST) -> bool:
        parent = self.parents.get(node)
        match parent:
            case ast.comprehension(iter=source):
                return source is node
            case ast.Starred():
                return True
            case ast.Compare(comparators=others):
                return node in others and not isinstance(node, ast.GeneratorExp)
            case ast.Call():
                name, own = _called(parent), _called(node)
                return (
                    name in allowed.CONSUMERS
                    or (name == "next" and own == "iter")
                    or (name == "len" and own in allowed.LAZY_METHODS | {"range"})
                    or (name == "reversed" and own == "range")
                )
            case _:
                return False

    def _is_unsorted(self, node: ast.AST) -> bool:
        """Whether the node puts the members of a set into an order."""
        parent = self.parents.get(node)
        settled = isinstance(parent, ast.Call) and _called(parent) in allowed.UNORDERED
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return not settled and any(is_set(part.iter, self.sets) for part in node.generators)
        if isinstance(node, ast.Call) and _called(node) in (
            "list",
            "tuple",
            "enumerate",
            "zip",
            "iter",
            "map",
            "filter",
            "join",
        ):
            return not settled and any(is_set(arg, self.sets) for arg in node.args)
        return False


def _constant(node: ast.Constant) -> Iterator[tuple[str, str]]:
    value = node.value
    if isinstance(value, str):
        if len(value) > MAX_STRING:
            yield f"a text has at most {MAX_STRING} characters", "take it from a step"
    elif value is not None and not isinstance(value, int | float):
        yield "this kind of constant is not allowed", "use numbers, text, True, False or None"
    elif isinstance(value, float) and not math.isfinite(value):
        yield "the number is not finite", "write a finite number"


def _regex(node: ast.Call, name: str) -> Iterator[tuple[str, str]]:
    if name not in PATTERN_CALLS:
        return
    pattern = node.args[0] if node.args else None
    if not (isinstance(pattern, ast.Constant) and isinstance(pattern.value, str)):
        yield "a pattern must be a constant text", "write the pattern itself as first argument"
        return
    try:
        empty = re.compile(pattern.value).match("") is not None
    except re.error as error:
        yield f"the pattern is wrong ({error})", "correct it"
        return
    if empty and name in ("findall", "finditer", "sub"):
        yield "a pattern that matches nothing gives other results in the sandbox", "use + instead of *"
    if name == "sub":
        into = node.args[1] if len(node.args) > 1 else None
        if not (isinstance(into, ast.Constant) and isinstance(into.value, str)):
            yield "the replacement must be a constant text", "write re.sub(pattern, 'text', x)"
        elif re.search(r"\\\d\w", into.value):
            yield r"\1x is read as another group in the sandbox", r"write \g<1>x"


def _shown(node: ast.AST) -> str:
    return repr(ast.unparse(node)[:80]) if isinstance(node, ast.expr) else type(node).__name__


def _is_singleton(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _static(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) in allowed.STATIC


def _called(node: ast.AST) -> str:
    """Name of the function or method that a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _module(node: ast.Attribute) -> str:
    return node.value.id if isinstance(node.value, ast.Name) and node.value.id in allowed.MODULES else ""


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

"""Expressions of a proof: parsed, rewritten where the sandbox has a gap, and refused where it would differ.

Takes the text of one expression and the names that it may use; gives its checked syntax tree. A refusal is a
ProofError of four parts: where, what is seen, why not, what to write instead; all refusals of an expression come at
once. Does not run anything and does not know what the names stand for.
"""

import ast
import builtins
import functools
import keyword
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from dive.errors import ProofError
from dive.prove import allowed
from dive.prove.gaps import has_gaps, rewrite
from dive.prove.rules import PATTERN_CALLS, Finding, Rules, bound

MAX_NODES = 200
MAX_CHARS = 4_000
EXPRESSIONS = 2_048
"""Checked expressions that are remembered, about 6 KB each: those of the draws at hand, not those of a whole run."""
FREE = (0, 1, 2, 100)
"""Numbers that an expression may contain although the question does not state them."""

RESERVED = frozenset(dir(builtins)) | frozenset(allowed.MODULES)
NAMING = (ast.Name, ast.arg)
NO_COUNT = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Expression)


class Compiled(NamedTuple):
    """A checked expression: its tree, its source for any interpreter, and the names that it reads."""

    tree: ast.Expression
    source: str
    reads: tuple[str, ...]


def check(
    expr: str, names: Collection[str], where: str = "expression", sets: Collection[str] = frozenset()
) -> ast.Expression:
    """Parses and checks one expression.

    Args:
        expr: the text.
        names: ids of the steps that it may read (and `item`).
        where: how a refusal names the place.
        sets: those names whose value is a set, and so has no order.

    Returns:
        The tree, rewritten where the sandbox has a gap that a rewrite closes.

    Raises:
        ProofError: one line per refusal.
    """
    return compiled(expr, names, where, sets).tree


def compiled(
    expr: str, names: Collection[str], where: str = "expression", sets: Collection[str] = frozenset()
) -> Compiled:
    """Like `check`, with the source to run and the names that it reads."""
    text = expr.strip()
    said = _names(text)
    done = _checked(text, said.intersection(names), said.intersection(sets))
    if isinstance(done, Compiled):
        return done
    done = _checked(text, frozenset(names), frozenset(sets))  # a refusal lists all names
    assert not isinstance(done, Compiled)
    raise ProofError("\n".join(f"{where}: {seen}: {why}. {instead}" for seen, why, instead in done))


def check_id(name: str) -> None:
    """Refuses a step id that is no plain identifier, or that hides a builtin or a module."""
    plain = name.isidentifier() and name.isascii() and not name.startswith("_") and not keyword.iskeyword(name)
    if not plain or name in RESERVED or name == "item":
        raise ProofError(f"step {name!r}: this id cannot be used: it hides something or is no name. Choose another id")


def reads(every: Iterable[ast.AST], names: Collection[str]) -> tuple[str, ...]:
    """Those of `names` that these nodes read, in order of first use."""
    return tuple(dict.fromkeys([n.id for n in every if isinstance(n, ast.Name) and n.id in names]))


@functools.lru_cache(maxsize=EXPRESSIONS)
def written(expr: str) -> ast.Expression:
    """The tree of an expression as it is written; SyntaxError if there is none. Do not change it: it is cached."""
    return ast.parse(expr.strip(), mode="eval")


@functools.lru_cache(maxsize=EXPRESSIONS)
def parsed(expr: str) -> ast.Expression:
    """The rewritten tree of an expression that has been checked before. Do not change it: it is cached."""
    tree = written(expr)
    return rewrite(tree) if has_gaps(expr) else tree


@functools.lru_cache(maxsize=EXPRESSIONS)
def nodes(expr: str) -> tuple[ast.AST, ...]:
    """All nodes of an expression as it is written, the outer ones first; SyntaxError if it is none."""
    return tuple(ast.walk(written(expr)))


def parsed_nodes(expr: str) -> tuple[ast.AST, ...]:
    """All nodes of a rewritten tree."""
    return tuple(ast.walk(parsed(expr))) if has_gaps(expr) else nodes(expr)


def literals(expr: str) -> tuple[str | int | float, ...]:
    """The constants that the question must state: no field name, separator or date format, none of `FREE`."""
    skipped = {id(node) for node in _machinery(written(expr))}
    found: list[str | int | float] = []
    for node in nodes(expr):
        negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
        if not isinstance(inner, ast.Constant) or id(inner) in skipped:
            continue
        skipped.add(id(inner))
        value = inner.value
        if isinstance(value, str) and any(c.isalnum() for c in value):
            found.append(value)
        elif isinstance(value, int | float) and not isinstance(value, bool) and value not in FREE:
            found.append(-value if negative else value)
    return tuple(found)


def _machinery(tree: ast.AST) -> Iterator[ast.expr]:
    """Constants that name a field or a form rather than a fact."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("get", "strftime", "group"):
                yield from node.args[:1]
            elif node.func.attr == "strptime":
                yield from node.args[1:]
            elif node.func.attr in PATTERN_CALLS:
                yield from (arg for arg in node.args[:1] if not spells_word(arg))


def spells_word(pattern: ast.expr) -> bool:
    """Whether a regular expression spells a word out, beside classes and escapes."""
    text = pattern.value if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str) else "unknown"
    return re.search(r"[^\W\d_]{2}", re.sub(r"\\.|\(\?[^)]*>|\[[^\]]*\]", " ", text)) is not None


@functools.lru_cache(maxsize=EXPRESSIONS)
def _names(expr: str) -> frozenset[str]:
    """The names that an expression reads or binds: what others there are decides nothing about it."""
    try:
        return frozenset([n.id if isinstance(n, ast.Name) else n.arg for n in nodes(expr) if isinstance(n, NAMING)])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


@functools.lru_cache(maxsize=EXPRESSIONS)
def _checked(expr: str, names: frozenset[str], sets: frozenset[str]) -> Compiled | list[Finding]:
    if len(expr) > MAX_CHARS:
        return [(f"{len(expr)} characters", f"at most {MAX_CHARS} are read", "Split it into `let` steps")]
    try:
        tree = written(expr)
        expr.encode()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        return [(expr[:80], f"this is no Python expression ({reason})", "Write one expression, no statement")]
    every = nodes(expr)
    count = len([node for node in every if not isinstance(node, NO_COUNT)])
    if count > MAX_NODES:
        return [(f"{count} nodes", f"at most {MAX_NODES} are allowed", "Split it into `let` steps")]
    findings = list(_odd_names(every, names))
    if not findings and has_gaps(expr):
        tree = rewrite(tree)
        every, expr = tuple(ast.walk(tree)), ast.unparse(tree)
    elif "#" in expr or "\n" in expr:
        expr = ast.unparse(tree)
    findings = findings or list(Rules(every, names, sets).findings())
    return findings or Compiled(tree, f"({expr})", reads(every, names))


def _odd_names(every: Sequence[ast.AST], names: frozenset[str]) -> Iterator[Finding]:
    """Names that the source may not bind; checked before the rewrite, whose own variables start with `_`."""
    for name in bound(every):
        if name.startswith("_") or name in names or name in RESERVED:
            yield name, "a variable may not hide a step, a builtin or a module", "Use another variable name"
    for node in every:
        if isinstance(node, ast.Name) and node.id.startswith("_"):
            yield node.id, "names that start with an underscore are refused", "Use a step id"

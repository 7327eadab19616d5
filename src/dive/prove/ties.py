"""Contests: every place where a proof lets one member win, holds one against a bound or puts members into an order.

Takes a proof; gives, for each max, min, sorted, most_common, < and > that decides something, an expression that shows
its keys, and tells which neighbours in their order may not be tied. Two measured values within 0.5 % are tied; whole
numbers, texts and dates are tied when equal; of distances from a value, what counts is the value they are known by. Of
an even number of values the two in the middle must be the same. Does not evaluate the keys.

A contest inside a comprehension or a key function is held once per member: its keys come as nested lists.
"""

import ast
import copy
import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from msgspec import UNSET

from dive.nouns import Answer, Json, Proof
from dive.prove.expr import parsed, parsed_nodes
from dive.prove.rules import is_set
from dive.prove.values import is_number

NEAR = 0.005
MEMBER = "probed_member"

Cut = tuple[int | None, int | None, bool]
"""Positions [from, to) of an order that are used, and whether their order is used too."""


class Contest(NamedTuple):
    """What wins or is ordered: the text of the call, the expression for its keys, and what is used of their order."""

    shown: str
    keys: str
    depth: int
    cuts: tuple[Cut, ...]


class _Unknown(Exception):
    """The keys of a contest cannot be written down."""


def contests(proof: Proof) -> tuple[list[Contest], list[str]]:
    """The contests of a proof, and the calls whose keys cannot be shown."""
    places = list(_places(proof))
    trees = [parsed(text) for text, _, _ in places]
    sets = frozenset(p[2] for p, tree in zip(places, trees, strict=True) if p[2] and is_set(tree))
    found: list[Contest] = []
    unknown: list[str] = []
    for (text, each, let), tree in zip(places, trees, strict=True):
        finder = _Finder(tree, [t for t in trees if t is not tree], let, sets, _orders(proof.answer))
        for node in parsed_nodes(text):
            try:
                contest = finder.contest(node)
            except _Unknown:
                unknown.append(ast.unparse(node))
                continue
            if contest and each and "item" in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}:
                contest = contest._replace(keys=f"[{contest.keys} for item in {each}]", depth=contest.depth + 1)
            if contest:
                found.append(contest)
    return found, unknown


def tied(
    contest: Contest, keys: Json, tolerances: Sequence[tuple[float, float]] = (), margin: float = NEAR
) -> tuple[Json, Json] | None:
    """The first two keys that the proof keeps apart although they are tied.

    Args:
        contest: the contest.
        keys: the value of its `keys`, best first.
        tolerances: (value, tolerance) of the answer's numbers: a winner with such a value must lead by the tolerance.
        margin: the relative distance under which measured values are tied.
    """
    for held in _flat(keys, contest.depth):
        for cut in contest.cuts:
            for i in _borders(cut, len(held)):
                if near(held[i], held[i + 1], tolerances, margin):
                    return held[i], held[i + 1]
    return None


def near(a: Json, b: Json, tolerances: Sequence[tuple[float, float]] = (), margin: float = NEAR) -> bool:
    """Whether two keys are tied. In a list of keys a text does not break a tie: no question asks for it."""
    if {type(a), type(b)} == {list}:
        pairs = list(zip(cast("list[Json]", a), cast("list[Json]", b), strict=False))
        for place, (x, y) in enumerate(pairs):
            if not near(x, y, tolerances, margin):
                return isinstance(x, str) and place > 0
            if isinstance(x, float) and x != y:
                return True
        return True
    if is_number(a) and is_number(b) and (isinstance(a, float) or isinstance(b, float)):
        gap = abs(a - b)
        tolerance = max((t for value, t in tolerances if value in (a, b)), default=0.0)
        return gap <= tolerance or gap < margin * max(abs(a), abs(b))
    return a == b


def _flat(keys: Json, depth: int) -> Iterator[list[Json]]:
    if depth == 0:
        yield keys
        return
    for part in keys:
        yield from _flat(part, depth - 1)


def _borders(cut: Cut, count: int) -> list[int]:
    """Indexes i such that members i and i + 1 may not be tied."""
    start, stop, _ = slice(cut[0], cut[1]).indices(count)
    inside = range(start, stop - 1) if cut[2] else ()
    return sorted({i for i in (start - 1, stop - 1, *inside) if 0 <= i < count - 1})


def _orders(answer: Answer) -> bool:
    """Whether the answer, or a part of it, is a list in an order."""
    parts = answer.value.values() if isinstance(answer.value, dict) else ()
    return answer.type == "list" or any(_orders(part) for part in parts)


def _places(proof: Proof) -> Iterator[tuple[str, str, str]]:
    """(expression, `each` that binds its item, id of the let that it is) for every expression but assumptions."""
    for step in proof.steps:
        each = "" if step.each is UNSET else step.each
        if step.let is not UNSET:
            yield step.let, "", step.id
        if each:
            yield each, "", ""
        yield from ((arg.expr, each, "") for arg in step.args.values() if arg.expr is not UNSET)
    yield proof.program, "", ""


class _Finder:
    """Finds the contests of one expression."""

    def __init__(
        self, tree: ast.Expression, others: list[ast.Expression], let: str, sets: frozenset[str], ordered: bool
    ) -> None:
        self.tree, self.others, self.let, self.sets, self.ordered = tree, others, let, sets, ordered

    @functools.cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node above each node."""
        return _parents(self.tree)

    def contest(self, node: ast.AST) -> Contest | None:
        """The contest that a node is, if it decides anything."""
        if isinstance(node, ast.Compare):
            return self._bounded(node)
        if isinstance(node, ast.Subscript) and _is_middle(node) and not self._is_averaged():
            return self._middle(node)
        if not isinstance(node, ast.Call):
            return None
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        key = next((k.value for k in node.keywords if k.arg == "key"), None)
        if name in ("max", "min") and node.args:
            if key is None and not (self._is_compared(node) or _gives_tuples(node.args)):
                return None
            return self._made(node, _keys(_pool(node), key, best_last=name == "max"), ((0, 1, False),))
        cuts = self._cuts(node)
        if name == "sorted" and cuts and (key or _gives_tuples(node.args)):
            reverse = next((k.value for k in node.keywords if k.arg == "reverse"), None)
            return self._made(node, _keys(node.args[0], key, reverse=reverse), cuts)
        if name == "most_common" and isinstance(node.func, ast.Attribute):
            limit = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            count = limit if isinstance(limit, int) else None
            keys = f"[{MEMBER}[1] for {MEMBER} in ({ast.unparse(node.func.value)}).most_common()]"
            return self._made(node, keys, ((0, count, self.ordered),) if count else cuts)
        return None

    def _bounded(self, node: ast.Compare) -> Contest | None:
        """A measured value against a bound: the two may not be tied. Whole numbers, texts and dates are exact."""
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            return None
        value, bound = ast.unparse(node.left), ast.unparse(node.comparators[0])
        measured = f"isinstance({value}, float) or isinstance({bound}, float)"
        return self._made(node, f"[{value}, {bound}] if {measured} else [0, 1]", ((0, 1, False),))

    def _middle(self, node: ast.Subscript) -> Contest:
        """The middle of a list: of an even number of values two are in the middle, and they must be the same."""
        values = ast.unparse(node.value)
        lower, upper = f"{values}[(len({values}) - 1) // 2]", f"{values}[len({values}) // 2]"
        keys = f"[{upper}, {upper}] if {lower} != {upper} else [0, 1]"
        return self._made(node, keys, ((0, 1, False),))

    def _is_averaged(self) -> bool:
        """Whether more than one middle is read: who takes both means their average."""
        nodes = (node for tree in (self.tree, *self.others) for node in ast.walk(tree))
        return len({ast.unparse(node) for node in nodes if isinstance(node, ast.Subscript) and _is_middle(node)}) > 1

    def _made(self, node: ast.AST, keys: str, cuts: tuple[Cut, ...]) -> Contest:
        depth = 0
        child, parent = node, self.parents.get(node)
        while parent is not None:
            binders = self._binders(parent, child)
            if binders:
                keys, depth = f"[{keys} {binders}]", depth + 1
            child, parent = parent, self.parents.get(parent)
        return Contest(ast.unparse(node), keys, depth, cuts)

    def _binders(self, parent: ast.AST, child: ast.AST) -> str:
        """The `for` clauses whose variables `child` sees in `parent`."""
        if isinstance(parent, ast.Lambda):
            call = self.parents[parent]
            call = self.parents[call] if isinstance(call, ast.keyword) else call
            if not (isinstance(call, ast.Call) and call.args and len(parent.args.args) == 1) or call.func is parent:
                raise _Unknown
            pool = call.args[1] if call.args[0] is parent else call.args[0]
            return f"for {parent.args.args[0].arg} in {self._listed(pool)}"
        if isinstance(parent, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            parts = parent.generators
            if isinstance(child, ast.comprehension):
                parts = parts[: parts.index(child)]
            return " ".join(self._for(part) for part in parts)
        if isinstance(parent, ast.comprehension) and child is not parent.iter:
            return self._for(parent, child)
        return ""

    def _for(self, part: ast.comprehension, before: ast.AST | None = None) -> str:
        tests = part.ifs[: part.ifs.index(before)] if isinstance(before, ast.expr) and before in part.ifs else part.ifs
        conditions = "".join(f" if {ast.unparse(test)}" for test in tests)
        return f"for {ast.unparse(part.target)} in {self._listed(part.iter)}{conditions}"

    def _listed(self, node: ast.expr) -> str:
        text = ast.unparse(node)
        return f"sorted({text})" if is_set(node, self.sets) else f"({text})"

    def _is_compared(self, node: ast.AST) -> bool:
        """Whether an extreme value is used to select: it, or the let that it is, stands in a comparison."""
        whole = self.let and node is self.tree.body
        return _below_compare(node, self.parents) or bool(whole and any(_compares(t, self.let) for t in self.others))

    def _cuts(self, node: ast.AST) -> tuple[Cut, ...]:
        """Which positions of an ordered list are used."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.Subscript):
            return (_cut(parent.slice, self.ordered),)
        if self.let and node is self.tree.body:
            return tuple(cut for tree in self.others for cut in _uses(tree, self.let, self.ordered))
        return ((None, None, True),) if self.ordered else ()


def _parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def _uses(tree: ast.Expression, name: str, ordered: bool) -> Iterator[Cut]:
    parents = _parents(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name:
            parent = parents[node]
            if isinstance(parent, ast.Subscript) and parent.value is node:
                yield _cut(parent.slice, ordered)
            elif ordered:
                yield None, None, True


def _cut(index: ast.expr, ordered: bool) -> Cut:
    if isinstance(index, ast.Slice):
        return _number(index.lower), _number(index.upper), ordered
    position = _number(index)
    if position is None:
        return None, None, True
    return position, position + 1 or None, False


def _number(node: ast.expr | None) -> int | None:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case _:
            return None


def _is_middle(node: ast.Subscript) -> bool:
    """Whether a position is half the length of a list, or one beside it."""
    index = node.slice
    if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Sub) and _number(index.right) == 1:
        index = index.left
    halved = isinstance(index, ast.BinOp) and isinstance(index.op, ast.FloorDiv) and _number(index.right) == 2
    calls = (n for n in ast.walk(index) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
    return halved and any(call.func.id == "len" for call in calls)  # type: ignore[union-attr]


def _pool(node: ast.Call) -> ast.expr:
    """What max or min chooses from."""
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        return node.args[0]
    return ast.List(node.args, ast.Load())


def _keys(pool: ast.expr, key: ast.expr | None, best_last: bool = False, reverse: ast.expr | None = None) -> str:
    """An expression for the keys of a contest, best first."""
    member = ast.Name(MEMBER, ast.Load())
    value = ast.Call(_far(copy.deepcopy(key)), [member], []) if key else member
    order = ast.unparse(reverse) if reverse else repr(best_last)
    return f"sorted([{ast.unparse(value)} for {MEMBER} in {ast.unparse(pool)}], reverse={order})"


def _far(key: ast.expr) -> ast.expr:
    """A key that is a distance from one value, with that value added: it is known no better than what it is between."""
    match key:
        case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]),
                        body=ast.Call(func=ast.Name(id="abs"), args=[ast.BinOp(op=ast.Sub()) as apart])):  # fmt: skip
            fixed = [side for side in (apart.left, apart.right) if name not in _names(side)]
            if len(fixed) == 1:
                size = ast.Call(ast.Name("abs", ast.Load()), fixed, [])
                return ast.Lambda(key.args, ast.BinOp(key.body, ast.Add(), size))
        case _:
            pass
    return key


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _gives_tuples(args: Sequence[ast.expr]) -> bool:
    first = args[0] if args else None
    return isinstance(first, ast.ListComp | ast.GeneratorExp | ast.SetComp) and isinstance(first.elt, ast.Tuple)


def _below_compare(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.Compare):
            return True
    return False


def _compares(tree: ast.Expression, name: str) -> bool:
    parents = _parents(tree)
    return any(isinstance(n, ast.Name) and n.id == name and _below_compare(n, parents) for n in ast.walk(tree))

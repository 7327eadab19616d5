"""Alternative worlds: what if the evidence were different?

Takes a proof and its outcome in the recorded world; gives worlds in which the results of one step are bent:

    corrupt    every value of a field is another value
    rotate     a field's values move on to the next record
    extreme    a number is far above or below, in one result
    drop       a part of a list is missing
    mix        half of a list's rows come from a sibling's list
    reverse    a list runs backwards: no answer may change
    alternate  the tool's result for another input
    other      all fields that no expression names are corrupted

`drop`, `mix`, `reverse` and `alternate` move whole rows, so what depends on each other in a row stays together. Later
calls are executed anew by `evaluate.run`. Does not run or judge anything.
"""

import ast
import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, cast

from msgspec import UNSET

from dive.nouns import Answer, Json, Proof, Step, canonical
from dive.prove.batch import call_key
from dive.prove.evaluate import Done, Outcome, World
from dive.prove.expr import parsed_nodes
from dive.prove.shape import ANY, Change, FieldPath, change, column, leaves, lists, spell
from dive.prove.values import is_number, same

NATURAL = frozenset({"drop", "mix", "alternate"})
"""Kinds of worlds that keep functional dependencies, so that two right programs agree in them."""

ALTERNATES = 12
ALTERNATES_OF_MEMBER = 2


class Others:
    """Other results of one tool, from a fixed pool; what many proofs ask of them is found once."""

    def __init__(self, results: Sequence[Json] = ()) -> None:
        self.results = tuple(results)
        self._extremes: dict[FieldPath, list[Json]] = {}
        self._alike: dict[bytes, list[Json]] | None = None

    def extremes(self, path: FieldPath) -> list[Json]:
        """The results that hold the least and the most of a number."""
        if path not in self._extremes:
            held = [(column([other], path), other) for other in self.results]
            ranked = sorted((pair for pair in held if pair[0] and all(map(is_number, pair[0]))), key=_first)
            self._extremes[path] = [other for _, other in (*ranked[:1], *ranked[-1:])]
        return self._extremes[path]

    def like(self, result: Json) -> set[int]:
        """The ids of those that are the same as `result`."""
        if self._alike is None:
            self._alike = {}
            for other in self.results:
                self._alike.setdefault(canonical(_wording(other)), []).append(other)
        return {id(other) for other in self._alike.get(canonical(_wording(result)), ()) if same(other, result)}


Alternates = Callable[[str], Others]
"""Other results of a tool."""


def bends(
    proof: Proof, outcome: Outcome, *, ordered: Collection[str] = (), alternates: Alternates | None = None
) -> list[World]:
    """Worlds that bend each used result of an executed proof.

    Args:
        proof: the proof.
        outcome: what it gave in the recorded world.
        ordered: lists whose order means something, as `tool.field` (or the tool alone if its result is a list).
        alternates: other results that a tool gives.

    Returns:
        Labelled worlds, step by step; equal ones only once.
    """
    named = _named(proof)
    worlds: list[World] = []
    for step in dict.fromkeys(done.step for done in outcome.calls):
        group = list({call_key(d.tool, d.args): d for d in outcome.calls if d.step == step}.values())
        siblings = [d.result for d in outcome.calls if d.tool == group[0].tool and d not in group]
        pool = alternates(group[0].tool) if alternates else Others()
        bender = _Bender(step, group, named)
        worlds += bender.fields()
        worlds += bender.lists(frozenset(ordered), [*siblings, *pool.results])
        worlds += bender.alternates(pool)
    return worlds


class _Bender:
    """Bends the results of the calls of one step."""

    def __init__(self, step: str, group: list[Done], named: frozenset[str] | None) -> None:
        self.step, self.tool = step, group[0].tool
        self.results = [done.result for done in group]
        self.keys = [call_key(done.tool, done.args) for done in group]
        self.named = named

    def fields(self) -> Iterator[World]:
        """Worlds that bend the values of one field, and one world that bends all fields that nobody names."""
        paths = dict.fromkeys(path for result in self.results for path, _ in leaves(result))
        rest = [path for path in paths if not self._is_named(path)]
        for path in paths:
            if self._is_named(path):
                yield from self._field(path)
        bent = self.results
        for path in rest:
            bent = change(bent, path, corrupted)
        yield from self._world("other", "*", bent)

    def lists(self, ordered: frozenset[str], siblings: list[Json]) -> Iterator[World]:
        """Worlds that move or drop whole rows."""
        for path in dict.fromkeys(path for result in self.results for path, _ in lists(result)):
            name = f"{self.tool}.{spell(path)}" if path else self.tool
            longest = max(len(rows) for result in self.results for found, rows in lists(result) if found == path)
            for label, part in _drops(longest).items():
                yield from self._world("drop", spell(path), self._lists(path, part), label)
            if name not in ordered:
                yield from self._world("reverse", spell(path), self._lists(path, lambda rows: rows[::-1]))
            other = next((rows for s in siblings for p, rows in lists(s) if p == path and rows), None)
            for label, mix in MIXES.items():
                if other:
                    yield from self._world("mix", spell(path), self._lists(path, functools.partial(mix, other)), label)

    def alternates(self, pool: Others) -> Iterator[World]:
        """Worlds in which one call gave what the tool gives for another input."""
        limit = ALTERNATES if len(self.results) == 1 else ALTERNATES_OF_MEMBER
        ordered = self._far_first(pool)
        for i, result in enumerate(self.results):
            own = pool.like(result)
            others = _spread([other for other in ordered if id(other) not in own], limit)
            for number, other in enumerate(others):
                bent = [*self.results[:i], other, *self.results[i + 1 :]]
                yield from self._world("alternate", "", bent, f"{number} of call {i}")

    def _far_first(self, pool: Others) -> list[Json]:
        """The pool with the results first that hold the least and the most of a number that an expression names."""
        numbers = (path for result in self.results for path, value in leaves(result) if is_number(value))
        named = filter(self._is_named, dict.fromkeys(numbers))
        first = {id(other): other for path in named for other in pool.extremes(path)}
        return [*first.values(), *(other for other in pool.results if id(other) not in first)]

    def _field(self, path: FieldPath) -> Iterator[World]:
        values = column(self.results, path)
        yield from self._world("corrupt", spell(path), change(self.results, path, corrupted))
        if len(values) > 1:
            turned = values[-1:] + values[:-1]
            yield from self._world("rotate", spell(path), change(self.results, path, lambda _, n: turned[n]))
        if ANY in path:
            return
        for i, result in enumerate(self.results):
            for label, far in FAR.items():
                bent = [*self.results[:i], *change([result], path, far), *self.results[i + 1 :]]
                yield from self._world("extreme", spell(path), bent, f"{label} in call {i}")

    def _lists(self, path: FieldPath, new: Callable[[list[Json]], list[Json]]) -> list[Json]:
        return change(
            self.results, path, lambda rows, _: new(cast("list[Any]", rows)) if isinstance(rows, list) else rows
        )

    def _world(self, kind: str, field: str, bent: Sequence[Json], detail: str = "") -> Iterator[World]:
        """The world with these results, if it differs from the recorded one."""
        changed = {
            k: new for k, old, new in zip(self.keys, self.results, bent, strict=True) if new is not old and new != old
        }
        if changed:
            label = " ".join(filter(None, (f"step {self.step}: {kind}", field, detail)))
            yield World(label=label, kind=kind, step=self.step, field=field, bends=changed)

    def _is_named(self, path: FieldPath) -> bool:
        keys = [key for key in path if key is not ANY]
        return self.named is None or not keys or keys[-1] in self.named


def _spread(others: list[Json], limit: int) -> list[Json]:
    """The first two, which are the extremes, and others from all over the pool."""
    step = max(1, (len(others) - 2) // max(1, limit - 2))
    return [*others[:2], *others[2::step]][:limit]


def _first(ranked: tuple[list[Json], Json]) -> list[Json]:
    return ranked[0]


def _wording(value: Json) -> Json:
    """A result without its numbers: what results that are the same have in common for sure."""
    if isinstance(value, list):
        return [_wording(child) for child in cast("list[Json]", value)]
    if isinstance(value, dict):
        return {key: _wording(child) for key, child in cast("dict[str, Json]", value).items()}
    return None if is_number(value) else value


HALVES: dict[str, Callable[[list[Json]], list[Json]]] = {
    "the first half": lambda rows: rows[(len(rows) + 1) // 2 :],
    "the last half": lambda rows: rows[: len(rows) // 2],
}
COMBS: dict[str, Callable[[list[Json]], list[Json]]] = {
    "each second row": lambda rows: rows[::2],
    "each first row": lambda rows: rows[1::2],
}
"""Which rows a world lacks, and what it keeps."""

SINGLES = 8
"""Lists of up to so many rows lose each row alone, too."""


def _drops(longest: int) -> dict[str, Callable[[list[Json]], list[Json]]]:
    if longest > SINGLES:
        return HALVES | COMBS
    return HALVES | {f"row {n}": functools.partial(_without, n) for n in range(longest)}


def _without(n: int, rows: list[Json]) -> list[Json]:
    return rows[:n] + rows[n + 1 :]


def corrupted(value: Json, n: int) -> Json:
    """Another value of the same kind; `n` makes neighbours differ by different amounts."""
    match value:
        case bool():
            return not value
        case int():
            return value + 3 + n % 4
        case float():
            return value * 1.07 + 0.61 + 0.1 * (n % 4)
        case str():
            return _other_text(value, n)
        case _:
            return value


def _other_text(value: str, n: int) -> str:
    try:
        return (dt.date.fromisoformat(value) + dt.timedelta(days=11 + n % 4)).isoformat()
    except (ValueError, OverflowError):
        return value + ("7" if value[-1:].isdigit() else "x")


def _far(sign: int) -> Change:
    def far(value: Json, _: int) -> Json:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return value + sign * (10 * abs(value) + 1000)

    return far


FAR: dict[str, Change] = {"far above": _far(1), "far below": _far(-1)}


def _mixed_in(others: list[Json], rows: list[Json]) -> list[Json]:
    return rows[: (len(rows) + 1) // 2] + _new(others, rows)


def _mixed_before(others: list[Json], rows: list[Json]) -> list[Json]:
    return _new(others, rows) + rows[(len(rows) + 1) // 2 :]


def _new(others: list[Json], rows: list[Json]) -> list[Json]:
    return [other for other in others if other not in rows][: max(1, len(rows) // 2)]


MIXES = {"for the last half": _mixed_in, "for the first half": _mixed_before}
"""Which rows a sibling's new rows replace."""


def _named(proof: Proof) -> frozenset[str] | None:
    """Names of the fields that the expressions of a proof may read; None if it may be any field."""
    named: set[str] = set(_parts(proof.answer))
    for text in expressions(proof):
        for node in parsed_nodes(text):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            elif isinstance(node, ast.Attribute) and node.attr in ("items", "values", "keys"):
                return None
    return frozenset(named)


def _parts(answer: Answer) -> Iterator[str]:
    if isinstance(answer.value, dict):
        yield from answer.value
        members: Sequence[Answer] = tuple(answer.value.values())
    else:
        members = answer.value if isinstance(answer.value, list) else ()
    for member in members:
        yield from _parts(member)


def step_expressions(step: Step) -> Iterator[str]:
    """Every expression of a step."""
    yield from (text for text in (step.let, step.each) if text is not UNSET)
    yield from (arg.expr for arg in step.args.values() if arg.expr is not UNSET)


def expressions(proof: Proof) -> Iterator[str]:
    """Every expression of a proof."""
    for step in proof.steps:
        yield from step_expressions(step)
    yield from proof.assume
    yield proof.program

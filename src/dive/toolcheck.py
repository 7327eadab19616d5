"""Checks what a catalog promises: tools by calling them, types by their rows, tables by their audits.

Takes the registry and names; gives one `Row` per thing checked, or the calls that a check would make. A `write` tool
is never called. Does not know who uses a tool, and keeps nothing.
"""

import re
import time
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import UNSET, Struct

from dive.errors import ToolError
from dive.nouns import Json, canonical
from dive.registry import Field, Loaded, Param, Registry
from dive.says import SLOT, Says
from dive.tools import Toolbox

DIFFERENT = 6
NOBODY = {"string": "no-such-thing", "integer": 10**9 + 7, "number": 1e300, "boolean": True}
WRONG = {"string": 7, "integer": "seven", "number": "seven", "boolean": "yes", "array": "yes", "object": "yes"}
SHOWN = 5
ARGUMENTS = ("arguments",)


class Row(Struct, frozen=True):
    """One verdict. `never`: a tool that may change something was not called. `ms`: its slowest warm call."""

    name: str
    verdict: Literal["pass", "fail", "never"]
    reason: str = ""
    ms: float = 0.0


class Planned(Struct, frozen=True):
    """A call that a check makes, and the kinds of error that it may end in (none: it must succeed)."""

    tool: str
    args: dict[str, Json]
    expect: tuple[str, ...] = ()


def check(registry: Registry, names: Sequence[str] = ()) -> Iterator[Row]:
    """Rows for the named tools and their types; without names for all tools and types, and for audited tables."""
    tools = [registry.tool(name) for name in names or registry.tools]
    yield from (check_tool(registry, loaded) for loaded in tools)
    taken, given = takes_and_gives(tools)
    types = sorted(taken | given) if names else registry.types
    yield from (_check_type(registry, name) for name in types)
    if not names:
        yield from (_check_table(registry, name) for name in registry.audits)


def takes_and_gives(tools: Sequence[Loaded]) -> tuple[set[str], set[str]]:
    """Semantic types of the tools' parameters and of the fields that are spoken of."""
    taken = {param.type for loaded in tools for param in loaded.params} - {""}
    given = {field.type for loaded in tools for field in loaded.fields.values() if field.says} - {""}
    return taken, given


def plan(registry: Registry, names: Sequence[str] = ()) -> Iterator[Planned]:
    """Every call that `check` makes, each made twice."""
    for name in names or registry.tools:
        loaded = registry.tool(name)
        if loaded.tool.effect != "write" and loaded.tool.examples:
            yield from (Planned(name, example) for example in loaded.tool.examples)
            yield from _bad_calls(registry, loaded)


def check_tool(registry: Registry, loaded: Loaded) -> Row:
    """Wording, examples, errors, determinism and speed of one tool."""
    problems = list(_wording(loaded))
    if loaded.tool.effect == "write":
        return Row(loaded.name, "never", "; ".join(["it may change something, so it is not called", *problems]))
    if loaded.foreign and not loaded.tool.examples:
        return Row(loaded.name, "never", "no call of it gave anything when it was imported")
    found, ms = _called(registry, loaded)
    problems += [*found, *_errors(registry, loaded)]
    return Row(loaded.name, "fail" if problems else "pass", "; ".join(problems), ms)


# ---- calls ---------------------------------------------------------------------------------------------


def _called(registry: Registry, loaded: Loaded) -> tuple[list[str], float]:
    problems: list[str] = []
    results: set[bytes] = set()
    slowest = 0.0
    for example in loaded.tool.examples:
        try:
            first = canonical(Toolbox(registry).call(loaded.name, example))
            began = time.perf_counter()
            second = canonical(Toolbox(registry).call(loaded.name, example))
        except ToolError as error:
            problems.append(f"example {_short(example)}: {error}")
            continue
        slowest = max(slowest, time.perf_counter() - began)
        results.add(first)
        if first != second:
            problems.append(f"example {_short(example)} gives another result the second time")
    needed = min(DIFFERENT, len(loaded.tool.examples)) if loaded.foreign else DIFFERENT
    if not problems and len(results) < needed:
        problems.append(f"its examples give {len(results)} different results; at least {needed} are needed")
    return problems, round(slowest * 1000, 2)


def _errors(registry: Registry, loaded: Loaded) -> Iterator[str]:
    for call in _bad_calls(registry, loaded):
        try:
            Toolbox(registry).call(call.tool, call.args)
        except ToolError as error:
            if error.kind not in call.expect:
                yield f"bad call {_short(call.args)} ends in {error.kind!r}, not {' or '.join(call.expect)}"
        else:
            yield f"bad call {_short(call.args)} gives a result, not the error {' or '.join(call.expect)}"


def _bad_calls(registry: Registry, loaded: Loaded) -> Iterator[Planned]:
    """Calls that must fail: unknown key, missing, wrong kind, an entity that does not exist."""
    good = loaded.tool.examples[0]
    yield Planned(loaded.name, {**good, "no_such_parameter": 1}, ARGUMENTS)
    for param in loaded.params:
        if param.default is UNSET:
            yield Planned(loaded.name, {k: v for k, v in good.items() if k != param.name}, ARGUMENTS)
        yield Planned(loaded.name, {**good, param.name: WRONG[param.kind]}, ARGUMENTS)
        if param.type in registry.pools and not loaded.foreign:
            nobody = NOBODY[param.kind]
            malformed = not re.fullmatch(registry.types[param.type].pattern or ".*", str(nobody))
            expect = ("not_found", *ARGUMENTS) if malformed else ("not_found",)
            yield Planned(loaded.name, {**good, param.name: nobody}, expect)


def _short(args: object) -> str:
    text = canonical(args).decode()
    return text if len(text) <= 80 else text[:79] + "…"


# ---- wording -------------------------------------------------------------------------------------------


def _wording(loaded: Loaded) -> Iterator[str]:
    for field in loaded.fields.values():
        if field.says and "transparent" not in field.says.flags:
            yield from _unsaid(loaded, field, field.says)
            if field.kind == "number" and field.says.places is None:
                yield f"{field.path}: a number with decimals needs `places`"
            if field.says.cls == "high" and not field.says.head:
                yield f"{field.path}: its class needs a `head`"


def _unsaid(loaded: Loaded, field: Field, says: Says) -> Iterator[str]:
    """Parameters that change the result but are not mentioned where the result is spoken of."""
    for text in (says.phrase, says.ask):
        said = set(SLOT.findall(text))
        if not text or ("it" in said and "." in field.path):
            continue
        missing = [p.name for p in _spoken_params(loaded.params) if p.name not in said
                   and not (p is loaded.params[0] and "x" in said)]  # fmt: skip
        if missing:
            yield f"{field.path}: {text!r} does not mention {', '.join(missing)}"


def _spoken_params(params: Sequence[Param]) -> list[Param]:
    """Those that a phrase must mention; the longitude of a pair goes with its latitude."""
    before = [None, *params]
    return [
        param
        for param, last in zip(params, before, strict=False)
        if (param.default is UNSET or param.draw is not None)
        and not (param.type.startswith("longitude:") and last is not None and last.type.startswith("latitude:"))
    ]


# ---- types and tables ----------------------------------------------------------------------------------


def _check_type(registry: Registry, name: str) -> Row:
    row = registry.types[name]
    problems: list[str] = []
    if name in registry.pools and not row.anaphor:
        problems.append("it has no `anaphor`")
    if row.pattern:
        if not re.fullmatch(row.pattern, str(row.example)):
            problems.append(f"its example {row.example!r} does not match its pattern {row.pattern!r}")
        pool = registry.pools[name]() if name in registry.pools else {}
        strange = [each for each in pool if not re.fullmatch(row.pattern, each)]
        if strange:
            problems.append(f"{len(strange)} entities do not match {row.pattern!r}: {', '.join(strange[:SHOWN])}")
    if not all("{x}" in opening for opening in row.openings):
        problems.append("an opening does not say {x}")
    return Row(f"type {name}", "fail" if problems else "pass", "; ".join(problems))


def _check_table(registry: Registry, name: str) -> Row:
    findings = registry.audits[name]()
    loose = [f"{f.row}: {f.problem}" for f in findings if not f.fenced]
    told = f"{len(findings)} findings, {len(loose)} not fenced off"
    more = f"; and {len(loose) - SHOWN} more" if len(loose) > SHOWN else ""
    reason = f"{told}: {'; '.join(loose[:SHOWN])}{more}" if loose else told
    return Row(f"audit {name}", "fail" if loose else "pass", reason)

"""What calling a tool shows: whether it works, repeats, bears company, and fails as it should.

Takes a registry and a tool; gives problems, results and times. Types of what came out and links to other tools are
looked at elsewhere (`types.py`, `links.py`).
"""

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from msgspec import UNSET

from dive.errors import ToolError
from dive.flow import mark
from dive.nouns import Json, canonical
from dive.registry import Loaded, Registry
from dive.toolcheck.kinds import Planned
from dive.tools import Toolbox, bind

DIFFERENT = 6
AT_ONCE = 4
"""Calls in flight while the examples are made concurrently."""
SLOW_S = 2.0
"""A warm call that takes longer fails its tool."""
NOBODY = {"string": "no-such-thing", "integer": 10**9 + 7, "number": 1e300, "boolean": True}
WRONG = {"string": 7, "integer": "seven", "number": "seven", "boolean": "yes", "array": "yes", "object": "yes"}
ARGUMENTS = ("arguments",)
Args = dict[str, Json]


class Called(NamedTuple):
    """What the examples gave: problems, (arguments, result) of those that worked, times in ms."""

    problems: list[str]
    samples: list[tuple[Args, Json]]
    ms: float
    first_ms: float


def plan(registry: Registry, names: Sequence[str] = ()) -> Iterator[Planned]:
    """The calls that a check makes for their own sake; each that must succeed is repeated in three more ways."""
    for name in names or registry.tools:
        loaded = registry.tool(name)
        if loaded.tool.effect != "write" and loaded.tool.examples:
            yield from (Planned(name, example) for example in loaded.tool.examples)
            yield from bad_calls(registry, loaded)


def called(registry: Registry, loaded: Loaded) -> Called:
    """Every example once, once more, with its defaults stated, and several at a time: the same result each time.

    The watchdog is not told of the first call of a tool that ships with DIVE: it may have to build a table.
    """
    problems: list[str] = []
    samples: list[tuple[Args, Json]] = []
    first, slowest = 0.0, 0.0
    for example in loaded.tool.examples:
        try:
            began = time.perf_counter()
            result = Toolbox(registry, mark=mark if first or loaded.foreign else None).call(loaded.name, example)
            first = first or time.perf_counter() - began
            began = time.perf_counter()
            again = Toolbox(registry, mark=mark).call(loaded.name, example)
            slowest = max(slowest, time.perf_counter() - began)
            stated = Toolbox(registry, mark=mark).call(loaded.name, bind(loaded, example))
        except ToolError as error:
            problems.append(f"example {short(example)}: {error}")
            continue
        samples.append((example, result))
        if canonical(result) != canonical(again):
            problems.append(f"example {short(example)} gives another result the second time")
        elif canonical(result) != canonical(stated):
            problems.append(f"example {short(example)} gives another result when its defaults are stated")
    if not problems:
        problems += _concurrently(registry, loaded, samples)
    if slowest > SLOW_S:
        problems.append(f"a warm call took {slowest:.1f} s; at most {SLOW_S:g} s are taken")
    needed = min(DIFFERENT, len(loaded.tool.examples)) if loaded.foreign else DIFFERENT
    different = len({canonical(result) for _, result in samples})
    if not problems and different < needed:
        problems.append(f"its examples give {different} different results; at least {needed} are needed")
    return Called(problems, samples, round(slowest * 1000, 2), round(first * 1000, 2))


def _concurrently(registry: Registry, loaded: Loaded, samples: Sequence[tuple[Args, Json]]) -> Iterator[str]:
    """The examples again, last first and several at once."""

    def same(sample: tuple[Args, Json]) -> str:
        try:
            result = Toolbox(registry, mark=mark).call(loaded.name, sample[0])
        except ToolError as error:
            return f"example {short(sample[0])} fails beside other calls: {error}"
        differs = canonical(result) != canonical(sample[1])
        return f"example {short(sample[0])} gives another result beside other calls" if differs else ""

    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield from filter(None, threads.map(same, [*reversed(samples), *samples]))


def errors(registry: Registry, loaded: Loaded) -> Iterator[str]:
    """Bad calls that do not end in the error that they should end in."""
    for call in bad_calls(registry, loaded):
        try:
            Toolbox(registry, mark=mark).call(call.tool, call.args)
        except ToolError as error:
            if error.kind not in call.expect:
                yield f"bad call {short(call.args)} ends in {error.kind!r}, not {' or '.join(call.expect)}"
        else:
            yield f"bad call {short(call.args)} gives a result, not the error {' or '.join(call.expect)}"


def bad_calls(registry: Registry, loaded: Loaded) -> Iterator[Planned]:
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


def short(args: object) -> str:
    """Arguments as JSON on one line, cut where they are long."""
    text = canonical(args).decode()
    return text if len(text) <= 80 else text[:79] + "…"

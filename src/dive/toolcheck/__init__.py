"""Checks what a catalog promises: tools by calling them, types by their rows, tables by their audits.

Takes the registry and names; gives one `Row` for each thing checked, or the calls that a check would make. Tools are
called in workers, so that one that hangs or dies is a row, too; a `write` tool is never called. What was found is kept
by the tool's hash beside the built tables: `unfit` names what no draw may use. Does not know who uses a tool.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dive import ledger
from dive.errors import ToolError
from dive.flow import Work, map_blocks, mark
from dive.ledger import Record
from dive.nouns import Json
from dive.registry import Loaded, Registry
from dive.toolcheck.calls import called, errors, plan
from dive.toolcheck.kept import remember, remembered, tool_mark
from dive.toolcheck.kinds import Link, Planned, Row
from dive.toolcheck.links import Samples, observed, planned, tried
from dive.toolcheck.wording import check_table, check_type, wording
from dive.tools import Toolbox

Progress = Callable[[int, int, int], None]


def silent(done: int, total: int, passed: int) -> None:
    """No progress is shown."""


def check(registry: Registry, names: Sequence[str] = (), *, workers: int = 2, deadline_s: float = 20.0,
          progress: Progress = silent) -> list[Row]:  # fmt: skip
    """Rows for the named tools and their types; without names for all tools and types, and for audited tables.

    Args:
        registry: the tools.
        names: those to check; empty: all.
        workers: processes that call them.
        deadline_s: what one call may take.
        progress: told (tools done, in all, passed).
    """
    tools = [registry.tool(name) for name in names or registry.tools]
    rows = check_tools(registry, [loaded.name for loaded in tools], workers, deadline_s, progress)
    taken, given = takes_and_gives(tools)
    rows += [check_type(registry, name) for name in (sorted(taken | given) if names else registry.types)]
    return rows + [check_table(registry, name) for name in registry.audits if not names]


def check_tools(registry: Registry, names: Sequence[str], workers: int, deadline_s: float,
                progress: Progress = silent) -> list[Row]:  # fmt: skip
    """A row for each of the tools, in their order: first each by itself, then what the others gave put into it."""
    desk = Bench(registry)

    def by_itself(name: str, state: None, avoid: frozenset[str]) -> Record:
        return ledger.record(name, {}, facts=msgspec.to_builtins(desk.by_itself(registry.tool(name), name in avoid)))

    def joined(name: str, state: None, avoid: frozenset[str]) -> Record:
        return ledger.record(name, {}, facts=msgspec.to_builtins(desk.joined(desk.seen[name].row, avoid)))

    def told(base: int) -> Progress:
        return lambda done, total, passed: progress(base + done, 2 * len(names), passed)

    for made in _each(names, by_itself, workers, deadline_s, told(0)):
        desk.seen[made.key] = Seen(_lost(made)) if made.drop else msgspec.json.decode(made.facts, type=Seen)
    ready = [name for name in names if desk.seen[name].row.verdict != "never" and desk.seen[name].samples]
    rows = {name: seen.row for name, seen in desk.seen.items()}
    for made in _each(ready, joined, workers, deadline_s, told(len(names))):
        rows[made.key] = _lost(made) if made.drop else msgspec.json.decode(made.facts, type=Row)
    return [rows[name] for name in names]


def _each(names: Sequence[str], work: Work[None], workers: int, deadline_s: float, progress: Progress) -> list[Record]:
    """What `work` gave for each name, in workers."""
    made: list[Record] = []
    map_blocks(
        names, work, state=None, fold=lambda state, records: state, recall=lambda key: None, keep=made.extend,
        stage="check", workers=workers, deadline_s=deadline_s, on_progress=progress,
    )  # fmt: skip
    return made


def _lost(made: Record) -> Row:
    """The row of a tool that ended its worker."""
    assert made.drop is not None
    return Row(made.key, "fail", f"{made.drop.reason}: {made.drop.detail}")


def unfit(registry: Registry, workers: int, deadline_s: float, progress: Progress = silent) -> dict[str, str]:
    """The tools that have not passed their check, with the reason; those that were never checked are checked now."""
    marks = {name: tool_mark(loaded.tool) for name, loaded in registry.tools.items()}
    known = remembered()
    fresh = [name for name, mark in marks.items() if mark not in known]
    if fresh:
        made = {marks[row.name]: row for row in check_tools(registry, fresh, workers, deadline_s, progress)}
        remember(made)
        known |= made
    return {name: known[mark].reason for name, mark in marks.items() if known[mark].verdict != "pass"}


class Seen(Struct, frozen=True):
    """What one tool showed by itself: its row so far, and (arguments, result) of its examples."""

    row: Row
    samples: tuple[tuple[dict[str, Json], Json], ...] = ()


class Bench:
    """Where tools are checked: `seen` is what they showed by themselves so far."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.seen: dict[str, Seen] = {}
        self._box = Toolbox(registry, mark=mark)

    def by_itself(self, loaded: Loaded, stopped: bool = False) -> Seen:
        """One tool on its own examples; `stopped`: it had to be stopped before."""
        problems = list(wording(loaded))
        if loaded.tool.effect == "write":
            reason = "; ".join(["it may change something, so it is not called", *problems])
            return Seen(Row(loaded.name, "never", reason))
        if not loaded.tool.examples:
            return Seen(Row(loaded.name, "never", "no call of it gave anything when it was imported"))
        if stopped:
            return Seen(Row(loaded.name, "fail", "a call gave no result in time, or ended its process"))
        made = called(self.registry, loaded)
        problems += [*made.problems, *errors(self.registry, loaded), *observed(self.registry, loaded, made.samples)]
        verdict = "fail" if problems else "pass"
        return Seen(Row(loaded.name, verdict, "; ".join(problems), made.ms, made.first_ms), tuple(made.samples))

    def joined(self, row: Row, avoid: Collection[str] = ()) -> Row:
        """The row of a tool once the others' values were put into it; `avoid`: tools that had to be stopped."""
        if row.name in avoid:
            return replace(row, verdict="fail", reason=f"{row.reason}; fed by other tools it hangs or dies".strip("; "))
        loaded = self.registry.tool(row.name)
        problems, links = tried(self.registry, loaded, self.samples(loaded, avoid), self._box.call)
        reason = "; ".join([*filter(None, [row.reason]), *problems])
        return replace(row, verdict="fail" if reason else row.verdict, reason=reason, links=links)

    def samples(self, loaded: Loaded, avoid: Collection[str] = ()) -> Samples:
        """What the examples gave of every tool that gives a type which `loaded` takes."""
        taken = {param.type for param in loaded.params}
        givers = [
            name
            for name, other in self.registry.tools.items()
            if other.tool.effect != "write" and name not in avoid and taken & {f.type for f in other.fields.values()}
        ]
        return {name: self._sample(name) for name in givers}

    def _sample(self, name: str) -> Sequence[tuple[dict[str, Json], Json]]:
        """The tool's samples; its examples are called if it is not among the tools that are checked now."""
        if name not in self.seen:
            samples: list[tuple[dict[str, Json], Json]] = []
            for example in self.registry.tools[name].tool.examples:
                try:
                    samples.append((example, self._box.call(name, example)))
                except ToolError:
                    continue  # said in that tool's own row
            self.seen[name] = Seen(Row(name, "never"), tuple(samples))
        return self.seen[name].samples


def check_tool(registry: Registry, loaded: Loaded) -> Row:
    """One tool checked in this process, which a tool that hangs will hang."""
    desk = Bench(registry)
    seen = desk.by_itself(loaded)
    return desk.joined(seen.row) if seen.samples else seen.row


def link_plan(registry: Registry, names: Sequence[str] = ()) -> Iterator[Planned]:
    """The calls that try links into the tools; what they put in is known from the examples, which are called."""
    desk = Bench(registry)
    for name in names or registry.tools:
        loaded = registry.tool(name)
        if loaded.tool.effect != "write" and loaded.tool.examples:
            yield from (made for *_, made in planned(registry, loaded, desk.samples(loaded)))


def takes_and_gives(tools: Sequence[Loaded]) -> tuple[set[str], set[str]]:
    """Semantic types of the tools' parameters and of the fields that are spoken of."""
    taken = {param.type for loaded in tools for param in loaded.params} - {""}
    given = {field.type for loaded in tools for field in loaded.fields.values() if field.says} - {""}
    return taken, given


def alone(registry: Registry, rows: Mapping[str, Row]) -> list[str]:
    """Tools that no other tool feeds and that feed no other, as far as rows tell."""
    joined = {name for row in rows.values() for link in row.links if link.worked for name in (link.tool, link.to)}
    return [name for name in registry.tools if name in rows and name not in joined]


__all__ = [
    "Bench",
    "Link",
    "Planned",
    "Row",
    "alone",
    "check",
    "check_tool",
    "check_tools",
    "link_plan",
    "plan",
    "remember",
    "remembered",
    "takes_and_gives",
    "tool_mark",
    "unfit",
]

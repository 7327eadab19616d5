"""What the samples of one tool show: the schema of its results, the order and the length of its lists, examples.

Takes samples and types; gives `FoundTool`s and, with the entities, `Found`. Does not call anything.
"""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from dive.nouns import Json, canonical
from dive.sources import names
from dive.sources.columns import columns, schema_of
from dive.sources.infer import Types
from dive.sources.kinds import Found, FoundTool, Listing, Scalar, Slot
from dive.sources.probe import Param, Probed, Sample

EXAMPLES = 8
ENOUGH = 3
"""Members that a list must have, and lists that there must be, to be called sorted."""
STATED = 12
"""Constants that a question may state for a parameter."""
MOST_PLACES = 4


def found(listing: Listing, tools: Mapping[str, Sequence[Slot]], probed: Probed, types: Types) -> Found:
    """Everything that an import found out."""
    called = {name: samples for name, samples in probed.samples.items() if samples}
    made = {name: _tool(name, tools[name], samples, probed, types) for name, samples in called.items()}
    used = {t for tool in made.values() for t in (*tool.takes.values(), *tool.gives.values())}
    return Found(
        server=listing.server, listed=listing.tools, tools=made,
        types={name: row for name, row in sorted(types.rows.items()) if name in used},
        pools={name: pool for name, pool in sorted(types.pools.items()) if name in used},
    )  # fmt: skip


def _tool(name: str, slots: Sequence[Slot], samples: Sequence[Sample], probed: Probed, types: Types) -> FoundTool:
    lists = sorted({path for s in samples for path, value in s.result.items() if isinstance(value, list)})
    members = {column.path: member for column, member in types.members.items() if column.tool == name}
    return FoundTool(
        takes={param.name: t for param, t in sorted(types.takes.items()) if param.tool == name},
        states=_states(name, slots, probed, types),
        output=schema_of([sample.result for sample in samples]),
        gives={column.path: t for column, t in sorted(types.gives.items()) if column.tool == name},
        places=_places(samples),
        members=members,
        ordered={path: by for path in lists if (by := _sorted_by(path, members.get(path, ""), samples))},
        cut={path: by for path in lists if (by := _cut_by(path, slots, samples))},
        examples=tuple(_examples(samples)),
    )  # fmt: skip


def _states(name: str, slots: Sequence[Slot], probed: Probed, types: Types) -> dict[str, tuple[Scalar, ...]]:
    """What a question may state for parameters that name no thing: what was accepted, if it is not too much."""
    made: dict[str, tuple[Scalar, ...]] = {}
    for slot in slots:
        param = Param(name, slot.name)
        taken = [value for value, told in probed.accepted.get(param, {}).items() if told]
        if slot.default is UNSET and types.takes.get(param, "") not in types.pools and len(taken) > 1:
            made[slot.name] = tuple(taken[:STATED])
    return made


def _places(samples: Sequence[Sample]) -> dict[str, int]:
    """The digits after the point that the values of a column have, four at most."""
    made: dict[str, int] = {}
    for path, value in (cell for sample in samples for cell in columns(sample.result)):
        if isinstance(value, float):
            digits = repr(value).partition(".")[2]
            made[path] = max(made.get(path, 0), 0 if digits == "0" or "e" in digits else min(len(digits), MOST_PLACES))
    return dict(sorted(made.items()))


def _sorted_by(path: str, member: str, samples: Sequence[Sample]) -> str:
    """The column by which every list is sorted, up or down; empty if there is none."""
    lists = [rows for s in samples if isinstance(rows := s.result.get(path), list) and len(rows) >= ENOUGH]
    if len(lists) < ENOUGH or not all(isinstance(row, dict) for rows in lists for row in rows):
        return ""
    shared = set.intersection(*(set(row) for rows in lists for row in rows)) - {member}
    for column in sorted(shared):
        cells = [[row[column] for row in rows] for rows in lists]
        if not all(isinstance(cell, int | float) and not isinstance(cell, bool) for row in cells for cell in row):
            continue
        differs = any(len(set(row)) > 1 for row in cells)
        if differs and any(all(row == sorted(row, reverse=down) for row in cells) for down in (False, True)):
            return f"-{column}" if all(row == sorted(row, reverse=True) for row in cells) else column
    return ""


def _cut_by(path: str, slots: Sequence[Slot], samples: Sequence[Sample]) -> str:
    """The parameter whose default cuts a list off: as many members as it says were given, and never more."""
    longest = max((len(rows) for s in samples if isinstance(rows := s.result.get(path), list)), default=0)
    for slot in slots:
        if slot.name in names.listed("amounts") and slot.kind == "integer" and slot.default == longest > 0:
            return slot.name
    return ""


def _examples(samples: Sequence[Sample]) -> list[dict[str, Json]]:
    """Calls whose results differ, from the whole length of the samples."""
    different = list({canonical(sample.result): sample.args for sample in samples}.values())
    step = max(1, len(different) // EXAMPLES)
    return different[::step][:EXAMPLES]

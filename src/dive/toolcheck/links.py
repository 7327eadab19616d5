"""What came out of tools, against what they declare: types of values, and links from one tool into another.

Takes results of examples; gives problems and `Link`s. A link is tried by a call: values of a type that one tool gave
are put into a parameter of that type of another. To answer that nothing is known of a value, or to refuse it, is fair;
to break on it is not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from dive.errors import ToolError
from dive.nouns import Json, canonical
from dive.registry import Loaded, Registry
from dive.toolcheck.calls import Args, short
from dive.toolcheck.kinds import Link, Planned
from dive.tools import CallFn

TRIED = 3
"""Values that are tried for each link."""
STRANGERS = 3
"""So many values of an entity type, of which none is in the type's pool, are of another type."""
FAIR = frozenset({"not_found", "refused", "arguments"})
"""Kinds of error that a value of the declared type may end in."""
LATITUDE, LONGITUDE = "latitude:deg", "longitude:deg"
UNFED = frozenset({"", "count"})
"""Types that say nothing about where a value belongs."""
Samples = Mapping[str, Sequence[tuple[Args, Json]]]


def observed(registry: Registry, loaded: Loaded, samples: Sequence[tuple[Args, Json]]) -> Iterator[str]:
    """Fields whose values are not of the declared type: they break its pattern, or none is a known entity."""
    for path, field in loaded.fields.items():
        row = registry.types.get(field.type)
        if row is None:
            continue
        pool = registry.pools[row.name]() if row.name in registry.pools else {}
        values = {str(value) for _, result in samples for value in at(result, path)}
        strange = sorted(v for v in values if row.pattern and not re.fullmatch(row.pattern, v))
        if strange:
            yield f"{path}: {strange[0]!r} is no {field.type}"
        elif pool and len(values) >= STRANGERS and not values & pool.keys():
            yield f"{path}: none of {len(values)} values is a known {field.type}, such as {min(values)!r}"


def at(result: Json, path: str) -> list[Json]:
    """The values of an output field: of a list its members, of `list.field` that field of each member."""
    return [value for value, _ in _held(result, path)]


def _held(result: Json, path: str) -> list[tuple[Json, Args]]:
    """The values of an output field, each with the record that it stands in."""
    name, _, rest = path.partition(".")
    value = result.get(name)
    members = value if isinstance(value, list) else [value]
    found = [(m.get(rest), m) for m in members if isinstance(m, dict)] if rest else [(m, result) for m in members]
    return [(v, record) for v, record in found if v is not None and not isinstance(v, dict | list)]


def planned(registry: Registry, loaded: Loaded, samples: Samples) -> Iterator[tuple[str, str, str, Planned]]:
    """The calls that try links into a tool, each with the tool and field that gave the value, and the parameter."""
    good = loaded.tool.examples[0]
    for name in sorted(samples):
        if name == loaded.name:
            continue
        giver = registry.tools[name]
        for path, field in giver.fields.items():
            for number, param in enumerate(loaded.params):
                if param.type != field.type or param.type in UNFED or param.type == LONGITUDE:
                    continue
                beside = next((p.name for p in loaded.params[number + 1 :] if p.type == LONGITUDE), "")
                for value, longitude in _some(giver, path, samples[name]):
                    more = {beside: longitude} if param.type == LATITUDE and beside and longitude is not None else {}
                    yield name, path, param.name, Planned(loaded.name, {**good, param.name: value, **more})


def tried(registry: Registry, loaded: Loaded, samples: Samples, call: CallFn) -> tuple[list[str], tuple[Link, ...]]:
    """Problems of links into `loaded`, and the links."""
    problems: list[str] = []
    links: dict[tuple[str, str, str], Link] = {}
    for name, path, param, made in planned(registry, loaded, samples):
        link = links.get((name, path, param)) or Link(name, path, loaded.name, param)
        try:
            call(made.tool, made.args)
            link = replace(link, worked=link.worked + 1)
        except ToolError as error:
            link = replace(link, why=link.why or str(error))
            if error.kind not in FAIR and not loaded.foreign:
                problems.append(f"fed by {name}.{path} with {short(made.args)}: {error}")
        links[name, path, param] = replace(link, tried=link.tried + 1)
    return problems, tuple(links.values())


def _some(giver: Loaded, path: str, samples: Sequence[tuple[Args, Json]]) -> list[tuple[Json, Json]]:
    """The first different values of a field, each with the longitude that stands beside it, if one does."""
    parent = path.rpartition(".")[0]
    east = next((p for p, f in giver.fields.items() if f.type == LONGITUDE and p.rpartition(".")[0] == parent), "")
    found: dict[bytes, tuple[Json, Json]] = {}
    for _, result in samples:
        for value, record in _held(result, path):
            found.setdefault(canonical(value), (value, record.get(east.rpartition(".")[2])))
    return list(found.values())[:TRIED]

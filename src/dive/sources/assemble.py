"""A source as a part of the registry: its listed tools with what was found, worded and allowed.

Takes a listing or what an import kept of it, the wording and the run file's effects; gives `Loaded` tools, types and
entities. A tool of which nothing was found has no fields: it can be listed, and offered as a distractor, no more.
"""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from dive.config import SourceSection
from dive.errors import CatalogError, ConfigError, UnknownName
from dive.nouns import Entity, Json, Tool, sha
from dive.registry import Choices, Loaded, Param, Registry, Type, fields_of, type_of
from dive.sources.columns import plain, speakable
from dive.sources.drafts import Wording
from dive.sources.kinds import Connection, Found, FoundTool, Listed, Listing, Slot
from dive.sources.listing import slots

NOTHING = FoundTool()


class Part(Struct, frozen=True):
    """What one source adds to a registry."""

    tools: dict[str, Loaded]
    types: dict[str, Type]
    pools: dict[str, Callable[[], Mapping[str, Entity]]]
    home: str


def effects(source: SourceSection, listed: Mapping[str, Listed]) -> dict[str, str]:
    """The effect of each tool; the run file may call it as its source does, or as DIVE does. ConfigError otherwise."""
    own = {tool.name: name for name, tool in listed.items()} | {source.prefix + name: name for name in listed}
    made: dict[str, str] = {name: "write" if tool.writes else source.effect for name, tool in listed.items()}
    for name, effect in source.effects.items():
        if name not in own and name not in listed:
            raise ConfigError(f"source {source.name!r}: effects: {UnknownName('tool', name, {*own, *listed})}")
        made[name if name in listed else own[name]] = effect
    return made


def part(source: SourceSection, listing: Listing, connection: Connection, found: Found | None,
         wording: Wording) -> Part:  # fmt: skip
    """A source's tools, types and entities; ConfigError for a line or a type that cannot be used."""
    listed = listing.tools
    allowed = effects(source, listed)
    known = found or Found(server="", listed={}, tools={}, types={}, pools={})
    version = sha([listing.server, known.types, known.pools, wording.types]) if found else ""
    try:
        types = {name: type_of(name, {**row, **wording.types.get(name, {})}) for name, row in known.types.items()}
        tools = {
            source.prefix + name: _loaded(source, name, tool, connection, known.tools.get(name, NOTHING),
                                          wording.lines.get(name, {}), allowed[name], version)
            for name, tool in sorted(listed.items())
        }  # fmt: skip
    except CatalogError as error:
        raise ConfigError(f"{says_path(source)}: {error}") from error
    pools = {name: functools.cache(functools.partial(_pool, name, rows)) for name, rows in known.pools.items() if rows}
    return Part(tools, types, pools, source.domain or source.name)


def merged(registry: Registry, parts: Mapping[str, Part]) -> Registry:
    """A registry with the parts of sources; ConfigError if two tools have one name."""
    tools, types = dict(registry.tools), dict(registry.types)
    pools, homes = dict(registry.pools), dict(registry.homes)
    for source, each in parts.items():
        same = sorted(set(each.tools) & set(tools))
        if same:
            raise ConfigError(f'source {source!r}: there is a tool {same[0]!r} already; set prefix = "{source}_"')
        if any(name.startswith(f"{source}:") for name in types):
            raise ConfigError(f"source {source!r}: types of that name exist already; give the source another name")
        tools |= each.tools
        types |= each.types
        pools |= each.pools
        homes |= dict.fromkeys(each.pools, each.home)
    return Registry(dict(sorted(tools.items())), dict(sorted(types.items())), dict(sorted(pools.items())),
                    registry.audits, homes)  # fmt: skip


def says_path(source: SourceSection) -> Path:
    """The wording file of a source."""
    return Path(source.folder) / (source.says or f"{source.name}.says.toml")


def _loaded(source: SourceSection, name: str, listed: Listed, connection: Connection, found: FoundTool,
            lines: Mapping[str, str], effect: str, version: str) -> Loaded:  # fmt: skip
    params = tuple(_param(slot, found) for slot in slots(listed.input))
    output = found.output or {"type": "object"}
    spoken = {key: line for key, line in lines.items() if key != "source"}
    fields = fields_of(name, speakable(_marked(output, found.gives)), spoken, params)
    tool = Tool(
        name=source.prefix + name, description=listed.description, domain=source.domain or source.name,
        kind="P" if effect == "pure" else "R", effect=effect,  # type: ignore[arg-type]
        input=_marked(listed.input, found.takes), output=_marked(output, found.gives), says=spoken,
        examples=found.examples, source=_kind(source), package=f"source:{source.name}",
        licence="", data_licence="", attribution="", redistribute="unknown",
        hash=sha([source.prefix + name, listed, found, effect, version])[:16],
    )  # fmt: skip
    return Loaded(tool, _Run(connection, listed.name), params, fields, lines.get("source", ""))


def _kind(source: SourceSection) -> Literal["python", "openapi", "mcp"]:
    return "python" if source.module else "openapi" if source.openapi else "mcp"


class _Run:
    """A tool's code: one call over the connection."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name

    def __call__(self, **args: Json) -> dict[str, Json]:
        return plain(self._connection.call(self._name, args))


def _param(slot: Slot, found: FoundTool) -> Param:
    type_name, states = found.takes.get(slot.name, ""), found.states.get(slot.name, ())
    draw = Choices(states) if states else None
    return Param(slot.name, type_name, slot.kind, slot.default, draw)


def _marked(schema: Mapping[str, Json], types: Mapping[str, str]) -> dict[str, Json]:
    """The schema with `x-type` at its parameters or fields, and at those of its lists' members."""
    made: dict[str, Any] = dict(schema)
    properties: dict[str, Any] = dict(schema.get("properties", {}))
    for name, row in list(properties.items()):
        leaf = row.get("items", {}) if isinstance(row, dict) and row.get("type") == "array" else row
        if name in types and isinstance(leaf, dict) and leaf.get("type") != "object":
            marked = {**leaf, "x-type": types[name]}
            properties[name] = {**row, "items": marked} if leaf is not row else marked
        elif isinstance(leaf, dict) and leaf is not row and "properties" in leaf:
            inner = {path.partition(".")[2]: t for path, t in types.items() if path.startswith(f"{name}.")}
            properties[name] = {**row, "items": _marked(leaf, inner)}
    return {**made, "properties": properties} if properties else made


def _pool(type_name: str, rows: Mapping[str, str]) -> Mapping[str, Entity]:
    """The entities of a type; where most have a name, one without it is no seed."""
    named = 2 * sum(key != name for key, name in rows.items()) > len(rows)
    return {
        key: Entity(type=type_name, id=key, name=name, aliases=(key,) if key != name else (),
                    seed=not named or key != name)
        for key, name in sorted(rows.items())
    }  # fmt: skip

"""A user's own tools: Python modules, MCP servers and OpenAPI files of `[[sources]]` as tools like any other.

    listed(config)        what the sources offer, before anything is known of it     dive tools import, first half
    explore(...)          calls what may be called; infers types; drafts wording     dive tools import, second half
    load(config)          the registry of a run: the catalog's and the sources'      everything else

`load` reads what an import kept beside the run file: `<name>.found.json` (machine's) and `<name>.says.toml` (yours).
A `write` tool is never called, by nobody. Does not know stages, draws or how a call is made safe (`tools.py`).
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dive import catalog
from dive.config import Config, SourceSection
from dive.errors import ConfigError
from dive.nouns import Json
from dive.registry import Registry
from dive.sources import assemble, drafts, facts, references, wording
from dive.sources.assemble import effects
from dive.sources.infer import infer
from dive.sources.kinds import Call, Connection, Found, Listing, compare
from dive.sources.listing import slots
from dive.sources.module import Module
from dive.sources.openapi import Api
from dive.sources.probe import Probed, probe


class Offered(Struct, frozen=True):
    """One source and what it lists now."""

    source: SourceSection
    listing: Listing
    connection: Connection


class Imported(Struct, frozen=True):
    """What an import did: what it found, why tools failed, files written, lines added to the wording."""

    found: Found
    errors: dict[str, str]
    says: Path
    kept: Path
    added: int


Variables = Mapping[str, str]
"""The environment, as whoever reads it hands it on; `${NAME}` of a source is looked up there when it connects."""


def load(config: Config, variables: Variables | None = None) -> Registry:
    """The tools of a run.

    Raises:
        ConfigError: a source was not imported yet, offers other tools than it did, or its files cannot be used.
    """
    registry = catalog.load() if config.catalog else catalog.shared()
    made = assemble.merged(registry, {source.name: _part(source, variables) for source in config.sources})
    return replace(made, hide=references.hiding(config, variables or {}))


def compared(config: Config, variables: Variables | None = None) -> None:
    """Connects to each MCP server once; ConfigError if one cannot be reached or its tools changed since the import."""
    for source in config.sources:
        if not source.local:
            connection = connect(source, None, variables)
            try:
                compare(source.name, _found(source).marks, connection.listing().marks)
            finally:
                connection.close()


def listed(config: Config, variables: Variables | None = None) -> dict[str, Offered]:
    """What each source offers, by its name; nothing is called."""
    made: dict[str, Offered] = {}
    for source in config.sources:
        connection = connect(source, None, variables)
        made[source.name] = Offered(source, connection.listing(), connection)
        effects(source, made[source.name].listing.tools)
    return made


def bare(offered: Offered) -> Registry:
    """A registry of one source's tools before anything is known of their results."""
    listing = offered.listing
    made = assemble.part(offered.source, listing, offered.connection, None, drafts.Wording({}, {}))
    return assemble.merged(catalog.shared(), {offered.source.name: made})


def explore(offered: Offered, call: Call) -> Imported:
    """Calls the tools that may be called, and keeps what that shows beside the run file.

    Args:
        offered: the source.
        call: runs a tool of `bare(offered)`; refuses those that may change something.
    """
    source, listing = offered.source, offered.listing
    allowed = effects(source, listing.tools)
    tools = {name: slots(tool.input) for name, tool in listing.tools.items() if allowed[name] != "write"}
    probed = probe(tools, source.seeds, lambda name, args: call(source.prefix + name, args), source.probes)
    found = facts.found(listing, tools, probed, infer(source.name, tools, probed))
    kept, says = kept_path(source), assemble.says_path(source)
    rows = {name: row for name, row in found.types.items() if name in found.pools or row["noun"]}
    drafted = drafts.Wording(wording.draft(found, tools), {name: _spoken(row) for name, row in rows.items()})
    about = {name: tool.description for name, tool in listing.tools.items()}
    added = drafts.add(says, source.name, drafted, about)
    assemble.part(source, listing, offered.connection, found, drafts.read(says))  # refuse what could not be loaded
    kept.write_bytes(msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=1) + b"\n")
    return Imported(found, _errors(probed), says, kept, added)


def connect(source: SourceSection, marks: Mapping[str, str] | None, variables: Variables | None = None) -> Connection:
    """A connection to a source, not open yet; ConfigError if the extra that it needs is not installed."""
    lent = {name: variables[name] for name in references.named(source) if name in variables} if variables else {}
    if source.openapi:
        return Api(source, lent)
    if source.module:
        return Module(source.name, source.module, Path(source.folder))
    try:
        from dive.sources.server import Server
    except ImportError as error:
        raise ConfigError(f"source {source.name!r} is an MCP server, which needs: pip install 'dive-synth[mcp]' "
                          f"({error})") from error  # fmt: skip
    return Server(source, marks, lent)


def kept_path(source: SourceSection) -> Path:
    """What an import found out, beside the wording file."""
    return assemble.says_path(source).with_name(f"{source.name}.found.json")


def _part(source: SourceSection, variables: Variables | None) -> assemble.Part:
    found = _found(source)
    connection = connect(source, found.marks, variables)
    if source.local:
        listing = connection.listing()
        compare(source.name, found.marks, listing.marks)
    else:
        listing = Listing(found.listed, found.server)
    return assemble.part(source, listing, connection, found, drafts.read(assemble.says_path(source)))


def _found(source: SourceSection) -> Found:
    path = kept_path(source)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Found)
    except FileNotFoundError:
        told = f"source {source.name!r} was not imported yet; do it with: dive tools import RUN.toml"
        raise ConfigError(told) from None
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}); import {source.name!r} again") from error


def _spoken(row: Mapping[str, Json]) -> dict[str, Json]:
    """The part of a type's row that a person may want to mend."""
    return {key: value for key, value in row.items() if key != "example"}


def _errors(probed: Probed) -> dict[str, str]:
    """Why tools that may be called gave nothing."""
    return {
        name: probed.errors.get(name, "no value is known for its parameters; give some in `seeds`")
        for name, samples in probed.samples.items()
        if not samples
    }


__all__ = ["Imported", "Offered", "bare", "compared", "connect", "effects", "explore", "kept_path", "listed", "load"]

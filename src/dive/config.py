"""One TOML run file and dotted overrides -> one frozen tree; and the fingerprint of what changes a task.

Takes a file and words like `draw.count=50`; gives `Config`, its text as TOML and its fingerprint. An unknown key is
refused with the nearest known one, a wrong value with its key, what was expected and what was given.
Does not know the catalog: whether a tool or a pattern exists is asked of whoever has them.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dive.errors import ConfigError, UnknownName
from dive.models.settings import Settings
from dive.nouns import ASKING, DOMAINS, GATES, sha
from dive.sections import (
    EMBEDDED,
    Config,
    DrawSection,
    ExportSection,
    FlowSection,
    MindsSection,
    ModeWeights,
    ReportSection,
    Section,
    SourceSection,
    SplitSection,
    SynthesizeSection,
    ToolFilter,
    VerifySection,
)

__all__ = [
    "EMBEDDED",
    "Config",
    "DrawSection",
    "ExportSection",
    "FlowSection",
    "MindsSection",
    "ModeWeights",
    "ReportSection",
    "Section",
    "SourceSection",
    "SplitSection",
    "SynthesizeSection",
    "ToolFilter",
    "VerifySection",
    "domains",
    "fingerprint",
    "flatten",
    "load",
    "to_toml",
]

Table = dict[str, Any]  # TOML as tomllib gives it; becomes a Config or an error within this file

_FREE = frozenset({"name", "out", "flow", "report", "draw.count", "sources", "budget", "models", "export"})
"""Keys and sections that change no task; draws have their own generators, so their number may grow on resume.
What a source says of itself counts by the hashes of its tools, a model by what decides what it says."""
_TELLING = ("model", "api", "extra")
"""Keys of a model that change what it says; where it is reached, how fast and at what price do not."""

_SECRET = re.compile(r"(^|[_-])(authorization|token|secret|password|passwd|key|cookie)s?$", re.IGNORECASE)
"""Names of headers and variables whose values are secrets."""
_TOKEN = re.compile(
    r"\b(Bearer |Basic |(sk|pk|rk|gh[oprsu]|hf|npm|xox[abprs]|glpat|github_pat|AKIA|ASIA|AIza|eyJ)[-_]?)[\w.+/=-]{12,}"
)
"""How well-known tokens look, whatever they are called."""

_TOML_WORDS = {"str": "a string", "int": "an integer", "float": "a number", "bool": "true or false",
               "array": 'an array such as ["a", "b"]', "object": "a section", "null": "nothing"}  # fmt: skip


def load(path: Path, overrides: Sequence[str] = ()) -> Config:
    """The run file at `path` with `section.key=value` words laid over it."""
    table = _read(path)
    _refuse_unknown(table, str(path))
    given = _parse_overrides(overrides)
    _refuse_unknown(given, "command line")
    merged = _merge(table, given)
    try:
        config = msgspec.convert(merged, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(str(error), merged, given, path)) from None
    _check(config, given, path)
    placed = tuple(replace(s, folder=str(path.parent.resolve() / s.folder)) for s in config.sources)
    return replace(config, sources=placed, out=given.get("out") or _kept_in(path) or config.out or f"out/{config.name}")


def _kept_in(path: Path) -> str:
    """The run directory whose own copy of the run file this is: it may have been moved since it was written."""
    return str(path.parent) if path.name == "config.toml" and (path.parent / "manifest.json").exists() else ""


def flatten(config: Config) -> dict[str, Any]:
    """All values by dotted key, in the order of the sections."""
    return dict(_leaves(msgspec.to_builtins(config)))


def fingerprint(config: Config, parts: Mapping[str, str]) -> dict[str, str]:
    """One hash for each thing that changes a task: config keys, and `parts` (pools, tools, patterns, by name)."""
    keys = {
        key: sha(value)[:16]
        for key, value in flatten(config).items()
        if key not in _FREE and key.partition(".")[0] not in _FREE
    }
    asked = {alias: config.models[alias] for alias in config.minds.aliases if alias in config.models}
    told = {f"models.{alias}": sha([getattr(one, key) for key in _TELLING])[:16] for alias, one in asked.items()}
    return {**keys, **told, **parts}


def to_toml(config: Config) -> str:
    """A run file that says every value, defaults included; loading it gives `config` again."""
    sections: dict[str, list[str]] = {}
    for key, value in flatten(config).items():
        head, _, name = key.rpartition(".")
        lines = sections.setdefault(head, [f"[{head}]"] if head else [])
        if key != "sources" and value is not None:
            lines.append(f"{name} = {_toml_value(value)}")
    for number, source in enumerate(msgspec.to_builtins(config.sources)):
        lines = [f"{key} = {_toml_value(value, tables=True)}" for key, value in source.items()]
        sections[f"sources {number}"] = ["[[sources]]", *lines]
    return "\n\n".join("\n".join(lines) for lines in sections.values()) + "\n"


def _read(path: Path) -> Table:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise ConfigError(f"cannot read run file {path}: {error.strerror}") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", where)
        number = line[1] if line else len(text.splitlines())  # without a line tomllib says "end of document"
        raise ConfigError(f"{path}:{number}: {what}") from None


def _parse_overrides(words: Sequence[str]) -> Table:
    table: Table = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"{word!r} is not section.key=value")
        *sections, name = key.strip().split(".")
        inner = table
        for section in sections:
            inner = inner.setdefault(section, {})
            if not isinstance(inner, dict):
                raise ConfigError(f"command line: {section!r} in {key.strip()!r} is a value, not a section")
        inner[name] = _parse_value(text)
    return table


def _parse_value(text: str) -> Any:
    """`text` as a TOML value; bare words are strings."""
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if len(table) == 1 else text


def _merge(below: Table, above: Table) -> Table:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _leaves(table: Table, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _known(section: type[Struct], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All dotted keys and sections that exist, with their types."""
    for field in msgspec.structs.fields(section):
        yield f"{prefix}{field.name}", field.type
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from _known(field.type, f"{prefix}{field.name}.")


KEYS: Mapping[str, Any] = dict(_known(Config))
"""Every dotted key and section of a run file, with its type."""
MODEL_KEYS = frozenset(field.name for field in msgspec.structs.fields(Settings))
"""Every key of one `[models.<alias>]` table."""
SOURCE_KEYS = frozenset(field.name for field in msgspec.structs.fields(SourceSection))
"""Every key of one `[[sources]]` table."""


def _refuse_unknown(table: Table, origin: str, prefix: str = "") -> None:
    for key, value in table.items():
        dotted = f"{prefix}{key}"
        if dotted.startswith("models."):
            _refuse_unknown_model(value, origin, dotted)
            continue
        if dotted not in KEYS:
            raise ConfigError(f"{origin}: {UnknownName('key', dotted, KEYS)}")
        if isinstance(value, dict):
            _refuse_unknown(value, origin, f"{dotted}.")
    for table_of_one in table.get("sources", ()) if not prefix and isinstance(table.get("sources"), list) else ():
        for key in set(table_of_one) - SOURCE_KEYS if isinstance(table_of_one, dict) else ():
            raise ConfigError(f"{origin}: sources: {UnknownName('key', key, SOURCE_KEYS)}")


def _refuse_unknown_model(table: Any, origin: str, dotted: str) -> None:
    for key in table if isinstance(table, dict) else ():
        if key not in MODEL_KEYS:
            raise ConfigError(f"{origin}: {dotted}: {UnknownName('key', key, MODEL_KEYS)}")


def _explain(message: str, merged: Table, given: Table, path: Path) -> str:
    """msgspec's message in the words of a run file: origin, dotted key, expected, got."""
    text, _, where = message.partition(" - at `$")
    missing = re.search(r"missing required field `(\w+)`", text)
    if missing:
        return f"{path}: {where.strip('.`')}{': ' if where else ''}missing key {missing[1]!r}"
    if where.startswith(".sources["):
        return f"{_origin('sources', given, path)}: {where.strip('.`')}: {_in_words(text)}"
    if where.startswith(".models"):
        return f"{_origin('models', given, path)}: {where.strip('.`')}: {_in_words(text)}"
    dotted = re.sub(r"\[.*", "", where.strip("`").lstrip("."))
    expected = _in_words(re.sub(r"^Expected (.*?)(?:, got .*)?$", r"\1", text))
    value: Any = merged
    for key in dotted.split("."):
        value = value[key]
    if get_origin(KEYS[dotted]) is Literal:
        expected = " or ".join(_toml_value(word) for word in get_args(KEYS[dotted]))
    return f"{_origin(dotted, given, path)}: {dotted}: expected {expected}, got {_toml_value(value)}"


def _in_words(text: str) -> str:
    return re.sub(r"`(\w+)`", lambda word: _TOML_WORDS.get(word[1], word[1]), text)


def _origin(dotted: str, given: Table, path: Path) -> str:
    return "command line" if dotted in dict(_leaves(given)) else str(path)


def _check(config: Config, given: Table, path: Path) -> None:
    """What a type cannot say: names of gates and domains, and values that must agree."""
    named = [("verify.gates", "gate", config.verify.gates, (*GATES, *ASKING)),
             ("verify.allow_not_checkable", "gate", config.verify.allow_not_checkable, (*GATES, *ASKING)),
             ("draw.domains", "domain", config.draw.domains, domains(config)),
             ("split.held_out_domains", "domain", config.split.held_out_domains, domains(config))]  # fmt: skip
    for key, what, names, known in named:
        for name in names:
            if name not in known:
                raise ConfigError(f"{_origin(key, given, path)}: {key}: {UnknownName(what, name, known)}")
    draw = config.draw
    if draw.toolset_min > draw.toolset_max:
        raise ConfigError(f"{path}: draw.toolset_min ({draw.toolset_min}) is above toolset_max ({draw.toolset_max})")
    if draw.exemplars_min > draw.exemplars_max:
        raise ConfigError(
            f"{path}: draw.exemplars_min ({draw.exemplars_min}) is above exemplars_max ({draw.exemplars_max})"
        )
    if not any((draw.modes.domain, draw.modes.bridge, draw.modes.uniform)):
        raise ConfigError(f"{path}: draw.modes: at least one weight must be above 0")
    _check_sources(config, path)
    _check_minds(config, path)


def _check_minds(config: Config, path: Path) -> None:
    """Aliases that exist, and gates that a question without a tree can pass."""
    minds = config.minds
    for alias in minds.aliases:
        if alias not in config.models:
            raise ConfigError(f"{path}: minds: {UnknownName('model', alias, config.models)}; add [models.{alias}]")
    for settings in config.models.values():
        _ = settings.url
    if minds.phrase != EMBEDDED and minds.derive != EMBEDDED:
        raise ConfigError(f"{path}: minds.phrase: only composed questions are reworded; leave minds.derive embedded")
    if minds.read and minds.phrase == EMBEDDED and minds.derive == EMBEDDED:
        raise ConfigError(f"{path}: minds.read: no model writes or rewords a question that it could read")
    treeless = set() if minds.derive == EMBEDDED else {"shaped", "sensible"} & set(config.verify.gates or GATES)
    shut = sorted(treeless - set(config.verify.allow_not_checkable))
    if shut:
        raise ConfigError(
            f"{path}: minds.derive: what a model writes has no tree, so {' and '.join(shut)} cannot judge it; "
            f"set verify.allow_not_checkable = {_toml_value(sorted(treeless))}"
        )
    if minds.collect != EMBEDDED and minds.derive == EMBEDDED:
        raise ConfigError(f"{path}: minds.collect: only a model can derive from what a model collected")


def _check_sources(config: Config, path: Path) -> None:
    for source in config.sources:
        given = [key for key in ("module", "openapi", "command", "url") if getattr(source, key)]
        given = [key for key in given if not (key == "url" and source.openapi)]
        if len(given) != 1:
            told = " and ".join(given) if given else "none"
            known = "module, openapi, command and url"
            raise ConfigError(f"{path}: sources: {source.name} needs one of {known}, not {told}")
        if sum(source.name == other.name for other in config.sources) > 1:
            raise ConfigError(f"{path}: sources: two are called {source.name!r}")
        if source.url and not source.url.startswith(("http://", "https://")):
            raise ConfigError(f"{path}: sources: {source.name}: url must begin with http:// or https://")
        if source.headers and not source.url:
            raise ConfigError(f"{path}: sources: {source.name}: headers go with a url; a command takes env")
        _refuse_secrets(source, path)
    if not config.catalog and not config.sources:
        raise ConfigError(f"{path}: catalog = false leaves no tool; add a [[sources]] table")


def _refuse_secrets(source: SourceSection, path: Path) -> None:
    """A value that must be a secret, and is written out in a file that a run directory keeps."""
    if "@" in source.url.partition("://")[2].partition("/")[0]:
        told = 'url must hold no user and no password; set headers = { Authorization = "Basic ${NAME}" }'
        raise ConfigError(f"{path}: sources: {source.name}: {told}")
    words = {f"command {number}": word for number, word in enumerate(source.command)}
    for key, text in {"url": source.url, **words, **source.env, **source.headers}.items():
        if ((_SECRET.search(key) and text) or _TOKEN.search(text)) and "${" not in text:
            raise ConfigError(f"{path}: sources: {source.name}: {key} looks like a secret, and run files are kept; put "
                              f'the value into an environment variable, and here "${{NAME}}" for it')  # fmt: skip


def domains(config: Config) -> tuple[str, ...]:
    """The domains that a run may name: the catalog's, and one for each source."""
    return (*DOMAINS, *(source.domain or source.name for source in config.sources))


def _toml_value(value: Any, tables: bool = False) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_toml_value(key)} = {_toml_value(item)}" for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}" if tables else "a section"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    return str(value)

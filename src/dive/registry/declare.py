"""Functions become tools: `@tool`, `@entities` and `@audit` keep them, `build` makes the registry.

Takes declared functions, tables of `says` and of types; gives a `Registry`. Does not know how a tool is called safely
(`tools.py`) nor what is drawn from it.
"""

import functools
import hashlib
import importlib.metadata
import inspect
import re
import shlex
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from dive.errors import CatalogError
from dive.nouns import DOMAINS, Entity, Json, Tool, sha
from dive.registry.kinds import Finding, Loaded, Package, Param, Registry, Type
from dive.registry.schema import fields_of, input_schema, output_schema, param_of


class Declared(Struct, frozen=True):
    """What `@tool` keeps of a function until the registry is built."""

    run: Callable[..., dict[str, Json]]
    kind: Literal["R", "P"]
    package: Package
    effect: Literal["pure", "read", "write"]
    domain: str


DISTRIBUTION = "dive-synth"
BUILTIN = "builtin"
"""The version of what is no installed distribution: DIVE's own code and tables, a user's source."""
F = TypeVar("F", bound=Callable[..., Any])
_declared: dict[str, Declared] = {}
_pools: dict[str, Callable[[], Mapping[str, Entity]]] = {}
_homes: dict[str, str] = {}
_audits: dict[str, Callable[[], list[Finding]]] = {}


def tool(
    kind: Literal["R", "P"], package: Package, effect: Literal["pure", "read", "write"] = "pure"
) -> Callable[[F], F]:
    """Declares a typed function as a tool; its docstring is the description, its module's folder the domain."""

    def keep(function: F) -> F:
        name, domain = function.__name__, function.__module__.split(".")[-2]
        if name in _declared and _declared[name].run is not function:
            raise CatalogError(f"tool {name!r} is declared twice: {function.__module__}")
        _declared[name] = Declared(function, kind, package, effect, domain)
        return function

    return keep


def entities(type: str) -> Callable[[Callable[[], Iterable[Entity]]], Callable[[], Mapping[str, Entity]]]:
    """Declares a function that lists all entities of a type; read once, when first needed."""

    def keep(function: Callable[[], Iterable[Entity]]) -> Callable[[], Mapping[str, Entity]]:
        @functools.cache
        def pool() -> Mapping[str, Entity]:
            return {entity.id: entity for entity in sorted(function(), key=lambda e: e.id)}

        if type in _pools:
            raise CatalogError(f"entities of {type!r} are declared twice: {function.__module__}")
        _pools[type] = pool
        _homes[type] = function.__module__.split(".")[-2]
        return pool

    return keep


def audit(table: str) -> Callable[[Callable[[], list[Finding]]], Callable[[], list[Finding]]]:
    """Declares a function that audits a table: symmetry, inverse, range, repeated names, stale rows."""

    def keep(function: Callable[[], list[Finding]]) -> Callable[[], list[Finding]]:
        _audits[table] = function
        return function

    return keep


def build(says: Mapping[str, Mapping[str, Any]], types: Mapping[str, Mapping[str, Any]]) -> Registry:
    """The registry of everything declared so far.

    Args:
        says: by tool: `source`, `examples`, and one line per spoken output field.
        types: rows of `types.toml` by name.

    Raises:
        CatalogError: an unknown type, a field that is spoken but not returned, fewer than six examples, ...
    """
    rows = {name: type_of(name, row) for name, row in sorted(types.items())}
    unknown = sorted(set(says) - set(_declared))
    if unknown:
        raise CatalogError(f"`says` for {unknown[0]!r}, but no such tool is declared")
    tools = {name: load_tool(name, item, says.get(name, {}), rows) for name, item in sorted(_declared.items())}
    return Registry(tools, rows, dict(sorted(_pools.items())), dict(sorted(_audits.items())), dict(_homes))


def type_of(name: str, row: Mapping[str, Any]) -> Type:
    """A row of `types.toml` as a type; CatalogError for an unknown key or a wrong value."""
    try:
        return msgspec.convert({"name": name, **row}, Type)
    except msgspec.ValidationError as error:
        raise CatalogError(f"type {name!r}: {error}") from error


def load_tool(name: str, item: Declared, says: Mapping[str, Any], types: Mapping[str, Type]) -> Loaded:
    """One declared function as a tool; raises CatalogError for whatever breaks the catalog's rules."""
    if not legal_name(name):
        raise CatalogError(f"tool name {name!r} is not [a-z][a-z0-9_]{{2,63}}")
    if item.domain not in DOMAINS:
        raise CatalogError(f"tool {name!r}: its folder {item.domain!r} is no domain")
    hints = typing.get_type_hints(item.run, include_extras=True)
    signature = inspect.signature(item.run)
    params = tuple(param_of(p, hints[p.name]) for p in signature.parameters.values())
    output = output_schema(hints["return"])
    lines = {key: str(line) for key, line in says.items() if key not in ("source", "examples")}
    fields = fields_of(name, output, lines, params)
    named = [(p.name, p.type) for p in params] + [(path, field.type) for path, field in fields.items()]
    for where, type_name in named:
        if type_name and type_name not in types:
            raise CatalogError(f"tool {name!r}, {where}: unknown type {type_name!r}")
    examples = tuple(_example(e, params) for e in says.get("examples", ()))
    if len({sha(e) for e in examples}) < 6:
        raise CatalogError(f"tool {name!r}: six different examples are needed, {len(examples)} given")
    declared = Tool(
        name=name, description=inspect.cleandoc(item.run.__doc__ or ""), domain=item.domain, kind=item.kind,
        effect=item.effect, input=input_schema(params), output=output, says=lines, examples=examples,
        source="python", package=item.package.name, licence=item.package.licence,
        data_licence=item.package.data_licence, attribution=item.package.attribution,
        redistribute=item.package.redistribute, hash="",
    )  # fmt: skip
    declared = msgspec.structs.replace(declared, hash=_hash(item, declared))
    return Loaded(declared, item.run, params, fields, str(says.get("source", "")))


def legal_name(name: str) -> bool:
    """Whether `name` is a legal tool name: `[a-z][a-z0-9_]{2,63}`."""
    return re.fullmatch("[a-z][a-z0-9_]{2,63}", name) is not None


@functools.cache
def package_version(name: str) -> str:
    """Installed version of a distribution, or BUILTIN."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return BUILTIN


class Required(Struct, frozen=True):
    """A distribution that DIVE asks for: `requirement` with its version, the `extra` that asks ("" for DIVE itself)."""

    requirement: str
    extra: str


@functools.cache
def required() -> dict[str, Required]:
    """The distributions that DIVE asks for, in normal spelling.

    A package that none of this names is data that ships with DIVE.
    """
    try:
        lines = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    found: dict[str, Required] = {}
    for line in lines:
        requirement, _, marker = (part.strip() for part in line.partition(";"))
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", marker)
        name = normal(re.split(r"[ <>=!~\[(]", requirement, maxsplit=1)[0])
        found.setdefault(name, Required(requirement, extra[1] if extra else ""))
    return found


def install(package: str) -> str:
    """The command that installs a package which is asked for and not there; "" if nothing is missing."""
    asked = required().get(normal(package))
    if asked is None or package_version(package) != BUILTIN:
        return ""
    return f"pip install {shlex.quote(f'{DISTRIBUTION}[{asked.extra}]' if asked.extra else asked.requirement)}"


def normal(package: str) -> str:
    """A distribution's name in the spelling that the index compares by."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _hash(item: Declared, declared: Tool) -> str:
    code = hashlib.sha256(inspect.getsource(inspect.getmodule(item.run) or item.run).encode()).hexdigest()
    return sha([code, declared.input, declared.output, package_version(item.package.name)])[:16]


def _example(given: Json, params: tuple[Param, ...]) -> dict[str, Json]:
    example = given if isinstance(given, dict) else {p.name: given for p in params[:1]}
    unknown = set(example) - {p.name for p in params}
    if unknown:
        raise CatalogError(f"an example gives {min(unknown)!r}, which is no parameter")
    return example

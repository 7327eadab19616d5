"""The signature is the schema: turns typed functions, `says` lines and type rows into tools and types.

Takes functions decorated with `@tool` and `@entities`, tables of `says` and types; gives a `Registry` of
`Loaded` tools. Does not know how a tool is called safely (`tools.py`) nor what is drawn from it.

A semantic type is a string in `Annotated`: `Annotated[str, "airport:iata"]`. `Range` or `Choices` beside it
say which constants a question may state for a parameter.
"""

import functools
import hashlib
import importlib.metadata
import inspect
import types as pytypes
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, NotRequired, Required, TypeVar, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dive.errors import CatalogError, UnknownName
from dive.nouns import DOMAINS, Entity, Json, Tool, sha
from dive.says import Says, parse

JSON_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean"}


class Range(Struct, frozen=True):
    """Constants between `low` and `high` inclusive in `step`s; ISO dates are stepped in days."""

    low: int | float | str
    high: int | float | str
    step: int | float = 1


class Choices(Struct, frozen=True):
    """Constants from a fixed list."""

    values: tuple[str | int | float, ...]


class Package(Struct, frozen=True):
    """Where a tool's code and data come from, and on which terms."""

    name: str
    licence: str
    data_licence: str
    attribution: str = ""
    redistribute: Literal["yes", "no", "unknown"] = "yes"


class Type(Struct, frozen=True, forbid_unknown_fields=True):
    """One row of `types.toml`. `name` is `entity:scheme` or `quantity:unit`, or a bare word such as `date`.

    `noun`/`plural`: of the entity, or of the unit. `label` prints an entity ({name}, {id}). `openings` are
    sentences that bring a named entity up; `anaphor` takes it up again. `symbol`: the unit's short form. `key`: a
    code that stands for something else, so that nothing starts from it or passes through it.
    """

    name: str
    noun: str
    plural: str
    example: str | int | float
    pattern: str = ""
    label: str = "{name}"
    openings: tuple[str, ...] = ()
    anaphor: str = ""
    symbol: str = ""
    grouped: bool = True
    key: bool = False

    @property
    def quantity(self) -> str:
        """What is measured or named: the part before the colon."""
        return self.name.partition(":")[0]


class Param(Struct, frozen=True):
    """One parameter of a tool."""

    name: str
    type: str
    kind: str
    default: Json | UnsetType = UNSET
    draw: Range | Choices | None = None


class Field(Struct, frozen=True):
    """One output field. `path` is `elevation`, `airports`, or `airports.distance` for a field of the members."""

    path: str
    type: str
    kind: str
    many: bool
    says: Says | None


class Loaded(Struct, frozen=True):
    """A tool with its code: `run(**args)` returns the result as a JSON object."""

    tool: Tool
    run: Callable[..., dict[str, Json]]
    params: tuple[Param, ...]
    fields: dict[str, Field]
    spoken_source: str

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.tool.name


class Finding(Struct, frozen=True):
    """What an audit found in a table: which row, what is wrong, and whether `fence.toml` keeps it out."""

    table: str
    row: str
    problem: str
    fenced: bool


class Registry(Struct, frozen=True):
    """Everything that can be called and named. Mappings are in sorted order.

    `pools` lists the entities of a type, `homes` tells the domain that a type belongs to.
    """

    tools: dict[str, Loaded]
    types: dict[str, Type]
    pools: dict[str, Callable[[], Mapping[str, Entity]]]
    audits: dict[str, Callable[[], list[Finding]]]
    homes: dict[str, str]

    def tool(self, name: str) -> Loaded:
        """The tool called `name`; raises UnknownName with the nearest one."""
        if name not in self.tools:
            raise UnknownName("tool", name, self.tools)
        return self.tools[name]

    def type(self, name: str) -> Type:
        """The type called `name`; raises UnknownName with the nearest one."""
        if name not in self.types:
            raise UnknownName("type", name, self.types)
        return self.types[name]

    def entity(self, type: str, id: str) -> Entity:
        """The entity with that id; one that no pool holds is named by its id."""
        known = self.pools[type]().get(str(id)) if type in self.pools else None
        return known or Entity(type=type, id=str(id), name=str(id), seed=False)

    def label(self, type: str, id: str) -> str:
        """How a question names the entity."""
        entity = self.entity(type, id)
        return self.type(type).label.format(name=entity.name, id=entity.id)

    def is_entity(self, type: str) -> bool:
        """Whether values of the type are things with a name, not quantities, dates or texts."""
        row = self.types.get(type)
        return row is not None and not row.key and (type in self.pools or bool(row.anaphor))

    def is_key(self, type: str) -> bool:
        """Whether values of the type are codes that only name something else."""
        return type in self.types and self.types[type].key

    def seeds(self, type: str) -> tuple[Entity, ...]:
        """The entities of a type that a task may start from, in order of id."""
        return _seeds(self.pools[type]) if type in self.pools else ()

    def field(self, tool: str, path: str) -> Field:
        """An output field of a tool."""
        return self.tool(tool).fields[path]


@functools.cache
def _seeds(pool: Callable[[], Mapping[str, Entity]]) -> tuple[Entity, ...]:
    return tuple(entity for entity in pool().values() if entity.seed)


class Declared(Struct, frozen=True):
    """What `@tool` keeps of a function until the registry is built."""

    run: Callable[..., dict[str, Json]]
    kind: Literal["R", "P"]
    package: Package
    effect: Literal["pure", "read", "write"]
    domain: str


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
    rows = {name: msgspec.convert({"name": name, **row}, Type) for name, row in sorted(types.items())}
    unknown = sorted(set(says) - set(_declared))
    if unknown:
        raise CatalogError(f"`says` for {unknown[0]!r}, but no such tool is declared")
    tools = {name: _load(name, item, says.get(name, {}), rows) for name, item in sorted(_declared.items())}
    return Registry(tools, rows, dict(sorted(_pools.items())), dict(sorted(_audits.items())), dict(_homes))


def _load(name: str, item: Declared, says: Mapping[str, Any], types: Mapping[str, Type]) -> Loaded:
    if not msgspec_name(name):
        raise CatalogError(f"tool name {name!r} is not [a-z][a-z0-9_]{{2,63}}")
    if item.domain not in DOMAINS:
        raise CatalogError(f"tool {name!r}: its folder {item.domain!r} is no domain")
    hints = typing.get_type_hints(item.run, include_extras=True)
    signature = inspect.signature(item.run)
    params = tuple(_param(p, hints[p.name]) for p in signature.parameters.values())
    output = _schema(hints["return"])
    lines = {key: str(line) for key, line in says.items() if key not in ("source", "examples")}
    fields = _fields(name, output, lines, params)
    named = [(p.name, p.type) for p in params] + [(path, field.type) for path, field in fields.items()]
    for where, type_name in named:
        if type_name and type_name not in types:
            raise CatalogError(f"tool {name!r}, {where}: unknown type {type_name!r}")
    examples = tuple(_example(e, params) for e in says.get("examples", ()))
    if len({sha(e) for e in examples}) < 6:
        raise CatalogError(f"tool {name!r}: six different examples are needed, {len(examples)} given")
    declared = Tool(
        name=name, description=inspect.cleandoc(item.run.__doc__ or ""), domain=item.domain, kind=item.kind,
        effect=item.effect, input=_input_schema(params), output=output, says=lines, examples=examples,
        source="python", package=item.package.name, licence=item.package.licence,
        data_licence=item.package.data_licence, attribution=item.package.attribution,
        redistribute=item.package.redistribute, hash="",
    )  # fmt: skip
    declared = msgspec.structs.replace(declared, hash=_hash(item, declared))
    return Loaded(declared, item.run, params, fields, str(says.get("source", "")))


def msgspec_name(name: str) -> bool:
    """Whether `name` is a legal tool name (FORMATS, "Tool")."""
    return (
        name.isascii() and name.isidentifier() and name == name.lower() and 3 <= len(name) <= 64 and name[0].isalpha()
    )


@functools.cache
def package_version(name: str) -> str:
    """Installed version of a distribution, or "builtin" for DIVE's own code and tables."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "builtin"


def _hash(item: Declared, declared: Tool) -> str:
    code = hashlib.sha256(inspect.getsource(inspect.getmodule(item.run) or item.run).encode()).hexdigest()
    return sha([code, declared.input, declared.output, package_version(item.package.name)])[:16]


def _example(given: Json, params: tuple[Param, ...]) -> dict[str, Json]:
    return given if isinstance(given, dict) else {params[0].name: given}


def _param(parameter: inspect.Parameter, hint: object) -> Param:
    base, meta = _unwrap(hint)
    kind = JSON_KINDS.get(base)
    if kind is None:
        raise CatalogError(f"parameter {parameter.name!r}: only str, int, float and bool are taken, not {base}")
    default = UNSET if parameter.default is inspect.Parameter.empty else parameter.default
    draw = next((m for m in meta if isinstance(m, Range | Choices)), None)
    return Param(parameter.name, next((m for m in meta if isinstance(m, str)), ""), kind, default, draw)


def _unwrap(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) in (NotRequired, Required):
        hint = get_args(hint)[0]
    if get_origin(hint) is Annotated:
        base, *meta = get_args(hint)
        return base, tuple(meta)
    return hint, ()


def _input_schema(params: tuple[Param, ...]) -> dict[str, Json]:
    properties: dict[str, Json] = {}
    for param in params:
        properties[param.name] = {"type": param.kind} | ({"x-type": param.type} if param.type else {})
        if param.default is not UNSET:
            properties[param.name]["default"] = param.default
    required = [p.name for p in params if p.default is UNSET]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _schema(hint: Any) -> dict[str, Json]:
    base, meta = _unwrap(hint)
    mark = next(({"x-type": m} for m in meta if isinstance(m, str)), {})
    if base in JSON_KINDS:
        return {"type": JSON_KINDS[base], **mark}
    if get_origin(base) is list:
        return {"type": "array", "items": _schema(get_args(base)[0])}
    if isinstance(base, type) and typing.is_typeddict(base):
        hints = typing.get_type_hints(base, include_extras=True)
        required = sorted(base.__required_keys__)  # type: ignore[attr-defined]
        properties = {key: _schema(value) for key, value in hints.items()}
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    if get_origin(base) is dict or isinstance(base, pytypes.UnionType):
        raise CatalogError(f"a result must be made of TypedDict, list and plain values, not {base}")
    raise CatalogError(f"cannot make a schema of {base}")


def _fields(name: str, output: dict[str, Json], lines: dict[str, str], params: tuple[Param, ...]) -> dict[str, Field]:
    slots = frozenset({"x", *(p.name for p in params)})
    found: dict[str, Field] = {}

    def add(path: str, schema: dict[str, Json], inner: frozenset[str]) -> None:
        says = parse(lines[path], inner, f"{name}.{path}") if path in lines else None
        many = schema["type"] == "array"
        leaf = schema["items"] if many else schema
        if many and leaf["type"] == "object":
            for key, sub in leaf["properties"].items():
                add(f"{path}.{key}", sub, inner | {"it"})
            member = found.get(f"{path}.{says.member}") if says and says.member else None
            found[path] = Field(path, member.type if member else "", "object", True, says)
        else:
            found[path] = Field(path, leaf.get("x-type", ""), leaf["type"], many, says)

    for key, schema in output["properties"].items():
        add(key, schema, slots)
    unknown = sorted(set(lines) - set(found))
    if unknown:
        raise CatalogError(f"tool {name!r}: a `says` line for {unknown[0]!r}, which is no output field")
    return dict(sorted(found.items()))

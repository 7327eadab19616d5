"""What the catalog is made of: semantic types, tools with their code, and the registry that holds them all.

Takes nothing but nouns and `says`; gives frozen classes. Does not know how a function becomes a tool (`declare.py`).
"""

import functools
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from dive.errors import UnknownName
from dive.nouns import Entity, Json, Tool
from dive.says import Says


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

    @property
    def spoken(self) -> bool:
        """Whether a question may ask for it: it has wording of its own."""
        return self.says is not None and "transparent" not in self.says.flags


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

    @property
    def foreign(self) -> bool:
        """Whether it comes from a source of the user's: what its errors mean is not ours to say."""
        return self.tool.package.startswith("source:")


class Finding(Struct, frozen=True):
    """What an audit found in a table: which row, what is wrong, and whether `fence.toml` keeps it out."""

    table: str
    row: str
    problem: str
    fenced: bool


class Registry(Struct, frozen=True, dict=True):
    """Everything that can be called and named. Mappings are in sorted order.

    `pools` lists the entities of a type, `homes` tells the domain that a type belongs to, `hide` takes secrets out of
    whatever a tool gives.
    """

    tools: dict[str, Loaded]
    types: dict[str, Type]
    pools: dict[str, Callable[[], Mapping[str, Entity]]]
    audits: dict[str, Callable[[], list[Finding]]]
    homes: dict[str, str]
    hide: Callable[[bytes], bytes] = bytes

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

    def value(self, type: str, id: str | int) -> str | int:
        """An entity's id as tools take it: a whole number where the type's example is one."""
        return int(id) if isinstance(self.types[type].example, int) else id

    def label(self, type: str, id: str) -> str:
        """How a question names the entity."""
        entity, label = self.entity(type, id), self.type(type).label
        if entity.name == entity.id and label.startswith("{name} (") and label.endswith(")"):
            label = label.removeprefix("{name} (").removesuffix(")")  # nothing is said twice
        return label.format(name=entity.name, id=entity.id)

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

    @functools.cached_property
    def through(self) -> Mapping[tuple[str, str], list[tuple[str, str, str]]]:
        """By (type of a thing, type of a value): the records that hold the value as the thing's own.

        Each as (tool, parameter, field): an airport's latitude, a compound's formula.
        """
        found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for name, loaded in self.tools.items():
            for path, field in loaded.fields.items():
                if len(loaded.params) == 1 and field.says and "transparent" in field.says.flags:
                    found.setdefault((loaded.params[0].type, field.type), []).append(
                        (name, loaded.params[0].name, path)
                    )
        return found

    @functools.cached_property
    def speakers(self) -> Mapping[tuple[str, bool], frozenset[str]]:
        """By (type, whether lists are wanted): the tools that take such a thing and say something of it."""
        found: dict[tuple[str, bool], set[str]] = {}
        for name, loaded in self.tools.items():
            taken = {param.type for param in loaded.params if param.type}
            taken |= {thing for thing, value in self.through if value in taken}
            for many in {f.many for path, f in loaded.fields.items() if "." not in path and f.spoken}:
                for type_name in taken:
                    found.setdefault((type_name, many), set()).add(name)
        return {key: frozenset(names) for key, names in found.items()}


@functools.cache
def _seeds(pool: Callable[[], Mapping[str, Entity]]) -> tuple[Entity, ...]:
    return tuple(entity for entity in pool().values() if entity.seed)

"""What a source is made of: tools as it lists them, and what was found out about them by calling them.

Takes nothing but JSON; gives frozen classes, and the hash of a listing. Does not know how a source is reached, how
types are inferred or how anything is spoken.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import UNSET, Struct, UnsetType

from dive.errors import ConfigError
from dive.nouns import Json, sha

Scalar = str | int | float


class Listed(Struct, frozen=True):
    """One tool as its source lists it; `input` and `output` are JSON Schemas, `output` None where none is given.

    `writes`: by its source's own word it may change something, so that only `effects` can say otherwise.
    """

    name: str
    description: str
    input: dict[str, Json]
    output: dict[str, Json] | None = None
    writes: bool = False


class Slot(Struct, frozen=True):
    """One parameter of a listed tool. `choices` are all values that its schema allows, `examples` some of them."""

    name: str
    kind: str
    default: Json | UnsetType = UNSET
    choices: tuple[Scalar, ...] = ()
    examples: tuple[Scalar, ...] = ()


class Listing(Struct, frozen=True):
    """What a source offers: its tools by their name in plain letters, who serves them, what was left out and why."""

    tools: dict[str, Listed]
    server: str
    left_out: dict[str, str] = {}

    @property
    def marks(self) -> dict[str, str]:
        """A hash for each tool as it is listed now."""
        return marks(self.tools)


def marks(tools: Mapping[str, Listed]) -> dict[str, str]:
    """A hash for each tool, by the name that its source gives it: what is compared from run to run."""
    return {listed.name: sha(listed)[:16] for listed in tools.values()}


class Connection(Protocol):
    """A way to a source's tools. It is opened at the first use, in the process that uses it."""

    def listing(self) -> Listing:
        """What the source offers now; raises ConfigError if it cannot be reached."""
        ...

    def call(self, name: str, args: Mapping[str, Json]) -> Json:
        """Runs the tool that the source calls `name`; raises ToolError, or whatever the tool raises."""
        ...

    def close(self) -> None:
        """Lets go of it in this process; the next use opens it again."""
        ...


class FoundTool(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What calls of one tool showed. Paths are `field` or `list.field`.

    takes: semantic type by parameter. states: constants that a question may state, by parameter. output: the observed
    JSON Schema. gives: semantic type by path. places: digits after the point by path. members: for each list of records
    the field that names the member. ordered: what a list is sorted by, with a minus if downwards. cut: the parameter
    that cuts a list off. examples: calls that worked.
    """

    takes: dict[str, str] = {}
    states: dict[str, tuple[Scalar, ...]] = {}
    output: dict[str, Json] = {}
    gives: dict[str, str] = {}
    places: dict[str, int] = {}
    members: dict[str, str] = {}
    ordered: dict[str, str] = {}
    cut: dict[str, str] = {}
    examples: tuple[dict[str, Json], ...] = ()


class Found(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an import found out: the tools as listed, what calls of them showed, and the entities of each type.

    `types` are rows as in `types.toml`; those of the wording file are laid over them. `pools` give the entities of a
    type as id and name.
    """

    server: str
    listed: dict[str, Listed]
    tools: dict[str, FoundTool]
    types: dict[str, dict[str, Json]]
    pools: dict[str, dict[str, str]]
    v: int = 1

    @property
    def marks(self) -> dict[str, str]:
        """A hash for each tool as it was listed."""
        return marks(self.listed)


Call = Callable[[str, Mapping[str, Json]], Json]
"""Runs a tool by DIVE's name; ToolError for whatever goes wrong."""


def compare(source: str, known: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Raises ConfigError that names what changed in a source's listing since it was imported."""
    parts = {
        "new": sorted(set(now) - set(known)),
        "gone": sorted(set(known) - set(now)),
        "changed": sorted(name for name in set(known) & set(now) if known[name] != now[name]),
    }
    told = "; ".join(f"{what}: {_names(names)}" for what, names in parts.items() if names)
    if told:
        raise ConfigError(f"source {source!r} offers other tools than when it was imported ({told}); look at them and "
                          "import it again with: dive tools import RUN.toml")  # fmt: skip


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)

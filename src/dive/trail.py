"""What a model called for one draw: evidence with the origin of every argument, and what was no evidence.

Takes calls and their results in the order in which they were made; gives ids `c1`, `c2`, ... and, for each argument,
where its value stood before: in the text that the model was given, in a default, in earlier results. A repeated or
failed call is noted and is no evidence. Does not call anything.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from msgspec import UNSET, Struct

from dive.nouns import Json, canonical
from dive.registry import Loaded

LONG = 4
"""Characters from which a text may be found inside of another."""


class Noted(Struct, frozen=True, kw_only=True):
    """An executed call. `origins`: for each argument, "text", "default", or places such as `c1.rows[].id`; none: it
    came out of the model's head.
    """

    id: str
    tool: str
    args: dict[str, Json]
    result: Json
    round: int
    origins: dict[str, tuple[str, ...]]


class Slip(Struct, frozen=True, kw_only=True):
    """A call that gave no evidence: `repeated`, `failed` or `refused`."""

    tool: str
    args: Json
    kind: str
    why: str
    round: int


class Trail:
    """The calls of one draw.

    Args:
        said: the text that a value may come from: what the model was told of the draw.
    """

    def __init__(self, said: str) -> None:
        self.said = said
        self.round = 1
        self.calls: list[Noted] = []
        self.slips: list[Slip] = []
        self._known: dict[bytes, Noted] = {}

    def known(self, tool: str, args: Mapping[str, Json]) -> Noted | None:
        """The same call, if it was made before."""
        return self._known.get(canonical([tool, dict(args)]))

    def add(self, loaded: Loaded, args: Mapping[str, Json], result: Json) -> Noted:
        """Keep a call that gave a result; `args` are its bound arguments."""
        defaults = {param.name: param.default for param in loaded.params if param.default is not UNSET}
        origins = {name: tuple(self._origins(value, defaults.get(name, UNSET))) for name, value in args.items()}
        number = len(self.calls) + 1
        made = Noted(id=f"c{number}", tool=loaded.name, args=dict(args), result=result, round=self.round,
                     origins=origins)  # fmt: skip
        self.calls.append(made)
        self._known[canonical([loaded.name, dict(args)])] = made
        return made

    def slip(self, tool: str, args: Json, kind: str, why: str) -> None:
        """Keep a call that gave nothing."""
        self.slips.append(Slip(tool=tool, args=args, kind=kind, why=why, round=self.round))

    def results(self) -> dict[str, Json]:
        """Results by id."""
        return {made.id: made.result for made in self.calls}

    def _origins(self, value: Json, default: object) -> Iterator[str]:
        if _stands(value, self.said):
            yield "text"
        if default is not UNSET and same(value, default):
            yield "default"
        for made in self.calls:
            yield from dict.fromkeys(
                f"{made.id}{place}" for place, leaf in leaves(made.result) if _is_from(value, leaf)
            )


def leaves(value: Json, place: str = "") -> Iterator[tuple[str, Json]]:
    """All scalars of a JSON value with their places: `.rows[].id`."""
    if isinstance(value, dict):
        for key, child in cast("dict[str, Json]", value).items():
            yield from leaves(child, f"{place}.{key}")
    elif isinstance(value, list):
        for child in cast("list[Json]", value):
            yield from leaves(child, f"{place}[]")
    else:
        yield place, value


def same(a: object, b: object) -> bool:
    """Equal; numbers within a relative 1e-9."""
    if _number(a) and _number(b):
        return math.isclose(cast("float", a), cast("float", b), rel_tol=1e-9)
    return type(a) is type(b) and a == b


def slips_by_kind(slips: Sequence[Slip]) -> dict[str, int]:
    """How many slips of each kind."""
    found: dict[str, int] = {}
    for slip in slips:
        found[slip.kind] = found.get(slip.kind, 0) + 1
    return found


def _is_from(value: Any, leaf: Any) -> bool:
    inside = isinstance(value, str) and isinstance(leaf, str) and len(value) >= LONG and value in leaf
    return value is not None and (inside or same(value, leaf))


def _stands(value: Any, text: str) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return bool(shown) and shown.casefold() in text.casefold()


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

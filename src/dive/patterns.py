"""Rows of `patterns.toml`: the operators of the expression tree.

Takes the TOML file; gives frozen `Pattern`s and the text of a program with its slots filled. Does not know
how a slot is compiled, found or spoken.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from dive.errors import UnknownName


class Pattern(Struct, frozen=True, forbid_unknown_fields=True):
    """One operator; see the head of `patterns.toml`."""

    name: str
    slots: tuple[str, ...]
    program: str
    gives: str
    ask: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = {}
    setup: tuple[str, ...] = ()
    ordered: bool = False

    @property
    def chooses(self) -> bool:
        """Whether it takes those members of a list that meet a condition."""
        return "key" in self.slots and self.gives == "members" and not self.ordered

    @property
    def ranks(self) -> bool:
        """Whether it looks at all members of a list and comes to an end: a pick, an order, a figure."""
        return "key" in self.slots and not self.chooses

    def expression(self, slots: Mapping[str, str]) -> str:
        """The program with slot texts put in; `key[m]` takes the slot's text for the member `m`."""
        names = "|".join(name for name in self.slots if name != "key")
        found = rf"(key)\[m\]|(?<!')\b({names})\b(?!')"
        return re.sub(found, lambda m: slots[m.group(1) or m.group(2)], self.program)


@functools.cache
def patterns() -> Mapping[str, Pattern]:
    """All patterns by name."""
    rows = tomllib.loads((Path(__file__).parent / "patterns.toml").read_text(encoding="utf-8"))
    return {name: msgspec.convert({"name": name, **row}, Pattern) for name, row in rows.items()}


def pattern(name: str) -> Pattern:
    """The pattern called `name`; raises UnknownName with the nearest one."""
    if name not in patterns():
        raise UnknownName("pattern", name, patterns())
    return patterns()[name]


CHOOSING = frozenset(name for name, row in patterns().items() if row.chooses)
RANKING = frozenset(name for name, row in patterns().items() if row.ranks)
PICKING = frozenset(name for name, row in patterns().items() if row.gives == "member")
WIDER = (RANKING | CHOOSING | {"count"}) - PICKING
"""What says something of a list as a whole, which is more than which member comes first."""

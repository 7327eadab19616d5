"""Prompts as data: one TOML file each, with its slots named and checked.

Takes a prompt's name and the words for its slots; gives text. `digest` is part of a run's fingerprint. What is stable
over many requests stands in prompts without slots, which come first. Does not know who says what when.
"""

import functools
import hashlib
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from dive.errors import CatalogError

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\[\[(\w+)\]\]")


class Prompt(Struct, frozen=True, forbid_unknown_fields=True):
    """`text` holds `[[slot]]` for each of `slots` and for nothing else; `about` says who reads it when."""

    about: str
    text: str
    slots: tuple[str, ...] = ()


@functools.cache
def read(name: str) -> Prompt:
    """The prompt called `name`; CatalogError if its slots are not those that its text has."""
    try:
        made = msgspec.toml.decode((_HERE / f"{name}.toml").read_bytes(), type=Prompt)
    except (OSError, msgspec.DecodeError) as error:
        raise CatalogError(f"prompt {name!r}: {error}") from None
    if set(_SLOT.findall(made.text)) != set(made.slots):
        raise CatalogError(f"prompt {name!r}: slots {sorted(made.slots)}, text {sorted(_SLOT.findall(made.text))}")
    return made


def prompt(name: str, /, **slots: str) -> str:
    """The prompt with its slots filled; what fills a slot is not searched for slots again."""
    made = read(name)
    if set(made.slots) != slots.keys():
        raise CatalogError(f"prompt {name!r} takes {sorted(made.slots)}, not {sorted(slots)}")
    return _SLOT.sub(lambda found: slots[found[1]], made.text).strip()


@functools.cache
def digest() -> str:
    """A hash of all prompts."""
    files = sorted(_HERE.glob("*.toml"))
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()[:16]

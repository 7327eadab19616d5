"""Scales: which arithmetic a quantity bears, whatever the wording of a field allows.

Takes a pattern, a semantic type and the noun that a field is called by; says why the pattern means nothing with such
values. Rows of `scales.toml`. Knows no trees and no values.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Arithmetic = Literal["ratio", "sum", "mean", "median", "difference"]
NEEDS: dict[str, tuple[Arithmetic, ...]] = {
    "mean": ("mean",), "deviation": ("mean",), "median": ("median",), "total": ("sum",), "multiple": ("sum", "ratio"),
    "factor": ("ratio",), "ratio": ("ratio",), "gap": ("difference",), "spread": ("difference",),
}  # fmt: skip
"""What each pattern does with the values of a field."""
BEHIND = re.compile(r" (?:of|per|in|at|on|by|for|from|to|against|between|with|within) ")
"""What comes behind the noun that says what is measured."""


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """One quantity; see the head of `scales.toml`."""

    why: str
    refuses: tuple[Arithmetic, ...]
    words: tuple[str, ...] = ()
    shifted: bool = False


def refused(pattern: str, type: str, head: str) -> str:
    """Why `pattern` means nothing with values of `type` called `head`; empty if it may mean something."""
    scale = _scale(type, head)
    wrong = [name for name in NEEDS.get(pattern, ()) if scale and name in scale.refuses]
    return f"no {wrong[0]} of {type or head}: {scale.why}" if wrong and scale else ""


def shifted(type: str) -> bool:
    """Whether the units of a quantity differ in their zero."""
    scale = _scale(type, "")
    return scale is not None and scale.shifted


def _scale(type: str, head: str) -> Scale | None:
    """The row of a type, else of its quantity, else of the noun: "temperature" of "highest temperature per day"."""
    rows, noun = scales(), BEHIND.split(head.casefold())[0].removesuffix(" value")
    return rows.get(type) or rows.get(type.partition(":")[0]) or _words().get(noun.rpartition(" ")[2])


@functools.cache
def scales() -> Mapping[str, Scale]:
    """All rows by quantity or type."""
    rows = tomllib.loads(Path(__file__).with_name("scales.toml").read_text(encoding="utf-8"))
    return msgspec.convert(rows, dict[str, Scale])


@functools.cache
def _words() -> Mapping[str, Scale]:
    return {word: scale for scale in scales().values() for word in scale.words}

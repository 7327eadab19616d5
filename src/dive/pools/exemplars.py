"""The exemplar pool: queries without answers or tools, each with the moves that its structure stands for.

Takes `exemplars.toml`; gives frozen `Exemplar`s. Our own sentences; none is taken from a benchmark.
"""

import functools
import tomllib
from pathlib import Path

import msgspec

from dive.nouns import Exemplar


@functools.cache
def exemplars() -> tuple[Exemplar, ...]:
    """All exemplars in the file's order."""
    rows = tomllib.loads((Path(__file__).parent / "exemplars.toml").read_text(encoding="utf-8"))["exemplar"]
    return tuple(msgspec.convert({"id": f"x{number:03d}", **row}, Exemplar) for number, row in enumerate(rows, start=1))

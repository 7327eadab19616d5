"""What models cost: `prices.toml`, by name.

Takes a model's name; gives its Price, or None where the table has none. Does not guess: a name that only begins like
a known one is unknown, and so is any model behind a reseller's prefix.
"""

import functools
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from dive.errors import ConfigError
from dive.models.settings import Price, Settings

_FILE = Path(__file__).with_name("prices.toml")
_DATED = re.compile(r"(?:-latest|[-@]\d{8}|-\d{4}-\d{2}-\d{2})?")


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """Prices as of a day (ISO date)."""

    as_of: str
    prices: dict[str, Price]


@functools.cache
def table() -> Table:
    """The shipped prices."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=Table)


def price(settings: Settings) -> Price | None:
    """The run file's own price, else the shipped one, else None."""
    if settings.price is not None:
        return settings.price
    prices = table().prices
    return next((prices[known] for known in prices if _is_form_of(settings.model, known)), None)


def demand(alias: str, settings: Settings) -> Price:
    """The price; ConfigError if there is none: a limit on money needs one."""
    found = price(settings)
    if found is None:
        raise ConfigError(
            f"max_cost needs a price for {settings.model!r}: set models.{alias}.price = {{ input = .., output = .. }} "
            f"(US dollars per million tokens); the shipped table of {table().as_of} has none"
        )
    return found


def _is_form_of(name: str, known: str) -> bool:
    return name.startswith(known) and _DATED.fullmatch(name, len(known)) is not None

"""Words for values: numbers, dates, constants, units, names in running text.

Takes values and types; gives text. Does not know trees' structure or sentences.
"""

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from dive.nouns import Json
from dive.registry import Registry
from dive.tree import Con

SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def small(number: int) -> str:
    """A number word up to twelve, digits above."""
    return SMALL[number] if 0 <= number < len(SMALL) else f"{number:,}"


def rounded(value: float, places: int) -> Decimal:
    """`value` rounded half up to `places` digits: the one rounding of grader and phrase."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=60))


def number(value: float, places: int | None = None, grouped: bool = True) -> str:
    """Digits with thousands commas: 1,390; 0.25; 1969 if not grouped."""
    shown = Decimal(repr(value)) if places is None else rounded(value, places)
    if places is None and shown == shown.to_integral():
        shown = shown.to_integral()
    return f"{shown:,f}" if grouped else f"{shown:f}"


def date(iso: str) -> str:
    """15 February 2017 for 2017-02-15."""
    day = datetime.date.fromisoformat(iso)
    return f"{day.day} {day:%B} {day.year}"


def spell_constant(registry: Registry, con: Con) -> str:
    """How a question states a constant: "six", "15 February 2017", "2020", "1,000 feet"."""
    if con.type == "date":
        return date(str(con.value))
    if isinstance(con.value, str):
        return registry.type(con.value).plural if con.type == "unit:type" else con.value
    if con.type == "count":
        return small(int(con.value))
    return quantity(registry, con.type, con.value)


def quantity(registry: Registry, type_name: str, value: Json, places: int | None = None) -> str:
    """A number with its unit: "1,000 feet", "1 metre", "1969"."""
    row = registry.type(type_name) if type_name else None
    text = number(value, places, grouped=row is None or row.grouped)
    unit = unit_of(registry, type_name)
    return f"{text} {unit if text != '1' else registry.type(type_name).noun}".strip() if unit else text


def unit_of(registry: Registry, type_name: str) -> str:
    """The unit's noun in the plural; empty for counts, years, dates and entities."""
    if not type_name or ":" not in type_name:
        return ""
    return registry.type(type_name).plural


def joined(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def stands_in(name: str, text: str) -> bool:
    """Whether a name stands in a text as whole words, letter by letter."""
    at = text.find(name)
    while at >= 0:
        around = text[max(at - 1, 0) : at] + text[at + len(name) : at + len(name) + 1]
        if not any(letter.isalnum() or letter == "_" for letter in around):
            return True
        at = text.find(name, at + 1)
    return False


def capital(text: str) -> str:
    """`text` with its first letter in upper case."""
    return text[:1].upper() + text[1:]

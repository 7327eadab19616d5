"""Numbers in text: read with their groups, power of ten and unit.

Takes text; gives Decimals and what stands around them. Writing numbers is `words.number`, rounding `words.rounded`.
Only spellings that mean one number are read: 1,39 and 5-7 are none.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from dive.words import SMALL

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SCALES = {"": 0, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_WORDS = {word: Decimal(number) for number, word in enumerate(SMALL)}
_DIGITS = r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:[ \u00a0\u2009\u202f']\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
_NUMBER = re.compile(
    rf"(?P<minus>[-+]?) ?(?P<before>(?:[A-Z]{{3}}|(?:US)?[$€£¥]) ?)?(?P<sign>[-+]?){_DIGITS}"
    r"(?:[eE](?P<e>[+-]?\d{1,3})(?!\d)| ?[x×*·] ?10 ?\^ ?\(?(?P<power>[+-]?\d{1,3})(?!\d)\)?)?"
    r"(?: (?P<scale>thousand|million|billion|trillion)\b)?"
)
_NO_END = re.compile(r"[.,:/^-]*\d")
_LOOSE_DIGIT = re.compile(r"(?<![\w^/])\d")
_STANDING = re.compile(rf"(?<![\w.,])(?P<minus>-?){_DIGITS}(?![\w%]*[.,:/-]?\d)(?!\w)")


class Measure(NamedTuple):
    """A number with the currency before it and the words after it."""

    value: Decimal
    before: str
    after: str


def read_measure(text: str) -> Measure | None:
    """The number with which `text` begins and the words around it; None if `text` is not just that."""
    text = re.sub(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: "^" + m[0].translate(_SUPERSCRIPT), text)
    text = text.replace("−", "-").replace("–", "-").strip().strip("*`\"'").strip()
    found = _NUMBER.match(text)
    if not found:
        head, _, after = text.partition(" ")
        word = _WORDS.get(head.casefold().rstrip("."))
        return None if word is None or _LOOSE_DIGIT.search(after) else Measure(word, "", after)
    after = text[found.end() :]
    if _NO_END.match(after) or _LOOSE_DIGIT.search(after) or (found["minus"] and found["sign"]):
        return None
    exponent = int(found["e"] or found["power"] or 0) + _SCALES[found["scale"] or ""]
    value = _decimal(found["digits"], "-" in (found["minus"], found["sign"])).scaleb(exponent)
    return Measure(value, (found["before"] or "").strip(), after)


def read_number(text: str) -> Decimal | None:
    """The number that `text` is, with or without a unit or currency: 1,234.5; 1 234.5 km; −3; $5; five."""
    measure = read_measure(text)
    return measure.value if measure else None


def find_numbers(text: str) -> Iterator[Decimal]:
    """Every number in digits that stands by itself in running text; digits in names such as Q75 do not."""
    for found in _STANDING.finditer(text.replace("−", "-")):
        yield _decimal(found["digits"], bool(found["minus"]))


def _decimal(digits: str, negative: bool) -> Decimal:
    value = Decimal(re.sub(r"[^\d.]", "", digits))
    return -value if negative else value

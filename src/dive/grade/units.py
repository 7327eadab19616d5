"""Units in answers: which spellings are one unit. Nothing is converted.

Takes two texts; says whether they name the same unit. Does not know quantities or factors.
"""

import functools
import re
import tomllib
import unicodedata
from pathlib import Path

LONG = 4
"""Letters from which a unit's spelling is told from other words."""
_COMPOUND = re.compile(r"(?:per|square|squared|cubic|cubed)\b|[/*·^²³]", re.IGNORECASE)


def same_unit(given: str, unit: str) -> bool:
    """Whether `given` spells `unit`: ft and feet, kilometer and kilometres, gene and genes."""
    if _singular(given) == _singular(unit):
        return True
    return bool(_rows(given) & _rows(unit))


def is_unit(words: str) -> bool:
    """Whether the table has a unit of that spelling."""
    return bool(_rows(words))


def says_unit(words: str, unit: str) -> bool:
    """Whether the words after a number are `unit`, perhaps with a remark: "ft", "(feet)", "feet above sea level"."""
    parts = words.strip().strip("().,* ").split()
    return any(
        same_unit(" ".join(parts[:end]).strip("().,*"), unit) and not _COMPOUND.match(" ".join(parts[end:]))
        for end in range(min(len(parts), 6), 0, -1)
    )


def units_in(text: str) -> frozenset[int]:
    """Rows of the table of which a spelling of four letters or more stands in `text`; symbols are words elsewhere."""
    return frozenset(row for found in _names().finditer(text.casefold()) for row in _rows(found[0]))


@functools.cache
def _names() -> re.Pattern[str]:
    long = sorted((name for name in _table()[1] if len(name) >= LONG and name.isascii()), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, long))})(?![\w-])")


def _rows(spelling: str) -> frozenset[int]:
    exact, anyhow = _table()
    spelling = unicodedata.normalize("NFKC", spelling.strip())
    return exact.get(spelling) or anyhow.get(spelling.casefold(), frozenset())


@functools.cache
def _table() -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """Rows by exact spelling, and by spelling without case."""
    rows: list[list[str]] = tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"))["rows"]
    exact: dict[str, frozenset[int]] = {}
    anyhow: dict[str, frozenset[int]] = {}
    for number, row in enumerate(rows):
        for spelling in (unicodedata.normalize("NFKC", text) for text in row):
            exact[spelling] = exact.get(spelling, frozenset()) | {number}
            anyhow[spelling.casefold()] = anyhow.get(spelling.casefold(), frozenset()) | {number}
    return exact, anyhow


def _singular(text: str) -> str:
    word = text.strip().casefold()
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if len(word) > len(plural) + 1 and word.endswith(plural) and not word.endswith("ss"):
            return word.removesuffix(plural) + singular
    return word

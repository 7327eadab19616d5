"""The typed grader: is this the reference answer?

Takes text or a JSON value and a reference Answer; gives a Verdict or a bool. Judges by the reference's type alone:
numbers within its tolerance and in its unit, names in any spelling, sets in any order. Never raises on what is given.
Does not know questions, tools or entities beyond the aliases that the reference carries.
"""

import datetime as dt
import functools
import json
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, cast

from dive.grade.dates import read_date
from dive.grade.numbers import read_measure
from dive.grade.show import spoken
from dive.grade.text import atoms, enumerations, plain, same_name
from dive.grade.units import says_unit
from dive.nouns import Answer, Json, Verdict

MAX_TEXT = 20_000
MAX_NAME = 1_000
_MARK = re.compile(r"\banswer(?:\s+is\b\s*:?|\s*:)[\s*_]*", re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_FENCE = re.compile(r"```(?:json)?(.*?)```", re.DOTALL)
_TWO_NAMES = re.compile(r"(.+?)\s*\(([^()]+)\)\.?")
_LABEL = re.compile(r"\s*[*_`\"']*([^:\d]{1,60}?)[*_`\"']*\s*:[*_]*\s*(.+)", re.DOTALL)
_BOOLS = {"yes": True, "true": True, "no": False, "false": False}


def grade(given: str | Json, reference: Answer) -> Verdict:
    """Judges a solver's answer: the whole text, or what stands behind its last "the final answer is"."""
    right = any(match(candidate, reference) for candidate in _candidates(given))
    reason = "" if right else f"given {str(given)[-80:]!r}, expected {spoken(reference)!r}"
    return Verdict(by="grade", passed=right, score=float(right), reason=reason)


def match(value: Json, reference: Answer) -> bool:
    """Whether `value`, from a program or a text, is the reference answer."""
    return _MATCHERS[reference.type](value, reference)


def tolerance(reference: Answer) -> Decimal:
    """How far a number may be off: as stated, else half of the last digit asked for, else not at all."""
    if reference.tolerance is not None:
        return Decimal(str(reference.tolerance))
    if reference.decimals is not None:
        return Decimal(5).scaleb(-reference.decimals - 1)
    return Decimal(0)


def spellings(reference: Answer) -> tuple[str, ...]:
    """Every text that is the reference's name."""
    return (str(reference.value), *reference.aliases)


def parts(reference: Answer) -> list[tuple[str, Answer]]:
    """Name and Answer of each part of a record, set or list, in order; members have no name."""
    if isinstance(reference.value, dict):
        return list(reference.value.items())
    return [("", part) for part in reference.value] if isinstance(reference.value, list) else []


def _candidates(given: str | Json) -> list[Json]:
    if not isinstance(given, str):
        return [given]
    given = given[-MAX_TEXT:]
    texts = [given.strip()]
    marks = list(_MARK.finditer(given))
    if marks:
        texts.append(given[marks[-1].end() :].strip())
    texts += [found.strip() for text in texts for pattern in (_BOXED, _FENCE) for found in pattern.findall(text)[-1:]]
    return [*texts, *(value for text in texts if text[:1] in "[{" for value in _json(text))]


def _json(text: str) -> list[Json]:
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        return []


def _short(text: str) -> str:
    """`text`, or nothing if no single name or number is that long."""
    return text if len(text) <= MAX_NAME else ""


def _number(value: Json, reference: Answer) -> bool:
    if isinstance(value, str):
        measure = read_measure(_short(value))
        return (
            measure is not None
            and _unit_fits(measure.before, measure.after, reference)
            and _near(measure.value, reference)
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return not (isinstance(value, float) and not math.isfinite(value)) and _near(_decimal(value), reference)


def _near(value: Decimal, reference: Answer) -> bool:
    expected = _decimal(cast("int | float", reference.value))
    if value == expected:
        return True
    noise = abs(expected) * Decimal("1e-12") if isinstance(reference.value, float) else Decimal(0)
    return abs(value - expected) <= tolerance(reference) + noise


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _unit_fits(before: str, after: str, reference: Answer) -> bool:
    """A missing unit is fine, another one is not. A bare number may be followed by what it counts, but not by %."""
    after = after.strip().strip(".,;:*`\"' ")
    if not reference.unit:
        return not before and not after.startswith(("%", "percent", "per cent"))
    return all(not words or says_unit(words, reference.unit) for words in (before, after))


def _name(value: Json, reference: Answer) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return isinstance(value, str) and any(same_name(_short(value), name) for name in spellings(reference))


def _entity(value: Json, reference: Answer) -> bool:
    """A name of the entity, or two of them as in "Salak Airport (MVR)"."""
    if _name(value, reference):
        return True
    both = _TWO_NAMES.fullmatch(_short(value).strip()) if isinstance(value, str) else None
    return both is not None and _name(both[1], reference) and _name(both[2], reference)


def _date(value: Json, reference: Answer) -> bool:
    return isinstance(value, str) and read_date(_short(value)) == dt.date.fromisoformat(str(reference.value))


def _bool(value: Json, reference: Answer) -> bool:
    given = _BOOLS.get(plain(_short(value)), value) if isinstance(value, str) else value
    return given is reference.value


def _list(value: Json, reference: Answer) -> bool:
    members = parts(reference)
    if isinstance(value, str):
        return _enumerates(value, members, _in_order)
    if not isinstance(value, list) or len(cast("list[Json]", value)) != len(members):
        return False
    return all(match(item, part) for item, (_, part) in zip(cast("list[Json]", value), members, strict=True))


def _set(value: Json, reference: Answer) -> bool:
    members = parts(reference)
    if isinstance(value, str):
        return _enumerates(value, members, _in_any_order)
    if not isinstance(value, list) or len(cast("list[Json]", value)) != len(members):
        return False
    return _pairs([[match(item, part) for _, part in members] for item in cast("list[Json]", value)])


def _record(value: Json, reference: Answer) -> bool:
    """By part name, or in the stated order."""
    if isinstance(value, dict):
        given = {plain(str(name)): item for name, item in cast("dict[Any, Json]", value).items()}
        named = {plain(name): part for name, part in parts(reference)}
        return given.keys() == named.keys() and all(match(given[name], part) for name, part in named.items())
    if isinstance(value, str) and _enumerates(value, parts(reference), _labelled):
        return True
    return _list(value, reference)


Accept = Callable[[str, int, int, tuple[str, Answer]], bool]
"""Whether a piece of text is this part: piece, how many parts stand before it, the part's place, the part."""


def _in_order(piece: str, before: int, place: int, part: tuple[str, Answer]) -> bool:
    if before != place:
        return False
    label = _LABEL.fullmatch(piece)
    return match(piece, part[1]) or (label is not None and match(label[2], part[1]))


def _in_any_order(piece: str, before: int, place: int, part: tuple[str, Answer]) -> bool:
    return match(piece, part[1])


def _labelled(piece: str, before: int, place: int, part: tuple[str, Answer]) -> bool:
    label = _LABEL.fullmatch(piece)
    return label is not None and same_name(label[1], part[0]) and match(label[2], part[1])


def _enumerates(text: str, members: Sequence[tuple[str, Answer]], accept: Accept) -> bool:
    """Whether the pieces of `text` are the members, each once."""
    return any(_cuts(bare, members, accept) for bare in enumerations(text))


def _cuts(text: str, members: Sequence[tuple[str, Answer]], accept: Accept) -> bool:
    """Tries the longest pieces first, so that a member keeps the separators inside its own name."""
    spans = atoms(text)
    widths = [_width(part) for _, part in members]
    if not len(members) <= len(spans) <= sum(widths):
        return False

    @functools.cache
    def fits(at: int, left: tuple[int, ...]) -> bool:
        if not left or at == len(spans):
            return not left and at == len(spans)
        for place in left:
            for end in range(min(len(spans), at + widths[place]), at, -1):
                piece = text[spans[at][0] : spans[end - 1][1]]
                rest = tuple(other for other in left if other != place)
                if accept(piece, len(members) - len(left), place, members[place]) and fits(end, rest):
                    return True
        return False

    return fits(0, tuple(range(len(members))))


def _width(part: Answer) -> int:
    """Into how many pieces a member's text can fall at its own commas."""
    if isinstance(part.value, dict | list):
        return sum(_width(inner) for _, inner in parts(part)) + 1
    if part.type in ("entity", "string"):
        return 2 * max(len(atoms(name)) for name in spellings(part)) + 1
    return {"number": 8, "date": 3}.get(part.type, 1)


def _pairs(fits: list[list[bool]]) -> bool:
    """Whether each row can have a column of its own (augmenting paths)."""
    owner: dict[int, int] = {}

    def settle(row: int, seen: set[int]) -> bool:
        for column, fit in enumerate(fits[row]):
            if fit and column not in seen:
                seen.add(column)
                if column not in owner or settle(owner[column], seen):
                    owner[column] = row
                    return True
        return False

    return all(settle(row, set()) for row in range(len(fits)))


_MATCHERS: dict[str, Callable[[Json, Answer], bool]] = {
    "number": _number,
    "string": _name,
    "entity": _entity,
    "date": _date,
    "bool": _bool,
    "list": _list,
    "set": _set,
    "record": _record,
}

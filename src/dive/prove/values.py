"""Values that cross a border: from an interpreter into JSON, from a program into the form of its answer.

Takes Python values and Answers; gives JSON and comparisons. Does not grade: an answer's tolerance is the grader's.
"""

import math
from collections.abc import Iterable
from typing import Any, TypeGuard, cast

from dive.errors import ProofError
from dive.nouns import Answer, Json, canonical

REL_TOL = 1e-9


def jsonable(value: object) -> Json:
    """`value` as JSON: tuples become lists, sets sorted lists; ProofError for anything that JSON does not have."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ProofError(f"the value is {value}, which is no JSON. Leave such members out")
        return value
    if isinstance(value, set | frozenset):
        return ordered(jsonable(v) for v in cast("set[object]", value))
    if isinstance(value, list | tuple):
        return [jsonable(v) for v in cast("list[object]", value)]
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value)
        if not all(isinstance(key, str) for key in pairs):
            raise ProofError("a dict of the value has a key that is no text. Write str(k)")
        return {key: jsonable(v) for key, v in pairs.items()}
    raise ProofError(f"the value is a {type(value).__name__}, which is no JSON. Give text, numbers, lists or dicts")


def ordered(values: Iterable[Json]) -> list[Json]:
    """JSON values in one fixed order: numbers and texts in their own, others by canonical JSON."""
    members = list(values)
    if all(isinstance(v, str) for v in members) or all(is_number(v) for v in members):
        return sorted(members)
    return sorted(members, key=canonical)


def same(a: Json, b: Json) -> bool:
    """Whether two JSON values are equal, floats within a relative 1e-9."""
    alike = type(a) is type(b)
    if isinstance(a, float) or isinstance(b, float):
        return is_number(a) and is_number(b) and math.isclose(a, b, rel_tol=REL_TOL, abs_tol=0.0)
    if isinstance(a, list) and isinstance(b, list):
        left, right = cast("list[Any]", a), cast("list[Any]", b)
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(a, dict) and isinstance(b, dict):
        first, second = cast("dict[str, Any]", a), cast("dict[str, Any]", b)
        return first.keys() == second.keys() and all(same(v, second[k]) for k, v in first.items())
    return alike and a == b


def fit(value: Json, answer: Answer) -> Json:
    """A program's value in the form of its answer: a selection of one unwrapped, a set without order."""
    if isinstance(answer.value, dict):
        value = _only(value)
        if not isinstance(value, dict):
            return value
        parts = cast("dict[str, Json]", value)
        return {k: fit(v, answer.value[k]) if k in answer.value else v for k, v in parts.items()}
    if answer.type == "set" and isinstance(value, list):
        return ordered(cast("list[Json]", value))
    return value if answer.type in ("set", "list") else _only(value)


def choices(value: Json, answer: Answer) -> list[list[Json]]:
    """Every selection in a program's value that must hold exactly one member, and does not."""
    if isinstance(answer.value, dict):
        value = _only(value)
        if isinstance(value, dict):
            parts = cast("dict[str, Json]", value)
            return [c for k, part in answer.value.items() if k in parts for c in choices(parts[k], part)]
    elif answer.type in ("set", "list"):
        return []
    return [cast("list[Json]", value)] if isinstance(value, list) and len(cast("list[Json]", value)) != 1 else []


def _only(value: object) -> Any:
    if not isinstance(value, list):
        return value
    members = cast("list[object]", value)
    return members[0] if len(members) == 1 else members


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a JSON value is a number, and no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)

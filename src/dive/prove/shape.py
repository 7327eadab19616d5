"""Fields of a JSON value: where they are and what they hold, and copies with one field changed.

A path is a tuple of keys with `ANY` for the members of a list: ("airports", ANY, "name"), spelled `airports[].name`.
Takes JSON; gives paths, values and changed copies. Does not know tools or worlds.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from dive.nouns import Json

ANY = None
FieldPath = tuple[str | None, ...]
Change = Callable[[Json, int], Json]
"""Gives the new value of the n-th occurrence of a field."""


def spell(path: FieldPath) -> str:
    """`airports[].name`"""
    text = ""
    for key in path:
        text += "[]" if key is None else f".{key}" if text else key
    return text


def leaves(value: Json, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Json]]:
    """All scalars with their paths."""
    for key, child in _children(value):
        yield from leaves(child, (*path, key))
    if not isinstance(value, list | dict):
        yield path, value


def lists(value: Json, path: FieldPath = ()) -> Iterator[tuple[FieldPath, list[Json]]]:
    """All lists with their paths, outer ones first."""
    if isinstance(value, list):
        yield path, cast("list[Json]", value)
    for key, child in _children(value):
        yield from lists(child, (*path, key))


def column(values: Sequence[Json], path: FieldPath) -> list[Json]:
    """Every occurrence of a field in several values, in order."""
    return [leaf for value in values for leaf in _at(value, path)]


def change(values: Sequence[Json], path: FieldPath, new: Change) -> list[Json]:
    """Copies of the values in which the n-th occurrence of the field (counted over all of them) is `new(old, n)`."""
    count = -1

    def counted(old: Json) -> Json:
        nonlocal count
        count += 1
        return new(old, count)

    return [_changed(value, path, counted) for value in values]


def _children(value: Json) -> Iterator[tuple[str | None, Any]]:
    if isinstance(value, dict):
        yield from cast("dict[str, Any]", value).items()
    elif isinstance(value, list):
        yield from ((ANY, child) for child in cast("list[Any]", value))


def _at(value: Json, path: FieldPath) -> Iterator[Json]:
    if not path:
        yield value
        return
    for key, child in _children(value):
        if key == path[0]:
            yield from _at(child, path[1:])


def _changed(value: Json, path: FieldPath, new: Callable[[Json], Json]) -> Json:
    if not path:
        return new(value)
    if path[0] is ANY and isinstance(value, list):
        return [_changed(child, path[1:], new) for child in cast("list[Any]", value)]
    if isinstance(value, dict):
        record = cast("dict[str | None, Any]", value)
        if path[0] in record:
            return {**record, path[0]: _changed(record[path[0]], path[1:], new)}
        return record
    return value

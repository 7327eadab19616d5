"""Results as columns of plain values, and the JSON Schema that results were seen to have.

Takes JSON results; gives values by path and a schema. A path is `field`, `list` for a list of plain values, or
`list.field` for the members of a list of records. Does not know names or types.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dive.nouns import Json
from dive.sources.kinds import Scalar

KEYS = 60
"""An object with more keys than this is a table by key, not a record."""
DEPTH = 6
PLAIN = ("string", "integer", "number", "boolean")
KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


def plain(result: Json) -> dict[str, Json]:
    """A result as an object: anything else under the key `result`, as MCP has it; keys without a value are left out."""
    value = _without_none(result)
    return value if isinstance(value, dict) else {"result": value}


def _without_none(value: Json) -> Json:
    if isinstance(value, dict):
        return {str(key): _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_none(item) for item in value]
    return value


def columns(result: Mapping[str, Json]) -> Iterator[tuple[str, Scalar]]:
    """Path and value of every text and number; deeper values than a list's members are no columns."""
    for path, value in result.items():
        if is_scalar(value):
            yield path, value
        for item in value if isinstance(value, list) else ():
            if is_scalar(item):
                yield path, item
            for name, inner in item.items() if isinstance(item, dict) else ():
                if is_scalar(inner):
                    yield f"{path}.{name}", inner


def is_scalar(value: Json) -> bool:
    """Whether a value is a text or a number."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def filled(result: Mapping[str, Json]) -> bool:
    """Whether a result tells anything: some value that is no empty text, list or object."""
    return any(value not in ("", [], {}) for value in result.values())


def schema_of(values: Sequence[Json], depth: int = 0) -> dict[str, Json]:
    """The JSON Schema of all these values; {} where they are of several kinds."""
    kinds = {KINDS[type(value)] for value in values if value is not None}
    if kinds == {"integer", "number"}:
        kinds = {"number"}
    if len(kinds) != 1 or depth > DEPTH:
        return {}
    kind = kinds.pop()
    if kind == "array":
        items = [item for value in values for item in value]
        return {"type": kind, "items": schema_of(items, depth + 1)}
    if kind != "object":
        return {"type": kind}
    keys: dict[str, list[Any]] = {}
    for value in values:
        for key, item in value.items():
            keys.setdefault(key, []).append(item)
    if len(keys) > KEYS:
        return {"type": kind}
    return {"type": kind, "properties": {key: schema_of(found, depth + 1) for key, found in sorted(keys.items())}}


def speakable(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The part of an object's schema whose fields can be spoken of: plain values, lists of them, lists of records."""
    kept: dict[str, Json] = {}
    for name, row in schema.get("properties", {}).items():
        kind = row.get("type")
        inner = row.get("items", {})
        if kind in PLAIN or (kind == "array" and inner.get("type") in ("string", "integer", "number")):
            kept[name] = row
        elif kind == "array" and inner.get("type") == "object":
            flat = {key: cell for key, cell in inner.get("properties", {}).items() if cell.get("type") in PLAIN}
            kept[name] = {"type": "array", "items": {"type": "object", "properties": flat}}
    return {"type": "object", "properties": kept}

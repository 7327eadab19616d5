"""A source's tools under DIVE's names, and their parameters read from JSON Schema.

Takes listed tools; gives a `Listing` and `Slot`s. Names that are not plain ASCII, or that two tools would share, are
left out with the reason. Does not know where tools come from.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET

from dive.nouns import Json
from dive.registry import legal_name
from dive.sources.kinds import Listed, Listing, Scalar, Slot

KINDS = frozenset({"string", "integer", "number", "boolean", "array", "object"})


def named(listed: Iterable[Listed], server: str, left_out: Mapping[str, str]) -> Listing:
    """The tools that can be taken, by their own name in lower case with underscores."""
    tools: dict[str, Listed] = {}
    refused = dict(left_out)
    for tool in listed:
        name = snake(tool.name)
        if not tool.name.isascii() or not legal_name(name):
            refused[tool.name] = "its name is not plain ASCII of 3 to 64 letters, digits and underscores"
        elif name in tools:
            refused[tool.name] = f"its name is the same as that of {tools[name].name!r}"
        else:
            try:
                slots(tool.input)
            except ValueError as error:
                refused[tool.name] = str(error)
            else:
                tools[name] = tool
    return Listing(dict(sorted(tools.items())), server, dict(sorted(refused.items())))


def snake(name: str) -> str:
    """`getOrders`, `get-orders` and `get.orders` as `get_orders`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^0-9a-zA-Z]+", "_", parted).strip("_").lower()


def slots(schema: Mapping[str, Json]) -> tuple[Slot, ...]:
    """The parameters of an input schema, those that must be given first; ValueError for one that cannot be read."""
    required = set(schema.get("required", ()))
    made = [_slot(name, _resolved(row, schema), name in required) for name, row in schema.get("properties", {}).items()]
    return tuple(sorted(made, key=lambda slot: slot.default is not UNSET))


def _slot(name: str, row: Mapping[str, Any], required: bool) -> Slot:
    options = [option for option in row.get("anyOf", row.get("oneOf", ())) if option.get("type") != "null"]
    inner = {**row, **options[0]} if options else row
    kind = inner.get("type", "string" if "enum" in inner or "const" in inner else "object")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "object")
    if kind not in KINDS:
        raise ValueError(f"its parameter {name!r} is of the unknown type {kind!r}")
    listed = inner.get("enum", [inner["const"]] if "const" in inner else ())
    default = UNSET if required else row.get("default")
    return Slot(name, kind, default, _scalars(listed), _scalars(row.get("examples", ())))


def _scalars(values: Any) -> tuple[Scalar, ...]:
    return tuple(v for v in values if isinstance(v, str | int | float) and not isinstance(v, bool))


def _resolved(row: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A property with its `$ref` followed, also within `anyOf`."""
    if not isinstance(row, dict):
        return {}
    reference = row.get("$ref", "")
    if reference.startswith("#/$defs/"):
        return {**root.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {}), **row}
    if "anyOf" in row:
        return {**row, "anyOf": [_resolved(option, root) for option in row["anyOf"]]}
    return row

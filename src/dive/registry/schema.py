"""The signature is the schema: parameters, JSON Schemas and output fields from annotated types.

Takes type hints and `says` lines; gives `Param`s, schemas and `Field`s. Does not know which tools exist.
"""

import inspect
import types as pytypes
import typing
from typing import Annotated, Any, NotRequired, Required, get_args, get_origin

from msgspec import UNSET

from dive.errors import CatalogError
from dive.nouns import Json
from dive.registry.kinds import Choices, Field, Param, Range
from dive.says import parse

JSON_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def param_of(parameter: inspect.Parameter, hint: object) -> Param:
    """One parameter of a signature with its resolved hint."""
    base, meta = _unwrap(hint)
    kind = JSON_KINDS.get(base)
    if kind is None:
        raise CatalogError(f"parameter {parameter.name!r}: only str, int, float and bool are taken, not {base}")
    default = UNSET if parameter.default is inspect.Parameter.empty else parameter.default
    draw = next((m for m in meta if isinstance(m, Range | Choices)), None)
    return Param(parameter.name, next((m for m in meta if isinstance(m, str)), ""), kind, default, draw)


def _unwrap(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) in (NotRequired, Required):
        hint = get_args(hint)[0]
    if get_origin(hint) is Annotated:
        base, *meta = get_args(hint)
        return base, tuple(meta)
    return hint, ()


def input_schema(params: tuple[Param, ...]) -> dict[str, Json]:
    """The JSON Schema of a call's arguments."""
    properties: dict[str, Json] = {}
    for param in params:
        properties[param.name] = {"type": param.kind} | ({"x-type": param.type} if param.type else {})
        if param.default is not UNSET:
            properties[param.name]["default"] = param.default
    required = [p.name for p in params if p.default is UNSET]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def output_schema(hint: Any) -> dict[str, Json]:
    """The JSON Schema of a result, made of TypedDict, list and plain values."""
    base, meta = _unwrap(hint)
    mark = next(({"x-type": m} for m in meta if isinstance(m, str)), {})
    if base in JSON_KINDS:
        return {"type": JSON_KINDS[base], **mark}
    if get_origin(base) is list:
        return {"type": "array", "items": output_schema(get_args(base)[0])}
    if isinstance(base, type) and typing.is_typeddict(base):
        hints = typing.get_type_hints(base, include_extras=True)
        required = sorted(base.__required_keys__)  # type: ignore[attr-defined]
        properties = {key: output_schema(value) for key, value in hints.items()}
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    if get_origin(base) is dict or isinstance(base, pytypes.UnionType):
        raise CatalogError(f"a result must be made of TypedDict, list and plain values, not {base}")
    raise CatalogError(f"cannot make a schema of {base}")


def fields_of(name: str, output: dict[str, Json], lines: dict[str, str], params: tuple[Param, ...]) -> dict[str, Field]:
    """The output fields by path, those of a list's members among them, each with its parsed `says` line."""
    slots = frozenset({"x", *(p.name for p in params)})
    found: dict[str, Field] = {}

    def add(path: str, schema: dict[str, Json], inner: frozenset[str]) -> None:
        says = parse(lines[path], inner, f"{name}.{path}") if path in lines else None
        many = schema["type"] == "array"
        leaf = schema["items"] if many else schema
        if many and leaf["type"] == "object":
            for key, sub in leaf["properties"].items():
                add(f"{path}.{key}", sub, inner | {"it"})
            member = found.get(f"{path}.{says.member}") if says else None
            if says and member is None:
                raise CatalogError(f"{name}.{path}: `list {says.member}` must say which field names the member")
            found[path] = Field(path, member.type if member else "", "object", True, says)
        else:
            found[path] = Field(path, leaf.get("x-type", ""), leaf["type"], many, says)

    for key, schema in output["properties"].items():
        add(key, schema, slots)
    unknown = sorted(set(lines) - set(found))
    if unknown:
        raise CatalogError(f"tool {name!r}: a `says` line for {unknown[0]!r}, which is no output field")
    return dict(sorted(found.items()))

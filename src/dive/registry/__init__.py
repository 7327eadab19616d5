"""The signature is the schema: turns typed functions, `says` lines and type rows into tools and types.

Takes functions decorated with `@tool`, `@entities` and `@audit`, tables of `says` and types; gives a `Registry` of
`Loaded` tools. Does not know how a tool is called safely (`tools.py`) nor what is drawn from it.

A semantic type is a string in `Annotated`: `Annotated[str, "airport:iata"]`. `Range` or `Choices` beside it
say which constants a question may state for a parameter.
"""

from dive.registry.declare import (
    BUILTIN,
    Declared,
    audit,
    build,
    entities,
    install,
    legal_name,
    load_tool,
    normal,
    package_version,
    required,
    tool,
    type_of,
)
from dive.registry.kinds import Choices, Field, Finding, Loaded, Package, Param, Range, Registry, Type
from dive.registry.schema import fields_of

__all__ = [
    "BUILTIN",
    "Choices",
    "Declared",
    "Field",
    "Finding",
    "Loaded",
    "Package",
    "Param",
    "Range",
    "Registry",
    "Type",
    "audit",
    "build",
    "entities",
    "fields_of",
    "install",
    "legal_name",
    "load_tool",
    "normal",
    "package_version",
    "required",
    "tool",
    "type_of",
]

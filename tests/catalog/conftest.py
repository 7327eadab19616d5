"""Runs a catalog tool and checks its result against the tool's own output schema."""

from collections.abc import Callable
from typing import Any

import pytest

from dive.registry import Loaded

KINDS = {"string": str, "integer": int, "number": (int, float), "boolean": bool}


def conforms(value: Any, schema: dict[str, Any], path: str = "result") -> None:
    """Asserts that a value has the shape of a schema: kinds, required keys, no others, no nulls."""
    if schema["type"] == "object":
        assert isinstance(value, dict), path
        assert set(schema["required"]) <= set(value) <= set(schema["properties"]), (path, sorted(value))
        for key, item in value.items():
            conforms(item, schema["properties"][key], f"{path}.{key}")
    elif schema["type"] == "array":
        assert isinstance(value, list), path
        for item in value:
            conforms(item, schema["items"], f"{path}[]")
    else:
        assert isinstance(value, KINDS[schema["type"]]), (path, value)
        assert schema["type"] == "boolean" or not isinstance(value, bool), (path, value)


@pytest.fixture
def check_result() -> Callable[[Loaded, dict[str, Any]], dict[str, Any]]:
    """`check_result(loaded, args)`: runs the tool, asserts that the result fits its schema, gives the result."""

    def check(loaded: Loaded, args: dict[str, Any]) -> dict[str, Any]:
        result = loaded.run(**args)
        conforms(result, loaded.tool.output)
        return result

    return check

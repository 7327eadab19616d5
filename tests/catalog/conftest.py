"""Runs a catalog tool and checks its result against the tool's own output schema."""

from collections.abc import Callable
from typing import Any

import pytest

from dive.catalog import load
from dive.registry import Loaded, Registry

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


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Everything that ships."""
    return load()


@pytest.fixture
def check_domain(registry: Registry, check_result: Callable[..., dict[str, Any]]) -> Callable[[str], None]:
    """`check_domain(name)`: all examples of its tools fit their schema and differ; labels of its types are unique."""

    def check(domain: str) -> None:
        for loaded in registry.tools.values():
            if loaded.tool.domain == domain:
                results = {str(check_result(loaded, args)) for args in loaded.tool.examples}
                assert len(results) >= 4, f"{loaded.name}: the examples hardly differ"
                assert loaded.tool.description and loaded.spoken_source, loaded.name
        for type_name, pool in registry.pools.items():
            if registry.homes[type_name] == domain:
                labels = [registry.label(type_name, entity_id) for entity_id in pool()]
                repeated = {label for label in labels if labels.count(label) > 1 or label != label.strip()}
                assert not repeated, (type_name, sorted(repeated))

    return check

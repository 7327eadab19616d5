"""The catalog: tools as typed functions by domain, their wording in `<domain>/says.toml`, types in `types.toml`.

`load()` imports every module of every domain folder and builds the registry once. Modules load their data
lazily, through `catalog.tables`. Does not know who calls the tools.
"""

import functools
import importlib
import tomllib
from pathlib import Path
from typing import Any

from dive.errors import CatalogError
from dive.nouns import DOMAINS
from dive.registry import Registry, build, type_of

HERE = Path(__file__).parent


@functools.cache
def load() -> Registry:
    """The registry of all tools that ship with DIVE."""
    says: dict[str, Any] = {}
    types: dict[str, Any] = _read(HERE / "types.toml")
    for domain in DOMAINS:
        folder = HERE / domain
        for module in sorted(folder.glob("[a-z]*.py")):
            importlib.import_module(f"dive.catalog.{domain}.{module.stem}")
        for path in sorted(folder.glob("says*.toml")):
            says |= _read(path)
        for path in sorted(folder.glob("types*.toml")):
            types |= _read(path)
    return build(says, types)


@functools.cache
def shared() -> Registry:
    """A registry without tools: the types that every domain uses."""
    rows = {name: type_of(name, row) for name, row in sorted(_read(HERE / "types.toml").items())}
    return Registry({}, rows, {}, {}, {})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{path.name}: {error}") from error

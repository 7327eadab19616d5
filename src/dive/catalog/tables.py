"""Prebuilt tables: what is slow to load from a package is built once and kept as one msgpack file.

Takes a name, the packages that it is made from and a builder; gives the rows. The file name holds a hash of the
builder's code and of the packages' versions, so another build is never half-read. Does not know what rows mean.
"""

import functools
import hashlib
import inspect
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import platformdirs

from dive.registry import package_version

T = TypeVar("T")
_loaded: dict[Path, object] = {}
_tables: dict[str, object] = {}
_folder: list[Path] = []


def folder() -> Path:
    """Where built tables are kept: `<user cache>/dive`, unless `keep_in` named another place."""
    return _folder[-1] if _folder else Path(platformdirs.user_cache_path("dive"))


def keep_in(path: Path) -> None:
    """Keeps built tables under `path` from now on."""
    _folder.append(path)


def table(name: str, packages: tuple[str, ...], shape: type[T], builder: Callable[[], T]) -> T:
    """The rows of table `name` in `shape`; built by `builder` when there is no file for this build yet.

    Args:
        name: the file's name, unique in the catalog.
        packages: distributions whose versions decide whether a file is still good.
        shape: what msgpack decodes to, e.g. `dict[str, Row]`.
        builder: a function of this module's caller; its module's code decides as well.
    """
    if name not in _tables:
        code = inspect.getsource(inspect.getmodule(builder) or builder)
        _tables[name] = kept(name, "|".join([code, *map(package_version, packages)]), shape, builder)
    return _tables[name]  # type: ignore[return-value]


def kept(name: str, made_from: str, shape: type[T], builder: Callable[[], T]) -> T:
    """What `builder` gives, kept in a file whose name holds a hash of `made_from`.

    The file is written beside its final name and renamed, so that a crash leaves either none or all of it.
    """
    mark = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    path = folder() / f"{name}-{mark}.msgpack"
    if path not in _loaded:
        if path.exists():
            _loaded[path] = msgspec.msgpack.decode(path.read_bytes(), type=shape)
        else:
            rows = builder()
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_bytes(msgspec.msgpack.encode(rows))
            draft.replace(path)
            _loaded[path] = rows
    return _loaded[path]  # type: ignore[return-value]


def fence(domain: str, table: str) -> dict[str, str]:
    """Rows of a table that an audit or a reader found wrong: row id -> reason, from `<domain>/fence.toml`."""
    return _reasons(domain, "fence").get(table, {})


def accepted(domain: str, table: str) -> dict[str, str]:
    """Rows that look wrong and that a reader found right: row id -> reason, from `<domain>/accepted.toml`."""
    return _reasons(domain, "accepted").get(table, {})


@functools.cache
def _reasons(domain: str, name: str) -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / domain / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

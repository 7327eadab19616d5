"""Prebuilt tables: what is slow to load from a package is built once and kept as one file, msgpack after its hash.

Takes a name, the packages that it is made from and a builder; gives the rows. The file's name holds a hash of the
builder's code, the packages' versions and DIVE's, its first bytes the hash of the rest: a file of another build is not
looked at, a damaged one is built again. Does not know what rows mean.
"""

import contextlib
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

from dive import __version__
from dive.errors import ConfigError
from dive.registry import package_version

T = TypeVar("T")
DIGEST = hashlib.sha256().digest_size
_loaded: dict[Path, object] = {}
_tables: dict[str, object] = {}
_folder: list[Path] = []


def folder() -> Path:
    """Where built tables are kept: `<user cache>/dive`, unless `keep_in` named another place."""
    return _folder[-1] if _folder else Path(platformdirs.user_cache_path("dive"))


def keep_in(path: Path) -> None:
    """Keeps built tables under `path` from now on."""
    _folder.append(path)


def forget() -> None:
    """Reads tables from their files again from now on, as a new process would."""
    _loaded.clear()
    _tables.clear()


def table(name: str, packages: tuple[str, ...], shape: type[T], builder: Callable[[], T]) -> T:
    """The rows of table `name` in `shape`; built by `builder` when there is no file for this build yet.

    Args:
        name: the file's name, unique in the catalog.
        packages: distributions whose versions decide whether a file is still good.
        shape: what msgpack decodes to, e.g. `dict[str, Row]`.
        builder: a function of this module's caller; its module's code decides as well.
    """
    if name not in _tables:
        _tables[name] = kept(name, "|".join(map(package_version, packages)), shape, builder)
    return _tables[name]  # type: ignore[return-value]


def kept(name: str, made_from: str, shape: type[T], builder: Callable[[], T]) -> T:
    """What `builder` gives, kept in a file whose name holds a hash of `made_from`, the shape and the builder's module.

    The file is written beside its final name and renamed, so that a crash leaves either none or all of it.
    """
    code = inspect.getsource(inspect.getmodule(builder) or builder)
    mark = hashlib.sha256("|".join([__version__, repr(shape), code, made_from]).encode()).hexdigest()[:16]
    path = folder() / f"{name}-{mark}.table"
    if path not in _loaded:
        rows = _read(path, shape)
        if rows is None:
            data = msgspec.msgpack.encode(builder())
            _write(path, data)
            rows = msgspec.msgpack.decode(data, type=shape)  # the same as the next process will find
        _loaded[path] = rows
    return _loaded[path]  # type: ignore[return-value]


def _read(path: Path, shape: type[T]) -> T | None:
    """The rows of a file; None if there is none, or if it is not what was written."""
    try:
        data = memoryview(path.read_bytes())
    except OSError:
        return None  # what hinders reading will hinder writing, and is told then
    if data[:DIGEST] != hashlib.sha256(data[DIGEST:]).digest():
        return None
    try:
        return msgspec.msgpack.decode(data[DIGEST:], type=shape)
    except msgspec.DecodeError:
        return None


def _write(path: Path, data: bytes) -> None:
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(hashlib.sha256(data).digest() + data)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        told = f"cannot keep a table as {path}: {error.strerror}; XDG_CACHE_HOME may name another place"
        raise ConfigError(told) from None


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

"""A Python module as a source: its public functions, called as they are.

Takes a path or a module's name; gives a `Connection`. A function is a tool if it is defined in the module, has no
leading underscore, a docstring, and an annotation on every parameter that must be given. The module does not import
DIVE and carries no marks of ours. What it prints goes to standard error. Does not know which function may be called.
"""

import asyncio
import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import sys
import typing
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from dive.errors import ConfigError
from dive.nouns import Json
from dive.sources.kinds import Listed, Listing
from dive.sources.listing import named

BREAKS = (ImportError, SyntaxError, OSError, NameError, AttributeError, TypeError, ValueError, LookupError,
          RuntimeError, ArithmeticError)  # fmt: skip
"""What the import of somebody's module may end in; told as the module's fault."""


class Module:
    """A connection to a module.

    Args:
        source: the source's name, for errors.
        where: a path that ends in `.py`, or a dotted name.
        folder: where a path counts from.
    """

    def __init__(self, source: str, where: str, folder: Path) -> None:
        self._source, self._where, self._folder = source, where, folder
        self._module: ModuleType | None = None

    def listing(self) -> Listing:
        """The functions that are tools, and why others are not."""
        listed: list[Listed] = []
        left_out: dict[str, str] = {}
        for name, function in self._functions().items():
            try:
                listed.append(_listed(name, function))
            except TypeError as error:
                left_out[name] = str(error)
        return named(listed, self._version(), left_out)

    def call(self, name: str, args: Mapping[str, Json]) -> Json:
        """The function's result as JSON."""
        function = self._functions()[name]
        hints = typing.get_type_hints(function)
        given = {key: msgspec.convert(value, hints.get(key, Any), strict=False) for key, value in args.items()}
        with contextlib.redirect_stdout(sys.stderr):
            result = function(**given)
            if inspect.isawaitable(result):
                result = asyncio.run(_awaited(result))
        return msgspec.to_builtins(result, enc_hook=_plain, str_keys=True)

    def close(self) -> None:
        """Nothing is held open."""

    def _version(self) -> str:
        """The module's name and a hash of its code."""
        path = getattr(self._module, "__file__", None)
        code = hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] if path else ""
        return f"{self._where}@{code}"

    def _functions(self) -> dict[str, Any]:
        if self._module is None:
            self._module = _imported(self._source, self._where, self._folder)
        public = getattr(self._module, "__all__", None)
        return {
            name: function
            for name, function in sorted(vars(self._module).items())
            if inspect.isfunction(function) and function.__module__ == self._module.__name__
            and (name in public if public is not None else not name.startswith("_"))
        }  # fmt: skip


def _imported(source: str, where: str, folder: Path) -> ModuleType:
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return _from_file(folder / where) if where.endswith(".py") else importlib.import_module(where)
    except BREAKS as error:
        raise ConfigError(f"source {source!r}: cannot import {where}: {type(error).__name__}: {error}") from error


def _from_file(path: Path) -> ModuleType:
    name = f"dive_source_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))  # as `python path` would: it may import what lies beside it
    with contextlib.ExitStack() as undo:
        undo.callback(sys.modules.pop, name)
        spec.loader.exec_module(module)
        undo.pop_all()
    return module


def _listed(name: str, function: Any) -> Listed:
    """A function as a tool; TypeError with the reason why it cannot be one."""
    if not (function.__doc__ or "").strip():
        raise TypeError("it has no docstring")
    try:
        hints = typing.get_type_hints(function)
    except NameError as error:
        raise TypeError(f"its annotations cannot be read: {error}") from error
    properties: dict[str, Json] = {}
    required: list[str] = []
    defs: dict[str, Json] = {}
    for parameter in inspect.signature(function).parameters.values():
        needed = parameter.default is inspect.Parameter.empty
        schema = _schema(parameter, hints, needed)
        if schema is None:
            continue
        defs |= schema.pop("$defs", {})
        properties[parameter.name] = schema
        if needed:
            required.append(parameter.name)
        else:
            properties[parameter.name]["default"] = msgspec.to_builtins(parameter.default)
    made: dict[str, Json] = {"type": "object", "properties": properties, "required": required}
    made |= {"additionalProperties": False} | ({"$defs": defs} if defs else {})
    return Listed(name, inspect.cleandoc(function.__doc__), made, _result_schema(hints))


def _schema(parameter: inspect.Parameter, hints: Mapping[str, Any], needed: bool) -> dict[str, Json] | None:
    """The schema of one parameter; None for one that is never given."""
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        return None
    if parameter.kind is parameter.POSITIONAL_ONLY:
        raise TypeError(f"its parameter {parameter.name!r} cannot be given by name")
    if parameter.name not in hints:
        if needed:
            raise TypeError(f"its parameter {parameter.name!r} has no annotation")
        return None
    try:
        if not needed:
            msgspec.json.encode(parameter.default)
        return msgspec.json.schema(hints[parameter.name])
    except TypeError as error:
        if needed:
            raise TypeError(f"its parameter {parameter.name!r} is no plain value: {error}") from error
        return None


def _result_schema(hints: Mapping[str, Any]) -> dict[str, Json] | None:
    try:
        return msgspec.json.schema(hints["return"]) if "return" in hints else None
    except TypeError:
        return None


async def _awaited(result: Any) -> Any:
    return await result


def _plain(value: Any) -> Any:
    """Rows of a database, named tuples and models as plain values; TypeError for anything else."""
    if hasattr(value, "keys") and hasattr(value, "__getitem__"):
        return {key: value[key] for key in value.keys()}  # noqa: SIM118  (a sqlite3.Row iterates over its values)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is no plain value")

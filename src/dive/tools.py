"""`call()`: the only place where a tool runs. Arguments, effect, deadline mark, size cap, schema, cache, error.

Takes a registry and a call; gives the result as plain JSON or raises ToolError. Does not enforce the deadline
itself: it marks which tool is running since when, and `flow`'s watchdog ends a worker that overstays.
"""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any

import fastjsonschema
import msgspec
from msgspec import UNSET

from dive.errors import ToolError
from dive.nouns import Json, canonical
from dive.registry import Loaded, Param, Registry

MAX_BYTES = 262_144
CACHE_ENTRIES = 10_000
CACHE_BYTES = 8 << 20
"""JSON of cached results; as objects they take about ten times as much."""
PYTHON_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "array": (list,), "object": (dict,),
}  # fmt: skip

Mark = Callable[[str | None], None]
CallFn = Callable[[str, Mapping[str, Json]], Json]


class Toolbox:
    """A registry with a cache of what its tools gave: the state that `call` needs.

    Args:
        registry: the tools.
        writes: names of `write` tools that may be called (none by default).
        mark: told the tool's name when it starts and None when it ends.

    Attributes:
        hide: takes secrets out of a result before anyone sees it.
    """

    def __init__(self, registry: Registry, writes: frozenset[str] = frozenset(), mark: Mark | None = None) -> None:
        self.registry = registry
        self.writes = writes
        self.mark = mark
        self.hide = registry.hide
        self.cache: dict[tuple[str, bytes], Json | ToolError] = {}
        self._held = 0

    def keep(self, key: tuple[str, bytes], known: "Json | ToolError", size: int) -> None:
        """Remembers what a call gave; when there is too much, everything before it is forgotten."""
        self._held += size
        if len(self.cache) >= CACHE_ENTRIES or self._held > CACHE_BYTES:
            self.cache.clear()
            self._held = size
        self.cache[key] = known

    @property
    def call(self) -> CallFn:
        """`call` bound to this toolbox."""
        return functools.partial(call, self)


def call(box: Toolbox, name: str, args: Mapping[str, Json]) -> Json:
    """Runs one tool.

    Args:
        box: where the tool lives and what it gave before.
        name: the tool's name.
        args: by parameter name; parameters left out take their default.

    Returns:
        The result, a JSON object that conforms to the tool's output schema. Do not change it: it is cached.

    Raises:
        ToolError: `arguments`, `refused`, `not_found`, `raised`, `too_large` or `schema`.
    """
    loaded = box.registry.tools.get(name)
    if loaded is None:
        raise ToolError("arguments", f"there is no tool {name!r}")
    bound = bind(loaded, args)
    try:
        key = (name, canonical(bound))
    except UnicodeEncodeError as error:
        raise ToolError("arguments", f"{name}: {error}") from error
    known = box.cache.get(key)
    if known is None:
        known, size = _run(box, loaded, bound)
        if loaded.tool.effect == "pure":
            box.keep(key, known, size)
    if isinstance(known, ToolError):
        raise known.fresh()
    return known


def bind(loaded: Loaded, args: Mapping[str, Json]) -> dict[str, Json]:
    """All arguments of a call in the tool's order, defaults filled in; ToolError("arguments") if they do not fit."""
    names = [param.name for param in loaded.params]
    if unknown := args.keys() - names:
        raise ToolError("arguments", f"{loaded.name} takes no {min(unknown)!r}; it takes {', '.join(names)}")
    bound: dict[str, Json] = {}
    for param in loaded.params:
        value = args.get(param.name, param.default)
        if value is UNSET:
            raise ToolError("arguments", f"{loaded.name} needs {param.name!r}")
        if loaded.foreign:
            value = _own_kind(value, param)
        if not _fits(value, param.kind) and not (value is None and param.default is None):
            raise ToolError("arguments", f"{loaded.name}: {param.name!r} must be a {param.kind}, got {value!r:.80}")
        bound[param.name] = float(value) if param.kind == "number" and value is not None else value
    return bound


def _own_kind(value: Json, param: Param) -> Json:
    """The id of an entity, which our nouns write as text, as a whole number if the tool takes one."""
    counted = param.kind == "integer" and param.type and isinstance(value, str)
    return int(value) if counted and value.removeprefix("-").isdecimal() else value


def _fits(value: Json, kind: str) -> bool:
    """Whether a value is of a JSON kind; numbers must be finite, and true is no number."""
    if not isinstance(value, PYTHON_KINDS[kind]) or (kind == "boolean") != isinstance(value, bool):
        return False
    return kind != "number" or abs(value) <= sys.float_info.max


def _run(box: Toolbox, loaded: Loaded, args: Mapping[str, Json]) -> tuple[Json | ToolError, int]:
    """What a tool gave, and the bytes that this takes as JSON."""
    if loaded.tool.effect == "write" and loaded.name not in box.writes:
        return ToolError("refused", f"{loaded.name} may change something and the run file does not allow it"), 0
    if box.mark:
        box.mark(loaded.name)
    try:
        result = loaded.run(**args)
    except ToolError as error:
        return error.fresh(), 0
    except Exception as error:  # a tool may raise anything: a failed call is a record, not a crash
        text = f"{loaded.name}: {type(error).__name__}: {error}"
        return ToolError("raised", box.hide(text.encode(errors="replace")).decode()), 0
    finally:
        if box.mark:
            box.mark(None)
    return _checked(loaded, result, box.hide)


def _checked(loaded: Loaded, result: Json, hide: Callable[[bytes], bytes]) -> tuple[Json | ToolError, int]:
    try:
        raw = msgspec.json.encode(result)  # NaN and infinity become null, which no schema of ours allows
    except (TypeError, ValueError, RecursionError) as error:
        return ToolError("schema", f"{loaded.name}: its result is no JSON: {error}"), 0
    if len(raw) > MAX_BYTES:
        return ToolError("too_large", f"{loaded.name}: {len(raw)} bytes; at most {MAX_BYTES} are taken"), 0
    plain = msgspec.json.decode(hide(raw))
    try:
        _validator(loaded.tool.hash, loaded)(plain)
    except fastjsonschema.JsonSchemaException as error:
        return ToolError("schema", f"{loaded.name}: {error}"), 0
    return plain, len(raw)


_validators: dict[str, Callable[[Any], Any]] = {}


def _validator(key: str, loaded: Loaded) -> Callable[[Any], Any]:
    if key not in _validators:
        _validators[key] = fastjsonschema.compile(loaded.tool.output)
    return _validators[key]

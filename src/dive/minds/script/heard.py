"""What a scripted model hears: the calls of a conversation, the words of names, and which tools may take a value.

Takes messages and what a request shows of tools; gives calls that were made and calls that could be. Judges by names
and kinds of arguments alone, as anybody does who sees a tool for the first time. Does not know what is asked.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from dive.models import ToolSpec
from dive.nouns import Json, Message

VERBS = frozenset(["get", "list", "find", "search", "fetch", "show", "read", "lookup", "query", "all"])
JOINS = {"in": "in", "by": "of", "for": "of", "of": "of", "with": "with", "from": "from", "near": "near", "at": "at"}
LIMITS = frozenset(["limit", "n", "count", "top", "size", "max_results", "max"])
_COMMON = frozenset([*VERBS, *JOINS, "the", "a", "id", "code", "name"])
_BLOCK = re.compile(r'<result (?:id="\w+" )?of="([\w.-]+)(?: (\{.*?\}))?">\n(.*?)\n</result>', re.DOTALL)
Wanted = tuple[str, dict[str, Json]]


class Seen(Struct, frozen=True):
    """A call, all its arguments and its result."""

    tool: str
    args: dict[str, Json]
    value: Any


def words(name: str) -> list[str]:
    """A name's words in small letters."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)]


def subject(args: Mapping[str, Json]) -> tuple[str, Json]:
    """The one argument that is no limit; an empty name if there are more."""
    left = [(name, value) for name, value in args.items() if name.lower() not in LIMITS]
    return left[0] if len(left) == 1 else ("", None)


def limited(args: Mapping[str, Json]) -> list[str]:
    """The numbers that limit a list."""
    return [str(value) for name, value in args.items() if name.lower() in LIMITS]


def phrase(tool: str, args: Mapping[str, Json]) -> tuple[str, str]:
    """What a tool that lists gives, and how that is joined to what it is asked about: ("6 largest cities", "of")."""
    parts = words(tool)
    while len(parts) > 1 and parts[0] in VERBS:
        parts = parts[1:]
    at = next((n for n, part in enumerate(parts) if n and part in JOINS), len(parts))
    join, rest = "".join(parts[at : at + 1]), parts[at + 1 :]
    return " ".join([*limited(args), *parts[:at]]), " ".join([JOINS.get(join, "of"), *rest[: join in ("by", "with")]])


def listing(value: Any) -> tuple[str, list[Any] | None]:
    """The list in a result, and how it is reached; None if there is none, or more than one."""
    if isinstance(value, list):
        return "", value
    lists = [name for name, held in value.items() if isinstance(held, list)] if isinstance(value, dict) else []
    return (f"['{lists[0]}']", value[lists[0]]) if len(lists) == 1 else ("", None)


def spoken(value: Json, text: str) -> bool:
    """Whether a value stands in a text, letter by letter."""
    return re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", text) is not None


def taking(specs: Iterable[ToolSpec], value: Json, hints: Sequence[str], least: int, name: str = "") -> list[Wanted]:
    """Calls of the tools that may take a value, those first that share words with `hints`; `name`: of this one."""
    found: list[tuple[int, Wanted]] = []
    for spec in specs:
        properties: Any = spec.input.get("properties", {})
        needed: Any = spec.input.get("required", [])
        if len(needed) != 1 or name not in ("", spec.name) or not isinstance(value, str | int):
            continue
        kind = properties[needed[0]].get("type", "string")
        given: Json = int(value) if kind == "integer" and str(value).isdecimal() else str(value)
        if not isinstance(value, str) and kind != "integer":
            continue
        shared = len(stems([*words(needed[0]), *words(spec.name)]) & stems(hints))
        if kind in ("string", "integer") and isinstance(given, int) == (kind == "integer") and shared >= least:
            found.append((-shared, (spec.name, {needed[0]: given})))
    return [call for _, call in sorted(found, key=lambda one: one[0])]


def new(wanted: Iterable[Wanted], calls: Sequence[Seen]) -> list[Wanted]:
    """Those that were not made yet, each once."""
    made = [(call.tool, subject(call.args)[1]) for call in calls]
    fresh: list[Wanted] = []
    for tool, args in wanted:
        if (tool, subject(args)[1]) not in made and (tool, args) not in fresh:
            fresh.append((tool, args))
    return fresh


def seen(messages: Sequence[Message], specs: Sequence[ToolSpec]) -> Iterator[Seen]:
    """The calls of a conversation whose results are shown whole."""
    given_by = {spec.name: defaults(spec) for spec in specs}
    asked = {call.id: call for message in messages for call in message.tool_calls}
    for number, message in enumerate(messages):
        if message.role == "assistant":
            asked.update({call.id: call for call in message.tool_calls})
        if message.role == "assistant" or (message.role == "tool" and message.failed) or not number:
            continue
        for tool, args, text in _BLOCK.findall(message.content):
            call = asked.get(message.tool_call_id or "")
            given: Any = msgspec.json.decode(args) if args else call.args if call else {}
            try:
                yield Seen(tool, {**given_by.get(tool, {}), **given}, msgspec.json.decode(text))
            except msgspec.DecodeError:
                continue  # too long to be shown whole


def defaults(spec: ToolSpec) -> dict[str, Json]:
    """The defaults of a tool's arguments."""
    properties: Any = spec.input.get("properties", {})
    return {name: schema["default"] for name, schema in properties.items() if "default" in schema}


def stems(texts: Iterable[str]) -> set[str]:
    """Words without the endings of plurals, and without those that tell nothing."""
    return {text.removesuffix("ies").removesuffix("s").removesuffix("y") for text in texts} - _COMMON

"""What goes to a model and what comes back: `Model`, `Request`, `Toolset`, `Reply`.

Takes nouns; gives the shapes that every adapter, wrapper and fake shares, and the check that a reply is one.
Does not know any API, the network or prices.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol, cast

import msgspec
from msgspec import Raw, Struct

from dive.errors import BadReply, EmptyReply, ModelRefusal, OutOfTokens
from dive.nouns import Json, Message, Noun, Tool, Usage, canonical, sha

Stop = Literal["end", "tools", "length", "refused"]
_BYTES_PER_TOKEN = 3  # English has about four; an estimate that is too high only asks for more budget


class ToolSpec(Struct, frozen=True):
    """What a model sees of a tool: `input` is the JSON Schema of its arguments."""

    name: str
    description: str
    input: dict[str, Json]


class Toolset:
    """Tools offered together. Each API's form of them is made once, however many requests carry it."""

    def __init__(self, specs: Iterable[ToolSpec] = ()) -> None:
        self.specs = tuple(specs)
        self._wire: dict[Callable[[Sequence[ToolSpec]], Json], Raw] = {}

    @classmethod
    def of(cls, tools: Iterable[Tool]) -> "Toolset":
        """The toolset of catalog tools; semantic types are ours and are not shown."""
        return cls(ToolSpec(tool.name, tool.description, _untyped(tool.input)) for tool in tools)

    @functools.cached_property
    def key(self) -> str:
        """Hex SHA-256 of the specs."""
        return sha(msgspec.to_builtins(self.specs))

    @functools.cached_property
    def tokens(self) -> int:
        """About how many tokens the specs take."""
        return len(canonical(msgspec.to_builtins(self.specs))) // _BYTES_PER_TOKEN if self.specs else 0

    def wire(self, render: Callable[[Sequence[ToolSpec]], Json]) -> Raw:
        """The specs as JSON text in the form that `render` gives; `render` is called once."""
        made = self._wire.get(render)
        if made is None:
            made = self._wire[render] = Raw(msgspec.json.encode(render(self.specs)))
        return made


NO_TOOLS = Toolset()


class Request(Struct, frozen=True, kw_only=True):
    """One question to a model. What is stable over many requests comes first: tools, system messages, history.

    `schema`: the reply's content must be JSON of this JSON Schema. `seed` is sent where the API takes one; it is part
    of the key in any case, so that several samples of one prompt are several requests.
    """

    messages: tuple[Message, ...]
    tools: Toolset = NO_TOOLS
    schema: dict[str, Json] | None = None
    max_tokens: int = 4096
    temperature: float | None = None
    seed: int | None = None

    def key(self, model: str) -> str:
        """Hex SHA-256 of all that may change the answer of the model named `model`."""
        rest = (self.schema, self.max_tokens, self.temperature, self.seed)
        return sha((model, self.tools.key, self.messages, rest))

    @property
    def tokens(self) -> int:
        """About how many tokens the request takes."""
        return self.tools.tokens + sum(map(_size, self.messages)) // _BYTES_PER_TOKEN


class Reply(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """What a model said. `stop`: `length` means that `max_tokens` cut it. `attempts`: how often it was asked."""

    message: Message
    stop: Stop
    usage: Usage
    model: str
    attempts: int = 1


class Model(Protocol):
    """Anything that answers requests: an adapter, a wrapper round one, or a fake."""

    @property
    def name(self) -> str:
        """The name by which the provider knows the model."""
        ...

    async def complete(self, request: Request) -> Reply:
        """One reply, or a ModelError (or BudgetSpent)."""
        ...


def check(request: Request, reply: Reply) -> Reply:
    """`reply`, if there is something in it that answers `request`; else the ModelError that says what is wrong."""
    message = reply.message
    content = message.content.strip()
    if reply.stop == "refused":
        raise ModelRefusal(f"{reply.model} declined: {content[:300] or 'no reason given'}")
    if reply.stop == "length" and (request.schema is not None or not (content or message.tool_calls)):
        raise OutOfTokens(f"{reply.model}: {reply.usage.output} output tokens gave no answer; raise max_tokens")
    if not content and not message.tool_calls:
        raise EmptyReply(f"{reply.model} gave neither content nor a tool call")
    if request.schema is not None and not message.tool_calls:
        parse(message.content, f"{reply.model}: the structured output")
    return reply


def parse(text: str | bytes, what: str) -> Json:
    """`text` as JSON; BadReply with `what` if it is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadReply(f"{what} is not JSON ({error})") from None


def arguments(text: str) -> dict[str, Json] | str:
    """A tool call's arguments as an object, or the text as it is. Nothing at all is the empty object."""
    if not text.strip():
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Json])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text


def sendable(args: dict[str, Json] | str) -> dict[str, Json]:
    """Arguments as they go back to a model: servers take objects only, so text that is none goes inside one."""
    return {"unparsed": args} if isinstance(args, str) else args


def guessed_usage(request: Request, message: Message) -> Usage:
    """Usage where the provider counts nothing."""
    return Usage(input=request.tokens, output=_size(message) // _BYTES_PER_TOKEN, estimated=True)


def _size(message: Message) -> int:
    calls = sum(len(call.name) + len(str(call.args)) for call in message.tool_calls)
    return len(message.content) + len(message.reasoning) + calls + 12


def _untyped(schema: Json) -> Json:
    """`schema` without `x-type`; a property of that name is an object and stays."""
    if isinstance(schema, dict):
        fields = cast("dict[str, Json]", schema)
        return {k: _untyped(v) for k, v in fields.items() if not (k == "x-type" and isinstance(v, str))}
    return [_untyped(item) for item in cast("list[Json]", schema)] if isinstance(schema, list) else schema

"""The messages API of Anthropic.

Takes a Request; gives a Reply or a ModelError, in one attempt. Does not wait, try again, count money or keep anything.
The API has no seed. Source: the public messages reference (version 2023-06-01), prompt caching, extended thinking
(blocks go back unmodified, in order, to the model that gave them), structured outputs (`output_config.format`).
"""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from dive.models.kinds import Reply, Request, Stop, ToolSpec, check, guessed_usage, sendable
from dive.models.net import Net
from dive.models.settings import Secret, Settings
from dive.models.wire import Endpoint
from dive.nouns import Json, Kept, Message, ToolCall, Usage

VERSION = "2023-06-01"
MARK = {"type": "ephemeral"}
"""Says that the prompt up to and including this block may be kept; an API call has room for four."""
_STOPS: dict[str | None, Stop] = {
    "max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "refused",
}  # fmt: skip
_THINKING = ("thinking", "redacted_thinking")
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9_-]")
_encode = msgspec.json.Encoder().encode


class _Block(Struct):
    type: str
    text: str = ""
    thinking: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, Json] = {}


class _Details(Struct):
    thinking_tokens: int | None = None


class _Usage(Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _Details | None = None


class _Body(Struct):
    content: list[Raw]
    stop_reason: str | None = None
    model: str | None = None
    usage: _Usage | None = None


_decoder = msgspec.json.Decoder(_Body)
_any_decoder = msgspec.json.Decoder()
_block_decoder = msgspec.json.Decoder(_Block)


class Anthropic:
    """A model behind a messages endpoint."""

    def __init__(self, settings: Settings, key: Secret | None, net: Net) -> None:
        self.name = settings.model
        url = settings.url if settings.url.endswith("/v1") else f"{settings.url}/v1"
        headers = {"anthropic-version": VERSION}
        self._endpoint = Endpoint(net, self.name, f"{url}/messages", headers, key, lambda key: {"x-api-key": key})
        self._fixed: dict[str, Json] = {"model": self.name, **settings.extra}

    async def complete(self, request: Request) -> Reply:
        """One attempt."""
        return check(request, self.read(request, await self._endpoint.post(self.body(request))))

    def body(self, request: Request) -> bytes:
        """The request as the API takes it: tools, system, messages; the order in which it keeps a prefix."""
        fields: dict[str, Json] = dict(self._fixed)
        if request.tools.specs:
            fields["tools"] = request.tools.wire(render)
        system: list[dict[str, Json]] = [
            {"type": "text", "text": message.content} for message in request.messages if message.role == "system"
        ]
        if system:
            system[-1]["cache_control"] = MARK
            fields["system"] = system
        fields["messages"] = self._turns(request)
        fields["max_tokens"] = request.max_tokens
        if request.temperature is not None:
            fields["temperature"] = request.temperature
        if request.schema is not None:
            shape = {"type": "json_schema", "schema": request.schema}
            fields["output_config"] = {**self._fixed.get("output_config", {}), "format": shape}
        return _encode(fields)

    def read(self, request: Request, body: bytes) -> Reply:
        """The reply in a 2xx answer."""
        whole = self._endpoint.decode(_decoder, body)
        blocks = [self._endpoint.decode(_block_decoder, raw) for raw in whole.content]
        signed = any(block.type in _THINKING for block in blocks)
        kept = Kept(
            model=self.name, fields={"content": [self._endpoint.decode(_any_decoder, raw) for raw in whole.content]}
        )
        message = Message(
            role="assistant",
            content="".join(block.text for block in blocks if block.type == "text"),
            reasoning="\n".join(block.thinking for block in blocks if block.thinking),
            tool_calls=tuple(ToolCall(id=b.id, name=b.name, args=b.input) for b in blocks if b.type == "tool_use"),
            kept=kept if signed else None,
        )
        stop: Stop = _STOPS.get(whole.stop_reason, "tools" if message.tool_calls else "end")
        usage = _usage(whole.usage) if whole.usage else guessed_usage(request, message)
        return Reply(message=message, stop=stop, usage=usage, model=whole.model or self.name)

    def _turns(self, request: Request) -> list[dict[str, Json]]:
        """User and assistant in turn: tool results are the user's, and neighbours of one role are one turn.

        With tools the conversation goes on, so its last two user turns are marked: the later is written to the cache,
        the earlier is where the request before this one wrote.
        """
        turns: list[dict[str, Json]] = []
        for message in request.messages:
            if message.role == "system":
                continue
            role = "assistant" if message.role == "assistant" else "user"
            if not turns or turns[-1]["role"] != role:
                turns.append({"role": role, "content": []})
            turns[-1]["content"] += self._blocks(message)
        if request.tools.specs:
            for turn in [turn for turn in turns if turn["role"] == "user" and turn["content"]][-2:]:
                turn["content"][-1] = {**turn["content"][-1], "cache_control": MARK}
        return turns

    def _blocks(self, message: Message) -> list[Json]:
        if message.role == "tool":
            result: dict[str, Json] = {"type": "tool_result", "tool_use_id": _sent_id(message.tool_call_id)}
            result |= {"content": message.content} if message.content else {}
            return [result | ({"is_error": True} if message.failed else {})]
        if message.kept is not None and message.kept.model == self.name and "content" in message.kept.fields:
            return message.kept.fields["content"]
        text: list[Json] = [{"type": "text", "text": message.content}] if message.content.strip() else []
        return text + [
            {"type": "tool_use", "id": _sent_id(call.id), "name": call.name, "input": sendable(call.args)}
            for call in message.tool_calls
        ]


def render(specs: Sequence[ToolSpec]) -> Json:
    """Tools as the API takes them, the last one marked."""
    tools: list[dict[str, Json]] = [
        {"name": s.name, "description": s.description, "input_schema": {"type": "object", **s.input}} for s in specs
    ]
    tools[-1]["cache_control"] = MARK
    return tools


def _sent_id(text: str) -> str:
    """The id of a call in the letters that the API allows; other servers use dots and colons."""
    return _NOT_IN_ID.sub("_", text)


def _usage(usage: _Usage) -> Usage:
    cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    return Usage(
        input=usage.input_tokens + cached + written,
        cached=cached,
        written=written,
        output=usage.output_tokens,
        reasoning=(usage.output_tokens_details or _Details()).thinking_tokens or 0,
    )

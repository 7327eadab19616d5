"""The chat-completions API of OpenAI, and of every server that speaks it.

Takes a Request; gives a Reply or a ModelError, in one attempt. Does not wait, try again, count money or keep anything.
Source: the public chat-completions reference; `reasoning_content`, `reasoning` and `reasoning_details` as vLLM,
DeepSeek and OpenRouter send them; `extra_content` of a tool call as Gemini's compatible endpoint sends it.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dive.errors import BadReply, ModelError
from dive.models.faults import by_status, words
from dive.models.kinds import Reply, Request, Stop, ToolSpec, arguments, check, guessed_usage, sendable
from dive.models.net import Net
from dive.models.settings import HOMES, Secret, Settings
from dive.models.wire import Endpoint
from dive.nouns import Json, Kept, Message, ToolCall, Usage

_STOPS: dict[str | None, Stop] = {"length": "length", "content_filter": "refused"}
_REASONING = ("reasoning_content", "reasoning", "reasoning_details")
_encode = msgspec.json.Encoder().encode


class _Function(Struct):
    name: str
    arguments: str | dict[str, Json] | None = None


class _Call(Struct, omit_defaults=True):
    function: _Function
    id: str | None = None
    extra_content: Json | UnsetType = UNSET


class _Part(Struct):
    type: str = ""
    text: str | None = None


class _Said(Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[Json] | None = None


class _Choice(Struct):
    message: _Said
    finish_reason: str | None = None


class _Details(Struct):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None


class _Failed(Struct):
    message: str = ""
    code: int | str | None = None


class _Body(Struct):
    choices: list[_Choice] | None = None
    model: str | None = None
    usage: _Usage | None = None
    error: _Failed | None = None


_decoder = msgspec.json.Decoder(_Body)


class OpenAI:
    """A model behind a chat-completions endpoint."""

    def __init__(self, settings: Settings, key: Secret | None, net: Net) -> None:
        self.name = settings.model
        url = f"{settings.url}/chat/completions"
        self._endpoint = Endpoint(net, self.name, url, {}, key, lambda key: {"authorization": f"Bearer {key}"})
        self._fixed: dict[str, Json] = {"model": self.name, **settings.extra}
        at_home = urlsplit(url).hostname == urlsplit(HOMES["openai"]).hostname
        self._limit = settings.limit_field or ("max_completion_tokens" if at_home else "max_tokens")

    async def complete(self, request: Request) -> Reply:
        """One attempt."""
        return check(request, self.read(request, await self._endpoint.post(self.body(request))))

    def body(self, request: Request) -> bytes:
        """The request as the API takes it."""
        fields: dict[str, Json] = dict(self._fixed)
        if request.tools.specs:
            fields["tools"] = request.tools.wire(render)
        fields["messages"] = [self._message(message) for message in request.messages]
        fields[self._limit] = request.max_tokens
        if request.temperature is not None:
            fields["temperature"] = request.temperature
        if request.seed is not None:
            fields["seed"] = request.seed
        if request.schema is not None:
            shape = {"name": "reply", "strict": True, "schema": request.schema}
            fields["response_format"] = {"type": "json_schema", "json_schema": shape}
        return _encode(fields)

    def read(self, request: Request, body: bytes) -> Reply:
        """The reply in a 2xx answer; some gateways put their errors into one."""
        whole = self._endpoint.decode(_decoder, body)
        if not whole.choices:
            raise self._endpoint.clean(self._without_choices(whole, body))
        choice = whole.choices[0]
        message = self._read_message(choice.message, len(request.messages))
        stop: Stop = _STOPS.get(choice.finish_reason, "tools" if message.tool_calls else "end")
        if choice.message.refusal:
            message, stop = msgspec.structs.replace(message, content=choice.message.refusal), "refused"
        usage = _usage(whole.usage) or guessed_usage(request, message)
        return Reply(message=message, stop=stop, usage=usage, model=whole.model or self.name)

    def _without_choices(self, whole: _Body, body: bytes) -> ModelError:
        code = whole.error.code if whole.error else None
        if isinstance(code, int) and code >= 400:
            return by_status(self._endpoint.name, code, words(body))
        return BadReply(f"{self._endpoint.name}: no choices in the reply: {words(body)[:200]}")

    def _message(self, message: Message) -> dict[str, Json]:
        if message.role == "tool":
            return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
        fields: dict[str, Json] = {"role": message.role, "content": message.content}
        if message.tool_calls:
            fields["tool_calls"] = [_sent_call(call) for call in message.tool_calls]
            fields["content"] = message.content or None
            if message.kept is not None and message.kept.model == self.name:
                fields.update(message.kept.fields)
        return fields

    def _read_message(self, said: _Said, turn: int) -> Message:
        content = said.content or ""
        if isinstance(content, list):
            content = "".join(part.text or "" for part in content if part.type == "text")
        calls = [_read_call(call, f"call_{turn}_{index}") for index, call in enumerate(said.tool_calls or ())]
        return Message(
            role="assistant",
            content=content,
            reasoning=said.reasoning_content or said.reasoning or "",
            tool_calls=tuple(calls),
            kept=self._kept(said, calls) if calls else None,
        )

    def _kept(self, said: _Said, calls: list[ToolCall]) -> Kept | None:
        """What must go back with the results of the calls: reasoning under its own name, signatures of calls."""
        fields: dict[str, Json] = {name: value for name in _REASONING if (value := getattr(said, name))}
        extras = [call.extra_content for call in said.tool_calls or ()]
        if any(extra is not UNSET for extra in extras):
            fields["tool_calls"] = [
                _sent_call(call) | ({} if extra is UNSET else {"extra_content": extra})
                for call, extra in zip(calls, extras, strict=True)
            ]
        return Kept(model=self.name, fields=fields) if fields else None


def render(specs: Sequence[ToolSpec]) -> Json:
    """Tools as the API takes them."""
    return [
        {"type": "function", "function": {"name": s.name, "description": s.description, "parameters": s.input}}
        for s in specs
    ]


def _sent_call(call: ToolCall) -> dict[str, Json]:
    text = _encode(sendable(call.args)).decode()
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": text}}


def _read_call(call: _Call, otherwise: str) -> ToolCall:
    args = call.function.arguments
    return ToolCall(
        id=call.id or otherwise,
        name=call.function.name,
        args=args if isinstance(args, dict) else arguments(args or ""),
    )


def _usage(usage: _Usage | None) -> Usage | None:
    if usage is None or usage.prompt_tokens is None:
        return None
    inward, outward = usage.prompt_tokens_details or _Details(), usage.completion_tokens_details or _Details()
    return Usage(
        input=usage.prompt_tokens,
        cached=inward.cached_tokens or 0,
        written=inward.cache_write_tokens or 0,
        output=usage.completion_tokens or 0,
        reasoning=outward.reasoning_tokens or 0,
    )

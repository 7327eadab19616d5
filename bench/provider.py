"""A fake provider on loopback: chat completions and messages, with tool calls, a fixed latency and faults by seed.

Takes options; gives an address (`serving`, in this process) or a process with one (`running`). It is as strict as the
real ones about what refers to what: a request that they would refuse gets their 400. Tests and benches ask it.
Does not think: it calls the first tool that it is offered, and after a tool's result it says "done".
"""

import asyncio
import contextlib
import random
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from dive.models.net import allow_files

KINDS = ("busy", "broken", "hang", "truncated", "empty", "wrong_tool", "bad_args")
_BACKLOG = 4096
_HANG_S = 3600.0
_encode = msgspec.json.encode
Body = dict[str, Any]
Special = Callable[[int, Body], web.Response | None]


class Options(Struct, frozen=True, kw_only=True):
    """Latency in seconds; shares of requests that go wrong, by kind; what `Retry-After` says of those that are busy;
    the only model that there is (empty: any); whether it calls no tools; bytes from which on a request is too long.
    """

    latency_s: float = 0.0
    seed: int = 0
    model: str = ""
    toolless: bool = False
    longest: int = 1 << 30
    retry_after: str = "1"
    busy: float = 0.0
    broken: float = 0.0
    hang: float = 0.0
    truncated: float = 0.0
    empty: float = 0.0
    wrong_tool: float = 0.0
    bad_args: float = 0.0

    def fault(self, number: int) -> str:
        """What goes wrong with the request of this number; empty: nothing."""
        drawn = random.Random(f"{self.seed}/{number}").random()
        for kind in KINDS:
            drawn -= getattr(self, kind)
            if drawn < 0:
                return kind
        return ""


class Provider:
    """Both APIs as one application.

    Args:
        special: asked first, with the number of the request (from 0) and its body; an answer of its own wins.

    Attributes:
        seen: headers and bodies in order of arrival, if `remember`.
        longest: bytes of the longest request.
        most: most requests that were under way together.
    """

    def __init__(self, options: Options | None = None, special: Special | None = None, remember: bool = False) -> None:
        self.options = options or Options()
        self.special, self.remember = special, remember
        self.seen: list[tuple[dict[str, str], Body]] = []
        self.count = self.most = self.longest = self._now = 0

    def app(self) -> web.Application:
        """The application; requests of any size."""
        app = web.Application(client_max_size=1 << 28)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/messages", self._messages)
        return app

    async def _chat(self, request: web.Request) -> web.Response:
        return await self._handle(request, openai_refusal, openai_reply)

    async def _messages(self, request: web.Request) -> web.Response:
        return await self._handle(request, anthropic_refusal, anthropic_reply)

    async def _handle(
        self, request: web.Request, refusal: Callable[[Body], str], reply: Callable[[Body, str], Body]
    ) -> web.Response:
        number, self.count = self.count, self.count + 1
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            text = await request.read()
            self.longest = max(self.longest, len(text))
            body = msgspec.json.decode(text)
            if self.remember:
                self.seen.append(({k.lower(): v for k, v in request.headers.items()}, body))
            await asyncio.sleep(self.options.latency_s)
            wrong = self._wrong(body, len(text))
            if wrong is not None:
                return wrong
            special = self.special(number, body) if self.special else None
            return special or await self._answer(self.options.fault(number), body, refusal, reply)
        finally:
            self._now -= 1

    def _wrong(self, body: Body, size: int) -> web.Response | None:
        options = self.options
        if options.model and body["model"] != options.model:
            return problem(404, f"The model `{body['model']}` does not exist", "model_not_found")
        if size > options.longest:
            return problem(400, f"maximum context length is {options.longest} bytes", "context_length_exceeded")
        if options.toolless:
            body["tools"] = []
        return None

    async def _answer(
        self, fault: str, body: Body, refusal: Callable[[Body], str], reply: Callable[[Body, str], Body]
    ) -> web.Response:
        if fault == "busy":
            return problem(429, "Rate limit reached", "rate_limit_error", {"retry-after": self.options.retry_after})
        if fault == "broken":
            return problem(500, "The server had an error", "server_error")
        if fault == "hang":
            await asyncio.sleep(_HANG_S)
        wrong = refusal(body)
        if wrong:
            return problem(400, wrong, "invalid_request_error")
        text = _encode(reply(body, fault))
        return said(text[: len(text) // 2] if fault == "truncated" else text)


def said(text: bytes, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer of these bytes."""
    return web.Response(body=text, status=status, headers=headers, content_type="application/json")


def problem(status: int, message: str, kind: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error body that both APIs' clients understand."""
    return said(_encode({"type": "error", "error": {"type": kind, "code": kind, "message": message}}), status, headers)


def sample(schema: Body) -> Any:
    """A value of a JSON Schema, as simple as possible."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: sample(schema["properties"][name]) for name in schema.get("required", ())}
        case "integer" | "number":
            return 7
        case "boolean":
            return True
        case "array":
            return [sample(schema.get("items", {"type": "string"}))]
        case _:
            return "Lima"


def openai_refusal(body: Body) -> str:
    """Why a chat completion would be refused."""
    open_calls: set[str] = set()
    for message in body["messages"]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            return f"tool_call_ids did not have response messages: {sorted(open_calls)}"
        open_calls = {call["id"] for call in message.get("tool_calls", ())}
        if not all(isinstance(call["function"]["arguments"], str) for call in message.get("tool_calls", ())):
            return "arguments: expected a string"
    return f"tool_call_ids did not have response messages: {sorted(open_calls)}" if open_calls else ""


def openai_reply(body: Body, fault: str) -> Body:
    """A chat completion: the first tool's call, or words."""
    message: Body = {"role": "assistant", "content": "" if fault == "empty" else _words(body), "refusal": None}
    finish = "stop"
    if body.get("tools") and body["messages"][-1]["role"] != "tool" and fault != "empty":
        function = body["tools"][0]["function"]
        arguments = _encode(sample(function["parameters"])).decode()
        name = "no_such_tool" if fault == "wrong_tool" else function["name"]
        arguments = arguments[:-2] if fault == "bad_args" else arguments
        call = {"id": f"call_{len(body['messages'])}", "type": "function", "function": {"name": name}}
        call["function"]["arguments"] = arguments
        message |= {"content": None, "reasoning_content": "A tool knows.", "tool_calls": [call]}
        finish = "tool_calls"
    usage = {"prompt_tokens": 5000, "completion_tokens": 40, "total_tokens": 5040,
             "prompt_tokens_details": {"cached_tokens": 4000},
             "completion_tokens_details": {"reasoning_tokens": 10}}  # fmt: skip
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": f"{body['model']}-2026-01-01",
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
            "usage": usage}  # fmt: skip


def anthropic_refusal(body: Body) -> str:
    """Why a messages call would be refused."""
    marks = _encode(body).count(b'"cache_control"')
    if marks > 4:
        return f"A maximum of 4 blocks with cache_control may be provided. Found {marks}."
    if "max_tokens" not in body:
        return "max_tokens: Field required"
    open_calls: set[str] = set()
    before = ""
    for turn in body["messages"]:
        if turn["role"] == before:
            return "messages: roles must alternate"
        before = turn["role"]
        results = {block["tool_use_id"] for block in turn["content"] if block["type"] == "tool_result"}
        if results != open_calls:
            return "messages: `tool_use` ids were found without `tool_result` blocks immediately after"
        open_calls = {block["id"] for block in turn["content"] if block["type"] == "tool_use"}
        if any(block["type"] == "text" and not block["text"].strip() for block in turn["content"]):
            return "messages: text content blocks must be non-empty"
        if any(not re.fullmatch("[a-zA-Z0-9_-]+", name) for name in open_calls):
            return "messages: tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"
        if any(block["type"] == "thinking" and block["signature"] != "signed" for block in turn["content"]):
            return "messages: Invalid `signature` in `thinking` block"
    return "messages: the last turn calls tools" if open_calls else ""


def anthropic_reply(body: Body, fault: str) -> Body:
    """A message: thinking and the first tool's call, or words."""
    content: list[Body] = [] if fault == "empty" else [{"type": "text", "text": _words(body)}]
    stop = "end_turn"
    last = body["messages"][-1]["content"][-1]["type"]
    if body.get("tools") and last != "tool_result" and fault != "empty":
        tool = body["tools"][0]
        args = {"_": 1} if fault == "bad_args" else sample(tool["input_schema"])
        name = "no_such_tool" if fault == "wrong_tool" else tool["name"]
        content = [
            {"type": "thinking", "thinking": "A tool knows.", "signature": "signed"},
            {"type": "text", "text": "I look it up."},
            {"type": "tool_use", "id": f"toolu_{len(body['messages'])}", "name": name, "input": args},
        ]
        stop = "tool_use"
    usage = {"input_tokens": 600, "output_tokens": 40, "cache_read_input_tokens": 4000,
             "cache_creation_input_tokens": 400}  # fmt: skip
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": f"{body['model']}-20260101",
            "content": content, "stop_reason": stop, "stop_sequence": None, "usage": usage}  # fmt: skip


def _words(body: Body) -> str:
    wanted = body.get("response_format", {}).get("json_schema") or body.get("output_config", {}).get("format")
    return _encode(sample(wanted["schema"])).decode() if wanted else "done"


@contextlib.asynccontextmanager
async def serving(app: web.Application) -> AsyncGenerator[str]:
    """The application in this process; gives its base URL."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=_BACKLOG)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def running(options: Options, module: str = "bench.provider") -> Generator[str]:
    """The provider in a process of its own; gives its base URL."""
    command = [sys.executable, "-m", module, _encode(options).decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def serve(provider: Provider) -> None:
    """Prints the address and answers until the process is ended."""

    async def forever() -> None:
        async with serving(provider.app()) as url:
            print(url, flush=True)
            await asyncio.Event().wait()

    allow_files(_BACKLOG)
    asyncio.run(forever())


if __name__ == "__main__":
    serve(Provider(msgspec.json.decode(sys.argv[1], type=Options)))

"""The fake provider with a mind: it asks about a country's neighbours over both APIs, so that whole runs can be led.

Takes options on the command line; gives an address (`python -m bench.mind OPTIONS`, or `minded` from another process).
What it derives is right, save for a third of it if `flawed`. Knows only the tools that its questions need.
"""

import sys
from typing import Any

import msgspec
from aiohttp import web
from bench.provider import Body, Options, Provider, said, serve
from tests.minds.brain import Brain, flawed, right

from dive.catalog import load
from dive.models import Request
from dive.nouns import Message
from dive.tools import Toolbox

COUNTRY_TOOLS = ("country_borders", "country_development", "country_facts", "country_languages")
"""What its questions need."""
_encode = msgspec.json.encode


class MindOptions(Options, frozen=True, kw_only=True):
    """`flawed`: every third derivation is wrong; `curious`: it asks for long results that it does not need."""

    flawed: bool = False
    curious: bool = False


def minded(options: MindOptions, remember: bool = False) -> Provider:
    """A provider that answers as the brain does where its options let it."""
    mind = brain(options)

    def special(number: int, body: Body) -> web.Response | None:
        return None if options.fault(number) else reply(mind(heard(body)), body)

    return Provider(options, special, remember)


def brain(options: MindOptions) -> Brain:
    """A brain over the catalog's tools."""
    registry = load()
    names = {entity.id: entity.name for entity in registry.seeds("country:iso2")}
    return Brain(Toolbox(registry).call, names, flawed if options.flawed else right, options.curious)


def heard(body: Body) -> Request:
    """A request's body, of either API, as far as the brain reads it."""
    messages = [Message(role="system", content=block["text"]) for block in body.get("system", ())]
    for turn in body["messages"]:
        blocks = turn["content"] if isinstance(turn["content"], list) else [turn]
        for block in blocks:
            role = "tool" if block.get("type") == "tool_result" else turn["role"]
            messages.append(Message(role=role, content=block.get("text") or block.get("content") or ""))
    return Request(messages=tuple(messages))


def reply(message: Message, body: Body) -> web.Response:
    """The brain's word in the API that was spoken; usage by length."""
    read, written = len(_encode(body)) // 4, len(_encode(message)) // 4
    if _is_messages(body):
        blocks: list[Body] = [{"type": "text", "text": message.content}] if message.content else []
        blocks += [{"type": "tool_use", "id": c.id, "name": c.name, "input": c.args} for c in message.tool_calls]
        usage = {"input_tokens": read, "output_tokens": written}
        stop = "tool_use" if message.tool_calls else "end_turn"
        return said(_encode({"content": blocks, "model": "fake", "stop_reason": stop, "usage": usage}))
    told: dict[str, Any] = {"role": "assistant", "content": message.content or None}
    if message.tool_calls:
        told["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": _encode(c.args).decode()}}
            for c in message.tool_calls
        ]
    choice = {"index": 0, "message": told, "finish_reason": "tool_calls" if message.tool_calls else "stop"}
    usage = {"prompt_tokens": read, "completion_tokens": written}
    return said(_encode({"choices": [choice], "model": "fake", "usage": usage}))


def _is_messages(body: Body) -> bool:
    return isinstance(body["messages"][0]["content"], list)


if __name__ == "__main__":
    serve(minded(msgspec.json.decode(sys.argv[1], type=MindOptions)))

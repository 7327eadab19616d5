"""What these tests share: a question with a tool, models on a loopback provider, a clock of one's own."""

import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Literal

import msgspec
from aiohttp import web
from bench.provider import Provider, serving

from dive.models import Budget, Model, Request, Secret, Settings, Toolset, ToolSpec
from dive.models.anthropic import Anthropic
from dive.models.net import Net, NetLimits
from dive.models.openai import OpenAI
from dive.models.retry import Patient, Policy
from dive.models.throttle import Throttle
from dive.nouns import Json, Message, ToolCall

Api = Literal["openai", "anthropic"]
KEY = Secret("sk-loopback-4711-abcdef")
CITY = ToolSpec(
    "city_record",
    "Looks a city up.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
ASK = Request(
    messages=(Message(role="system", content="Use the tools."), Message(role="user", content="How high is Lima?")),
    tools=Toolset([CITY]),
)
WORDS = msgspec.structs.replace(ASK, tools=Toolset())
DONE = Message(role="assistant", content="done")


def after(request: Request, *messages: Message) -> Request:
    """The same conversation, gone on."""
    return msgspec.structs.replace(request, messages=(*request.messages, *messages))


def result(call: ToolCall, content: str = "161 m", failed: bool = False) -> Message:
    """A tool's answer."""
    return Message(role="tool", tool_call_id=call.id, content=content, failed=failed)


@asynccontextmanager
async def reached(
    provider: Provider | web.Application, api: Api = "openai", limits: NetLimits | None = None, **settings: Json
) -> AsyncGenerator[OpenAI | Anthropic]:
    """A model that makes single attempts at `provider`."""
    async with serving(provider.app() if isinstance(provider, Provider) else provider) as url, Net(limits) as net:
        made = Settings(**{"model": "fake", "api": api, "base_url": url} | settings)
        yield (OpenAI if api == "openai" else Anthropic)(made, KEY, net)


class Clock:
    """Time that passes only when someone sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def read(self) -> float:
        return self.now


def patient(model: Model, clock: Clock, budget: Budget | None = None, most: int = 8, **policy: float) -> Patient:
    """`model` with patience and pace, on a clock of its own."""
    made, rng = msgspec.convert(policy, Policy), random.Random(5)
    return Patient(model, made, rng, Throttle(most), budget or Budget(), sleep=clock.sleep, clock=clock.read)


def failing(*errors: Exception) -> Callable[[Request], Message]:
    """A script that raises one error after the other, and then says "done"."""
    left = list(errors)

    def say(_: Request) -> Message:
        if left:
            raise left.pop(0)
        return DONE

    return say

"""`python -m bench.models`: what a model call costs us, and how much of a provider's rate we use. About a minute.

    {"bench": "model_cpu", "value": 0.8, "unit": "cpu_ms per request", "beside": {"plain_aiohttp": 0.6, ...}}
    {"bench": "model_rate", "value": 0.97, "unit": "share of concurrency / latency", "beside": {"concurrency": 64, ...}}

Takes nothing; prints. The provider runs in a process of its own on the same machine; `cpu_ms` is ours alone, and
includes that of the reply's ledger line. The OpenAI SDK is measured if it is installed (`openai_sdk`: null if not).
"""

import asyncio
import importlib.util
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import msgspec
from bench.provider import Options, running

from dive.models import Budget, Limits, Request, Secret, Settings, Toolset, ToolSpec
from dive.models.net import Net
from dive.models.open import open_models
from dive.models.openai import OpenAI
from dive.nouns import Message, ToolCall

PROMPT_BYTES = 20_000
TOOLS = 30
RATES = ((64, 0.2, 25), (256, 2.0, 6), (1024, 10.0, 3))
"""Requests at once, latency in seconds, requests of each lane."""
CPU_LANES, CPU_REQUESTS, SDK_REQUESTS = 64, 40, 8
KEY = Secret("loopback-needs-no-key")
Once = Callable[[int], Awaitable[None]]


def main() -> None:
    """Runs every bench and prints its line."""
    tell(cpu())
    for concurrency, latency_s, each in RATES:
        tell(rate(concurrency, latency_s, each))


def tell(line: dict[str, object]) -> None:
    """One JSON line."""
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def tools() -> Toolset:
    """Thirty tools of about 600 bytes each."""
    fields = {
        f"field_{n}": {"type": "string", "description": f"What the field with the number {n} stands for."}
        for n in range(4)
    }
    schema = {"type": "object", "properties": fields, "required": ["field_0", "field_1"], "additionalProperties": False}
    return Toolset(ToolSpec(f"look_up_{n}", f"Looks up record {n} of a register. " * 3, schema) for n in range(TOOLS))


def request(number: int, offered: Toolset) -> Request:
    """A conversation of about `PROMPT_BYTES`: system, question, two rounds of calls, and a question again."""
    chunk = "The register lists the harbour, its depth and the year of its survey. "
    filler = chunk * (PROMPT_BYTES // 5 // len(chunk))
    calls = [ToolCall(id=f"call_{n}", name="look_up_1", args={"field_0": "Lima", "field_1": str(n)}) for n in (1, 2)]
    rounds = [
        message
        for call in calls
        for message in (
            Message(role="assistant", reasoning="A tool knows.", tool_calls=(call,)),
            Message(role="tool", content=filler, tool_call_id=call.id),
        )
    ]
    return Request(
        messages=(
            Message(role="system", content=filler),
            Message(role="user", content=filler),
            *rounds,
            Message(role="user", content=f"{filler} Question {number}."),
        ),
        tools=offered,
        seed=number,
    )


async def lanes(count: int, each: int, once: Once) -> float:
    """Seconds until `count` lanes have done `each` requests one after the other."""

    async def lane(index: int) -> None:
        for turn in range(each):
            await once(index * each + turn)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for index in range(count):
            group.create_task(lane(index))
    return time.perf_counter() - began


async def ours(url: str, concurrency: int, each: int, warm: int) -> tuple[float, float]:
    """Wall and CPU seconds of the whole layer, a ledger line written for each reply."""
    offered = tools()
    settings = {"m": Settings(model="fake", base_url=url, concurrency=concurrency, deadline_s=120)}
    with tempfile.TemporaryFile() as ledger:
        budget = Budget(Limits(max_tokens=10**12))
        async with open_models(settings, {"m": KEY}, budget, random.Random(1)) as opened:

            async def once(number: int) -> None:
                asked = request(number, offered)
                reply = await opened["m"].complete(asked)
                assert isinstance(reply.message.tool_calls[0].args, dict)
                ledger.write(msgspec.json.encode({"key": f"0/{number:06d}", "ev": "result", "reply": reply}) + b"\n")
                ledger.flush()

            return await measured(concurrency, each, once, warm)


async def plain(url: str, concurrency: int, each: int) -> tuple[float, float]:
    """The least that aiohttp takes: a request's bytes made anew each time, the reply decoded, the line written."""
    offered = tools()
    async with Net() as net:
        body = OpenAI(Settings(model="fake"), None, net).body
        fields: dict[str, Any] = msgspec.json.decode(body(request(0, offered)))
    connector = aiohttp.TCPConnector(limit=concurrency)
    with tempfile.TemporaryFile() as ledger:
        async with aiohttp.ClientSession(connector=connector) as session:

            async def once(number: int) -> None:
                data = msgspec.json.encode({**fields, "seed": number})
                headers = {"content-type": "application/json"}
                async with session.post(f"{url}/chat/completions", data=data, headers=headers) as response:
                    reply = msgspec.json.decode(await response.read())
                ledger.write(msgspec.json.encode({"key": f"0/{number:06d}", "reply": reply}) + b"\n")
                ledger.flush()

            return await measured(concurrency, each, once, 1)


async def sdk(url: str, concurrency: int, each: int) -> tuple[float, float]:
    """The OpenAI SDK as it comes."""
    import openai

    offered = tools()
    async with Net() as net:
        body = OpenAI(Settings(model="fake"), None, net).body
        fields: dict[str, Any] = msgspec.json.decode(body(request(0, offered)))
    async with openai.AsyncOpenAI(base_url=url, api_key=KEY.reveal(), max_retries=0) as client:

        async def once(number: int) -> None:
            reply = await client.chat.completions.create(**{**fields, "seed": number})
            msgspec.json.decode(reply.choices[0].message.tool_calls[0].function.arguments)

        return await measured(concurrency, each, once, 1)


async def measured(concurrency: int, each: int, once: Once, warm: int) -> tuple[float, float]:
    """Wall and CPU seconds of the lanes, after `warm` requests of each have opened the connections."""
    await lanes(concurrency, warm, once)
    before = time.process_time()
    wall = await lanes(concurrency, each, once)
    return wall, time.process_time() - before


def cpu() -> dict[str, object]:
    """CPU per request beside plain aiohttp and the SDK, all against the same provider."""
    count = CPU_LANES * CPU_REQUESTS
    beside: dict[str, object] = {"prompt_bytes": PROMPT_BYTES, "tools": TOOLS, "concurrency": CPU_LANES}
    with running(Options(latency_s=0.2)) as url:
        bare = asyncio.run(plain(url, CPU_LANES, CPU_REQUESTS))[1]
        value = asyncio.run(ours(url, CPU_LANES, CPU_REQUESTS, 1))[1]
        beside |= {"requests": count, "plain_aiohttp": round(bare / count * 1000, 3), "openai_sdk": None}
        if importlib.util.find_spec("openai"):
            spent = asyncio.run(sdk(url, CPU_LANES, SDK_REQUESTS))[1]
            beside["openai_sdk"] = round(spent / (CPU_LANES * SDK_REQUESTS) * 1000, 3)
    return {"bench": "model_cpu", "value": round(value / count * 1000, 3), "unit": "cpu_ms per request",
            "beside": beside}  # fmt: skip


def rate(concurrency: int, latency_s: float, each: int) -> dict[str, object]:
    """Share of the ideal rate, from a cold start: connections are opened within the time."""
    with running(Options(latency_s=latency_s)) as url:
        wall, used = asyncio.run(ours(url, concurrency, each, 0))
    count = concurrency * each
    beside = {
        "concurrency": concurrency,
        "latency_s": latency_s,
        "requests": count,
        "wall_s": round(wall, 3),
        "cpu_ms": round(used / count * 1000, 3),
        "load": round(os.getloadavg()[0], 2),
    }
    share = each * latency_s / wall
    return {"bench": "model_rate", "value": round(share, 3), "unit": "share of concurrency / latency", "beside": beside}


if __name__ == "__main__":
    main()

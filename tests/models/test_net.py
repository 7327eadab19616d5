"""The seam: every way in which an exchange breaks is a NetError with its kind; sizes and redirects are bounded."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from asking import ASK, KEY, WORDS, after, reached
from bench.provider import Options, Provider, serving

from dive.errors import ModelSetupError, ModelUnavailable, NetError, RequestRefused
from dive.models import Settings
from dive.models.net import Net, NetLimits
from dive.models.openai import OpenAI
from dive.nouns import Message

Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def spoken(answer: bytes, limits: NetLimits | None = None) -> str:
    """The kind of error that a server leads to which says `answer` and hangs up."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def talk() -> str:
        server = await asyncio.start_server(say, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Net(limits) as net:
            with pytest.raises(NetError) as caught:
                await net.post(f"http://127.0.0.1:{port}/x", b"{}", {})
        return caught.value.kind

    return asyncio.run(talk())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", "read"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", "read"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}", "read"),
        (b"no http at all\r\n\r\n", "read"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n" + b"x" * 99, "too_large"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://u:p@elsewhere/y?k=1\r\ncontent-length: 0\r\n\r\n", "redirect"),
    ],
)
def test_a_broken_exchange_has_its_kind(answer: bytes, kind: str) -> None:
    assert spoken(answer, NetLimits(max_bytes=50)) == kind


def test_nobody_there_and_no_url() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        port = taken.getsockname()[1]

        async def talk(url: str) -> str:
            async with Net() as net:
                with pytest.raises(NetError) as caught:
                    await net.post(url, b"", {})
            return caught.value.kind

        assert asyncio.run(talk(f"http://127.0.0.1:{port}/x")) == "connect"
        assert asyncio.run(talk("http://")) == "url"


def test_a_closed_net_says_so() -> None:
    with pytest.raises(NetError, match="not open"):
        asyncio.run(Net().post("http://127.0.0.1/", b"", {}))


def test_a_silent_server_is_unavailable_and_may_have_billed() -> None:
    async def talk() -> None:
        async with reached(Provider(Options(hang=1.0)), limits=NetLimits(read_s=0.05)) as model:
            await model.complete(ASK)

    with pytest.raises(ModelUnavailable, match="silent") as caught:
        asyncio.run(talk())
    assert caught.value.billed and caught.value.again


def test_a_server_that_is_not_there_bills_nothing() -> None:
    async def talk() -> None:
        async with Net() as net:
            await OpenAI(Settings(model="m", base_url="http://127.0.0.1:1/v1"), KEY, net).complete(ASK)

    with pytest.raises(ModelUnavailable, match="cannot connect") as caught:
        asyncio.run(talk())
    assert not caught.value.billed and caught.value.again


def test_a_redirect_is_not_followed_and_an_endless_answer_is_cut() -> None:
    async def talk(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", handler)
        async with reached(app, limits=NetLimits(max_bytes=100_000)) as model:
            await model.complete(ASK)

    async def elsewhere(_: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"location": "http://127.0.0.1:9/steal?key=1"})

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 65536)
        except ConnectionError:
            return response

    with pytest.raises(ModelSetupError, match=r"redirects to http://127\.0\.0\.1:9/steal; set that"):
        asyncio.run(talk(elsewhere))
    with pytest.raises(RequestRefused, match="more than 100000 bytes") as caught:
        asyncio.run(talk(endless))
    assert caught.value.billed


def test_a_body_of_megabytes_goes_through() -> None:
    async def talk() -> int:
        provider = Provider(remember=True)
        async with reached(provider) as model:
            await model.complete(after(WORDS, Message(role="user", content="x" * (3 << 20))))
        return len(provider.seen[0][1]["messages"][-1]["content"])

    assert asyncio.run(talk()) == 3 << 20


def test_connections_are_kept_and_shared() -> None:
    async def talk() -> int:
        peers: set[object] = set()
        app = Provider().app()

        @web.middleware
        async def note(request: web.Request, handler: Callable[[web.Request], Awaitable[web.Response]]) -> web.Response:
            assert request.transport is not None
            peers.add(request.transport.get_extra_info("peername"))
            return await handler(request)

        app.middlewares.append(note)
        async with serving(app) as url, Net() as net:
            model = OpenAI(Settings(model="m", base_url=url), KEY, net)
            for _ in range(5):
                await model.complete(ASK)
        return len(peers)

    assert asyncio.run(talk()) == 1

"""The network seam: one aiohttp session; POST in, status and bytes out.

Takes a URL, headers and a body; gives an `Answer`, whatever its status, or a NetError. Follows no redirect and reads
no proxy or credentials from the environment. Does not know what the bytes mean and does not try again.
"""

import asyncio
import io
import resource
import ssl
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct

from dive.errors import NetError

_PIECE = 1 << 16
_IN_MEMORY = 1 << 20  # aiohttp warns of larger bodies that are plain bytes
_SPARE_FILES = 256


class NetLimits(Struct, frozen=True, kw_only=True):
    """Sizes and seconds. `read_s`: silence between two reads; a model is silent until its answer is whole."""

    connections: int = 1024
    connect_s: float = 10.0
    read_s: float = 600.0
    keep_alive_s: float = 30.0
    dns_s: int = 300
    max_bytes: int = 16 << 20


class Answer(Struct, frozen=True):
    """An HTTP answer; names of headers are found in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Net:
    """One pool of connections, open as long as the `async with` around it."""

    def __init__(self, limits: NetLimits | None = None) -> None:
        self.limits = limits or NetLimits()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Net":
        limits = self.limits
        allow_files(limits.connections + _SPARE_FILES)
        connector = aiohttp.TCPConnector(
            limit=limits.connections, keepalive_timeout=limits.keep_alive_s, ttl_dns_cache=limits.dns_s
        )
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_s, sock_read=limits.read_s)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "dive-synth"},
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One POST; NetError if no whole answer came."""
        if self._session is None:
            raise NetError("url", "the network is not open; use `async with Net()`")
        data = body if len(body) <= _IN_MEMORY else io.BytesIO(body)
        try:
            async with self._session.post(url, data=data, headers=headers, allow_redirects=False) as response:
                if 300 <= response.status < 400:
                    place = _place(response.headers.get("location", ""))
                    raise NetError("redirect", f"{_place(url)} redirects to {place}; set that as base_url")
                return Answer(response.status, response.headers, await self._read(response, url))
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            _refuse(url, error)

    async def _read(self, response: aiohttp.ClientResponse, url: str) -> bytes:
        most = self.limits.max_bytes
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_chunked(_PIECE):
            size += len(piece)
            if size > most:
                raise NetError("too_large", f"{_place(url)} answered with more than {most} bytes")
            pieces.append(piece)
        return b"".join(pieces)


def _refuse(url: str, error: Exception) -> NoReturn:
    """The NetError for what aiohttp or the system raised; its words, not its repr, which may hold headers."""
    place = _place(url)
    match error:
        case aiohttp.InvalidURL():
            raise NetError("url", f"{place} is not a URL that can be reached") from None
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            raise NetError("tls", f"{place}: TLS failed: {_words(error)}") from None
        case aiohttp.ConnectionTimeoutError():
            raise NetError("connect", f"{place}: no connection in time") from None
        case aiohttp.ClientConnectorError():
            raise NetError("connect", f"{place}: cannot connect: {_words(error)}") from None
        case asyncio.TimeoutError():
            raise NetError("timeout", f"{place}: silent for too long") from None
        case _:
            raise NetError("read", f"{place}: connection broke: {_words(error)}") from None


def _words(error: Exception) -> str:
    cause = getattr(error, "os_error", error)
    return f"{type(error).__name__}: {getattr(cause, 'strerror', None) or ''}".rstrip(": ")


def _place(url: str) -> str:
    """Scheme, host and path: what may be said of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else "another address"


def allow_files(count: int) -> None:
    """Each connection is an open file, and many systems start a process with 1,024 of them and let it ask for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))

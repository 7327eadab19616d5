"""An MCP server as a source: a supervised session on an event loop of its own thread, opened at the first use.

Takes a `[[sources]]` table; gives a `Connection`. Connecting, listing and calling have deadlines, results a size cap; a
server that died is started again, three times in a row at most. The session is closed before this process forks, so
that each worker opens its own. Needs the `mcp` extra. Does not know which tool may be called.
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx2
import msgspec
from mcp import ClientSession, MCPError
from mcp.client._transport import TransportStreams
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import CONNECTION_CLOSED, CallToolResult, Implementation, PaginatedRequestParams, TextContent

from dive.config import SourceSection
from dive.errors import ConfigError, ToolError
from dive.nouns import Json
from dive.sources import references
from dive.sources.kinds import Listed, Listing, compare
from dive.sources.listing import named
from dive.sources.pipe import Pipe

RESTARTS = 3
PAGES = 50
SLACK_S = 5.0
"""What winding down may take on top of a deadline."""
LEAST_LINE = 1 << 20
"""A list of tools may need a longer line than a result."""
BROKEN = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, ConnectionError, OSError)
T = TypeVar("T")
_open: "weakref.WeakSet[Server]" = weakref.WeakSet()


class _Dead(Exception):
    """The server is gone, or the connection to it."""


class Server:
    """A connection to one MCP server.

    Args:
        source: how it is reached, and its deadlines and caps.
        marks: hashes of the tools as they were when they were imported; None: not compared.
        variables: what `${NAME}` of the source stands for; hidden in all that the server says.
    """

    def __init__(self, source: SourceSection, marks: Mapping[str, str] | None = None,
                 variables: Mapping[str, str] | None = None) -> None:  # fmt: skip
        self._source, self._marks, self._variables = source, marks, variables or {}
        self._hide = references.hidden(source, self._variables)
        self._pipe = Pipe()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._owner: asyncio.Task[None] | None = None
        self._session: ClientSession | None = None
        self._stop = asyncio.Event()
        self._served = ""
        self._stale = False
        self._restarts = 0

    def listing(self) -> Listing:
        """What the server offers now; ConfigError if it cannot be reached in time."""
        try:
            return self._run(self._listing(), self._source.connect_s + self._source.list_s)
        except (_Dead, ToolError, MCPError) as error:
            raise ConfigError(f"source {self._source.name!r}: {error}") from error

    def call(self, name: str, args: Mapping[str, Json]) -> Json:
        """One call; a parameter that is None is left out. Raises ToolError."""
        given = {key: value for key, value in args.items() if value is not None}
        limit = self._source.connect_s + self._source.list_s + self._source.call_s
        while True:
            try:
                made = self._run(self._call(name, given), limit)
            except _Dead as error:
                self.close()
                if self._pipe.too_large:
                    told = f"{name}: the result is a line of more than {self._line} bytes"
                    raise ToolError("too_large", told) from error
                if self._restarts >= RESTARTS:
                    told = f"{name}: the server of {self._source.name!r} ended {RESTARTS} times in a row: {error}"
                    raise ToolError("raised", told) from error
                self._restarts += 1
            except ConfigError as error:
                raise ToolError("refused", str(error)) from error
            else:
                self._restarts = 0
                return self._sized(name, made)

    def close(self) -> None:
        """Ends the session, the server that was started for it, and the thread."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        with contextlib.suppress(concurrent.futures.TimeoutError):
            asyncio.run_coroutine_threadsafe(self._wind_down(), loop).result(SLACK_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SLACK_S)
        if not thread.is_alive():
            loop.close()
        self._session = self._owner = None

    # ---- on the caller's thread -------------------------------------------------------------------------

    def _run(self, work: Coroutine[Any, Any, T], limit: float) -> T:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name=f"mcp {self._source.name}", daemon=True)
            self._thread.start()
            _open.add(self)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(limit + SLACK_S)
        except concurrent.futures.TimeoutError as error:
            future.cancel()
            raise ToolError("deadline", f"the server of {self._source.name!r} does not answer") from error

    @property
    def _line(self) -> int:
        """Bytes of the longest line that is read: a result comes twice, as text and as a value."""
        return max(LEAST_LINE, 4 * self._source.max_bytes)

    def _sized(self, name: str, result: CallToolResult) -> Json:
        if result.is_error:
            text = " ".join(block.text for block in result.content if isinstance(block, TextContent))
            raise ToolError("raised", f"{name}: {self._plain(text)[:500]}")
        raw = self._hide(msgspec.json.encode(_value(name, result)))
        value, size = msgspec.json.decode(raw), len(raw)
        if size > self._source.max_bytes:
            raise ToolError("too_large", f"{name}: {size} bytes; at most {self._source.max_bytes} are taken")
        return value

    def _plain(self, text: str) -> str:
        """A text of the server's without the values of variables."""
        return self._hide(text.encode(errors="replace")).decode(errors="replace")

    # ---- on the loop's thread ---------------------------------------------------------------------------

    async def _listing(self) -> Listing:
        session = await self._opened()
        listed = await self._listed(session)
        return named(listed, self._served, {})

    async def _call(self, name: str, args: dict[str, Json]) -> CallToolResult:
        session = await self._opened()
        await self._compared(session)
        try:
            async with asyncio.timeout(self._source.call_s):
                return await session.call_tool(name, args)
        except TimeoutError as error:
            raise ToolError("deadline", f"{name}: no answer within {self._source.call_s:g} s") from error
        except MCPError as error:
            if error.code == CONNECTION_CLOSED:
                raise _Dead(self._why(error)) from error
            raise ToolError("raised", f"{name}: {self._plain(str(error))}") from error
        except BROKEN as error:
            raise _Dead(self._why(error)) from error

    async def _compared(self, session: ClientSession) -> None:
        """Compares the tools with those that were imported, after connecting and when the server says they changed."""
        if self._marks is None or not self._stale:
            return
        now = named(await self._listed(session), self._served, {})
        compare(self._source.name, self._marks, now.marks)
        self._stale = False

    async def _listed(self, session: ClientSession) -> list[Listed]:
        listed: list[Listed] = []
        cursor: str | None = None
        try:
            async with asyncio.timeout(self._source.list_s):
                for _ in range(PAGES):
                    page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor) if cursor else None)
                    listed += [Listed(t.name, t.description or "", t.input_schema, t.output_schema) for t in page.tools]
                    cursor = page.next_cursor
                    if not cursor:
                        break
        except TimeoutError as error:
            raise ToolError("deadline", f"no list of tools within {self._source.list_s:g} s") from error
        except (MCPError, *BROKEN) as error:
            raise _Dead(self._why(error)) from error
        return msgspec.json.decode(self._hide(msgspec.json.encode(listed)), type=list[Listed])

    async def _opened(self) -> ClientSession:
        if self._session is not None and self._owner is not None and not self._owner.done():
            return self._session
        source = references.filled(self._source, self._variables)
        self._stop, self._stale = asyncio.Event(), True
        ready: asyncio.Future[ClientSession] = asyncio.get_running_loop().create_future()
        self._owner = asyncio.create_task(self._own(source, ready))
        done, _ = await asyncio.wait([ready, self._owner], timeout=self._source.connect_s,
                                     return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        if not done:
            await self._wind_down()
            raise _Dead(self._why(f"no answer within {self._source.connect_s:g} s"))
        if not ready.done():
            raise _Dead(self._why(self._owner.exception() or "it ended at once"))
        self._session = ready.result()
        return self._session

    async def _own(self, source: SourceSection, ready: "asyncio.Future[ClientSession]") -> None:
        """Enters and leaves everything in one task, as the session's cancel scopes demand."""
        async with (
            self._transport(source) as (reading, writing),
            ClientSession(
                reading, writing, client_info=Implementation(name="dive", version="1"), message_handler=self._heard
            ) as session,
        ):
            told = await session.initialize()
            self._served = self._plain(f"{told.server_info.name} {told.server_info.version}")
            ready.set_result(session)
            await self._stop.wait()

    @contextlib.asynccontextmanager
    async def _transport(self, source: SourceSection) -> AsyncGenerator[TransportStreams]:
        if source.command:
            async with self._pipe.opened(source.command, Path(source.folder), source.env, self._line) as streams:
                yield streams
            return
        timeout = httpx2.Timeout(source.connect_s, read=source.call_s + SLACK_S)
        async with (
            create_mcp_http_client(source.headers, timeout) as client,
            streamable_http_client(source.url, http_client=client, max_sse_event_size=self._line) as streams,
        ):
            yield streams

    async def _heard(self, message: object) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            self._stale = True

    async def _wind_down(self) -> None:
        if self._owner is None:
            return
        self._stop.set()
        patience = SLACK_S / 2 if self._session is not None else 0
        done, _ = await asyncio.wait([self._owner], timeout=patience)
        if not done:
            self._owner.cancel()
            await asyncio.wait([self._owner], timeout=SLACK_S / 2)
        if self._owner.done() and not self._owner.cancelled():
            self._owner.exception()  # looked at: it was told where it mattered

    def _why(self, reason: object) -> str:
        """What went wrong, the innermost error of a group, and the last words of the server."""
        while isinstance(reason, BaseExceptionGroup):
            reason = reason.exceptions[0]
        words = f"; it said: {self._pipe.errors[-1]}" if self._pipe.errors else ""
        text = str(reason) or type(reason).__name__
        how = " ".join(self._source.command) or self._source.url
        return self._plain(f"{how}: {text}{words}")


def _value(name: str, result: CallToolResult) -> Json:
    """The structured content if there is one, else each text as JSON if it is JSON, else as text."""
    if result.structured_content is not None:
        return result.structured_content
    values: list[Json] = []
    for block in result.content:
        if not isinstance(block, TextContent):
            raise ToolError("schema", f"{name}: it gives a {block.type}, not text or JSON")
        try:
            values.append(msgspec.json.decode(block.text))
        except msgspec.DecodeError:
            values.append(block.text)
    return values[0] if len(values) == 1 else values


def _close_all() -> None:
    for server in list(_open):
        server.close()


os.register_at_fork(before=_close_all)  # a thread does not survive a fork, and a session must not be shared
atexit.register(_close_all)

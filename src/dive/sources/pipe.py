"""Standard input and output of an MCP server's process as the two streams that a client session wants.

Takes a command; gives streams of messages while the context is open. A line over the cap ends the connection before it
is held in memory; what is no message is skipped; the end of the context ends the process and its children. Needs the
`mcp` extra. Does not know sessions or tools.
"""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

WAITING = 64
"""Messages that may wait in a stream."""
GRACE_S = 1.0
"""How long a process may take to end after its input has ended."""
TOLD = 5
"""Lines of standard error that are kept, to say why a server ended."""

Sink = MemoryObjectSendStream[SessionMessage | Exception]
Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]


class Pipe:
    """What a process did: whether a line was too long, and the end of what it said on standard error."""

    def __init__(self) -> None:
        self.too_large = False
        self.errors: deque[str] = deque(maxlen=TOLD)

    @contextlib.asynccontextmanager
    async def opened(
        self, command: Sequence[str], folder: Path, env: Mapping[str, str], max_line: int
    ) -> AsyncGenerator[Streams]:
        """The streams of a new process.

        Args:
            command: program and arguments.
            folder: where it runs.
            env: variables on top of the few that the SDK hands on (PATH, HOME, ...).
            max_line: bytes of the longest line that is read.

        Raises:
            OSError: it cannot be started.
        """
        self.too_large = False
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=folder, limit=max_line, start_new_session=True,
            env={**get_default_environment(), **env},
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        heard, reading = anyio.create_memory_object_stream[SessionMessage | Exception](WAITING)
        writing, said = anyio.create_memory_object_stream[SessionMessage](WAITING)
        tasks = [
            asyncio.create_task(self._hear(process.stdout, heard)),
            asyncio.create_task(_say(process.stdin, said)),
            asyncio.create_task(self._note(process.stderr)),
        ]
        try:
            yield reading, writing
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for stream in (heard, reading, writing, said):
                stream.close()
            await _end(process)

    async def _hear(self, source: asyncio.StreamReader, sink: Sink) -> None:
        with sink, contextlib.suppress(asyncio.IncompleteReadError, anyio.BrokenResourceError, ConnectionError):
            while True:
                try:
                    line = await source.readuntil(b"\n")
                except asyncio.LimitOverrunError:
                    self.too_large = True
                    return
                with contextlib.suppress(ValueError):  # no message: a server that prints
                    await sink.send(SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False)))

    async def _note(self, source: asyncio.StreamReader) -> None:
        with contextlib.suppress(ValueError, ConnectionError):
            while line := await source.readline():
                if line.strip():
                    self.errors.append(line.decode(errors="replace").strip()[:300])


async def _say(sink: asyncio.StreamWriter, source: MemoryObjectReceiveStream[SessionMessage]) -> None:
    with source, contextlib.suppress(ConnectionError):
        async for item in source:
            sink.write(item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
            await sink.drain()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends its input, waits a little, then kills it and what it started."""
    assert process.stdin is not None
    process.stdin.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), GRACE_S)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_drained(process), GRACE_S)


async def _drained(process: asyncio.subprocess.Process) -> None:
    """Reads what is left, so that the pipes see their end and are closed."""
    assert process.stdout is not None and process.stderr is not None
    for stream in (process.stdout, process.stderr):
        while await stream.read(1 << 16):
            pass
    await process.wait()

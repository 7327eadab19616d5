"""Benches: forked processes that do what computes or may hang, for an asyncio loop that only waits.

Takes a function of a job and a state; gives its result, or a `Failure` where it raised, its tool passed its deadline
or the process died. A bench does one job at a time; one that overstays is ended and another takes its place. A state
is told to each bench once, by its number. Jobs of one `home` go to the same bench, so that it may remember what it did
for the others. Does not know what jobs are.
"""

import asyncio
import contextlib
import gc
import itertools
import mmap
import os
import signal
import time
import zlib
from collections import deque
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Generic, Self, TypeVar, cast

from dive.flow.failure import Caught, Failure
from dive.flow.worker import mark, publish_in, seen_in

J = TypeVar("J")
S = TypeVar("S")
Serve = Callable[[Any, Any], Any]
"""(job, state) -> result, run in a bench."""

_FORK = get_context("fork")
TICK_S = 0.25
JOB_DEADLINES = 10
"""A whole job may take so many call deadlines."""
KEPT_STATES = 20
"""States that jobs may still name; more than a lane has under way."""
NICE = 5
"""Benches give way to the loop: while it is late, the provider has nothing to do."""


class Benches(Generic[J, S]):
    """So many processes; a context manager. Enter it before the loop runs: processes are forked from here.

    Args:
        serve: what a bench does.
        size: processes.
        deadline_s: what one tool call may take.
    """

    def __init__(self, serve: Callable[[J, S], Any], size: int, deadline_s: float) -> None:
        self._serve, self._deadline_s = serve, deadline_s
        limit_s = JOB_DEADLINES * deadline_s
        self._benches = [_Bench(cast("Serve", serve), limit_s) for _ in range(size)]
        self._states: dict[int, S] = {}
        self._busy: set[int] = set()
        self._tickets = itertools.count()
        self._queues: list[deque[tuple[int, asyncio.Future[int]]]] = [deque() for _ in range(size + 1)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for bench in self._benches:
            bench.close()

    def share(self, number: int, state: S) -> None:
        """Make a state known under a number; old ones are forgotten."""
        self._states[number] = state
        for old in sorted(self._states)[:-KEPT_STATES]:
            del self._states[old]

    async def ask(self, job: J, state: int, home: str = "") -> Any:
        """What `serve` gives for the job and the state of that number, or a Failure."""
        number = await self._place(zlib.crc32(home.encode()) % len(self._benches) if home else None)
        bench = self._benches[number]
        try:
            return await bench.do(job, state, self._states[state], self._deadline_s)
        except asyncio.CancelledError:
            bench.renew()  # its answer would be taken for that of the next job
            raise
        finally:
            self._leave(number)

    async def _place(self, wanted: int | None) -> int:
        """The wanted bench, or the first that is free; who asked first is served first."""
        for number in range(len(self._benches)) if wanted is None else (wanted,):
            if number not in self._busy:
                self._busy.add(number)
                return number
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queues[-1 if wanted is None else wanted].append((next(self._tickets), turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave(turn.result())
            raise

    def _leave(self, number: int) -> None:
        """Gives a bench to who has waited longest for it or for any."""
        while waiting := [queue for queue in (self._queues[number], self._queues[-1]) if queue]:
            _, turn = min(waiting, key=lambda queue: queue[0][0]).popleft()
            if not turn.done():
                turn.set_result(number)
                return
        self._busy.discard(number)


class _Bench:
    """One process and its pipe."""

    def __init__(self, serve: Serve, limit_s: float) -> None:
        self._serve, self._limit_s = serve, limit_s
        self._slot = mmap.mmap(-1, mmap.PAGESIZE)
        self._start()

    def _start(self) -> None:
        self._told: set[int] = set()
        self._pipe, theirs = _FORK.Pipe()
        self._process = _FORK.Process(
            target=_work, args=(theirs, self._pipe, self._slot, self._serve, self._limit_s), daemon=True
        )
        self._process.start()
        theirs.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()

    def renew(self) -> None:
        """End the process and start another."""
        self.close()
        self._start()

    async def do(self, job: object, number: int, state: object, deadline_s: float) -> Any:
        """One job."""
        try:
            if number not in self._told:
                self._pipe.send(("state", number, state))
                self._told.add(number)
            self._pipe.send(("job", number, job))
        except (BrokenPipeError, ConnectionError):
            self.renew()
            return Failure("WorkerDied", "it ended between two jobs")
        arrived = await self._arrived(deadline_s)
        if arrived:
            with contextlib.suppress(EOFError, ConnectionError):
                return self._pipe.recv()
        since, tool, _ = seen_in(self._slot)
        late = (
            f"{tool} gave no result in {deadline_s:g} s" if since else f"no end after {JOB_DEADLINES * deadline_s:g} s"
        )
        self.renew()
        return Failure("WorkerDied", f"it ended in {tool or 'a job'}") if arrived else Failure("CallDeadline", late)

    async def _arrived(self, deadline_s: float) -> bool:
        """Whether an answer, or the end of the pipe, came before the deadline."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._pipe.fileno(), ready.set)
        began = time.monotonic()
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await ready.wait()
                    return True
                since = seen_in(self._slot)[0]
                now = time.monotonic()
                if (since and now - since > deadline_s) or now - began > JOB_DEADLINES * deadline_s:
                    return False
        finally:
            loop.remove_reader(self._pipe.fileno())


def _work(pipe: Connection, theirs: Connection, slot: mmap.mmap, serve: Serve, limit_s: float) -> None:
    """The process's loop, until its parent is gone; the kernel ends a job that outlives it."""
    theirs.close()
    os.nice(NICE)
    publish_in(slot)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    states: dict[int, object] = {}
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            what, number, given = pipe.recv()
            if what == "state":
                states[number] = given
                for old in sorted(states)[:-KEPT_STATES]:
                    del states[old]
                continue
            mark(None)
            result: object = None
            signal.setitimer(signal.ITIMER_REAL, 2 * limit_s)
            with Caught() as caught:
                result = serve(given, states[number])
            signal.setitimer(signal.ITIMER_REAL, 0)
            mark(None)
            pipe.send(result if caught.failure is None else caught.failure)

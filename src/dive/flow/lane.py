"""The waiting lane over keys: many draws under way at once, blocks folded in key order.

Takes keys, an async function, a state and a fold, as `map_blocks` does; gives the last state. A block sees what the
blocks up to `LAG` before it have folded, so that waiting keys of several blocks overlap and yet neither concurrency
nor the order of arrival changes a result. What ends a run (`Ending`) is told apart from what drops a key. Does not
know what is waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Generic, TypeVar

from dive.errors import DiveError
from dive.ledger import Record

S = TypeVar("S")
BLOCK = 256
"""More than in the computing lane: of draws that wait, many are under way at once."""
LAG = 12
"""Blocks that are under way beside the oldest one: its slowest draw takes many times as long as most, and with fewer
blocks a thousand draws at once would wait for it.
"""


class Ending(Exception):
    """Raised by work: no new key starts, keys under way go on, nothing is dropped for it."""


class Lane(Generic[S]):
    """One pass over keys.

    Args:
        work: (key, state, number of the state) -> record.
        fold: (state, records of a block in key order) -> what later blocks see.
        recall: the record of a key that is done.
        keep: makes a record durable.
        told: hears of each state before it is used, with its number.
    """

    def __init__(
        self,
        keys: Sequence[str],
        work: Callable[[str, S, int], Awaitable[Record]],
        *,
        state: S,
        fold: Callable[[S, Sequence[Record]], S],
        recall: Callable[[str], Record | None],
        keep: Callable[[Record], Awaitable[None]],
        told: Callable[[int, S], None],
        on_progress: Callable[[int, int, int], None],
    ) -> None:
        self._work, self._fold, self._recall, self._keep, self._told = work, fold, recall, keep, told
        self._blocks = [keys[first : first + BLOCK] for first in range(0, len(keys), BLOCK)]
        self._states: dict[int, S] = {-1: state}
        self._folded = asyncio.Condition()
        self._known: list[dict[str, Record]] = [{} for _ in self._blocks]
        self._progress, self._total = on_progress, len(keys)
        self._done = self._accepted = 0
        self.computed = 0
        self.cpu_s = 0.0
        self.ending: Exception | None = None

    async def run(self, concurrency: int) -> S:
        """All keys, so many at once; the state after the last block that is whole."""
        self._told(-1, self._states[-1])
        todo = self._todo()
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(self._take(todo))
        return self._states[max(self._states)]

    def _todo(self) -> Iterator[tuple[int, str]]:
        """Keys to be worked on, in order; shared by all takers. Known ones are folded in passing."""
        for number, block in enumerate(self._blocks):
            for key in block:
                record = self._recall(key)
                if record is None:
                    yield number, key
                else:
                    self._arrived(number, record)

    async def _take(self, todo: Iterator[tuple[int, str]]) -> None:
        for number, key in todo:
            if self.ending is not None:
                return
            seen = max(-1, number - 1 - LAG)
            async with self._folded:
                self._folded.notify_all()  # on the way to this key, known ones may have been folded
                await self._folded.wait_for(lambda seen=seen: seen in self._states or self.ending is not None)
            if self.ending is not None:
                return
            try:
                record = await self._work(key, self._states[seen], seen)
            except Ending as ending:
                self.ending = ending
                async with self._folded:
                    self._folded.notify_all()
                return
            await self._keep(record)
            self.computed += 1
            self._arrived(number, record)
            async with self._folded:
                self._folded.notify_all()

    def _arrived(self, number: int, record: Record) -> None:
        self._known[number][record.key] = record
        self._done += 1
        self._accepted += record.drop is None
        self._progress(self._done, self._total, self._accepted)
        while (ready := max(self._states) + 1) < len(self._blocks):
            block = self._blocks[ready]
            if len(self._known[ready]) < len(block):
                return
            self._states[ready] = self._fold(self._states[ready - 1], [self._known[ready][key] for key in block])
            self._told(ready, self._states[ready])
            self._known[ready] = {}
            self._states.pop(ready - 2 - LAG, None)


T = TypeVar("T")


class Commit(Generic[T]):
    """Group commit: what arrives while a batch is being written is written together after it.

    Args:
        write: makes a batch durable; runs in a thread, one batch at a time.
    """

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._batch: list[tuple[T, asyncio.Future[None]]] = []
        self._busy: asyncio.Task[None] | None = None

    async def put(self, item: T) -> None:
        """Return when `item` is durable; raises what `write` raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.append((item, done))
        if self._busy is None:
            self._busy = asyncio.create_task(self._run())
        await asyncio.shield(done)

    async def _run(self) -> None:
        while self._batch:
            batch, self._batch = self._batch, []
            error: Exception | None = None
            try:
                await asyncio.to_thread(self._write, [item for item, _ in batch])
            except DiveError as raised:
                error = raised
            for _, done in batch:
                if not done.done():
                    if error is None:
                        done.set_result(None)
                    else:
                        done.set_exception(error)
        self._busy = None

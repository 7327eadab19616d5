"""How many requests one model gets at once: fewer when it says it is busy, slowly more while all goes well.

Takes the most that is allowed; gives places, first come first served. AIMD: a success adds 1/limit, so the limit grows
by one for each full round of successes; a ModelBusy halves it, once for all requests that were under way together.
Does not know requests, errors other than ModelBusy, or time.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from dive.errors import ModelBusy


class Throttle:
    """Places for requests to one model; starts at `most`.

    Attributes:
        limit: places there are now, 1 to `most`.
        running: places that are taken; may be above `limit` for a while after a cut.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self.running = 0
        self._cuts = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def slot(self) -> AsyncGenerator[None]:
        """A place; the way in which the body ends moves the limit."""
        await self._enter()
        cuts = self._cuts
        try:
            yield
        except ModelBusy:
            if cuts == self._cuts:  # else one that started with this one has cut already
                self._cuts += 1
                self.limit = max(1.0, self.limit / 2)
            raise
        else:
            if self.running >= int(self.limit):  # an idle model tells nothing about how much it bears
                self.limit = min(float(self.most), self.limit + 1 / self.limit)
        finally:
            self._leave()

    async def _enter(self) -> None:
        if self.running < int(self.limit):  # then nobody waits: whoever leaves fills the places
            self.running += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the place was given and is not wanted any more
                self._leave()
            raise

    def _leave(self) -> None:
        self.running -= 1
        while self._queue and self.running < int(self.limit):
            turn = self._queue.popleft()
            if not turn.done():
                self.running += 1
                turn.set_result(None)

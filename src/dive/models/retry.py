"""One request's whole life: place, budget, attempt, pause, attempt; a reply, or the last error with its count.

Takes a model that makes single attempts; gives a model that does not give up at once. Asks again only where the error
says that it may help. Full jitter (a pause is uniform between 0 and an exponentially growing bound), never less than
what `Retry-After` asks for. Does not know any API.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from dive.errors import BadReply, ModelDeadline, ModelError
from dive.models.budget import Budget
from dive.models.kinds import Model, Reply, Request
from dive.models.settings import Price
from dive.models.throttle import Throttle

PATIENCE = 2 / 3
"""A provider that never answers is asked again while there is time for it."""


class Policy(Struct, frozen=True, kw_only=True):
    """How patient to be, in seconds and times.

    Attributes:
        attempts: how often a request is sent.
        paid: how often, if what came back was paid for and is of no use, or nothing came: but for the last of these
            attempts each gets `PATIENCE` of the time that is left.
        base_s, cap_s: the first and the highest bound of a pause.
        deadline_s: for all attempts and pauses; waiting for a place or for budget is not counted.
    """

    attempts: int = 8
    paid: int = 2
    base_s: float = 0.5
    cap_s: float = 30.0
    deadline_s: float = 900.0

    def pause(self, attempt: int, retry_after: float | None, rng: random.Random) -> float:
        """Seconds to wait after the `attempt`-th attempt (from 1)."""
        if retry_after is not None:
            return retry_after + rng.uniform(0, self.base_s)
        return rng.uniform(0, min(self.cap_s, self.base_s * 2 ** min(attempt - 1, 16)))


class _Time:
    """What is left of a deadline, in seconds; only what is counted uses it up."""

    def __init__(self, left: float, clock: Callable[[], float]) -> None:
        self.left, self._clock = left, clock

    @contextmanager
    def counted(self) -> Generator[None]:
        began = self._clock()
        try:
            yield
        finally:
            self.left -= self._clock() - began


class Patient:
    """A model that asks again.

    Args:
        model: makes one attempt for each `complete`.
        rng: where jitter comes from.
        sleep, clock: time; a test gives its own.
    """

    def __init__(
        self,
        model: Model,
        policy: Policy,
        rng: random.Random,
        throttle: Throttle,
        budget: Budget,
        price: Price | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = model.name
        self.throttle = throttle
        self._model, self._policy, self._rng = model, policy, rng
        self._budget, self._price = budget, price
        self._sleep, self._clock = sleep, clock

    async def complete(self, request: Request) -> Reply:
        """A reply that says how many attempts it took."""
        patience = _Time(self._policy.deadline_s, self._clock)
        attempt = paid = 0
        while True:
            attempt += 1
            try:
                async with self.throttle.slot(), self._budget.hold(request, self._price) as hold:
                    with patience.counted():
                        last = paid + 1 >= self._policy.paid
                        reply = await self._attempt(request, patience.left * (1 if last else PATIENCE))
                    hold.usage = reply.usage
                return msgspec.structs.replace(reply, attempts=attempt)
            except ModelError as error:
                error.attempts = attempt
                paid += isinstance(error, BadReply | ModelDeadline)
                pause = self._policy.pause(attempt, error.retry_after, self._rng)
                spent = attempt >= self._policy.attempts or paid >= self._policy.paid or pause >= patience.left
                if spent or not error.again:
                    raise
            with patience.counted():
                await self._sleep(pause)

    async def _attempt(self, request: Request, limit_s: float) -> Reply:
        limit = asyncio.timeout(limit_s)
        try:
            async with limit:
                return await self._model.complete(request)
        except TimeoutError:
            if not limit.expired():
                raise
            raise ModelDeadline(
                f"{self.name}: no reply within {limit_s:.3g} s; raise deadline_s or lower max_tokens"
            ) from None

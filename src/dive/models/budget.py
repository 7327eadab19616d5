"""What a run may spend: an estimate is held before each call, what it took is settled after.

Takes limits and, on resume, what was spent before; gives room for calls, or BudgetSpent. A call that finds no room
waits while others are under way, since they may take less than was held for them; BudgetSpent comes when none is.
So the limits are passed by no more than the calls under way take above their estimates.
Does not know models or where prices come from.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from msgspec import Meta, Struct

from dive.errors import BudgetSpent, ModelError
from dive.models.kinds import Request
from dive.models.settings import Price
from dive.nouns import Usage


class Limits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The most that a run may take; None: no limit. Tokens are input and output together, calls are attempts."""

    max_cost: Annotated[float, Meta(gt=0)] | None = None
    max_tokens: Annotated[int, Meta(gt=0)] | None = None
    max_calls: Annotated[int, Meta(gt=0)] | None = None


class Spent(Struct, frozen=True, kw_only=True):
    """US dollars, tokens, calls; `unpriced`: calls whose price is not known and that `cost` leaves out."""

    cost: float = 0.0
    tokens: int = 0
    calls: int = 0
    unpriced: int = 0

    def plus(self, other: "Spent", sign: int = 1) -> "Spent":
        """The sum, or with sign -1 the difference."""
        return Spent(
            cost=self.cost + sign * other.cost,
            tokens=self.tokens + sign * other.tokens,
            calls=self.calls + sign * other.calls,
            unpriced=self.unpriced + sign * other.unpriced,
        )


def taken(usage: Usage, price: Price | None) -> Spent:
    """What one call took."""
    cost = price.cost(usage) if price else 0.0
    return Spent(cost=cost, tokens=usage.input + usage.output, calls=1, unpriced=int(price is None))


class Hold:
    """Room held for one call; `usage` is set when it is known."""

    usage: Usage | None = None


class Budget:
    """Limits and what has been spent; shared by all models of a run.

    Attributes:
        spent: what ended calls took (by estimate where nobody knows).
        held: estimates of the calls under way.
    """

    def __init__(self, limits: Limits | None = None, spent: Spent | None = None) -> None:
        self.limits = limits or Limits()
        self.spent = spent or Spent()
        self.held = Spent()
        self._longest: int | None = None
        self._over = False
        self._waiting: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def hold(self, request: Request, price: Price | None) -> AsyncGenerator[Hold]:
        """Room for one call; BudgetSpent if there is none and nothing under way may give some back.

        A body that fails with an error that is surely not billed gives all its room back, save the call itself.
        """
        estimate = await self._room(request, price)
        hold = Hold()
        free = False
        try:
            yield hold
        except ModelError as error:
            free = not error.billed
            raise
        finally:
            self._settle(estimate, hold.usage, price, free)

    async def _room(self, request: Request, price: Price | None) -> Spent:
        while True:
            estimate = taken(self._expected(request), price)
            lacking = self._lacking(estimate)
            if not lacking and not self._over:
                self.held = self.held.plus(estimate)
                return estimate
            if self._over or not self.held.calls:
                self._over = True
                self._wake()
                raise BudgetSpent(f"the budget is spent: {lacking or 'no call starts after the first refusal'}")
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def _expected(self, request: Request) -> Usage:
        """The longest output so far bounds the next one better than `max_tokens`, which most calls never reach."""
        longest = request.max_tokens if self._longest is None else min(request.max_tokens, self._longest)
        return Usage(input=request.tokens, output=longest)

    def _lacking(self, estimate: Spent) -> str:
        """The limit that a call of this estimate would pass, in words; empty: none."""
        after = self.spent.plus(self.held).plus(estimate)
        for name, most, now, next_ in (
            ("max_cost", self.limits.max_cost, self.spent.cost, after.cost),
            ("max_tokens", self.limits.max_tokens, self.spent.tokens, after.tokens),
            ("max_calls", self.limits.max_calls, self.spent.calls, after.calls),
        ):
            if most is not None and next_ > most:
                return f"{now:g} of {name} = {most:g} is used and the next call may take {next_ - now:g}"
        return ""

    def _settle(self, estimate: Spent, usage: Usage | None, price: Price | None, free: bool) -> None:
        self.held = self.held.plus(estimate, -1)
        if usage is not None:
            self._longest = max(self._longest or 1, usage.output)
            self.spent = self.spent.plus(taken(usage, price))
        else:
            self.spent = self.spent.plus(Spent(calls=1) if free else estimate)
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)

"""The waiting lane: many awaits at once, so many at a time, each with a deadline.

Takes items and an async function; gives results in the items' order, a `Failure` where one raised or was late.
Does not know what is waited for, and does not try again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from dive.flow.failure import Caught, Failure

T = TypeVar("T")
R = TypeVar("R")


async def gather_bounded(
    items: Iterable[T], func: Callable[[T], Awaitable[R]], *, concurrency: int, deadline_s: float
) -> list[R | Failure]:
    """Await `func` of each item, at most `concurrency` at once, each for at most `deadline_s`."""
    results: dict[int, R | Failure] = {}
    numbered = iter(enumerate(items))

    async def lane() -> None:
        for index, item in numbered:  # shared: each lane takes the next item that nobody has taken
            results[index] = await _one(item, func, deadline_s)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(lane())
    return [results[index] for index in range(len(results))]


async def _one(item: T, func: Callable[[T], Awaitable[R]], deadline_s: float) -> R | Failure:
    limit = asyncio.timeout(deadline_s)
    with Caught() as caught:
        async with limit:
            return await func(item)
    if limit.expired():
        return Failure("Deadline", f"no result in {deadline_s:g} s")
    assert caught.failure is not None
    return caught.failure

"""Replies kept by request: how a killed run goes on without asking again.

Takes a model, what was kept, and where to keep more; gives a model that keeps every reply before anyone uses it.
Does not know files: `keep` returns once the reply is durable.
"""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from dive.errors import ModelSetupError
from dive.models.kinds import Model, Reply, Request

Keep = Callable[[str, Reply], Awaitable[None]]


class Recorded:
    """A model with a memory.

    Args:
        kept: replies by `Request.key`; grows.
        keep: told each new reply with its key.
        model: asked where nothing is kept; None: replay only.
    """

    def __init__(self, name: str, kept: dict[str, Reply], keep: Keep, model: Model | None) -> None:
        self.name = name
        self._kept, self._keep, self._model = kept, keep, model
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def complete(self, request: Request) -> Reply:
        """The kept reply to an equal request, else a new one, kept. Equal requests at once are asked once."""
        key = request.key(self.name)
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            if key not in self._kept:
                if self._model is None:
                    raise ModelSetupError(f"no reply of {self.name} is kept for request {key[:16]}; replay asks nobody")
                reply = await self._model.complete(request)
                await self._keep(key, reply)
                self._kept[key] = reply
            return self._kept[key]

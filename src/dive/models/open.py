"""From the run file's models to models that answer.

Takes settings by alias, keys and a budget; gives a Model for each alias, on one pool of connections, while it is open.
Does not ask them anything: `probe` does.
"""

import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from dive.models import prices
from dive.models.anthropic import Anthropic
from dive.models.budget import Budget
from dive.models.kinds import Model
from dive.models.net import Net, NetLimits
from dive.models.openai import OpenAI
from dive.models.retry import Patient, Policy
from dive.models.scripted import Script, Scripted, lines
from dive.models.settings import SCRIPTED, Secret, Settings
from dive.models.throttle import Throttle

_MUTE = lines(())
_APIS = {"openai": OpenAI, "anthropic": Anthropic}


@asynccontextmanager
async def open_models(
    settings: Mapping[str, Settings],
    keys: Mapping[str, Secret],
    budget: Budget,
    rng: random.Random,
    script: Script = _MUTE,
) -> AsyncGenerator[dict[str, Model]]:
    """Models by alias, until the body ends.

    Args:
        settings: the run file's models by alias.
        keys: the secrets of those that need one, by alias.
        budget: shared by all; a `max_cost` demands a price for each (ConfigError).
        rng: for jitter; changes no reply.
        script: what models say that are scripted.
    """
    needed = budget.limits.max_cost is not None
    costs = {alias: prices.demand(alias, one) if needed else prices.price(one) for alias, one in settings.items()}
    places = sum(one.concurrency for one in settings.values()) or 1
    patience = max((one.deadline_s for one in settings.values()), default=1.0)
    async with Net(NetLimits(connections=places, read_s=patience)) as net:
        yield {
            alias: Patient(
                Scripted(script, one.model) if one.api == SCRIPTED else _APIS[one.api](one, keys.get(alias), net),
                Policy(attempts=one.attempts, deadline_s=one.deadline_s),
                rng,
                Throttle(one.concurrency),
                budget,
                costs[alias],
            )
            for alias, one in settings.items()
        }

"""Runs with a scripted mind: a config, a street that lasts, and runs in processes of their own, to be killed."""

import multiprocessing
import random
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from dive import ledger, report, summary
from dive.catalog import load
from dive.config import Config, to_toml
from dive.flow import Speed
from dive.minds import Opener
from dive.models import Budget, Model, Request, Settings
from dive.models.hiding import hider
from dive.models.retry import Patient, Policy
from dive.models.scripted import Scripted
from dive.models.settings import Price, Secret
from dive.models.throttle import Throttle
from dive.nouns import Message
from dive.street import Street, run
from minds.brain import Brain, Flaw, right

TOOLS = ["country_borders", "country_facts", "country_languages", "country_development", "public_holidays"]
ALIASES = ("mind", "phrase", "read", "judge", "closed_book", "leave_one_out", "grade")
"""One model by many names, so that a journal tells who was asked."""
PRICE = Price(input=1.0, output=5.0)
LONG_S = 60.0


def config(out: Path, count: int = 12, **sections: Any) -> Config:
    """A run over countries that a scripted model leads."""
    base: dict[str, Any] = {
        "name": "minds", "seed": 5, "out": str(out),
        "draw": {"count": count, "domains": ["geography"], "tools": {"allow": TOOLS, "deny": []},
                 "modes": {"domain": 1.0, "bridge": 0.0, "uniform": 0.0}},
        "minds": {"collect": "mind", "derive": "mind", "read": "mind"},
        "models": dict.fromkeys(ALIASES, msgspec.to_builtins(Settings(model="scripted", price=PRICE))),
        "verify": {"allow_not_checkable": ["shaped", "sensible"]}, "flow": {"workers": 1, "concurrency": 4},
    }  # fmt: skip
    return msgspec.convert({**base, **sections}, Config)


class Going:
    """A street and a brain, for many runs. Nothing is proved in its own process, so that it can fork."""

    def __init__(self) -> None:
        self.street = Street(config(Path("unused")))
        names = {e.id: e.name for e in self.street.registry.seeds("country:iso2")}
        self.brain = Brain(self.street.box.call, names)
        self.asked = multiprocessing.get_context("fork").Value("i", 0)

    def say(self, request: Request) -> Message:
        """The brain's word, counted."""
        with self.asked.get_lock():
            self.asked.value += 1
        return self.brain(request)

    def opener(self, model: Model) -> Opener:
        """Opens one model, patient and within the budget."""

        @asynccontextmanager
        async def opened(budget: Budget) -> AsyncGenerator[Mapping[str, Model]]:
            policy = Policy(attempts=3, base_s=0.001, cap_s=0.002)
            yield dict.fromkeys(ALIASES, Patient(model, policy, random.Random(0), Throttle(64), budget, PRICE))

        return opened

    def go(self, made: Config, flaw: Flaw = right, latency_s: float = 0.0, secret: str = "") -> tuple[Speed, int]:
        """One run; what it cost and how often the model was asked."""
        self.street.config, self.brain.flaw, before = made, flaw, self.asked.value
        self.street.desk = msgspec.structs.replace(self.street.desk, config=made)
        opener = self.opener(Scripted(self.say, latency_s=latency_s))
        hide = hider([Secret(secret)] if secret else [])
        return run(made, to_toml(made), lambda *_: None, "verify", self.street, opener, hide), self.asked.value - before

    def killed(self, made: Config, more: int, after_s: float, flaw: Flaw = right) -> int:
        """A run in a process of its own, killed so long after it has asked the model so often; how often it has."""
        before = self.asked.value
        child = multiprocessing.get_context("fork").Process(target=self.go, args=(made, flaw, 0.01))
        child.start()
        while child.is_alive() and self.asked.value < before + more:
            time.sleep(0.002)
        time.sleep(after_s)
        child.kill()
        child.join()
        return self.asked.value - before


_lasting: list[Going] = []


def lasting() -> Going:
    """The street of this process."""
    if not _lasting:
        _lasting.append(Going())
    return _lasting[0]


def go(out: Path, count: int = 12, flaw: Flaw = right, secret: str = "", **sections: Any) -> tuple[Speed, int]:
    """A run in this process."""
    return lasting().go(config(out, count, **sections), flaw, 0.0, secret)


def points(rng: random.Random, kills: int, calls: int) -> Iterator[tuple[int, float]]:
    """So many random points of a run of so many calls: calls since the last point, and seconds after these."""
    yield from ((rng.randrange(2 * calls // kills), rng.uniform(0, 0.03)) for _ in range(kills))


def go_killed(out: Path, count: int, seed: int, kills: int, calls: int) -> tuple[int, int]:
    """A run of so many calls that is killed so often and then goes on to its end: requests in all, and concurrency."""
    rng = random.Random(seed)
    made = config(out, count)
    asked = sum(lasting().killed(made, *point) for point in points(rng, kills, calls))
    _, rest = lasting().go(made)
    return asked + rest, made.flow.concurrency


def reported(out: Path) -> tuple[dict[str, float], int, str]:
    """Cost, tasks that are only proved, and text of a run's report; proves, so not for a process that forks."""
    made = report.build(out, load())
    return made.cost, made.proved, summary.text(made)


def digest(out: Path) -> dict[str, str]:
    """The ledgers' hashes."""
    return ledger.digest(out)

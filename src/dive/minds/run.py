"""A run whose draws are led by models: one loop that waits, benches that compute, a journal before every use.

Takes a `Stage` (what the street lends) and models; gives what it cost, with the ledgers' records kept on the way. A
reply or a tool's result is on disk before anyone sees it; a run that goes on finds them there by draw and request, so
only what was under way is asked again. A spent budget ends the run, and drops nothing.
"""

import asyncio
import gc
import random
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from dive import ledger
from dive.config import EMBEDDED, Config
from dive.errors import BudgetSpent, DiveError, UserError
from dive.flow import Benches, Caught, Commit, Ending, Failure, Lane, Speed
from dive.ledger import Event, Gave, Record, Said
from dive.minds import jobs
from dive.minds.gates import ask_gates, refusal
from dive.minds.lead import LOOK, TRY, Led, Scene, lead
from dive.minds.opinion import opinions
from dive.minds.phrase import phrase
from dive.minds.script import say
from dive.models import Budget, Model, Price, Reply, Settings, Spent
from dive.models.prices import price
from dive.models.recorded import Recorded
from dive.nouns import Draw, Drop, Json, Noun, Task, canonical, sha
from dive.trail import slips_by_kind

S = TypeVar("S")
Opener = Callable[[Budget], AbstractAsyncContextManager[Mapping[str, Model]]]
"""Opens the run file's models by alias, with a budget that all share."""
PLACES = 8
"""Places of origin that are noted of one argument."""


class Stage(Struct, frozen=True):
    """What the street lends.

    Attributes:
        pick: the draw of a key, as the state has it.
        sight: what a job may see of a state.
        fold: (state, records) -> state.
        facts: what steering and report want to know of an accepted task.
    """

    config: Config
    shop: jobs.Shop
    held: ledger.Run
    start: Any
    pick: Callable[[str, Any], Draw]
    sight: Callable[[Any], jobs.Sight]
    fold: Callable[[Any, Sequence[Record]], Any]
    facts: Callable[[Task, Mapping[str, int]], dict[str, Json]]
    on_progress: Callable[[int, int, int], None]


def run(stage: Stage, keys: Sequence[str], opener: Opener) -> Speed:
    """All keys that are not done; resumes what was under way.

    Raises:
        UserError: a model, the run directory or a source cannot be used; what is done is kept.
    """
    clash = {LOOK, TRY} & stage.shop.box.registry.tools.keys()
    if clash:
        raise UserError(f"tool {min(clash)!r}: this name belongs to DIVE; give its source a prefix")
    flow = stage.config.flow
    began = time.monotonic()
    gc.freeze()  # tables and tools: none of it is ever garbage, and to look through it takes longer than a reply
    with Benches(stage.shop, flow.workers, flow.deadline_s) as benches:
        try:
            return asyncio.run(_run(stage, keys, opener, benches, began))
        except BudgetSpent as spent_already:  # before the first draw: the question whether a model calls tools
            return Speed(computed=0, wall_s=0.0, cpu_s=0.0, peak_rss_mb=0.0, ended=str(spent_already))


async def _run(stage: Stage, keys: Sequence[str], opener: Opener, benches: Benches[object, jobs.Sight],
               began: float) -> Speed:  # fmt: skip
    budget = Budget(stage.config.budget, spent(stage.held))
    async with opener(budget) as models:
        work = _Work(stage, benches, models)
        lane = Lane(
            keys, work, state=stage.start, fold=stage.fold, recall=stage.held.recall, keep=work.keep,
            told=lambda number, state: benches.share(number, stage.sight(state)), on_progress=stage.on_progress,
        )  # fmt: skip
        try:
            await lane.run(stage.config.flow.concurrency)
        except BaseExceptionGroup as group:
            raise _first(group) from None
    speed = Speed(computed=lane.computed, wall_s=time.monotonic() - began, cpu_s=time.process_time(), peak_rss_mb=0.0)
    cause = lane.ending.__cause__ if lane.ending is not None else None
    if cause is not None and not isinstance(cause, BudgetSpent):
        raise cause
    return msgspec.structs.replace(speed, ended=str(cause) if cause is not None else "")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a group: one line says more than a tree."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def spent(held: ledger.Run) -> Spent:
    """What the replies in the journal took."""
    total = Spent()
    for said in ledger.replies(held.directory):
        unpriced = int(said.cost is None)
        total = total.plus(Spent(cost=said.cost or 0.0, tokens=said.tokens, calls=said.calls, unpriced=unpriced))
    return total


class _Work:
    """(key, state, number) -> record."""

    def __init__(self, stage: Stage, benches: Benches[object, jobs.Sight], models: Mapping[str, Model]) -> None:
        self.stage, self.benches, self.models = stage, benches, models
        self._prices: dict[str, Price | None] = {a: price(s) for a, s in stage.config.models.items()}
        self._commit: Commit[Event | Record] = Commit(self._write)

    def _write(self, batch: Sequence[Event | Record]) -> None:
        events = [item for item in batch if not isinstance(item, Record)]
        records = [item for item in batch if isinstance(item, Record)]
        if events:
            self.stage.held.note(events)
        if records:
            self.stage.held.append(records)

    async def keep(self, record: Record) -> None:
        await self._commit.put(record)

    async def __call__(self, key: str, state: Any, number: int) -> Record:
        wall = time.monotonic()
        record: Record | None = None
        fatal: DiveError | None = None
        with Caught() as caught:
            try:
                record = await self._draw(key, state, number)
            except (BudgetSpent, UserError) as error:
                fatal = error
        if fatal is not None:
            raise Ending from fatal
        if caught.failure is not None:
            record = _failed(key, caught.failure)
        assert record is not None
        return msgspec.structs.replace(record, wall_s=round(time.monotonic() - wall, 4))

    async def _draw(self, key: str, state: Any, number: int) -> Record:
        drawn, scene = self.stage.pick(key, state), self._scene(key, number)
        if scene.minds.derive == EMBEDDED:
            return await self._composed(drawn, scene)
        led = await lead(drawn, scene)
        counts = {**led.counts, **{f"slip:{kind}": n for kind, n in slips_by_kind(led.trail.slips).items()}}
        facts = {"counts": counts, "trail": _trail(led)}
        if led.refused is not None:
            detail = f"round {led.at}: {led.refused.reason}"
            drop = Drop(key=key, stage="synthesize", kind="rejected", reason=led.refused.by, detail=detail[:1000])
            return ledger.record(key, {"draw": drawn}, drop=drop, facts=facts)
        draft = jobs.Draft(draw=drawn, rounds=led.rounds).task()
        nouns: dict[str, Any] = {"draw": drawn, "synthesize": draft}
        found = await self.benches.ask(jobs.Verify(draft, led.readings), number, key)
        if isinstance(found, Failure):
            drop = Drop(key=key, stage="verify", kind="failed", reason=found.reason, detail=found.detail)
            return ledger.record(key, nouns, drop=drop, facts=facts)
        task, blobs = found
        if task.status == "draft":
            bad = task.verdicts[-1]
            counts[f"gate:{bad.by}"] = counts.get(f"gate:{bad.by}", 0) + 1
            drop = Drop(key=key, stage="verify", kind="rejected", reason=bad.by, detail=bad.reason)
            return ledger.record(key, nouns, drop=drop, facts=facts)
        return await self._asked(task, nouns, facts, blobs, scene)

    async def _composed(self, drawn: Draw, scene: Scene) -> Record:
        """A draw without a model, whose question a model may reword and models may judge."""
        made = await scene.ask(jobs.Compose(drawn))
        if isinstance(made, Failure):
            return _failed(drawn.key, made)
        task = made.nouns.get("verify")
        if task is None:
            return ledger.record(drawn.key, made.nouns, drop=made.drop, facts={"counts": made.counts})
        counts = dict(made.counts)
        if scene.minds.phrase != EMBEDDED:
            phrased = await phrase(task, drawn, scene)
            task = phrased.task
            counts["phrase:" + (f"kept:{phrased.why}" if phrased.why else "reworded")] = 1
        return await self._asked(task, made.nouns, {"counts": counts}, made.blobs, scene)

    async def _asked(self, task: Task, nouns: Mapping[str, Noun], facts: Mapping[str, Json], blobs: Sequence[bytes],
                     scene: Scene) -> Record:  # fmt: skip
        """The record of a task that all gates without a model have passed, after those with one."""
        task, counts = await ask_gates(task, scene), dict(facts["counts"])
        bad = refusal(task, scene.config)
        if bad is not None:
            counts[f"gate:{bad.by}"] = counts.get(f"gate:{bad.by}", 0) + 1
            drop = Drop(key=task.key, stage="verify", kind="rejected", reason=bad.by, detail=bad.reason)
            return ledger.record(task.key, _but_verified(nouns), drop=drop, facts={**facts, "counts": counts})
        if scene.minds.grade:
            counts |= await opinions(task, scene)
        told = self.stage.facts(task, counts)
        return ledger.record(task.key, {**nouns, "verify": task}, facts={**facts, **told}, blobs=blobs)

    def _scene(self, key: str, number: int) -> Scene:
        """The models and tools of one draw, with what was journaled of it."""
        replies: dict[str, dict[str, Reply]] = {alias: {} for alias in self.models}
        results: dict[str, jobs.Called] = {}
        for event in self.stage.held.events(key):
            if isinstance(event, Said):
                replies.setdefault(event.model, {})[event.request] = msgspec.json.decode(event.reply, type=Reply)
            else:
                results[event.call] = msgspec.json.decode(event.result, type=jobs.Called)

        async def ask(job: object) -> Any:
            return await self.benches.ask(job, number, key if isinstance(job, jobs.Proving) else "")

        async def call(tool: str, args: Mapping[str, Json]) -> jobs.Called:
            name = sha([tool, dict(args)])
            if name not in results:
                done = await ask(jobs.Call(tool, dict(args)))
                if isinstance(done, Failure):
                    done = jobs.Called(dict(args), None, done.reason, done.detail)
                gave = Gave(v=1, key=key, call=name, result=Raw(canonical(done)), failed=done.failed)
                await self._commit.put(gave)
                results[name] = done
            return results[name]

        models = {alias: self._recorded(key, alias, model, replies[alias]) for alias, model in self.models.items()}
        registry = self.stage.shop.box.registry
        return Scene(self.stage.config, registry, models, ask, call)

    def _recorded(self, key: str, alias: str, model: Model, kept: dict[str, Reply]) -> Model:
        async def keep(request: str, reply: Reply) -> None:
            usage, known = reply.usage, self._prices.get(alias)
            said = Said(
                v=1, key=key, model=alias, request=request, reply=Raw(msgspec.json.encode(reply)),
                tokens=usage.input + usage.output, cached=usage.cached, output=usage.output, calls=reply.attempts,
                cost=None if known is None else known.cost(usage),
            )  # fmt: skip
            await self._commit.put(said)

        return Recorded(model.name, kept, keep, model)


def _trail(led: Led) -> Json:
    """What was called and where each argument came from, for the journal."""
    calls = [
        {"id": c.id, "tool": c.tool, "round": c.round, "origins": {n: list(p[:PLACES]) for n, p in c.origins.items()}}
        for c in led.trail.calls
    ]
    slips = [{"tool": s.tool, "kind": s.kind, "round": s.round, "why": s.why[:200]} for s in led.trail.slips]
    return {"calls": calls, "slips": slips}


def _but_verified(nouns: Mapping[str, Noun]) -> dict[str, Noun]:
    return {stage: noun for stage, noun in nouns.items() if stage != "verify"}


def _failed(key: str, failure: Failure) -> Record:
    drop = Drop(key=key, stage="synthesize", kind="failed", reason=failure.reason, detail=failure.detail)
    return ledger.record(key, {}, drop=drop, facts={"counts": {}})


def networked(settings: Mapping[str, Settings], keys: Mapping[str, Any], calling: Collection[str]) -> Opener:
    """Opens the models behind the run file's addresses, and first asks those of `calling` whether they call tools.

    The network is loaded only then.
    """

    @asynccontextmanager
    async def opener(budget: Budget) -> AsyncGenerator[Mapping[str, Model]]:
        from dive.models.open import open_models  # the network takes long to load
        from dive.models.probe import probe

        async with open_models(settings, keys, budget, random.Random(), say) as models:
            for alias in calling:
                await probe(models[alias])
            yield models

    return opener

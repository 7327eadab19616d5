"""Runs a proof in many worlds at once.

Takes a proof, a function that calls tools, worlds and a runner; gives one Outcome per world: the program's value or
why there is none, and the calls that were executed. Worlds are computed step by step, side by side: equal jobs are run
once, and the sandbox is asked once per step whose arguments are computed. Does not judge.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, cast

from msgspec import UNSET, Struct

from dive.errors import ProofError, ToolError
from dive.nouns import Json, Proof, Step, canonical
from dive.prove.batch import Batch, BoundCall, Done, call_key
from dive.prove.plan import Plan, Plans
from dive.prove.sandbox import Function, Runner
from dive.prove.values import jsonable
from dive.tools import CallFn

MAX_EACH = 10


class World(Struct, frozen=True, kw_only=True):
    """The recorded world with something changed.

    Attributes:
        label: says to a reader what was changed.
        kind: corrupt | rotate | extreme | mix | drop | reverse | other | alternate | mutant | probe | recorded.
        step: the step whose result or expression was changed.
        field: the path of the changed field, such as `airports[].name`.
        bends: results that replace those of the call with this `call_key`.
        steps: expressions that replace a step's `let` or `each` (key: its id) or an argument (key: `id.argument`).
        program: replaces the program.
    """

    label: str = "recorded"
    kind: str = "recorded"
    step: str = ""
    field: str = ""
    bends: dict[str, Json] = {}
    steps: dict[str, str] = {}
    program: str | None = None


class Failure(Struct, frozen=True):
    """Why a world has no value: `refused` (never runs) or `broke` (does not run here)."""

    kind: Literal["broke", "refused"]
    message: str


class Outcome(Struct, frozen=True, kw_only=True):
    """What a proof gives in one world; `value` counts only where `error` is None."""

    value: Json = None
    error: Failure | None = None
    calls: tuple[Done, ...] = ()


RECORDED = World()


def replay(calls: Collection[Done]) -> CallFn:
    """A CallFn that knows only these calls."""
    known = {call_key(done.tool, done.args): done.result for done in calls}

    def call(tool: str, args: Mapping[str, Json]) -> Json:
        key = call_key(tool, args)
        if key not in known:
            raise ToolError("not_found", f"no recorded call {key[:200]}")
        return known[key]

    return call


def look(proof: Proof, outcome: Outcome, exprs: Sequence[str], runner: Runner) -> list[Json | Failure]:
    """The values of expressions over the steps of an executed proof; no tool is called."""
    worlds = [World(kind="probe", label=expr, program=expr) for expr in exprs]
    bare = Proof(steps=proof.steps, program=proof.program, answer=proof.answer)
    return [o.error or o.value for o in run(bare, replay(outcome.calls), worlds, runner)]


class _Live:
    """A world under computation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.changed = {place.partition(".")[0] for place in world.steps}
        self.handles: dict[str, int] = {}
        self.asked: int | None = None
        self.calls: list[Done] = []
        self.failure: Failure | None = None


def run(proof: Proof, call: CallFn, worlds: Sequence[World], sandbox: Runner) -> list[Outcome]:
    """Executes a proof in each world.

    Args:
        proof: what to run.
        call: executes or looks up a call that the world does not bend.
        worlds: `RECORDED` and others.
        sandbox: where expressions run.

    Returns:
        One outcome per world, in order.

    Raises:
        ProofError: the proof itself is refused (all refusals, one a line), or the sandbox stopped.
    """
    plans = _plans(proof)
    batch = Batch(sandbox, call)
    lives = [_Live(world) for world in worlds]
    for index, step in enumerate(proof.steps):
        ready = [(live, plan) for live in lives if (plan := _planned(plans, index, live))]
        for live, plan in ready:
            _ask(batch, live, step, plan)
        if step.call is not UNSET:
            batch.flush()
            for live, plan in ready:
                _execute(batch, live, step, plan)
    return _programs(plans, batch, lives)


_latest: dict[int, tuple[Proof, Plans]] = {}


def _plans(proof: Proof) -> Plans:
    """The plans of a proof; those of the latest one are kept, since a proof is run several times in a row."""
    known = _latest.get(id(proof))
    if known is None:
        known = proof, Plans(proof)
        _latest.clear()
        _latest[id(proof)] = known
    return known[1]


def _planned(plans: Plans, index: int, live: _Live) -> Plan | None:
    if live.failure:
        return None
    if plans.proof.steps[index].id not in live.changed:
        return plans.steps[index]
    try:
        return plans.step(index, live.world.steps)
    except ProofError as error:
        live.failure = Failure("refused", str(error))
        return None


def _ask(batch: Batch, live: _Live, step: Step, plan: Plan) -> None:
    live.asked = None
    if step.let is UNSET and step.each is UNSET and plan.source == "{}":
        return
    inputs = tuple(live.handles[name] for name in plan.reads)
    live.asked = batch.job(Function(plan.reads, plan.source), inputs, wanted=step.call is not UNSET)
    if step.let is not UNSET:
        live.handles[step.id] = live.asked


def _execute(batch: Batch, live: _Live, step: Step, plan: Plan) -> None:
    try:
        if (step.id, live.asked) not in batch.bound:
            batch.bound[step.id, live.asked] = _bound(batch, live, step, plan)
        handles = _called(batch, live, step)
    except (ProofError, ToolError) as error:
        live.failure = Failure("broke", f"step {step.id}: {error}")
        return
    live.handles[step.id] = handles[0] if step.each is UNSET else batch.job(_listing(len(handles)), handles)


def _bound(batch: Batch, live: _Live, step: Step, plan: Plan) -> list[BoundCall]:
    """The calls of a step, all their arguments bound."""
    if live.asked in batch.failed:
        raise ProofError(batch.failed[live.asked] + _keys(live, plan, batch.failed[live.asked]))
    asked: Any = batch.got[live.asked] if live.asked is not None else {}
    members = [jsonable(asked)] if step.each is UNSET else _members(step, asked)
    calls: list[BoundCall] = []
    for computed in members:
        args = {name: computed[name] if name in computed else plan.constants[name] for name in step.args}
        calls.append(BoundCall(call_key(str(step.call), args), str(step.call), args))
    return calls


def _called(batch: Batch, live: _Live, step: Step) -> tuple[int, ...]:
    """The handles of a step's results; looked up once for all worlds that bend none of them."""
    place, calls = (step.id, live.asked), batch.bound[step.id, live.asked]
    bent = any(call.key in live.world.bends for call in calls)
    if bent or place not in batch.plain:
        before = len(live.calls)
        handles = tuple([_call(batch, live, step, call) for call in calls])
        if bent:
            return handles
        batch.plain[place] = handles, live.calls[before:]
        return handles
    handles, done = batch.plain[place]
    live.calls += done
    return handles


def _call(batch: Batch, live: _Live, step: Step, call: BoundCall) -> int:
    handle, result = batch.result(live.world.bends, call)
    live.calls.append(Done(step.id, call.tool, call.args, result))
    return handle


def _members(step: Step, asked: list[tuple[object, dict[str, object]]]) -> list[dict[str, Json]]:
    limit = MAX_EACH if step.max is UNSET else step.max
    if len(asked) > limit:
        raise ProofError(f"`each` gives {len(asked)} members, at most {limit} are called. Narrow the list")
    items = [canonical(jsonable(item)) for item, _ in asked]
    if len(set(items)) < len(items):
        raise ProofError("`each` gives a member twice. Write sorted(set(...))")
    return [jsonable(args) for _, args in asked]


@functools.lru_cache(MAX_EACH)
def _listing(count: int) -> Function:
    names = tuple(f"_{i}" for i in range(count))
    return Function(names, f"[{', '.join(names)}]")


def _programs(plans: Plans, batch: Batch, lives: list[_Live]) -> list[Outcome]:
    asked: list[tuple[int, list[int]] | None] = []
    for live in lives:
        plan = None if live.failure else _program(plans, live)
        if plan is None:
            asked.append(None)
            continue
        jobs = [_final(batch, live, p) for p in (plan, *plans.assume)]
        asked.append((jobs[0], jobs[1:]))
    batch.flush()
    return [_outcome(plans, batch, live, jobs) for live, jobs in zip(lives, asked, strict=True)]


def _program(plans: Plans, live: _Live) -> Plan | None:
    if live.world.program is None:
        return plans.program
    try:
        return plans.expression(live.world.program, "program")
    except ProofError as error:
        live.failure = Failure("refused", str(error))
        return None


def _final(batch: Batch, live: _Live, plan: Plan) -> int:
    return batch.job(Function(plan.reads, plan.source), tuple(live.handles[n] for n in plan.reads), wanted=True)


def _outcome(plans: Plans, batch: Batch, live: _Live, jobs: tuple[int, list[int]] | None) -> Outcome:
    calls = tuple(live.calls)
    if jobs is None:
        return Outcome(error=live.failure, calls=calls)
    for step, handle in live.handles.items():
        if handle in batch.failed:
            return Outcome(error=Failure("broke", f"step {step}: {batch.failed[handle]}"), calls=calls)
    for text, handle in zip(plans.proof.assume, jobs[1], strict=True):
        if handle in batch.failed or batch.got[handle] is not True:
            seen = batch.failed.get(handle, "") or f"it is {batch.got[handle]!r:.60}, not True"
            return Outcome(error=Failure("broke", f"assume {text!r}: {seen}"), calls=calls)
    if jobs[0] in batch.failed:
        text = batch.failed[jobs[0]]
        return Outcome(error=Failure("broke", f"program: {text}{_keys(live, plans.program, text)}"), calls=calls)
    try:
        return Outcome(value=jsonable(batch.got[jobs[0]]), calls=calls)
    except ProofError as error:
        return Outcome(error=Failure("refused", f"program: {error}"), calls=calls)


def _keys(live: _Live, plan: Plan, text: str) -> str:
    """For a KeyError: which keys the results that were read do have."""
    if not text.startswith("KeyError"):
        return ""
    results = {d.step: cast("dict[str, Json]", d.result) for d in live.calls if isinstance(d.result, dict)}
    shown = [f"{name} has: {', '.join(results[name])}" for name in plan.reads if name in results]
    return f" ({'; '.join(shown)})" if shown else ""

"""One draw led by models: K rounds of collect and derive in one growing conversation, judged and mended.

Takes a draw and a `Scene` (models, benches, what is journaled); gives rounds with what readers found of the last one,
or the refusal that ended it. The conversation is only ever added to, so that a provider's cache of it holds. What a
tool gave stands in tool messages and in marked blocks, never in a system message. Knows no files.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from dive.agent import Given, Ways, converse
from dive.config import EMBEDDED, Config, MindsSection
from dive.derive.model import SCHEMA, TRIAL, GivenAnswer, Proposal, parse
from dive.errors import ProofError
from dive.flow import Failure
from dive.minds import jobs
from dive.minds.read import read
from dive.models import Model, Toolset, ToolSpec
from dive.nouns import Draw, Json, Message, Round, Trace, Verdict, canonical
from dive.pools import exemplars
from dive.prompts import prompt
from dive.registry import Registry
from dive.trail import Trail
from dive.views import clipped, marked

LOOK, TRY = "look", "try_proof"
LOOKED = 1_500
"""Characters that one `look` gives."""
TRIES = 6
"""Looks and trials before one derivation."""
_ID = re.compile(r"\bc\d+\b")
OWN = (
    ToolSpec(LOOK, "Evaluates one Python expression over the results so far, by their ids (c1, c2, ...). It costs no "
             "call and is no evidence.", {"type": "object", "properties": {"expression": {"type": "string"}},
             "required": ["expression"], "additionalProperties": False}),
    ToolSpec(TRY, "Runs the steps and the program of a proof on the real tools; shows what the program gives.", TRIAL),
)  # fmt: skip
"""What models get beside the toolset."""


class Scene(Struct, frozen=True):
    """What one draw's conversation is led with.

    Attributes:
        models: by alias; each remembers what was journaled of this draw.
        ask: has a bench do a job.
        call: calls a tool; the result is journaled when it returns.
    """

    config: Config
    registry: Registry
    models: Mapping[str, Model]
    ask: Callable[[object], Awaitable[Any]]
    call: Callable[[str, Mapping[str, Json]], Awaitable[jobs.Called]]

    @property
    def minds(self) -> MindsSection:
        """Who does what."""
        return self.config.minds


class Led(Struct, frozen=True):
    """What came of a draw: its rounds, or the gate that refused the last of them for good."""

    rounds: tuple[Round, ...]
    readings: dict[str, Verdict]
    counts: dict[str, int]
    trail: Trail
    refused: Verdict | None = None
    at: int = 0


async def lead(drawn: Draw, scene: Scene) -> Led:
    """K rounds."""
    return await _Talk(drawn, scene).lead()


class _Talk:
    """The conversation of one draw."""

    def __init__(self, drawn: Draw, scene: Scene) -> None:
        self.drawn, self.scene = drawn, scene
        known = {e.id: e.text for e in exemplars()}
        shown = "\n".join(f"- {known[name]}" for name in drawn.exemplars)
        seed = drawn.seed
        start = prompt("start", name=seed.name, type=scene.registry.type(seed.type).noun, id=seed.id, exemplars=shown)
        self.said: list[Message] = [_system("rules"), Message(role="user", content=start)]
        specs = Toolset.of(scene.registry.tools[name].tool for name in drawn.toolset).specs
        self.tools = Toolset((*specs, *OWN))
        self.trail = Trail(f"{seed.name} {seed.id} {' '.join(seed.aliases)}")
        self.counts: Counter[str] = Counter()
        self.readings: dict[str, Verdict] = {}

    async def lead(self) -> Led:
        rounds: tuple[Round, ...] = ()
        last = self.scene.config.synthesize.rounds
        for k in range(1, last + 1):
            self.trail.round = k
            await self._collect(k, last, rounds)
            made, refused = await self._derive(k, rounds, final=k == last)
            if made is None:
                return Led(rounds, self.readings, dict(self.counts), self.trail, refused, k)
            rounds = (*rounds, made)
        return Led(rounds, self.readings, dict(self.counts), self.trail)

    # ---- collect ---------------------------------------------------------------------------------------

    async def _collect(self, k: int, last: int, rounds: tuple[Round, ...]) -> None:
        minds = self.scene.minds
        if minds.collect == EMBEDDED:
            await self._walked(k)
            return
        task = f"The question so far: {rounds[-1].question}" if rounds else "There is no question yet."
        self._user(prompt("collect", round=str(k), rounds=str(last), steps=str(minds.steps), task=task))
        open_now = {*self.drawn.toolset, LOOK}
        ways = Ways(steps=minds.steps, max_tokens=minds.max_tokens, open=open_now, ends=True)
        await self._converse(minds.collect, ways)

    async def _walked(self, k: int) -> None:
        """What the walk found, as one message of marked blocks."""
        found = await self.scene.ask(jobs.Walk(self.drawn, k))
        blocks: list[str] = []
        for made in found if not isinstance(found, Failure) else ():
            if self.trail.known(made.tool, made.args) is None:
                noted = self.trail.add(self.scene.registry.tool(made.tool), made.args, made.result)
                blocks.append(marked(noted.result, noted.id, f"{made.tool} {canonical(made.args).decode()}"))
        self._user("Calls that were made for you:\n\n" + ("\n\n".join(blocks) or "none that gave anything new"))

    async def _act(self, name: str, args: Mapping[str, Json]) -> Given:
        """One call of a model in this conversation."""
        if name == LOOK:
            return Given(await self._look(str(args.get("expression", ""))), counted=self.deriving)
        if name == TRY:
            return Given(await self._try(args))
        done = await self.scene.call(name, args)
        self.counts["calls"] += 1
        if done.failed:
            kind = "refused" if done.failed == "refused" else "failed"
            self.trail.slip(name, dict(args), kind, done.why)
            return Given(f"error: {done.why}", failed=True)
        before = self.trail.known(name, done.args)
        if before is not None:
            self.trail.slip(name, done.args, "repeated", before.id)
            return Given(f"error: this call was made before; its result is {before.id}", failed=True)
        noted = self.trail.add(self.scene.registry.tool(name), done.args, done.result)
        return Given(marked(noted.result, noted.id, name))

    deriving = False

    async def _look(self, expr: str) -> str:
        results = self.trail.results()
        named = {each: results[each] for each in dict.fromkeys(_ID.findall(expr)) if each in results}
        seen = await self.scene.ask(jobs.Look(expr, named))
        return clipped(seen if isinstance(seen, str) else f"error: {seen.detail}", LOOKED)

    async def _try(self, args: Mapping[str, Json]) -> str:
        blank = GivenAnswer(type="string", expected="")
        try:
            steps = msgspec.convert({**args, "question": "", "answer": msgspec.to_builtins(blank)}, Proposal)
        except msgspec.ValidationError as error:
            return f"error: {error}"
        seen = await self.scene.ask(jobs.Try(steps, self.drawn.toolset))
        return clipped(seen if isinstance(seen, str) else f"error: {seen.detail}", LOOKED)

    # ---- derive ----------------------------------------------------------------------------------------

    async def _derive(self, k: int, rounds: tuple[Round, ...], final: bool) -> tuple[Round | None, Verdict | None]:
        """The round, or the refusal that stood when the repairs were used up."""
        earlier = f"It contains the question before it: {rounds[-1].question}" if rounds else "It is the first one."
        self._user(prompt("derive", round=str(k), earlier=earlier))
        minds = self.scene.minds
        apart = 0
        refused: Verdict | None = None
        for attempt in range(minds.repairs + 1):
            judged = await self._judged(rounds, final)
            self.counts["candidates"] += 1
            refusals = judged.refusals
            if not refusals and final and minds.read and judged.made is not None:
                refusals = await self._read(judged, rounds)
                apart += len(refusals)
            if not refusals:
                return judged.made, None
            refused = refusals[0]
            self.counts[f"gate:{refused.by}"] += 1
            if apart > 1:
                break
            if attempt < minds.repairs:
                self.counts["repairs"] += 1
                self._repair(refusals, minds.repairs - attempt)
        return None, refused

    async def _proposal(self) -> str:
        minds = self.scene.minds
        self.deriving = True
        ways = Ways(steps=TRIES, max_tokens=minds.max_tokens, open={LOOK, TRY}, schema=SCHEMA)
        try:
            trace = await self._converse(minds.derive, ways)
        finally:
            self.deriving = False
        if trace.stop != "end":
            raise ProofError(f"the reply: {trace.stop}. Give one JSON object of the shape that was asked for")
        return trace.messages[-1].content

    async def _judged(self, rounds: tuple[Round, ...], final: bool) -> jobs.Judged:
        """One proposal under judgement; a reply that is none is a refusal like any other."""
        try:
            proposal = parse(await self._proposal())
        except ProofError as error:
            return jobs.Judged(None, (Verdict(by="executes", passed=False, reason=str(error)),))
        judged = await self.scene.ask(jobs.Judge(proposal, self.drawn, rounds, final))
        if isinstance(judged, Failure):
            return jobs.Judged(
                None, (Verdict(by="executes", passed=False, reason=f"{judged.reason}: {judged.detail}"),)
            )
        return judged

    async def _read(self, judged: jobs.Judged, rounds: tuple[Round, ...]) -> tuple[Verdict, ...]:
        """What readers hold against the last question; what they found is kept for `verify`.

        Where a reader gave nothing that can be read, there is no verdict: no refusal, and no pass either.
        """
        assert judged.made is not None
        draft = jobs.Draft(draw=self.drawn, rounds=(*rounds, judged.made))
        scene = self.scene
        model = scene.models[scene.minds.read]
        apart = await read(draft, judged.calls, model, scene.ask, scene.call, scene.registry, scene.minds)
        self.counts["readings"] += 1
        if apart is None:
            self.counts["unread"] += 1
            return ()
        if not apart:
            agree = f"a second program and {scene.minds.solvers} solvers agree"
            self.readings[judged.made.question] = Verdict(by="faithful", passed=True, reason=agree)
        return tuple(Verdict(by="faithful", passed=False, reason=reason) for reason in apart)

    def _repair(self, refusals: tuple[Verdict, ...], left: int) -> None:
        lines = [f"- {v.by}: {line}" for v in refusals for line in v.reason.splitlines()]
        more = f"You can mend it {left} more time{'s' if left > 1 else ''}."
        self._user(prompt("repair", reasons=clipped("\n".join(lines), 4_000), left=more))

    # ---- the conversation ------------------------------------------------------------------------------

    def _user(self, text: str) -> None:
        self.said.append(Message(role="user", content=text))

    async def _converse(self, alias: str, ways: Ways) -> Trace:
        """Goes on with the conversation."""
        trace = await converse(self.scene.models[alias], self.said, self.tools, self._act, ways)
        if list(trace.messages[: len(self.said)]) != self.said:
            self.counts["shortened"] += 1
        self.said = list(trace.messages)
        return trace


def _system(name: str) -> Message:
    return Message(role="system", content=prompt(name))

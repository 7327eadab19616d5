"""What the benches do for a draw that a model leads: call tools, look at results, try, judge and compare proofs.

Takes jobs (frozen, picklable); gives what came of them. All that computes or may hang is here, in processes of its own;
models are not. Does not know conversations, models or the run directory.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from dive.collect.reach import Reach
from dive.collect.walk import walk
from dive.config import Config
from dive.derive.model import Proposal, answer_from, proof_of
from dive.errors import ProofError, ToolError
from dive.evidence import Graph
from dive.flow import enter
from dive.grade import grade
from dive.nouns import Answer, Draw, Drop, Json, Noun, Proof, Round, Task, Verdict, short_id
from dive.pools import exemplars, generator
from dive.prove.evaluate import look
from dive.prove.examine import replay
from dive.prove.sandbox import evaluate
from dive.prove.values import fit, jsonable
from dive.tally import Tally
from dive.tools import Toolbox, bind
from dive.tree import Ent
from dive.verify import Desk, Readings, cases, controls, judged, retold, verify
from dive.verify.reworded import Fault, fixed
from dive.verify.second import disagreement


class Called(Struct, frozen=True):
    """What a call gave: bound arguments and result, or the kind and text of its failure."""

    args: dict[str, Json]
    result: Json = None
    failed: str = ""
    why: str = ""


class Made(Struct, frozen=True):
    """A call with its result."""

    tool: str
    args: dict[str, Json]
    result: Json


class Draft(Struct, frozen=True, kw_only=True):
    """A draw's rounds so far; the last of `rounds` is under judgement where a job says so."""

    draw: Draw
    rounds: tuple[Round, ...]

    def task(self) -> Task:
        """The rounds as a task."""
        *earlier, last = self.rounds
        return Task(
            id=short_id(last), key=self.draw.key, question=last.question, answer=last.answer, toolset=self.draw.toolset,
            proof=last.proof, evidence=(), controls=last.controls, lineage=tuple(earlier),
            pattern=">".join(r.pattern for r in self.rounds), seed=self.draw.seed, exemplar=self.draw.exemplars[0],
            mode=self.draw.mode,
        )  # fmt: skip


class Judged(Struct, frozen=True):
    """A proposal under judgement: the round it makes, and all that is wrong with it, gate by gate."""

    made: Round | None
    refusals: tuple[Verdict, ...] = ()
    calls: tuple[Made, ...] = ()


class Composed(Struct, frozen=True, kw_only=True):
    """What a draw gave without a model: nouns by stage, results, counts, why it was dropped if it was, and the type and
    id of each seed that was tried.
    """

    nouns: dict[str, Noun]
    counts: dict[str, int]
    blobs: tuple[bytes, ...] = ()
    drop: Drop | None = None
    tried: tuple[tuple[str, str], ...] = ()


class Retold(Struct, frozen=True):
    """What is wrong with another wording, and the calls of the proof."""

    faults: tuple[Fault, ...]
    calls: tuple[Made, ...]


class Compose(Struct, frozen=True):
    """Synthesize and verify a draw without a model."""

    draw: Draw


class Fixed(Struct, frozen=True):
    """Say what another wording of a task's question must keep letter by letter."""

    task: Task


class Retell(Struct, frozen=True):
    """Judge another wording of a task's question."""

    task: Task
    question: str


class Call(Struct, frozen=True):
    """Call a tool."""

    tool: str
    args: dict[str, Json]


class Look(Struct, frozen=True):
    """Evaluate an expression over results by id."""

    expr: str
    results: dict[str, Json]


class Try(Struct, frozen=True):
    """Run a proposal's steps and program."""

    made: Proposal
    toolset: tuple[str, ...]


class Judge(Struct, frozen=True):
    """Judge a proposal as the next round; `final`: a solver will be asked it."""

    made: Proposal
    draw: Draw
    rounds: tuple[Round, ...]
    final: bool


class Compare(Struct, frozen=True):
    """Compare the last round of a draft with the program of a reader."""

    draft: Draft
    second: Proposal


class Grade(Struct, frozen=True):
    """Grade a solver's words."""

    said: str
    answer: Answer


class Verify(Struct, frozen=True):
    """All gates on a draft, with what readers found."""

    task: Task
    readings: dict[str, Verdict]


class Walk(Struct, frozen=True):
    """Walk around a draw's seed as the mind without a model does; gives calls."""

    draw: Draw
    round: int


Proving = Judge | Compare | Verify
"""Jobs on one proof: they look at the same worlds, so one bench does all of a draw's."""


class Sight(Struct, frozen=True):
    """What a job may see of earlier blocks."""

    seen: Mapping[str, str]
    tally: Tally


class Shop:
    """Everything that jobs need; made in the parent, used in the benches."""

    def __init__(self, desk: Desk, box: Toolbox, compose: Callable[[Draw, Sight], Composed]) -> None:
        self.desk, self.box, self.compose = desk, box, compose
        self._does: dict[type, Callable[[Any, Sight], Any]] = {
            Call: self._call, Look: self._look, Try: self._try, Judge: self._judge, Compare: self._compare,
            Grade: self._grade, Verify: self._verify, Walk: self._walk,
            Compose: self._compose, Fixed: self._fixed, Retell: self._retell,
        }  # fmt: skip

    def __call__(self, job: object, sight: Sight) -> object:
        """What a job gives."""
        enter(type(job).__name__.lower())
        return self._does[type(job)](job, sight)

    def _call(self, job: Call, _: Sight) -> Called:
        try:
            bound = bind(self.box.registry.tool(job.tool), job.args)
            return Called(bound, self.box.call(job.tool, bound))
        except ToolError as error:
            return Called(dict(job.args), None, error.kind, str(error))

    def _look(self, job: Look, _: Sight) -> str:
        try:
            value = jsonable(evaluate(self.desk.sandbox, job.expr, job.results))
        except ProofError as error:
            return f"error: {error}"
        return msgspec.json.encode(value).decode()

    def _try(self, job: Try, _: Sight) -> str:
        try:
            proof = proof_of(job.made, self.desk.registry, self.desk.config.synthesize.max_each, job.toolset)
        except ProofError as error:
            return f"error: {error}"
        outcome = replay(proof, self.desk.call, self.desk.sandbox)
        if outcome.error:
            return f"error: {outcome.error.message}"
        made = [f"{done.step}: {done.tool}" for done in outcome.calls]
        return f"the program gives {msgspec.json.encode(outcome.value).decode()}\ncalls: {'; '.join(made)}"

    def _judge(self, job: Judge, _: Sight) -> Judged:
        try:
            made = self._round(job)
        except ProofError as error:
            return Judged(None, (Verdict(by="executes", passed=False, reason=str(error)),))
        draft = Draft(draw=job.draw, rounds=(*job.rounds, made))
        case, verdicts = judged(draft.task(), self.desk, job.final)
        if job.final and case.exam.outcome.error is None:
            made = msgspec.structs.replace(made, controls=self._controls(job.made, case))
            verdicts = [v for v in verdicts if v.by != "controls"]
            verdicts.append(controls.gate(made.answer, made.controls))
        on = self.desk.config.verify.gates
        bad = tuple(v for v in verdicts if v.passed is False and (not on or v.by in on))
        return Judged(made, bad, tuple(Made(done.tool, done.args, done.result) for done in case.exam.outcome.calls))

    def _round(self, job: Judge) -> Round:
        max_each, tools = self.desk.config.synthesize.max_each, job.draw.toolset
        proof = proof_of(job.made, self.desk.registry, max_each, tools)
        outcome = replay(proof, self.desk.call, self.desk.sandbox)
        if outcome.error:
            raise ProofError(outcome.error.message)
        answer = answer_from(job.made.answer, fit(outcome.value, proof.answer), self.desk.registry)
        if not grade(job.made.answer.expected, answer).passed:
            said = job.made.answer.expected[:80]
            raise ProofError(f"expected: you expect {said!r}, the program gives {outcome.value!r:.120}. One is wrong")
        proof = msgspec.structs.replace(proof, answer=answer)
        return Round(k=len(job.rounds) + 1, question=job.made.question.strip(), answer=answer, proof=proof,
                     pattern="model")  # fmt: skip

    def _controls(self, made: Proposal, case: Any) -> tuple[Answer, ...]:
        """Wrong answers: those of the model's own mutants first, then what the prover's and the evidence hold."""
        programs = [mutant.program for mutant in made.mutants if mutant.program.strip() != made.program.strip()][:6]
        values = look(case.exam.proof, case.exam.outcome, programs, self.desk.sandbox) if programs else []
        own = [fit(v, case.exam.answer) for v in values if not isinstance(v, Struct)]
        others = [value for _, value in case.report.wrong]
        others += [fit(o.value, case.exam.answer) for _, o in case.report.natural() if not o.error]
        return controls.build(case.exam, [*own, *others])

    def _compare(self, job: Compare, _: Sight) -> str:
        case = list(cases(job.draft.task(), self.desk, (), Tally()))[-1]
        try:
            max_each, tools = self.desk.config.synthesize.max_each, job.draft.draw.toolset
            second = proof_of(job.second, self.desk.registry, max_each, tools)
        except ProofError as error:
            return f"a reader's program is refused: {error}"
        proof: Proof = case.exam.proof
        natural = case.report.natural()
        return disagreement(proof, case.exam.outcome, natural, second, self.desk.call, self.desk.sandbox)

    def _grade(self, job: Grade, _: Sight) -> Verdict:
        return grade(job.said, job.answer)

    def _verify(self, job: Verify, sight: Sight) -> tuple[Task, list[bytes]]:
        readings: Readings = job.readings
        return verify(job.task, self.desk, sight.seen.keys(), sight.tally, readings)

    def _compose(self, job: Compose, sight: Sight) -> Composed:
        return self.compose(job.draw, sight)

    def _fixed(self, job: Fixed, _: Sight) -> list[str]:
        return fixed(job.task.question, job.task.proof, job.task.tree, self.desk.registry)

    def _retell(self, job: Retell, _: Sight) -> Retold:
        faults, outcome = retold(job.task, job.question, self.desk)
        return Retold(tuple(faults), tuple(Made(done.tool, done.args, done.result) for done in outcome.calls))

    def _walk(self, job: Walk, _: Sight) -> list[Made]:
        """The calls of a walk, in order; a move's own order decides which."""
        config: Config = self.desk.config
        graph = Graph(self.desk.registry, job.draw.toolset, self.box.call)
        rng = generator(config.seed, job.draw.index, "walk", job.round)
        known = {e.id: e for e in exemplars()}
        moves = [known[name].moves[min(job.round, len(known[name].moves)) - 1] for name in job.draw.exemplars]
        for move in dict.fromkeys((*moves, "list", "fact")):
            reach = Reach(graph, rng, {}, config.synthesize.steps_per_round, config.synthesize.max_each)
            walk(reach, Ent(job.draw.seed.type, job.draw.seed.id), move)
        calls = [Made(tool, msgspec.json.decode(args), result) for (tool, args), (result, _) in graph.calls.items()]
        return calls[: config.synthesize.steps_per_round * job.round]

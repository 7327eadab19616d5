"""verify: every gate on every round of a task. One module a gate, one verdict each; this file only calls them.

Takes a draft task and a `Desk` (what gates may look at); gives the task with evidence, controls, verdicts and
status, and the results that its evidence names. Does not know how drafts are made or where tasks go.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dive.config import Config
from dive.evidence import Graph
from dive.grade.match import match
from dive.nouns import Answer, Call, Json, Round, Task, Verdict, canonical, sha
from dive.pools.closure import Sample
from dive.prove import judge
from dive.prove.examine import examine
from dive.prove.evaluate import RECORDED, Done, Outcome, run
from dive.prove.sandbox import Sandbox
from dive.prove.values import fit
from dive.registry import Registry
from dive.tally import Tally
from dive.tools import CallFn
from dive.verify import (
    controls, executes, faithful, guessable, leaked, novel, sensible, shaped, shortcut, solvable, stable,
)  # fmt: skip
from dive.verify.exam import Exam
from dive.verify.fresh import Fresh
from dive.verify.guessable import Shares


class Desk(Struct, frozen=True):
    """What the gates may look at: tools, the sandbox, the closure pool, the calibration tables, the run's config."""

    registry: Registry
    call: CallFn
    sandbox: Sandbox
    fresh: Fresh
    samples: Mapping[str, Sequence[Sample]]
    by_field: Shares
    by_pattern: Shares
    config: Config

    @property
    def ordered(self) -> frozenset[str]:
        """Lists whose order means something, as `tool.field`."""
        tools = self.registry.tools.items()
        return frozenset(
            f"{name}.{path}" for name, loaded in tools for path, field in loaded.fields.items()
            if field.says and "ordered" in field.says.flags
        )  # fmt: skip

    def alternates(self, tool: str) -> list[Json]:
        """Other results of a tool, from the closure pool."""
        return [sample.result for sample in self.samples.get(tool, ())]


def verify(task: Task, desk: Desk, signatures: Collection[str], tally: Tally) -> tuple[Task, list[bytes]]:
    """The task judged: `verified` if every gate that is on has passed, for every round.

    Args:
        task: a draft.
        desk: what may be looked at.
        signatures: of the accepted tasks of earlier blocks.
        tally: counts over them.

    Returns:
        The task with verdicts up to the first failure, and the canonical JSON of each result in its evidence.
    """
    last = Round(k=len(task.lineage) + 1, question=task.question, answer=task.answer, proof=task.proof,
                 pattern=task.pattern, tree=task.tree)  # fmt: skip
    judged: list[Round] = []
    made: list[Outcome] = []
    for each in (*task.lineage, last):
        examined = _examined(each, task, desk)
        verdicts: list[Verdict] = []
        wrong: tuple[Answer, ...] = ()
        for verdict, found in _judged(each, examined, desk, made[-1:], (signatures, tally) if each is last else None):
            verdicts.append(verdict)
            wrong = found or wrong
            if not _passes(verdict, desk.config):
                return replace(task, verdicts=tuple(verdicts)), []
        judged.append(replace(each, verdicts=tuple(verdicts), controls=wrong))
        made.append(examined.outcome)
    evidence, blobs = _evidence(made, desk.registry)
    *lineage, final = judged
    return replace(task, evidence=evidence, controls=final.controls, lineage=tuple(lineage), verdicts=final.verdicts,
                   status="verified"), blobs  # fmt: skip


def _examined(each: Round, task: Task, desk: Desk) -> Exam:
    outcome = run(each.proof, desk.call, [RECORDED], desk.sandbox)[0]
    graph = Graph(desk.registry, sorted(desk.registry.tools), desk.call)
    return Exam(question=each.question, answer=each.answer, proof=each.proof, outcome=outcome, toolset=task.toolset,
                registry=desk.registry, tree=each.tree, graph=graph, pattern=task.pattern)  # fmt: skip


Judgement = tuple[Verdict, tuple[Answer, ...]]


def _judged(each: Round, exam: Exam, desk: Desk, before: Sequence[Outcome],
            earlier: tuple[Collection[str], Tally] | None) -> Iterator[Judgement]:  # fmt: skip
    """Verdicts in the order of `GATES`, each made when the one before was looked at; with the controls, if built."""
    config, proof, outcome = desk.config, exam.proof, exam.outcome
    yield shaped.gate(exam), ()
    yield executes.gate(outcome, *before), ()
    yield judge.entailed(proof, outcome, match), ()
    yield faithful.gate(each, desk.registry, config.synthesize.max_each), ()
    yield solvable.gate(exam), ()
    yield leaked.gate(exam), ()
    yield guessable.gate(exam, desk.by_field, desk.by_pattern, config.verify.guessable_max), ()
    yield shortcut.gate(exam, desk.call), ()
    yield sensible.gate(exam), ()
    report = examine(proof, desk.call, desk.sandbox, match, ordered=desk.ordered, alternates=desk.alternates)
    yield from ((verdict, ()) for verdict in report.verdicts[2:])
    others = [fit(made.value, exam.answer) for _, made in report.natural if not made.error]
    wrong = controls.build(exam, [*(value for _, value in report.wrong), *others])
    yield controls.gate(exam.answer, wrong), wrong
    if earlier is not None:
        yield stable.gate(outcome, desk.fresh), ()
        yield novel.gate(exam, earlier[1], earlier[0]), ()


def _passes(verdict: Verdict, config: Config) -> bool:
    """Whether a task may go on: a gate that is off, a pass, or a `not_checkable` that the run file allows."""
    if config.verify.gates and verdict.by not in config.verify.gates:
        return True
    return verdict.passed is True or (verdict.passed is None and verdict.by in config.verify.allow_not_checkable)


def _evidence(made: Sequence[Outcome], registry: Registry) -> tuple[tuple[Call, ...], list[bytes]]:
    """The calls of the last round's proof, each with the first round that made it, and their results as JSON."""
    first: dict[bytes, int] = {}
    for k, outcome in enumerate(made, start=1):
        for done in outcome.calls:
            first.setdefault(canonical([done.tool, done.args]), k)
    kept: dict[bytes, Done] = {}
    for outcome in reversed(made):
        for done in outcome.calls:
            kept.setdefault(canonical([done.tool, done.args]), done)
    calls = tuple(
        Call(id=f"c{n}", tool=done.tool, tool_hash=registry.tool(done.tool).tool.hash, args=done.args,
             result=f"sha256:{sha(done.result)}", round=first[key])  # fmt: skip
        for n, (key, done) in enumerate(kept.items(), start=1)
    )
    return calls, [canonical(done.result) for done in kept.values()]

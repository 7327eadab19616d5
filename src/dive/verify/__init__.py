"""verify: all gates on a task, those on a proof in every round. One module a gate, one verdict each; only calls them.

Takes a draft task and a `Desk` (what gates may look at); gives the task with evidence, controls, verdicts and
status, and the results that its evidence names. Does not know how drafts are made or where tasks go.
"""

import functools
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dive.config import Config
from dive.derive.sound import asks_more
from dive.evidence import Graph
from dive.grade.match import match
from dive.nouns import GATES, Answer, Call, Round, Task, Verdict, canonical, sha
from dive.prove import judge
from dive.prove.batch import call_key
from dive.prove.bend import Others
from dive.prove.evaluate import Done, Outcome
from dive.prove.examine import Report, examine, replay
from dive.prove.sandbox import Plain, Runner, Sandbox
from dive.prove.values import choices, fit
from dive.registry import Registry
from dive.tally import Tally
from dive.tools import CallFn
from dive.tree import Node
from dive.verify import (
    asked,
    controls,
    executes,
    faithful,
    guessable,
    leaked,
    novel,
    reworded,
    sensible,
    shaped,
    shortcut,
    solvable,
    stable,
)  # fmt: skip
from dive.verify.exam import Exam
from dive.verify.fresh import Fresh
from dive.verify.guessable import Shares
from dive.verify.reworded import Fault

Readings = Mapping[str, Verdict]
"""What models found on reading questions that have no tree, by question."""
NO_READINGS: Readings = {}
REPORTS = 128
"""Reports that a desk keeps: those of the draws that are being read."""


class Desk(Struct, frozen=True, dict=True):
    """What the gates may look at: tools, the sandbox, the closure pool, the calibration tables, the run's config; and
    what the prover found lately in the worlds of last rounds, which a draw led by models asks for more than once.
    """

    registry: Registry
    call: CallFn
    sandbox: Sandbox
    fresh: Fresh
    samples: Mapping[str, Others]
    by_field: Shares
    by_pattern: Shares
    config: Config
    reports: dict[str, Report] = {}

    @functools.cached_property
    def ordered(self) -> frozenset[str]:
        """Lists whose order means something, as `tool.field`."""
        tools = self.registry.tools.items()
        return frozenset(
            f"{name}.{path}" for name, loaded in tools for path, field in loaded.fields.items()
            if field.says and "ordered" in field.says.flags
        )  # fmt: skip

    def runner(self, tree: Node | None) -> Runner:
        """Where a round's expressions run: those that were compiled here from a tree in CPython, a model's only in the
        sandbox. `dive prove` runs all of them in the sandbox again.
        """
        return self.sandbox if tree is None else self._plain

    @functools.cached_property
    def _plain(self) -> Plain:
        return Plain()

    def alternates(self, tool: str) -> Others:
        """Other results of a tool, from the closure pool."""
        return self.samples.get(tool) or Others()


def verify(task: Task, desk: Desk, signatures: Collection[str], tally: Tally,
           readings: Readings = NO_READINGS) -> tuple[Task, list[bytes]]:  # fmt: skip
    """The task judged: `verified` if every gate that is on has passed, for each round that it judges.

    Args:
        task: a draft.
        desk: what may be looked at.
        signatures: of the accepted tasks of earlier blocks.
        tally: counts over them.
        readings: what models found when they read questions that have no tree.

    Returns:
        The task with verdicts up to the first failure, and the canonical JSON of each result in its evidence.
    """
    *earlier, last = cases(task, desk, signatures, tally, readings)
    judged: list[Round] = []
    for case in (last, *earlier):  # what a solver will be asked fails the most
        verdicts: list[Verdict] = []
        for gate in case.gates:
            verdicts.append(gate(case))
            if not _passes(verdicts[-1], case):
                return replace(task, verdicts=tuple(verdicts)), []
        judged.append(replace(case.made, verdicts=tuple(verdicts), controls=case.controls if case is last else ()))
    final, *lineage = judged
    evidence, blobs = _evidence([case.exam.outcome for case in (*earlier, last)], desk.registry)
    unread = any(v.by == "faithful" and v.passed is None for v in final.verdicts)
    return replace(task, evidence=evidence, controls=final.controls, lineage=tuple(lineage), verdicts=final.verdicts,
                   status="proved" if unread else "verified"), blobs  # fmt: skip


def judged(task: Task, desk: Desk, final: bool) -> tuple["Case", list[Verdict]]:
    """The last round of a draft as a case, and what its gates say that look at one task alone, refusals and all.

    A proof that does not run says nothing to the other gates. `stable` is left to `verify`: it asks another process.

    Args:
        task: a draft whose last round is to be judged.
        desk: what may be looked at.
        final: whether this round is what a solver will be asked.
    """
    *_, case = cases(task, desk, (), Tally())
    case = case if final else Case(case.made, case.exam, desk, case.before, None)
    first = CHECKS["executes"](case)
    if not first.passed:
        return case, [first]
    left_out = {"executes", "stable", "novel"} | (set() if final else LAST)
    return case, [first, *(gate(case) for name, gate in CHECKS.items() if name not in left_out)]


def retold(task: Task, question: str, desk: Desk) -> tuple[list[Fault], Outcome]:
    """What is wrong with another wording of a composed task's question, and the calls of its proof.

    Asked are the gates that read the words; what the others judged stands, since tree and proof stay as they are.
    """
    *_, case = cases(replace(task, question=question, spoken=task.question), desk, (), Tally())
    gates = (gate(case) for gate in (CHECKS["solvable"], CHECKS["leaked"]))
    found = [Fault(verdict.by, verdict.reason) for verdict in gates if verdict.passed is False]
    return [*reworded.faults(case.exam), *found], case.exam.outcome


def cases(task: Task, desk: Desk, signatures: Collection[str], tally: Tally,
          readings: Readings = NO_READINGS) -> Iterator["Case"]:  # fmt: skip
    """The rounds of a task, executed and ready to be judged, one after the other."""
    last = Round(k=len(task.lineage) + 1, question=task.question, answer=task.answer, proof=task.proof,
                 pattern=task.pattern, controls=task.controls, tree=task.tree)  # fmt: skip
    before: Outcome | None = None
    for each in (*task.lineage, last):
        exam = _examined(each, task, desk)
        if each is last and isinstance(task.spoken, str):
            exam = replace(exam, spoken=task.spoken)
        yield Case(each, exam, desk, before, (signatures, tally) if each is last else None, readings)
        before = exam.outcome


class Case:
    """One round before the gates, with what several of them look at made once."""

    def __init__(self, made: Round, exam: Exam, desk: Desk, before: Outcome | None,
                 earlier: tuple[Collection[str], Tally] | None, readings: Readings = NO_READINGS) -> None:  # fmt: skip
        self.made, self.exam, self.desk, self.before, self.earlier = made, exam, desk, before, earlier
        self.reading = readings.get(made.question)

    @property
    def gates(self) -> tuple[Callable[["Case"], Verdict], ...]:
        """The gates in the order in which they judge; those that look at the whole task only in its last round."""
        return tuple(gate for name, gate in CHECKS.items() if self.earlier is not None or name not in LAST)

    @functools.cached_property
    def report(self) -> Report:
        """What the prover found in the proof's worlds; all of them are tried once, however many jobs look at it."""
        desk, bend = self.desk, self.earlier is not None
        results = [sha(done.result) for done in self.exam.outcome.calls]
        key = sha([sha(self.exam.proof), *results]) if bend and self.made.tree is None else ""
        if key not in desk.reports:
            found = examine(self.exam.proof, desk.call, desk.runner(self.made.tree), match, ordered=desk.ordered,
                            alternates=desk.alternates, margin=desk.config.verify.tie_margin,
                            recorded=self.exam.outcome, bend=bend)  # fmt: skip
            if not key:
                return found
            desk.reports[key] = found
            if len(desk.reports) > REPORTS:
                del desk.reports[next(iter(desk.reports))]
        return desk.reports[key]

    @functools.cached_property
    def controls(self) -> tuple[Answer, ...]:
        """The wrong answers that the round came with, or those that its evidence holds."""
        others = (fit(made.value, self.exam.answer) for _, made in self.report.natural() if not made.error)
        values = itertools.chain((value for _, value in self.report.wrong), others)
        return self.made.controls or controls.build(self.exam, values)

    def proved(self, name: str) -> Verdict:
        """The prover's verdict called `name`; one that does not give the answer may still give several."""
        found = next((verdict for verdict in self.report.verdicts if verdict.by == name), None)
        if found is None and name == "unique" and choices(self.exam.outcome.value, self.exam.answer):
            found = judge.unique(self.exam.proof, self.exam.outcome, ())
        return found or Verdict(by=name, passed=None, reason="the proof does not give the answer")


def _guessable(case: Case) -> Verdict:
    desk = case.desk
    return guessable.gate(case.exam, desk.by_field, desk.by_pattern, desk.config.verify.guessable_max)


def _faithful(case: Case) -> Verdict:
    desk, final = case.desk, case.earlier is not None
    if case.made.tree is None:
        return faithful.read(asked.faults(case.exam), case.reading, final=final)
    made = replace(case.made, question=case.exam.spoken or case.made.question)
    composed = faithful.gate(made, case.exam.outcome, desk.registry, desk.config.synthesize.max_each)
    if not case.exam.spoken or not composed.passed:
        return composed
    return faithful.read([fault.text for fault in reworded.faults(case.exam)], case.reading, final=final)


def _more(case: Case) -> bool:
    calls = case.before.calls if case.before else ()
    return case.made.tree is not None and asks_more(case.made.tree, len({call_key(d.tool, d.args) for d in calls}))


def _novel(case: Case) -> Verdict:
    signatures, tally = case.earlier or ((), Tally())
    return novel.gate(case.exam, novel.past(tally, signatures, len(case.desk.registry.tools)))


CHECKS: dict[str, Callable[[Case], Verdict]] = {
    "shaped": lambda case: shaped.gate(case.exam),
    "executes": lambda case: executes.gate(case.exam.outcome, case.before, _more(case)),
    "entailed": lambda case: judge.entailed(case.exam.proof, case.exam.outcome, match),
    "faithful": _faithful,
    "solvable": lambda case: solvable.gate(case.exam),
    "leaked": lambda case: leaked.gate(case.exam),
    "guessable": _guessable,
    "shortcut": lambda case: shortcut.gate(case.exam, case.desk.call),
    "sensible": lambda case: sensible.gate(case.exam),
    "sensitive": lambda case: case.proved("sensitive"),
    "unique": lambda case: case.proved("unique"),
    "controls": lambda case: controls.gate(case.exam.answer, case.controls),
    "stable": lambda case: stable.gate(case.exam.outcome, case.desk.fresh),
    "novel": _novel,
}
"""Every gate by its name, in the order in which they judge: the cheap ones first."""
LAST = frozenset({"leaked", "guessable", "shortcut", "sensitive", "controls", "stable", "novel"})
"""Gates on what a solver will be asked. An earlier round is a step of the way: what it says must be proved and clear,
but it may be as plain as one call.
"""
assert set(CHECKS) == set(GATES)


def _examined(each: Round, task: Task, desk: Desk) -> Exam:
    outcome = replay(each.proof, desk.call, desk.runner(each.tree))
    graph = Graph(desk.registry, sorted(desk.registry.tools), desk.call)
    return Exam(question=each.question, answer=each.answer, proof=each.proof, outcome=outcome, toolset=task.toolset,
                registry=desk.registry, tree=each.tree, graph=graph, pattern=task.pattern)  # fmt: skip


def _passes(verdict: Verdict, case: Case) -> bool:
    """Whether a task may go on: a gate that is off, a pass, or a `not_checkable` that the run file allows.

    A question without a tree that nobody has read goes on too: it is `proved` and not `verified`.
    """
    config = case.desk.config
    if verdict.by == "faithful" and verdict.passed is None and (case.made.tree is None or case.exam.spoken):
        return True
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
        Call(
            id=f"c{n}",
            tool=done.tool,
            tool_hash=registry.tool(done.tool).tool.hash,
            args=done.args,
            result=f"sha256:{sha(done.result)}",
            round=first[key],
        )
        for n, (key, done) in enumerate(kept.items(), start=1)
    )
    return calls, [canonical(done.result) for done in kept.values()]

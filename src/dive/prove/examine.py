"""The prover: one proof through all its worlds, judged.

Takes a proof, a function that calls tools, a sandbox and the grader's match; gives a Report with the verdicts of
`executes`, `entailed`, `sensitive` and `unique`, and what other gates and the controls need from the same worlds.
Does not know the question.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from dive.errors import ProofError
from dive.nouns import Json, Proof, Verdict
from dive.prove import judge
from dive.prove.bend import NATURAL, Alternates, bends
from dive.prove.evaluate import RECORDED, Failure, Outcome, World, run
from dive.prove.mutate import cross, mutants
from dive.prove.sandbox import Runner
from dive.prove.ties import NEAR, contests
from dive.prove.values import fit, same
from dive.tools import CallFn

MAX_BENT = 24
"""Bent worlds in which a mutant that changes nothing in the recorded world is tried."""
FIRST = {"rotate": 2, "drop": 1, "alternate": 1}
"""Bent worlds of each step that are tried before any others: for four steps of five they tell enough."""
AT_ONCE = 12
"""Natural worlds that are run together."""


class Report(Struct, frozen=True, kw_only=True):
    """What the prover found.

    Attributes:
        verdicts: in the order of the gates; after a failed `executes` or `entailed` nothing else is tried.
        recorded: the outcome in the recorded world; its calls are the evidence.
        wrong: values of mutants that give another answer: (what was changed, value).
        trials: the bent worlds, if any were tried.
    """

    verdicts: tuple[Verdict, ...]
    recorded: Outcome
    wrong: tuple[tuple[str, Json], ...] = ()
    trials: "Trials | None" = None

    @property
    def passed(self) -> bool:
        """Whether all verdicts passed."""
        return all(verdict.passed for verdict in self.verdicts)

    def natural(self) -> Iterator[tuple[World, Outcome]]:
        """Bent worlds in which two right programs must agree, with what this proof gives there; run as asked for."""
        return self.trials.natural() if self.trials else iter(())


def examine(
    proof: Proof,
    call: CallFn,
    sandbox: Runner,
    match: judge.Match,
    *,
    ordered: Collection[str] = (),
    alternates: Alternates | None = None,
    margin: float = NEAR,
    recorded: Outcome | None = None,
    bend: bool = True,
) -> Report:
    """Proves or refuses.

    Args:
        proof: what to judge.
        call: calls tools; used for the recorded world and for calls whose arguments a bent world changes.
        sandbox: where expressions run.
        match: the grader.
        ordered: lists whose order means something, as `tool.field`.
        alternates: other results of a tool.
        margin: the relative distance under which measured values are tied.
        recorded: what the proof gave in the recorded world, if it was run already.
        bend: whether other worlds are tried; without them the report has no verdict `sensitive`.
    """
    recorded = recorded or replay(proof, call, sandbox)
    first = [judge.executes(recorded)]
    if first[0].passed:
        first.append(judge.entailed(proof, recorded, match))
    if not all(verdict.passed for verdict in first):
        return Report(verdicts=tuple(first), recorded=recorded)
    bench = _Bench(proof, call, sandbox, recorded, margin)
    if not bend:
        return Report(verdicts=(*first, _unique(bench)), recorded=recorded)
    return _tried(bench, first, bends(proof, recorded, ordered=ordered, alternates=alternates))


def replay(proof: Proof, call: CallFn, sandbox: Runner) -> Outcome:
    """What the proof gives in the recorded world; a proof that cannot be run gives a failure."""
    try:
        [recorded] = run(proof, call, [RECORDED], sandbox)
    except ProofError as error:
        return Outcome(error=Failure("refused", str(error)))
    return recorded


class _Bench(NamedTuple):
    """What every trial of one proof needs."""

    proof: Proof
    call: CallFn
    sandbox: Runner
    recorded: Outcome
    margin: float


class Trials:
    """The bent worlds of one proof; each is run when somebody first wants to know what the proof gives there."""

    def __init__(self, bench: _Bench, worlds: Sequence[World]) -> None:
        self.worlds = worlds
        self._bench = bench
        self._outcomes: dict[int, Outcome] = {}

    def run(self, chosen: Iterable[int], others: Sequence[World] = ()) -> list[Outcome]:
        """Runs the worlds with these numbers, and others; the outcomes of the others."""
        new = [number for number in dict.fromkeys(chosen) if number not in self._outcomes]
        if not new and not others:
            return []
        bench, worlds = self._bench, [*(self.worlds[number] for number in new), *others]
        outcomes = run(bench.proof, bench.call, worlds, bench.sandbox)
        self._outcomes.update(zip(new, outcomes, strict=False))
        return outcomes[len(new) :]

    def known(self) -> list[tuple[World, Outcome]]:
        """The worlds that were run, with what the proof gives there."""
        return [(self.worlds[number], outcome) for number, outcome in sorted(self._outcomes.items())]

    def all(self) -> list[tuple[World, Outcome]]:
        """All worlds, with what the proof gives there."""
        self.run(range(len(self.worlds)))
        return self.known()

    def natural(self) -> Iterator[tuple[World, Outcome]]:
        """The worlds that keep functional dependencies, in order; run some at a time."""
        numbers = self.natural_numbers()
        for place, number in enumerate(numbers):
            if number not in self._outcomes:
                self.run(numbers[place : place + AT_ONCE])
            yield self.worlds[number], self._outcomes[number]

    def natural_numbers(self) -> list[int]:
        """The numbers of the worlds that keep functional dependencies."""
        return [number for number, world in enumerate(self.worlds) if world.kind in NATURAL]

    def of(self, steps: Collection[str]) -> list[int]:
        """The numbers of the worlds that bend results of these steps."""
        return [number for number, world in enumerate(self.worlds) if world.step in steps]

    def telling(self) -> Iterator[int]:
        """The numbers of those that tell most: the first few of each step, and lists that run backwards."""
        seen = Counter[tuple[str, str]]()
        for number, world in enumerate(self.worlds):
            seen[world.step, world.kind] += 1
            if world.kind == "reverse" or seen[world.step, world.kind] <= FIRST.get(world.kind, 0):
                yield number


def _tried(bench: _Bench, first: list[Verdict], bent: list[World]) -> Report:
    proof, _, _, recorded, margin = bench
    trials, mutated = Trials(bench, bent), mutants(proof)
    found, unknown = contests(proof)
    probes = [World(label=contest.keys, kind="probe", program=contest.keys) for contest in found]
    early = [*trials.telling(), *trials.natural_numbers()[:AT_ONCE]]
    outcomes = trials.run(early, [*mutated, *probes])
    mutated_out, probes_out = outcomes[: len(mutated)], outcomes[len(mutated) :]
    changes = [judge.state(recorded, outcome, proof.answer) for outcome in mutated_out]
    idle = [mutant for mutant, change in zip(mutated, changes, strict=True) if change == "same"]
    dead = _dead(bench, idle, trials.known()) if idle else []
    if dead:
        dead = _dead(bench, [mutant for mutant in idle if mutant.label in dead], trials.all())
    trials.run(trials.of(judge.idle(proof, recorded, trials.known())))
    sensitive = judge.sensitive(proof, recorded, trials.known(), dead)
    if not sensitive.passed:
        sensitive = judge.sensitive(proof, recorded, trials.all(), dead)
    held = [(contest, o.error or o.value) for contest, o in zip(found, probes_out, strict=True)]
    sensitive = judge.connected(proof) if sensitive.passed else sensitive
    return Report(
        verdicts=(*first, sensitive, judge.unique(proof, recorded, held, unknown, margin)),
        recorded=recorded,
        wrong=_wrong(proof, recorded, mutated, mutated_out),
        trials=trials,
    )


def _unique(bench: _Bench) -> Verdict:
    """The verdict `unique` alone."""
    found, unknown = contests(bench.proof)
    probes = [World(label=contest.keys, kind="probe", program=contest.keys) for contest in found]
    outcomes = run(bench.proof, bench.call, probes, bench.sandbox) if probes else []
    held = [(contest, o.error or o.value) for contest, o in zip(found, outcomes, strict=True)]
    return judge.unique(bench.proof, bench.recorded, held, unknown, bench.margin)


def _dead(bench: _Bench, idle: list[World], bent: list[tuple[World, Outcome]]) -> list[str]:
    """Mutants that change nothing in any bent world either."""
    alive = [(world, outcome) for world, outcome in bent if not outcome.error and world.kind != "reverse"]
    chosen = _spread(alive)
    worlds = [cross(mutant, world) for mutant in idle for world, _ in chosen]
    crossed = run(bench.proof, bench.call, worlds, bench.sandbox)
    size = len(chosen)
    by_label = {mutant.label: crossed[i * size : (i + 1) * size] for i, mutant in enumerate(idle)}
    return judge.dead(bench.proof.answer, [outcome for _, outcome in chosen], by_label)


def _spread(worlds: list[tuple[World, Outcome]]) -> list[tuple[World, Outcome]]:
    """At most MAX_BENT worlds, of each kind some: the kinds take turns."""
    queues: dict[str, list[tuple[World, Outcome]]] = {}
    for world, outcome in worlds:
        queues.setdefault(world.kind, []).append((world, outcome))
    turns = [queue[i] for i in range(len(worlds)) for queue in queues.values() if i < len(queue)]
    return turns[:MAX_BENT]


def _wrong(
    proof: Proof, recorded: Outcome, mutated: Sequence[World], outcomes: Sequence[Outcome]
) -> tuple[tuple[str, Json], ...]:
    """Values of mutants that are not the answer, each once."""
    right = fit(recorded.value, proof.answer)
    found: list[tuple[str, Json]] = []
    for mutant, outcome in zip(mutated, outcomes, strict=True):
        value = fit(outcome.value, proof.answer)
        if not outcome.error and not same(value, right) and not any(same(value, other) for _, other in found):
            found.append((mutant.label, value))
    return tuple(found)

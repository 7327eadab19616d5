"""The prover: one proof through all its worlds, judged.

Takes a proof, a function that calls tools, a sandbox and the grader's match; gives a Report with the verdicts of
`executes`, `entailed`, `sensitive` and `unique`, and what other gates and the controls need from the same worlds.
Does not know the question.
"""

from collections.abc import Collection, Sequence
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


class Report(Struct, frozen=True, kw_only=True):
    """What the prover found.

    Attributes:
        verdicts: in the order of the gates; after a failed `executes` or `entailed` nothing else is tried.
        recorded: the outcome in the recorded world; its calls are the evidence.
        states: `changed`, `broke` or `same` per (step, field).
        wrong: values of mutants that give another answer: (what was changed, value).
        natural: bent worlds in which two right programs must agree, with what this proof gives there.
    """

    verdicts: tuple[Verdict, ...]
    recorded: Outcome
    states: dict[tuple[str, str], judge.State] = {}
    wrong: tuple[tuple[str, Json], ...] = ()
    natural: tuple[tuple[World, Outcome], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all verdicts passed."""
        return all(verdict.passed for verdict in self.verdicts)


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


def _tried(bench: _Bench, first: list[Verdict], bent: list[World]) -> Report:
    proof, call, sandbox, recorded, margin = bench
    mutated = mutants(proof)
    found, unknown = contests(proof)
    probes = [World(label=contest.keys, kind="probe", program=contest.keys) for contest in found]
    outcomes = run(proof, call, [*bent, *mutated, *probes], sandbox)
    bent_out, rest = outcomes[: len(bent)], outcomes[len(bent) :]
    mutated_out, probes_out = rest[: len(mutated)], rest[len(mutated) :]
    changes = [judge.state(recorded, outcome, proof.answer) for outcome in mutated_out]
    idle = [mutant for mutant, change in zip(mutated, changes, strict=True) if change == "same"]
    dead = _dead(bench, idle, list(zip(bent, bent_out, strict=True)))
    sensitive = judge.sensitive(proof, recorded, bent, bent_out, dead)
    held = [(contest, o.error or o.value) for contest, o in zip(found, probes_out, strict=True)]
    sensitive = judge.connected(proof) if sensitive.passed else sensitive
    return Report(
        verdicts=(*first, sensitive, judge.unique(proof, recorded, held, unknown, margin)),
        recorded=recorded,
        states=judge.states(proof, recorded, bent, bent_out),
        wrong=_wrong(proof, recorded, mutated, mutated_out),
        natural=tuple((w, o) for w, o in zip(bent, bent_out, strict=True) if w.kind in NATURAL),
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
    if not idle:
        return []
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

"""Judgements on a proof from its evaluated worlds.

Takes a proof, what it gave in the recorded world and in others, and the grader's match; gives Verdicts. Pure: nothing
is run here (see `examine.py`) and no tool is called.
"""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import UNSET

from dive.nouns import Answer, Json, Proof, Verdict
from dive.prove.batch import call_key
from dive.prove.bend import step_expressions
from dive.prove.evaluate import Failure, Outcome, World
from dive.prove.expr import nodes, parsed, reads
from dive.prove.ties import NEAR, Contest, tied
from dive.prove.values import choices, fit, same

Match = Callable[[Json, Answer], bool]
"""The grader: whether a value is the answer."""

State = Literal["changed", "broke", "same"]
RANK: dict[State, int] = {"same": 0, "broke": 1, "changed": 2}


def executes(outcome: Outcome) -> Verdict:
    """Every step runs and the program gives a value."""
    return Verdict(by="executes", passed=not outcome.error, reason=outcome.error.message if outcome.error else "")


def entailed(proof: Proof, outcome: Outcome, match: Match) -> Verdict:
    """The program over the recorded results gives the answer."""
    if outcome.error:
        return Verdict(by="entailed", passed=False, reason=outcome.error.message)
    value = fit(outcome.value, proof.answer)
    if match(value, proof.answer):
        return Verdict(by="entailed", passed=True)
    claim = proof.answer.value if isinstance(proof.answer.value, str | int | float) else proof.answer.type
    return Verdict(
        by="entailed", passed=False, reason=f"the program gives {value!r:.120}, the answer says {claim!r:.120}"
    )


def state(recorded: Outcome, other: Outcome, answer: Answer) -> State:
    """What another world does to the answer."""
    if other.error:
        return "broke"
    if recorded.error:
        return "changed"
    return "same" if same(fit(recorded.value, answer), fit(other.value, answer)) else "changed"


def states(proof: Proof, recorded: Outcome, tried: Iterable[tuple[World, Outcome]]) -> dict[tuple[str, str], State]:
    """The strongest state per (step, field) in the worlds tried; a used field is one that is not `same`."""
    found: dict[tuple[str, str], State] = {}
    for world, outcome in tried:
        if world.kind in ("reverse", "mutant", "probe", "recorded"):
            continue
        key, new = (world.step, world.field), state(recorded, outcome, proof.answer)
        found[key] = max(found.get(key, "same"), new, key=RANK.__getitem__)
    return found


def dead(answer: Answer, bent: Sequence[Outcome], crossed: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """Labels of mutants that change nothing in any bent world.

    Args:
        answer: the answer.
        bent: what the proof gives in each bent world.
        crossed: what each mutant that changes nothing in the recorded world gives there, by its label.
    """
    return [
        label
        for label, outcomes in crossed.items()
        if not any(not b.error and state(b, o, answer) != "same" for b, o in zip(bent, outcomes, strict=True))
    ]


def idle(proof: Proof, recorded: Outcome, tried: Iterable[tuple[World, Outcome]]) -> dict[str, str]:
    """The call steps that change the answer in none of the worlds tried, and what bending their results does."""
    best: dict[str, State] = {}
    for (step, _), new in states(proof, recorded, tried).items():
        best[step] = max(best.get(step, "same"), new, key=RANK.__getitem__)
    return {
        step.id: "only breaks the proof" if best.get(step.id) == "broke" else "changes nothing"
        for step in proof.steps
        if step.call is not UNSET and best.get(step.id) != "changed"
    }


def sensitive(
    proof: Proof, recorded: Outcome, tried: Sequence[tuple[World, Outcome]], dead_clauses: Sequence[str] = ()
) -> Verdict:
    """Each call changes the answer in some world, no clause is dead, and no list's order matters."""
    faults = [
        f"step {step}: bending its result {how}. Remove the call or use what it gives"
        for step, how in idle(proof, recorded, tried).items()
    ]
    for world, outcome in tried:
        if world.kind == "reverse" and state(recorded, outcome, proof.answer) != "same":
            faults.append(f"{world.label}: the answer depends on the order of the list. Select by value")
    faults += [f"{label}: changes nothing. Remove the clause or choose a tighter one" for label in dead_clauses]
    return Verdict(by="sensitive", passed=not faults, reason="; ".join(faults))


def unique(
    proof: Proof,
    recorded: Outcome,
    held: Sequence[tuple[Contest, Json | Failure]],
    unknown: Sequence[str] = (),
    margin: float = NEAR,
) -> Verdict:
    """One answer only: selections of one member, and no ties among what wins or is ordered.

    Args:
        proof: the proof.
        recorded: what it gave.
        held: the contests of `ties.contests` with the values of their keys.
        unknown: contests whose keys cannot be shown.
        margin: the relative distance under which measured values are tied.
    """
    for members in choices(recorded.value, proof.answer):
        shown = ", ".join(repr(member)[:40] for member in members[:4]) or "nothing"
        reason = f"program: selects {len(members)} where one is asked for: {shown}. Add a condition or ask for the set"
        return Verdict(by="unique", passed=False, reason=reason)
    failed = list(unknown)
    for contest, keys in held:
        if isinstance(keys, Failure):
            failed.append(contest.shown)
            continue
        tie = tied(contest, keys, _tolerances(proof.answer), margin)
        if tie:
            reason = f"tie: {contest.shown[:80]} has {tie[0]!r:.40} beside {tie[1]!r:.40}"
            return Verdict(by="unique", passed=False, reason=reason)
    if failed:
        return Verdict(by="unique", passed=None, reason=f"the keys cannot be shown: {failed[0][:120]}")
    return Verdict(by="unique", passed=True)


def stable(recorded: Outcome, again: Sequence[Json]) -> Verdict:
    """The calls give the same results in a fresh process.

    Args:
        recorded: the executed proof.
        again: the results of the same calls, in the same order, from the other process.
    """
    if len(again) != len(recorded.calls):
        reason = f"{len(recorded.calls)} calls were made, {len(again)} results came back"
        return Verdict(by="stable", passed=False, reason=reason)
    for done, result in zip(recorded.calls, again, strict=True):
        if not same(done.result, result):
            key = call_key(done.tool, done.args)
            return Verdict(by="stable", passed=False, reason=f"step {done.step}: {key[:120]} gives another result now")
    return Verdict(by="stable", passed=True)


def connected(proof: Proof) -> Verdict:
    """Every call is used: by the program or an assumption, by way of other steps. (Reported under `sensitive`.)"""
    wanted = _upstream(proof, _reads(proof, (proof.program, *proof.assume)))
    loose = [step.id for step in proof.steps if step.id not in wanted]
    reason = f"step {loose[0]}: nothing uses it. Remove it" if loose else ""
    return Verdict(by="sensitive", passed=not loose, reason=reason)


def parts(proof: Proof) -> int:
    """Into how many unrelated parts the calls fall when the parts of a record or list are looked at one by one."""
    body = parsed(proof.program).body
    members: Sequence[ast.expr] = body.values if isinstance(body, ast.Dict) else [body]
    members = body.elts if isinstance(body, ast.List | ast.Tuple) else members
    groups = [_upstream(proof, _reads(proof, [ast.unparse(member)])) for member in members]
    merged: list[set[str]] = []
    for group in groups:
        touching = [other for other in merged if other & group]
        merged = [other for other in merged if not other & group] + [group.union(*touching)]
    return len([group for group in merged if group])


def _reads(proof: Proof, texts: Iterable[str]) -> set[str]:
    ids = [step.id for step in proof.steps]
    return {name for text in texts for name in reads(nodes(text), ids)}


def _upstream(proof: Proof, wanted: set[str]) -> set[str]:
    """The steps in `wanted` and all that they read, directly or not."""
    for step in reversed(proof.steps):
        if step.id in wanted:
            wanted = wanted | _reads(proof, step_expressions(step))
    return wanted


def contains(later: Outcome, earlier: Outcome) -> Verdict:
    """Every call of the earlier round's proof is in the later one's, with at least one new. (Under `executes`.)"""
    new = {call_key(done.tool, done.args) for done in later.calls}
    old = {call_key(done.tool, done.args) for done in earlier.calls}
    missing = sorted(old - new)
    if missing:
        return Verdict(
            by="executes", passed=False, reason=f"a call of the earlier round is missing: {missing[0][:120]}"
        )
    return Verdict(by="executes", passed=old < new, reason="" if old < new else "the round adds no call")


def _tolerances(answer: Answer) -> list[tuple[float, float]]:
    """(value, tolerance) of every number in an answer."""
    if isinstance(answer.value, dict):
        return [pair for part in answer.value.values() for pair in _tolerances(part)]
    if isinstance(answer.value, list):
        return [pair for part in answer.value for pair in _tolerances(part)]
    if answer.type != "number" or not isinstance(answer.value, int | float):
        return []
    default = 0.0 if answer.decimals is None else 0.5 * 10.0**-answer.decimals
    return [(answer.value, default if answer.tolerance is None else answer.tolerance)]

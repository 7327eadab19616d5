"""second: a program written by somebody who saw only the question and the results; do the two agree everywhere?

Takes both proofs and the bent worlds of the first; gives the first disagreement in words, or nothing. Two right
programs agree on the recorded world and on those bent worlds that keep functional dependencies, as far as both make
the calls that are bent. Does not know who wrote what, and never takes the majority.
"""

from collections.abc import Iterable

from dive.grade.match import match
from dive.nouns import Answer, Json, Proof
from dive.prove.batch import call_key
from dive.prove.evaluate import Outcome, World, run
from dive.prove.examine import replay
from dive.prove.sandbox import Runner
from dive.prove.values import fit, same
from dive.tools import CallFn

WORLDS = 16
"""Bent worlds in which the two are compared, at most."""


def disagreement(first: Proof, recorded: Outcome, natural: Iterable[tuple[World, Outcome]], second: Proof, call: CallFn,
                 sandbox: Runner) -> str:  # fmt: skip
    """Where the second program gives something else than the first; empty: nowhere.

    Args:
        first: the proof with its answer.
        recorded: what it gave in the recorded world.
        natural: bent worlds with what it gave there.
        second: the other program.
        call: calls tools.
        sandbox: where expressions run.
    """
    answer = first.answer
    other = replay(second, call, sandbox)
    if other.error:
        return f"a reader's program does not run: {other.error.message[:200]}"
    value = fit(other.value, answer)
    if not match(value, answer):
        return f"reading the question word for word gives {value!r:.80}, the program gives {shown(recorded, answer)}"
    if not same(value, fit(recorded.value, answer)):
        return ""  # the same thing under another name; in bent worlds the two cannot be compared
    made = {call_key(done.tool, done.args) for done in other.calls}
    shared = [(world, outcome) for world, outcome in natural if not outcome.error and world.bends.keys() <= made]
    step = max(1, len(shared) // WORLDS)
    chosen = shared[::step][:WORLDS]
    outcomes = run(second, call, [world for world, _ in chosen], sandbox) if chosen else []
    for (world, mine), theirs in zip(chosen, outcomes, strict=True):
        if not theirs.error and not same(fit(mine.value, answer), fit(theirs.value, answer)):
            return f"with other data ({world.label}) reading the question word for word gives another answer"
    return ""


def shown(outcome: Outcome, answer: Answer) -> str:
    """What a proof gave, for a message."""
    value: Json = fit(outcome.value, answer)
    return f"{value!r:.80}"

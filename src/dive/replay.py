"""A task's proofs on its recorded results: which step made which call, and what each named value was.

Takes a run directory, a task and a sandbox; gives `Replay`s. Calls no tool and judges nothing: whether a proof holds
is for `dive prove`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct

from dive.errors import ProofError
from dive.ledger import blob
from dive.nouns import Json, Proof, Task
from dive.prove.evaluate import RECORDED, Done, look, replay, run
from dive.prove.sandbox import Runner


class Replay(Struct, frozen=True):
    """What a proof gave: its calls by step, its named values if they were asked for, or why there is nothing."""

    calls: tuple[Done, ...] = ()
    values: Mapping[str, Json] = {}
    problem: str = ""


def recorded(directory: Path, task: Task) -> list[Done]:
    """The task's evidence with its results."""
    return [Done("", call.tool, call.args, msgspec.json.decode(blob(directory, call.result))) for call in task.evidence]


def replayed(proof: Proof, evidence: Sequence[Done], sandbox: Runner, values: bool = False) -> Replay:
    """`proof` on `evidence`; with `values` also what each `let` step was worth."""
    if not evidence:
        return Replay(problem="no evidence: this draft was never verified, or was dropped")
    names = [step.id for step in proof.steps if step.let is not UNSET] if values else []
    try:
        outcome = run(proof, replay(evidence), [RECORDED], sandbox)[0]
        seen = look(proof, outcome, names, sandbox) if names and not outcome.error else []
    except ProofError as error:
        return Replay(problem=f"the proof is refused: {error}")
    if outcome.error:
        return Replay(problem=f"the proof does not run on the recorded results: {outcome.error.message}")
    return Replay(outcome.calls, dict(zip(names, seen, strict=False)))

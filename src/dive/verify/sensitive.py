"""sensitive: the answer hangs on every call and on every clause.

Takes a proof, its recorded outcome and bent worlds with theirs; gives a Verdict. A call counts as needed when a bend
of its result CHANGES the answer; a world that only breaks proves nothing. A clause counts when changing it changes
the answer in the recorded or in a bent world. Turning round a list without order must change nothing.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dive.nouns import Json, Proof, Verdict
from dive.pools.closure import Sample
from dive.prove.batch import CallFn, call_key
from dive.prove.evaluate import Outcome, World, run
from dive.prove.sandbox import Runner
from dive.prove.values import fit, same
from dive.registry import Registry
from dive.verify.worlds import bends, distinct, mutants, reversals


class Bent(Struct, frozen=True):
    """What a proof gives in worlds that are not the recorded one."""

    recorded: Json
    worlds: tuple[tuple[World, Outcome], ...]

    def values(self, kinds: Sequence[str]) -> list[Json]:
        """Values in worlds of some kinds that differ from the recorded one, each once."""
        found: list[Json] = []
        for world, outcome in self.worlds:
            new = outcome.error is None and not same(outcome.value, self.recorded)
            if world.kind in kinds and new and not any(same(outcome.value, v) for v in found):
                found.append(outcome.value)
        return found


def bend(proof: Proof, outcome: Outcome, call: CallFn, sandbox: Runner, samples: Mapping[str, Sequence[Sample]],
         registry: Registry) -> Bent:  # fmt: skip
    """Runs the proof in all its bent worlds, in one batch."""

    def ordered(tool: str, field: str) -> bool:
        says = registry.field(tool, field).says
        return says is not None and "ordered" in says.flags

    worlds = [*bends(proof, outcome, samples), *reversals(proof, outcome, ordered), *mutants(proof)]
    made = zip(worlds, run(proof, call, worlds, sandbox), strict=True)
    fitted = ((w, o if o.error else replace(o, value=fit(o.value, proof.answer))) for w, o in made)
    return Bent(fit(outcome.value, proof.answer), tuple(fitted))


def gate(proof: Proof, outcome: Outcome, bent: Bent, call: CallFn, sandbox: Runner) -> Verdict:
    """The verdict `sensitive`."""
    states = _states(bent)
    for done in distinct(outcome.calls):
        if "changed" not in states.get(call_key(done.tool, done.args), ()):
            seen = ", ".join(sorted(states.get(call_key(done.tool, done.args), ()))) or "nothing"
            return _no(f"no bend of {done.tool} ({done.step}) changes the answer: {seen} in all of them")
    for world, made in bent.worlds:
        if world.kind == "reverse" and (made.error or not same(made.value, bent.recorded)):
            return _no(f"the order of {world.label.removesuffix(' reversed')} decides, and it claims none")
    dead = [w for w, o in bent.worlds if w.kind == "mutant" and not o.error and same(o.value, bent.recorded)]
    for world in dead:
        if not _bites_elsewhere(proof, world, bent, call, sandbox):
            return _no(f"a clause changes nothing: {world.label}")
    return Verdict(by="sensitive", passed=True)


def _states(bent: Bent) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for world, outcome in bent.worlds:
        state = "broke" if outcome.error else "same" if same(outcome.value, bent.recorded) else "changed"
        for key in world.bends:
            if world.kind != "reverse":
                found.setdefault(key, set()).add(state)
    return found


def _bites_elsewhere(proof: Proof, mutant: World, bent: Bent, call: CallFn, sandbox: Runner) -> bool:
    bases = [(w, o) for w, o in bent.worlds if w.bends and w.kind != "reverse" and not o.error]
    crossed = [replace(w, steps=mutant.steps, program=mutant.program) for w, _ in bases]
    return any(
        made.error is not None or not same(fit(made.value, proof.answer), base.value)
        for made, (_, base) in zip(run(proof, call, crossed, sandbox), bases, strict=True)
    )


def _no(reason: str) -> Verdict:
    return Verdict(by="sensitive", passed=False, reason=reason)

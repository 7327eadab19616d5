"""Plans: the steps of a proof, checked and ready to run as jobs.

Takes a proof and, for a mutant, replaced expressions; gives the source and the inputs of each step. All refusals of a
proof come at once. Does not run anything.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from msgspec import UNSET

from dive.errors import ProofError
from dive.nouns import Arg, Json, Proof, Step
from dive.prove.expr import check_id, compiled
from dive.prove.rules import is_set

T = TypeVar("T")


class Plan(NamedTuple):
    """A step or program ready to run: the job's source and inputs, and the constant arguments."""

    source: str
    reads: tuple[str, ...]
    constants: dict[str, Json]


class Plans:
    """The plans of a proof, and of its steps with replaced expressions."""

    def __init__(self, proof: Proof) -> None:
        self.proof = proof
        self.names: list[list[str]] = [[s.id for s in proof.steps[:i]] for i in range(len(proof.steps) + 1)]
        self.sets: set[str] = set()
        self.findings: list[str] = []
        for step in proof.steps:
            self._guard(lambda step=step: check_id(step.id))
        if len(set(self.names[-1])) < len(proof.steps):
            self.findings.append("steps: two steps have the same id. Give each its own")
        steps = [self._guard(lambda i=i: self.step(i, {})) for i in range(len(proof.steps))]
        assume = [self._guard(lambda a=a: self.expression(a, "assume")) for a in proof.assume]
        program = self._guard(lambda: self.expression(proof.program, "program"))
        if self.findings or program is None:
            raise ProofError("\n".join(self.findings))
        self.steps = [plan for plan in steps if plan]
        self.assume = [plan for plan in assume if plan]
        self.program = program

    def _guard(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except ProofError as error:
            self.findings.append(str(error))

    def expression(self, text: str, where: str) -> Plan:
        done = compiled(text, self.names[-1], where, self.sets)
        return Plan(done.source, done.reads, {})

    def step(self, index: int, replaced: Mapping[str, str]) -> Plan:
        step, names = self.proof.steps[index], self.names[index]
        if step.let is not UNSET:
            done = compiled(replaced.get(step.id, step.let), names, f"step {step.id}", self.sets)
            if not replaced and is_set(done.tree, self.sets):
                self.sets.add(step.id)
            return Plan(done.source, done.reads, {})
        if step.call is UNSET:
            raise ProofError(f"step {step.id}: it has neither `call` nor `let`. Give it one of them")
        if step.each is UNSET:
            return self._arguments(step, names, replaced)
        inner = self._arguments(step, [*names, "item"], replaced)
        over = compiled(replaced.get(step.id, step.each), names, f"step {step.id}, each", self.sets)
        source = f"sorted({over.source})" if is_set(over.tree, self.sets) else over.source
        reads = dict.fromkeys((*over.reads, *(name for name in inner.reads if name != "item")))
        return Plan(f"[(item, {inner.source}) for item in {source}]", tuple(reads), inner.constants)

    def _arguments(self, step: Step, names: list[str], replaced: Mapping[str, str]) -> Plan:
        parts: list[str] = []
        reads: dict[str, None] = {}
        constants: dict[str, Json] = {}
        for name, arg in step.args.items():
            if arg.expr is UNSET:
                constants[name] = _constant(arg, f"step {step.id}, argument {name}")
                continue
            text = replaced.get(f"{step.id}.{name}", arg.expr)
            done = compiled(text, names, f"step {step.id}, argument {name}", self.sets)
            parts.append(f"{name!r}: {done.source}")
            reads |= dict.fromkeys(done.reads)
        return Plan("{" + ", ".join(parts) + "}", tuple(reads), constants)


def _constant(arg: Arg, where: str) -> Json:
    for value in (arg.is_, arg.text, arg.default):
        if value is not UNSET:
            return value
    raise ProofError(f"{where}: it has no value. Give `text`, `default` or `=`")

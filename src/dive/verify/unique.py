"""unique: one answer, and no other under the same words.

Takes an executed proof; gives a Verdict. Wherever the proof picks by an extreme or cuts an order, the keys are
evaluated and must lie apart; a selection for an entity or a record must hold exactly one member.
"""

import ast
import itertools
from collections.abc import Iterator

from msgspec import UNSET

from dive.nouns import Json, Proof, Verdict
from dive.prove.evaluate import Failure, Outcome, look
from dive.prove.sandbox import Runner
from dive.prove.values import choices


def gate(proof: Proof, outcome: Outcome, sandbox: Runner, margin: float) -> Verdict:
    """The verdict `unique`; `margin` is the relative distance under which measured values are a tie."""
    picks = list(_picks(proof))
    seen = look(proof, outcome, [expr for expr, _, _ in picks], sandbox) if picks else []
    for (expr, largest, count), keys in zip(picks, seen, strict=True):
        if isinstance(keys, Failure) or not isinstance(keys, list):
            return _no(f"the keys of {expr} cannot be evaluated")
        order = sorted(keys, reverse=largest)
        for left, right in itertools.pairwise(order[: count + 1]):
            if _tied(left, right, margin):
                return _no(f"a tie: {left} and {right} are too close to choose between")
    loose = choices(outcome.value, proof.answer)
    return _no(f"{len(loose[0])} members are selected where one is asked for") if loose else Verdict(by="unique", passed=True)


def _picks(proof: Proof) -> Iterator[tuple[str, bool, int]]:
    """(expression of the keys, whether the largest is taken, how many are taken) of each choice by rank."""
    texts = [proof.program, *(str(step.let) for step in proof.steps if step.let is not UNSET)]
    for node in (node for text in texts for node in ast.walk(ast.parse(text, mode="eval"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (key := _key(node)):
            if node.func.id in ("max", "min"):
                yield key, node.func.id == "max", 1
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and isinstance(node.value, ast.Call):
            call, stop = node.value, node.slice.upper
            if isinstance(call.func, ast.Name) and call.func.id == "sorted" and isinstance(stop, ast.Constant):
                key = _key(call)
                if key and isinstance(stop.value, int):
                    yield key, _descending(call), stop.value


def _key(call: ast.Call) -> str:
    given = next((k.value for k in call.keywords if k.arg == "key"), None)
    if not isinstance(given, ast.Lambda) or not call.args:
        return ""
    name = given.args.args[0].arg
    return f"[{ast.unparse(given.body)} for {name} in {ast.unparse(call.args[0])}]"


def _descending(call: ast.Call) -> bool:
    return any(k.arg == "reverse" and isinstance(k.value, ast.Constant) and bool(k.value.value) for k in call.keywords)


def _tied(a: Json, b: Json, margin: float) -> bool:
    if isinstance(a, float) or isinstance(b, float):
        return abs(a - b) <= margin * max(abs(a), abs(b))
    return a == b


def _no(reason: str) -> Verdict:
    return Verdict(by="unique", passed=False, reason=reason)

"""faithful: a composed question, its program and the form of its answer are readings of one tree.

Takes a round and the registry; gives a Verdict. Speaks the tree again, compiles it again and takes its form again:
all must be what the round holds. A question that a model wrote has no tree: `asked` reads it, and then models do.
That no two trees share a sentence is kept by the run (`street`) and by property tests.
"""

from collections.abc import Sequence

from dive.derive.compile import compile_tree
from dive.errors import ProofError
from dive.forms import answer_of, form_of
from dive.nouns import Answer, Round, Verdict
from dive.phrase import Unspeakable, speak
from dive.prove.evaluate import Outcome
from dive.prove.values import fit
from dive.registry import Registry
from dive.verify.exam import verdict


def read(faults: Sequence[str], reading: Verdict | None, final: bool) -> Verdict:
    """The verdict `faithful` on a question that a model wrote.

    Args:
        faults: what the mechanical check found.
        reading: what the second program and the solvers found; None where nobody read it.
        final: whether a solver will be asked this; an earlier round is only checked mechanically.
    """
    if faults:
        return verdict("faithful", "; ".join(faults))
    if not final:
        return verdict("faithful", "")
    unread = Verdict(by="faithful", passed=None, reason="not_checkable: nobody has read it (minds.read is empty)")
    return reading or unread


def gate(made: Round, outcome: Outcome, registry: Registry, max_each: int) -> Verdict:
    """The verdict `faithful`; `not_checkable` for a question without a tree, which needs a model to be judged."""
    if made.tree is None:
        return Verdict(by="faithful", passed=None, reason="not_checkable: no tree, so a model must read the question")
    try:
        said = speak(made.tree, registry)
        proof = compile_tree(made.tree, registry, made.answer, max_each)
    except (Unspeakable, ProofError, LookupError) as error:  # a wording without the forms that the tree needs
        return verdict("faithful", f"its tree cannot be spoken or compiled: {error}")
    if said != made.question:
        return verdict("faithful", f"its tree says: {said}")
    if (proof.steps, proof.assume, proof.program) != (made.proof.steps, made.proof.assume, made.proof.program):
        return verdict("faithful", "its tree compiles to another program")
    if outcome.error:
        return verdict("faithful", "")
    asked = answer_of(form_of(made.tree, registry), fit(outcome.value, made.answer), registry)
    return verdict("faithful", _other_form(made.answer, asked))


def _other_form(given: Answer, asked: Answer) -> str:
    """What sets the form of an answer apart from the form that the tree asks for; values are not compared."""
    for name in ("type", "unit", "decimals", "tolerance"):
        if getattr(given, name) != getattr(asked, name):
            return f"its tree asks for {name} {getattr(asked, name)!r}, the answer has {getattr(given, name)!r}"
    if given.value == asked.value and given.aliases != asked.aliases:
        return f"the answer has other spellings than {', '.join((str(asked.value), *asked.aliases))}"
    left, right = given.value, asked.value
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return f"its tree asks for the parts {', '.join(right)}, the answer has {', '.join(left)}"
        return next((fault for name in left if (fault := _other_form(left[name], right[name]))), "")
    if isinstance(left, list) and isinstance(right, list):
        return next((fault for pair in zip(left, right, strict=False) if (fault := _other_form(*pair))), "")
    return ""

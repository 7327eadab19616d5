"""faithful: a composed question and its program are two readings of one tree.

Takes a round and the registry; gives a Verdict. Speaks the tree again and compiles it again: both must give what the
round holds. That no two trees share a sentence is kept by the run (`street`) and by property tests.
"""

from dive.derive.compile import compile_tree
from dive.errors import ProofError
from dive.nouns import Round, Verdict
from dive.phrase import Unspeakable, speak
from dive.registry import Registry


def gate(made: Round, registry: Registry, max_each: int) -> Verdict:
    """The verdict `faithful`; `not_checkable` for a question without a tree, which needs a model to be judged."""
    if made.tree is None:
        return Verdict(by="faithful", passed=None, reason="not_checkable: no tree, so a model must read the question")
    try:
        said = speak(made.tree, registry)
        proof = compile_tree(made.tree, registry, made.answer, max_each)
    except (Unspeakable, ProofError) as error:
        return Verdict(by="faithful", passed=False, reason=f"its tree cannot be spoken or compiled: {error}")
    if said != made.question:
        return Verdict(by="faithful", passed=False, reason=f"its tree says: {said}")
    if (proof.steps, proof.program) != (made.proof.steps, made.proof.program):
        return Verdict(by="faithful", passed=False, reason="its tree compiles to another program")
    return Verdict(by="faithful", passed=True)

"""executes and entailed: the proof runs on the recorded results, and its program gives the answer.

Takes the outcome in the recorded world and the answer; gives Verdicts. Does not run anything.
"""

from dive.grade import match, spoken
from dive.nouns import Answer, Verdict
from dive.prove.batch import call_key
from dive.prove.evaluate import Outcome
from dive.prove.values import fit


def gate(outcome: Outcome, before: Outcome | None = None) -> Verdict:
    """The verdict `executes`; with the round before, also that its calls are kept and at least one is new."""
    reason = outcome.error.message if outcome.error else ""
    if not reason and before is not None:
        old, new = ({call_key(d.tool, d.args) for d in o.calls} for o in (before, outcome))
        lost = sorted(old - new)
        reason = f"the round before made {lost[0]}, this one does not" if lost else "" if new - old else "no new call"
    return Verdict(by="executes", passed=not reason, reason=reason)


def entailed(outcome: Outcome, answer: Answer) -> Verdict:
    """The verdict `entailed`."""
    value = fit(outcome.value, answer)
    reason = "" if match(value, answer) else f"the program gives {str(value)[:120]}, the answer is {spoken(answer)[:120]}"
    return Verdict(by="entailed", passed=not reason, reason=reason)

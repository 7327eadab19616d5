"""executes: the proof runs on the recorded results, keeps the calls of the round before and adds to them.

Takes outcomes in the recorded world; gives a Verdict. Does not run anything.
"""

from dive.nouns import Verdict
from dive.prove import judge
from dive.prove.batch import call_key
from dive.prove.evaluate import Outcome


def gate(outcome: Outcome, before: Outcome | None = None, more: bool = False) -> Verdict:
    """The verdict `executes`; `more`: the round may do without a new call (`derive.sound.asks_more`)."""
    if outcome.error or before is None:
        return judge.executes(outcome)
    old, new = ({call_key(d.tool, d.args) for d in o.calls} for o in (before, outcome))
    lost = sorted(old - new)
    reason = f"the round before called {lost[0]}, this one does not" if lost else ""
    if not (lost or more or new - old):
        reason = "no new call"
    return Verdict(by="executes", passed=not reason, reason=reason)

"""stable: the same calls in a fresh process give the same results.

Takes an executed proof and a handle on a fresh process; gives a Verdict. Does not know how that process works.
"""

from dive.nouns import Verdict, sha
from dive.prove.batch import call_key
from dive.prove.evaluate import Outcome
from dive.verify.fresh import Fresh


def gate(outcome: Outcome, fresh: Fresh) -> Verdict:
    """The verdict `stable`."""
    calls = list({call_key(done.tool, done.args): done for done in outcome.calls}.values())
    again = fresh.hashes([(done.tool, done.args) for done in calls])
    for done, found in zip(calls, again, strict=True):
        if found != f"sha256:{sha(done.result)}":
            reason = f"{done.tool} ({done.step}) gave another result: {found[:40]}"
            return Verdict(by="stable", passed=False, reason=reason)
    return Verdict(by="stable", passed=True)

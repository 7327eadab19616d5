"""`dive prove DIR`: the proofs of a run directory, checked again.

Takes a run directory, the registry and the grader's match; gives counts. Calls tools only when asked to.
"""

import random
from pathlib import Path

from msgspec.structs import replace

from dive import ledger
from dive.prove.judge import Match
from dive.prove.recheck import Progress, Recheck, live, recheck, silent, tamper
from dive.prove.sandbox import Sandbox
from dive.registry import Registry
from dive.tools import Toolbox


def rerun(
    directory: Path,
    registry: Registry,
    match: Match,
    *,
    live_calls: bool = False,
    tampered: int = 0,
    seed: int = 0,
    progress: Progress = silent,
) -> Recheck:
    """Checks every verified task of a run.

    Args:
        directory: the run directory.
        registry: the tools, for `live_calls`.
        match: the grader.
        live_calls: call every tool again, too.
        tampered: how many tasks to tamper with.
        seed: decides which, and where.
        progress: told (done, in all, passed).
    """
    tasks = list(ledger.tasks(directory))
    call = Toolbox(registry).call if live_calls else None

    def blobs(name: str) -> bytes:
        return ledger.blob(directory, name)

    with Sandbox() as sandbox:
        told = recheck(tasks, blobs, sandbox, match, progress)
        if tampered:
            made = tamper(tasks, tampered, random.Random(seed), blobs, sandbox, match, call)
            told = replace(told, tamper=made)
    return replace(told, live=live(tasks, call, blobs)) if call else told

"""All gates before all tasks of the corpus.

Takes nothing but a folder for the odd tools; gives what became of each planted defect and which good tasks were
dropped. Tasks go through `verify`; where an earlier gate speaks first, the gate itself is asked too, as `verify` asks
it. To be run in a process of its own: the sandbox must not be used where other tests fork.
"""

import functools
from pathlib import Path

from msgspec.structs import replace

from defects import corpus, oddities
from defects.corpus import Good, Maker, Planted
from dive.config import Config, VerifySection
from dive.errors import UnknownName
from dive.nouns import GATES, Task
from dive.street import Street
from dive.verify import CHECKS, Desk, cases, verify

NEED_TREES = ("shaped", "faithful", "sensible")
"""Gates that cannot judge a question without a tree; such tasks are let past them, so that the others must speak."""
Caught = dict[str, list[str]]
"""Why tasks are bad, by how they were caught: own, elsewhere, missed."""


@functools.cache
def shipped() -> Desk:
    """What the gates look at, over the tools that ship."""
    return Street(Config(name="defects", verify=VerifySection(allow_not_checkable=NEED_TREES))).desk


def planted(state: Path) -> dict[str, Caught]:
    """What became of the planted defects, by gate."""
    with oddities.desk(shipped(), state) as odd:
        return {gate: _tried(gate, odd if gate == "stable" else shipped()) for gate in GATES}


def kept() -> tuple[int, list[str]]:
    """How many good tasks there are, and which were dropped, and why."""
    maker = Maker(shipped().registry, shipped().call)
    rows = corpus.good()
    return len(rows), [said for row in rows if (said := _dropped(maker, row))]


def _dropped(maker: Maker, row: Good) -> str:
    """Why a good task is dropped; empty if it is not. A tree that nobody can read any more is lost too."""
    try:
        task = _through(maker.good(row), shipped())
    except (ValueError, LookupError, UnknownName) as error:
        return f"{row.key} cannot be read (run grow.py): {error}"
    last = task.verdicts[-1]
    return "" if task.status == "verified" else f"{task.key} {last.by}: {last.reason} [{task.question}]"


def _tried(gate: str, desk: Desk) -> Caught:
    maker, found = Maker(desk.registry, desk.call), {"own": [], "elsewhere": [], "missed": []}
    for row in corpus.bad(gate):
        found[_caught(maker.bad(row), gate, desk)].append(row.why)
    return found


def _caught(task: Planted, gate: str, desk: Desk) -> str:
    """`own`, if the gate says no; `elsewhere`, if only others do; `missed`, if the task is verified."""
    desk = replace(desk, by_field={**desk.by_field, **task.shares})
    judged = _through(task, desk)
    if judged.status == "verified":
        return "missed"
    if judged.verdicts[-1].by == gate and judged.verdicts[-1].passed is False:
        return "own"
    *_, last = cases(task.task, desk, task.signatures, task.tally)
    return "own" if CHECKS[gate](last).passed is False else "elsewhere"


def _through(task: Planted, desk: Desk) -> Task:
    return verify(task.task, desk, task.signatures, task.tally)[0]

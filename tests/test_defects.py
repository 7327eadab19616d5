"""Planted defects: each gate drops its own kind under its own name, and all gates together keep the good tasks.

The corpus lies in `defects/`; tasks go through `verify`, and where an earlier gate speaks first through the gate itself
as `verify` calls it.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from defects import corpus, oddities
from defects.corpus import Maker, Planted
from msgspec.structs import replace

from dive.config import Config, VerifySection
from dive.nouns import GATES, Task
from dive.street import Street
from dive.verify import CHECKS, Desk, cases, verify

NEED_TREES = ("shaped", "faithful", "sensible")
"""Gates that cannot judge a question without a tree; such tasks are let past them, so that the others must speak."""
LEAST = 15


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """What the gates look at, over the tools that ship."""
    made = Street(Config(name="defects", verify=VerifySection(allow_not_checkable=NEED_TREES))).desk
    yield made
    made.fresh.close()
    made.sandbox.close()


def through(planted: Planted, desk: Desk) -> Task:
    """The task after all gates."""
    return verify(planted.task, desk, planted.signatures, planted.tally)[0]


def caught(planted: Planted, gate: str, desk: Desk) -> str:
    """`own`, if the gate says no; `elsewhere`, if only others do; `missed`, if the task is verified."""
    desk = replace(desk, by_field={**desk.by_field, **planted.shares})
    task = through(planted, desk)
    if task.status == "verified":
        return "missed"
    if task.verdicts[-1].by == gate and task.verdicts[-1].passed is False:
        return "own"
    *_, last = cases(planted.task, desk, planted.signatures, planted.tally)
    return "own" if CHECKS[gate](last).passed is False else "elsewhere"


def tried(gate: str, desk: Desk) -> dict[str, list[str]]:
    """What became of the planted defects of a gate: their reasons, by how they were caught."""
    maker, found = Maker(desk.registry, desk.call), {"own": [], "elsewhere": [], "missed": []}
    for row in corpus.bad(gate):
        planted = maker.bad(row)
        found[caught(planted, gate, desk)].append(planted.why)
    return found


def test_each_gate_drops_its_own_kind(desk: Desk, tmp_path: Path) -> None:
    with oddities.desk(desk, tmp_path) as odd:
        found = {gate: tried(gate, odd if gate == "stable" else desk) for gate in GATES}
    lines = [f"{'gate':10} planted  own  elsewhere  missed"]
    for gate, kinds in found.items():
        own, elsewhere, missed = map(len, kinds.values())
        lines.append(f"{gate:10} {own + elsewhere + missed:7}  {own:3}  {elsewhere:9}  {missed:6}")
    lines += [f"{gate}: {kind}: {why}" for gate, kinds in found.items() for kind in ("elsewhere", "missed") for why in kinds[kind]]
    table = "\n".join(lines)
    assert all(sum(map(len, kinds.values())) >= LEAST for kinds in found.values()), table
    assert all(len(kinds["own"]) >= 0.95 * sum(map(len, kinds.values())) for kinds in found.values()), table


def test_all_gates_together_keep_the_good_tasks(desk: Desk) -> None:
    maker = Maker(desk.registry, desk.call)
    tasks = [through(maker.good(row), desk) for row in corpus.good()]
    dropped = [task for task in tasks if task.status != "verified"]
    said = "\n".join(f"{task.verdicts[-1].by}: {task.verdicts[-1].reason} [{task.question}]" for task in dropped)
    assert len(tasks) >= 100
    assert len(dropped) <= 0.03 * len(tasks), f"{len(dropped)} of {len(tasks)} good tasks dropped: {Counter(t.verdicts[-1].by for t in dropped)}\n{said}"

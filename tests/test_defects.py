"""Planted defects: each gate drops its own kind under its own name, and all gates together keep the good tasks.

The corpus lies in `defects/`, as data; `defects/jury.py` puts it before the gates.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from defects import jury

LEAST = 15
OWN = 0.95
LOST = 0.03


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """A process of its own, as `jury` wants it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


def test_each_gate_drops_its_own_kind(process: ProcessPoolExecutor, tmp_path: Path) -> None:
    found = process.submit(jury.planted, tmp_path).result()
    lines = [f"{'gate':10} planted  own  elsewhere  missed"]
    counts = {gate: [len(kinds[name]) for name in ("own", "elsewhere", "missed")] for gate, kinds in found.items()}
    lines += [f"{gate:10} {sum(n):7}  {n[0]:3}  {n[1]:9}  {n[2]:6}" for gate, n in counts.items()]
    lines += [f"{gate}: {why}" for gate, kinds in found.items() for why in (*kinds["elsewhere"], *kinds["missed"])]
    table = "\n".join(lines)
    assert all(sum(n) >= LEAST for n in counts.values()), table
    assert all(n[0] >= OWN * sum(n) for n in counts.values()), table
    assert not any(n[2] for n in counts.values()), table


def test_all_gates_together_keep_the_good_tasks(process: ProcessPoolExecutor) -> None:
    count, dropped = process.submit(jury.kept).result()
    assert count >= 100
    assert len(dropped) <= LOST * count, "\n".join([f"{len(dropped)} of {count} good tasks dropped", *dropped])

"""A run led by a scripted model: verified tasks, repairs, budgets, kills; and that nothing of it depends on luck."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dive import ledger
from dive.catalog import load
from dive.config import Config
from dive.export import export
from dive.minds.estimate import cost, estimate
from dive.nouns import GATES
from minds import brain, going

COUNT = 16
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def other() -> Iterator[Run]:
    """`other(function, ...)`: done in another process, which may fork since it proves nothing itself."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda function, *args, **more: pool.submit(function, *args, **more).result(timeout=120)


@pytest.fixture(scope="module")
def aside() -> Iterator[Run]:
    """`aside(function, ...)`: done in a process that proves and forks nothing; nor does this one prove."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda function, *args: pool.submit(function, *args).result(timeout=120)


@pytest.fixture(scope="module")
def whole(other: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("minds") / "whole"
    speed, asked = other(going.go, out, COUNT)
    assert speed.computed == COUNT
    assert asked == cost(out).calls
    return out


def test_tasks_are_verified_and_every_key_has_a_task_or_a_reason(whole: Path) -> None:
    tasks, drops = list(ledger.tasks(whole)), list(ledger.drops(whole))
    assert len(tasks) >= 3
    assert len(tasks) + len(drops) == COUNT
    for task in tasks:
        assert task.status == "verified"
        assert next(v for v in task.verdicts if v.by == "faithful").passed
        assert {v.by for v in task.verdicts if v.passed is None} == {"shaped", "sensible"}
        assert len(task.controls) >= 3
        assert len(task.lineage) == 2
        for call in task.evidence:
            assert ledger.blob(whole, call.result.removeprefix("sha256:"))
    for drop in drops:
        assert drop.kind == "failed" or drop.reason in GATES
        assert drop.detail


def test_provenance_and_slips_are_journaled(whole: Path) -> None:
    done = {record.key: msgspec.json.decode(record.facts) for record in ledger.journal(whole)}
    facts = next(done[task.key] for task in ledger.tasks(whole))
    calls, slips = facts["trail"]["calls"], facts["trail"]["slips"]
    assert calls[0]["origins"] == {"country": ["text"]}
    assert calls[1]["origins"]["country"] == ["c1.countries[]"]
    assert {slip["kind"] for slip in slips} == {"repeated", "failed"}
    assert facts["counts"]["slip:repeated"] >= 1


def test_the_report_says_what_models_took(aside: Run, whole: Path) -> None:
    took, proved, text = aside(going.reported, whole)
    assert took["model_calls"] == cost(whole).calls > 0
    assert took["usd"] > 0
    assert proved == 0
    assert "Models" in text
    told = estimate(whole, 10 * COUNT)
    assert told is not None
    assert told.cost.calls == 10 * cost(whole).calls


def test_concurrency_changes_nothing(other: Run, whole: Path, tmp_path: Path) -> None:
    flow = {"workers": 2, "concurrency": 1}
    other(going.go, tmp_path, COUNT, flow=flow)
    assert ledger.digest(tmp_path) == ledger.digest(whole)


def test_a_run_killed_at_random_points_ends_as_one_in_one_go(other: Run, whole: Path, tmp_path: Path) -> None:
    kills = 10
    asked, concurrency = other(going.go_killed, tmp_path, COUNT, 1, kills, cost(whole).calls)
    assert ledger.digest(tmp_path) == ledger.digest(whole)
    under_way = concurrency * 3  # a draw's readers ask side by side: a second program and two solvers
    assert asked <= cost(whole).calls + under_way * kills


def test_a_spent_budget_ends_the_run_and_drops_nothing(other: Run, whole: Path, tmp_path: Path) -> None:
    speed, asked = other(going.go, tmp_path, COUNT, budget={"max_calls": 60})
    assert "max_calls" in speed.ended
    assert asked == cost(tmp_path).calls <= 60
    assert not [drop for drop in ledger.drops(tmp_path) if "Budget" in drop.reason]
    assert 0 < speed.computed < COUNT
    again, more = other(going.go, tmp_path, COUNT, budget={"max_calls": 60})
    assert (again.computed, more) == (0, 0)
    last, rest = other(going.go, tmp_path, COUNT)
    assert last.ended == ""
    assert asked + rest == cost(whole).calls
    assert ledger.digest(tmp_path) == ledger.digest(whole)


def test_flawed_derivations_are_mended_or_dropped(other: Run, whole: Path, tmp_path: Path) -> None:
    other(going.go, tmp_path, COUNT, brain.flawed)
    facts = [msgspec.json.decode(record.facts)["counts"] for record in ledger.journal(tmp_path)]
    assert sum(counts.get("repairs", 0) for counts in facts) >= 5
    right = {task.key: (task.question, task.answer) for task in ledger.tasks(whole)}
    made = {task.key: (task.question, task.answer) for task in ledger.tasks(tmp_path)}
    assert made == {key: right[key] for key in made}
    assert len(made) >= len(right) - 1
    assert len(made) + len(list(ledger.drops(tmp_path))) == COUNT


def test_without_a_reader_a_task_is_proved(other: Run, aside: Run, whole: Path, tmp_path: Path) -> None:
    other(going.go, tmp_path, COUNT, minds={"collect": "mind", "derive": "mind"})
    assert {task.status for task in ledger.tasks(tmp_path)} == {"proved"}
    assert aside(going.reported, tmp_path)[1] == len(list(ledger.tasks(whole)))
    assert export(tmp_path, load()).tasks == 0 < export(tmp_path, load(), allow_proved=True).tasks
    assert export(whole, load()).proved_left_out == 0


def test_evidence_may_come_from_the_walk(other: Run, tmp_path: Path) -> None:
    other(going.go, tmp_path, COUNT, minds={"derive": "mind", "read": "mind"})
    assert len(list(ledger.tasks(tmp_path))) >= 2


def test_the_config_knows_what_a_model_needs() -> None:
    made: Config = going.config(Path("x"))
    assert made.minds.aliases == ("mind",)

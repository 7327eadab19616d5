"""Tasks that models reword, judge and grade: what a wrong, silent or broken model does to a task, and resume."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from dive import ledger
from dive.minds.estimate import cost, estimate
from dive.nouns import Task, Verdict
from minds import going, telling

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def other() -> Iterator[Run]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda function, *args, **more: pool.submit(function, *args, **more).result(timeout=120)


@pytest.fixture(scope="module")
def aside() -> Iterator[Run]:
    """A process that proves and forks nothing."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda function, *args: pool.submit(function, *args).result(timeout=120)


@pytest.fixture(scope="module")
def plain(other: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("asking") / "plain"
    assert other(telling.plain, out) >= 3
    return out


@pytest.fixture(scope="module")
def whole(other: Run, plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("asking") / "whole"
    assert other(telling.go, out) == cost(out).calls
    return out


def tasks(out: Path) -> list[Task]:
    return list(ledger.tasks(out))


def counts(out: Path) -> Counter[str]:
    total: Counter[str] = Counter()
    for record in ledger.journal(out):
        total.update((msgspec.json.decode(record.facts) or {}).get("counts", {}))
    return total


def verdict(task: Task, by: str) -> Verdict:
    return next(v for v in task.verdicts if v.by == by)


def test_a_reworded_task_is_verified_and_keeps_all_but_its_words(plain: Path, whole: Path) -> None:
    before = {task.key: task for task in tasks(plain)}
    assert len(tasks(whole)) == len(before)
    for task in tasks(whole):
        old = before[task.key]
        assert (task.spoken, task.question) == (old.question, telling.retold(old.question))
        assert (task.proof, task.tree, task.controls, task.evidence) == (
            old.proof, old.tree, old.controls, old.evidence
        )  # fmt: skip
        assert task.id != old.id
        assert task.status == "verified"
        assert "a second program and 2 solvers agree" in verdict(task, "faithful").reason
        assert [v.by for v in task.verdicts][-3:] == ["judge", "closed_book", "leave_one_out"]
        assert all(v.passed for v in task.verdicts)
        assert task.lineage == old.lineage
    assert all(task.spoken is UNSET for task in before.values())


def test_an_estimate_counts_all_acts_of_the_draws_that_are_done(other: Run, whole: Path, tmp_path: Path) -> None:
    told = estimate(whole, 3 * telling.COUNT)
    assert told is not None
    assert (told.seen, told.cost.calls) == (telling.COUNT, 3 * cost(whole).calls)
    other(telling.go, tmp_path, budget={"max_calls": 40})
    few, done = estimate(tmp_path, 100), {record.key for record in ledger.journal(tmp_path)}
    assert (few is None) == (not done)
    if few is not None:
        assert few.cost.calls == round(cost(tmp_path, done).calls * 100 / len(done))


def test_the_report_counts_rewordings_and_agreement(aside: Run, whole: Path) -> None:
    n, total = len(tasks(whole)), counts(whole)
    assert total["phrase:reworded"] == n
    graded = {name: number for name, number in total.items() if name.startswith("grade:")}
    assert graded.keys() <= {"grade:right/right", "grade:wrong/wrong", "grade:right/wrong"}
    text = aside(going.reported, whole)[2]
    assert f"{n} questions reworded" in text
    assert "Cohen's kappa" in text


def test_a_refused_rewording_is_mended(other: Run, whole: Path, tmp_path: Path) -> None:
    other(telling.go, tmp_path, telling.bad_at_first)
    assert ledger.digest(tmp_path) == ledger.digest(whole)
    assert cost(tmp_path).calls == cost(whole).calls + len(tasks(whole))


@pytest.mark.parametrize(
    ("flaw", "why"),
    [(telling.always_adds, "number"), (telling.off_format, "off_format"), (telling.refusing, "model"),
     (telling.misread, "misread"), (telling.mute, "unread")],
)  # fmt: skip
def test_what_cannot_be_reworded_stays_as_it_was(
    other: Run, plain: Path, tmp_path: Path, flaw: telling.Flaw, why: str
) -> None:
    other(telling.go, tmp_path, flaw, {"phrase": "mind", "read": "mind"})
    assert ledger.digest(tmp_path) == ledger.digest(plain)
    assert counts(tmp_path)[f"phrase:kept:{why}"] == len(tasks(plain))


def test_without_a_reader_a_reworded_task_is_proved(other: Run, plain: Path, tmp_path: Path) -> None:
    other(telling.go, tmp_path, telling.honest, {"phrase": "mind"})
    assert len(tasks(tmp_path)) == len(tasks(plain))
    assert {task.status for task in tasks(tmp_path)} == {"proved"}
    assert all(verdict(task, "faithful").passed is None for task in tasks(tmp_path))


JUDGED = {"judge": "mind", "grade": "mind"}


@pytest.mark.parametrize("flaw", [telling.off_format, telling.outside, telling.refusing])
def test_a_judge_that_says_nothing_is_no_zero_and_no_pass(
    other: Run, aside: Run, plain: Path, tmp_path: Path, flaw: telling.Flaw
) -> None:
    other(telling.go, tmp_path, flaw, JUDGED)
    assert len(tasks(tmp_path)) == len(tasks(plain))
    for task in tasks(tmp_path):
        said = verdict(task, "judge")
        assert (said.passed, said.score, task.status) == (None, None, "proved")
        assert said.reason.startswith("not_checkable: ")
    total = counts(tmp_path)
    assert {name.rpartition("/")[2] for name in total if name.startswith("grade:")} == {"none"}
    _, proved, text = aside(going.reported, tmp_path)
    assert proved == len(tasks(plain))
    assert "0 answers graded twice" in text


def test_a_run_may_allow_a_judge_that_says_nothing(other: Run, plain: Path, tmp_path: Path) -> None:
    other(telling.go, tmp_path, telling.off_format, JUDGED, verify={"allow_not_checkable": ["judge"]})
    assert {task.status for task in tasks(tmp_path)} == {"verified"}


def test_a_question_that_a_model_wrote_is_judged_too(other: Run, tmp_path: Path) -> None:
    """The mind that derives does not know how to judge."""
    acts = dict.fromkeys(("collect", "derive", "read", "judge"), "mind")
    other(going.go, tmp_path, 8, minds=acts)
    assert tasks(tmp_path)
    for task in tasks(tmp_path):
        assert (verdict(task, "faithful").passed, verdict(task, "judge").passed) == (True, None)
        assert task.status == "proved"


def test_a_judge_drops_what_it_finds_unnatural(other: Run, plain: Path, tmp_path: Path) -> None:
    other(telling.go, tmp_path, telling.strict, JUDGED)
    dropped = [drop for drop in ledger.drops(tmp_path) if drop.reason == "judge"]
    assert (len(dropped), tasks(tmp_path)) == (len(tasks(plain)), [])
    assert {drop.stage for drop in dropped} == {"verify"}
    assert "naturalness 2" in dropped[0].detail
    assert not [name for name in counts(tmp_path) if name.startswith("grade:")]


@pytest.mark.parametrize(
    ("act", "why"), [("closed_book", "3 of 3 samples without tools give the answer"), ("leave_one_out", "without ")]
)
def test_what_a_model_knows_or_gets_otherwise_is_dropped(
    other: Run, plain: Path, tmp_path: Path, act: str, why: str
) -> None:
    other(telling.go, tmp_path, telling.honest, {act: "mind"}, act)
    dropped = [drop for drop in ledger.drops(tmp_path) if drop.reason == act]
    assert len(dropped) == len(tasks(plain))
    assert all(why in drop.detail for drop in dropped)


@pytest.mark.parametrize("act", ["closed_book", "leave_one_out"])
def test_a_model_that_refuses_gives_no_verdict(other: Run, plain: Path, tmp_path: Path, act: str) -> None:
    other(telling.go, tmp_path, telling.refusing, {act: "mind"})
    assert {verdict(task, act).passed for task in tasks(tmp_path)} == {None}
    assert {task.status for task in tasks(tmp_path)} == {"proved"}


def test_a_run_that_stops_amid_a_rewording_asks_nothing_twice(other: Run, whole: Path, tmp_path: Path) -> None:
    asked = other(telling.go, tmp_path, budget={"max_calls": 3})
    assert asked == cost(tmp_path).calls == 3
    assert not tasks(tmp_path)
    rest = other(telling.go, tmp_path)
    assert asked + rest == cost(whole).calls
    assert ledger.digest(tmp_path) == ledger.digest(whole)


def test_a_run_killed_at_random_points_while_models_are_asked(other: Run, whole: Path, tmp_path: Path) -> None:
    kills, under_way = 10, 4 * 4  # so many draws at once, so many requests of each
    first, rest, acts = other(telling.go_killed, tmp_path, 3, kills, cost(whole).calls)
    assert ledger.digest(tmp_path) == ledger.digest(whole)
    assert cost(tmp_path).calls == cost(whole).calls
    assert cost(whole).calls <= first + rest <= cost(whole).calls + under_way * kills
    assert len(acts) >= 4, "killed while it was phrased, read, judged, graded, ..."

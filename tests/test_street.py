"""street: a run is the same with one worker or two, in one go or resumed; each key has a task or a reason."""

import functools
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dive import ledger
from dive.config import Config, to_toml
from dive.errors import ConfigError, RunDirError
from dive.flow import Speed
from dive.nouns import GATES, Task
from dive.pools import Pools
from dive.prove.sandbox import Plain
from dive.replay import recorded, replayed
from dive.street import ATTEMPTS, State, Street, run
from dive.tally import Tally

COUNT = 40


def config(out: Path, **sections: object) -> Config:
    base: dict[str, Any] = {"name": "street", "seed": 12, "out": str(out), "draw": {"count": COUNT}}
    return msgspec.convert({**base, **sections}, Config)


@pytest.fixture(scope="module")
def street() -> Street:
    return Street(config(Path("unused")))


@functools.cache
def lasting() -> Street:
    """The street of the other process, whatever its runs are called."""
    return Street(config(Path("unused")))


def start(made: Config) -> Speed:
    return run(made, to_toml(made), lambda *_: None, street=lasting())


@pytest.fixture(scope="module")
def go() -> Iterator[Callable[..., Speed]]:
    """`go(out, ...)`: a run in another process: one that has used the sandbox can fork no workers that use it."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        yield lambda out, **sections: other.submit(start, config(out, **sections)).result(timeout=120)


@pytest.fixture(scope="module")
def whole(go: Callable[..., Speed], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("street") / "two"
    assert go(out, flow={"workers": 2}).computed == COUNT
    return out


def test_one_worker_gives_what_two_give(go: Callable[..., Speed], whole: Path, tmp_path: Path) -> None:
    assert go(tmp_path / "one", flow={"workers": 1}).computed == COUNT
    assert ledger.digest(tmp_path / "one") == ledger.digest(whole)


def test_a_resumed_run_gives_what_one_in_one_go_gives(go: Callable[..., Speed], whole: Path, tmp_path: Path) -> None:
    assert go(tmp_path, draw={"count": 15}).computed == 15
    part = ledger.digest(tmp_path)
    assert go(tmp_path, draw={"count": COUNT}).computed == COUNT - 15
    assert ledger.digest(tmp_path) == ledger.digest(whole) != part
    assert go(tmp_path, draw={"count": COUNT}).computed == 0
    assert ledger.digest(tmp_path) == ledger.digest(whole)


def test_a_directory_of_another_run_is_refused(go: Callable[..., Speed], whole: Path) -> None:
    with pytest.raises(RunDirError, match="seed"):
        go(whole, seed=13)


def test_every_key_has_a_task_or_a_reason(whole: Path) -> None:
    done, dropped = list(ledger.tasks(whole)), list(ledger.drops(whole))
    keys = [f"12/{index:06d}" for index in range(COUNT)]
    assert sorted([*(task.key for task in done), *(drop.key for drop in dropped)]) == keys
    assert [task.key for task in done] == sorted(task.key for task in done)
    assert len(done) >= COUNT // 8
    for drop in dropped:
        assert (drop.stage, drop.reason) == ("synthesize", "exhausted") or (drop.stage, drop.reason) in {
            ("verify", gate) for gate in GATES
        }
        assert drop.kind == "rejected"
        assert drop.detail


def test_accepted_tasks_are_verified(whole: Path) -> None:
    for task in ledger.tasks(whole):
        assert task.status == "verified"
        assert all(verdict.passed for verdict in task.verdicts)
        assert task.evidence
        assert {call.tool for call in task.evidence} <= set(task.toolset)
        for call in task.evidence:
            assert ledger.blob(whole, call.result.removeprefix("sha256:"))


def test_composed_proofs_run_in_cpython_and_hold_in_the_sandbox(whole: Path, street: Street) -> None:
    tasks = ledger.tasks(whole)
    assert all(isinstance(street.desk.runner(task.tree), Plain) for task in tasks)
    assert street.desk.runner(None) is street.desk.sandbox
    for task in tasks:
        assert replayed(task.proof, recorded(whole, task), street.desk.sandbox).problem == ""


def test_facts(whole: Path, street: Street) -> None:
    tasks = {task.key: task for task in ledger.tasks(whole)}
    for record in ledger.journal(whole):
        facts = msgspec.json.decode(record.facts)
        counts = facts["counts"]
        tried = counts.get("candidates", 0)
        refused = sum(number for name, number in counts.items() if name.startswith("gate:"))
        assert 1 <= tried + counts.get("exhausted", 0) <= ATTEMPTS
        assert tried - refused == ("told" in facts) == (record.drop is None)
        if record.key in tasks:
            check_told(facts["told"], tasks[record.key], street)


def check_told(told: dict[str, Any], task: Task, street: Street) -> None:
    tools = sorted({call.tool for call in task.evidence})
    assert told["tools"] == tools
    assert told["pattern"] == task.pattern
    assert told["domains"] == sorted({street.registry.tool(name).tool.domain for name in tools})
    assert set(told["sequence"]) == set(tools)
    assert told["skeleton"]


def test_a_task_like_an_earlier_one_of_its_block_is_dropped(whole: Path, street: Street) -> None:
    record = next(r for r in ledger.journal(whole) if r.drop is None)
    twin = msgspec.structs.replace(record, key="12/999999")
    state = street.fold(State(), [record, twin])
    assert list(state.rejected) == ["12/999999"]
    drop = state.rejected["12/999999"]
    assert (drop.stage, drop.reason, drop.detail) == ("verify", "novel", f"like {record.key}")
    assert list(state.seen.values()) == [record.key]
    again = street.fold(state, [twin])
    assert again.seen == state.seen
    dropped = [r for r in ledger.journal(whole) if r.drop]
    none = street.fold(State(), dropped)
    assert none.tally.tried and msgspec.structs.replace(none, tally=Tally()) == State()


@pytest.mark.parametrize(("until", "stages"), [("draw", {"draw"}), ("synthesize", {"draw", "synthesize"})])
def test_a_run_can_stop_early(street: Street, until: str, stages: set[str]) -> None:
    early = Street(street.config, until)
    records = [early.work(f"12/{index:06d}", State(), frozenset()) for index in range(12)]
    assert set().union(*(record.lines for record in records)) == stages
    assert all(record.drop is None or record.drop.stage == "synthesize" for record in records)


def test_steering_is_a_function_of_finished_blocks_and_can_be_off(street: Street, whole: Path) -> None:
    state = street.fold(State(), [r for r in ledger.journal(whole) if r.drop is None])
    again = street.fold(State(), [r for r in ledger.journal(whole) if r.drop is None])
    off = Street(config(Path("unused"), draw={"count": COUNT, "steer": False}), "draw")
    on = Street(street.config, "draw")

    def lines(made: Street, seen: State) -> list[bytes]:
        keys = [f"12/{index:06d}" for index in range(30)]
        return [bytes(made.work(key, seen, frozenset()).lines["draw"]) for key in keys]

    assert lines(on, state) == lines(on, again)
    assert lines(on, State()) == lines(off, State()) == lines(off, state)
    assert lines(on, state) != lines(on, State())


def test_a_tool_that_has_not_passed_its_check_is_never_drawn(street: Street) -> None:
    name = "country_facts"
    pools = Pools(street.registry, street.config, {name: "it said no"})
    assert name in street.pools.tools and name not in pools.tools
    allowed = config(Path("unused"), draw={"tools": {"allow": [name]}})
    with pytest.raises(ConfigError, match=f"{name} has not passed `dive tools check`: it said no"):
        Pools(street.registry, allowed, {name: "it said no"})


def test_a_tool_that_had_to_be_stopped_is_left_out(street: Street) -> None:
    early = Street(street.config, "draw")
    line = early.work("12/000003", State(), frozenset()).lines["draw"]
    toolset = msgspec.json.decode(line)["toolset"]
    other = early.work("12/000003", State(), frozenset(toolset[:2])).lines["draw"]
    assert msgspec.json.decode(other)["toolset"] == toolset[2:]

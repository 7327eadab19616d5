"""Results depend on keys alone: not on workers, order, a killed worker, a killed run or Ctrl-C."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from dive import flow, ledger
from dive.flow import Failure
from dive.flow.blocks import LIFETIME
from dive.ledger import Record
from dive.nouns import Draw, Drop, Entity

PERU = Entity(type="country:iso2", id="PE", name="Peru")
State = tuple[int, int]  # blocks finished, keys accepted in them

Kept = dict[str, Record]


def keys(count: int) -> list[str]:
    return [f"7/{index:06d}" for index in range(count)]


def draw(key: str, state: State, avoid: frozenset[str]) -> Record:
    """A noun that shows all that a work function was given; every seventh key is rejected."""
    index = int(key[-6:])
    toolset = ("seen", *map(str, state), *sorted(avoid))
    noun = Draw(key=key, index=index, seed=PERU, mode="domain", domain="law", toolset=toolset, exemplars=())
    drop = Drop(key=key, stage="verify", kind="rejected", reason="unique", detail="") if index % 7 == 0 else None
    return ledger.record(key, {"draw": noun}, drop=drop, blobs=[b'{"index":%d}' % index])


def fold(state: State, block: Sequence[Record]) -> State:
    assert [done.key for done in block] == sorted(done.key for done in block)
    return state[0] + 1, state[1] + sum(done.drop is None for done in block)


def run(work: flow.Work[State], count: int, kept: Kept | None = None, **more: float) -> tuple[State, Kept]:
    kept = {} if kept is None else kept

    def keep(batch: Sequence[Record]) -> None:
        for done in batch:
            kept.setdefault(done.key, done)

    workers, deadline_s = int(more.get("workers", 2)), more.get("deadline_s", 20.0)
    state, _ = flow.map_blocks(
        keys(count), work, state=(0, 0), fold=fold, recall=kept.get, keep=keep, stage="draw",
        workers=workers, deadline_s=deadline_s,
    )  # fmt: skip
    return state, kept


def lines(kept: Kept) -> dict[str, tuple[dict[str, bytes], Drop | None]]:
    return {key: ({name: bytes(line) for name, line in done.lines.items()}, done.drop) for key, done in kept.items()}


def test_neither_workers_nor_what_is_done_already_change_a_result() -> None:
    count = 2 * flow.BLOCK + 40
    state, one = run(draw, count, workers=1)
    assert state == (3, count - len(range(0, count, 7)))
    assert run(draw, count, workers=3)[0] == state
    some = {key: done for key, done in one.items() if hash(int(key[-6:]) * 2654435761 % 11) < 4}
    again, two = run(draw, count, some)
    assert again == state
    assert lines(two) == lines(one)
    late = next(record for key, record in two.items() if key == keys(count)[-1])
    assert msgspec.json.decode(late.lines["draw"], type=dict[str, object])["toolset"] == [
        "seen",
        "2",
        str(2 * flow.BLOCK - len(range(0, 2 * flow.BLOCK, 7))),
    ]


def test_more_keys_later_give_what_all_at_once_would_have_given() -> None:
    _, grown = run(draw, flow.BLOCK + 10)
    state, grown = run(draw, 2 * flow.BLOCK + 5, grown)
    assert (state, lines(grown)) == (lambda at_once: (at_once[0], lines(at_once[1])))(run(draw, 2 * flow.BLOCK + 5))


def test_what_work_raises_is_a_drop_of_the_stage_it_was_in() -> None:
    def work(key: str, state: State, avoid: frozenset[str]) -> Record:
        index = int(key[-6:])
        if index == 1:
            flow.enter("synthesize")
            raise LookupError("no such\nthing")
        if index == 2:
            return draw(keys(1)[0], state, avoid)
        return draw(key, state, avoid)

    kept = run(work, 4)[1]
    one, two = (kept[key].drop for key in keys(4)[1:3])
    assert one is not None
    assert two is not None
    assert (one.stage, one.kind, one.reason) == ("synthesize", "failed", "LookupError")
    assert one.detail.startswith("no such thing (test_flow.py:")
    assert (two.stage, two.reason) == ("draw", "ValueError")
    assert kept[keys(4)[3]].drop is None


def hang(tool: str, avoid: frozenset[str]) -> None:
    if tool not in avoid:
        flow.mark(tool)
        while True:
            time.sleep(1)


def test_a_hanging_call_ends_its_worker_and_the_key_is_run_again_without_the_tool() -> None:
    def work(key: str, state: State, avoid: frozenset[str]) -> Record:
        flow.mark("quick")
        flow.mark(None)
        if key == keys(9)[4]:
            hang("slow_tool", avoid)
        if key == keys(9)[5]:
            hang("bad_tool", avoid)
            hang("worse_tool", avoid)
        return draw(key, state, avoid)

    by_workers = [run(work, 9, workers=workers, deadline_s=0.2)[1] for workers in (1, 2)]
    kept = by_workers[0]
    assert lines(kept) == lines(by_workers[1])
    assert sorted(kept) == keys(9)
    assert kept[keys(9)[4]].avoided == ("slow_tool",)
    assert kept[keys(9)[4]].drop is None
    twice = kept[keys(9)[5]]
    assert twice.avoided == ("bad_tool", "worse_tool")
    assert twice.drop == Drop(
        key=keys(9)[5], stage="draw", kind="failed", reason="CallDeadline",
        detail="bad_tool gave no result in 0.2 s; then worse_tool gave no result in 0.2 s",
    )  # fmt: skip


def test_a_worker_that_dies_or_never_ends_costs_one_key() -> None:
    def work(key: str, state: State, avoid: frozenset[str]) -> Record:
        if key == keys(6)[1]:
            flow.mark("crashing_tool")
            os.kill(os.getpid(), signal.SIGKILL)
        if key == keys(6)[2]:
            os._exit(3)
        if key == keys(6)[3]:
            while True:
                time.sleep(1)
        return draw(key, state, avoid)

    kept = run(work, 6, deadline_s=0.2)[1]
    drops = [done.drop for _, done in sorted(kept.items())]
    assert [drop and drop.reason for drop in drops[1:]] == ["WorkerDied", "WorkerDied", "KeyDeadline", None, None]
    assert drops[1] is not None
    assert drops[1].detail == "ended by SIGKILL in crashing_tool; then ended by SIGKILL in crashing_tool"
    assert drops[2] is not None
    assert drops[2].detail == "ended with status 3; then ended with status 3"


def test_an_old_worker_is_replaced_between_blocks() -> None:
    def work(key: str, state: State, avoid: frozenset[str]) -> Record:
        return ledger.record(key, {}, facts=os.getpid())

    kept = run(work, LIFETIME + flow.BLOCK, workers=1)[1]
    served = Counter(msgspec.json.decode(done.facts) for done in kept.values())
    assert list(served.values()) == [LIFETIME, flow.BLOCK]


def test_progress_and_speed_are_told() -> None:
    told: list[tuple[int, int, int]] = []
    recalled = {key: draw(key, (0, 0), frozenset()) for key in keys(3)}
    _, speed = flow.map_blocks(
        keys(10), draw, state=(0, 0), fold=fold, recall=recalled.get, keep=lambda batch: None, stage="draw",
        on_progress=lambda done, total, accepted: told.append((done, total, accepted)),
    )  # fmt: skip
    assert told[-1] == (10, 10, 8)
    assert speed.computed == 7
    assert speed.peak_rss_mb > 10
    assert speed.wall_s > 0


def test_an_error_while_keeping_stops_the_run_and_its_workers() -> None:
    def keep(batch: Sequence[Record]) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        flow.map_blocks(
            keys(10), draw, state=(0, 0), fold=fold, recall=lambda key: None, keep=keep, stage="draw"
        )  # fmt: skip


def test_ctrl_c_keeps_what_has_arrived_and_then_interrupts() -> None:
    before = signal.getsignal(signal.SIGINT)

    def work(key: str, state: State, avoid: frozenset[str]) -> Record:
        if int(key[-6:]) >= 4:
            time.sleep(30)
        return draw(key, state, avoid)

    kept: Kept = {}
    alarm = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 0.6)
    with pytest.raises(KeyboardInterrupt):
        run(work, 8, kept)
    signal.signal(signal.SIGALRM, alarm)
    assert sorted(kept) == keys(4)
    assert signal.getsignal(signal.SIGINT) is before


def slow_draw(key: str, state: State, avoid: frozenset[str]) -> Record:
    time.sleep(0.004)
    return draw(key, state, avoid)


def street(directory: Path) -> None:
    """A whole run on a directory, as the CLI has it; also the process that the next test kills."""
    names = keys(5 * flow.BLOCK + 30)
    with ledger.open_run(directory, "", {"seed": "7"}) as opened:
        flow.map_blocks(
            names, slow_draw, state=(0, 0), fold=fold, recall=opened.recall, keep=opened.append, stage="draw"
        )  # fmt: skip
        opened.derive(names)


def test_a_run_killed_over_and_over_ends_with_the_ledgers_of_one_that_was_not(tmp_path: Path) -> None:
    street(tmp_path / "calm")
    journal = tmp_path / "killed" / "journal" / "00000.jsonl"
    size = 0
    for _ in range(2):
        with subprocess.Popen([sys.executable, __file__, str(tmp_path / "killed")]) as process:
            while not journal.exists() or journal.stat().st_size <= size:
                time.sleep(0.01)
            process.kill()
        size = journal.stat().st_size
    assert not (tmp_path / "killed" / "1-draw.jsonl").exists()
    street(tmp_path / "killed")
    assert ledger.digest(tmp_path / "killed") == ledger.digest(tmp_path / "calm")
    done = [msgspec.json.decode(line)["key"] for line in journal.read_bytes().splitlines()]
    assert sorted(done) == keys(5 * flow.BLOCK + 30)


def test_waiting_is_bounded_ordered_and_its_failures_are_records() -> None:
    running = most = 0

    async def func(item: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            await asyncio.sleep(30 if item == 5 else 0.002 * (item % 3))
        finally:
            running -= 1
        if item == 7:
            raise ValueError("seven")
        return item * item

    results = asyncio.run(flow.gather_bounded(range(20), func, concurrency=4, deadline_s=0.1))
    assert [result for index, result in enumerate(results) if index not in (5, 7)] == [
        index * index for index in range(20) if index not in (5, 7)
    ]
    assert results[5] == Failure("Deadline", "no result in 0.1 s")
    assert isinstance(results[7], Failure)
    assert results[7].reason == "ValueError"
    assert most == 4
    assert asyncio.run(flow.gather_bounded([], func, concurrency=4, deadline_s=1)) == []


def test_waiting_that_is_cancelled_ends() -> None:
    async def main() -> None:
        async with asyncio.timeout(0.05):
            await flow.gather_bounded([1, 2], lambda item: asyncio.sleep(item * 10), concurrency=2, deadline_s=60)

    with pytest.raises(TimeoutError):
        asyncio.run(main())


if __name__ == "__main__":
    street(Path(sys.argv[1]))

"""The computing lane: keys in blocks, over a pool of workers, with a watchdog.

Takes keys, a work function, a state and a fold; gives the last state and what it cost. What depends on "so far" is a
state folded from finished blocks, so neither the number of workers nor the order of arrival changes a result. A tool
call that passes its deadline costs the worker its life, and its key is run again without that tool; a key that ends
two workers is dropped. Does not know what a key gives or where it is kept.
"""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import FrameType
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from dive.flow.failure import Failure
from dive.flow.worker import Work, Worker, failed, peak_rss_mb
from dive.ledger import Record

S = TypeVar("S")

BLOCK = 64  # small, so that what a block is full of is seen soon
AHEAD = 2  # keys in a worker's hands, so that it does not wait while the parent makes a batch durable
TICK_S = 0.1
COMMIT_S = 0.25
LIFETIME = 4_096  # keys after which a worker is replaced, with whatever it and its children have gathered
KEY_DEADLINES = 10  # a whole key may take this many call deadlines: the end of an endless loop outside of any call


class Speed(Struct, frozen=True, kw_only=True):
    """What a `map_blocks` cost; `computed` keys were run now, the others recalled.

    `peak_rss_mb` adds the peaks of all processes, pages that they share counted in each. `ended`: why a run ended
    before its last key, if it did.
    """

    computed: int
    wall_s: float
    cpu_s: float
    peak_rss_mb: float
    ended: str = ""


def map_blocks(
    keys: Sequence[str],
    work: Work[S],
    *,
    state: S,
    fold: Callable[[S, Sequence[Record]], S],
    recall: Callable[[str], Record | None],
    keep: Callable[[Sequence[Record]], None],
    stage: str,
    workers: int = 2,
    deadline_s: float = 20.0,
    on_progress: Callable[[int, int, int], None] = lambda done, total, accepted: None,
) -> tuple[S, Speed]:
    """Run `work` over `keys` and fold the records.

    Args:
        keys: all keys of the run from index 0 on; those that `recall` knows are not run again.
        work: (key, state, tools to avoid) -> record, run in a worker. What it raises becomes a drop.
        state: what the first block sees; it travels by pickle.
        fold: (state, records of a block in key order) -> what the next block sees; called in the parent.
        recall: the record of a key that is done, from an earlier run.
        keep: makes a batch of records durable, in the order in which they arrive.
        stage: where a key starts; a failure is put down to it unless `enter` has named another.
        workers: processes; results do not depend on it. Forked from here: have no threads running.
        deadline_s: what one tool call may take.
        on_progress: (keys done, keys in all, keys without a drop).

    Returns:
        The state after the last block, and what it cost.

    Raises:
        KeyboardInterrupt: on Ctrl-C, once everything that had arrived is kept.
    """
    began = time.monotonic()
    done = accepted = computed = 0
    cpu_s = 0.0
    pool = _Pool(work, stage, workers, deadline_s)
    with _interruptible() as interrupts, pool:
        for first in range(0, len(keys), BLOCK):
            block = keys[first : first + BLOCK]
            known = {key: record for key in block if (record := recall(key)) is not None}
            done += len(known)
            accepted += sum(record.drop is None for record in known.values())
            pool.begin(state, [key for key in block if key not in known])
            for batch in pool.batches(interrupts):
                keep(batch)
                known |= {record.key: replace(record, blobs=()) for record in batch}
                done += len(batch)
                accepted += sum(record.drop is None for record in batch)
                computed += len(batch)
                cpu_s += sum(record.cpu_s for record in batch)
                on_progress(done, len(keys), accepted)
            if interrupts:
                raise KeyboardInterrupt
            on_progress(done, len(keys), accepted)
            state = fold(state, [known[key] for key in block])
        if interrupts:
            raise KeyboardInterrupt
    wall_s = time.monotonic() - began
    return state, Speed(computed=computed, wall_s=wall_s, cpu_s=cpu_s, peak_rss_mb=pool.peak_rss_mb + peak_rss_mb())


class _Pool(Generic[S]):
    """Workers, the keys of one block that nobody has taken yet, and what befell keys whose worker ended."""

    def __init__(self, work: Work[S], stage: str, size: int, deadline_s: float) -> None:
        self._work, self._stage, self._size, self._deadline_s = work, stage, size, deadline_s
        self._workers: list[Worker] = []
        self._todo: deque[str] = deque()
        self._avoid: dict[str, frozenset[str]] = {}
        self._endings: dict[str, list[Failure]] = {}
        self._peaks: dict[int, float] = {}

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.close()

    @property
    def peak_rss_mb(self) -> float:
        """The sum of what the workers in each place of the pool held at most."""
        return sum(self._peaks.values())

    def begin(self, state: S, keys: Sequence[str]) -> None:
        """Lay out the keys of a block; workers are forked when there is something to do, again when they are old."""
        self._state = state
        self._todo = deque(keys)
        for place, worker in enumerate(self._workers):
            if keys and worker.served >= LIFETIME:
                worker.close()
                self._workers[place] = self._spawn()
            else:
                worker.tell(state)
        while len(self._workers) < min(self._size, len(keys)):
            self._workers.append(self._spawn())

    def batches(self, interrupts: Sequence[int]) -> Iterator[list[Record]]:
        """Records as they arrive, in batches that grow when the one who takes them is slow."""
        batch: list[Record] = []
        due = time.monotonic() + COMMIT_S
        while not interrupts and (self._todo or any(worker.keys for worker in self._workers)):
            self._hand_out()
            wait([part for worker in self._workers for part in (worker.connection, worker.process.sentinel)], TICK_S)
            for place in range(len(self._workers)):
                batch.extend(self._look_at(place))
            began = time.monotonic()
            if batch and began >= due:
                yield batch
                batch = []
                due = time.monotonic() + max(COMMIT_S, 9 * (time.monotonic() - began))
        if batch:
            yield batch

    def _spawn(self) -> Worker:
        others = [worker.connection for worker in self._workers if not worker.connection.closed]
        worker = Worker(self._work, self._stage, KEY_DEADLINES * self._deadline_s, others)
        worker.tell(self._state)
        return worker

    def _hand_out(self) -> None:
        for depth in range(1, AHEAD + 1):  # everyone gets one before anyone gets two
            for worker in self._workers:
                if self._todo and len(worker.keys) < depth:
                    key = self._todo.popleft()
                    worker.send(key, self._avoid.get(key, frozenset()))

    def _look_at(self, place: int) -> Iterator[Record]:
        """What the worker in `place` has sent; if it is gone or overdue, another takes its place."""
        worker = self._workers[place]
        yield from worker.arrived()
        self._peaks[place] = max(self._peaks.get(place, 0.0), worker.rss_mb)
        overdue = worker.overdue(self._deadline_s)
        if overdue:
            worker.kill()
            yield from worker.arrived()
        elif not worker.gone:
            return
        late = Failure("CallDeadline", f"{overdue} gave no result in {self._deadline_s:g} s")
        yield from self._bury(worker, late if overdue else worker.ending())
        worker.close()
        self._workers[place] = self._spawn()

    def _bury(self, worker: Worker, ending: Failure) -> Iterator[Record]:
        """Put back what the worker had in hand; the key that it was at is run once more, or dropped."""
        if not worker.keys:
            return
        key = worker.keys.popleft()
        self._todo.extendleft(reversed(worker.keys))
        _, tool, stage = worker.where()
        endings = self._endings.setdefault(key, [])
        endings.append(ending)
        avoided = self._avoid.get(key, frozenset()).union([tool] if tool else [])
        self._avoid[key] = avoided
        if len(endings) == 1:
            self._todo.appendleft(key)
        else:
            detail = "; then ".join(each.detail for each in endings)
            yield failed(key, stage, Failure(ending.reason, detail), avoided)


@contextmanager
def _interruptible() -> Generator[list[int]]:
    """Collect Ctrl-C instead of raising it in the middle of a write; a second one is raised at once."""
    seen: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield seen
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)

"""One forked worker: what runs in it, and the parent's handle on it.

Takes a work function, a state and keys; gives records. The worker publishes in shared memory which tool and which
stage it is in, so that the parent can end it in the middle of a hanging call and knows whom to blame.
Does not know blocks, batches or what else is to be done.
"""

import contextlib
import gc
import mmap
import resource
import signal
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from dive import ledger
from dive.flow.failure import Caught, Failure
from dive.ledger import Record
from dive.nouns import Drop

S = TypeVar("S")
Work = Callable[[str, S, frozenset[str]], Record]
"""(key, state, tools to avoid) -> record: a pure function of the three."""

_CALL = struct.Struct("=dH200s")  # since when (0: no call), tool
_STAGE = struct.Struct("=H50s")
_FORK = get_context("fork")  # the catalog is loaded once, in the parent; workers share its pages
_GARBAGE = 50_000  # objects made before the collector looks for cycles: nearly all of a draw's are freed without it
_MB = 1 << 20 if sys.platform == "darwin" else 1 << 10  # ru_maxrss comes in bytes there, in kilobytes elsewhere

_slot: mmap.mmap | None = None  # of this process, if it is a worker


def mark(tool: str | None) -> None:
    """Say that a call of `tool` starts, or with None that it has ended. Outside of a worker nothing happens."""
    if _slot is not None:
        name = (tool or "").encode()[:200]
        _CALL.pack_into(_slot, 0, time.monotonic() if tool else 0.0, len(name), name)


def enter(stage: str) -> None:
    """Say which stage the key is in now: the one that a failure is put down to."""
    if _slot is not None:
        name = stage.encode()[:50]
        _STAGE.pack_into(_slot, _CALL.size, len(name), name)


def failed(key: str, stage: str, failure: Failure, avoided: Iterable[str] = ()) -> Record:
    """The record of a key that gave nothing."""
    drop = Drop(key=key, stage=stage, kind="failed", reason=failure.reason, detail=failure.detail)
    return replace(ledger.record(key, {}, drop=drop), avoided=tuple(sorted(avoided)))


def peak_rss_mb() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB


def publish_in(slot: mmap.mmap) -> None:
    """Let `mark` and `enter` of this process write into a page that its parent reads."""
    global _slot
    _slot = slot


def seen_in(slot: mmap.mmap) -> tuple[float, str, str]:
    """(start of the call in progress or 0, its tool, stage)."""
    since, length, tool = _CALL.unpack_from(slot, 0)
    size, stage = _STAGE.unpack_from(slot, _CALL.size)
    return since, tool[:length].decode(errors="replace"), stage[:size].decode(errors="replace")


class Worker:
    """The parent's handle: keys go in by `send`, records come out of `arrived`, `lost` says why it is gone.

    Args:
        work: what to run.
        stage: the stage that a key starts in.
        key_limit_s: what a whole key may take; the kernel ends the worker then, even one whose parent is dead.
        others: the parent's ends of the other workers' pipes, which this one must not keep open.
    """

    def __init__(self, work: Work[S], stage: str, key_limit_s: float, others: Iterable[Connection]) -> None:
        self.keys: deque[str] = deque()
        self.gone = False
        self.served = 0
        self.rss_mb = 0.0
        self._key_limit_s = key_limit_s
        self._slot = mmap.mmap(-1, mmap.PAGESIZE)
        self.connection, theirs = _FORK.Pipe()
        args = (theirs, [self.connection, *others], self._slot, work, stage, key_limit_s)
        self.process = _FORK.Process(target=_serve, args=args, daemon=True)
        self.process.start()
        theirs.close()

    def tell(self, state: object) -> None:
        """Set the state for the keys that follow."""
        self._send(None, state)

    def send(self, key: str, avoid: frozenset[str]) -> None:
        """Put a key at the end of the worker's queue."""
        self.keys.append(key)
        self._send(key, avoid)

    def arrived(self) -> Iterator[Record]:
        """What the worker has sent by now; notes if it is gone."""
        try:
            while self.connection.poll():
                done = msgspec.json.decode(self.connection.recv_bytes(), type=Record)
                self.keys.popleft()
                self.served += 1
                self.rss_mb = max(self.rss_mb, done.rss_mb)
                yield done
        except (EOFError, ConnectionError):
            self.gone = True
        self.gone = self.gone or not (self.process.is_alive() or self.connection.poll())

    def overdue(self, deadline_s: float) -> str | None:
        """The tool whose call has passed its deadline."""
        since, tool, _ = self.where()
        return tool if self.keys and since and time.monotonic() - since > deadline_s else None

    def where(self) -> tuple[float, str, str]:
        """(start of the call in progress or 0, its tool, stage)."""
        return seen_in(self._slot)

    def kill(self) -> None:
        """End the worker now, wherever it is."""
        self.process.kill()
        self.process.join()

    def close(self) -> None:
        """End it and let go of its pipe."""
        self.kill()
        self.process.close()
        self.connection.close()

    def ending(self) -> Failure:
        """How a worker that nobody killed came to its end."""
        self.process.join()
        code = self.process.exitcode or 0
        if code == -signal.SIGALRM:
            return Failure("KeyDeadline", f"no end after {self._key_limit_s:g} s")
        _, tool, _ = self.where()
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
        return Failure("WorkerDied", f"ended {how}" + (f" in {tool}" if tool else ""))

    def _send(self, key: str | None, what: object) -> None:
        with contextlib.suppress(ConnectionError):  # it is gone: `arrived` notes it
            self.connection.send((key, what))


def _serve(
    connection: Connection, others: list[Connection], slot: mmap.mmap, work: Work[Any], stage: str, limit_s: float
) -> None:
    """The worker's loop, until the parent is gone."""
    publish_in(slot)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for other in others:
        other.close()
    gc.freeze()  # keep the collector off the pages shared with the parent
    gc.set_threshold(_GARBAGE)
    state: Any = None
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            key, what = connection.recv()
            if key is None:
                state = what
            else:
                signal.setitimer(signal.ITIMER_REAL, limit_s)
                data = msgspec.json.encode(_run(work, key, state, what, stage))
                signal.setitimer(signal.ITIMER_REAL, 0)
                connection.send_bytes(data)


def _run(work: Work[S], key: str, state: S, avoid: frozenset[str], stage: str) -> Record:
    mark(None)
    enter(stage)
    wall, cpu = time.monotonic(), time.process_time()
    done = None
    with Caught() as caught:
        done = work(key, state, avoid)
        if done.key != key:
            raise ValueError(f"work gave a record of {done.key!r}")
    if caught.failure is not None:
        done = failed(key, seen_in(_slot)[2] if _slot else stage, caught.failure)
    assert done is not None
    return replace(
        done,
        avoided=tuple(sorted(avoid)),
        wall_s=round(time.monotonic() - wall, 4),
        cpu_s=round(time.process_time() - cpu, 4),
        rss_mb=round(peak_rss_mb(), 1),
    )

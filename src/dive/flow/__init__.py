"""The only place that knows concurrency, resume and drops. Two lanes: worker processes compute, asyncio waits.

`map_blocks` runs a function over keys in forked workers, block by block; `Lane` awaits one over keys, many at once,
with `Benches` for what computes; `gather_bounded` awaits a function over items, so many at a time. Inside a worker
`mark` tells the watchdog which tool is running and `enter` which stage. Does not know what a key gives
(`ledger.Record`), where it is kept, or what steers it.
"""

from dive.flow.bench import Benches
from dive.flow.blocks import BLOCK, Speed, map_blocks
from dive.flow.failure import Caught, Failure
from dive.flow.lane import Commit, Ending, Lane
from dive.flow.waiting import gather_bounded
from dive.flow.worker import Work, enter, mark

__all__ = [
    "BLOCK", "Benches", "Caught", "Commit", "Ending", "Failure", "Lane", "Speed", "Work", "enter", "gather_bounded",
    "map_blocks", "mark",
]  # fmt: skip

"""The run directory: an append-only journal that is the truth, and ledgers derived from it in key order.

Takes records (one for each key that is done) and a fingerprint; gives durable files, resume, digests and readers.
One process writes, any number read. Does not know what stages mean, concurrency, or why a key gave what it gave.
"""

from dive.ledger.files import write
from dive.ledger.records import (
    DROPPED,
    STAGES,
    Event,
    Gave,
    Record,
    Said,
    blob,
    count,
    digest,
    drops,
    journal,
    line,
    read,
    record,
    replies,
    tasks,
)  # fmt: skip
from dive.ledger.run import Run, open_run

__all__ = [
    "DROPPED",
    "STAGES",
    "Event",
    "Gave",
    "Record",
    "Run",
    "Said",
    "blob",
    "count",
    "digest",
    "drops",
    "journal",
    "line",
    "open_run",
    "read",
    "record",
    "replies",
    "tasks",
    "write",
]

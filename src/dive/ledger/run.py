"""A run directory opened for writing: journal, blobs, and the ledgers derived from them.

Takes records in the order in which they arrive; they are on disk, their blobs before them, when `append` returns.
Gives what is done (resume) and ledgers in key order without wall clock. Does not know who runs what.
"""

import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Raw, Struct

from dive.errors import RunDirError
from dive.ledger.files import give_lock, put, sync_directory, take_lock, tmp, write, write_all
from dive.ledger.records import DROPPED, STAGES, VERSION, Event, Gave, Record, Said
from dive.nouns import Drop, canonical

SEGMENT_BYTES = 256 << 20


class _Manifest(Struct):
    v: int
    fingerprint: dict[str, str]


class _Head(Struct):
    ev: str
    key: str


class _Place(Struct, frozen=True):
    segment: Path
    start: int
    length: int


def open_run(directory: Path, config: str, fingerprint: Mapping[str, str]) -> "Run":
    """Create `directory` or go on in it; refused if another process writes or if it was made with something else.

    Args:
        directory: the run directory.
        config: the text of `config.toml`, for people and for `dive run DIR/config.toml`.
        fingerprint: a hash for each thing that changes a task; any difference to the first opening is refused.
    """
    with ExitStack() as undo:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            lock = take_lock(directory)
            undo.callback(give_lock, lock)
            _claim(directory, config, fingerprint)
            run = Run(directory, lock)
        except OSError as error:
            raise RunDirError(f"cannot use {directory} as a run directory: {error.strerror}") from None
        undo.pop_all()
        return run


class Run:
    """A context manager over the journal of one directory; made by `open_run`."""

    def __init__(self, directory: Path, lock: int, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.directory = directory
        self._lock = lock
        self._segment_bytes = segment_bytes
        self._whole = True
        self._blobs: set[str] = set()
        self._done: dict[str, _Place] = {}
        self._events: dict[str, list[_Place]] = {}
        self.hide: Callable[[bytes], bytes] = bytes
        segments = sorted((directory / "journal").glob("*.jsonl"))
        for segment in segments:
            self._scan(segment, last=segment == segments[-1])
        self._open_segment(segments[-1] if segments else directory / "journal" / "00000.jsonl")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)
        give_lock(self._lock)

    def __contains__(self, key: str) -> bool:
        return key in self._done

    def recall(self, key: str) -> Record | None:
        """What `key` gave, if it is done."""
        place = self._done.get(key)
        if place is None:
            return None
        with place.segment.open("rb") as file:
            file.seek(place.start)
            return msgspec.json.decode(file.read(place.length), type=Record)

    def events(self, key: str) -> list[Event]:
        """What was journaled of a key that is not done, in order."""
        found: list[Event] = []
        for place in self._events.get(key, ()):
            with place.segment.open("rb") as file:
                file.seek(place.start)
                found.append(msgspec.json.decode(file.read(place.length), type=Said | Gave))
        return found

    def note(self, events: Sequence[Event]) -> None:
        """Make events durable, with one fdatasync; a failure is as for `append`."""
        if not self._whole:
            raise RunDirError(f"{self.directory}: writing failed before; run again to repair it and go on")
        self._whole = False
        now = round(time.time(), 3)
        try:
            self._write([msgspec.json.encode(msgspec.structs.replace(event, at=now)) for event in events])
        except OSError as error:
            raise RunDirError(f"cannot write {self.directory}: {error.strerror}") from error
        self._whole = True

    def append(self, records: Sequence[Record]) -> None:
        """Make a batch durable: blobs first, then the journal lines with one fdatasync.

        The first record of a key wins; a later one is journaled but never read. After a failure nothing more is
        written: opening the directory again cuts what is torn.
        """
        if not self._whole:
            raise RunDirError(f"{self.directory}: writing failed before; run again to repair it and go on")
        self._whole = False
        try:
            self._keep_blobs(blob for done in records for blob in done.blobs)
            self._journal(records)
        except OSError as error:
            raise RunDirError(_unwritten(self.directory, error)) from error
        self._whole = True

    def derive(self, keys: Iterable[str], rejected: Mapping[str, Drop] | None = None) -> None:
        """Write stage ledgers and drops for those of `keys` that are done, in key order.

        `rejected` are drops that only whole blocks could tell (a second task like an earlier one); such a key keeps
        the lines of the stages before the one that dropped it.
        """
        done = sorted(set(keys) & self._done.keys())
        names = [*STAGES.values(), DROPPED]
        if not self._whole:
            return  # no room for what is there already; opening the directory again repairs it
        try:
            with ExitStack() as stack:
                files = {name: stack.enter_context(tmp(self.directory / name).open("wb")) for name in names}
                for name, text in self._lines(done, rejected or {}):
                    files[name].write(text + b"\n")
                for file in files.values():
                    file.flush()
                    os.fsync(file.fileno())
            for name in names:
                tmp(self.directory / name).replace(self.directory / name)
            sync_directory(self.directory)
        except OSError as error:
            for name in names:
                tmp(self.directory / name).unlink(missing_ok=True)
            raise RunDirError(_unwritten(self.directory, error)) from error

    def _lines(self, keys: Iterable[str], rejected: Mapping[str, Drop]) -> Iterator[tuple[str, bytes]]:
        for key in keys:
            done = self.recall(key)
            assert done is not None
            drop = rejected.get(key, done.drop)
            for stage, name in STAGES.items():
                if drop is not None and drop.stage == stage:
                    break
                if stage in done.lines:
                    yield name, bytes(done.lines[stage])
            if drop is not None:
                yield DROPPED, canonical(drop)

    def _write(self, lines: Sequence[bytes]) -> tuple[int, list[bytes]]:
        """Append lines durably; where they start, and what was written."""
        start = os.fstat(self._fd).st_size
        if start >= self._segment_bytes:
            os.close(self._fd)
            self._open_segment(self._segment.with_name(f"{int(self._segment.stem) + 1:05d}.jsonl"))
            start = 0
        hidden = [self.hide(text) for text in lines]
        write_all(self._fd, b"".join(text + b"\n" for text in hidden))
        os.fdatasync(self._fd)
        return start, hidden

    def _journal(self, records: Sequence[Record]) -> None:
        now = round(time.time(), 3)
        lines = [msgspec.json.encode(msgspec.structs.replace(done, blobs=(), at=now)) for done in records]
        start, lines = self._write(lines)
        for done, text in zip(records, lines, strict=True):
            self._done.setdefault(done.key, _Place(self._segment, start, len(text)))
            start += len(text) + 1

    def _keep_blobs(self, blobs: Iterable[Raw]) -> None:
        named = {hashlib.sha256(blob).hexdigest(): bytes(blob) for blob in blobs}
        fresh = named.keys() - self._blobs
        for sha in sorted(fresh):
            put(f"{self.directory}/blobs/{sha[:2]}", sha, named[sha])
        if fresh:
            os.sync()  # once for hundreds of small files and their directories; an fsync for each would rule the run
            self._blobs |= fresh

    def _open_segment(self, segment: Path) -> None:
        self._segment = segment
        self._fd = os.open(segment, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        sync_directory(segment.parent)

    def _scan(self, segment: Path, last: bool) -> None:
        """Index the done keys of a segment; cut the torn last line that a crash may leave."""
        start = 0
        with segment.open("r+b") as file:
            for number, text in enumerate(file, 1):
                if not text.endswith(b"\n"):
                    break
                try:
                    head = msgspec.json.decode(text, type=_Head)
                except msgspec.DecodeError as error:
                    raise RunDirError(f"{segment}:{number}: damaged journal line: {error}") from None
                if head.ev == "done":
                    self._done.setdefault(head.key, _Place(segment, start, len(text) - 1))
                    self._events.pop(head.key, None)
                elif head.key not in self._done:
                    self._events.setdefault(head.key, []).append(_Place(segment, start, len(text) - 1))
                start += len(text)
            if file.seek(0, os.SEEK_END) > start:
                if not last:
                    raise RunDirError(f"{segment}: its last line is cut off, yet a later segment exists")
                file.truncate(start)
                os.fsync(file.fileno())


def _unwritten(directory: Path, error: OSError) -> str:
    room = "make room, then " if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else ""
    return f"cannot write {directory}: {error.strerror}; what is done is kept: {room}give the same command again"


def _claim(directory: Path, config: str, fingerprint: Mapping[str, str]) -> None:
    """Write the manifest of a new run, or compare it with that of a run to go on with."""
    path = directory / "manifest.json"
    fresh = not path.exists()
    if fresh:
        strangers = {file.name for file in directory.iterdir() if file.suffix != ".tmp"}
        strangers -= {"lock", "config.toml", "journal", "blobs"}
        if strangers or any((directory / "journal").glob("*")):
            raise RunDirError(f"{directory} is not empty and holds no manifest.json of a run; choose another `out`")
    else:
        _compare(path, fingerprint)
    for folder in ("journal", "blobs"):
        (directory / folder).mkdir(exist_ok=True)
    write(directory / "config.toml", config.encode())
    if fresh:
        write(path, msgspec.json.format(canonical(_Manifest(VERSION, dict(fingerprint)))) + b"\n")


def _compare(path: Path, fingerprint: Mapping[str, str]) -> None:
    try:
        made = msgspec.json.decode(path.read_bytes(), type=_Manifest)
    except msgspec.DecodeError as error:
        raise RunDirError(f"{path}: damaged manifest: {error}") from None
    if made.v != VERSION:
        raise RunDirError(f"{path}: format {made.v}, this DIVE writes format {VERSION}; choose another `out`")
    keys = sorted(made.fingerprint.keys() | fingerprint.keys())
    differ = [key for key in keys if made.fingerprint.get(key) != fingerprint.get(key)]
    if differ:
        more = f" and {len(differ) - 5} more" if len(differ) > 5 else ""
        names = ", ".join(differ[:5]) + more
        raise RunDirError(f"{path.parent} was made with another {names}; choose another `out` or undo the change")

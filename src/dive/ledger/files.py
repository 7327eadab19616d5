"""Durable writes and the lock of a directory.

Takes paths and bytes; gives files that are whole or not there, and a lock that dies with the process that took it.
Does not know what is written.
"""

import errno
import fcntl
import os
from pathlib import Path

from dive.errors import RunDirError


def write(path: Path, data: bytes) -> None:
    """Replace a file at once and durably: readers see the old or the new one, never half."""
    with tmp(path).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    tmp(path).replace(path)
    sync_directory(path.parent)


def tmp(path: Path) -> Path:
    """Where `path` is prepared; the lock makes one such name enough."""
    return path.with_name(f"{path.name}.tmp")


def put(folder: str, name: str, data: bytes) -> None:
    """Write a small file if it is not there as it should be, at once but not yet durably. Its place is text, no `Path`:
    a run does this ten thousand times, and paths would take longer than writing.
    """
    path = f"{folder}/{name}"
    if os.path.exists(path):
        with open(path, "rb") as file:
            if file.read() == data:
                return
    elif not os.path.exists(folder):
        os.makedirs(folder)
    with open(f"{path}.tmp", "wb") as file:
        file.write(data)
    os.replace(f"{path}.tmp", path)


def write_all(fd: int, data: bytes) -> None:
    """`os.write` until nothing is left."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def sync_directory(directory: Path) -> None:
    """Make names in `directory` as durable as what they name."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def take_lock(directory: Path) -> int:
    """Lock `directory` for this process; RunDirError with the pid of whoever has it."""
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        pid = os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise RunDirError(f"{directory} is being written by process {pid}; wait for it or stop it") from None
        raise
    _locks.add(lock)
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def give_lock(lock: int) -> None:
    """Give a lock back; giving it twice is the same as once."""
    if lock in _locks:
        _locks.discard(lock)
        fcntl.flock(lock, fcntl.LOCK_UN)
        os.close(lock)


_locks: set[int] = set()
"""Locks that this process holds."""


def _drop_locks() -> None:
    while _locks:
        os.close(_locks.pop())


# A forked worker drops its copies: else one that outlives a killed parent would keep the directory locked.
os.register_at_fork(after_in_child=_drop_locks)

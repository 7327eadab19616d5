"""A fresh process that executes calls again: what `stable` compares the evidence with.

Takes calls; gives the hashes of their results, as a new interpreter with empty caches finds them. `python -m
dive.verify.fresh` is that interpreter: one JSON line of calls in, one JSON line of hashes out, until its input ends.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from dive.catalog import load
from dive.catalog.tables import folder, keep_in
from dive.errors import DiveError, ToolError
from dive.nouns import Json, sha
from dive.tools import Toolbox


class Fresh:
    """A handle on such a process; it is started at the first question and ends with its owner."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def hashes(self, calls: Sequence[tuple[str, Mapping[str, Json]]]) -> list[str]:
        """`sha256:<hex>` of each call's result, or the error's kind.

        Raises:
            DiveError: the process ended.
        """
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(calls) + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise DiveError("the process that executes calls again has ended")
        return msgspec.json.decode(line, type=list[str])

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process = None

    @staticmethod
    def _start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dive.verify.fresh", str(folder())]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def serve(tables: Path) -> None:
    """Answers lines of calls on standard input with lines of hashes on standard output."""
    keep_in(tables)
    registry = load()
    for line in sys.stdin.buffer:
        box = Toolbox(registry)
        found = [_hash(box, tool, args) for tool, args in msgspec.json.decode(line)]
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        sys.stdout.buffer.flush()


def _hash(box: Toolbox, tool: str, args: Mapping[str, Json]) -> str:
    try:
        return f"sha256:{sha(box.call(tool, args))}"
    except ToolError as error:
        return error.kind


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

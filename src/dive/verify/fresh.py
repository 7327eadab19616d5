"""A fresh process that executes calls again: what `stable` compares the evidence with.

Takes calls; gives the hashes of their results, as a new interpreter with empty caches finds them. `main` is that
interpreter's: one JSON line of calls in, one JSON line of hashes out, until its input ends. Each call is made twice, so
that what counts its calls is found out too; a process that hangs or dies is an answer as well.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from dive import sources
from dive.catalog.tables import folder, keep_in
from dive.config import Config
from dive.errors import DiveError, ToolError
from dive.nouns import Json, canonical, sha
from dive.registry import Registry
from dive.tools import Toolbox

COMMAND = (sys.executable, "-c", "from dive.verify.fresh import main; main()")
STARTING_S = 60.0
"""How long the process may take to load the tools."""
REMEMBERED = 20_000
"""Calls of pure tools that are not made a third time."""


class Fresh:
    """A handle on such a process; it is started at the first question and ends with its owner.

    Args:
        command: what starts it; the folder of built tables and the run are added.
        deadline_s: how long it may take for one task's calls.
        config: the run whose tools are called; by default those that ship with DIVE.
    """

    def __init__(
        self, command: Sequence[str] = COMMAND, deadline_s: float = 20.0, config: Config | None = None
    ) -> None:
        self._command, self._deadline_s = command, deadline_s
        self._run = msgspec.json.encode(config or Config(name="catalog")).decode()
        self._process: subprocess.Popen[bytes] | None = None

    def hashes(self, calls: Sequence[tuple[str, Mapping[str, Json]]]) -> list[str]:
        """`sha256:<hex>` of each call's result, or why there is none: the error's kind, changing, deadline, ended."""
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(calls) + b"\n")
        process.stdin.flush()
        line, why = _read(process, self._deadline_s)
        if line:
            return msgspec.json.decode(line, type=list[str])
        process.kill()
        self.close()
        return [why] * len(calls)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [*self._command, str(folder()), self._run]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line, why = _read(process, STARTING_S)
        if not line:
            process.kill()
            process.communicate()
            raise DiveError(f"the process that executes calls again did not start: {why}")
        return process


def _read(process: "subprocess.Popen[bytes]", patience: float) -> tuple[bytes, str]:
    """One line of the process, or nothing and why."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], patience)
    return process.stdout.readline() if ready else b"", "ended" if ready else "deadline"


def main() -> None:
    """The process: the tools of the run that its last argument holds, over the tables in the folder before it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the end of the input ends this one
    keep_in(Path(sys.argv[-2]))
    try:
        serve(sources.load(msgspec.json.decode(sys.argv[-1], type=Config), os.environ))
    except BrokenPipeError:
        os._exit(1)  # whoever asked is gone; the usual way out would flush to nobody and say so


def serve(registry: Registry) -> None:
    """Answers lines of calls on standard input with lines of hashes on standard output, after an empty list."""
    _write([])
    known: dict[bytes, str] = {}
    for line in sys.stdin.buffer:
        calls = msgspec.json.decode(line, type=list[tuple[str, dict[str, Json]]])
        keys = [canonical(call) for call in calls]
        new = {key: call for key, call in zip(keys, calls, strict=True) if key not in known}
        boxes = Toolbox(registry), Toolbox(registry)
        first, second = ([_hash(box, tool, args) for tool, args in new.values()] for box in boxes)
        found = {k: a if a == b else "changing" for k, a, b in zip(new, first, second, strict=True)}
        _write([found[key] if key in found else known[key] for key in keys])
        if len(known) > REMEMBERED:
            known.clear()
        known |= {key: found[key] for key, (tool, _) in new.items() if _is_pure(registry, tool)}


def _is_pure(registry: Registry, tool: str) -> bool:
    return tool in registry.tools and registry.tools[tool].tool.effect == "pure"


def _write(found: Sequence[str]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    sys.stdout.buffer.flush()


def _hash(box: Toolbox, tool: str, args: Mapping[str, Json]) -> str:
    try:
        return f"sha256:{sha(box.call(tool, args))}"
    except ToolError as error:
        return error.kind

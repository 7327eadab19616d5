"""The jobs, values and calls that the worlds of one run share.

Takes jobs and values as they come up; hands them to a runner in one request when told to. Does not know worlds.
"""

from collections.abc import Mapping
from typing import NamedTuple

from dive.errors import ToolError
from dive.nouns import Json, canonical
from dive.prove.sandbox import DONE, SKIPPED, Function, Job, Runner, advise
from dive.tools import CallFn


def call_key(tool: str, args: Mapping[str, Json]) -> str:
    """The name of a call: tool and canonical arguments."""
    return f"{tool} {canonical(dict(args)).decode()}"


class BoundCall(NamedTuple):
    """A call with its arguments, and its `call_key`."""

    key: str
    tool: str
    args: dict[str, Json]


class Done(NamedTuple):
    """An executed call: the step, its tool, bound arguments and result."""

    step: str
    tool: str
    args: dict[str, Json]
    result: Json


class Batch:
    """Jobs and values of all worlds; equal ones are held once."""

    def __init__(self, runner: Runner, call: CallFn) -> None:
        self.runner, self.call = runner, call
        self.functions: dict[Function, int] = {}
        self.handles: dict[object, int] = {}
        self.results: dict[str, Json | ToolError] = {}
        self.got: dict[int, Json] = {}
        self.failed: dict[int, str] = {}
        self.bound: dict[tuple[str, int | None], list[BoundCall]] = {}
        self.plain: dict[tuple[str, int | None], tuple[tuple[int, ...], list[Done]]] = {}
        self._functions: list[Function] = []
        self._fresh: list[tuple[int, Json]] = []
        self._jobs: list[Job] = []
        runner.begin()

    def value(self, key: object, value: Json) -> int:
        """The handle of a value; `key` tells equal values."""
        if key not in self.handles:
            self.handles[key] = len(self.handles)
            self._fresh.append((self.handles[key], value))
        return self.handles[key]

    def job(self, function: Function, inputs: tuple[int, ...], wanted: bool = False) -> int:
        """The handle of the value that `function` has over `inputs`."""
        if function not in self.functions:
            self.functions[function] = len(self.functions)
            self._functions.append(function)
        number = self.functions[function]
        key = (number, inputs, wanted)
        if key not in self.handles:
            self.handles[key] = len(self.handles)
            self._jobs.append(Job(self.handles[key], number, inputs, wanted))
        return self.handles[key]

    def flush(self) -> None:
        """Runs what has been asked for since the last time."""
        if not self._jobs:
            return
        answers = self.runner.batch(self._functions, self._fresh, self._jobs)
        for job, (status, value) in zip(self._jobs, answers, strict=True):
            if status == DONE:
                self.got[job.handle] = value
            elif status == SKIPPED:
                self.failed[job.handle] = next(self.failed[i] for i in job.inputs if i in self.failed)
            else:
                self.failed[job.handle] = advise(value)
        self._functions, self._fresh, self._jobs = [], [], []

    def result(self, bends: Mapping[str, Json], call: BoundCall) -> tuple[int, Json]:
        """Handle and value of a call's result, `bends` first; raises ToolError."""
        if call.key in bends:
            bent = bends[call.key]
            return self.value(("bent", id(bent)), bent), bent
        if call.key not in self.results:
            try:
                self.results[call.key] = self.call(call.tool, call.args)
            except ToolError as error:
                self.results[call.key] = error
        found = self.results[call.key]
        if isinstance(found, ToolError):
            raise found
        return self.value(call.key, found), found

"""Where expressions run: many small jobs in one request, in pydantic-monty or, on demand, in plain CPython.

Takes functions (source and parameters), values and jobs that apply the one to the other; gives each job's status and,
where wanted, its value. The only file that imports pydantic_monty. Sources must have passed `expr.compiled`: CPython
is no sandbox, and a session is used for many proofs in turn. Does not know steps, worlds or tools.
"""

import builtins
import collections
import contextlib
import datetime as dt
import functools
import itertools
import math
import os
import re
from collections.abc import Mapping, Sequence
from types import CodeType, TracebackType
from typing import Any, NamedTuple, Protocol, Self

import pydantic_monty

from dive.errors import ProofError
from dive.nouns import Json
from dive.prove import allowed
from dive.prove.expr import compiled

LIMITS = pydantic_monty.ResourceLimits(
    max_memory=256 << 20, max_feed_duration_secs=2.0, max_turn_duration_secs=2.0, max_recursion_depth=200,
    max_suspensions=50, max_total_sleep_secs=0.0,
)  # fmt: skip
REQUEST_SECONDS = 10.0
FEEDS_PER_SESSION = 200
"""A session keeps the code that it was fed (about 35 KB a proof), so it is renewed now and then."""

DONE, BROKE, SKIPPED = 0, 1, 2

IMPORTS = "import re, math, datetime, collections, itertools\n"
DRIVER = """
_values = {}
_functions = []

def _plain(x):
    if isinstance(x, dict):
        for k in x:
            _plain(k)
            _plain(x[k])
    elif isinstance(x, (list, tuple, set, frozenset)):
        for y in x:
            _plain(y)
    elif x is not None and not isinstance(x, (str, int, float)):
        raise TypeError(f"the value is a {type(x).__name__}, which is no JSON")
    return x

def _run(fresh, jobs):
    for handle, value in fresh:
        _values[handle] = value
    out = []
    for handle, function, inputs, wanted in jobs:
        if any([i not in _values for i in inputs]):
            out.append((2, None))
            continue
        try:
            value = _functions[function](*[_values[i] for i in inputs])
            out.append((0, _plain(value) if wanted else None))
            _values[handle] = value
        except Exception as error:
            out.append((1, f"{type(error).__name__}: {error}"))
    return out
"""
RESET = "_values.clear()\n_functions.clear()\n"
RUN = "_run(_fresh, _jobs)"


class Function(NamedTuple):
    """An expression and the names that it reads, as parameters."""

    parameters: tuple[str, ...]
    source: str


class Job(NamedTuple):
    """Apply function number `function` to the values `inputs`; keep the result as value `handle`."""

    handle: int
    function: int
    inputs: tuple[int, ...]
    wanted: bool


class Runner(Protocol):
    """What runs jobs."""

    def begin(self) -> None:
        """Forgets all functions and values: a new proof starts, its functions count from 0."""
        ...

    def batch(
        self, functions: Sequence[Function], fresh: Sequence[tuple[int, Json]], jobs: Sequence[Job]
    ) -> list[tuple[int, Json]]:
        """Adds functions and values, then runs the jobs in order; gives (status, value or error text) of each."""
        ...


def _definitions(functions: Sequence[Function]) -> str:
    return "\n".join(f"_functions.append({_source(f)})" for f in functions) + "\n"


def _source(function: Function) -> str:
    return f"lambda {', '.join(function.parameters)}: {function.source}"


class _FirstUse:
    """The process that first used pydantic-monty; 0 for none."""

    pid = 0


_first_use = _FirstUse()


class Sandbox:
    """pydantic-monty with every limit set: one worker process, started when first needed.

    pydantic-monty hangs in a process that was forked after its first use (its threads stay behind), so such a process
    gets a ProofError: fork first, then prove; each process starts its own worker.
    """

    def __init__(self, limits: pydantic_monty.ResourceLimits = LIMITS) -> None:
        self._limits = limits
        self._pool: contextlib.ExitStack | None = None
        self._monty: pydantic_monty.Monty | None = None
        self._session: pydantic_monty.MontySession | None = None
        self._feeds = 0
        self._fresh_start = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the worker; a later use starts another."""
        if _first_use.pid == os.getpid():
            self._drop_session()
            if self._pool:
                self._pool.close()
        self._pool = self._monty = self._session = None

    def begin(self) -> None:
        self._fresh_start = True
        if self._feeds >= FEEDS_PER_SESSION:
            self._drop_session()

    def batch(
        self, functions: Sequence[Function], fresh: Sequence[tuple[int, Json]], jobs: Sequence[Job]
    ) -> list[tuple[int, Json]]:
        code = (RESET if self._fresh_start else "") + _definitions(functions) + RUN
        self._fresh_start = False
        return self._feed(code, {"_fresh": list(fresh), "_jobs": [tuple(job) for job in jobs]})

    def _feed(self, code: str, inputs: dict[str, Any]) -> Any:
        session = self._ready()
        self._feeds += 1
        try:
            return session.feed_run(code, inputs=inputs)
        except (pydantic_monty.MontyError, TimeoutError, UnicodeEncodeError) as error:
            # After a limit the heap is in no known state; after a crash there is none.
            self._drop_session()
            raise ProofError(f"sandbox: {type(error).__name__}: {advise(str(error))}") from error

    def _ready(self) -> pydantic_monty.MontySession:
        _first_use.pid = _first_use.pid or os.getpid()
        if _first_use.pid != os.getpid():
            raise ProofError("sandbox: it was used before this process was forked. Start the workers first, then prove")
        if self._monty is None:
            self._pool = contextlib.ExitStack()
            pool = pydantic_monty.Monty(min_processes=1, max_processes=1, request_timeout=REQUEST_SECONDS)
            self._monty = self._pool.enter_context(pool)
        if self._session is None:
            self._session = self._monty.checkout(limits=self._limits).__enter__()
            self._session.feed_run(IMPORTS + DRIVER)
            self._feeds = 0
        return self._session

    def _drop_session(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            with contextlib.suppress(pydantic_monty.MontyError):
                session.__exit__(None, None, None)


class Plain:
    """The same jobs in CPython, for expressions that DIVE compiled itself and to re-run a proof without pydantic-monty.

    No sandbox and no limits.
    """

    def __init__(self) -> None:
        # strptime and strftime import a module when first called; no checked source can name __import__.
        names = allowed.BUILTINS | {"type", "TypeError", "Exception", "__import__"}
        modules = {m.__name__: m for m in (re, math, dt, collections, itertools)}
        self._space: dict[str, Any] = {"__builtins__": {name: getattr(builtins, name) for name in names}, **modules}
        exec(_driver(), self._space)  # noqa: S102  (our own text)

    def begin(self) -> None:
        self._space["_values"].clear()
        self._space["_functions"].clear()

    def batch(
        self, functions: Sequence[Function], fresh: Sequence[tuple[int, Json]], jobs: Sequence[Job]
    ) -> list[tuple[int, Json]]:
        self._space["_functions"] += [eval(_lambda(f), self._space) for f in functions]  # noqa: S307  (checked sources)
        return self._space["_run"](fresh, jobs)


@functools.lru_cache(4096)
def _lambda(function: Function) -> CodeType:
    """The code of a function; most proofs share most of theirs with others."""
    return compile(_source(function), "<expression>", "eval")


@functools.cache
def _driver() -> CodeType:
    return compile(DRIVER, "<driver>", "exec")


def python_eval(expr: str, values: Mapping[str, Json]) -> Json:
    """The value of one checked expression in plain CPython; ProofError if it is refused or fails."""
    return evaluate(Plain(), expr, values)


def evaluate(runner: Runner, expr: str, values: Mapping[str, Json]) -> Json:
    """The value of one checked expression over `values`; ProofError if it is refused or fails."""
    done = compiled(expr, values.keys())
    handles = {name: i for i, name in enumerate(done.reads)}
    job = Job(len(handles), 0, tuple(handles.values()), wanted=True)
    runner.begin()
    fresh = [(handle, values[name]) for name, handle in handles.items()]
    [(status, value)] = runner.batch([Function(done.reads, done.source)], fresh, [job])
    if status != DONE:
        raise ProofError(f"expression {expr!r}: {advise(value)}")
    return value


KNOWN_GAPS: tuple[tuple[str, str], ...] = (
    (r"is not an iterator", "write [x for x in ... if ...][0] instead of next(...)"),
    (r"takes exactly one argument \(\d+ given\)", "write a | b | c, or a & b & c"),
    (r"has no attribute '(get|lower|upper|strip|union|intersection)'", "write a lambda: key=lambda x: d.get(x)"),
    (r"has no attribute 'is", "this method is missing in the sandbox; write the test out"),
    (r"memory limit exceeded|MemoryError", "the expression needs too much memory; make its lists shorter"),
    (r"TimeoutError|time limit", "the expression takes too long; make its lists shorter"),
    (r"recursion", "an expression may not call itself"),
    (r"division by zero", "any() and all() look at every member here: filter before you divide"),
    (r"iterable argument is empty|empty sequence", "nothing fits the condition: max and min need at least one member"),
    (r"list index out of range", "nothing fits the condition, or the list is shorter"),
    (r"which is no JSON", "give text, numbers, lists or dicts; a date as .isoformat()"),
    (r"'NoneType'", "a field is null here: add `if x is not None`"),
    (r"surrogates", "the text holds broken characters; clean the result first"),
)
"""What a reader should do about an error text, by pattern."""


def advise(text: str) -> str:
    """An error text with the advice that belongs to it."""
    hint = next((advice for pattern, advice in KNOWN_GAPS if re.search(pattern, text)), "")
    return f"{text}. {hint[:1].upper()}{hint[1:]}" if hint else text

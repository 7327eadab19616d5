"""A pydantic-monty sandbox in a process of its own: a process that has used it can fork no workers that use it."""

import multiprocessing
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any

import pytest

from dive.errors import ProofError
from dive.prove.sandbox import Function, Job, Sandbox


class Remote:
    """A Runner that asks a child process."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def begin(self) -> None:
        self._ask("begin")

    def batch(self, functions: Sequence[Function], fresh: Sequence[tuple[int, Any]], jobs: Sequence[Job]) -> Any:
        return self._ask("batch", list(functions), list(fresh), list(jobs))

    def _ask(self, *message: Any) -> Any:
        self.pipe.send(message)
        answer = self.pipe.recv()
        if isinstance(answer, ProofError):
            raise answer
        return answer


def _serve(pipe: Connection) -> None:
    with Sandbox() as sandbox:
        for name, *args in iter(pipe.recv, ()):
            try:
                pipe.send(getattr(sandbox, name)(*args))
            except ProofError as error:
                pipe.send(error)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Remote]:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=_serve, args=(there,))
    child.start()
    yield Remote(here)
    here.send(())
    child.join(10)
    assert child.exitcode == 0

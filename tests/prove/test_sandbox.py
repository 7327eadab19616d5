"""Limits, forks and error texts of the sandbox."""

import multiprocessing
import time
from multiprocessing.connection import Connection

import pytest

from dive.errors import ProofError
from dive.prove.sandbox import Runner, Sandbox, advise, evaluate, python_eval


@pytest.mark.parametrize(
    ("expr", "advice"),
    [
        ("sum([x for x in range(10 ** 9)])", "needs too much memory"),
        ("len([1 for p in itertools.product(range(400), range(400), range(400)) if p == 1])", "Make its lists shorter"),
        ("10 ** 10 ** 9", "Make its lists shorter"),
    ],
)
def test_limits_end_an_expression_and_the_next_one_runs(expr: str, advice: str, sandbox: Runner) -> None:
    start = time.monotonic()
    with pytest.raises(ProofError, match="(?i)" + advice):
        evaluate(sandbox, expr, {})
    assert time.monotonic() - start < 6
    assert evaluate(sandbox, "1 + 1", {}) == 2


def test_errors_carry_advice(sandbox: Runner) -> None:
    for runner_eval in (lambda e: evaluate(sandbox, e, {"x": None}), lambda e: python_eval(e, {"x": None})):
        with pytest.raises(ProofError, match="Nothing fits the condition"):
            runner_eval("[1][5]")
        with pytest.raises(ProofError, match="A field is null here"):
            runner_eval("x + 1")
    assert advise("fine") == "fine"


def test_a_session_is_renewed(sandbox: Runner) -> None:
    assert [evaluate(sandbox, f"x + {n}", {"x": 1}) for n in range(450)] == list(range(1, 451))


def _use_then_fork(pipe: Connection) -> None:
    with Sandbox() as sandbox:
        evaluate(sandbox, "1", {})
        child = multiprocessing.get_context("fork").Process(target=_use_again, args=(sandbox, pipe))
        child.start()
        child.join(20)


def _use_again(sandbox: Sandbox, pipe: Connection) -> None:
    try:
        pipe.send(evaluate(sandbox, "1", {}))
    except ProofError as error:
        pipe.send(str(error))


def test_a_process_forked_after_use_is_told_so() -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    parent = context.Process(target=_use_then_fork, args=(there,))
    parent.start()
    assert here.poll(20)
    assert "before this process was forked" in here.recv()
    parent.join(10)

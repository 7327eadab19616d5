"""The same value in pydantic-monty and in CPython, or a refusal: a proof re-runs without the sandbox."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idioms import IDIOMS, REFUSED, VALUES

from dive.errors import ProofError
from dive.prove.expr import check
from dive.prove.sandbox import Function, Job, Plain, Runner, evaluate, python_eval
from dive.prove.values import jsonable


@pytest.mark.parametrize("expr", IDIOMS)
def test_equal(expr: str, sandbox: Runner) -> None:
    theirs, ours = evaluate(sandbox, expr, VALUES), python_eval(expr, VALUES)
    assert theirs == ours
    assert repr(theirs) == repr(ours) or isinstance(ours, set) or "{" in repr(ours)


@pytest.mark.parametrize("expr", REFUSED, ids=lambda e: e[:40])
def test_refused(expr: str) -> None:
    with pytest.raises(ProofError) as caught:
        check(expr, list(VALUES), "step a")
    advice = REFUSED[expr]
    assert str(caught.value).startswith("step a: ")
    assert advice is None or advice.lower() in str(caught.value).lower()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_arithmetic_is_bit_equal(sandbox: Runner, floats: list[float]) -> None:
    expr = "[sum(xs), max(xs) - min(xs), sum(xs) / len(xs), sum(abs(x) ** 0.5 for x in xs), str(xs[0])]"
    assert evaluate(sandbox, expr, {"xs": floats}) == python_eval(expr, {"xs": floats})


@given(st.lists(st.tuples(st.integers(-5, 5), st.text(max_size=3)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_sorting_is_equal(sandbox: Runner, pairs: list[tuple[int, str]]) -> None:
    values = {"xs": [list(pair) for pair in pairs]}
    expr = "[sorted(xs), sorted(xs, key=lambda x: x[0]), sorted({x[1] for x in xs}), [x[1].lower() for x in xs]]"
    assert jsonable(evaluate(sandbox, expr, values)) == jsonable(python_eval(expr, values))


@pytest.mark.parametrize(
    "source", ["range(3)", "re.search('a', 'a')", "(lambda: 1)", "datetime.date(2020, 1, 1)", "{'a': 1}.items()"]
)
def test_no_value_turns_into_text(source: str, sandbox: Runner) -> None:
    for runner in (sandbox, Plain()):
        runner.begin()
        [(status, text)] = runner.batch([Function((), source)], [], [Job(0, 0, (), wanted=True)])
        assert status == 1
        assert "no JSON" in text

"""Refusals in four parts, rewrites, literals, names."""

import ast

import pytest

from dive.errors import ProofError
from dive.prove.expr import check, check_id, compiled, literals
from dive.prove.rules import is_set


def test_a_refusal_says_where_what_why_and_what_instead() -> None:
    with pytest.raises(ProofError, match=r"^step a, argument x: 'd.items\(\)': an iterator .* value\. Put list"):
        check("d.items()", ["d"], "step a, argument x")


def test_all_refusals_come_at_once() -> None:
    with pytest.raises(ProofError) as caught:
        check("round(x) + y + x.sort()", ["x"])
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("source", "rewritten"),
    [
        ("next(x for x in xs)", "(next(iter([x for x in xs])))"),
        ("set.union(*xs)", "({_m for _s in [*xs] for _m in _s})"),
        ("sorted(xs, key=str.lower)", "(sorted(xs, key=lambda _x: _x.lower()))"),
        ("max(xs, key=xs.index)", "(max(xs, key=lambda _x: xs.index(_x)))"),
        ("max(xs)", "(max(xs))"),
        ("xs # a comment", "(xs)"),
    ],
)
def test_rewrites(source: str, rewritten: str) -> None:
    assert compiled(source, ["xs"]).source == rewritten


def test_reads_are_the_steps_in_order() -> None:
    assert compiled("[a for a in ys if a in xs] + ys", ["xs", "ys", "zs"]).reads == ("ys", "xs")


def test_a_named_set_has_no_order() -> None:
    check("list(xs)", ["xs"])
    with pytest.raises(ProofError, match="order of a set"):
        check("list(xs)", ["xs"], sets=["xs"])
    assert is_set(ast.parse("a & b - c", mode="eval"), ["a"])


@pytest.mark.parametrize("name", ["len", "re", "item", "_x", "class", "a b", "é", "print", ""])
def test_ids_that_cannot_be_used(name: str) -> None:
    with pytest.raises(ProofError, match="Choose another id"):
        check_id(name)


def test_literals_are_what_the_question_must_state() -> None:
    text = "[r['name'] for r in rows if r['x'] > -70.5 and r.get('c') == 'Peru' and r['n'] != 0][0]"
    assert literals(text) == (-70.5, "Peru")
    assert literals(r"re.findall(r'\d{4}', x['founded'])[0] + ', '") == ()
    assert literals("re.search('Lima', x)") == ("Lima",)
    assert literals("datetime.datetime.strptime(x, '%B %d, %Y').year + 100 * 7") == (7,)

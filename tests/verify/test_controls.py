"""Controls are made of the task's own evidence, and the grader rejects every one of them."""

import pytest
from lakes import NORLAND, SARN, VELL, best, count, examine, lakes, of, pair, where
from msgspec.structs import replace

from dive.grade import spoken
from dive.nouns import Answer
from dive.tree import Con, Get, Node, Op
from dive.verify import controls

DEEPEST = best("max", lakes(), of("depth"))
TOP = Op(
    "top", (("how", "reverse=True"), ("list", lakes()), ("key", of("depth")), ("n", Con("count", 2))), "lake:name", True
)
SPREAD = Op("spread", (("list", lakes()), ("key", of("depth"))), "length:m")


def made(tree: Node) -> list[str]:
    exam = examine("?", tree)
    wrong = controls.build(exam)
    assert controls.gate(exam.answer, wrong).reason == ""
    assert {control.type for control in wrong} == {exam.answer.type}
    return [spoken(control) for control in wrong]


TREES = (
    DEEPEST,
    TOP,
    SPREAD,
    lakes(),
    of("depth", DEEPEST),
    of("area", DEEPEST),
    of("depth", VELL),
    count(where(lakes(), of("depth"), ">", 60)),
    where(lakes(), of("depth"), ">", 50),
    pair("gap", of("depth", VELL), of("depth", SARN)),
    pair("record", DEEPEST, of("depth", DEEPEST)),
    pair("record", of("depth", VELL), of("depth", SARN)),
)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.pattern if isinstance(tree, Op) else tree.field)
def test_every_kind_of_answer_has_three_wrong_neighbours(tree: Node) -> None:
    wrong = made(tree)
    assert 3 <= len(wrong) <= controls.MOST


def test_the_runner_up_comes_first() -> None:
    assert made(DEEPEST)[:2] == ["Brod", "Tiss"]
    assert made(best("min", lakes(), of("depth")))[:2] == ["Sarn", "Tiss"]


def test_mutants_come_before_other_values() -> None:
    exam = examine("?", SPREAD)
    assert spoken(controls.build(exam, [64, 83, 7_000_000])[0]) == "64"
    ranked = examine("?", TOP)
    assert spoken(controls.build(ranked, [["Vell", "Sarn"]])[0]) == "Vell; Sarn"
    assert [spoken(control) for control in controls.build(ranked)][:2] == ["Ombra; Sarn", "Brod; Vell"]
    parts = examine("?", pair("record", DEEPEST, of("depth", DEEPEST)))
    assert spoken(controls.build(parts, [{"first": "Vell", "second": 31}])[1]) == "Vell; 31"


def test_numbers_stay_plausible_and_apart() -> None:
    exam = examine("?", of("area", VELL))
    near = replace(exam.answer, value=100.0, tolerance=2.0)
    values = [
        control.value for control in controls.build(replace(exam, answer=near, tree=None), [105.0, 106.1, 9.0, 1100.0])
    ]
    assert values[0] == 106.1
    assert not {105.0, 9.0, 1100.0} & set(values)


def test_the_other_unit() -> None:
    exam = replace(
        examine("?", of("depth", SARN)), answer=Answer(type="number", value=30, unit="feet", decimals=0), tree=None
    )
    assert [spoken(control) for control in controls.build(exam)] == ["9"]


def test_without_a_tree_neighbours_come_from_the_columns() -> None:
    exam = replace(examine("?", DEEPEST), tree=None)
    assert {spoken(control) for control in controls.build(exam)} == {"Sarn", "Ombra", "Tiss", "Brod"}


def test_the_gate_refuses_few_accepted_and_repeated_controls() -> None:
    answer = Answer(type="entity", value="Vell", aliases=("VL",))
    wrong = [Answer(type="entity", value=name) for name in ("Sarn", "Brod", "Tiss")]
    assert controls.gate(answer, wrong).passed
    assert controls.gate(answer, wrong[:2]).reason == "only 2 wrong answers of 3"
    assert controls.gate(answer, [*wrong[:2], wrong[0]]).reason == "only 2 wrong answers of 3"
    assert "takes 'vl'" in controls.gate(answer, [*wrong, Answer(type="entity", value="vl")]).reason


def test_a_lone_value_has_its_neighbours_only() -> None:
    exam = examine("?", Get("country_record", (("country", NORLAND),), "population", "population:people"))
    assert [spoken(control) for control in controls.build(exam)] == ["730,000"]
    assert controls.build(replace(exam, tree=None, graph=None)) == ()
    assert not controls.gate(exam.answer, ()).passed


def test_mistakes_within_the_question_are_followed_to_its_end() -> None:
    assert made(of("area", DEEPEST))[:3] == ["20.1", "40.2", "120.4"]

"""Proofs run in worlds: bound arguments, each, let, assume, bends, replaced expressions."""

from collections.abc import Mapping
from typing import Any

import pytest
from airports import HIGH, HIGHEST, LARGEST, call, listed, outcome
from msgspec.structs import replace

from dive.errors import ProofError
from dive.nouns import Answer, Arg, Proof, Step
from dive.prove.batch import call_key
from dive.prove.evaluate import RECORDED, Failure, World, look, replay, run
from dive.prove.sandbox import Plain, Runner

NUMBER = Answer(type="number", value=1)
BORDERS = call_key("country_borders", {"country": "PE"})


def one(*steps: Step, program: str, assume: tuple[str, ...] = (), world: World = RECORDED) -> Any:
    [made] = run(Proof(steps=steps, program=program, assume=assume, answer=NUMBER), call, [world], Plain())
    return made.error.message if made.error else made.value


@pytest.mark.parametrize("proof", [HIGHEST, LARGEST, HIGH])
def test_sandbox_and_python_agree(proof: Proof, sandbox: Runner) -> None:
    ours, theirs = outcome(proof), run(proof, call, [RECORDED], sandbox)[0]
    assert ours == theirs
    assert not ours.error


def test_calls_are_bound_by_expression() -> None:
    made = outcome(HIGHEST)
    assert [done.step for done in made.calls] == ["pe", "bo", "d"]
    assert made.calls[2].args == {"lat1": -15.4671, "lon1": -70.1582, "lat2": -16.5133, "lon2": -68.1923}
    assert made.value == pytest.approx(240.2, abs=0.1)


def test_each_calls_every_member() -> None:
    made = outcome(LARGEST)
    assert [done.args["country"] for done in made.calls if done.step == "areas"] == ["BR", "CL"]
    assert made.value == "BR"


def test_a_bent_world_runs_later_calls_again() -> None:
    world = World(bends={BORDERS: {"borders": ["AR", "CL"]}})
    made = run(LARGEST, call, [RECORDED, world], Plain())
    assert [o.value for o in made] == ["BR", "AR"]
    assert [d.args["country"] for d in made[1].calls][2:] == ["AR", "CL"]


def test_replaced_expressions() -> None:
    worlds = [
        World(program="min(both, key=lambda m: area[m])"),
        World(steps={"both": "[c for c in pe['borders']]"}),
        World(steps={"areas": "both[:1]"}),
        World(steps={"areas.country": "'PE'"}),
        World(program="round(1)"),
        World(steps={"both": "open('x')"}),
    ]
    made = run(LARGEST, call, worlds, Plain())
    assert [o.value for o in made[:2]] == ["CL", "BR"]
    assert made[2].error is not None
    assert "KeyError" in made[2].error.message
    assert {d.args["country"] for d in made[3].calls if d.step == "areas"} == {"PE"}
    assert [o.error.kind for o in made[4:] if o.error] == ["refused", "refused"]


def test_equal_calls_are_made_once() -> None:
    asked: list[str] = []

    def counted(tool: str, args: Mapping[str, Any]) -> Any:
        asked.append(call_key(tool, args))
        return call(tool, args)

    run(LARGEST, counted, [RECORDED] * 5, Plain())
    assert len(asked) == len(set(asked)) == 4


def test_assumptions_must_be_true() -> None:
    step = listed("pe", "country_borders", "PE")
    assert "it is False, not True" in one(step, program="1", assume=("len(pe['borders']) > 9",))
    assert "it is 5, not True" in one(step, program="1", assume=("len(pe['borders'])",))
    assert one(step, program="1", assume=("len(pe['borders']) == 5",)) == 1


def test_failures_say_where_and_what() -> None:
    step = listed("pe", "country_borders", "PE")
    each = Step(id="a", call="country_area", each="pe['borders']", args={"country": Arg(expr="item")}, max=3)
    assert "step a: `each` gives 5 members, at most 3" in one(step, each, program="1")
    assert "gives a member twice" in one(step, replace(each, each="['BR', 'BR']"), program="1")
    assert "not_found" in one(step, replace(each, each="['XX']"), program="1")
    assert "KeyError: 'rows' (pe has: borders)" in one(step, program="pe['rows']")
    assert "step x: KeyError" in one(step, Step(id="x", let="pe['rows']"), program="1")
    assert "which is no JSON" in one(step, program="float('nan')")
    assert "a key that is no text" in one(step, program="{1: 2}")


def test_a_refused_proof_tells_everything_at_once() -> None:
    steps = (Step(id="len", let="1"), Step(id="a", let="round(1)"), Step(id="a", let="nope"), Step(id="b"))
    with pytest.raises(ProofError) as caught:
        one(*steps, program="eval('1')", assume=("x := 1",))
    text = str(caught.value)
    for part in ("step 'len'", "step a: 'round'", "step a: 'nope'", "same id", "neither", "program", "assume"):
        assert part in text


def test_a_step_sees_only_earlier_steps() -> None:
    with pytest.raises(ProofError, match="there is no such name"):
        one(Step(id="a", let="b"), Step(id="b", let="1"), program="a")


def test_sets_come_back_sorted() -> None:
    step = listed("pe", "country_borders", "PE")
    assert one(step, program="set(pe['borders'])") == ["BO", "BR", "CL", "CO", "EC"]
    each = Step(id="a", call="country_area", each="set(pe['borders'])", args={"country": Arg(expr="item")})
    assert one(step, each, program="[r['country'] for r in a]") == ["BO", "BR", "CL", "CO", "EC"]


def test_look_evaluates_without_calls(sandbox: Runner) -> None:
    made = outcome(LARGEST)
    seen = look(LARGEST, made, ["both", "area['CL']", "area['XX']", "round(1)"], sandbox)
    assert seen[:2] == [["BR", "CL"], 756102]
    assert [v.kind for v in seen[2:] if isinstance(v, Failure)] == ["broke", "refused"]
    assert run(LARGEST, replay(made.calls), [RECORDED], sandbox)[0] == made

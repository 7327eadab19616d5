"""Bends, mutants, ties and every judge, each with what passes and what fails."""

import ast

import pytest
from airports import HIGH, HIGHEST, LARGEST, alternates, call, listed, match, outcome
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dive.nouns import Answer, Arg, Proof, Step
from dive.prove import judge
from dive.prove.bend import bends
from dive.prove.evaluate import Outcome, look
from dive.prove.examine import Report, examine
from dive.prove.mutate import mutants
from dive.prove.sandbox import Plain, Runner
from dive.prove.shape import change, column, leaves, lists, spell
from dive.prove.ties import contests, near
from dive.prove.values import choices, fit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda c: st.lists(c, max_size=4) | st.dictionaries(st.text("abc", min_size=1, max_size=2), c, max_size=3),
    max_leaves=12,
)
ENTITY = Answer(type="entity", value="x")


def proved(proof: Proof, ordered: tuple[str, ...] = ()) -> Report:
    return examine(proof, call, Plain(), match, ordered=ordered, alternates=alternates)


def fault(proof: Proof, ordered: tuple[str, ...] = ()) -> tuple[str, str]:
    """Gate and reason of the first verdict that did not pass."""
    bad = next(v for v in proved(proof, ordered).verdicts if not v.passed)
    return bad.by, bad.reason


def over(program: str, value: str, *lets: tuple[str, str], country: str = "BO", kind: str = "entity") -> Proof:
    """A proof over the airports of one country."""
    steps = [listed("x", "airports_in_country", country), *(Step(id=i, let=text) for i, text in lets)]
    return Proof(steps=tuple(steps), program=program, answer=Answer(type=kind, value=value))  # pyright: ignore[reportArgumentType]


@given(JSON)
def test_changing_nothing_changes_nothing(value: object) -> None:
    for path in {p for p, _ in leaves(value)} | {p for p, _ in lists(value)}:
        assert change([value], path, lambda old, _: old) == [value]
        assert len(column([value], path)) >= 1
        assert isinstance(spell(path), str)


@pytest.mark.parametrize("proof", [HIGHEST, LARGEST, HIGH])
def test_good_proofs_pass_everywhere(proof: Proof, sandbox: Runner) -> None:
    here = proved(proof)
    assert here.passed, here.verdicts
    assert [v.by for v in here.verdicts] == ["executes", "entailed", "sensitive", "unique"]
    there = examine(proof, call, sandbox, match, alternates=alternates)
    assert there.verdicts == here.verdicts and there.wrong == here.wrong
    assert list(there.natural()) == list(here.natural()) != []


def states_of(proof: Proof) -> dict[tuple[str, str], judge.State]:
    trials = proved(proof).trials
    assert trials is not None
    return judge.states(proof, outcome(proof), trials.all())


def test_used_fields_are_found() -> None:
    states = states_of(HIGHEST)
    assert states["pe", "airports[].elevation_ft"] == "changed"
    assert states["pe", "airports[].lat"] == "changed"
    assert states["pe", "*"] == "same"
    assert states_of(LARGEST)["areas", "area_km2"] == "changed"
    assert states_of(LARGEST)["areas", "*"] == "same"


def test_bends_are_labelled_and_change_something() -> None:
    made = outcome(HIGHEST)
    worlds = bends(HIGHEST, made, alternates=alternates)
    assert {w.kind for w in worlds} == {
        "corrupt", "rotate", "extreme", "drop", "mix", "reverse", "alternate", "other",
    }  # fmt: skip
    originals = {id(d.result) for d in made.calls}
    assert all(w.bends and not originals & {id(r) for r in w.bends.values()} for w in worlds)
    assert len({w.label for w in worlds}) == len(worlds)
    ordered = bends(HIGHEST, made, ordered=["airports_in_country.airports"])
    assert not any(w.kind == "reverse" for w in ordered)


def test_mutants_of_every_kind() -> None:
    text = "[a - b for a in x if a > 1 and a in y if a is not None] + sorted(x, key=lambda r: r)[:2]"
    proof = Proof(steps=(Step(id="x", let="[1]"), Step(id="y", let="[1]")), program=text, answer=ENTITY)
    made = {w.label: w.program for w in mutants(proof) if w.program}
    for part in ("drop `if a > 1 and a in y`", "drop `a > 1`", "flip", "negate", "swap the sides", "turn the order"):
        assert any(label.startswith(f"program: {part}") for label in made), part
    assert not any(label.startswith("program: drop `if a is not None`") for label in made)
    for source in made.values():
        ast.parse(str(source), mode="eval")


def test_abs_has_no_sides() -> None:
    proof = Proof(steps=(Step(id="x", let="1"),), program="abs(x - 2)", answer=ENTITY)
    assert not any("sides" in w.label for w in mutants(proof))


def test_wrong_values_come_from_mutants() -> None:
    assert "CL" in [value for _, value in proved(LARGEST).wrong]


def test_entailed_fails_for_another_answer() -> None:
    assert fault(replace(LARGEST, answer=Answer(type="entity", value="CL"))) == (
        "entailed", "the program gives 'BR', the answer says 'CL'",
    )  # fmt: skip


def test_executes_fails() -> None:
    assert fault(replace(LARGEST, assume=("len(both) > 4",)))[0] == "executes"
    assert fault(replace(LARGEST, program="round(1)"))[0] == "executes"


def test_an_unused_call_is_found() -> None:
    spare = replace(LARGEST, steps=(*LARGEST.steps, listed("more", "country_area", "PE")))
    assert fault(spare)[0] == "sensitive"
    assert "step more" in fault(spare)[1]
    assert judge.connected(spare).passed is False
    assert judge.connected(LARGEST).passed is True


def test_a_call_that_only_breaks_is_not_needed() -> None:
    steps = (*HIGH.steps, listed("pe", "country_borders", "PE"))
    program = "[r['iata'] for r in bo['airports'] if r['elevation_ft'] > 12000 and pe['borders'][0] != None]"
    by, reason = fault(replace(HIGH, steps=steps, program=program))
    assert (by, "step pe" in reason) == ("sensitive", True)


def test_a_dead_clause_is_found() -> None:
    program = "[r['iata'] for r in bo['airports'] if r['elevation_ft'] > 12000 and r['elevation_ft'] > 7000]"
    by, reason = fault(replace(HIGH, program=program))
    assert by == "sensitive"
    assert "drop `r['elevation_ft'] > 7000`" in reason


def test_a_choice_by_position_is_found() -> None:
    by, reason = fault(over("x['airports'][1]['iata']", "LPB"))
    assert (by, "order of the list" in reason) == ("sensitive", True)
    assert proved(over("x['airports'][1]['iata']", "LPB"), ("airports_in_country.airports",)).passed


def test_the_order_of_a_set_answer_does_not_matter() -> None:
    assert proved(HIGH).passed
    as_list = replace(HIGH, answer=replace(HIGH.answer, type="list", value=[
        Answer(type="entity", value=v) for v in ("ORU", "LPB", "POI")]))  # fmt: skip
    assert "order of the list" in fault(as_list)[1]


def test_ties_are_found() -> None:
    coarse = over("max(x['airports'], key=lambda r: r['elevation_ft'] // 1000)['iata']", "LPB")
    assert proved(coarse).passed
    tied = over("max(x['airports'], key=lambda r: r['elevation_ft'] > 12000)['iata']", "ORU")
    by, reason = fault(replace(tied, answer=Answer(type="entity", value="ORU")), ("airports_in_country.airports",))
    assert (by, "tie" in reason) == ("unique", True)


def test_one_member_is_demanded() -> None:
    by, reason = fault(over("[r['iata'] for r in x['airports'] if r['elevation_ft'] > 12000]", "LPB"))
    assert by == "entailed"
    several = replace(HIGH, answer=ENTITY)
    verdict = judge.unique(several, outcome(several), [])
    assert "selects 3 where one is asked for: 'ORU', 'LPB', 'POI'" in verdict.reason
    assert proved(over("[r['iata'] for r in x['airports'] if r['elevation_ft'] > 13000]", "LPB")).passed
    assert reason


def held(proof: Proof) -> list[object]:
    found, unknown = contests(proof)
    assert not unknown
    return look(proof, outcome(proof), [c.keys for c in found], Plain())


def test_keys_of_every_contest_are_shown() -> None:
    feet = [13355.0, 12913.0, 12152.0, 1224.0]
    assert held(over("max(x['airports'], key=lambda r: r['elevation_ft'])['iata']", "LPB")) == [feet]
    assert held(over("sorted(x['airports'], key=lambda r: r['elevation_ft'])[0]['iata']", "VVI")) == [feet[::-1]]
    lets = ("low", "min(r['elevation_ft'] for r in x['airports'])")
    assert held(over("[r['iata'] for r in x['airports'] if r['elevation_ft'] == low]", "VVI", lets)) == [feet[::-1]]
    assert held(over("low", "VVI", lets)) == []
    order = ("order", "sorted(x['airports'], key=lambda r: -r['elevation_ft'])")
    assert held(over("order[0]['iata']", "LPB", order)) == [[-f for f in feet]]
    nested = "{k: max(x['airports'], key=lambda r: r[k])['iata'] for k in ('lat', 'elevation_ft')}"
    assert held(over(nested, "LPB"))[0] == [[-16.5133, -17.6448, -17.9626, -19.5431], feet]
    counts = "collections.Counter([r['iata'][0] for r in x['airports']]).most_common(1)[0][0]"
    assert held(over(counts, "O")) == [[1, 1, 1, 1]]


def test_an_even_number_has_two_in_the_middle() -> None:
    feet = "sorted(r['elevation_ft'] for r in x['airports'])"
    assert held(over(f"{feet}[len(x['airports']) // 2]", "")) == [[12913.0, 12913.0]]
    assert held(over("values[len(values) // 2]", "", ("values", feet))) == [[12913.0, 12913.0]]
    assert held(over("values[(len(values) - 1) // 2]", "", ("values", f"{feet}[:3]")))[-1:] == [[0, 1]]
    both = "(values[len(values) // 2 - 1] + values[len(values) // 2]) / 2"
    assert held(over(both, "", ("values", feet))) == []


def test_a_distance_is_known_no_better_than_what_it_is_between() -> None:
    near_13k = "min(x['airports'], key=lambda r: abs(r['elevation_ft'] - 13000.0))['iata']"
    assert held(over(near_13k, "ORU")) == [[13087.0, 13355.0, 13848.0, 24776.0]]
    turned = "min(x['airports'], key=lambda r: abs(13000.0 - r['elevation_ft']))['iata']"
    assert held(over(turned, "ORU")) == held(over(near_13k, "ORU"))
    apart = "min(x['airports'], key=lambda r: abs(r['lat'] - r['elevation_ft']))['iata']"
    assert held(over(apart, "VVI"))[0][0] == pytest.approx(1243.5431, abs=5)


def test_cuts_say_what_may_not_be_tied() -> None:
    order = ("order", "sorted(x['airports'], key=lambda r: r['elevation_ft'])")
    [two], _ = contests(over("order[:2]", "", order))
    assert two.cuts == ((None, 2, False),)
    [last], _ = contests(over("order[-1]", "", order))
    assert last.cuts == ((-1, None, False),)
    assert contests(over("len(order)", "", order)) == ([], [])
    [whole], _ = contests(replace(over("order", "", order), answer=Answer(type="list", value=[])))
    assert whole.cuts == ((None, None, True),)


@pytest.mark.parametrize(
    ("a", "b", "tied"),
    [
        (1000.0, 1004.0, True), (1000.0, 1006.0, False), (1000, 1001, False), (7, 7, True), (0.0, 0.0, True),
        ("2020-01-01", "2020-01-02", False), ("a", "a", True), ([3, "a"], [3, "b"], True), ([3, 1], [3, 2], False),
        ([100.0, 1], [100.1, 2], True), (["a", 1], ["b", 1], False),
    ],
)  # fmt: skip
def test_near(a: object, b: object, tied: bool) -> None:
    assert near(a, b) is tied
    assert near(b, a) is tied


def test_the_answers_tolerance_counts() -> None:
    assert near(10.0, 10.4, [(10.0, 0.5)])
    assert not near(10.0, 10.4, [(9.0, 0.5)])


def test_fit_and_choices() -> None:
    record = Answer(type="record", value={"a": ENTITY, "b": Answer(type="set", value=[ENTITY])})
    assert fit([{"a": ["x"], "b": ["z", "y"]}], record) == {"a": "x", "b": ["y", "z"]}
    assert choices({"a": ["x", "y"], "b": []}, record) == [["x", "y"]]
    assert choices([], ENTITY) == [[]]
    assert choices(["x"], ENTITY) == []


def test_stable() -> None:
    made = outcome(LARGEST)
    results = [done.result for done in made.calls]
    assert judge.stable(made, results).passed
    assert "step areas" in judge.stable(made, [*results[:-1], {"country": "CL", "area_km2": 1}]).reason
    assert not judge.stable(made, results[:1]).passed


def test_contains() -> None:
    first = replace(LARGEST, steps=LARGEST.steps[:3], program="both", assume=())
    later, earlier = outcome(LARGEST), outcome(first)
    assert judge.contains(later, earlier).passed
    assert judge.contains(later, later).reason == "the round adds no call"
    assert "missing" in judge.contains(earlier, later).reason


def test_parts_of_a_record() -> None:
    steps = (listed("a", "country_area", "PE"), listed("b", "country_area", "BO"))
    loose = Proof(steps=steps, program="{'x': a['area_km2'], 'y': b['area_km2']}", answer=ENTITY)
    assert judge.parts(loose) == 2
    assert judge.parts(replace(loose, program="{'x': a['area_km2'] + b['area_km2'], 'y': b['area_km2']}")) == 1
    assert judge.parts(LARGEST) == 1


def test_state() -> None:
    broken = outcome(replace(HIGH, program="1/0"))
    answer = Answer(type="number", value=1)
    others = (Outcome(value=1.0 + 1e-12), Outcome(value=2), broken)
    assert [judge.state(Outcome(value=1.0), other, answer) for other in others] == ["same", "changed", "broke"]


def test_the_argument_of_a_step_is_mutated() -> None:
    steps = (listed("a", "country_area", "PE"), Step(id="b", call="t", args={"x": Arg(expr="a['area_km2'] - 1")}))
    labels = [w.steps for w in mutants(Proof(steps=steps, program="b", answer=ENTITY))]
    assert {"b.x": "a['area_km2'] + 1"} in labels

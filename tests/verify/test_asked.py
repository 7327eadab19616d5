"""faithful for questions that a model wrote: planted mismatches are caught, true pairs are left alone."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from msgspec import Struct

from defects.corpus import Maker, good
from defects.notation import tree
from dive.derive.compile import compile_tree
from dive.errors import ProofError
from dive.evidence import Graph, Unknown
from dive.grade.match import match
from dive.nouns import Answer, Arg, Proof, Round, Step, Verdict
from dive.prove.evaluate import Outcome
from dive.prove.examine import examine
from dive.prove.sandbox import Plain
from dive.registry import Registry
from dive.tools import Toolbox
from dive.tree import Con, Ent, Get
from dive.verify import asked, faithful, solvable
from dive.verify.exam import Exam
from dive.verify.second import disagreement

MISMATCHES = Path(__file__).parents[1] / "defects" / "mismatches.toml"
STRANGE = MISMATCHES.with_name("strange.toml")
MAX_EACH = 10


class Found(Struct):
    """By which check a mismatch was caught."""

    kind: str
    mechanical: bool
    second: bool
    solvers: bool


@pytest.fixture(scope="module")
def maker(registry: Registry, box: Toolbox) -> Maker:
    return Maker(registry, box.call)


def exam(made: Round, question: str, registry: Registry) -> Exam:
    tools = tuple(registry.tools)
    return Exam(question=question, answer=made.answer, proof=made.proof, outcome=Outcome(), toolset=tools,
                registry=registry)  # fmt: skip


def caught(row: dict[str, str], maker: Maker) -> Found:
    """What the mechanical check finds, and scripted readers that read the question as its tree says."""
    registry = maker.registry
    node = tree(row["tree"], registry)
    made = maker._round(1, row["tree"])
    case = exam(made, row["question"], registry)
    mechanical = bool(asked.faults(case)) or not solvable.gate(case).passed
    if "asks" not in row:
        return Found(row["kind"], mechanical, False, False)
    other = tree(row["asks"], registry)
    graph = Graph(registry, sorted(registry.tools), maker.call)
    try:
        theirs = maker._round(1, row["asks"]).answer
        second = compile_tree(other, registry, theirs, MAX_EACH)
        solved = match(graph.value(other), made.answer)
    except (ProofError, Unknown):
        return Found(row["kind"], mechanical, True, True)
    report = examine(made.proof, maker.call, Plain(), match)
    apart = disagreement(made.proof, report.recorded, report.natural(), second, maker.call, Plain())
    assert node != other
    return Found(row["kind"], mechanical, bool(apart), not solved)


def test_planted_mismatches_are_caught(maker: Maker) -> None:
    rows = tomllib.loads(MISMATCHES.read_text(encoding="utf-8"))["pair"]
    found = [caught(row, maker) for row in rows]
    assert len(found) >= 60
    assert len({one.kind for one in found}) >= 10
    by_any = sum(one.mechanical or one.second or one.solvers for one in found) / len(found)
    alone = sum(one.mechanical for one in found) / len(found)
    assert by_any >= 0.9, Counter(one.kind for one in found if not (one.mechanical or one.second or one.solvers))
    assert alone >= 0.85, Counter(one.kind for one in found if not one.mechanical)


def test_another_hand_s_mismatches_are_caught_and_their_fair_twins_are_not(maker: Maker) -> None:
    missed, flagged = [], []
    rows = tomllib.loads(STRANGE.read_text(encoding="utf-8"))["pair"]
    for row in rows:
        made = maker._round(1, row["tree"])
        cases = [exam(made, row[key], maker.registry) for key in ("question", "fair")]
        found, fair = ([*asked.faults(case), *filter(None, [solvable.gate(case).reason])] for case in cases)
        missed += [] if set(found) - set(fair) else [row["question"]]
        flagged += [(row["fair"], fair)] if fair else []
    assert len(rows) >= 40
    assert len(missed) <= 0.05 * len(rows), missed
    assert len(flagged) <= 0.05 * len(rows), flagged


def test_true_pairs_are_left_alone(maker: Maker) -> None:
    flagged, pairs = [], 0
    for row in good():
        task = maker.good(row).task
        last = Round(k=9, question=task.question, answer=task.answer, proof=task.proof, pattern="")
        for made in (*task.lineage, last):
            pairs += 1
            faults = asked.faults(exam(made, made.question, maker.registry))
            flagged += [(made.question, faults)] if faults else []
    assert len(flagged) <= 0.05 * pairs, [f for _, f in flagged]


PERU = Ent("country:iso2", "PE")
AREA = Proof(
    steps=(
        Step(id="near", call="country_borders", args={"country": Arg(text="Peru", is_="PE")}),
        Step(id="facts", call="country_facts", each="near['countries']", args={"country": Arg(expr="item")}, max=10),
        Step(id="area", let="{r['country']: r['area'] for r in facts}"),
    ),
    program="max(near['countries'], key=lambda c: area[c])",
    answer=Answer(type="entity", value="Brazil", aliases=("BR",)),
)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Which of the countries that border Peru is the largest in area?", ""),
        ("Which of the countries that border Peru is the smallest in area?", "smallest"),
        ("Which of the countries that border Peru has the most inhabitants?", "area"),
        ("Which of the landlocked countries that border Peru is the largest in area?", "landlocked"),
        ("Which of the countries that border Peru or Chile is the largest in area?", "chile"),
        ("Which of the 7 countries that border Peru is the largest in area?", "7"),
        ("Which of the countries that border Peru is the largest in area, not counting islands?", "not"),
    ],
)
def test_what_a_question_may_say(registry: Registry, question: str, word: str) -> None:
    made = Round(k=1, question=question, answer=AREA.answer, proof=AREA, pattern="model")
    faults = asked.faults(exam(made, question, registry))
    assert bool(faults) == bool(word), faults
    assert word in " ".join(faults)


def test_a_second_program_is_compared_in_other_worlds_too(box: Toolbox) -> None:
    report = examine(AREA, box.call, Plain(), match)
    assert not report.recorded.error
    same = "[c for c in near['countries'] if area[c] == max(area.values())]"
    by_luck = "[c for c in near['countries'] if c.startswith('BR')]"

    def apart(program: str) -> str:
        other = Proof(steps=AREA.steps, program=program, answer=AREA.answer)
        return disagreement(AREA, report.recorded, report.natural(), other, box.call, Plain())

    assert apart(same) == ""
    assert "with other data" in apart(by_luck)
    assert "word for word" in apart("min(near['countries'], key=lambda c: area[c])")
    assert "does not run" in apart("near['no_such_key']")


def test_a_verdict_needs_a_reading() -> None:
    read = Verdict(by="faithful", passed=True)
    assert faithful.read(["x"], read, final=True).passed is False
    assert faithful.read([], None, final=True).passed is None
    assert faithful.read([], None, final=False).passed is True
    assert faithful.read([], read, final=True).passed is True


def test_trees_of_the_corpus_are_what_they_say(registry: Registry) -> None:
    near = Get("country_borders", (("country", PERU),), "countries", "country:iso2", True)
    assert tree("country_borders('PE').countries", registry) == near
    assert Con("count", 5) != near

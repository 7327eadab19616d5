"""Gates that read the question: leaked, solvable, guessable, shortcut."""

import pytest
from lakes import CALL, SARN, VELL, best, count, examine, lakes, of, pair, where
from msgspec.structs import replace

from dive.grade import spoken
from dive.nouns import Answer, Arg, Proof, Step
from dive.registry import Registry
from dive.tree import Node
from dive.verify import guessable, leaked, shortcut, solvable
from dive.verify.exam import Exam

DEEPEST = best("max", lakes(), of("depth"))
ASKED = "Which of the five largest lakes of Norland is the deepest?"


def asked(question: str, answer: Answer) -> Exam:
    return replace(examine(ASKED, DEEPEST), question=question, answer=answer, tree=None, graph=None)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is Lake Vell the deepest?", Answer(type="entity", value="Vell")),
        ("Something with code +225 in it", Answer(type="string", value="225")),
        ("Which country (CI) is it?", Answer(type="entity", value="Ivory Coast", aliases=("CI",))),
        ("What about Malaga?", Answer(type="entity", value="Málaga")),
        ("At 1,390 feet, what?", Answer(type="number", value=1390)),
        ("At 1390 feet, what?", Answer(type="number", value=1389.8, decimals=0)),
        ("About 424 metres, what?", Answer(type="number", value=423.67, decimals=2)),
        ("Of the five lakes, how many?", Answer(type="number", value=5)),
        ("Since 2017, what?", Answer(type="number", value=2017)),
        ("On 15 February 2017, what?", Answer(type="number", value=2017)),
        ("On 15 February 2017, what?", Answer(type="date", value="2017-02-15")),
        ("In Vell, what?", Answer(type="set", value=[Answer(type="entity", value="Vell")])),
    ],
)
def test_a_leak_in_any_spelling(question: str, answer: Answer) -> None:
    assert leaked.gate(asked(question, answer)).passed is False


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is in some list", Answer(type="entity", value="India", aliases=("IN",))),
        ("I need this", Answer(type="entity", value="iodine", aliases=("I",))),
        ("On 15 February 2017, what?", Answer(type="number", value=15)),
        ("The gene Q75 and C6H12O6", Answer(type="number", value=75)),
        ("Which is in Vellmark?", Answer(type="entity", value="Vell")),
        ("At 1,390.5 feet, what?", Answer(type="number", value=1390)),
        ("In the block of codes A01-C04, which?", Answer(type="entity", value="Cholera", aliases=("A01",))),
        ("In the block of codes A01-C04, which?", Answer(type="entity", value="Typhus", aliases=("C04",))),
    ],
)
def test_no_leak(question: str, answer: Answer) -> None:
    assert leaked.gate(asked(question, answer)).passed


def test_a_number_in_the_name_of_a_source_is_no_leak(registry: Registry) -> None:
    step = Step(id="s1", call="code_languages_with_extension", args={"extension": Arg(text=".ts")})
    exam = asked("Going by GitHub Linguist (linguist-languages 9.5), how many?", Answer(type="number", value=9.5))
    proof = Proof(steps=(step,), program="9.5", answer=exam.answer)
    assert leaked.gate(replace(exam, registry=registry, proof=proof)).passed
    assert not leaked.gate(replace(exam, registry=registry, proof=proof, question=f"{exam.question} Not 9.5?")).passed


def test_one_of_four_named_options_is_no_leak() -> None:
    def options(*names: str) -> Exam:
        steps = tuple(Step(id=f"s{n}", call="lake_record", args={"lake": Arg(text=n)}) for n in names)
        exam = asked(f"Which is deepest: {', '.join(names)}?", Answer(type="entity", value="Vell"))
        return replace(exam, proof=Proof(steps=steps, program="'Vell'", answer=exam.answer))

    assert leaked.gate(options("Sarn", "Vell", "Ombra", "Tiss")).passed
    assert not leaked.gate(options("Sarn", "Vell", "Ombra")).passed
    assert guessable.gate(options("Sarn", "Vell", "Ombra", "Tiss"), {}, {}).score == 0.25
    assert not guessable.gate(options("Sarn", "Vell", "Ombra"), {}, {}).passed


def test_a_composed_question_that_speaks_of_two_things_may_have_two_as_an_answer() -> None:
    tree = pair("record", of("islands", VELL), of("depth", VELL))
    assert leaked.gate(examine("I need two things about Vell: its islands, and its depth?", tree)).passed


def test_solvable_passes_a_composed_question() -> None:
    bound = where(lakes(), of("depth"), ">", 50)
    for question, tree in (
        (ASKED, DEEPEST),
        ("How many of the five largest lakes of Norland are deeper than 50 metres?", count(bound)),
        ("How deep is the four largest lakes of Norland's deepest?", of("depth", best("max", lakes(n=4), of("depth")))),
    ):
        assert solvable.gate(examine(question, tree)).reason == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"question": "Which of the five largest lakes there is the deepest?"}, "does not stand in the question"),
        ({"toolset": ("lake_record",)}, "lakes_of is not in the toolset"),
    ],
)
def test_what_the_question_or_toolset_lacks(change: dict[str, object], reason: str) -> None:
    assert reason in solvable.gate(replace(examine(ASKED, DEEPEST), **change)).reason


@pytest.mark.parametrize(
    ("step", "program", "reason"),
    [
        (
            Step(id="c", call="lakes_of", args={"country": Arg(text="the land", is_="NO")}),
            "c['lakes']",
            "a call must find it",
        ),
        (Step(id="c", call="lakes_of", args={"n": Arg(default=7)}), "c['lakes']", "7 is not the default"),
        (Step(id="c", call="lakes_of", args={"n": Arg(expr="3 + 4")}), "c['lakes']", "does not state 3"),
        (Step(id="c", let="1 + 1"), "'Vell'", "a constant is nothing"),
        (Step(id="c", let="1 + 1"), "[x for x in c if x == 'Vell'][0]", "does not state 'Vell'"),
        (Step(id="c", let="{'Norland': 1}.get('Norland')"), "c * 37", "does not state 37"),
    ],
)
def test_what_stands_nowhere(step: Step, program: str, reason: str) -> None:
    exam = examine("Norland, the land with the five lakes", DEEPEST)
    proof = Proof(steps=(step,), program=program, answer=exam.answer)
    assert reason in solvable.gate(replace(exam, proof=proof)).reason


def test_an_answer_is_not_written_down_unless_it_is_one_of_four() -> None:
    exam = asked("Vell, or another?", Answer(type="entity", value="Vell"))
    exam = replace(exam, proof=Proof(steps=(), program="['Vell'][0]", answer=exam.answer))
    assert "is written down" in solvable.gate(exam).reason


def test_names_stand_for_ids() -> None:
    registry = examine(ASKED, DEEPEST).registry
    assert solvable.names(registry, "country:iso2", "norland", "NO")
    assert not solvable.names(registry, "country:iso2", "Xanthia", "NO")
    assert solvable.names(registry, "count", "five", 5)
    assert solvable.names(registry, "length:m", "1,390 metres", 1390)
    assert solvable.names(registry, "unit:type", "square kilometres", "area:km2")
    assert solvable.names(registry, "date", "15 February 2017", "2017-02-15")


@pytest.mark.parametrize(
    ("tree", "chance"),
    [
        (DEEPEST, 1 / 5),
        (count(where(lakes(), of("depth"), ">", 50)), 1 / 6),
        (where(lakes(), of("depth"), ">", 50), 1 / 31),
        (of("depth", DEEPEST), 0.0),
        (pair("record", DEEPEST, DEEPEST), 1 / 25),
    ],
)
def test_the_chance_of_a_guess(tree: Node, chance: float) -> None:
    assert guessable.gate(examine(ASKED, tree), {}, {}).score == pytest.approx(chance)


def test_common_answers_are_guessable() -> None:
    tree = of("country", best("max", lakes(), of("depth")))
    exam = examine(ASKED, tree)
    other = replace(exam.answer, value="Xanthia")
    priors = guessable.calibrate([(tree, exam.answer)] * 8 + [(tree, other)] * 12 + [(DEEPEST, exam.answer)])
    assert priors[0] == {"lake_record.country": {"Norland": 0.4, "Xanthia": 0.6}}
    assert not guessable.gate(exam, *priors).passed
    assert guessable.gate(exam, *priors, limit=0.5).passed
    assert not guessable.gate(replace(exam, answer=Answer(type="bool", value=True)), {}, {}).passed
    assert guessable.final_field(count(where(lakes(), of("depth"), ">", 50))) == "lakes_of.lakes by where by count"
    assert spoken(exam.answer) == "Norland"


def test_shortcuts() -> None:
    def reason(tree: Node) -> str:
        return shortcut.gate(examine(ASKED, tree), CALL).reason

    assert reason(of("depth", SARN)) == "lake_record(lake='Sarn') gives the answer"
    assert reason(lakes()) == "lakes_of(country='NO', n=5) gives the answer"
    assert reason(pair("record", of("depth", SARN), of("islands", SARN))) == "lake_record(lake='Sarn') gives the answer"
    assert reason(pair("record", of("depth", SARN), of("islands", VELL))) == ""
    assert reason(DEEPEST) == ""
    assert reason(best("max", lakes(n=3), of("depth"))) == "lakes_of(country='NO', n=3) gives the answer"
    assert reason(pair("gap", of("depth", VELL), of("depth", SARN))) == ""
    assert shortcut.gate(replace(examine(ASKED, of("depth", SARN)), tree=None), CALL).passed is False


def test_an_equal_number_of_another_kind_is_no_shortcut() -> None:
    exam = examine(ASKED, count(where(lakes(), of("depth"), ">", 50)))
    assert exam.answer.value == 3
    assert shortcut.gate(exam, lambda tool, args: {"depth": 3, "area": 3.0}).passed
    exam = replace(examine(ASKED, of("islands", SARN)), answer=exam.answer)
    assert not shortcut.gate(exam, lambda tool, args: {"islands": 3}).passed

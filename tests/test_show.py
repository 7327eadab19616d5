"""show: a task as a person reads it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

import small_run
from dive import ledger
from dive.nouns import Answer, Arg, Drop, Proof, Step
from dive.prove.sandbox import Plain
from dive.replay import Replay, recorded, replayed
from dive.show import answer_text, compact, compact_text, task_text


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    small_run.write(directory)
    return directory


@pytest.fixture(scope="module")
def task(run: Path):
    return next(ledger.tasks(run))


@pytest.fixture(scope="module")
def replay(run: Path, task) -> Replay:
    return replayed(task.proof, recorded(run, task), Plain(), values=True)


def test_everything_about_a_task_is_told(task, replay: Replay) -> None:
    drop = Drop(key="7/000001", stage="verify", kind="rejected", reason="leaked", detail="silver is named")
    text = task_text(task, replay, [drop])
    for part in (task.id, task.question, "silver", "elements_next_to", "answer = picked", "passed executes",
                 "not checkable unique: open world", "nickel | zinc | gold", "Q1 fact:", "A2 silver", "seed copper",
                 "7/000001 at verify: leaked: silver is named"):  # fmt: skip
        assert part in text
    assert max(map(len, text.splitlines())) <= 100


def test_evidence_is_a_tree_of_who_feeds_whom(task, replay: Replay) -> None:
    lines = task_text(task, replay).splitlines()
    feeder, fed = (next(n for n, line in enumerate(lines) if line.strip().startswith(s)) for s in ("near:", "record:"))
    indent = [len(lines[n]) - len(lines[n].lstrip()) for n in (feeder, fed)]
    assert feeder < fed and indent[0] < indent[1]
    assert "for each of" in lines[fed]


def test_named_values_are_shown_with_what_they_were_worth(task, replay: Replay) -> None:
    assert "    -> Ag" in task_text(task, replay)


def test_lineage_shows_the_proofs_of_earlier_rounds(task, replay: Replay) -> None:
    assert "answer = members" not in task_text(task, replay)
    assert "answer = members" in task_text(task, replay, lineage=True)


def test_a_call_that_reads_two_results_stands_under_the_later_and_names_the_other() -> None:
    steps = (
        Step(id="a", call="first", args={"x": Arg(text="1")}),
        Step(id="b", call="second", args={"x": Arg(text="2")}),
        Step(id="both", let="[a['v'], b['v']]"),
        Step(id="c", call="third", args={"x": Arg(expr="both[0] + both[1]")}),
    )
    proof = Proof(steps=steps, program="c['v']", answer=Answer(type="number", value=3))
    base = small_run._task("7/000000", "What is it?")
    text = task_text(replace(base, proof=proof), Replay())
    assert "    c: third   (also from a)" in text


def test_a_draft_without_evidence_says_so(run: Path) -> None:
    draft = list(ledger.tasks(run, "synthesize"))[1]
    assert "never verified" in task_text(draft, replayed(draft.proof, recorded(run, draft), Plain()))


def test_a_refused_proof_is_told_not_raised(run: Path, task) -> None:
    bad = replace(task.proof, program="open('x')")
    assert "refused" in replayed(bad, recorded(run, task), Plain()).problem


def test_many_tasks_are_question_and_answer(task) -> None:
    text = compact_text([task, task])
    assert text.count("=> silver") == 2 and "2. " in text and max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Answer(type="number", value=1390.4, unit="feet", decimals=0), "1,390 feet"),
        (Answer(type="set", value=[Answer(type="entity", value=n) for n in ("Ag", "Au")]), "Ag; Au"),
        (
            Answer(type="record", value={"a": Answer(type="entity", value="Ag"),
                                         "b": Answer(type="number", value=2, unit="metres", decimals=0)}),
            "Ag; 2 metres",
        ),
    ],
)  # fmt: skip
def test_answers_carry_their_unit(answer: Answer, text: str) -> None:
    assert answer_text(answer) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [({"a": 1, "b": [1, 2]}, "a 1, b [2: 1; 2]"), ([{"x": None}, {"x": True}], "(x none); (x yes)"), ([], "none"),
     (0.1 + 0.2, "0.3")],
)  # fmt: skip
def test_results_are_compact(value: object, text: str) -> None:
    assert compact(value) == text


def test_long_results_are_cut_to_the_room() -> None:
    cut = compact(list(range(100)), 20)
    assert len(cut) <= 20 and cut.endswith("…")

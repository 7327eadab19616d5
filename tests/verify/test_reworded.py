"""Rewordings of composed questions: what is lost or added is named, what is only said otherwise is left alone."""

import tomllib
from pathlib import Path

import pytest

from defects.corpus import Maker, good
from dive.nouns import Round
from dive.prove.evaluate import Outcome
from dive.registry import Registry
from dive.tools import Toolbox
from dive.verify import reworded
from dive.verify.exam import Exam

DEFECTS = Path(__file__).parents[1] / "defects"
PAIRS = tomllib.loads((DEFECTS / "rewordings.toml").read_text(encoding="utf-8"))["pair"]
TRUE = [row for row in PAIRS if "lost" not in row]
PLANTED = [row for row in PAIRS if "lost" in row]


@pytest.fixture(scope="module")
def maker(registry: Registry, box: Toolbox) -> Maker:
    return Maker(registry, box.call)


def exam(made: Round, question: str, registry: Registry) -> Exam:
    return Exam(question=question, answer=made.answer, proof=made.proof, outcome=Outcome(), toolset=(),
                registry=registry, tree=made.tree, spoken=made.question)  # fmt: skip


def test_the_grammar_s_own_sentence_has_no_fault(maker: Maker, registry: Registry) -> None:
    for row in good():
        made = maker._round(1, row.trees[-1])
        assert reworded.faults(exam(made, made.question, registry)) == []


def test_true_rewordings_pass(maker: Maker, registry: Registry) -> None:
    """What is refused is told why and asked again, so a word too many refused costs a call and no truth."""
    assert len(TRUE) >= 30
    found = {row["question"]: reworded.faults(exam(maker._round(1, row["tree"]), row["question"], registry))
             for row in TRUE}  # fmt: skip
    flagged = {question: faults for question, faults in found.items() if faults}
    assert len(flagged) <= 0.12 * len(TRUE), flagged


@pytest.mark.parametrize("row", PLANTED, ids=[f"{row['lost']}-{n}" for n, row in enumerate(PLANTED)])
def test_what_is_lost_or_added_is_named(row: dict[str, str], maker: Maker, registry: Registry) -> None:
    faults = reworded.faults(exam(maker._round(1, row["tree"]), row["question"], registry))
    assert row["lost"] in {fault.kind for fault in faults}, faults
    assert all(fault.kind in reworded.KINDS for fault in faults)


def test_mismatches_planted_for_model_s_questions_are_found_too(maker: Maker, registry: Registry) -> None:
    rows = tomllib.loads((DEFECTS / "mismatches.toml").read_text(encoding="utf-8"))["pair"]
    missed: list[str] = []
    for row in rows:
        case = exam(maker._round(1, row["tree"]), row["question"], registry)
        missed += [] if reworded.faults(case) else [row["question"]]
    assert len(missed) <= 0.05 * len(rows), missed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the six airports, 10,000 feet, 1.50 million people", {"6", "10000", "1500000"}),
        ("on 15 February 2017 in twenty-two of one", {"2017-02-15", "22"}),
        ("which one has no number", set()),
    ],
)
def test_numbers_are_read_in_every_spelling(text: str, found: set[str]) -> None:
    assert reworded.numbers(text) == found

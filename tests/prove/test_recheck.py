"""Proofs checked again from recorded results; altered results are found."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from airports import HIGH, HIGHEST, LARGEST, call, match, outcome, task
from msgspec.structs import replace

from dive.errors import ProofError
from dive.nouns import Answer, Round, Verdict, canonical, sha
from dive.prove.recheck import live, read_result, recheck, recorded, tamper
from dive.prove.sandbox import Plain

PAIRS = [task(proof) for proof in (HIGHEST, LARGEST, HIGH)]
TASKS = [made for made, _ in PAIRS]
BLOBS = {name: raw for _, blobs in PAIRS for name, raw in blobs.items()}


def test_good_tasks_pass() -> None:
    told: list[tuple[int, int, int]] = []
    seen = recheck(TASKS, BLOBS.__getitem__, Plain(), match, lambda *counts: told.append(counts))
    assert (seen.tasks, seen.passed, seen.failed, seen.not_checkable) == (3, 3, {}, {})
    assert told[-1] == (3, 3, 3)


def test_no_tool_is_called_and_floats_bind_nearly() -> None:
    made, blobs = task(HIGHEST)
    evidence = [
        replace(c, args={k: v * (1 + 1e-12) if isinstance(v, float) else v for k, v in c.args.items()})
        for c in made.evidence
    ]
    seen = recheck([replace(made, evidence=tuple(evidence))], blobs.__getitem__, Plain(), match)
    assert seen.passed == 1


def test_faults_are_counted_by_gate() -> None:
    made = TASKS[1]
    lost = replace(made, evidence=made.evidence[:-1])
    other = replace(made, answer=Answer(type="entity", value="CL"))
    claims = replace(other, proof=replace(made.proof, answer=other.answer))
    open_ = replace(made, verdicts=(Verdict(by="novel", passed=None),))
    seen = recheck([lost, other, claims, open_], BLOBS.__getitem__, Plain(), match)
    assert seen.failed == {"executes": 1, "entailed": 2}
    assert seen.not_checkable == {"novel": 1}
    assert (seen.tasks, seen.passed) == (4, 1)


def test_blobs_must_be_what_their_name_says() -> None:
    name = TASKS[0].evidence[0].result
    forged = {**BLOBS, name: b'{"airports":[]}'}
    with pytest.raises(ProofError, match="another hash"):
        read_result(name, forged.__getitem__)
    with pytest.raises(ProofError, match="missing"):
        read_result("sha256:00", forged.__getitem__)
    assert recheck(TASKS[:1], forged.__getitem__, Plain(), match).failed == {"executes": 1}


def test_earlier_rounds_are_checked_too() -> None:
    both = Answer(type="set", value=[Answer(type="entity", value=v) for v in ("BR", "CL")])
    first = replace(LARGEST, steps=LARGEST.steps[:3], program="both", assume=(), answer=both)
    good = Round(k=1, question="?", answer=both, proof=first, pattern="p")
    bad = replace(good, proof=replace(first, program="both[:1]"))
    same_calls = Round(k=1, question="?", answer=LARGEST.answer, proof=LARGEST, pattern="p")
    tasks = [replace(TASKS[1], lineage=(round_,)) for round_ in (good, bad, same_calls)]
    seen = recheck(tasks, BLOBS.__getitem__, Plain(), match)
    assert seen.passed == 1
    assert seen.failed == {"entailed": 1, "executes": 1}


def test_tampering_is_found() -> None:
    seen = tamper(TASKS, 3, random.Random(1), BLOBS.__getitem__, Plain(), match, call)
    assert seen.tried == 3
    assert seen.found_by["hash"] == seen.found_by["live"] == 3
    many = [tamper(TASKS, 3, random.Random(n), BLOBS.__getitem__, Plain(), match).found_by for n in range(20)]
    assert all(found["live"] == 0 for found in many)
    assert sum(found["program"] for found in many) > 5
    assert many == [tamper(TASKS, 3, random.Random(n), BLOBS.__getitem__, Plain(), match).found_by for n in range(20)]


def test_live() -> None:
    assert live(TASKS, call, BLOBS.__getitem__).same == live(TASKS, call, BLOBS.__getitem__).tried == 7

    def changed(tool: str, args: Mapping[str, Any]) -> Any:
        return {**call(tool, args), "area_km2": 1}

    assert live(TASKS, changed, BLOBS.__getitem__).same == 0


def test_calls_of_another_version_are_counted_apart() -> None:
    seen = live(TASKS, call, BLOBS.__getitem__, lambda task, tool: task is TASKS[0])
    assert (seen.tried, seen.other_tried) == (seen.same, seen.other_same)
    assert seen.tried + seen.other_tried == 7
    assert seen.other_tried > 0


def test_recorded_finds_by_tool_and_arguments() -> None:
    made = outcome(LARGEST)
    known = recorded(TASKS[1].evidence, BLOBS.__getitem__)
    assert all(known(d.tool, d.args) == d.result for d in made.calls)
    assert all(f"sha256:{sha(d.result)}" in BLOBS for d in made.calls)
    assert canonical(made.calls[0].result) == BLOBS[TASKS[1].evidence[0].result]

"""Counts are sums, order does not matter, and weights lean toward the rare."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dive import tally
from dive.tally import BARREN, Attempt, Facts, Leaning, Tally

words = st.sampled_from(["a", "b", "c", "d"])
facts = st.builds(
    Facts,
    tools=st.lists(words, max_size=4).map(tuple),
    pattern=words,
    sequence=st.lists(words, max_size=3).map(tuple),
    domains=st.lists(words, min_size=1, max_size=2).map(tuple),
    skeleton=words,
    pairs=st.lists(st.tuples(words, words).map(" > ".join), max_size=3).map(tuple),
    topology=words,
    start=words,
)


attempts = st.lists(st.builds(Attempt, words, words, st.booleans()))


@given(st.lists(facts), st.lists(facts), attempts, attempts)
def test_adding_block_by_block_is_adding_at_once_tasks_in_any_order(
    first: list[Facts], second: list[Facts], early: list[Attempt], late: list[Attempt]
) -> None:
    blocks = tally.add(tally.add(Tally(), first, early), second, late)
    shuffled = first + second
    random.Random(1).shuffle(shuffled)
    assert blocks == tally.add(Tally(), shuffled, early + late)
    assert list(blocks.tools) == sorted(blocks.tools)


def test_a_tool_counts_once_for_each_task_that_needs_it() -> None:
    one = Facts(tools=("x", "x", "y"), pattern="p", sequence=("x", "y"), domains=("law",), skeleton="s")
    counted = tally.add(Tally(), [one, one])
    assert counted.tasks == 2
    assert counted.tools == {"x": 2, "y": 2}
    assert counted.sequences == {tally.sequence_key("p", ("x", "y")): 2}
    assert tally.share(counted.domains, "law", counted.tasks) == 1.0


@given(st.dictionaries(words, st.integers(0, 1000)), st.lists(words, min_size=1))
def test_the_rarer_name_never_weighs_less(counts: dict[str, int], names: list[str]) -> None:
    weights = tally.weights(counts, names)
    assert list(weights) == sorted(set(names))
    assert all(0 < weight <= 1 for weight in weights.values())
    by_count = sorted(weights, key=lambda name: counts.get(name, 0))
    assert [weights[name] for name in by_count] == sorted(weights.values(), reverse=True)


def test_weights_before_the_first_task_are_even_and_an_even_share_weighs_a_half() -> None:
    assert tally.weights({}, ["b", "a"]) == {"a": 1.0, "b": 1.0}
    assert tally.weights({"a": 5, "b": 5, "else": 90}, ["a", "b"]) == pytest.approx({"a": 0.5, "b": 0.5})
    assert tally.share({}, "a", 0) == 0.0


TOOLS, DOMAINS, STARTS, MOVES = ["a", "b", "c"], ["law", "physics"], ["x:id", "y:id"], ["list", "fact"]


def told(tool: str, partner: str, move: str, topology: str, times: int) -> list[Facts]:
    one = Facts(
        tools=(tool, partner), pattern=f"fact>{move}", sequence=(tool, partner), domains=("law",), skeleton="s",
        pairs=(f"{tool} > {partner}",), topology=topology, start="x:id",
    )  # fmt: skip
    return [one] * times


def leaning(facts: list[Facts]) -> Leaning:
    return tally.leaning(tally.add(Tally(), facts), TOOLS, DOMAINS, STARTS, MOVES)


def test_nothing_finished_leans_nowhere() -> None:
    even = leaning([])
    for by in (even.tools, even.domains, even.starts, even.moves):
        assert set(by.values()) == {1.0}


def test_what_finished_blocks_are_full_of_weighs_less() -> None:
    lean = leaning(told("a", "b", "list", "PureR/chain/2/1", 9))
    assert lean.tools["c"] == 1.0 > lean.tools["a"] == lean.tools["b"]
    assert lean.domains["physics"] == 1.0 > lean.domains["law"]
    assert lean.starts["y:id"] == 1.0 > lean.starts["x:id"]
    assert lean.moves["fact"] == 1.0 > lean.moves["list"]


def test_a_tool_that_always_comes_in_the_same_pair_weighs_less() -> None:
    mixed = told("a", "b", "list", "t", 6) + told("c", "d", "list", "t", 3) + told("c", "e", "list", "t", 3)
    lean = leaning(mixed)
    assert lean.tools["c"] > lean.tools["a"]


def test_a_move_that_leads_to_rare_topologies_weighs_more() -> None:
    mixed = (
        told("a", "b", "list", "common", 8) + told("a", "b", "fact", "common", 4) + told("a", "b", "fact", "rare", 4)
    )
    lean = leaning(mixed)
    assert lean.moves["fact"] > lean.moves["list"]


@given(st.lists(facts), st.lists(facts))
def test_the_leaning_depends_on_what_is_finished_alone(first: list[Facts], second: list[Facts]) -> None:
    blocks = tally.add(tally.add(Tally(), first), second)
    shuffled = second + first
    assert tally.leaning(blocks, TOOLS, DOMAINS, STARTS, MOVES) == leaning(shuffled)


def test_a_start_that_gives_nothing_any_more_is_known_to_lead_nowhere() -> None:
    known = {"x:id": 0.5, "y:id": 0.5}
    starts = [Attempt("x:id", str(n), led=False) for n in range(400)] + [Attempt("y:id", "1", led=True)] * 2
    assert tally.leads(Tally(), known) == known
    seen = tally.add(Tally(), told("a", "b", "list", "t", 10), starts)
    leads = tally.leads(seen, known)
    assert leads["x:id"] < 0.1 < 0.4 < leads["y:id"] < 0.5


def test_a_seed_is_barren_after_some_attempts_in_a_row_without_a_task() -> None:
    def made(*led: bool) -> Tally:
        return tally.add(Tally(), (), [Attempt("x:id", "the one", led) for led in led])

    assert tally.barren(made(True, *[False] * BARREN)) == {"x:id": {"the one"}}
    assert tally.barren(made(*[False] * BARREN, True)) == {}
    assert tally.barren(made(*[False] * (BARREN - 1))) == {}
    again = tally.add(made(*[False] * (BARREN - 1)), (), [Attempt("x:id", "the one", led=False)])
    assert tally.barren(again) == {"x:id": {"the one"}}

"""Known graphs, their classes, and counts over a few proofs."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dive.diversity import (
    Graph,
    Item,
    call_graph,
    canonical_form,
    depth,
    hill,
    masked,
    measure,
    sequence_of,
    shape,
    topology,
)  # fmt: skip
from dive.nouns import Answer, Arg, Proof, Step
from dive.registry import Registry

KINDS = {"a": "R", "b": "R", "p": "P"}


def graph(labels: str, *edges: str) -> Graph:
    """Nodes by label, edges such as "01"."""
    return Graph(tuple(labels), frozenset((int(edge[0]), int(edge[1])) for edge in edges))


def renumbered(old: Graph, order: list[int]) -> Graph:
    labels = [""] * len(order)
    for node, place in enumerate(order):
        labels[place] = old.labels[node]
    return Graph(tuple(labels), frozenset((order[a], order[b]) for a, b in old.edges))


@st.composite
def dags(draw: st.DrawFn) -> Graph:
    labels = draw(st.lists(st.sampled_from("ab"), min_size=1, max_size=6))
    pairs = list(itertools.combinations(range(len(labels)), 2))
    return Graph(tuple(labels), frozenset(draw(st.sets(st.sampled_from(pairs)))) if pairs else frozenset())


@given(dags(), st.randoms())
def test_a_renumbered_graph_has_the_same_form(one: Graph, rng: random.Random) -> None:
    order = list(range(len(one.labels)))
    rng.shuffle(order)
    assert canonical_form(renumbered(one, order)) == canonical_form(one)


@given(dags(), dags())
def test_one_form_means_isomorphic(one: Graph, other: Graph) -> None:
    same = len(one.labels) == len(other.labels) and any(
        renumbered(one, list(order)) == other for order in itertools.permutations(range(len(one.labels)))
    )
    assert same == (canonical_form(one) == canonical_form(other))


def test_many_twins_and_equal_chains_are_numbered_quickly() -> None:
    star = Graph(("a",) + ("b",) * 30, frozenset((0, n) for n in range(1, 31)))
    chains = Graph(("a",) * 40, frozenset((n, n + 1) for n in range(0, 40, 2)))
    assert canonical_form(star).startswith("a|b|")
    assert canonical_form(chains) == canonical_form(renumbered(chains, list(range(39, -1, -1))))


@pytest.mark.parametrize(
    ("known", "name", "topology_class"),
    [
        (graph("a"), "single", "PureR/single/1/1"),
        (graph("ap"), "disjoint", "R+P/disjoint/1/2"),
        (graph("app", "01", "12"), "chain", "R+P/chain/3-4/1"),
        (graph("pp", "01"), "chain", "PureP/chain/2/1"),
        (graph("abp", "02", "12"), "fan-in", "R+P/fan-in/2/2"),
        (graph("aaaaa", "01", "02", "03", "04"), "fan-out", "PureR/fan-out/2/3-4"),
        (graph("aaap", "01", "12", "13"), "tree", "R+P/tree/3-4/2"),
        (graph("aaap", "02", "12", "23"), "tree", "R+P/tree/3-4/2"),
        (graph("aaap", "01", "02", "13", "23"), "DAG", "R+P/DAG/3-4/2"),
        (graph("aaaaa", "01", "12", "23", "34"), "chain", "PureR/chain/5+/1"),
    ],
)
def test_topology_classes(known: Graph, name: str, topology_class: str) -> None:
    assert shape(known) == name
    assert topology(known, KINDS) == topology_class


def test_edges_run_from_calls_through_named_values() -> None:
    proof = Proof(
        steps=(
            Step(id="home", call="a", args={"x": Arg(text="Lima")}),
            Step(id="near", call="b", args={"lat": Arg(expr="home['lat']"), "n": Arg(default=3)}),
            Step(id="members", let="[r['id'] for r in near['rows']]"),
            Step(id="each_one", call="a", each="members", args={"x": Arg(expr="item")}),
            Step(id="far", call="p", args={"d": Arg(expr="max(r['d'] for r in each_one)")}),
        ),
        program="far['d']",
        answer=Answer(type="number", value=1),
    )
    calls = [("home", "a"), ("near", "b"), ("each_one", "a"), ("each_one", "a"), ("far", "p")]
    made = call_graph(proof, calls)
    assert made == graph("abaap", "01", "12", "13", "24", "34")
    assert depth(made) == 4
    assert sequence_of(proof) == ("a", "b", "a", "p")


def test_distractors_and_domains(registry: Registry) -> None:
    alike = ("country_borders", "country_facts", "country_languages", "public_holidays")
    toolset = (*alike, "element_record", "star_record")
    near = Step(id="near", call="country_borders", args={"country": Arg(text="Peru", is_="PE")})
    proof = Proof(steps=(near,), program="near['number']", answer=Answer(type="number", value=5))
    found = measure([Item(proof=proof, calls=(("near", "country_borders"),), toolset=toolset)], registry)
    assert (found.distracted_share, found.offered_three_domains_share, found.needed_three_domains_share) == (1, 1, 0)
    few = Item(proof=proof, calls=(("near", "country_borders"),), toolset=toolset[:2])
    assert measure([few], registry).distracted_share == 0


def test_effective_numbers() -> None:
    assert hill({}) == 0.0
    assert hill({"a": 7}) == pytest.approx(1)
    assert hill({"a": 5, "b": 5, "c": 5}) == pytest.approx(3)
    assert hill({"a": 3, "b": 1}) == pytest.approx(math.exp(0.75 * math.log(4 / 3) + 0.25 * math.log(4)))


def test_a_skeleton_is_the_wording_alone() -> None:
    one = masked("Of the five airports closest to Lima (LIM), how many lie above 1,000 feet?", ["Lima", "Lima (LIM)"])
    other = masked("Of the six airports closest to Cusco, how many lie above 2.5 feet?", ["Cusco"], ["2.5"])
    assert one == other == "Of the N airports closest to X, how many lie above N feet?"

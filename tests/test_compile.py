"""compile: a tree's proof gives in the sandbox what the tree is worth on the evidence; rounds grow by whole calls."""

import itertools
import keyword
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import msgspec
import pytest
from msgspec import UNSET

from dive.catalog import load
from dive.derive.compile import RESERVED, compile_tree
from dive.errors import ProofError
from dive.evidence import Graph
from dive.nouns import Answer, Json, Proof, Round, canonical
from dive.patterns import pattern, patterns
from dive.prove.evaluate import RECORDED, run
from dive.prove.sandbox import Sandbox
from dive.registry import Registry
from dive.tools import Toolbox, bind
from dive.tree import Con, Ent, Get, It, Node, Op

NONE = Answer(type="number", value=0)
PERU, CHILE = Ent("country:iso2", "PE"), Ent("country:iso2", "CL")
CITIES = Get("largest_cities", (("country", PERU), ("n", Con("count", 5))), "cities", "city", True)
SIZE = Get("largest_cities", CITIES.args, "cities.population", "")
PEOPLE = Get("city_record", (("city", It("city")),), "population", "")
BORDERS = Get("country_borders", (("country", PERU),), "countries", "country:iso2", True)
OTHERS = Get("country_borders", (("country", CHILE),), "countries", "country:iso2", True)
AREA = Get("country_facts", (("country", It("country:iso2")),), "area", "")
CURRENCY = Get("country_facts", (("country", It("country:iso2")),), "currency", "currency:iso4217")
ZONE_AREA = Get(
    "country_facts", (("country", Get("city_record", (("city", It("city")),), "country", "c")),), "area", ""
)
BOTH_AREAS = tuple(
    (side, Get("country_facts", (("country", e),), "area", "")) for side, e in zip("ab", (PERU, CHILE), strict=True)
)
OWN = Get("country_facts", (("country", PERU),), "area", "")
OVER = (("list", BORDERS), ("key", AREA))
BEST = Op("superlative", (("how", "max"), *OVER), "country:iso2")
CAPITAL = Get("country_facts", (("country", BEST),), "capital", "city")
WHERE = Op("where", (*OVER, ("how", ">"), ("bound", Con("area:km2", 1_000_000))), "country:iso2", True)
TREES: dict[str, Node] = {
    "superlative": BEST,
    "where": WHERE,
    "count": Op("count", (("list", WHERE),), "count"),
    "both": Op("both", (("a", BORDERS), ("b", OTHERS)), "country:iso2", True),
    "only": Op("only", (("a", BORDERS), ("b", OTHERS)), "country:iso2", True),
    "top": Op("top", (("how", "reverse=True"), *OVER, ("n", Con("count", 2))), "country:iso2", True),
    "spread": Op("spread", OVER, ""),
    "mean": Op("mean", (("list", CITIES), ("key", SIZE)), ""),
    "nth": Op("nth", (("how", "reverse=False"), *OVER, ("place", "2")), "country:iso2"),
    "order": Op("order", (("how", "reverse=True"), *OVER), "country:iso2", True),
    "median": Op("median", OVER, ""),
    "total": Op("total", OVER, ""),
    "factor": Op("factor", OVER, "ratio"),
    "closest": Op("closest", (*OVER, ("than", OWN)), "country:iso2"),
    "surpass": Op("surpass", (*OVER, ("how", ">"), ("than", OWN)), "country:iso2", True),
    "multiple": Op("multiple", (*OVER, ("than", OWN)), "ratio"),
    "deviation": Op("deviation", (*OVER, ("than", OWN)), ""),
    "where_equal": Op("where_equal", (("list", BORDERS), ("key", CURRENCY), ("value", Ent("currency:iso4217", "USD"))),
                      "country:iso2", True),
    "distinct": Op("distinct", (("list", BORDERS), ("key", CURRENCY)), "count"),
    "gap": Op("gap", BOTH_AREAS, ""),
    "ratio": Op("ratio", BOTH_AREAS, ""),
    "record": Op("record", (("first", BEST), ("second", CAPITAL)), ""),
    "fact": CAPITAL,
}  # fmt: skip
MORE: tuple[Node, ...] = (
    Op("superlative", (("how", "min"), ("list", CITIES), ("key", PEOPLE)), "city"),
    Op("superlative", (("how", "min"), ("list", WHERE), ("key", AREA)), "country:iso2"),
    Op("where", (("list", CITIES), ("key", SIZE), ("how", "<"), ("bound", Con("", 900_000))), "city", True),
)


Run = tuple[Json, list[tuple[str, bytes]]]


@pytest.fixture(scope="module")
def values(registry: Registry, rounds: list[Round]) -> list[Run]:
    """For the proofs of all trees above, then of all rounds: the sandbox's value and the calls that were executed.

    A process that has used the sandbox can fork no workers that use it, so another process does.
    """
    proofs = [compile_tree(tree, registry, NONE) for tree in (*TREES.values(), *MORE)]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        return other.submit(executed, [*proofs, *(made.proof for made in rounds)]).result(timeout=60)


def executed(proofs: list[Proof]) -> list[Run]:
    call = Toolbox(load()).call
    with Sandbox() as sandbox:
        outcomes = [run(proof, call, [RECORDED], sandbox)[0] for proof in proofs]
    return [(str(o.error) if o.error else o.value, [(c.tool, canonical(c.args)) for c in o.calls]) for o in outcomes]


def worth(registry: Registry, box: Toolbox, tree: Node | None) -> Json:
    assert tree is not None
    return Graph(registry, tuple(registry.tools), box.call).value(tree)


def test_there_is_a_tree_for_every_pattern(registry: Registry, box: Toolbox, values: list[Run]) -> None:
    assert set(TREES) == {name for name, row in patterns().items() if row.program} | {"fact"}
    for (name, tree), (value, _) in zip(TREES.items(), values, strict=False):
        assert value == worth(registry, box, tree), name


def test_fields_of_members_and_steps_beyond(registry: Registry, box: Toolbox, values: list[Run]) -> None:
    for tree, (value, _) in zip(MORE, values[len(TREES) :], strict=False):
        assert value == worth(registry, box, tree)


def test_real_proofs_give_what_their_trees_are_worth(
    registry: Registry, box: Toolbox, rounds: list[Round], values: list[Run]
) -> None:
    for made, (value, _) in zip(rounds, values[len(TREES) + len(MORE) :], strict=True):
        assert value == worth(registry, box, made.tree), made.question


def test_a_proof_makes_the_calls_that_its_tree_needs(
    registry: Registry, box: Toolbox, rounds: list[Round], values: list[Run]
) -> None:
    for made, (_, calls) in zip(rounds, values[len(TREES) + len(MORE) :], strict=True):
        assert made.tree is not None
        bound = {(tool, canonical(bind(registry.tool(tool), msgspec.json.decode(args)))) for tool, args in calls}
        assert bound == Graph(registry, tuple(registry.tools), box.call).needed(made.tree), made.question


def test_rounds_contain_the_calls_of_earlier_ones(chains: list[list[Round]], values: list[Run]) -> None:
    found = iter(values[len(TREES) + len(MORE) :])
    for chain in chains:
        calls = [set(next(found)[1]) for _ in chain]
        assert all(early <= late for early, late in itertools.pairwise(calls))


def test_steps_are_named_once_and_never_like_a_word_of_python(rounds: list[Round]) -> None:
    for made in rounds:
        ids = [step.id for step in made.proof.steps]
        assert len(ids) == len(set(ids))
        assert not RESERVED & set(ids)
        assert all(name.isidentifier() and not keyword.iskeyword(name) for name in ids)


def test_arguments_say_where_they_come_from(registry: Registry) -> None:
    tree = Get("largest_cities", (("country", PERU),), "cities", "city", True)
    args = compile_tree(tree, registry, NONE).steps[0].args
    assert (args["country"].text, args["country"].is_) == ("Peru", "PE")
    assert args["n"].default == next(p.default for p in registry.tool("largest_cities").params if p.name == "n")
    stated = compile_tree(CITIES, registry, NONE).steps[0].args["n"]
    assert (stated.text, stated.is_, stated.default) == ("five", 5, UNSET)
    assert compile_tree(CAPITAL, registry, NONE).steps[-1].args["country"].expr == "picked"


def test_equal_parts_share_their_steps(registry: Registry) -> None:
    proof = compile_tree(Op("record", (("first", BEST), ("second", CAPITAL)), ""), registry, NONE)
    called = [step.call for step in proof.steps if step.call is not UNSET]
    assert called == ["country_borders", "country_facts", "country_facts"]
    each = next(step for step in proof.steps if step.each is not UNSET)
    assert (each.max, each.args["country"].expr) == (8, "item")
    assert compile_tree(BEST, registry, NONE, max_each=5).steps[2].max == 5


def test_the_proof_tells_which_data_it_stands_on(registry: Registry) -> None:
    proof = compile_tree(CAPITAL, registry, NONE)
    assert set(proof.data) == {registry.tool(name).tool.package for name in ("country_borders", "country_facts")}


def test_what_no_step_can_express(registry: Registry) -> None:
    with pytest.raises(ProofError, match="outside of its list"):
        compile_tree(It("city"), registry, NONE)
    with pytest.raises(ProofError, match="outside of its list"):
        compile_tree(PEOPLE, registry, NONE)
    with pytest.raises(ProofError, match="a field of the list's member"):
        compile_tree(Op("superlative", (("how", "max"), ("list", BORDERS), ("key", Con("", 1))), "c"), registry, NONE)


@pytest.mark.parametrize(
    ("name", "slots", "text"),
    [
        ("superlative", {"how": "max", "list": "list_2", "key": "how[m]"}, "max(list_2, key=lambda m: how[m])"),
        ("where", {"list": "a", "key": "bound[m]", "how": ">", "bound": "list"}, "[m for m in a if bound[m] > list]"),
        ("top", {"how": "reverse=True", "list": "n", "key": "list[m]", "n": "2"},
         "sorted(n, key=lambda m: list[m], reverse=True)[:2]"),
        ("record", {"first": "second", "second": "first"}, "{'first': second, 'second': first}"),
        ("only", {"a": "b", "b": "a"}, "[m for m in b if m not in a]"),
        ("mean", {"list": "key", "key": "list[m]"}, "sum(list[m] for m in key) / len(key)"),
    ],
)  # fmt: skip
def test_slots_are_filled_once(name: str, slots: dict[str, str], text: str) -> None:
    """A step that happens to be called like a slot stays what it is."""
    assert pattern(name).expression(slots) == text

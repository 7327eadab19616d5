"""evidence: a graph calls while it collects and never after; a failed call is no evidence; what a node needs."""

from collections.abc import Callable, Mapping

import pytest

from dive.errors import ToolError
from dive.evidence import Graph, Unknown
from dive.nouns import Json, Task
from dive.registry import Registry
from dive.tools import Toolbox
from dive.tree import Con, Ent, Get, It, Node, Op

LIMA, PERU = Ent("airport:iata", "LIM"), Ent("country:iso2", "PE")
COUNTRY = Get("airport_place", (("airport", LIMA),), "country", "country:iso2")
BORDERS = Get("country_borders", (("country", COUNTRY),), "countries", "country:iso2", True)
AREA = Get("country_facts", (("country", It("country:iso2")),), "area", "area:km2")
LARGEST = Op("superlative", (("how", "max"), ("list", BORDERS), ("key", AREA)), "country:iso2")
CITIES = Get("largest_cities", (("country", PERU), ("n", Con("count", 4))), "cities", "city", True)
SIZE = Get("largest_cities", CITIES.args, "cities.population", "")
PEOPLE = Get("city_record", (("city", It("city")),), "population", "")


class Counting:
    """A call function that keeps what it was asked."""

    def __init__(self, box: Toolbox) -> None:
        self.box, self.asked = box, list[tuple[str, dict[str, Json]]]()

    def __call__(self, tool: str, args: Mapping[str, Json]) -> Json:
        self.asked.append((tool, dict(args)))
        return self.box.call(tool, args)


@pytest.fixture
def calls(box: Toolbox) -> Counting:
    return Counting(box)


@pytest.fixture
def graph(registry: Registry, calls: Counting) -> Graph:
    return Graph(registry, tuple(registry.tools), calls)


def test_leaves(graph: Graph, calls: Counting) -> None:
    assert graph.value(LIMA) == "LIM"
    assert graph.value(Con("count", 3)) == 3
    assert not calls.asked
    assert graph.keys(It("country:iso2"), BORDERS)["BO"] == "BO"


def test_a_chain(graph: Graph, calls: Counting) -> None:
    assert graph.value(BORDERS) == ["BO", "BR", "CL", "CO", "EC"]
    assert [tool for tool, _ in calls.asked] == ["airport_place", "country_borders"]
    assert graph.value(LARGEST) == "BR"
    assert len(calls.asked) == 2 + 5


def test_each_call_is_made_once(graph: Graph, calls: Counting) -> None:
    first, before = graph.value(LARGEST), len(calls.asked)
    assert graph.value(LARGEST) == first
    assert graph.needed(LARGEST)
    assert len(calls.asked) == before


def test_a_default_is_the_same_call_as_its_value(graph: Graph, calls: Counting, registry: Registry) -> None:
    default = next(p.default for p in registry.tool("largest_cities").params if p.name == "n")
    graph.result("largest_cities", {"country": "PE"})
    graph.result("largest_cities", {"n": default, "country": "PE"})
    assert len(calls.asked) == len(graph.calls) == 1


def test_a_closed_graph_makes_no_calls(graph: Graph, calls: Counting) -> None:
    graph.value(COUNTRY)
    graph.collecting = False
    assert graph.value(COUNTRY) == "PE"
    with pytest.raises(Unknown, match="country_borders: not in the evidence"):
        graph.value(BORDERS)
    assert not graph.has(LARGEST)
    assert len(calls.asked) == len(graph.calls) == 1
    graph.collecting = True
    assert graph.has(BORDERS)


def test_the_round_of_the_first_call_stays(graph: Graph) -> None:
    graph.value(COUNTRY)
    graph.round = 2
    graph.value(BORDERS)
    graph.value(COUNTRY)
    assert [(key[0], number) for key, (_, number) in graph.calls.items()] == [
        ("airport_place", 1), ("country_borders", 2),
    ]  # fmt: skip


def test_a_failed_call_is_no_evidence(graph: Graph, calls: Counting) -> None:
    missing = Get("airport_place", (("airport", Ent("airport:iata", "no-such-thing")),), "country", "country:iso2")
    for _ in range(2):
        assert not graph.has(missing)
        with pytest.raises(Unknown):
            graph.value(missing)
    assert len(calls.asked) == len(graph.failed) == 1
    assert not graph.calls


def test_a_call_that_cannot_be_bound_is_not_made(graph: Graph, calls: Counting) -> None:
    with pytest.raises(Unknown, match="airport_place needs 'airport'"):
        graph.result("airport_place", {})
    with pytest.raises(Unknown, match="must be a string"):
        graph.value(Get("airport_place", (("airport", Con("count", 3)),), "country", "country:iso2"))
    assert not calls.asked


@pytest.mark.parametrize(
    ("node", "tools"),
    [
        (LIMA, []),
        (COUNTRY, ["airport_place"]),
        (BORDERS, ["airport_place", "country_borders"]),
        (LARGEST, ["airport_place", "country_borders", *["country_facts"] * 5]),
        (Op("spread", (("list", CITIES), ("key", SIZE)), ""), ["largest_cities"]),
    ],
)
def test_what_is_needed(graph: Graph, node: Node, tools: list[str]) -> None:
    assert sorted(tool for tool, _ in graph.needed(node)) == tools


def test_needed_leaves_the_graph_as_it_was(graph: Graph) -> None:
    with pytest.raises(Unknown):
        graph.needed(Get("airport_place", (("airport", PERU), ("x", PERU)), "country", "country:iso2"))
    graph.value(BORDERS)
    graph.needed(COUNTRY)
    assert graph.needed(BORDERS) > graph.needed(COUNTRY)


def test_a_field_of_the_members(graph: Graph) -> None:
    names = graph.value(CITIES)
    sizes = graph.keys(SIZE, CITIES)
    assert list(sizes) == names
    assert list(sizes.values()) == sorted(sizes.values(), reverse=True)
    assert graph.keys(PEOPLE, CITIES) == sizes
    with pytest.raises(Unknown, match=r"no cities\.population of Piura"):
        graph.keys(SIZE, Get("largest_cities", (("country", PERU), ("n", Con("count", 6))), "cities", "city", True))


def test_a_field_that_a_result_leaves_out(registry: Registry, box: Toolbox) -> None:
    graph = Graph(registry, ("airport_place",), lambda tool, args: {"airport": "LIM"})
    with pytest.raises(Unknown, match="airport_place: no country"):
        graph.value(COUNTRY)


def test_operators(graph: Graph) -> None:
    sizes = graph.keys(SIZE, CITIES)
    over, n = (("list", CITIES), ("key", SIZE)), ("n", Con("count", 2))
    names, numbers = list(sizes), list(sizes.values())
    bound = Con("", numbers[1])
    expected: list[tuple[Op, object]] = [
        (Op("superlative", (("how", "min"), *over), "city"), names[-1]),
        (Op("top", (("how", "reverse=False"), *over, n), "city", True), names[:1:-1]),
        (Op("where", (*over, ("how", "<"), ("bound", bound)), "city", True), names[2:]),
        (Op("spread", over, ""), numbers[0] - numbers[-1]),
        (Op("mean", over, ""), sum(numbers) / 4),
        (Op("gap", (("a", bound), ("b", Con("", 5))), ""), numbers[1] - 5),
        (Op("ratio", (("a", Con("", 3)), ("b", Con("", 2))), ""), 1.5),
        (Op("count", (("list", CITIES),), "count"), 4),
        (Op("both", (("a", CITIES), ("b", CITIES)), "city", True), names),
        (Op("only", (("a", CITIES), ("b", CITIES)), "city", True), []),
        (Op("record", (("first", bound), ("second", CITIES)), ""), {"first": numbers[1], "second": names}),
    ]
    for node, value in expected:
        assert graph.value(node) == value, node.pattern


@pytest.mark.parametrize("sides", [(Con("", 1), Con("", 0)), (Con("", "a"), Con("", 1))])
def test_an_operator_without_a_value(graph: Graph, sides: tuple[Con, Con]) -> None:
    with pytest.raises(Unknown, match="ratio: "):
        graph.value(Op("ratio", tuple(zip("ab", sides, strict=True)), ""))


def test_a_tool_error_of_any_kind(registry: Registry) -> None:
    def fail(kind: str) -> Callable[..., Json]:
        def call(tool: str, args: Mapping[str, Json]) -> Json:
            raise ToolError(kind, tool)

        return call

    for kind in ("raised", "too_large", "schema", "refused", "not_found"):
        graph = Graph(registry, ("airport_place",), fail(kind))
        with pytest.raises(Unknown, match=kind):
            graph.value(COUNTRY)
        assert not graph.calls


def test_every_draft_stands_on_recorded_calls(registry: Registry, box: Toolbox, drafts: list[Task]) -> None:
    for task in drafts[:20]:
        graph = Graph(registry, task.toolset, box.call)
        assert task.tree is not None
        value = graph.value(task.tree)
        graph.collecting = False
        assert graph.value(task.tree) == value
        assert len(graph.needed(task.tree)) >= 2

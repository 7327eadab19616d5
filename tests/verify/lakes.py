"""A small world: lakes of two countries, four tools, and exams made from trees over them."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

import msgspec

from dive import registry as reg
from dive.derive.compile import compile_tree
from dive.errors import ToolError
from dive.evidence import Graph
from dive.forms import answer_of, form_of
from dive.nouns import Entity, Json
from dive.prove.evaluate import Done, Outcome
from dive.registry import Registry, Type
from dive.tools import Toolbox
from dive.tree import Con, Ent, Get, It, Node, Op
from dive.verify.exam import Exam

LAKES = {
    "Sarn": ("NO", 120.4, 31, 4), "Vell": ("NO", 88.0, 95, 2), "Ombra": ("NO", 61.5, 12, 0),
    "Tiss": ("NO", 40.2, 55, 7),
    "Brod": ("NO", 20.1, 70, 1), "Ferrin": ("XA", 300.9, 210, 9), "Galt": ("XA", 10.7, 8, 3),
}  # fmt: skip
COUNTRIES = {"NO": ("Norland", 5_250_000, 61_000.0), "XA": ("Xanthia", 730_000, 5_400.0)}


class Record(TypedDict):
    """One lake."""

    lake: Annotated[str, "lake:name"]
    country: Annotated[str, "country:iso2"]
    area: Annotated[float, "area:km2"]
    depth: Annotated[int, "length:m"]
    islands: Annotated[int, "count"]


class Row(TypedDict):
    """A lake in a list."""

    lake: Annotated[str, "lake:name"]
    area: Annotated[float, "area:km2"]


class Rows(TypedDict):
    """Lakes."""

    lakes: list[Row]


class Country(TypedDict):
    """One country."""

    population: Annotated[int, "population:people"]
    land: Annotated[float, "area:km2"]


def lake_record(lake: Annotated[str, "lake:name"]) -> Record:
    """Looks up a lake."""
    if lake not in LAKES:
        raise ToolError("not_found", lake)
    country, area, depth, islands = LAKES[lake]
    return {"lake": lake, "country": country, "area": area, "depth": depth, "islands": islands}


def lakes_of(country: Annotated[str, "country:iso2"], n: Annotated[int, "count"] = 5) -> Rows:
    """Lists the largest lakes of a country."""
    if country not in COUNTRIES:
        raise ToolError("not_found", country)
    rows = [(lake, row[1]) for lake, row in LAKES.items() if row[0] == country]
    return {"lakes": [{"lake": lake, "area": area} for lake, area in rows][:n]}


def lakes_near(lake: Annotated[str, "lake:name"]) -> Rows:
    """Lists the lakes around a lake, itself among them."""
    return lakes_of(lake_record(lake)["country"])


def country_record(country: Annotated[str, "country:iso2"]) -> Country:
    """Looks up a country."""
    if country not in COUNTRIES:
        raise ToolError("not_found", country)
    return {"population": COUNTRIES[country][1], "land": COUNTRIES[country][2]}


TYPES: dict[str, dict[str, Json]] = {
    "lake:name": {"noun": "lake", "plural": "lakes", "example": "Sarn"},
    "country:iso2": {"noun": "country", "plural": "countries", "example": "NO"},
    "area:km2": {"noun": "square kilometre", "plural": "square kilometres", "example": 1.5},
    "length:m": {"noun": "metre", "plural": "metres", "example": 12},
    "population:people": {"noun": "person", "plural": "people", "example": 12},
    "count": {"noun": "", "plural": "", "example": 3},
    "year": {"noun": "year", "plural": "years", "example": 1969},
}
SAYS: dict[str, dict[str, Json]] = {
    "lake_record": {
        "country": "the country where {x} is",
        "area": "the area of {x} | places 1 | adj large larger largest small smaller smallest | ratio",
        "depth": "the depth of {x} | adj deep deeper deepest shallow shallower shallowest | mean",
        "islands": "the number of islands in {x} | many islands",
        "examples": list(LAKES),
    },
    "lakes_of": {
        "lakes": "largest lakes of {x} | list lake | sorted area | ordered",
        "lakes.area": "the area of {it} | places 1 | adj large larger largest small smaller smallest",
        "examples": [{"country": "NO", "n": n} for n in range(1, 7)],
    },
    "lakes_near": {"lakes": "lakes around {x} | list lake", "examples": list(LAKES)},
    "country_record": {
        "population": "the population of {x} | high",
        "land": "the area of {x} | adj large larger largest small smaller smallest",
        "examples": [*"ABCDEF"],
    },
}


def _pool(kind: str, names: Mapping[str, str]) -> dict[str, Entity]:
    return {key: Entity(type=kind, id=key, name=name) for key, name in names.items()}


def world() -> Registry:
    """The registry of the small world."""
    types = {name: msgspec.convert({"name": name, **row}, Type) for name, row in TYPES.items()}
    package = reg.Package("lakes", "MIT", "MIT")
    tools = {
        run.__name__: reg.load_tool(
            run.__name__, reg.Declared(run, "R", package, "pure", "geography"), SAYS[run.__name__], types
        )
        for run in (country_record, lake_record, lakes_near, lakes_of)
    }
    lakes, countries = {name: name for name in LAKES}, {key: row[0] for key, row in COUNTRIES.items()}
    pools = {
        "country:iso2": lambda: _pool("country:iso2", countries),
        "lake:name": lambda: _pool("lake:name", lakes),
    }
    return Registry(tools, types, pools, {}, dict.fromkeys(pools, "geography"))


WORLD = world()
CALL = Toolbox(WORLD).call
NORLAND, SARN, VELL = Ent("country:iso2", "NO"), Ent("lake:name", "Sarn"), Ent("lake:name", "Vell")


def lakes(country: Node = NORLAND, n: int = 5) -> Get:
    """Lakes of a country."""
    args = (("country", country),) + ((("n", Con("count", n)),) if n != 5 else ())
    return Get("lakes_of", args, "lakes", "lake:name", True)


def of(field: str, lake: Node | None = None) -> Get:
    """A field of a lake; of the member under consideration if none is given."""
    types = {"country": "country:iso2", "area": "area:km2", "depth": "length:m", "islands": "count"}
    return Get("lake_record", (("lake", lake or It("lake:name")),), field, types[field])


def best(how: str, members: Node, key: Node) -> Op:
    """A superlative."""
    return Op("superlative", (("how", how), ("list", members), ("key", key)), members.type)


def where(members: Node, key: Get, how: str, bound: float) -> Op:
    """The members that pass a threshold."""
    slots = (("list", members), ("key", key), ("how", how), ("bound", Con(key.type, bound)))
    return Op("where", slots, members.type, True)


def count(members: Node) -> Op:
    """How many."""
    return Op("count", (("list", members),), "count")


def pair(name: str, first: Node, second: Node) -> Op:
    """An operator over two sides, or a record."""
    names = ("first", "second") if name == "record" else ("a", "b")
    return Op(name, tuple(zip(names, (first, second), strict=True)), "" if name == "record" else first.type)


def examine(question: str, tree: Node, pattern: str = "fact") -> Exam:
    """The exam of a composed question."""
    graph = Graph(WORLD, tuple(WORLD.tools), CALL)
    answer = answer_of(form_of(tree, WORLD), graph.value(tree), WORLD)
    calls = tuple(
        Done(f"c{k}", tool, msgspec.json.decode(args), result)
        for k, ((tool, args), (result, _)) in enumerate(graph.calls.items())
    )
    return Exam(
        question=question, answer=answer, proof=compile_tree(tree, WORLD, answer),
        outcome=Outcome(value=graph.value(tree), calls=calls), toolset=tuple(WORLD.tools), registry=WORLD,
        tree=tree, graph=graph, pattern=pattern,
    )  # fmt: skip

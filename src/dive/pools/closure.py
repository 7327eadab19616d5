"""The closure pool: what each tool gives on inputs from the seed pools, its typed outputs fed on.

Takes the registry and `call`; gives, per tool, samples (arguments, result). They are the alternate worlds of
`sensitive` and the evidence of `tools check`. A fixed table, built once per set of
tool hashes: no verdict depends on other draws.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from dive.bind import bindings
from dive.catalog.tables import kept
from dive.evidence import Graph, Unknown
from dive.nouns import Json, canonical, sha
from dive.pools.random import generator
from dive.registry import Loaded, Registry
from dive.tools import CallFn
from dive.tree import Con, Ent, Node

PASSES = 3
INPUTS = 40
KNOWN = 60


class Sample(Struct, frozen=True):
    """One successful call."""

    args: dict[str, Json]
    result: Json


Closure = dict[str, list[Sample]]


def closure(registry: Registry, call: CallFn, unfit: Collection[str] = ()) -> Closure:
    """Samples of every tool that may be called and is not `unfit`, kept by the tools' hashes."""
    marks = sha([[loaded.tool.hash for loaded in registry.tools.values()], sorted(unfit)])
    return kept("closure", marks, Closure, lambda: _build(registry, call, unfit))


def _build(registry: Registry, call: CallFn, unfit: Collection[str]) -> Closure:
    names = [n for n, loaded in registry.tools.items() if loaded.tool.effect != "write" and n not in unfit]
    graph = Graph(registry, names, call)
    known = {t: _spread([Ent(t, e.id) for e in registry.seeds(t)], KNOWN) for t in registry.pools}
    found: dict[str, dict[bytes, Sample]] = {name: {} for name in names}
    for example in ((name, e) for name in names for e in registry.tools[name].tool.examples):
        _keep(graph, found, *example)
    for turn in range(PASSES):
        for name in names:
            _feed(graph, registry.tools[name], known, found, turn)
        _outputs(registry, found, known)
    return {name: list(rows.values()) for name, rows in found.items()}


def _feed(graph: Graph, loaded: Loaded, known: Mapping[str, Sequence[Node]], found: dict[str, dict[bytes, Sample]],
          turn: int) -> None:  # fmt: skip
    rng = generator("closure", loaded.name, turn)
    for type_name in sorted(known):
        for focus in known[type_name]:
            if len(found[loaded.name]) >= INPUTS * (turn + 1):
                return
            args = bindings(graph.registry, graph.toolset, loaded, focus, (), rng)
            if args is None:
                break
            try:
                _keep(graph, found, loaded.name, {name: graph.value(node) for name, node in args})
            except Unknown:
                continue


def _keep(graph: Graph, found: dict[str, dict[bytes, Sample]], name: str, args: dict[str, Json]) -> None:
    try:
        result = graph.result(name, args)
    except Unknown:
        return
    found[name].setdefault(canonical(args), Sample(args, result))


def _outputs(registry: Registry, found: Mapping[str, Mapping[bytes, Sample]], known: dict[str, list[Node]]) -> None:
    """Adds what the tools gave to the inputs of the next pass."""
    for name, rows in found.items():
        for path, field in registry.tools[name].fields.items():
            if "." in path or not field.type or field.many:
                continue
            values = {canonical(row.result[path]): row.result[path] for row in rows.values() if path in row.result}
            entity = registry.is_entity(field.type)
            nodes: list[Node] = [Ent(field.type, str(v)) if entity else Con(field.type, v) for v in values.values()]
            have = known.setdefault(field.type, [])
            known[field.type] = have + [n for n in _spread(nodes, INPUTS // 2) if n not in have]


def _spread(nodes: Sequence[Node], count: int) -> list[Node]:
    step = max(1, len(nodes) // count)
    return list(nodes[::step][:count])

"""Whether a candidate question is sound: it has a value, grows, goes straight on and gives nothing away.

Takes the evidence graph and a tree; says yes or no. Does not make candidates (`compose.py`); whether a tree becomes a
task is for the gates.
"""

from dive.evidence import CallKey, Graph, Unknown
from dive.forms import Form, form_of
from dive.nouns import Json
from dive.patterns import PICKING, RANKING, WIDER
from dive.tree import Con, Ent, Get, Node, Op, depends_on_it, walk
from dive.words import stands_in


def sound(graph: Graph, tree: Node, before: frozenset[CallKey]) -> bool:
    """Has a value, needs the earlier calls, asks for more, and names nothing that it also looks for."""
    nodes = list(dict.fromkeys(walk(tree)))
    if _restless(nodes) or _maze(nodes) or _glued(graph, nodes):
        return False
    try:
        value = graph.value(tree)
        needed = graph.needed(tree)
    except Unknown:
        return False
    if not before <= needed or (needed == before and not asks_more(tree, len(before))) or value in ([], "", None):
        return False
    return not _nothing(form_of(tree, graph.registry), value) and not _circular(graph, nodes)


def asks_more(tree: Node, calls: int) -> bool:
    """Whether a round may do with the calls of the round before: several calls, of which only a first thing was asked.

    Which of a list comes first was asked; what its record says besides, or how the others come, is more.
    """
    asked = tree.node("second") if isinstance(tree, Op) and tree.pattern == "record" else tree
    if isinstance(asked, Get):
        return calls > 1 and any(isinstance(a, Op) and a.pattern in PICKING for _, a in asked.args)
    return calls > 1 and isinstance(asked, Op) and asked.pattern in WIDER


def _nothing(form: Form, value: Json) -> bool:
    """Whether the answer, or a part of it, is zero in the digits asked for."""
    if form.kind == "record":
        return any(_nothing(part, told) for part, told in zip(form.parts, value.values(), strict=True))
    return form.kind == "number" and form.places is not None and abs(value) * 10**form.places < 1


def _circular(graph: Graph, nodes: list[Node]) -> bool:
    """Whether a question names what it also looks for, or goes round in a circle."""
    inner = [n for n in nodes if isinstance(n, Get | Op) and not depends_on_it(n)]
    named = {(n.type, n.id) for n in nodes if isinstance(n, Ent)}
    single = [s for n in inner if not n.many for s in _entities(graph, n)]
    if named & set(single) or len(single) != len(set(single)) or _given_away(graph, inner, named):
        return True
    reached = {s for n in inner if not n.many and isinstance(n, Get) for s in _entities(graph, n)}
    lists = [n for n in inner if n.many and isinstance(n, Get)]
    return any(set(_entities(graph, n)) & (set(_subjects(graph, n)) | reached | named) for n in lists)


def _glued(graph: Graph, nodes: list[Node]) -> bool:
    """Whether a fact is asked of what was picked by something else entirely: the size of the country that had the
    fewest inhabitants in 1987. Which one it is, and where it lies, may always be asked.
    """
    keys = [n.node("key") for n in nodes if isinstance(n, Op) and "key" in dict(n.slots)]
    if len({(k.tool, k.field) for k in keys if isinstance(k, Get)}) < len(set(keys)):
        return True
    for node in nodes:
        if isinstance(node, Op) and {"list", "key"} <= dict(node.slots).keys() and _apart(graph, node):
            return True
        picks = (
            [a for _, a in node.args if isinstance(a, Op) and "key" in dict(a.slots)] if isinstance(node, Get) else []
        )
        for pick in picks:
            plain = graph.registry.is_entity(node.type) and not dated(node)
            if not plain and dated(node) != dated(pick.node("key")):
                return True
            told, by = _themes(graph, node), _themes(graph, pick.node("key"))
            if told and by and told.isdisjoint(by):
                return True
        both = [n for n in dict(node.slots).values() if isinstance(n, Op)] if isinstance(node, Op) else []
        dates = {dated(n.node("key")) for n in [node, *both] if isinstance(n, Op) and "key" in dict(n.slots)}
        if len(dates) > 1:
            return True
    return False


def _apart(graph: Graph, ranked: Op) -> bool:
    """Whether a list is made or cut down by one thing and ranked by another that has nothing to do with it."""
    chosen = ranked.node("list")
    by = chosen.node("key") if isinstance(chosen, Op) and "key" in dict(chosen.slots) else chosen
    one, other = _themes(graph, ranked.node("key")), _themes(graph, by)
    return bool(one and other) and one.isdisjoint(other)


def _themes(graph: Graph, node: Node) -> frozenset[str]:
    """What a field is about, if that binds it to facts of its kind."""
    says = graph.says(node)
    return says.themes if says else frozenset()


def _given_away(graph: Graph, inner: list[Get | Op], named: set[tuple[str, str]]) -> bool:
    """Whether a label or an id prints what a step is to find: the country of "Accra, Ghana", named or found."""
    labels = [graph.registry.label(*entity) for entity in named]
    single = [n for n in inner if not n.many]
    lists = [_entities(graph, n) for n in inner if n.many and isinstance(n, Get)]
    told = {
        e for members in lists for label in labels if all(prints(graph, label, e) for e in members) for e in members
    }
    single = [n for n in single if told.isdisjoint(_entities(graph, n))]  # one of those that a label names all of
    if any(prints(graph, label, entity) for n in single for entity in _entities(graph, n) for label in labels):
        return True
    steps = [(entity, about) for n in single if isinstance(n, Get) for entity in _entities(graph, n)
             for about in _subjects(graph, n)]  # fmt: skip
    return any(prints(graph, text, e) for e, about in steps for text in (graph.registry.label(*about), about[1]))


def prints(graph: Graph, label: str, entity: tuple[str, str]) -> bool:
    """Whether a label holds the name of an entity."""
    name = graph.registry.entity(*entity).name.removeprefix("the ")
    return stands_in(name.casefold(), label.casefold())


def _restless(nodes: list[Node]) -> bool:
    """Whether a question jumps between years or dates."""
    return len({(n.type, n.value) for n in nodes if isinstance(n, Con) and n.type in ("year", "date")}) > 1


def _maze(nodes: list[Node]) -> bool:
    """Whether more than one list is ranked: nobody asks for the largest neighbour of the largest neighbour."""
    return len({n.node("list") for n in nodes if isinstance(n, Op) and n.pattern in RANKING}) > 1


def _entities(graph: Graph, node: Get | Op) -> list[tuple[str, str]]:
    """The entities that a node stands for: itself, or the members that an operator picks from."""
    if not graph.registry.is_entity(node.type):
        return []
    value = graph.value(node)
    return [(node.type, str(v)) for v in (value if isinstance(value, list) else [value])]


def _subjects(graph: Graph, node: Get) -> list[tuple[str, str]]:
    """The entities that a list is about, seen through a record's coordinates or formula."""
    about = [a.args[0][1] if isinstance(a, Get) and not graph.registry.is_entity(a.type) else a for _, a in node.args]
    return [(a.type, str(graph.value(a))) for a in about if graph.registry.is_entity(a.type)]


def dated(node: Node) -> bool:
    """Whether a field is of a stated year or date."""
    return isinstance(node, Get) and any(isinstance(a, Con) and a.type in ("year", "date") for _, a in node.args)

"""The walk: what to call next, directed by the move that the exemplar asks for.

Takes a `Reach` over the evidence graph, the current question's tree and a move; makes calls around it and gives what
was found: values about the focus, lists, what can be said of each list's members, siblings, descriptions. Does not
build questions (`derive/compose.py`).
"""

from collections.abc import Callable

from dive.collect.fits import MAPPING, following, ranked_lists
from dive.collect.reach import Reach, flags, is_value, type_of, whole
from dive.evidence import Found
from dive.patterns import PICKING
from dive.scales import shifted
from dive.tree import Con, Ent, Get, Node, Op
from dive.tree import walk as nodes_of

UNIT = "unit:type"


def walk(reach: Reach, question: Node, move: str) -> Found:
    """Lays open what `move` needs around `question` (the tree of the round before, or the seed)."""
    found = Found([], [], {}, {}, {}, {})
    if move in following(question):
        reach.said = tuple(node for node in nodes_of(question) if isinstance(node, Con))
        WALKS[move](reach, question, found)
    return found


def _facts(reach: Reach, question: Node, found: Found) -> None:
    near = [n for n in reach.about(question, want_list=False) if not reach.graph.registry.is_key(n.type)]
    found.values += near
    if isinstance(question, Ent):
        for node in [n for n in near if not is_value(reach.graph, n)][: reach.steps]:
            found.values += [n for n in reach.about(node, want_list=False) if not reach.graph.registry.is_key(n.type)]


def _lists(reach: Reach, question: Node, found: Found) -> None:
    if _well_known(reach, question):
        found.lists += reach.about(question, want_list=True)


def _lists_with_keys(reach: Reach, question: Node, found: Found) -> None:
    if isinstance(question, Op) and question.pattern in PICKING:
        found.lists = ranked_lists(question)
    elif getattr(question, "many", False):
        found.lists = [question]
    elif not is_value(reach.graph, question):
        found.lists = list(reach.about(question, want_list=True)) if _well_known(reach, question) else []
        if isinstance(question, Ent):
            near = [n for n in reach.about(question, want_list=False) if not is_value(reach.graph, n)]
            for node in [n for n in near if _well_known(reach, n)][:2]:
                found.lists += reach.about(node, want_list=True)
    reach.rng.shuffle(found.lists)
    for members in found.lists[: reach.steps]:
        found.keys[members] = reach.mapped(members)


def _same_list(reach: Reach, question: Node, found: Found) -> None:
    """What is known of the members of the list that was ranked."""
    for members in ranked_lists(question):
        found.keys[members] = reach.mapped(members)


def _well_known(reach: Reach, node: Node) -> bool:
    """Whether one would look around it: a named thing, or its capital; not the disease of a gene of a disease."""
    if not isinstance(node, Get):
        return True
    return "universal" in flags(reach.graph, node) and all(isinstance(child, Ent | Con) for _, child in node.args)


def _converted(reach: Reach, question: Node, found: Found) -> None:
    """The question's value in another unit of its quantity, by a tool that takes two units."""
    types = reach.graph.registry.types
    quantity = type_of(question).partition(":")[0]
    others = [t for t in types if t.startswith(quantity + ":") and t != type_of(question)] if quantity else []
    if shifted(type_of(question)) and isinstance(question, Op):
        return  # a difference of temperatures in kelvins is the same in degrees Celsius
    for loaded in reach.graph.tools():
        if [p.type for p in loaded.params[1:]] == [UNIT, UNIT] and type_of(question) in types:
            names = [p.name for p in loaded.params]
            for other in others:
                cons = (question, Con(UNIT, type_of(question)), Con(UNIT, other))
                node = Get(loaded.name, tuple(zip(names, cons, strict=True)), next(iter(loaded.fields)), other)
                if reach.graph.has(node):
                    found.values.append(node)


def _narrower(reach: Reach, question: Node, found: Found) -> None:
    """What may cut the question's list down: a further list with some of its members."""
    for members in ranked_lists(question):
        if isinstance(members, Get):
            found.partners[members] = list(reach.related(members)) if whole(reach.graph, members) else []


def _list_pairs(reach: Reach, question: Node, found: Found) -> None:
    for members in reach.about(question, want_list=True) if _well_known(reach, question) else ():
        if not whole(reach.graph, members):
            continue  # the best n of one and of another have nothing to do with each other
        found.lists.append(members)
        twins = [with_args(members, question, sibling) for sibling in reach.siblings(question)]
        known = [twin for twin in twins if twin != members and reach.graph.has(twin)]
        found.partners[members] = [*known, *reach.related(members)]


def _descriptions(reach: Reach, question: Node, found: Found) -> None:
    for entity in sorted({n for n in nodes_of(question) if isinstance(n, Ent)}, key=repr):
        found.descriptions[entity] = list(reach.describe(entity))


def _values_to_compare(reach: Reach, question: Node, found: Found) -> None:
    """The same value of another entity nearby."""
    values = [question] if is_value(reach.graph, question) else reach.about(question, want_list=False)
    for node in values:
        if isinstance(node, Get) and is_value(reach.graph, node) and _simple(reach, node.args[0][1]):
            _twins(reach, node, list(reach.siblings(node.args[0][1], limit=2)), found)


def _twins(reach: Reach, node: Get, rivals: list[Node], found: Found) -> None:
    for rival in rivals:
        twin = with_args(node, node.args[0][1], rival)
        if reach.graph.has(twin):
            found.others.setdefault(node, []).append(twin)


def with_args(node: Get, old: Node, new: Node) -> Get:
    """The same call with one argument exchanged."""
    args = tuple((name, new if arg == old else arg) for name, arg in node.args)
    return Get(node.tool, args, node.field, node.type, node.many)


def _simple(reach: Reach, node: Node) -> bool:
    """A named entity, or the one thing of its kind that one has, a capital: what is set beside another of its kind."""
    if isinstance(node, Get):
        return "unique" in flags(reach.graph, node) and all(isinstance(a, Ent) for _, a in node.args)
    return isinstance(node, Ent)


WALKS: dict[str, Callable[[Reach, Node, Found], None]] = {
    **dict.fromkeys(MAPPING, _lists_with_keys),
    **dict.fromkeys(("fact", "record"), _facts),
    **dict.fromkeys(("gap", "ratio"), _values_to_compare),
    **dict.fromkeys(("both", "only"), _list_pairs),
    "lead": _same_list,
    "list": _lists,
    "convert": _converted,
    "narrow": _narrower,
    "describe": _descriptions,
}

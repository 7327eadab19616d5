"""Which moves a question leaves room for: nobody ranks twice, converts twice, or asks for the mayor of a number.

Takes a tree and a move; says whether the move can lead on from it. Knows no values: what cannot be spoken of
naturally is not walked at all.
"""

import functools

from dive.patterns import CHOOSING, PICKING, RANKING
from dive.tree import Con, Ent, Get, Node, Op, walk

MAPPING = RANKING | CHOOSING | {"winner", "count"}
"""Moves that look at every member of a list."""
PAIRS = frozenset({"both", "only"})
CHAIN = 3
"""Facts of facts that a person still follows: the currency of the country where an airport lies."""


def fits(question: Node, move: str) -> bool:
    """Whether `move` can follow `question` (the seed, or the tree of the round before)."""
    if isinstance(question, Op) and question.pattern == "record":
        return move in ("describe", "narrow")
    ranked = _has(question, *RANKING)
    single = isinstance(question, Ent) or not getattr(question, "many", False)
    if move in RANKING or move == "winner":
        return not ranked and _open_list(question) and not _has(question, "where", "count")
    if move == "describe":
        return not _has(question, "gap", "ratio")
    if move in CHOOSING or move == "count":
        return not ranked and _open_list(question) and not _has(question, "count", *CHOOSING)
    if move in ("both", "only", "list"):
        return single and not ranked and _short(question)
    if move in ("gap", "ratio"):
        return single and not ranked and isinstance(question, Ent | Get) and not _has(question, *PAIRS)
    if move == "narrow":
        return (ranked or _has(question, "count")) and not _has(question, *CHOOSING, *PAIRS)
    if move in ("fact", "record"):
        return single and (_picked(question) if ranked else _short(question))
    if move == "lead":
        return _picked(question)
    if move == "convert":
        return single and not isinstance(question, Ent) and not _converted(question)
    return True


def ranked_lists(question: Node) -> list[Node]:
    """The lists that a question ranks or counts over, each once."""
    return list(dict.fromkeys(n.node("list") for n in walk(question) if isinstance(n, Op) and "list" in dict(n.slots)))


def _open_list(question: Node) -> bool:
    """Whether the question leads to a list: an entity has lists about it, a list is one."""
    return isinstance(question, Ent | Get) or (isinstance(question, Op) and question.many)


def _short(question: Node) -> bool:
    return isinstance(question, Ent | Get) and _depth(question) < CHAIN


def _picked(question: Node) -> bool:
    """Whether the question is a pick itself: one goes one step from what was picked, not two."""
    return isinstance(question, Op) and question.pattern in PICKING


def _has(question: Node, *patterns: str) -> bool:
    return not _operators(question).isdisjoint(patterns)


@functools.lru_cache(4096)
def _operators(question: Node) -> frozenset[str]:
    return frozenset(node.pattern for node in walk(question) if isinstance(node, Op))


def _depth(question: Node) -> int:
    """How many facts are nested."""
    if not isinstance(question, Get):
        return 0
    return 1 + max((_depth(child) for _, child in question.args), default=0)


def _converted(question: Node) -> bool:
    return any(isinstance(node, Con) and node.type == "unit:type" for node in walk(question))

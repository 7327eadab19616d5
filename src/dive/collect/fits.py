"""Which moves a question leaves room for: nobody ranks twice, converts twice, or asks for the mayor of a number.

Takes a tree; gives the moves that can lead on from it. Knows no values: what cannot be spoken of
naturally is not walked at all.
"""

import functools

from dive.patterns import CHOOSING, PICKING, RANKING, WIDER
from dive.tree import Con, Ent, Get, Node, Op, walk

MAPPING = RANKING | CHOOSING | {"winner", "count"}
"""Moves that look at every member of a list."""
PAIRS = frozenset({"both", "only"})
COMPARING = frozenset({"gap", "ratio"})
CHAIN = 3
"""Facts of facts that a person still follows: the currency of the country where an airport lies."""


@functools.lru_cache(4096)
def following(question: Node) -> frozenset[str]:
    """The moves that can follow `question` (the seed, or the tree of the round before)."""
    has = frozenset(node.pattern for node in walk(question) if isinstance(node, Op))
    if isinstance(question, Op) and question.pattern == "record":
        return frozenset({"describe", "narrow"})
    ranked, chosen, picked = bool(has & RANKING), bool(has & CHOOSING), _picked(question)
    alike = isinstance(question, Op) and question.pattern == "closest"  # likeness is followed by the difference
    single = isinstance(question, Ent) or not getattr(question, "many", False)
    open_list, short = not ranked and _open_list(question), _short(question)
    room = {
        RANKING | {"winner"}: open_list and not has & {"where", "count"},
        CHOOSING | {"count"}: open_list and not chosen and "count" not in has,
        WIDER: picked and isinstance(question, Op) and isinstance(question.node("list"), Get) and not alike,
        PAIRS | {"list"}: single and not ranked and short,
        COMPARING: single and not ranked and isinstance(question, Ent | Get) and not has & PAIRS,
        frozenset({"fact", "record"}): single and (picked and not alike if ranked else short),
        frozenset({"narrow"}): (ranked or "count" in has) and not chosen and not has & PAIRS,
        frozenset({"lead"}): picked,
        frozenset({"describe"}): not has & COMPARING,
        frozenset({"convert"}): single and not isinstance(question, Ent) and not _converted(question),
    }
    return frozenset().union(*(moves for moves, open_ in room.items() if open_))


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


def _depth(question: Node) -> int:
    """How many facts are nested."""
    if not isinstance(question, Get):
        return 0
    return 1 + max((_depth(child) for _, child in question.args), default=0)


def _converted(question: Node) -> bool:
    return any(isinstance(node, Con) and node.type == "unit:type" for node in walk(question))

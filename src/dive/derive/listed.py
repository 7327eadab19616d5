"""Moves that look at every member of a list: picks, orders, choices and figures.

Takes what the walk laid open; gives trees, each on no tie, and not where the field's wording forbids the arithmetic.
Whether a tree is sound or speakable is for others.
"""

import itertools
from collections.abc import Callable, Iterator

from dive.derive.laid import Laid, by_nearness, printed
from dive.nouns import Json
from dive.patterns import CHOOSING
from dive.tree import Con, Ent, Node, Op

OPTIONS = 4
"""Fewer members than this make a choice that can be guessed, unless something else is asked as well."""
SORTED = 6
"""More members than this nobody wants to put in order."""
TWICE = 2
"""The least factor between two ends that is worth a question."""
Candidates = Iterator[Node]


def superlative(laid: Laid, least: int = OPTIONS) -> Candidates:
    for members, key, values in laid.ranked(least):
        for how, pair in (("max", values[-2:]), ("min", values[:2])):
            idle = laid.idle(members, key, how) or _chosen_by(members, key)
            if laid.apart(*pair) and not idle:
                yield Op("superlative", (("how", how), ("list", members), ("key", key)), members.type)


def _chosen_by(members: Node, key: Node) -> bool:
    """Whether the list's own condition is about the same figure: the largest of those that are smaller."""
    return isinstance(members, Op) and members.pattern in CHOOSING and members.slot("key") == key


def top(laid: Laid) -> Candidates:
    for members, key, values in laid.ranked():
        n, how = laid.rng.choice((2, 3)), laid.first(key)
        order = values if how == "reverse=False" else values[::-1]
        if len(values) >= n + 2 and all(laid.apart(*sorted(p)) for p in itertools.pairwise(order[: n + 1])):
            slots = (("how", how), ("list", members), ("key", key), ("n", Con("count", n)))
            yield Op("top", slots, members.type, True)


def where(laid: Laid) -> Candidates:
    """The few are asked for: nearly everything is below ten per cent."""
    return _bounded(laid, few=True)


def _bounded(laid: Laid, few: bool) -> Candidates:
    for members, key, values in laid.ranked():
        edge = 2 if few and len(values) > 3 else 1
        cut = laid.rng.randint(edge, len(values) - edge)
        says = laid.graph.says(key)
        if says is None or says.cls == "verb" or "rank" in says.flags:
            continue
        bound = threshold(values[cut - 1], values[cut], laid.margin, says.places)
        if bound is None:
            continue
        sides = {"<": cut, ">": len(values) - cut}
        fit = [how for how, size in sides.items() if (size == min(sides.values()) if few else size > 1)]
        how = laid.rng.choice(fit)
        if how == "<" and bound == 2:  # fewer than two: one
            continue
        slots = (("list", members), ("key", key), ("how", how), ("bound", Con(key.type, bound)))
        yield Op("where", slots, members.type, True)


def surpass(laid: Laid) -> Candidates:
    for members, key, than in laid.beside():
        own, values = laid.graph.value(than), laid.graph.keys(key, members).values()
        mixed = len({value > own for value in values}) == len({value < own for value in values}) == 2
        if laid.ranks_only(key) or not mixed:
            continue
        for how in (">", "<"):
            yield Op("surpass", (("list", members), ("key", key), ("how", how), ("than", than)), members.type, True)


def closest(laid: Laid) -> Candidates:
    for members, key, than in laid.beside(OPTIONS):
        own, values = laid.graph.value(than), list(laid.graph.keys(key, members).values())
        if isinstance(own, str) or not laid.whole(members) or by_nearness(laid.graph, members, values, own):
            continue  # which of the closest comes closest
        if laid.counted(key) or laid.ranks_only(key):
            continue  # which comes closest to Lima in number of airports
        first, second = sorted(abs(own) + abs(v - own) for v in values)[:2]  # known no better than the figures are
        if laid.apart(first, second):
            yield Op("closest", (("list", members), ("key", key), ("than", than)), members.type)


def where_equal(laid: Laid) -> Candidates:
    for members, key, values in laid.linked():
        for value in sorted({v for v in values if 1 < values.count(v) < len(values)}):
            if printed(laid.graph, members, key, value):
                continue
            slots = (("list", members), ("key", key), ("value", Ent(key.type, value)))
            yield Op("where_equal", slots, members.type, True)


def distinct(laid: Laid) -> Candidates:
    for members, key, values in laid.linked(OPTIONS + 2):
        if 1 < len(set(values)) < len(values) and not printed(laid.graph, members, key):
            yield Op("distinct", (("list", members), ("key", key)), "count")


def nth(laid: Laid) -> Candidates:
    """The second of those that have most, in a list that is all there is: nobody asks for the third fewest."""
    for members, key, values in laid.ranked(OPTIONS + 1):
        second = laid.first(key) == "reverse=True" and laid.whole(members)
        if second and all(laid.apart(*sorted(pair)) for pair in itertools.pairwise(values[:-4:-1])):
            slots = (("how", "reverse=True"), ("list", members), ("key", key), ("place", "1"))
            yield Op("nth", slots, members.type)


def order(laid: Laid) -> Candidates:
    for members, key, values in laid.ranked(OPTIONS):
        if len(values) <= SORTED and all(laid.apart(*pair) for pair in itertools.pairwise(values)):
            yield Op("order", (("how", laid.first(key)), ("list", members), ("key", key)), members.type, True)


def median(laid: Laid) -> Candidates:
    for members, key, values in laid.ranked(OPTIONS):
        if len(values) % 2 and not isinstance(values[0], str) and laid.bears("median", key):
            yield Op("median", (("list", members), ("key", key)), key.type)


def total(laid: Laid) -> Candidates:
    for members, key, _ in laid.ranked():
        if laid.bears("total", key):
            yield Op("total", (("list", members), ("key", key)), key.type)


def multiple(laid: Laid) -> Candidates:
    for members, key, than in laid.beside():
        if laid.bears("multiple", key) and laid.graph.value(than) > 0:
            yield Op("multiple", (("list", members), ("key", key), ("than", than)), "ratio")


def deviation(laid: Laid) -> Candidates:
    for members, key, than in laid.beside(OPTIONS):
        if laid.bears("deviation", key):
            yield Op("deviation", (("list", members), ("key", key), ("than", than)), key.type)


def factor(laid: Laid) -> Candidates:
    for members, key, values in laid.ranked():
        if laid.bears("factor", key) and values[0] > 0 and values[-1] / values[0] >= TWICE:
            yield Op("factor", (("list", members), ("key", key)), "ratio")


def count(laid: Laid) -> Candidates:
    for tree in itertools.chain(_bounded(laid, few=False), surpass(laid), where_equal(laid)):
        yield Op("count", (("list", tree),), "count")


def spread(laid: Laid) -> Candidates:
    for members, key, values in laid.ranked():
        if laid.bears("spread", key) and laid.apart(values[0], values[-1]):
            yield Op("spread", (("list", members), ("key", key)), key.type)


def mean(laid: Laid) -> Candidates:
    for members, key, _ in laid.ranked():
        if laid.bears("mean", key):
            yield Op("mean", (("list", members), ("key", key)), key.type)


def threshold(low: Json, high: Json, margin: float, places: int | None = None) -> int | float | str | None:
    """A number that people say (1, 2 or 5 times a power of ten) between two values, well apart from both, and no
    finer than ten of the last digit in which such values are told: nobody asks what rose by more than 0.05 percent.
    """
    if isinstance(low, str) or low == high:
        return None
    whole = isinstance(low, int) and isinstance(high, int)
    space = 0 if whole else margin * max(abs(low), abs(high))
    finest = 0 if whole else -2 if places is None else 1 - places
    for exponent in range(12, finest - 1, -1):
        for unit in (5, 2, 1):
            value = unit * 10.0**exponent
            if low + space < value < high - space and value != 1:
                return int(value) if value == int(value) else value
    return None


LISTED: dict[str, Callable[[Laid], Candidates]] = {
    "superlative": superlative,
    "top": top,
    "where": where,
    "surpass": surpass,
    "closest": closest,
    "where_equal": where_equal,
    "distinct": distinct,
    "nth": nth,
    "order": order,
    "median": median,
    "total": total,
    "multiple": multiple,
    "deviation": deviation,
    "factor": factor,
    "count": count,
    "spread": spread,
    "mean": mean,
}

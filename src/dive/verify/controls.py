"""controls: wrong answers that a careless solver gives, and the grader tells all of them from the right one.

Takes an exam and the answers of mutated programs; gives wrong Answers, and a Verdict on them. None is invented: each
stands in the evidence, or is what the question's tree gives with one word or one named entity changed.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

from dive.forms import Form, answer_of, form_of
from dive.grade import grade, match, spoken
from dive.grade.match import parts, tolerance
from dive.nouns import Answer, Json, Verdict
from dive.patterns import CHOOSING, PICKING, pattern
from dive.tree import Con, Ent, Node, Op, walk
from dive.tree import replace as exchanged
from dive.verify.exam import Exam, cells, column, operators, value_of, verdict

LEAST, MOST = 3, 6
OTHER_UNITS = {
    "feet": 0.3048, "metres": 3.28084, "kilometres": 0.621371, "miles": 1.609344, "kilograms": 2.204623,
    "pounds": 0.453592, "centimetres": 0.393701, "inches": 2.54, "hectares": 2.471054, "litres": 0.264172,
    "square kilometres": 0.386102, "square miles": 2.589988, "degrees Celsius": 1.8, "kilojoules per mole": 0.239006,
}  # fmt: skip
"""Roughly what becomes of a number that is given in the other unit."""
NEIGHBOURS = 8
"""How many entities beside a named one are tried in its place."""


def gate(answer: Answer, controls: Iterable[Answer]) -> Verdict:
    """The verdict `controls`: three or more different wrong answers, all rejected, and the reference accepted."""
    wrong = list(controls)
    accepted = [spoken(control) for control in wrong if grade(spoken(control), answer).passed]
    if not grade(spoken(answer), answer).passed:
        return verdict("controls", f"the grader rejects the reference {spoken(answer)!r}")
    if accepted:
        return verdict("controls", f"the grader takes {accepted[0]!r} for {spoken(answer)!r}")
    different = len({spoken(control) for control in wrong})
    return verdict("controls", "" if different >= LEAST else f"only {different} wrong answers of {LEAST}")


class _Held:
    """Values that are made when somebody first looks at them, and may be looked at again."""

    def __init__(self, values: Iterable[Json]) -> None:
        self._coming, self._held = iter(values), list[Json]()

    def __iter__(self) -> Iterator[Json]:
        place = 0
        while place < len(self._held) or self._more():
            yield self._held[place]
            place += 1

    def _more(self) -> bool:
        before = len(self._held)
        self._held += itertools.islice(self._coming, 1)
        return len(self._held) > before


def build(exam: Exam, mutants: Iterable[Json] = ()) -> tuple[Answer, ...]:
    """Up to six wrong answers, the likeliest mistakes first; fewer where the evidence holds no more.

    Args:
        exam: the task.
        mutants: what changed programs give, or the program on changed results; looked at as far as needed.
    """
    found: dict[str, Answer] = {}
    held = _Held(mutants)
    for changed in (_mistaken, _beside):
        trees = changed(exam, exam.tree) if exam.tree is not None else ()
        values = _Held(itertools.chain(held, (v for new in trees if (v := value_of(exam, new)) is not None)))
        for candidate in _candidates(exam, exam.answer, exam.tree, values):
            if _is_wrong(candidate, exam.answer):
                found.setdefault(spoken(candidate), candidate)
            if len(found) == MOST:
                break
        if len(found) >= LEAST:
            break
    return tuple(found.values())


def _mistaken(exam: Exam, tree: Node) -> Iterator[Node]:
    """The tree with the runner-up picked, a word such as max exchanged for min, or a condition dropped."""
    for op in operators(tree):
        if op.pattern in PICKING:
            others = [member for member in _best_first(exam, op) if member != value_of(exam, op)]
            yield from (exchanged(tree, op, Ent(op.type, str(member))) for member in others[:MOST])
        for slot, words in pattern(op.pattern).words.items():
            others = (word for word in words if word != op.slot(slot))
            yield from (exchanged(tree, op, Op(op.pattern, _with(op, slot, w), op.type, op.many)) for w in others)
        source = dict(op.slots).get("list")
        if op.pattern in CHOOSING and source is not None and not isinstance(source, str):
            yield exchanged(tree, op, source)


def _best_first(exam: Exam, op: Op) -> list[Json]:
    """The members that a pick is made from, the likeliest first."""
    keys, slots = column(exam, op), dict(op.slots)
    than = value_of(exam, op.node("than")) if "than" in slots else None
    most = slots.get("how") in ("max", "reverse=True")
    return sorted(keys, key=lambda m: keys[m] if than is None else abs(keys[m] - than), reverse=most)


def _beside(exam: Exam, tree: Node) -> Iterator[Node]:
    """The tree about an entity that stands beside a named one in its pool, or with a constant one off."""
    for node in dict.fromkeys(walk(tree)):
        if isinstance(node, Ent) and node.type in exam.registry.pools:
            ids = list(exam.registry.pools[node.type]())
            place = ids.index(node.id) if node.id in ids else 0
            others = [*ids[max(0, place - NEIGHBOURS // 2) : place], *ids[place + 1 :]][:NEIGHBOURS]
            yield from (exchanged(tree, node, Ent(node.type, other)) for other in others)
        elif isinstance(node, Con) and isinstance(node.value, int):
            yield from (exchanged(tree, node, Con(node.type, node.value + off)) for off in (1, -1, 2, -2))


def _with(op: Op, slot: str, word: str) -> tuple[tuple[str, Node | str], ...]:
    return tuple((name, word if name == slot else old) for name, old in op.slots)


def _is_wrong(candidate: Answer, answer: Answer) -> bool:
    """Whether a candidate is wrong for sure and not absurd; numbers stay within a factor of ten."""
    if not spoken(candidate) or grade(spoken(candidate), answer).passed:
        return False
    if not isinstance(answer.value, int | float) or isinstance(answer.value, bool):
        return True
    assert isinstance(candidate.value, int | float)
    value, right = abs(Decimal(repr(candidate.value))), abs(Decimal(repr(answer.value)))
    apart = abs(Decimal(repr(candidate.value)) - Decimal(repr(answer.value)))
    return apart > 3 * tolerance(answer) and (right == 0 or right <= 10 * value <= 100 * right)


def _candidates(exam: Exam, answer: Answer, tree: Node | None, mutants: Iterable[Json]) -> Iterator[Answer]:
    if isinstance(answer.value, dict):
        return _records(exam, answer, tree, mutants)
    if isinstance(answer.value, list):
        return _lists(exam, answer, tree, mutants)
    return _singles(exam, answer, tree, mutants)


def _records(exam: Exam, answer: Answer, tree: Node | None, mutants: Iterable[Json]) -> Iterator[Answer]:
    """One part wrong, the parts in turn."""
    slots = dict(tree.slots) if isinstance(tree, Op) else {}
    nodes = {name: node for name, node in slots.items() if not isinstance(node, str)}

    def wrong(name: str, part: Answer) -> Iterator[Answer]:
        own = _Held(m[name] for m in mutants if isinstance(m, dict) and name in m)
        for candidate in _candidates(exam, part, nodes.get(name), own):
            if _is_wrong(candidate, part):
                yield replace(answer, value={**dict(parts(answer)), name: candidate})

    turns = [wrong(name, part) for name, part in parts(answer)]
    return (made for row in itertools.zip_longest(*turns) for made in row if made is not None)


def _lists(exam: Exam, answer: Answer, tree: Node | None, mutants: Iterable[Json]) -> Iterator[Answer]:
    """Mutants' lists, one member exchanged, one too many, one missing, and a list in another order."""
    right = [part for _, part in parts(answer)]
    make = _maker(exam, right[0] if right else replace(answer, value=""), tree, member=True)
    yield from (replace(answer, value=[make(v) for v in m]) for m in mutants if isinstance(m, list) and m)
    if answer.type == "list" and len(right) > 1:
        yield replace(answer, value=right[::-1])
        yield replace(answer, value=[*right[1:], right[0]])
    others = [
        candidate
        for candidate in map(make, _values(exam, tree, right))
        if not any(match(spoken(candidate), part) for part in right)
    ]
    for place, other in zip(itertools.cycle(range(len(right))), others, strict=False):
        yield replace(answer, value=[*right[:place], other, *right[place + 1 :]])
        yield replace(answer, value=[*right, other])
    if len(right) > 1:
        yield from (replace(answer, value=right[:k] + right[k + 1 :]) for k in range(len(right)))


def _singles(exam: Exam, answer: Answer, tree: Node | None, mutants: Iterable[Json]) -> Iterator[Answer]:
    make = _maker(exam, answer, tree)
    kinds = (int, float) if answer.type == "number" else (str, int)
    for value in itertools.chain(mutants, _values(exam, tree, [answer])):
        if isinstance(value, kinds) and not isinstance(value, bool):
            yield make(value)
    if answer.unit in OTHER_UNITS and isinstance(answer.value, int | float):
        yield make(answer.value * OTHER_UNITS[answer.unit])


def _maker(exam: Exam, like: Answer, tree: Node | None, member: bool = False) -> Callable[[Json], Answer]:
    """Makes an answer of the same form from a raw value."""
    form = form_of(tree, exam.registry) if tree is not None else None
    if form is not None and member:
        form = form.parts[0] if form.parts else None
    if form is None or form.kind != like.type:
        return lambda value: replace(like, value=value, aliases=())
    return lambda value: answer_of(_same_places(form, like), value, exam.registry)


def _same_places(form: Form, like: Answer) -> Form:
    return replace(form, places=like.decimals) if like.type == "number" else form


def _values(exam: Exam, tree: Node | None, right: list[Answer]) -> Iterator[Json]:
    """Values of the answer's semantic type: sub-expressions, then keys of members, then cells of the results."""
    if tree is None:
        yield from _alike(exam, right)
        return
    kind = tree.type
    for node in list(walk(tree))[1:]:
        value = value_of(exam, node)
        if isinstance(value, list):
            yield from value if node.type == kind else ([len(value)] if kind == "count" else [])
        elif node.type == kind and value is not None and not isinstance(node, Con):
            yield value
    if kind == "count":
        yield from _complements(exam, tree)
    for done in exam.outcome.calls:
        for _, cell_type, value in cells(exam.registry.tool(done.tool), done.result):
            if cell_type == kind:
                yield from value if isinstance(value, list) else [value]


def _alike(exam: Exam, right: list[Answer]) -> Iterator[Json]:
    """Without a tree: the neighbours of the answer in the columns in which it stands."""
    for done in exam.outcome.calls:
        for _, _, value in cells(exam.registry.tool(done.tool), done.result):
            if isinstance(value, list) and any(match(item, part) for item in value for part in right):
                yield from value


def _complements(exam: Exam, tree: Node) -> Iterator[Json]:
    """For a count: how many members the condition leaves out."""
    total = value_of(exam, tree)
    for op in operators(tree):
        members = column(exam, op)
        if members and isinstance(total, int):
            yield len(members) - total

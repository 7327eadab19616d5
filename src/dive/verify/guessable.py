"""guessable: nobody should get the answer by guessing.

Takes an exam and calibration tables; gives a Verdict, and makes the tables from answered trees. The chance of a
guess is the greater of 1/options and the share of this answer among like questions. Does not know which tasks a
run has made: the tables are fixed.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from dive.grade import spoken
from dive.grade.match import spellings
from dive.nouns import Answer, Verdict
from dive.patterns import pattern
from dive.tree import Get, Node, Op
from dive.verify.exam import Exam, stated, value_of

MIN_SAMPLES = 12
PLAIN = "fact"
"""The pattern of a tree that is one field of one call."""


Shares = Mapping[str, Mapping[str, float]]
"""For each final field or outermost pattern: how often each answer came up in calibration, as a share."""


def gate(exam: Exam, by_field: Shares, by_pattern: Shares, limit: float = 0.25) -> Verdict:
    """The verdict `guessable`; the score is the chance of a guess."""
    if exam.answer.type == "bool":
        return Verdict(by="guessable", passed=False, reason="yes or no", score=0.5)
    chance, why = _chance(exam, exam.answer, exam.tree, (by_field, by_pattern))
    reason = f"a guess is right {chance:.0%} of the time: {why}" if chance > limit else ""
    return Verdict(by="guessable", passed=not reason, reason=reason, score=chance)


def calibrate(answered: Iterable[tuple[Node, Answer]]) -> tuple[Shares, Shares]:
    """`by_field` and `by_pattern` of a fixed calibration run; names with fewer than 12 answers are left out."""
    fields: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for tree, answer in answered:
        fields[final_field(tree)][spoken(answer)] += 1
        kinds[outermost(tree)][spoken(answer)] += 1
    return _shares(fields), _shares(kinds)


def final_field(tree: Node) -> str:
    """The field in which the answer stands, with the operator that computes it: "nuclide.half_life by spread"."""
    if isinstance(tree, Get):
        return f"{tree.tool}.{tree.field}"
    if not isinstance(tree, Op):
        return ""
    slots = [slot for name, slot in tree.slots if not isinstance(slot, str)]
    key = dict(tree.slots).get("key") if pattern(tree.pattern).gives == "key" else None
    inner = final_field(key if isinstance(key, Get) else slots[0]) if slots else ""
    return inner if pattern(tree.pattern).gives == "member" else f"{inner} by {tree.pattern}"


def outermost(tree: Node) -> str:
    """The pattern of the outermost operator."""
    return tree.pattern if isinstance(tree, Op) else PLAIN


def _shares(counted: dict[str, Counter[str]]) -> dict[str, dict[str, float]]:
    return {
        name: {answer: count / counts.total() for answer, count in sorted(counts.items())}
        for name, counts in sorted(counted.items())
        if counts.total() >= MIN_SAMPLES
    }


def _chance(exam: Exam, answer: Answer, tree: Node | None, priors: tuple[Shares, Shares]) -> tuple[float, str]:
    """The chance of a guess and what makes it so; a record must be guessed part by part."""
    if isinstance(answer.value, dict):
        slots = dict(tree.slots) if isinstance(tree, Op) else {}
        nodes = [slots.get(name) for name in answer.value]
        chances = [
            _chance(exam, part, None if isinstance(node, str) else node, priors)
            for part, node in zip(answer.value.values(), nodes, strict=True)
        ]
        return math.prod(chance for chance, _ in chances), "each part is easy"
    named = _named_options(exam, answer)
    found = [(1 / named if named else 0.0, f"one of {named} named options")]
    if answer.type == "bool":
        found.append((0.5, "yes or no"))
    if tree is not None:
        names = (final_field(tree), outermost(tree))
        found += [_prior(table, name, answer) for table, name in zip(priors, names, strict=True)]
        found.append(_options(exam, tree))
    return max(found)


def _prior(table: Shares, name: str, answer: Answer) -> tuple[float, str]:
    said = {spoken(answer), *spellings(answer)}
    share = sum(share for text, share in table.get(name, {}).items() if text in said)
    return share, f"{spoken(answer)!r} is a common answer of {name}"


def _named_options(exam: Exam, answer: Answer) -> int:
    """How many things of the answer's kind the question names, if the answer is one of two or more."""
    named = stated(exam)
    own = {item.type for item in named if {item.value, item.text} & set(spellings(answer))}
    counts = (len({item.value for item in named if item.type == kind}) for kind in own)
    return min((count for count in counts if count > 1), default=0)


def _options(exam: Exam, tree: Node) -> tuple[float, str]:
    """1 / the number of answers that the list under the outermost operator allows."""
    if not isinstance(tree, Op) or pattern(tree.pattern).gives not in ("member", "members", "count"):
        return 0.0, ""
    size = _size(exam, tree)
    gives = pattern(tree.pattern).gives
    if size == 0:
        return 0.0, ""
    if gives == "member":
        options = size
    elif tree.pattern == "distinct":
        options = max(1, size - 2)  # neither one for all nor one for each would be asked for
    elif gives == "count":
        options = size + 1
    elif pattern(tree.pattern).ordered:
        options = math.perm(size, len(value_of(exam, tree) or ()))
    else:
        options = 2**size - 1
    return 1 / options, f"{options} possible answers"


def _size(exam: Exam, tree: Op) -> int:
    """Members of the list that is searched; what is counted is a selection from a list of its own."""
    slots = dict(tree.slots)
    source = slots.get("list", slots.get("a"))
    if pattern(tree.pattern).gives == "count" and isinstance(source, Op):
        return _size(exam, source)
    members = value_of(exam, source) if source is not None and not isinstance(source, str) else None
    return len(members) if isinstance(members, list) else 0

"""reworded: does a model's sentence still ask what the grammar's asks? The tree is known, so both are read alike.

Takes an exam with the new question, the grammar's (`spoken`) and the tree; gives faults by kind, each with what to
write instead: a name, number, source, unit, form or clause lost, or anything added. What the grammar's own sentence is
faulted for is no fault. That two right words changed places it does not see: a second program does (`second`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from dive.grade.dates import find_dates
from dive.grade.numbers import find_numbers, read_number
from dive.grade.text import plain
from dive.grade.units import units_in
from dive.nouns import Answer, Proof
from dive.phrase.tail import sources
from dive.registry import Registry
from dive.says import SLOT, Says
from dive.tree import Get, Node, Op, walk
from dive.verify.asked import OTHER_UNIT, WORD, Book, alike, idle
from dive.verify.exam import Exam
from dive.verify.leaked import SCALED, numbers_in_words
from dive.words import stands_in

KINDS = ("name", "number", "unit", "form", "constraint", "added")
"""What a rewording may lose, and what it may bring in."""
LOOSE_UNITS = re.compile(r"\b(?:second|minute|hour|month|year|week|day|bar|bit|degree)s?\b(?! (?:celsius|fahrenheit))")
"""Words that are units and much else."""
SIDED = ("gap", "ratio", "only")
BEST, SIDES = ("est", "most", "least"), ("er", "more", "less")
DIRECTIONS = (("max", BEST), ("min", BEST), ("more", SIDES), ("less", SIDES))
"""Endings of the cue words that by themselves say which direction is meant; the last two where sides are compared."""
_ORDERED = "first last order ordered ranked descending ascending from start starting begin beginning"
ORDERED = frozenset(_ORDERED.split())
_MEASURED = re.compile(r"(\d[\d,.]*\d|\d)\s+([^\W\d_]+(?:[ -][^\W\d_]+){0,2})")
_DECIMALS = re.compile(r"\b(\w+) decimal")
_ASKS = re.compile(r"\b(?:which|what|who|how|name|tell me the)\b")
_WHOLE = re.compile(r"\bwhole number|\binteger")


class Fault(Struct, frozen=True):
    """One thing that is not as it was; `kind` is one of `KINDS`."""

    kind: str
    text: str


def faults(exam: Exam) -> list[Fault]:
    """Everything by which the question does not ask what the grammar's sentence asks; empty: nothing was found."""
    old, new = replace(exam, question=exam.spoken), exam
    found = [*_names(old, new), *_numbers(old, new), *_units(old, new), *_form(old, new), *_clauses(old, new)]
    return list(dict.fromkeys(found))


def fixed(spoken: str, proof: Proof, tree: Node | None, registry: Registry) -> list[str]:
    """Words that a rewording must keep letter by letter: the arguments' texts and the sources that `spoken` names."""
    texts = [str(arg.text) for step in proof.steps for arg in step.args.values() if arg.text is not UNSET]
    named = sources(registry, tree) if tree is not None else []
    return list(dict.fromkeys(text for text in (*texts, *named) if stands_in(plain(text), plain(spoken))))


def _kept(exam: Exam) -> list[str]:
    return fixed(exam.spoken, exam.proof, exam.tree, exam.registry)


def _names(old: Exam, new: Exam) -> Iterator[Fault]:
    for text in _kept(old):
        if not stands_in(plain(text), plain(new.question)):
            kind = "number" if read_number(text) is not None else "name"
            yield Fault(kind, f"{text!r} is missing. Keep it as it is written")


def _numbers(old: Exam, new: Exam) -> Iterator[Fault]:
    before, after = numbers(old.question), numbers(new.question)
    yield from (Fault("number", f"the number {n} is missing. Keep it") for n in sorted(before - after))
    yield from (Fault("number", f"the number {n} is new. Remove it") for n in sorted(after - before))


def numbers(text: str) -> set[str]:
    """Dates and numbers that a text states, in digits, with a scale or in words; none and one are words like others."""
    found: set[str] = set()
    for day, (start, end) in find_dates(text):
        found.add(day.isoformat())
        text = text[:start] + " " * (end - start) + text[end:]
    for scaled in SCALED.finditer(text):
        found.add(str(int(read_number(scaled[0]) or 0)))
    text = SCALED.sub(" ", text)
    plain_ones = {*find_numbers(text), *(number for number in numbers_in_words(text) if number > 1)}
    return found | {f"{number.normalize():f}" for number in plain_ones}


def _units(old: Exam, new: Exam) -> Iterator[Fault]:
    """Units of the answer and of bounds: "900 feet" is no "900 metres", even if metres are spoken of elsewhere."""
    before, after = _bare(old), _bare(new)
    for unit in dict.fromkeys(_asked(old.answer)):
        rows, words = units_in(unit), [frozenset(WORD.findall(unit.casefold()))]
        lost = rows & units_in(before) and not rows & units_in(after)
        if lost or (not rows and _whole(words, WORD.findall(before)) and not _whole(words, WORD.findall(after))):
            yield Fault("unit", f"the unit {unit!r} is missing. Ask for the answer in {unit}")
    if not units_in(after) <= units_in(before):
        yield Fault("unit", "it names a unit that was not asked for. Keep the units as they are")
    then, now = _measured(before), _measured(after)
    for number in sorted(then.keys() | now.keys()):
        if then.get(number) != now.get(number):
            yield Fault("unit", f"{number} has not the unit that it had. Keep it")


def _bare(exam: Exam) -> str:
    """The question without "not in metres", without words that are units and much else, and without names."""
    text = OTHER_UNIT.sub(" ", exam.question.casefold())
    for name in _kept(exam):
        if not units_in(name.casefold()):
            text = text.replace(name.casefold(), " ")
    return LOOSE_UNITS.sub(" ", text)


def _measured(text: str) -> dict[str, frozenset[int]]:
    """Numbers with the unit that stands behind them."""
    found = ((number.replace(",", ""), units_in(words)) for number, words in _MEASURED.findall(text))
    return {number: rows for number, rows in found if rows}


def _asked(answer: Answer) -> Iterator[str]:
    """Units of an answer and of its parts."""
    if answer.unit:
        yield answer.unit
    held = answer.value
    for part in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        yield from _asked(part)


def _form(old: Exam, new: Exam) -> Iterator[Fault]:
    before, after = old.question.casefold(), new.question.casefold()
    if sorted(_DECIMALS.findall(before)) != sorted(_DECIMALS.findall(after)):
        yield Fault("form", "how many decimal places are asked for is not said as it was. Keep it")
    if len(_WHOLE.findall(before)) != len(_WHOLE.findall(after)):
        yield Fault("form", "the nearest whole number is asked for in one of the two sentences only. Keep it as it was")
    if old.answer.type == "list" and not ORDERED & set(WORD.findall(after)):
        yield Fault("form", "the order in which the answer is listed is not said. Say what comes first")
    if len(after.split()) > 2 * len(before.split()) + 12:
        yield Fault("form", "it is more than twice as long as the question. Say it shorter")
    asked = len(old.answer.value) if isinstance(old.answer.value, dict) else 1
    if asked > 1 and len(_ASKS.findall(after)) < asked:
        yield Fault("form", f"{asked} things are asked for. Ask for each of them with which, what, how or name")
    if after.count("?") > max(asked, before.count("?")):
        yield Fault("form", "it asks more questions than before. Ask the same")


def _clauses(old: Exam, new: Exam) -> Iterator[Fault]:
    one, other = Book(old), Book(new)
    lost = _more(one.unsaid_operators(), other.unsaid_operators()) + _more(one.opposites(), other.opposites())
    lost += _more(one.unsaid_fields(), other.unsaid_fields())
    yield from (Fault("constraint", text) for text in lost)
    for says in _wordings(old):
        forms = _forms(says)
        if _whole(forms, one.words) and not _whole(forms, other.words):
            yield Fault("constraint", f"it no longer says all of {says.phrase!r}. Say it")
        note = [frozenset(WORD.findall(says.note.casefold())) - idle()]
        if says.note in old.question and not _whole(note, other.words):
            yield Fault("constraint", f"{says.note!r} is missing. Say it")
    if _sided(old) and _order(old) != _order(new):
        yield Fault("constraint", f"what is set against what is turned round. Keep the order {', '.join(_order(old))}")
    for name, ends in DIRECTIONS if _sided(old) else DIRECTIONS[:2]:
        told = {word for word in one.cues(name) - idle() if word.endswith(ends)}
        before, after = ([word for word in book.words if word in told] for book in (one, other))
        strange = sorted({word for word in after if word not in other.lent}) if not before else []
        yield from (Fault("constraint", f"{word!r} asks for what is not asked. Remove it") for word in strange)
        if len(before) != len(after) and not strange and ends != SIDES and old.answer.type != "list":
            yield Fault("constraint", f"of {', '.join(before)} it says {', '.join(after) or 'none'}. Say each of them")
    other.own |= {*one.words, *(ORDERED if old.answer.type == "list" else ())}
    yield from (Fault("added", text) for text in _more(one.ungrounded(), other.ungrounded()))


def _sided(exam: Exam) -> bool:
    """Whether the tree holds an operator whose two sides may not change places."""
    return any(isinstance(n, Op) and n.pattern in SIDED for n in walk(exam.tree)) if exam.tree is not None else False


def _order(exam: Exam) -> list[str]:
    """The names that must stand in the question, in the order in which they do."""
    places = {name: plain(exam.question).find(plain(name)) for name in _kept(exam)}
    sourced = set(sources(exam.registry, exam.tree)) if exam.tree is not None else set[str]()
    told = (name for name in places if places[name] >= 0 and name not in sourced and not units_in(name))
    return sorted(told, key=lambda name: places[name])


def _wordings(exam: Exam) -> Iterator[Says]:
    """The wordings of the fields that the tree reads, each hop of it: "the capital of" too."""
    for node in dict.fromkeys(walk(exam.tree) if exam.tree is not None else ()):
        says = exam.registry.field(node.tool, node.field).says if isinstance(node, Get) else None
        if says is not None and "transparent" not in says.flags:
            yield says


def _forms(says: Says) -> list[frozenset[str]]:
    """Sets of words each of which speaks of a field in full: with half a million inhabitants, nationwide, by area."""
    head = f"{says.head} " if says.cls == "high" else ""
    texts = [says.phrase, says.ask, *says.via, *says.verb, *(head + word for word in says.words)]
    texts += [f"{says.head} {says.rest}"] if says.cls == "many" else []
    words = (frozenset(WORD.findall(SLOT.sub(" ", text).casefold())) - idle() for text in texts)
    return [form for form in words if form]


def _whole(forms: Iterable[frozenset[str]], said: Sequence[str]) -> bool:
    return any(all(any(alike(word, other) for other in said) for word in form) for form in forms)


def _more(before: Iterable[str], after: Iterable[str]) -> list[str]:
    known = set(before)
    return [text for text in after if text not in known]

"""The question itself: the outermost node as a full sentence.

Takes the speaker and a tree; gives the sentence, after the speaker has said what comes first.
"""

import re

from dive.errors import Unspeakable
from dive.patterns import PICKING, pattern
from dive.phrase.predicates import fitting, list_slots, node_of, when
from dive.phrase.speaker import ROOM, Speaker
from dive.phrase.tail import with_form
from dive.says import again, fill, gap, question
from dive.tree import Con, Get, It, Node, Op, replace
from dive.words import capital

LISTS = ("Which are {np}?", "List {np}.", "Name {np}.", "What are {np}?", "I need a list of {np}.", "Please list {np}.")
OF_IT = re.compile(r"\bthe ((?:(?!\bthe\b)[^,?–])+?) of it\b")
GOES_ON = re.compile(r"(Which|What|Who|How|In which|On which|Of|Among|\{Gap\})[^.]*\?$")
"""Shapes of a question to which another part may be joined."""
SHORT = 4
"""Words behind the subject from which on a question is hard to follow: "How much was ... worth in Swiss francs on"."""


def ask(speaker: Speaker, node: Node, part: bool = False) -> str:
    """The outermost question as a full sentence; as a part of more only in a shape that goes on."""
    if isinstance(node, Get):
        return _ask_fact(speaker, node)
    if not isinstance(node, Op):
        raise Unspeakable("nothing is asked")
    slots = _op_slots(speaker, node)
    slots |= {name[:1].upper() + name[1:]: capital(text) for name, text in slots.items()}
    shapes = [shape for shape in pattern(node.pattern).ask if not part or GOES_ON.match(shape)]
    if not shapes:
        raise Unspeakable(f"{node.pattern} is no part of a question")
    asked = fill(speaker.rng.choice(fitting(shapes, slots)), slots)
    return capital(OF_IT.sub(r"its \1", asked) if "other" in slots else asked)


def _op_slots(speaker: Speaker, node: Op) -> dict[str, str]:
    """The words of an operator's slots; see the head of `patterns.toml`."""
    if node.pattern == "gap":
        says, sides = speaker.says(node_of(node, "a")), _sides(speaker, node)
        dated = when(speaker, node_of(node, "a"))
        return {"gap": gap(says, *sides, when=dated), "told": gap(says, *sides, asked=False, when=dated)}
    if node.pattern == "ratio":
        return {f"np_{side}": speaker.np(node_of(node, side)) for side in ("a", "b")}
    if pattern(node.pattern).gives == "record":
        return _ask_parts(speaker, node)
    return list_slots(speaker, node)


def _ask_fact(speaker: Speaker, node: Get) -> str:
    says = speaker.says(node)
    if "transparent" in says.flags:
        return ask(speaker, node.args[0][1])
    if node.many:
        return fill(speaker.rng.choice(LISTS), {"np": speaker.members(node)})
    room = ROOM + 1 if _roomy(speaker, node) else ROOM
    speaker.unfold(node, room)
    slots = speaker.slots(node, room - 1)
    shape = speaker.rng.choice(pattern("fact").ask[:1] if says.ask or speaker.said else pattern("fact").ask)
    past = any(isinstance(child, Con) and child.type in ("year", "date") for _, child in node.args)
    asked = question(says, slots, past)
    return fill(shape, {"Question": capital(asked), "np": fill(says.phrase, slots)})


def _roomy(speaker: Speaker, node: Get) -> bool:
    """Whether a long subject may stand in the question: little comes behind it, and nothing if it ends in a verb."""
    says, subject = speaker.says(node), _subject(speaker, node)
    after = len(says.ask.partition("{x}")[2].split())
    ends = not isinstance(subject, Get) or speaker.says(subject).phrase.endswith("}")
    return bool(says.ask) and after < (SHORT if ends else 1)


def _sides(speaker: Speaker, node: Op) -> tuple[str, str]:
    a, b = (node_of(node, side) for side in ("a", "b"))
    if not (isinstance(a, Get) and isinstance(b, Get)):
        raise Unspeakable("a gap between things that are no fields")
    sides = [_subject(speaker, a), _subject(speaker, b)]
    if any(speaker.weight(side) > 1 for side in sides):
        raise Unspeakable("one side nests too deep to be set against another")
    for side in sides:
        if isinstance(side, Get) and side not in speaker.names and not speaker.says(side).phrase.endswith("}"):
            speaker.introduce(side)
    return speaker.np(sides[0]), speaker.np(sides[1])


def _subject(speaker: Speaker, node: Get) -> Node:
    return speaker.seen_through(node.args[0][1])


def _ask_parts(speaker: Speaker, node: Op) -> dict[str, str]:
    """The parts of a record as questions without their marks: the first in full, the others about its answer."""
    first = node_of(node, "first")
    one = ask(speaker, first, part=True)
    if not one.endswith("?") or ". " in one:
        raise Unspeakable("the first part is no plain question")
    one = one[:1].lower() + one[1:-1]
    parts = {"first": with_form(speaker.registry, first, one)}
    for name, _ in node.slots[1:]:
        part = node_of(node, name)
        parts[name] = with_form(speaker.registry, part, _ask_about(speaker, first, part))
    return parts


def _ask_about(speaker: Speaker, first: Node, second: Node) -> str:
    """A further question about the answer of the first: "how high does it lie", "how much higher than Lima"."""
    if isinstance(second, Op) and second.pattern == "gap":
        return _ask_lead(speaker, first, second)
    if not isinstance(second, Get):
        raise Unspeakable("a part that is no field")
    says = speaker.says(second)
    anaphor = speaker.registry.type(getattr(first, "type", "")).anaphor
    taken = [name for node, name in speaker.names.items() if node != first]
    if not anaphor or anaphor in taken:
        raise Unspeakable("the first part cannot be taken up")
    speaker.names[first] = "it" if isinstance(first, Op) else anaphor
    past = any(isinstance(child, Con) and child.type in ("year", "date") for _, child in second.args)
    if second == _measure(first) and says.cls != "event" and isinstance(first, Op):
        return again(says, first.slot("how") == "max" if "how" in dict(first.slots) else True, past)
    return OF_IT.sub(r"its \1", question(says, speaker.slots(second, ROOM), past))


def _ask_lead(speaker: Speaker, first: Node, second: Op) -> str:
    """By how much the pick is ahead of another thing; what is measured was said when it was picked."""
    speaker.names[first] = "it"
    sides = [side for side in (second.node("a"), second.node("b")) if isinstance(side, Get)]
    a, b = (_subject(speaker, side) for side in sides)
    says, dated = speaker.says(sides[0]), when(speaker, sides[0])
    told = gap(says, speaker.np(a), speaker.np(b), when=dated, down=b == first, again=_measure(first) in sides)
    return OF_IT.sub(r"its \1", told)


def _measure(pick: Node) -> Node | None:
    """The figure by which something was picked, of the pick itself."""
    if not isinstance(pick, Op) or pick.pattern not in PICKING:
        return None
    return replace(pick.node("key"), It(pick.type), pick)

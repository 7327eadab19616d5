"""What a question says last: unit and rounding of the answer, and whose figures count.

Takes a tree and the sentences so far; gives sentences. Does not know the answer.
"""

import random
import re
from collections.abc import Sequence

from dive.forms import Form, form_of
from dive.registry import Registry
from dive.says import Says
from dive.tree import Con, Get, Node, walk
from dive.words import joined, small, spell_constant

UNIT = ("Answer in {unit}.", "The answer should be in {unit}.", "I need it in {unit}.", "Give the answer in {unit}.")
BOTH = (
    "Answer in {unit}, rounded to {digits}.",
    "Give it in {unit}, to {digits}.",
    "I need it in {unit}, rounded to {digits}.",
    "Give the answer in {unit}, to {digits}.",
)
CONVERT = (
    "Answer in {new} rather than {old}, to {digits}.",
    "I need it in {new}, not in {old}, to {digits}.",
    "Give the result in {new} instead of {old}, to {digits}.",
)
DIGITS = ("Round to {digits}.", "Rounded to {digits}, please.", "Give it to {digits}.", "Answer to {digits}.")
SOURCE = (
    "Use {source} for this.",
    "Base the answer on {source}.",
    "Please go by {source}.",
    "Rely on {source} for this.",
)
LONG = 30
"""Words of a question that has no room for its source in front."""
PLAIN = ("Which", "What is", "What was", "How", "Of ", "Among", "When", "On ", "In ", "Who")
LEAD = ("According to {source}, ", "Going by {source}, ", "Based on {source}, ")


def rounding_tail(registry: Registry, tree: Node, main: str, rng: random.Random) -> str:
    """ " Answer in feet, rounded to the nearest whole number.", or nothing where the form is plain."""
    form = form_of(tree, registry)
    notes = dict.fromkeys(says.note for says in _wordings(registry, tree) if says.note)
    said = "".join(f" {note}" for note in notes)
    units = [child for _, child in tree.args if isinstance(child, Con)] if isinstance(tree, Get) else []
    if len(units) == 2 and all(unit.type == "unit:type" for unit in units):
        old, new = (spell_constant(registry, unit) for unit in units)
        return " " + rng.choice(CONVERT).format(old=old, new=new, digits=_digits(form.places or 0)) + said
    return _tail(form, main, rng) + said


def with_form(registry: Registry, part: Node, asked: str) -> str:
    """One part of a record as it is `asked`, and "(in feet, to the nearest whole number)" if anything is open."""
    form = form_of(part, registry)
    if form.kind != "number":
        return asked
    unit = "" if form.type == "year" or _said(form, asked) else f"in {form.unit}"
    digits = "" if form.whole or form.places is None else f"to {_digits(form.places)}"
    told = ", ".join(text for text in (unit, digits) if text)
    if not told:
        return asked
    return f"{asked[:-1]}; {told})" if asked.endswith(")") else f"{asked} ({told})"


def _said(form: Form, asked: str) -> bool:
    return re.search(rf"\b{re.escape(form.unit)}", asked) is not None


def _tail(form: Form, main: str, rng: random.Random) -> str:
    if form.kind != "number":
        return ""
    unit = "" if form.type == "year" or _said(form, main) else form.unit
    digits = "" if form.whole or form.places is None else _digits(form.places)
    shapes = BOTH if unit and digits else UNIT if unit else DIGITS if digits else ()
    return " " + rng.choice(shapes).format(unit=unit, digits=digits) if shapes else ""


def _digits(places: int) -> str:
    if places == 0:
        return "the nearest whole number"
    return f"{small(places)} decimal place{'s' if places > 1 else ''}"


def sources(registry: Registry, tree: Node) -> list[str]:
    """What the question must name: the sources of all facts on which references differ, in order of mention."""
    found: dict[str, None] = {}
    for node in walk(tree):
        if isinstance(node, Get):
            says = registry.field(node.tool, node.field).says
            source = registry.tool(node.tool).spoken_source
            if says and source and not says.flags & {"universal", "local", "transparent"}:
                found[source] = None
    return list(found)[::-1]


def _has_local(registry: Registry, tree: Node) -> bool:
    """Whether some phrase names its source itself, so that another in front of it would mislead."""
    return any("local" in says.flags for says in _wordings(registry, tree))


def _wordings(registry: Registry, tree: Node) -> list[Says]:
    fields = (registry.field(node.tool, node.field) for node in walk(tree) if isinstance(node, Get))
    return [field.says for field in fields if field.says is not None]


def source_tail(registry: Registry, tree: Node, said: Sequence[str], rng: random.Random) -> str:
    """The sentences as one text, with the sources named in front of the question or behind it."""
    text = " ".join(said)
    names = [name for name in sources(registry, tree) if name not in text]
    if not names:
        return text
    source = joined(names)
    main = said[-1]
    if (
        len(said) == 1
        and len(main.split()) < LONG
        and main.startswith(PLAIN)
        and len(names) == 1
        and not _has_local(registry, tree)
        and rng.random() < 0.5
    ):
        lead = rng.choice(LEAD).format(source=source)
        return " ".join([*said[:-1], lead[:1].upper() + lead[1:] + main[:1].lower() + main[1:]])
    polite = [shape for shape in SOURCE if not (shape.startswith("Please") and "lease" in text)]
    return f"{text} {rng.choice(polite).format(source=source)}"

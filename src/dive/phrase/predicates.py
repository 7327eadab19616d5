"""What members of a list do: "lies highest", "border more than three countries", and the words of a list's slots.

Takes the speaker and an operator; gives predicates and texts for the slots of a sentence shape. Says nothing itself,
but has the speaker say first what a list needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dive.errors import Unspeakable
from dive.patterns import CHOOSING, pattern
from dive.says import SLOT, dated, fill, having, leading, sorting, superlative
from dive.tree import Con, Ent, Get, Node, Op

if TYPE_CHECKING:
    from dive.phrase.speaker import Speaker
    from dive.says import Says

JOINABLE = re.compile(r"(that|where|\w+ed) ")
"""How a list's phrase may go on after its noun, for another such clause to be put behind it."""

PLACES = {"1": "second", "2": "third"}
HEADED = {"spread": ("high", "verb"), "factor": ("high",)}
"""Classes of fields whose head noun goes with both ends: "the highest and the lowest elevation"."""

RUNS_ON = re.compile(r"\{list\} ")
LONG = 6
"""Words of a list behind which a reader needs a comma."""
BRIEF = 3
"""Words of a name from which on it is not said twice in a sentence."""
PREPOSITIONS = frozenset({"of", "for", "to", "in", "with", "on", "from", "by"})


def fitting(shapes: Sequence[str], slots: Mapping[str, str]) -> list[str]:
    """The shapes whose slots are known and in which nothing runs on without a pause behind a long list."""
    long = len(slots.get("list", "").split()) > LONG
    able = [shape for shape in shapes if set(SLOT.findall(shape)) <= set(slots)]
    return [shape for shape in able if not (long and RUNS_ON.search(shape))] or able


def predicate(speaker: Speaker, node: Op, plural: bool = False) -> str:
    """What the picked members do: "lies highest", "comes closest to Austria in area"."""
    key = node_of(node, "key")
    if not speaker.says(key).cls:
        raise Unspeakable("no words for comparing")
    if node.pattern == "closest":
        says, other = speaker.says(key), _other(speaker, node)
        return f"comes closest to {other} in {_what(says)} {when(speaker, key)}".strip()
    top = "max" if node.slot("how") in ("max", "reverse=True") else "min"
    place = PLACES[node.slot("place")] if node.pattern == "nth" else ""  # type: ignore[index]
    if place and speaker.says(key).cls == "event" and top == "max":
        raise Unspeakable("the second to last event")
    beyond = via(speaker, key, singular=not plural, definite=True)
    return beyond + dated(superlative(speaker.says(key), top, plural and not beyond, place), when(speaker, key))


def _what(says: Says) -> str:
    """What two things are close in: "elevation", "number of inhabitants"."""
    if not says.head or says.cls == "event" or "," in says.head:
        raise Unspeakable("no noun for what is compared")
    if says.cls == "many":
        return f"number of {says.head}"
    of = re.fullmatch(r"the (.+) of \{\w+\}", says.phrase)
    if of:
        return of.group(1)
    tail = says.phrase.rpartition("{x}")[2]  # "distance from the Earth" is no distance from the other thing
    return says.head if "{" in tail or tail in says.head else says.head + tail


def _other(speaker: Speaker, node: Op) -> str:
    """The thing by whose figure members are judged: by its name, or as "it" if it is only described."""
    subject = _rival(speaker, node)
    return speaker.np(subject) if isinstance(subject, Ent) else "it"


def _than(speaker: Speaker, node: Op) -> str:
    """The thing behind "than": by its name where that is short or only owns what the list has just named, else "it"."""
    key, other = node_of(node, "key"), _other(speaker, node)
    brief = len(other.split()) < BRIEF and not other.startswith("the ")
    if other != "it" and (brief or f"{other}'s" in speaker.members(node_of(node, "list"))):
        return other
    says = speaker.says(key)
    bare = says.cls in ("adj", "event") or says.verb[1] == "are" or when(speaker, key)
    return "it" if bare else "it does"


def _rival(speaker: Speaker, node: Op) -> Node:
    than = node_of(node, "than")
    if not isinstance(than, Get):
        raise Unspeakable("a comparison with no field")
    return speaker.seen_through(than.args[0][1])


def introduced(speaker: Speaker, node: Op) -> None:
    """Says first what a list is about, if members are compared with it and it is only described."""
    if "than" in dict(node.slots):
        subject = _rival(speaker, node)
        if not isinstance(subject, Ent) and subject not in speaker.names:
            speaker.introduce(subject)


def condition(speaker: Speaker, node: Op, plural: bool) -> str:
    """What the chosen members do: "lie higher than 1,000 feet", "have more inhabitants than Peru", "lie in Peru"."""
    key = node_of(node, "key")
    if node.pattern == "where_equal":
        link = _link(speaker, key)
        _refuse_echo(speaker, node, link[1])
        return f"{link[1 if plural else 0]} {speaker.np(node_of(node, 'value'))}"
    if node.pattern == "surpass":
        met = having(speaker.says(key), node.slot("how") == ">", _than(speaker, node), plural, other=True)
        return dated(met, when(speaker, key))
    if not speaker.says(key).cls:
        raise Unspeakable("no words for comparing")
    bound = node_of(node, "bound")
    value = speaker.name(bound) if isinstance(bound, Con) else speaker.np(bound)
    beyond = via(speaker, key, singular=not plural, definite=False)
    met = having(speaker.says(key), node.slot("how") == ">", value, plural and not beyond)
    return beyond + dated(met, when(speaker, key))


def via(speaker: Speaker, key: Node, singular: bool, definite: bool) -> str:
    """For a key one step beyond the member: "lies in the country that "."""
    inner = next((c for _, c in key.args if isinstance(c, Get)), None) if isinstance(key, Get) else None
    if inner is None or (isinstance(key, Get) and "." in key.field):
        return ""
    says = speaker.says(inner)
    if not says.via[0]:
        raise Unspeakable(f"{inner.tool}.{inner.field} has no `via`")
    noun = speaker.noun(inner.type)
    return f"{says.via[0 if singular else 1]} {'the' if definite else 'a'} {noun} that "


def _link(speaker: Speaker, key: Node) -> tuple[str, str]:
    """How members relate to what a field names: "lies in", "lie in"."""
    says = speaker.says(key)
    if not says.via[0]:
        raise Unspeakable("the field has no `via`")
    return says.via


def when(speaker: Speaker, key: Node) -> str:
    """The stated constants of a compared field: "in 1992"."""
    assert isinstance(key, Get)
    stated = {name: speaker.name(child) for name, child in key.args if isinstance(child, Con)}
    form = speaker.says(key).when
    if any(f"{{{name}}}" not in form for name in stated) and "." not in key.field:
        raise Unspeakable(f"{key.tool}.{key.field} has no `when` for {sorted(stated)}")
    return fill(form, stated) if stated else ""


def where_members(speaker: Speaker, node: Op) -> str:
    """Those of a list that meet a condition, as a noun phrase: "the countries that border Chad and have ..."."""
    source = node_of(node, "list")
    if "than" in dict(node.slots) and not isinstance(_rival(speaker, node), Ent):
        raise Unspeakable("a list of those that pass what is only described")
    text = speaker.members(source)
    if isinstance(source, Get) and not speaker.says(source).whole:
        raise Unspeakable("whether the best few were chosen before or after the condition would be open")
    rest = text.removeprefix("the ").removeprefix(speaker.registry.type(_type(source)).plural).strip()
    if " that " in rest or (_ends_in_a_twin(speaker, source) and not rest.startswith("that ")):
        raise Unspeakable("it would be open what the condition is said of")
    return f"{text} {'and' if rest.startswith('that ') else 'that'} {condition(speaker, node, plural=True)}"


def _ends_in_a_twin(speaker: Speaker, source: Node) -> bool:
    """Whether a list ends in a thing of its members' kind: scripts of the same year as the Cherokee script."""
    if not isinstance(source, Get) or not source.args:
        return False
    return speaker.says(source).phrase.endswith("{x}") and _type(source.args[0][1]) == source.type


def list_slots(speaker: Speaker, node: Op) -> dict[str, str]:
    """The words of a list operator's slots; see the head of `patterns.toml`."""
    if node.pattern in ("both", "only"):
        return _pair_slots(speaker, node)
    introduced(speaker, node)
    source, over = node_of(node, "list"), node.slot("list")
    if node.pattern == "count":
        if not (isinstance(over, Op) and over.pattern in CHOOSING):
            raise Unspeakable("a count without a condition")
        node, source = over, node_of(over, "list")
    kind = _type(source)
    texts = {"list": speaker.members(source), "noun": speaker.noun(kind), "nouns": speaker.registry.type(kind).plural}
    if node.pattern in ("superlative", "top", "nth", "closest"):
        texts |= {"sup": predicate(speaker, node), "most": predicate(speaker, node, plural=True)}
    if node.pattern in CHOOSING:
        texts |= {"having": condition(speaker, node, plural=True), "has": condition(speaker, node, plural=False)}
    if node.pattern == "top":
        texts["n"] = speaker.name(node_of(node, "n"))  # type: ignore[arg-type]
        texts["order"] = f"the {leading(speaker.says(node_of(node, 'key')), node.slot('how') == 'reverse=True')} first"
    if node.pattern == "order":
        key = node_of(node, "key")
        texts["sort"] = sorting(speaker.says(key), node.slot("how") == "reverse=True", when(speaker, key))
    if node.pattern == "distinct":
        texts |= _distinct_slots(speaker, node)
    if "{head}" in pattern(node.pattern).ask[0]:
        texts |= _head_slots(speaker, node)
    if "than" in dict(node.slots):
        texts["other"] = _other(speaker, node)
    return texts


def _distinct_slots(speaker: Speaker, node: Op) -> dict[str, str]:
    """What members relate to, and how: "countries", "do ... lie in"."""
    key = node_of(node, "key")
    via, kind = _link(speaker, key)[1], speaker.registry.type(_type(key))
    verb, _, rest = via.partition(" ")
    be = verb in ("are", "were")
    if "only" in rest.split():
        raise Unspeakable("how many genes the diseases are linked only to")
    _refuse_echo(speaker, node, via)
    return {"kinds": kind.plural, "via": via, "do": verb if be else "do", "base": rest if be else via}


def _refuse_echo(speaker: Speaker, node: Op, via: str) -> None:
    """The elements discovered in the 1820s that were discovered in France."""
    if set(via.split()) & set(speaker.members(node_of(node, "list")).split()) - PREPOSITIONS:
        raise Unspeakable("a list's own verb would be said of its members")


def _head_slots(speaker: Speaker, node: Op) -> dict[str, str]:
    """What the values of a spread or a mean are called, and their two ends."""
    key = node_of(node, "key")
    says = speaker.says(key)
    fit = says.cls in HEADED.get(node.pattern, ("high", "adj", "verb", "many"))
    if not says.head or "rank" in says.flags or not fit:
        raise Unspeakable("no head noun that says it all")
    if when(speaker, key):
        raise Unspeakable("a spread or mean of a stated time")
    if says.cls == "many":
        return {"head": f"number of {says.head}", "things": says.head, "have": f"{says.verb[1]} {says.rest}".strip()}
    return {"head": says.head, "high": says.words[2], "low": says.words[5]}


def _pair_slots(speaker: Speaker, node: Op) -> dict[str, str]:
    nouns, told = speaker.registry.type(node.type).plural, pair(speaker, node)
    texts = {"noun": speaker.noun(node.type), "nouns": nouns, "list": f"the {told}"}
    rest = told.removeprefix(nouns).strip()
    if rest.startswith("that ") and " and where " not in rest:
        texts["do"] = rest.removeprefix("that ")
    elif not JOINABLE.match(rest) or " both " in rest or " but not " in rest:
        texts["do"] = f"are {rest}"
    return texts


def pair(speaker: Speaker, node: Op) -> str:
    """Two lists as one phrase: "countries that border both A and B", "... that border A and where B is spoken"."""
    a, b = node_of(node, "a"), node_of(node, "b")
    if not (isinstance(a, Get) and isinstance(b, Get)):
        raise Unspeakable("two lists that are no facts")
    left, right = speaker.slots(a, 1), speaker.slots(b, 1)
    if a.tool == b.tool and a.field == b.field:
        phrase = speaker.says(a).phrase
        before = phrase.partition("{x}")[0].split()[-1]
        again = f"{before} " if before in PREPOSITIONS else ""
        x = (
            f"both {left['x']} and {right['x']}"
            if node.pattern == "both"
            else f"{left['x']} but not {again}{right['x']}"
        )
        return fill(phrase, left | {"x": x})
    nouns = speaker.registry.type(node.type).plural + " "
    one, other = fill(speaker.says(a).phrase, left), fill(speaker.says(b).phrase, right).removeprefix(nouns)
    rest = one.removeprefix(nouns)
    if node.pattern == "only" or not (rest != one and JOINABLE.match(rest) and JOINABLE.match(other)):
        raise Unspeakable("two lists of different kinds")
    return f"{one} and {other}"


def node_of(op: Op, name: str) -> Node:
    """The slot called `name`, which must be no word."""
    slot = op.slot(name)
    if isinstance(slot, str):
        raise Unspeakable(f"{op.pattern}: {name} is a word")
    return slot


def _type(node: Node) -> str:
    return getattr(node, "type", "")

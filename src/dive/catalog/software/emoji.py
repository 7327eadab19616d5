"""Emoji: how they are filed and encoded, since when they exist, what they are called elsewhere.

Takes `data/emoji.tsv` and `data/emoji_names.tsv` (`scripts/vendor_emoji.py`): Unicode's list of emoji 17.0 without skin
tones, by emojibase, and CLDR's names. Bytes are counted with the variation selectors that the list gives. Does not know
how an emoji is drawn.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.software.blocks import blocks_table, place
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

EMOJI = Package("emojibase-data", "MIT", "MIT; Unicode-3.0", "Unicode emoji 17.0, emojibase")
NAMES = Package("cldr-annotations-full", "Unicode-3.0", "Unicode-3.0", "Unicode CLDR 48")
CODE = Package("dive", "Apache-2.0", "no data: the encodings of Unicode")
TONGUES = {
    "french": "fr", "german": "de", "spanish": "es", "italian": "it", "portuguese": "pt", "dutch": "nl",
    "swedish": "sv", "finnish": "fi", "polish": "pl", "turkish": "tr",
}  # fmt: skip
YEARS = {
    "0.6": 2010, "0.7": 2014, "1.0": 2015, "2.0": 2015, "3.0": 2016, "4.0": 2016, "5.0": 2017, "11.0": 2018,
    "12.0": 2019, "12.1": 2019, "13.0": 2020, "13.1": 2020, "14.0": 2021, "15.0": 2022, "15.1": 2023, "16.0": 2024,
    "17.0": 2025,
}  # fmt: skip
"""Versions of Unicode's list of emoji and their years; before 1.0 those of Unicode itself."""
SOME = range(4, 10)
PLAIN = {
    "face-affection": "affectionate faces", "face-tongue": "faces with a tongue", "face-hand": "faces with hands",
    "face-sleepy": "sleepy faces", "face-negative": "angry and menacing faces", "face-costume": "faces in costume",
    "cat-face": "cat faces", "hand-fingers-partial": "hands with some fingers stretched out",
    "hand-single-finger": "hands with one finger stretched out", "hand-fingers-closed": "closed hands",
    "hands": "hands together", "person-resting": "people resting", "animal-reptile": "reptiles",
    "place-map": "globes and maps", "place-religious": "religious buildings", "transport-water": "water transport",
    "award-medal": "medals", "arts-crafts": "arts and crafts", "phone": "telephones", "lock": "locks and keys",
    "medical": "medicine", "math": "mathematics", "flag": "flags",
}  # fmt: skip
"""What subgroups hold whose names are shorthand."""


class Row(Struct, frozen=True):
    """One emoji: name, where it is filed, version of the list that brought it, GitHub's code for it or nothing."""

    name: str
    subgroup: str
    version: str
    shortcode: str


class Emoji(TypedDict):
    """Where an emoji is filed and since when it is one."""

    emoji: Annotated[str, "emoji:unicode"]
    subgroup: Annotated[str, "emoji_subgroup:unicode"]
    version: Annotated[str, "emoji_version:unicode"]
    year: Annotated[int, "year"]
    shortcode: NotRequired[str]


class Encoding(TypedDict):
    """How much room an emoji takes."""

    utf8_bytes: Annotated[int, "count"]
    utf16_bytes: Annotated[int, "count"]
    code_points: Annotated[int, "count"]


class Place(TypedDict):
    """Where in Unicode the character of an emoji lies."""

    code_point: str
    padded: Annotated[str, "code_point:hex"]
    block: Annotated[str, "unicode_block:name"]


class Names(TypedDict):
    """Names in other languages."""

    french: str
    german: str
    spanish: str
    italian: str
    portuguese: str
    dutch: str
    swedish: str
    finnish: str
    polish: str
    turkish: str


class Emojis(TypedDict):
    """Emoji in the order of Unicode's list."""

    emoji: list[Annotated[str, "emoji:unicode"]]
    number: Annotated[int, "count"]


@functools.cache
def emoji_table() -> dict[str, Row]:
    """Emoji in the order of Unicode's list."""
    return {
        row["emoji"]: Row(row["name"], row["subgroup"], row["version"], row["shortcode"])
        for row in rows("software", "emoji")
    }


@functools.cache
def _names() -> dict[str, dict[str, str]]:
    return {row["emoji"]: row for row in rows("software", "emoji_names")}


@functools.cache
def _filed() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sign, row in emoji_table().items():
        found.setdefault(row.subgroup, []).append(sign)
    return found


@functools.cache
def _added() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {version: [] for version in YEARS}
    for sign, row in emoji_table().items():
        found[row.version].append(sign)
    return found


@entities("emoji:unicode")
def emojis() -> list[Entity]:
    """All emoji; seeds are single characters in a subgroup of some others."""
    return [
        Entity(
            type="emoji:unicode", id=sign, name=f"{sign} ({row.name})", aliases=(row.name,),
            seed=len(_bare(sign)) == 1 and len(_filed()[row.subgroup]) in SOME,
        )
        for sign, row in emoji_table().items()
    ]  # fmt: skip


@entities("emoji_subgroup:unicode")
def emoji_subgroups() -> list[Entity]:
    """Subgroups of Unicode's list; seeds have four to nine emoji."""
    return [
        Entity(
            type="emoji_subgroup:unicode", id=name, name=f'{PLAIN[name]} ("{name}")' if name in PLAIN else f'"{name}"',
            aliases=(name, *([PLAIN[name]] if name in PLAIN else [])),
            seed=len(found) in SOME and name != "other-object",
        )
        for name, found in _filed().items()
    ]  # fmt: skip


@entities("emoji_version:unicode")
def emoji_versions() -> list[Entity]:
    """Versions of Unicode's list."""
    return [Entity(type="emoji_version:unicode", id=version, name=f"Emoji {version}") for version in YEARS]


def _bare(sign: str) -> str:
    return sign.replace("\ufe0f", "")


def _row(emoji: str) -> Row:
    row = emoji_table().get(emoji)
    if row is None:
        raise ToolError("not_found", f"{emoji!r} is not in Unicode's list of emoji without skin tone")
    return row


@tool("R", EMOJI)
def emoji_record(emoji: Annotated[str, "emoji:unicode"]) -> Emoji:
    """Looks up an emoji such as "🦀": its subgroup in Unicode's list of emoji, the version of the list that added it
    and the year of that version, and its short code on GitHub."""
    row = _row(emoji)
    made: Emoji = {
        "emoji": emoji, "subgroup": row.subgroup, "version": row.version, "year": YEARS[row.version],
    }  # fmt: skip
    if row.shortcode:
        made["shortcode"] = f":{row.shortcode}:"
    return made


@tool("P", CODE)
def emoji_encoding(emoji: Annotated[str, "emoji:unicode"]) -> Encoding:
    """Counts the bytes that an emoji such as "🦀" takes up in UTF-8 and in UTF-16, and its code points, variation
    selectors included."""
    _row(emoji)
    return {
        "utf8_bytes": len(emoji.encode()), "utf16_bytes": len(emoji.encode("utf-16-le")), "code_points": len(emoji),
    }  # fmt: skip


@tool("R", EMOJI)
def emoji_code_point(emoji: Annotated[str, "emoji:unicode"]) -> Place:
    """Tells the code point of an emoji that is a single character (variation selectors aside) such as "🦀", as
    "U+1F980" and as six digits that can be sorted, and the Unicode block in which it lies."""
    _row(emoji)
    if len(_bare(emoji)) != 1:
        raise ToolError("refused", f"{emoji} consists of several characters")
    here = ord(_bare(emoji))
    for name, row in blocks_table().items():
        if place(row["first"]) <= here <= place(row["last"]):
            return {"code_point": f"U+{here:04X}", "padded": f"{here:06X}", "block": name}
    raise ToolError("not_found", f"no block holds {emoji}")


@tool("R", NAMES)
def names_of_emoji(emoji: Annotated[str, "emoji:unicode"]) -> Names:
    """Tells the names that Unicode CLDR gives an emoji such as "🦀" in French, German, Spanish, Italian, Portuguese,
    Dutch, Swedish, Finnish, Polish and Turkish."""
    _row(emoji)
    if emoji not in _names():
        raise ToolError("not_found", f"not all of these languages have a name of {emoji}")
    return {tongue: _names()[emoji][code] for tongue, code in TONGUES.items()}  # type: ignore[return-value]


@tool("R", EMOJI)
def emoji_in_subgroup(subgroup: Annotated[str, "emoji_subgroup:unicode"]) -> Emojis:
    """Lists and counts the emoji, without skin tones, in a subgroup of Unicode's list such as "animal-reptile"."""
    found = _filed().get(subgroup)
    if not found:
        raise ToolError("not_found", f"no subgroup {subgroup!r} of Unicode's list of emoji")
    return {"emoji": found, "number": len(found)}


@tool("R", EMOJI)
def emoji_filed_with(emoji: Annotated[str, "emoji:unicode"]) -> Emojis:
    """Lists and counts the other emoji, without skin tones, in the same subgroup of Unicode's list as an emoji such as
    "🦀"."""
    found = [sign for sign in _filed()[_row(emoji).subgroup] if sign != emoji]
    if not found:
        raise ToolError("not_found", f"{emoji} is alone in its subgroup")
    return {"emoji": found, "number": len(found)}


@tool("R", EMOJI)
def emoji_added_in(version: Annotated[str, "emoji_version:unicode"]) -> Emojis:
    """Lists and counts the emoji, without skin tones, that a version of Unicode's list such as "13.0" added."""
    found = _added().get(version)
    if not found:
        raise ToolError("not_found", f"no emoji are known to be new in version {version!r}")
    return {"emoji": found, "number": len(found)}


@audit("emoji")
def audit_emoji() -> list[Finding]:
    """Names used twice, versions without a year."""
    seen, found = set[str](), []
    for sign, row in emoji_table().items():
        if row.name in seen:
            found.append(Finding("emoji", sign, f"another emoji is called {row.name}", False))
        seen.add(row.name)
        if row.version not in YEARS:
            found.append(Finding("emoji", sign, f"no year of version {row.version}", False))
    return found

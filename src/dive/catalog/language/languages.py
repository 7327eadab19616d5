"""Languages and their groups: own names, alphabets, which languages go together.

Takes the tables of `scripts/vendor_language.py` (CLDR 48: languages with at least 50,000 speakers). Does not know who
speaks what (`speakers.py`), scripts (`writing.py`) nor words of other languages (`naming.py`).
"""

import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.geography.languages import names, official
from dive.catalog.language.speakers import CLDR, CLOSE, total
from dive.catalog.language.writing import scripts_table
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Range, audit, entities, tool

FAMOUS = 1_000_000
"""Speakers from which on people ask about a language."""


class Profile(TypedDict):
    """What a language belongs to and how it is written."""

    language: Annotated[str, "language:iso639"]
    family: NotRequired[Annotated[str, "language_family:iso639_5"]]
    script: NotRequired[Annotated[str, "script:iso15924"]]
    own_name: NotRequired[str]


class Alphabet(TypedDict):
    """What an alphabet and a grammar count."""

    language: Annotated[str, "language:iso639"]
    letters: NotRequired[Annotated[int, "count"]]
    plural_categories: NotRequired[Annotated[int, "count"]]


class Languages(TypedDict):
    """Languages, by code."""

    languages: list[Annotated[str, "language:iso639"]]
    number: Annotated[int, "count"]


class Ranked(TypedDict):
    """Languages, the one with the most speakers first."""

    languages: list[Annotated[str, "language:iso639"]]


@functools.cache
def languages_table() -> dict[str, dict[str, str]]:
    """Rows by ISO 639 code, without the fenced ones."""
    out = fence("language", "languages")
    return {row["code"]: row for row in rows("language", "languages") if row["name"] and row["code"] not in out}


@functools.cache
def _half_known() -> frozenset[str]:
    """Scripts and groups with a language that has no English name: lists of their languages would not be whole."""
    nameless = [row for row in rows("language", "languages") if not row["name"]]
    return frozenset(row[field] for row in nameless for field in ("script", "family") if row[field])


@functools.cache
def _families() -> dict[str, str]:
    return {row["code"]: row["name"] for row in rows("language", "families")}


@entities("language:iso639")
def languages() -> list[Entity]:
    """Languages with known speakers, and official ones; seeds are those with a million speakers."""
    known = set(languages_table()) | {tag for tags in official().values() for tag in tags}
    return [
        Entity(
            type="language:iso639", id=code, name=languages_table().get(code, {}).get("name", names().get(code, code)),
            seed=code in languages_table() and total().get(code, 0) >= FAMOUS,
        )
        for code in sorted(known)
    ]  # fmt: skip


@entities("language_family:iso639_5")
def families() -> list[Entity]:
    """Groups of related languages; seeds have three members or more."""
    size = Counter(row["family"] for row in languages_table().values())
    return [
        Entity(type="language_family:iso639_5", id=code, name=name, seed=size[code] > 2 and code not in _half_known())
        for code, name in _families().items()
        if size[code]
    ]


def _row(language: str) -> dict[str, str]:
    row = languages_table().get(language)
    if row is None:
        raise ToolError("not_found", f"no language {language!r} in the table of languages with 50,000 speakers")
    return row


@tool("R", CLDR)
def language_profile(language: Annotated[str, "language:iso639"]) -> Profile:
    """Looks up a language (ISO 639 code): the group of related languages that it belongs to, the script in which it is
    mainly written (left out where there are several), and what it calls itself."""
    row = _row(language)
    made: Profile = {"language": language}
    if row["family"]:
        made["family"] = row["family"]
    if row["script"] in scripts_table() and language not in fence("language", "script"):
        made["script"] = row["script"]
    if row["own_name"]:
        made["own_name"] = row["own_name"]
    return made


@tool("R", CLDR)
def language_alphabet(language: Annotated[str, "language:iso639"]) -> Alphabet:
    """Counts the letters, accented ones included, in the standard set of a language (ISO 639 code) that is written in
    the Latin, Greek, Cyrillic or Armenian alphabet, and the categories that its plural rules tell apart."""
    row, out = _row(language), fence("language", "letters")
    made: Alphabet = {"language": language}
    if row["letters"] and language not in out:
        made["letters"] = int(row["letters"])
    if row["plurals"]:
        made["plural_categories"] = int(row["plurals"])
    return made


@tool("R", CLDR)
def languages_in_family(family: Annotated[str, "language_family:iso639_5"]) -> Languages:
    """Lists and counts the languages with at least 50,000 speakers in a group of related languages, given by its ISO
    639-5 code such as "gmq" (North Germanic)."""
    if family in _half_known():
        raise ToolError("refused", f"not all languages of the group {family!r} have an English name in CLDR")
    found = [code for code, row in languages_table().items() if family and row["family"] == family]
    if not found:
        raise ToolError("not_found", f"no languages of the group {family!r}")
    return {"languages": found, "number": len(found)}


@tool("R", CLDR)
def languages_related_to(language: Annotated[str, "language:iso639"]) -> Languages:
    """Lists and counts the other languages with at least 50,000 speakers in the group of related languages to which a
    language (ISO 639 code) belongs."""
    family = _row(language)["family"]
    if family in _half_known():
        raise ToolError("refused", f"not all languages of the group {family!r} have an English name in CLDR")
    found = [code for code, row in languages_table().items() if family and row["family"] == family and code != language]
    if not found:
        raise ToolError("not_found", f"no other language of the group of {language!r}")
    return {"languages": found, "number": len(found)}


@tool("R", CLDR)
def largest_languages_in_family(
    family: Annotated[str, "language_family:iso639_5"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> Ranked:
    """Lists the `n` languages with the most speakers (second-language speakers included) in a group of related
    languages, given by its ISO 639-5 code such as "roa" (Romance), the most first. Refused where places `n` and `n` + 1
    are too close."""
    return {"languages": _largest(family, n, "")}


@tool("R", CLDR)
def largest_relatives(
    language: Annotated[str, "language:iso639"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> Ranked:
    """Lists the `n` other languages with the most speakers (second-language speakers included) in the group of related
    languages to which a language (ISO 639 code) belongs, the most first. Refused where places `n` and `n` + 1 are too
    close."""
    return {"languages": _largest(_row(language)["family"], n, language)}


def _largest(family: str, n: int, without: str) -> list[str]:
    every = [
        row["code"]
        for row in rows("language", "languages")
        if family and row["family"] == family and row["code"] != without
    ]
    ranked = sorted(every, key=lambda code: -total().get(code, 0))
    if not 1 <= n < len(ranked):
        raise ToolError("not_found", f"{len(ranked)} languages are known in the group {family!r}")
    nameless = set(ranked[:n]) - set(languages_table())
    if nameless:
        raise ToolError("refused", f"{min(nameless)!r}, which is one of them, has no English name in CLDR")
    if total().get(ranked[n - 1], 0) < CLOSE * total().get(ranked[n], 0):
        raise ToolError("refused", f"places {n} and {n + 1} are too close; ask for another number of languages")
    return ranked[:n]


@tool("R", CLDR)
def languages_written_in(script: Annotated[str, "script:iso15924"]) -> Languages:
    """Lists and counts the languages with at least 50,000 speakers that are mainly written in one script (ISO 15924
    code such as "Ethi"); not for languages with several scripts."""
    if script in _half_known():
        raise ToolError("refused", f"not all languages that are written in {script!r} have an English name in CLDR")
    out = fence("language", "script")
    found = [code for code, row in languages_table().items() if script and row["script"] == script and code not in out]
    if not found:
        raise ToolError("not_found", f"no language of the table is written in {script!r} alone")
    return {"languages": found, "number": len(found)}


@audit("letters")
def audit_letters() -> list[Finding]:
    """Alphabets shorter or longer than any plain alphabet is."""
    out = fence("language", "letters")
    return [
        Finding("letters", code, f"{row['letters']} letters", code in out)
        for code, row in languages_table().items()
        if row["letters"] and not 15 <= int(row["letters"]) <= 50
    ]

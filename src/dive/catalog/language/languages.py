"""Languages, their families and scripts: own names, alphabets, which languages go together, where scripts come from.

Takes the tables of `scripts/vendor_language.py` (CLDR 48: languages with at least 50,000 speakers; Unicode 18 for the
characters of a script) and, for names of languages and days in other languages, Babel. Does not know who speaks what
(`speakers.py`).
"""

import contextlib
import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.geography.languages import names, official
from dive.catalog.geography.places import countries
from dive.catalog.language.files import rows
from dive.catalog.language.speakers import CLDR, total
from dive.catalog.tables import fence, table
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, audit, entities, tool

BABEL = Package("babel", "BSD-3-Clause", "Unicode-3.0", "Unicode CLDR")
FAMOUS = 1_000_000
"""Speakers from which on people ask about a language."""
TONGUES = {
    "French": "fr", "German": "de", "Spanish": "es", "Italian": "it", "Portuguese": "pt", "Dutch": "nl",
    "Swedish": "sv", "Danish": "da", "Finnish": "fi", "Polish": "pl", "Czech": "cs", "Hungarian": "hu",
    "Turkish": "tr", "Romanian": "ro", "Indonesian": "id", "Icelandic": "is", "Estonian": "et", "Croatian": "hr",
}  # fmt: skip
"""Languages with a Latin alphabet, in which names are asked."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


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


class Script(TypedDict):
    """A script."""

    script: Annotated[str, "script:iso15924"]
    country: NotRequired[Annotated[str, "country:iso2"]]
    added: Annotated[int, "year"]
    characters: Annotated[int, "count"]
    direction: str


class Scripts(TypedDict):
    """Scripts, by code."""

    scripts: list[Annotated[str, "script:iso15924"]]
    number: Annotated[int, "count"]


class Word(TypedDict):
    """A word of another language."""

    word: str


@functools.cache
def languages_table() -> dict[str, dict[str, str]]:
    """Rows by ISO 639 code, without the fenced ones."""
    out = fence("language", "languages")
    return {row["code"]: row for row in rows("languages") if row["name"] and row["code"] not in out}


@functools.cache
def _half_known() -> frozenset[str]:
    """Scripts and groups with a language that has no English name: lists of their languages would not be whole."""
    nameless = [row for row in rows("languages") if not row["name"]]
    return frozenset(row[field] for row in nameless for field in ("script", "family") if row[field])


@functools.cache
def scripts_table() -> dict[str, dict[str, str]]:
    """Rows by ISO 15924 code; a country of origin that is fenced is left out."""
    out = fence("language", "scripts")
    return {row["code"]: row | ({"country": ""} if row["code"] in out else {}) for row in rows("scripts")}


@functools.cache
def _families() -> dict[str, str]:
    return {row["code"]: row["name"] for row in rows("families")}


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


@entities("script:iso15924")
def scripts() -> list[Entity]:
    """Scripts of Unicode."""
    return [Entity(type="script:iso15924", id=code, name=row["name"]) for code, row in scripts_table().items()]


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
    if row["script"] in scripts_table():
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
def languages_written_in(script: Annotated[str, "script:iso15924"]) -> Languages:
    """Lists and counts the languages with at least 50,000 speakers that are mainly written in one script (ISO 15924
    code such as "Ethi"); not for languages with several scripts."""
    if script in _half_known():
        raise ToolError("refused", f"not all languages that are written in {script!r} have an English name in CLDR")
    found = [code for code, row in languages_table().items() if script and row["script"] == script]
    if not found:
        raise ToolError("not_found", f"no language of the table is written in {script!r} alone")
    return {"languages": found, "number": len(found)}


@tool("R", CLDR)
def script_record(script: Annotated[str, "script:iso15924"]) -> Script:
    """Looks up a script (ISO 15924 code such as "Cher"): the present-day country where it originated, the year since
    which Unicode has encoded it, the number of its characters in Unicode 18, its direction of writing."""
    row = scripts_table().get(script)
    if row is None:
        raise ToolError("not_found", f"no script {script!r}")
    made: Script = {
        "script": script, "added": int(row["year"]), "characters": int(row["characters"]),
        "direction": row["direction"],
    }  # fmt: skip
    if row["country"] in countries():
        made["country"] = row["country"]
    return made


@tool("R", CLDR)
def scripts_as_new_as(script: Annotated[str, "script:iso15924"]) -> Scripts:
    """Lists and counts the other scripts (ISO 15924 codes) that were first encoded in Unicode in the same year as a
    script."""
    year = script_record(script)["added"]
    found = [code for code, row in scripts_table().items() if int(row["year"]) == year and code != script]
    if not found:
        raise ToolError("not_found", f"no other script was first encoded in {year}")
    return {"scripts": found, "number": len(found)}


@tool("R", CLDR)
def scripts_from(country: Annotated[str, "country:iso2"]) -> Scripts:
    """Lists and counts the scripts in Unicode (ISO 15924 codes) that originated in what is now a country."""
    found = [code for code, row in scripts_table().items() if country and row["country"] == country]
    if not found:
        raise ToolError("not_found", f"no script originated in {country!r}")
    return {"scripts": found, "number": len(found)}


@tool("R", BABEL)
def name_of_language_in(
    language: Annotated[str, "language:iso639"], tongue: Annotated[str, Choices(tuple(TONGUES))]
) -> Word:
    """Tells what a language (ISO 639 code) is called in another language, given in English ("French", "Polish")."""
    from babel import Locale

    code = TONGUES.get(tongue)
    if code is None or code == language:
        raise ToolError("not_found", f"names are known in {', '.join(TONGUES)}, and not of a language in itself")
    name = Locale(code).languages.get(_row(language)["code"])
    if not name:
        raise ToolError("not_found", f"no {tongue} name of {language!r}")
    return {"word": str(name)}


@tool("R", BABEL)
def weekday_in_language(
    language: Annotated[str, "language:iso639"], day: Annotated[str, Choices(DAYS)]
) -> Word:  # fmt: skip
    """Tells what a day of the week ("Monday" to "Sunday") is called in a language (ISO 639 code)."""
    return {"word": _calendar_name(language, "days", DAYS, day)}


@tool("R", BABEL)
def month_in_language(language: Annotated[str, "language:iso639"], month: Annotated[str, Choices(MONTHS)]) -> Word:
    """Tells what a month ("January" to "December") is called in a language (ISO 639 code)."""
    return {"word": _calendar_name(language, "months", MONTHS, month)}


def _calendar_name(language: str, kind: str, known: tuple[str, ...], asked: str) -> str:
    _row(language)
    if asked not in known or language == "en":
        raise ToolError("not_found", f"{asked!r} is none of {', '.join(known)}, or stands in English already")
    if language not in _calendars():
        raise ToolError("not_found", f"no calendar in {language!r}")
    return _calendars()[language][kind][known.index(asked)]


def _calendars() -> dict[str, dict[str, list[str]]]:
    """The names of the days, from Monday on, and of the months in each language that has a calendar."""
    return table("calendars", ("babel",), dict[str, dict[str, list[str]]], _build_calendars)


def _build_calendars() -> dict[str, dict[str, list[str]]]:
    from babel import Locale, UnknownLocaleError

    found: dict[str, dict[str, list[str]]] = {}
    for language in languages_table():
        with contextlib.suppress(UnknownLocaleError):
            locale = Locale(language)
            days, months = (kind["stand-alone"]["wide"] for kind in (locale.days, locale.months))
            found[language] = {
                "days": [str(days[n]) for n in range(len(DAYS))],
                "months": [str(months[n + 1]) for n in range(len(MONTHS))],
            }
    return found


@audit("letters")
def audit_letters() -> list[Finding]:
    """Alphabets shorter or longer than any plain alphabet is."""
    out = fence("language", "letters")
    return [
        Finding("letters", code, f"{row['letters']} letters", code in out)
        for code, row in languages_table().items()
        if row["letters"] and not 15 <= int(row["letters"]) <= 50
    ]


@audit("scripts")
def audit_scripts() -> list[Finding]:
    """Countries of origin that the table of countries does not have."""
    out = fence("language", "scripts")
    return [
        Finding("scripts", row["code"], f"no country {row['country']}", row["code"] in out)
        for row in rows("scripts")
        if row["country"] and row["country"] not in countries()
    ]

"""Who speaks what: speakers of a language by country, languages of a country by share of its population.

Takes CLDR 48's figures of language use (`data/speakers.tsv`), second-language speakers included; sovereign states
only. Pairs that are wrong or beyond belief are fenced (`speakers`, id "country language"). Does not know which
languages are official (geography does) nor how a language is written (`languages.py`).
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.geography.places import countries
from dive.catalog.language.files import rows
from dive.catalog.tables import fence
from dive.errors import ToolError
from dive.registry import Finding, Package, Range, audit, tool

CLDR = Package("cldr-core", "Unicode-3.0", "Unicode-3.0", "Unicode CLDR 48")
SHARE = 1.0
"""Percent of a population from which on a language counts as one of the country's."""
CLOSE = 1.02
"""How much larger the next number of speakers must be, for a place in a ranking to be certain."""


class Use(Struct, frozen=True):
    """A language in a country."""

    language: str
    country: str
    speakers: int
    percent: float


class Speakers(TypedDict):
    """How many people speak a language, and where."""

    language: Annotated[str, "language:iso639"]
    speakers: Annotated[int, "count"]
    countries: Annotated[int, "count"]
    main_country: NotRequired[Annotated[str, "country:iso2"]]
    share_in_main_country: Annotated[float, "share:percent"]


class SpokenLanguage(TypedDict):
    """A language as one of a country's."""

    language: Annotated[str, "language:iso639"]
    share: Annotated[float, "share:percent"]


class SpokenLanguages(TypedDict):
    """The languages of a country, by code."""

    languages: list[SpokenLanguage]
    number: Annotated[int, "count"]


class Home(TypedDict):
    """A country and how many people speak the language there."""

    country: Annotated[str, "country:iso2"]
    speakers: Annotated[int, "count"]


class Homes(TypedDict):
    """Countries, the one with the most speakers first."""

    countries: list[Home]


class Languages(TypedDict):
    """Languages, the closest first."""

    languages: list[Annotated[str, "language:iso639"]]


@functools.cache
def uses() -> tuple[Use, ...]:
    """All languages in all sovereign states, without the fenced pairs."""
    out, known = fence("language", "speakers"), countries()
    return tuple(
        Use(row["language"], row["country"], int(row["speakers"]), float(row["percent"]))
        for row in rows("speakers")
        if f"{row['country']} {row['language']}" not in out
        and row["country"] in known and known[row["country"]].sovereign
    )  # fmt: skip


@functools.cache
def by_language() -> dict[str, list[Use]]:
    """Uses of each language, most speakers first."""
    found: dict[str, list[Use]] = {}
    for use in sorted(uses(), key=lambda use: -use.speakers):
        found.setdefault(use.language, []).append(use)
    return found


@functools.cache
def named() -> frozenset[str]:
    """The languages that have an English name and at least 50,000 speakers."""
    return frozenset(row["code"] for row in rows("languages") if row["name"])


@functools.cache
def total() -> dict[str, int]:
    """Speakers of each language in all sovereign states together."""
    return {language: sum(use.speakers for use in found) for language, found in by_language().items()}


@functools.cache
def sized() -> tuple[tuple[int, str], ...]:
    """(speakers, code) of the languages that may be listed by size."""
    listed = named() - set(fence("language", "languages"))
    return tuple((number, code) for code, number in total().items() if code in listed)


@functools.cache
def by_country() -> dict[str, list[Use]]:
    """The languages that at least one percent of a country's population speaks, by code."""
    found: dict[str, list[Use]] = {}
    for use in sorted(uses(), key=lambda use: use.language):
        if use.percent >= SHARE:
            found.setdefault(use.country, []).append(use)
    return found


def _of(language: str) -> list[Use]:
    if language in fence("language", "languages"):
        raise ToolError("refused", fence("language", "languages")[language])
    found = by_language().get(language) if language in named() else None
    if not found:
        raise ToolError("not_found", f"no speakers of {language!r} in the table")
    return found


@tool("R", CLDR)
def language_speakers(language: Annotated[str, "language:iso639"]) -> Speakers:
    """Tells how many people speak a language (ISO 639 code), second-language speakers included; in how many sovereign
    states at least one percent of the population does; the state with the most speakers and its share of them."""
    found = _of(language)
    made: Speakers = {
        "language": language, "speakers": total()[language],
        "countries": sum(use.percent >= SHARE for use in found),
        "share_in_main_country": 100 * found[0].speakers / total()[language],
    }  # fmt: skip
    if len(found) == 1 or found[0].speakers > CLOSE * found[1].speakers:
        made["main_country"] = found[0].country
    return made


@tool("R", CLDR)
def languages_spoken_in(country: Annotated[str, "country:iso2"]) -> SpokenLanguages:
    """Lists and counts the languages (ISO 639 codes) that at least one percent of the population of a sovereign state
    speaks, second-language speakers included, with the share of the population in percent."""
    found = by_country().get(country)
    if not found:
        raise ToolError("not_found", f"no languages of {country!r} in the table")
    nameless = [use.language for use in found if use.language not in named()]
    if nameless:
        raise ToolError("refused", f"{nameless[0]}, which has no English name in CLDR, is spoken in {country!r}, too")
    listed: list[SpokenLanguage] = [{"language": use.language, "share": use.percent} for use in found]
    return {"languages": listed, "number": len(listed)}


@tool("R", CLDR)
def countries_with_most_speakers(
    language: Annotated[str, "language:iso639"], n: Annotated[int, "count", Range(4, 6)] = 5
) -> Homes:
    """Lists the `n` sovereign states with the most speakers of a language (ISO 639 code), the most first. Refused where
    places `n` and `n` + 1 are too close."""
    found = _of(language)
    if not 1 <= n < len(found):
        raise ToolError("not_found", f"{language!r} is known to be spoken in {len(found)} states")
    if found[n - 1].speakers < CLOSE * found[n].speakers:
        raise ToolError("refused", f"places {n} and {n + 1} are too close; ask for another number of countries")
    return {"countries": [{"country": use.country, "speakers": use.speakers} for use in found[:n]]}


@tool("R", CLDR)
def languages_of_like_size(
    language: Annotated[str, "language:iso639"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> Languages:
    """Lists the `n` languages (ISO 639 codes) whose numbers of speakers come closest to that of a language (itself left
    out), the closest first."""
    here = _of(language)
    size = sum(use.speakers for use in here)
    near = sorted((abs(number - size), code) for number, code in sized() if code != language)
    if not 1 <= n < len(near):
        raise ToolError("arguments", f"n must be between 1 and {len(near) - 1}")
    if near[n - 1][0] == near[n][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of languages")
    return {"languages": [code for _, code in near[:n]]}


@audit("speakers")
def audit_speakers() -> list[Finding]:
    """Languages that more people speak than live in a country, speakers beyond the country's population elsewhere."""
    out, found = fence("language", "speakers"), []
    for row in rows("speakers"):
        land, key = countries().get(row["country"]), f"{row['country']} {row['language']}"
        if land is None or not land.sovereign:
            continue
        if float(row["percent"]) > 100:
            found.append(Finding("speakers", key, f"{row['percent']} percent", key in out))
        if int(row["speakers"]) > 1.35 * land.population:
            found.append(Finding("speakers", key, f"{row['speakers']} speakers of {land.population}", key in out))
    return found

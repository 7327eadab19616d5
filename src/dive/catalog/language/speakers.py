"""Who speaks what: speakers of a language by country, languages of a country by share of its population.

Takes CLDR 48's figures of language use (`data/speakers.tsv`), second-language speakers included; sovereign states
only. Pairs that are wrong or beyond belief are fenced (`speakers`, id "country language"). Does not know which
languages are official (geography does) nor how a language is written (`languages.py`).
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.geography.places import countries
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
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
    """How many people speak a language, and in how many countries."""

    language: Annotated[str, "language:iso639"]
    speakers: Annotated[int, "count"]
    countries: Annotated[int, "count"]


class HomeCountry(TypedDict):
    """Where a language is spoken most; `country` only where more than half of its speakers live there."""

    language: Annotated[str, "language:iso639"]
    country: NotRequired[Annotated[str, "country:iso2"]]
    share: Annotated[float, "share:percent"]


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


class Leading(TypedDict):
    """The languages of a country, the one that most people speak first."""

    languages: list[SpokenLanguage]


class Neighbours(TypedDict):
    """Languages of one country, the one that most people speak first."""

    languages: list[Annotated[str, "language:iso639"]]


@functools.cache
def uses() -> tuple[Use, ...]:
    """All languages in all sovereign states, without the fenced pairs."""
    out, known = fence("language", "speakers"), countries()
    return tuple(
        Use(row["language"], row["country"], int(row["speakers"]), float(row["percent"]))
        for row in rows("language", "speakers")
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
    return frozenset(row["code"] for row in rows("language", "languages") if row["name"])


@functools.cache
def total() -> dict[str, int]:
    """Speakers of each language in all sovereign states together."""
    return {language: sum(use.speakers for use in found) for language, found in by_language().items()}


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
    """Tells how many people speak a language (ISO 639 code), second-language speakers included, and in how many
    sovereign states at least one percent of the population does."""
    found = _of(language)
    return {
        "language": language, "speakers": total()[language],
        "countries": sum(use.percent >= SHARE for use in found),
    }  # fmt: skip


@tool("R", CLDR)
def language_home(language: Annotated[str, "language:iso639"]) -> HomeCountry:
    """Names the sovereign state where more than half of the speakers of a language (ISO 639 code) live, if there is
    one, second-language speakers included, and tells the percentage of them in the state that has the most."""
    most = _of(language)[0]
    made: HomeCountry = {"language": language, "share": 100 * most.speakers / total()[language]}
    if 2 * most.speakers > CLOSE * total()[language]:
        made["country"] = most.country
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
def most_spoken_languages(
    country: Annotated[str, "country:iso2"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> Leading:  # fmt: skip
    """Lists the `n` languages (ISO 639 codes) that most people in a sovereign state speak, second-language speakers
    included, with their shares of the population in percent, the most first. Refused where places `n` and `n` + 1 are
    too close."""
    found = _leading(country, n, "")
    return {"languages": [{"language": use.language, "share": use.percent} for use in found]}


@tool("R", CLDR)
def languages_spoken_beside(
    language: Annotated[str, "language:iso639"], n: Annotated[int, "count", Range(4, 6)] = 5
) -> Neighbours:  # fmt: skip
    """Lists the `n` languages (ISO 639 codes) that, besides a given one, most people speak in the sovereign state where
    more than half of its speakers live, second-language speakers included, the most first. Refused where places `n` and
    `n` + 1 are too close."""
    country = language_home(language).get("country")
    if country is None:
        raise ToolError("not_found", f"no state has more than half of the speakers of {language!r}")
    return {"languages": [use.language for use in _leading(country, n, language)]}


def _leading(country: str, n: int, without: str) -> list[Use]:
    every = [use for use in uses() if use.country == country and use.language != without]
    found = sorted(every, key=lambda use: -use.speakers)
    if not 1 <= n < len(found):
        raise ToolError("not_found", f"{len(found)} languages are known to be spoken in {country!r}")
    if any(use.language not in named() for use in found[:n]):
        raise ToolError("refused", f"one of the {n} most spoken languages of {country!r} has no English name in CLDR")
    if found[n - 1].speakers < CLOSE * found[n].speakers:
        raise ToolError("refused", f"places {n} and {n + 1} are too close; ask for another number of languages")
    return found[:n]


@audit("speakers")
def audit_speakers() -> list[Finding]:
    """Languages that more people speak than live in a country, speakers beyond the country's population elsewhere."""
    out, found = fence("language", "speakers"), []
    for row in rows("language", "speakers"):
        land, key = countries().get(row["country"]), f"{row['country']} {row['language']}"
        if land is None or not land.sovereign:
            continue
        if float(row["percent"]) > 100:
            found.append(Finding("speakers", key, f"{row['percent']} percent", key in out))
        if int(row["speakers"]) > 1.35 * land.population:
            found.append(Finding("speakers", key, f"{row['speakers']} speakers of {land.population}", key in out))
    return found

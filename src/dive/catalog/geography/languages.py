"""Official languages: of a country, and the countries of a language.

From the Unicode CLDR as shipped in Babel; scripts of one language are taken together. Rows that are known to be wrong
or stale are fenced: `languages` holds languages whose list of countries is incomplete and pairs "country language"
that are wrong, `language_lists` countries whose list is incomplete. The languages as entities stand in the domain
`language`.
"""

import functools
from typing import Annotated, TypedDict

from dive.catalog.geography.places import countries, land, refuse
from dive.catalog.tables import fence
from dive.errors import ToolError
from dive.registry import Finding, Package, audit, tool

CLDR = Package("babel", "BSD-3-Clause", "Unicode-3.0", "Unicode CLDR")


class Languages(TypedDict):
    """Official languages of a country."""

    languages: list[Annotated[str, "language:iso639"]]
    number: Annotated[int, "count"]


class Lands(TypedDict):
    """Countries that share an official language."""

    countries: list[Annotated[str, "country:iso2"]]
    number: Annotated[int, "count"]


@functools.cache
def official() -> dict[str, list[str]]:
    """Country -> its official languages, without the pairs that are fenced."""
    from babel.languages import get_official_languages

    known, hidden, found = names(), fence("geography", "languages"), {}
    for code, row in countries().items():
        tags = [tag.split("_")[0] for tag in get_official_languages(code, regional=False, de_facto=True)]
        spoken = sorted({tag for tag in tags if tag in known and f"{code} {tag}" not in hidden})
        if row.sovereign and spoken:
            found[code] = spoken
    return found


@functools.cache
def names() -> dict[str, str]:
    """Language code -> English name."""
    from babel import Locale

    return {code: str(name) for code, name in Locale("en").languages.items() if code.isalpha()}


@tool("R", CLDR)
def country_languages(country: Annotated[str, "country:iso2"]) -> Languages:
    """Lists and counts the official languages of a sovereign state as ISO 639 codes."""
    land(country)
    refuse("language_lists", country)
    if country not in official():
        raise ToolError("not_found", f"no official languages are known for {country}")
    return {"languages": official()[country], "number": len(official()[country])}


@tool("R", CLDR)
def countries_speaking(language: Annotated[str, "language:iso639"]) -> Lands:
    """Lists and counts the sovereign states in which a language (ISO 639 code) is official nationwide."""
    refuse("languages", language)
    found = sorted(code for code, spoken in official().items() if language in spoken)
    if not found:
        raise ToolError("not_found", f"no country has the official language {language!r}")
    return {"countries": found, "number": len(found)}


@audit("languages")
def check_languages() -> list[Finding]:
    """Languages that have no English name."""
    found = {code for spoken in official().values() for code in spoken if not names().get(code)}
    return [
        Finding("languages", code, "no English name", code in fence("geography", "languages")) for code in sorted(found)
    ]

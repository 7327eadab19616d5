"""What things are called in other languages: languages, days of the week, months.

Takes `data/calendar.tsv` (`scripts/vendor_language.py`, Babel's CLDR data) and, for names of languages, Babel. Does not
know words beyond these.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.language.languages import languages_table
from dive.catalog.language.speakers import CLDR
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.registry import Choices, Package, tool

BABEL = Package("babel", "BSD-3-Clause", "Unicode-3.0", "Unicode CLDR")
TONGUES = {
    "french": "fr", "german": "de", "spanish": "es", "italian": "it", "dutch": "nl", "swedish": "sv", "finnish": "fi",
    "polish": "pl", "hungarian": "hu", "turkish": "tr",
}  # fmt: skip
"""Languages with a Latin alphabet, in which names are asked."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Word(TypedDict):
    """A word of another language."""

    word: str


class Names(TypedDict):
    """What a language is called in others."""

    french: NotRequired[str]
    german: NotRequired[str]
    spanish: NotRequired[str]
    italian: NotRequired[str]
    dutch: NotRequired[str]
    swedish: NotRequired[str]
    finnish: NotRequired[str]
    polish: NotRequired[str]
    hungarian: NotRequired[str]
    turkish: NotRequired[str]


class Week(TypedDict):
    """The days of the week in a language."""

    monday: str
    tuesday: str
    wednesday: str
    thursday: str
    friday: str
    saturday: str
    sunday: str


@tool("R", BABEL)
def names_of_language(language: Annotated[str, "language:iso639"]) -> Names:
    """Tells what a language (ISO 639 code) is called in French, German, Spanish, Italian, Dutch, Swedish, Finnish,
    Polish, Hungarian and Turkish."""
    from babel import Locale

    if language not in languages_table():
        raise ToolError("not_found", f"no language {language!r} in the table of languages with 50,000 speakers")
    made: Names = {}
    for tongue, code in TONGUES.items():
        name = Locale(code).languages.get(language)
        if name and code != language:
            made[tongue] = str(name)  # type: ignore[literal-required]
    if not made:
        raise ToolError("not_found", f"no names of {language!r} in other languages")
    return made


@tool("R", CLDR)
def weekdays_in_language(language: Annotated[str, "language:iso639"]) -> Week:
    """Tells what the days of the week are called in a language (ISO 639 code)."""
    row = _row(language)
    return {day: row[f"day{place}"] for place, day in enumerate(DAYS)}  # type: ignore[return-value]


@tool("R", CLDR)
def month_in_language(language: Annotated[str, "language:iso639"], month: Annotated[str, Choices(MONTHS)]) -> Word:
    """Tells what a month ("January" to "December") is called in a language (ISO 639 code)."""
    if month not in MONTHS:
        raise ToolError("arguments", f"{month!r} is none of {', '.join(MONTHS)}")
    return {"word": _row(language)[f"month{MONTHS.index(month) + 1}"]}


@functools.cache
def _calendar() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows("language", "calendar")}


def _row(language: str) -> dict[str, str]:
    row = _calendar().get(language) if language in languages_table() else None
    if row is None:
        raise ToolError("not_found", f"no calendar in {language!r}")
    return row

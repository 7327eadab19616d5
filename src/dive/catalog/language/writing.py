"""Scripts: where they come from, since when Unicode has them, how many characters they have there.

Takes `data/scripts.tsv` (`scripts/vendor_language.py`): CLDR 48 and, for the characters, Unicode 18. Does not know
which languages are written in them (`languages.py`).
"""

import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.geography.places import countries
from dive.catalog.language.speakers import CLDR
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, audit, entities, tool

SOME = range(4, 10)
"""How many scripts of one year make a list worth asking about."""


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


@functools.cache
def scripts_table() -> dict[str, dict[str, str]]:
    """Rows by ISO 15924 code; a country of origin that is fenced is left out."""
    out = fence("language", "scripts")
    return {row["code"]: row | ({"country": ""} if row["code"] in out else {}) for row in rows("language", "scripts")}


@entities("script:iso15924")
def scripts() -> list[Entity]:
    """Scripts of Unicode; seeds came to it together with some others."""
    years = Counter(row["year"] for row in scripts_table().values())
    return [
        Entity(type="script:iso15924", id=code, name=row["name"], seed=years[row["year"]] in SOME)
        for code, row in scripts_table().items()
    ]


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


@audit("scripts")
def audit_scripts() -> list[Finding]:
    """Countries of origin that the table of countries does not have."""
    out = fence("language", "scripts")
    return [
        Finding("scripts", row["code"], f"no country {row['country']}", row["code"] in out)
        for row in rows("language", "scripts")
        if row["country"] and row["country"] not in countries()
    ]

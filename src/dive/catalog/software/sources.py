"""Programming languages and file types: extensions and colours by GitHub Linguist, media types by IANA.

Takes the tables of `scripts/vendor_software.py`. Colours are six hexadecimal digits. Does not know how popular a
language is.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.software.colors import contrast, distance
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

LINGUIST = Package("linguist-languages", "MIT", "MIT", "GitHub Linguist")
MIME = Package("mime-db", "MIT", "MIT; IANA media types: public domain", "mime-db and IANA")
SOME = range(3, 9)
"""How many languages of a file extension make a list worth asking about."""
KNOWN = frozenset(
    ["C", "C#", "C++", "Go", "Haskell", "Java", "JavaScript", "Kotlin", "PHP", "Python", "Ruby", "Rust", "Swift"]
)
"""Languages that many people know: of others nobody asks which colour they have."""


class Row(Struct, frozen=True):
    """One language: kind (programming, markup, data, prose), colour, file extensions."""

    kind: str
    color: str
    extensions: tuple[str, ...]


class Language(TypedDict):
    """A language on GitHub."""

    language: Annotated[str, "code_language:linguist"]
    color: NotRequired[str]
    extensions: Annotated[int, "count"]


class Languages(TypedDict):
    """Languages in alphabetical order."""

    languages: list[Annotated[str, "code_language:linguist"]]
    number: Annotated[int, "count"]


class Near(TypedDict):
    """Languages, the closest first."""

    languages: list[Annotated[str, "code_language_color:linguist"]]


class Shown(TypedDict):
    """The colour of a language on GitHub, and how it stands out against white and against black."""

    color: Annotated[str, "color:hex"]
    on_white: Annotated[float, "contrast:ratio"]
    on_black: Annotated[float, "contrast:ratio"]


class FileType(TypedDict):
    """What a file extension stands for."""

    extension: Annotated[str, "extension:file"]
    media_type: Annotated[str, "media_type:iana"]


class MediaType(TypedDict):
    """A media type."""

    extensions: list[Annotated[str, "extension:file"]]
    number: Annotated[int, "count"]


@functools.cache
def languages_table() -> dict[str, Row]:
    """Languages by name."""
    return {
        row["name"]: Row(row["kind"], row["color"], tuple(row["extensions"].split()))
        for row in rows("software", "languages")
    }


@functools.cache
def _by_extension() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, row in sorted(languages_table().items()):
        for extension in row.extensions:
            found.setdefault(extension, []).append(name)
    return found


@functools.cache
def _media() -> dict[str, list[str]]:
    return {row["type"]: row["extensions"].split() for row in rows("software", "mime")}


@functools.cache
def _by_file() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for media, extensions in _media().items():
        for extension in extensions:
            found.setdefault(extension, []).append(media)
    return found


@entities("code_language:linguist")
def code_languages() -> list[Entity]:
    """Languages; seeds are programming and markup languages with a colour."""
    return [
        Entity(
            type="code_language:linguist", id=name, name=name,
            seed=bool(row.color) and row.kind in ("programming", "markup"),
        )
        for name, row in languages_table().items()
    ]  # fmt: skip


@entities("code_language_color:linguist")
def colored_languages() -> list[Entity]:
    """Languages that GitHub shows in a colour: nobody who asks about extensions asks about colours next."""
    return [
        Entity(
            type="code_language_color:linguist", id=name, name=name, seed=name in KNOWN
        )
        for name, row in languages_table().items()
        if row.color
    ]  # fmt: skip


@entities("extension:file")
def extensions() -> list[Entity]:
    """File extensions; seeds are those of several languages that all have a colour."""
    known = sorted(set(_by_extension()) | set(_by_file()))
    return [Entity(type="extension:file", id=e, name=e, seed=_fruitful(_by_extension().get(e, []))) for e in known]


def _fruitful(languages: list[str]) -> bool:
    return len(languages) in SOME and all(languages_table()[name].color for name in languages)


@entities("media_type:iana")
def media_types() -> list[Entity]:
    """Media types."""
    return [Entity(type="media_type:iana", id=m, name=m, seed=False) for m in _media()]


def _find(language: str) -> Row:
    row = languages_table().get(language)
    if row is None:
        raise ToolError("not_found", f"GitHub Linguist has no language {language!r}")
    return row


@tool("R", LINGUIST)
def code_language_record(language: Annotated[str, "code_language:linguist"]) -> Language:
    """Looks up a programming, markup or data language by its name on GitHub: the colour in which GitHub shows it, as
    "#3572a5", and how many file extensions it has there."""
    row = _find(language)
    made: Language = {"language": language, "extensions": len(row.extensions)}
    if row.color:
        made["color"] = row.color
    return made


@tool("R", LINGUIST)
def code_languages_with_extension(extension: Annotated[str, "extension:file"]) -> Languages:
    """Lists and counts the languages of GitHub Linguist that use a file extension such as ".m"."""
    found = _by_extension().get(extension)
    if not found:
        raise ToolError("not_found", f"no language uses the extension {extension!r}")
    return {"languages": found, "number": len(found)}


@tool("R", LINGUIST)
def code_languages_sharing_with(language: Annotated[str, "code_language:linguist"]) -> Languages:
    """Lists and counts the languages of GitHub Linguist that share at least one file extension with a language."""
    shared = {other for extension in _find(language).extensions for other in _by_extension()[extension]} - {language}
    if not shared:
        raise ToolError("not_found", f"{language} shares no file extension with another language")
    return {"languages": sorted(shared), "number": len(shared)}


@tool("R", LINGUIST)
def code_languages_colored_like(
    language: Annotated[str, "code_language_color:linguist"], n: Annotated[int, "count", Range(4, 6)] = 5
) -> Near:
    """Lists the `n` programming languages whose colours on GitHub come closest to that of a language (itself left out),
    by distance in red, green and blue, the closest first."""
    here = _find(language).color
    if not here:
        raise ToolError("not_found", f"{language} has no colour")
    others = [(name, row.color) for name, row in languages_table().items() if row.kind == "programming" and row.color]
    near = sorted((distance(here, color), name) for name, color in others if name != language)
    if not 1 <= n < len(near):
        raise ToolError("arguments", f"n must be between 1 and {len(near) - 1}")
    if near[n - 1][0] == near[n][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of languages")
    return {"languages": [name for _, name in near[:n]]}


@tool("R", LINGUIST)
def code_language_contrast(language: Annotated[str, "code_language_color:linguist"]) -> Shown:
    """Looks up the colour in which GitHub shows a language, as "#3572a5", and works out its contrast ratios (1 to 21)
    against white and against black, as the Web Content Accessibility Guidelines define them."""
    color = _find(language).color
    if not color:
        raise ToolError("not_found", f"{language} has no colour")
    return {"color": color, **contrast(color)}


@tool("R", MIME)
def media_type_of(extension: Annotated[str, "extension:file"]) -> FileType:
    """Finds the IANA media type (MIME type) of a file extension such as ".webp"; refused where there are several."""
    found = _by_file().get(extension)
    if not found:
        raise ToolError("not_found", f"no IANA media type has the extension {extension!r}")
    if len(found) > 1:
        raise ToolError("refused", f"{extension} stands for {', '.join(found)}")
    return {"extension": extension, "media_type": found[0]}


@tool("R", MIME)
def media_type_extensions(media_type: Annotated[str, "media_type:iana"]) -> MediaType:
    """Lists and counts the file extensions of an IANA media type (MIME type) such as "image/jpeg"."""
    found = _media().get(media_type)
    if not found:
        raise ToolError("not_found", f"no file extensions of the media type {media_type!r}")
    return {"extensions": found, "number": len(found)}


@audit("code_languages")
def audit_code_languages() -> list[Finding]:
    """Colours that are none, extensions without their point."""
    found = []
    for name, row in languages_table().items():
        if row.color and (len(row.color) != 7 or row.color[0] != "#"):
            found.append(Finding("code_languages", name, f"colour {row.color}", False))
        found += [Finding("code_languages", name, e, False) for e in row.extensions if not e.startswith(".")]
    return found

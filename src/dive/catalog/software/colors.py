"""Colours: what the named ones of CSS consist of, which are alike, how a colour stands out against white and black.

Takes `data/colors.tsv` (`scripts/vendor_software.py`), the named colours of CSS Color Level 4, each once. Colours are
six hexadecimal digits; contrast follows the Web Content Accessibility Guidelines. Does not know how a screen shows
them.
"""

import colorsys
import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

WCAG = Package("dive", "Apache-2.0", "no data: the formula of WCAG 2")
CSS = Package("color-name", "MIT", "MIT; the colours of CSS Color Level 4", "color-name and W3C")
DARK = 0.05
"""What WCAG adds to each luminance: the light that even a black screen reflects."""
TONES = (
    "blue", "brown", "coral", "goldenrod", "green", "khaki", "olive", "orange", "orchid", "pink", "purple", "red",
    "salmon", "sky", "steel", "turquoise", "violet", "white", "yellow",
)  # fmt: skip
"""Words in the names of several colours, all of which are the only names of theirs."""


class Contrast(TypedDict):
    """How a colour stands out against white and against black."""

    on_white: Annotated[float, "contrast:ratio"]
    on_black: Annotated[float, "contrast:ratio"]


class ColorName(TypedDict):
    """A colour's nearest name."""

    name: Annotated[str, "color_name:css"]
    color: Annotated[str, "color:hex"]


class Parts(TypedDict):
    """What a named colour consists of."""

    name: Annotated[str, "color_name:css"]
    hex_code: str
    red: Annotated[int, "count"]
    green: Annotated[int, "count"]
    blue: Annotated[int, "count"]


class Tone(TypedDict):
    """A colour as hue, saturation and lightness."""

    hue: NotRequired[Annotated[float, "angle:deg"]]
    saturation: Annotated[float, "share:percent"]
    lightness: Annotated[float, "share:percent"]


class ColorNames(TypedDict):
    """Named colours: the closest first, or in alphabetical order."""

    names: list[Annotated[str, "color_name:css"]]


@functools.cache
def colors_table() -> dict[str, str]:
    """Colours by name."""
    return {row["name"]: row["color"] for row in rows("software", "colors")}


@functools.cache
def _by_word() -> dict[str, list[str]]:
    return {word: [name for name in colors_table() if word in name and word != name] for word in TONES}


@entities("color_name:css")
def color_names() -> list[Entity]:
    """All named colours."""
    return [Entity(type="color_name:css", id=name, name=name) for name in colors_table()]


@entities("color_word:css")
def color_words() -> list[Entity]:
    """Words in the names of colours; seeds stand in four to eight."""
    return [
        Entity(type="color_word:css", id=word, name=word, seed=len(found) in range(4, 9))
        for word, found in _by_word().items()
    ]


def _color(name: str) -> str:
    color = colors_table().get(name)
    if color is None:
        raise ToolError("not_found", f"CSS has no named colour {name!r}")
    return color


def _parts(color: str) -> tuple[float, float, float]:
    try:
        value = int(color.removeprefix("#"), 16)
    except ValueError as error:
        raise ToolError("arguments", f"{color!r} is no colour such as '#3572a5'") from error
    if len(color) != 7:
        raise ToolError("arguments", f"{color!r} is no colour such as '#3572a5'")
    return (value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255


def distance(one: str, other: str) -> float:
    """How far apart two colours are in red, green and blue, squared."""
    return sum((a - b) ** 2 for a, b in zip(_parts(one), _parts(other), strict=True))


def _luminance(parts: tuple[float, float, float]) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@tool("P", WCAG)
def color_contrast(color: Annotated[str, "color:hex"]) -> Contrast:
    """Works out the contrast ratios (1 to 21) of a colour such as "#3572a5" against white and against black, as the Web
    Content Accessibility Guidelines define them."""
    return contrast(color)


def contrast(color: str) -> Contrast:
    """The contrast ratios of a colour against white and against black."""
    light = _luminance(_parts(color)) + DARK
    return {"on_white": (1 + DARK) / light, "on_black": light / DARK}


@tool("R", CSS)
def css_color_name(color: Annotated[str, "color:hex"]) -> ColorName:
    """Finds the named colour of CSS (such as "steelblue") that is closest to a colour such as "#3572a5" by distance in
    red, green and blue, and that named colour's own code. Refused where two are equally close."""
    near = sorted((distance(color, code), name, code) for name, code in colors_table().items())
    if near[0][0] == near[1][0]:
        raise ToolError("refused", f"{near[0][1]} and {near[1][1]} are equally close to {color}")
    return {"name": near[0][1], "color": near[0][2]}


@tool("R", CSS)
def css_color_record(name: Annotated[str, "color_name:css"]) -> Parts:
    """Looks up a named colour of CSS such as "teal": its hexadecimal code and its red, green and blue values from 0 to
    255."""
    color = _color(name)
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return {"name": name, "hex_code": color, "red": red, "green": green, "blue": blue}


@tool("P", CSS)
def css_color_tone(name: Annotated[str, "color_name:css"]) -> Tone:
    """Works out hue (in degrees, left out for greys), saturation and lightness (in percent) of a named colour of CSS
    such as "teal", as the function hsl() takes them."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(_color(name)))
    made: Tone = {"saturation": 100 * saturation, "lightness": 100 * lightness}
    if saturation:
        made["hue"] = 360 * hue
    return made


@tool("P", WCAG)
def css_color_contrast(name: Annotated[str, "color_name:css"]) -> Contrast:
    """Works out the contrast ratios (1 to 21) of a named colour of CSS such as "teal" against white and against black,
    as the Web Content Accessibility Guidelines define them."""
    return contrast(_color(name))


@tool("R", CSS)
def css_colors_like(
    name: Annotated[str, "color_name:css"], n: Annotated[int, "count", Range(4, 6)] = 5
) -> ColorNames:  # fmt: skip
    """Lists the `n` named colours of CSS that come closest to one of them such as "teal" (itself left out), by distance
    in red, green and blue, the closest first."""
    here = _color(name)
    near = sorted((distance(here, code), other) for other, code in colors_table().items() if other != name)
    if not 1 <= n < len(near):
        raise ToolError("arguments", f"n must be between 1 and {len(near) - 1}")
    if near[n - 1][0] == near[n][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of colours")
    return {"names": [other for _, other in near[:n]]}


@tool("R", CSS)
def css_colors_called(word: Annotated[str, "color_word:css"]) -> ColorNames:
    """Lists the named colours of CSS whose names combine a word such as "orchid" with others, as darkorchid does."""
    found = _by_word().get(word)
    if not found:
        raise ToolError("not_found", f"no named colours for the word {word!r}; words are {', '.join(TONES)}")
    return {"names": found}


@audit("colors")
def audit_colors() -> list[Finding]:
    """Codes that are none, one colour under two names."""
    codes = list(colors_table().values())
    return [
        Finding("colors", name, code, False)
        for name, code in colors_table().items()
        if len(code) != 7 or codes.count(code) > 1
    ]

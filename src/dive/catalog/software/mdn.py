"""Properties of CSS and members of JavaScript's built-in objects: which browser version brought them, and when.

Takes `data/css.tsv` and `data/javascript.tsv` (`scripts/vendor_software.py`, MDN's browser-compat-data 8.1.9): full
support without a flag or prefix in desktop versions of Chrome, Edge, Firefox and Safari, and in Node.js. Does not know
values of properties nor arguments of methods.
"""

import datetime
import functools
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.software.browsers import BROWSERS, releases_table
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

MDN = Package("@mdn/browser-compat-data", "CC0-1.0", "CC0-1.0", "MDN browser-compat-data 8.1.9")
SOME = range(4, 9)
"""How many members make a list worth asking about."""


class Row(Struct, frozen=True):
    """One property or member: the first release of each browser that is known, the first version of Node.js."""

    support: dict[str, str]
    node: str = ""

    @property
    def days(self) -> dict[str, str]:
        """Browser -> day."""
        return {browser: releases_table()[release] for browser, release in self.support.items()}


class Support(TypedDict):
    """The first release of each browser with support."""

    chrome: NotRequired[Annotated[str, "browser_release:version"]]
    edge: NotRequired[Annotated[str, "browser_release:version"]]
    firefox: NotRequired[Annotated[str, "browser_release:version"]]
    safari: NotRequired[Annotated[str, "browser_release:version"]]
    nodejs: NotRequired[str]


class Arrival(TypedDict):
    """When the browsers came to support something, where all four are known to do."""

    chrome: Annotated[str, "date"]
    edge: Annotated[str, "date"]
    firefox: Annotated[str, "date"]
    safari: Annotated[str, "date"]
    days: Annotated[int, "time:day"]
    last: NotRequired[Annotated[str, "browser:name"]]


class Properties(TypedDict):
    """Properties in alphabetical order."""

    properties: list[Annotated[str, "css_property:mdn"]]
    number: Annotated[int, "count"]


class Members(TypedDict):
    """Members of built-in objects in alphabetical order."""

    members: list[Annotated[str, "javascript_member:mdn"]]
    number: Annotated[int, "count"]


def _table(name: str) -> dict[str, Row]:
    made = {}
    for row in rows("software", name):
        named = {browser: f"{browser} {row[browser.lower()]}" for browser in BROWSERS if row[browser.lower()]}
        support = {browser: release for browser, release in named.items() if release in releases_table()}
        made[row["id"]] = Row(support, row.get("nodejs", ""))
    return made


@functools.cache
def css_table() -> dict[str, Row]:
    """Properties by name."""
    return _table("css")


@functools.cache
def javascript_table() -> dict[str, Row]:
    """Members of built-in objects by name, such as "Array.prototype.flat"."""
    return _table("javascript")


@entities("css_property:mdn")
def css_properties() -> list[Entity]:
    """All properties; seeds came to Safari together with others that all browsers support."""
    return [
        Entity(type="css_property:mdn", id=name, name=name, seed=_fruitful(css_table(), name)) for name in css_table()
    ]


@entities("javascript_member:mdn")
def javascript_members() -> list[Entity]:
    """All members of built-in objects; seeds came to Safari together with others that all browsers support."""
    return [
        Entity(type="javascript_member:mdn", id=name, name=name, seed=_fruitful(javascript_table(), name))
        for name in javascript_table()
    ]


@entities("browser:name")
def browsers() -> list[Entity]:
    """The four browsers."""
    return [Entity(type="browser:name", id=name, name=name) for name in BROWSERS]


def _fruitful(table: dict[str, Row], name: str) -> bool:
    found = _beside(table, name)
    return len(found) in SOME and all(len(table[other].support) == len(BROWSERS) for other in found)


def _beside(table: dict[str, Row], name: str) -> list[str]:
    """What came to Safari in the same version."""
    release = table[name].support.get("Safari")
    if release is None:
        return []
    return [other for other, row in table.items() if row.support.get("Safari") == release and other != name]


def _find(table: dict[str, Row], name: str) -> Row:
    row = table.get(name)
    if row is None:
        raise ToolError("not_found", f"MDN's compatibility data have no {name!r}")
    return row


def _support(row: Row, name: str) -> Support:
    made: Support = {}
    for browser, release in row.support.items():
        made[browser.lower()] = release  # type: ignore[literal-required]
    if row.node:
        made["nodejs"] = f"Node.js {row.node}"
    if not made:
        raise ToolError("not_found", f"no release is known that supports {name!r}")
    return made


def _arrival(row: Row, name: str) -> Arrival:
    days = row.days
    if len(days) < len(BROWSERS):
        raise ToolError("not_found", f"not all of {', '.join(BROWSERS)} are known to support {name!r}")
    ordered = sorted((day, browser) for browser, day in days.items())
    first, last = (datetime.date.fromisoformat(ordered[place][0]) for place in (0, -1))
    made: Arrival = {
        "chrome": days["Chrome"], "edge": days["Edge"], "firefox": days["Firefox"], "safari": days["Safari"],
        "days": (last - first).days,
    }  # fmt: skip
    if ordered[-1][0] != ordered[-2][0]:
        made["last"] = ordered[-1][1]
    return made


def _listed(table: dict[str, Row], asked: str) -> list[str]:
    found = sorted(name for name, row in table.items() if asked in row.support.values())
    if not found:
        raise ToolError("not_found", f"nothing in MDN's compatibility data for {asked!r}")
    return found


@tool("R", MDN)
def css_property_support(property: Annotated[str, "css_property:mdn"]) -> Support:
    """Tells the first release of Chrome, Edge, Firefox and Safari (desktop) that fully supports a CSS property such as
    "gap"."""
    return _support(_find(css_table(), property), property)


@tool("R", MDN)
def css_property_dates(property: Annotated[str, "css_property:mdn"]) -> Arrival:
    """Tells the days on which Chrome, Edge, Firefox and Safari (desktop) were first released with full support for a
    CSS property such as "gap", the days from the first of them to the last, and which was the last."""
    return _arrival(_find(css_table(), property), property)


@tool("R", MDN)
def css_properties_new_in(release: Annotated[str, "browser_release:version"]) -> Properties:
    """Lists and counts the CSS properties that a desktop browser release such as "Safari 16.4" was the first of its
    browser to support fully."""
    found = _listed(css_table(), release)
    return {"properties": found, "number": len(found)}


@tool("R", MDN)
def css_properties_new_with(property: Annotated[str, "css_property:mdn"]) -> Properties:
    """Lists and counts the other CSS properties that the same version of Safari was the first to support fully as a CSS
    property such as "gap"."""
    _find(css_table(), property)
    found = _beside(css_table(), property)
    if not found:
        raise ToolError("not_found", f"no other CSS property came to Safari together with {property!r}")
    return {"properties": found, "number": len(found)}


@tool("R", MDN)
def javascript_support(member: Annotated[str, "javascript_member:mdn"]) -> Support:
    """Tells the first release of Chrome, Edge, Firefox and Safari (desktop), and the first version of Node.js, that
    fully supports a method or property of JavaScript's built-in objects such as "Array.prototype.flat"."""
    return _support(_find(javascript_table(), member), member)


@tool("R", MDN)
def javascript_dates(member: Annotated[str, "javascript_member:mdn"]) -> Arrival:
    """Tells the days on which Chrome, Edge, Firefox and Safari (desktop) were first released with full support for a
    method or property of JavaScript's built-in objects such as "Array.prototype.flat", the days from the first of them
    to the last, and which was the last."""
    return _arrival(_find(javascript_table(), member), member)


@tool("R", MDN)
def javascript_new_in(release: Annotated[str, "browser_release:version"]) -> Members:
    """Lists and counts the methods and properties of JavaScript's built-in objects that a desktop browser release such
    as "Safari 15.4" was the first of its browser to support fully."""
    found = _listed(javascript_table(), release)
    return {"members": found, "number": len(found)}


@tool("R", MDN)
def javascript_new_with(member: Annotated[str, "javascript_member:mdn"]) -> Members:
    """Lists and counts the other methods and properties of JavaScript's built-in objects that came, fully supported, in
    the same version of Safari as a given one such as "Array.prototype.flat"."""
    _find(javascript_table(), member)
    found = _beside(javascript_table(), member)
    if not found:
        raise ToolError("not_found", f"nothing else of JavaScript came to Safari together with {member!r}")
    return {"members": found, "number": len(found)}


@audit("mdn")
def audit_mdn() -> list[Finding]:
    """Versions that are no release of their browser; names that are no identifiers."""
    found = []
    for table in ("css", "javascript"):
        for row in rows("software", table):
            for browser in BROWSERS:
                version = row[browser.lower()]
                if version and not version.replace(".", "").isdigit():
                    found.append(Finding("mdn", row["id"], f"{browser} {version}", False))
    return found

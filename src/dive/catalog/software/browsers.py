"""Desktop releases of Chrome, Edge, Firefox and Safari: their days, what came before and after.

Takes the table of `scripts/vendor_software.py` from web-features 3.40 (release days from browser-compat-data). Does not
know what a release brought (`web.py`) nor mobile browsers.
"""

import datetime
import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.registry import Choices, Finding, Package, Range, audit, tool

WEB = Package("web-features", "Apache-2.0", "Apache-2.0; browser-compat-data: CC0-1.0", "W3C WebDX Community Group")
BROWSERS = ("Chrome", "Edge", "Firefox", "Safari")
LAST_DAY = "2026-08-31"
"""Later days in the table are plans."""


class Release(TypedDict):
    """A browser release."""

    release: Annotated[str, "browser_release:version"]
    date: Annotated[str, "date"]
    previous: NotRequired[Annotated[str, "browser_release:version"]]
    days_since_previous: NotRequired[Annotated[int, "time:day"]]


class Releases(TypedDict):
    """Releases, the earliest first."""

    releases: list[Annotated[str, "browser_release:version"]]


@functools.cache
def releases_table() -> dict[str, str]:
    """Release -> day, in the order of the days."""
    found = {
        f"{row['browser']} {row['version']}": row["date"]
        for row in rows("software", "releases")
        if row["date"] <= LAST_DAY
    }
    return dict(sorted(found.items(), key=lambda item: (item[0].split()[0], item[1])))


@tool("R", WEB)
def browser_release_record(release: Annotated[str, "browser_release:version"]) -> Release:
    """Looks up the day of a desktop browser release such as "Firefox 121", the release of that browser before it, and
    the days between the two."""
    same = _line(release)
    place = same.index(release)
    made: Release = {"release": release, "date": releases_table()[release]}
    if place:
        made["previous"] = same[place - 1]
        made["days_since_previous"] = (_day(release) - _day(same[place - 1])).days
    return made


@tool("R", WEB)
def browser_releases_after(
    release: Annotated[str, "browser_release:version"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> Releases:
    """Lists the `n` releases of the same browser that came right after a desktop browser release, the earliest
    first."""
    same = _line(release)
    place = same.index(release)
    if not 1 <= n < len(same) - place:
        raise ToolError("not_found", f"{len(same) - place - 1} releases came after {release!r}, not {n}")
    return {"releases": same[place + 1 : place + 1 + n]}


@tool("R", WEB)
def browser_releases_in(
    browser: Annotated[str, "browser:name"], year: Annotated[int, "year", Choices(tuple(range(2012, 2026)))]
) -> Releases:
    """Lists the desktop releases of a browser (Chrome, Edge, Firefox or Safari) that came out in a year, the earliest
    first."""
    found = [name for name, day in releases_table().items() if name.split()[0] == browser and int(day[:4]) == year]
    if not found:
        raise ToolError("not_found", f"no releases of {browser!r} in {year}")
    return {"releases": found}


def _line(release: str) -> list[str]:
    if release not in releases_table():
        raise ToolError("not_found", f"no release {release!r} of {', '.join(BROWSERS)}")
    browser = release.split()[0]
    return [other for other in releases_table() if other.split()[0] == browser]


def _day(release: str) -> datetime.date:
    return datetime.date.fromisoformat(releases_table()[release])


@audit("releases")
def audit_releases() -> list[Finding]:
    """Releases of a browser whose numbers do not rise with their days, and pairs of the same day."""
    found, seen = [], ("", (0,), "")
    for release, date in releases_table().items():
        browser, _, version = release.partition(" ")
        number = tuple(map(int, version.split(".")))
        if browser == seen[0] and (number <= seen[1] or date == seen[2]):
            found.append(Finding("releases", release, f"out of order on {date}", False))
        seen = (browser, number, date)
    return found

"""Releases of Ubuntu and Debian: when they came out and how long they were supported.

Takes `data/systems.tsv` (`scripts/vendor_software.py`): Debian's distro-info-data 0.58; support is the standard one,
without paid or long-term extensions. Does not know point releases.
"""

import datetime
import functools
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.software.browsers import LAST_DAY
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

DISTRO = Package("distro-info-data", "ISC", "ISC", "distro-info-data 0.58")


class Row(Struct, frozen=True):
    """One release: what it is a release of, code name or nothing, day of release, last day of standard support."""

    line: str
    codename: str
    released: str
    ends: str

    @property
    def days(self) -> int:
        """Days of standard support."""
        return (datetime.date.fromisoformat(self.ends) - datetime.date.fromisoformat(self.released)).days


class Release(TypedDict):
    """A release."""

    release: Annotated[str, "system_release:name"]
    released: Annotated[str, "date"]
    codename: NotRequired[str]


class Lifetime(TypedDict):
    """How long a release was supported."""

    ends: Annotated[str, "date"]
    days: Annotated[int, "time:day"]


class Releases(TypedDict):
    """Releases, the earliest first."""

    releases: list[Annotated[str, "system_release:name"]]


@functools.cache
def systems_table() -> dict[str, Row]:
    """Releases by name, such as "Ubuntu 22.04 LTS", in the order of their days."""
    found = {
        row["name"]: Row(row["line"], row["codename"], row["released"], row["ends"])
        for row in rows("software", "systems")
    }
    return dict(sorted(((k, row) for k, row in found.items() if row.released <= LAST_DAY), key=lambda i: i[1].released))


@entities("system_release:name")
def system_releases() -> list[Entity]:
    """All releases."""
    return [Entity(type="system_release:name", id=name, name=name) for name in systems_table()]


def _row(release: str) -> Row:
    row = systems_table().get(release)
    if row is None:
        raise ToolError("not_found", f"no release {release!r} such as 'Ubuntu 22.04 LTS' or 'Debian 12'")
    return row


@tool("R", DISTRO)
def system_release_record(release: Annotated[str, "system_release:name"]) -> Release:
    """Looks up the day of release and the code name of a release of Ubuntu or Debian such as "Ubuntu 22.04 LTS" or
    "Debian 12"."""
    row = _row(release)
    made: Release = {"release": release, "released": row.released}
    if row.codename:
        made["codename"] = row.codename
    return made


@tool("R", DISTRO)
def system_release_support(release: Annotated[str, "system_release:name"]) -> Lifetime:
    """Tells the last day of standard support for a release of Ubuntu or Debian such as "Ubuntu 22.04 LTS", and
    how many days after the release that is."""
    row = _row(release)
    return {"ends": row.ends, "days": row.days}


@tool("R", DISTRO)
def system_releases_after(
    release: Annotated[str, "system_release:name"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> Releases:
    """Lists the `n` releases that came right after a release of Ubuntu or Debian such as "Debian 8", the
    earliest first."""
    line = _row(release).line
    same = [name for name, row in systems_table().items() if row.line == line]
    place = same.index(release)
    if not 1 <= n < len(same) - place:
        raise ToolError("not_found", f"{len(same) - place - 1} releases came after {release!r}, not {n}")
    return {"releases": same[place + 1 : place + 1 + n]}


@audit("systems")
def audit_systems() -> list[Finding]:
    """Releases whose support ends before they came out, pairs of one line on one day."""
    found, seen = [], set[tuple[str, str]]()
    for name, row in systems_table().items():
        if row.days <= 0 or (row.line, row.released) in seen:
            found.append(Finding("systems", name, f"{row.released} to {row.ends}", False))
        seen.add((row.line, row.released))
    return found

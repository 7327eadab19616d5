"""Time zones: the offset from UTC on a date.

From the IANA database in the package `tzdata`, never from the computer's own, so that results do not depend on it.
"""

import datetime
import functools
import importlib.resources
import zoneinfo
from typing import Annotated, TypedDict

from dive.catalog.geography.airports import table
from dive.catalog.geography.places import cities
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

TZDATA = Package("tzdata", "Apache-2.0", "Public domain", "IANA time zone database")


class Offset(TypedDict):
    """How far a clock is ahead of UTC."""

    offset: Annotated[int, "time:minute"]


@functools.cache
def _zone(name: str) -> zoneinfo.ZoneInfo:
    if not all(part and part not in (".", "..") for part in name.split("/")):
        raise ToolError("not_found", f"no time zone {name!r}")
    path = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    if not path.is_file() or not name[0].isupper():
        raise ToolError("not_found", f"no time zone {name!r}")
    with path.open("rb") as file:
        return zoneinfo.ZoneInfo.from_file(file, key=name)


@functools.cache
def _used() -> tuple[str, ...]:
    return tuple(
        sorted({city.timezone for city in cities().values()} | {row.timezone for row in table().values()} - {""})
    )


@entities("timezone:iana")
def time_zones() -> list[Entity]:
    """Time zones of cities and airports; seeds are those of large cities."""
    large = {city.timezone for city in cities().values() if city.population >= 1_000_000}
    return [Entity(type="timezone:iana", id=name, name=name, seed=name in large) for name in _used()]


@tool("R", TZDATA)
def utc_offset(
    timezone: Annotated[str, "timezone:iana"], date: Annotated[str, "date", Range("2015-01-01", "2026-06-30")]
) -> Offset:
    """Tells by how many minutes clocks in a time zone (IANA name) are ahead of UTC at noon, local time, of a date
    (YYYY-MM-DD); negative if they are behind."""
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError as error:
        raise ToolError("arguments", f"{date!r} is no date; write it as 2026-01-31") from error
    moment = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=_zone(timezone))
    offset = moment.utcoffset()
    if offset is None:
        raise ToolError("not_found", f"no offset for {timezone} on {date}")
    return {"offset": round(offset.total_seconds() / 60)}


@audit("timezone")
def check_time_zones() -> list[Finding]:
    """Zones of cities and airports that the database does not have."""
    known = zoneinfo.available_timezones()
    return [Finding("timezone", name, "not in the database", False) for name in _used() if name not in known]

"""Eclipses of the Sun and the Moon from 1700 to 2199: how long they last, how high the Sun stands, what they repeat.

Takes NASA's Five Millennium Catalogs (vendored from saros-eclipse); gives records, the eclipses of a decade, those that
follow one and those of its Saros series. Dates are Gregorian, in universal time. Knows no places from which an eclipse
can be seen, and no penumbral eclipses of the Moon.
"""

import datetime
import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

NASA = Package("saros-eclipse", "MIT", "Public domain", "NASA, Five Millennium Catalogs (Espenak and Meeus)")
CENTRAL = ("total", "annular", "hybrid")
KINDS = {"solar": ("total", "annular"), "lunar": ("total", "partial")}
"""Kinds of eclipses that lists are made of."""
FIRST, LAST = "1901", "2101"
"""The two centuries of which people ask: from 1901 up to and without 2101."""
FEW = 4
"""Fewer eclipses of one kind than this are no list of a decade."""


class SolarEclipse(TypedDict):
    """An eclipse of the Sun; durations in seconds are those at the point where it is greatest."""

    eclipse: Annotated[str, "solar_eclipse:date"]
    kind: str
    date: Annotated[str, "date"]
    totality: NotRequired[Annotated[int, "time:second"]]
    annularity: NotRequired[Annotated[int, "time:second"]]


class SolarGeometry(TypedDict):
    """Where an eclipse of the Sun is greatest, and how high the Sun stands there."""

    eclipse: Annotated[str, "solar_eclipse:date"]
    sun_altitude: Annotated[int, "angle:degree"]
    latitude: Annotated[float, "angle:degree"]
    longitude: float


class SolarSeries(TypedDict):
    """The Saros series of an eclipse of the Sun."""

    eclipse: Annotated[str, "solar_eclipse:date"]
    saros: Annotated[str, "saros:solar"]


class LunarEclipse(TypedDict):
    """An eclipse of the Moon: how long it is in the umbra wholly, and at least in part."""

    eclipse: Annotated[str, "lunar_eclipse:date"]
    kind: str
    date: Annotated[str, "date"]
    totality: NotRequired[Annotated[float, "time:minute"]]
    umbral_phase: Annotated[float, "time:minute"]


class LunarSeries(TypedDict):
    """The Saros series of an eclipse of the Moon."""

    eclipse: Annotated[str, "lunar_eclipse:date"]
    saros: Annotated[str, "saros:lunar"]


class ListedSolar(TypedDict):
    """An eclipse of the Sun as a member of a list."""

    eclipse: Annotated[str, "solar_eclipse:date"]


class SolarList(TypedDict):
    """Eclipses of the Sun in order of time, under the kind that they are of."""

    total: NotRequired[list[ListedSolar]]
    annular: NotRequired[list[ListedSolar]]
    hybrid: NotRequired[list[ListedSolar]]
    partial: NotRequired[list[ListedSolar]]


class ListedLunar(TypedDict):
    """An eclipse of the Moon as a member of a list."""

    eclipse: Annotated[str, "lunar_eclipse:date"]


class LunarList(TypedDict):
    """Eclipses of the Moon in order of time, under the kind that they are of."""

    total: NotRequired[list[ListedLunar]]
    partial: NotRequired[list[ListedLunar]]


@functools.cache
def eclipse_rows(body: str) -> dict[str, dict[str, str]]:
    """Rows of the "solar" or the "lunar" eclipses by date, in order of time."""
    return {row["date"]: row for row in rows("physics", "eclipses") if row["body"] == body}


def _said(date: str) -> str:
    day = datetime.date.fromisoformat(date)
    return f"{day.day} {day:%B} {day.year}"


def _pool(body: str) -> list[Entity]:
    return [
        Entity(
            type=f"{body}_eclipse:date", id=date, name=f"the eclipse of {_said(date)}",
            aliases=(
                _said(date), date, f"the {body} eclipse of {_said(date)}",
                f"the {row['kind']} {body} eclipse of {_said(date)}",
            ),
            seed=body == "solar" and FIRST < date < LAST and row["kind"] in KINDS[body],
        )
        for date, row in eclipse_rows(body).items()
    ]  # fmt: skip


@entities("solar_eclipse:date")
def solar_eclipses() -> list[Entity]:
    """All eclipses of the Sun; seeds are total or annular, and of our time."""
    return _pool("solar")


@entities("lunar_eclipse:date")
def lunar_eclipses() -> list[Entity]:
    """All eclipses of the Moon; one asks of them by their decade."""
    return _pool("lunar")


@entities("eclipse_decade:name")
def decades() -> list[Entity]:
    """Decades of the two centuries of which people ask; seeds are those whose name means no century."""
    return [
        Entity(
            type="eclipse_decade:name", id=f"{year}s", name=f"the {year}s", aliases=(f"{year}s",), seed=year % 100 > 0
        )
        for year in range(1900, 2100, 10)
    ]  # fmt: skip


def _series(body: str) -> list[Entity]:
    known = sorted({int(row["saros"]) for row in eclipse_rows(body).values()})
    return [
        Entity(
            type=f"saros:{body}", id=str(n), name=f"{body} Saros series {n}", aliases=(f"Saros {n}", str(n)), seed=False
        )
        for n in known
    ]


@entities("saros:solar")
def solar_series() -> list[Entity]:
    """The Saros series of the Sun's eclipses; tasks start from the eclipses."""
    return _series("solar")


@entities("saros:lunar")
def lunar_series() -> list[Entity]:
    """The Saros series of the Moon's eclipses; tasks start from the eclipses."""
    return _series("lunar")


def _row(body: str, date: str) -> dict[str, str]:
    row = eclipse_rows(body).get(date)
    if row is None:
        raise ToolError("not_found", f"no {body} eclipse of the table is of {date!r}")
    return row


Dates = dict[str, list[dict[str, str]]]


def _following(body: str, date: str, n: int) -> Dates:
    """The next `n` eclipses of the same kind, under that kind."""
    kind = _row(body, date)["kind"]
    found = [d for d, row in eclipse_rows(body).items() if row["kind"] == kind and d > date]
    if not 1 <= n <= len(found):
        raise ToolError("not_found", f"fewer than {n} such eclipses follow up to 2199")
    return {kind: [{"eclipse": d} for d in found[:n]]}


def _during(body: str, decade: str) -> Dates:
    """The eclipses of a decade, under their kinds; kinds of which there are but a few are left out."""
    dates = [d for d in eclipse_rows(body) if f"{d[:3]}0s" == decade]
    if not dates:
        raise ToolError("not_found", f"{decade!r} is no decade between 1700s and 2190s")
    sorts = {kind: [{"eclipse": d} for d in dates if eclipse_rows(body)[d]["kind"] == kind] for kind in KINDS[body]}
    return {kind: found for kind, found in sorts.items() if len(found) >= FEW}


@tool("R", NASA)
def solar_eclipse_record(eclipse: Annotated[str, "solar_eclipse:date"]) -> SolarEclipse:
    """Looks up an eclipse of the Sun by its date in universal time, such as "1999-08-11": its kind, and how
    many seconds totality (of a total one) or annularity (of an annular one) lasts where the eclipse is greatest."""
    row = _row("solar", eclipse)
    made: SolarEclipse = {"eclipse": eclipse, "kind": row["kind"], "date": eclipse}
    if row["central_s"] and row["kind"] == "total":
        made["totality"] = int(row["central_s"])
    if row["central_s"] and row["kind"] == "annular":
        made["annularity"] = int(row["central_s"])
    return made


@tool("R", NASA)
def solar_eclipse_geometry(eclipse: Annotated[str, "solar_eclipse:date"]) -> SolarGeometry:
    """Looks up where an eclipse of the Sun (by date, such as "1999-08-11") is greatest, in degrees north and east, and
    how many degrees the Sun stands above the horizon there."""
    row = _row("solar", eclipse)
    return {
        "eclipse": eclipse, "sun_altitude": int(row["sun_altitude"]), "latitude": float(row["latitude"]),
        "longitude": float(row["longitude"]),
    }  # fmt: skip


@tool("R", NASA)
def solar_eclipse_series(eclipse: Annotated[str, "solar_eclipse:date"]) -> SolarSeries:
    """Looks up the Saros series to which an eclipse of the Sun (by date, such as "1999-08-11") belongs."""
    return {"eclipse": eclipse, "saros": _row("solar", eclipse)["saros"]}


@tool("R", NASA)
def next_solar_eclipses(
    eclipse: Annotated[str, "solar_eclipse:date"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> SolarList:
    """Lists the next `n` eclipses of the Sun of the same kind (total, annular, hybrid or partial) after one (by date,
    such as "1999-08-11")."""
    return _following("solar", eclipse, n)  # type: ignore[return-value]


@tool("R", NASA)
def solar_eclipses_of_same_saros(eclipse: Annotated[str, "solar_eclipse:date"]) -> SolarList:
    """Lists the other eclipses of the Sun from 1901 to 2100 that are of the same kind (total, annular, hybrid or
    partial) and the same Saros series as one (by date, such as "1999-08-11")."""
    here = _row("solar", eclipse)
    near = [(d, row) for d, row in eclipse_rows("solar").items() if FIRST < d < LAST and d != eclipse]
    found = [d for d, row in near if (row["kind"], row["saros"]) == (here["kind"], here["saros"])]
    if not found:
        raise ToolError("not_found", f"no other {here['kind']} eclipse of its series is between 1901 and 2100")
    return {here["kind"]: [{"eclipse": d} for d in found]}  # type: ignore[misc]


@tool("R", NASA)
def solar_eclipses_of_decade(decade: Annotated[str, "eclipse_decade:name"]) -> SolarList:
    """Lists the total and the annular eclipses of the Sun in a decade, written "1990s"."""
    return _during("solar", decade)  # type: ignore[return-value]


@tool("R", NASA)
def lunar_eclipse_record(eclipse: Annotated[str, "lunar_eclipse:date"]) -> LunarEclipse:
    """Looks up an eclipse of the Moon by its date in universal time, such as "2018-07-27": its kind, and how many
    minutes the Moon is wholly and at least partly in the Earth's umbra."""
    row = _row("lunar", eclipse)
    made: LunarEclipse = {
        "eclipse": eclipse, "kind": row["kind"], "date": eclipse, "umbral_phase": int(row["partial_s"]) / 60,
    }  # fmt: skip
    if row["total_s"]:
        made["totality"] = int(row["total_s"]) / 60
    return made


@tool("R", NASA)
def lunar_eclipse_series(eclipse: Annotated[str, "lunar_eclipse:date"]) -> LunarSeries:
    """Looks up the Saros series to which an eclipse of the Moon (by date, such as "2018-07-27") belongs."""
    return {"eclipse": eclipse, "saros": _row("lunar", eclipse)["saros"]}


@tool("R", NASA)
def next_lunar_eclipses(
    eclipse: Annotated[str, "lunar_eclipse:date"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> LunarList:
    """Lists the next `n` eclipses of the Moon of the same kind (total or partial) after one (by date, such as
    "2018-07-27")."""
    return _following("lunar", eclipse, n)  # type: ignore[return-value]


@tool("R", NASA)
def lunar_eclipses_of_decade(decade: Annotated[str, "eclipse_decade:name"]) -> LunarList:
    """Lists the total and the partial eclipses of the Moon in a decade, written "1990s"."""
    return _during("lunar", decade)  # type: ignore[return-value]


@audit("eclipses")
def audit_eclipses() -> list[Finding]:
    """Phases of impossible length, eclipses closer than a lunation, series that are not 6,585 days apart."""
    found = list[Finding]()
    for body in ("solar", "lunar"):
        last: dict[str, datetime.date] = {}
        for date, row in eclipse_rows(body).items():
            day, phases = (
                datetime.date.fromisoformat(date),
                [int(row[k] or 0) for k in ("central_s", "total_s", "partial_s")],
            )
            if phases[0] >= 760 or phases[1] >= 6500 or phases[2] >= 14500:
                found.append(Finding("eclipses", f"{body} {date}", "a phase of odd length", False))
            if row["central_s"] and row["kind"] not in CENTRAL:
                found.append(Finding("eclipses", f"{body} {date}", "a central phase of a partial eclipse", False))
            before = last.get(row["saros"])
            if before and not 6584 <= (day - before).days <= 6587:
                found.append(Finding("eclipses", f"{body} {date}", "off its Saros series", False))
            last[row["saros"]] = day
    return found

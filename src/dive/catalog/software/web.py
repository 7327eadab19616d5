"""Features of the web platform: which browser version brought them, when they became Baseline, how they are grouped.

Takes the tables of `scripts/vendor_software.py` from web-features 3.40 (release days from browser-compat-data); desktop
versions of Chrome, Edge, Firefox and Safari. Days and versions that the project knows only as "at the latest" are
absent. Does not know mobile browsers.
"""

import datetime
import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from msgspec import Struct

from dive.catalog.software.browsers import BROWSERS, LAST_DAY, WEB, releases_table
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, audit, entities, tool

RECENT = "2020-01-01"
SOME = range(4, 9)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Row(Struct, frozen=True):
    """One feature: groups, day of becoming Baseline or nothing, first release of each browser ("Firefox 121")."""

    name: str
    groups: tuple[str, ...]
    baseline: str
    support: dict[str, str]

    @property
    def days(self) -> int | None:
        """Days from the first of the four browsers to Baseline, where all are known."""
        dates = [releases_table().get(release, "") for release in self.support.values()]
        if not self.baseline or len(dates) < len(BROWSERS) or not all(dates) or min(dates) > self.baseline:
            return None
        return (datetime.date.fromisoformat(self.baseline) - datetime.date.fromisoformat(min(dates))).days


class Feature(TypedDict):
    """What a feature belongs to and since when it works everywhere."""

    feature: Annotated[str, "web_feature:webdx"]
    group: NotRequired[Annotated[str, "feature_group:webdx"]]
    baseline_date: NotRequired[Annotated[str, "date"]]
    baseline_month: NotRequired[Annotated[str, "month:iso"]]
    days_to_baseline: NotRequired[Annotated[int, "time:day"]]


class Support(TypedDict):
    """The first release of each browser that supports a feature."""

    feature: Annotated[str, "web_feature:webdx"]
    chrome: NotRequired[Annotated[str, "browser_release:version"]]
    edge: NotRequired[Annotated[str, "browser_release:version"]]
    firefox: NotRequired[Annotated[str, "browser_release:version"]]
    safari: NotRequired[Annotated[str, "browser_release:version"]]


class Dates(TypedDict):
    """The day on which each browser first supported a feature."""

    feature: Annotated[str, "web_feature:webdx"]
    chrome: NotRequired[Annotated[str, "date"]]
    edge: NotRequired[Annotated[str, "date"]]
    firefox: NotRequired[Annotated[str, "date"]]
    safari: NotRequired[Annotated[str, "date"]]
    last: NotRequired[Annotated[str, "browser:name"]]


class Features(TypedDict):
    """Features by id: all, and those that became Baseline in 2020 or later."""

    features: list[Annotated[str, "web_feature:webdx"]]
    number: Annotated[int, "count"]
    recent: list[Annotated[str, "web_feature:webdx"]]


class NewFeatures(TypedDict):
    """Features by id."""

    features: list[Annotated[str, "web_feature:webdx"]]
    number: Annotated[int, "count"]


@functools.cache
def features_table() -> dict[str, Row]:
    """Features by id, without the fenced ones."""
    out, made = fence("software", "features"), dict[str, Row]()
    for row in rows("software", "features"):
        named = {browser: f"{browser} {row[browser.lower()]}" for browser in BROWSERS if row[browser.lower()]}
        support = {browser: release for browser, release in named.items() if release in releases_table()}
        day = row["baseline"] if row["baseline"] <= LAST_DAY else ""
        if row["id"] not in out:
            made[row["id"]] = Row(row["name"], tuple(filter(None, row["groups"].split(";"))), day, support)
    return made


@functools.cache
def _arrived() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, row in features_table().items():
        for release in row.support.values():
            found.setdefault(release, []).append(name)
    return found


@functools.cache
def _grouped() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, row in features_table().items():
        for group in row.groups:
            found.setdefault(group, []).append(name)
    return found


@functools.cache
def _by_month() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, row in features_table().items():
        if row.baseline:
            found.setdefault(row.baseline[:7], []).append(name)
    return found


@entities("web_feature:webdx")
def features() -> list[Entity]:
    """All features; seeds are those that became Baseline on a known day or that all four browsers support."""
    return [
        Entity(
            type="web_feature:webdx", id=name, name=row.name, aliases=(name,) if name != row.name else (),
            seed=bool(row.baseline) or len(row.support) == len(BROWSERS),
        )
        for name, row in features_table().items()
    ]  # fmt: skip


@entities("feature_group:webdx")
def groups() -> list[Entity]:
    """Groups of features; seeds have four to eight recent ones."""
    return [
        Entity(
            type="feature_group:webdx", id=row["id"], name=row["name"], seed=len(_recent(_grouped()[row["id"]])) in SOME
        )
        for row in rows("software", "groups")
        if row["id"] in _grouped()
    ]


def _recent(found: list[str]) -> list[str]:
    return [name for name in found if features_table()[name].baseline >= RECENT]


@entities("browser_release:version")
def releases() -> list[Entity]:
    """Releases of the four browsers; seeds brought several features."""
    return [
        Entity(type="browser_release:version", id=release, name=release, seed=len(_arrived().get(release, ())) > 2)
        for release in releases_table()
    ]


@entities("month:iso")
def months() -> list[Entity]:
    """Months in which features became Baseline; seeds are those of three or more."""
    return [
        Entity(type="month:iso", id=month, name=_spelled(month), aliases=(month,), seed=len(found) > 2)
        for month, found in _by_month().items()
    ]


def _spelled(month: str) -> str:
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def _feature(feature: str) -> Row:
    row = features_table().get(feature)
    if row is None:
        raise ToolError("not_found", f"no web feature {feature!r}")
    return row


def _listed(found: list[str] | None, asked: str) -> Features:
    if not found:
        raise ToolError("not_found", f"no web features for {asked!r}")
    return {"features": found, "number": len(found), "recent": _recent(found)}


@tool("R", WEB)
def web_feature_record(feature: Annotated[str, "web_feature:webdx"]) -> Feature:
    """Looks up a feature of the web platform by its web-features id such as "container-queries": its group (left out
    where there are several), the day on which it became Baseline Newly available, that is supported by Chrome, Edge,
    Firefox and Safari alike, that month, and the days from the first of these browsers to that day."""
    row = _feature(feature)
    made: Feature = {"feature": feature}
    if len(row.groups) == 1:
        made["group"] = row.groups[0]
    if row.baseline:
        made["baseline_date"], made["baseline_month"] = row.baseline, row.baseline[:7]
    if row.days is not None:
        made["days_to_baseline"] = row.days
    return made


@tool("R", WEB)
def web_feature_support(feature: Annotated[str, "web_feature:webdx"]) -> Support:
    """Tells the first release of Chrome, Edge, Firefox and Safari (desktop) that supports a feature of the web
    platform, given by its web-features id."""
    row = _feature(feature)
    made: Support = {"feature": feature}
    for browser, release in row.support.items():
        made[browser.lower()] = release  # type: ignore[literal-required]
    if len(made) == 1:
        raise ToolError("not_found", f"no release is known that supports {feature!r}")
    return made


@tool("R", WEB)
def web_feature_dates(feature: Annotated[str, "web_feature:webdx"]) -> Dates:
    """Tells the days on which Chrome, Edge, Firefox and Safari (desktop) were first released with support for a feature
    of the web platform, given by its web-features id, and which of them was the last."""
    made: Dates = {"feature": feature}
    for browser, release in _feature(feature).support.items():
        made[browser.lower()] = releases_table()[release]  # type: ignore[literal-required]
    ordered = sorted((releases_table()[release], browser) for browser, release in _feature(feature).support.items())
    if len(ordered) == len(BROWSERS) and ordered[-1][0] != ordered[-2][0]:
        made["last"] = ordered[-1][1]
    if len(made) == 1:
        raise ToolError("not_found", f"no release is known that supports {feature!r}")
    return made


@tool("R", WEB)
def web_features_in_group(group: Annotated[str, "feature_group:webdx"]) -> Features:
    """Lists and counts the features of the web platform in one group of web-features, such as "container-queries"; and
    lists those of them that became Baseline Newly available in 2020 or later."""
    return _listed(_grouped().get(group), group)


@tool("R", WEB)
def web_features_new_in(release: Annotated[str, "browser_release:version"]) -> Features:
    """Lists and counts the features of the web platform that a browser release such as "Safari 16.4" was the first
    release of its browser to support; and lists those of them that became Baseline Newly available in 2020 or later."""
    return _listed(_arrived().get(release), release)


@tool("R", WEB)
def web_features_baseline_in(month: Annotated[str, "month:iso"]) -> NewFeatures:
    """Lists and counts the features of the web platform that became Baseline Newly available in a month such as
    "2023-12"."""
    found = _by_month().get(month)
    if not found:
        raise ToolError("not_found", f"no web feature became Baseline in {month!r}")
    return {"features": found, "number": len(found)}


@audit("features")
def audit_features() -> list[Finding]:
    """Features that became Baseline before the last browser supported them, names used twice, versions out of order."""
    out, found = fence("software", "features"), []
    for name, row in features_table().items():
        dates = [releases_table()[release] for release in row.support.values()]
        if row.baseline and dates and max(dates) > row.baseline:
            found.append(
                Finding("features", name, f"Baseline on {row.baseline}, last support {max(dates)}", name in out)
            )
    count = Counter(row.name.casefold() for row in features_table().values())
    return found + [Finding("features", name, "name used twice", False) for name, many in count.items() if many > 1]

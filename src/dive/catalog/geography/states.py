"""US states: when each joined the Union, its capital and its counties; the states that joined in one decade.

From the package `us`. Does not know territories.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.geography.places import cities
from dive.catalog.tables import fence
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Choices, Finding, Package, audit, entities, tool

US = Package("us", "BSD-3-Clause", "Public domain", "the us library")
DECADES = (1810, 1840, 1880, 1890)


class StateRecord(TypedDict):
    """One state."""

    state: Annotated[str, "us_state:usps"]
    name: str
    capital: Annotated[str, "city:geonames"]
    counties: NotRequired[Annotated[int, "count"]]


class Statehood(TypedDict):
    """When a state joined the Union."""

    state: Annotated[str, "us_state:usps"]
    joined: Annotated[int, "year"]


class Row(StateRecord, Statehood):
    """All that the package has of one state."""


class States(TypedDict):
    """States that joined in one decade."""

    states: list[Annotated[str, "us_state:usps"]]


@functools.cache
def table() -> dict[str, Row]:
    """All fifty states by postal code."""
    import us

    capitals = {(city.state, city.name): city.id for city in cities().values() if city.state}
    found: dict[str, Row] = {}
    for state in us.states.STATES:
        row: Row = {
            "state": state.abbr, "name": state.name, "capital": capitals[state.abbr, str(state.capital)],
            "joined": int(state.statehood_year or 0),
        }  # fmt: skip
        if state.abbr not in fence("geography", "counties"):
            row["counties"] = len(state.counties)
        found[state.abbr] = row
    return found


@entities("us_state:usps")
def states() -> list[Entity]:
    """The fifty states."""
    said = {"GA": "the US state of Georgia", "NY": "the state of New York", "WA": "the state of Washington"}
    return [
        Entity(type="us_state:usps", id=code, name=said.get(code, row["name"]), aliases=(row["name"], code))
        for code, row in table().items()
    ]


@tool("R", US)
def us_state_record(state: Annotated[str, "us_state:usps"]) -> StateRecord:
    """Looks up a US state by its two-letter postal code: capital and number of counties (parishes, boroughs and
    independent cities included)."""
    row = _find(state)
    made: StateRecord = {"state": state, "name": row["name"], "capital": row["capital"]}
    if "counties" in row:
        made["counties"] = row["counties"]
    return made


@tool("R", US)
def us_statehood(state: Annotated[str, "us_state:usps"]) -> Statehood:
    """Looks up the year in which a US state, given by its two-letter postal code, joined the Union."""
    return {"state": state, "joined": _find(state)["joined"]}


def _find(state: str) -> Row:
    if state not in table():
        raise ToolError("not_found", f"no US state has the postal code {state!r}")
    return table()[state]


@tool("R", US)
def us_states_joined(decade: Annotated[int, "year", Choices(DECADES)]) -> States:
    """Lists the US states that joined the Union in the ten years that begin with a year divisible by ten, as postal
    codes: 1810 stands for 1810 to 1819."""
    found = [code for code, row in table().items() if row["joined"] // 10 * 10 == decade]
    if not found:
        raise ToolError("not_found", f"no state joined in the decade that begins with {decade}")
    return {"states": found}


@audit("us_states")
def check_states() -> list[Finding]:
    """Years that cannot be, and a number of states other than fifty."""
    found = [(code, f"joined in {row['joined']}") for code, row in table().items() if not 1787 <= row["joined"] <= 1959]
    if len(table()) != 50:
        found.append(("*", f"{len(table())} states"))
    return [Finding("us_states", code, problem, False) for code, problem in found]

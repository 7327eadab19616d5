"""How easily substances catch fire: flash point, autoignition, flammable limits, after IEC 60079-20-1:2010.

Takes the table of the `chemicals` package (vendored); gives one record per compound. Values are kept where NFPA 497,
which the package holds too, does not contradict them; both standards leave out many substances.
"""

import functools
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.chemistry.compounds import COMPOUNDS, compound_rows
from dive.catalog.tables import fence
from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.registry import Finding, audit, tool


class FireHazard(TypedDict):
    """When a substance ignites. Limits are per cent by volume of its vapour in air."""

    compound: Annotated[str, "compound:cas"]
    flash_point: NotRequired[Annotated[float, "temperature:c"]]
    autoignition_temperature: NotRequired[Annotated[float, "temperature:c"]]
    lower_flammable_limit: NotRequired[Annotated[float, "share:volume_percent"]]
    upper_flammable_limit: NotRequired[Annotated[float, "share:volume_percent"]]


@functools.cache
def _table() -> dict[str, dict[str, float]]:
    """Rows by CAS number."""
    return {row.pop("cas"): {k: float(text) for k, text in row.items() if text} for row in rows("chemistry", "hazards")}


@functools.cache
def hazard_rows() -> dict[str, dict[str, float]]:
    """Rows by CAS number, of compounds that are in the table of compounds."""
    fenced = fence("chemistry", "hazards")
    return {cas: row for cas, row in _table().items() if cas in compound_rows() and cas not in fenced}


@tool("R", COMPOUNDS)
def fire_hazard(compound: Annotated[str, "compound:cas"]) -> FireHazard:
    """Looks up by CAS number how easily a compound catches fire: flash point and autoignition temperature in degrees
    Celsius, lower and upper flammable limit in per cent by volume in air."""
    if compound in fence("chemistry", "hazards"):
        raise ToolError("refused", fence("chemistry", "hazards")[compound])
    row = hazard_rows().get(compound)
    if row is None:
        raise ToolError("not_found", f"IEC 60079-20-1 does not list {compound!r}")
    return {"compound": compound, **row}  # type: ignore[typeddict-item]


@audit("hazards")
def audit_hazards() -> list[Finding]:
    """Flash points above autoignition or boiling, lower limits above upper ones, limits above 100 per cent."""
    fenced, found = fence("chemistry", "hazards"), []
    for cas, row in _table().items():
        values = compound_rows()[cas]["values"] if cas in compound_rows() else {}
        low, high = row.get("lower_flammable_limit", 0), row.get("upper_flammable_limit", 100)
        hottest = min(row.get("autoignition_temperature", 9e9), values.get("boiling_point", 9e9))
        if row.get("flash_point", -300.0) >= hottest:
            found.append(Finding("hazards", cas, "flash point above boiling point or autoignition", cas in fenced))
        if not 0 <= low < high <= 100:
            found.append(Finding("hazards", cas, f"flammable from {low} to {high} per cent", cas in fenced))
    return found

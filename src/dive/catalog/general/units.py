"""Conversion between units of one quantity: one function and a table of exact factors.

Units carry the names of the catalog's types ("length:mi"), so that any field with a unit can be given in another.
"""

from typing import Annotated, TypedDict

from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Package, entities, tool

UNITS = Package("dive-units", "Apache-2.0", "none", "exact definitions of units")
FACTORS = {
    "length:mm": 1e-3, "length:cm": 1e-2, "length:m": 1.0, "length:km": 1e3, "length:in": 0.0254, "length:ft": 0.3048,
    "length:yd": 0.9144, "length:mi": 1609.344, "length:nmi": 1852.0,
    "area:m2": 1.0, "area:ha": 1e4, "area:km2": 1e6, "area:ft2": 0.09290304, "area:acre": 4046.8564224,
    "area:mi2": 2589988.110336,
    "mass:mg": 1e-6, "mass:g": 1e-3, "mass:kg": 1.0, "mass:t": 1e3, "mass:oz": 0.028349523125, "mass:lb": 0.45359237,
    "time:s": 1.0, "time:minute": 60.0, "time:hour": 3600.0, "time:day": 86400.0, "time:week": 604800.0,
    "volume:ml": 1e-3, "volume:l": 1.0, "volume:m3": 1e3, "volume:us_gal": 3.785411784, "volume:us_pt": 0.473176473,
    "speed:m_s": 1.0, "speed:km_h": 1 / 3.6, "speed:mph": 0.44704, "speed:kn": 1852 / 3600,
    "pressure:pa": 1.0, "pressure:kpa": 1e3, "pressure:bar": 1e5, "pressure:atm": 101325.0,
    "energy:j": 1.0, "energy:kj": 1e3, "energy:kwh": 3.6e6, "energy:cal": 4.184, "energy:kcal": 4184.0,
    "temperature:k": 1.0, "temperature:c": 1.0, "temperature:f": 5 / 9,
    "density:g_cm3": 1e3, "density:kg_m3": 1.0,
}  # fmt: skip
"""Unit -> its size in the quantity's base unit."""
ZERO = {"temperature:k": 0.0, "temperature:c": 273.15, "temperature:f": 459.67 * 5 / 9}
"""Unit -> where its zero lies in the base unit."""


class Converted(TypedDict):
    """The amount in the other unit."""

    value: float


@entities("unit:type")
def units() -> list[Entity]:
    """The units that can be converted."""
    return [Entity(type="unit:type", id=name, name=name.partition(":")[2], seed=False) for name in FACTORS]


@tool("P", UNITS)
def convert_unit(
    value: float, from_unit: Annotated[str, "unit:type"], to_unit: Annotated[str, "unit:type"]
) -> Converted:
    """Converts an amount from one unit to another of the same quantity. Units are written quantity:unit, for example
    length:km, length:mi, area:km2, area:mi2, mass:kg, mass:lb, temperature:c, temperature:f."""
    for unit in (from_unit, to_unit):
        if unit not in FACTORS:
            raise ToolError("not_found", f"no unit {unit!r}; there are {', '.join(FACTORS)}")
    if from_unit.partition(":")[0] != to_unit.partition(":")[0]:
        raise ToolError("arguments", f"{from_unit} and {to_unit} measure different quantities")
    base = value * FACTORS[from_unit] + ZERO.get(from_unit, 0.0)
    return {"value": (base - ZERO.get(to_unit, 0.0)) / FACTORS[to_unit]}

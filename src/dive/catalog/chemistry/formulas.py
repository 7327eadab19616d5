"""Chemical formulas: what is in them and what it weighs.

Takes a formula such as "C2H6O" or "Ca(OH)2"; gives its atoms, molar mass and composition by mass, computed with the
standard atomic weights of `elements.py`. Does not know structures: isomers have the same formula.
"""

import re
from collections import Counter
from typing import Annotated, TypedDict

from dive.catalog.chemistry.elements import element_rows
from dive.errors import ToolError
from dive.registry import Choices, Package, tool

FORMULAS = Package("dive", "MIT", "MIT", "standard atomic weights of IUPAC, by way of mendeleev")
TOKEN = re.compile(r"([A-Z][a-z]?|\(|\)|\[|\])(\d*)")


class Part(TypedDict):
    """An element in a compound: number of atoms in the formula, share of the mass in per cent."""

    element: Annotated[str, "element:symbol"]
    atoms: Annotated[int, "count"]
    mass_share: Annotated[float, "share:percent"]


class Composition(TypedDict):
    """What a formula says."""

    molar_mass: Annotated[float, "mass:g_mol"]
    atoms: Annotated[int, "count"]
    elements: list[Part]


class Amount(TypedDict):
    """An amount of substance."""

    amount: Annotated[float, "amount:mol"]


def atoms(formula: str) -> dict[str, int]:
    """How often each element occurs in `formula`, in the order of first mention.

    Raises:
        ToolError: `not_found`, when it is no formula.
    """
    stack: list[Counter[str]] = [Counter()]
    at = 0
    while at < len(formula):
        match = TOKEN.match(formula, at)
        if match is None:
            raise ToolError("not_found", f"not a formula: {formula!r}")
        sign, many, at = match.group(1), int(match.group(2) or 1), match.end()
        if sign in "([":
            stack.append(Counter())
        elif sign in ")]":
            if len(stack) < 2:
                raise ToolError("not_found", f"unbalanced brackets: {formula!r}")
            for element, count in stack.pop().items():
                stack[-1][element] += count * many
        else:
            stack[-1][sign] += many
    if len(stack) != 1 or not stack[0]:
        raise ToolError("not_found", f"not a formula: {formula!r}")
    return dict(stack[0])


def weight(formula: str) -> float:
    """Molar mass of `formula` in g/mol."""
    return sum(count * _weight(element) for element, count in atoms(formula).items())


def _weight(element: str) -> float:
    row = element_rows().get(element)
    if row is None:
        raise ToolError("not_found", f"no element has the symbol {element!r}")
    if "atomic_weight" not in row:
        raise ToolError("refused", f"{element} has no standard atomic weight")
    return row["atomic_weight"]


@tool("P", FORMULAS)
def formula_composition(formula: Annotated[str, "formula:hill"]) -> Composition:
    """Takes a chemical formula apart: molar mass in g/mol, number of atoms, and for each element its number of atoms
    and its share of the mass in per cent."""
    found, total = atoms(formula), weight(formula)
    return {
        "molar_mass": total,
        "atoms": sum(found.values()),
        "elements": [
            {"element": element, "atoms": count, "mass_share": 100 * count * _weight(element) / total}
            for element, count in found.items()
        ],
    }


@tool("P", FORMULAS)
def amount_of_substance(
    formula: Annotated[str, "formula:hill"],
    grams: Annotated[float, "mass:g", Choices((5, 10, 25, 50, 100, 150, 200, 250, 500, 750))],
) -> Amount:
    """Computes the amount of substance in moles that a mass in grams of a compound with the given formula has."""
    return {"amount": grams / weight(formula)}

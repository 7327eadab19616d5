"""The solvents whose residues the ICH Q3C guideline limits, and which of them boil close to a given one.

Members are those of classes 1 to 3 of ICH Q3C(R8) that are single substances, by CAS number; their properties are in
`compounds.py`. Does not know limits or classes.
"""

import functools
from typing import Annotated

from dive.catalog.chemistry.compounds import COMPOUNDS, BoilingCompounds, compound_record, compound_rows
from dive.errors import ToolError
from dive.registry import Finding, Range, audit, tool

ICH_Q3C = (
    "71-43-2", "56-23-5", "107-06-2", "75-35-4", "71-55-6", "75-05-8", "108-90-7", "67-66-3", "98-82-8", "110-82-7",
    "5614-37-9", "75-09-2", "110-71-4", "127-19-5", "68-12-2", "123-91-1", "110-80-5", "107-21-1", "75-12-7",
    "110-54-3", "67-56-1", "109-86-4", "591-78-6", "108-87-2", "108-10-1", "872-50-4", "75-52-5", "110-86-1",
    "126-33-0", "75-65-0", "109-99-9", "119-64-2", "108-88-3", "79-01-6", "64-19-7", "67-64-1", "100-66-3",
    "71-36-3", "78-92-2", "123-86-4", "1634-04-4", "67-68-5", "64-17-5", "141-78-6", "60-29-7", "109-94-4",
    "64-18-6", "142-82-5", "110-19-0", "108-21-4", "79-20-9", "123-51-3", "78-93-3", "78-83-1", "96-47-9",
    "109-66-0", "71-41-0", "71-23-8", "67-63-0", "109-60-4", "121-44-8",
)  # fmt: skip
"""CAS numbers; the mixtures of isomers (xylene, 1,2-dichloroethene) are left out."""
SAME = 0.05
"""Boiling points this close, in degrees, count as equal."""
FAR = 30
"""A solvent that boils further away, in degrees, is close to nothing."""


@functools.cache
def _boiling() -> dict[str, float]:
    rows = compound_rows()
    known = (cas for cas in ICH_Q3C if cas in rows)
    return {cas: rows[cas]["values"]["boiling_point"] for cas in known if "boiling_point" in rows[cas]["values"]}


@tool("R", COMPOUNDS)
def solvents_boiling_near(
    compound: Annotated[str, "compound:cas"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> BoilingCompounds:
    """Lists the `n` solvents of the ICH Q3C guideline on residual solvents whose boiling points are closest to that of
    another one (by CAS number), the closest first, with the boiling point in degrees Celsius."""
    if compound not in ICH_Q3C:
        raise ToolError("not_found", f"{compound} is no solvent of the ICH Q3C guideline")
    here = compound_record(compound).get("boiling_point")
    if here is None:
        raise ToolError("not_found", f"no boiling point is known of {compound}")
    if not 1 <= n <= 20:
        raise ToolError("arguments", "n must be between 1 and 20")
    near = sorted((abs(boiling - here), cas) for cas, boiling in _boiling().items() if cas != compound)
    if near[n - 1][0] > FAR:
        raise ToolError("not_found", f"fewer than {n} of the solvents boil within {FAR} degrees of {compound}")
    if near[n][0] - near[n - 1][0] < SAME:
        raise ToolError("refused", f"places {n} and {n + 1} are tied; ask for another number of solvents")
    return {"compounds": [{"compound": cas, "boiling_point": _boiling()[cas]} for _, cas in near[:n]]}


@audit("solvents")
def audit_solvents() -> list[Finding]:
    """Numbers named twice, solvents that boil where no solvent does."""
    found = [(cas, "named twice") for cas in sorted(set(ICH_Q3C)) if ICH_Q3C.count(cas) > 1]
    found += [(cas, f"boils at {boiling} degrees") for cas, boiling in _boiling().items() if not 30 < boiling < 290]
    return [Finding("solvents", cas, problem, False) for cas, problem in found]

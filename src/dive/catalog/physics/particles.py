"""Subatomic particles: what they weigh, how long they last, what they are made of.

Takes the masses and widths of the Review of Particle Physics (vendored from the package particle); gives records and
lists of established leptons, bosons, mesons and baryons. Of a particle and its antiparticle it knows the particle.
"""

import functools
import re
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, Range, audit, entities, tool

PARTICLES = Package("particle", "BSD-3-Clause", "CC-BY-4.0", "Particle Data Group 2026; Scikit-HEP particle")
LASTING = {"lifetime_ps": "lifetime_picoseconds", "lifetime_ns": "lifetime_nanoseconds"}
NARROW = 1.0
LASTS = 1.0
"""Mean lifetime in picoseconds above which all hadrons are known; of shorter ones the table has only some."""
NEAR = 0.3
"""Share of its own mass by which the hadrons named as closest to a particle may differ from it."""
SURE = 4
"""How many of the lightest baryons of some quarks the table has without a gap, where it has so many."""
WITHOUT_LIFETIME = ("2112", "2212")
"""Neutron and proton, which last too long for the table's units."""
GREEK = {
    "Lambda": "Λ", "Sigma": "Σ", "Xi": "Ξ", "Omega": "Ω", "Delta": "Δ", "Upsilon": "Υ", "eta": "η", "rho": "ρ",
    "omega": "ω", "phi": "φ", "pi": "π", "chi": "χ", "psi": "ψ",
}  # fmt: skip
LETTERS = re.compile(rf"\b(?:{'|'.join(GREEK)})(?![a-z])")
INDEX = re.compile(r"^([^\W\d]+)\(([a-z]?[0-9]?)\)")


class Particle(TypedDict):
    """One particle. Charges are in units of that of the proton."""

    particle: Annotated[str, "particle:pdg"]
    name: str
    pdg_number: Annotated[int, "pdg_number"]
    kind: Annotated[str, "particle:kind"]
    mass: Annotated[float, "mass:mev"]
    charge: float
    quarks: NotRequired[str]


class Decay(TypedDict):
    """How long a particle lasts: a width, or a lifetime in the one unit that suits it."""

    particle: Annotated[str, "particle:pdg"]
    width: NotRequired[Annotated[float, "energy:mev"]]
    lifetime_picoseconds: NotRequired[Annotated[float, "time:ps"]]
    lifetime_nanoseconds: NotRequired[Annotated[float, "time:ns"]]


class ListedParticle(TypedDict):
    """A particle as a member of a list."""

    particle: Annotated[str, "particle:pdg"]
    name: str


class Particles(TypedDict):
    """Particles in the order that the tool names."""

    particles: list[ListedParticle]


class OneParticle(TypedDict):
    """A single particle."""

    particle: Annotated[str, "particle:pdg"]
    name: str


@functools.cache
def particle_rows() -> dict[str, dict[str, str]]:
    """Rows by PDG number, the lightest first; `plain` is the name in plain letters."""
    return {
        row["pdg"]: {**row, "name": spelled(row["name"]), "plain": row["name"]} for row in rows("physics", "particles")
    }


def spelled(name: str) -> str:
    """ "Λc(2625)+ baryon" for the table's "Lambda(c)(2625)+ baryon"."""
    return INDEX.sub(r"\1\2", LETTERS.sub(lambda found: GREEK[found.group()], name))


@entities("particle:pdg")
def particles() -> list[Entity]:
    """All particles of the table; seeds are those that last (width below 1 MeV): of others few have heard."""
    return [
        Entity(
            type="particle:pdg", id=pdg, name=f"the {row['name']}", aliases=_aliases(row),
            seed=not row["width_mev"] or float(row["width_mev"]) < NARROW,
        )
        for pdg, row in particle_rows().items()
    ]  # fmt: skip


@entities("particle:kind")
def particle_kinds() -> list[Entity]:
    """The kinds of particles."""
    kinds = sorted({row["kind"] for row in particle_rows().values()})
    return [Entity(type="particle:kind", id=kind, name=kind, aliases=(f"the {kind}s",), seed=False) for kind in kinds]


def _aliases(row: dict[str, str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in (row["name"], row["plain"]):
        short, _, kind = name.rpartition(" ")
        found |= dict.fromkeys((name, short) if short and kind in ("meson", "baryon") else (name,))
    return tuple(found)


def _row(particle: str) -> dict[str, str]:
    row = particle_rows().get(particle)
    if row is None:
        raise ToolError("not_found", f"no established particle of known mass has the PDG number {particle!r}")
    return row


@tool("R", PARTICLES)
def particle_record(particle: Annotated[str, "particle:pdg"]) -> Particle:
    """Looks up a subatomic particle by its PDG number, such as "3122": name, kind (lepton, boson, meson or baryon),
    mass in MeV/c2, electric charge in units of the proton's, and for most hadrons the quarks that it is made of
    (capital letters are antiquarks)."""
    row = _row(particle)
    made: Particle = {
        "particle": particle, "name": row["name"], "pdg_number": int(particle), "kind": row["kind"],
        "mass": float(row["mass_mev"]), "charge": int(row["charge"]) / 3,
    }  # fmt: skip
    if row["quarks"]:
        made["quarks"] = row["quarks"]
    return made


@tool("R", PARTICLES)
def particle_decay(particle: Annotated[str, "particle:pdg"]) -> Decay:
    """Looks up how long a subatomic particle (by PDG number) lasts: its total decay width in MeV, or its mean lifetime
    in picoseconds or nanoseconds."""
    row = _row(particle)
    made: Decay = {"particle": particle}
    if row["width_mev"]:
        made["width"] = float(row["width_mev"])
    if row["lifetime_ps"]:
        made["lifetime_picoseconds"] = float(row["lifetime_ps"])
    if row["lifetime_ns"]:
        made["lifetime_nanoseconds"] = float(row["lifetime_ns"])
    return made


@tool("R", PARTICLES)
def particle_by_pdg_number(pdg_number: Annotated[int, "pdg_number"]) -> OneParticle:
    """Finds the subatomic particle with a number of the Particle Data Group's numbering scheme, such as 3122."""
    return {"particle": str(pdg_number), "name": _row(str(pdg_number))["name"]}


@tool("R", PARTICLES)
def baryons_with_same_quarks(
    particle: Annotated[str, "particle:pdg"], n: Annotated[int, "count", Range(3, 4)] = 3
) -> Particles:
    """Lists the `n` lightest other baryon resonances (baryons with a decay width) that are made of the same quarks as a
    baryon (by PDG number), the lightest first."""
    row = _row(particle)
    same = [pdg for pdg, other in particle_rows().items() if other["quarks"] == row["quarks"] and pdg != particle]
    found = [pdg for pdg in same[:SURE] if _row(pdg)["width_mev"]]
    if row["kind"] != "baryon" or len(same) < SURE or not 1 <= n <= len(found):
        raise ToolError("not_found", f"it is uncertain which {n} resonances are made of the quarks of {particle!r}")
    return {"particles": [_listed(pdg) for pdg in found[:n]]}


@tool("R", PARTICLES)
def hadrons_closest_in_mass(
    particle: Annotated[str, "particle:pdg"], n: Annotated[int, "count", Range(4, 7)] = 5
) -> Particles:
    """Lists the `n` mesons and baryons with a mean lifetime of more than a picosecond whose masses are closest to that
    of a particle (by PDG number; itself left out), the closest first; refuses where one differs by over 30 %."""
    here = float(_row(particle)["mass_mev"])
    near = sorted((abs(float(_row(pdg)["mass_mev"]) - here), pdg) for pdg in _lasting() if pdg != particle)
    if not 1 <= n < len(near) or near[n - 1][0] > NEAR * here or near[n][0] == near[n - 1][0]:
        raise ToolError("refused", f"it is uncertain which {n} hadrons are closest in mass to {particle!r}")
    return {"particles": [_listed(pdg) for _, pdg in near[:n]]}


@functools.cache
def _lasting() -> tuple[str, ...]:
    return tuple(
        pdg
        for pdg, row in particle_rows().items()
        if row["kind"] in ("meson", "baryon")
        and (row["lifetime_ns"] or float(row["lifetime_ps"] or 0) > LASTS or pdg in WITHOUT_LIFETIME)
    )


def _listed(pdg: str) -> ListedParticle:
    return {"particle": pdg, "name": particle_rows()[pdg]["name"]}


@audit("particles")
def audit_particles() -> list[Finding]:
    """Names used twice, charges that the quarks do not add up to, masses out of range."""
    found, seen = list[Finding](), set[str]()
    for pdg, row in particle_rows().items():
        if row["name"] in seen:
            found.append(Finding("particles", pdg, "name used twice", False))
        seen.add(row["name"])
        thirds = sum((2 if q.lower() in "uct" else -1) * (1 if q.islower() else -1) for q in row["quarks"])
        if row["quarks"] and thirds != int(row["charge"]):
            found.append(Finding("particles", pdg, "its quarks have another charge", False))
        if not 0.5 < float(row["mass_mev"]) < 130000:
            found.append(Finding("particles", pdg, "mass out of range", False))
    return found

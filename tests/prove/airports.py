"""Real airports, borders and areas as three tools, and hand-written proofs over them."""

import math
from collections.abc import Mapping
from typing import Any

from dive.errors import ToolError
from dive.nouns import Answer, Arg, Call, Entity, Proof, Step, Task, canonical, sha
from dive.prove.batch import call_key
from dive.prove.bend import Others
from dive.prove.evaluate import RECORDED, Outcome, run
from dive.prove.sandbox import Plain
from dive.prove.values import is_number, same

COLUMNS = ("iata", "name", "elevation_ft", "lat", "lon")
AIRPORTS = {
    "PE": [
        ("CUZ", "Alejandro Velasco Astete International Airport", 10860.0, -13.5357, -71.9388),
        ("JUL", "Inca Manco Capac International Airport", 12552.0, -15.4671, -70.1582),
        ("LIM", "Jorge Chavez International Airport", 113.0, -12.0219, -77.1143),
        ("AQP", "Rodriguez Ballon International Airport", 8405.0, -16.3411, -71.5831),
    ],
    "BO": [
        ("ORU", "Juan Mendoza Airport", 12152.0, -17.9626, -67.0762),
        ("LPB", "El Alto International Airport", 13355.0, -16.5133, -68.1923),
        ("VVI", "Viru Viru International Airport", 1224.0, -17.6448, -63.1354),
        ("POI", "Capitan Nicolas Rojas Airport", 12913.0, -19.5431, -65.7237),
    ],
    "CL": [
        ("ARI", "Chacalluta Airport", 167.0, -18.3485, -70.3387),
        ("CJC", "El Loa Airport", 7543.0, -22.4982, -68.9036),
    ],
}
BORDERS = {"PE": ["EC", "CO", "BR", "BO", "CL"], "BO": ["BR", "PY", "AR", "CL", "PE"], "CL": ["AR", "BO", "PE"]}
AREAS = {
    "BR": 8515767, "CL": 756102, "CO": 1141748, "EC": 276841, "AR": 2780400, "PY": 406752, "BO": 1098581, "PE": 1285216,
}  # fmt: skip


def call(tool: str, args: Mapping[str, Any]) -> Any:
    """The three tools."""
    country = args.get("country")
    if tool == "airports_in_country" and country in AIRPORTS:
        return {"airports": [dict(zip(COLUMNS, row, strict=True)) for row in AIRPORTS[country]]}
    if tool == "country_borders" and country in BORDERS:
        return {"borders": BORDERS[country]}
    if tool == "country_area" and country in AREAS:
        return {"country": country, "area_km2": AREAS[country]}
    if tool == "great_circle":
        return {"distance_km": _haversine(args["lat1"], args["lon1"], args["lat2"], args["lon2"])}
    raise ToolError("not_found", f"{tool} knows no {country}")


def alternates(tool: str) -> Others:
    """Other results of a tool."""
    names = {"country_area": AREAS, "airports_in_country": AIRPORTS, "country_borders": BORDERS}.get(tool, {})
    return Others([call(tool, {"country": c}) for c in sorted(names)])


def _haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    a, b = math.radians(lat1), math.radians(lat2)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def match(value: Any, answer: Answer) -> bool:
    """A small grader."""
    if isinstance(answer.value, list):
        wanted = [part.value for part in answer.value]
        return isinstance(value, list) and same(value, sorted(wanted) if answer.type == "set" else wanted)
    if isinstance(answer.value, dict):
        parts = answer.value.items()
        return isinstance(value, dict) and all(k in value and match(value[k], part) for k, part in parts)
    if answer.type == "number" and is_number(value) and is_number(answer.value):
        return abs(value - answer.value) <= (0.5 * 10.0**-answer.decimals if answer.decimals is not None else 0)
    return same(value, answer.value)


def listed(step: str, tool: str, country: str) -> Step:
    """A call with a country that stands in the question."""
    return Step(id=step, call=tool, args={"country": Arg(text=country, is_=country)})


HIGHEST = Proof(
    steps=(
        listed("pe", "airports_in_country", "PE"),
        listed("bo", "airports_in_country", "BO"),
        Step(id="top_pe", let="max(pe['airports'], key=lambda r: r['elevation_ft'])"),
        Step(id="top_bo", let="max(bo['airports'], key=lambda r: r['elevation_ft'])"),
        Step(
            id="d",
            call="great_circle",
            args={
                "lat1": Arg(expr="top_pe['lat']"),
                "lon1": Arg(expr="top_pe['lon']"),
                "lat2": Arg(expr="top_bo['lat']"),
                "lon2": Arg(expr="top_bo['lon']"),
            },
        ),
    ),
    program="d['distance_km']",
    answer=Answer(type="number", value=240.2, unit="kilometres", decimals=1),
)
"""How far apart are the highest airports of Peru and Bolivia?"""

LARGEST = Proof(
    steps=(
        listed("pe", "country_borders", "PE"),
        listed("bo", "country_borders", "BO"),
        Step(id="both", let="[c for c in pe['borders'] if c in bo['borders']]"),
        Step(id="areas", call="country_area", each="both", args={"country": Arg(expr="item")}, max=6),
        Step(id="area", let="{k: r['area_km2'] for k, r in zip(both, areas)}"),
    ),
    assume=("len(both) >= 2",),
    program="max(both, key=lambda m: area[m])",
    answer=Answer(type="entity", value="BR"),
)
"""Which is the largest country that borders both Peru and Bolivia?"""

HIGH = Proof(
    steps=(listed("bo", "airports_in_country", "BO"),),
    program="[r['iata'] for r in bo['airports'] if r['elevation_ft'] > 12000]",
    answer=Answer(type="set", value=[Answer(type="entity", value=v) for v in ("LPB", "ORU", "POI")]),
)
"""Which airports of Bolivia lie higher than 12,000 feet?"""


def outcome(proof: Proof) -> Outcome:
    """What a proof gives in the recorded world."""
    return run(proof, call, [RECORDED], Plain())[0]


def task(proof: Proof, **more: Any) -> tuple[Task, dict[str, bytes]]:
    """A task with this proof, and the blobs of its evidence."""
    calls = {call_key(d.tool, d.args): d for d in outcome(proof).calls}.values()
    evidence = tuple(
        Call(id=f"c{n}", tool=d.tool, tool_hash="t", args=d.args, result=f"sha256:{sha(d.result)}", round=1)
        for n, d in enumerate(calls, 1)
    )
    made = Task(
        id=sha(proof)[:16], key="1/000000", question="?", answer=proof.answer, toolset=(), proof=proof,
        evidence=evidence, controls=(), lineage=more.get("lineage", ()), pattern="p",
        seed=Entity(type="country:iso2", id="PE", name="Peru"), exemplar="e", mode="domain",
    )  # fmt: skip
    return made, {f"sha256:{sha(d.result)}": canonical(d.result) for d in calls}

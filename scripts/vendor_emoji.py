"""Makes `catalog/software/data/emoji.tsv` and `emoji_names.tsv` from emojibase, unicode-emoji-json and CLDR.

    npm pack emojibase-data@17.0.0 unicode-emoji-json@0.9.0 cldr-annotations-full@48.2.0
    (each unpacked to T/<name without version>)
    python scripts/vendor_emoji.py T

One row for each emoji of Unicode's list without skin tone, in its order and written as it is there; those that only
stand beside others (skin tones, hair) are left out, as they are in the counts that people make. Does not know how the
tables are used.
"""

import json
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "src/dive/catalog/software/data"
TONGUES = ("fr", "de", "es", "it", "pt", "nl", "sv", "fi", "pl", "tr")
PARTS = {"skin-tone", "hair-style"}


def main(folder: Path) -> None:
    """Reads the packages under `folder` and writes both tables."""
    base = folder / "emojibase-data"

    def load(path: str) -> dict:
        return json.loads((base / path).read_text(encoding="utf-8"))

    listed = json.loads((folder / "unicode-emoji-json/data-by-emoji.json").read_text(encoding="utf-8"))
    written = {emoji.replace("\ufe0f", ""): emoji for emoji in listed}
    groups, codes = load("meta/groups.json"), load("en/shortcodes/github.json")
    made = []
    for row in sorted(load("en/data.json"), key=lambda row: row.get("order", 0)):
        subgroup = groups["subgroups"].get(str(row.get("subgroup")))
        if subgroup and subgroup not in PARTS:
            code = codes.get(row["hexcode"], "")
            made.append((
                written[row["emoji"].replace("\ufe0f", "")], row["label"], groups["groups"][str(row["group"])],
                subgroup, f"{row['version']:.1f}", code if isinstance(code, str) else code[0],
            ))  # fmt: skip
    write("emoji", ("emoji", "name", "group", "subgroup", "version", "shortcode"), made)
    told = [spoken(folder / "cldr-annotations-full/annotations" / tongue / "annotations.json") for tongue in TONGUES]
    write("emoji_names", ("emoji", *TONGUES), [
        (emoji, *names) for emoji, *_ in made
        if all(names := [known.get(emoji.replace("\ufe0f", ""), "") for known in told])
    ])  # fmt: skip


def spoken(path: Path) -> dict[str, str]:
    """Emoji -> the name that is read aloud."""
    rows = json.loads(path.read_text(encoding="utf-8"))["annotations"]["annotations"]
    return {emoji.replace("\ufe0f", ""): row["tts"][0] for emoji, row in rows.items() if row.get("tts")}


def write(name: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Writes `data/<name>.tsv`."""
    lines = ["\t".join(head), *("\t".join(row) for row in rows)]
    (OUT / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

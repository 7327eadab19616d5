"""The blocks of Unicode: where they begin, how many characters they hold, which script they serve.

Takes Unicode 18 (`data/blocks.tsv`); surrogates and private use are left out. Does not know single characters.
"""

import functools
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

from dive.catalog.vendored import rows
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

UNICODE = Package("fonttools", "MIT", "Unicode-3.0", "Unicode Character Database 18.0")
FEW = 4


class Span(TypedDict):
    """Where a block lies."""

    block: Annotated[str, "unicode_block:name"]
    size: Annotated[int, "count"]
    first: str
    last: str


class Block(TypedDict):
    """What a block holds."""

    block: Annotated[str, "unicode_block:name"]
    characters: Annotated[int, "count"]
    script: NotRequired[Annotated[str, "script:iso15924"]]


class Blocks(TypedDict):
    """Blocks in the order of Unicode."""

    blocks: list[Annotated[str, "unicode_block:name"]]
    number: Annotated[int, "count"]


@functools.cache
def blocks_table() -> dict[str, dict[str, str]]:
    """Blocks by name, in order."""
    return {row["name"]: row for row in rows("software", "blocks")}


@entities("unicode_block:name")
def blocks() -> list[Entity]:
    """All blocks; seeds share a script with four others or more."""
    shared = Counter(row["script"] for row in blocks_table().values() if row["script"])
    return [
        Entity(type="unicode_block:name", id=name, name=name, seed=shared[row["script"]] > FEW)
        for name, row in blocks_table().items()
    ]


@tool("R", UNICODE)
def unicode_block_record(block: Annotated[str, "unicode_block:name"]) -> Block:
    """Looks up what a block of Unicode 18 such as "Cyrillic Supplement" holds: the number of its assigned characters
    and the script (ISO 15924 code) to which most of them belong."""
    row = _row(block)
    made: Block = {"block": block, "characters": int(row["characters"])}
    if row["script"]:
        made["script"] = row["script"]
    return made


@tool("R", UNICODE)
def unicode_block_range(block: Annotated[str, "unicode_block:name"]) -> Span:
    """Looks up the first and the last code point of a block of Unicode 18 such as "Cyrillic Supplement", and how many
    it spans, assigned or not."""
    row = _row(block)
    size = place(row["last"]) - place(row["first"]) + 1
    return {"block": block, "size": size, "first": row["first"], "last": row["last"]}


def _row(block: str) -> dict[str, str]:
    row = blocks_table().get(block)
    if row is None:
        raise ToolError("not_found", f"Unicode has no block {block!r}")
    return row


@tool("R", UNICODE)
def unicode_blocks_of_same_script(block: Annotated[str, "unicode_block:name"]) -> Blocks:
    """Lists and counts the other blocks of Unicode 18 most of whose characters belong to the same script as most of
    those of a block such as "Cyrillic Supplement", in the order of their code points."""
    script = _row(block)["script"]
    found = [name for name, row in blocks_table().items() if script and row["script"] == script and name != block]
    if not found:
        raise ToolError("not_found", f"no other block of Unicode serves the script of {block!r}")
    return {"blocks": found, "number": len(found)}


@tool("R", UNICODE)
def unicode_blocks_of(script: Annotated[str, "script:iso15924"]) -> Blocks:
    """Lists and counts the blocks of Unicode 18 most of whose characters belong to a script (ISO 15924 code such as
    "Cyrl")."""
    found = [name for name, row in blocks_table().items() if script and row["script"] == script]
    if not found:
        raise ToolError("not_found", f"no block of Unicode serves the script {script!r}")
    return {"blocks": found, "number": len(found)}


def place(code: str) -> int:
    """The number of a code point such as "U+0400"."""
    return int(code.removeprefix("U+"), base=16)


@audit("blocks")
def audit_blocks() -> list[Finding]:
    """Blocks that hold more characters than they have places."""
    return [
        Finding("blocks", name, f"{row['characters']} characters", False)
        for name, row in blocks_table().items()
        if int(row["characters"]) > place(row["last"]) - place(row["first"]) + 1
    ]

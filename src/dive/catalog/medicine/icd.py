"""ICD-10-CM codes: descriptions, chapters, subdivisions, billable codes and the codes that Excludes1 notes name.

Reads the tabular list and the code list of the April 2026 release that ship with simple-icd-10-cm. Codes that differ
only in a seventh character are counted, not held. Knows no coding guideline beyond the notes.
"""

import functools
import importlib.util
import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NotRequired, TypedDict
from xml.etree import ElementTree

import msgspec

from dive.catalog import tables
from dive.catalog.medicine.names import EDITION, Case
from dive.errors import ToolError
from dive.registry import Package, install, tool

ICD = Package(
    "simple_icd_10_cm", "MIT", "public domain (US CDC/NCHS and CMS)",
    "ICD-10-CM, US National Center for Health Statistics, April 2026 release",
)  # fmt: skip

CODE = re.compile(r"\b[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?\b")
RANGE = re.compile(r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]*)?-? ?- ?[A-Z][0-9]")
SIDE = re.compile(r"\b(right|left|bilateral|unilateral|unspecified|trimester|fetus|side|encounter)\b", re.IGNORECASE)
PLAIN = re.compile(r"[A-Za-z][A-Za-z' -]{3,60}")
VAGUE = re.compile(
    r"\b(other|unspecified|elsewhere|and|or|encounter|status|history|screening|examination|complicat\w+|due to|"
    r"following|classified|certain|specified|not|without|with|NEC|NOS|retardation|problems?|events?|cases?|"
    r"results?|findings?|termination|paraphilias?|imaging|studies)\b",
    re.IGNORECASE,
)
BODILY = frozenset(str(n) for n in range(1, 19))


class Code(msgspec.Struct, array_like=True):
    """A category or subcategory. `billable`: codes at or under it. `excludes`: None where the note names a range."""

    code: str
    name: str
    title: str
    parent: str
    chapter: str
    children: list[str]
    billable: int
    extended: bool
    excludes: list[str] | None
    block: str


class CodeTable(msgspec.Struct):
    """Codes by code, chapter titles by number, titles of blocks by their range of codes."""

    codes: dict[str, Code]
    chapters: dict[str, str]
    blocks: dict[str, str]


class IcdRecord(TypedDict):
    """One code; `parent` is missing for three-character categories."""

    code: Annotated[str, "icd10cm:code"]
    name: str
    chapter: Annotated[str, "icd10cm_chapter:title"]
    billable: Annotated[int, "count"]
    subdivisions: Annotated[int, "count"]
    block: Annotated[str, "icd10cm_block:range"]
    parent: NotRequired[Annotated[str, "icd10cm:code"]]


class NamedCode(TypedDict):
    """A code and its description."""

    code: Annotated[str, "icd10cm:code"]
    name: str


class IcdChildren(TypedDict):
    """Codes in order of the tabular list."""

    codes: list[NamedCode]


class IcdExcludes(TypedDict):
    """Codes in order of code."""

    codes: list[NamedCode]


@tool("R", ICD)
def icd_record(code: Annotated[str, "icd10cm:code"]) -> IcdRecord:
    """Looks up an ICD-10-CM category or subcategory such as "E11" or "E11.3": description, chapter, block (a range of
    codes), the code directly above it, number of direct subdivisions and number of billable codes at or under it
    (seventh characters count)."""
    row = find_code(code)
    record: IcdRecord = {
        "code": code, "name": row.name, "chapter": icd().chapters[row.chapter], "billable": row.billable,
        "subdivisions": len(row.children), "block": row.block,
    }  # fmt: skip
    if row.parent:
        record["parent"] = row.parent
    return record


@tool("R", ICD)
def icd_children(code: Annotated[str, "icd10cm:code"]) -> IcdChildren:
    """Lists the direct subdivisions of an ICD-10-CM code, in order; refuses codes divided by a seventh character."""
    row = find_code(code)
    if row.extended:
        raise ToolError("refused", f"{code} is divided by a seventh character only")
    return {"codes": [_named(key) for key in row.children]}


@tool("R", ICD)
def icd_block_codes(block: Annotated[str, "icd10cm_block:range"]) -> IcdChildren:
    """Lists the three-character categories of an ICD-10-CM block, given by its range of codes such as "E08-E13", in
    order."""
    if block not in categories():
        raise ToolError("not_found", f"ICD-10-CM has no block {block!r}")
    return {"codes": [_named(key) for key in categories()[block]]}


@tool("R", ICD)
def icd_excludes(code: Annotated[str, "icd10cm:code"]) -> IcdExcludes:
    """Lists the codes that the Excludes1 note of an ICD-10-CM code names: what must not be coded together with it.
    Notes of codes above it are not repeated; refuses notes that name ranges of codes."""
    found = find_code(code).excludes
    if found is None:
        raise ToolError("refused", f"the Excludes1 note of {code} names a range of codes")
    if not found:
        raise ToolError("not_found", f"{code} has no Excludes1 note of its own that names a code")
    return {"codes": [_named(key) for key in found]}


def _named(code: str) -> NamedCode:
    return {"code": code, "name": icd().codes[code].name}


def find_code(code: str) -> Code:
    """The row of a code, or a ToolError."""
    if code not in icd().codes:
        raise ToolError("not_found", f"ICD-10-CM has no category or subcategory {code!r}")
    return icd().codes[code]


@functools.cache
def icd() -> CodeTable:
    """The table of codes."""
    return tables.table(f"icd10cm-{EDITION}", ("simple_icd_10_cm",), CodeTable, _build)


@functools.cache
def categories() -> dict[str, list[str]]:
    """Three-character categories of each block, in order."""
    found: dict[str, list[str]] = {}
    for key, row in icd().codes.items():
        if not row.parent:
            found.setdefault(row.block, []).append(key)
    return {block: sorted(keys) for block, keys in found.items()}


def plain(row: Code) -> bool:
    """Whether a code is a disease (chapters 1 to 18) with a name that people would use."""
    return row.chapter in BODILY and bool(PLAIN.fullmatch(row.name)) and VAGUE.search(row.name) is None


def varied(row: Code) -> bool:
    """Whether the subdivisions differ in kind, not only by side or trimester, and in how many codes they cover."""
    kids = [icd().codes[key] for key in row.children]
    sides = sum(bool(SIDE.search(kid.name)) for kid in kids)
    return 4 <= len(kids) <= 8 and sides <= 0.3 * len(kids) and len({kid.billable for kid in kids}) >= 3


def listed_names() -> dict[str, list[str]]:
    """Title and inclusion terms of each code, for a builder: reads the whole tabular list."""
    nodes = [node for chapter in _tabular().findall("chapter") for node, _, _ in _nodes(chapter)]
    return {_text(node, "name"): [_text(node, "desc"), *_terms(node)] for node in nodes}


def _data() -> Path:
    spec = importlib.util.find_spec("simple_icd_10_cm")
    if spec is None or spec.origin is None:
        raise ToolError("raised", f"simple-icd-10-cm is not installed: {install('simple-icd-10-cm')}")
    return Path(spec.origin).parent / "data"


def _tabular() -> ElementTree.Element:
    return ElementTree.parse(next(_data().glob("*tabular*.xml"))).getroot()  # noqa: S314 - a file of the package


def _build() -> CodeTable:
    root = _tabular()
    listed = next(_data().glob("code-list*.txt")).read_text(encoding="utf-8").split()
    flat = sorted(code for code in listed if len(code) >= 3 and "-" not in code)
    billable = [code for code, after in zip(flat, [*flat[1:], ""], strict=True) if not after.startswith(code)]
    nodes = [(n, chapter, parent, at) for chapter in root.findall("chapter") for n, parent, at in _nodes(chapter)]
    case = Case([t for node, *_ in nodes for t in (_text(node, "desc"), *_terms(node))])
    known = {_text(node, "name") for node, *_ in nodes}
    codes = {
        _text(node, "name"): _code(node, _text(chapter, "name"), parent, billable, known, case, at)
        for node, chapter, parent, at in nodes
    }
    chapters = {_text(c, "name"): _chapter(_text(c, "desc")) for c in root.findall("chapter")}
    blocks = {s.get("id", ""): _chapter(_text(s, "desc")) for s in root.findall("chapter/section")}
    blocks = {at: title.replace("Disabilities", "disabilities") for at, title in blocks.items()}
    return CodeTable(codes, chapters, {at: case.natural(title, plain_if_unseen=True) for at, title in blocks.items()})


def _nodes(chapter: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str, str]]:
    """Each code's element, the code above it and the block it is in."""
    blocks = chapter.findall("section")
    open_ = [(node, "", block.get("id", "")) for block in blocks for node in block.findall("diag")]
    while open_:
        node, parent, at = open_.pop(0)
        yield node, parent, at
        open_.extend((kid, _text(node, "name"), at) for kid in node.findall("diag"))


def _text(node: ElementTree.Element, tag: str) -> str:
    return (node.findtext(tag) or "").strip()


def _terms(node: ElementTree.Element) -> list[str]:
    return [note.text.strip() for note in node.findall("inclusionTerm/note") if note.text]


def _chapter(title: str) -> str:
    return re.sub(r" \([^)]*\)$", "", title)


def _code(
    node: ElementTree.Element, chapter: str, parent: str, billable: list[str], known: set[str], case: Case, block: str
) -> Code:
    code, title = _text(node, "name"), _text(node, "desc")
    flat = code.replace(".", "")
    under = bisect_left(billable, flat + "~") - bisect_left(billable, flat)
    children = [_text(kid, "name") for kid in node.findall("diag")]
    extended = not children and under > 1
    return Code(
        code,
        case.natural(title, plain_if_unseen=True),
        title,
        parent,
        chapter,
        children,
        under,
        extended,
        _excluded(node, known),
        block,
    )


def _excluded(node: ElementTree.Element, known: set[str]) -> list[str] | None:
    notes = [note.text or "" for note in node.findall("excludes1/note")]
    if any(RANGE.search(note) for note in notes):
        return None
    found = {code for note in notes for code in CODE.findall(note)}
    return sorted(found) if found <= known else None

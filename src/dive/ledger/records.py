"""What a run directory holds: records, ledger lines, drops, blobs; made and read back.

Takes nouns or a directory; gives lines, nouns and digests. Does not write files and needs no lock.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from dive.errors import RunDirError
from dive.nouns import Draw, Drop, Json, Noun, Task, canonical, short_id

VERSION = 1
STAGES = {"draw": "1-draw.jsonl", "synthesize": "2-synthesize.jsonl", "verify": "3-verify.jsonl"}
"""Stages in the order of the street, with their ledgers."""
DROPPED = "dropped.jsonl"
_NOUNS: Mapping[str, type[Noun]] = {"Draw": Draw, "Task": Task}


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="ev", tag="done"):
    """All that one key gave: a `done` line of the journal.

    `lines` are ledger lines by stage, `facts` whatever steering and report read of this key (opaque here), `avoided`
    the tools that had to be stopped. `blobs` are JSON texts that calls name by hash; they go to `blobs/`, not to the
    journal. `at`, times and memory are of one execution and never reach a ledger.
    """

    v: int
    key: str
    lines: dict[str, Raw] = {}
    drop: Drop | None = None
    facts: Raw = Raw(b"null")
    avoided: tuple[str, ...] = ()
    blobs: tuple[Raw, ...] = ()
    at: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    rss_mb: float = 0.0


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="ev", tag="reply"):
    """A model's reply, journaled before anyone uses it: to which request of which draw, by whom, what it took."""

    v: int
    key: str
    model: str
    request: str
    reply: Raw
    tokens: int = 0
    cached: int = 0
    output: int = 0
    calls: int = 1
    cost: float | None = None
    at: float = 0.0


class Gave(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="ev", tag="result"):
    """What a tool gave to a model's call of one draw: its result, or the kind and text of its failure."""

    v: int
    key: str
    call: str
    result: Raw = Raw(b"null")
    failed: str = ""
    why: str = ""
    at: float = 0.0


Event = Said | Gave
"""A line of the journal beside the `done` ones."""


def record(
    key: str,
    nouns: Mapping[str, Noun],
    *,
    drop: Drop | None = None,
    facts: Json = None,
    blobs: Iterable[bytes] = (),
) -> Record:
    """What a worker hands back for `key`: a noun for each stage that it passed, and a drop where it ended."""
    return Record(
        v=VERSION,
        key=key,
        lines={stage: Raw(line(key, noun)) for stage, noun in nouns.items()},
        drop=drop,
        facts=Raw(canonical(facts)),
        blobs=tuple(Raw(blob) for blob in blobs),
    )


def line(key: str, noun: Noun) -> bytes:
    """`noun` as one ledger line, without the newline. A noun that carries an `id` keeps it."""
    head = {"v": VERSION, "key": key, "noun": type(noun).__name__}
    return canonical({"id": short_id(noun), **msgspec.to_builtins(noun), **head})


def tasks(directory: Path, stage: str = "verify") -> Iterator[Task]:
    """The tasks of a stage's ledger, in key order."""
    return (noun for noun in read(directory, stage) if isinstance(noun, Task))


def read(directory: Path, stage: str) -> Iterator[Noun]:
    """The nouns of a stage's ledger, in key order."""
    for where, text in _lines(directory / STAGES[stage]):
        try:
            fields = msgspec.json.decode(text, type=dict[str, Json])
            noun = _NOUNS[fields["noun"]]
            known = {field.encode_name for field in msgspec.structs.fields(noun)}
            yield msgspec.convert({key: value for key, value in fields.items() if key in known}, noun)
        except (msgspec.DecodeError, KeyError) as error:
            raise RunDirError(f"{where}: damaged ledger line: {error}") from None


def count(directory: Path, stage: str) -> int:
    """How many lines a stage's ledger has."""
    return sum(1 for _ in _lines(directory / STAGES[stage]))


def drops(directory: Path) -> Iterator[Drop]:
    """Why keys gave no task, in key order."""
    for where, text in _lines(directory / DROPPED):
        try:
            yield msgspec.json.decode(text, type=Drop)
        except msgspec.DecodeError as error:
            raise RunDirError(f"{where}: damaged ledger line: {error}") from None


def journal(directory: Path) -> Iterator[Record]:
    """What each key gave, in order of arrival, with times; the first record of a key wins. Needs no lock."""
    seen: set[str] = set()
    for segment in sorted((directory / "journal").glob("*.jsonl")):
        for where, text in _lines(segment):
            try:
                made = msgspec.json.decode(text, type=Record | Said | Gave)
            except msgspec.DecodeError as error:
                if not text.endswith(b"\n"):
                    return  # being written, or torn by a crash; opening the run cuts it
                raise RunDirError(f"{where}: damaged journal line: {error}") from None
            if isinstance(made, Record) and made.key not in seen:
                seen.add(made.key)
                yield made


def replies(directory: Path) -> Iterator[Said]:
    """What models said, in order of arrival. Needs no lock."""
    for segment in sorted((directory / "journal").glob("*.jsonl")):
        for where, text in _lines(segment):
            if not text.startswith(b'{"ev":"reply"'):
                continue
            try:
                yield msgspec.json.decode(text, type=Said)
            except msgspec.DecodeError as error:
                if not text.endswith(b"\n"):
                    return
                raise RunDirError(f"{where}: damaged journal line: {error}") from None


def blob(directory: Path, sha: str) -> bytes:
    """The JSON text that a call names `sha256:<hex>`; RunDirError if it is missing or not what its name says."""
    path = blob_path(directory, sha.removeprefix("sha256:"))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunDirError(f"cannot read blob {path}: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != path.name:
        raise RunDirError(f"blob {path} is not what its name says")
    return data


def blob_path(directory: Path, sha: str) -> Path:
    """Where the blob of this hash lies."""
    if len(sha) != 64 or not set(sha) <= set("0123456789abcdef"):
        raise RunDirError(f"{sha!r} is not a SHA-256 in hex")
    return directory / "blobs" / sha[:2] / sha


def digest(directory: Path) -> dict[str, str]:
    """One SHA-256 for each ledger that is there, by file name: equal digests are equal runs."""
    paths = [directory / name for name in (*STAGES.values(), DROPPED)]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.exists()}


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, 1):
                yield f"{path}:{number}", text
    except OSError as error:
        hint = "; is it the directory of a run that got that far?" if isinstance(error, FileNotFoundError) else ""
        raise RunDirError(f"cannot read {path}: {error.strerror}{hint}") from None

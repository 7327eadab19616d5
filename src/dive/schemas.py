"""JSON Schemas of everything that a run directory holds, made from the nouns and shipped in `schemas/`.

Takes nothing; gives schemas by noun, and writes the shipped files when run as `python -m dive.schemas`. A test keeps
the files equal to what the nouns say.
"""

from pathlib import Path
from typing import Any

import msgspec

from dive.nouns import (
    Answer,
    Call,
    Draw,
    Drop,
    Entity,
    Exemplar,
    Message,
    Noun,
    Proof,
    Round,
    Step,
    Task,
    Tool,
    Trace,
    Verdict,
)

FOLDER = Path(__file__).parent / "schemas"
NOUNS: tuple[type[Noun], ...] = (
    Answer, Call, Draw, Drop, Entity, Exemplar, Message, Proof, Round, Step, Task, Tool, Trace, Verdict,
)  # fmt: skip


def schema(noun: type[Noun]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one noun, with those that it holds under `$defs`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(noun)}


def text(noun: type[Noun]) -> bytes:
    """The schema as the shipped file has it."""
    return msgspec.json.format(msgspec.json.encode(schema(noun), order="sorted"), indent=2) + b"\n"


def write(folder: Path = FOLDER) -> None:
    """Writes one file for each noun."""
    folder.mkdir(exist_ok=True)
    for noun in NOUNS:
        (folder / f"{noun.__name__}.json").write_bytes(text(noun))


if __name__ == "__main__":
    write()

"""The wording file of a source: `<name>.says.toml`, drafted by the import and from then on a person's.

Takes drafts; gives the file's lines and types. Adds what is missing and changes nothing that is there: a line set to ""
stays silent for good. Does not know how a line is made.
"""

import json
import re
import textwrap
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from dive.errors import ConfigError
from dive.nouns import Json

HEAD = """\
# How the tools of the source {source!r} are spoken of. Drafted by `dive tools import`; yours to mend: nothing that
# stands here is changed by another import, only missing lines are added. A line set to "" is never spoken. The parts of
# a line (list, high, many, via, ...) are explained in `dive/says.py`; `dive tools show NAME --run RUN.toml` prints
# every form.
# `source` names whose figures count ("the 2026 price list"); leave it empty where nobody would doubt it.
"""
TYPES = "types"


class Wording(Struct, frozen=True):
    """A wording file: lines by tool and field, and rows of types."""

    lines: dict[str, dict[str, str]]
    types: dict[str, dict[str, Json]]


def read(path: Path) -> Wording:
    """The file's lines without those that are set to ""; empty if there is no file. ConfigError if it is no TOML."""
    table = _parsed(path.read_text(encoding="utf-8"), path) if path.exists() else {}
    rows = table.pop(TYPES, {})
    for tool, lines in table.items():
        if not isinstance(lines, dict) or not all(isinstance(line, str) for line in lines.values()):
            raise ConfigError(f"{path}: {tool} must be a table of texts, one for each field")
    spoken = {tool: {key: line for key, line in lines.items() if line} for tool, lines in table.items()}
    return Wording(spoken, rows)


def add(path: Path, source: str, drafted: Wording, about: Mapping[str, str]) -> int:
    """Writes what the file lacks; gives the number of lines that were added.

    Args:
        path: the file.
        source: the source's name.
        drafted: all lines and types.
        about: a comment for each tool.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else HEAD.format(source=source)
    old = _parsed(before, path)
    text, added = before, 0
    for name, row in drafted.types.items():
        there = old.get(TYPES, {}).get(name)
        missing = {key: value for key, value in row.items() if key not in (there or {})}
        text = _inserted(text, f"{TYPES}.{_key(name)}", missing, "", there is not None)
        added += len(missing)
    for name, lines in drafted.lines.items():
        missing = {key: line for key, line in lines.items() if key not in old.get(name, {})}
        text = _inserted(text, _key(name), missing, about.get(name, ""), name in old)
        added += len(missing)
    new = _parsed(text, path)
    _has(new, old, path, same=True)
    _has(new, {**drafted.lines, TYPES: drafted.types}, path, same=False)
    if text != before or not path.exists():
        path.write_text(text, encoding="utf-8")
    return added


def _inserted(text: str, header: str, lines: Mapping[str, Json], about: str, there: bool) -> str:
    """The text with lines put under a header, which is added at the end if it is not there."""
    if not lines:
        return text
    block = "".join(f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in lines.items())
    if there:
        under = re.compile(rf"^\[{re.escape(header)}\][^\n]*\n?", re.MULTILINE)
        return under.sub(lambda found: found[0].rstrip("\n") + "\n" + block, text, count=1)
    comment = "".join(f"# {line}\n" for line in textwrap.wrap(about.partition("\n\n")[0], 116)[:3])
    return f"{text.rstrip()}\n\n{comment}[{header}]\n{block}"


def _has(new: Mapping[str, Any], wanted: Mapping[str, Any], path: Path, same: bool) -> None:
    """Raises ConfigError if a key is missing or, with `same`, has another value: the file is laid out too freely."""
    for key, value in wanted.items():
        if isinstance(value, Mapping):
            _has(new.get(key, {}), value, path, same)
        elif key not in new or (same and new[key] != value):
            raise ConfigError(f"{path}: cannot add {key!r} to this layout; write each tool as a table: [tool]")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None

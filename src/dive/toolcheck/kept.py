"""What checks found, kept by the hash of the tool beside the built tables.

Takes rows; gives them again as long as the tool and this version of DIVE stay what they were. A file that cannot be
read counts as none. Does not know what a row says.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from dive import __version__, ledger
from dive.catalog.tables import folder
from dive.nouns import Tool, short_id
from dive.toolcheck.kinds import Row

KIND = 2
"""Grows when a check asks more than it did."""


def tool_mark(tool: Tool) -> str:
    """The name under which a tool's row is kept: any change of the tool changes it."""
    return short_id([tool, __version__, KIND])


def remembered() -> dict[str, Row]:
    """Rows of earlier checks by `tool_mark`."""
    try:
        return msgspec.json.decode(_file().read_bytes(), type=dict[str, Row])
    except (OSError, msgspec.DecodeError):
        return {}


def remember(rows: Mapping[str, Row]) -> None:
    """Adds rows by `tool_mark`."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    ledger.write(_file(), msgspec.json.encode({**remembered(), **rows}, order="sorted"))


def _file() -> Path:
    return folder() / "checked.json"

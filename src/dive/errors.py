"""Every error that DIVE raises, as one tree.

    DiveError
    ├── UserError            the user's input: exit code 2, one line, says what to do
    │   ├── ConfigError      run file: unknown key, wrong type, malformed TOML
    │   ├── RunDirError      run directory of another fingerprint, a second writer, a damaged ledger
    │   └── UnknownName      tool, type, pattern, gate: names the nearest
    ├── CatalogError         a tool, type or `says` line that breaks its own rules (found at load)
    ├── ToolError            one call failed; carries `kind`, becomes a record, never evidence
    └── ProofError           a proof that cannot be evaluated: refused expression, missing step, sandbox error

Takes nothing, knows nothing of the rest of the package.
"""

import difflib
from collections.abc import Iterable


class DiveError(Exception):
    """Root of all errors raised on purpose."""


class UserError(DiveError):
    """The user's input is at fault; the message is one line and says what to do."""


class ConfigError(UserError):
    """A run file cannot be used."""


class RunDirError(UserError):
    """A run directory cannot be used."""


class UnknownName(UserError):
    """A name that nothing carries; the message offers the nearest known one.

    Args:
        what: the noun, e.g. "tool" or "pattern".
        name: what was asked for.
        known: all names that exist.
    """

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown {what} {name!r}{hint}")


class CatalogError(DiveError):
    """A catalog entry breaks the catalog's rules."""


class ToolError(DiveError):
    """A tool call that gave no usable result.

    Attributes:
        kind: arguments | raised | deadline | too_large | schema | not_found | refused.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class ProofError(DiveError):
    """A proof or an expression in it cannot be evaluated; the message says where and why."""


class Unspeakable(DiveError):
    """A tree for which the grammar has no good sentence."""

"""Every error that DIVE raises, as one tree.

    DiveError
    ├── UserError            the user's input: exit code 2, one line, says what to do
    │   ├── ConfigError      run file: unknown key, wrong type, malformed TOML
    │   ├── RunDirError      run directory of another fingerprint, a second writer, a damaged ledger
    │   └── UnknownName      tool, type, pattern, gate: names the nearest
    ├── CatalogError         a tool, type or `says` line that breaks its own rules (found at load)
    ├── ToolError            one call failed; carries `kind`, becomes a record, never evidence
    ├── ProofError           a proof that cannot be evaluated: refused expression, missing step, sandbox error
    ├── NetError             an HTTP exchange gave no answer; carries `kind`
    ├── BudgetSpent          no room for another model call: the run ends, what is done is kept
    └── ModelError           a model gave no usable reply; `again`: asking again may help, `billed`: it may have cost
        ├── ModelSetupError  also a UserError: key, model name, base URL, prices, a model without tool calling
        ├── ContextOverflow  the request is longer than the model takes
        ├── RequestRefused   the provider refuses the request as it is
        ├── ModelRefusal     the model declines to answer
        ├── OutOfTokens      `max_tokens` ran out before there was anything to use
        ├── ModelDeadline    no reply within the total deadline
        ├── ModelBusy        429, 503, 529: less at once, later
        ├── ModelUnavailable 408, 409, other 5xx, connect and read errors
        └── BadReply         an answer that is no reply: not JSON, not the API's shape, not the JSON asked for
            └── EmptyReply   neither content nor a tool call

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
        message: what is said after the kind.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message

    def fresh(self) -> "ToolError":
        """The same error, never raised: one that is kept and raised again would keep alive all that ever caught it."""
        return ToolError(self.kind, self.message)


class ProofError(DiveError):
    """A proof or an expression in it cannot be evaluated; the message says where and why."""


class NetError(DiveError):
    """An HTTP exchange that gave no answer; the message names the host, never the headers.

    Attributes:
        kind: url | tls | connect | read | timeout | too_large | redirect. All before `read` sent nothing.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class BudgetSpent(DiveError):
    """The budget has no room for another call; no new call starts after this."""


class ModelError(DiveError):
    """A model gave no usable reply.

    Attributes:
        again: asking again may help.
        billed: the provider may charge for it all the same.
        retry_after: seconds that the provider asks to wait, if it says so.
        attempts: how often the model was asked.
    """

    again = False
    billed = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.attempts = 1

    def __str__(self) -> str:
        tail = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return super().__str__() + tail


class ModelSetupError(ModelError, UserError):
    """The model as the run file names it cannot be used; carries the provider's words."""


class ContextOverflow(ModelError):
    """The request is longer than the model's context."""


class RequestRefused(ModelError):
    """The provider refuses this request; the same request will be refused again."""


class ModelRefusal(ModelError):
    """The model, or a filter before it, declines to answer."""

    billed = True


class OutOfTokens(ModelError):
    """`max_tokens` ran out before there was anything to use."""

    billed = True


class ModelDeadline(ModelError):
    """No reply in time."""

    again = True
    billed = True


class ModelBusy(ModelError):
    """The provider asks for less at once: 429, 503, 529."""

    again = True


class ModelUnavailable(ModelError):
    """The provider or the way to it is out of order. `billed` is set where the request had been sent."""

    again = True


class BadReply(ModelError):
    """An answer came and is no reply."""

    again = True
    billed = True


class EmptyReply(BadReply):
    """A reply with neither content nor a tool call."""


class Unspeakable(DiveError):
    """A tree for which the grammar has no good sentence."""

"""How one model is reached, what it costs, and the key that nobody sees.

Takes values from a run file; gives `Settings`, `Price`, `Secret`. Does not read files or the environment.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from dive.errors import ConfigError
from dive.nouns import Json, Usage

Money = Annotated[float, Meta(ge=0)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=1, le=100_000)]

SCRIPTED = "scripted"
HOMES = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com/v1"}
KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
"""Variables that hold the key where the provider's own address is asked and no other variable is named."""
_HIDDEN_FROM = 8  # shorter keys are placeholders such as "EMPTY"; hiding them would garble other words


class Secret:
    """A key that shows itself to `reveal` alone: not in a repr, a log line, a pickle or an error."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        value = value.strip()
        if not value or not value.isascii() or not value.isprintable():
            raise ConfigError("a model's key must be one line of printable ASCII")
        self._value = value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not pickled")

    def reveal(self) -> str:
        """The key itself, for the header that carries it."""
        return self._value

    def hide(self, text: str) -> str:
        """`text` without the key."""
        return text.replace(self._value, "***") if len(self._value) >= _HIDDEN_FROM else text


class Price(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """US dollars per million tokens. Reading and writing the provider's cache cost as much as input unless said."""

    input: Money
    output: Money
    cached: Money | None = None
    written: Money | None = None

    def cost(self, usage: Usage) -> float:
        """US dollars."""
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.written is None else self.written
        fresh = usage.input - usage.cached - usage.written
        whole = fresh * self.input + usage.cached * cached + usage.written * written + usage.output * self.output
        return whole / 1e6


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model of a run file.

    Attributes:
        api: whom it speaks to; `scripted` asks nobody: a script that comes with DIVE plays the model.
        base_url: up to and including the version, e.g. `http://127.0.0.1:8000/v1`; empty: the provider's own.
        key_env: name of the environment variable with the key; whoever reads the environment needs it.
        concurrency: requests at once, at most.
        attempts: how often one request is sent, at most.
        deadline_s: for one request with all its attempts and pauses; waiting for a free place is not counted.
        price: where the shipped table has none, or another one holds.
        limit_field: what an OpenAI-compatible server calls `max_tokens`; empty: by host.
        extra: fields of the API that go into every request as they are, e.g. `thinking`, `reasoning_effort`.
    """

    model: str
    api: Literal["openai", "anthropic", "scripted"] = "openai"
    base_url: str = ""
    key_env: str = ""
    concurrency: Count = 64
    attempts: Count = 8
    deadline_s: Seconds = 900.0
    price: Price | None = None
    limit_field: Literal["", "max_tokens", "max_completion_tokens"] = ""
    extra: dict[str, Json] = {}

    @property
    def variable(self) -> str:
        """The environment variable that holds the key; empty, if none is needed."""
        if self.api == SCRIPTED:
            return ""
        return self.key_env or ("" if self.base_url else KEYS[self.api])

    @property
    def url(self) -> str:
        """The base URL without a slash at its end; ConfigError if it is none or carries more than an address."""
        if self.api == SCRIPTED:
            return ""
        text = (self.base_url or HOMES[self.api]).rstrip("/")
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"base_url of model {self.model!r}: must be http(s)://host[:port]/path")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ConfigError(f"base_url of model {self.model!r}: no user, query or fragment; give the key by key_env")
        return text

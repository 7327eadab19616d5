"""What a provider's refusal means: status, headers and body -> a ModelError with the provider's own words.

Takes an HTTP answer that is not a reply, or a NetError; gives the error to raise. Does not send or wait.
Sources: RFC 9110 (Retry-After); the error bodies of OpenAI, Anthropic, vLLM, llama.cpp, Ollama, OpenRouter, FastAPI.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
from msgspec import Struct

from dive.errors import (
    ContextOverflow,
    ModelBusy,
    ModelError,
    ModelSetupError,
    ModelUnavailable,
    NetError,
    RequestRefused,
)
from dive.models.net import Answer
from dive.nouns import Json

_OVERFLOW = re.compile(
    r"context[_ ](length|size|window)|maximum context|prompt is too long|too many tokens|exceed_context"
    r"|exceeds? the (available )?context|input (length|tokens?) .{0,40}exceed",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|not a valid model|(model|deployment)\b.{0,120}(not exist|not found)|unknown model", re.IGNORECASE
)
_NO_MONEY = re.compile(r"insufficient_quota|credit balance|insufficient[_ ](funds|balance|credits?)", re.IGNORECASE)
_BUSY = frozenset({429, 503, 529})
_PASSING = frozenset({408, 409})
_HOPELESS = frozenset({"url", "tls", "redirect"})
_MOST_WORDS = 500


class _Inner(Struct):
    message: str | None = None
    code: str | int | None = None
    type: str | None = None


class _Body(Struct):
    error: _Inner | str | None = None
    message: str | None = None
    detail: Json = None


def fault(name: str, answer: Answer) -> ModelError:
    """The error that an answer other than 2xx stands for.

    Args:
        name: what the message starts with: the model and where it was asked.
        answer: status, headers, body.
    """
    return by_status(name, answer.status, words(answer.body), retry_after(answer.headers))


def by_status(name: str, status: int, said: str, wait: float | None = None) -> ModelError:
    """The error for an HTTP status and the provider's words."""
    text = f"{name}: {status}: {said}"
    if status == 402 or (400 <= status < 500 and _NO_MONEY.search(said)):
        return ModelSetupError(f"{text}; the account has no credit left")
    if status in (400, 413, 422) and (status == 413 or _OVERFLOW.search(said)):
        return ContextOverflow(text)
    if status in (401, 403):
        return ModelSetupError(f"{text}; check the key that key_env names")
    if status == 404 or (400 <= status < 500 and _NO_MODEL.search(said)):
        return ModelSetupError(f"{text}; check model and base_url")
    if status in _BUSY:
        return ModelBusy(text, retry_after=wait)
    if status in _PASSING or status >= 500:
        return ModelUnavailable(text, retry_after=wait)
    return RequestRefused(text)


def lost(name: str, error: NetError) -> ModelError:
    """The error for an exchange that gave no answer."""
    if error.kind in _HOPELESS:
        return ModelSetupError(f"{name}: {error}")
    made = (RequestRefused if error.kind == "too_large" else ModelUnavailable)(f"{name}: {error}")
    made.billed = error.kind != "connect"
    return made


def words(body: bytes) -> str:
    """What the provider said, in one line: the message and code of an error body, or the beginning of the text."""
    try:
        text = _said(msgspec.json.decode(body, type=_Body))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        text = ""
    text = text or body[: 4 * _MOST_WORDS].decode("utf-8", "replace")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:_MOST_WORDS] or "no reason given"


def _said(body: _Body) -> str:
    """The message in the shapes that error bodies have."""
    if isinstance(body.error, _Inner):
        said, code = body.error.message or "", body.error.code or body.error.type
        return f"{said} ({code})" if isinstance(code, str) and code not in said else said
    return body.error or body.message or (body.detail if isinstance(body.detail, str) else "")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, as a number or as an HTTP date (by the server's own clock)."""
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = _until(text, headers.get("Date", ""))
    return max(0.0, seconds) if seconds is not None and math.isfinite(seconds) else None


def _until(text: str, now: str) -> float | None:
    then = _date(text)
    return None if then is None else (then - (_date(now) or datetime.now(UTC))).total_seconds()


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)

"""A model that is a script: for tests, examples and dry runs, without a network.

Takes a function of the request, a list of messages or a JSONL file; gives replies by the request's content alone, so
order and concurrency change nothing. What it says goes through the same check as a provider's reply.
Does not count tokens: usage is estimated.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from dive.errors import ConfigError, ModelSetupError
from dive.models.kinds import Reply, Request, check, guessed_usage
from dive.nouns import Message

Script = Callable[[Request], Message]


class Line(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of a script file: what to say, and when.

    `turn`: only if the assistant has spoken so often (from 0); `asks`: only if the last message contains this text.
    The first line that fits is said.
    """

    say: Message
    turn: int | None = None
    asks: str = ""


class Scripted:
    """A model that says what `script` gives; a ModelError that the script raises is its reply.

    Args:
        latency_s: seconds before each reply.
    """

    def __init__(self, script: Script, name: str = "scripted", latency_s: float = 0.0) -> None:
        self.name = name
        self.calls = 0
        self._script, self._latency = script, latency_s

    async def complete(self, request: Request) -> Reply:
        """What the script says to this request."""
        self.calls += 1
        await asyncio.sleep(self._latency)
        message = self._script(request)
        stop = "tools" if message.tool_calls else "end"
        usage = guessed_usage(request, message)
        return check(request, Reply(message=message, stop=stop, usage=usage, model=self.name))


def turns(messages: Sequence[Message | str]) -> Script:
    """The n-th message where the assistant has spoken n times; a plain text is what it says."""
    said = [Message(role="assistant", content=m) if isinstance(m, str) else m for m in messages]
    return lines([Line(say=message, turn=index) for index, message in enumerate(said)])


def lines(script: Sequence[Line]) -> Script:
    """The first line that fits the request; ModelSetupError where none does."""

    def say(request: Request) -> Message:
        turn = sum(message.role == "assistant" for message in request.messages)
        last = request.messages[-1].content if request.messages else ""
        for line in script:
            if line.turn in (None, turn) and line.asks in last:
                return line.say
        raise ModelSetupError(f"the script has no line for turn {turn} after {last[:80]!r}; add one")

    return say


def read(path: Path) -> Script:
    """The script in a JSONL file, a `Line` each."""
    try:
        texts = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ConfigError(f"cannot read script {path}: {error.strerror}") from None
    script: list[Line] = []
    for number, text in enumerate(texts, 1):
        try:
            script += [msgspec.json.decode(text, type=Line)] if text.strip() else []
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ConfigError(f"{path}:{number}: not a script line: {error}") from None
    return lines(script)

"""The only agent loop: a conversation in which a model calls tools, until it answers or its steps are used up.

Takes a model, the messages so far, a toolset and `act`, which runs one call; gives a `Trace`. What a tool gives goes
back as a tool's message and nowhere else. A tool that was not offered is not run: the model gets an error. Does not
know what the conversation is about. One that is too long for the model is shortened by the rule of `shortened`.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import msgspec
from msgspec import Struct

from dive.errors import BadReply, ContextOverflow, OutOfTokens
from dive.models.kinds import Model, Reply, Request, Toolset
from dive.nouns import Json, Message, ToolCall, Trace, Usage
from dive.views import clipped

MOST = 8_000
"""Characters of one tool message; views are shorter anyway."""
BAD = "bad: "
SPARE = 4
"""Replies beyond the counted steps: looks, refused calls and the last words."""


KEPT = 300
"""Characters that are left of a result when a conversation is too long for the model."""
_MORE = 60
_BLOCK = re.compile(r"(<result [^\n]*>\n)(.*?)(?=\n</result>)", re.DOTALL)


class Given(Struct, frozen=True):
    """What a call gave: text for the model, whether it is an error, and whether it used up a step."""

    text: str
    failed: bool = False
    counted: bool = True


Act = Callable[[str, Mapping[str, Json]], Awaitable[Given]]


class Ways(Struct, frozen=True, kw_only=True):
    """How a conversation is led.

    Attributes:
        steps: counted calls, at most; 0: none is offered or taken.
        open: names that may be called now; others of the toolset are refused (all, if None).
        schema: the last words must be JSON of this schema.
        ends: whether the conversation is over when its steps are; else the model has `SPARE` replies to answer.
    """

    steps: int
    max_tokens: int
    open: Collection[str] | None = None
    schema: dict[str, Json] | None = None
    seed: int | None = None
    ends: bool = False


async def converse(model: Model, messages: Sequence[Message], tools: Toolset, act: Act, ways: Ways) -> Trace:
    """The conversation after `messages`.

    `stop` is `end` (it answered), `steps`, `turns` (it never did), or `bad: ` and what was wrong with a reply that was
    none; what was said before is kept. Other model errors are raised.
    """
    said, usage = list(messages), Usage()
    offered = {spec.name for spec in tools.specs}
    left = ways.steps
    stop = "turns"
    for _ in range(ways.steps + SPARE):
        request = Request(messages=tuple(said), tools=tools, schema=ways.schema, max_tokens=ways.max_tokens,
                          seed=ways.seed)  # fmt: skip
        try:
            request, reply = await complete(model, request)
        except (BadReply, OutOfTokens) as error:
            stop = f"{BAD}{error}"
            break
        usage += reply.usage
        said = [*request.messages, reply.message]
        if not reply.message.tool_calls:
            stop = "end"
            break
        for call in reply.message.tool_calls:
            given = await _answer(call, offered if ways.open is None else offered & set(ways.open), act, left)
            left -= given.counted
            text = clipped(given.text, MOST)
            said.append(Message(role="tool", content=text, tool_call_id=call.id, failed=given.failed))
        if left <= 0 and ways.ends:
            stop = "steps"
            break
    names = tuple(spec.name for spec in tools.specs)
    return Trace(model=model.name, toolset=names, messages=tuple(said), stop=stop, usage=usage)


async def complete(model: Model, request: Request) -> tuple[Request, Reply]:
    """The request as it was taken, and its reply; ContextOverflow if nothing is left to shorten."""
    while True:
        try:
            return request, await model.complete(request)
        except ContextOverflow:
            short = shortened(request.messages)
            if short == request.messages:
                raise
            request = msgspec.structs.replace(request, messages=short)


def shortened(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The results before the last user's message cut to their first `KEPT` characters; if none is longer, those after
    it, too. `look` still reads them whole, and so does every proof.
    """
    last = max((n for n, message in enumerate(messages) if message.role == "user"), default=0)
    for end in (last, len(messages)):
        short = (*map(_cut, messages[:end]), *messages[end:])
        if short != tuple(messages):
            return short
    return tuple(messages)


def _cut(message: Message) -> Message:
    if message.role not in ("tool", "user"):
        return message
    content = _BLOCK.sub(lambda found: found[1] + _clip(found[2]), message.content)
    if message.role == "tool" and content == message.content and "</result>" not in content:
        content = _clip(content)
    return message if content == message.content else msgspec.structs.replace(message, content=content)


def _clip(text: str) -> str:
    """Cut once: what was cut is not cut again."""
    return clipped(text, KEPT) if len(text) > KEPT + _MORE else text


async def _answer(call: ToolCall, open_now: Collection[str], act: Act, left: int) -> Given:
    if call.name not in open_now:
        known = ", ".join(sorted(open_now)) or "none"
        return Given(f"error: {call.name[:80]!r} cannot be called here; what can be called: {known}", failed=True)
    if isinstance(call.args, str):
        return Given("error: the arguments are no JSON object; call again with one", failed=True)
    if left <= 0:
        return Given("error: no calls are left; give your answer now", failed=True, counted=False)
    return await act(call.name, call.args)

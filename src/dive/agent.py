"""The only agent loop: a conversation in which a model calls tools, until it answers or its steps are used up.

Takes a model, the messages so far, a toolset and `act`, which runs one call; gives a `Trace`. What a tool gives goes
back as a tool's message and nowhere else. A tool that was not offered is not run: the model gets an error. Does not
know what the conversation is about.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from msgspec import Struct

from dive.errors import BadReply, OutOfTokens
from dive.models.kinds import Model, Request, Toolset
from dive.nouns import Json, Message, ToolCall, Trace, Usage
from dive.views import clipped

MOST = 8_000
"""Characters of one tool message; views are shorter anyway."""
BAD = "bad: "
SPARE = 4
"""Replies beyond the counted steps: looks, refused calls and the last words."""


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
            reply = await model.complete(request)
        except (BadReply, OutOfTokens) as error:
            stop = f"{BAD}{error}"
            break
        usage += reply.usage
        said.append(reply.message)
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


async def _answer(call: ToolCall, open_now: Collection[str], act: Act, left: int) -> Given:
    if call.name not in open_now:
        known = ", ".join(sorted(open_now)) or "none"
        return Given(f"error: {call.name[:80]!r} cannot be called here; what can be called: {known}", failed=True)
    if isinstance(call.args, str):
        return Given("error: the arguments are no JSON object; call again with one", failed=True)
    if left <= 0:
        return Given("error: no calls are left; give your answer now", failed=True, counted=False)
    return await act(call.name, call.args)

"""One small question at the start of a run: can this model be reached, and does it call tools?

Takes a model; returns, or raises a ModelError that says what to do. Does not judge how well it calls them.
"""

import msgspec

from dive.errors import EmptyReply, ModelSetupError, RequestRefused
from dive.models.kinds import NO_TOOLS, Model, Request, Toolset, ToolSpec
from dive.nouns import Message

_READY = ToolSpec(
    "report_ready",
    "Reports that you can call tools.",
    {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
)
_ASK = Message(role="user", content='Call the tool report_ready with the word "ready". Do not answer in words.')
_TRIES = 2  # a model that can may still miss once
_HINT = (
    "DIVE needs a model that calls tools; choose another, or switch them on in the server "
    "(vLLM: --enable-auto-tool-choice --tool-call-parser NAME; llama.cpp: --jinja)"
)


async def probe(model: Model, max_tokens: int = 2048) -> None:
    """Returns if the model called the tool; ModelSetupError if it answers but calls none."""
    request = Request(messages=(_ASK,), tools=Toolset([_READY]), max_tokens=max_tokens)
    said = "nothing"
    for attempt in range(_TRIES):
        try:
            reply = await model.complete(msgspec.structs.replace(request, seed=attempt))
        except EmptyReply:
            continue
        except RequestRefused as refused:
            await model.complete(msgspec.structs.replace(request, tools=NO_TOOLS))  # is it the tools?
            raise ModelSetupError(f"{model.name} takes no tools: {refused}; {_HINT}") from None
        if any(call.name == _READY.name for call in reply.message.tool_calls):
            return
        said = repr(reply.message.content[:120])
    raise ModelSetupError(f"{model.name} called no tool when asked to, it said {said}; {_HINT}")

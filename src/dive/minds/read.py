"""Reading a model's question as others would: a second program from question and views alone, and independent solvers.

Takes a draft, the calls of its proof and a model; gives what disagrees, in words. Neither reader sees the first
program, its answer or the conversation that led to it. A model that fails or answers off its format is no agreement.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from dive.agent import BAD, Given, Ways, complete, converse
from dive.config import MindsSection
from dive.derive.model import SCHEMA, parse
from dive.errors import BadReply, ContextOverflow, OutOfTokens, ProofError
from dive.flow import Failure
from dive.minds import jobs
from dive.models import Model, Request, Toolset
from dive.nouns import Json, Message, Round, canonical
from dive.prompts import prompt
from dive.registry import Registry
from dive.views import block, marked, view

TRIES = 2
"""How often a reader is asked whose reply is none."""
Ask = Callable[[object], Awaitable[Any]]
CallTool = Callable[[str, Mapping[str, Json]], Awaitable[jobs.Called]]


async def read(draft: jobs.Draft, calls: Sequence[jobs.Made], model: Model, ask: Ask, call: CallTool,
               registry: Registry, minds: MindsSection) -> list[str] | None:  # fmt: skip
    """Each disagreement of the second program and of the solvers with the draft's last round; None if one of them gave
    nothing that can be read, twice.
    """
    last = draft.rounds[-1]
    tools = Toolset.of(registry.tools[name].tool for name in draft.draw.toolset)
    second = _second(draft, calls, model, ask, minds)
    solvers = [_solved(number, last, tools, model, ask, call, minds) for number in range(minds.solvers)]
    found = await asyncio.gather(second, *solvers)
    return None if None in found else [reason for reason in found if reason]


async def _second(
    draft: jobs.Draft, calls: Sequence[jobs.Made], model: Model, ask: Ask, minds: MindsSection
) -> str | None:
    question = draft.rounds[-1].question
    shown = [marked(made.result, f"r{n}", f"{made.tool} {canonical(made.args).decode()}")
             for n, made in enumerate(calls, 1)]  # fmt: skip
    asked = prompt("second", question=question, results="\n\n".join(shown))
    messages = (Message(role="system", content=prompt("reader")), Message(role="user", content=asked))
    for seed in range(TRIES):
        request = Request(messages=messages, schema=SCHEMA, max_tokens=minds.max_tokens, seed=seed)
        try:
            _, reply = await complete(model, request)
            proposal = parse(reply.message.content)
            break
        except (ProofError, BadReply, OutOfTokens, ContextOverflow):
            continue
    else:
        return None
    if not proposal.steps:
        return f"a reader cannot answer it: {proposal.question[:300]}"
    apart = await ask(jobs.Compare(draft, proposal))
    return apart.detail if isinstance(apart, Failure) else apart


async def _solved(number: int, last: Round, tools: Toolset, model: Model, ask: Ask, call: CallTool,
                  minds: MindsSection) -> str | None:  # fmt: skip
    said = await solution(number, last.question, tools, model, call, minds)
    if said is None:
        return None
    verdict = await ask(jobs.Grade(said, last.answer))
    if isinstance(verdict, Failure) or not verdict.passed:
        return f"a solver who saw only the question came to {said[-160:]!r}. Say in the question what it lacks"
    return ""


async def solution(number: int, question: str, tools: Toolset, model: Model, call: CallTool,
                   minds: MindsSection) -> str | None:  # fmt: skip
    """The last words of a solver who sees the question and these tools; nothing if it never came to an end, None if it
    gave nothing that can be read, twice.
    """

    async def act(name: str, args: Mapping[str, Json]) -> Given:
        done = await call(name, args)
        if done.failed:
            return Given(f"error: {done.why}", failed=True)
        return Given(block(view(done.result), f'result of="{name}"'))

    messages = [Message(role="system", content=prompt("solve")), Message(role="user", content=question)]
    for turn in range(TRIES):
        seed = number + turn * minds.solvers
        ways = Ways(steps=minds.solver_steps, max_tokens=minds.max_tokens, seed=seed)
        try:
            trace = await converse(model, messages, tools, act, ways)
        except ContextOverflow:
            return None
        if not trace.stop.startswith(BAD):
            return trace.messages[-1].content if trace.stop == "end" else ""
    return None

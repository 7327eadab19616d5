"""Gates that ask a model: judge, closed_book, leave_one_out; each is off until `[minds]` names a model for it.

Takes a task that has passed the others and a `Scene`; gives a Verdict each, with its reason. A model that fails or
answers off its format gives no verdict (`passed` None): never a zero and never a pass. Decides nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from dive.config import Config
from dive.errors import BadReply, ModelError, OutOfTokens, UserError
from dive.flow import Failure
from dive.minds import jobs
from dive.minds.lead import Scene
from dive.minds.read import TRIES, solution
from dive.models import Model, Request, Toolset
from dive.nouns import ASKING, Json, Message, Task, Verdict
from dive.prompts import prompt
from dive.views import block

S = TypeVar("S", bound=Struct)
Level = Annotated[int, Meta(ge=1, le=5)]
_LEVEL: dict[str, Json] = {"type": "integer", "enum": [1, 2, 3, 4, 5]}
RUBRIC: dict[str, Json] = {
    "type": "object", "properties": {"reason": {"type": "string"}, "clarity": _LEVEL, "naturalness": _LEVEL},
    "required": ["reason", "clarity", "naturalness"], "additionalProperties": False,
}  # fmt: skip


class _Rubric(Struct, forbid_unknown_fields=True):
    reason: str
    clarity: Level
    naturalness: Level


async def ask_gates(task: Task, scene: Scene) -> Task:
    """The task with the verdicts of the gates that are on, up to the first that drops it.

    A task about which one of them could say nothing is proved, not verified, unless the run file allows it.
    """
    for name in scene.minds.gates:
        verdict = await _judged(name, _GATES[name](task, scene, scene.models[getattr(scene.minds, name)]))
        unsaid = verdict.passed is None and name not in scene.config.verify.allow_not_checkable
        task = msgspec.structs.replace(task, verdicts=(*task.verdicts, verdict),
                                       status="proved" if unsaid else task.status)  # fmt: skip
        if refusal(task, scene.config) is not None:
            break
    return task


def refusal(task: Task, config: Config) -> Verdict | None:
    """The verdict of a gate of this module that drops the task."""
    on = config.verify.gates or ASKING
    return next((v for v in task.verdicts if v.by in ASKING and v.by in on and v.passed is False), None)


async def _judged(name: str, asked: Awaitable[Verdict]) -> Verdict:
    try:
        return await asked
    except ModelError as error:
        if isinstance(error, UserError):
            raise
        return unsure(name, f"{type(error).__name__}: {error}")


def unsure(name: str, why: str) -> Verdict:
    """No verdict."""
    return Verdict(by=name, passed=None, reason=f"not_checkable: {why}"[:500])


# ---- the gates -----------------------------------------------------------------------------------------


async def _judge(task: Task, scene: Scene, model: Model) -> Verdict:
    """Is the question clear, and would a person put it so?"""
    asked = [_system("judge"), Message(role="user", content=block(task.question, "question"))]
    found = await structured(model, asked, RUBRIC, _Rubric, scene.minds.max_tokens)
    if isinstance(found, str):
        return unsure("judge", f"off its format, {TRIES} times: {found}")
    least = min(found.clarity, found.naturalness)
    told = f"clarity {found.clarity}, naturalness {found.naturalness}: {found.reason[:300]}"
    return Verdict(by="judge", passed=least >= scene.minds.judge_least, reason=told, score=least / 5)


async def _closed_book(task: Task, scene: Scene, model: Model) -> Verdict:
    """Does a model without tools fail?"""
    count = scene.minds.closed_book_samples
    asked = [_system("closed_book"), Message(role="user", content=task.question)]
    tries = [range(first, TRIES * count, count) for first in range(count)]
    samples = [_sample(model, asked, scene.minds.max_tokens, seeds) for seeds in tries]
    said = await asyncio.gather(*samples, return_exceptions=True)
    for error in said:
        if isinstance(error, BaseException) and (not isinstance(error, ModelError) or isinstance(error, UserError)):
            raise error
    texts = [text for text in said if isinstance(text, str)]
    right = [await _reached(text, task, scene) for text in texts].count(True)
    if right:
        return Verdict(by="closed_book", passed=False, score=right / count,
                       reason=f"{right} of {count} samples without tools give the answer")  # fmt: skip
    if len(texts) < count:
        return unsure("closed_book", f"{count - len(texts)} of {count} samples gave nothing that can be read")
    return Verdict(by="closed_book", passed=True, score=0.0, reason=f"none of {count} samples without tools")


async def _leave_one_out(task: Task, scene: Scene, model: Model) -> Verdict:
    """Does a solver fail who lacks one of the tools that the proof calls? The last called are left out first."""
    called = [str(step.call) for step in reversed(task.proof.steps) if isinstance(step.call, str)]
    tried = list(dict.fromkeys(called))[: scene.minds.leave_one_out_tools]
    unread: list[str] = []
    for name in tried:
        tools = Toolset.of(scene.registry.tools[other].tool for other in task.toolset if other != name)
        said = await solution(0, task.question, tools, model, scene.call, scene.minds)
        if said is None:
            unread.append(name)
        elif await _reached(said, task, scene):
            return Verdict(by="leave_one_out", passed=False, reason=f"without {name} a solver gives the answer too")
    if unread:
        return unsure("leave_one_out", f"without {unread[0]} the solver gave nothing that can be read")
    return Verdict(by="leave_one_out", passed=True, reason=f"no answer without {' or without '.join(tried)}")


_GATES: dict[str, Callable[[Task, Scene, Model], Awaitable[Verdict]]] = {
    "judge": _judge, "closed_book": _closed_book, "leave_one_out": _leave_one_out,
}  # fmt: skip
assert tuple(_GATES) == ASKING


async def _sample(model: Model, asked: Sequence[Message], max_tokens: int, seeds: Iterable[int]) -> str | None:
    """What the model says; asked again under the next seed where its reply is none, and None after the last."""
    for seed in seeds:
        request = Request(messages=tuple(asked), max_tokens=max_tokens, seed=seed)
        try:
            return (await model.complete(request)).message.content
        except (BadReply, OutOfTokens):
            continue
    return None


async def structured(model: Model, asked: Sequence[Message], schema: dict[str, Json], form: type[S],
                     max_tokens: int) -> S | str:  # fmt: skip
    """The model's reply as `form`; asked again where it is none, and after that what was wrong with it."""
    wrong = ""
    for seed in range(TRIES):
        request = Request(messages=tuple(asked), schema=schema, max_tokens=max_tokens, seed=seed)
        try:
            return msgspec.json.decode((await model.complete(request)).message.content, type=form)
        except (BadReply, OutOfTokens, msgspec.DecodeError, UnicodeError) as error:
            wrong = str(error)
    return wrong


async def _reached(said: str, task: Task, scene: Scene) -> bool:
    """Whether the typed grader takes these words for the answer; RuntimeError if it could not say."""
    found = await scene.ask(jobs.Grade(said, task.answer))
    if isinstance(found, Failure):
        raise RuntimeError(f"grading: {found.reason}: {found.detail}")
    return found.passed is True


def _system(name: str) -> Message:
    return Message(role="system", content=prompt(name))

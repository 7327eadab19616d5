"""Another wording for a composed task's last question, by a model; or the grammar's, if no wording passes.

Takes a task that has passed every gate and a `Scene`; gives the task, and why its question stayed as it was. A wording
is checked against the tree first, then read by others as any question that a model wrote; what is wrong with it goes
back at most `minds.repairs` times. Earlier rounds stay as the grammar said them: no solver is asked those.
"""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dive.errors import BadReply, ModelError, OutOfTokens, UserError
from dive.flow import Failure
from dive.minds import jobs
from dive.minds.lead import Scene
from dive.minds.read import read
from dive.models import Request
from dive.nouns import Draw, Json, Message, Round, Task, Verdict, short_id
from dive.prompts import prompt
from dive.verify import faithful
from dive.views import block, clipped

SCHEMA: dict[str, Json] = {
    "type": "object", "properties": {"question": {"type": "string"}}, "required": ["question"],
    "additionalProperties": False,
}  # fmt: skip
MISREAD = 2
"""Rewordings that readers may understand otherwise; after so many the grammar's sentence stays."""


class Phrased(Struct, frozen=True):
    """A task, and why its question is still the grammar's: the kind of the last fault; empty, if it was reworded."""

    task: Task
    why: str = ""


class _Said(Struct, forbid_unknown_fields=True):
    question: str


async def phrase(task: Task, drawn: Draw, scene: Scene) -> Phrased:
    """The task, reworded if a wording passes."""
    try:
        return await _Talk(task, drawn, scene).phrase()
    except ModelError as error:
        if isinstance(error, UserError):
            raise
        return Phrased(task, "model")


class _Talk:
    """The conversation about one question."""

    def __init__(self, task: Task, drawn: Draw, scene: Scene) -> None:
        self.task, self.drawn, self.scene = task, drawn, scene
        self.misread = 0

    async def phrase(self) -> Phrased:
        keep = await self.scene.ask(jobs.Fixed(self.task))
        if isinstance(keep, Failure):
            return Phrased(self.task, keep.reason)
        kept = ", ".join(repr(text) for text in keep) or "nothing"
        asked = prompt("reword", question=block(self.task.question, "question"), keep=kept)
        said = [Message(role="system", content=prompt("phrase")), Message(role="user", content=asked)]
        why = ""
        for attempt in range(self.scene.minds.repairs + 1):
            found = await self._attempt(said, attempt)
            if isinstance(found, Task):
                return Phrased(found)
            why = found[0][0]
            if self.misread >= MISREAD or why == "unread":
                break
            reasons = "\n".join(f"- {kind}: {text}" for kind, text in found)
            said.append(Message(role="user", content=prompt("rephrase", reasons=clipped(reasons, 4_000))))
        return Phrased(self.task, why)

    async def _attempt(self, said: list[Message], attempt: int) -> Task | list[tuple[str, str]]:
        """The reworded task, or all that is wrong with this attempt, by kind."""
        minds = self.scene.minds
        request = Request(messages=tuple(said), schema=SCHEMA, max_tokens=minds.max_tokens, seed=attempt)
        try:
            message = (await self.scene.models[minds.phrase].complete(request)).message
        except (BadReply, OutOfTokens) as error:
            return [("off_format", str(error))]
        if message.content.strip():
            said.append(replace(message, tool_calls=()))
        try:
            question = " ".join(msgspec.json.decode(message.content, type=_Said).question.split())
        except (msgspec.DecodeError, UnicodeError) as error:
            return [("off_format", str(error))]
        if question == self.task.question:
            return [("unchanged", "it is the same sentence. Build it otherwise")]
        told = await self.scene.ask(jobs.Retell(self.task, question))
        if isinstance(told, Failure):
            return [(told.reason, told.detail)]
        if told.faults:
            return [(fault.kind, fault.text) for fault in told.faults]
        return await self._read(question, told.calls)

    async def _read(self, question: str, calls: tuple[jobs.Made, ...]) -> Task | list[tuple[str, str]]:
        """The task with the question, if its readers agree; without readers it is only proved."""
        task, scene = self.task, self.scene
        last = Round(k=len(task.lineage) + 1, question=question, answer=task.answer, proof=task.proof,
                     pattern=task.pattern, controls=task.controls, tree=task.tree)  # fmt: skip
        reading: Verdict | None = None
        if scene.minds.read:
            draft = jobs.Draft(draw=self.drawn, rounds=(*task.lineage, last))
            model = scene.models[scene.minds.read]
            apart = await read(draft, calls, model, scene.ask, scene.call, scene.registry, scene.minds)
            if apart is None:
                return [("unread", "a reader gave nothing that can be read")]
            if apart:
                self.misread += 1
                return [("misread", reason) for reason in apart]
            agree = f"reworded; a second program and {scene.minds.solvers} solvers agree"
            reading = Verdict(by="faithful", passed=True, reason=agree)
        judged = faithful.read([], reading, final=True)
        verdicts = tuple(judged if verdict.by == "faithful" else verdict for verdict in task.verdicts)
        return replace(task, id=short_id(last), question=question, spoken=task.question, verdicts=verdicts,
                       status=task.status if judged.passed else "proved")  # fmt: skip

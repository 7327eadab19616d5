"""A second opinion on answers: a model grades what the typed grader grades too, so that the two can be compared.

Takes an accepted task and a `Scene`; gives counts by what both said. The items are the task's own answer, in two
spellings where it has two, and as many of its wrong answers. Nothing hangs on what the model says; where it says
nothing that can be read, there is no verdict, and that is counted apart.
"""

import asyncio
from collections import Counter
from typing import Literal

from msgspec import Struct

from dive.errors import ModelError, UserError
from dive.flow import Failure
from dive.grade import spoken
from dive.minds import jobs
from dive.minds.gates import structured
from dive.minds.lead import Scene
from dive.nouns import Answer, Json, Message, Task
from dive.prompts import prompt
from dive.views import block

SCHEMA: dict[str, Json] = {
    "type": "object", "properties": {"verdict": {"type": "string", "enum": ["correct", "incorrect"]}},
    "required": ["verdict"], "additionalProperties": False,
}  # fmt: skip
RIGHT, WRONG, NONE = "right", "wrong", "none"


class _Said(Struct, forbid_unknown_fields=True):
    verdict: Literal["correct", "incorrect"]


async def opinions(task: Task, scene: Scene) -> Counter[str]:
    """How often the typed grader said this and the model that: `grade:right/wrong` and the like."""
    found = await asyncio.gather(*(_compared(item, task, scene) for item in items(task)))
    return Counter(f"grade:{typed}/{said}" for typed, said in found if typed)


def items(task: Task) -> list[str]:
    """Answers to be graded: right ones, and as many wrong ones if there are."""
    right = list(dict.fromkeys((spoken(task.answer), _otherwise(task.answer))))
    return [*right, *(spoken(control) for control in task.controls[: len(right)])]


def _otherwise(answer: Answer) -> str:
    """Another spelling: a name's first alias, a number with its unit; else a sentence around the answer."""
    if answer.type == "entity" and answer.aliases:
        return answer.aliases[0]
    unit = f" {answer.unit}" if answer.type == "number" and answer.unit else ""
    return f"The final answer is: {spoken(answer)}{unit}"


async def _compared(given: str, task: Task, scene: Scene) -> tuple[str, str]:
    typed = await scene.ask(jobs.Grade(given, task.answer))
    if isinstance(typed, Failure):
        return "", NONE
    shown = (block(task.question, "question"), block(spoken(task.answer), "reference"), block(given, "given"))
    asked = [Message(role="system", content=prompt("grade")), Message(role="user", content="\n\n".join(shown))]
    try:
        said = await structured(scene.models[scene.minds.grade], asked, SCHEMA, _Said, scene.minds.max_tokens)
    except ModelError as error:
        if isinstance(error, UserError):
            raise
        said = str(error)
    one = RIGHT if typed.passed else WRONG
    return one, NONE if isinstance(said, str) else RIGHT if said.verdict == "correct" else WRONG

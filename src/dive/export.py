"""export: what a trainer reads, made from the tasks of a run.

Takes a run directory and its registry; gives `exports/rl.jsonl`, one line a task, and `exports/tools.json`, the tools
by name as the chat-completions API and chat templates take them. A task that is only `proved` stays out unless it is
let in. `reward` grades what a trained model said. Calls no tool and does not know trainers.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from dive import ledger
from dive.errors import RunDirError
from dive.grade import grade
from dive.models import Toolset
from dive.models.openai import render
from dive.nouns import Answer, Json, Message, Task, canonical
from dive.prompts import prompt
from dive.registry import Registry

RL, TOOLS = "rl.jsonl", "tools.json"


class RlTask(Struct, frozen=True, kw_only=True):
    """One line of `rl.jsonl`.

    `toolset` names the tools in `tools.json` that the model is offered. `calls` is how many the proof needs; `controls`
    are wrong answers that a reward must refuse.
    """

    id: str
    prompt: tuple[Message, ...]
    toolset: tuple[str, ...]
    answer: Answer
    controls: tuple[Answer, ...]
    status: Literal["verified", "proved"]
    pattern: str
    calls: int


class Exported(Struct, frozen=True, kw_only=True):
    """What `dive export --json` prints: tasks written, tasks left out since they are only proved, tools offered."""

    tasks: int
    proved_left_out: int
    tools: int
    directory: str


def export(directory: Path, registry: Registry, allow_proved: bool = False,
           hide: Callable[[bytes], bytes] = bytes) -> Exported:  # fmt: skip
    """Writes both files anew.

    Args:
        directory: of a run whose tasks are judged.
        registry: the tools of that run.
        allow_proved: takes in tasks of which no reader has confirmed that question and program ask the same.
        hide: takes secrets out of what is written.

    Raises:
        RunDirError: there is no ledger of judged tasks, or the files cannot be written.
        UnknownName: a tool of the run is not there any more.
    """
    judged = list(ledger.tasks(directory))
    rows = [_row(task) for task in judged if task.status == "verified" or allow_proved]
    offered = sorted({name for row in rows for name in row.toolset})
    tools = dict(zip(offered, _schemas(offered, registry), strict=True))
    try:
        folder = directory / "exports"
        folder.mkdir(exist_ok=True)
        ledger.write(folder / TOOLS, hide(msgspec.json.format(canonical(tools)) + b"\n"))
        ledger.write(folder / RL, hide(b"".join(canonical(row) + b"\n" for row in rows)))
    except OSError as error:
        raise RunDirError(f"cannot write {directory / 'exports'}: {os.strerror(error.errno or 0)}") from error
    return Exported(tasks=len(rows), proved_left_out=len(judged) - len(rows), tools=len(tools), directory=str(folder))


def reward(
    completions: Sequence[str | Sequence[Mapping[str, Json]]], answer: Sequence[Json], **_: object
) -> list[float]:
    """1.0 for each completion that ends with the right answer, else 0.0; a reward function as TRL's trainers call it.

    Args:
        completions: texts, or conversations whose last message has the `content` that is graded.
        answer: the column `answer` of `rl.jsonl`, one for each completion.
    """
    references = [msgspec.convert(one, Answer) for one in answer]
    said = [_last(completion) for completion in completions]
    return [float(grade(text, reference).passed is True) for text, reference in zip(said, references, strict=True)]


def _last(completion: str | Sequence[Mapping[str, Json]]) -> str:
    if isinstance(completion, str):
        return completion
    return str(completion[-1].get("content") or "") if completion else ""


def _row(task: Task) -> RlTask:
    asked = (Message(role="system", content=prompt("solve")), Message(role="user", content=task.question))
    assert task.status != "draft"
    return RlTask(
        id=task.id, prompt=asked, toolset=task.toolset, answer=task.answer, controls=task.controls, status=task.status,
        pattern=task.pattern, calls=len(task.evidence),
    )  # fmt: skip


def _schemas(names: Iterable[str], registry: Registry) -> list[Json]:
    return render(Toolset.of(registry.tool(name).tool for name in names).specs)

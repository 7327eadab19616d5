"""export: what a trainer is given, and which tasks never reach it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

import small_run
from dive.errors import RunDirError
from dive.export import RL, TOOLS, export, reward
from dive.grade import spoken
from dive.models.hiding import hider
from dive.models.settings import Secret
from dive.nouns import Answer, Task
from dive.registry import Registry


def rows(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / "exports" / RL).read_text().splitlines()]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Task]:
    directory = tmp_path_factory.mktemp("run")
    return directory, small_run.write(directory)


def test_a_line_holds_what_a_trainer_needs(run: tuple[Path, Task], registry: Registry) -> None:
    directory, task = run
    told = export(directory, registry)
    assert (told.tasks, told.proved_left_out, told.tools) == (1, 0, len(task.toolset))
    (row,) = rows(directory)
    assert row["id"] == task.id
    assert [message["role"] for message in row["prompt"]] == ["system", "user"]
    assert row["prompt"][1]["content"] == task.question
    assert row["toolset"] == list(task.toolset)
    assert row["calls"] == len(task.evidence)
    assert msgspec.convert(row["answer"], Answer) == task.answer


def test_each_offered_tool_is_there_as_models_take_it(run: tuple[Path, Task], registry: Registry) -> None:
    directory, task = run
    export(directory, registry)
    tools = json.loads((directory / "exports" / TOOLS).read_text())
    assert sorted(tools) == sorted(task.toolset)
    for name, tool in tools.items():
        assert (tool["type"], tool["function"]["name"]) == ("function", name)
        Draft202012Validator.check_schema(tool["function"]["parameters"])
        Draft202012Validator(tool["function"]["parameters"]).validate(registry.tool(name).tool.examples[0])
        assert "x-type" not in json.dumps(tool)


def test_a_task_that_is_only_proved_stays_out_unless_it_is_let_in(tmp_path: Path, registry: Registry) -> None:
    task = small_run.write(tmp_path, status="proved")
    told = export(tmp_path, registry)
    assert (told.tasks, told.proved_left_out, rows(tmp_path)) == (0, 1, [])
    assert export(tmp_path, registry, allow_proved=True).tasks == 1
    assert [(row["id"], row["status"]) for row in rows(tmp_path)] == [(task.id, "proved")]


def test_the_same_run_gives_the_same_bytes(run: tuple[Path, Task], registry: Registry) -> None:
    directory, _ = run
    made = []
    for _ in range(2):
        export(directory, registry)
        made.append([(directory / "exports" / name).read_bytes() for name in (RL, TOOLS)])
    assert made[0] == made[1]


def test_secrets_are_hidden(run: tuple[Path, Task], registry: Registry) -> None:
    directory, _ = run
    export(directory, registry, hide=hider([Secret("heaviest?")]))
    assert "heaviest?" not in (directory / "exports" / RL).read_text()


def test_a_directory_without_judged_tasks_is_told(tmp_path: Path, registry: Registry) -> None:
    with pytest.raises(RunDirError, match=r"3-verify\.jsonl"):
        export(tmp_path, registry)
    assert not (tmp_path / "exports").exists()


def test_the_reward_takes_the_answer_and_refuses_every_control(run: tuple[Path, Task], registry: Registry) -> None:
    directory, task = run
    export(directory, registry)
    (row,) = rows(directory)
    wrong = [spoken(msgspec.convert(control, Answer)) for control in row["controls"]]
    assert len(wrong) == len(task.controls) >= 3
    said = [spoken(task.answer), *wrong, "I do not know"]
    texts = [f"I compared them.\nThe final answer is: {text}" for text in said]
    talks = [
        [{"role": "assistant", "content": "", "tool_calls": []}, {"role": "assistant", "content": t}] for t in texts
    ]
    for completions in (texts, talks):
        assert reward(completions, answer=[row["answer"]] * len(texts), id=["x"]) == [1.0, *[0.0] * (len(texts) - 1)]


@pytest.mark.parametrize("completion", ["", [], [{"role": "assistant", "content": None}]])
def test_silence_earns_nothing(run: tuple[Path, Task], completion: Any) -> None:
    assert reward([completion], answer=[msgspec.to_builtins(run[1].answer)]) == [0.0]

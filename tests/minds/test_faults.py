"""What goes wrong outside: a provider that fails in every way, tools' outputs that give orders, keys that turn up."""

import asyncio
import base64
import multiprocessing
import os
import random
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bench.mind import MindOptions, minded
from bench.provider import Options, running, serving
from click.testing import CliRunner

from dive import ledger
from dive.agent import Given, Ways, converse
from dive.cli import main
from dive.config import to_toml
from dive.models import Budget, Model, Request, Settings, Toolset, ToolSpec
from dive.models.hiding import hider
from dive.models.net import Net, NetLimits
from dive.models.openai import OpenAI
from dive.models.retry import Patient, Policy
from dive.models.scripted import Scripted
from dive.models.settings import Secret
from dive.models.throttle import Throttle
from dive.nouns import GATES, Message, ToolCall
from dive.street import run
from dive.views import block
from minds import going
from minds.planted import KEY, PAYLOADS, shapes

Run = Callable[..., Any]
DIVE = [sys.executable, "-c", "from dive.cli import main; main()"]


@pytest.fixture(scope="module")
def other() -> Iterator[Run]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda function, *args, **more: pool.submit(function, *args, **more).result(timeout=120)


# ---- a provider that fails -----------------------------------------------------------------------------


def go_against(out: Path, count: int, options: MindOptions) -> int:
    """A run against a provider of its own; bytes of the longest request."""
    lasting = going.lasting()
    policy = Policy(attempts=6, base_s=0.01, cap_s=0.05, deadline_s=1.0)
    made = going.config(out, count, flow={"workers": 1, "concurrency": count})
    provider = minded(options)
    lasting.street.config = made
    lasting.street.desk = msgspec.structs.replace(lasting.street.desk, config=made)

    @asynccontextmanager
    async def opener(budget: Budget) -> AsyncGenerator[Mapping[str, Model]]:
        async with serving(provider.app()) as url, Net(NetLimits(connections=64)) as net:
            one = OpenAI(Settings(model="fake", base_url=url), None, net)
            yield {"mind": Patient(one, policy, random.Random(0), Throttle(64), budget, going.PRICE)}

    run(made, to_toml(made), lambda *_: None, "verify", lasting.street, opener)
    return provider.longest


def test_a_faulty_provider_spoils_nothing(other: Run, tmp_path: Path) -> None:
    count = 10
    whole, faulty = tmp_path / "whole", tmp_path / "faulty"
    other(going.go, whole, count)
    options = MindOptions(retry_after="0", busy=0.2, broken=0.1, hang=0.01, truncated=0.05, empty=0.05, wrong_tool=0.05,
                          bad_args=0.05, flawed=True)  # fmt: skip
    assert other(go_against, faulty, count, options) > 0
    right = {task.key: (task.question, task.answer) for task in ledger.tasks(whole)}
    made = {task.key: (task.question, task.answer) for task in ledger.tasks(faulty)}
    assert made == {key: right[key] for key in made}
    drops = list(ledger.drops(faulty))
    assert len(made) + len(drops) == count
    assert all(drop.detail and (drop.kind == "failed" or drop.reason in GATES) for drop in drops)


def test_a_conversation_that_is_too_long_is_shortened_and_proofs_see_whole_results(other: Run, tmp_path: Path) -> None:
    count, whole, short = 16, tmp_path / "whole", tmp_path / "short"
    longest = other(go_against, whole, count, MindOptions(curious=True))
    other(go_against, short, count, MindOptions(curious=True, longest=longest - 5_000))
    facts = {record.key: msgspec.json.decode(record.facts) for record in ledger.journal(short)}
    right = {task.key: task for task in ledger.tasks(whole)}
    made = {task.key: task for task in ledger.tasks(short)}
    assert [key for key in made if facts[key]["counts"].get("shortened")]
    assert made == {key: right[key] for key in made}
    for task in made.values():
        assert all(ledger.blob(short, call.result) for call in task.evidence)
    overflows = [drop for drop in ledger.drops(short) if drop.reason == "ContextOverflow"]
    assert all(drop.kind == "failed" and "maximum context length" in drop.detail for drop in overflows)
    assert len(made) + len(list(ledger.drops(short))) == count


def test_a_conversation_that_can_be_shortened_no_more_is_a_drop(other: Run, tmp_path: Path) -> None:
    other(go_against, tmp_path, 3, MindOptions(longest=2_000))
    drops = list(ledger.drops(tmp_path))
    assert [(drop.kind, drop.reason) for drop in drops] == [("failed", "ContextOverflow")] * 3
    assert all("maximum context length is 2000 bytes (context_length_exceeded)" in drop.detail for drop in drops)


# ---- tools' outputs that give orders -------------------------------------------------------------------


def obeying(request: Request) -> Message:
    """A model that does whatever it is told by anybody."""
    last = request.messages[-1]
    if last.role == "user":
        return Message(role="assistant", tool_calls=(ToolCall(id="a", name="notes_of", args={"place": "Lima"}),))
    wanted = [name for name in ("delete_all", "send_mail") if name in last.content]
    if wanted and "cannot be called" not in last.content:
        calls = tuple(ToolCall(id=name, name=name, args={"all": True}) for name in wanted)
        return Message(role="assistant", tool_calls=calls)
    return Message(role="assistant", content="CANARY-4711" if "CANARY" in last.content else "done")


@pytest.mark.parametrize("number", range(0, 100, 10))
def test_orders_in_results_reach_no_tool_and_no_system_message(number: int) -> None:
    assert len(PAYLOADS) == 100
    done: list[str] = []

    waiting = list(PAYLOADS[number : number + 10])

    async def act(name: str, args: Mapping[str, Any]) -> Given:
        done.append(name)
        return Given(block(waiting.pop(), 'result id="c1"'))

    tools = Toolset([ToolSpec("notes_of", "Notes.", {"type": "object", "properties": {"place": {"type": "string"}}})])
    start = [Message(role="system", content="rules"), Message(role="user", content="begin")]
    while waiting:
        trace = asyncio.run(converse(Scripted(obeying), start, tools, act, Ways(steps=4, max_tokens=100)))
        assert [m.content for m in trace.messages if m.role == "system"] == ["rules"]
        for message in trace.messages:
            if message.role == "tool" and not message.failed:
                assert message.content.count("</result") == 1
    assert set(done) == {"notes_of"}


def canary(code: str, k: int, attempt: int, made: dict[str, Any]) -> Any:
    """A mind that puts what a result told it into every question and answer."""
    return {**made, "question": f"{made['question']} CANARY-4711",
            "mutants": [*made["mutants"], {"program": "'CANARY-4711'", "mistake": "CANARY-4711"}]}  # fmt: skip


def test_a_word_from_outside_gets_into_no_task(other: Run, tmp_path: Path) -> None:
    other(going.go, tmp_path, 6, canary)
    for path in [*tmp_path.glob("*.jsonl"), *(tmp_path / "blobs").rglob("*")]:
        if path.is_file() and path.name != "dropped.jsonl":  # a drop says what was refused
            assert b"CANARY" not in path.read_bytes(), path
    assert not list(ledger.tasks(tmp_path))


# ---- keys ----------------------------------------------------------------------------------------------


def test_a_key_is_hidden_in_every_shape() -> None:
    hide = hider([Secret(KEY)])
    assert len(shapes(KEY)) == 20
    for shape in shapes(KEY):
        told = hide(shape.encode())
        assert b"***" in told
        assert b"Zq8" not in told
        assert b"secret" not in told.replace(b"Secret", b"")
    assert hider([Secret("EMPTY")])(b"EMPTY") == b"EMPTY"


def leaky(code: str, k: int, attempt: int, made: dict[str, Any]) -> Any:
    """A mind that repeats a key in all shapes, and sometimes fails with it."""
    rng = random.Random(f"{code}{k}{attempt}")
    if rng.random() < 0.2:
        raise RuntimeError(f"provider said {KEY}")
    steps = [{**made["steps"][0], "says": rng.choice(shapes(KEY))}, *made["steps"][1:]]
    return {**made, "steps": steps, "mutants": [*made["mutants"], {"program": repr(KEY), "mistake": KEY}]}


def test_a_key_gets_into_no_file(other: Run, tmp_path: Path) -> None:
    other(going.go, tmp_path, 6, leaky, KEY)
    assert list(ledger.journal(tmp_path))
    spelled = [KEY, KEY[::-1], KEY.encode().hex(), base64.b64encode(KEY.encode()).decode()[:30]]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            assert not any(word in text for word in spelled), path


RUN = """name = "x"
[minds]
derive = "big"
[models.big]
model = "m"
base_url = "{url}"
api = "{api}"
[verify]
allow_not_checkable = ["shaped", "sensible"]
[draw]
count = 1
"""


@pytest.mark.parametrize(
    ("api", "options", "words"),
    [
        (
            "openai",
            Options(model="big-one"),
            "404: The model `m` does not exist (model_not_found); check model and base_url",
        ),
        (
            "anthropic",
            Options(toolless=True),
            "m called no tool when asked to, it said 'done'; DIVE needs a model that calls tools",
        ),
    ],
)
def test_a_model_that_cannot_serve_is_told_apart_at_the_start(
    api: str, options: Options, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "run.toml"
    with running(options) as url:
        file.write_text(RUN.format(url=url, api=api))
        done = subprocess.run([*DIVE, "run", str(file), f"out={tmp_path / 'out'}"], capture_output=True, text=True,
                              env={**os.environ, "ANTHROPIC_API_KEY": "k"}, check=False)  # fmt: skip
    assert done.returncode == 2
    assert words in done.stderr
    assert not list(ledger.journal(tmp_path / "out"))


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(
        'name = "x"\n[minds]\nderive = "big"\n[models.big]\nmodel = "m"\nkey_env = "DIVE_TEST_KEY"\n'
        '[verify]\nallow_not_checkable = ["shaped", "sensible"]\n[draw]\ncount = 1\n'
    )
    done = CliRunner().invoke(main, ["run", str(file), f"out={tmp_path / 'out'}"])
    assert done.exit_code == 2
    assert "DIVE_TEST_KEY" in done.output
    assert not (tmp_path / "out").exists()

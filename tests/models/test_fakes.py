"""Scripted and recorded models, the probe, keys that do not show, and keys of requests."""

import asyncio
import pickle
from pathlib import Path

import msgspec
import pytest
from asking import ASK, CITY, DONE, KEY, WORDS, after, reached, result
from bench.provider import Provider, problem

from dive.catalog import load
from dive.errors import BadReply, ConfigError, EmptyReply, ModelSetupError, ModelUnavailable
from dive.models import Reply, Request, Secret, Settings, Toolset
from dive.models.probe import probe
from dive.models.recorded import Recorded
from dive.models.scripted import Line, Scripted, read, turns
from dive.nouns import Message, ToolCall, Usage

CALL = Message(role="assistant", tool_calls=(ToolCall(id="a", name="city_record", args={"city": "Lima"}),))


def ask(model: Scripted | Recorded, request: Request) -> Reply:
    return asyncio.run(model.complete(request))


def test_turns_depend_on_the_conversation_not_on_the_order_of_calls() -> None:
    model = Scripted(turns([CALL, "161 m"]))
    later = after(ASK, CALL, result(CALL.tool_calls[0]))
    assert ask(model, later).message.content == "161 m"
    assert ask(model, ASK).message == CALL and ask(model, ASK).stop == "tools"
    assert model.calls == 3
    with pytest.raises(ModelSetupError, match="no line for turn 2"):
        ask(model, after(later, DONE))


def test_lines_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    script = [Line(say=CALL, turn=0, asks="Lima"), Line(say=DONE)]
    path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in script) + b"\n")
    model = Scripted(read(path))
    assert ask(model, ASK).message == CALL
    assert ask(model, after(ASK, CALL, result(CALL.tool_calls[0]))).message == DONE
    path.write_text('{"say": {"role": "assistant"}, "trun": 1}\n')
    with pytest.raises(ConfigError, match=r"script\.jsonl:1: .*trun"):
        read(path)
    with pytest.raises(ConfigError, match="cannot read script"):
        read(tmp_path / "none.jsonl")


def test_a_script_is_checked_like_a_provider() -> None:
    with pytest.raises(EmptyReply):
        ask(Scripted(turns([""])), WORDS)
    with pytest.raises(BadReply, match="not JSON"):
        ask(Scripted(turns(["words"])), msgspec.structs.replace(WORDS, schema={"type": "object"}))


def test_a_recorded_reply_is_kept_before_it_is_used_and_never_asked_for_again() -> None:
    journal: list[bytes] = []

    async def keep(key: str, reply: Reply) -> None:
        journal.append(msgspec.json.encode((key, reply)))

    scripted = Scripted(turns([CALL]))
    first = ask(Recorded("scripted", {}, keep, scripted), ASK)
    kept = dict(msgspec.json.decode(line, type=tuple[str, Reply]) for line in journal)
    again = ask(Recorded("scripted", kept, keep, None), ASK)
    assert again == first and scripted.calls == 1 and len(journal) == 1
    with pytest.raises(ModelSetupError, match="replay asks nobody"):
        ask(Recorded("scripted", kept, keep, None), WORDS)


def test_equal_requests_at_once_are_asked_and_kept_once() -> None:
    journal: list[str] = []

    async def keep(key: str, reply: Reply) -> None:
        await asyncio.sleep(0)
        journal.append(key)

    async def talk() -> list[Reply]:
        model = Recorded("scripted", {}, keep, scripted)
        return await asyncio.gather(*[model.complete(ASK) for _ in range(5)])

    scripted = Scripted(turns([CALL]))
    replies = asyncio.run(talk())
    assert len(journal) == scripted.calls == 1 and all(reply is replies[0] for reply in replies)


def test_a_reply_that_could_not_be_kept_is_not_used() -> None:
    async def full(key: str, reply: Reply) -> None:
        raise OSError(28, "no space left")

    with pytest.raises(OSError, match="no space"):
        ask(Recorded("scripted", {}, full, Scripted(turns([CALL]))), ASK)


def test_the_key_of_a_request_is_all_that_may_change_the_answer() -> None:
    same = msgspec.structs.replace(ASK, tools=Toolset([CITY]))
    assert same.key("m") == ASK.key("m")
    changes = [{"seed": 1}, {"temperature": 0.0}, {"max_tokens": 1}, {"schema": {}}, {"tools": Toolset()}]
    keys = {msgspec.structs.replace(ASK, **change).key("m") for change in changes}
    keys |= {ASK.key("m"), ASK.key("other"), after(ASK, DONE).key("m")}
    assert len(keys) == len(changes) + 3


def test_catalog_tools_are_shown_without_our_types() -> None:
    tools = [loaded.tool for loaded in load().tools.values()]
    text = msgspec.json.encode([spec.input for spec in Toolset.of(tools).specs])
    assert b"x-type" not in text and any(b"x-type" in msgspec.json.encode(tool.input) for tool in tools)


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_the_probe_passes_a_model_that_calls(api: str) -> None:
    provider = Provider()

    async def talk() -> None:
        async with reached(provider, api) as model:  # type: ignore[arg-type]
            await probe(model)

    asyncio.run(talk())
    assert provider.count == 1


def test_the_probe_tells_words_refused_tools_and_a_dead_server_apart() -> None:
    with pytest.raises(ModelSetupError, match=r"called no tool when asked to, it said 'Sure!'.*--enable-auto"):
        asyncio.run(probe(Scripted(turns(["Sure!"]))))

    async def against(provider: Provider) -> None:
        async with reached(provider) as model:
            await probe(model)

    without = Provider(special=lambda _, body: problem(400, "tools off", "bad") if "tools" in body else None)
    with pytest.raises(ModelSetupError, match=r"takes no tools: .*tools off"):
        asyncio.run(against(without))
    with pytest.raises(ModelUnavailable):
        asyncio.run(against(Provider(special=lambda *_: problem(500, "down", "bad"))))
    for first in ("hm", ""):
        shy = Scripted(
            lambda request, said=first: Message(role="assistant", content=said) if not request.seed else _ready()
        )
        asyncio.run(probe(shy))


def _ready() -> Message:
    call = ToolCall(id="a", name="report_ready", args={"word": "ready"})
    return Message(role="assistant", tool_calls=(call,))


def test_a_secret_shows_nowhere() -> None:
    text = f"{KEY} {KEY!r} {[KEY]} {KEY!s}"
    assert KEY.reveal() not in text and KEY.hide(f"a {KEY.reveal()} b") == "a *** b"
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    with pytest.raises(TypeError):
        msgspec.json.encode(KEY)
    assert Secret("EMPTY").hide("EMPTY reply") == "EMPTY reply"
    for bad in ("", " ", "a\nb", "schl\u00fcssel"):
        with pytest.raises(ConfigError, match="printable ASCII"):
            Secret(bad)


@pytest.mark.parametrize(
    "url", ["ftp://host/v1", "host/v1", "http://", "http://user:pw@host/v1", "http://host/v1?key=1", "http://host/v1#a"]
)
def test_a_base_url_carries_an_address_and_nothing_else(url: str) -> None:
    with pytest.raises(ConfigError, match="base_url of model 'm'") as caught:
        _ = Settings(model="m", base_url=url).url
    assert "pw" not in str(caught.value)


def test_usage_adds_up() -> None:
    one = Usage(input=5, cached=1, output=2, reasoning=1)
    assert one + Usage(input=1, written=1, estimated=True) == Usage(
        input=6, cached=1, written=1, output=2, reasoning=1, estimated=True
    )

"""Chat completions: what is sent, what is read, and what is refused as a reply."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from asking import ASK, CITY, WORDS, after, reached, result
from bench.provider import Options, Provider, openai_reply, said
from hypothesis import given
from hypothesis import strategies as st

from dive.errors import BadReply, EmptyReply, ModelError, ModelRefusal, ModelUnavailable, OutOfTokens
from dive.models import Settings, Toolset, ToolSpec
from dive.models.kinds import Reply
from dive.models.net import Net
from dive.models.openai import OpenAI, render
from dive.nouns import Json, Message, ToolCall, Usage

DEEP = '{"a":' + "[" * 5000
MODEL = OpenAI(Settings(model="fake", base_url="http://127.0.0.1:1/v1"), None, Net())
GOOD = openai_reply(msgspec.json.decode(MODEL.body(ASK)), "")


def reply(**message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": message.pop("finish_reason", "stop"), "message": message}
    return {"choices": [choice], "model": "fake-1"}


def read(body: object, request: Any = WORDS) -> Message:
    return MODEL.read(request, msgspec.json.encode(body)).message


def test_a_tool_call_and_its_result_make_the_round() -> None:
    async def talk() -> list[Any]:
        provider = Provider(remember=True)
        async with reached(provider) as model:
            first = await model.complete(ASK)
            second = await model.complete(after(ASK, first.message, result(first.message.tool_calls[0])))
        return [first, second, provider.seen]

    first, second, seen = asyncio.run(talk())
    assert first.stop == "tools" and second.stop == "end"
    assert first.message.tool_calls == (ToolCall(id="call_2", name="city_record", args={"city": "Lima"}),)
    assert first.message.reasoning == "A tool knows."
    assert second.message.content == "done"
    assert first.usage == Usage(input=5000, cached=4000, output=40, reasoning=10)
    assert first.model == "fake-2026-01-01"
    headers, body = seen[1]
    assert headers["authorization"] == "Bearer sk-loopback-4711-abcdef"
    assert body["tools"] == [{"type": "function", "function": {"name": "city_record",
                              "description": "Looks a city up.", "parameters": CITY.input}}]  # fmt: skip
    assert list(body).index("tools") < list(body).index("messages")
    assert body["messages"][2]["reasoning_content"] == "A tool knows."
    assert body["messages"][3] == {"role": "tool", "tool_call_id": "call_2", "content": "161 m"}


def test_a_toolset_is_rendered_once() -> None:
    made = []

    def counting(specs: Sequence[ToolSpec]) -> Json:
        made.append(specs)
        return render(specs)

    tools = Toolset([CITY])
    assert tools.wire(counting) is tools.wire(counting)
    assert len(made) == 1


def test_sampling_and_schema_are_sent_when_set() -> None:
    schema = {"type": "object", "properties": {"metres": {"type": "integer"}}, "required": ["metres"]}
    asked = msgspec.structs.replace(WORDS, schema=schema, temperature=0.5, seed=3, max_tokens=99)
    body = msgspec.json.decode(MODEL.body(asked))
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0.5, 3, 99)
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert "temperature" not in msgspec.json.decode(MODEL.body(WORDS))
    at_home = OpenAI(Settings(model="fake", extra={"reasoning_effort": "low"}), None, Net())
    body = msgspec.json.decode(at_home.body(WORDS))
    assert body["max_completion_tokens"] == 4096 and body["reasoning_effort"] == "low"
    with pytest.raises(BadReply, match="structured output"):
        complete(reply(content="161 metres"), asked)


def complete(body: object, request: Any) -> Message:
    async def talk() -> Message:
        provider = Provider(special=lambda *_: said(msgspec.json.encode(body)))
        async with reached(provider) as model:
            return (await model.complete(request)).message

    return asyncio.run(talk())


def test_reasoning_goes_back_under_its_own_name_and_only_to_its_model() -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}, "extra_content": {"google": {"s": "x"}}}
    details = [{"type": "reasoning.encrypted", "data": "abc"}]
    message = read(reply(reasoning="because", reasoning_details=details, tool_calls=[call]))
    sent = msgspec.json.decode(MODEL.body(after(WORDS, message, result(message.tool_calls[0]))))["messages"][2]
    assert sent["reasoning"] == "because" and sent["reasoning_details"] == details
    assert sent["tool_calls"][0]["extra_content"] == {"google": {"s": "x"}}
    assert message.reasoning == "because"
    other = OpenAI(Settings(model="other"), None, Net())
    sent = msgspec.json.decode(other.body(after(WORDS, message, result(message.tool_calls[0]))))["messages"][2]
    assert sent.keys() == {"role", "content", "tool_calls"} and "extra_content" not in sent["tool_calls"][0]


@pytest.mark.parametrize(
    ("text", "args"),
    [("", {}), (None, {}), ('{"a":1}', {"a": 1}), ({"a": 1}, {"a": 1}), ('{"a":', '{"a":'), ("[1]", "[1]"),
     ('{"a":NaN}', '{"a":NaN}'), (DEEP, DEEP)],
)  # fmt: skip
def test_arguments_are_an_object_or_the_text_as_it_came(text: object, args: object) -> None:
    message = read(reply(tool_calls=[{"function": {"name": "f", "arguments": text}}]))
    assert message.tool_calls == (ToolCall(id="call_2_0", name="f", args=args),)
    sent = msgspec.json.decode(MODEL.body(after(WORDS, message)))["messages"][2]["tool_calls"][0]["function"]
    expected = args if isinstance(args, dict) else {"unparsed": args}
    assert msgspec.json.decode(sent["arguments"]) == expected


def test_content_in_parts_and_a_missing_count() -> None:
    body = reply(content=[{"type": "thinking", "text": None}, {"type": "text", "text": "161"}])
    whole = MODEL.read(WORDS, msgspec.json.encode(body))
    assert whole.message.content == "161"
    assert whole.usage.estimated and whole.usage.input > 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (reply(content=""), EmptyReply),
        (reply(content=" \n"), EmptyReply),
        (reply(content=None, tool_calls=[]), EmptyReply),
        (reply(content="", finish_reason="length"), OutOfTokens),
        (reply(content="no", refusal="I must not"), ModelRefusal),
        (reply(content="", finish_reason="content_filter"), ModelRefusal),
        ({"choices": []}, BadReply),
        ({}, BadReply),
        ({"choices": [{"message": {"content": 5}}]}, BadReply),
        ({"error": {"code": 502, "message": "upstream is down"}}, ModelUnavailable),
        ({"error": {"code": "odd", "message": "upstream is down"}}, BadReply),
        ([], BadReply),
        ("words", BadReply),
    ],
)
def test_what_is_no_reply_is_an_error_with_a_name(body: object, error: type[ModelError]) -> None:
    with pytest.raises(error) as caught:
        complete(body, WORDS)
    assert type(caught.value) is error and "fake" in str(caught.value)


@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_body_is_a_reply_or_a_model_error(at: int, noise: bytes) -> None:
    good = msgspec.json.encode(GOOD)
    for body in (good[:at], good[:at] + noise + good[at + len(noise) :], noise):
        with suppress(ModelError):
            assert isinstance(MODEL.read(ASK, body), Reply)


@pytest.mark.parametrize("kind", ["truncated", "empty", "bad_args", "wrong_tool"])
def test_the_provider_s_faults_come_through_by_name(kind: str) -> None:
    async def talk() -> object:
        async with reached(Provider(Options(**{kind: 1.0}))) as model:
            try:
                return (await model.complete(ASK)).message.tool_calls[0]
            except ModelError as error:
                return type(error)

    assert (
        asyncio.run(talk())
        == {
            "truncated": BadReply,
            "empty": EmptyReply,
            "bad_args": ToolCall(id="call_2", name="city_record", args='{"city":"Lima'),
            "wrong_tool": ToolCall(id="call_2", name="no_such_tool", args={"city": "Lima"}),
        }[kind]
    )

"""Messages: what is sent, where the cache marks stand, what is read."""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from asking import ASK, WORDS, after, reached, result
from bench.provider import Provider, anthropic_reply, said
from hypothesis import given
from hypothesis import strategies as st

from dive.errors import BadReply, EmptyReply, ModelError, ModelRefusal, OutOfTokens
from dive.models import Settings
from dive.models.anthropic import Anthropic
from dive.models.kinds import Reply
from dive.models.net import Net
from dive.nouns import Kept, Message, ToolCall, Usage

MODEL = Anthropic(Settings(model="fake", api="anthropic"), None, Net())
GOOD = anthropic_reply(msgspec.json.decode(MODEL.body(ASK)), "")
MARK = {"type": "ephemeral"}


def sent(request: Any, model: Anthropic = MODEL) -> dict[str, Any]:
    return msgspec.json.decode(model.body(request))


def test_a_tool_call_and_its_result_make_the_round() -> None:
    async def talk() -> list[Any]:
        provider = Provider(remember=True)
        async with reached(provider, "anthropic") as model:
            first = await model.complete(ASK)
            second = await model.complete(after(ASK, first.message, result(first.message.tool_calls[0], "", True)))
        return [first, second, provider.seen]

    first, second, seen = asyncio.run(talk())
    assert first.stop == "tools" and second.stop == "end" and second.message.content == "done"
    assert first.message.tool_calls == (ToolCall(id="toolu_1", name="city_record", args={"city": "Lima"}),)
    assert first.message.content == "I look it up." and first.message.reasoning == "A tool knows."
    assert first.usage == Usage(input=5000, cached=4000, written=400, output=40)
    headers, body = seen[1]
    assert headers["x-api-key"] == "sk-loopback-4711-abcdef" and headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in headers
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    assert body["messages"][1]["content"] == GOOD["content"]
    assert body["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": True, "cache_control": MARK}
    ]


def test_marks_stand_on_tools_system_and_the_last_two_user_turns() -> None:
    call = ToolCall(id="a", name="city_record", args={})
    said_ = Message(role="assistant", tool_calls=(call,))
    request = after(ASK, said_, result(call), said_, result(call), Message(role="user", content="And Cusco?"))
    body = sent(request)
    assert body["tools"][-1]["cache_control"] == MARK and body["system"][-1]["cache_control"] == MARK
    marked = [["cache_control" in block for block in turn["content"]] for turn in body["messages"]]
    assert marked == [[False], [False], [True], [False], [False, True]]
    assert MODEL.body(ASK).count(b"cache_control") == 3
    assert MODEL.body(WORDS).count(b"cache_control") == 1  # nothing goes on after it


def test_signed_thinking_goes_back_as_it_came_and_only_to_its_model() -> None:
    message = MODEL.read(ASK, msgspec.json.encode(GOOD)).message
    assert message.kept == Kept(model="fake", fields={"content": GOOD["content"]})
    request = after(ASK, message, result(message.tool_calls[0]))
    assert sent(request)["messages"][1]["content"] == GOOD["content"]
    other = Anthropic(Settings(model="other", api="anthropic"), None, Net())
    assert [block["type"] for block in sent(request, other)["messages"][1]["content"]] == ["text", "tool_use"]
    again = msgspec.json.decode(msgspec.json.encode(message), type=Message)
    assert sent(after(ASK, again, result(again.tool_calls[0]))) == sent(request)


def test_another_server_s_call_ids_and_text_arguments_are_made_to_fit() -> None:
    call = ToolCall(id="functions.city:0", name="city_record", args='{"city":')
    turns = sent(after(ASK, Message(role="assistant", tool_calls=(call,)), result(call)))["messages"]
    assert turns[1]["content"][0]["id"] == turns[2]["content"][0]["tool_use_id"] == "functions_city_0"
    assert turns[1]["content"][0]["input"] == {"unparsed": '{"city":'}


def test_schema_temperature_and_extra_fields() -> None:
    thinking = {"type": "enabled", "budget_tokens": 1024}
    extra = {"thinking": thinking, "output_config": {"effort": "low"}}
    model = Anthropic(Settings(model="fake", api="anthropic", extra=extra), None, Net())
    body = sent(msgspec.structs.replace(WORDS, schema={"type": "object"}, temperature=0.2, seed=1), model)
    assert body["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": {"type": "object"}}}
    assert body["thinking"] == thinking and body["temperature"] == 0.2 and "seed" not in body


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"content": []}, EmptyReply),
        ({"content": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}, EmptyReply),
        ({"content": [], "stop_reason": "max_tokens"}, OutOfTokens),
        ({"content": [], "stop_reason": "refusal"}, ModelRefusal),
        ({"content": "text"}, BadReply),
        ({"content": [{"type": "tool_use", "id": "a", "name": "b", "input": "c"}]}, BadReply),
        ({"content": [5]}, BadReply),
    ],
)
def test_what_is_no_reply_is_an_error_with_a_name(change: dict[str, Any], error: type[ModelError]) -> None:
    async def talk() -> None:
        answer = said(msgspec.json.encode(GOOD | change))
        async with reached(Provider(special=lambda *_: answer), "anthropic") as model:
            await model.complete(ASK)

    with pytest.raises(error) as caught:
        asyncio.run(talk())
    assert type(caught.value) is error


@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_body_is_a_reply_or_a_model_error(at: int, noise: bytes) -> None:
    good = msgspec.json.encode(GOOD)
    for body in (good[:at], good[:at] + noise + good[at + len(noise) :], noise):
        with suppress(ModelError):
            assert isinstance(MODEL.read(ASK, body), Reply)

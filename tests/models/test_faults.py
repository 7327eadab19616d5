"""Status, headers and body of a refusal become the right error, with the provider's words and without the key."""

import asyncio

import msgspec
import pytest
from asking import ASK, KEY, reached
from bench.provider import Provider, problem, said

from dive.errors import (
    ContextOverflow,
    ModelBusy,
    ModelError,
    ModelSetupError,
    ModelUnavailable,
    RequestRefused,
    UserError,
)
from dive.models.faults import by_status, retry_after, words

OPENAI_LONG = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."


@pytest.mark.parametrize(
    ("status", "said_", "error"),
    [
        (400, "Unsupported value: 'temperature'", RequestRefused),
        (400, OPENAI_LONG, ContextOverflow),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", ContextOverflow),
        (400, "the request exceeds the available context size", ContextOverflow),
        (413, "Request exceeds the maximum size", ContextOverflow),
        (400, "gpt-9 is not a valid model ID", ModelSetupError),
        (404, "The model `gpt-9` does not exist", ModelSetupError),
        (400, "Your credit balance is too low", ModelSetupError),
        (429, "You exceeded your current quota (insufficient_quota)", ModelSetupError),
        (401, "Incorrect API key", ModelSetupError),
        (403, "Forbidden", ModelSetupError),
        (422, "tools: wrong", RequestRefused),
        (408, "", ModelUnavailable),
        (409, "", ModelUnavailable),
        (429, "Rate limit", ModelBusy),
        (503, "", ModelBusy),
        (529, "Overloaded", ModelBusy),
        (500, "", ModelUnavailable),
        (502, "", ModelUnavailable),
    ],
)
def test_status_and_words_say_which_error(status: int, said_: str, error: type[ModelError]) -> None:
    made = by_status("m at host", status, said_)
    assert type(made) is error
    assert said_ in str(made) and str(status) in str(made)
    assert made.again == (status in (408, 409, 500, 502, 503, 529) or error is ModelBusy)
    assert isinstance(made, UserError) == (error is ModelSetupError)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"error":{"message":"No.","code":"bad"}}', "No. (bad)"),
        (b'{"type":"error","error":{"type":"busy_error","message":"Overloaded"}}', "Overloaded (busy_error)"),
        (b'{"object":"error","message":"No."}', "No."),
        (b'{"error":"model not found"}', "model not found"),
        (b'{"detail":"Not Found"}', "Not Found"),
        (b'{"detail":[{"loc":["body"]}]}', '{"detail":[{"loc":["body"]}]}'),
        (b"<html>\n<b>Bad\x1b[31m Gateway</b>", "<html> <b>Bad [31m Gateway</b>"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", "no reason given"),
        (b"x" * 9000, "x" * 500),
    ],
)  # fmt: skip
def test_the_provider_s_words_in_one_line(body: bytes, text: str) -> None:
    assert words(body) == text


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_a_bad_name_passes_the_provider_s_words_on_and_no_key(api: str) -> None:
    text = f"The model `fake` does not exist; you sent {KEY.reveal()}"

    async def talk() -> None:
        async with reached(Provider(special=lambda *_: problem(404, text, "not_found_error")), api) as model:  # type: ignore[arg-type]
            await model.complete(ASK)

    with pytest.raises(ModelSetupError, match="The model `fake` does not exist") as caught:
        asyncio.run(talk())
    assert KEY.reveal() not in str(caught.value) and KEY.reveal() not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_body_that_quotes_the_key_loses_it_too() -> None:
    async def talk() -> None:
        body = msgspec.json.encode({"choices": f"key {KEY.reveal()}"})
        async with reached(Provider(special=lambda *_: said(body))) as model:
            await model.complete(ASK)

    with pytest.raises(ModelError) as caught:
        asyncio.run(talk())
    assert KEY.reveal() not in str(caught.value)

"""Patience: what is asked again, how long it waits, when it stops; against scripts and a faulty provider."""

import asyncio
import random

import pytest
from asking import ASK, WORDS, Clock, failing, patient, reached
from bench.provider import Options, Provider, problem

from dive.errors import (
    BadReply,
    ContextOverflow,
    EmptyReply,
    ModelBusy,
    ModelDeadline,
    ModelError,
    ModelRefusal,
    ModelSetupError,
    ModelUnavailable,
    OutOfTokens,
    RequestRefused,
)
from dive.models import Reply
from dive.models.retry import Policy
from dive.models.scripted import Scripted


def asked(*errors: Exception, **policy: float) -> tuple[Reply, Clock]:
    """The reply of a model that fails with `errors` first, and the clock."""
    clock = Clock()
    return asyncio.run(patient(Scripted(failing(*errors)), clock, **policy).complete(WORDS)), clock


def test_attempts_are_counted_and_pauses_grow_within_their_bounds() -> None:
    reply, clock = asked(*[ModelUnavailable("down") for _ in range(5)])
    assert reply.attempts == 6 and len(clock.slept) == 5
    assert all(0 <= slept <= 0.5 * 2**n for n, slept in enumerate(clock.slept))
    again = asked(*[ModelUnavailable("down") for _ in range(5)])[1]
    assert again.slept == clock.slept  # jitter comes from the generator that was given


def test_jitter_is_full_and_capped() -> None:
    rng = random.Random(1)
    pauses = [Policy(base_s=1.0, cap_s=4.0).pause(9, None, rng) for _ in range(2000)]
    assert min(pauses) < 0.1 and 3.9 < max(pauses) <= 4.0


def test_retry_after_is_never_undercut() -> None:
    clock = asked(ModelBusy("busy", retry_after=7.0), ModelBusy("busy", retry_after=0.0))[1]
    assert 7.0 <= clock.slept[0] <= 7.5 and 0.0 <= clock.slept[1] <= 0.5


@pytest.mark.parametrize("kind", [RequestRefused, ContextOverflow, ModelSetupError, ModelRefusal, OutOfTokens])
def test_what_will_not_change_is_not_asked_again(kind: type[ModelError]) -> None:
    with pytest.raises(kind) as caught:
        asked(kind("no"))
    assert caught.value.attempts == 1


def test_the_last_error_says_how_often_it_was_tried() -> None:
    with pytest.raises(ModelUnavailable, match=r"down \(after 3 attempts\)"):
        asked(*[ModelUnavailable("down") for _ in range(9)], attempts=3)


def test_replies_that_cost_and_are_of_no_use_are_asked_for_once_more() -> None:
    assert asked(EmptyReply("nothing"))[0].attempts == 2
    with pytest.raises(BadReply) as caught:
        asked(BadReply("half"), EmptyReply("nothing"))
    assert caught.value.attempts == 2


def test_a_pause_beyond_the_deadline_is_not_waited_for() -> None:
    clock = Clock()
    model = patient(
        Scripted(failing(*[ModelBusy("busy", retry_after=40.0) for _ in range(9)])), clock, deadline_s=100.0
    )
    with pytest.raises(ModelBusy) as caught:
        asyncio.run(model.complete(WORDS))
    assert caught.value.attempts == 3 and clock.now < 100


def test_an_attempt_ends_at_the_deadline() -> None:
    async def talk() -> None:
        async with reached(Provider(Options(hang=1.0))) as model:
            await patient(model, Clock(), deadline_s=0.05).complete(ASK)

    with pytest.raises(ModelDeadline, match="raise deadline_s"):
        asyncio.run(talk())


def test_silence_is_asked_again_while_there_is_time() -> None:
    options = (Options(hang=0.5, seed=seed) for seed in range(99))
    provider = Provider(next(one for one in options if (one.fault(0), one.fault(1)) == ("hang", "")))

    async def talk() -> Reply:
        async with reached(provider) as model:
            return await patient(model, Clock(), deadline_s=0.3, base_s=0.001).complete(ASK)

    assert asyncio.run(talk()).attempts == 2


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_statuses_that_pass(status: int) -> None:
    async def talk() -> int:
        wait = {"retry-after": "3"}
        first = Provider(special=lambda number, _: problem(status, "wait", "busy", wait) if number == 0 else None)
        async with reached(first) as model:
            reply = await patient(model, clock).complete(ASK)
        return reply.attempts

    clock = Clock()
    assert asyncio.run(talk()) == 2
    assert 3.0 <= clock.slept[0] <= 3.5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_statuses_that_stay(status: int) -> None:
    provider = Provider(special=lambda *_: problem(status, "never", "no"))

    async def talk() -> None:
        async with reached(provider) as model:
            await patient(model, Clock()).complete(ASK)

    with pytest.raises(ModelError, match="never"):
        asyncio.run(talk())
    assert provider.count == 1


@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_a_faulty_provider_loses_no_request(api: str) -> None:
    options = Options(seed=3, busy=0.2, broken=0.1, truncated=0.02, retry_after="0")
    provider = Provider(options)

    async def talk() -> list[Reply]:
        async with reached(provider, api) as model:  # type: ignore[arg-type]
            waiting = patient(model, Clock(), attempts=20, paid=5)
            return await asyncio.gather(*[waiting.complete(ASK) for _ in range(100)])

    replies = asyncio.run(talk())
    assert all(reply.message.tool_calls[0].args == {"city": "Lima"} for reply in replies)
    assert sum(reply.attempts for reply in replies) == provider.count > 100
